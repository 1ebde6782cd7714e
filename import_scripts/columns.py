"""Which column feeds which field: header words (``columns.toml``) weighed against what the cells look like."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from registry.identity.uscc import is_uscc, normalise_code
from registry.schemas.tables import ColumnRole

_WEIGHT = {"equals": 1.0, "weak": 0.9, "starts": 0.8, "contains": 0.7}
_WHOLE = ("equals", "weak")
_ENOUGH = 0.5
_UNIT = re.compile(r"[(\[（［【].*[)\]）］】]$", re.DOTALL)
_EXAMPLES = 3
_OF_A_PRODUCT = frozenset({"model", "version", "maker", "category", "grade"})
"""Roles that mean something only where a column names the product: 类型 of a firm is no kind of product."""

_LOOKS: dict[str, Callable[[str], bool]] = {
    "name": lambda cell: len(cell) > 1 and not cell.replace(".", "").isdigit() and not is_uscc(cell),
    "uscc": lambda cell: bool(re.fullmatch(r"[0-9A-Z]{15}|[0-9A-Z]{17,19}|[0-9.]+E\+?[0-9]+", normalise_code(cell))),
    "registration_no": lambda cell: bool(re.fullmatch(r"[0-9]{13}|[0-9]{6}[0-9A-Z]{9}", normalise_code(cell))),
    "latin": lambda cell: cell.isascii() or not re.search(r"[\u4e00-\u9fff]", cell),
    "serial": lambda cell: len(cell) <= 16 and bool(re.search(r"[0-9]", cell)),
    "whole_number": lambda cell: cell.isdigit(),
    "place": lambda cell: len(cell) <= 40 and not cell.isdigit(),
    "region_code": lambda cell: bool(re.fullmatch(r"[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", cell)),
    "date": lambda cell: bool(re.search(r"(^|\D)(1[89]|20)[0-9]{2}(\D|$)|^[0-9]{8}$", cell)),
    "money": lambda cell: bool(re.search(r"[0-9]", cell)),
    "industry_code": lambda cell: bool(re.fullmatch(r"[A-T]?[0-9]{0,4}", cell)),
    "stock_code": lambda cell: bool(re.fullmatch(r"[0-9]{1,6}([.][A-Z]{2})?|[A-Z]{2}[0-9]{6}", cell)),
    "website": lambda cell: "." in cell and not re.search(r"[\u4e00-\u9fff]", cell.partition("/")[0]),
}


def recognise(columns: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[ColumnRole, ...]:
    """The role of each column, by header and by the cells of the sample rows. A role is given only once."""
    cells = [[row[i].strip() for row in sample if i < len(row) and row[i].strip()] for i in range(len(columns))]
    scored = sorted(
        ((score(column, role, cells[i]), -i, role) for i, column in enumerate(columns) for role in vocabulary()),
        reverse=True,
    )
    chosen: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for confidence, place, role in scored:
        if confidence < _ENOUGH:
            break
        if -place not in chosen and role not in taken:
            chosen[-place] = role, confidence
            taken.add(role)
    if "product" not in taken:
        chosen = {place: (role, sure) for place, (role, sure) in chosen.items() if role not in _OF_A_PRODUCT}
    return tuple(
        ColumnRole(i, column, role, confidence, tuple(dict.fromkeys(cells[i]))[:_EXAMPLES])
        for i, column in enumerate(columns)
        for role, confidence in (chosen.get(i, (None, 0.0)),)
    )


def score(column: str, role: str, cells: Sequence[str]) -> float:
    """How sure it is that this column plays this role: 0 to 1.

    >>> score("统一社会信用代码", "uscc", ["91350100M000100Y43"]), score("模型名称", "name", ["文心一言"])
    (0.99, 0.0)
    """
    words = vocabulary()[role]
    header = _header_score(column, words)
    looks = _LOOKS.get(words.get("content", ""))
    if header == 0 or looks is None:
        return round(header * 0.9, 2)
    if not cells:
        return round(header * 0.8, 2)
    share = sum(map(looks, cells)) / len(cells)
    return round(header * (0.3 + 0.69 * share), 2) if share >= 0.25 else 0.0


def plain(header: str) -> str:
    """A header for comparison: full width made half, lower case, no white space.

    >>> plain("企业　名称（全称） ")
    '企业名称(全称)'
    """
    return "".join(unicodedata.normalize("NFKC", header).lower().split())


@cache
def vocabulary() -> dict[str, dict[str, Any]]:
    """Role → its header words in plain form and the content it expects."""
    raw = tomllib.loads(files("import_scripts").joinpath("columns.toml").read_text(encoding="utf-8"))
    return {
        role: {kind: frozenset(map(plain, value)) if kind in _WEIGHT else value for kind, value in words.items()}
        for role, words in raw.items()
    }


def is_known_header(cell: str) -> bool:
    """Whether a cell is, as a whole or without a unit in brackets, a header word of any role."""
    header = plain(cell)
    forms = (header, _UNIT.sub("", header))
    return bool(header) and any(
        form in words.get(kind, ()) for words in vocabulary().values() for kind in _WHOLE for form in forms
    )


def _header_score(column: str, words: dict[str, Any]) -> float:
    header = plain(column)
    bare = _UNIT.sub("", header)
    if not header:
        return 0.0
    for kind in _WHOLE:
        if header in words.get(kind, ()) or bare in words.get(kind, ()):
            return _WEIGHT[kind]
    if any(header.startswith(word) for word in words.get("starts", ())):
        return _WEIGHT["starts"]
    return _WEIGHT["contains"] if any(word in header for word in words.get("contains", ())) else 0.0
