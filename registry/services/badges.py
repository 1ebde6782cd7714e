"""Reading the titles of many enterprises at once, each with its state on one day."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from registry.models import Batch, Directory, ImportRow, Listing
from registry.schemas.titles import DocumentRef, TitleBadge
from registry.titles import HELD, shown, title_status
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
    found: dict[int, list[tuple[tuple[int, ...], TitleBadge]]] = {}
    for row in session.execute(_titles().where(col(Listing.enterprise_id).in_(enterprise_ids))).mappings():
        badge = _badge(row, as_of)
        place = (
            _STANDING[badge.status],
            _LEVELS[badge.level],
            row["position"],
            -badge.valid_from.toordinal(),
            badge.listing_id,
        )
        found.setdefault(row["enterprise_id"], []).append((place, badge))
    return {number: [badge for _, badge in sorted(pairs, key=lambda p: p[0])] for number, pairs in found.items()}


def days_left(status: TitleStatus, valid_to: date | None, as_of: date) -> int | None:
    """Days to the last day of a held title with an end; 0 on the last day itself."""
    return None if valid_to is None or status not in HELD else (valid_to - as_of).days


def document_ref(row: RowMapping) -> DocumentRef | None:
    """The archived row named by the columns of ``DOCUMENT``, if there is one."""
    if row["row_id"] is None:
        return None
    return DocumentRef(
        import_id=row["import_id"], row_id=row["row_id"], row_number=row["row_number"], sheet=row["sheet"]
    )


DOCUMENT: tuple[Any, ...] = (
    col(ImportRow.id).label("row_id"),
    col(ImportRow.import_id).label("import_id"),
    col(ImportRow.row_number).label("row_number"),
    col(ImportRow.sheet).label("sheet"),
)


@cache
def _titles() -> Any:
    return (
        select(
            col(Listing.enterprise_id).label("enterprise_id"),
            col(Listing.id).label("listing_id"),
            col(Listing.directory_code).label("directory_code"),
            col(Listing.name_as_announced).label("name_as_announced"),
            col(Listing.certificate_no).label("certificate_no"),
            col(Listing.group_label).label("group_label"),
            col(Listing.valid_from).label("valid_from"),
            col(Listing.valid_to).label("valid_to"),
            col(Listing.withdrawn_on).label("withdrawn_on"),
            col(Listing.withdrawal_reason).label("withdrawal_reason"),
            col(Listing.withdrawal_document).label("withdrawal_document"),
            col(Batch.id).label("batch_id"),
            col(Batch.label).label("batch_label"),
            col(Batch.year).label("batch_year"),
            col(Batch.document_no).label("document_no"),
            col(Batch.announced_on).label("announced_on"),
            col(Batch.state).label("state"),
            col(Directory.short_zh).label("directory_name_zh"),
            col(Directory.short_en).label("directory_name_en"),
            col(Directory.level).label("level"),
            col(Directory.position).label("position"),
            *DOCUMENT,
        )
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Directory, col(Directory.code) == col(Listing.directory_code))
        .outerjoin(ImportRow, col(ImportRow.id) == col(Listing.import_row_id))
        .where(shown())
    )


_TAKEN = tuple(name for name in TitleBadge.model_fields if name not in ("status", "days_left", "document_ref"))


def _badge(row: RowMapping, as_of: date) -> TitleBadge:
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
