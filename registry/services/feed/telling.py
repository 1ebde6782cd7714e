"""Append to the change feed what differs from what it has told, in the transaction of the act that made the difference.

Numbers are given under the lock that the audit chain takes too, held until the transaction ends: whoever gets the next
number has waited for the one before to be committed or given up. So numbers have no gaps, a smaller number is never
seen after a larger one, and a reader that remembers the last number it saw misses nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlmodel import Session, col

from registry import clock
from registry.feed_words import EventType
from registry.models import Batch, FeedEvent, FeedFirm, FeedTitle
from registry.services import audit
from registry.services.feed.differences import Saying, ToldFirm, ToldTitle, firm_sayings, title_sayings
from registry.services.feed.present import FirmNow, Key, TitleNow, firms_now, moved_on, renamed_on, titles_now
from registry.services.imports.bulk import insert_values

CHUNK = 500
"""Enterprises or products looked at together."""


def tell(session: Session, *, enterprises: Iterable[int] = (), products: Iterable[int] = ()) -> int:
    """Append an event for all that differs from what was told about these; returns how many."""
    firms, versions = sorted(set(enterprises)), sorted(set(products))
    if not firms and not versions:
        return 0
    session.flush()
    # Before anything is compared: what another act tells meanwhile must not be told twice.
    audit.take_turn(session)
    told = 0
    for first in range(0, len(firms), CHUNK):
        told += _Comparison(session, firms[first : first + CHUNK], []).tell()
    for first in range(0, len(versions), CHUNK):
        told += _Comparison(session, [], versions[first : first + CHUNK]).tell()
    return told


def tell_correction(session: Session, *, old: Batch, new: Batch, day: date) -> None:
    """Say that an announcement gave way to a corrected edition; what changes in its titles is told title by title."""
    audit.take_turn(session)
    data = _data(None, None, None) | {"announcement": {"id": new.id, "label": new.label, "replaces": old.id}}
    _append(session, [(EventType.CORRECTED, day, new.directory_code, data)])


@dataclass
class _Comparison:
    """What was told about some enterprises and products, beside what is so."""

    session: Session
    firms: Sequence[int]
    products: Sequence[int]
    today: date = field(default_factory=clock.today)

    def tell(self) -> int:
        """Say what differs, and keep that it was said."""
        titles, told_titles = self._titles()
        concerned = set(self.firms) | {title.enterprise_id for title in titles.values() if title.enterprise_id}
        firms = firms_now(self.session, concerned)
        firms |= firms_now(self.session, {one.so.merged_into_id for one in firms.values() if one.so.merged_into_id})
        holders = {told.enterprise_id for told in told_titles.values() if told.enterprise_id}
        told_firms = _told_firms(self.session, holders | firms.keys())
        events = self._about_firms(firms, told_firms)
        events += self._about_titles(titles, told_titles, firms, told_firms)
        _append(self.session, events)
        return len(events)

    def _titles(self) -> tuple[dict[Key, TitleNow], dict[Key, ToldTitle]]:
        titles = titles_now(self.session, firms=self.firms, products=self.products)
        told = _told_titles(self.session, self.firms, titles)
        # Told of one of these, and of somebody else since.
        elsewhere = [key for key in told if key not in titles]
        return titles | titles_now(self.session, firms=[], products=[], named=elsewhere), told

    def _about_firms(self, firms: dict[int, FirmNow], told_firms: dict[int, ToldFirm]) -> list["_Event"]:
        events: list[_Event] = []
        changed: dict[int, ToldFirm] = {}
        for number, firm in sorted(firms.items()):
            told = told_firms.get(number)
            if told == firm.so or (told is None and firm.so.is_removed):
                continue
            changed[number] = firm.so
            for kind, before in firm_sayings(told, firm.so):
                data = _data(firm.shown(), None, before)
                if kind is EventType.MERGED and firm.so.merged_into_id:
                    data["into"] = firms[firm.so.merged_into_id].shown()
                events.append((kind, self._day(kind, number, firm), None, data))
        _keep_firms(self.session, changed)
        return events

    def _about_titles(
        self,
        titles: dict[Key, TitleNow],
        told_titles: dict[Key, ToldTitle],
        firms: dict[int, FirmNow],
        told_firms: dict[int, ToldFirm],
    ) -> list["_Event"]:
        events: list[_Event] = []
        changed: dict[Key, tuple[TitleNow, ToldTitle | None]] = {}
        for key, title in sorted(titles.items()):
            told = told_titles.get(key)
            said, kept = title_sayings(told, title.so, self.today)
            if not said:
                continue
            changed[key] = title, kept
            holder = firms[title.enterprise_id].shown() if title.enterprise_id else None
            for saying in said:
                before = _before(saying, told, told_firms)
                data = _data(holder, title.shown, before)
                events.append((saying.type, saying.day, title.directory_code, data))
        _keep_titles(self.session, changed)
        return events

    def _day(self, kind: EventType, number: int, firm: FirmNow) -> date:
        if kind is EventType.RENAMED:
            return renamed_on(self.session, number, otherwise=self.today)
        if kind is EventType.MOVED:
            return moved_on(self.session, firm.so, otherwise=self.today)
        if kind is EventType.MERGED:
            return firm.merged_on or self.today
        return self.today


_Event = tuple[EventType, date, str | None, dict[str, Any]]
"""Kind, day, directory, data."""


def _data(
    enterprise: dict[str, Any] | None, title: dict[str, Any] | None, before: dict[str, Any] | None
) -> dict[str, Any]:
    return {"enterprise": enterprise, "title": title, "announcement": None, "into": None, "before": before}


def _before(saying: Saying, told: ToldTitle | None, told_firms: dict[int, ToldFirm]) -> dict[str, Any] | None:
    if saying.type is EventType.TRANSFERRED and told is not None:
        holder = told_firms.get(told.enterprise_id or 0)
        return {"enterprise": {"key": holder.key, "name": holder.name} if holder else None}
    return saying.before


def _append(session: Session, events: Sequence[_Event]) -> None:
    """Number the events on from the last one. The turn has been taken."""
    if not events:
        return
    last = session.scalar(select(func.max(col(FeedEvent.seq)))) or 0
    at: datetime = clock.now()
    columns = ["seq", "at", "type", "day", "directory_code", "data"]
    rows = [(last + place, at, *event) for place, event in enumerate(events, start=1)]
    insert_values(session, FeedEvent, columns, rows)


def _told_firms(session: Session, numbers: Iterable[int]) -> dict[int, ToldFirm]:
    query = select(
        col(FeedFirm.enterprise_id),
        col(FeedFirm.key),
        col(FeedFirm.name),
        col(FeedFirm.region_code),
        col(FeedFirm.merged_into_id),
        col(FeedFirm.is_removed),
    ).where(col(FeedFirm.enterprise_id).in_(list(numbers)))
    return {number: ToldFirm(*told) for number, *told in session.execute(query)}


def _told_titles(session: Session, firms: Sequence[int], keys: Iterable[Key]) -> dict[Key, ToldTitle]:
    by_kind: dict[str, list[int]] = {"L": [], "P": []}
    for kind, number in keys:
        by_kind[kind].append(number)
    wanted = [
        and_(col(FeedTitle.kind) == kind, col(FeedTitle.number).in_(some)) for kind, some in by_kind.items() if some
    ]
    if firms:
        wanted.append(col(FeedTitle.enterprise_id).in_(firms))
    if not wanted:
        return {}
    query = select(
        col(FeedTitle.kind),
        col(FeedTitle.number),
        col(FeedTitle.enterprise_id),
        col(FeedTitle.valid_from),
        col(FeedTitle.valid_to),
        col(FeedTitle.withdrawn_on),
        col(FeedTitle.stage),
    ).where(or_(*wanted))
    return {(kind, number): ToldTitle(*told) for kind, number, *told in session.execute(query)}


def _keep_firms(session: Session, changed: dict[int, ToldFirm]) -> None:
    if not changed:
        return
    session.execute(delete(FeedFirm).where(col(FeedFirm.enterprise_id).in_(list(changed))))
    columns = ["enterprise_id", "key", "name", "region_code", "merged_into_id", "is_removed"]
    rows = [
        (number, so.key, so.name, so.region_code, so.merged_into_id, so.is_removed) for number, so in changed.items()
    ]
    insert_values(session, FeedFirm, columns, rows)


def _keep_titles(session: Session, changed: dict[Key, tuple[TitleNow, ToldTitle | None]]) -> None:
    for kind in ("L", "P"):
        numbers = [number for one, number in changed if one == kind]
        if numbers:
            gone = delete(FeedTitle).where(col(FeedTitle.kind) == kind, col(FeedTitle.number).in_(numbers))
            session.execute(gone)
    columns = ["kind", "number", "enterprise_id", "product_id", "valid_from", "valid_to", "withdrawn_on", "stage"]
    rows = [
        (*key, so.enterprise_id, now.product_id, so.valid_from, so.valid_to, so.withdrawn_on, so.stage)
        for key, (now, so) in changed.items()
        if so is not None
    ]
    if rows:
        insert_values(session, FeedTitle, columns, rows)
