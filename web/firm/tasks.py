"""A submission being filled in: begin, the task list, the pages of fields, one field saved by itself."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import now, today
from registry.errors import InvalidInput, NotFound
from registry.schemas.paging import KEY_MAX
from registry.services.firms.home import deadlines, enterprise_of, revisions_of, steps_of, submissions_of, title_of
from registry.services.submitting.calls import get_call
from registry.services.submitting.drafting import Saved, get_submission, save_fields, start_submission
from registry.services.submitting.findings import findings_with, rule_procedure
from registry.services.submitting.moves import EDITABLE
from registry.services.submitting.state import DONE, WRONG, State, read_state
from registry.services.submitting.values import PRODUCT_PARTS, PRODUCTS_MAX
from registry.vocabulary import SubmissionKind, SubmissionState
from web.deps import Number, ReadSession, WriteSession
from web.firm.frame import Firm, FirmActor, Key, Posted, firm_context, open_firm, signed_in
from web.firm.views import STATUS, TONES, field_line, findings_side, part_page, task_line
from web.i18n import locale_of
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(signed_in)], include_in_schema=False)

CHECKED_PARTS = ("profile", "contacts", "products")
"""What is known already and only checked; the rest is filled in."""


@router.post("/firm/{key}/submissions", name="submission_start")
def start(
    request: Request,
    session: WriteSession,
    actor: FirmActor,
    key: Key,
    kind: Annotated[str, Form(max_length=40)] = "",
    call: Annotated[int | None, Form(ge=1, le=KEY_MAX)] = None,
) -> Response:
    """Begin a submission, or go on with the open one of the same kind."""
    firm = open_firm(session, key, actor, park=True)
    known = {one.value: one for one in SubmissionKind}
    if kind not in known:
        raise InvalidInput("没有这种申报。", "There is no such submission.", field="kind", value=kind)
    found = start_submission(session, actor=actor, enterprise_id=firm.id, kind=known[kind], call_id=call)
    return see_other(request, "submission", key=firm.key, submission_id=found.id)


@router.get("/firm/{key}/submissions/{submission_id}", name="submission")
def submission_page(
    request: Request, session: ReadSession, actor: FirmActor, key: Key, submission_id: Number
) -> Response:
    """The task list while something can be changed, else how it stands and went. Raises NotFound, NotAllowed."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    state = read_state(session, submission, today=today())
    context = submission_context(request, session, firm, state) | {
        "steps": steps_of(session, submission.id),
        "revisions": [
            {
                "one": one,
                "href": url_path(
                    request, "submission_receipt", key=firm.key, submission_id=submission.id, revision=one.revision
                ),
            }
            for one in revisions_of(session, submission.id)
        ],
    }
    if submission.state not in EDITABLE:
        return render(request, "firm/status.html", context)
    return render(request, "firm/tasks.html", context | _task_context(request, session, firm, state))


@router.get("/firm/{key}/submissions/{submission_id}/parts/{part}", name="submission_part")
def part(
    request: Request, session: ReadSession, actor: FirmActor, key: Key, submission_id: Number, part: str
) -> Response:
    """One page of fields. Raises NotFound, NotAllowed."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    return _part(request, session, firm, read_state(session, submission, today=today()), part, Saved())


@router.post("/firm/{key}/submissions/{submission_id}/parts/{part}", name="submission_part_save")
def save(
    request: Request,
    session: WriteSession,
    actor: FirmActor,
    key: Key,
    submission_id: Number,
    part: str,
    form: Posted,
) -> Response:
    """Keep all that was typed. What is wrong brings the page back (422), else on to the next page."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    typed = _typed(form)
    saved = save_fields(
        session,
        submission_id=submission.id,
        actor=actor,
        typed=typed,
        was=_prefixed(form, "was."),
        units=_prefixed(form, "unit."),
    )
    state = read_state(session, submission, today=today())
    if "more" in form:
        return _part(request, session, firm, state, part, saved, more=True)
    too_long = {path: text for path, text in typed.items() if path in state.fields and len(text) > 4_000}
    saved.conflicts |= {path: text for path, text in too_long.items() if state.fields[path].open}
    if saved.conflicts or any(one.fault for one in state.part(part)):
        return _part(request, session, firm, state, part, saved, status=422)
    if "stay" in form:
        return see_other(request, "submission_part", key=firm.key, submission_id=submission.id, part=part)
    return _onward(request, firm, state, part)


@router.post("/firm/{key}/submissions/{submission_id}/fields", name="submission_field")
def save_field(
    request: Request, session: WriteSession, actor: FirmActor, key: Key, submission_id: Number, form: Posted
) -> Response:
    """Keep one field (``only``) as soon as it is left; answers that field alone. Raises NotFound, NotAllowed."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    path = form.get("only", "")
    typed = {path: form[path]} if path in form else {}
    units = _prefixed(form, "unit.")
    saved = save_fields(
        session,
        submission_id=submission.id,
        actor=actor,
        typed=typed,
        was=_prefixed(form, "was."),
        units={path: units[path]} if path in units else {},
    )
    state = read_state(session, submission, today=today())
    if path not in state.fields:
        raise NotFound("没有这个字段。", "There is no such field.", field="only", value=path)
    context = submission_context(request, session, firm, state) | {
        "one": field_line(state.fields[path], locale_of(request), conflict=saved.conflicts.get(path)),
        "saved_at": now(),
    }
    return render(request, "firm/field.html", context)


def submission_context(request: Request, session: Session, firm: Firm, state: State) -> dict[str, Any]:
    """What every page of a submission shows: what it is called, its state, its addresses."""
    submission = state.submission
    call = get_call(session, submission.call_id) if submission.call_id is not None else None
    own = {"key": firm.key, "submission_id": submission.id}
    return firm_context(request, firm, "firm_home") | {
        "submission": submission,
        "call": call,
        "heading": title_of(submission, call),
        "tone": TONES[submission.state.value],
        "editable": submission.state in EDITABLE,
        "own_url": url_path(request, "submission", **own),
        "field_url": url_path(request, "submission_field", **own),
        "evidence_url": url_path(request, "submission_evidence", **own),
        "check_url": url_path(request, "submission_check", **own),
        "recall_url": url_path(request, "submission_act", act="recall", **own),
        "withdraw_url": url_path(request, "submission_act", act="withdraw", **own),
    }


def side(request: Request, session: Session, firm: Firm, state: State) -> dict[str, Any] | None:
    """What the standard of the call says about the values so far; None where there is no call."""
    submission, standard = state.submission, state.asked.standard
    if submission.call_id is None or standard is None:
        return None
    call = get_call(session, submission.call_id)
    report = findings_with(
        session,
        enterprise=enterprise_of(session, firm.id),
        standard=standard,
        procedure=rule_procedure(call.procedure),
        as_of=today(),
        values=state.sure_values,
    )
    return findings_side(request, report, locale_of(request))


def _task_context(request: Request, session: Session, firm: Firm, state: State) -> dict[str, Any]:
    locale, submission = locale_of(request), state.submission
    tasks = [task_line(state, name, locale) for name in state.asked.parts]
    for task in tasks:
        task["href"] = url_path(
            request, "submission_part", key=firm.key, submission_id=submission.id, part=task["slug"]
        )
    papers = _papers(state)
    ready = not (state.faults() or state.gaps() or state.missing_documents())
    done = sum(task["status"] == DONE for task in tasks) + (papers["status"] in (DONE, "kept"))
    wrong = next((task for task in tasks if task["status"] in (WRONG, "returned")), None)
    first = wrong or next((task for task in tasks if task["status"] not in (DONE, "kept")), None)
    others = submissions_of(session, enterprise_id=firm.id) if firm.role is not None else []
    enterprise = enterprise_of(session, firm.id)
    return {
        "checked": [task for task in tasks if task["slug"] in CHECKED_PARTS],
        "filled": [task for task in tasks if task["slug"] not in CHECKED_PARTS],
        "papers": papers,
        "ready": ready,
        "done": done,
        "total": len(tasks) + 1,
        "next": first,
        "side": side(request, session, firm, state),
        "others": [
            {"one": one, "href": url_path(request, "submission", key=firm.key, submission_id=one.id)}
            for one in others
            if one.id != submission.id
        ][:4],
        "tones": TONES,
        "deadline": next(
            (one for one in deadlines(session, enterprise, today=today()) if one.submission_id == submission.id), None
        ),
        "returned": submission.state is SubmissionState.RETURNED,
        "STATUS": STATUS,
    }


def _papers(state: State) -> dict[str, Any]:
    lacking, count = state.missing_documents(), len(state.evidence)
    required = sum(one.required for one in state.asked.documents)
    status = "open" if lacking and count else "untouched" if lacking else DONE if count else "kept"
    return {"status": status, "tag": STATUS[status], "required": required, "count": count}


def _part(
    request: Request,
    session: Session,
    firm: Firm,
    state: State,
    name: str,
    saved: Saved,
    *,
    status: int = 200,
    more: bool = False,
) -> Response:
    if name not in state.asked.parts:
        raise NotFound("没有这一页。", "There is no such page.", field="part", value=name)
    submission = state.submission
    context = submission_context(request, session, firm, state)
    context |= part_page(state, name, locale_of(request), saved.conflicts)
    context |= {
        "save_url": url_path(request, "submission_part_save", key=firm.key, submission_id=submission.id, part=name),
        "rows": _product_rows(context["products"], more) if context["products"] else [],
        "side": side(request, session, firm, state),
        "saved_at": None,
    }
    return render(request, "firm/part.html", context, status=status)


def _product_rows(line: dict[str, Any], more: bool) -> list[dict[str, str]]:
    """The products as rows of a form, with an empty one to fill in."""
    try:
        rows = json.loads(line["value"]) if line["value"] else []
    except ValueError:
        rows = []
    rows = [{name: str(row.get(name) or "") for name in PRODUCT_PARTS} for row in rows if isinstance(row, dict)]
    empty = dict.fromkeys(PRODUCT_PARTS, "")
    wanted = 3 if more else 1
    return (rows + [dict(empty) for _ in range(wanted)])[:PRODUCTS_MAX] if line["open"] else rows


def _onward(request: Request, firm: Firm, state: State, name: str) -> Response:
    """The next page of fields that is not done, else the task list."""
    parts, number = state.asked.parts, state.submission.id
    for other in parts[parts.index(name) + 1 :] if name in parts else ():
        if state.status(other) != DONE and any(one.open for one in state.part(other)):
            return see_other(request, "submission_part", key=firm.key, submission_id=number, part=other)
    return see_other(request, "submission", key=firm.key, submission_id=number)


def _typed(form: dict[str, str]) -> dict[str, str]:
    """Fields by path; the parts of products as one list."""
    typed = {
        name: value
        for name, value in form.items()
        if name.partition(".")[0] in ("profile", "contact", "annual", "facts")
    }
    rows = [
        {name: form.get(f"product.{number}.{name}", "") for name in PRODUCT_PARTS}
        for number in range(PRODUCTS_MAX)
        if f"product.{number}.name" in form
    ]
    if rows:
        kept = [row for row in rows if any(value.strip() for value in row.values())]
        typed["products"] = json.dumps(kept, ensure_ascii=False) if kept else ""
    return typed


def _prefixed(form: dict[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix)}
