"""A submission as it was sent, and which decisions still hold for it.

A decision binds to the revision that was read. In a later revision an acceptance holds for a value, with its evidence,
that stayed the same; whatever was returned or changed asks again.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Evidence, Submission, SubmissionField, SubmissionRevision
from registry.services.submitting.catalogue import field_of
from registry.vocabulary import FieldDecision


@dataclass(frozen=True, slots=True)
class Sent:
    """One revision: values by path, hashes of the documents by kind."""

    number: int
    values: dict[str, Any]
    hashes: dict[str, frozenset[str]]
    row: SubmissionRevision | None = None


def revision_of(session: Session, submission: Submission, number: int | None = None) -> Sent:
    """A revision by number; the last one sent unless told otherwise."""
    wanted = submission.revision if number is None else number
    row = session.scalars(
        select(SubmissionRevision).where(
            col(SubmissionRevision.submission_id) == submission.id, col(SubmissionRevision.revision) == wanted
        )
    ).first()
    return sent_in(wanted, row)


def sent_in(wanted: int, row: SubmissionRevision | None) -> Sent:
    """What a row of a revision says; nothing where there is none."""
    content = row.content if row is not None else {}
    found: dict[str, set[str]] = {}
    for one in content.get("evidence", []):
        found.setdefault(str(one["slug"]), set()).add(str(one["sha256"]))
    hashes = {slug: frozenset(some) for slug, some in found.items()}
    return Sent(wanted, dict(content.get("fields", {})), hashes, row)


def fields_by_path(session: Session, submission: Submission) -> dict[str, SubmissionField]:
    """The rows of its fields as they stand now."""
    rows = session.scalars(select(SubmissionField).where(col(SubmissionField.submission_id) == submission.id))
    return {row.path: row for row in rows}


def evidence_of(session: Session, submission: Submission, sent: Sent) -> list[Evidence]:
    """The documents of a revision, in the order they came."""
    hashes = {one for some in sent.hashes.values() for one in some}
    if not hashes:
        return []
    rows = session.scalars(
        select(Evidence)
        .where(
            col(Evidence.enterprise_id) == submission.enterprise_id,
            col(Evidence.sha256).in_(hashes),
            (col(Evidence.submission_id) == submission.id) | col(Evidence.submission_id).is_(None),
        )
        .order_by(col(Evidence.id))
    )
    once: dict[tuple[str, str, str], Evidence] = {}
    for row in rows:
        if row.sha256 in sent.hashes.get(row.slug, frozenset()):
            once.setdefault((row.slug, row.path, row.sha256), row)
    return list(once.values())


class Standing:
    """Which decisions of a submission hold for its last revision; reads each older revision once."""

    def __init__(self, session: Session, submission: Submission, sent: Sent) -> None:
        self._session, self._submission, self._sent = session, submission, sent
        self._older: dict[int, Sent] = {}

    def holds(self, field: SubmissionField) -> bool:
        """Whether the decision on this field is one about the value of the last revision."""
        if field.decision is None or field.decided_revision is None:
            return False
        if field.decided_revision == self._sent.number:
            return True
        return field.decision is FieldDecision.ACCEPTED and self._same(field.path, field.decided_revision)

    def _same(self, path: str, number: int) -> bool:
        if number not in self._older:
            self._older[number] = revision_of(self._session, self._submission, number)
        older = self._older[number]
        about = field_of(path, year=self._submission.year)
        proof = about.proof if about else ""
        return older.values.get(path) == self._sent.values.get(path) and older.hashes.get(
            proof, frozenset()
        ) == self._sent.hashes.get(proof, frozenset())
