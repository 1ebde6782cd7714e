"""One firm by every standard, for officials of its place."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Locale, Text
from registry.services.assessing.history import FirmAssessments, Flip, PastAssessment, TierVerdict, firm_assessments
from registry.services.places import full_place
from registry.vocabulary import Procedure, Verdict
from web.deps import OfficerActor, ReadSession, current_officer
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, url_path, url_with
from web.shown_titles import shown_title
from web.work.candidate_views import tier_name

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

TONES = {Verdict.ELIGIBLE: "met", Verdict.INELIGIBLE: "unmet", Verdict.UNDECIDED: "unknown"}


@router.get("/office/enterprises/{key}/assessments", name="work_firm")
def firm_page(
    request: Request, session: ReadSession, actor: OfficerActor, key: Annotated[str, Path(max_length=100)]
) -> Response:
    """What every tier says now and said before. Raises NotFound, Gone, NotAllowed outside the official's region."""
    found = firm_assessments(session, key=key, actor=actor, as_of=today())
    return render(request, "work/firm.html", _context(request, found))


def _context(request: Request, found: FirmAssessments) -> dict[str, Any]:
    locale, firm = locale_of(request), found.enterprise
    decided = [one for one in found.tiers if one.now is not None or one.past]
    return {
        "firm": firm,
        "where": full_place(found.region_code),
        "as_of": found.as_of,
        "titles": [shown_title(request, title, locale) for title in firm.titles],
        "tiers": [_tier(request, one, locale) for one in decided],
        "enterprise_url": url_path(request, "enterprise", key=firm.key),
        "list_url": url_path(request, "candidate_list"),
    }


def _tier(request: Request, one: TierVerdict, locale: Locale) -> dict[str, Any]:
    now = one.now
    verdict = Verdict.of(now.verdict) if now else None
    newest = one.past[0] if one.past else None
    return {
        "tier": one.tier,
        "title": tier_name(one.tier, locale),
        "verdict": verdict,
        "tone": TONES[verdict] if verdict else "na",
        "outcomes": [criterion.result for criterion in now.criteria if not criterion.advisory] if now else [],
        "procedure": Procedure.of(now.procedure).label if now else None,
        "version": now.version if now else newest.run.version if newest else None,
        "standard_url": path_of(request, "standard", code=now.version if now else one.tier),
        "gap_text": Text(now.gap_text, now.gap_text_en) if now else None,
        "score": now.score if now else None,
        "changed": [_flip(flip, locale) for flip in one.changed],
        "past": [_past(request, past, locale) for past in one.past],
        "list_url": url_with(url_path(request, "candidate_list"), tier=one.tier, flag=newest.flag.value)
        if newest and newest.flag
        else None,
    }


def _past(request: Request, past: PastAssessment, locale: Locale) -> dict[str, Any]:
    return {
        "past": past,
        "href": url_path(request, "work_candidate", assessment_id=past.assessment_id),
        "tone": TONES[past.verdict],
        "flips": [_flip(flip, locale) for flip in past.flips],
    }


def _flip(flip: Flip, locale: Locale) -> dict[str, Any]:
    return {
        "name": f"{flip.criterion} {flip.name.in_(locale)}".strip(),
        "before": flip.before,
        "after": flip.after,
    }
