"""How a file was read, as it is kept with its import and shown on its page."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from enum import Enum
from typing import Any

from registry.schemas.tables import ReadFile, Table
from registry.services.imports.proposing import Proposal

LEFT_OUT_SHOWN = 500
"""So many rows that are no records are kept with each table of the run; all of them are counted."""
SAMPLE = 6
"""So many records of each table are kept for showing what was read."""


def said_of_table(table: Table) -> dict[str, Any]:
    """One table: where its header is, what its columns are, which rows are no records, its first records."""
    return {
        "sheet": table.sheet,
        "title": table.title,
        "header_row": table.header_row,
        "columns": [
            {
                "position": role.position,
                "column": role.column,
                "role": role.role,
                "confidence": role.confidence,
                "examples": list(role.examples),
            }
            for role in table.roles
        ],
        "derived": list(table.derived),
        "left_out": [
            {"row": each.row, "kind": each.kind, "text": each.text}
            for each in itertools.islice(table.left_out, LEFT_OUT_SHOWN)
        ],
        "stated": [list(one) for one in table.stated],
        "left_out_counts": dict(Counter(each.kind for each in table.left_out)),
        "sample": [[number, *cells] for number, cells in itertools.islice(table.rows, SAMPLE)],
    }


def tables_in(read_file: ReadFile) -> list[str]:
    """The names of all tables, taken or not."""
    return [table.sheet for table in read_file.tables]


def said_of_file(read_file: ReadFile, proposal: Proposal) -> dict[str, Any]:
    """A file that has only been read: all its tables, what it says about itself, nothing chosen yet."""
    return {
        "proposal": said_of_proposal(proposal),
        "sheets": tables_in(read_file),
        "tables": [said_of_table(table) for table in read_file.tables],
        "rows": sum(1 for table in read_file.tables for _ in table.rows),
        "notes": [{"zh": note.zh, "en": note.en} for note in read_file.notes],
    }


def said_of_proposal(proposal: Proposal) -> dict[str, dict[str, Any]]:
    """Option → value and the words it was taken from; what the file does not say is left away."""
    return {
        option: {"value": _plain(said["value"]), "said": said["said"]}
        for option, said in asdict(proposal).items()
        if said is not None
    }


def texts_of(read_file: ReadFile) -> Sequence[str]:
    """What a file says about itself, the more telling first: titles, its name, what stands below its tables."""
    below = [
        each.text
        for table in read_file.tables
        for each in table.left_out
        if each.kind in ("note", "signature", "title")
    ]
    return [*(table.title for table in read_file.tables), read_file.filename, *below[-20:]]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
