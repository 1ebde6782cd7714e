"""What a title is on a given day: the one definition, once for a row in hand and once as SQL over many rows."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, literal, or_, select
from sqlmodel import col

from registry.models import Batch, Directory, ImportRow, Listing, ProductListing
from registry.vocabulary import BatchState, TitleStatus

DUE_DAYS = 90
"""A valid title that ends within so many days is due (即将到期)."""

Dated = type[Listing] | type[ProductListing]
"""Tables whose rows are dated titles of a batch."""

HELD = (TitleStatus.VALID, TitleStatus.DUE)
"""Statuses under which an enterprise is, on that day, what the title says."""


def title_status(
    on: date,
    *,
    valid_from: date,
    valid_to: date | None,
    withdrawn_on: date | None,
    batch_state: BatchState,
) -> TitleStatus:
    """State of a title on the day ``on``. First and last day count; a withdrawal counts from its own day."""
    if batch_state is not BatchState.FINAL:
        return TitleStatus.PUBLIC_NOTICE
    if withdrawn_on is not None and withdrawn_on <= on:
        return TitleStatus.WITHDRAWN
    if on < valid_from:
        return TitleStatus.FUTURE
    if valid_to is None:
        return TitleStatus.VALID
    if valid_to < on:
        return TitleStatus.EXPIRED
    return TitleStatus.DUE if valid_to <= on + timedelta(days=DUE_DAYS) else TitleStatus.VALID


def status_of(row: Mapping[str, Any] | RowMapping, on: date) -> TitleStatus:
    """:func:`title_status` of a row that was read with these columns; ``state`` is that of its batch."""
    return title_status(
        on,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        withdrawn_on=row["withdrawn_on"],
        batch_state=row["state"],
    )


def shown(of: Dated = Listing) -> ColumnElement[bool]:
    """SQL: listings that exist for the public: not voided, of a batch that is announced or in public notice.

    A superseded edition gives way to the edition that corrects it.
    """
    return and_(
        col(of.voided_at).is_(None),
        col(Batch.state).in_([BatchState.FINAL, BatchState.PUBLIC_NOTICE]),
    )


def held_on(on: date, of: Dated = Listing) -> ColumnElement[bool]:
    """SQL over Listing (or ProductListing) joined to Batch: the title is held on the day ``on``."""
    return and_(
        col(of.voided_at).is_(None),
        col(Batch.state) == BatchState.FINAL,
        col(of.valid_from) <= on,
        or_(col(of.valid_to).is_(None), col(of.valid_to) >= on),
        or_(col(of.withdrawn_on).is_(None), col(of.withdrawn_on) > on),
    )


def status_on(on: date, of: Dated = Listing) -> ColumnElement[str]:
    """SQL: the value of :func:`title_status` for each shown listing, as text."""
    return case(
        (col(Batch.state) != BatchState.FINAL, literal(TitleStatus.PUBLIC_NOTICE.value)),
        (col(of.withdrawn_on) <= on, literal(TitleStatus.WITHDRAWN.value)),
        (col(of.valid_from) > on, literal(TitleStatus.FUTURE.value)),
        (col(of.valid_to).is_(None), literal(TitleStatus.VALID.value)),
        (col(of.valid_to) < on, literal(TitleStatus.EXPIRED.value)),
        (col(of.valid_to) <= on + timedelta(days=DUE_DAYS), literal(TitleStatus.DUE.value)),
        else_=literal(TitleStatus.VALID.value),
    )


DOCUMENT: tuple[Any, ...] = (
    col(ImportRow.id).label("row_id"),
    col(ImportRow.import_id).label("import_id"),
    col(ImportRow.row_number).label("row_number"),
    col(ImportRow.sheet).label("sheet"),
)
"""The archived row a title stands in; all empty if there is none."""


@cache
def shown_titles() -> Select[Any]:
    """SQL: every shown title of an enterprise with its batch, directory and archived row; to be narrowed by enterprise.

    Made once, because putting it together takes longer than running it.
    """
    found: Select[Any] = (
        select(  # type: ignore[assignment] # more columns than the stub counts
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
    return found
