"""Sending what was filled in, taking it back, giving it up: each one move of the table, with receipt and snapshot."""

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import Call, Enterprise, ReviewStep, Submission, SubmissionField, SubmissionRevision
from registry.policies import Actor, require_firm
from registry.services.inbox.items import close_item
from registry.services.submitting.calls import require_open
from registry.services.submitting.drafting import require_hand
from registry.services.submitting.findings import findings_with, rule_procedure
from registry.services.submitting.moves import lock_submission, move, require_move
from registry.services.submitting.plans import plan_of, steps_in
from registry.services.submitting.prefilling import emptied
from registry.services.submitting.state import State, read_state
from registry.services.submitting.stepping import enter_step, steps_for
from registry.vocabulary import FieldDecision, StepOutcome, SubmissionAct, SubmissionState, WorkKind

DECLARED_MAX = 100


def submit(
    session: Session, *, submission_id: int, version: int, actor: Actor, declared_by: str, agreed: bool
) -> SubmissionRevision:
    """Send it: number, snapshot with hash and findings, the steps of review, an entry in the inbox.

    An owner of the firm signs; what a park drafted is confirmed by that. Raises NotFound, NotAllowed, Conflict (changed
    since the page was made, call closed), InvalidTransition, InvalidInput (declaration, or something is still wrong:
    ``field`` names the first place).
    """
    require_firm(actor, lock_submission(session, submission_id).enterprise_id, owner=True)
    submission = lock_submission(session, submission_id, version=version)
    require_move(submission, SubmissionAct.SUBMIT)
    name = _declared(declared_by, agreed)
    enterprise = session.get_one(Enterprise, submission.enterprise_id)
    call = session.get_one(Call, submission.call_id) if submission.call_id is not None else None
    if call is not None and submission.state is SubmissionState.DRAFT and submission.revision == 0:
        require_open(call)
    state = read_state(session, submission, today=clock.today())
    require_complete(state)
    _number(session, submission, enterprise, call)
    answered = _take_up_returned(session, submission)
    revision = _snapshot(session, state, enterprise, call, actor, name)
    move(session, submission, SubmissionAct.SUBMIT, actor=actor, sha256=revision.sha256, answered=answered)
    enter_step(session, submission)
    return revision


def recall(session: Session, *, submission_id: int, version: int, actor: Actor) -> Submission:
    """Take it back to change it, while it lies at its first step. Sending it again starts review anew.

    Raises NotFound, NotAllowed (an owner), Conflict, InvalidTransition.
    """
    submission = lock_submission(session, submission_id, version=version)
    require_firm(actor, submission.enterprise_id, owner=True)
    require_move(submission, SubmissionAct.RECALL)
    if submission.step > 0:
        raise InvalidTransition(
            "这件申报已上报到下一级，不能收回修改；可以撤回。",
            "It was passed on to the next level and cannot be taken back to change; it can be withdrawn.",
            field="submission",
        )
    _leave_review(session, submission, actor)
    submission.due_on = None
    move(session, submission, SubmissionAct.RECALL, actor=actor)
    return submission


def withdraw(session: Session, *, submission_id: int, version: int, actor: Actor, reason: str = "") -> Submission:
    """Give it up for good; it stays on record. A draft by whoever works on it, anything sent by an owner.

    Raises NotFound, NotAllowed, Conflict, InvalidTransition, InvalidInput (reason too long).
    """
    submission = lock_submission(session, submission_id, version=version)
    if submission.revision == 0:
        require_hand(actor, submission)
    else:
        require_firm(actor, submission.enterprise_id, owner=True)
    require_move(submission, SubmissionAct.WITHDRAW)
    if len(reason) > 400:
        raise InvalidInput("原因最多 400 个字。", "The reason has at most 400 characters.", field="reason")
    _leave_review(session, submission, actor)
    submission.decided_at = clock.now()
    move(session, submission, SubmissionAct.WITHDRAW, actor=actor, reason=reason.strip())
    return submission


def require_complete(state: State) -> None:
    """Refuse while something is wrong or missing. Raises InvalidInput whose field is the first such place."""
    wrong, gaps, papers = state.faults(), state.gaps(), state.missing_documents()
    count = len(wrong) + len(gaps) + len(papers)
    if not count:
        return
    first = wrong[0].field if wrong else gaps[0].field if gaps else None
    name = first.label if first else papers[0].name
    raise InvalidInput(
        f"还有 {count} 处没有完成，第一处是“{name.zh}”。请回到任务列表办完再提交。",
        f"{count} places are not finished, the first is “{name.en}”. Go back to the task list first.",
        field=first.path if first else f"evidence.{papers[0].slug}",
    )


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of a revision's content, the same whatever order its keys come in."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _declared(declared_by: str, agreed: bool) -> str:
    name = " ".join(declared_by.split())
    if not 2 <= len(name) <= DECLARED_MAX:
        raise InvalidInput(
            f"请填签署人的姓名和职务（2 至 {DECLARED_MAX} 个字）。",
            f"Give name and office of whoever signs (2 to {DECLARED_MAX} characters).",
            field="declared_by",
            value=declared_by,
        )
    if not agreed:
        raise InvalidInput("请勾选声明后再提交。", "Tick the declaration first.", field="agreed")
    return name


def _number(session: Session, submission: Submission, enterprise: Enterprise, call: Call | None) -> None:
    """The receipt and the steps are given once. The row's own number makes the receipt unique without a counter."""
    if submission.receipt is None:
        submission.receipt = f"SB-{clock.today().year}-{submission.id:06d}"
    if submission.revision == 0:
        steps = steps_in(call.steps) if call is not None else plan_of(session, submission.kind.value).steps
        submission.steps = steps_for(enterprise, steps)
    if submission.state is SubmissionState.DRAFT:
        submission.step = 0
    submission.revision += 1
    submission.submitted_at = clock.now()


def _take_up_returned(session: Session, submission: Submission) -> dict[str, str]:
    """What was returned and is sent again: its decision is asked anew; what was said stays readable. {path: reason}"""
    rows = session.scalars(
        select(SubmissionField).where(
            col(SubmissionField.submission_id) == submission.id,
            col(SubmissionField.decision) == FieldDecision.RETURNED,
        )
    ).all()
    for row in rows:
        row.decision = None
    return {row.path: row.reason_code for row in rows}


def _snapshot(
    session: Session, state: State, enterprise: Enterprise, call: Call | None, actor: Actor, name: str
) -> SubmissionRevision:
    submission = state.submission
    values = {path: one.value for path, one in state.fields.items() if one.value is not None}
    content: dict[str, Any] = {
        "receipt": submission.receipt,
        "revision": submission.revision,
        "kind": submission.kind.value,
        "enterprise": {"uscc": enterprise.uscc, "name": enterprise.name_zh},
        "year": submission.year,
        "fields": values | dict.fromkeys(emptied(session, state, enterprise)),
        "evidence": [{"slug": one.slug, "sha256": one.sha256, "filename": one.filename} for one in state.evidence],
        "findings": {},
        "declared_by": name,
    }
    if call is not None and state.asked.standard is not None:
        report = findings_with(
            session,
            enterprise=enterprise,
            standard=state.asked.standard,
            procedure=rule_procedure(call.procedure),
            as_of=clock.today(),
            values=values,
        )
        content["findings"] = report.model_dump(mode="json")
    content = json.loads(json.dumps(content))
    revision = SubmissionRevision(
        submission_id=submission.id,
        revision=submission.revision,
        content=content,
        sha256=digest(content),
        declared_by=name,
        sent_by=actor.label,
    )
    session.add(revision)
    session.flush()
    return revision


def _leave_review(session: Session, submission: Submission, actor: Actor) -> None:
    """Take it out of the inbox; the step it lay at ends as taken back."""
    rows = session.scalars(
        select(ReviewStep).where(col(ReviewStep.submission_id) == submission.id, col(ReviewStep.decided_at).is_(None))
    )
    for row in rows:
        row.outcome, row.decided_at, row.decided_by = StepOutcome.RECALLED, clock.now(), actor.label
    close_item(session, kind=WorkKind.SUBMISSION, subject_id=submission.id)


def get_revision(session: Session, submission: Submission, number: int) -> SubmissionRevision:
    """What was sent as this revision. Raises NotFound."""
    found = session.scalars(
        select(SubmissionRevision).where(
            col(SubmissionRevision.submission_id) == submission.id, col(SubmissionRevision.revision) == number
        )
    ).first()
    if found is None:
        raise NotFound(f"没有第 {number} 次提交。", f"There is no revision {number}.", field="revision")
    return found


def require_unchanged(revision: SubmissionRevision) -> None:
    """Refuse a snapshot that no longer fits its hash. Raises Conflict."""
    if digest(revision.content) != revision.sha256:
        raise Conflict(
            "这份回执的内容与指纹不符，请联系管理员。",
            "The content of this receipt does not fit its hash; tell an administrator.",
        )
