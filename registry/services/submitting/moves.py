"""Which state of a submission follows which: the one table, and the one place where a state is changed."""

from typing import Any

from sqlmodel import Session

from registry.errors import Conflict, InvalidTransition, NotFound
from registry.models import Submission
from registry.policies import Actor
from registry.services import audit
from registry.services.rows import by_number
from registry.vocabulary import SubmissionAct, SubmissionState

DRAFT, SUBMITTED, RETURNED = SubmissionState.DRAFT, SubmissionState.SUBMITTED, SubmissionState.RETURNED
MOVES: dict[SubmissionAct, tuple[tuple[SubmissionState, ...], SubmissionState]] = {
    SubmissionAct.SUBMIT: ((DRAFT, RETURNED), SUBMITTED),
    SubmissionAct.RECALL: ((SUBMITTED,), DRAFT),
    SubmissionAct.WITHDRAW: ((DRAFT, SUBMITTED, RETURNED), SubmissionState.WITHDRAWN),
    SubmissionAct.RETURN: ((SUBMITTED,), RETURNED),
    SubmissionAct.FORWARD: ((SUBMITTED,), SUBMITTED),
    SubmissionAct.APPROVE: ((SUBMITTED,), SubmissionState.APPROVED),
    SubmissionAct.REFUSE: ((SUBMITTED,), SubmissionState.REFUSED),
}
"""Act → the states it may start from and the one it leads to. What is not here does not happen."""
OPEN = (DRAFT, SUBMITTED, RETURNED)
EDITABLE = (DRAFT, RETURNED)
"""States in which the firm may change values: all of a draft, the returned fields of what was returned."""
SUBJECT = "submission"


def lock_submission(session: Session, submission_id: int, *, version: int | None = None) -> Submission:
    """The submission, locked until the transaction ends. Rights are asked by whoever calls.

    ``version``: the one the page was made from. Raises NotFound, Conflict (somebody changed it since).
    """
    found = by_number(session, Submission, submission_id, lock=True)
    if found is None:
        raise no_submission(submission_id)
    if version is not None and version != found.version:
        raise Conflict(
            "这件申报在您打开之后又有改动，刚才的操作没有保存。请看过最新内容再决定。",
            "This submission was changed after you opened it; nothing was saved. Look at the newest content, then "
            "decide.",
            field="version",
            value=version,
        )
    return found


def no_submission(submission_id: int) -> NotFound:
    """The refusal where there is none with this number."""
    return NotFound(
        f"没有编号为 {submission_id} 的申报。", f"There is no submission number {submission_id}.", field="submission"
    )


def require_move(submission: Submission, act: SubmissionAct) -> SubmissionState:
    """The state the act leads to. Raises InvalidTransition if it cannot start from the present one."""
    starts, leads_to = MOVES[act]
    if submission.state not in starts:
        zh, en = "”或“".join(one.label.zh for one in starts), " or ".join(one.label.en.lower() for one in starts)
        raise InvalidTransition(
            f"这件申报的状态是“{submission.state.label.zh}”；“{act.label.zh}”只适用于“{zh}”的申报。",
            f"This submission is in the state “{submission.state.label.en}”; "
            f"“{act.label.en}” is possible in the state {en} only.",
            field="submission",
            value=submission.id,
        )
    return leads_to


def move(
    session: Session, submission: Submission, act: SubmissionAct, *, actor: Actor, reason: str = "", **more: Any
) -> None:
    """Change the state and write the event. ``more`` goes into the event."""
    before, submission.state = submission.state, require_move(submission, act)
    submission.version += 1
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action=f"{SUBJECT}.{act.value}",
        subject_kind=SUBJECT,
        subject_key=str(submission.id),
        before={"state": before.value},
        after={"state": submission.state.value, "revision": submission.revision, "step": submission.step} | more,
        reason=reason,
    )
