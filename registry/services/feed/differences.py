"""What the feed has to say, from what it has told and what is so now: pure, no database.

A consumer keeps for each title what its last event says (``taken_back`` removes it). That is, at any place of the feed,
what the registry knew then; which of these titles are held on a day follows from their days alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from registry.feed_words import EventType, TitleStage
from registry.titles import DUE_DAYS


@dataclass(frozen=True, slots=True)
class Saying:
    """One event to append: its kind, the day it takes effect, and what was before."""

    type: EventType
    day: date
    before: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ToldTitle:
    """A title as the feed has told it."""

    enterprise_id: int | None
    valid_from: date
    valid_to: date | None
    withdrawn_on: date | None
    stage: TitleStage = TitleStage.RUNNING


@dataclass(frozen=True, slots=True)
class ToldFirm:
    """An enterprise as the feed has told it."""

    key: str
    name: str
    region_code: str | None
    merged_into_id: int | None
    is_removed: bool = False


def title_sayings(told: ToldTitle | None, so: ToldTitle | None, today: date) -> tuple[list[Saying], ToldTitle | None]:
    """What to say about a title and what the feed has told then. ``so``: the title now, None if it is not public."""
    if so is None:
        return ([] if told is None else [Saying(EventType.TAKEN_BACK, today)]), None
    said: list[Saying] = []
    if told is None:
        said.append(Saying(EventType.GRANTED, so.valid_from))
        told = so if so.withdrawn_on is None else replace(so, withdrawn_on=None)
    if told.enterprise_id != so.enterprise_id:
        said.append(Saying(EventType.TRANSFERRED, today))
        told = replace(told, enterprise_id=so.enterprise_id)
    if (told.valid_from, told.valid_to) != (so.valid_from, so.valid_to):
        said.append(Saying(EventType.AMENDED, so.valid_from, _days(told)))
        told = replace(told, valid_from=so.valid_from, valid_to=so.valid_to, stage=TitleStage.RUNNING)
    if told.withdrawn_on != so.withdrawn_on:
        if so.withdrawn_on is None:
            # Time has gone on meanwhile: what it did is told again.
            said.append(Saying(EventType.REINSTATED, today, _days(told)))
            told = replace(told, withdrawn_on=None, stage=TitleStage.RUNNING)
        else:
            said.append(Saying(EventType.WITHDRAWN, so.withdrawn_on))
            told = replace(told, withdrawn_on=so.withdrawn_on)
    if (passing := _passing(told, today)) is not None:
        said.append(passing)
        told = replace(told, stage=TitleStage.OVER if passing.type is EventType.EXPIRED else TitleStage.DUE)
    return said, told


def _passing(told: ToldTitle, today: date) -> Saying | None:
    """What time alone has done to a title since it was told."""
    if told.withdrawn_on is not None or told.valid_to is None or told.stage is TitleStage.OVER:
        return None
    if told.valid_to < today:
        return Saying(EventType.EXPIRED, told.valid_to + timedelta(days=1))
    first_due = max(told.valid_from, told.valid_to - timedelta(days=DUE_DAYS))
    if told.stage is TitleStage.RUNNING and first_due <= today:
        return Saying(EventType.DUE, first_due)
    return None


def _days(told: ToldTitle) -> dict[str, Any]:
    return {
        "valid_from": told.valid_from.isoformat(),
        "valid_to": told.valid_to and told.valid_to.isoformat(),
        "withdrawn_on": told.withdrawn_on and told.withdrawn_on.isoformat(),
    }


def firm_sayings(told: ToldFirm | None, so: ToldFirm) -> Iterator[tuple[EventType, dict[str, Any] | None]]:
    """What to say about an enterprise, with what was before; the caller knows the days."""
    if told is None or told.is_removed:
        if so.is_removed:
            return
        yield EventType.CREATED, None
        told = so if so.merged_into_id is None else replace(so, merged_into_id=None)
    if so.is_removed:
        yield EventType.REMOVED, None
        return
    if told.key != so.key:
        yield EventType.RECODED, {"key": told.key}
    if told.name != so.name:
        yield EventType.RENAMED, {"name": told.name}
    if told.region_code != so.region_code and told.region_code is not None:
        yield EventType.MOVED, {"region_code": told.region_code}
    if told.merged_into_id != so.merged_into_id:
        yield (EventType.SEPARATED if so.merged_into_id is None else EventType.MERGED), None
