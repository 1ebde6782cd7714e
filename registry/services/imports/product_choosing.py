"""A person's word on a row of a staged product list, and what becomes of all its rows then.

Who made a product is decided as in any list; which of two entries of one version counts is decided here. A catalogue
is short: after each word every row is decided again from what it states, as when it was staged.
"""

from typing import Any

from sqlmodel import Session

from registry.errors import Conflict, InvalidInput
from registry.models import ImportRow, ImportRun
from registry.policies import Actor
from registry.services import audit
from registry.services.imports.lookups import Lookup
from registry.services.imports.matching import Matcher
from registry.services.imports.options import existing_batch, resolve, stored_options
from registry.services.imports.product_deciding import ENTRY, KEPT, REGRADE, TAKEN, ProductDecider
from registry.services.imports.settling import CHOSEN_BY, row_at, rows_in_order, store_again
from registry.vocabulary import RowOutcome

AGAIN = "again"
"""Take back which entry counts."""
_AGAINST = "entry_against"
_SETTLED = ("same_as", "same_maker", REGRADE)
"""Facts that say what became of a row; they are made anew."""


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
    # The row that takes the place of another is read before it.
    rows = sorted(rows_in_order(session, run), key=lambda row: (row.facts or {}).get(ENTRY) != TAKEN)
    facts = [{key: value for key, value in (row.facts or {}).items() if key not in _SETTLED} for row in rows]
    destination = resolve(session, stored_options(run.understood))
    batch = existing_batch(session, destination) if destination else None
    number = batch.id if batch is not None and batch.voided_at is None else None
    matcher = Matcher()
    with matcher.so_far:
        decisions = ProductDecider(Lookup(session), matcher, number).decide(
            facts, [(row.sheet, row.row_number) for row in rows]
        )
    store_again(session, run, rows, facts, decisions)


def place_stood_against(facts: dict[str, Any]) -> tuple[str, int] | None:
    """Sheet and number of the row of the file that a row stands, or stood, against."""
    place = facts.get("same_as") or facts.get(_AGAINST)
    return (place[0], place[1]) if place is not None else None


def _without_choice(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in (ENTRY, CHOSEN_BY, _AGAINST)}
