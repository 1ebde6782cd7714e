"""A person's word on a row of a staged product list, and what becomes of all its rows then.

Who made a product is decided as in any list; which of two entries of one version counts is decided here. A catalogue
is short: after each word every row is decided again from what it states, as when it was staged.
"""

from typing import Any

from sqlmodel import Session, col, select

from registry.errors import Conflict, InvalidInput
from registry.models import ImportRow, ImportRun, MatchDecision
from registry.policies import Actor
from registry.services import audit
from registry.services.imports.bulk import update_values
from registry.services.imports.lookups import Lookup, decided_about, decision_key
from registry.services.imports.matching import Decision, Matcher, decided_text
from registry.services.imports.options import existing_batch, resolve, stored_options
from registry.services.imports.product_deciding import ENTRY, KEPT, REGRADE, TAKEN, ProductDecider
from registry.vocabulary import RowOutcome

AGAIN = "again"
"""Take back which entry counts."""
CHOSEN_BY = "entry_by"
_AGAINST = "entry_against"
_SETTLED = ("same_as", "same_maker", REGRADE)
"""Facts that say what became of a row; they are made anew."""
_COLUMNS = (
    *("outcome", "reason_code", "reason_zh", "reason_en", "matched_by", "enterprise_id", "candidates", "facts"),
)


def asks_for_entry(row: ImportRow) -> bool:
    """Whether the maker of a row is known and the question is which of two entries of its version counts."""
    facts = row.facts or {}
    return row.outcome is RowOutcome.AMBIGUOUS and (row.enterprise_id is not None or "same_maker" in facts)


def choose_entry(session: Session, run: ImportRun, row: ImportRow, choice: str, actor: Actor) -> None:
    """``keep``: the entry that was there counts; ``take``: this row does; ``again``: that is open again.

    Raises InvalidInput for another choice, Conflict if the row no longer asks, or nothing was chosen.
    """
    facts = dict(row.facts or {})
    if choice not in (KEPT, TAKEN, AGAIN):
        raise InvalidInput(
            "这一行要选定以哪一条为准：keep（已有的）、take（本行）。",
            "Say which entry counts for this row: keep (the one there is) or take (this row).",
            field="choice",
            value=choice[:40],
            choices=(KEPT, TAKEN),
        )
    if (choice == AGAIN) is not (ENTRY in facts) or (choice != AGAIN and not asks_for_entry(row)):
        raise Conflict(
            "这一行已由别人改过，没有改动。请重新打开。",
            "Somebody has changed the row meanwhile; nothing was changed. Open it again.",
            field="row_id",
            value=row.id,
        )
    before, place = facts.get(ENTRY), place_stood_against(facts)
    other = row_at(session, run, place) if place is not None else None
    row.facts = _without_choice(facts)
    if choice != AGAIN:
        row.facts |= {ENTRY: choice, CHOSEN_BY: actor.label}
    if other is not None:
        # One of the two rows of the file gives way to the other.
        other.facts = _without_choice(other.facts or {})
        if choice == TAKEN:
            row.facts |= {_AGAINST: [other.sheet, other.row_number]}
            other.facts |= {ENTRY: KEPT, CHOSEN_BY: actor.label}
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="import.choose_entry",
        subject_kind="import",
        subject_key=f"IM-{run.id}",
        before={"choice": before} if before else None,
        after={"row": row.id, "row_number": row.row_number, "choice": choice},
    )
    settle_again(session, run)


def settle_again(session: Session, run: ImportRun) -> None:
    """Decide every row of a staged product list anew and bring the counts of the run up to date."""
    rows = session.exec(select(ImportRow).where(col(ImportRow.import_id) == run.id).order_by(col(ImportRow.id))).all()
    # The row that takes the place of another is read before it.
    rows = sorted(rows, key=lambda row: (row.facts or {}).get(ENTRY) != TAKEN)
    facts = [{key: value for key, value in (row.facts or {}).items() if key not in _SETTLED} for row in rows]
    destination = resolve(session, stored_options(run.understood))
    batch = existing_batch(session, destination) if destination else None
    number = batch.id if batch is not None and batch.voided_at is None else None
    matcher = Matcher()
    decider = ProductDecider(Lookup(session), matcher, number)
    with matcher.so_far:
        decisions = decider.decide(facts, [(row.sheet, row.row_number) for row in rows])
    own = _decided_here(session, run)
    values = []
    for row, stated, decision in zip(rows, facts, decisions, strict=True):
        _say_who_decided(decision, stated, own)
        if decision.same_as is not None:
            stated["same_as"] = list(decision.same_as)
        if "same_maker" in stated:
            stated["same_maker"] = list(stated["same_maker"])
        if (made := _values(decision, stated)) != _stored(row):
            values.append((*made, row.id))
    update_values(session, ImportRow, _COLUMNS, values)
    session.expire_all()
    _count(session, run)


def place_stood_against(facts: dict[str, Any]) -> tuple[str, int] | None:
    """Sheet and number of the row of the file that a row stands, or stood, against."""
    place = facts.get("same_as") or facts.get(_AGAINST)
    return (place[0], place[1]) if place is not None else None


def row_at(session: Session, run: ImportRun, place: tuple[str, int]) -> ImportRow | None:
    """The row of an import at a place of its file."""
    query = select(ImportRow).where(
        col(ImportRow.import_id) == run.id,
        col(ImportRow.sheet) == place[0],
        col(ImportRow.row_number) == place[1],
    )
    return session.exec(query).first()


def _without_choice(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in (ENTRY, CHOSEN_BY, _AGAINST)}


def _decided_here(session: Session, run: ImportRun) -> set[str]:
    decided = select(MatchDecision).where(
        col(MatchDecision.import_id) == run.id, col(MatchDecision.revoked_at).is_(None)
    )
    return {decision_key(one.folded, one.place, one.code) for one in session.exec(decided)}


def _say_who_decided(decision: Decision, facts: dict[str, Any], own: set[str]) -> None:
    """A row whose maker was decided in this very import says so, not that it was decided before."""
    if decision.reason_code == "decided_before" and decision_key(*decided_about(facts)) in own:
        known = decision.firm is not None
        decision.reason_code, decision.reason = "decided", decided_text(known=known)
        decision.matched_by = "decided" if known else "decided_new"


def _values(decision: Decision, facts: dict[str, Any]) -> tuple[Any, ...]:
    reason = decision.reason
    return (
        decision.outcome,
        decision.reason_code,
        reason.zh if reason else None,
        reason.en if reason else None,
        decision.matched_by,
        decision.firm.id if decision.firm else None,
        decision.candidates,
        facts,
    )


def _stored(row: ImportRow) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in _COLUMNS)


def _count(session: Session, run: ImportRun) -> None:
    outcomes = {outcome.value: 0 for outcome in RowOutcome}
    reasons: dict[str, int] = {}
    found = select(col(ImportRow.outcome), col(ImportRow.reason_code)).where(col(ImportRow.import_id) == run.id)
    for outcome, reason in session.execute(found):
        outcomes[outcome.value] += 1
        if reason is not None:
            reasons[reason] = reasons.get(reason, 0) + 1
    session.refresh(run)
    run.counts = {**run.counts, "outcomes": outcomes, "reasons": dict(sorted(reasons.items()))}
    session.flush()
