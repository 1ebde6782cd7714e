"""How a submission leaves the step where it lies: returned, passed on, approved or refused."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidInput, InvalidTransition
from registry.models import ReviewStep, Submission
from registry.policies import Actor
from registry.services.identities import check_reason
from registry.services.inbox.items import close_item
from registry.services.reviewing.applying import apply_submission
from registry.services.reviewing.case import is_last_step
from registry.services.reviewing.deciding import Tally, tally_of
from registry.services.reviewing.folder import Folder, folder_of
from registry.services.reviewing.rights import require_decider
from registry.services.submitting.moves import lock_submission, move, require_move
from registry.services.submitting.stepping import enter_step
from registry.vocabulary import StepOutcome, SubmissionAct, WorkKind

COMMENT_MAX = 400


def return_submission(
    session: Session, *, submission_id: int, version: int, actor: Actor, comment: str = ""
) -> Submission:
    """Send it back for the fields that were returned (退回补正); everything accepted stays as it is.

    Raises NotFound, NotAllowed, Conflict (changed since), InvalidTransition (not in review, nothing returned),
    InvalidInput (comment).
    """
    folder, counted = _taken(session, submission_id, version, actor, SubmissionAct.RETURN)
    submission = folder.submission
    if not counted.returned:
        raise InvalidTransition(
            "还没有退回任何一项。请先在要补正的字段选“退回”并写明原因。",
            "No field has been returned. Choose “return” for what has to be mended, with the reason.",
            field="submission",
        )
    said = _comment(comment)
    _leave_step(folder, counted, StepOutcome.RETURNED, actor, said)
    move(session, submission, SubmissionAct.RETURN, actor=actor, reason=said, returned=list(counted.returned))
    close_item(session, kind=WorkKind.SUBMISSION, subject_id=submission.id)
    return submission


def forward_submission(
    session: Session, *, submission_id: int, version: int, actor: Actor, comment: str = ""
) -> Submission:
    """Pass it on to the next level (通过并上报), which decides for itself, with the decisions made here in view.

    Raises as ``return_submission``; InvalidTransition where fields are undecided or returned, or no step follows.
    """
    folder, counted = _taken(session, submission_id, version, actor, SubmissionAct.FORWARD)
    submission = folder.submission
    _require_done(counted)
    if is_last_step(submission):
        raise InvalidTransition(
            "这已是最后一步，没有可上报的上级。请选“通过”。",
            "This is the last step; there is nobody to pass it on to. Approve it instead.",
            field="submission",
        )
    said = _comment(comment)
    _leave_step(folder, counted, StepOutcome.FORWARDED, actor, said)
    for field in folder.fields.values():
        # The next level reads for itself; what was decided here is kept with the step.
        field.decision = field.decided_revision = None
        field.decided_by = field.reason_code = field.reason = ""
    submission.step += 1
    move(session, submission, SubmissionAct.FORWARD, actor=actor, reason=said)
    enter_step(session, submission)
    return submission


def approve_submission(
    session: Session, *, submission_id: int, version: int, actor: Actor, comment: str = ""
) -> Submission:
    """Approve it at the last step (通过): what was accepted is written to the register.

    Raises as ``forward_submission``; InvalidTransition where a step follows.
    """
    folder, counted = _taken(session, submission_id, version, actor, SubmissionAct.APPROVE)
    submission = folder.submission
    _require_done(counted)
    if not is_last_step(submission):
        raise InvalidTransition(
            "后面还有审核步骤，请选“通过并上报”。",
            "Further steps follow: pass it on instead of approving it.",
            field="submission",
        )
    said = _comment(comment)
    _leave_step(folder, counted, StepOutcome.APPROVED, actor, said)
    submission.decided_at = clock.now()
    move(session, submission, SubmissionAct.APPROVE, actor=actor, reason=said)
    apply_submission(session, submission, actor=actor)
    close_item(session, kind=WorkKind.SUBMISSION, subject_id=submission.id)
    return submission


def refuse_submission(session: Session, *, submission_id: int, version: int, actor: Actor, reason: str) -> Submission:
    """Refuse it for good (不予通过), with the reason the firm reads. Nothing is written to the register.

    Raises NotFound, NotAllowed, Conflict, InvalidTransition (not in review), InvalidInput (no reason).
    """
    folder, counted = _taken(session, submission_id, version, actor, SubmissionAct.REFUSE)
    submission = folder.submission
    said = check_reason(reason)
    _leave_step(folder, counted, StepOutcome.REFUSED, actor, said)
    submission.decided_at = clock.now()
    move(session, submission, SubmissionAct.REFUSE, actor=actor, reason=said)
    close_item(session, kind=WorkKind.SUBMISSION, subject_id=submission.id)
    return submission


def _taken(
    session: Session, submission_id: int, version: int, actor: Actor, act: SubmissionAct
) -> tuple[Folder, Tally]:
    submission = lock_submission(session, submission_id, version=version)
    require_decider(actor, submission)
    require_move(submission, act)
    folder = folder_of(session, submission)
    return folder, tally_of(folder)


def _require_done(counted: Tally) -> None:
    if counted.returned:
        raise InvalidTransition(
            f"有 {len(counted.returned)} 项选了退回，不能通过。请退回给企业，或改选通过。",
            f"{len(counted.returned)} fields are returned: send it back to the firm, or accept them.",
            field="submission",
        )
    if counted.waiting:
        raise InvalidTransition(
            f"还有 {len(counted.waiting)} 项没有核。请逐项选通过或退回。",
            f"{len(counted.waiting)} fields are not decided yet. Accept or return each.",
            field="submission",
        )


def _leave_step(folder: Folder, counted: Tally, outcome: StepOutcome, actor: Actor, comment: str) -> None:
    """Close the stay at this step, with everything that was decided there."""
    session, submission = folder.session, folder.submission
    row = session.scalars(
        select(ReviewStep)
        .where(
            col(ReviewStep.submission_id) == submission.id,
            col(ReviewStep.step) == submission.step,
            col(ReviewStep.outcome).is_(None),
        )
        .order_by(col(ReviewStep.id).desc())
        .limit(1)
    ).one()
    row.outcome, row.decided_at, row.decided_by, row.comment = outcome, clock.now(), actor.label, comment
    row.decisions = _decisions(folder, counted)
    session.flush()


def _decisions(folder: Folder, counted: Tally) -> dict[str, Any]:
    found = {}
    for path in (*counted.accepted, *counted.returned):
        field = folder.fields[path]
        found[path] = {
            "decision": field.decision.value if field.decision else "",
            "reason_code": field.reason_code,
            "reason": field.reason,
            "by": field.decided_by,
        }
    return found


def _comment(comment: str) -> str:
    said = " ".join(comment.split())
    if len(said) > COMMENT_MAX or "\x00" in said:
        raise InvalidInput(
            f"意见有 {len(said)} 个字，最多 {COMMENT_MAX} 个。",
            f"The comment has {len(said)} characters; at most {COMMENT_MAX}.",
            field="comment",
        )
    return said
