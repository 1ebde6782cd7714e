"""A row of cells into the facts it states, by the roles of its columns. Pure: no database.

Facts are a plain dictionary because they are stored with the row: ``name``, ``uscc``, ``registration_no``,
``code_fault`` (with ``code_as_given``), ``region_code``, ``city_code``, ``place``, ``founded_on``, ``capital_cny``,
``capital_text``, …; dates are ISO text, money whole yuan, and a fact that is not stated has no
entry. ``warnings`` lists unread cells.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

from registry.errors import Text
from registry.identity import (
    city_of,
    clean_name,
    industry,
    is_registration_number,
    is_uscc,
    normalise_code,
    resolve_region,
    split_notes,
)
from registry.identity.faults import is_scientific
from registry.schemas.tables import Table
from registry.services.imports import cells as read
from registry.services.imports.date_columns import date_reader

Facts = dict[str, Any]

FIELDS: dict[str, tuple[str, Callable[[str], read.Reading]]] = {
    "founded_on": ("founded_on", read.read_date),
    "issued_on": ("issued_on", read.read_date),
    "valid_from": ("valid_from", read.read_date),
    "valid_to": ("valid_to", read.read_date),
    "status": ("status", read.read_status),
    "industry_code": ("industry_code", read.read_industry_code),
    "stock_code": ("stock_code", read.read_stock_code),
    "rank": ("rank", read.read_rank),
    "market": ("market", read.short_text(40)),
    "name_en": ("name_en", read.short_text(300)),
    "short_name": ("short_name", read.short_text(300)),
    "former_name": ("former_name", read.short_text(300)),
    "website": ("website", read.short_text(200)),
    "address": ("address", read.short_text(300)),
    "main_business": ("main_business", read.short_text(20_000)),
    "certificate_no": ("certificate_no", read.short_text(60)),
    "group": ("group", read.short_text(100)),
}
"""Role → the fact it gives and how its cell is read."""

_PLACES = ("province", "city", "county", "region", "city_code", "county_code", "country")
_CHINA = frozenset({"中国", "china", "中华人民共和国", "hong kong", "香港", "macau", "taiwan", "台湾"})
_TRAILING_CODE = re.compile(r"[^0-9A-Z]([A-T]?[0-9]{2,4})$")
_MAY_HOLD_NOTES = re.compile(r"[（(［\[【:：注]")

KEPT_ELSEWHERE = frozenset(
    {"name", "uscc", "registration_no", "certificate_no", "rank", "group", "serial", "valid_from", "valid_to"}
)
"""Roles a listing states in columns of its own; all other columns go into its details."""


class Interpreter:
    """Reads the rows of one table."""

    def __init__(self, table: Table) -> None:
        self.columns = table.names
        at = {each.role: each.position for each in table.roles if each.role}
        self._name = at["name"]
        self._uscc, self._registration = at.get("uscc"), at.get("registration_no")
        self._capital, self._industry = at.get("capital"), at.get("industry")
        self._places = tuple(at.get(role) for role in _PLACES)
        self._take_places = _taker([place for place in self._places if place is not None])
        self._places_seen: dict[Any, Facts] = {}
        unit = "" if self._capital is None else read.unit_of_header(self.columns[self._capital])
        self._amounts = _Remembered(partial(read.read_capital, unit=unit))
        self.notes: list[Text] = []
        """What was decided for whole columns."""
        self._fields = [
            (at[role], FIELDS[role][0], _Remembered(self._reader(table, role, at[role])))
            for role in FIELDS
            if role in at
        ]

    def _reader(self, table: Table, role: str, position: int) -> Callable[[str], read.Reading]:
        reader = FIELDS[role][1]
        if reader is not read.read_date:
            return reader
        reader, note = date_reader(table, position)
        if note is not None:
            self.notes.append(note)
        return reader

    def interpret(self, cells: Sequence[str]) -> Facts:
        """The facts one row states."""
        facts: Facts = {}
        warnings: list[dict[str, str]] = []
        self._read_name(cells[self._name], facts, warnings)
        self._read_codes(cells, facts, warnings)
        if self._take_places is not None:
            self._read_place(cells, self._take_places(cells), facts)
        for position, fact, known in self._fields:
            cell = cells[position]
            if cell:
                value, fault = known[cell]
                if value is not None:
                    facts[fact] = value
                elif fault is not None:
                    warnings.append(read.warning(self.columns[position], cell, fault))
        if self._capital is not None:
            self._read_capital(cells[self._capital], facts, warnings)
        if self._industry is not None and "industry_code" not in facts:
            code = industry_in(cells[self._industry])
            if code is not None:
                facts["industry_code"] = code
        if warnings:
            facts["warnings"] = warnings
        return facts

    def _read_name(self, cell: str, facts: Facts, warnings: list[dict[str, str]]) -> None:
        if read.is_empty(cell):
            return
        # Most names are letters only: nothing to clean in them.
        name = cell if cell.isalnum() else clean_name(cell)
        if _MAY_HOLD_NOTES.search(name):
            name, notes = split_notes(name)
            former = [note.text for note in notes if note.kind == "former"]
            if former:
                facts["former_names"] = former
            for note in notes:
                if note.kind == "renamed":
                    said = Text(
                        f"注明已更名为“{note.text}”，请核对", f"Says it was renamed to “{note.text}”; please check"
                    )
                    warnings.append(read.warning(self.columns[self._name], cell, said))
        facts["name"] = name
        if cell != name:
            facts["name_as_printed"] = cell.strip()

    def _read_codes(self, cells: Sequence[str], facts: Facts, warnings: list[dict[str, str]]) -> None:
        """The code column may hold a USCC or an old registration number; anything else is a fault of the row."""
        given = "" if self._uscc is None else cells[self._uscc]
        if is_uscc(given):
            facts["uscc"] = given
        elif not read.is_empty(given):
            code = _plain_code(given)
            if is_uscc(code):
                facts["uscc"] = code
            elif is_registration_number(code):
                facts["registration_no"] = code
            else:
                facts["code_as_given"] = code[:60]
                facts["code_fault"] = code_fault(code)
        other = "" if self._registration is None else cells[self._registration]
        if not read.is_empty(other):
            number = _plain_code(other)
            if len(number) == 18 and is_uscc(number):
                facts.setdefault("uscc", number)
            elif is_registration_number(number):
                facts.setdefault("registration_no", number)
            else:
                reason = Text("不是旧注册号", "Not an old registration number")
                warnings.append(read.warning(self.columns[self._registration or 0], number, reason))

    def _read_place(self, cells: Sequence[str], raw: Any, facts: Facts) -> None:
        found = self._places_seen.get(raw)
        if found is None:
            given = ("" if at is None or read.is_empty(cells[at]) else cells[at].strip() for at in self._places)
            stated = zip(("region_code", "city_code", "place"), place_of(tuple(given)), strict=True)
            found = self._places_seen[raw] = {fact: value for fact, value in stated if value}
        facts.update(found)

    def _read_capital(self, cell: str, facts: Facts, warnings: list[dict[str, str]]) -> None:
        amount, fault = self._amounts[cell]
        if amount is not None:
            facts["capital_cny"] = amount
            return
        if read.is_empty(cell):
            return
        text = " ".join(cell.split())
        if len(text) <= 60:
            facts["capital_text"] = text
        if fault is not None:
            warnings.append(read.warning(self.columns[self._capital or 0], cell, fault))


class _Remembered(dict[str, read.Reading]):
    """Cells of one column and what they were read as; columns repeat themselves, and a look-up beats reading again."""

    MOST = 20_000

    def __init__(self, reader: Callable[[str], read.Reading]) -> None:
        super().__init__()
        self.reader = reader

    def __missing__(self, cell: str) -> read.Reading:
        reading = (None, None) if read.is_empty(cell) else self.reader(cell)
        if len(self) < self.MOST:
            self[cell] = reading
        return reading


def _taker(positions: list[int]) -> Callable[[Sequence[str]], Any] | None:
    return itemgetter(*positions) if positions else None


def _plain_code(cell: str) -> str:
    """The code without its dress; most have none."""
    return cell if cell.isascii() and cell.isalnum() and cell == cell.upper() else normalise_code(cell)


def code_fault(code: str) -> str:
    """What kind of fault a text has that should be a code: scientific, wrong_check_digit or malformed.

    >>> code_fault("9.13509E+17"), code_fault("91350100M000100Y44"), code_fault("ABC")
    ('scientific', 'wrong_check_digit', 'malformed')
    """
    if is_scientific(code):
        return "scientific"
    return "wrong_check_digit" if re.fullmatch(r"[0-9A-Z]{18}", code) else "malformed"


@lru_cache(maxsize=32_768)
def place_of(given: tuple[str, ...]) -> tuple[str | None, str | None, str]:
    """Region and city code of what the place columns say, and the place in words where it lies abroad."""
    province, city, county, region, city_code, county_code, country = given
    if country and country.lower() not in _CHINA:
        return None, None, ", ".join(part for part in (city, province, country) if part)
    found = resolve_region(
        province=province or None,
        city=city or None,
        county=county or None,
        text=region or None,
        code=county_code or city_code or None,
    )
    if found is None:
        return None, None, ", ".join(part for part in (city, country) if part) if country else ""
    return found.code, city_of(found.code), ""


@lru_cache(maxsize=8192)
def industry_in(cell: str) -> str | None:
    """The industry code a cell is, or ends in (皮革、毛皮…制鞋业19); None for words alone.

    >>> industry_in("C3973"), industry_in("非金属矿物制品业30"), industry_in("Fintech")
    ('3973', '30', None)
    """
    text = cell.strip()
    if (whole := industry(text)) is not None and text[-1:].isdigit():
        return whole.code
    ending = _TRAILING_CODE.search(text)
    found = industry(ending[1]) if ending else None
    return found.code if found else None
