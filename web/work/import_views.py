"""The imports' pages in the shapes their templates take. No queries here."""

from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.schemas.import_words import MATCHED_BY, ROLES, word
from registry.schemas.imports import ImportDetail, ImportRowLine, ImportSummary, UnderstoodColumn
from registry.schemas.paging import Page
from registry.services.reference import shipped
from registry.vocabulary import ImportState, RowOutcome
from web.formats import grouped
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import url_path, url_with

TONES = {"matched": "met", "new": "met", "unchanged": "na", "ambiguous": "due", "rejected": "unmet"}
STATE_TONES = {"staged": "amb", "written": "jade", "undone": "cin", "abandoned": ""}
ORDER = (RowOutcome.MATCHED, RowOutcome.NEW, RowOutcome.UNCHANGED, RowOutcome.AMBIGUOUS, RowOutcome.REJECTED)


def rows_written(summary: ImportSummary) -> int:
    """How many rows writing this import writes, or wrote."""
    return sum(summary.counts.get(outcome.value, 0) for outcome in (RowOutcome.NEW, RowOutcome.MATCHED))


def directory_name(code: str | None) -> Text | None:
    """The short name of the directory an import is for; None for one that brings no titles."""
    names = {row["code"]: Text(row["short_zh"], row["short_en"]) for row in shipped("directories")}
    return names.get(code, Text(code, code)) if code else None


def import_line(request: Request, summary: ImportSummary) -> dict[str, Any]:
    """One import in the list."""
    return {
        "one": summary,
        "href": url_path(request, "work_import", import_id=summary.id),
        "written": rows_written(summary),
        "tone": STATE_TONES[summary.state.value],
        "directory_name": directory_name(summary.directory_code),
        "directory_url": path_of(request, "directory", code=summary.directory_code) if summary.directory_code else None,
    }


def detail_context(
    request: Request, detail: ImportDetail, chosen: RowOutcome, rows: Page[ImportRowLine], cursor: str
) -> dict[str, Any]:
    """One import: its file, its columns, its counts as links, the rows of the chosen kind."""
    locale, summary = locale_of(request), detail.summary
    own_url = url_path(request, "work_import", import_id=summary.id)
    chosen_url = url_with(own_url, outcome=chosen.value)
    is_document = summary.state in (ImportState.WRITTEN, ImportState.UNDONE)
    batch = summary.batch_id if summary.state is ImportState.WRITTEN else None
    return {
        "detail": detail,
        "summary": summary,
        "tone": STATE_TONES[summary.state.value],
        "written": rows_written(summary),
        "notes": detail.notes_zh if locale == "zh" else detail.notes_en,
        "tables": [
            {"table": table, "columns": [_column(column) for column in table.columns]} for table in detail.tables
        ],
        "stats": [_read_stat(summary, locale)]
        + [_stat(own_url, summary, outcome, outcome is chosen, locale) for outcome in ORDER],
        "chosen": chosen,
        "rows": [_row(request, summary, row, is_document=is_document) for row in rows.items],
        "total": rows.total,
        "first_url": chosen_url + "#rows" if cursor else None,
        "next_url": url_with(chosen_url, cursor=rows.next_cursor) + "#rows" if rows.next_cursor else None,
        "list_url": url_path(request, "import_list"),
        "batch_url": path_of(request, "batch", batch_id=batch) if batch else None,
        "directory_name": directory_name(summary.directory_code),
        "directory_url": path_of(request, "directory", code=summary.directory_code) if summary.directory_code else None,
        "original_url": url_path(request, "document_original", import_id=summary.id) if is_document else None,
        "write_url": url_path(request, "import_write_confirm", import_id=summary.id),
        "undo_url": url_path(request, "import_undo_confirm", import_id=summary.id),
    }


def _column(column: UnderstoodColumn) -> dict[str, Any]:
    role = word(ROLES, column.role) if column.role else None
    return {"column": column, "role": role, "percent": round(100 * column.confidence), "low": column.confidence < 0.85}


def _read_stat(summary: ImportSummary, locale: Locale) -> dict[str, Any]:
    return {
        "number": grouped(summary.rows),
        "word": Text("读到", "Read").in_(locale),
        "note": None,
        "tone": None,
        "href": None,
        "chosen": False,
    }


def _stat(own_url: str, summary: ImportSummary, outcome: RowOutcome, chosen: bool, locale: Locale) -> dict[str, Any]:
    return {
        "number": grouped(summary.counts.get(outcome.value, 0)),
        "word": outcome.label.in_(locale),
        "note": None,
        "tone": TONES[outcome.value],
        "href": url_with(own_url, outcome=outcome.value) + "#rows",
        "chosen": chosen,
    }


def _row(request: Request, summary: ImportSummary, row: ImportRowLine, *, is_document: bool) -> dict[str, Any]:
    return {
        "row": row,
        "href": url_path(request, "document_row", import_id=summary.id, row_id=row.row_id) if is_document else None,
        "enterprise_url": url_path(request, "enterprise", key=row.enterprise_key) if row.enterprise_key else None,
        "matched_by": MATCHED_BY.get(row.matched_by or ""),
        "reason": Text(row.reason_zh, row.reason_en or row.reason_zh) if row.reason_zh else None,
    }


def confirm_context(request: Request, summary: ImportSummary, act: str) -> dict[str, Any]:
    """What will happen, for the page that asks once more."""
    name = "import_write" if act == "write" else "import_undo"
    return {
        "summary": summary,
        "act": "give_up" if act == "undo" and summary.state is ImportState.STAGED else act,
        "count": rows_written(summary),
        "left_out": sum(summary.counts.get(one.value, 0) for one in (RowOutcome.AMBIGUOUS, RowOutcome.REJECTED)),
        "action": url_path(request, name, import_id=summary.id),
        "back_url": url_path(request, "work_import", import_id=summary.id),
    }
