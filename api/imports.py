"""Imports for officials: bring a file in, look, write it in one act, take it back in one act."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, UploadFile
from pydantic import Field
from starlette.requests import Request

from api.deps import AppEngine, AppSettings, OfficerActor, ReadSession, WriteSession
from api.import_settings import Line, SettingsForm, settings_form
from api.paging import Limit
from api.problems import refusals
from api.routing import officials_router
from registry.db import reading, transaction
from registry.schemas.base import ReadModel
from registry.schemas.imports import (
    ImportDetail,
    ImportSummary,
    RememberedMapping,
    UndoReport,
)
from registry.schemas.inputs import parse_day
from registry.schemas.paging import KEY_MAX
from registry.services.imports.browsing import get_import, list_imports
from registry.services.imports.long_writing import stop_writing, write_or_queue
from registry.services.imports.remembering import forget, list_remembered
from registry.services.imports.reviewing import sign_or_write
from registry.services.imports.undoing import undo
from registry.services.imports.uploading import cancel, receive, require_settled, settle
from registry.services.notices.deciding import Asked
from registry.services.notices.staging import stage_notice
from registry.vocabulary import ImportKind

router: APIRouter = officials_router("imports", "导入（工作人员）/ Imports (officials)")

ImportId = Annotated[int, Path(ge=1, le=KEY_MAX, description="导入编号 / Number of the import", examples=[12])]


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
    form: Annotated[SettingsForm, Depends(settings_form)],
    only_read: Annotated[bool, Form(description="只识读，先不逐行对应 / Only read; settle later")] = False,
) -> Staged:
    """逐行判断会怎样处理，不写入登记库；大文件由后台处理，看 detail.job。

    Says what will happen to every row; writes nothing official yet. Large files are worked on in the background: see
    ``detail.job``.
    """
    opener, archive = request.app.state.open_file, settings.archive_dir
    if not only_read:
        require_settled(session, options=form.options, actor=actor)
    with kept_upload(file) as path:
        run = receive(session, path=path, open_file=opener, archive_dir=archive, actor=actor, read=only_read)
        if only_read:
            return Staged(already_written=False, detail=get_import(session, import_id=run.id))
        staged = settle(
            session,
            import_id=run.id,
            options=form.options,
            actor=actor,
            open_file=opener,
            archive_dir=archive,
            memory=form.memory,
        )
    detail = get_import(session, import_id=staged.import_id)
    return Staged(already_written=staged.already_written, detail=detail)


@router.post(
    "/imports/{import_id}/settings",
    name="api_import_settle",
    summary="改设置并重新对应 / Settle how the file is taken",
    responses=refusals(401, 403, 404, 409),
)
def settle_import(
    request: Request,
    session: WriteSession,
    settings: AppSettings,
    actor: OfficerActor,
    import_id: ImportId,
    form: Annotated[SettingsForm, Depends(settings_form)],
) -> Staged:
    """未给出的设置不沿用原值。 / Settings left out are not taken from before."""
    staged = settle(
        session,
        import_id=import_id,
        options=form.options,
        actor=actor,
        open_file=request.app.state.open_file,
        archive_dir=settings.archive_dir,
        memory=form.memory,
    )
    detail = get_import(session, import_id=staged.import_id)
    return Staged(already_written=staged.already_written, detail=detail)


@router.post(
    "/imports/{import_id}/cancel",
    name="api_import_cancel",
    summary="取消后台处理 / Cancel work in the background",
    responses=refusals(401, 403, 404, 409),
)
def cancel_import(engine: AppEngine, actor: OfficerActor, import_id: ImportId) -> ImportDetail:
    """停在下一步。 / Stops at its next step."""
    with reading(engine) as session:
        stopping = stop_writing(session, import_id=import_id, actor=actor)
    if not stopping:
        with transaction(engine) as session:
            cancel(session, import_id=import_id, actor=actor)
    with reading(engine) as session:
        return get_import(session, import_id=import_id)


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
    """一次写入全部可写的行；没有签署的同时签署，检查未过的不写（409）。

    Writes every row that can be written, in one act, signing it if nobody has; refused (409) while a check fails. A
    long list is signed and written in the background: see ``detail.job``.
    """
    sign_or_write(session, import_id=import_id, actor=actor, write=write_or_queue)
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
    "/import-mappings",
    name="api_import_mappings",
    summary="记住的列对应 / Remembered mappings",
    responses=refusals(401, 403),
)
def list_mappings(session: ReadSession) -> list[RememberedMapping]:
    """新的在前。 / Newest first."""
    return list_remembered(session)


@router.delete(
    "/import-mappings/{mapping_id}",
    name="api_import_mapping_forget",
    status_code=204,
    summary="不再沿用 / Use no more",
    responses=refusals(401, 403, 404),
)
def forget_mapping(
    session: WriteSession, actor: OfficerActor, mapping_id: Annotated[int, Path(ge=1, le=KEY_MAX)]
) -> None:
    """记入审计。 / Recorded in the audit trail."""
    forget(session, mapping_id=mapping_id, actor=actor)


@contextmanager
def kept_upload(upload: UploadFile) -> Iterator[FilePath]:
    """The upload under its own plain name in a folder of its own, gone afterwards."""
    name = FilePath((upload.filename or "").replace("\\", "/")).name.strip(". ")[-120:] or "upload"
    with TemporaryDirectory(prefix="registry-upload-") as folder:
        path = FilePath(folder) / "".join(letter for letter in name if letter.isprintable())
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target)
        yield path
