"""How submissions are reviewed: every directory and kind with its steps; administrators set them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import Conflict, InvalidInput, RegistryError
from registry.policies import Actor
from registry.services.submitting.plans import KINDS, Plan, all_plans, may_set, plan_of, set_plan
from web.deps import OfficerActor, ReadSession, WriteSession, current_officer
from web.firm.frame import Posted
from web.i18n import locale_of
from web.rendering import render, see_other, url_path
from web.work.step_forms import levels, read_steps, said_steps, typed_steps

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Subject = Annotated[str, Path(max_length=40)]


@router.get("/office/steps", name="review_plan_list")
def plans(request: Request, session: ReadSession, actor: OfficerActor) -> Response:
    """Every directory and kind with the levels that review it and their days."""
    kinds = {one.value for one in KINDS}
    rows = [
        {
            "plan": one,
            "steps": said_steps(one.steps),
            "href": url_path(request, "review_plan", subject=one.subject) if may_set(actor, one.subject) else None,
            "of_kind": one.subject in kinds,
        }
        for one in all_plans(session)
    ]
    context = {
        "rows": rows,
        "may_change": any(row["href"] for row in rows),
        "calls_url": url_path(request, "call_list"),
    }
    return render(request, "work/plans.html", context)


@router.get("/office/steps/{subject}", name="review_plan")
def plan(request: Request, session: ReadSession, actor: OfficerActor, subject: Subject) -> Response:
    """The steps of one directory or kind, as a form for whoever may set them. Raises NotFound."""
    found = plan_of(session, subject)
    return _page(request, actor, found, _typed(found))


@router.post("/office/steps/{subject}", name="review_plan_set")
def change(request: Request, session: WriteSession, actor: OfficerActor, subject: Subject, form: Posted) -> Response:
    """Set them; a refusal brings the form back as it was typed. Raises NotFound, NotAllowed."""
    try:
        with session.begin_nested():
            set_plan(
                session,
                subject=subject,
                version=_number(form.get("version", "")),
                steps=read_steps(form),
                due=(_number(form.get("due_month", "")), _number(form.get("due_day", ""))),
                actor=actor,
                reason=form.get("reason", ""),
            )
    except (InvalidInput, Conflict) as refusal:
        return _refused(request, session, actor, subject, form, refusal)
    return see_other(request, "review_plan_list")


def _refused(
    request: Request, session: Session, actor: Actor, subject: str, form: dict[str, str], refusal: RegistryError
) -> Response:
    """The form as it was typed. After somebody else's change it carries the newest version, which the page shows."""
    found = plan_of(session, subject)
    typed = form | {"version": str(found.version)} if isinstance(refusal, Conflict) else form
    blank = {"reason": "", "version": str(found.version), "due_month": "", "due_day": ""}
    return _page(request, actor, found, blank | typed, refusal)


def _typed(found: Plan) -> dict[str, str]:
    month, day = found.due or ("", "")
    return typed_steps(found.steps) | {
        "version": str(found.version),
        "due_month": str(month),
        "due_day": str(day),
        "reason": "",
    }


def _page(
    request: Request, actor: Actor, found: Plan, typed: dict[str, str], refusal: RegistryError | None = None
) -> Response:
    context: dict[str, Any] = {
        "plan": found,
        "steps": said_steps(found.steps),
        "levels": levels(locale_of(request)),
        "typed": typed,
        "refusal": refusal,
        "may_change": may_set(actor, found.subject),
        "list_url": url_path(request, "review_plan_list"),
        "calls_url": url_path(request, "call_list"),
        "own_url": url_path(request, "review_plan_set", subject=found.subject),
    }
    return render(request, "work/plan.html", context, status=refusal.status if refusal else 200)


def _number(typed: str) -> int:
    said = typed.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else 0
