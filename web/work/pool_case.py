"""One case of the pool and everything that can be done with it. A refused form comes back as it was typed."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, NotAuthenticated, NotFound, RegistryError
from registry.policies import Actor
from registry.schemas.inputs import parse_day
from registry.services.access import note_opening
from registry.services.pool.acts import assign_owner, move_case, plan_next, record_work, set_product
from registry.services.pool.case import get_case, glance_at
from registry.services.pool.proposing import decide_proposal
from registry.services.reviewing.presence import note_presence
from registry.vocabulary import AccessPurpose, WorkKind
from web.deps import AppEngine, Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.rendering import render, see_other, url_path
from web.work.pool_case_views import case_context

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=20_000)]
Version = Annotated[str, Form(max_length=20)]


@router.get("/office/cultivation/{case_id}", name="pool_case")
def pool_case(
    request: Request, session: ReadSession, engine: AppEngine, actor: OfficerActor, case_id: Number
) -> Response:
    """One case; the firm can read that it was opened. Raises NotFound, NotAllowed outside the official's region."""
    found = get_case(session, case_id, actor=actor)
    note_opening(engine, actor, found.enterprise.id, f"培育档案 {case_id}", AccessPurpose.CULTIVATION)
    return render(request, "work/pool_case.html", case_context(request, found, form="", typed={}, refusal=None))


@router.post("/office/cultivation/{case_id}/presence", name="pool_presence")
def pool_presence(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    case_id: Number,
    version: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Response:
    """A sign of life; answers who else has the case open and whether it changed since the page was made."""
    case = glance_at(session, case_id, actor=actor)
    note_presence(session, kind=WorkKind.CASE, subject_id=case_id, actor=actor)
    own_url = url_path(request, "pool_case", case_id=case_id)
    values = {"case": case, "stale": version and version != case.version, "own_url": own_url}
    return render(request, "work/review_presence.html", values)


@router.post("/office/cultivation/{case_id}/move", name="pool_move")
def pool_move(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    case_id: Number,
    stage: Typed = "",
    exit: Typed = "",
    reason: Typed = "",
    version: Version = "",
) -> Response:
    """Change the stage."""
    return _act(
        request,
        session,
        actor,
        case_id,
        "move",
        {"stage": stage, "exit": exit, "reason": reason},
        lambda: move_case(
            session,
            case_id=case_id,
            to=stage,
            actor=actor,
            reason=reason,
            exit_kind=exit,
            version=_version(version),
        ),
    )


@router.post("/office/cultivation/{case_id}/next", name="pool_plan")
def pool_plan(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    case_id: Number,
    next_act: Typed = "",
    next_act_on: Typed = "",
    version: Version = "",
) -> Response:
    """Say what comes next and when."""
    return _act(
        request,
        session,
        actor,
        case_id,
        "plan",
        {"next_act": next_act, "next_act_on": next_act_on},
        lambda: plan_next(
            session,
            case_id=case_id,
            what=next_act,
            on=_day(next_act_on, "next_act_on"),
            actor=actor,
            version=_version(version),
        ),
    )


@router.post("/office/cultivation/{case_id}/owner", name="pool_owner")
def pool_owner(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    case_id: Number,
    owner: Typed = "",
    version: Version = "",
) -> Response:
    """Hand the case on."""
    return _act(
        request,
        session,
        actor,
        case_id,
        "owner",
        {"owner": owner},
        lambda: assign_owner(
            session, case_id=case_id, owner_id=_account(owner), actor=actor, version=_version(version)
        ),
    )


@router.post("/office/cultivation/{case_id}/events", name="pool_record")
def pool_record(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    case_id: Number,
    kind: Typed = "",
    on: Typed = "",
    criterion: Typed = "",
    text: Typed = "",
    version: Version = "",
) -> Response:
    """Record a contact, visit, diagnosis, support or note."""
    return _act(
        request,
        session,
        actor,
        case_id,
        "record",
        {"kind": kind, "on": on, "criterion": criterion, "text": text},
        lambda: record_work(
            session,
            case_id=case_id,
            kind=kind,
            on=parse_day(on, field="on"),
            text=text,
            criterion=criterion,
            actor=actor,
            version=_version(version),
        ),
    )


@router.post("/office/cultivation/{case_id}/product", name="pool_product")
def pool_product(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    case_id: Number,
    product: Typed = "",
    version: Version = "",
) -> Response:
    """Say with which product the firm is to be put forward."""
    return _act(
        request,
        session,
        actor,
        case_id,
        "product",
        {"product": product},
        lambda: set_product(session, case_id=case_id, product=product, actor=actor, version=_version(version)),
    )


@router.post("/office/cultivation/{case_id}/proposals/{proposal_id}", name="pool_decide")
def pool_decide(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    case_id: Number,
    proposal_id: Number,
    decision: Typed = "",
    reason: Typed = "",
    version: Version = "",
) -> Response:
    """Accept or dismiss a proposal."""

    def act() -> object:
        if decision not in ("accept", "dismiss"):
            raise InvalidInput("请选择采纳或驳回。", "Accept or dismiss it.", field="decision", value=decision)
        if proposal_id not in {one.proposal_id for one in get_case(session, case_id, actor=actor).proposals}:
            raise NotFound(
                "这条建议已处理或不属于这件培育。", "This proposal is decided, or not of this case.", field="decision"
            )
        return decide_proposal(
            session,
            proposal_id=proposal_id,
            accept=decision == "accept",
            actor=actor,
            reason=reason,
            version=_version(version),
        )

    typed = {"decision": decision, "reason": reason, "proposal": proposal_id}
    return _act(request, session, actor, case_id, f"proposal-{proposal_id}", typed, act)


def _act(
    request: Request,
    session: Session,
    actor: Actor,
    case_id: int,
    form: str,
    typed: dict[str, Any],
    act: Callable[[], object],
) -> Response:
    """Do it and show the case; a refusal brings the page back with what was typed, and its own status."""
    try:
        with session.begin_nested():
            act()
    except NotAuthenticated:
        raise
    except RegistryError as refusal:
        session.expire_all()
        return _page(request, session, actor, case_id, form=form, typed=typed, refusal=refusal)
    return see_other(request, "pool_case", case_id=case_id)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    case_id: int,
    *,
    form: str = "",
    typed: dict[str, Any] | None = None,
    refusal: RegistryError | None = None,
) -> Response:
    found = get_case(session, case_id, actor=actor)
    context = case_context(request, found, form=form, typed=typed or {}, refusal=refusal)
    return render(request, "work/pool_case.html", context, status=refusal.status if refusal else 200)


def _version(text: str) -> int:
    """The version the form was made from. Raises InvalidInput for a form that does not say."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput(
            "表单不完整，请刷新页面后再提交。",
            "The form is incomplete: open the page again, then send.",
            field="version",
            value=text,
        )
    return int(text)


def _day(text: str, field: str) -> date | None:
    return parse_day(text, field=field) if text.strip() else None


def _account(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("请从名单中选择责任人。", "Choose the owner of the list.", field="owner", value=text)
    return int(text)
