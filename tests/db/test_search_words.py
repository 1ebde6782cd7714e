"""Failed searches are kept without persons; what officials teach makes them succeed, and undoing it takes that back."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text as sql
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from registry.models import AuditEvent, SearchMiss
from registry.policies import EVERYWHERE, Actor, Grant
from registry.schemas.searching import SearchWordSummary
from registry.search.embedded import EmbeddedEngine
from registry.search.query import SearchPage, SearchQuery
from registry.services import lexicons
from registry.services.finding import find
from registry.services.indexing import apply_outbox, rebuild
from registry.services.search_misses import MissLog, get_miss, list_misses, masked, miss_of
from registry.services.search_words import dismiss, search_words, teach_alias, teach_word, undo_word
from registry.vocabulary import Role, SearchWordKind
from tests.support.population import fill

CURATOR = Actor(None, "方示例", (Grant(Role.CURATOR, EVERYWHERE),))
REVIEWER = Actor(None, "林示例", (Grant(Role.REVIEWER, EVERYWHERE),))


@dataclass
class World:
    """A database with its index."""

    database: Engine
    search: EmbeddedEngine
    firms: dict[str, int]

    def ask(self, text: str, **more: object) -> SearchPage:
        lexicons._lexicons.clear()  # half a second has passed
        with reading(self.database) as session:
            return find(session, self.search, SearchQuery(text=text, **more))

    def settle(self) -> None:
        """The worker has done its round."""
        while apply_outbox(self.database, self.search):
            pass

    def fail(self, text: str) -> int:
        """Search in vain; the number of what is kept of it."""
        page = self.ask(text)
        assert not page.hits
        log = MissLog(self.database)
        log.note(page, "zh")
        assert log.drain() == 1
        with reading(self.database) as session:
            return session.exec(select(SearchMiss.id).order_by(col(SearchMiss.id).desc())).first() or 0


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        yield


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> World:
    """The fictional population."""
    search = EmbeddedEngine(tmp_path / "index")
    firms = fill(engine)
    rebuild(engine, search)
    return World(engine, search, firms)


def key_of(world: World, text: str) -> str:
    return world.ask(text).hits[0].id


def little_giant(session: Session, actor: Actor) -> SearchWordSummary:
    return teach_word(session, kind=SearchWordKind.SYNONYM, text="小巨头", value="小巨人", actor=actor)


def test_an_alias_makes_a_failed_search_succeed_and_undoing_it_takes_that_back(world: World) -> None:
    number = world.fail("某王")
    key = key_of(world, "深圳市星澜光电技术有限公司")
    with transaction(world.database) as session:
        word = teach_alias(session, text="某王", enterprise_key=key, actor=CURATOR, note="示例依据")
    world.settle()
    page = world.ask("某王")
    assert [hit.id for hit in page.hits] == [key]
    assert page.hits[0].reason == "alias"
    with reading(world.database) as session:
        assert get_miss(session, number).word == word
        assert list_misses(session) == []
    with transaction(world.database) as session:
        undo_word(session, word_id=word.id, actor=CURATOR)
    world.settle()
    assert world.ask("某王").hits == ()
    with reading(world.database) as session:
        assert get_miss(session, number).word is None
        actions = [event.action for event in session.exec(select(AuditEvent))]
    assert actions[-2:] == ["search.word_added", "search.word_undone"]


@pytest.mark.parametrize(
    ("kind", "failed", "text", "value"),
    [
        (SearchWordKind.READING, "xinglianguangdian", "星澜", "xing lian"),
        (SearchWordKind.VARIANT, "星烂光电", "烂", "澜"),
    ],
)
def test_a_reading_or_a_variant_makes_it_succeed_and_undoing_takes_that_back(
    world: World, kind: SearchWordKind, failed: str, text: str, value: str
) -> None:
    world.fail(failed)
    with transaction(world.database) as session:
        word = teach_word(session, kind=kind, text=text, value=value, actor=CURATOR, failed=failed)
    world.settle()
    assert world.firms["xing"] in [hit.enterprise_id for hit in world.ask(failed).hits]
    with transaction(world.database) as session:
        undo_word(session, word_id=word.id, actor=CURATOR)
    world.settle()
    assert world.ask(failed).hits == ()


def test_a_synonym_of_a_list_is_read_as_that_list_and_undoing_takes_that_back(world: World) -> None:
    world.fail("小巨头")
    with transaction(world.database) as session:
        word = teach_word(session, kind=SearchWordKind.SYNONYM, text="小巨头", value="小巨人", actor=CURATOR)
    page = world.ask("小巨头")
    assert [(chip.field, chip.value) for chip in page.interpreted if chip.applied] == [("directory", "little_giant")]
    assert page.hits == world.ask("小巨人").hits
    with transaction(world.database) as session:
        undo_word(session, word_id=word.id, actor=CURATOR)
        assert search_words(session) == []
    assert world.ask("小巨头").hits == ()


def test_a_lexicon_read_again_stays_the_one_at_hand_while_nothing_changed(world: World) -> None:
    with transaction(world.database) as session:
        before = lexicons.lexicon_for(session, fresh=True)
        assert lexicons.lexicon_for(session, fresh=True) is before
        teach_word(session, kind=SearchWordKind.SYNONYM, text="小巨头", value="小巨人", actor=CURATOR)
        taught = lexicons.lexicon_for(session, fresh=True)
        assert taught is not before
        session.execute(sql("UPDATE directory SET short_zh = '换名示例' WHERE code = 'little_giant'"))
        assert lexicons.lexicon_for(session, fresh=True).directories["little_giant"].label.zh == "换名示例"


def test_what_is_taught_works_within_half_a_second_without_any_signal(world: World) -> None:
    lexicons._lexicons.clear()
    with reading(world.database) as session:
        before = lexicons.lexicon_for(session)
    with transaction(world.database) as session:
        teach_word(session, kind=SearchWordKind.SYNONYM, text="小巨头", value="小巨人", actor=CURATOR)
    time.sleep(lexicons.WORDS_SECONDS + 0.05)
    with reading(world.database) as session:
        after = lexicons.lexicon_for(session)
    assert before.find("小巨头") is None
    assert after.find("小巨头") is not None


@pytest.mark.parametrize(
    ("kind", "text", "value", "field"),
    [
        (SearchWordKind.READING, "星澜", "xing", "value"),
        (SearchWordKind.READING, "星澜", "xing lqn", "value"),
        (SearchWordKind.VARIANT, "星澜", "澜", "value"),
        (SearchWordKind.SYNONYM, "某词", "不是名录", "value"),
        (SearchWordKind.SYNONYM, "", "小巨人", "text"),
    ],
)
def test_what_would_change_nothing_is_refused_by_name(
    world: World, kind: SearchWordKind, text: str, value: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, transaction(world.database) as session:
        teach_word(session, kind=kind, text=text, value=value, actor=CURATOR)
    assert refused.value.field == field


def test_only_curators_teach_and_nothing_is_taught_twice(world: World) -> None:
    key = key_of(world, "深圳市星澜光电技术有限公司")
    with pytest.raises(NotAllowed), transaction(world.database) as session:
        little_giant(session, REVIEWER)
    with pytest.raises(NotAllowed), transaction(world.database) as session:
        teach_alias(session, text="某王", enterprise_key=key, actor=REVIEWER)
    with transaction(world.database) as session:
        word = little_giant(session, CURATOR)
    with pytest.raises(Conflict), transaction(world.database) as session:
        little_giant(session, CURATOR)
    with transaction(world.database) as session:
        undo_word(session, word_id=word.id, actor=CURATOR)
    with pytest.raises(InvalidTransition), transaction(world.database) as session:
        undo_word(session, word_id=word.id, actor=CURATOR)


def test_the_same_failed_search_counts_once_a_while_and_adds_up_over_the_day(world: World) -> None:
    page = world.ask("查不到的示例")
    for _ in range(3):
        log = MissLog(world.database)
        log.note(page, "zh")
        log.note(page, "zh")
        log.drain()
    with reading(world.database) as session:
        (miss,) = list_misses(session)
    assert (miss.text, miss.count, miss.word) == ("查不到的示例", 3, None)


def test_a_dismissed_search_is_not_listed_again(world: World) -> None:
    world.fail("查不到的示例")
    with pytest.raises(InvalidInput), transaction(world.database) as session:
        dismiss(session, text="查不到的示例", actor=CURATOR, note=" ")
    with transaction(world.database) as session:
        dismiss(session, text="查不到的示例", actor=CURATOR, note="打字练习")
    world.fail("查不到的示例")
    with reading(world.database) as session:
        assert list_misses(session) == []
        assert [miss.count for miss in list_misses(session, state="settled")] == [1]


def test_what_was_found_or_filtered_or_asked_of_another_day_is_no_failed_search(world: World) -> None:
    assert miss_of(world.ask("星澜"), "zh") is None
    assert miss_of(world.ask(""), "zh") is None
    assert miss_of(world.ask("查不到的示例", cities=("440300",)), "zh") is None
    with reading(world.database) as session:
        degraded = find(session, None, SearchQuery(text="查不到的示例"))
    assert miss_of(degraded, "zh") is None


def test_only_near_hits_count_as_failed(world: World) -> None:
    page = world.ask("星岚光电")
    assert not page.hits
    assert page.near
    miss = miss_of(page, "zh")
    assert miss is not None
    assert miss.near_offered


@pytest.mark.parametrize(
    "typed",
    ["张三 13800138000", "+86 138-0013-8000", "11010519491231002X", "010-12345678", "zhang.san@example.com"],
)
def test_numbers_of_persons_are_masked(typed: str) -> None:
    shown = masked(typed)
    assert "〔" in shown
    assert not any(run in shown for run in ("13800138000", "19491231", "12345678", "example.com"))


@pytest.mark.parametrize("typed", ["91440300192203821X", "914403001922038216", "300750", "C3985", "麒麟V10"])
def test_codes_of_firms_are_not_masked(typed: str) -> None:
    assert masked(typed) == typed


def test_a_database_that_cannot_be_written_costs_nothing_but_the_line(world: World) -> None:
    page = world.ask("查不到的示例")
    with transaction(world.database) as session:
        session.execute(sql("DROP TABLE search_miss"))
    log = MissLog(world.database)
    log.note(page, "zh")
    assert log.drain() == 0


def test_the_waiting_line_is_bounded(world: World) -> None:
    log = MissLog(world.database)
    page = world.ask("查不到的示例")
    for number in range(1_000):
        log.note(page.model_copy(update={"query": page.query.changed(text=f"查不到{number}")}), "zh")
    assert log.drain() == 200
