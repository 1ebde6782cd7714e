"""Rows of a staged import beside their candidates, decided one by one; decisions are remembered and can be revoked."""

from typing import Annotated

from fastapi import APIRouter, Form, Path

from api.deps import OfficerActor, ReadSession, WriteSession
from api.imports import KEY_MAX, ImportId
from api.problems import refusals
from api.routing import officials_router
from registry.schemas.matching import DecisionRead, RowComparison
from registry.services.imports.comparing import compare
from registry.services.imports.deciding import decide, revoke

router: APIRouter = officials_router("imports", "导入（工作人员）/ Imports (officials)")

RowId = Annotated[int, Path(ge=1, le=KEY_MAX, description="行的编号 / Number of the row", examples=[345])]
Choice = Annotated[
    str, Form(max_length=60, description="企业代码、new、unsure 或 not:代码 / Key, new, unsure or not:key")
]


@router.get(
    "/imports/{import_id}/rows/{row_id}",
    name="api_import_row",
    summary="一行与候选并列 / A row beside its candidates",
    responses=refusals(401, 403, 404),
)
def compare_row(session: ReadSession, import_id: ImportId, row_id: RowId) -> RowComparison:
    """这一行的各栏与每个候选逐栏比较。 / The fields of the row against those of every candidate."""
    return compare(session, import_id=import_id, row_id=row_id)


@router.post(
    "/imports/{import_id}/rows/{row_id}/decision",
    name="api_import_decide",
    summary="选定 / Decide a row",
    responses=refusals(401, 403, 404, 409),
)
def decide_row(
    session: WriteSession,
    actor: OfficerActor,
    import_id: ImportId,
    row_id: RowId,
    choice: Choice,
) -> DecisionRead:
    """改变暂存的这一行，并记住供下一份名单使用。 / Changes the staged row and is remembered for the next list."""
    return decide(session, import_id=import_id, row_id=row_id, choice=choice, actor=actor)


@router.post(
    "/decisions/{decision_id}/revoke",
    name="api_decision_revoke",
    summary="撤回选定 / Revoke a decision",
    responses=refusals(401, 403, 404, 409),
)
def revoke_decision(
    session: WriteSession,
    actor: OfficerActor,
    decision_id: Annotated[int, Path(ge=1, le=KEY_MAX, description="决定的编号 / Number of the decision")],
) -> DecisionRead:
    """不再记住；导入仍在暂存时，该行重新待定。 / Forgotten; while its import is staged the row is undecided again."""
    return revoke(session, decision_id=decision_id, actor=actor)
