"""Asking one version of the index on a Meilisearch server."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

from registry.search.engine import Ask, EngineUnavailable, Found, Row
from registry.search.meilisearch_filters import filter_of, read_back
from registry.search.meilisearch_server import Server
from registry.search.meilisearch_shape import ABOUT, PRIMARY_KEY
from registry.search.tiered import apart, joined
from registry.tracing import span

_KEY_LETTERS = 1


class MeilisearchReader:
    """A version of the index. Entries in it change as batches are applied; another version never comes in."""

    def __init__(self, server: Server, version: str, *, day: date, count: int) -> None:
        self._server = server
        self._version = version
        self.day = day
        self.count = count

    @span("search.ask", search_engine="meilisearch")
    def ask(self, asks: Sequence[Ask]) -> list[Found]:
        """All answers in one round trip. Raises EngineUnavailable."""
        parts = [apart(ask) for ask in asks]
        answers = iter(self._asked([part for several in parts for part in several]))
        return [joined(ask, list(islice(answers, len(several)))) for ask, several in zip(asks, parts, strict=True)]

    def _asked(self, asks: Sequence[Ask]) -> list[Found]:
        asked = [_queries(ask) for ask in asks]
        queries = [{"indexUid": self._version} | query for pair in asked for query in pair if query]
        results = iter(self._server.search(queries)) if queries else iter(())
        return [
            _found(ask, next(results) if rows else None, next(results) if whole else None)
            for ask, (rows, whole) in zip(asks, asked, strict=True)
        ]


def about_queries(version: str) -> list[dict[str, Any]]:
    """What tells the day and the number of enterprises of a version; read by :func:`read_about`."""
    return [
        {"indexUid": version, "filter": f"{ABOUT} EXISTS", "limit": 1, "attributesToRetrieve": ["day"]},
        {"indexUid": version, "filter": 'kind = "enterprise"', "page": 1, "hitsPerPage": 0},
    ]


def read_about(results: Sequence[dict[str, Any]]) -> tuple[date, int]:
    """Day and number of enterprises. Raises EngineUnavailable for a version that was never finished."""
    told, counted = results
    if not told["hits"]:
        raise EngineUnavailable("the index was not finished")
    return date.fromisoformat(told["hits"][0]["day"]), counted["totalHits"]


def _queries(ask: Ask) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """A query for the rows and one for what looks at all that match; one for both where they are the same."""
    where = filter_of(ask.where)
    if where is None:
        return None, None
    whole: dict[str, Any] = {}
    if ask.total or ask.counts:
        whole = {"filter": where, "page": 1, "hitsPerPage": 0}
        if ask.counts:
            whole["facets"] = list(ask.counts)
    if ask.limit <= 0:
        return None, whole or None
    stored = [] if ask.stored == "none" else [ask.stored]
    rows = {"sort": ["order:desc"], "attributesToRetrieve": [PRIMARY_KEY, "order", *stored]}
    if ask.below is not None:
        return rows | {"filter": [where, f"order < {ask.below}"], "limit": ask.limit}, whole or None
    if whole:
        return rows | whole | {"hitsPerPage": ask.limit}, None
    return rows | {"filter": where, "limit": ask.limit}, None


def _found(ask: Ask, rows: dict[str, Any] | None, whole: dict[str, Any] | None) -> Found:
    hits = rows["hits"] if rows else ()
    told = whole or rows or {}
    counted = told.get("facetDistribution", {})
    counts = {field: {read_back(v): n for v, n in counted.get(field, {}).items()} for field in ask.counts}
    return Found(tuple(_row(hit, ask.stored) for hit in hits), told.get("totalHits", 0) if ask.total else 0, counts)


def _row(hit: dict[str, Any], stored: str) -> Row:
    return Row(int(hit[PRIMARY_KEY][_KEY_LETTERS:]), int(hit["order"]), hit.get(stored, ""))
