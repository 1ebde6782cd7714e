"""The change feed: what happened to titles and to who holds them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.deps import ReadSession
from api.problems import refusals
from api.routing import public_router
from registry.errors import InvalidInput
from registry.feed_words import EventType
from registry.schemas.feed import EventPage
from registry.schemas.paging import KEY_MAX
from registry.services.feed.reading import LIMIT_MAX, events_after

router: APIRouter = public_router("events", "变更流 / Change feed")

TYPES = tuple(kind.value for kind in EventType)


class EventsShown(EventPage):
    """Events, and where the next ones are."""

    next: str | None = Field(description="还有更多时，下一页的地址 / address of the next page where there is more")


@router.get("/events", name="api_events", summary="变更流 / Change feed", responses=refusals(404))
def list_events(
    request: Request,
    response: Response,
    session: ReadSession,
    after: Annotated[
        int,
        Query(ge=0, le=KEY_MAX, description="上次的 next_after；从头读填 0 / next_after of last time; 0 to begin"),
    ] = 0,
    type: Annotated[
        str | None,
        Query(
            max_length=300,
            description="只要这些事件，逗号分隔 / Only these kinds, commas between: " + ", ".join(TYPES),
            examples=["granted,expired"],
        ),
    ] = None,
    directory: Annotated[
        str | None, Query(max_length=40, description="只要这个名录 / Only this directory", examples=["little_giant"])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description=f"条数，1 至 {LIMIT_MAX} / Number of events")] = 100,
) -> EventsShown:
    """按编号从小到大；编号连续，事件永不改动，从 0 重放就得到全部认定。没有新事件时 items 为空，next_after 不变。 /

    In the order of their numbers, which have no gaps; an event never changes, and a replay from 0 gives every title.
    Where there is nothing new items is empty: ask again later with the same next_after.
    """
    page = events_after(session, after=after, types=_types(type), directory=directory, limit=limit)
    address = None
    if page.next_after < page.latest:
        url = request.url.include_query_params(after=page.next_after)
        address = f"{url.path}?{url.query}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return EventsShown(**dict(page), next=address)


def _types(given: str | None) -> list[EventType]:
    wanted = [part.strip() for part in (given or "").split(",") if part.strip()]
    for word in wanted:
        if word not in TYPES:
            raise InvalidInput(
                f"没有名为“{word[:40]}”的事件。",
                f"There is no event “{word[:40]}”.",
                field="type",
                value=word,
                choices=TYPES,
            )
    return [EventType.of(word) for word in wanted]
