"""What became of the pool: how many reached each stage, how long they stayed, how many won; by city and tier."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import median

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.identity.regions import city_of
from registry.models import CaseEvent, CultivationCase
from registry.policies import OFFICIALS, Actor, require
from registry.pool_words import CaseEventKind
from registry.schemas.base import ReadModel
from registry.services.places import place
from registry.services.pool.choosing import CaseQuery, from_cases, narrowed, place_column
from registry.services.pool.listing import directory_names
from registry.vocabulary import CaseStage

UNKNOWN = Text("所在地未登记", "Place not recorded")
DAY_SECONDS = 86_400


class StageTime(ReadModel):
    """A stage: how many cases were ever in it, how many stays have ended, their median length in days."""

    stage: CaseStage
    reached: int
    stays: int
    median_days: float | None


class Outcome(ReadModel):
    """A group of cases. ``share``: recognised among those closed; None where none is closed."""

    key: str
    name: Text
    entered: int
    open: int
    recognised: int
    left: int
    share: float | None
    median_days: float | None
    """From entry to recognition."""


class Outcomes(ReadModel):
    """The whole, by stage, by city and by tier."""

    total: Outcome
    stages: tuple[StageTime, ...]
    cities: tuple[Outcome, ...]
    tiers: tuple[Outcome, ...]
    exits: tuple[tuple[str, int], ...]
    """Why cases left: values of ``CaseExit``, most frequent first."""


class _Case:
    """What is counted of one case."""

    def __init__(self, stage: CaseStage, opened_at: datetime, closed_at: datetime | None) -> None:
        self.stage, self.opened_at, self.closed_at = stage, opened_at, closed_at


def outcomes(session: Session, query: CaseQuery, *, actor: Actor) -> Outcomes:
    """Everything that was ever taken in, inside the official's region, place, chain and directory.

    Raises NotAllowed outside the own region.
    """
    require(actor, OFFICIALS, region_code=query.region_code)
    asked = narrowed(query, today=clock.today(), stages=False)
    columns = (
        col(CultivationCase.id),
        col(CultivationCase.stage),
        col(CultivationCase.opened_at),
        col(CultivationCase.closed_at),
        col(CultivationCase.directory_code),
        col(CultivationCase.exit_kind),
        place_column(),
    )
    every: list[_Case] = []
    by_city: dict[str, list[_Case]] = defaultdict(list)
    by_tier: dict[str, list[_Case]] = defaultdict(list)
    exits: dict[str, int] = defaultdict(int)
    for _, stage, opened, closed, code, exit_kind, where in session.execute(from_cases(*columns).where(*asked)):
        one = _Case(stage, opened, closed)
        every.append(one)
        by_city[(city_of(where) if where else None) or ""].append(one)
        by_tier[code].append(one)
        if exit_kind is not None:
            exits[str(exit_kind)] += 1
    titles = directory_names(session)
    return Outcomes(
        total=_outcome("", Text("合计", "Total"), every),
        stages=_stages(session, query),
        cities=_sorted(_outcome(code, place(code) or UNKNOWN, found) for code, found in by_city.items()),
        tiers=_sorted(_outcome(code, titles[code], found) for code, found in by_tier.items()),
        exits=tuple(sorted(exits.items(), key=lambda item: (-item[1], item[0]))),
    )


def _outcome(key: str, name: Text, found: list[_Case]) -> Outcome:
    won = [one for one in found if one.stage is CaseStage.RECOGNISED]
    left = sum(one.stage is CaseStage.LEFT for one in found)
    days = [_days(one.opened_at, one.closed_at) for one in won if one.closed_at is not None]
    return Outcome(
        key=key,
        name=name,
        entered=len(found),
        open=len(found) - len(won) - left,
        recognised=len(won),
        left=left,
        share=len(won) / (len(won) + left) if won or left else None,
        median_days=round(median(days), 1) if days else None,
    )


def _sorted(found: Iterable[Outcome]) -> tuple[Outcome, ...]:
    return tuple(sorted(found, key=lambda one: (-one.entered, one.key)))


def _stages(session: Session, query: CaseQuery) -> tuple[StageTime, ...]:
    """From the events: an entry or move begins a stay, the next one ends it."""
    ours = from_cases(col(CultivationCase.id)).where(*narrowed(query, today=clock.today(), stages=False))
    events = (
        select(col(CaseEvent.case_id), col(CaseEvent.at), col(CaseEvent.after))
        .where(col(CaseEvent.kind).in_([CaseEventKind.ENTRY, CaseEventKind.MOVE]), col(CaseEvent.case_id).in_(ours))
        .order_by(col(CaseEvent.case_id), col(CaseEvent.id))
    )
    reached: dict[str, set[int]] = defaultdict(set)
    stays: dict[str, list[float]] = defaultdict(list)
    last: tuple[int, datetime, str] | None = None
    for number, at, stage in session.execute(events):
        if last is not None and last[0] == number:
            stays[last[2]].append(_days(last[1], at))
        reached[stage].add(number)
        last = (number, at, stage)
    return tuple(
        StageTime(
            stage=stage,
            reached=len(reached[stage.value]),
            stays=len(stays[stage.value]),
            median_days=round(median(stays[stage.value]), 1) if stays[stage.value] else None,
        )
        for stage in CaseStage
    )


def _days(begin: datetime, end: datetime) -> float:
    return max((end - begin).total_seconds() / DAY_SECONDS, 0.0)
