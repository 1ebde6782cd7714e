"""Where a firm stands by each standard, and what would be if some of its own figures were different."""

from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput, Locale, NotFound, Text
from registry.services.assessing.explaining import explain_now
from registry.services.firms.home import enterprise_of, standing
from registry.services.firms.trying import WhatIf, asked_by, try_values
from registry.services.standards import known_standards
from registry.tiering.directory_words import TITLES
from registry.tiering.report_shapes import Report
from registry.tiering.selection import tiers
from web.deps import ReadSession
from web.firm.frame import FirmActor, Key, firm_context, open_firm, signed_in
from web.firm.views import field_line
from web.i18n import locale_of
from web.rendering import render, url_path
from web.self_check_views import OUTCOMES, criterion_row

router = APIRouter(dependencies=[Depends(signed_in)], include_in_schema=False)


@router.get("/firm/{key}/standing", name="firm_standing")
def standing_page(request: Request, session: ReadSession, actor: FirmActor, key: Key) -> Response:
    """Every title with a standard: does the firm meet it by what the registry holds, and what is missing."""
    firm = open_firm(session, key, actor)
    locale = locale_of(request)
    reports = standing(
        session,
        enterprise_of(session, firm.id),
        tiers(among=known_standards(session), chosen=True),
        today=today(),
    )
    order = {"eligible": 0, "undecided": 1, "ineligible": 2}
    lines = [_tier_line(request, one, firm.key, locale) for one in reports]
    context = firm_context(request, firm, "firm_standing") | {
        "lines": sorted(lines, key=lambda one: (order[one["verdict"]], one["open"])),
    }
    return render(request, "firm/standing.html", context)


@router.get("/firm/{key}/standing/{tier}", name="firm_standing_tier")
def tier_page(request: Request, session: ReadSession, actor: FirmActor, key: Key, tier: str) -> Response:
    """One standard criterion by criterion, and the what-if: the query's own values in place of ours; nothing is stored.

    A value that cannot be read stands beside its field (422). Raises NotFound, NotAllowed.
    """
    firm = open_firm(session, key, actor)
    locale = locale_of(request)
    if tier not in tiers(among=known_standards(session), chosen=True):
        raise NotFound("没有这个标准。", "There is no such standard.", field="tier", value=tier)
    try:
        report = explain_now(session, enterprise_id=firm.id, code=tier, as_of=today())
    except InvalidInput as error:
        raise NotFound(error.text.zh, error.text.en, field="tier", value=tier) from error
    typed = {
        name: value for name, value in request.query_params.items() if name.partition(".")[0] in ("annual", "facts")
    }
    asked = asked_by(session, firm.id, report)
    what_if = try_values(session, enterprise_id=firm.id, report=report, asked=asked, typed=typed) if typed else None
    context = firm_context(request, firm, "firm_standing") | {
        "title": title_of_tier(report, locale),
        "now": _told(request, report, locale),
        "then": _told(request, what_if.report, locale) if what_if is not None and what_if.report else None,
        "flips": _flips(report, what_if, locale),
        "fields": [
            field_line(one, locale) | {"was": None}
            for one in (what_if.fields if what_if is not None else asked).values()
        ],
        "errors": []
        if what_if is None
        else [
            (path, f"{one.field.label.in_(locale)}：{one.fault.text.in_(locale)}")
            for path, one in what_if.fields.items()
            if one.fault is not None
        ],
        "own_url": url_path(request, "firm_standing_tier", key=firm.key, tier=tier),
        "list_url": url_path(request, "firm_standing", key=firm.key),
        "standard_url": url_path(request, "standard", code=report.version),
    }
    return render(request, "firm/what_if.html", context, status=422 if context["errors"] else 200)


def title_of_tier(report: Report, locale: Locale) -> str:
    """What the title is called."""
    name = TITLES[report.tier].in_(locale) if report.tier in TITLES else report.standard
    return name[:1].upper() + name[1:]


def _tier_line(request: Request, report: Report, key: str, locale: Locale) -> dict[str, Any]:
    outcomes = [one.result for one in report.criteria if not one.advisory]
    return {
        "title": title_of_tier(report, locale),
        "verdict": report.verdict,
        "version": report.version,
        "outcomes": outcomes,
        "open": sum(one in ("unmet", "unknown") for one in outcomes),
        "gap": Text(report.gap_text, report.gap_text_en),
        "href": url_path(request, "firm_standing_tier", key=key, tier=report.tier),
        "procedure": report.procedure,
    }


def _told(request: Request, report: Report, locale: Locale) -> dict[str, Any]:
    rows = [criterion_row(request, one, report.version, locale) for one in report.criteria]
    return {
        "verdict": report.verdict,
        "gap": Text(report.gap_text, report.gap_text_en),
        "way": Text(report.way.text, report.way.text_en) if report.way is not None and report.way.steps else None,
        "counts": {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in OUTCOMES},
        "rows": [row for outcome in OUTCOMES for row in rows if row["outcome"] == outcome],
        "as_of": report.as_of,
    }


def _flips(report: Report, what_if: WhatIf | None, locale: Locale) -> list[dict[str, str]]:
    if what_if is None or what_if.report is None:
        return []
    before = {one.id: one.result for one in report.criteria}
    return [
        {"name": Text(one.name, one.name_en).in_(locale), "before": before[one.id], "after": one.result}
        for one in what_if.report.criteria
        if before.get(one.id) not in (None, one.result)
    ]
