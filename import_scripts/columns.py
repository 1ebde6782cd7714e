"""Which column feeds which field: header words (``columns.toml``) weighed against what the cells look like."""

import itertools
import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from registry.identity import looks_like_firm_name, place_names, region
from registry.identity.uscc import is_uscc, normalise_code
from registry.schemas.tables import ColumnRole

_WEIGHT = {"equals": 1.0, "weak": 0.9, "starts": 0.8, "ends": 0.75, "contains": 0.7}
_WHOLE = ("equals", "weak")
_ENOUGH = 0.5
_UNIT = re.compile(r"[(\[（［【].*[)\]）］】]$", re.DOTALL)
_EXAMPLES = 3
_LONGEST = 200
"""So much of a cell is looked at."""
_LOOKED_AT = 60
"""So many filled cells of a column are enough to know what it holds."""
_BY_CONTENT = 0.75
"""Share of cells of one look that names a column without a known header."""
_FIRM_SHARE = 0.5
_NOTHING = frozenset({"-", "--", "---", "—", "——", "/", "／", "无", "暂无"})
_PLACE_ROLES = frozenset({"province", "city", "county", "region"})
_OF_A_PRODUCT = frozenset({"model", "version", "maker", "category", "grade"})
"""Roles that mean something only where a column names the product: 类型 of a firm is no kind of product."""

_LOOKS: dict[str, Callable[[str], bool]] = {
    "name": lambda cell: len(cell) > 1 and not cell.replace(".", "").isdigit() and not is_uscc(cell),
    "uscc": lambda cell: bool(re.fullmatch(r"[0-9A-Z]{15}|[0-9A-Z]{17,19}|[0-9.]+E\+?[0-9]+", normalise_code(cell))),
    "registration_no": lambda cell: bool(re.fullmatch(r"[0-9]{13}|[0-9]{6}[0-9A-Z]{9}", normalise_code(cell))),
    "firm": looks_like_firm_name,
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
    cells = _cells(columns, sample)
    chosen = _by_header(columns, cells, vocabulary())
    if not any(role == "product" for role, _ in chosen.values()):
        plain_roles = {role: words for role, words in vocabulary().items() if role not in _OF_A_PRODUCT}
        chosen = _by_header(columns, cells, plain_roles)
    chosen |= _by_content(columns, cells, chosen)
    return tuple(
        ColumnRole(i, name, role, confidence, tuple(dict.fromkeys(cells[i]))[:_EXAMPLES])
        for i, name in enumerate(unique_names(columns))
        for role, confidence in (chosen.get(i, (None, 0.0)),)
    )


def enterprise_columns(
    columns: Sequence[str], sample: Sequence[Sequence[str]], roles: Sequence[ColumnRole]
) -> tuple[int, ...]:
    """Where enterprises stand: the column of names first, then other columns whose header and cells say so."""
    cells = _cells(columns, sample)
    first = [each.position for each in roles if each.role == "name"] or [
        each.position for each in roles if each.role == "maker"
    ]
    words = (vocabulary()["name"], vocabulary()["maker"])
    others = [
        i
        for i, column in enumerate(columns)
        if i not in first
        and max(_header_score(column, each) for each in words) >= _WEIGHT["ends"]
        and _share(cells[i], looks_like_firm_name) >= _FIRM_SHARE
    ]
    return (*first, *others)


def unique_names(columns: Sequence[str]) -> tuple[str, ...]:
    """A name for every column, none twice: 第3列 for one without, 名称(2) for the second of a name.

    >>> unique_names(("名称", "", "名称"))
    ('名称', '第2列', '名称(2)')
    """
    names: list[str] = []
    for place, column in enumerate(columns, 1):
        name, again = column or f"第{place}列", 1
        while name in names:
            again += 1
            name = f"{column or f'第{place}列'}({again})"
        names.append(name)
    return tuple(names)


def place_role(values: Sequence[str]) -> str | None:
    """Which place role texts have that are mostly names of places: province, city, county, or region if mixed."""
    levels = [level for value in values if (level := _place_level(value.strip()))]
    if not values or len(levels) < _BY_CONTENT * len(values):
        return None
    return max(set(levels), key=levels.count) if levels.count(levels[0]) > _BY_CONTENT * len(levels) else "region"


def _place_level(text: str) -> str | None:
    codes = place_names().get(text, ()) if len(text) <= 15 else ()
    found = region(codes[0]) if codes else None
    return found.level if found else None


def _cells(columns: Sequence[str], sample: Sequence[Sequence[str]]) -> list[list[str]]:
    return [
        [row[i].strip()[:_LONGEST] for row in sample if i < len(row) and not _says_nothing(row[i])][:_LOOKED_AT]
        for i in range(len(columns))
    ]


def _says_nothing(cell: str) -> bool:
    return not cell or cell.isspace() or cell.strip() in _NOTHING


def _share(cells: Sequence[str], look: Callable[[str], bool]) -> float:
    return sum(map(look, cells)) / len(cells) if cells else 0.0


def _by_header(
    columns: Sequence[str], cells: Sequence[Sequence[str]], roles: dict[str, dict[str, Any]]
) -> dict[int, tuple[str, float]]:
    """Position → role and confidence, the surest first; between equals the column further left."""
    scored = sorted(
        (
            (_scored(column, words, cells[i]), -i, role)
            for i, column in enumerate(columns)
            for role, words in roles.items()
        ),
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
    return chosen


def _by_content(
    columns: Sequence[str], cells: Sequence[Sequence[str]], chosen: dict[int, tuple[str, float]]
) -> dict[int, tuple[str, float]]:
    """Roles for columns whose header says nothing, from what they hold: codes, firms, places, running numbers."""
    taken = {role for role, _ in chosen.values()}
    found: dict[int, tuple[str, float]] = {}
    for i, column in enumerate(columns):
        if i in chosen or not cells[i]:
            continue
        role, share = _look_of(cells[i])
        if role == "serial" and (i > 0 or column):
            continue
        if role is not None and role not in taken and not (column and role in _PLACE_ROLES):
            found[i] = role, round(share * (0.7 if column else 0.85), 2)
            taken.add(role)
    return found


def _look_of(cells: Sequence[str]) -> tuple[str | None, float]:
    """The role cells speak for by themselves, and the share that does."""
    for role, look in (("uscc", is_uscc), ("name", looks_like_firm_name)):
        share = _share(cells, look)
        if share >= _BY_CONTENT:
            return role, share
    place = place_role(cells)
    if place is not None:
        return place, _share(cells, lambda cell: _place_level(cell) is not None)
    numbers = [int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 7]
    rising = sum(1 for a, b in itertools.pairwise(numbers) if b > a)
    if len(numbers) == len(cells) > 2 and rising >= 0.9 * (len(numbers) - 1):
        return "serial", 1.0
    return None, 0.0


def score(column: str, role: str, cells: Sequence[str]) -> float:
    """How sure it is that this column plays this role: 0 to 1.

    >>> score("统一社会信用代码", "uscc", ["91350100M000100Y43"]), score("模型名称", "name", ["文心一言"])
    (0.99, 0.0)
    """
    return _scored(column, vocabulary()[role], cells)


def _scored(column: str, words: dict[str, Any], cells: Sequence[str]) -> float:
    header = _header_score(column, words)
    if header == 0:
        return 0.0
    looks = _LOOKS.get(words.get("content", ""))
    if header == _WEIGHT["ends"]:
        looks = looks_like_firm_name if words.get("content") == "name" else looks
        if not cells:
            return 0.0
    if looks is None:
        return round(header * 0.9, 2)
    if not cells:
        return round(header * 0.8, 2)
    share = _share(cells, looks)
    if words.get("content") == "name" and header < 1:
        # 名称 may head products as well as firms: of two such columns the one that holds firms is meant.
        header *= 0.9 + 0.1 * _share(cells, looks_like_firm_name)
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
        role: {
            kind: tuple(value) if kind == "but" else frozenset(map(plain, value)) if kind in _WEIGHT else value
            for kind, value in words.items()
        }
        for role, words in raw.items()
    }


def is_known_header(cell: str) -> bool:
    """Whether a cell is, as a whole or without a unit in brackets, a header word of any role."""
    return len(cell) <= _LONGEST and _is_known_header(cell)


@lru_cache(maxsize=16_384)
def _is_known_header(cell: str) -> bool:
    header = plain(cell)
    return bool(header) and (header in header_words() or _UNIT.sub("", header) in header_words())


@cache
def header_words() -> frozenset[str]:
    """Every word that is a header as a whole, in plain form."""
    return frozenset(word for words in vocabulary().values() for kind in _WHOLE for word in words.get(kind, ()))


def _header_score(column: str, words: dict[str, Any]) -> float:
    if len(column) > _LONGEST:
        # No header, and what looks for its unit would take the square of its length.
        return 0.0
    header = plain(column)
    bare = _UNIT.sub("", header)
    if not header:
        return 0.0
    for kind in _WHOLE:
        if header in words.get(kind, ()) or bare in words.get(kind, ()):
            return _WEIGHT[kind]
    if any(header.startswith(word) for word in words.get("starts", ())):
        return _WEIGHT["starts"]
    if any(bare.endswith(word) for word in words.get("ends", ())) and not bare.endswith(words.get("but", ())):
        return _WEIGHT["ends"]
    return _WEIGHT["contains"] if any(word in header for word in words.get("contains", ())) else 0.0
