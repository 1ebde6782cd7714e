"""The rule laboratory: drafts of standards, edited as a form or as text, tried on everybody, published by two."""

from datetime import date
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.db import reading
from registry.errors import Conflict, FileRefused, InvalidInput, RegistryError, StorageUnavailable, Text
from registry.policies import Actor
from registry.schemas.paging import KEY_MAX
from registry.services.lab.drafts import (
    create_draft,
    free_version,
    get_draft,
    give_up,
    list_drafts,
    save_text,
    save_values,
    take_back,
    text_of,
)
from registry.services.lab.firms import write_moved
from registry.services.lab.publishing import propose, publish
from registry.services.lab.trials import FOLDER, backtest_draft, request_data, save_and_try, try_draft
from registry.services.standards import known_standards
from registry.settings import Settings
from registry.tiering.editing import changed, fields, said
from web.deps import AppEngine, AppSettings, Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path, wants_fragment
from web.sending import as_download
from web.work import lab_views as views

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Short = Annotated[str, Query(max_length=60)]
Typed = Annotated[str, Form(max_length=300)]
PREFIX = "f:"
"""Before the path of a field in the form's names."""


async def posted(request: Request) -> dict[str, list[str]]:
    """Every field of the form as sent: which there are depends on the rule."""
    form = await request.form()
    return {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}


Posted = Annotated[dict[str, list[str]], Depends(posted)]


@router.get("/office/lab", name="work_standards")
def lab_list(request: Request, session: ReadSession, actor: OfficerActor, based_on: Short = "") -> Response:
    """All drafts, and the form for a new one. Raises NotFound (version)."""
    return _list(request, session, actor, {"based_on": based_on})


@router.post("/office/lab", name="lab_create")
def create(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    based_on: Typed,
    version: Typed = "",
    first_day: Typed = "",
    title: Typed = "",
    number: Typed = "",
) -> Response:
    """Copy a version to a draft; a fault brings the form back (its own status)."""
    typed = {"based_on": based_on, "version": version, "first_day": first_day, "title": title, "number": number}
    try:
        with session.begin_nested():
            draft = create_draft(
                session,
                based_on=based_on,
                version=version or free_version(session, based_on),
                first_day=_day(first_day),
                document=(title, number),
                actor=actor,
            )
    except (InvalidInput, Conflict, FileRefused) as refusal:
        return _list(request, session, actor, typed, refusal)
    return see_other(request, "lab_draft", draft_id=draft.id)


@router.post("/office/lab/data", name="lab_data")
def read_data(
    request: Request, session: WriteSession, actor: OfficerActor, draft_id: Annotated[int, Form(ge=1, le=KEY_MAX)]
) -> Response:
    """Have everybody's columns read anew; how far it is stands on the page of the draft."""
    request_data(session, actor=actor)
    return see_other(request, "lab_draft", draft_id=draft_id)


@router.get("/office/lab/{draft_id}", name="lab_draft")
def lab_draft(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    settings: AppSettings,
    draft_id: Number,
    view: Short = "form",
) -> Response:
    """One draft: its fields or its text, what the last trials showed, what publishing takes. Raises NotFound."""
    return _page(request, session, actor, settings, draft_id, view=view)


@router.post("/office/lab/{draft_id}", name="lab_save")
def save(
    request: Request,
    engine: AppEngine,
    session: WriteSession,
    actor: OfficerActor,
    settings: AppSettings,
    draft_id: Number,
    form: Posted,
) -> Response:
    """Save the fields, compare, or put every field back; a fault brings the page back with what was typed."""
    act, revision = _one(form, "act"), _revision(form)
    typed = {name.removeprefix(PREFIX): " ".join(value) for name, value in form.items() if name.startswith(PREFIX)}
    try:
        if act == "try":
            _try(engine, actor, settings, draft_id, typed, revision)
        elif act == "restore":
            values = _as_before(session, actor, draft_id)
            save_values(session, draft_id=draft_id, values=values, revision=revision, actor=actor)
        else:
            save_values(session, draft_id=draft_id, values=typed, revision=revision, actor=actor)
        session.commit()
    except (InvalidInput, Conflict, FileRefused, StorageUnavailable) as refusal:
        session.rollback()
        with reading(engine) as fresh:
            return _page(request, fresh, actor, settings, draft_id, refusal=refusal, typed=typed)
    return _again(request, engine, actor, settings, draft_id)


@router.post("/office/lab/{draft_id}/text", name="lab_text")
def save_as_text(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    settings: AppSettings,
    draft_id: Number,
    text: Annotated[str, Form(max_length=400_000)] = "",
    revision: Annotated[int, Form(ge=0, le=2**31)] = 0,
) -> Response:
    """Save the text; what the loader finds wrong stands beside it, with its line."""
    try:
        with session.begin_nested():
            save_text(session, draft_id=draft_id, text=text, revision=revision, actor=actor)
    except (InvalidInput, Conflict, FileRefused) as refusal:
        return _page(request, session, actor, settings, draft_id, view="text", refusal=refusal, text=text)
    return see_other(request, "lab_draft", draft_id=draft_id)


@router.post("/office/lab/{draft_id}/backtest", name="lab_backtest")
def hold_against_lists(
    request: Request, engine: AppEngine, actor: OfficerActor, settings: AppSettings, draft_id: Number, form: Posted
) -> Response:
    """Hold the draft against recognised lists, the newest or those chosen."""
    chosen = [int(one) for one in form.get("batch", ()) if one.isdecimal() and len(one) < 19]
    backtest_draft(engine, draft_id=draft_id, folder=folder_of(settings), actor=actor, as_of=today(), batch_ids=chosen)
    return _again(request, engine, actor, settings, draft_id)


@router.post("/office/lab/{draft_id}/state", name="lab_state")
def decide(request: Request, session: WriteSession, actor: OfficerActor, draft_id: Number, act: Typed = "") -> Response:
    """Propose, take back or give up. Raises NotFound, NotAllowed, InvalidTransition, Conflict."""
    if act == "propose":
        propose(session, draft_id=draft_id, actor=actor, today=today())
    elif act == "take_back":
        take_back(session, draft_id=draft_id, actor=actor)
    elif act == "give_up":
        give_up(session, draft_id=draft_id, actor=actor)
    else:
        raise InvalidInput("请选择怎样处理。", "Choose what to do.", field="act", value=act)
    return see_other(request, "lab_draft", draft_id=draft_id)


@router.get("/office/lab/{draft_id}/publish", name="lab_publish_confirm")
def publish_confirm(request: Request, session: ReadSession, actor: OfficerActor, draft_id: Number) -> Response:
    """What publishing means, before it is done. Raises NotFound."""
    return _confirm(request, session, actor, draft_id, None)


@router.post("/office/lab/{draft_id}/publish", name="lab_publish")
def publish_draft(
    request: Request, session: WriteSession, actor: OfficerActor, draft_id: Number, version: Typed = ""
) -> Response:
    """Publish, the id typed once more. Raises NotFound, NotAllowed, InvalidTransition, Conflict."""
    draft = get_draft(session, draft_id=draft_id, actor=actor)
    if version.strip().upper() != draft.version:
        said_ = version.strip()[:40]
        fault = Text(f"应输入 {draft.version}，输入的是“{said_}”。", f"Type {draft.version}; “{said_}” was typed.")
        return _confirm(request, session, actor, draft_id, fault)
    publish(session, draft_id=draft_id, actor=actor, today=today())
    return see_other(request, "lab_draft", draft_id=draft_id)


@router.get("/office/lab/{draft_id}/firms", name="lab_export")
def lab_export(request: Request, session: ReadSession, actor: OfficerActor, draft_id: Number) -> Response:
    """Who changes sides by the last comparison as CSV, inside the official's own region."""
    locale = locale_of(request)
    return as_download(
        lambda stream: write_moved(session, stream, draft_id=draft_id, actor=actor, as_of=today(), locale=locale),
        name=f"draft-{draft_id}-firms-{today().isoformat()}.csv",
        media_type="text/csv; charset=utf-8",
    )


def folder_of(settings: Settings) -> FilePath:
    """Where the columns of everybody are kept."""
    return settings.data_dir / FOLDER


def _try(
    engine: AppEngine, actor: Actor, settings: Settings, draft_id: int, values: dict[str, str], revision: int
) -> None:
    folder = folder_of(settings)
    if values:
        save_and_try(
            engine,
            draft_id=draft_id,
            values=values,
            revision=revision,
            folder=folder,
            as_of=today(),
            actor=actor,
        )
    else:
        # A draft that is proposed, or somebody who may only look: as it stands.
        try_draft(engine, draft_id=draft_id, folder=folder, as_of=today(), actor=actor)


def _as_before(session: Session, actor: Actor, draft_id: int) -> dict[str, str]:
    """The fields that differ from the version the draft was copied from, as they were."""
    draft = get_draft(session, draft_id=draft_id, actor=actor)
    before = {field.path: field for field in fields(text_of(session, draft.based_on))}
    return {path: said(before[path]) for path in changed(fields(draft.text), tuple(before.values()))}


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _revision(form: dict[str, list[str]]) -> int:
    typed = _one(form, "revision")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput(
            "施行日期应写作 2027-01-01。", "Write the first day as 2027-01-01.", field="first_day", value=typed
        ) from None


def _again(request: Request, engine: AppEngine, actor: Actor, settings: Settings, draft_id: int) -> Response:
    """The page after a trial: at once for htmx, else by a redirect."""
    if not wants_fragment(request):
        return see_other(request, "lab_draft", draft_id=draft_id)
    with reading(engine) as session:
        return _page(request, session, actor, settings, draft_id)


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    typed: dict[str, str],
    refusal: RegistryError | None = None,
) -> Response:
    context = views.list_context(
        request, list_drafts(session, actor=actor), known_standards(session), actor, typed, today()
    )
    context["refusal"] = refusal
    return render(request, "work/labs.html", context, status=refusal.status if refusal else 200)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    settings: Settings,
    draft_id: int,
    *,
    view: str = "form",
    refusal: RegistryError | None = None,
    typed: dict[str, str] | None = None,
    text: str | None = None,
) -> Response:
    shown = views.Shown(session, actor, folder_of(settings), draft_id, today())
    context: dict[str, Any] = views.draft_context(request, shown, typed or {})
    context |= views.text_context(text if text is not None else shown.draft.text, refusal)
    context |= {"view": "text" if view == "text" else "form", "refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "work/lab.html", context, block="lab", status=status)


def _confirm(request: Request, session: Session, actor: Actor, draft_id: int, fault: Text | None) -> Response:
    draft = get_draft(session, draft_id=draft_id, actor=actor)
    context = {
        "draft": draft,
        "windows": list(draft.standard.in_force.items()),
        "error": fault,
        "own_url": url_path(request, "lab_publish", draft_id=draft_id),
        "back_url": url_path(request, "lab_draft", draft_id=draft_id),
    }
    return render(request, "work/lab_publish.html", context, status=422 if fault else 200)
