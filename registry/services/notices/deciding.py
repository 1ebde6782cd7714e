"""What becomes of a row of a notice: done, already so, or left to a person with a reason. Nothing is guessed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlmodel import Session, col, select

from registry.errors import Text
from registry.identity import city_of, clean_name, fold_name, is_uscc, normalise_code, resolve_region
from registry.models import Batch, ImportRun, Listing
from registry.schemas.tables import Table
from registry.services.imports.cells import is_empty, read_status
from registry.services.imports.interpreting import Facts
from registry.services.imports.lookups import Firm, Knowledge, Lookup
from registry.services.imports.matching import Decision, Matcher
from registry.services.keys import provisional_key
from registry.titles import held_on
from registry.vocabulary import ImportKind, OperatingStatus, RowOutcome

SUBJECT: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.RENAME: ("former_name", "name"),
    ImportKind.MOVE: ("name",),
    ImportKind.CANCEL: ("name",),
    ImportKind.MERGE: ("merged_name", "former_name", "name"),
    ImportKind.WITHDRAW: ("name",),
}
"""In which column the firm stands that the row is about, the first that the table has."""
OTHER: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.RENAME: ("new_name",),
    ImportKind.MOVE: ("moved_to",),
    ImportKind.MERGE: ("surviving_name", "new_name"),
}
"""And the column that says what it became, where the kind needs one."""
CONFIRMED, LEFT_OUT, TARGET = "confirmed", "left_out", "target_chosen"
"""Facts a person added to a row: do it all the same, do not do it, the enterprise after the merger."""
MADE = ("target_id", "targets", "listing_ids", "by_hand", "same_as")
"""Facts that come of deciding; they are made anew when a row is decided again."""
CHUNK = 2_000
"""So many rows are looked up together."""
_ENDED = (OperatingStatus.CANCELLED, OperatingStatus.REVOKED)
_DONE = (RowOutcome.MATCHED, RowOutcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person who brings a notice in says about it."""

    kind: ImportKind
    on: date
    document_no: str
    directory: str | None = None

    @classmethod
    def of(cls, run: ImportRun) -> Self:
        """What was said when a staged notice came in."""
        notice = run.understood["notice"]
        return cls(run.kind, date.fromisoformat(notice["on"]), notice["document_no"], run.directory_code)


def columns_of(table: Table, kind: ImportKind) -> tuple[int, int | None] | None:
    """Where the subject and what it became stand; None if the table lacks one of them."""
    roles: list[str] = [each.role or "" for each in table.roles]
    subject = next((role for role in SUBJECT[kind] if role in roles), None)
    wanted = OTHER.get(kind, ())
    other = next((role for role in wanted if role in roles and role != subject), None)
    if subject is None and wanted and "name" in roles:  # 企业名称 | 变更后名称
        subject = "name"
    if subject is None or (wanted and other is None):
        return None
    places = {each.role: each.position for each in table.roles}
    return places[subject], places[other] if other else None


def facts_of(table: Table, cells: Sequence[str], asked: Asked) -> Facts:
    """What a row states: ``name``, ``uscc``, ``reason`` and, by kind, ``other`` (name), ``region_code``, ``status``."""
    found = columns_of(table, asked.kind)
    assert found is not None  # noqa: S101 - the caller left out tables without these columns
    at = {each.role: each.position for each in table.roles if each.role}
    facts: Facts = {}
    if not is_empty(cells[found[0]]):
        facts["name"] = clean_name(cells[found[0]])
    code = normalise_code(cells[at["uscc"]]) if "uscc" in at else ""
    # In a notice of merger a code may be that of either firm: the names decide.
    if is_uscc(code) and asked.kind is not ImportKind.MERGE:
        facts["uscc"] = code
    other = "" if found[1] is None or is_empty(cells[found[1]]) else cells[found[1]].strip()
    if other and asked.kind is ImportKind.MOVE:
        place = resolve_region(text=other)
        facts["place_as_printed"] = other
        if place is not None and city_of(place.code) is not None:
            facts["region_code"] = place.code
    elif other:
        facts["other"] = clean_name(other)
    if asked.kind is ImportKind.CANCEL:
        titled = OperatingStatus.REVOKED if "吊销" in table.title else OperatingStatus.CANCELLED
        status = read_status(cells[at["status"]])[0] if "status" in at else titled.value
        facts["status"] = str(status) if status else ""
    if "notice_reason" in at and not is_empty(cells[at["notice_reason"]]):
        facts["reason"] = " ".join(cells[at["notice_reason"]].split())[:200]
    return facts


class Decider:
    """Decides rows chunk by chunk; close it at the end."""

    def __init__(self, session: Session, asked: Asked) -> None:
        self.session, self.asked = session, asked
        self.lookup, self.matcher = Lookup(session), Matcher()
        self._of_kind: Callable[[Firm, Facts, Knowledge], Decision] = {
            ImportKind.RENAME: self._rename,
            ImportKind.MOVE: self._move,
            ImportKind.CANCEL: self._cancel,
            ImportKind.MERGE: self._merge,
            ImportKind.WITHDRAW: self._withdraw,
        }[asked.kind]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.matcher.so_far.__exit__()

    def decide(self, facts: Sequence[Facts], places: Sequence[tuple[str, int]]) -> list[Decision]:
        """A decision for each row of a chunk, in order; rows of earlier chunks are remembered."""
        known = self.lookup.about(facts)
        others = self.lookup.about([{"name": row["other"]} for row in facts if "other" in row])
        self.matcher.expect(facts, known)
        return [self._one(row, at, known, others) for row, at in zip(facts, places, strict=True)]

    def _one(self, row: Facts, at: tuple[str, int], known: Knowledge, others: Knowledge) -> Decision:
        if LEFT_OUT in row:
            return _rejected("decided", "人工确认：不办理。", "Left out by a person.")
        found = self.matcher.decide(row, at, known)
        if found.outcome is RowOutcome.NEW:
            code = "decided_before" if found.reason_code == "decided_before" else "unknown_firm"
            return _rejected(code, "登记库里没有这家企业。", "The registry does not know this enterprise.")
        if found.firm is None or found.outcome not in _DONE:
            return found
        if found.outcome is RowOutcome.UNCHANGED and found.same_as is not None:
            return found
        decision = self._of_kind(found.firm, row, others)
        decision.firm = found.firm
        decision.matched_by = found.matched_by
        if decision.reason_code is None and found.reason_code == "decided_before":
            decision.reason_code, decision.reason = found.reason_code, found.reason
        elif decision.reason_code is None and (CONFIRMED in row or TARGET in row):
            decision.reason_code = "decided"
            decision.reason = Text("由人工确认办理。", "Confirmed by a person.")
        return decision

    def _rename(self, firm: Firm, row: Facts, others: Knowledge) -> Decision:
        new = row.get("other", "")
        if not new:
            return _rejected("no_new_name", "没有写新名称。", "The row states no new name.")
        if firm.name_zh == new:
            return _already("登记库已是新名称。", "The registry has the new name already.")
        if CONFIRMED in row:
            return Decision(RowOutcome.MATCHED)
        if fold_name(firm.name_zh) != fold_name(row["name"]):
            return _unsure(
                f"登记库的现用名是“{firm.name_zh}”，既不是原名称，也不是新名称。",
                f"The registry calls it “{firm.name_zh}”, which is neither the old name nor the new one.",
            )
        taken = [hit.firm for hit in others.by_folded.get(fold_name(new), []) if hit.firm.id != firm.id]
        if taken:
            return _unsure(
                f"另有一家企业名为“{taken[0].name_zh}”，可能应当合并。",
                f"Another enterprise is named “{taken[0].name_zh}”; perhaps the two are to be merged.",
            )
        return Decision(RowOutcome.MATCHED)

    def _move(self, firm: Firm, row: Facts, others: Knowledge) -> Decision:
        code = row.get("region_code")
        if code is None:
            said = row.get("place_as_printed", "")
            return _rejected(
                "unknown_place", f"迁入地“{said}”认不出是哪个市县。", f"“{said}” is not a city or district we know."
            )
        if firm.region_code == code or (firm.city_code == code):
            return _already("登记库里已在迁入地。", "The registry has it there already.")
        return Decision(RowOutcome.MATCHED)

    def _cancel(self, firm: Firm, row: Facts, others: Knowledge) -> Decision:
        status = row.get("status", "")
        if status not in {one.value for one in _ENDED}:
            return _rejected("not_ended", "没有写明注销或吊销。", "The row states neither cancellation nor revocation.")
        if firm.operating_status.value == status:
            return _already("登记库已是这一状态。", "The registry has this status already.")
        return Decision(RowOutcome.MATCHED)

    def _merge(self, firm: Firm, row: Facts, others: Knowledge) -> Decision:
        folded = fold_name(row.get("other", ""))
        targets = {hit.firm.id: hit.firm for hit in others.by_folded.get(folded, [])} if folded else {}
        if row.get(TARGET) in targets:
            targets = {row[TARGET]: targets[row[TARGET]]}
        if not targets:
            return _rejected(
                "unknown_target",
                "登记库里没有合并后的企业。",
                "The registry does not know the enterprise after the merger.",
            )
        if len(targets) > 1:
            row["targets"] = list(targets)
            found = [{"key": one.uscc or provisional_key(one.id), "name": one.name_zh} for one in targets.values()]
            return _unsure(
                "合并后的名称符合几家企业。",
                "Several enterprises fit the name after the merger.",
                candidates=[each | {"why": "current_name"} for each in found],
            )
        (target,) = targets.values()
        if target.id == firm.id:
            return _already("登记库里已是同一家企业。", "The registry has them as one already.")
        if firm.uscc is not None and target.uscc is None:
            row["by_hand"] = True
            return _unsure(
                "被合并的有代码而合并后的没有，须人工处理。",
                "The merged enterprise has a code and the other has none; a person must look.",
            )
        row["target_id"] = target.id
        return Decision(RowOutcome.MATCHED)

    def _withdraw(self, firm: Firm, row: Facts, others: Knowledge) -> Decision:
        held = select(Listing.id).join(Batch, col(Batch.id) == col(Listing.batch_id))
        held = held.where(
            Listing.enterprise_id == firm.id, Listing.directory_code == self.asked.directory, held_on(self.asked.on)
        )
        titles = list(self.session.exec(held.order_by(col(Listing.id))))
        if titles:
            row["listing_ids"] = titles
            return Decision(RowOutcome.MATCHED)
        before = select(Listing.id).where(
            Listing.enterprise_id == firm.id,
            Listing.directory_code == self.asked.directory,
            col(Listing.voided_at).is_(None),
            col(Listing.withdrawn_on) <= self.asked.on,
        )
        if self.session.exec(before.limit(1)).first() is not None:
            return _already("这项资格此前已撤销。", "The title was withdrawn before.")
        return _rejected("not_held", "当日不持有这项资格。", "It does not hold the title on that day.")


def _rejected(code: str, zh: str, en: str) -> Decision:
    return Decision(RowOutcome.REJECTED, code, Text(zh, en))


def _already(zh: str, en: str) -> Decision:
    return Decision(RowOutcome.UNCHANGED, "known", Text(zh, en))


def _unsure(zh: str, en: str, **more: Any) -> Decision:
    return Decision(RowOutcome.AMBIGUOUS, "unsure", Text(zh, en), **more)
