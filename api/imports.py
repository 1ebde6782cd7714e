"""Imports for officials: bring a file in, look, write it in one act, take it back in one act."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, UploadFile
from pydantic import Field
from starlette.requests import Request

from api.deps import AppSettings, OfficerActor, ReadSession, WriteSession
from api.paging import Limit
from api.problems import refusals
from api.routing import officials_router
from registry.schemas.base import ReadModel
from registry.schemas.imports import ImportDetail, ImportOptions, ImportSummary, UndoReport
from registry.schemas.inputs import parse_day
from registry.schemas.matching import DecisionRead, RowComparison
from registry.services.imports.browsing import get_import, list_imports
from registry.services.imports.comparing import compare
from registry.services.imports.deciding import decide, revoke
from registry.services.imports.staging import stage
from registry.services.imports.undoing import undo
from registry.services.notices.carrying_out import write_import
from registry.services.notices.deciding import Asked
from registry.services.notices.staging import stage_notice
from registry.vocabulary import ImportKind

router: APIRouter = officials_router("imports", "导入（工作人员）/ Imports (officials)")

KEY_MAX = 2**63 - 1
ImportId = Annotated[int, Path(ge=1, le=KEY_MAX, description="导入编号 / Number of the import", examples=[12])]
Choice = Annotated[
    str, Form(max_length=60, description="企业代码、new、unsure 或 not:代码 / Key, new, unsure or not:key")
]
RowId = Annotated[int, Path(ge=1, le=KEY_MAX, description="行的编号 / Number of the row", examples=[345])]
Line = Annotated[str | None, Form(max_length=300)]


class ImportList(ReadModel):
    """Imports, newest first."""

    items: list[ImportSummary]
    next_before: int | None = Field(description="下一页的 before / ``before`` of the next page")


class Staged(ReadModel):
    """What staging came to."""

    already_written: bool
    detail: ImportDetail


@router.get("/imports", name="api_imports", summary="导入记录 / All imports", responses=refusals(401, 403))
def list_all(
    session: ReadSession,
    before: Annotated[int | None, Query(ge=1, le=KEY_MAX, description="只要编号更小的 / Only smaller numbers")] = None,
    limit: Limit = 50,
) -> ImportList:
    """新的在前。 / Newest first."""
    found = list_imports(session, limit=limit + 1, before_id=before)
    more = len(found) > limit
    return ImportList(items=found[:limit], next_before=found[limit - 1].id if more else None)


@router.get(
    "/imports/{import_id}", name="api_import", summary="一次导入 / One import", responses=refusals(401, 403, 404)
)
def show(session: ReadSession, import_id: ImportId) -> ImportDetail:
    """各列的理解、各类行数、待定和拒绝的行及原因。 / How it was read, counts, undecided and rejected rows with why."""
    return get_import(session, import_id=import_id)


@router.post(
    "/imports",
    name="api_import_stage",
    status_code=201,
    summary="上传并暂存 / Upload and stage",
    responses=refusals(401, 403, 409, 413),
)
def stage_upload(
    request: Request,
    session: WriteSession,
    settings: AppSettings,
    actor: OfficerActor,
    file: UploadFile,
    directory: Line = None,
    batch: Line = None,
    year: Annotated[int | None, Form(ge=1949, le=2200)] = None,
    announced_on: Line = None,
    document_no: Line = None,
) -> Staged:
    """逐行判断会怎样处理，不写入登记库。 / Says what will happen to every row; writes nothing official yet."""
    options = ImportOptions(
        directory=directory or None,
        batch=batch or None,
        year=year,
        announced_on=parse_day(announced_on, field="announced_on") if announced_on else None,
        document_no=document_no or None,
    )
    with kept_upload(file) as path, request.app.state.open_file(path) as read_file:
        result = stage(session, read_file=read_file, options=options, actor=actor, archive_dir=settings.archive_dir)
    detail = get_import(session, import_id=result.import_id)
    return Staged(already_written=result.already_written, detail=detail)


@router.post(
    "/notices",
    name="api_notice_stage",
    status_code=201,
    summary="上传通知并暂存 / Upload and stage a notice",
    responses=refusals(401, 403, 404, 409, 413),
)
def stage_notice_upload(
    request: Request,
    session: WriteSession,
    settings: AppSettings,
    actor: OfficerActor,
    file: UploadFile,
    kind: Annotated[ImportKind, Form()],
    on: Annotated[str, Form(max_length=40)],
    document_no: Annotated[str, Form(max_length=300)],
    directory: Line = None,
) -> Staged:
    """更名、迁移、注销、合并或取消资格的通知；写入和撤回与导入相同。 / Written and undone like any import."""
    asked = Asked(kind, parse_day(on, field="on"), document_no.strip(), directory or None)
    with kept_upload(file) as path, request.app.state.open_file(path) as read_file:
        result = stage_notice(session, read_file=read_file, asked=asked, actor=actor, archive_dir=settings.archive_dir)
    detail = get_import(session, import_id=result.import_id)
    return Staged(already_written=result.already_written, detail=detail)


@router.post(
    "/imports/{import_id}/write",
    name="api_import_write",
    summary="写入 / Write",
    responses=refusals(401, 403, 404, 409),
)
def write_staged(session: WriteSession, actor: OfficerActor, import_id: ImportId) -> ImportDetail:
    """一次写入全部可写的行。 / Writes every row that can be written, in one act."""
    write_import(session, import_id=import_id, actor=actor)
    return get_import(session, import_id=import_id)


@router.post(
    "/imports/{import_id}/undo",
    name="api_import_undo",
    summary="撤回 / Undo",
    responses=refusals(401, 403, 404, 409),
)
def undo_import(session: WriteSession, actor: OfficerActor, import_id: ImportId) -> UndoReport:
    """一次撤回全部；只暂存的则放弃。 / Takes it all back in one act; a staged one is given up."""
    return undo(session, import_id=import_id, actor=actor)


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
    choice: Annotated[
        str, Form(max_length=60, description="企业代码、new、unsure 或 not:代码 / Key, new, unsure, not:key")
    ],
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


@contextmanager
def kept_upload(upload: UploadFile) -> Iterator[FilePath]:
    """The upload under its own plain name in a folder of its own, gone afterwards."""
    name = FilePath((upload.filename or "").replace("\\", "/")).name.strip(". ")[-120:] or "upload"
    with TemporaryDirectory(prefix="registry-upload-") as folder:
        path = FilePath(folder) / "".join(letter for letter in name if letter.isprintable())
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target)
        yield path
