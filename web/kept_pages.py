"""Public pages kept as they were sent, until anything official changes or the day does.

Every act on official data leaves an event in the audit trail in its own transaction (``tests/support/acts.py`` watches
every commit of every test for that). So the number of events, read before each answer, says whether a page could have
become another: as long as it is the same, on the same legal day, the page of a moment ago is the page of now. That
holds for any number of processes, each keeping its own, because the number stands in the database.

Kept is what anonymous visitors are sent: with a session cookie, or any other cookie than one’s preferences, nothing is
kept and nothing kept is sent.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.services.audit import events_so_far
from registry.settings import Settings
from web.conditions import matches
from web.i18n import LOCALE_COOKIE
from web.preferences import SIZE_COOKIE, THEME_COOKIE, preferences_of

MEGABYTE = 1_000_000
LARGEST_SHARE = 8
"""A page larger than such a share of the room is not kept: it would push out many."""
OVERHEAD = 500
"""Bytes counted for each page besides its body."""
PREFERENCES = frozenset({LOCALE_COOKIE, THEME_COOKIE, SIZE_COOKIE})
FRAGMENTS = ("hx-request", "hx-boosted", "hx-history-restore-request")
REVALIDATE = "no-cache"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it can be given again."""

    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class KeptPages:
    """The pages one process keeps, the least recently asked for dropped first. Safe from many threads."""

    room: int
    """Bytes."""
    used: int = 0
    hits: int = 0
    misses: int = 0
    _state: Hashable = None
    _pages: OrderedDict[Hashable, Kept] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, state: Hashable) -> Kept | None:
        """The page as it was kept in this state of the data. Pages of any other state are dropped."""
        with self._lock:
            if state != self._state:
                self._pages.clear()
                self._state, self.used = state, 0
            found = self._pages.get(key)
            if found is None:
                self.misses += 1
                return None
            self.hits += 1
            self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, state: Hashable, page: Kept) -> None:
        """Keep a page that was made after ``state`` was read; not if the state has moved on meanwhile."""
        size = _size(page)
        with self._lock:
            if state != self._state or size > self.room // LARGEST_SHARE:
                return
            if (before := self._pages.pop(key, None)) is not None:
                self.used -= _size(before)
            self._pages[key] = page
            self.used += size
            while self.used > self.room:
                _, dropped = self._pages.popitem(last=False)
                self.used -= _size(dropped)


class KeptRoute(APIRoute):
    """A route whose page is the same for every anonymous visitor until something official changes.

    Answers carry an ETag; whoever has the page already gets 304 and no body.
    """

    def beside(self, request: Request) -> Hashable:
        """What else the page depends on, besides official data and the day; read before every answer."""
        return None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with what is kept before it."""
        answer = super().get_route_handler()

        async def kept(request: Request) -> Response:
            pages: KeptPages | None = request.app.state.kept_pages
            key = _key(request) if pages is not None else None
            if pages is None or key is None:
                return await answer(request)
            state = (await run_in_threadpool(events_so_far, request.app.state.engine), today())
            key = (key, self.beside(request))
            found = pages.get(key, state)
            if found is None:
                response = await answer(request)
                if not _can_be_kept(response):
                    return response
                found = _kept(response)
                pages.put(key, state, found)
            if matches(request.headers.get("if-none-match", ""), found.headers["etag"]):
                return Response(
                    status_code=304, headers={k: v for k, v in found.headers.items() if k != "content-type"}
                )
            return Response(found.body, headers=found.headers)

        return kept


def pages_of(settings: Settings) -> KeptPages | None:
    """Where pages are kept; None where the settings give no room for it."""
    return KeptPages(settings.kept_pages_mb * MEGABYTE) if settings.kept_pages_mb > 0 else None


def _key(request: Request) -> Hashable | None:
    """Everything of a request a page depends on; None if it might depend on who asks."""
    if request.method != "GET" or request.cookies.keys() - PREFERENCES:
        return None
    scope, headers = request.scope, request.headers
    return (
        scope["scheme"],
        headers.get("host", ""),
        scope.get("root_path", ""),
        scope["path"],
        scope["query_string"],
        preferences_of(request),
        tuple(headers.get(name) for name in FRAGMENTS),
    )


def _can_be_kept(response: Response) -> bool:
    headers = response.headers
    whole = response.status_code == 200 and hasattr(response, "body")
    return whole and "set-cookie" not in headers and "no-store" not in headers.get("cache-control", "")


def _kept(response: Response) -> Kept:
    body = bytes(response.body)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    headers["etag"] = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers.setdefault("cache-control", REVALIDATE)
    return Kept(body, headers)


def _size(page: Kept) -> int:
    return len(page.body) + OVERHEAD
