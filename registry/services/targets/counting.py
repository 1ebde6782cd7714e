"""Which firms count on a day, will still count later, leave or join: one set of firms for a number and for its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlmodel import Session, col

from registry.models import Batch, Enterprise, Listing
from registry.services.targets.catalogue import Plan, lies_in
from registry.services.targets.rules import Listings
from registry.titles import DUE_DAYS, held_on, shown
from registry.vocabulary import BatchState, LabelledEnum


class View(LabelledEnum):
    """Which firms of an indicator: those that count, or what changes until the day of the forecast."""

    NOW = "now", "当日计入", "Counted on the day"
    FORECAST = "forecast", "90 天后预计", "Expected in 90 days"
    LEAVING = "leaving", "90 天内退出", "Leaving within 90 days"
    JOINING = "joining", "90 天内加入", "Joining within 90 days"


@dataclass(frozen=True, slots=True)
class Tally:
    """Firms of one indicator seen from a day. ``forecast`` is ``now`` less ``leaving`` plus ``joining``, always.

    ``known``: whether any title had begun by the day; if not, 0 would say more than the registry knows.
    """

    now: int
    forecast: int
    leaving: int
    joining: int
    known: bool
    on_days: tuple[int | None, ...]
    """Counted on each further day asked for; None where no title had begun by then."""


def forecast_day(day: date) -> date:
    """The day the forecast is for."""
    return day + timedelta(days=DUE_DAYS)


def tally(session: Session, plan: Plan, rule: Listings, *, day: date, on_days: Sequence[date] = ()) -> Tally:
    """Count the firms of a rule on the day, and on ``on_days``, in one pass over its titles."""
    firms = _firms(plan, rule, day, on_days)
    now, later = firms.c.now, firms.c.later
    sums = [now, later, now * (1 - later), later * (1 - now)]
    query = select(
        *(func.coalesce(func.sum(one), 0) for one in sums),
        func.coalesce(func.max(firms.c.begun), 0),
        *(func.coalesce(func.sum(firms.c[f"on_{at}"]), 0) for at in range(len(on_days))),
        *(func.coalesce(func.max(firms.c[f"begun_{at}"]), 0) for at in range(len(on_days))),
    )
    row = [int(value) for value in session.execute(query).one()]
    counts, begun = row[5 : 5 + len(on_days)], row[5 + len(on_days) :]
    further = tuple(count if there else None for count, there in zip(counts, begun, strict=True))
    return Tally(row[0], row[1], row[2], row[3], bool(row[4]), further)


def members(plan: Plan, rule: Listings, *, day: date, view: View = View.NOW) -> Select[Any]:
    """SQL: the numbers of the firms of a view; ``tally`` counts exactly these."""
    firms = _firms(plan, rule, day, ())
    now, later = firms.c.now, firms.c.later
    wanted: dict[View, ColumnElement[bool]] = {
        View.NOW: now == 1,
        View.FORECAST: later == 1,
        View.LEAVING: and_(now == 1, later == 0),
        View.JOINING: and_(now == 0, later == 1),
    }
    return select(firms.c.enterprise_id).where(wanted[view])


def _firms(plan: Plan, rule: Listings, day: date, on_days: Sequence[date]) -> Any:
    """One row a firm with a title of the rule: does it count now, later, on each further day; had a title begun."""
    later = or_(held_on(forecast_day(day)), _noticed(day))
    columns = [
        _any(held_on(day)).label("now"),
        _any(later).label("later"),
        _any(_begun(day)).label("begun"),
        *(_any(held_on(one)).label(f"on_{at}") for at, one in enumerate(on_days)),
        *(_any(_begun(one)).label(f"begun_{at}") for at, one in enumerate(on_days)),
    ]
    return (
        select(col(Listing.enterprise_id).label("enterprise_id"), *columns)
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .where(col(Listing.directory_code).in_(rule.directories), shown(), *lies_in(plan, rule.chains))
        .group_by(col(Listing.enterprise_id))
        .subquery()
    )


def _any(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(case((condition, 1), else_=0))


def _begun(day: date) -> ColumnElement[bool]:
    return and_(col(Batch.state) == BatchState.FINAL, col(Listing.valid_from) <= day)


def _noticed(day: date) -> ColumnElement[bool]:
    """In a public notice that has been opened: what is likely to be announced."""
    opened = or_(col(Batch.notice_from).is_(None), col(Batch.notice_from) <= day)
    return and_(col(Batch.state) == BatchState.PUBLIC_NOTICE, opened)
