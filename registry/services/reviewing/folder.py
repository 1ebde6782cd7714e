"""One submission with everything its review asks about: each part is read once, when it is first asked for."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from registry.models import Call, Directory, Enterprise, Evidence, ReviewStep, Submission, SubmissionField
from registry.models import SubmissionRevision as Revision
from registry.schemas.paging import KEY_MAX
from registry.services.reviewing.live import NONE, LastYear, Live
from registry.services.reviewing.revisions import Sent, Standing, evidence_of, fields_by_path, sent_in
from registry.services.submitting.asked import Asked, asked_of
from registry.services.submitting.catalogue import FieldDef, field_of
from registry.services.submitting.moves import no_submission
from registry.services.submitting.state import EVIDENCE
from registry.vocabulary import StepOutcome


class _Around(NamedTuple):
    """The rows every review begins with."""

    submission: Submission
    enterprise: Enterprise
    call: Call | None
    directory: Directory | None
    revision: Revision | None


# Put together once: that takes longer than running it.
_AROUND = (
    select(Submission, Enterprise, Call, Directory, Revision)
    .join(Enterprise, col(Enterprise.id) == col(Submission.enterprise_id))
    .join(Call, col(Call.id) == col(Submission.call_id), isouter=True)
    .join(Directory, col(Directory.code) == col(Submission.directory_code), isouter=True)
    .join(
        Revision,
        (col(Revision.submission_id) == col(Submission.id)) & (col(Revision.revision) == col(Submission.revision)),
        isouter=True,
    )
    .where(col(Submission.id) == bindparam("number"))
)


def find_folder(session: Session, submission_id: int) -> "Folder":
    """The folder of a submission. Rights are asked by whoever calls. Raises NotFound."""
    row = session.execute(_AROUND, {"number": submission_id}).first() if 0 < submission_id <= KEY_MAX else None
    if row is None:
        raise no_submission(submission_id)
    return Folder(session, _Around(*row))


def folder_of(session: Session, submission: Submission) -> "Folder":
    """The folder of a submission that is at hand (and locked, where something will be changed)."""
    return find_folder(session, submission.id)


class Folder:
    """What is known of one submission in one transaction. Only fields are changed while it is open (``fields``)."""

    def __init__(self, session: Session, around: _Around) -> None:
        self.session, self._around = session, around
        self.submission, self.enterprise = around.submission, around.enterprise
        self.call, self.directory = around.call, around.directory

    @cached_property
    def sent(self) -> Sent:
        """The last revision."""
        return sent_in(self.submission.revision, self._around.revision)

    @cached_property
    def asked(self) -> Asked:
        """What the submission asks for."""
        return asked_of(self.session, self.submission)

    @cached_property
    def fields_in(self) -> dict[str, FieldDef]:
        """Every field it asks for, and whatever else was sent, in the order of its form."""
        asked = self.asked.fields
        more = {path: self.field(path) for path in self.sent.values if path not in asked}
        return asked | {path: field for path, field in more.items() if field is not None}

    @cached_property
    def fields(self) -> dict[str, SubmissionField]:
        """The rows of its fields as they stand now; whoever adds one puts it here, too."""
        return fields_by_path(self.session, self.submission)

    @cached_property
    def live(self) -> Live:
        """What the registry has of the firm."""
        return Live(self.session, self.enterprise)

    @cached_property
    def last_year(self) -> LastYear:
        """What was sent for the year before."""
        return LastYear(self.session, self.submission, self.live)

    @cached_property
    def evidence(self) -> list[Evidence]:
        """The documents of the last revision, in the order they came."""
        return evidence_of(self.session, self.submission, self.sent)

    @cached_property
    def standing(self) -> Standing:
        """Which decisions hold for the last revision."""
        return Standing(self.session, self.submission, self.sent)

    @cached_property
    def below(self) -> Mapping[str, Any]:
        """What the step before decided when it passed the submission on."""
        if not self.submission.step:
            return {}
        row = self.session.scalars(
            select(col(ReviewStep.decisions))
            .where(
                col(ReviewStep.submission_id) == self.submission.id,
                col(ReviewStep.step) == self.submission.step - 1,
                col(ReviewStep.outcome) == StepOutcome.FORWARDED,
            )
            .order_by(col(ReviewStep.id).desc())
            .limit(1)
        ).first()
        return row or {}

    def field(self, path: str) -> FieldDef | None:
        """The field behind a path."""
        return field_of(path, year=self.submission.year)

    def can_be_decided(self, path: str) -> bool:
        """Whether a path names a field of it, or a document as ``evidence.<slug>``."""
        if path in self.sent.values and self.field(path) is not None:
            return True
        documents = (f"{EVIDENCE}{one.slug}" for one in self.asked.documents)
        return path in self.asked.fields or path in documents

    def is_open(self, path: str, field: FieldDef) -> bool:
        """Whether a field has to be decided: something was sent, or something was deliberately taken away."""
        values = self.sent.values
        return path in values and (values[path] not in NONE or self.live.of(field)[0] not in NONE)
