"""The inputs of one assessment, kept as JSON and turned back into a population of one."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from registry.tiering.figures import fact_names, stated_name
from registry.tiering.population import Column, Dates, Population, TitleSpans
from registry.tiering.standard import Procedure


def pin(population: Population, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
    """For each of these rows, every known value as JSON: figures by year, facts, dates, titles."""
    figures = [(name, str(year), _known(column)) for (name, year), column in sorted(population.figures.items())]
    facts = [(name, _known(column)) for name, column in sorted(population.facts.items())]
    dates = [(name, np.datetime_as_string(days).tolist()) for name, days in sorted(population.dates.items())]
    titles = [(code, _by_row(spans)) for code, spans in sorted(population.titles.items())]
    for row in rows:
        annual: dict[str, dict[str, float]] = {}
        for name, year, values in figures:
            if values[row] is not None:
                annual.setdefault(year, {})[name] = _plain(values[row])
        yield {
            "annual": annual,
            "facts": {name: _plain(values[row]) for name, values in facts if values[row] is not None},
            "dates": {name: days[row] for name, days in dates if days[row] != "NaT"},
            "titles": {code: held[row] for code, held in titles if row in held},
        }


def unpin(inputs: dict[str, Any], *, as_of: date, procedure: Procedure) -> Population:
    """The population of one that was pinned. Coded facts come back as their choices."""
    figures = {(name, int(year)): [value] for year, one in inputs["annual"].items() for name, value in one.items()}
    facts: dict[str, Any] = {name: [_stated(name, value)] for name, value in inputs["facts"].items()}
    facts.update({name: [date.fromisoformat(day)] for name, day in inputs["dates"].items()})
    titles = {
        code: ([0] * len(spans), [begin for begin, _ in spans], [end for _, end in spans])
        for code, spans in inputs["titles"].items()
    }
    return Population.from_columns(
        size=1, as_of=as_of, procedure=procedure, figures=figures, facts=facts, titles=titles
    )


def _stated(name: str, value: float) -> Any:
    about = fact_names()[stated_name(name)]
    return about.choices[int(value)] if about.kind == "code" else value


def _known(column: Column) -> list[Any]:
    """The values as Python numbers, None where unknown."""
    pairs = zip(column.values.tolist(), column.known.tolist(), strict=True)
    return [value if known else None for value, known in pairs]


def _by_row(spans: TitleSpans) -> dict[int, list[list[str | None]]]:
    found: dict[int, list[list[str | None]]] = {}
    for row, begin, end in zip(spans.rows.tolist(), _days(spans.valid_from), _days(spans.valid_to), strict=True):
        found.setdefault(row, []).append([begin, end])
    return found


def _days(days: Dates) -> list[str | None]:
    return [None if day == "NaT" else day for day in np.datetime_as_string(days).tolist()] if days.size else []


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value
