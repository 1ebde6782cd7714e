"""A person's word on a doubtful row of a notice: whether to do what it says, for whom, or to leave it out."""

from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from registry.errors import Conflict, InvalidInput
from registry.models import ImportRow, ImportRun
from registry.policies import Actor
from registry.schemas.matching import Question
from registry.services import audit
from registry.services.imports.matching import Decision
from registry.services.imports.settling import CHOSEN_BY, rows_in_order, store_again
from registry.services.notices.deciding import CHUNK, CONFIRMED, LEFT_OUT, MADE, TARGET, Asked, Decider
from registry.services.resolving import resolve
from registry.vocabulary import RowOutcome

DO, SKIP, AGAIN = "do", "skip", "again"
SHORT = 500
"""A notice of so many rows is decided again whole."""
_SAID = (CONFIRMED, LEFT_OUT, TARGET, CHOSEN_BY)


def question_of(row: ImportRow) -> Question:
    """What is asked about a row of a notice: which firm, which firm after the merger, or whether to do it."""
    if row.enterprise_id is None:
        return "firm"
    return "target" if "targets" in (row.facts or {}) else "act"


def choose_act(session: Session, run: ImportRun, row: ImportRow, choice: str, actor: Actor) -> None:
    """``do`` what the row says all the same, ``skip`` it, the key of the firm after a merger, or ``again``: open again.

    Raises InvalidInput for another choice, NotFound for a key there is none of, Conflict if nothing was chosen before.
    """
    facts = row.facts or {}
    kept = {key: value for key, value in facts.items() if key not in _SAID}
    said: dict[str, Any] = {CHOSEN_BY: actor.label}
    if choice == AGAIN:
        if CHOSEN_BY not in facts:
            raise Conflict(
                "这一行没有可撤回的决定。", "Nothing was decided about this row.", field="row_id", value=row.id
            )
        said = {}
    elif choice == SKIP:
        said |= {LEFT_OUT: True}
    elif choice == DO and question_of(row) == "act" and "by_hand" not in facts:
        said |= {CONFIRMED: True}
    elif question_of(row) == "target" and choice != DO:
        said |= {TARGET: _target(session, facts, choice)}
    else:
        raise InvalidInput(
            "这一行只能选：do（照通知办理）或 skip（不办理）。",
            "For this row say do (as the notice says) or skip (leave it out).",
            field="choice",
            value=choice[:40],
            choices=(DO, SKIP),
        )
    row.facts = kept | said
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="import.choose_act",
        subject_kind="import",
        subject_key=f"IM-{run.id}",
        after={"row": row.id, "row_number": row.row_number, "choice": choice},
    )
    decide_again(session, run, row, None)


def decide_again(session: Session, run: ImportRun, row: ImportRow, firm: int | None) -> None:
    """Decide the rows of a staged notice anew from what they state and what people said about them.

    Of a long notice only those that a word about ``row`` can change: of the same name, or about the firm it meant
    before or means now (``firm``).
    """
    rows = rows_in_order(session, run) if run.counts["rows"] <= SHORT else _touched(session, run, row, firm)
    facts = [{key: value for key, value in (row.facts or {}).items() if key not in MADE} for row in rows]
    places = [(row.sheet, row.row_number) for row in rows]
    decisions: list[Decision] = []
    with Decider(session, Asked.of(run)) as decider:
        for start in range(0, len(rows), CHUNK):
            decisions += decider.decide(facts[start : start + CHUNK], places[start : start + CHUNK])
    store_again(session, run, rows, facts, decisions)


def _touched(session: Session, run: ImportRun, row: ImportRow, firm: int | None) -> list[ImportRow]:
    firms = {row.enterprise_id, firm} - {None}
    alike = [col(ImportRow.id) == row.id, col(ImportRow.enterprise_id).in_(firms)]
    if name := (row.facts or {}).get("folded"):
        alike.append(col(ImportRow.facts)["folded"].as_string() == name)
    query = select(ImportRow).where(col(ImportRow.import_id) == run.id, or_(*alike))
    return list(session.exec(query.order_by(col(ImportRow.id))).all())


def may_choose(row: ImportRow, choice: str) -> bool:
    """Whether a choice is about the act and not about which firm the row means."""
    if choice == AGAIN:
        return CHOSEN_BY in (row.facts or {})
    return row.outcome is RowOutcome.AMBIGUOUS and (choice == SKIP or question_of(row) != "firm")


def _target(session: Session, facts: dict[str, Any], choice: str) -> int:
    number = resolve(session, choice).enterprise_id
    if number not in facts["targets"]:
        raise InvalidInput(
            "选定的企业与合并后的名称不符。",
            "The chosen enterprise does not bear the name after the merger.",
            field="choice",
            value=choice,
        )
    return number
