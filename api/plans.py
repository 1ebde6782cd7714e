"""Action plans: targets, actual values, and exactly the firms behind a number."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AsOf, ReadSession
from api.paging import CursorText, Limit, Pages, paged
from api.problems import refusals
from api.routing import public_router
from registry.schemas.base import ReadModel
from registry.schemas.targets import Board, FirmRow, Matrix, PlanSummary
from registry.services.targets import board as boards
from registry.services.targets.counting import View
from registry.services.targets.matrix import get_matrix
from registry.services.targets.rows import Asked, plan_rows

router: APIRouter = public_router("plans", "规划目标 / Plan targets")

PlanCode = Annotated[
    str, Path(max_length=40, description="计划代码 / Code of the plan", examples=["electronics_2019_2022"])
]
IndicatorCode = Annotated[
    str, Path(max_length=40, description="指标代码 / Code of the indicator", examples=["high_tech_firms"])
]


class PlanList(ReadModel):
    """All plans, the latest first."""

    items: list[PlanSummary]


class MatrixAnswer(ReadModel):
    """The matrix of an indicator; null if the plan has none that counts firms."""

    matrix: Matrix | None


@router.get("/plans", name="api_plans", summary="全部行动计划 / All action plans", responses=refusals())
def list_plans(session: ReadSession) -> PlanList:
    """每份计划的年份、出处和指标数。 / Every plan with its years, source and number of indicators."""
    return PlanList(items=boards.plans(session))


@router.get("/plans/{code}", name="api_plan", summary="一份计划的目标和实际 / One plan", responses=refusals(404))
def show_plan(session: ReadSession, code: PlanCode, as_of: AsOf) -> Board:
    """每个指标的目标、实际、90 天预测和来源；金额为元，比例为小数。 / Targets, actual values, forecast, sources."""
    return boards.get_board(session, code, as_of=as_of)


@router.get(
    "/plans/{code}/indicators/{indicator}/matrix",
    name="api_plan_matrix",
    summary="产业链 × 城市 / Chain × city",
    responses=refusals(404),
)
def show_matrix(session: ReadSession, code: PlanCode, indicator: IndicatorCode, as_of: AsOf) -> MatrixAnswer:
    """按称号计数的指标在各链各市的企业数，和规划布局。 / Firms by chain and city, and where the plan wants them."""
    return MatrixAnswer(matrix=get_matrix(session, code, as_of=as_of, indicator=indicator))


@router.get(
    "/plans/{code}/indicators/{indicator}/firms",
    name="api_plan_firms",
    summary="一个数所含的企业 / Firms behind a number",
    responses=refusals(404),
)
def list_firms(
    request: Request,
    response: Response,
    session: ReadSession,
    code: PlanCode,
    indicator: IndicatorCode,
    as_of: AsOf,
    view: Annotated[View, Query(description="当日计入、预计、退出或加入 / Now, forecast, leaving, joining")] = View.NOW,
    city: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="6 位城市代码 / 6-digit city code")] = None,
    chain: Annotated[
        str | None, Query(max_length=40, description="产业链代码，none 为不属任何链 / Chain code; none: in no chain")
    ] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Pages[FirmRow]:
    """与页面上的数逐家对应，按名称排序。 / The very firms a number counts, by name."""
    asked = Asked(plan=code, indicator=indicator, as_of=as_of, view=view, city=city, chain=chain)
    return paged(request, response, plan_rows(session, asked, cursor=cursor, limit=limit))
