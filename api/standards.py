"""Recognition standards in plain words, and a check of one firm's figures against them. Nothing sent is stored."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request

from api.deps import ReadSession
from api.problems import refusals
from api.routing import public_router
from registry.clock import today
from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.services.standards import known_standards
from registry.tiering.describe import Source, describe
from registry.tiering.evaluation import evaluate
from registry.tiering.figures_file import read_figures
from registry.tiering.one_firm import population_from_file
from registry.tiering.report import explain
from registry.tiering.report_shapes import Report
from registry.tiering.selection import choose, find
from registry.tiering.standard import Procedure, Standard

router: APIRouter = public_router("standards", "认定标准 / Standards")

EXAMPLE_FIGURES: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {
        "founded_on": "2014-03-01",
        "region_code": "440300",
        "industry_code": "3973",
        "listed_market": None,
        "titles": [{"directory": "srdi_sme", "valid_from": "2024-06-01", "valid_to": "2027-05-31"}],
    },
    "annual": {
        "2025": {"revenue": 82000000, "main_business_revenue": 78000000, "rd_expense": 8200000},
        "2024": {},
        "2023": {},
    },
    "facts": {
        "niche_since": "2016-01-01",
        "class1_ip": 6,
        "class2_ip": 11,
        "market_share": 0.12,
        "platform_score": 64,
    },
}
FIGURES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "一家企业的指标：金额为元，比率为小数 / One firm's figures: money in yuan, ratios as fractions",
        "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE_FIGURES}},
    }
}

StandardCode = Annotated[
    str,
    Path(
        max_length=60,
        description="梯度代码或版本号 / A tier or the id of one version",
        examples=["little_giant", "LG26"],
    ),
]


class InForce(ReadModel):
    """The applications a version judges: first and last day, ``to`` null while it is in force."""

    procedure: Procedure
    since: date
    to: date | None


class StandardSummary(ReadModel):
    """One version of one standard."""

    id: str
    tier: str
    title: Text
    region: str | None
    in_force: list[InForce]
    criteria: int


class CriterionShown(ReadModel):
    """One criterion in a sentence generated from the rule that decides."""

    id: str
    name: Text
    sentence: Text
    period: Text
    note: Text | None
    procedures: list[Procedure]
    source: Source


class StandardShown(StandardSummary):
    """One version with all its criteria."""

    shown: list[CriterionShown]


class StandardList(ReadModel):
    """All versions of all standards."""

    items: list[StandardSummary]


class StandardVersions(ReadModel):
    """The versions that a code names, newest first."""

    versions: list[StandardShown]


async def request_body(request: Request) -> bytes:
    """The body as sent, so that the reader of figures files sees keys given twice and broken JSON itself."""
    return await request.body()


@router.get("/standards", name="api_standards", summary="认定标准一览 / All standards", responses=refusals())
def list_standards(session: ReadSession) -> StandardList:
    """全部认定标准及其版本，含在本系统发布的。 / Every standard with its versions, shipped or published here."""
    return StandardList(items=[StandardSummary(**_summary(one)) for one in known_standards(session)])


@router.get(
    "/standards/{code}",
    name="api_standard",
    summary="一项认定标准 / One standard",
    responses=refusals(404),
)
def show_standard(session: ReadSession, code: StandardCode) -> StandardVersions:
    """每个条件一句话，附文件、条款和可信标记。 / One sentence a criterion, with document, clause and confidence."""
    return StandardVersions(versions=[_shown(one) for one in find(code, among=known_standards(session))])


@router.post(
    "/standards/{code}/check",
    name="api_standard_check",
    summary="用一家企业的指标自测 / Check one firm's figures",
    responses=refusals(404, 413),
    openapi_extra=FIGURES_BODY,
)
def check(session: ReadSession, code: StandardCode, body: Annotated[bytes, Depends(request_body)]) -> Report:
    """逐条给出结果、读取的值、门槛和差距。不需要登录，提交的内容不保存。

    The result, value, threshold and gap of every criterion. No login, and nothing that was sent is kept.
    """
    figures = read_figures(body)
    day = figures.as_of or today()
    region = figures.enterprise.region_code
    among = known_standards(session)
    standard = choose(code, procedure=figures.procedure, as_of=day, region_code=region, among=among)
    return explain(evaluate(standard, population_from_file(figures, as_of=day)), 0)


def _summary(one: Standard) -> dict[str, Any]:
    windows = [InForce(procedure=p, since=w.since, to=w.to) for p, w in one.in_force.items()]
    return {
        "id": one.id,
        "tier": one.tier,
        "title": Text(one.title.zh, one.title.en),
        "region": one.region,
        "in_force": windows,
        "criteria": len(one.criteria),
    }


def _shown(one: Standard) -> StandardShown:
    pairs = zip(describe(one, "zh"), describe(one, "en"), strict=True)
    shown = [
        CriterionShown(
            id=zh.id,
            name=Text(zh.name, en.name),
            sentence=Text(zh.sentence, en.sentence),
            period=Text(zh.period, en.period),
            note=None if zh.note is None else Text(zh.note, en.note or ""),
            procedures=list(zh.procedures),
            source=zh.source,
        )
        for zh, en in pairs
    ]
    return StandardShown(**_summary(one), shown=shown)
