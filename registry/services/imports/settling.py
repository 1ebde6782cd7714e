"""The rows of a staged import decided anew, stored where something became of them other than before, and counted."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from registry.errors import InvalidInput, NotFound
from registry.models import ImportRow, ImportRun, MatchDecision
from registry.services.imports.bulk import update_values
from registry.services.imports.interpreting import Facts
from registry.services.imports.lookups import decided_about, decision_key
from registry.services.imports.matching import Decision, decided_text
from registry.vocabulary import RowOutcome

CHOSEN_BY = "chosen_by"
"""Fact of a row about which a person said something that is not remembered for other lists: who."""
_COLUMNS = (
    *("outcome", "reason_code", "reason_zh", "reason_en", "matched_by", "enterprise_id", "candidates", "facts"),
)


def rows_in_order(session: Session, run: ImportRun) -> list[ImportRow]:
    """Every row of an import as the file has them."""
    return list(
        session.exec(select(ImportRow).where(col(ImportRow.import_id) == run.id).order_by(col(ImportRow.id))).all()
    )


def row_at(session: Session, run: ImportRun, place: tuple[str, int]) -> ImportRow | None:
    """The row of an import at a place of its file."""
    query = select(ImportRow).where(
        col(ImportRow.import_id) == run.id,
        col(ImportRow.sheet) == place[0],
        col(ImportRow.row_number) == place[1],
    )
    return session.exec(query).first()


def find_row(session: Session, *, import_id: int, row_number: int, sheet: str | None = None) -> int:
    """The row at a place of the file of an import. Raises NotFound, InvalidInput if several sheets have such a row."""
    query = select(ImportRow.id, ImportRow.sheet).where(
        col(ImportRow.import_id) == import_id, col(ImportRow.row_number) == row_number
    )
    if sheet is not None:
        query = query.where(col(ImportRow.sheet) == sheet)
    found = session.exec(query.order_by(col(ImportRow.id))).all()
    if not found:
        raise NotFound(
            f"导入 IM-{import_id} 没有第 {row_number} 行。",
            f"Import IM-{import_id} has no row {row_number}.",
            field="ROW",
            value=row_number,
        )
    if len(found) > 1:
        sheets = "、".join(name for _, name in found)
        raise InvalidInput(
            f"有 {len(found)} 个表有第 {row_number} 行，请写明表名，如 {found[0][1]}!{row_number}。表名：{sheets}。",
            f"{len(found)} sheets have a row {row_number}; name one, such as {found[0][1]}!{row_number}: "
            f"{sheets.replace('、', ', ')}.",
            field="ROW",
            value=row_number,
        )
    return found[0][0]


def store_again(
    session: Session, run: ImportRun, rows: Sequence[ImportRow], facts: Sequence[Facts], decisions: Sequence[Decision]
) -> None:
    """Store what became of the rows now, and bring the counts of the run up to date."""
    own = _decided_here(session, run)
    values = []
    for row, stated, decision in zip(rows, facts, decisions, strict=True):
        _say_who_decided(decision, stated, own)
        if decision.same_as is not None:
            stated["same_as"] = list(decision.same_as)
        if "same_maker" in stated:
            stated["same_maker"] = list(stated["same_maker"])
        if (made := _values(decision, stated)) != tuple(getattr(row, column) for column in _COLUMNS):
            values.append((*made, row.id))
    update_values(session, ImportRow, _COLUMNS, values)
    session.expire_all()
    _count(session, run)


def _decided_here(session: Session, run: ImportRun) -> set[str]:
    decided = select(MatchDecision).where(
        col(MatchDecision.import_id) == run.id, col(MatchDecision.revoked_at).is_(None)
    )
    return {decision_key(one.folded, one.place, one.code) for one in session.exec(decided)}


def _say_who_decided(decision: Decision, facts: Facts, own: set[str]) -> None:
    """A row whose firm was decided in this very import says so, not that it was decided before."""
    if decision.reason_code == "decided_before" and decision_key(*decided_about(facts)) in own:
        known = decision.firm is not None
        decision.reason_code, decision.reason = "decided", decided_text(known=known)
        decision.matched_by = "decided" if known else "decided_new"


def _values(decision: Decision, facts: Facts) -> tuple[Any, ...]:
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
