"""The groups of an answer beside the enterprises: products, directories with announcements, and how many of each."""

from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.grades import grade_name
from registry.search.query import Group, ProductHit, SearchPage, Section
from web.navigation import path_of
from web.rendering import url_path, url_with
from web.search_views import marked, query_url

KINDS: dict[Group, tuple[Text, str]] = {
    "enterprise": (Text("企业", "Enterprises"), "enterprises"),
    "product": (Text("产品", "Products"), "products"),
    "directory": (Text("名录与批次", "Directories and batches"), "listings"),
}


def kind_tabs(request: Request, page: SearchPage, locale: Locale) -> list[dict[str, Any]]:
    """All kinds, then each kind that has something, with numbers; none where there are only enterprises."""
    query, sections = page.query, {section.kind: section for section in page.sections}
    if query.kind == "all" and sections.keys() <= {"enterprise"}:
        return []
    tabs = [_tab(request, page, None, Text("全部", "All").in_(locale), _total(page) if query.kind == "all" else None)]
    for kind, (name, _) in KINDS.items():
        section = sections.get(kind)
        if query.kind == "all" and (section is None or not section.total):
            continue
        tabs.append(_tab(request, page, kind, name.in_(locale), section.total if section else None))
    return tabs


def _tab(request: Request, page: SearchPage, kind: str | None, text: str, count: int | None) -> dict[str, Any]:
    return {
        "text": text,
        "count": count,
        "href": query_url(request, page.query, kind=kind),
        "current": page.query.kind == (kind or "all"),
    }


def _total(page: SearchPage) -> int:
    return sum(section.total for section in page.sections)


def counted(page: SearchPage) -> list[Text]:
    """How much of each kind was found, in the order of the groups; enterprises always."""
    said = []
    for section in page.sections or ():
        n = f"{section.total:,}"
        if section.kind == "enterprise":
            more = ("", "") if page.total_is_exact else ("超过 ", "more than ")
            said.append(Text(f"{more[0]}{n} 家企业", f"{more[1]}{n} {'enterprise' if n == '1' else 'enterprises'}"))
        elif section.total:
            zh, en = {"product": ("项产品", "product"), "directory": ("个名录", "directory")}[section.kind]
            plural = {"product": "products", "directory": "directories"}[section.kind]
            said.append(Text(f"{n} {zh}", f"{n} {en if n == '1' else plural}"))
    return said or [Text("没有结果", "Nothing")]


def product_rows(request: Request, page: SearchPage, section: Section, locale: Locale) -> list[dict[str, Any]]:
    """Products that match, then other versions of what was asked for."""
    return [
        _product(request, page, hit, locale) for hit in (*section.hits, *section.near) if isinstance(hit, ProductHit)
    ]


def _product(request: Request, page: SearchPage, hit: ProductHit, locale: Locale) -> dict[str, Any]:
    as_of = page.query.as_of.isoformat() if page.query.as_of else None
    maker = path_of(request, "enterprise", key=hit.maker_key) if hit.maker_key else None
    reference = hit.document_ref
    row = None
    if reference is not None:
        row = path_of(request, "document_row", import_id=reference.import_id, row_id=reference.row_id)
    return {
        "href": url_with(url_path(request, "product", product_id=hit.id), as_of=as_of),
        "name": marked(hit.segments),
        "near": hit.near,
        "maker": hit.maker,
        "maker_href": url_with(maker, as_of=as_of) if maker else None,
        "category": hit.category,
        "grade": grade_name(hit.grade).in_(locale) if hit.grade else None,
        "valid_from": hit.valid_from,
        "valid_to": hit.valid_to,
        "status": hit.status,
        "days_left": (hit.valid_to - page.as_of).days if hit.valid_to else None,
        "row_href": row,
        "row": Text(f"原文第 {reference.row_number} 行", f"row {reference.row_number}") if reference else None,
    }


def listings(request: Request, page: SearchPage, locale: Locale) -> list[dict[str, Any]]:
    """Directories the text means, with how many of the enterprises found are in them, and announcements it names."""
    counts = {value.value: value.count for value in page.facets.get("directory", ())}
    applied = {chip.value for chip in page.interpreted if chip.field == "directory" and chip.applied}
    found: dict[str, dict[str, Any]] = {}
    for directory in page.directories:
        url = path_of(request, "directory", code=directory.code)
        found[directory.code] = {
            "text": directory.name.in_(locale),
            "note": directory.level.label.in_(locale),
            "href": url,
            "count": counts.get(directory.code, 0) if directory.code in applied else None,
        }
    for chip in page.interpreted:
        if chip.field == "batch":
            url = path_of(request, "batch", batch_id=int(chip.value))
            found["batch"] = {"text": chip.label.in_(locale), "note": "", "href": url, "count": None}
    return [item for item in found.values() if item["href"]]
