"""Reading one submission as the officials who decide about it see it. Nothing here writes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.models import Call, Directory, Enterprise, ReviewStep, Submission
from registry.policies import Actor, own_region
from registry.schemas.reviewing import Counts, FieldRow, Glance, StepRead
from registry.services.keys import key_of
from registry.services.places import full_place, place
from registry.services.reviewing.anomalies import against_peers, shared_evidence
from registry.services.reviewing.case_read import CaseRead
from registry.services.reviewing.history import history_of
from registry.services.reviewing.live import LastYear, Live
from registry.services.reviewing.presence import watchers_of
from registry.services.reviewing.revisions import Sent, Standing, evidence_of, fields_by_path, fields_in, revision_of
from registry.services.reviewing.rights import may_decide, require_reader
from registry.services.reviewing.rows import RowMaker
from registry.services.submitting.asked import asked_of
from registry.services.submitting.findings import findings_with, rule_procedure, standard_of
from registry.services.submitting.moves import no_submission
from registry.tiering.report_shapes import Report
from registry.vocabulary import FieldDecision, StepOutcome, WorkKind

PROVINCE_WORD = Text("省", "the province")


def open_case(session: Session, *, submission_id: int, actor: Actor) -> CaseRead:
    """Everything the review page shows. Raises NotFound, NotAllowed."""
    submission = session.get(Submission, submission_id) if 0 < submission_id < 2**63 else None
    if submission is None:
        raise no_submission(submission_id)
    enterprise = require_reader(session, actor, submission)
    sent = revision_of(session, submission)
    call = session.get(Call, submission.call_id) if submission.call_id else None
    directory = session.get(Directory, submission.directory_code) if submission.directory_code else None
    rows = field_rows(session, submission, enterprise, sent, actor=actor)
    return CaseRead(
        id=submission.id,
        receipt=submission.receipt or "",
        kind=submission.kind,
        state=submission.state,
        revision=submission.revision,
        version=submission.version,
        year=submission.year,
        enterprise_id=enterprise.id,
        enterprise_key=key_of(session, enterprise.id),
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
        report=_report(session, enterprise, call, sent),
        history=history_of(session, submission),
        watchers=watchers_of(
            session, kind=WorkKind.SUBMISSION, subject_id=submission.id, actor=actor, since_revision=sent.row
        ),
    )


def glance(session: Session, *, submission_id: int, actor: Actor) -> Glance:
    """Who else is at a case and whether it changed: what a page asks for every quarter of a minute.

    Raises NotFound, NotAllowed.
    """
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise no_submission(submission_id)
    require_reader(session, actor, submission)
    row = revision_of(session, submission).row
    kind = WorkKind.SUBMISSION
    others = watchers_of(session, kind=kind, subject_id=submission.id, actor=actor, since_revision=row)
    return Glance(version=submission.version, watchers=others)


def field_rows(
    session: Session, submission: Submission, enterprise: Enterprise, sent: Sent, *, actor: Actor
) -> tuple[FieldRow, ...]:
    """The rows of the last revision, with what asks for a second look."""
    live = Live(session, enterprise)
    documents = evidence_of(session, submission, sent)
    hashes = {one.sha256 for one in documents}
    return RowMaker(
        year=submission.year,
        asked=fields_in(session, submission, sent),
        documents=asked_of(session, submission).documents,
        values=sent.values,
        live=live,
        last=LastYear(session, submission, live),
        fields=fields_by_path(session, submission),
        standing=Standing(session, submission, sent),
        evidence=documents,
        below=decisions_below(session, submission),
        marks=against_peers(session, enterprise, year=submission.year, values=sent.values),
        shared=shared_evidence(session, enterprise, hashes, own_region(actor)),
    ).rows()


def count(rows: Sequence[FieldRow]) -> Counts:
    """How far the decisions are: what was returned counts also where nothing had been sent."""
    said = [(row.open, row.decided.decision) for row in rows if row.decided is not None]
    returned = sum(decision is FieldDecision.RETURNED for _, decision in said)
    accepted = sum(opened and decision is FieldDecision.ACCEPTED for opened, decision in said)
    waiting = sum(row.open and row.decided is None for row in rows)
    return Counts(total=accepted + returned + waiting, accepted=accepted, returned=returned)


def decisions_below(session: Session, submission: Submission) -> Mapping[str, Any]:
    """What the step before decided when it passed the submission on."""
    row = session.scalars(
        select(ReviewStep)
        .where(
            col(ReviewStep.submission_id) == submission.id,
            col(ReviewStep.step) == submission.step - 1,
            col(ReviewStep.outcome) == StepOutcome.FORWARDED,
        )
        .order_by(col(ReviewStep.id).desc())
        .limit(1)
    ).first()
    return row.decisions if row is not None else {}


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


def _report(session: Session, enterprise: Enterprise, call: Call | None, sent: Sent) -> Report | None:
    """The findings that came with what was sent; worked out now where none came."""
    if sent.row is not None and sent.row.content.get("findings"):
        return Report.model_validate(sent.row.content["findings"])
    standard = standard_of(session, call.standard_version) if call is not None else None
    if call is None or standard is None:
        return None
    return findings_with(
        session,
        enterprise=enterprise,
        standard=standard,
        procedure=rule_procedure(call.procedure),
        as_of=clock.today(),
        values=sent.values,
    )
