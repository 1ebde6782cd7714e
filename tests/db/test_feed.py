"""The change feed: what each kind of act tells, in its own transaction, in order, and nothing that is not public."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry import clock
from registry.db import reading, transaction
from registry.errors import InvalidInput, NotFound, Text
from registry.feed_words import EventType
from registry.models import Enterprise
from registry.policies import SYSTEM
from registry.schemas.feed import Event
from registry.schemas.imports import ImportOptions
from registry.search.embedded import EmbeddedEngine
from registry.services import outbox
from registry.services.batch_life.acts import make_final
from registry.services.batch_life.editions import correct
from registry.services.feed import later
from registry.services.feed.atom import atom
from registry.services.feed.night import tell_everybody
from registry.services.feed.reading import events_after, newest
from registry.services.identities import rename_enterprise
from registry.services.jobs import claim_job
from registry.services.merging import merge_enterprises
from registry.services.standing import relocate_enterprise, withdraw_title
from registry.services.working import JOB_KINDS, JobContext
from registry.vocabulary import BatchState
from tests.db.batch_life import DIRECTORY, a_draft, final, in_notice
from tests.db.lists import bring, take_back
from tests.factories import a_batch, a_listing, an_enterprise

WHY = "示例"


def told(session: Session, after: int = 0) -> list[Event]:
    return events_after(session, after=after, limit=1_000).items


def kinds(events: list[Event]) -> list[str]:
    return [event.type.value for event in events]


def a_titled_firm(session: Session, **days: date) -> Enterprise:
    firm, batch = an_enterprise(), a_batch()
    session.add_all([firm, batch])
    session.flush()
    session.add(a_listing(firm, batch, **days))
    session.flush()
    outbox.enterprises_changed(session, [firm.id])
    return firm


def test_a_public_notice_tells_nothing_and_its_final_list_tells_each_title(session: Session) -> None:
    batch = in_notice(session, a_draft(session))
    assert [event for event in told(session) if event.title] == []
    before = len(told(session))
    final(session, batch)
    events = told(session)[before:]
    assert kinds(events) == ["granted"] * 3
    assert {event.directory for event in events} == {DIRECTORY}
    assert {event.title.batch.document_no for event in events if event.title} == {"示信函〔2026〕9号"}


def test_a_corrected_edition_takes_back_and_grants_anew_and_says_so_first(session: Session) -> None:
    old = final(session, in_notice(session, a_draft(session)))
    after = events_after(session).latest
    new = correct(session, batch_id=old.id, actor=SYSTEM, reason=WHY)
    assert told(session, after) == []
    make_final(
        session, batch_id=new.id, announced_on=clock.today(), document_no="示〔2026〕2号", actor=SYSTEM, reason=WHY
    )
    events = told(session, after)
    assert sorted(kinds(events)) == ["corrected"] + ["granted"] * 3 + ["taken_back"] * 3
    corrected = next(event for event in events if event.type is EventType.CORRECTED)
    assert corrected.announcement is not None
    assert (corrected.announcement.id, corrected.announcement.replaces) == (new.id, old.id)
    gone = [event.title for event in events if event.type is EventType.TAKEN_BACK and event.title]
    assert all(title.superseded for title in gone)


def test_what_was_over_when_it_came_in_is_granted_and_expired(session: Session) -> None:
    a_titled_firm(session, valid_from=date(2019, 7, 1), valid_to=date(2022, 6, 30))
    events = told(session)
    assert kinds(events) == ["created", "granted", "expired"]
    assert [event.on for event in events[1:]] == [date(2019, 7, 1), date(2022, 7, 1)]


def test_a_withdrawal_a_change_of_name_and_a_move_say_their_own_days(session: Session) -> None:
    firm = a_titled_firm(session, valid_to=date(2099, 6, 30))
    after = events_after(session).latest
    number = int(str(told(session)[-1].title and told(session)[-1].title.id)[1:])  # type: ignore[union-attr]
    withdraw_title(session, listing_id=number, on=date(2026, 2, 3), document="示〔2026〕1号", actor=SYSTEM, reason=WHY)
    on = date(2026, 3, 4)
    rename_enterprise(session, enterprise_id=firm.id, new_name="示例新名有限公司", on=on, actor=SYSTEM, reason=WHY)
    relocate_enterprise(session, enterprise_id=firm.id, region_code="440306", on=on, actor=SYSTEM, reason=WHY)
    events = told(session, after)
    assert [(event.type.value, event.on) for event in events] == [
        ("withdrawn", date(2026, 2, 3)),
        ("renamed", on),
        ("moved", on),
    ]
    assert events[0].title is not None
    assert events[0].title.withdrawal_document == "示〔2026〕1号"
    assert events[1].before is not None
    assert (events[1].before.name, events[1].enterprise and events[1].enterprise.name) == (
        "深圳市示例精密机械有限公司",
        "示例新名有限公司",
    )


def test_a_merge_says_where_to_and_whose_titles_are_now(session: Session) -> None:
    source, target = a_titled_firm(session, valid_to=date(2099, 1, 1)), a_titled_firm(session)
    after = events_after(session).latest
    merge_enterprises(session, source_id=source.id, target_id=target.id, on=clock.today(), actor=SYSTEM, reason=WHY)
    merged, moved = told(session, after)
    assert (merged.type, merged.into and merged.into.key) == (EventType.MERGED, target.uscc)
    assert (moved.type, moved.enterprise and moved.enterprise.key) == (EventType.TRANSFERRED, target.uscc)
    assert moved.before is not None
    assert moved.before.enterprise is not None
    assert moved.before.enterprise.key == source.uscc


def test_an_undone_import_is_taken_back_and_can_come_again(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "小巨人2024年第八批.csv"
    path.write_text("企业名称\n示例甲科技有限公司\n示例乙科技有限公司\n", "utf-8")
    options = ImportOptions(directory="little_giant", year=2024, batch="第八批", announced_on=date(2024, 7, 1))
    done = bring(engine, path, options)
    take_back(engine, done.summary.id)
    bring(engine, path, options)
    with reading(engine) as session:
        events = told(session)
    titles = [event for event in events if event.title]
    assert kinds(titles)[:2] == ["granted", "granted"]
    assert kinds(titles).count("taken_back") == 2
    assert kinds(titles).count("granted") == 4
    assert kinds(events).count("removed") == 2


def test_the_night_tells_what_is_due_and_what_is_over_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    today = clock.today()
    with transaction(engine) as session:
        a_titled_firm(session, valid_from=today - timedelta(days=10), valid_to=today + timedelta(days=91))
    assert tell_everybody(engine) == 0
    for days, expected in ((1, ["due"]), (2, []), (92, ["expired"]), (93, [])):
        moment = datetime.combine(today + timedelta(days=days), datetime.min.time(), UTC)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        with reading(engine) as session:
            after = events_after(session).latest
        tell_everybody(engine)
        with reading(engine) as session:
            assert kinds(told(session, after)) == expected


def test_an_act_that_fails_tells_nothing_and_leaves_no_gap(engine: Engine) -> None:
    def fail() -> None:
        with transaction(engine) as session:
            a_titled_firm(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with transaction(engine) as session:
        a_titled_firm(session)
    with reading(engine) as session:
        events = told(session)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_a_transaction_that_commits_late_never_hides_its_events_behind_later_numbers(engine: Engine) -> None:
    """The slow act takes its numbers first and commits last: nobody gets a number before it has."""
    began = threading.Event()
    seen: list[int] = []

    def slowly() -> None:
        with transaction(engine) as session:
            a_titled_firm(session)
            began.set()
            time.sleep(0.6)

    def read_on(stop: threading.Event) -> None:
        after = 0
        while not stop.is_set():
            with reading(engine) as session:
                page = events_after(session, after=after)
            seen.extend(event.seq for event in page.items)
            after = page.next_after
            time.sleep(0.02)

    stop = threading.Event()
    reader, slow = threading.Thread(target=read_on, args=(stop,)), threading.Thread(target=slowly)
    reader.start()
    slow.start()
    began.wait(10)
    for _ in range(3):
        with transaction(engine) as session:
            a_titled_firm(session)
    slow.join()
    time.sleep(0.2)
    stop.set()
    reader.join()
    with reading(engine) as session:
        assert seen == [event.seq for event in told(session)] == list(range(1, len(seen) + 1))
    assert len(seen) >= 8


def test_filters_go_on_behind_what_they_passed_over(session: Session) -> None:
    a_titled_firm(session)
    a_titled_firm(session)
    page = events_after(session, types=[EventType.GRANTED], limit=1)
    assert kinds(page.items) == ["granted"]
    rest = events_after(session, types=[EventType.GRANTED], after=page.next_after, limit=1)
    assert kinds(rest.items) == ["granted"]
    assert events_after(session, types=[EventType.EXPIRED]).next_after == page.latest
    assert kinds(events_after(session, directory="little_giant").items).count("granted") == 2
    with pytest.raises(NotFound):
        events_after(session, directory="none")
    with pytest.raises(InvalidInput):
        events_after(session, limit=0)


def test_the_atom_feed_is_well_formed_and_its_entries_keep_their_names(session: Session) -> None:
    from lxml import etree

    firm = a_titled_firm(session, valid_to=date(2099, 6, 30))
    content = atom(
        newest(session, directory="little_giant"),
        title=Text("甲", "A"),
        base="https://registry.example",
        path="/feed.atom",
        page="/open-data",
    )
    root = etree.fromstring(content)
    name = {"a": "http://www.w3.org/2005/Atom"}
    entries = root.findall("a:entry", name)
    assert [entry.findtext("a:title", namespaces=name) for entry in entries] == ["认定：深圳市示例精密机械有限公司"]
    assert entries[0].findtext("a:id", namespaces=name) == "tag:registry.example,2026:event/2"
    assert entries[0].find("a:link", name).get("href") == f"https://registry.example/e/{firm.uscc}"  # type: ignore[union-attr]


def test_a_title_of_a_draft_is_not_told(session: Session) -> None:
    firm, batch = an_enterprise(), a_batch(state=BatchState.DRAFT)
    session.add_all([firm, batch])
    session.flush()
    session.add(a_listing(firm, batch))
    outbox.enterprises_changed(session, [firm.id])
    assert kinds(told(session)) == ["created"]


def test_an_act_on_very_many_is_told_by_the_worker(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "AT_ONCE", 1)
    with transaction(engine) as session:
        firms = [an_enterprise(), an_enterprise()]
        session.add_all(firms)
        session.flush()
        outbox.enterprises_changed(session, [firm.id for firm in firms])
        assert told(session) == []
    claim = claim_job(engine, kinds=[later.TELL_JOB], worker="示例")
    assert claim is not None
    context = JobContext(engine, EmbeddedEngine(Path()), claim.payload, claim.actor, lambda _done, _total: None)
    assert JOB_KINDS[claim.kind](context) == {"events": 2}
    with reading(engine) as session:
        assert kinds(told(session)) == ["created", "created"]
