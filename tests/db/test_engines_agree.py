"""Both engines, filled from one database, show the same: hits, order, totals, facets, chips, suggestions, pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.clock import now
from registry.db import reading, transaction
from registry.models import Enterprise
from registry.search.engine import SearchEngine
from registry.search.query import SearchQuery
from registry.services.finding import find
from registry.services.indexing import apply_outbox, rebuild
from registry.vocabulary import Level, TitleStatus
from tests.support.engines import embedded_engine, meilisearch_engine
from tests.support.population import add_enterprise, changed, fill

TEXTS = (
    *("", "星澜", "星澜光电", "深圳市星澜光电技术有限公司", "星蓝光电", "xinglan", "xlgd", "科技", "Xinglan", "300999"),
    *("旧称示例", "小巨人 深圳", "寒嶽紀", "有限公司", "没有这样的公司", "示例"),
    *('"星澜" OR name EXISTS', "\\", "'); --", "\U0002000b", "甲" * 300),
)
ASKED: list[dict[str, Any]] = [
    *({"text": text} for text in TEXTS),
    {"directories": ("hte",)},
    {"directories": ("hte", "little_giant"), "statuses": (TitleStatus.WITHDRAWN,)},
    {"cities": ("440300", "440100"), "text": "星澜"},
    {"levels": (Level.NATIONAL,), "granted": (2024,)},
    {"text": "示例", "limit": 2},
    {"text": "星澜", "brands": ("星澜",)},
    {"brands": ("星澜", "某例")},
    {"limit": 1, "sort": "standing"},
]


@dataclass
class Pair:
    """One database and both engines over it."""

    database: Engine
    engines: tuple[SearchEngine, SearchEngine]

    def shown(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """What each engine shows, page by page to the end."""
        return [self._pages(engine, SearchQuery(**asked)) for engine in self.engines]

    def _pages(self, engine: SearchEngine, query: SearchQuery) -> dict[str, Any]:
        pages: list[dict[str, Any]] = []
        with reading(self.database) as session:
            while not pages or pages[-1]["next_cursor"]:
                at = {"cursor": pages[-1]["next_cursor"]} if pages else {}
                page = find(session, engine, query.model_copy(update=at))
                assert not page.degraded
                pages.append(page.model_dump(exclude={"took_ms"}))
        return {"pages": pages}


@pytest.fixture
def pair(sqlite_engine: Engine, meili_url: str, tmp_path: Path) -> Iterator[Pair]:
    fill(sqlite_engine)
    with meilisearch_engine(meili_url, tmp_path) as server:
        engines = (embedded_engine(tmp_path / "embedded"), server)
        with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
            for engine in engines:
                rebuild(sqlite_engine, engine)
            yield Pair(sqlite_engine, engines)


def test_the_same_questions_have_the_same_answers(pair: Pair) -> None:
    for asked in ASKED:
        embedded, server = pair.shown(asked)
        assert embedded == server, asked


def test_changes_reach_the_server_too_and_are_forgotten_only_once_they_have(pair: Pair) -> None:
    with transaction(pair.database) as session:
        firm = session.exec(select(Enterprise).where(col(Enterprise.stock_code) == "300999.SZ")).one()
        firm.voided_at = now()
        changed(session, firm, add_enterprise(session, "深圳市新添示例有限公司"))
    server = pair.engines[1]
    assert apply_outbox(pair.database, server) == 2
    assert apply_outbox(pair.database, server) == 0
    rebuild(pair.database, pair.engines[0])
    for asked in ({"text": "星澜光电"}, {"text": "新添示例"}, {}):
        embedded, shown = pair.shown(asked)
        assert embedded == shown


def test_a_new_day_reaches_the_server_too(pair: Pair) -> None:
    server = pair.engines[1]
    with time_machine.travel("2027-08-06T04:00:00Z", tick=True):
        apply_outbox(pair.database, server)
        assert server.reader().day == date(2027, 8, 6)
        rebuild(pair.database, pair.engines[0])
        embedded, shown = pair.shown({"directories": ("hte",), "statuses": (TitleStatus.EXPIRED,)})
        assert embedded == shown
