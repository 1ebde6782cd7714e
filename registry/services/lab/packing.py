"""Rows of figures and facts, as they lie in their tables, into columns: a column each figure and year, a fact each."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import Text, cast, select
from sqlmodel import Session, col

from registry.db import ExactDecimal
from registry.models import Fact, Figure
from registry.services.assessing.gathering import Ids, amount_of, rows_of, strength_of
from registry.tiering.figure_values import read_value
from registry.tiering.figures import FigureDef, annual_names, fact_names

Arrays: TypeAlias = dict[str, np.ndarray[Any, Any]]


class Figures:
    """Figures row by row; of several values of one figure the strongest trust stays, whichever comes first."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.scale = 1.0
        self._values: dict[tuple[str, int], np.ndarray[Any, Any]] = {}
        self._strength: dict[tuple[str, int], np.ndarray[Any, Any]] = {}

    def query(self, session: Session) -> Any:
        """What ``add`` takes."""
        self.scale = float(ExactDecimal.SCALE) if session.get_bind().dialect.name == "sqlite" else 1.0
        owner = col(Figure.enterprise_id)
        return select(col(Figure.name), col(Figure.year), owner, amount_of(session), strength_of(Figure))

    def add(self, rows: Sequence[Any]) -> None:
        """Enter some rows."""
        names, years, owners, amounts, weights = zip(*rows, strict=True)
        places: dict[tuple[str, int], int] = {}
        keys = [places.setdefault(key, len(places)) for key in zip(names, years, strict=True)]
        at, mine = rows_of(self.ids, np.array(owners, dtype=np.int64))
        code = np.array(keys, dtype=np.int64)[mine]
        value = np.array(amounts, dtype=np.float64)[mine]
        weight = np.array(weights, dtype=np.int8)[mine]
        order = np.lexsort((weight, code))
        ends = np.searchsorted(code[order], np.arange(len(places) + 1))
        for key, place in places.items():
            chosen = order[ends[place] : ends[place + 1]]
            if key[0] in annual_names() and chosen.size:
                self._enter(key, at[chosen], value[chosen], weight[chosen])

    def columns(self) -> Iterator[tuple[str, Any]]:
        """Everything entered: NaN is unknown."""
        for (name, year), values in self._values.items():
            yield f"figure:{name}:{year}", values / self.scale

    def _enter(self, key: tuple[str, int], at: Any, value: Any, weight: Any) -> None:
        if key not in self._values:
            self._values[key] = np.full(self.ids.size, np.nan)
            self._strength[key] = np.full(self.ids.size, -1, dtype=np.int8)
        stronger = weight >= self._strength[key][at]
        at = at[stronger]
        # Of one enterprise twice the stronger comes last and stays.
        self._values[key][at], self._strength[key][at] = value[stronger], weight[stronger]


class Facts:
    """Statements of facts row by row, with the day each was made for."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self._parts: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._seen: dict[str, dict[str, int]] = defaultdict(dict)

    def query(self) -> Any:
        """What ``add`` takes. Values as text: a fact has few different ones, and each is read once."""
        days, value = cast(col(Fact.known_on), Text), cast(col(Fact.value), Text)
        return select(col(Fact.name), col(Fact.enterprise_id), days, value, strength_of(Fact))

    def add(self, rows: Sequence[Any]) -> None:
        """Enter some rows."""
        by_name: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            by_name[row[0]].append(row)
        for name, mine in by_name.items():
            if name in fact_names():
                _, owners, days, values, weights = zip(*mine, strict=True)
                seen = self._seen[name]
                codes = [seen.setdefault(value, len(seen)) for value in values]
                at, inside = rows_of(self.ids, np.array(owners, dtype=np.int64))
                stated = (np.array(days, dtype="datetime64[D]"), np.array(codes), np.array(weights, dtype=np.int8))
                self._parts[name].append((at, *(one[inside] for one in stated)))

    def columns(self) -> Iterator[tuple[str, Any]]:
        """Of every fact the rows, the days and the values, the strongest statement of an enterprise last."""
        for name, parts in sorted(self._parts.items()):
            rows, days, codes, weights = (np.concatenate(one) for one in zip(*parts, strict=True))
            order = np.argsort(weights, kind="stable")
            yield f"fact:{name}:rows", rows[order]
            yield f"fact:{name}:days", days[order]
            for part, values in _packed(fact_names()[name], list(self._seen[name]), codes[order]):
                yield f"fact:{name}:{part}", values


def _packed(about: FigureDef, raw: list[str], codes: Any) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Days and numbers as they are; anything else once each under ``words``, and their places as the values."""
    values = [_read(about, json.loads(one)) for one in raw]
    if about.kind != "date" and not all(isinstance(one, bool | int | float) for one in values):
        yield "words", as_bytes(values)
        yield "values", codes.astype(np.int32)
    else:
        yield "values", np.array(values, dtype="datetime64[D]" if about.kind == "date" else np.float64)[codes]


def _read(about: FigureDef, value: Any) -> Any:
    # As ``gathering`` reads it: words as a figures file reads them, anything else as it is.
    return read_value(about.name, about, value) if isinstance(value, str) else value


def picked(values: Sequence[str | None]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """A column of words that repeat: each word once, and its place row by row. No word is None."""
    places: dict[str | None, int] = {}
    codes = [places.setdefault(one, len(places)) for one in values]
    yield "words", as_bytes(list(places))
    yield "values", np.array(codes, dtype=np.int32)


def as_bytes(value: Any) -> np.ndarray[Any, Any]:
    """A value as JSON in an array of bytes: what has no column of its own in the file."""
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), dtype=np.uint8)


def from_bytes(array: np.ndarray[Any, Any]) -> Any:
    """The value that ``as_bytes`` packed."""
    return json.loads(array.tobytes())
