"""Reading the titles of many enterprises at once, each with its state on one day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session, col

from registry.models import Listing
from registry.schemas.titles import DocumentRef, TitleBadge
from registry.titles import HELD, shown_titles, title_status
from registry.vocabulary import Level, TitleStatus

_STANDING = {
    TitleStatus.VALID: 0,
    TitleStatus.DUE: 0,
    TitleStatus.PUBLIC_NOTICE: 1,
    TitleStatus.FUTURE: 2,
    TitleStatus.EXPIRED: 3,
    TitleStatus.WITHDRAWN: 4,
}
_LEVELS = {level: place for place, level in enumerate(Level)}


def badges(session: Session, *, enterprise_ids: Sequence[int], as_of: date) -> dict[int, list[TitleBadge]]:
    """The shown titles of each enterprise in one query, in their order of standing; enterprises without any are absent.

    Order: held, public notice, future, expired, withdrawn; inside by level, directory, newest first.
    """
    if not enterprise_ids:
        return {}
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in session.execute(shown_titles().where(col(Listing.enterprise_id).in_(enterprise_ids))).mappings():
        found.setdefault(row["enterprise_id"], []).append(dict(row))
    return {number: standing_order(rows, as_of) for number, rows in found.items()}


def standing_order(rows: Iterable[Mapping[str, Any]], as_of: date) -> list[TitleBadge]:
    """The titles of one enterprise, given as rows of :func:`registry.titles.shown_titles`, in the order above."""
    placed = []
    for row in rows:
        badge = _badge(row, as_of)
        newest = -badge.valid_from.toordinal()
        place = (_STANDING[badge.status], _LEVELS[badge.level], row["position"], newest, badge.listing_id)
        placed.append((place, badge))
    return [badge for _, badge in sorted(placed, key=lambda pair: pair[0])]


def days_left(status: TitleStatus, valid_to: date | None, as_of: date) -> int | None:
    """Days to the last day of a held title with an end; 0 on the last day itself."""
    return None if valid_to is None or status not in HELD else (valid_to - as_of).days


def document_ref(row: Mapping[str, Any] | RowMapping) -> DocumentRef | None:
    """The archived row named by the columns of ``DOCUMENT``, if there is one."""
    if row["row_id"] is None:
        return None
    return DocumentRef(
        import_id=row["import_id"], row_id=row["row_id"], row_number=row["row_number"], sheet=row["sheet"]
    )


_TAKEN = tuple(name for name in TitleBadge.model_fields if name not in ("status", "days_left", "document_ref"))


def _badge(row: Mapping[str, Any], as_of: date) -> TitleBadge:
    status = title_status(
        as_of,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        withdrawn_on=row["withdrawn_on"],
        batch_state=row["state"],
    )
    return TitleBadge(
        **{name: row[name] for name in _TAKEN},
        status=status,
        days_left=days_left(status, row["valid_to"], as_of),
        document_ref=document_ref(row),
    )
