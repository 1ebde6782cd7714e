"""An answer of the search as the search page shows it: marked names, chips, facets, ways on. No queries here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request

from registry.errors import Locale, Text
from registry.grades import grade_name
from registry.schemas.titles import TitleBadge
from registry.search.lexicon import place_label
from registry.search.query import Chip, FacetValue, Hit, SearchPage, SearchQuery, Segment, Suggestion
from registry.vocabulary import OperatingStatus
from web.formats import company_name
from web.rendering import url_path, url_with
from web.shown_titles import shown_title

BADGES_SHOWN = 3
VALUES_SHOWN = 5

FIELDS = {
    "status": Text("状态", "Status"),
    "directory": Text("名录", "Directory"),
    "level": Text("级别", "Level"),
    "city": Text("城市", "City"),
    "chain": Text("产业链", "Chain"),
    "district": Text("区县", "District"),
    "province": Text("省", "Province"),
    "granted": Text("认定年份", "Granted"),
    "ending": Text("到期年份", "Ending"),
    "brand": Text("字号", "Brand"),
    "category": Text("产品分类", "Category"),
    "grade": Text("等级", "Grade"),
    "industry": Text("行业", "Industry"),
    "registrar": Text("代码", "Code"),
    "batch": Text("批次", "Batch"),
    "text": Text("文字", "Text"),
}
"""What each filter is called."""
UNLISTED = ("district", "granted", "ending", "brand", "category", "grade")
"""Filters that stand in the address and in no facet: shown as chips."""
FACETS = ("status", "directory", "level", "city", "chain")
PRODUCT_FACETS = ("status", "grade", "category", "city")


@dataclass(frozen=True, slots=True)
class FacetOption:
    """One value of a facet. ``fixed``: chosen by a word of the text, so it is removed there and not here."""

    value: str
    text: str
    count: int
    chosen: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """One facet: the values shown at once, and the rest."""

    field: str
    title: str
    options: list[FacetOption]
    more: list[FacetOption]


def listed(query: SearchQuery) -> tuple[str, ...]:
    """The facets beside the hits, in the order they are shown: of products where they alone are asked for."""
    return PRODUCT_FACETS if query.kind == "product" else FACETS


def query_url(request: Request, query: SearchQuery, **changes: Any) -> str:
    """The address of a question, from its first page."""
    pairs: dict[str, list[str]] = {}
    for name, value in query.params():
        pairs.setdefault(name, []).append(value)
    return url_with(url_path(request, "search"), **(pairs | changes))


def params_url(request: Request, params: Sequence[tuple[str, str]]) -> str:
    """The address of parameters as a chip gives them."""
    pairs: dict[str, list[str]] = {}
    for name, value in params:
        pairs.setdefault(name, []).append(value)
    return url_with(url_path(request, "search"), **pairs)


def marked(segments: Sequence[Segment]) -> Markup:
    """The pieces of a text, what matched marked; everything escaped."""
    pieces = [f"<mark>{escape(piece.text)}</mark>" if piece.marked else escape(piece.text) for piece in segments]
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped


def shown_hit(request: Request, hit: Hit, page: SearchPage, locale: Locale) -> dict[str, Any]:
    """One hit of the page in the shape the ``hit`` macro takes."""
    query = page.query
    facts = [hit.city_name.in_(locale)] if hit.city_name else []
    if hit.founded_year:
        facts.append(Text(f"{hit.founded_year} 年成立", f"founded {hit.founded_year}").in_(locale))
    names = {value.value: value.label.in_(locale) for value in page.facets.get("chain", ())}
    if known := [names[code] for code in hit.chains if code in names]:
        facts.append(Text("、", ", ").in_(locale).join(known))
    if hit.operating_status not in (OperatingStatus.ACTIVE, OperatingStatus.UNKNOWN):
        facts.append(hit.operating_status.label.in_(locale))
    rest = len(hit.titles) - BADGES_SHOWN
    if rest > 0:
        facts.append(Text(f"另有 {rest} 个称号", f"{rest} more titles").in_(locale))
    href = url_path(request, "enterprise", key=hit.id)
    return {
        "href": url_with(href, as_of=query.as_of.isoformat()) if query.as_of else href,
        "name": marked(hit.segments) if any(piece.marked for piece in hit.segments) else company_name(hit.name),
        "code": hit.uscc,
        "facts": facts,
        "titles": [shown_title(request, badge, locale) for badge in _asked_first(hit, page)[:BADGES_SHOWN]],
        "why": _why(hit, locale),
    }


def _asked_first(hit: Hit, page: SearchPage) -> list[TitleBadge]:
    """The strongest title of each directory that was asked for, then the others in their order of standing."""
    asked = {value.value for value in page.facets.get("directory", ()) if value.selected}
    if not asked:
        return list(hit.titles)
    first: dict[str, TitleBadge] = {}
    for badge in hit.titles:
        if badge.directory_code in asked:
            first.setdefault(badge.directory_code, badge)
    return [*first.values(), *(badge for badge in hit.titles if badge not in first.values())]


def _why(hit: Hit, locale: Locale) -> Markup | str | None:
    """The phrase, with the matched part marked where it names something else than the name above."""
    if hit.reason == "listed":
        return None
    phrase = hit.why.in_(locale)
    text = "".join(piece.text for piece in hit.matched)
    before, found, after = phrase.partition(text) if text else (phrase, "", "")
    if found:
        return escape(before) + marked(hit.matched) + escape(after)
    if text and text != hit.name:
        return escape(phrase) + escape(Text("：", ": ").in_(locale)) + marked(hit.matched)
    return phrase


def chips(request: Request, page: SearchPage, locale: Locale) -> list[dict[str, Any]]:
    """What the text was understood as, the rest of it as free text; empty if nothing was understood."""
    applied = [chip for chip in page.interpreted if chip.applied]
    shown = [_chip(request, chip, locale) for chip in applied]
    rest = rest_of(page.query.text, applied) if applied else ""
    if rest:
        without = without_text(page.query.text, rest)
        href = query_url(request, page.query, q=without)
        shown.append({"field": FIELDS["text"].in_(locale), "value": rest, "remove_href": href, "read": False})
    return shown + [
        {
            "field": FIELDS[field].in_(locale),
            "value": _unlisted_value(field, value, locale),
            "remove_href": query_url(request, page.query.toggled(field, value)),
            "read": True,
        }
        for field in UNLISTED
        if field not in listed(page.query)
        for value in page.query.selected(field)
    ]


def _unlisted_value(field: str, value: str, locale: Locale) -> str:
    if field == "district":
        return place_label(value).in_(locale)
    return grade_name(int(value)).in_(locale) if field == "grade" else value


def offers(request: Request, page: SearchPage, locale: Locale) -> list[dict[str, str]]:
    """What a word may also mean: one click makes it a filter."""
    return [
        {"text": chip.label.in_(locale), "href": params_url(request, chip.add)}
        for chip in page.interpreted
        if not chip.applied and chip.add
    ]


def same_brand(request: Request, page: SearchPage) -> dict[str, Any] | None:
    """The firms that share the brand typed; a way to these alone where there are others beside them."""
    shared = page.same_brand
    if shared is None:
        return None
    href = params_url(request, shared.add) if shared.total < page.total else None
    return {"name": shared.name, "total": shared.total, "href": href}


def _chip(request: Request, chip: Chip, locale: Locale) -> dict[str, Any]:
    return {
        "field": FIELDS[chip.field].in_(locale),
        "value": chip.label.in_(locale),
        "remove_href": params_url(request, chip.remove),
        "read": True,
    }


def rest_of(text: str, applied: Sequence[Chip]) -> str:
    """The words of the text that no chip stands for."""
    kept = [True] * len(text)
    for chip in applied:
        start, stop = _cut(text, dict(chip.remove).get("q", ""))
        kept[start:stop] = [False] * (stop - start)
    return " ".join("".join(c if keep else " " for c, keep in zip(text, kept, strict=True)).split())


def without_text(text: str, rest: str) -> str:
    """The text without the given words."""
    for word in rest.split():
        text = text.replace(word, " ", 1)
    return " ".join(text.split())


def _cut(text: str, shorter: str) -> tuple[int, int]:
    """Where one piece was taken out of ``text`` to leave ``shorter``; blanks at the seam may be gone as well."""
    start = 0
    while start < min(len(text), len(shorter)) and text[start] == shorter[start]:
        start += 1
    end = 0
    while end < min(len(text), len(shorter)) - start and text[-1 - end] == shorter[-1 - end]:
        end += 1
    return start, len(text) - end


def facet_groups(page: SearchPage, locale: Locale) -> list[FacetGroup]:
    """The facets in the order they are shown; values without a hit only if chosen."""
    groups = []
    for field in listed(page.query):
        given = page.query.selected(field)
        options = [_option(v, given, locale) for v in page.facets.get(field, ()) if v.count or v.selected]
        if not options:
            continue
        first = [option for place, option in enumerate(options) if place < VALUES_SHOWN or option.chosen]
        more = [option for option in options if option not in first]
        groups.append(FacetGroup(field, FIELDS[field].in_(locale), first, more))
    return groups


def _option(value: FacetValue, given: Sequence[str], locale: Locale) -> FacetOption:
    fixed = value.selected and value.value not in given
    return FacetOption(value.value, value.label.in_(locale), value.count, value.selected, fixed)


def maybe(request: Request, suggestions: Sequence[Suggestion], locale: Locale) -> list[dict[str, Any]]:
    """“Did you mean”: a page to open if it is known which, else a text to search."""
    return [
        {
            "text": item.name or item.text,
            "href": url_path(request, "enterprise", key=item.key)
            if item.key
            else url_with(url_path(request, "search"), q=item.text),
            "reason": item.reason.in_(locale),
        }
        for item in suggestions
    ]
