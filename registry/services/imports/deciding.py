"""What an official decides about a doubtful row: it changes the staged row and is remembered for the next list."""

from typing import Any

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound, Text, shorten
from registry.models import Enterprise, ImportRow, ImportRun, MatchDecision
from registry.policies import Actor, require_importer
from registry.schemas.matching import DecisionRead
from registry.services import audit
from registry.services.imports.browsing import what_it_lists
from registry.services.imports.doubts import doubts_to_inbox
from registry.services.imports.lookups import decided_about
from registry.services.imports.matching import decided_text
from registry.services.imports.product_choosing import AGAIN, asks_for_entry, choose_entry, settle_again
from registry.services.imports.settling import CHOSEN_BY
from registry.services.keys import key_of
from registry.services.resolving import resolve
from registry.vocabulary import DecisionVerdict, DirectoryKind, ImportKind, ImportState, RowOutcome

NEW, UNSURE = "new", "unsure"
NOT = "not:"
"""Before a key: the row does not mean this enterprise; the others stay in question."""


def decide(session: Session, *, import_id: int, row_id: int, choice: str, actor: Actor) -> DecisionRead:
    """Decide an undecided row: ``choice`` is an enterprise's key, ``new``, ``unsure``, or ``not:`` and a key.

    In a list of products it is the maker that is chosen, for every row that states the same maker; where two entries
    of one version differ, ``keep`` or ``take`` (see ``product_choosing``); in a notice also ``do`` or ``skip`` (see
    ``notices.choosing``). ``again`` takes such a word back. ``unsure`` leaves the row
    undecided and is not remembered. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition unless the import is
    staged, Conflict if somebody decided the row meanwhile or the chosen enterprise has another credit code than the
    row states.
    """
    run = _staged(session, import_id, actor)
    row = _row(session, run, row_id, decided=choice == AGAIN)
    facts = row.facts or {}
    if choice == UNSURE:
        reason = Text("已看过，仍不能确定。", "Looked at, still not certain.")
        code = row.reason_code or UNSURE
        _change(session, run, row, RowOutcome.AMBIGUOUS, code, reason, by=row.matched_by, firm=row.enterprise_id)
        return _read(session, run, row, None, actor)
    if _said_of_the_row_only(session, run, row, choice, actor):
        return _read(session, run, row, None, actor)
    if not facts.get("folded"):
        raise InvalidInput("这一行没有企业名称。", "The row has no enterprise name.", field="row_id", value=row_id)
    verdict, firm = _chosen(session, choice)
    _check(facts, firm, verdict)
    decision = _decision(facts, verdict, firm, actor)
    decision.import_id, decision.row_id = run.id, row.id
    session.add(decision)
    session.flush()
    if not _settled_together(session, run, row, firm.id if firm else None):
        _settle(session, run, row, verdict, firm)
    _record(session, actor, "match.decide", decision, facts["name"], before=None)
    return _read(session, run, row, decision, actor)


def _said_of_the_row_only(session: Session, run: ImportRun, row: ImportRow, choice: str, actor: Actor) -> bool:
    """Whether the choice was about this row alone, not about whom its name means; then it is done."""
    if run.kind is not ImportKind.LIST:
        from registry.services.notices.choosing import choose_act, may_choose

        if may_choose(row, choice):
            choose_act(session, run, row, choice, actor)
            return True
    elif what_it_lists(run) is DirectoryKind.PRODUCT and (choice == AGAIN or asks_for_entry(row)):
        choose_entry(session, run, row, choice, actor)
        return True
    if choice == AGAIN:
        raise _decided_meanwhile(session, row)
    return False


def _settled_together(session: Session, run: ImportRun, row: ImportRow, firm: int | None) -> bool:
    """Decide every row again where one word may settle several; a plain list has too many rows for that."""
    if run.kind is not ImportKind.LIST:
        from registry.services.notices.choosing import decide_again

        decide_again(session, run, row, firm)
        return True
    if what_it_lists(run) is DirectoryKind.PRODUCT:
        settle_again(session, run)
        return True
    return False


def revoke(session: Session, *, decision_id: int, actor: Actor) -> DecisionRead:
    """Take a decision back: it is no longer remembered, and its row is undecided again while its import is staged.

    Raises NotFound, NotAllowed, InvalidTransition if it was revoked before.
    """
    decision = session.get(MatchDecision, decision_id, with_for_update=True)
    if decision is None:
        raise NotFound(f"没有编号为 {decision_id} 的匹配决定。", f"There is no decision {decision_id}.", field="id")
    run = session.get(ImportRun, decision.import_id, with_for_update=True) if decision.import_id else None
    require_importer(actor, directory_code=run.directory_code if run else None)
    if decision.revoked_at is not None:
        raise InvalidTransition("这一决定已经撤回。", "The decision was revoked before.", field="id", value=decision_id)
    decision.revoked_at = clock.now()
    row = session.get(ImportRow, decision.row_id) if decision.row_id else None
    if row is not None and run is not None and run.state is ImportState.MATCHED:
        session.flush()
        if not _settled_together(session, run, row, decision.enterprise_id):
            reason = Text("决定已撤回，须重新选定。", "The decision was revoked; to be decided again.")
            _change(session, run, row, RowOutcome.AMBIGUOUS, "revoked", reason, expected=row.outcome)
    session.flush()
    _record(session, actor, "match.revoke", decision, decision.folded, before={"revoked": False})
    return _read(session, run, row, decision, actor)


def take_back(session: Session, *, import_id: int, row_id: int, actor: Actor) -> DecisionRead:
    """Take back whatever was decided about a row, be it remembered for other lists or not.

    Raises NotFound, NotAllowed, InvalidTransition if nothing was decided.
    """
    _row(session, _staged(session, import_id, actor), row_id, decided=True)
    latest = select(MatchDecision.id).where(
        col(MatchDecision.row_id) == row_id, col(MatchDecision.revoked_at).is_(None)
    )
    number = session.exec(latest.order_by(col(MatchDecision.id).desc())).first()
    if number is not None:
        return revoke(session, decision_id=number, actor=actor)
    row = session.get_one(ImportRow, row_id)
    if CHOSEN_BY not in (row.facts or {}):
        raise InvalidTransition("这一行没有可撤回的决定。", "Nothing was decided about this row.", field="row_id")
    return decide(session, import_id=import_id, row_id=row_id, choice=AGAIN, actor=actor)


def remember(session: Session, *, facts: dict[str, Any], choice: str, actor: Actor) -> MatchDecision:
    """Remember what a person chose for a row outside of any import: an enterprise's key or ``new``.

    Needs the right to import for all directories. Raises NotAllowed, NotFound, Conflict (another credit code).
    """
    require_importer(actor, directory_code=None)
    verdict, firm = _chosen(session, choice)
    _check(facts, firm, verdict)
    decision = _decision(facts, verdict, firm, actor)
    session.add(decision)
    session.flush()
    _record(session, actor, "match.decide", decision, facts["name"], before=None)
    return decision


def _decision(facts: dict[str, Any], verdict: DecisionVerdict, firm: Enterprise | None, actor: Actor) -> MatchDecision:
    folded, place, code = decided_about(facts)
    return MatchDecision(
        folded=folded,
        place=place,
        code=code[:60],
        verdict=verdict,
        enterprise_id=firm.id if firm else None,
        actor=actor.label,
    )


def _staged(session: Session, import_id: int, actor: Actor) -> ImportRun:
    run = session.get(ImportRun, import_id, with_for_update=True)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    require_importer(actor, directory_code=run.directory_code)
    if run.state is not ImportState.MATCHED:
        raise InvalidTransition(
            f"导入 IM-{import_id} 的状态是“{run.state.label.zh}”，不能再改匹配。",
            f"Import IM-{import_id} is in the state “{run.state.label.en}”; its rows can no longer be decided.",
            field="id",
            value=import_id,
        )
    return run


def _row(session: Session, run: ImportRun, row_id: int, *, decided: bool = False) -> ImportRow:
    row = session.get(ImportRow, row_id, populate_existing=True)
    if row is None or row.import_id != run.id:
        raise NotFound(f"导入 IM-{run.id} 没有这一行。", f"Import IM-{run.id} has no such row.", field="row_id")
    if row.outcome is not RowOutcome.AMBIGUOUS and not decided:
        raise _decided_meanwhile(session, row)
    return row


def _decided_meanwhile(session: Session, row: ImportRow) -> Conflict:
    by = session.exec(
        select(MatchDecision.actor)
        .where(col(MatchDecision.row_id) == row.id, col(MatchDecision.revoked_at).is_(None))
        .order_by(col(MatchDecision.id).desc())
    ).first()
    who_zh, who_en = (f"（{by}）", f" by {by}") if by else ("", "")
    return Conflict(
        f"这一行已经确定为“{row.outcome.label.zh}”{who_zh}，没有改动。要改请先撤回。",
        f"The row is already {row.outcome.label.en.lower()}{who_en}; nothing was changed. Revoke that first.",
        field="row_id",
        value=row.id,
    )


def _chosen(session: Session, choice: str) -> tuple[DecisionVerdict, Enterprise | None]:
    if choice == NEW:
        return DecisionVerdict.NEW, None
    verdict = DecisionVerdict.OTHER if choice.startswith(NOT) else DecisionVerdict.SAME
    found = resolve(session, choice.removeprefix(NOT))
    return verdict, session.get_one(Enterprise, found.enterprise_id)


def _check(facts: dict[str, Any], firm: Enterprise | None, verdict: DecisionVerdict) -> None:
    """A chosen firm must not have another code than the row states."""
    if firm is None or verdict is not DecisionVerdict.SAME or "uscc" not in facts or firm.uscc in (None, facts["uscc"]):
        return
    raise Conflict(
        f"“{shorten(firm.name_zh)}”的统一社会信用代码是 {firm.uscc}，这一行写的是 {facts['uscc']}，不能对应。",
        f"The credit code of “{shorten(firm.name_zh)}” is {firm.uscc}, the row states {facts['uscc']}.",
        field="choice",
        value=firm.uscc,
    )


def _settle(
    session: Session, run: ImportRun, row: ImportRow, verdict: DecisionVerdict, firm: Enterprise | None
) -> None:
    """The row as it stands after the decision."""
    if verdict is DecisionVerdict.NEW:
        if (first := _new_row_like(session, run, row)) is not None:
            _repeat(session, run, row, first)
        else:
            _change(session, run, row, RowOutcome.NEW, "decided", decided_text(known=False), by="decided_new")
    elif verdict is DecisionVerdict.OTHER or firm is None:
        key = key_of(session, firm.id) if firm else ""
        left = [each for each in row.candidates or [] if each["key"] != key]
        zh, en = f"已排除一家，还有 {len(left)} 家候选。", f"One ruled out, {len(left)} left."
        _change(session, run, row, RowOutcome.AMBIGUOUS, "ruled_out", Text(zh, en), candidates=left)
    elif (first := _row_about(session, run, firm.id)) is not None:
        _repeat(session, run, row, first)
    else:
        _change(session, run, row, RowOutcome.MATCHED, "decided", decided_text(known=True), by="decided", firm=firm.id)


def _repeat(session: Session, run: ImportRun, row: ImportRow, first: ImportRow) -> None:
    """The row is about the firm of an earlier one."""
    row.facts = {**(row.facts or {}), "same_as": [first.sheet, first.row_number]}
    zh, en = f"与第 {first.row_number} 行是同一家企业。", f"The same enterprise as row {first.row_number}."
    reason = Text(zh, en)
    _change(session, run, row, RowOutcome.UNCHANGED, "repeated", reason, by="file", firm=first.enterprise_id)


def _new_row_like(session: Session, run: ImportRun, row: ImportRow) -> ImportRow | None:
    """A row of this import that states the same and was decided to be a firm of its own."""
    asked = decided_about(row.facts or {})
    query = select(ImportRow).where(
        col(ImportRow.import_id) == run.id,
        col(ImportRow.outcome) == RowOutcome.NEW,
        # Of a long list most rows are new by themselves: looking into the facts of each would take long.
        col(ImportRow.reason_code).in_(("decided", "decided_before")),
        col(ImportRow.facts)["folded"].as_string() == asked[0],
    )
    found = session.exec(query.order_by(col(ImportRow.id))).all()
    return next((one for one in found if decided_about(one.facts or {}) == asked), None)


def _row_about(session: Session, run: ImportRun, enterprise_id: int) -> ImportRow | None:
    """The row of this import that means the enterprise already."""
    query = select(ImportRow).where(
        col(ImportRow.import_id) == run.id,
        col(ImportRow.enterprise_id) == enterprise_id,
        col(ImportRow.outcome).in_((RowOutcome.MATCHED, RowOutcome.UNCHANGED)),
    )
    return session.exec(query.order_by(col(ImportRow.id))).first()


def _change(
    session: Session,
    run: ImportRun,
    row: ImportRow,
    outcome: RowOutcome,
    reason_code: str,
    reason: Text,
    *,
    by: str | None = None,
    firm: int | None = None,
    candidates: list[Any] | None = None,
    expected: RowOutcome = RowOutcome.AMBIGUOUS,
) -> None:
    """Change the row only if it still is what was seen, and the counts of the run with it."""
    old_reason = row.reason_code
    values: dict[str, Any] = {
        "outcome": outcome,
        "reason_code": reason_code,
        "reason_zh": reason.zh,
        "reason_en": reason.en,
        "matched_by": by,
        "enterprise_id": firm,
        "facts": row.facts,
    }
    if candidates is not None:
        values["candidates"] = candidates
    result: CursorResult[Any] = session.connection().execute(
        update(ImportRow).where(col(ImportRow.id) == row.id, col(ImportRow.outcome) == expected).values(**values)
    )
    if result.rowcount != 1:
        session.refresh(row)
        raise _decided_meanwhile(session, row)
    session.refresh(row)
    doubts_to_inbox(session, run)
    outcomes, reasons = dict(run.counts["outcomes"]), dict(run.counts["reasons"])
    outcomes[expected.value] -= 1
    outcomes[outcome.value] = outcomes.get(outcome.value, 0) + 1
    if old_reason in reasons:
        reasons[old_reason] -= 1
    reasons[reason_code] = reasons.get(reason_code, 0) + 1
    run.counts = {
        **run.counts,
        "outcomes": outcomes,
        "reasons": {code: count for code, count in sorted(reasons.items()) if count},
    }
    session.flush()


def _record(
    session: Session, actor: Actor, action: str, decision: MatchDecision, name: str, *, before: dict[str, Any] | None
) -> None:
    firm = key_of(session, decision.enterprise_id) if decision.enterprise_id is not None else None
    audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind="import" if decision.import_id else "match_decision",
        subject_key=f"IM-{decision.import_id}" if decision.import_id else str(decision.id),
        before=before,
        after={
            "decision": decision.id,
            "row": decision.row_id,
            "name": shorten(name),
            "verdict": decision.verdict.value,
            "enterprise": firm,
        },
    )


def _read(
    session: Session, run: ImportRun | None, row: ImportRow | None, decision: MatchDecision | None, actor: Actor
) -> DecisionRead:
    firm = decision.enterprise_id if decision else None
    return DecisionRead(
        id=decision.id if decision else None,
        import_id=run.id if run else None,
        row_id=row.id if row else None,
        verdict=decision.verdict if decision else None,
        enterprise_key=key_of(session, firm) if firm is not None else None,
        outcome=row.outcome if row else None,
        actor=decision.actor if decision else actor.label,
        decided_at=decision.decided_at if decision else clock.now(),
        counts=run.counts["outcomes"] if run else {},
    )
