"""What happened to a submission: read from the audit trail, which is where it is written."""

from sqlalchemy import select
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
DECIDED = f"{SUBJECT}.decided"
APPLIED = f"{SUBJECT}.applied"


def history_of(session: Session, submission: Submission) -> tuple[HistoryRow, ...]:
    """The last events, newest first; people by the name they are shown under."""
    rows = session.execute(
        select(AuditEvent, col(Account.display_name))
        .join(Account, col(Account.login) == col(AuditEvent.actor), isouter=True)
        .where(col(AuditEvent.subject_kind) == SUBJECT, col(AuditEvent.subject_key) == str(submission.id))
        .order_by(col(AuditEvent.id).desc())
        .limit(SHOWN)
    )
    return tuple(
        HistoryRow(at=event.at, who=name or event.actor, act=_words(event), note=event.reason) for event, name in rows
    )


def _words(event: AuditEvent) -> Text:
    after = event.after or {}
    if event.action == DECIDED:
        accepted, returned = len(after.get("accepted", [])), len(after.get("returned", []))
        return Text(f"核 {accepted} 项通过、{returned} 项退回", f"{accepted} fields accepted, {returned} returned")
    if event.action == APPLIED:
        return Text("写入登记库", "Written to the register")
    act = event.action.removeprefix(f"{SUBJECT}.")
    known = {one.value: one.label for one in SubmissionAct} | OTHER_ACTS
    return known.get(act, Text(act, act))
