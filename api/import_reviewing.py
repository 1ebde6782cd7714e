"""What officials look at and decide between staging an import and writing it: checks, comparison, rows, signatures."""

from io import BytesIO
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import Response, StreamingResponse

from api.deps import OfficerActor, ReadSession, WriteSession
from api.imports import ImportId
from api.paging import Limit
from api.problems import refusals
from api.routing import officials_router
from registry.errors import InvalidInput, shorten
from registry.schemas.imports import AgainstList, ImportReview, PreviewRow, UndoPreview
from registry.schemas.matching import DecisionRead, RowComparison
from registry.schemas.paging import KEY_MAX, Page
from registry.services.imports.comparing import compare as compare_row
from registry.services.imports.deciding import decide, revoke
from registry.services.imports.error_report import MEDIA_TYPES, write_report
from registry.services.imports.list_comparing import compare, list_kind
from registry.services.imports.reviewing import get_review, override, reopen, review
from registry.services.imports.undoing import preview_undo
from registry.vocabulary import RowKind

router: APIRouter = officials_router("imports", "导入（工作人员）/ Imports (officials)")

RowId = Annotated[int, Path(ge=1, le=KEY_MAX, description="行的编号 / Number of the row")]


@router.get(
    "/imports/{import_id}/review",
    name="api_import_review",
    summary="检查和签署 / Checks and signatures",
    responses=refusals(401, 403, 404),
)
def show_review(session: ReadSession, import_id: ImportId) -> ImportReview:
    """各项检查及其数字，谁已签署。 / Each check with its numbers, and who has signed."""
    return get_review(session, import_id=import_id)


@router.post(
    "/imports/{import_id}/review",
    name="api_import_sign",
    summary="签署 / Sign off",
    responses=refusals(401, 403, 404, 409),
)
def sign_import(
    session: WriteSession,
    actor: OfficerActor,
    import_id: ImportId,
    count: Annotated[int, Form(ge=0, description="将写入的行数 / Rows that will be written")],
) -> ImportReview:
    """只签署，不写入。 / Signs and writes nothing."""
    return review(session, import_id=import_id, count=count, actor=actor)


@router.delete(
    "/imports/{import_id}/review",
    name="api_import_reopen",
    summary="收回签署 / Take the signature back",
    responses=refusals(401, 403, 404, 409),
)
def reopen_import(session: WriteSession, actor: OfficerActor, import_id: ImportId) -> ImportReview:
    """未写入前可以收回。 / Possible until it is written."""
    reopen(session, import_id=import_id, actor=actor)
    return get_review(session, import_id=import_id)


@router.post(
    "/imports/{import_id}/override",
    name="api_import_override",
    summary="第二人确认 / Confirm as second official",
    responses=refusals(401, 403, 404, 409),
)
def override_import(
    session: WriteSession,
    actor: OfficerActor,
    import_id: ImportId,
    reason: Annotated[str, Form(max_length=400, description="理由 / Reason")],
) -> ImportReview:
    """让未过的检查通过，记入审计。 / Lets failed checks pass; recorded in the audit trail."""
    return override(session, import_id=import_id, reason=reason, actor=actor)


@router.get(
    "/imports/{import_id}/compare",
    name="api_import_compare",
    summary="与别的名单相比 / Held against other lists",
    responses=refusals(401, 403, 404),
)
def compare_import(session: ReadSession, import_id: ImportId) -> list[AgainstList]:
    """与现行称号和上一批相比，各类行数。 / Counts against the titles in force and the previous edition."""
    return compare(session, import_id=import_id)


@router.get(
    "/imports/{import_id}/compare/{against}/{kind}",
    name="api_import_compare_rows",
    summary="其中的各行 / The rows of one kind",
    responses=refusals(401, 403, 404),
)
def compare_rows(
    session: ReadSession,
    import_id: ImportId,
    against: Literal["current", "previous"],
    kind: Annotated[str, Path(json_schema_extra={"enum": [one.value for one in RowKind]})],
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    limit: Limit = 50,
) -> Page[PreviewRow]:
    """absent 只说明本次没有，不是撤销。 / Absence is not a withdrawal."""
    return list_kind(session, import_id=import_id, against=against, kind=_kind(kind), cursor=cursor, limit=limit)


@router.get(
    "/imports/{import_id}/rows/{row_id}",
    name="api_import_row",
    summary="一行与可能的企业对照 / A row beside its candidates",
    responses=refusals(401, 403, 404),
)
def show_row(session: ReadSession, import_id: ImportId, row_id: RowId) -> RowComparison:
    """逐项相同、不同或不详。 / Field by field: same, different or unknown."""
    return compare_row(session, import_id=import_id, row_id=row_id)


@router.post(
    "/imports/{import_id}/rows/{row_id}",
    name="api_import_decide",
    summary="选定一行 / Decide a row",
    responses=refusals(401, 403, 404, 409),
)
def decide_row(
    session: WriteSession,
    actor: OfficerActor,
    import_id: ImportId,
    row_id: RowId,
    choice: Annotated[
        str, Form(max_length=60, description="企业代码、new、unsure 或 not:代码 / A key, new, unsure, not:key")
    ],
) -> DecisionRead:
    """记住，下次同名的行照此处理。 / Remembered for the next list."""
    return decide(session, import_id=import_id, row_id=row_id, choice=choice, actor=actor)


@router.delete(
    "/import-decisions/{decision_id}",
    name="api_import_decision_revoke",
    summary="撤回选定 / Take a decision back",
    responses=refusals(401, 403, 404, 409),
)
def revoke_decision(
    session: WriteSession, actor: OfficerActor, decision_id: Annotated[int, Path(ge=1, le=KEY_MAX)]
) -> DecisionRead:
    """不再沿用；未写入的导入中该行重新待定。 / Forgotten; its row waits again while its import is staged."""
    return revoke(session, decision_id=decision_id, actor=actor)


@router.get(
    "/imports/{import_id}/errors.{format}",
    name="api_import_errors",
    summary="错误清单 / All problems",
    response_class=StreamingResponse,
    responses=refusals(401, 403, 404),
)
def download_errors(
    session: ReadSession, import_id: ImportId, format: Literal["xlsx", "csv"], lang: Literal["zh", "en"] = "zh"
) -> Response:
    """全部拒绝、待定的行和未采用的单元格。 / Every rejected or undecided row and every cell not used."""
    stream = BytesIO()
    write_report(session, stream, import_id=import_id, format=format, locale=lang)
    name = f'attachment; filename="IM-{import_id}-errors.{format}"'
    return Response(stream.getvalue(), media_type=MEDIA_TYPES[format], headers={"Content-Disposition": name})


@router.get(
    "/imports/{import_id}/undo",
    name="api_import_undo_preview",
    summary="撤回会留下什么 / What an undo would leave",
    responses=refusals(401, 403, 404, 409),
)
def show_undo(session: ReadSession, actor: OfficerActor, import_id: ImportId) -> UndoPreview:
    """后来别处用到的企业。 / Enterprises used elsewhere since."""
    return preview_undo(session, import_id=import_id, actor=actor)


def _kind(given: str) -> RowKind:
    """Raises InvalidInput for a kind there is none of."""
    kinds = {one.value: one for one in RowKind}
    if given not in kinds:
        raise InvalidInput(
            f"没有“{shorten(given)}”这一类行。",
            f"There are no rows called “{shorten(given)}”.",
            field="kind",
            value=given,
            choices=tuple(kinds),
        )
    return kinds[given]
