"""The ladder of titles as a picture: boxes on rising steps, arrows by prerequisites, and the same as a table."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Locale, Text
from registry.policies import OFFICIALS, own_region, require
from registry.schemas.assessments import LadderGraph, LadderLink, LadderNode
from registry.schemas.inputs import parse_region_code
from registry.services.assessing.prerequisites import ladder_graph
from registry.vocabulary import Flag
from web.deps import OfficerActor, ReadSession, current_officer
from web.formats import grouped
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, url_path, url_with
from web.work.filters import chain_options, one_select, place_options, region_words

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

BOX_WIDTH, BOX_HEIGHT = 184, 88
ACROSS, DOWN, RISE = 244, 108, 34
"""From one step to the next, from one box to the one below, and how much a step rises."""

Short = Annotated[str, Query(max_length=60)]


@router.get("/office/ladder", name="ladder_page")
def ladder_page(
    request: Request, session: ReadSession, actor: OfficerActor, place: Short = "", chain: Short = ""
) -> Response:
    """Which title opens the way to which, and how many firms stand on each step. Raises InvalidInput, NotAllowed."""
    region = own_region(actor)
    require(actor, OFFICIALS, region_code=region)
    where = parse_region_code(place, field="place") if place.strip() else None
    graph = ladder_graph(session, as_of=today(), region_code=region, place=where, chain=chain.strip() or None)
    locale = locale_of(request)
    context = {
        "as_of": graph.as_of,
        "region": region_words(region),
        "filters": [
            one_select("place", Text("地区", "Place"), place_options(region, where, locale), where),
            one_select("chain", Text("产业链", "Chain"), chain_options(locale), chain.strip()),
        ],
        "drawing": drawing(graph, locale),
        "rows": [_row(request, node, graph, where, chain.strip() or None, locale) for node in graph.nodes],
        "flag_heads": [{"text": flag.label.in_(locale), "num": True} for flag in Flag],
        "list_url": url_path(request, "candidate_list"),
    }
    return render(request, "work/ladder.html", context)


def drawing(graph: LadderGraph, locale: Locale) -> dict[str, Any]:
    """Boxes and arrows with their coordinates; each step higher than the one before."""
    by_layer: dict[int, list[LadderNode]] = {}
    for node in graph.nodes:
        by_layer.setdefault(node.layer, []).append(node)
    top = max(by_layer, default=0)
    places = {
        node.code: (layer * ACROSS, (top - layer) * RISE + at * DOWN)
        for layer, nodes in by_layer.items()
        for at, node in enumerate(nodes)
    }
    return {
        "width": top * ACROSS + BOX_WIDTH + 2,
        "height": max((y for _, y in places.values()), default=0) + BOX_HEIGHT + 2,
        "box_width": BOX_WIDTH,
        "box_height": BOX_HEIGHT,
        "boxes": [_box(node, *places[node.code], locale) for node in graph.nodes],
        "arrows": [_arrow(link, places) for link in graph.links],
    }


def _box(node: LadderNode, x: int, y: int, locale: Locale) -> dict[str, Any]:
    ready = node.counts[Flag.CANDIDATE] if node.counts else None
    words = Text(f"够条件 {grouped(ready)} 家", f"{grouped(ready)} candidates") if ready is not None else None
    return {
        "x": x + 1,
        "y": y + 1,
        "name": node.name.in_(locale),
        "holders": grouped(node.holders),
        "note": words.in_(locale) if words else None,
    }


def _arrow(link: LadderLink, places: dict[str, tuple[int, int]]) -> dict[str, Any]:
    (from_x, from_y), (to_x, to_y) = places[link.source], places[link.target]
    begin_x, begin_y = from_x + BOX_WIDTH + 1, from_y + BOX_HEIGHT // 2
    end_x, end_y = to_x - 2, to_y + BOX_HEIGHT // 2
    middle = end_x - (ACROSS - BOX_WIDTH) // 2
    path = f"M{begin_x} {begin_y}H{middle}V{end_y}H{end_x}"
    head = f"M{end_x - 7} {end_y - 4}L{end_x} {end_y}L{end_x - 7} {end_y + 4}Z"
    return {"path": path, "head": head, "required": link.required}


def _row(
    request: Request, node: LadderNode, graph: LadderGraph, place: str | None, chain: str | None, locale: Locale
) -> dict[str, Any]:
    names = {one.code: one.name.in_(locale) for one in graph.nodes}
    below = [link for link in graph.links if link.target == node.code]
    lists = url_with(url_path(request, "candidate_list"), tier=node.code, place=place, chain=chain)
    return {
        "name": node.name.in_(locale),
        "href": path_of(request, "directory", code=node.code),
        "below": [{"name": names[link.source], "link": link} for link in below],
        "holders": node.holders,
        "due": node.due_12_months,
        "counts": [{"number": node.counts[flag], "href": url_with(lists, flag=flag.value)} for flag in Flag]
        if node.counts
        else None,
    }
