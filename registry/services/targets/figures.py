"""Sums and shares of published yearly figures, and the figures behind them, one value a firm and name.

Where values of several sources stand side by side the strongest counts: official, audited, declared, computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col

from registry.db import ExactDecimal
from registry.models import Enterprise, Figure
from registry.services.targets.catalogue import Plan, asked_for, lies_in
from registry.services.targets.counting import members
from registry.services.targets.rules import FigureRule, FiguresShare, Listings, figure_year
from registry.vocabulary import Trust

PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Sums:
    """What the figures of a rule come to. ``value`` is None while no firm has them: not the same as 0."""

    firms: int
    totals: tuple[Decimal, ...]
    """The sum of each figure, in the order of ``rule.names``."""
    value: Decimal | None
    year: int


@dataclass(frozen=True, slots=True)
class UsedFigure:
    """The one value of a firm that counts."""

    name: str
    value: Decimal
    trust: Trust
    source: str


def sums(
    session: Session, plan: Plan, rule: FigureRule, *, day: date, city: str | None = None, chain: str | None = None
) -> Sums:
    """Add up the figures of the firms of a rule on the day; of one city or chain if asked."""
    firms = with_figures(plan, rule, day=day, city=city, chain=chain).subquery()
    totals = (func.sum(firms.c[f"value_{at}"], type_=ExactDecimal()) for at in range(len(rule.names)))
    count, *added = session.execute(select(func.count(), *totals).select_from(firms)).one()
    known = tuple(one if one is not None else Decimal(0) for one in added)
    return Sums(count, known, _value(rule, count, known), figure_year(day))


def with_figures(plan: Plan, rule: FigureRule, *, day: date, city: str | None, chain: str | None) -> Select[Any]:
    """SQL: the firms of a rule that have all its figures for the year, with ``enterprise_id``, ``value_0``, …"""
    firms = select(col(Enterprise.id)).where(*lies_in(plan, rule.chains), *asked_for(city, chain))
    if rule.directories:
        holders = Listings(kind="listings", directories=rule.directories, chains=rule.chains)
        firms = firms.where(col(Enterprise.id).in_(members(plan, holders, day=day)))
    # Asked of these firms only: ranking every figure of a year costs far more than finding the few.
    year, own = figure_year(day), col(Figure.enterprise_id).in_(firms)
    best = [_best(name, year).where(own).subquery() for name in rule.names]
    query: Any = select(
        best[0].c.enterprise_id.label("enterprise_id"),
        *(one.c.value.label(f"value_{at}") for at, one in enumerate(best)),
    ).where(best[0].c.place == 1)
    for one in best[1:]:
        query = query.join(one, (one.c.enterprise_id == best[0].c.enterprise_id) & (one.c.place == 1))
    if isinstance(rule, FiguresShare):
        query = query.where(best[1].c.value > 0)
    found: Select[Any] = query
    return found


def used_figures(
    session: Session, rule: FigureRule, *, year: int, enterprise_ids: Sequence[int]
) -> dict[int, list[UsedFigure]]:
    """The values of these firms that count, in the order of ``rule.names``."""
    found: dict[int, list[UsedFigure]] = {}
    for name in rule.names:
        best = _best(name, year).where(col(Figure.enterprise_id).in_(enterprise_ids)).subquery()
        for row in session.execute(select(best).where(best.c.place == 1)).mappings():
            used = UsedFigure(name, row["value"], row["trust"], row["source"])
            found.setdefault(row["enterprise_id"], []).append(used)
    return found


def _best(name: str, year: int) -> Select[Any]:
    """Every published value of a figure with its place among those of its firm, the strongest first."""
    strength = case({trust.value: place for place, trust in enumerate(Trust)}, value=col(Figure.trust))
    place = func.row_number().over(partition_by=col(Figure.enterprise_id), order_by=(strength, col(Figure.id)))
    return select(
        col(Figure.enterprise_id).label("enterprise_id"),
        col(Figure.value).label("value"),
        col(Figure.trust).label("trust"),
        col(Figure.source).label("source"),
        place.label("place"),
    ).where(col(Figure.year) == year, col(Figure.name) == name, col(Figure.published).is_(True))


def _value(rule: FigureRule, count: int, totals: tuple[Decimal, ...]) -> Decimal | None:
    if not count:
        return None
    if isinstance(rule, FiguresShare):
        return (totals[0] / totals[1]).quantize(PLACES)
    return totals[0]
