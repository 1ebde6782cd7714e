"""Which columns a standard reads: asked of the evaluator itself, so that it cannot differ from what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from registry.tiering.evaluation import evaluate
from registry.tiering.population import Column, Dates, Population, TitleSpans
from registry.tiering.standard import Procedure, Standard


@dataclass(frozen=True, slots=True)
class Reads:
    """What one standard asks of an enterprise on one day."""

    figures: frozenset[tuple[str, int]]
    facts: frozenset[str]
    dates: frozenset[str]
    titles: frozenset[str]


class _Noting(dict):  # type: ignore[type-arg]
    """A mapping without content that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[object] = set()

    def get(self, name: object, default: object = None) -> object:
        self.asked.add(name)
        return default

    def __contains__(self, name: object) -> bool:
        self.asked.add(name)
        return False


def reads(standard: Standard, *, as_of: date, procedure: Procedure) -> Reads:
    """The columns ``evaluate`` touches for this standard, day and procedure; the last answers are kept."""
    return _of(_Same(standard), as_of, procedure)


class _Same:
    """A standard as a key: the very object, for comparing the content of two takes longer than asking again."""

    def __init__(self, standard: Standard) -> None:
        self.standard = standard

    def __hash__(self) -> int:
        return id(self.standard)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.standard is self.standard


@lru_cache(maxsize=128)
def _of(same: _Same, as_of: date, procedure: Procedure) -> Reads:
    return noted(lambda nobody: evaluate(same.standard, nobody), as_of=as_of, procedure=procedure)


def noted(ask: Callable[[Population], object], *, as_of: date, procedure: Procedure) -> Reads:
    """The columns anything touches of a population, found by letting it ask one about which nothing is known."""
    figures, facts, dates, titles = _Noting(), _Noting(), _Noting(), _Noting()
    nobody = Population(1, as_of, procedure, figures, facts, dates, titles, np.ones(1, dtype=np.bool_))
    ask(nobody)
    return Reads(
        frozenset(figures.asked),  # type: ignore[arg-type]
        frozenset(facts.asked),  # type: ignore[arg-type]
        frozenset(dates.asked),  # type: ignore[arg-type]
        frozenset(titles.asked),  # type: ignore[arg-type]
    )


__all__ = ["Column", "Dates", "Reads", "TitleSpans", "noted", "reads"]
