"""What happened to a submission: read from the audit trail, which is where it is written."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import Account, AuditEvent, Submission
from registry.schemas.reviewing import HistoryRow
from registry.services.submitting.moves import SUBJECT
from registry.vocabulary import SubmissionAct

SHOWN = 30
OTHER_ACTS = {
    "started": Text("开始填报", "Begun"),
    "confirmed": Text("企业确认", "Confirmed by the firm"),
    "evidence.added": Text("添加材料", "Document added"),
    "evidence.removed": Text("去掉材料", "Document removed"),
}
"""What firms do besides the moves of the table."""
ACTS = {one.value: one.label for one in SubmissionAct} | OTHER_ACTS
DECIDED = f"{SUBJECT}.decided"
APPLIED = f"{SUBJECT}.applied"
# Put together once, and no more columns than are shown.
_HISTORY = (
    select(
        col(AuditEvent.at),
        col(AuditEvent.actor),
        col(AuditEvent.action),
        col(AuditEvent.after),
        col(AuditEvent.reason),
        col(Account.display_name),
    )
    .join(Account, col(Account.login) == col(AuditEvent.actor), isouter=True)
    .where(col(AuditEvent.subject_kind) == SUBJECT, col(AuditEvent.subject_key) == bindparam("key"))
    .order_by(col(AuditEvent.id).desc())
    .limit(SHOWN)
)


def history_of(session: Session, submission: Submission) -> tuple[HistoryRow, ...]:
    """The last events, newest first; people by the name they are shown under."""
    rows = session.execute(_HISTORY, {"key": str(submission.id)})
    return tuple(
        HistoryRow(at=at, who=name or actor, act=_words(action, after or {}), note=reason)
        for at, actor, action, after, reason, name in rows
    )


def _words(action: str, after: dict[str, Any]) -> Text:
    if action == DECIDED:
        accepted, returned = len(after.get("accepted", [])), len(after.get("returned", []))
        return Text(f"核 {accepted} 项通过、{returned} 项退回", f"{accepted} fields accepted, {returned} returned")
    if action == APPLIED:
        return Text("写入登记库", "Written to the register")
    act = action.removeprefix(f"{SUBJECT}.")
    return ACTS.get(act, Text(act, act))
