"""Example queries below the search box: taken from what is in the registry, so that each one finds something."""

import time

from sqlmodel import Session
from starlette.requests import Request

from registry.search.query import SearchQuery
from registry.services.finding import find
from web.deps import search_engine

FILTERS = ("小巨人 深圳", "高新技术企业 集成电路", "专精特新中小企业 广州")
SHOWN = 5
KEPT_SECONDS = 600.0


def example_queries(request: Request, session: Session) -> tuple[str, ...]:
    """Up to five texts that give a hit: filters in words, a name, a code. Looked up anew every ten minutes."""
    kept: tuple[float, tuple[str, ...]] | None = getattr(request.app.state, "example_queries", None)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        found = _look_up(request, session)
        kept = (time.monotonic(), found)
        if found:
            request.app.state.example_queries = kept
    return kept[1]


def _look_up(request: Request, session: Session) -> tuple[str, ...]:
    engine = search_engine(request)
    strongest = find(session, engine, SearchQuery(sort="standing", limit=2)).hits
    wanted = [*FILTERS, *(hit.name for hit in strongest[:1]), *(hit.uscc for hit in strongest[1:2] if hit.uscc)]
    return tuple(text for text in wanted if find(session, engine, SearchQuery(text=text, limit=1)).total)[:SHOWN]
