"""Beginning a submission and saving what is typed into it, field by field: nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import Call, Enterprise, Submission, SubmissionField
from registry.policies import Actor, require_firm
from registry.services import audit
from registry.services.submitting.asked import asked_of
from registry.services.submitting.calls import require_answerable
from registry.services.submitting.catalogue import FieldDef
from registry.services.submitting.checking import unit_question
from registry.services.submitting.moves import EDITABLE, OPEN, SUBJECT, lock_submission, no_submission
from registry.services.submitting.prefilling import prefill
from registry.services.submitting.state import FieldState, State, read_state
from registry.services.submitting.values import TYPED_MAX, UNIT, Unreadable, cleaned, read, text_of
from registry.vocabulary import IdentityState, SubmissionKind, SubmissionState


@dataclass
class Saved:
    """What came of saving: how many fields changed, and those somebody else changed meanwhile (left as they were)."""

    changed: int = 0
    conflicts: dict[str, str] = field(default_factory=dict)
    """By path what was typed here and not saved."""


def start_submission(
    session: Session, *, actor: Actor, enterprise_id: int, kind: SubmissionKind, call_id: int | None = None
) -> Submission:
    """A draft of this kind, prefilled; the open one if there is one already (also for a form sent twice).

    A park drafts for a firm that agreed. Raises NotAllowed, NotFound (firm, call), InvalidInput (kind and call do not
    go together), Conflict (merged firm, call closed or of another place).
    """
    require_firm(actor, enterprise_id, park=True)
    enterprise = session.get(Enterprise, enterprise_id, with_for_update=True)
    if enterprise is None or enterprise.voided_at is not None:
        raise NotFound("没有这家企业。", "There is no such enterprise.", field="enterprise")
    if enterprise.identity is IdentityState.MERGED:
        raise Conflict("这家企业已并入别的企业，不能再申报。", "This firm was merged into another and cannot submit.")
    call = _call_for(session, kind, call_id, enterprise)
    found = _open_one(session, enterprise_id, kind, call_id)
    if found is not None:
        require_hand(actor, found)
        return found
    member = actor.firm_role(enterprise_id) is not None
    submission = Submission(
        enterprise_id=enterprise_id,
        kind=kind,
        call_id=call_id,
        directory_code=call.directory_code if call else None,
        year=clock.today().year - 1,
        state=SubmissionState.DRAFT,
        park_id=None if member else actor.park_of(enterprise_id),
        created_by=actor.label,
    )
    session.add(submission)
    session.flush()
    prefill(session, submission, asked_of(session, submission), enterprise)
    audit.record(
        session,
        actor=actor.label,
        action=f"{SUBJECT}.started",
        subject_kind=SUBJECT,
        subject_key=str(submission.id),
        after={"enterprise_id": enterprise_id, "kind": kind.value, "call_id": call_id, "year": submission.year},
    )
    return submission


def require_hand(actor: Actor, submission: Submission) -> None:
    """Refuse unless the actor works on this submission: a member of the firm, or the park that drafts it."""
    if submission.park_id is not None and submission.park_id == actor.park_of(submission.enterprise_id):
        return
    require_firm(actor, submission.enterprise_id)


def get_submission(session: Session, submission_id: int, *, actor: Actor, enterprise_id: int) -> Submission:
    """A firm's own submission. One of another firm is as unknown as one that is none. Raises NotFound, NotAllowed."""
    found = session.get(Submission, submission_id)
    if found is None or found.enterprise_id != enterprise_id:
        raise no_submission(submission_id)
    require_hand(actor, found)
    return found


def save_fields(
    session: Session,
    *,
    submission_id: int,
    actor: Actor,
    typed: Mapping[str, str],
    was: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    looked_at: bool = True,
) -> Saved:
    """Keep what was typed into fields of a draft, or into the returned fields of what was returned.

    A text that cannot be read is kept with its fault. ``was``: what stood in the fields when the page was made: a field
    that somebody else changed since is not overwritten but named. ``units``: answers to unit questions (one, wan, yi,
    again). ``looked_at`` False saves without saying that the fields were checked. Raises NotFound, NotAllowed,
    InvalidTransition (nothing can be changed now).
    """
    submission = lock_submission(session, submission_id)
    require_hand(actor, submission)
    if submission.state not in EDITABLE:
        raise InvalidTransition(
            f"这件申报的状态是“{submission.state.label.zh}”，不能修改。",
            f"This submission is in the state “{submission.state.label.en}” and cannot be changed.",
            field="submission",
            value=submission.id,
        )
    state = read_state(session, submission, today=clock.today())
    saved = Saved()
    for path, text in typed.items():
        if path not in state.fields or not state.fields[path].open:
            continue
        stood = state.fields[path].shown
        text = cleaned(text)
        told = (was or {}).get(path)
        if told is not None and stood not in (cleaned(told), text) and text != cleaned(told):
            saved.conflicts[path] = text
            continue
        if told is not None and text == cleaned(told):
            text = stood
        _keep(session, state, path, text, actor, saved, looked_at)
    for path, answer in (units or {}).items():
        if path in state.fields and state.fields[path].open:
            _answer_unit(session, submission, state.fields[path], answer, actor, saved)
    if saved.changed:
        submission.version += 1
    session.flush()
    return saved


def _keep(session: Session, state: State, path: str, text: str, actor: Actor, saved: Saved, looked_at: bool) -> None:
    now = state.fields[path]
    changed = text != now.shown
    if not changed and (now.touched or not looked_at):
        return
    row = _row(session, state.submission, path)
    if len(text) > TYPED_MAX and changed:
        row.fault, row.typed = "too_long", text[:TYPED_MAX]
        row.value = None
    elif changed:
        row.typed = text
        row.unit_confirmed = False
        _read_into(row, now.field, text, now.before)
    if changed and state.submission.state is SubmissionState.DRAFT:
        row.decision, row.decided_by, row.reason_code, row.reason = None, "", "", ""
    row.saved_at, row.saved_by = clock.now(), actor.label
    saved.changed += 1


def _read_into(row: SubmissionField, about: FieldDef, text: str, before: Any) -> None:
    try:
        row.value, row.fault = read(about, text), ""
    except Unreadable as error:
        row.value, row.fault = None, error.fault.slug
        return
    if unit_question(about, row.value, before) is not None:
        row.fault = UNIT


def _answer_unit(
    session: Session, submission: Submission, now: FieldState, answer: str, actor: Actor, saved: Saved
) -> None:
    row = _row(session, submission, now.field.path)
    question = unit_question(now.field, row.value, now.before)
    if question is None or row.unit_confirmed:
        return
    known = {slug: yuan for slug, yuan, _ in question.readings}
    if answer == "again":
        row.value, row.typed, row.fault = None, "", ""
    elif answer in known:
        row.value, row.fault, row.unit_confirmed = known[answer], "", True
        row.typed = text_of(now.field, row.value)
    else:
        raise InvalidInput(
            "请从列出的读法中选一个。", "Choose one of the readings.", field=now.field.path, value=answer
        )
    row.saved_at, row.saved_by = clock.now(), actor.label
    saved.changed += 1


def _row(session: Session, submission: Submission, path: str) -> SubmissionField:
    found = session.scalars(
        select(SubmissionField).where(
            col(SubmissionField.submission_id) == submission.id, col(SubmissionField.path) == path
        )
    ).first()
    if found is None:
        found = SubmissionField(submission_id=submission.id, path=path, saved_by="")
        session.add(found)
    return found


def _call_for(session: Session, kind: SubmissionKind, call_id: int | None, enterprise: Enterprise) -> Call | None:
    if (kind is SubmissionKind.NOMINATION) is not (call_id is not None):
        raise InvalidInput(
            "申报须对应一个申报通知，其他事项不对应通知。",
            "A nomination answers an open call; nothing else does.",
            field="call",
            value=call_id,
        )
    return None if call_id is None else require_answerable(session, call_id, enterprise)


def _open_one(session: Session, enterprise_id: int, kind: SubmissionKind, call_id: int | None) -> Submission | None:
    query = select(Submission).where(
        col(Submission.enterprise_id) == enterprise_id,
        col(Submission.kind) == kind,
        col(Submission.state).in_(OPEN),
    )
    query = query.where(col(Submission.call_id) == call_id) if call_id is not None else query
    return session.scalars(query.order_by(col(Submission.id))).first()
