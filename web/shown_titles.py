"""Dated titles in the shape the badge and timeline macros take, each with the way to its row of the announcement."""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.schemas.titles import DocumentRef, TitleBadge
from registry.vocabulary import TitleStatus
from web.navigation import path_of
from web.rendering import url_path


@dataclass(frozen=True, slots=True)
class ShownTitle:
    """One title as printed. ``href`` is None where neither a row nor an announcement page can be opened."""

    level: str
    name: str
    status: str
    valid_from: date
    valid_to: date | None
    days_left: int | None
    document: str
    href: str | None


def shown_title(request: Request, badge: TitleBadge, locale: Locale) -> ShownTitle:
    """The title as its badge says it: the dates announced."""
    return ShownTitle(
        level=badge.level.value,
        name=badge.directory_name_en if locale == "en" else badge.directory_name_zh,
        status=badge.status.value,
        valid_from=badge.valid_from,
        valid_to=badge.valid_to,
        days_left=badge.days_left if badge.status is TitleStatus.DUE else None,
        document=badge.document_no or badge.batch_label,
        href=document_url(request, badge.document_ref, badge.batch_id),
    )


def directory_name(badge: TitleBadge) -> Text:
    """The short name of the title's directory."""
    return Text(badge.directory_name_zh, badge.directory_name_en)


def document_url(request: Request, ref: DocumentRef | None, batch_id: int | None = None) -> str | None:
    """Where the very row of the announcement is, else the announcement itself, else nothing."""
    if ref is not None:
        return url_path(request, "document_row", import_id=ref.import_id, row_id=ref.row_id)
    return path_of(request, "batch", batch_id=batch_id) if batch_id is not None else None


def row_words(ref: DocumentRef | None) -> Text | None:
    """Which row of the document it is, with the sheet if it has a name."""
    if ref is None:
        return None
    sheet_zh, sheet_en = (f"{ref.sheet} ", f", {ref.sheet}") if ref.sheet else ("", "")
    return Text(f"{sheet_zh}第 {ref.row_number} 行", f"row {ref.row_number}{sheet_en}")
