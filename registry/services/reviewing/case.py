"""Reading one submission as the officials who decide about it see it. Nothing here writes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.models import Enterprise, Submission, SubmissionRevision
from registry.policies import Actor, own_region
from registry.schemas.reviewing import Counts, FieldRow, Glance, StepRead, Watcher
from registry.services.keys import key_in_hand
from registry.services.places import full_place, place
from registry.services.reviewing.anomalies import against_peers, shared_evidence
from registry.services.reviewing.case_read import CaseRead
from registry.services.reviewing.folder import Folder, find_folder
from registry.services.reviewing.history import history_of
from registry.services.reviewing.presence import watchers_of
from registry.services.reviewing.rights import may_decide, require_reader
from registry.services.reviewing.rows import RowMaker
from registry.services.submitting.findings import findings_with, rule_procedure
from registry.services.submitting.moves import no_submission
from registry.tiering.report_shapes import Report
from registry.vocabulary import FieldDecision, WorkKind

PROVINCE_WORD = Text("省", "the province")


def open_case(session: Session, *, submission_id: int, actor: Actor) -> CaseRead:
    """Everything the review page shows. Raises NotFound, NotAllowed."""
    folder = find_folder(session, submission_id)
    submission, enterprise, sent = folder.submission, folder.enterprise, folder.sent
    require_reader(session, actor, submission)
    call, directory = folder.call, folder.directory
    rows = field_rows(folder, actor=actor)
    return CaseRead(
        id=submission.id,
        receipt=submission.receipt or "",
        kind=submission.kind,
        state=submission.state,
        revision=submission.revision,
        version=submission.version,
        year=submission.year,
        enterprise_id=enterprise.id,
        enterprise_key=key_in_hand(session, enterprise),
        enterprise_name=enterprise.name_zh,
        uscc=enterprise.uscc,
        place=full_place(enterprise.region_code or enterprise.city_code),
        directory_code=submission.directory_code,
        directory_name=Text(directory.short_zh, directory.short_en) if directory else None,
        call_title=call.title if call else "",
        standard_version=call.standard_version if call else "",
        submitted_at=submission.submitted_at,
        due_on=submission.due_on,
        declared_by=sent.row.declared_by if sent.row else "",
        sha256=sent.row.sha256 if sent.row else "",
        steps=steps_of(submission),
        last_step=is_last_step(submission),
        may_decide=may_decide(actor, submission),
        rows=rows,
        counts=count(rows),
        report=_report(folder),
        history=history_of(session, submission),
        watchers=_watchers(session, submission, actor, sent.row.sent_at if sent.row else None),
    )


# The submission, its firm and when it was last sent: no more, because forty pages ask for it all the time.
_GLANCED = (
    select(Submission, Enterprise, col(SubmissionRevision.sent_at))
    .join(Enterprise, col(Enterprise.id) == col(Submission.enterprise_id))
    .join(
        SubmissionRevision,
        (col(SubmissionRevision.submission_id) == col(Submission.id))
        & (col(SubmissionRevision.revision) == col(Submission.revision)),
        isouter=True,
    )
    .where(col(Submission.id) == bindparam("number"))
)


def glance(session: Session, *, submission_id: int, actor: Actor) -> Glance:
    """Who else is at a case and whether it changed: what a page asks for every quarter of a minute.

    Raises NotFound, NotAllowed.
    """
    row = session.execute(_GLANCED, {"number": submission_id}).first()
    if row is None:
        raise no_submission(submission_id)
    submission, _enterprise, sent_at = row
    require_reader(session, actor, submission)
    return Glance(version=submission.version, watchers=_watchers(session, submission, actor, sent_at))


def _watchers(session: Session, submission: Submission, actor: Actor, sent_at: datetime | None) -> tuple[Watcher, ...]:
    return watchers_of(session, kind=WorkKind.SUBMISSION, subject_id=submission.id, actor=actor, since=sent_at)


def field_rows(folder: Folder, *, actor: Actor) -> tuple[FieldRow, ...]:
    """The rows of the last revision, with what asks for a second look."""
    session, enterprise = folder.session, folder.enterprise
    hashes = {one.sha256 for one in folder.evidence}
    return RowMaker(
        folder,
        marks=against_peers(session, enterprise, year=folder.submission.year, values=folder.sent.values),
        shared=shared_evidence(session, enterprise, hashes, own_region(actor)),
    ).rows()


def count(rows: Sequence[FieldRow]) -> Counts:
    """How far the decisions are: what was returned counts also where nothing had been sent."""
    said = [(row.open, row.decided.decision) for row in rows if row.decided is not None]
    returned = sum(decision is FieldDecision.RETURNED for _, decision in said)
    accepted = sum(opened and decision is FieldDecision.ACCEPTED for opened, decision in said)
    waiting = sum(row.open and row.decided is None for row in rows)
    return Counts(total=accepted + returned + waiting, accepted=accepted, returned=returned)


def is_last_step(submission: Submission) -> bool:
    """Whether the present step is the one that approves."""
    return submission.step >= len(submission.steps) - 1


def steps_of(submission: Submission) -> tuple[StepRead, ...]:
    """The way through the levels."""
    found = []
    for number, step in enumerate(submission.steps):
        state = "done" if number < submission.step else "now" if number == submission.step else "later"
        found.append(
            StepRead(
                level=step["level"],
                region_code=step["region_code"],
                place=place(step["region_code"]) or PROVINCE_WORD,
                state=state,
            )
        )
    return tuple(found)


def _report(folder: Folder) -> Report | None:
    """The findings that came with what was sent; worked out now where none came."""
    sent, call = folder.sent, folder.call
    if sent.row is not None and sent.row.content.get("findings"):
        return Report.model_validate(sent.row.content["findings"])
    standard = folder.asked.standard
    if call is None or standard is None:
        return None
    return findings_with(
        folder.session,
        enterprise=folder.enterprise,
        standard=standard,
        procedure=rule_procedure(call.procedure),
        as_of=clock.today(),
        values=sent.values,
    )
