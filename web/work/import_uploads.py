"""Imports on their way in: a file uploaded, how it is to be taken, the worker's work cancelled, what is remembered."""

from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.db import reading, transaction
from registry.errors import Conflict, FileRefused, Gone, InvalidInput, RegistryError
from registry.policies import Actor
from registry.services.imports.browsing import get_import
from registry.services.imports.long_writing import stop_writing
from registry.services.imports.remembering import forget, list_remembered
from registry.services.imports.uploading import cancel, receive, settle
from web.deps import AppEngine, AppSettings, Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.rendering import render, see_other
from web.uploads import kept_upload
from web.work import import_settings_views as settings_views
from web.work import imports as pages

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

_REFUSED = (InvalidInput, Conflict, FileRefused, Gone)


async def posted(request: Request) -> dict[str, list[str]]:
    """Every field of the form as sent: which there are depends on the file."""
    form = await request.form(max_fields=20_000)
    return {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}


Posted = Annotated[dict[str, list[str]], Depends(posted)]


@router.post("/office/imports", name="import_upload")
def upload(
    request: Request,
    engine: AppEngine,
    session: WriteSession,
    settings: AppSettings,
    actor: OfficerActor,
    file: UploadFile,
) -> Response:
    """Archive a file and look into it; one that is refused brings the list back with the reason (its own status)."""
    try:
        with kept_upload(file) as path, session.begin_nested():
            run = receive(
                session,
                path=path,
                open_file=request.app.state.open_file,
                archive_dir=settings.archive_dir,
                actor=actor,
            )
    except _REFUSED as refusal:
        session.rollback()
        with reading(engine) as fresh:
            return pages.list_page(request, fresh, actor, refusal=refusal)
    return see_other(request, "work_import", import_id=run.id)


@router.get("/office/imports/mappings", name="mapping_list")
def mapping_list(request: Request, session: ReadSession, actor: OfficerActor) -> Response:
    """What is remembered of the columns of sources."""
    context = {"mappings": [settings_views.mapping_line(request, actor, one) for one in list_remembered(session)]}
    return render(request, "work/import_mappings.html", context)


@router.post("/office/imports/mappings/{mapping_id}/forget", name="mapping_forget")
def forget_mapping(request: Request, session: WriteSession, actor: OfficerActor, mapping_id: Number) -> Response:
    """Use a remembered mapping no more. Raises NotFound, NotAllowed."""
    forget(session, mapping_id=mapping_id, actor=actor)
    return see_other(request, "mapping_list")


@router.post("/office/imports/{import_id}/settings", name="import_settle")
def settle_import(
    request: Request,
    engine: AppEngine,
    session: WriteSession,
    settings: AppSettings,
    actor: OfficerActor,
    import_id: Number,
    form: Posted,
) -> Response:
    """Take the file as the form says and stage its rows; a fault brings the page back with what was typed."""
    try:
        with session.begin_nested():
            options = settings_views.options_of(form, get_import(session, import_id=import_id, limit=0))
            staged = settle(
                session,
                import_id=import_id,
                options=options,
                actor=actor,
                open_file=request.app.state.open_file,
                archive_dir=settings.archive_dir,
                memory="memory" in form,
            )
    except _REFUSED as refusal:
        session.rollback()
        return _again(request, engine, actor, import_id, refusal, form)
    return see_other(request, "work_import", import_id=staged.import_id)


@router.post("/office/imports/{import_id}/cancel", name="import_cancel")
def cancel_import(request: Request, engine: AppEngine, actor: OfficerActor, import_id: Number) -> Response:
    """Stop the worker's work on an import. Raises NotFound, NotAllowed, InvalidTransition."""
    with reading(engine) as session:
        stopping = stop_writing(session, import_id=import_id, actor=actor)
    if not stopping:
        with transaction(engine) as session:
            cancel(session, import_id=import_id, actor=actor)
    return see_other(request, "work_import", import_id=import_id)


def _again(
    request: Request,
    engine: AppEngine,
    actor: Actor,
    import_id: int,
    refusal: RegistryError,
    form: dict[str, list[str]],
) -> Response:
    with reading(engine) as fresh:
        return _page(request, fresh, actor, import_id, refusal, form)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    import_id: int,
    refusal: RegistryError,
    form: dict[str, list[str]],
) -> Response:
    return pages.page(request, session, actor, import_id, refusal=refusal, typed=form)
