"""How a file is taken, as a form: its fields from what the file proposes, the table as read, and back to options."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request

from registry.errors import InvalidInput, Locale, Text
from registry.policies import EVERY_DIRECTORY, Actor
from registry.schemas.import_words import LEFT_OUT, ROLES, word
from registry.schemas.imports import ImportDetail, ImportOptions, RememberedMapping, UnderstoodTable
from registry.schemas.inputs import parse_day
from registry.services.reference import shipped
from registry.vocabulary import DirectoryKind, Role
from web.i18n import locale_of
from web.rendering import url_path
from web.work.import_views import directory_name

ROWS_SHOWN = 12
COLUMNS_SHOWN = 12
_OF_PRODUCTS = ("product", "model", "version", "maker", "category", "grade")
_TEXTS = ("directory", "batch", "document_no")
_DAYS = ("announced_on", "notice_from", "notice_to")
Form = Mapping[str, Sequence[str]]


def options_of(form: Form, detail: ImportDetail) -> ImportOptions:
    """The options a form says, laid over how the file is taken now. Raises InvalidInput naming the field."""
    before = detail.options
    headers: dict[str, int] = dict(before.get("header_rows", {}))
    mapping: dict[str, dict[str, str]] = {sheet: dict(roles) for sheet, roles in before.get("mapping", {}).items()}
    for place, table in enumerate(detail.tables):
        row = _number(form, f"header-{place}", table.header_row)
        if row != table.header_row:
            headers[table.sheet] = row
            mapping.pop(table.sheet, None)
            continue
        for column in table.columns:
            role = _one(form, f"role-{place}-{column.position}", column.role or "")
            if role != (column.role or ""):
                mapping.setdefault(table.sheet, {})[column.column] = role
    chosen = {int(one) for one in form.get("sheet", ()) if one.isdecimal() and len(one) < 9}
    taken = [sheet for place, sheet in enumerate(detail.sheets) if place in chosen]
    if "sheets_shown" in form and not taken:
        raise InvalidInput("请至少选一张表。", "Choose at least one table.", field="sheet")
    form = _without_idle_proposals(form, detail)
    return ImportOptions(
        directory=_one(form, "directory") or None,
        batch=_one(form, "batch") or None,
        year=_number(form, "year", 0) or None,
        announced_on=_day(form, "announced_on"),
        document_no=_one(form, "document_no") or None,
        public_notice="public_notice" in form,
        notice_from=_day(form, "notice_from"),
        notice_to=_day(form, "notice_to"),
        mapping=mapping,
        header_rows=headers,
        sheets=tuple(taken) if len(taken) < len(detail.sheets) else (),
    )


def _without_idle_proposals(form: Form, detail: ImportDetail) -> Form:
    """What the file says about a batch means nothing for a list without a directory; what was typed is refused."""
    if _one(form, "directory"):
        return form
    idle = {name for name, one in detail.proposal.items() if _one(form, name) == str(one.value) or one.value is True}
    return {name: values for name, values in form.items() if name not in idle}


def settings_context(request: Request, detail: ImportDetail, typed: Form | None) -> dict[str, Any]:
    """The fields of the form with their values, and each table as it was read."""
    locale = locale_of(request)
    lists = _kind_of(detail, typed)
    return {
        "values": _values(detail, typed),
        "said": {name: one.said for name, one in detail.proposal.items()} if not detail.options else {},
        "directories": [
            ("", Text("企业资料，不带称号", "Facts of enterprises, no title").in_(locale)),
            *((row["code"], row["short_en"] if locale == "en" else row["short_zh"]) for row in shipped("directories")),
        ],
        "roles": [("", Text("照录，不用", "Kept, not used").in_(locale)), *_roles(locale, lists)],
        "read_tables": [_table(place, table, typed, locale) for place, table in enumerate(detail.tables)],
        "sheets": [
            {"place": place, "name": sheet or "—", "taken": _is_taken(detail, place, sheet, typed)}
            for place, sheet in enumerate(detail.sheets)
        ],
        "memory": typed is None or "memory" in typed,
        "settle_url": url_path(request, "import_settle", import_id=detail.summary.id),
        "mappings_url": url_path(request, "mapping_list"),
    }


def mapping_line(request: Request, actor: Actor, known: RememberedMapping) -> dict[str, Any]:
    """One remembered mapping."""
    wide = known.directory_code or EVERY_DIRECTORY
    return {
        "one": known,
        "directory_name": directory_name(known.directory_code),
        "roles": [(column, word(ROLES, role) if role else None) for column, role in known.roles.items()],
        "forget_url": url_path(request, "mapping_forget", mapping_id=known.id)
        if actor.may(Role.CURATOR, region_code="", directory_code=wide)
        else None,
    }


def _values(detail: ImportDetail, typed: Form | None) -> dict[str, Any]:
    names = (*_TEXTS, "year", *_DAYS)
    if typed is not None:
        return {name: _one(typed, name) for name in names} | {"public_notice": "public_notice" in typed}
    if detail.options:
        said = detail.options
        return {name: said.get(name) or "" for name in (*names, "public_notice")}
    proposed = detail.proposal
    return {name: proposed[name].value if name in proposed else "" for name in (*names, "public_notice")}


def _kind_of(detail: ImportDetail, typed: Form | None) -> DirectoryKind:
    if any(column.role in _OF_PRODUCTS for table in detail.tables for column in table.columns):
        # What was recognised can be kept as it is, whatever directory is chosen in the end.
        return DirectoryKind.PRODUCT
    code = _values(detail, typed)["directory"]
    kind = next((row["kind"] for row in shipped("directories") if row["code"] == code), DirectoryKind.ENTERPRISE.value)
    return DirectoryKind.of(kind)


def _roles(locale: Locale, lists: DirectoryKind) -> list[tuple[str, str]]:
    shown = [code for code in ROLES if lists is DirectoryKind.PRODUCT or code not in _OF_PRODUCTS]
    return [(code, ROLES[code].in_(locale)) for code in shown]


def _is_taken(detail: ImportDetail, place: int, sheet: str, typed: Form | None) -> bool:
    if typed is not None:
        return str(place) in typed.get("sheet", ())
    return not detail.options.get("sheets") or sheet in detail.options["sheets"]


def _table(place: int, table: UnderstoodTable, typed: Form | None, locale: Locale) -> dict[str, Any]:
    columns = [
        {
            "column": one,
            "field": f"role-{place}-{one.position}",
            "role": _one(typed, f"role-{place}-{one.position}", one.role or "") if typed else one.role or "",
            "percent": round(100 * one.confidence),
            "low": one.confidence < 0.85,
        }
        for one in table.columns
    ]
    return {
        "table": table,
        "place": place,
        "columns": columns,
        "header_field": f"header-{place}",
        "header_row": _one(typed, f"header-{place}", str(table.header_row)) if typed else table.header_row,
        "width": min(COLUMNS_SHOWN, max((len(row) - 1 for row in table.sample), default=1)),
        "rows": _rows(table, locale),
        "left_out": [(word(LEFT_OUT, kind), count) for kind, count in table.left_out_counts.items()],
    }


def _rows(table: UnderstoodTable, locale: Locale) -> list[dict[str, Any]]:
    """The first rows as read, then group rows further down: number, what it was taken for, cells or text."""
    records = [
        {"number": row[0], "kind": "record", "word": "", "cells": [str(cell) for cell in row[1 : COLUMNS_SHOWN + 1]]}
        for row in table.sample
    ]
    last = records[-1]["number"] if records else 0
    others = [one for one in table.left_out if one.row < last or one.kind == "group"]
    marked = [
        {"number": one.row, "kind": one.kind, "word": word(LEFT_OUT, one.kind).in_(locale), "cells": [one.text]}
        for one in others
    ]
    return sorted([*records, *marked], key=lambda row: row["number"])[:ROWS_SHOWN]


def _one(form: Form | None, name: str, default: str = "") -> str:
    values = (form or {}).get(name)
    return values[0].strip() if values else default


def _day(form: Form, name: str) -> date | None:
    typed = _one(form, name)
    return parse_day(typed, field=name) if typed else None


def _number(form: Form, name: str, default: int) -> int:
    typed = _one(form, name)
    if not typed:
        return default
    if not typed.isdecimal() or len(typed) > 9:
        raise InvalidInput(f"“{typed[:20]}”不是整数。", f"“{typed[:20]}” is no whole number.", field=name, value=typed)
    return int(typed)
