"""The search page: one box, what it was understood as, filters with counts, hits that say why they are there."""

from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.errors import InvalidInput, Locale, Text, shorten
from registry.schemas.inputs import parse_day
from registry.search.engine import SearchEngine
from registry.search.query import SearchPage, SearchQuery
from registry.services.asking import ask
from registry.services.finding import find
from web.deps import ReadSession, current_actor, search_engine
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, url_path, url_with, wants_fragment
from web.search_groups import counted, kind_tabs, listings, product_rows
from web.search_views import (
    FACETS,
    FIELDS,
    UNLISTED,
    chips,
    facet_groups,
    listed,
    maybe,
    offers,
    params_url,
    query_url,
    rest_of,
    same_brand,
    shown_hit,
    without_text,
)

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

WAYS_SHOWN = 4
_COUNTED = (Text("家", "enterprises"), Text("项产品", "products"))
SEVERAL = {
    "directory": "directories",
    "city": "cities",
    "district": "districts",
    "chain": "chains",
    "level": "levels",
    "status": "statuses",
    "granted": "granted",
    "ending": "ending",
    "brand": "brands",
    "category": "categories",
    "grade": "grades",
}
"""Parameters that may be repeated, as the question calls them."""
_YES, _NO = frozenset({"1", "true", "on", "yes"}), frozenset({"", "0", "false", "off", "no"})


@router.get("/search", name="search")
def search_page(request: Request, session: ReadSession) -> Response:
    """Hits of a question. Leads straight to the enterprise a code or a whole name belongs to.

    Raises InvalidInput naming the parameter for a filter, date or cursor that cannot be read.
    """
    query = asked(session, request.query_params)
    engine = search_engine(request)
    page = find(session, engine, query)
    request.app.state.misses.note(page, locale_of(request))
    key = direct_key(page)
    if key is not None and not wants_fragment(request):
        target = url_with(url_path(request, "enterprise", key=key), **{"from": query.text, "as_of": query.as_of})
        return RedirectResponse(target, status_code=302, headers={"Cache-Control": "no-store"})
    return render(request, "search/search.html", _context(request, session, engine, page), block="results")


def asked(session: Session, given: QueryParams) -> SearchQuery:
    """The question in an address. Read by hand: declared one by one, its parameters cost more than finding does.

    Raises InvalidInput naming the parameter.
    """
    day = given.get("as_of", "").strip()
    several: dict[str, Any] = {plural: given.getlist(name) for name, plural in SEVERAL.items() if name in given}
    return ask(
        session,
        text=given.get("q", ""),
        as_of=parse_day(day, field="as_of") if day else None,
        kind=given.get("kind", "all"),
        sort=given.get("sort", "relevance"),
        cursor=given.get("cursor", ""),
        literal=_flag("literal", given.get("literal", "")),
        **several,
    )


def _flag(name: str, value: str) -> bool:
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise InvalidInput(
        f"{name} 只能是 1 或 0，不能是“{shorten(value)}”。",
        f"{name} is 1 or 0, not “{shorten(value)}”.",
        field=name,
        value=value,
        choices=("1", "0"),
    )


def direct_key(page: SearchPage) -> str | None:
    """The enterprise the text names beyond doubt: by its code, or by a whole name that only one bears."""
    query = page.query
    if (
        query.literal
        or query.cursor
        or not query.text
        or query.kind != "all"
        or any(query.selected(field) for field in FIELDS_CHOSEN)
    ):
        return None
    if page.redirect is not None:
        return page.redirect
    exact = [hit for hit in page.hits if hit.reason == "exact"]
    return exact[0].id if len(exact) == 1 else None


FIELDS_CHOSEN = (*FACETS, *UNLISTED)


def _context(request: Request, session: Session, engine: SearchEngine | None, page: SearchPage) -> dict[str, Any]:
    query, locale = page.query, locale_of(request)
    understood = chips(request, page, locale)
    groups = facet_groups(page, locale)
    sections = {section.kind: section for section in page.sections}
    meant = maybe(request, page.did_you_mean, locale)
    return {
        "page": page,
        "query": query,
        "tabs": kind_tabs(request, page, locale),
        "counted": [text.in_(locale) for text in counted(page)],
        "offers": offers(request, page, locale),
        "order": _order(page),
        "same_brand": same_brand(request, page),
        "section_urls": {kind: query_url(request, query, kind=kind) for kind in sections},
        "product_total": sections["product"].total if "product" in sections else 0,
        "products": product_rows(request, page, sections["product"], locale) if "product" in sections else [],
        "kept": [(n, v) for n, v in query.params() if n not in ("q", "as_of", *listed(query))],
        "fragment": wants_fragment(request),
        "chips": understood,
        "as_typed": query_url(request, query, literal="1") if understood else None,
        "maybe": meant,
        "strip_maybe": meant if page.total else [],
        "tone": "cin" if meant and not page.total and not page.degraded else "amb",
        "groups": groups,
        "chosen": sum(len(query.selected(field)) for field in FIELDS_CHOSEN) + (query.as_of is not None),
        "clear_url": url_with(url_path(request, "search"), q=query.text or None),
        "today_url": query_url(request, query, as_of=None),
        "first_url": query_url(request, query) if query.cursor else None,
        "next_url": query_url(request, query, cursor=page.next_cursor) if page.next_cursor else None,
        "sorts": _sorts(request, query),
        "hits": [shown_hit(request, hit, page, locale) for hit in page.hits],
        "near": [shown_hit(request, hit, page, locale) for hit in page.near],
        "listings": listings(request, page, locale),
        "directory_list_url": path_of(request, "directory_list"),
        "nothing": None if _found(page) else _nothing(request, session, engine, page, locale),
    }


def _found(page: SearchPage) -> bool:
    """Whether there is what was asked for: a directory is, if it was asked for and not only named among other words."""
    if page.query.kind == "directory" or any(directory.exact for directory in page.directories):
        return bool(page.directories)
    return bool(page.hits or page.products)


def _order(page: SearchPage) -> list[str]:
    """The groups as they are shown; an announcement the text names stands with the directories."""
    order = [section.kind for section in page.sections]
    named = any(chip.field == "batch" for chip in page.interpreted)
    return [*order, "directory"] if named and "directory" not in order and page.query.kind == "all" else [*order]


def _sorts(request: Request, query: SearchQuery) -> list[dict[str, Any]]:
    words = {"relevance": Text("最相关", "Relevance"), "standing": Text("称号级别", "Standing")}
    return [
        {
            "text": text,
            "href": query_url(request, query, sort=None if name == "relevance" else name),
            "current": query.sort == name,
        }
        for name, text in words.items()
    ]


def _nothing(
    request: Request, session: Session, engine: SearchEngine | None, page: SearchPage, locale: Locale
) -> dict[str, Any]:
    """What was understood, and which filter to drop to find something, with how much that finds."""
    query = page.query
    parts = [
        Text(f"{FIELDS[chip.field].zh} {chip.label.zh}", f"{FIELDS[chip.field].en} {chip.label.en}")
        for chip in page.interpreted
    ]
    ways = []
    for label, fewer, url in _fewer(request, page)[:WAYS_SHOWN]:
        total = find(session, engine, fewer).total
        if total:
            counted = _COUNTED[query.kind == "product"]
            said = Text(
                f"去掉条件“{label.zh}”，有 {total:,} {counted.zh}", f"Without “{label.en}”: {total:,} {counted.en}"
            )
            ways.append((said.in_(locale), url))
    separator = Text("；", "; ").in_(locale)
    return {"typed": query.text, "understood": separator.join(part.in_(locale) for part in parts), "ways": ways}


def _fewer(request: Request, page: SearchPage) -> list[tuple[Text, SearchQuery, str]]:
    """The same question with one condition less, for each condition: those in the text, then those chosen."""
    query = page.query
    found = [
        (chip.label, query.changed(text=dict(chip.remove).get("q", ""), limit=1), params_url(request, chip.remove))
        for chip in page.interpreted
        if chip.applied
    ]
    rest = rest_of(query.text, [chip for chip in page.interpreted if chip.applied])
    if rest and (found or any(query.selected(field) for field in listed(query))):
        fewer = query.changed(text=without_text(query.text, rest), limit=1)
        found.append((Text(rest, rest), fewer, query_url(request, query, q=fewer.text or None)))
    for field in dict.fromkeys((*listed(query), *FACETS)):
        labels = {value.value: value.label for value in page.facets.get(field, ())}
        for value in query.selected(field):
            fewer = query.toggled(field, value)
            label = labels.get(value, Text(value, value))
            found.append((label, fewer.changed(limit=1), query_url(request, fewer)))
    return found
