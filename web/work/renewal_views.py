"""The renewals' page in the shapes its macros take. No queries here."""

from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.schemas.renewals import Cohort, RenewalCount, RenewalPage, RenewalRow
from registry.services.reference import shipped
from registry.services.renewing.choosing import RenewalQuery
from registry.vocabulary import RenewalSort, RenewalWindow, Verdict
from web.formats import grouped
from web.i18n import locale_of
from web.rendering import url_path, url_with
from web.shown_titles import document_url
from web.work.filters import (
    Options,
    chain_options,
    exports,
    one_select,
    place_options,
    reason_options,
    region_words,
    sort_options,
)

TONES = {
    RenewalWindow.DAYS_30: "unmet",
    RenewalWindow.DAYS_90: "due",
    RenewalWindow.DAYS_180: "met",
    RenewalWindow.ENDED: "na",
}
NOTES = {RenewalWindow.ENDED: Text("180 天内到期，没有新一期", "ended in the last 180 days without a next term")}
VERDICT_TONES = {Verdict.ELIGIBLE: "met", Verdict.INELIGIBLE: "unmet", Verdict.UNDECIDED: "unknown"}


def page_context(
    request: Request, page: RenewalPage, query: RenewalQuery, years: list[Cohort] | None
) -> dict[str, Any]:
    """Everything the page shows. Links keep the filters; a change of filter goes back to the first page."""
    locale = locale_of(request)
    kept = {
        "window": query.window.value,
        "directory": query.directory,
        "place": query.place,
        "chain": query.chain,
        "officer": query.officer,
        "reason": str(query.reason) if query.reason else None,
        "sort": None if query.sort is RenewalSort.END else query.sort.value,
    }
    own = url_with(url_path(request, "renewal_list"), **kept)
    calendar = url_with(url_path(request, "renewal_calendar"), **kept)
    narrowing = ("directory", "place", "chain", "officer", "reason")
    return {
        "page": page,
        "region": region_words(query.region_code),
        "window": query.window,
        "windows": [_window(own, page, window, query.window, locale) for window in RenewalWindow],
        "columns": list(RenewalWindow),
        "rows": [_row(request, row, locale) for row in page.rows],
        "filters": _filters(page, query, locale),
        "narrowed": any(kept[name] for name in narrowing),
        "wide_url": url_with(own, **dict.fromkeys(narrowing)),
        "first_url": own if query.cursor else None,
        "next_url": url_with(own, cursor=page.next_cursor) if page.next_cursor else None,
        "exports": [
            *exports(url_with(url_path(request, "renewal_export"), **kept), locale),
            {"text": Text("日历", "Calendar").in_(locale), "href": calendar},
        ],
        "tables": _tables(own, page, query, locale),
        "directory_title": dict(_directories(locale)).get(query.directory or ""),
        "years": years,
    }


def _window(
    own: str, page: RenewalPage, window: RenewalWindow, chosen: RenewalWindow, locale: Locale
) -> dict[str, Any]:
    note = NOTES.get(window)
    return {
        "number": grouped(page.counts[window]),
        "word": window.label.in_(locale),
        "note": note.in_(locale) if note else None,
        "tone": TONES[window],
        "href": url_with(own, window=window.value, reason=None),
        "chosen": window is chosen,
    }


def _filters(page: RenewalPage, query: RenewalQuery, locale: Locale) -> list[dict[str, Any]]:
    """The selects above the list."""
    officers = [("", Text("全部责任人", "All officers").in_(locale))]
    officers += [(one.key, one.name.in_(locale)) for one in page.by_officer if one.key]
    officer = str(query.officer or "")
    if officer not in dict(officers):
        officers.append((officer, officer))
    directories = [("", Text("全部名录", "All directories").in_(locale)), *_directories(locale)]
    chosen = str(query.reason) if query.reason else ""
    return [
        one_select("directory", Text("名录", "Directory"), directories, query.directory),
        one_select("place", Text("地区", "Place"), place_options(query.region_code, query.place, locale), query.place),
        one_select("chain", Text("产业链", "Chain"), chain_options(locale), query.chain),
        one_select("officer", Text("责任人", "Officer"), officers, officer),
        one_select("reason", Text("原因", "Reason"), reason_options(page.reasons, chosen, locale), chosen),
        one_select("sort", Text("排序", "Order"), sort_options(RenewalSort, locale), query.sort.value),
    ]


def _directories(locale: Locale) -> Options:
    """Directories whose titles end."""
    rows = [row for row in shipped("directories") if row["validity_months"] and row["kind"] == "enterprise"]
    return [(row["code"], Text(row["short_zh"], row["short_en"]).in_(locale)) for row in rows]


def _row(request: Request, row: RenewalRow, locale: Locale) -> dict[str, Any]:
    firm, finding = row.enterprise, row.finding
    city = Text(firm.city_name or "", firm.city_name_en or firm.city_name or "")
    return {
        "row": row,
        "href": url_path(request, "work_firm", key=firm.key),
        "place": (row.district or city).in_(locale) or None,
        "city": city.in_(locale) if row.district else None,
        "document_href": document_url(request, row.document_ref),
        "tone": VERDICT_TONES[finding.verdict] if finding.verdict else "na",
        "officers": Text("、", ", ").in_(locale).join(one.name for one in row.officers),
        "assigned": any(one.assigned for one in row.officers),
        "keep_href": url_path(request, "work_candidate", assessment_id=finding.assessment_id)
        if finding.assessment_id
        else None,
    }


def _tables(own: str, page: RenewalPage, query: RenewalQuery, locale: Locale) -> list[dict[str, Any]]:
    """The counts by list, city and officer; each row leads to its titles."""
    parts = [
        ("directory", Text("按名录", "By directory"), page.by_directory),
        ("place", Text("按城市", "By city"), page.by_city),
        ("officer", Text("按责任人", "By officer"), page.by_officer),
    ]
    return [
        {"title": title.in_(locale), "rows": [_count(own, field, one, locale) for one in counts]}
        for field, title, counts in parts
    ]


def _count(own: str, field: str, one: RenewalCount, locale: Locale) -> dict[str, Any]:
    return {
        "name": one.name.in_(locale),
        "counts": [
            {
                "number": grouped(one.counts[window]),
                "href": url_with(own, **{field: one.key, "window": window.value, "reason": None})
                if one.key and one.counts[window]
                else None,
            }
            for window in RenewalWindow
        ],
    }
