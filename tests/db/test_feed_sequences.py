"""Whatever happens in a year: who replays the change feed from nothing knows what the registry knows, for any day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import RegistryError
from registry.feed_words import TITLE_EVENTS, EventType
from registry.models import Batch, Enterprise, EnterpriseAddress, Listing
from registry.policies import SYSTEM
from registry.schemas.feed import Event, EventTitle
from registry.services import outbox
from registry.services.batch_life.moves import Said, move
from registry.services.feed.night import tell_all
from registry.services.feed.reading import events_after
from registry.services.identities import assign_code, rename_enterprise
from registry.services.keys import key_of, provisional_key
from registry.services.merging import merge_enterprises, unmerge
from registry.services.standing import relocate_enterprise, withdraw_title
from registry.titles import held_on
from registry.vocabulary import BatchAct, BatchState, IdentityState
from tests.factories import a_batch, a_listing, a_uscc, an_enterprise

FIRMS = 4
START = date(2026, 1, 1)
KINDS = [
    *("list list list list notice final final supersede withdraw reinstate void renew".split()),
    *("merge unmerge rename relocate assign".split()),
]
Act = tuple[int, str, int, int, int]
acts = st.lists(
    st.tuples(
        st.integers(0, 60), st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, FIRMS - 1), st.integers(-400, 500)
    ),
    min_size=8,
    max_size=16,
)


class _Year:
    """A small registry whose clock is turned by hand."""

    def __init__(self, session: Session, patch: pytest.MonkeyPatch) -> None:
        self.session, self.day = session, START
        patch.setattr(clock, "now", self._now)
        firms = [an_enterprise(name_zh=f"示例第{number}公司") for number in range(FIRMS)]
        firms[0].identity, firms[0].uscc = IdentityState.PROVISIONAL, None
        session.add_all(firms)
        session.flush()
        self.firms = [firm.id for firm in firms]
        for firm in firms:
            session.add(EnterpriseAddress(key=firm.uscc or provisional_key(firm.id), enterprise_id=firm.id))
        session.flush()
        outbox.enterprises_changed(session, self.firms)

    def _now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 4, tzinfo=UTC)

    def turn(self, days: int) -> None:
        """Some days go by, with the work of the night."""
        self.day += timedelta(days=days)
        tell_all(self.session)

    def act(self, kind: str, which: int, firm: int, days: int) -> None:
        """One act of an official; refusals change nothing."""
        inner = self.session.begin_nested()
        try:
            getattr(self, f"_{kind}")(which, self.firms[firm], days)
            inner.commit()
        except (RegistryError, ZeroDivisionError):
            inner.rollback()

    def _list(self, _which: int, firm: int, days: int, state: BatchState = BatchState.FINAL) -> None:
        batch = a_batch(state=state, announced_on=self.day)
        self.session.add(batch)
        self.session.flush()
        first = self.day + timedelta(days=days)
        found = self.session.get_one(Enterprise, firm)
        last = first + timedelta(days=abs(days)) if days % 3 else None
        row = a_listing(found, batch, valid_from=first, valid_to=last)
        self.session.add(row)
        self.session.flush()
        outbox.enterprises_changed(self.session, [firm])

    def _notice(self, which: int, firm: int, days: int) -> None:
        self._list(which, firm, days, BatchState.PUBLIC_NOTICE)

    def _final(self, which: int, _firm: int, _days: int) -> None:
        self._move(which, BatchState.PUBLIC_NOTICE, BatchAct.FINAL)

    def _supersede(self, which: int, _firm: int, _days: int) -> None:
        self._move(which, BatchState.FINAL, BatchAct.SUPERSEDE)

    def _move(self, which: int, state: BatchState, act: BatchAct) -> None:
        batches = self.session.scalars(select(Batch).where(col(Batch.state) == state).order_by(col(Batch.id))).all()
        move(self.session, batches[which % len(batches)], act, actor=SYSTEM, said=Said(self.day, "示例"))

    def _title(self, which: int) -> Listing:
        titles = self.session.scalars(select(Listing).order_by(col(Listing.id))).all()
        return titles[which % len(titles)]

    def _withdraw(self, which: int, _firm: int, days: int) -> None:
        on = self.day - timedelta(days=abs(days))
        number = self._title(which).id
        withdraw_title(self.session, listing_id=number, on=on, document="示〔2026〕1号", actor=SYSTEM, reason="示例")

    def _changed(self, row: Listing) -> None:
        self.session.flush()
        outbox.enterprises_changed(self.session, [row.enterprise_id])

    def _reinstate(self, which: int, _firm: int, _days: int) -> None:
        row = self._title(which)
        row.withdrawn_on = None
        self._changed(row)

    def _void(self, which: int, _firm: int, _days: int) -> None:
        row = self._title(which)
        row.voided_at = clock.now()
        self._changed(row)

    def _renew(self, which: int, _firm: int, days: int) -> None:
        row = self._title(which)
        row.valid_to = row.valid_from + timedelta(days=abs(days))
        self._changed(row)

    def _merge(self, which: int, firm: int, _days: int) -> None:
        merge_enterprises(
            self.session, source_id=self.firms[which % FIRMS], target_id=firm, on=self.day, actor=SYSTEM, reason="示例"
        )

    def _unmerge(self, _which: int, firm: int, _days: int) -> None:
        unmerge(self.session, source_id=firm, actor=SYSTEM, reason="示例")

    def _rename(self, which: int, firm: int, _days: int) -> None:
        name = f"示例改名{which}公司"
        rename_enterprise(self.session, enterprise_id=firm, new_name=name, on=self.day, actor=SYSTEM, reason="示例")

    def _relocate(self, _which: int, firm: int, _days: int) -> None:
        relocate_enterprise(
            self.session, enterprise_id=firm, region_code="440306", on=self.day, actor=SYSTEM, reason="示例"
        )

    def _assign(self, _which: int, firm: int, _days: int) -> None:
        assign_code(self.session, enterprise_id=firm, uscc=a_uscc(), actor=SYSTEM, reason="示例")

    def held(self, on: date) -> set[tuple[str, str]]:
        """What the registry says now about a day: titles and who holds them."""
        query = select(Listing.id, Listing.enterprise_id).join(Batch).where(held_on(on))
        return {(f"L{number}", key_of(self.session, firm)) for number, firm in self.session.exec(query)}


def replay(events: Iterable[Event]) -> dict[str, tuple[EventTitle, str]]:
    """All a consumer has to do: keep the last word on each title, and follow its holder."""
    titles: dict[str, tuple[EventTitle, str]] = {}
    keys: dict[str, str] = {}
    for event in events:
        if event.type is EventType.TAKEN_BACK and event.title:
            del titles[event.title.id]
        elif event.type in TITLE_EVENTS and event.title and event.enterprise:
            titles[event.title.id] = event.title, event.enterprise.key
        elif event.type is EventType.RECODED and event.before and event.before.key and event.enterprise:
            keys[event.before.key] = event.enterprise.key
    return {number: (title, keys.get(key, key)) for number, (title, key) in titles.items()}


def in_force(titles: dict[str, tuple[EventTitle, str]], on: date) -> set[tuple[str, str]]:
    """Which of the titles are held on a day."""
    return {
        (number, key)
        for number, (title, key) in titles.items()
        if title.valid_from <= on
        and (title.valid_to is None or on <= title.valid_to)
        and (title.withdrawn_on is None or on < title.withdrawn_on)
    }


def _all_events(session: Session) -> list[Event]:
    found: list[Event] = []
    after = 0
    while True:
        page = events_after(session, after=after, limit=7)
        found += page.items
        if page.next_after == after or not page.items:
            return found
        after = page.next_after


def _check_words(events: list[Event]) -> None:
    """Nothing is said of a title that is not there, and nothing twice that has not begun anew."""
    told: dict[str, str] = {}
    for event in events:
        if event.type not in TITLE_EVENTS or event.title is None:
            continue
        number = event.title.id
        assert (number in told) is (event.type is not EventType.GRANTED), event
        assert not (event.type in (EventType.EXPIRED, EventType.DUE) and told.get(number) == event.type.value)
        if event.type is EventType.TAKEN_BACK:
            del told[number]
        else:
            told[number] = event.type.value


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_a_replay_from_nothing_gives_the_titles_of_every_day_as_they_were_known(
    session: Session, todo: list[Act]
) -> None:
    with session.begin_nested() as undo, pytest.MonkeyPatch.context() as patch:
        year = _Year(session, patch)
        known: dict[date, set[tuple[str, str]]] = {}
        for days, kind, which, firm, more in todo:
            year.turn(days)
            year.act(kind, which, firm, more)
            known[year.day] = year.held(year.day)
        events = _all_events(session)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        _check_words(events)
        for day, held in known.items():
            then = replay(event for event in events if event.at.date() <= day)
            assert {number for number, _ in in_force(then, day)} == {number for number, _ in held}
        now = replay(events)
        for offset in range(-500, 1_000, 101):
            on = START + timedelta(days=offset)
            assert in_force(now, on) == year.held(on)
        assert tell_all(session) == 0
        undo.rollback()
