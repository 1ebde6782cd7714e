"""The size class (划型) of an enterprise: micro, small, medium or large by last year's staff and revenue.

《中小企业划型标准规定》 工信部联企业〔2011〕300号 and 《统计上大中小微型企业划分办法（2017）》: a class needs both its
lower limits, otherwise the enterprise is one class down. So the class is the lower of the two its staff and its
revenue give.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from registry.errors import FileRefused, Text
from registry.tiering.language import SizeClass
from registry.tiering.measures import Node, Number, Words
from registry.tiering.population import Bools, Column, Population

CLASSES: tuple[SizeClass, ...] = ("micro", "small", "medium", "large")
CLASS_WORDS: dict[SizeClass, Text] = {
    "micro": Text("微型企业", "micro enterprise"),
    "small": Text("小型企业", "small enterprise"),
    "medium": Text("中型企业", "medium-sized enterprise"),
    "large": Text("大型企业", "large enterprise"),
}
LINES = Path(__file__).parent / "size_lines.yaml"
UNMET, UNKNOWN, NEEDS_REVIEW, MET = 0, 1, 2, 3  # as in evaluation.Result, which builds on this module

Classes: TypeAlias = NDArray[np.int8]


class Lines(Node):
    """The lines of some industries: from which staff and revenue on an enterprise is small, medium and large.

    ``seen``: which of the three lines were read in a source; the others are recalled and a person must check.
    """

    name: Words
    divisions: tuple[tuple[int, int], ...] = ()
    staff: tuple[Number, Number, Number]
    revenue: tuple[Number, Number, Number] | None = None
    seen: tuple[SizeClass, ...] = ()

    @model_validator(mode="after")
    def rising(self) -> "Lines":
        """Small before medium before large."""
        for lines in (self.staff, self.revenue):
            if lines is not None and list(lines) != sorted(lines):
                raise ValueError("划型线须由小到大")
        return self


class SizeTable(Node):
    """All lines; the last entry, without divisions, is for every other industry."""

    industries: tuple[Lines, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class SizeRange:
    """The lowest and highest class each row can have (places in CLASSES), the industry known, and its entry."""

    low: Classes
    high: Classes
    known: Bools
    industry: Classes


@cache
def size_table() -> SizeTable:
    """The lines shipped with the registry. Raises FileRefused if the file is not right."""
    from ruamel.yaml import YAML

    try:
        return SizeTable.model_validate(YAML(typ="safe", pure=True).load(LINES.read_text(encoding="utf-8")))
    except ValueError as error:
        raise FileRefused(f"划型标准文件 {LINES.name}：{error}", f"Size file {LINES.name}: {error}") from error


def size_range(population: Population, shift: int = 0) -> SizeRange:
    """The classes each row can have; a missing figure leaves every class up to the other figure's."""
    year = population.last_year + shift
    staff, revenue = population.figure("employees", year), population.figure("revenue", year)
    division = population.fact("industry_division")
    low = np.zeros(population.size, dtype=np.int8)
    high = np.full(population.size, len(CLASSES) - 1, dtype=np.int8)
    industry = np.full(population.size, len(size_table().industries) - 1, dtype=np.int8)
    for place, lines in reversed(list(enumerate(size_table().industries))):
        mine = _members(lines, division)
        if not mine.any():
            continue  # of one firm all industries but one
        by_staff = _class(staff, lines.staff)
        by_revenue = by_staff if lines.revenue is None else _class(revenue, lines.revenue)
        low = np.where(mine, np.minimum(by_staff[0], by_revenue[0]), low)
        high = np.where(mine, np.minimum(by_staff[1], by_revenue[1]), high)
        industry = np.where(mine, np.int8(place), industry)
    return SizeRange(low, np.where(division.known, high, np.int8(len(CLASSES) - 1)), division.known, industry)


def size_result(wanted: tuple[SizeClass, ...], population: Population, shift: int = 0) -> NDArray[np.uint8]:
    """Whether each row is of one of the classes. A line that was only recalled gives needs_review."""
    found = size_range(population, shift)
    fits = np.array([one in wanted for one in CLASSES])
    possible = [(found.low <= place) & (place <= found.high) for place in range(len(CLASSES))]
    some = np.logical_or.reduce([one for one, fit in zip(possible, fits, strict=True) if fit])
    other = np.logical_or.reduce(
        [one for one, fit in zip(possible, fits, strict=True) if not fit] or [np.zeros(population.size, np.bool_)]
    )
    doubtful = np.array([not _decided_by_seen(lines, fits) for lines in size_table().industries])[found.industry]
    decided = np.where(some & other, np.uint8(UNKNOWN), np.where(some, np.uint8(MET), np.uint8(UNMET)))
    # With lines nobody has seen, no figure decides: a person does, whatever is still missing.
    decided = np.where(doubtful, np.uint8(NEEDS_REVIEW), decided)
    return np.where(found.known, decided, np.uint8(UNKNOWN)).astype(np.uint8)


def _members(lines: Lines, division: Column) -> Bools:
    if not lines.divisions:
        return np.ones(division.values.size, dtype=np.bool_)
    spans = [(division.values >= first) & (division.values <= last) for first, last in lines.divisions]
    inside: Bools = division.known & np.logical_or.reduce(spans)
    return inside


def _class(column: Column, lines: tuple[Number, Number, Number]) -> tuple[Classes, Classes]:
    """The class one figure gives, as a range: all of them where it is missing."""
    place = sum((column.values >= float(one)).view(np.int8) for one in lines)
    low = np.where(column.known, place, np.int8(0))
    return low, np.where(column.known, place, np.int8(len(CLASSES) - 1))


def _decided_by_seen(lines: Lines, fits: NDArray[np.bool_]) -> bool:
    """Whether every line between a wanted and an unwanted class was seen in a source."""
    crossed = [CLASSES[place] for place in range(1, len(CLASSES)) if fits[place] != fits[place - 1]]
    return all(one in lines.seen for one in crossed)
