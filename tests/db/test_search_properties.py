"""What holds for any population, any filters and any text, in both engines: totals, facets, pages, no exception."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import make_engine, reading, transaction
from registry.identity.names import fold_name
from registry.models import Batch, Enterprise, EnterpriseChain, EnterpriseName, Listing
from registry.search.embedded import EmbeddedEngine
from registry.search.query import SearchPage, SearchQuery
from registry.services.finding import find
from registry.services.indexing import rebuild
from registry.settings import Settings
from registry.titles import HELD, title_status
from registry.vocabulary import BatchState, Level, NameKind, TitleStatus
from tests.factories import a_batch, a_listing, an_enterprise

TODAY = date(2026, 5, 6)
LEVELS = {"little_giant": Level.NATIONAL, "hte": Level.NATIONAL, "srdi_sme": Level.PROVINCIAL, "gazelle": None}
CITIES = ("440100", "440300", None)
CHAINS = ("five_g", "uhd_video")
BRANDS = ("甲星", "乙海", "甲海")
SHARED = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass(frozen=True)
class Title:
    directory: str
    start: int
    length: int | None
    withdrawn: int | None
    state: BatchState


@dataclass(frozen=True)
class Firm:
    brand: str
    city: str | None
    chains: frozenset[str]
    titles: tuple[Title, ...]


titles = st.builds(
    Title,
    directory=st.sampled_from(("little_giant", "hte", "srdi_sme")),
    start=st.integers(-1200, 100),
    length=st.one_of(st.none(), st.integers(0, 1300)),
    withdrawn=st.one_of(st.none(), st.integers(-600, 100)),
    state=st.sampled_from((BatchState.FINAL, BatchState.FINAL, BatchState.PUBLIC_NOTICE, BatchState.DRAFT)),
)
firms = st.builds(
    Firm,
    brand=st.sampled_from(BRANDS),
    city=st.sampled_from(CITIES),
    chains=st.frozensets(st.sampled_from(CHAINS)),
    titles=st.lists(titles, max_size=3).map(tuple),
)
questions = st.fixed_dictionaries(
    {
        "text": st.sampled_from(("", *BRANDS)),
        "directories": st.lists(st.sampled_from(("little_giant", "hte", "srdi_sme")), unique=True, max_size=2),
        "cities": st.lists(st.sampled_from(CITIES[:2]), unique=True, max_size=2),
        "chains": st.lists(st.sampled_from(CHAINS), unique=True, max_size=1),
        "levels": st.lists(st.sampled_from((Level.NATIONAL, Level.PROVINCIAL)), unique=True, max_size=1),
        "statuses": st.lists(st.sampled_from(TitleStatus), unique=True, max_size=2),
        "as_of": st.one_of(st.none(), st.integers(-900, 400).map(lambda d: TODAY + timedelta(days=d))),
    }
)


def store(session: Session, population: list[Firm]) -> None:
    for table in (Listing, Batch, EnterpriseChain, EnterpriseName, Enterprise):
        session.execute(delete(table))
    batches: dict[tuple[str, BatchState], Batch] = {}
    for firm in population:
        name = f"{firm.brand}示例有限公司"
        row = an_enterprise(name_zh=name, city_code=firm.city, region_code=firm.city)
        session.add(row)
        session.flush()
        session.add(EnterpriseName(enterprise_id=row.id, name=name, folded=fold_name(name), kind=NameKind.CURRENT))
        session.add_all(EnterpriseChain(enterprise_id=row.id, chain_code=c, basis="declared") for c in firm.chains)
        for title in firm.titles:
            at = (title.directory, title.state)
            if at not in batches:
                batches[at] = a_batch(directory_code=title.directory, state=title.state)
                session.add(batches[at])
                session.flush()
            start = TODAY + timedelta(days=title.start)
            end = None if title.length is None else start + timedelta(days=title.length)
            gone = None if title.withdrawn is None else TODAY + timedelta(days=title.withdrawn)
            session.add(a_listing(row, batches[at], valid_from=start, valid_to=end, withdrawn_on=gone))
    session.flush()


def states(firm: Firm, day: date) -> set[tuple[str, TitleStatus]]:
    """Directory and state of every shown title, by the definition for one row."""
    found = set()
    for title in firm.titles:
        start = TODAY + timedelta(days=title.start)
        status = title_status(
            day,
            valid_from=start,
            valid_to=None if title.length is None else start + timedelta(days=title.length),
            withdrawn_on=None if title.withdrawn is None else TODAY + timedelta(days=title.withdrawn),
            batch_state=title.state,
        )
        if title.state is not BatchState.DRAFT:
            found.add((title.directory, status))
    return found


def fits(firm: Firm, question: SearchQuery, *, without: tuple[str, ...] = ()) -> bool:
    day = question.as_of or TODAY
    held = states(firm, day)
    levels = {LEVELS[directory] for directory, status in held if status in HELD}
    checks = {
        "text": question.text in firm.brand,
        "city": not question.cities or firm.city in question.cities,
        "chain": not question.chains or bool(firm.chains & set(question.chains)),
        "level": not question.levels or bool(levels & set(question.levels)),
        "title": not (question.directories or question.statuses)
        or any(
            (not question.directories or directory in question.directories) and status in (question.statuses or HELD)
            for directory, status in held
        ),
    }
    return all(ok for name, ok in checks.items() if name not in without)


def values(firm: Firm, facet: str, question: SearchQuery) -> set[str]:
    held = states(firm, question.as_of or TODAY)
    if facet == "city":
        return {firm.city} if firm.city else set()
    if facet == "chain":
        return set(firm.chains)
    if facet == "level":
        return {str(LEVELS[directory]) for directory, status in held if status in HELD}
    if facet == "status":
        return {s.value for d, s in held if not question.directories or d in question.directories}
    return {d for d, s in held if s in (question.statuses or HELD)}


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "database"])
@SHARED
@given(population=st.lists(firms, min_size=1, max_size=12), asked=st.lists(questions, min_size=1, max_size=6))
def test_totals_facets_and_pages_are_what_counting_by_hand_gives(
    sqlite_engine: Engine,
    tmp_path_factory: pytest.TempPathFactory,
    indexed: bool,
    population: list[Firm],
    asked: list[dict[str, object]],
) -> None:
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        with transaction(sqlite_engine) as session:
            store(session, population)
        search = EmbeddedEngine(tmp_path_factory.mktemp("index")) if indexed else None
        if search is not None:
            rebuild(sqlite_engine, search)
        for filters in asked:
            question = SearchQuery.model_validate({**filters, "limit": 3})
            with reading(sqlite_engine) as session:
                pages = all_pages(session, search, question)
            assert sum(len(page.hits) for page in pages) == pages[0].total
            assert pages[0].total == sum(fits(firm, question) for firm in population)
            for facet, counted in pages[0].facets.items():
                own = ("title",) if facet in ("directory", "status") else (facet,)
                expected: dict[str, int] = {}
                for firm in population:
                    if fits(firm, question, without=own):
                        for value in values(firm, facet, question):
                            expected[value] = expected.get(value, 0) + 1
                assert {v.value: v.count for v in counted if v.count} == expected, (facet, question)


def all_pages(session: Session, search: EmbeddedEngine | None, question: SearchQuery) -> list[SearchPage]:
    pages = [find(session, search, question)]
    while pages[-1].next_cursor:
        pages.append(find(session, search, question.model_copy(update={"cursor": pages[-1].next_cursor})))
    seen = [hit.enterprise_id for page in pages for hit in page.hits]
    assert len(seen) == len(set(seen))
    return pages


LIKELY = "甲星海乙示例有限公司 aAx1第五批小巨人深圳()%_'\"-"
HOSTILE = [
    "'; DROP TABLE enterprise; --",
    "' OR 1=1",
    '"甲星',
    "甲星(深圳",
    "name:甲星^2 AND NOT (",
    "<script>alert(1)</script>",
    "甲" * 10_000,
    "甲星 " * 3_000,
    "a" * 10_000,
    "\x00甲星\u202e\u200b",
    "🚀🚀 甲星",
    "%_%",
    "\\",
    "*",
    "-",
    "\ud800甲",
    "９.13509E+17",
    "ｌü绿的 lv nv",
    "1234567890 " * 20,
    "가나다 ﾃｽﾄ Ελλάς",
    "第批",
    "第十批小巨人",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> tuple[Engine, EmbeddedEngine]:
    """One population for many texts."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(migrated_sqlite, folder / "registry.sqlite3")
    engine = make_engine(Settings(data_dir=folder))
    with transaction(engine) as session:
        store(session, [Firm(b, "440300", frozenset(CHAINS), ()) for b in BRANDS])
    search = EmbeddedEngine(folder / "index")
    rebuild(engine, search)
    return engine, search


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered(small: tuple[Engine, EmbeddedEngine], text: str) -> None:
    check(small, text)


@SHARED
@given(
    text=st.one_of(
        st.text(max_size=60), st.text(alphabet="甲星海乙示例有限公司 aAx1第五批小巨人深圳()%_'\"-", max_size=30)
    )
)
def test_any_text_is_answered(small: tuple[Engine, EmbeddedEngine], text: str) -> None:
    check(small, text)


def check(small: tuple[Engine, EmbeddedEngine], text: str) -> None:
    database, search = small
    question = SearchQuery(text=text)
    with reading(database) as session:
        for engine in (search, None):
            page = find(session, engine, question)
            assert page.total >= len(page.hits)
            for hit in page.all_hits:
                assert "".join(piece.text for piece in hit.segments) == hit.name
        later = find(session, search, question.changed(as_of=TODAY - timedelta(days=400)))
        assert later.total >= len(later.hits)
    assert len(question.text) <= 500
