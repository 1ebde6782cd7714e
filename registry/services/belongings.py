"""What belongs to an enterprise, table by table: what moves when it is merged or split, and what stays, and why.

Every table that refers to an enterprise is named here in one of the two; a test sees to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from registry.models import (
    AccessRecord,
    Claim,
    ClaimCode,
    Contact,
    Correction,
    CultivationCase,
    EnterpriseChain,
    Evidence,
    Fact,
    Figure,
    Listing,
    Membership,
    ParkFirm,
    Product,
    SearchWord,
    Submission,
    WorkItem,
)


@dataclass(frozen=True, slots=True)
class Belonging:
    """A table whose rows move. ``once``: columns of which one enterprise has each combination once.

    ``alone``: an enterprise has one row; it moves only to one that has none.
    """

    table: Any
    once: tuple[str, ...] = ()
    alone: bool = False


MOVED: dict[str, Belonging] = {
    "listing": Belonging(Listing),
    "product": Belonging(Product),
    "cultivation_case": Belonging(CultivationCase),
    "submission": Belonging(Submission),
    "evidence": Belonging(Evidence),
    "membership": Belonging(Membership, ("account_id", "ended_at")),
    "claim": Belonging(Claim),
    "claim_code": Belonging(ClaimCode),
    "park_firm": Belonging(ParkFirm, ("park_id",)),
    "contact": Belonging(Contact, alone=True),
    "access_record": Belonging(AccessRecord),
    "correction": Belonging(Correction),
    "work_item": Belonging(WorkItem),
    "search_word": Belonging(SearchWord),
    "figure": Belonging(Figure, ("year", "name", "trust")),
    "fact": Belonging(Fact, ("name", "trust")),
    "enterprise_chain": Belonging(EnterpriseChain, ("chain_code",)),
}
"""What moves, by the name of its table; its column is ``enterprise_id``."""
STAYS: dict[tuple[str, str], str] = {
    ("enterprise", "merged_into_id"): "this is the merge itself",
    ("enterprise_address", "enterprise_id"): "old addresses lead through the merged enterprise, for ever",
    ("enterprise_name", "enterprise_id"): "names move by rules of their own: the present one becomes a former one",
    ("assessment", "enterprise_id"): "a stored assessment says who was judged",
    ("land_grade", "enterprise_id"): "a finished run says who was graded",
    ("import_row", "enterprise_id"): "a row says what was decided when it was written; readers follow merges",
    ("match_decision", "enterprise_id"): "a decision is remembered as it was made; readers follow merges",
    ("group_link", "enterprise_id"): "a link says what was curated; readers follow merges both ways",
    ("group_link", "other_id"): "a link says what was curated; readers follow merges both ways",
    ("merge_proposal", "first_id"): "a proposal names the two it is about",
    ("merge_proposal", "second_id"): "a proposal names the two it is about",
}
"""What stays, and why."""


def move_rows(session: Session, name: str, *, old: int, new: int, only: Sequence[int] | None = None) -> list[int]:
    """Point the rows of one table to another enterprise, except where it has its own; the numbers that moved.

    ``only``: just these rows, as far as they belong to ``old``.
    """
    about = MOVED[name]
    table = about.table
    columns = [getattr(table, column) for column in about.once]
    query = select(table.id, *columns).where(col(table.enterprise_id) == old).order_by(table.id)
    if only is not None:
        query = query.where(col(table.id).in_(only))
    taken: set[tuple[Any, ...]] = set()
    if about.once or about.alone:
        taken = {
            tuple(row) for row in session.execute(select(*(columns or [table.id])).where(table.enterprise_id == new))
        }
    if about.alone:
        numbers = [] if taken else [row[0] for row in session.execute(query)]
    else:
        numbers = [row[0] for row in session.execute(query) if not about.once or tuple(row[1:]) not in taken]
    point_rows(session, name, numbers, old=old, new=new)
    return numbers


def point_rows(session: Session, name: str, numbers: Sequence[int], *, old: int, new: int) -> None:
    """Give rows by number from one enterprise to another; those that are elsewhere by now are left alone."""
    table = MOVED[name].table
    for chunk in _chunks(numbers):
        session.execute(
            update(table)
            .where(col(table.id).in_(chunk), col(table.enterprise_id) == old)
            .values(enterprise_id=new)
            .execution_options(synchronize_session="fetch")
        )


def count_rows(session: Session, enterprise_id: int) -> dict[str, int]:
    """How many rows of each kind belong to an enterprise; kinds without any are left out."""
    found = {}
    for name, about in MOVED.items():
        rows = session.scalars(select(about.table.id).where(col(about.table.enterprise_id) == enterprise_id))
        if count := len(rows.all()):
            found[name] = count
    return found


def _chunks(numbers: Sequence[int], size: int = 1_000) -> Iterable[Sequence[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
