"""Both search engines, empty, for tests; and what an engine must answer, worked out the slow and obvious way."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from operator import methodcaller
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from registry.search.documents import IndexDocument
from registry.search.embedded import EmbeddedEngine
from registry.search.engine import Ask, Found, Row, SearchEngine
from registry.search.expression import AllOf, AllTerms, AnyOf, AnyTerm, But, Expression, Term
from registry.search.locks import Locks
from registry.search.meilisearch import MeilisearchEngine
from registry.search.meilisearch_server import Server
from tests.support import machine

DAY = date(2026, 5, 6)
BOTH = ("embedded", "meilisearch")


def made(request: pytest.FixtureRequest, stack: ExitStack, folder: Path) -> SearchEngine:
    """The engine a fixture is parametrised by, empty; skips where there is no server."""
    if request.param == "embedded":
        return embedded_engine(folder)
    return stack.enter_context(meilisearch_engine(request.getfixturevalue("meili_url"), folder))


def entry(number: int, *names: str, order: int | None = None, **terms: tuple[str, ...]) -> IndexDocument:
    """An enterprise with some names."""
    given = {"kind": ("enterprise",), "name": names, **terms}
    place = 1_000_000 - number if order is None else order
    return IndexDocument("enterprise", number, place, given, f'{{"n":{number}}}', f"forms of {number}")


def build(engine: SearchEngine, *documents: IndexDocument, day: date = DAY) -> str:
    """Build an index of the entries and put it to use; its version."""
    with engine.writing() as writer:
        version = writer.build_beside(documents, day=day)
        writer.swap(version)
    return version


def numbers(engine: SearchEngine, where: Expression) -> list[int]:
    """The numbers of the entries an expression holds for, in their order."""
    [found] = engine.reader().ask([Ask(where, limit=1_000, stored="none")])
    return [row.id for row in found.rows]


def embedded_engine(folder: Path) -> EmbeddedEngine:
    """The embedded engine, with nothing in it."""
    return EmbeddedEngine(folder / "index")


@contextmanager
def meilisearch_engine(url: str, folder: Path) -> Iterator[MeilisearchEngine]:
    """The engine on a Meilisearch server, with nothing in it; everything it leaves on the server is removed."""
    prefix, key = f"test-{uuid4().hex[:12]}", SecretStr(machine.meilisearch_key())
    yield MeilisearchEngine(url, locks=Locks(folder / "index"), search_key=key, prefix=prefix)
    server = Server(url, search_key=key, admin_key=key)
    left = [name for name in server.indexes() if name.startswith(prefix)]
    server.wait([server.do(methodcaller("delete_index", name)) for name in left])


def holds(document: IndexDocument, expression: Expression) -> bool:
    """Whether an expression is true of an entry."""
    match expression:
        case Term(field, value):
            return value in document.terms.get(field, ())
        case AnyTerm(field, values):
            return any(value in document.terms.get(field, ()) for value in values)
        case AllTerms(field, values):
            return all(value in document.terms.get(field, ()) for value in values)
        case AllOf(parts):
            return all(holds(document, part) for part in parts)
        case AnyOf(parts):
            return any(holds(document, part) for part in parts)
        case But(kept, dropped):
            return holds(document, kept) and not holds(document, dropped)


def _tier(document: IndexDocument, ask: Ask) -> int:
    return next((tier for tier, closer in enumerate(ask.closest) if holds(document, closer)), len(ask.closest))


def expected(documents: Sequence[IndexDocument], ask: Ask) -> Found:
    """What an engine with these entries must answer."""
    found = sorted((d for d in documents if holds(d, ask.where)), key=lambda d: -d.order)
    tiers = sorted(((_tier(d, ask), d) for d in found), key=lambda placed: placed[0])
    rows = [(t, d) for t, d in tiers if t > ask.tier or (t == ask.tier and (ask.below is None or d.order < ask.below))]
    rows = rows[: ask.limit]
    counts: dict[str, dict[str, int]] = {field: {} for field in ask.counts}
    for field, counted in counts.items():
        for document in found:
            for value in document.terms.get(field, ()):
                counted[value] = counted.get(value, 0) + 1
    texts = [{"none": "", "card": d.card, "forms": d.forms}[ask.stored] for _, d in rows]
    told = tuple(Row(d.id, d.order, text, tier) for (tier, d), text in zip(rows, texts, strict=True))
    return Found(told, len(found) if ask.total else 0, counts)
