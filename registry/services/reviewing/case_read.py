"""A case as it leaves the service: everything the review page shows."""

from datetime import date, datetime

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.reviewing import Counts, FieldRow, HistoryRow, StepRead, Watcher
from registry.tiering.report_shapes import Report
from registry.vocabulary import SubmissionKind, SubmissionState


class CaseRead(ReadModel):
    """Everything the review page shows."""

    id: int
    receipt: str
    kind: SubmissionKind
    state: SubmissionState
    revision: int
    version: int
    year: int
    enterprise_id: int
    enterprise_key: str
    enterprise_name: str
    uscc: str | None
    place: Text | None
    directory_code: str | None
    directory_name: Text | None
    call_title: str
    standard_version: str
    submitted_at: datetime | None
    due_on: date | None
    declared_by: str
    sha256: str
    steps: tuple[StepRead, ...]
    last_step: bool
    may_decide: bool
    rows: tuple[FieldRow, ...]
    counts: Counts
    report: Report | None
    """What the standard of the call says about the figures as sent; None where there is none."""
    history: tuple[HistoryRow, ...]
    watchers: tuple[Watcher, ...]

    @property
    def next_place(self) -> Text | None:
        """Who gets it next, if anybody."""
        return next((step.place for step in self.steps if step.state == "later"), None)
