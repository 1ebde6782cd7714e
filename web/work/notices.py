"""Notices about who firms are and what they hold (更名、迁移、注销、合并、取消资格): brought in by kind.

Once staged, a notice is looked at, decided, signed, carried out and taken back on the pages of any import.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import Conflict, FileRefused, Gone, InvalidInput, NotAllowed, NotFound, RegistryError
from registry.policies import Actor
from registry.schemas.inputs import parse_day
from registry.services.notices.deciding import Asked
from registry.services.notices.receiving import bring_notice
from registry.services.reference import shipped
from registry.vocabulary import DirectoryKind, ImportKind, Role
from web.deps import AppSettings, OfficerActor, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path
from web.uploads import kept_upload

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

KINDS = {kind.value: kind for kind in ImportKind if kind is not ImportKind.LIST}
FIELDS = ("kind", "directory", "on", "document_no", "file")
NEW = {"kind": ImportKind.RENAME.value, "directory": "", "on": "", "document_no": ""}
_REFUSED = (InvalidInput, Conflict, FileRefused, Gone, NotFound)
Typed = Annotated[str, Form(max_length=500)]


@router.get("/office/notices/new", name="notice_form")
def notice_form(request: Request, actor: OfficerActor) -> Response:
    """Asks for the file, its kind, the day it holds from and its document."""
    return _form(request, actor, NEW, None)


@router.post("/office/notices", name="notice_stage")
def stage(
    request: Request,
    session: WriteSession,
    settings: AppSettings,
    actor: OfficerActor,
    file: UploadFile,
    kind: Typed = "",
    directory: Typed = "",
    on: Typed = "",
    document_no: Typed = "",
) -> Response:
    """Stage the rows of a notice, a very long one by the worker; a fault brings the form back with what was typed."""
    typed = {"kind": kind, "directory": directory, "on": on, "document_no": document_no}
    try:
        asked = _asked(typed)
        with kept_upload(file) as path, session.begin_nested():
            staged = bring_notice(
                session,
                path=path,
                open_file=request.app.state.open_file,
                asked=asked,
                actor=actor,
                archive_dir=settings.archive_dir,
            )
    except _REFUSED as refusal:
        session.rollback()
        return _form(request, actor, typed, refusal)
    return see_other(request, "work_import", import_id=staged.import_id)


def _asked(typed: Mapping[str, str]) -> Asked:
    """What the form says. Raises InvalidInput naming the field."""
    if typed["kind"] not in KINDS:
        raise InvalidInput("请选择通知的种类。", "Choose the kind of notice.", field="kind", choices=tuple(KINDS))
    if not typed["on"].strip():
        raise InvalidInput("请写明自哪天起。", "State the day it holds from.", field="on")
    kind = KINDS[typed["kind"]]
    return Asked(
        kind,
        parse_day(typed["on"], field="on"),
        typed["document_no"].strip(),
        # The field is there for one kind only; what was chosen before the kind was changed means nothing.
        (typed["directory"].strip() or None) if kind is ImportKind.WITHDRAW else None,
    )


def _form(request: Request, actor: Actor, typed: Mapping[str, str], refusal: RegistryError | None) -> Response:
    if not actor.may(Role.CURATOR, region_code=""):
        raise NotAllowed("只有名录管理员可以办理通知。", "Only curators bring notices in.")
    english = locale_of(request) == "en"
    named = refusal.field if refusal is not None else None
    context: dict[str, Any] = {
        "typed": typed,
        "refusal": refusal,
        "error_at": named if named in FIELDS else "file",
        "kinds": [(value, kind.label.in_(locale_of(request))) for value, kind in KINDS.items()],
        "directories": [
            ("", "—"),
            *(
                (row["code"], row["short_en"] if english else row["short_zh"])
                for row in shipped("directories")
                if row["kind"] == DirectoryKind.ENTERPRISE.value
            ),
        ],
        "stage_url": url_path(request, "notice_stage"),
        "list_url": url_path(request, "import_list"),
    }
    return render(request, "work/notice_new.html", context, status=refusal.status if refusal else 200)
