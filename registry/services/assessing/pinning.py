"""The inputs of one assessment, kept as JSON and turned back into a population of one."""

from datetime import date
from typing import Any

import numpy as np

from registry.tiering.figures import fact_names
from registry.tiering.population import Population
from registry.tiering.standard import Procedure


def pin(firm: Population) -> dict[str, Any]:
    """Every known value of a population of one, as JSON: figures by year, facts, dates, titles."""
    annual: dict[str, dict[str, float]] = {}
    for (name, year), column in sorted(firm.figures.items()):
        if column.known[0]:
            annual.setdefault(str(year), {})[name] = _plain(column.values[0])
    facts = {name: _plain(one.values[0]) for name, one in sorted(firm.facts.items()) if one.known[0]}
    dates = {name: str(one[0]) for name, one in sorted(firm.dates.items()) if not np.isnat(one[0])}
    titles = {
        code: [[_day(begin), _day(end)] for begin, end in zip(spans.valid_from, spans.valid_to, strict=True)]
        for code, spans in sorted(firm.titles.items())
        if spans.rows.size
    }
    return {"annual": annual, "facts": facts, "dates": dates, "titles": titles}


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
    about = fact_names()[name]
    return about.choices[int(value)] if about.kind == "code" else value


def _plain(value: np.float64) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number


def _day(day: np.datetime64) -> str | None:
    return None if np.isnat(day) else str(day)
