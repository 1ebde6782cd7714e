"""Assessments for officials: who is ready, nearly ready or about to lose a title, and why."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AsOf, OfficerActor, ReadSession
from api.paging import CursorText, Limit, next_address
from api.problems import refusals
from api.routing import officials_router
from registry.errors import InvalidInput
from registry.policies import OFFICIALS, own_region, require
from registry.schemas.assessments import CandidatePage
from registry.schemas.inputs import parse_region_code
from registry.services.assessing.candidates import candidates
from registry.services.assessing.choosing import CandidateQuery, parse_reason, parse_sort
from registry.services.assessing.explaining import explain_now
from registry.services.enterprises import summaries
from registry.services.resolving import resolve
from registry.tiering.report_shapes import Report
from registry.vocabulary import CandidateSort, Flag

router: APIRouter = officials_router("assessments", "评估（工作人员）/ Assessments (officials)")

Tier = Annotated[str, Path(max_length=60, description="梯度 / Tier", examples=["little_giant"])]
SORTS = tuple(sort.value for sort in CandidateSort)
FLAGS = {flag.value: flag for flag in Flag}


class CandidatesShown(CandidatePage):
    """A page of flagged enterprises, and where the next one is."""

    next: str | None


@router.get(
    "/assessments/{tier}",
    name="api_candidates",
    summary="候选企业 / Flagged enterprises",
    responses=refusals(401, 403, 404),
)
def list_candidates(
    request: Request,
    response: Response,
    session: ReadSession,
    actor: OfficerActor,
    tier: Tier,
    as_of: AsOf,
    region: Annotated[str, Query(max_length=20, description="地区，缺省为自己的 / Region, own by default")] = "",
    flag: Annotated[str, Query(max_length=20, json_schema_extra={"enum": list(FLAGS)})] = Flag.CANDIDATE.value,
    chain: Annotated[str, Query(max_length=40, description="产业链代码 / Code of a chain")] = "",
    reason: Annotated[
        str, Query(max_length=40, description="原因 / Reason", examples=["unmet:LG26-7", "unknown:LG26-7"])
    ] = "",
    sort: Annotated[str, Query(max_length=20, json_schema_extra={"enum": list(SORTS)})] = CandidateSort.GAPS.value,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> CandidatesShown:
    """最近一次全量评估中够条件、差一点、有风险或缺数据的企业。 / From the latest run over the whole population."""
    code = parse_region_code(region, field="region") if region else own_region(actor)
    require(actor, OFFICIALS, region_code=code)
    query = CandidateQuery(
        tier=tier,
        region_code=code,
        flag=_flag(flag),
        chain=chain.strip() or None,
        reason=parse_reason(reason),
        sort=parse_sort(sort),
        cursor=cursor,
        limit=limit,
    )
    page = candidates(session, query, as_of=as_of)
    return CandidatesShown(**dict(page), next=next_address(request, response, page.next_cursor))


@router.get(
    "/assessments/{tier}/enterprises/{key}",
    name="api_assessment",
    summary="一家企业的评估 / One enterprise assessed",
    responses=refusals(401, 403, 404, 410),
)
def show_assessment(
    session: ReadSession,
    actor: OfficerActor,
    tier: Tier,
    key: Annotated[str, Path(max_length=100, description="企业代码 / Key of the enterprise")],
    as_of: AsOf,
) -> Report:
    """按库中数据逐条评估，不保存。 / Judged criterion by criterion from what is recorded; nothing is stored."""
    found = resolve(session, key)
    firm = summaries(session, [found.enterprise_id], as_of=as_of)
    require(actor, OFFICIALS, region_code=(firm[0].city_code or "") if firm else "")
    return explain_now(session, enterprise_id=found.enterprise_id, code=tier, as_of=as_of)


def _flag(value: str) -> Flag:
    if value not in FLAGS:
        raise InvalidInput(
            f"参数 flag 没有“{value}”这个值。",
            f"The parameter flag has no value “{value}”.",
            field="flag",
            value=value,
            choices=tuple(FLAGS),
        )
    return FLAGS[value]
