"""The enterprise page's parts in the shapes its macros take: facts, timeline, figures, names. No queries here."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.grades import grade_name
from registry.schemas.enterprises import EnterprisePage, FigureCell, FigureRow, KnownFact, NameRecord, ProductItem
from registry.schemas.titles import TitleBadge
from registry.vocabulary import NameKind, TitleStatus
from web import formats
from web.rendering import url_path, url_with
from web.shown_titles import directory_name, document_url, row_words, shown_title
from web.timeline import first_year_shown, place

KEY_FIGURES = (
    "revenue",
    "main_business_revenue",
    "rd_expense",
    "net_profit",
    "total_assets",
    "employees",
    "rd_staff",
)
"""Shown at once; the other figures fold."""
COUNTED = ("count", "quantity", "score")


def facts(page: EnterprisePage, locale: Locale) -> list[dict[str, Any]]:
    """The facts beside the registration status; what is not recorded is None."""
    profile = page.profile
    founded = formats.day(profile.founded_on, locale) if profile.founded_on else None
    listed = [part for part in (profile.listed_market, profile.stock_code) if part]
    return [
        _fact(Text("成立日期", "Founded").in_(locale), founded),
        _fact(Text("注册资本", "Registered capital").in_(locale), _capital(page, locale)),
        _fact(Text("上市", "Listing").in_(locale), " ".join(listed) or None),
        _fact(Text("所在地", "Place").in_(locale), _place(page, locale)),
        _fact(Text("行业", "Industry").in_(locale), _industry(page)),
        _fact(Text("产业链", "Chains").in_(locale), _chains(page, locale)),
        _fact(Text("主营", "Main business").in_(locale), profile.main_business),
    ]


def _fact(term: str, value: object) -> dict[str, Any]:
    return {"term": term, "value": value, "source": None, "href": None}


def _capital(page: EnterprisePage, locale: Locale) -> str | None:
    if page.profile.registered_capital_cny is not None:
        return formats.money(page.profile.registered_capital_cny, locale)
    return page.profile.registered_capital_text


def _place(page: EnterprisePage, locale: Locale) -> str | None:
    named = page.profile.region_name or page.profile.city_name
    place = named.in_(locale) if named else ""
    address = page.profile.address or ""
    if not address:
        return place or None
    return (
        address
        if locale == "zh" and place and place in address
        else Text("", ", ").in_(locale).join([place, address] if place else [address])
    )


def _industry(page: EnterprisePage) -> str | None:
    code = page.profile.industry_full_code or page.profile.industry_code
    return "　".join(part for part in (code, page.profile.industry_name) if part) or None


def _chains(page: EnterprisePage, locale: Locale) -> str | None:
    return Text("、", ", ").in_(locale).join(chain.name.in_(locale) for chain in page.chains) or None


def timeline_rows(request: Request, page: EnterprisePage, locale: Locale) -> list[dict[str, Any]]:
    """One row a directory with a term on the track; a withdrawn title ends on the day of its withdrawal."""
    rows: dict[str, dict[str, Any]] = {}
    for badge in page.titles:
        row = rows.setdefault(
            badge.directory_code,
            {"level": badge.level.value, "name": directory_name(badge).in_(locale), "terms": []},
        )
        row["terms"].append(_term(request, badge, locale, at_row=False))
    first_year = first_year_shown(page.as_of)
    for row in rows.values():
        row["terms"].sort(key=lambda term: term["valid_from"])
    return [
        row for row in rows.values() if any(place(t["valid_from"], t["valid_to"], first_year) for t in row["terms"])
    ]


def title_terms(request: Request, page: EnterprisePage, locale: Locale) -> list[dict[str, Any]]:
    """Every title for the table, newest first, with the row of the document it stands in."""
    newest = sorted(page.titles, key=lambda badge: (badge.valid_from, badge.listing_id), reverse=True)
    return [_term(request, badge, locale, at_row=True) for badge in newest]


def _term(request: Request, badge: TitleBadge, locale: Locale, *, at_row: bool) -> dict[str, Any]:
    shown = shown_title(request, badge, locale)
    withdrawn = badge.status is TitleStatus.WITHDRAWN and badge.withdrawn_on is not None
    place = row_words(badge.document_ref) if at_row else None
    return {
        "level": shown.level,
        "name": shown.name,
        "status": shown.status,
        "valid_from": badge.valid_from,
        "valid_to": badge.withdrawn_on if withdrawn and not at_row else badge.valid_to,
        "days_left": shown.days_left,
        "document": shown.document + (f" · {place.in_(locale)}" if place else ""),
        "href": shown.href or "#titles",
    }


def figure_tables(page: EnterprisePage, locale: Locale) -> dict[str, Any]:
    """The years, the key figures and the rest, every cell as printed."""
    rows = [_figure(row, locale) for row in page.figures.rows]
    return {
        "years": page.figures.years,
        "key": [row for row in rows if row["name"] in KEY_FIGURES],
        "rest": [row for row in rows if row["name"] not in KEY_FIGURES],
    }


def _figure(row: FigureRow, locale: Locale) -> dict[str, Any]:
    amounts = [int(value.value) for cell in row.cells for value in cell.values]
    money = formats.money_unit(amounts, locale) if row.kind == "money" else None
    unit = formats.unit_word(money) if money else row.unit.in_(locale)
    return {
        "name": row.name,
        "label": _capitalised(row.label.in_(locale)),
        "unit": unit,
        "cells": [_cell(cell, row.kind, money) for cell in row.cells],
        "change": _change(row, locale),
    }


def _capitalised(label: str) -> str:
    """The label with a capital; figures carry the form that stands inside a sentence."""
    return label[:1].upper() + label[1:]


def _cell(cell: FigureCell, kind: str, money: formats.MoneyUnit | None) -> dict[str, Any]:
    """Values that agree are one value under the strongest trust."""
    shown: list[dict[str, str]] = []
    for value in cell.values:
        text = _number(value.value, kind, money)
        if text not in [item["text"] for item in shown]:
            shown.append({"text": text, "trust": value.trust.value, "source": value.source})
    return {"year": cell.year, "values": shown, "conflict": cell.conflict and len(shown) > 1}


def _number(value: Decimal, kind: str, money: formats.MoneyUnit | None) -> str:
    if money is not None:
        return formats.in_unit(int(value), money)
    if kind == "ratio":
        return formats.percent(value)
    return formats.grouped(int(value)) if value == value.to_integral_value() else formats.grouped(value.normalize())


def _change(row: FigureRow, locale: Locale) -> str | None:
    """Last year against the one before: shares in points, amounts in percent, other numbers as they are."""
    if len(row.cells) < 2 or not row.cells[-1].values or not row.cells[-2].values:
        return None
    difference = row.cells[-1].values[0].value - row.cells[-2].values[0].value
    if row.kind == "ratio":
        return formats.points(difference, locale)
    if row.kind in COUNTED:
        whole = difference == difference.to_integral_value()
        return formats.signed(int(difference) if whole else difference.normalize())
    if row.change is None:
        return None
    return ("+" if row.change > 0 else "") + formats.percent(row.change)


def counted_facts(page: EnterprisePage, locale: Locale) -> list[dict[str, Any]]:
    """Facts that are numbers (rights, standards), with the mark of their source and the day they were known."""
    return [
        {
            "term": _capitalised(fact.label.in_(locale)),
            "value": _fact_number(fact, locale),
            "trust": fact.trust.value,
            "known_on": fact.known_on,
            "conflict": fact.conflict,
        }
        for fact in page.facts
        if fact.kind in ("count", "ratio") and isinstance(fact.value, int | float) and not isinstance(fact.value, bool)
    ]


def _fact_number(fact: KnownFact, locale: Locale) -> str:
    if fact.kind == "ratio":
        return formats.percent(Decimal(str(fact.value)))
    unit = fact.unit.in_(locale)
    return f"{formats.grouped(fact.value)} {unit}".rstrip()


def products(request: Request, items: Sequence[ProductItem], locale: Locale) -> list[dict[str, Any]]:
    """One line a product version, with its newest entry in a catalogue if it has any."""
    found = []
    for item in items:
        entry = item.entries[0] if item.entries else None
        found.append(
            {
                "name": " ".join(part for part in (item.name, item.version) if part),
                "category": entry.category if entry else item.category,
                "entry": entry,
                "directory": entry.directory_name.in_(locale) if entry else None,
                "grade": grade_name(entry.grade).in_(locale) if entry and entry.grade else None,
                "href": url_path(request, "product", product_id=item.id),
                "row_href": document_url(request, entry.document_ref, entry.batch_id) if entry else None,
            }
        )
    return found


def names(records: Sequence[NameRecord], merged: Sequence[str]) -> list[dict[str, Any]]:
    """Former and other names as dated lines, then enterprises that were merged into this one."""
    lines: list[dict[str, Any]] = [
        {"when": _until(record), "kind": record.kind.label, "text": record.name, "source": record.source}
        for record in records
        if record.kind is not NameKind.ENGLISH
    ]
    merged_in = Text("并入", "Merged in")
    return lines + [{"when": None, "kind": merged_in, "text": name, "source": None} for name in merged]


def _until(record: NameRecord) -> tuple[date | None, date | None] | None:
    return (record.valid_from, record.valid_to) if record.valid_from or record.valid_to else None


def alerts(request: Request, page: EnterprisePage, locale: Locale) -> list[dict[str, Any]]:
    """What a reader must know first, each with the way to the row it is about."""
    tones = {"critical": "cin", "warning": "amb", "notice": ""}
    open_row = Text("打开文件所在行", "Open the row of the document").in_(locale)
    found = []
    for alert in page.alerts:
        href = document_url(request, alert.document_ref)
        found.append(
            {
                "tone": tones[alert.severity],
                "text": alert.text.in_(locale),
                "links": [(open_row, href)] if href else [],
            }
        )
    return found


def trail(request: Request, page: EnterprisePage, locale: Locale) -> list[tuple[str, str | None]]:
    """Home, search, its city, itself."""
    city = page.profile.city_name
    search = url_path(request, "search")
    steps: list[tuple[str, str | None]] = [
        (Text("首页", "Home").in_(locale), url_path(request, "home")),
        (Text("查企业", "Find enterprises").in_(locale), search),
    ]
    if city is not None and page.profile.city_code:
        steps.append((city.in_(locale), url_with(search, city=page.profile.city_code)))
    return [*steps, (page.name, None)]
