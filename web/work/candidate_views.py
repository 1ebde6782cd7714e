"""The candidates' pages in the shapes their macros take. No queries here."""

from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.schemas.assessments import AssessmentJob, CandidatePage, CandidateRow, LadderStep
from registry.schemas.titles import TitleBadge
from registry.services.assessing.candidate import CandidateDetail
from registry.services.assessing.choosing import CandidateQuery
from registry.services.places import full_place
from registry.tiering.describe import describe, words_in
from registry.tiering.report_shapes import CriterionReport
from registry.tiering.selection import find, tiers
from registry.tiering.standard import Standard
from registry.vocabulary import CandidateSort, Flag, TitleStatus, Verdict
from web.formats import grouped
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import url_path, url_with
from web.shown_titles import shown_title
from web.work.filters import (
    Options,
    chain_options,
    directory_name,
    exports,
    one_select,
    place_options,
    reason_options,
    region_words,
    sort_options,
)

OUTCOMES = {"M": "met", "U": "unmet", "?": "unknown", "R": "needs_review", "N": "not_applicable"}
"""Letters of a stored result."""
FLAG_NOTES = {
    Flag.CANDIDATE: (Text("各条符合，尚无称号", "Every criterion met, no title yet"), "met"),
    Flag.NEAR: (
        Text(
            "差 1–2 项可补的，看数据的条件至少符合一半",
            "One or two to make good, at least half of what data decide is met",
        ),
        "due",
    ),
    Flag.AT_RISK: (
        Text("持有称号，最新数据不符或将到期", "Holds the title; latest data fall short or it ends soon"),
        "unmet",
    ),
    Flag.NEEDS_DATA: (Text("补数据后即可判断", "Can be judged once data are given"), "na"),
}
LADDER = ("champion_national", "champion_provincial", "little_giant", "srdi_sme", "innovative_sme", "tech_sme", "hte")
RANKS = ("第一级", "第二级", "第三级", "第四级")


def list_context(
    request: Request,
    page: CandidatePage,
    query: CandidateQuery,
    steps: list[LadderStep],
    job: AssessmentJob | None,
) -> dict[str, Any]:
    """Everything the list shows. Links keep the filters; a change of filter goes back to the first page."""
    locale = locale_of(request)
    kept = _kept(page, query)
    own = url_with(url_path(request, "candidate_list"), **kept)
    export = url_with(url_path(request, "candidate_export"), **kept)
    pairs = zip(steps, [*steps[1:], None], strict=True)
    return {
        "page": page,
        "tier_title": tier_name(page.tier, locale),
        "region": region_words(query.region_code),
        "run": page.runs[0] if page.runs else None,
        "stale": any(run.stale for run in page.runs),
        "run_seconds": round(sum(run.seconds for run in page.runs), 1),
        "steps": [_step(request, step, above, page.tier, locale) for step, above in pairs],
        "flags": [_flag(own, page, flag, query.flag, locale) for flag in FLAG_NOTES],
        "flag": query.flag,
        "rows": [_row(request, row, locale) for row in page.rows],
        "scored": any(row.score_high is not None for row in page.rows),
        "revenue_year": page.rows[0].revenue_year if page.rows else None,
        "filters": _filters(page, query, locale),
        "narrowed": bool(query.place or query.chain or query.reason),
        "own_url": own,
        "wide_url": url_with(own, place=None, chain=None, reason=None),
        "first_url": own if query.cursor else None,
        "next_url": url_with(own, cursor=page.next_cursor) if page.next_cursor else None,
        "exports": exports(export, locale),
        "standard_url": path_of(request, "standard", code=page.tier),
        "assess_url": url_path(request, "assessment_request"),
        "missing_url": url_with(
            url_path(request, "missing_list"), tier=page.tier, place=query.place, chain=query.chain
        ),
        "job": job,
        "percent": _percent(job),
        "cancel_url": url_path(request, "assessment_cancel", job_id=job.job_id) if job and job.open else None,
    }


def _kept(page: CandidatePage, query: CandidateQuery) -> dict[str, str | None]:
    """The question as it stands in addresses."""
    return {
        "tier": page.tier,
        "flag": query.flag.value,
        "place": query.place,
        "chain": query.chain,
        "reason": str(query.reason) if query.reason else None,
        "sort": None if query.sort is CandidateSort.GAPS else query.sort.value,
    }


def _filters(page: CandidatePage, query: CandidateQuery, locale: Locale) -> list[dict[str, Any]]:
    """The selects above the list: name, label, options, value."""
    chosen = str(query.reason) if query.reason else ""
    return [
        one_select("tier", Text("目标称号", "Target title"), tier_options(locale), page.tier),
        one_select("place", Text("地区", "Place"), place_options(query.region_code, query.place, locale), query.place),
        one_select("chain", Text("产业链", "Chain"), chain_options(locale), query.chain),
        one_select("reason", Text("原因", "Reason"), reason_options(page.reasons, chosen, locale), chosen),
        one_select("sort", Text("排序", "Order"), sort_options(CandidateSort, locale), query.sort.value),
    ]


def tier_options(locale: Locale) -> Options:
    """Tiers that everybody can be judged by; those with only a publisher's own versions are left out."""
    return [(tier, tier_name(tier, locale)) for tier in tiers(chosen=True)]


def tier_name(tier: str, locale: Locale) -> str:
    """The title a tier leads to, by its short name; the name of its standard where no directory bears its code."""
    return directory_name(tier, locale) or words_in(find(tier)[0].title, locale)


def _percent(job: AssessmentJob | None) -> int:
    return min(100 * job.done // job.total, 100) if job and job.total else 0


def _step(request: Request, step: LadderStep, above: LadderStep | None, tier: str, locale: Locale) -> dict[str, Any]:
    """A step with its own numbers, and how many are ready for the step above."""
    up = above if above is not None and above.tier is not None else None
    url = url_with(url_path(request, "candidate_list"), tier=step.tier) if step.tier else None
    notes = [
        Text(f"12 个月内到期 {grouped(step.due_12_months)}", f"{grouped(step.due_12_months)} end within 12 months")
    ]
    if step.at_risk is not None:
        notes.append(Text(f"有风险 {grouped(step.at_risk)}", f"{grouped(step.at_risk)} at risk"))
    if step.tier is None:
        notes.append(Text("尚未评估", "not assessed yet"))
    return {
        "rank": Text(RANKS[step.number - 1], f"Step {step.number}").in_(locale),
        "name": step.name.in_(locale),
        "holders": step.holders,
        "href": url,
        "ready": up.candidates if up else None,
        "ready_href": url_with(url_path(request, "candidate_list"), tier=up.tier, flag="candidate") if up else None,
        "notes": [note.in_(locale) for note in notes],
        "chosen": step.tier == tier,
    }


def _flag(own: str, page: CandidatePage, flag: Flag, chosen: Flag, locale: Locale) -> dict[str, Any]:
    note, tone = FLAG_NOTES[flag]
    return {
        "number": grouped(page.counts.get(flag, 0)),
        "word": flag.label.in_(locale),
        "note": note.in_(locale),
        "tone": tone,
        "href": url_with(own, flag=flag.value),
        "chosen": flag is chosen,
    }


def _row(request: Request, row: CandidateRow, locale: Locale) -> dict[str, Any]:
    firm = row.enterprise
    city = Text(firm.city_name or "", firm.city_name_en or firm.city_name or "")
    held = sorted((t for t in firm.titles if t.status in (TitleStatus.VALID, TitleStatus.DUE)), key=_rung)
    return {
        "row": row,
        "href": url_path(request, "work_candidate", assessment_id=row.assessment_id),
        "place": (row.district or city).in_(locale) or None,
        "outcomes": [OUTCOMES[letter] for letter in row.results],
        "title": shown_title(request, held[0], locale) if held else None,
        "more_titles": len(held) - 1,
    }


def _rung(title: TitleBadge) -> int:
    """Titles of the ladder first, the highest before the others."""
    return LADDER.index(title.directory_code) if title.directory_code in LADDER else len(LADDER)


def detail_context(request: Request, detail: CandidateDetail, known: tuple[Standard, ...]) -> dict[str, Any]:
    """One firm's findings in the shape of the findings macro, and whether it can be taken into the pool."""
    locale, report = locale_of(request), detail.report
    periods = {one.id: one.period for one in describe(find(detail.run.version, among=known)[0], "en")}
    items = [_finding(request, one, detail.run.version, periods, locale) for one in report.criteria]
    counts = {outcome: sum(item["outcome"] == outcome for item in items) for outcome in OUTCOMES.values()}
    flag = detail.flag.value if detail.flag else None
    return {
        "detail": detail,
        "firm": detail.enterprise,
        "report": report,
        "tier_title": tier_name(detail.run.tier, locale),
        "where": full_place(detail.region_code),
        "items": items,
        "counts": counts,
        "verdict": Verdict.of(report.verdict).value,
        "gap_text": Text(report.gap_text, report.gap_text_en),
        "way": Text(report.way.text, report.way.text_en) if report.way is not None and report.way.steps else None,
        "titles": [shown_title(request, title, locale) for title in detail.enterprise.titles],
        "enterprise_url": url_path(request, "enterprise", key=detail.enterprise.key),
        "firm_url": url_path(request, "work_firm", key=detail.enterprise.key),
        "list_url": url_with(url_path(request, "candidate_list"), tier=detail.run.tier, flag=flag),
        "standard_url": path_of(request, "standard", code=detail.run.version),
        "admit_url": url_path(request, "candidate_admit", assessment_id=detail.assessment_id),
    }


def _finding(
    request: Request, one: CriterionReport, version: str, periods: dict[str, str], locale: Locale
) -> dict[str, Any]:
    """What was read and asked, without the result, which the row says by itself; the period it is of; the clause."""
    said = Text(one.text.rpartition("：")[0] or one.text, one.text_en.rpartition(": ")[0] or one.text_en)
    period = Text(f"（{one.period}）", f" ({periods.get(one.id, one.period)})") if one.period else Text("", "")
    return {
        "outcome": one.result,
        "name": Text(one.name, one.name_en).in_(locale),
        "value": said.in_(locale) + period.in_(locale),
        "gap": None,
        "cite": f"{one.source.document} {one.source.number} {one.source.clause}",
        "cite_href": path_of(request, "standard", code=version),
    }
