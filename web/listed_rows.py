"""Rows of a directory or announcement in the shape their table takes. No queries here."""

from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.grades import grade_name
from registry.schemas.directories import ListingRow
from web.rendering import url_path
from web.shown_titles import document_url, row_words


def listed_row(request: Request, row: ListingRow, locale: Locale) -> dict[str, Any]:
    """A row with its ways to the enterprise and to the very row of the archived document."""
    city = Text(row.city_name or "", row.city_name_en or row.city_name or "").in_(locale)
    return {
        "row": row,
        "product_href": url_path(request, "product", product_id=row.product.id) if row.product else None,
        "grade": grade_name(row.product.grade) if row.product and row.product.grade else None,
        "href": url_path(request, "enterprise", key=row.key) if row.key else None,
        "announced": row.name_as_announced if row.name_as_announced != row.name else None,
        "city": city or None,
        "status": row.status.value if row.status else None,
        "document": row.document_no or row.batch_label,
        "document_row": row_words(row.document_ref),
        "document_href": document_url(request, row.document_ref, row.batch_id),
    }
