"""A submission as officials read it: field by field live, sent and last year's, and what was decided."""

from datetime import datetime
from typing import Any, Literal

from registry.errors import Text
from registry.review_vocabulary import ReturnReason
from registry.schemas.base import ReadModel
from registry.vocabulary import FieldDecision, Trust

Tone = Literal["warn", "note"]


class EvidenceRead(ReadModel):
    """A document beside a field."""

    id: int
    slug: str
    label: Text
    filename: str
    pages: int | None
    size: int


class Change(ReadModel):
    """How what was sent differs from what it is compared with.

    ``said``: the size in words (+17.0%, +4 人); ``pieces``: for texts, what stayed, went and came.
    """

    said: Text | None = None
    pieces: tuple[tuple[Literal["same", "del", "ins"], str], ...] = ()


class Anomaly(ReadModel):
    """Something about a value that a person should look at. ``kind`` is a stable slug."""

    kind: str
    text: Text


class Decided(ReadModel):
    """What was decided about a field, by whom."""

    decision: FieldDecision
    reason_code: str = ""
    reason: str = ""
    by: str = ""

    @property
    def reason_word(self) -> Text | None:
        """The reason from the list, in words."""
        known = {one.value: one.label for one in ReturnReason}
        return known.get(self.reason_code)


class FieldRow(ReadModel):
    """One field: what the registry has, what was sent, what was sent for the year before."""

    path: str
    group: str
    """Heading it stands under: profile, contacts, figures.2025, ip, products."""
    group_label: Text
    label: Text
    kind: str
    unit: Text
    live: Any
    live_trust: Trust | None
    sent: Any
    sent_trust: Trust | None
    """What a value of a figure or fact would be worth once approved."""
    last: Any
    same: bool
    """What was sent equals what the registry has."""
    change: Change | None
    proof: Text | None
    """The document that proves it."""
    evidence: tuple[EvidenceRead, ...]
    anomalies: tuple[Anomaly, ...]
    decided: Decided | None
    """At this step, about this very value."""
    below: Decided | None
    """What the step before decided about it."""
    open: bool
    """It has to be decided before the submission can go on."""
    computed: bool = False
    """Made of other fields; nothing to decide."""

    @property
    def evidence_missing(self) -> bool:
        """It says something new of a kind that a document proves, and none was sent."""
        return self.proof is not None and not self.evidence and self.sent is not None and not self.same

    @property
    def changed(self) -> bool:
        """It says something the registry does not have."""
        return self.open and not self.same

    @property
    def clear(self) -> bool:
        """Nothing about it asks for a second look."""
        return self.open and not self.anomalies and not self.evidence_missing


class StepRead(ReadModel):
    """One step of the way, done or to come."""

    level: str
    region_code: str
    place: Text
    state: Literal["done", "now", "later"]


class HistoryRow(ReadModel):
    """What happened to it, newest first."""

    at: datetime
    who: str
    act: Text
    note: str = ""


class Watcher(ReadModel):
    """Somebody else who has, or had, this case open."""

    name: str
    place: Text | None
    seen_at: datetime
    here: bool
    """Looking at it now."""
    changed: bool
    """Decided something in this revision."""


class Counts(ReadModel):
    """How far the decisions are."""

    total: int
    accepted: int
    returned: int

    @property
    def decided(self) -> int:
        """Accepted or returned."""
        return self.accepted + self.returned

    @property
    def waiting(self) -> int:
        """Not decided yet."""
        return self.total - self.decided


class Glance(ReadModel):
    """Who else is at a case, and which version it has now."""

    version: int
    watchers: tuple[Watcher, ...]
