"""The same rules run through SQL come to the same result, criterion by criterion, for every version."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from registry.tiering.evaluation import evaluate
from registry.tiering.figures import annual_names, fact_names, stated_name
from registry.tiering.inside import within
from registry.tiering.language import Compare, ScoreBand, ThresholdBand
from registry.tiering.loader import load_all
from registry.tiering.population import Column, Population
from registry.tiering.reads import Reads, reads
from registry.tiering.standard import Procedure, Standard
from tests.unit.tiering.sql_rules import Day, figure, results

DAY = date(2026, 5, 6)
FIRMS = 400
PLACES = [440305, 440112, 440103, 510104, 110101, 420100, 440000]
DIVISIONS = [6, 39, 46, 51, 63, 65, 73]


def numbers_of(standard: Standard) -> list[Fraction]:
    """Every number a version compares with: its edges are where mistakes are."""
    found = {Fraction(0), Fraction(1)}
    for one in within(standard, Compare):
        if isinstance(one.threshold, Fraction):
            found.add(one.threshold)
    for band in within(standard, ThresholdBand):
        found |= {one for one in (band.up_to, band.use) if one is not None}
    for points in within(standard, ScoreBand):
        found |= {one for one in (points.at_least, points.more_than) if one is not None}
    return sorted(found)


class MadeUp:
    """Random firms with values on and beside the edges; a third of everything is missing."""

    def __init__(self, standard: Standard, asked: Reads, seed: int) -> None:
        self.chance, self.asked, self.numbers = Random(seed), asked, numbers_of(standard)  # noqa: S311

    def firm(self) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for name, year in sorted(self.asked.figures):
            found[name, year] = self.number(annual_names()[name].kind)
        for name in sorted(self.asked.facts):
            about = fact_names()[stated_name(name)]
            if name in ("region", "industry_division"):
                found[name] = self.chance.choice(PLACES if name == "region" else DIVISIONS)
            elif about.kind == "code":
                found[name] = self.chance.randrange(len(about.choices))
            elif about.kind in ("bool", "presence"):
                found[name] = self.chance.randrange(2)
            else:
                found[name] = self.number(about.kind)
        for name in sorted(self.asked.dates):
            found[name] = DAY - timedelta(
                days=self.chance.choice([0, 364, 365, 366, 1095, 1826, 3652, 3653, 4000, 6000])
            )
        return {name: value for name, value in found.items() if self.chance.random() > 0.33}

    def number(self, kind: str) -> float | int:
        edge = self.chance.choice(self.numbers)
        if kind == "ratio":
            return float(edge) if edge <= 1 else self.chance.choice([0.03, 0.1, 0.6])
        base = edge if edge > 5 else edge * self.chance.choice([1, 100, 5000_0000])
        return max(0, int(base) + self.chance.choice([-1, 0, 0, 1]))

    def titles(self) -> Iterator[tuple[str, date | None, date | None]]:
        spans = [(None, None), (date(2024, 1, 1), DAY), (DAY, None), (date(2020, 1, 1), DAY - timedelta(days=1))]
        for directory in sorted(self.asked.titles):
            if self.chance.random() < 0.4:
                yield (directory, *self.chance.choice(spans))


def populated(firms: list[dict[Any, Any]], titles: list[Any], procedure: Procedure) -> Population:
    keys = {key for firm in firms for key in firm}
    facts = {
        key: [
            firm.get(key)
            if fact_names()[stated_name(key)].kind != "code" or key not in firm
            else fact_names()[key].choices[firm[key]]
            for firm in firms
        ]
        for key in keys
        if isinstance(key, str)
    }
    spans: dict[str, tuple[list[Any], list[Any], list[Any]]] = {}
    for row, held in enumerate(titles):
        for code, begin, end in held or ():
            for place, value in zip(spans.setdefault(code, ([], [], [])), (row, begin, end), strict=True):
                place.append(value)
    return Population.from_columns(
        size=len(firms),
        as_of=DAY,
        procedure=procedure,
        figures={key: [firm.get(key) for firm in firms] for key in keys if isinstance(key, tuple)},
        facts=facts,
        titles=spans,
        titles_known=np.array([held is not None for held in titles]),
    )


def plain(column: Column) -> list[float | int | None]:
    """The values as SQL keeps them: whole numbers as integers, unknown as NULL."""
    pairs = zip(column.values.tolist(), column.known.tolist(), strict=True)
    return [None if not known else int(value) if value.is_integer() else value for value, known in pairs]


def by_sql(standard: Standard, asked: Reads, firms: Population) -> dict[str, list[int]]:
    """The result of every criterion for every row, as a database finds it."""
    columns = {figure(*one): plain(firms.figure(*one)) for one in sorted(asked.figures)}
    columns |= {f'"{one}"': plain(firms.fact(one)) for one in sorted(asked.facts)}
    for one in sorted(asked.dates):
        columns[f'"{one}"'] = [
            None if day == "NaT" else day for day in np.datetime_as_string(firms.date_fact(one)).tolist()
        ]
    rows = zip(range(firms.size), firms.titles_known.tolist(), *columns.values(), strict=True)
    marks = ", ".join("?" * (len(columns) + 2))
    with sqlite3.connect(":memory:") as table:
        table.execute(f"CREATE TABLE firm (id INTEGER PRIMARY KEY, titles_known, {', '.join(columns)})")
        table.executemany(f"INSERT INTO firm VALUES ({marks})", rows)  # noqa: S608
        table.execute("CREATE TABLE title (firm, directory, begin, end)")
        for code, spans in firms.titles.items():
            days = [[None if np.isnat(day) else str(day) for day in one] for one in (spans.valid_from, spans.valid_to)]
            held = zip(spans.rows.tolist(), *days, strict=True)
            table.executemany("INSERT INTO title VALUES (?, ?, ?, ?)", [(row, code, *span) for row, *span in held])
        asked_for = results(standard, Day(DAY, firms.procedure)).items()
        return {one: [row[0] for row in table.execute(f"SELECT {sql} FROM firm ORDER BY id")] for one, sql in asked_for}  # noqa: S608


@pytest.mark.parametrize("procedure", ["new", "review"])
@pytest.mark.parametrize("standard", load_all(), ids=lambda one: one.id)
def test_sql_and_the_evaluator_agree_on_every_criterion(standard: Standard, procedure: Procedure) -> None:
    asked = reads(standard, as_of=DAY, procedure=procedure)
    if "founded_on" not in asked.dates:
        asked = Reads(asked.figures, asked.facts, asked.dates | {"founded_on"}, asked.titles)
    made = MadeUp(standard, asked, seed=20260506)
    firms = [made.firm() for _ in range(FIRMS)]
    titles = [list(made.titles()) if made.chance.random() < 0.9 else None for _ in firms]
    rows = populated(firms, titles, procedure)
    evaluation, wanted = evaluate(standard, rows), by_sql(standard, asked, rows)
    for criterion, codes in evaluation.codes.items():
        different = [
            at for at, (one, other) in enumerate(zip(codes.tolist(), wanted[criterion], strict=True)) if one != other
        ]
        assert not different, (criterion, codes[different[0]], wanted[criterion][different[0]], firms[different[0]])
