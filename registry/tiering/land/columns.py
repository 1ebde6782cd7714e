"""What a scheme reads of every firm, with its conditions already judged: enough to grade a run again at any time."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from registry.tiering.evaluation import Result, judge
from registry.tiering.land.ratios import LAND, RATIOS, SQUARE_METRES
from registry.tiering.land.scheme import Kind, Scheme
from registry.tiering.language import Rule
from registry.tiering.population import Bools, Floats, Population

KINDS: tuple[Kind, ...] = ("above_scale", "below_scale")
SCALE_FIGURE = "main_business_revenue"
ADJUSTMENT = "land_points"

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """One row a firm. ``figures``: numbers as stored, NaN unknown, ``land`` (mu, by the scheme's rule) among them.

    ``region`` and ``division``: whole numbers, −1 unknown. ``in_scope``: takes part by the scope of its kind;
    ``excluded`` and ``vetoed``: the place of the first exclusion or veto that applies, −1 for none.
    """

    figures: dict[str, Floats]
    region: Ints
    division: Ints
    in_scope: Bools
    excluded: Ints
    vetoed: Ints

    @property
    def size(self) -> int:
        """How many firms."""
        return self.region.size


def day_of(year: int) -> date:
    """The assessment day whose last year is the year of the data."""
    return date(year + 1, 1, 1)


def figures_wanted(scheme: Scheme) -> tuple[str, ...]:
    """Names of the yearly figures a scheme reads, apart from those of its conditions."""
    items = [RATIOS[item.ratio] for family in scheme.families.values() for item in family.items]
    names = [name for one in items for name in (one.top, one.bottom) if name != LAND]
    rented = ["rented_floor_m2"] if scheme.plot_ratio is not None else []
    points = [ADJUSTMENT] if scheme.adjustments else []
    return tuple(dict.fromkeys([SCALE_FIGURE, "land_mu", *rented, *points, *names]))


def columns_of(scheme: Scheme, population: Population, *, year: int) -> Columns:
    """The columns of a scheme for the data of a year. The population's day must be ``day_of(year)``."""
    if population.last_year != year:
        raise ValueError(f"the population is of {population.last_year}, not of {year}")
    figures = {name: _plain(population, name, year) for name in figures_wanted(scheme)}
    figures[LAND] = _land(scheme, figures)
    above = figures[SCALE_FIGURE] >= float(scheme.scale_line)
    in_scope = np.ones(population.size, dtype=np.bool_)
    for kind, mine in zip(KINDS, (above, ~above), strict=True):
        family = scheme.families.get(kind)
        if family is None:
            in_scope &= ~mine
        elif family.scope is not None:
            in_scope &= ~mine | _holds(family.scope, population)
    return Columns(
        figures=figures,
        region=_whole(population, "region"),
        division=_whole(population, "industry_division"),
        in_scope=in_scope,
        excluded=_first([one.rule for one in scheme.exclusions], population),
        vetoed=_first([one.rule for one in scheme.vetoes], population),
    )


def _plain(population: Population, name: str, year: int) -> Floats:
    column = population.figure(name, year)
    return np.where(column.known, column.values, np.nan)


def _land(scheme: Scheme, figures: dict[str, Floats]) -> Floats:
    """Land in mu; rented floor is added where the scheme has a rule for it. Nothing at all is unknown."""
    own = figures["land_mu"]
    if scheme.plot_ratio is not None:
        rented = figures["rented_floor_m2"] / float(scheme.plot_ratio) / SQUARE_METRES
        nothing = np.isnan(own) & np.isnan(rented)
        own = np.where(nothing, np.nan, np.nan_to_num(own) + np.nan_to_num(rented))
    return np.where(own > 0, own, np.nan)


def _whole(population: Population, name: str) -> Ints:
    column = population.fact(name)
    return np.where(column.known, column.values, -1).astype(np.int64)


def _holds(rule: Rule, population: Population) -> Bools:
    """Who surely fulfils a condition: what is not known or needs a person does not count."""
    found: Bools = judge(rule, population) == Result.MET
    return found


def _first(rules: list[Rule], population: Population) -> Ints:
    found = np.full(population.size, -1, dtype=np.int64)
    for place, rule in reversed(list(enumerate(rules))):
        found[_holds(rule, population)] = place
    return found
