"""Documents a firm sends as evidence: looked into before anything is kept, stored by hash, never deleted."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, FileRefused, InvalidInput, NotFound
from registry.models import Claim, Enterprise, Evidence, Submission
from registry.policies import OFFICIALS, Actor, require, require_firm
from registry.services import audit
from registry.services.imports.archiving import archive_file, open_archived
from registry.services.rows import by_number
from registry.services.submitting.drafting import require_hand
from registry.services.submitting.moves import EDITABLE, lock_submission
from registry.services.submitting.state import read_state
from registry.settings import Settings

FILE_BYTES = 20_000_000
PAGES_MOST = 300
PIECES_MOST = 60
"""Documents of one submission."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file is by its content: its media type, and its pages where it has any."""

    media_type: str
    pages: int | None


Inspect = Callable[[Path], Inspected]
"""Looks into a file. Raises FileRefused for what is damaged, encrypted, active, or none of the kinds taken."""


def keep_file(
    session: Session,
    *,
    enterprise_id: int,
    slug: str,
    source: Path,
    actor: Actor,
    archive_dir: Path,
    inspect: Inspect,
    submission_id: int | None = None,
) -> Evidence:
    """Look into a file and keep it. Rights are asked by whoever calls. Raises FileRefused, StorageUnavailable."""
    size = source.stat().st_size
    if size > FILE_BYTES:
        raise FileRefused(
            f"文件有 {size / 1e6:.0f} MB，超过 {FILE_BYTES // 1_000_000} MB。请压缩或分成两份。",
            f"The file has {size / 1e6:.0f} MB, more than {FILE_BYTES // 1_000_000} MB. Compress it or split it.",
            field="file",
        )
    found = inspect(source)
    if found.pages is not None and found.pages > PAGES_MOST:
        raise FileRefused(
            f"文件有 {found.pages} 页，超过 {PAGES_MOST} 页。请只保留需要的页或分成两份。",
            f"The file has {found.pages} pages, more than {PAGES_MOST}. Keep the pages that matter or split it.",
            field="file",
        )
    with source.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    archive_file(source, sha256, archive_dir)
    kept = Evidence(
        enterprise_id=enterprise_id,
        submission_id=submission_id,
        slug=slug,
        filename=source.name[:255],
        sha256=sha256,
        size=size,
        pages=found.pages,
        media_type=found.media_type,
        uploaded_by=actor.label,
    )
    session.add(kept)
    session.flush()
    return kept


def add_evidence(
    session: Session,
    *,
    submission_id: int,
    slug: str,
    source: Path,
    actor: Actor,
    archive_dir: Path,
    inspect: Inspect,
) -> Evidence:
    """Add a document to a submission that can be changed. The same file for the same purpose is kept once.

    Raises NotFound, NotAllowed, Conflict (cannot be changed now, too many), InvalidInput (no such document here),
    FileRefused.
    """
    submission = lock_submission(session, submission_id)
    require_hand(actor, submission)
    state = read_state(session, submission, today=clock.today())
    if slug not in {one.slug for one in state.asked.documents}:
        raise InvalidInput("这里不收这种材料。", "This document is not asked for here.", field="slug", value=slug)
    if submission.state not in EDITABLE or not state.is_open(slug):
        raise Conflict(
            "这份材料现在不能增减：只能补退回的材料。",
            "This document cannot be changed now: only what was returned is open.",
            field="slug",
        )
    if len(state.evidence) >= PIECES_MOST:
        raise Conflict(f"最多 {PIECES_MOST} 份材料。", f"At most {PIECES_MOST} documents.", field="file")
    kept = keep_file(
        session,
        enterprise_id=submission.enterprise_id,
        slug=slug,
        source=source,
        actor=actor,
        archive_dir=archive_dir,
        inspect=inspect,
        submission_id=submission.id,
    )
    same = next((one for one in state.evidence if (one.slug, one.sha256) == (slug, kept.sha256)), None)
    if same is not None:
        session.delete(kept)
        session.flush()
        return same
    submission.version += 1
    _record(session, actor, kept, "added")
    return kept


def remove_evidence(session: Session, *, evidence_id: int, submission_id: int, actor: Actor) -> None:
    """Take a document out of a submission that can be changed; what was sent before keeps naming it.

    Raises NotFound, NotAllowed, Conflict. Harmless twice.
    """
    submission = lock_submission(session, submission_id)
    require_hand(actor, submission)
    kept = find_evidence(session, evidence_id)
    if kept.submission_id != submission.id:
        raise _none(evidence_id)
    state = read_state(session, submission, today=clock.today())
    if submission.state not in EDITABLE or not state.is_open(kept.slug):
        raise Conflict("这份材料现在不能增减。", "This document cannot be changed now.", field="slug")
    if kept.removed_at is None:
        kept.removed_at = clock.now()
        submission.version += 1
        session.flush()
        _record(session, actor, kept, "removed")


def find_evidence(session: Session, evidence_id: int) -> Evidence:
    """A document by its number. Raises NotFound."""
    found = by_number(session, Evidence, evidence_id)
    if found is None:
        raise _none(evidence_id)
    return found


def open_evidence(session: Session, *, evidence_id: int, actor: Actor, settings: Settings) -> tuple[Evidence, Path]:
    """A document for a download: for members of the firm, whoever uploaded it, the park that drafted what it belongs
    to, and officials of the firm's place. Raises NotFound, NotAllowed, Gone (the archive lost it).
    """
    kept = find_evidence(session, evidence_id)
    if actor.is_official:
        enterprise = session.get_one(Enterprise, kept.enterprise_id)
        require(actor, OFFICIALS, region_code=enterprise.region_code or enterprise.city_code or "")
    elif not _is_own_claim(session, kept, actor):
        submission = session.get(Submission, kept.submission_id) if kept.submission_id is not None else None
        if submission is not None:
            require_hand(actor, submission)
        else:
            require_firm(actor, kept.enterprise_id)
    return kept, open_archived(settings, kept.sha256)


def _is_own_claim(session: Session, kept: Evidence, actor: Actor) -> bool:
    if actor.account_id is None:
        return False
    query = select(col(Claim.id)).where(col(Claim.evidence_id) == kept.id, col(Claim.account_id) == actor.account_id)
    return session.scalars(query).first() is not None


def _none(evidence_id: int) -> NotFound:
    return NotFound(
        f"没有编号为 {evidence_id} 的材料。", f"There is no document number {evidence_id}.", field="evidence"
    )


def _record(session: Session, actor: Actor, kept: Evidence, act: str) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=f"evidence.{act}",
        subject_kind="submission",
        subject_key=str(kept.submission_id),
        after={"slug": kept.slug, "sha256": kept.sha256, "filename": kept.filename},
    )
