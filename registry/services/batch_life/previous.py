"""The edition before: the newest final list of a directory that was announced before a day."""

from datetime import date

from sqlmodel import Session, col, select

from registry.models import Batch
from registry.vocabulary import BatchState


def batch_before(
    session: Session, *, directory_code: str, before: date, besides: tuple[int, str] | None = None
) -> Batch | None:
    """The newest final list announced before the day; of ``besides`` (year and label) no edition counts.

    A public notice is no edition: nothing rests on it. A list without a day counts from the first of its year.
    """
    final = select(Batch).where(
        col(Batch.directory_code) == directory_code,
        col(Batch.state) == BatchState.FINAL,
        col(Batch.voided_at).is_(None),
    )
    earlier = [
        (announced_day(batch), batch.id, batch)
        for batch in session.exec(final)
        if (batch.year, batch.label) != besides and announced_day(batch) < before
    ]
    return max(earlier, key=lambda one: one[:2])[2] if earlier else None


def announced_day(batch: Batch) -> date:
    """The day a list was announced, as far as that is known."""
    return batch.announced_on or batch.notice_from or batch.notice_to or date(batch.year, 1, 1)
