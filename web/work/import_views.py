"""The imports' pages in the shapes their templates take. No queries here."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.identity.regions import region
from registry.schemas.import_words import MATCHED_BY, ROLES, USED_BY, word
from registry.schemas.imports import (
    AgainstList,
    ImportDetail,
    ImportReview,
    ImportRowLine,
    ImportSummary,
    PreviewRow,
    UnderstoodColumn,
    UndoPreview,
)
from registry.schemas.paging import Page
from registry.services.reference import shipped
from registry.vocabulary import ImportState, RowKind, RowOutcome
from web.formats import grouped
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import url_path, url_with

TONES = {"matched": "met", "new": "met", "unchanged": "na", "ambiguous": "due", "rejected": "unmet"}
STATE_TONES = {
    "read": "amb",
    "mapped": "amb",
    "matched": "amb",
    "reviewed": "amb",
    "written": "jade",
    "undone": "cin",
    "abandoned": "",
    "failed": "cin",
    "cancelled": "",
}
LATER_SHOWN = 20
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


def head_context(request: Request, detail: ImportDetail) -> dict[str, Any]:
    """One import: its file, how it was read, what can be looked at and done."""
    locale, summary = locale_of(request), detail.summary
    number = summary.id
    is_document = summary.state in (ImportState.WRITTEN, ImportState.UNDONE)
    batch = summary.batch_id if summary.state is ImportState.WRITTEN else None
    return {
        "detail": detail,
        "summary": summary,
        "tone": STATE_TONES[summary.state.value],
        "written": rows_written(summary),
        "left_out": rows_left_out(summary),
        "notes": detail.notes_zh if locale == "zh" else detail.notes_en,
        "refused": detail.refusal_zh if locale == "zh" else detail.refusal_en,
        "tables": [
            {"table": table, "columns": [_column(column) for column in table.columns]} for table in detail.tables
        ],
        "rows": [],
        "stats": [],
        "own_url": url_path(request, "work_import", import_id=number),
        "list_url": url_path(request, "import_list"),
        "batch_url": path_of(request, "batch", batch_id=batch) if batch else None,
        "directory_name": directory_name(summary.directory_code),
        "directory_url": path_of(request, "directory", code=summary.directory_code) if summary.directory_code else None,
        "original_url": url_path(request, "document_original", import_id=number) if is_document else None,
        "write_url": url_path(request, "import_write_confirm", import_id=number),
        "override_url": url_path(request, "import_override_confirm", import_id=number),
        "reopen_url": url_path(request, "import_reopen", import_id=number),
        "undo_url": url_path(request, "import_undo_confirm", import_id=number),
        "cancel_url": url_path(request, "import_cancel", import_id=number),
        "errors_url": url_path(request, "import_errors", import_id=number, format="xlsx"),
        "errors_csv_url": url_path(request, "import_errors", import_id=number, format="csv"),
        "problems": rows_left_out(summary) + summary.warning_count,
    }


def rows_context(
    request: Request, detail: ImportDetail, chosen: RowOutcome, rows: Page[ImportRowLine], cursor: str
) -> dict[str, Any]:
    """What became of the rows: counts as links, the rows of the chosen kind."""
    locale, summary = locale_of(request), detail.summary
    own_url = url_path(request, "work_import", import_id=summary.id)
    chosen_url = url_with(own_url, outcome=chosen.value)
    is_document = summary.state in (ImportState.WRITTEN, ImportState.UNDONE)
    return {
        "stats": [_read_stat(summary, locale)]
        + [_stat(own_url, summary, outcome, outcome is chosen, locale) for outcome in ORDER],
        "chosen": chosen,
        "rows": [_row(request, summary, row, is_document=is_document) for row in rows.items],
        "total": rows.total,
        "first_url": chosen_url + "#rows" if cursor else None,
        "next_url": url_with(chosen_url, cursor=rows.next_cursor) + "#rows" if rows.next_cursor else None,
    }


def review_context(
    request: Request, detail: ImportDetail, review: ImportReview, against: Sequence[AgainstList]
) -> dict[str, Any]:
    """The checks and the list held against others."""
    summary = detail.summary
    url = url_path(request, "import_compare", import_id=summary.id)
    shown = guards(request, review)
    return {
        "review": review,
        "guards": shown,
        "failed": sum(1 for one in shown if not one["passed"]),
        "kinds": [{"text": kind.label.in_(locale_of(request)), "num": True} for kind in RowKind],
        "against": [
            {
                "list": one,
                "counts": [
                    {"rows": each.rows, "href": url_with(url, against=one.against, kind=each.kind.value)}
                    for each in one.counts
                ],
            }
            for one in against
        ],
    }


def guards(request: Request, review: ImportReview) -> list[dict[str, Any]]:
    """Each check with its numbers in the page's language."""
    english = locale_of(request) == "en"
    return [
        {
            "code": one.code,
            "passed": one.passed,
            "title": one.title_en if english else one.title_zh,
            "detail": one.detail_en if english else one.detail_zh,
        }
        for one in review.guards
    ]


def compare_context(
    request: Request, detail: ImportDetail, against: str, kind: RowKind, rows: Page[PreviewRow], cursor: str
) -> dict[str, Any]:
    """The rows that stand in one way to another list."""
    locale = locale_of(request)
    url = url_with(url_path(request, "import_compare", import_id=detail.summary.id), against=against, kind=kind.value)
    return {
        "summary": detail.summary,
        "against": against,
        "kind": kind,
        "total": rows.total,
        "rows": [
            {
                "row": row,
                "enterprise_url": url_path(request, "enterprise", key=row.enterprise_key)
                if row.enterprise_key
                else None,
                "city": _city(row.city_code, locale),
                "known_city": _city(row.known_city_code, locale),
            }
            for row in rows.items
        ],
        "first_url": url if cursor else None,
        "next_url": url_with(url, cursor=rows.next_cursor) if rows.next_cursor else None,
        "list_url": url_path(request, "import_list"),
        "back_url": url_path(request, "work_import", import_id=detail.summary.id),
        "tabs": [
            {
                "text": one.label.in_(locale),
                "href": url_with(url, kind=one.value),
                "count": None,
                "current": one is kind,
            }
            for one in RowKind
        ],
    }


def override_context(request: Request, summary: ImportSummary, review: ImportReview, *, own: bool) -> dict[str, Any]:
    """What the second official is asked."""
    return {
        "summary": summary,
        "guards": [one for one in guards(request, review) if not one["passed"]],
        "count": review.rows,
        "own": own,
        "action": url_path(request, "import_override", import_id=summary.id),
        "back_url": url_path(request, "work_import", import_id=summary.id),
        "list_url": url_path(request, "import_list"),
    }


def later(request: Request, preview: UndoPreview) -> dict[str, Any]:
    """What others built on the import since."""
    return {
        "count": len(preview.enterprises_kept),
        "values": preview.values_kept,
        "kept": [
            {
                "name": one.name,
                "href": url_path(request, "enterprise", key=one.key),
                "because": word(USED_BY, one.because),
            }
            for one in preview.enterprises_kept[:LATER_SHOWN]
        ],
    }


def rows_left_out(summary: ImportSummary) -> int:
    """How many rows writing this import leaves out."""
    return sum(summary.counts.get(outcome.value, 0) for outcome in (RowOutcome.AMBIGUOUS, RowOutcome.REJECTED))


def _city(code: str | None, locale: Locale) -> str | None:
    found = region(code) if code else None
    return (found.name_en if locale == "en" else found.name) if found else code


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
        "decide_url": url_path(request, "import_row", import_id=summary.id, row_id=row.row_id)
        if _may_be_compared(summary) and (row.outcome is RowOutcome.AMBIGUOUS or row.by_person)
        else None,
        "matched_by": MATCHED_BY.get(row.matched_by or ""),
        "effect": Text(row.effect_zh, row.effect_en or row.effect_zh) if row.effect_zh else None,
        "reason": Text(row.reason_zh, row.reason_en or row.reason_zh) if row.reason_zh else None,
    }


def _may_be_compared(summary: ImportSummary) -> bool:
    """Rows of a staged import can be looked at beside their candidates."""
    return summary.state is ImportState.MATCHED


def confirm_context(request: Request, summary: ImportSummary, act: str) -> dict[str, Any]:
    """What will happen, for the page that asks once more."""
    name = "import_write" if act == "write" else "import_undo"
    if act == "undo" and summary.state is not ImportState.WRITTEN:
        act = "give_up"
    elif act == "write" and summary.state is ImportState.REVIEWED:
        act = "write_signed"
    return {
        "summary": summary,
        "act": act,
        "count": rows_written(summary),
        "left_out": rows_left_out(summary),
        "guards": [],
        "blocked": False,
        "later": None,
        "action": url_path(request, name, import_id=summary.id),
        "back_url": url_path(request, "work_import", import_id=summary.id),
    }
