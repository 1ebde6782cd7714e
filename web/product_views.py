"""Products in the shape their pages take: rows, filters, other versions. No queries here."""

from typing import Any

from starlette.requests import Request

from registry.clock import today
from registry.errors import Locale, Text
from registry.identity.regions import region
from registry.products.grades import grade_name, known_grades
from registry.schemas.products import Catalogue, CatalogueRow, CategoryCount, OtherVersion, ProductPage
from registry.services.downloads import offered_formats
from registry.services.products.catalogue import CatalogueFilters
from registry.vocabulary import TitleStatus
from web.formats import format_name
from web.i18n import locale_of
from web.rendering import url_path, url_with
from web.shown_titles import document_url, row_words

HELD, ALL = Text("有效（含将到期）", "In force"), Text("全部状态", "Every state")


def catalogue(request: Request, found: Catalogue, filters: CatalogueFilters, *, paged: bool) -> dict[str, Any]:
    """What the list page shows."""
    locale, is_today = locale_of(request), found.as_of == today()
    base = url_path(request, "product_list")
    kept = _kept(found, filters)
    here = url_with(base, **kept)
    rows = found.rows
    exact = kept | {"as_of": found.as_of.isoformat()}
    groups = _groups(found, filters, base, kept, locale)
    return {
        "found": found,
        "filters": filters,
        "is_today": is_today,
        "own_url": base,
        "today_url": url_with(base, **kept | {"as_of": None}),
        "check_url": url_path(request, "product_check"),
        "compatibility_url": url_path(request, "compatibility_matrix"),
        "rows": [row_of(request, row) for row in rows.items],
        "groups": groups,
        "chosen": sum(
            option["chosen"] and option["value"] != "held" for group in groups for option in group["options"]
        ),
        "clear_url": url_with(base, as_of=kept["as_of"]),
        "without_maker": url_with(base, **kept | {"maker": None}),
        "maker_name": next((row.maker_name for row in rows.items), None) if filters.maker else None,
        "hidden": [(name, value) for name, value in kept.items() if value and name not in ("q", "as_of")],
        "as_of_hidden": [(name, value) for name, value in kept.items() if value and name != "as_of"],
        "first_url": here if paged else None,
        "next_url": url_with(here, cursor=rows.next_cursor) if rows.next_cursor else None,
        "downloads": [
            (format_name(kind), url_with(url_path(request, "product_download"), format=kind, **exact))
            for kind in offered_formats()
        ],
    }


def row_of(request: Request, row: CatalogueRow) -> dict[str, Any]:
    """One row with its ways to the product, the maker and the row of the document."""
    as_of = request.query_params.get("as_of") or None
    return {
        "row": row,
        "href": url_with(url_path(request, "product", product_id=row.id), as_of=as_of),
        "maker_href": url_path(request, "enterprise", key=row.maker_key) if row.maker_key else None,
        "grade": grade_name(row.grade) if row.grade else None,
        "status": row.status.value,
        "document": row.document_no or row.batch_label,
        "document_row": row_words(row.document_ref),
        "document_href": document_url(request, row.document_ref, row.batch_id),
    }


def product(request: Request, page: ProductPage) -> dict[str, Any]:
    """What the page of one version shows."""
    own_url = url_path(request, "product", product_id=page.id)
    later = [_other(request, each) for each in page.others if each.supersedes]
    best, city = page.strongest, region(page.maker_city) if page.maker_city else None
    list_url = url_path(request, "product_list")
    return {
        "page": page,
        "label": f"{page.name} {page.version}".strip() if page.version not in page.name else page.name,
        "own_url": own_url,
        "is_today": page.as_of == today(),
        "best": row_of(request, best) if best else None,
        "ended": best is not None and best.status in (TitleStatus.EXPIRED, TitleStatus.WITHDRAWN),
        "category_url": url_with(list_url, category=page.category_code or page.category),
        "maker_url": url_path(request, "enterprise", key=page.maker_key) if page.maker_key else None,
        "maker_products_url": url_with(list_url, maker=page.maker_key, status="all") if page.maker_key else None,
        "city": Text(city.name, city.name_en) if city else None,
        "entries": [
            {
                "entry": entry,
                "grade": grade_name(entry.grade) if entry.grade else None,
                "batch_href": url_path(request, "batch", batch_id=entry.batch_id),
                "directory_href": url_path(request, "directory", code=entry.directory_code),
                "document_row": row_words(entry.document_ref),
                "document_href": document_url(request, entry.document_ref, entry.batch_id),
            }
            for entry in page.entries
        ],
        "later": later,
        "others": [_other(request, each) for each in page.others],
        "check_url": url_path(request, "product_check"),
        "list_url": list_url,
    }


def _other(request: Request, other: OtherVersion) -> dict[str, Any]:
    return row_of(request, other.row) | {"supersedes": other.supersedes}


def _kept(found: Catalogue, filters: CatalogueFilters) -> dict[str, str | None]:
    """The question as parameters of its address."""
    return {
        "q": filters.text or None,
        "category": filters.category,
        "grade": str(filters.grade_from) if filters.grade_from else None,
        "maker": filters.maker,
        "status": None if filters.status == "held" else str(filters.status),
        "local": "1" if filters.local else None,
        "as_of": None if found.as_of == today() else found.as_of.isoformat(),
    }


def _groups(
    found: Catalogue, filters: CatalogueFilters, base: str, kept: dict[str, str | None], locale: Locale
) -> list[dict[str, Any]]:
    """The filters as links, each with what choosing it gives."""

    def option(name: str, value: str, text: Text, count: int, *, chosen: bool) -> dict[str, Any]:
        href = url_with(base, **kept | {name: None if chosen else value})
        return {"value": value, "text": text.in_(locale), "count": count, "href": href, "chosen": chosen}

    def group(title: Text, options: list[dict[str, Any]]) -> dict[str, Any]:
        return {"title": title.in_(locale), "options": options}

    branch = _branch(found.categories, filters.category)
    tops = [
        option("category", each.code, each.name, each.count, chosen=each.code == branch)
        for each in found.categories
        if each.parent is None
    ]
    below = [
        option("category", each.code, each.name, each.count, chosen=each.code == filters.category)
        for each in found.categories
        if each.parent is not None and each.parent == branch
    ]
    for each in below:
        if each["chosen"]:  # taking the narrower one away leaves the branch
            each["href"] = url_with(base, **kept | {"category": branch})
    grades = [
        option("grade", str(grade), _at_least(grade), count, chosen=grade == filters.grade_from)
        for grade in _grades(found)
        if (count := sum(each.count for each in found.grades if (each.grade or 0) >= grade))
        or grade == filters.grade_from
    ]
    groups = [group(Text("类别", "Category"), tops)]
    groups += [group(Text("细分", "Within it"), below)] if below else []
    groups += [group(Text("等级", "Grade"), grades)] if grades else []
    groups.append(group(Text("状态", "State"), _states(found, filters, option)))
    local = option("local", "1", Text("省内企业", "Makers of the province"), found.local, chosen=filters.local)
    return [*groups, group(Text("生产企业", "Maker"), [local])]


def _states(found: Catalogue, filters: CatalogueFilters, option: Any) -> list[dict[str, Any]]:
    counts = {each.status: each.count for each in found.states}
    held = counts.get(TitleStatus.VALID, 0) + counts.get(TitleStatus.DUE, 0)
    in_force = option("status", "held", HELD, held, chosen=filters.status == "held")
    states = [in_force]
    states += [
        option("status", one.value, one.label, counts.get(one, 0), chosen=filters.status == one)
        for one in TitleStatus
        if one is not TitleStatus.VALID and (counts.get(one) or filters.status == one)
    ]
    return [*states, option("status", "all", ALL, sum(counts.values()), chosen=filters.status == "all")]


def _branch(categories: list[CategoryCount], chosen: str | None) -> str | None:
    """The top category the chosen one is or belongs to."""
    parents = {each.code: each.parent for each in categories}
    return parents.get(chosen) or chosen if chosen else None


def _grades(found: Catalogue) -> list[int]:
    return sorted(set(known_grades()) | {each.grade for each in found.grades if each.grade})


def _at_least(grade: int) -> Text:
    name = grade_name(grade)
    return Text(f"{name.zh}及以上", f"{name.en} and above")
