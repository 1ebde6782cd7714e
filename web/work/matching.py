"""The batch matcher: a workbook, or pasted names, comes back with what the registry knows about each firm."""

from contextlib import ExitStack
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from registry.errors import Conflict, FileRefused, InvalidInput, NotAllowed, NotFound, RegistryError, Text
from registry.policies import Actor
from registry.schemas.matching import WorkbookMatch
from registry.services.jobs import OPEN
from registry.services.match_jobs import (
    KEPT,
    PASTED,
    Place,
    cancel_match,
    get_match,
    pasted_names,
    receive_workbook,
    result_of,
)
from registry.services.match_workbook import ROWS_MAX, XLSX
from registry.services.reference import shipped
from registry.vocabulary import DirectoryKind, JobState, Role
from web.deps import AppEngine, AppSettings, Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.formats import grouped
from web.i18n import locale_of
from web.rendering import render, see_other, url_path
from web.uploads import kept_upload

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

PASTED_MAX = 900_000
_REFUSED = (InvalidInput, Conflict, FileRefused, NotFound)


@router.get("/office/match", name="match_form")
def match_form(request: Request, actor: OfficerActor) -> Response:
    """Asks for a workbook or for names."""
    return _form(request, actor, {"names": "", "directory": "", "apply": True}, None)


@router.post("/office/match", name="match_upload")
def upload(
    request: Request,
    engine: AppEngine,
    settings: AppSettings,
    actor: OfficerActor,
    file: UploadFile | None = None,
    names: Annotated[str, Form(max_length=PASTED_MAX)] = "",
    directory: Annotated[str, Form(max_length=40)] = "",
    apply: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Match what was brought, or have it matched; a fault brings the form back with what was typed."""
    place = Place(engine, settings.data_dir, request.app.state.open_file)
    typed = {"names": names, "directory": directory, "apply": bool(apply)}
    try:
        with ExitStack() as kept:
            if file is not None and file.filename:
                path = kept.enter_context(kept_upload(file))
            else:
                folder = kept.enter_context(TemporaryDirectory(prefix="registry-names-"))
                path = pasted_names(names, FilePath(folder))
            number = receive_workbook(place, path=path, directory=directory or None, apply=bool(apply), actor=actor)
    except _REFUSED as refusal:
        return _form(request, actor, typed, refusal)
    return see_other(request, "match_show", match_id=number)


@router.get("/office/match/{match_id}", name="match_show")
def show(request: Request, session: ReadSession, actor: OfficerActor, match_id: Number) -> Response:
    """How far it is, then what came of it. Raises NotFound."""
    found = get_match(session, job_id=match_id, actor=actor)
    return render(request, "work/match.html", _context(request, found))


@router.get("/office/match/{match_id}/workbook", name="match_download")
def download(session: ReadSession, settings: AppSettings, actor: OfficerActor, match_id: Number) -> Response:
    """The workbook with its columns. Raises NotFound, InvalidTransition, Gone."""
    name, path = result_of(session, job_id=match_id, actor=actor, data_dir=settings.data_dir)
    headers = {
        "Content-Disposition": f"attachment; filename=\"match-{match_id}.xlsx\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return FileResponse(path, media_type=XLSX, headers=headers)


@router.post("/office/match/{match_id}/cancel", name="match_cancel")
def cancel(request: Request, session: WriteSession, actor: OfficerActor, match_id: Number) -> Response:
    """Stop it. Raises NotFound, InvalidTransition."""
    cancel_match(session, job_id=match_id, actor=actor)
    return see_other(request, "match_show", match_id=match_id)


def _form(request: Request, actor: Actor, typed: dict[str, Any], refusal: RegistryError | None) -> Response:
    if not actor.may(Role.CURATOR):
        raise NotAllowed("只有名录管理员可以批量匹配。", "Only curators match workbooks.")
    context = _form_context(request, typed) | {"refusal": refusal}
    return render(request, "work/match_new.html", context, status=refusal.status if refusal else 200)


def _form_context(request: Request, typed: dict[str, Any]) -> dict[str, Any]:
    english = locale_of(request) == "en"
    return {
        "typed": typed,
        "rows_max": ROWS_MAX,
        "days": KEPT.days,
        "directories": [
            ("", Text("全部名录", "All directories").in_(locale_of(request))),
            *(
                (row["code"], row["short_en"] if english else row["short_zh"])
                for row in shipped("directories")
                if row["kind"] == DirectoryKind.ENTERPRISE.value
            ),
        ],
        "upload_url": url_path(request, "match_upload"),
        "list_url": url_path(request, "import_list"),
    }


def _context(request: Request, found: WorkbookMatch) -> dict[str, Any]:
    result, locale = found.result, locale_of(request)
    words = (
        ("matched", Text("已匹配", "Matched"), "met"),
        ("doubtful", Text("待选", "To choose"), "due"),
        ("unknown", Text("没有找到", "Not found"), "na"),
    )
    return _form_context(request, {"names": "", "directory": "", "apply": True}) | {
        "match": found,
        "pasted": found.name == PASTED,
        "waited": "HX-Request" in request.headers,
        "working": found.state in OPEN,
        "failed": found.state is JobState.FAILED,
        "cancelled": found.state is JobState.CANCELLED,
        "stats": [
            {
                "number": grouped(getattr(result, code)),
                "word": word.in_(locale),
                "tone": tone,
                "note": None,
                "href": None,
            }
            for code, word, tone in words
        ]
        if result
        else [],
        "rows": [
            {
                "row": one,
                "href": url_path(request, "enterprise", key=one.key) if one.key else None,
                "reason": Text(one.reason_zh, one.reason_en),
            }
            for one in (result.first if result else [])
        ],
        "own_url": url_path(request, "match_show", match_id=found.id),
        "form_url": url_path(request, "match_form"),
        "download_url": url_path(request, "match_download", match_id=found.id),
        "cancel_url": url_path(request, "match_cancel", match_id=found.id),
    }
