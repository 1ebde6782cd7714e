"""What an official says about a file's columns laid over what was recognised. Pure: no database."""

from collections.abc import Mapping
from dataclasses import replace

from registry.errors import InvalidInput, shorten
from registry.schemas.import_words import ROLES
from registry.schemas.imports import ImportOptions
from registry.schemas.tables import ColumnRole, ReadFile, Table

CHOSEN = 1.0
"""The confidence of a role an official gave."""


def apply_mapping(read_file: ReadFile, options: ImportOptions) -> ReadFile:
    """The file with the tables taken and the roles chosen; the rest as recognised.

    Raises InvalidInput for a table, column or role there is none of, and for a role given to two columns.
    """
    if not options.mapping and not options.sheets:
        return read_file
    known = {table.sheet for table in read_file.tables}
    for sheet in (*options.mapping, *options.sheets):
        if sheet not in known:
            raise InvalidInput(
                f"文件里没有叫“{shorten(sheet)}”的表。",
                f"The file has no table called “{shorten(sheet)}”.",
                field="sheets" if sheet in options.sheets else "mapping",
                value=sheet,
                choices=tuple(sorted(known)),
            )
    taken = [table for table in read_file.tables if not options.sheets or table.sheet in options.sheets]
    return replace(read_file, tables=[_mapped(table, options.mapping.get(table.sheet, {})) for table in taken])


def _mapped(table: Table, chosen: Mapping[str, str]) -> Table:
    if not chosen:
        return table
    columns = {each.column: each for each in table.roles}
    for column, role in chosen.items():
        if column not in columns:
            raise _unknown(f"表里没有叫“{shorten(column)}”的列。", f"There is no column “{shorten(column)}”.", column)
        if role and role not in ROLES:
            raise _unknown(f"没有叫“{shorten(role)}”的字段。", f"There is no field called “{shorten(role)}”.", role)
    given = [role for role in chosen.values() if role]
    twice = next((role for role in given if given.count(role) > 1), None)
    if twice is not None:
        word = ROLES[twice]
        raise _unknown(
            f"有两列都对应“{word.zh}”，请只留一列。", f"Two columns feed “{word.en}”; leave only one.", twice
        )
    return replace(table, roles=tuple(_role(each, chosen, set(given)) for each in table.roles))


def _role(each: ColumnRole, chosen: Mapping[str, str], given: set[str]) -> ColumnRole:
    """The role chosen for a column; one recognised that now belongs to another column is given up."""
    if each.column in chosen:
        role = chosen[each.column]
        if role == (each.role or ""):
            return each
        return replace(each, role=role or None, confidence=CHOSEN if role else 0.0)
    return replace(each, role=None, confidence=0.0) if each.role in given else each


def _unknown(zh: str, en: str, value: str) -> InvalidInput:
    return InvalidInput(zh, en, field="mapping", value=value)
