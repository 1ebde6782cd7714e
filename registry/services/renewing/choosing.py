"""Which titles end: the window, the narrowing and the order, as SQL over Listing, Batch, Enterprise and Assessment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, String, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from registry.models import Assessment, Batch, CultivationCase, Enterprise, Listing
from registry.policies import EVERYWHERE
from registry.services.assessing.choosing import Reason, because, where_and_what
from registry.services.assessing.runs import RunRule
from registry.services.keyset import Order
from registry.vocabulary import BatchState, RenewalSort, RenewalWindow

DAYS = {RenewalWindow.DAYS_30: 30, RenewalWindow.DAYS_90: 90, RenewalWindow.DAYS_180: 180}
BACK_DAYS = 180
"""A title that ended longer ago without a new one has lapsed and is no longer a matter of renewal."""


@dataclass(frozen=True, slots=True)
class RenewalQuery:
    """Which titles. ``region_code`` is the official's own region; the rest narrows it.

    ``officer``: an account's id, or 0 for firms nobody has taken into the pool.
    """

    region_code: str = EVERYWHERE
    window: RenewalWindow = RenewalWindow.DAYS_90
    directory: str | None = None
    place: str | None = None
    chain: str | None = None
    officer: int | None = None
    reason: Reason | None = None
    sort: RenewalSort = RenewalSort.END
    cursor: str | None = None
    limit: int = 25

    def at(self, cursor: str | None, limit: int) -> "RenewalQuery":
        """The same question from another place."""
        return replace(self, cursor=cursor, limit=limit)


def from_titles(columns: Sequence[Any], runs: Mapping[int, RunRule]) -> Any:
    """A query over titles with their batch, firm, open case and stored assessment of the newest review."""
    judged = or_(
        false(),
        *(
            and_(col(Listing.directory_code) == run.run.tier, col(Assessment.run_id) == number)
            for number, run in runs.items()
        ),
    )
    cased = and_(
        col(CultivationCase.enterprise_id) == col(Listing.enterprise_id),
        col(CultivationCase.directory_code) == col(Listing.directory_code),
        col(CultivationCase.closed_at).is_(None),
    )
    return (
        select(*columns)
        .select_from(Listing)
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .outerjoin(CultivationCase, cased)
        .outerjoin(Assessment, and_(col(Assessment.enterprise_id) == col(Listing.enterprise_id), judged))
    )


def ending(as_of: date) -> list[ColumnElement[bool]]:
    """SQL: titles that end in the longest window or ended in the days before, unless a later one follows them."""
    later, batch = aliased(Listing), aliased(Batch)
    followed = (
        exists(select(col(later.id)))
        .where(
            col(later.enterprise_id) == col(Listing.enterprise_id),
            col(later.directory_code) == col(Listing.directory_code),
            col(later.voided_at).is_(None),
            col(later.withdrawn_on).is_(None),
            or_(col(later.valid_to).is_(None), col(later.valid_to) > col(Listing.valid_to)),
            col(later.batch_id).in_(select(col(batch.id)).where(col(batch.state) == BatchState.FINAL)),
        )
        .correlate(Listing)
    )
    return [
        col(Listing.voided_at).is_(None),
        col(Listing.withdrawn_on).is_(None),
        col(Batch.state) == BatchState.FINAL,
        col(Listing.valid_to) >= as_of - timedelta(days=BACK_DAYS),
        col(Listing.valid_to) <= as_of + timedelta(days=DAYS[RenewalWindow.DAYS_180]),
        col(Listing.valid_from) <= as_of,
        col(Enterprise.voided_at).is_(None),
        ~followed,
    ]


def within(window: RenewalWindow, as_of: date) -> ColumnElement[bool]:
    """SQL: of those, the titles of one window."""
    if window is RenewalWindow.ENDED:
        return col(Listing.valid_to) < as_of
    return and_(col(Listing.valid_to) >= as_of, col(Listing.valid_to) <= as_of + timedelta(days=DAYS[window]))


def narrowed(query: RenewalQuery, mine: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    """SQL: region, place, chain, directory, officer (``mine``); not the window."""
    parts = where_and_what(query.region_code, query.place, query.chain)
    if query.directory:
        parts.append(col(Listing.directory_code) == query.directory)
    if mine is not None:
        parts.append(mine)
    return parts


def failing(reason: Reason | None, runs: Mapping[int, RunRule]) -> ColumnElement[bool]:
    """SQL: the stored review has this criterion like that; always true without a reason."""
    return true() if reason is None else because(reason, runs)


def order_of(sort: RenewalSort) -> Order:
    """How the rows are sorted; equal rows by their end, then by number."""
    end = (col(Listing.valid_to), Date(), date)
    number = (col(Listing.id), BigInteger(), int)
    if sort is RenewalSort.NAME:
        return Order(((col(Enterprise.name_zh), String(), str), number))
    if sort is RenewalSort.GAPS:
        return Order(((-func.coalesce(col(Assessment.gap_count), -1), BigInteger(), int), end, number))
    return Order((end, number))


def counted(window: RenewalWindow, as_of: date) -> ColumnElement[int]:
    """SQL: how many rows of a group are in a window."""
    return func.coalesce(func.sum(case((within(window, as_of), 1), else_=0)), 0)
