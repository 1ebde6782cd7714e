"""Finding in a small fictional population: the same questions to the index and to the database alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.engine import Engine

from registry.clock import now
from registry.db import reading, transaction
from registry.models import Enterprise
from registry.search.embedded import EmbeddedEngine
from registry.search.engine import SearchEngine
from registry.search.query import SearchPage, SearchQuery
from registry.services.finding import find
from registry.services.indexing import apply_outbox, rebuild
from registry.services.outbox import enterprises_changed
from registry.vocabulary import NameKind, TitleStatus
from tests.support.population import add_name, changed, fill

TODAY = "2026-05-06T04:00:00Z"


@dataclass
class World:
    """A database, its index if there is one, and the firms by handle."""

    database: Engine
    search: SearchEngine | None
    firms: dict[str, int]

    def ask(self, text: str = "", **filters: object) -> SearchPage:
        with reading(self.database) as session:
            return find(session, self.search, SearchQuery(text=text, **filters))

    def names(self, text: str = "", **filters: object) -> list[str]:
        handles = {number: handle for handle, number in self.firms.items()}
        return [handles[hit.enterprise_id] for hit in self.ask(text, **filters).hits]


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.fixture
def indexed(engine: Engine, tmp_path: Path) -> World:
    """The population with an index."""
    search = EmbeddedEngine(tmp_path / "index")
    firms = fill(engine)
    rebuild(engine, search)
    return World(engine, search, firms)


@pytest.fixture(params=["index", "database"])
def world(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> World:
    """The population, answered by the index and by the database alone."""
    if request.param == "index":
        found: World = request.getfixturevalue("indexed")
        return found
    return World(engine, None, fill(engine))


@pytest.mark.parametrize(
    ("text", "first", "reason"),
    [
        ("深圳市星澜光电技术有限公司", "xing", "exact"),
        ("星澜光电", "xing", "short_name"),
        ("星澜", "xing", "prefix"),
        ("岳纪", "han", "infix"),
        ("旧称示例", "old", "former_name"),
        ("珠海旧称示例仪器有限公司", "old", "former_name"),
        ("寒嶽紀", "han", "infix"),
        ("ＴＣＱ华例", "latin", "brand"),
        ("某例智能(上海)有限公司", "paren", "exact"),
        ("某例智能上海有限公司", "paren", "exact"),
        ("300999", "xing", "stock_code"),
        ("乾朗光电", "qian", "brand"),
    ],
)
def test_a_name_in_any_dress_finds_its_firm_and_says_why(world: World, text: str, first: str, reason: str) -> None:
    page = world.ask(text)
    assert page.hits, text
    assert page.hits[0].enterprise_id == world.firms[first]
    assert page.hits[0].reason == reason
    assert page.hits[0].why.zh
    assert page.hits[0].why.en


@pytest.mark.parametrize(
    ("text", "first", "reason"),
    [
        ("xinglanguangdian", "xing", "pinyin"),
        ("xing lan guang dian", "xing", "pinyin"),
        ("xlgd", "xing", "initials"),
        ("xinglan optoelectronics", "xing", "english_name"),
        ("星lgd", "xing", "initials"),
    ],
)
def test_sound_and_english_find_a_firm_in_the_index(indexed: World, text: str, first: str, reason: str) -> None:
    page = indexed.ask(text)
    assert page.hits, text
    assert (page.hits[0].enterprise_id, page.hits[0].reason) == (indexed.firms[first], reason)


@pytest.mark.parametrize("text", ["星岚光电", "星蓝光电", "星澜光店", "星兰光电技术", "光电星澜"])
def test_a_typo_is_offered_beside_and_never_among_the_hits(indexed: World, text: str) -> None:
    page = indexed.ask(text)
    assert page.total == 0
    assert page.hits == ()
    assert page.near[0].enterprise_id == indexed.firms["xing"]
    assert all(hit.near for hit in page.near)


def test_a_homophone_is_suggested_as_what_was_meant(indexed: World) -> None:
    page = indexed.ask("星岚光电")
    assert page.did_you_mean[0].text == "星澜光电"
    assert page.did_you_mean[0].reason.zh == "读音相近"


def test_protected_characters_are_never_rewritten(indexed: World) -> None:
    assert indexed.names("乾朗") == ["qian"]
    assert indexed.names("干朗") == []


def test_a_code_in_any_dress_leads_to_the_page(world: World) -> None:
    with reading(world.database) as session:
        code = session.get_one(Enterprise, world.firms["han"]).uscc or ""
    dressed = f" {code[:4]} {code[4:8]}-{code[8:]} ".lower()
    for text in (code, dressed, code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))):
        page = world.ask(text)
        assert page.redirect == code, text
        assert [hit.enterprise_id for hit in page.hits] == [world.firms["han"]]
        assert page.hits[0].reason == "code"
    assert world.ask(code, literal=True).redirect is None
    assert world.ask(code[8:17]).redirect == code
    assert world.ask(code, cities=("440300",)).redirect is None


def test_a_damaged_code_is_explained_with_the_real_one_next_to_it(world: World) -> None:
    with reading(world.database) as session:
        code = session.get_one(Enterprise, world.firms["han"]).uscc or ""
    page = world.ask(code[:-1] + ("A" if code[-1] != "A" else "B"))
    assert page.total == 0
    assert page.notice is not None
    assert code in [suggestion.text for suggestion in page.did_you_mean]
    assert "科学计数" in (world.ask("9.13509E+17").notice or page.notice).zh


def test_the_beginning_of_a_code_is_enough(world: World) -> None:
    with reading(world.database) as session:
        code = session.get_one(Enterprise, world.firms["han"]).uscc or ""
    assert "han" in world.names(code[:17])


def test_a_directory_word_and_a_city_become_chips(world: World) -> None:
    page = world.ask("小巨人 深圳")
    assert {(chip.field, chip.value) for chip in page.interpreted} == {
        ("directory", "little_giant"),
        ("city", "440300"),
    }
    assert [hit.enterprise_id for hit in page.hits] == [world.firms["xing"]]
    remaining = {chip.field: dict(chip.remove) for chip in page.interpreted}
    assert remaining["city"] == {"q": "小巨人"}
    assert remaining["directory"] == {"q": "深圳"}
    joined = world.ask("深圳小巨人")
    assert [hit.enterprise_id for hit in joined.hits] == [world.firms["xing"]]
    assert {chip.field: dict(chip.remove) for chip in joined.interpreted} == {
        "city": {"q": "小巨人"},
        "directory": {"q": "深圳"},
    }
    assert world.names("高企", literal=True) == []


def test_the_fifth_batch_of_a_directory_points_at_its_announcement(world: World) -> None:
    page = world.ask("第五批小巨人")
    chip = next(chip for chip in page.interpreted if chip.field == "batch")
    assert not chip.applied
    assert chip.label.zh == "第五批：第五批示例公告"
    assert page.total == 1


def test_words_that_give_nothing_as_filters_are_read_as_text(world: World) -> None:
    page = world.ask("某例智能 上海")
    assert [hit.enterprise_id for hit in page.hits] == [world.firms["paren"]]
    assert [chip.value for chip in page.interpreted] == ["310000"]
    moved = world.ask("某例智能上海 深圳")
    assert moved.total == 0
    page = world.ask("示例 五金 深圳")
    assert page.total == 0


def test_being_something_means_holding_the_title_on_the_day(world: World) -> None:
    assert world.names(directories=("little_giant",)) == ["xing"]
    assert world.names(directories=("srdi_sme",)) == []
    assert world.names(directories=("srdi_sme",), statuses=("expired",)) == ["old"]
    assert world.names(directories=("little_giant",), statuses=("withdrawn",)) == ["qian"]
    assert set(world.names(statuses=("expired", "withdrawn"))) == {"old", "qian"}
    assert world.names(directories=("srdi_sme",), as_of=date(2020, 6, 1)) == ["old"]
    assert set(world.names(directories=("little_giant",), as_of=date(2024, 8, 1))) == {"xing", "qian"}
    assert world.names("星澜", directories=("little_giant",), as_of=date(2024, 8, 1)) == ["xing"]
    assert world.names(directories=("little_giant",), as_of=date(2023, 1, 1)) == []


def test_the_status_facet_counts_within_the_chosen_directory(world: World) -> None:
    facet = {v.value: v.count for v in world.ask(directories=("little_giant",)).facets["status"]}
    assert facet == {"valid": 1, "withdrawn": 1}
    everywhere = {v.value: v.count for v in world.ask().facets["status"]}
    assert everywhere == {"valid": 2, "expired": 1, "withdrawn": 1}


def test_taken_back_and_merged_firms_are_not_found_and_lend_their_names(world: World) -> None:
    with transaction(world.database) as session:
        gone = session.get_one(Enterprise, world.firms["gone"])
        gone.voided_at = now()
        old, bare = (session.get_one(Enterprise, world.firms[h]) for h in ("old", "bare"))
        old.merged_into_id = bare.id
        changed(session, gone, old)
    # The index has not heard of it yet: the database has the last word on what is shown.
    assert world.names("撤回示例") == []
    if world.search is not None:
        apply_outbox(world.database, world.search)
        assert world.names("旧称示例") == ["bare"]
    assert world.ask("撤回示例").total == 0
    assert "old" not in world.names()


def test_a_change_the_index_has_not_seen_is_shown_as_the_database_has_it(indexed: World) -> None:
    with transaction(indexed.database) as session:
        session.get_one(Enterprise, indexed.firms["han"]).name_zh = "中科改名示例股份有限公司"
        enterprises_changed(session, [indexed.firms["han"]])
    assert indexed.ask("寒岳纪").hits[0].name == "中科改名示例股份有限公司"


def test_pages_by_cursor_hold_every_firm_once(world: World) -> None:
    for text in ("", "有限公司", "示例", "星澜"):
        seen: list[int] = []
        page = world.ask(text, limit=2)
        while True:
            seen += [hit.enterprise_id for hit in page.hits]
            if page.next_cursor is None:
                break
            page = world.ask(text, limit=2, cursor=page.next_cursor)
        assert len(seen) == len(set(seen)) == page.total, text


def test_generic_words_beside_others_are_left_aside_with_a_note(world: World) -> None:
    page = world.ask("星澜光电 公司")
    assert page.hits[0].enterprise_id == world.firms["xing"]
    assert page.notice is not None
    assert "公司" in page.notice.zh
    broad = world.ask("有限公司")
    assert broad.total == 9
    assert "宽泛" in (broad.notice.zh if broad.notice else "")


def test_without_an_index_the_database_answers_with_a_notice(engine: Engine, tmp_path: Path) -> None:
    firms = fill(engine)
    world = World(engine, EmbeddedEngine(tmp_path / "nothing"), firms)
    page = world.ask("星澜光电")
    assert page.degraded
    assert page.notice is not None
    assert page.notice.zh.startswith("搜索索引暂不可用")
    assert page.hits[0].enterprise_id == firms["xing"]


@pytest.mark.parametrize("damage", ["pointer", "meta", "data", "version"])
def test_a_broken_index_degrades_and_never_fails(indexed: World, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "index"
    version = folder / (folder / "current").read_text().strip()
    if damage == "pointer":
        (folder / "current").write_text("../../etc\n")
    elif damage == "meta":
        (version / "meta.json").write_text("{")
    elif damage == "version":
        version.rename(folder / "enterprises-00000000-000001")
        (folder / "current").write_text("enterprises-00000000-000001\n")
    else:
        for file in version.glob("*.term"):
            file.write_bytes(b"\0" * 10)
    fresh = World(indexed.database, EmbeddedEngine(folder), indexed.firms)
    page = fresh.ask("星澜光电")
    assert page.degraded
    assert page.hits[0].enterprise_id == indexed.firms["xing"]


def test_former_names_are_marked_with_their_dates(world: World) -> None:
    hit = world.ask("旧称示例").hits[0]
    assert hit.why.zh == "曾用名 珠海旧称示例仪器有限公司（2010-01-01–2019-12-31）"
    assert [piece.text for piece in hit.matched if piece.marked] == ["旧称示例"]
    assert "".join(piece.text for piece in hit.segments) == hit.name


def test_an_alias_added_by_an_edit_is_findable_after_the_outbox(indexed: World) -> None:
    assert indexed.search is not None
    with transaction(indexed.database) as session:
        firm = session.get_one(Enterprise, indexed.firms["bare"])
        add_name(session, firm, "铁臂示例", NameKind.ALIAS)
        changed(session, firm)
    assert indexed.names("铁臂") == []
    assert apply_outbox(indexed.database, indexed.search) == 1
    assert indexed.names("铁臂") == ["bare"]


@pytest.mark.parametrize("kind", ["product", "directory"])
def test_asking_for_other_kinds_alone_shows_no_enterprise_and_is_answered(world: World, kind: str) -> None:
    page = world.ask(kind=kind)
    assert (page.hits, page.total, page.next_cursor) == ((), 0, None)


def test_selected_values_stay_in_the_facet_without_a_hit(world: World) -> None:
    page = world.ask("星澜", chains=("five_g",), statuses=(TitleStatus.DUE,))
    chain = {v.value: (v.count, v.selected) for v in page.facets["chain"]}
    assert chain["five_g"] == (0, True)
