"""Candidates: the ladder, who is ready, near, at risk or missing data in an official's region, and one of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.errors import InvalidInput, Text
from registry.policies import OFFICIALS, Actor, own_region, require
from registry.schemas.inputs import parse_region_code
from registry.services.assessing.candidate import get_candidate
from registry.services.assessing.candidates import candidates
from registry.services.assessing.choosing import CandidateQuery, parse_reason, parse_sort
from registry.services.assessing.exporting import write_candidates
from registry.services.assessing.ladder import ladder
from registry.services.assessing.requesting import cancel_assessment, current_assessment, request_assessment
from registry.services.pool.moves import KEEPERS
from registry.services.pool.taking_in import admit_candidate
from registry.services.standards import known_standards
from registry.services.tables import media_type, parse_format
from registry.vocabulary import CandidateSort, Flag
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path, url_with
from web.sending import as_download
from web.work import candidate_views as views

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

DEFAULT_TIER = "little_giant"
REASON_MAX = 400
FLAGS = {flag.value: flag for flag in Flag}

Short = Annotated[str, Query(max_length=60)]
Cursor = Annotated[str, Query(max_length=2_000)]


@router.get("/office", name="work")
def work(request: Request) -> Response:
    """The officials' front page is the candidates' page."""
    return RedirectResponse(url_path(request, "candidate_list"), status_code=303)


@router.get("/office/candidates", name="candidate_list")
def candidate_list(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    tier: Short = DEFAULT_TIER,
    flag: Short = Flag.NEAR.value,
    place: Short = "",
    chain: Short = "",
    reason: Short = "",
    sort: Short = CandidateSort.GAPS.value,
    cursor: Cursor = "",
) -> Response:
    """Flagged firms of a tier inside the official's own region. Raises NotFound (tier), InvalidInput, NotAllowed."""
    query = _query(actor, tier, flag, place, chain, reason=reason, sort=sort, cursor=cursor)
    page = candidates(session, query, as_of=today())
    steps = ladder(session, as_of=today(), region_code=query.region_code)
    job = current_assessment(session, tier=page.tier)
    context = views.list_context(request, page, query, steps, job)
    context["may_assess"] = actor.may(KEEPERS, directory_code=page.tier)
    return render(request, "work/candidates.html", context, block="progress")


@router.get("/office/candidates/export", name="candidate_export")
def candidate_export(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    tier: Short = DEFAULT_TIER,
    flag: Short = Flag.NEAR.value,
    place: Short = "",
    chain: Short = "",
    reason: Short = "",
    sort: Short = CandidateSort.GAPS.value,
    format: Short = "csv",
) -> Response:
    """Exactly what is filtered, in its order, as CSV or XLSX; inside the official's own region."""
    query = _query(actor, tier, flag, place, chain, reason=reason, sort=sort)
    kind, locale = parse_format(format), locale_of(request)
    return as_download(
        lambda stream: write_candidates(session, stream, query, as_of=today(), format=kind, locale=locale),
        name=f"candidates-{query.tier}-{query.flag.value}-{today().isoformat()}.{kind}",
        media_type=media_type(kind),
    )


@router.get("/office/candidates/{assessment_id}", name="work_candidate")
def candidate_page(request: Request, session: ReadSession, actor: OfficerActor, assessment_id: Number) -> Response:
    """One firm's findings. Raises NotFound, NotAllowed outside the official's region."""
    return _candidate(request, session, actor, assessment_id)


@router.post("/office/candidates/{assessment_id}/admit", name="candidate_admit")
def admit(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    assessment_id: Number,
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Take the firm into the pool and show that it is there; without a reason the form again (422)."""
    error = _reason_fault(reason.strip())
    if error is not None:
        return _candidate(request, session, actor, assessment_id, reason=reason, error=error)
    admit_candidate(session, assessment_id=assessment_id, actor=actor, reason=reason.strip())
    return see_other(request, "work_candidate", assessment_id=assessment_id)


@router.post("/office/assessments", name="assessment_request")
def assess_again(
    request: Request, session: WriteSession, actor: OfficerActor, tier: Annotated[str, Form(max_length=60)]
) -> Response:
    """Queue the assessment of everybody for a tier; its progress is on the candidates' page."""
    job = request_assessment(session, tier=tier, as_of=today(), actor=actor)
    return RedirectResponse(url_with(url_path(request, "candidate_list"), tier=job.tier), status_code=303)


@router.post("/office/assessments/{job_id}/cancel", name="assessment_cancel")
def cancel(request: Request, session: WriteSession, actor: OfficerActor, job_id: Number) -> Response:
    """Call an assessment off. Raises NotFound, NotAllowed, InvalidTransition."""
    job = cancel_assessment(session, job_id=job_id, actor=actor)
    return RedirectResponse(url_with(url_path(request, "candidate_list"), tier=job.tier), status_code=303)


def _query(
    actor: Actor,
    tier: str,
    flag: str,
    place: str,
    chain: str,
    *,
    reason: str,
    sort: str,
    cursor: str = "",
) -> CandidateQuery:
    """The question, always inside the region the official answers for."""
    region = own_region(actor)
    require(actor, OFFICIALS, region_code=region)
    if flag not in FLAGS:
        raise InvalidInput(
            f"没有“{flag[:40]}”这个类别。", f"There is no list “{flag[:40]}”.", field="flag", choices=tuple(FLAGS)
        )
    return CandidateQuery(
        tier=tier.strip().lower(),
        flag=FLAGS[flag],
        region_code=region,
        place=parse_region_code(place, field="place") if place.strip() else None,
        chain=chain.strip() or None,
        reason=parse_reason(reason),
        sort=parse_sort(sort),
        cursor=cursor or None,
    )


def _reason_fault(reason: str) -> Text | None:
    if not reason:
        return Text("请写明入库理由。", "Say why the firm is taken into the pool.")
    if len(reason) > REASON_MAX:
        said = Text(
            f"理由有 {len(reason)} 个字，最多 {REASON_MAX} 个。", f"{len(reason)} characters; at most {REASON_MAX}."
        )
        return said
    return None


def _candidate(
    request: Request, session: Session, actor: Actor, assessment_id: int, *, reason: str = "", error: Text | None = None
) -> Response:
    detail = get_candidate(session, assessment_id=assessment_id, actor=actor, as_of=today())
    context: dict[str, Any] = views.detail_context(request, detail, known_standards(session))
    context |= {"reason": reason, "error": error}
    return render(request, "work/candidate.html", context, status=200 if error is None else 422)
