"""A plan's numbers in the shape its pages take: words, bars, and the address of exactly the rows behind each number."""

from datetime import date
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from registry.clock import today
from registry.errors import Locale, Text
from registry.schemas.targets import Actual, IndicatorLine, Matrix, RowFigure, YearPoint
from registry.services.targets.board import LOW
from registry.services.targets.catalogue import NO_CHAIN
from registry.tiering.figures import annual_names
from web.city_tiles import scale_bounds
from web.formats import grouped, money, percent
from web.rendering import url_path, url_with

FULL = Decimal("1.5")
"""What the whole width of a bar stands for: half as much again as the target, so that its stroke has room behind it."""


def shown_value(kind: str, value: Decimal, locale: Locale) -> str:
    """A value of an indicator as it is read: 5,500; 1.25 亿元; 6.2%."""
    if kind == "money":
        return money(int(value), locale)
    if kind == "ratio":
        return percent(value, 1 if value * 1000 % 1 == 0 else 2)
    return grouped(int(value))


def line_view(request: Request, plan: str, line: IndicatorLine, as_of: date, locale: Locale) -> dict[str, Any]:
    """One indicator of the board. Every number carries where its rows or its document are."""
    place = _Place(request, plan, line, as_of, locale)
    forecast = line.forecast
    return {
        "line": line,
        "href": place.indicator(),
        "now": place.actual(line.now, as_of),
        "others": [place.actual(one, as_of) for one in beside(line)],
        "years": [_year(place, point) for point in line.years],
        "bar": bar_of(line),
        "low": is_low(line),
        "met": line.share is not None and line.share >= 1,
        "gap": _gap(line, locale),
        "target": shown_value(line.kind, line.target, locale) if line.target is not None else None,
        "forecast": {
            "value": grouped(forecast.value),
            "href": place.rows(as_of, view="forecast"),
            "leaving": grouped(forecast.leaving),
            "leaving_href": place.rows(as_of, view="leaving"),
            "joining": grouped(forecast.joining),
            "joining_href": place.rows(as_of, view="joining"),
            "on_day": forecast.on_day,
            "changes": bool(forecast.leaving or forecast.joining),
        }
        if forecast
        else None,
    }


def beside(line: IndicatorLine) -> list[Actual]:
    """What stands beside the latest value: others of the same day, and the latest of the other kind (counted, entered).

    Earlier values are on the indicator's page.
    """
    if line.now is None:
        return []
    same_day = [one for one in line.others if one.on_day == line.now.on_day]
    other_kind = [one for one in line.others if one.counted != line.now.counted and one not in same_day]
    return same_day + other_kind[:1]


def is_low(line: IndicatorLine) -> bool:
    """Below the share of its target under which an indicator is marked."""
    return line.share is not None and line.share < LOW


def bar_of(line: IndicatorLine) -> dict[str, float] | None:
    """Value, width and target of a bar, as shares of the target; None without a target or a value."""
    if line.share is None:
        return None
    return {"value": float(line.share), "max": float(FULL), "target": 1.0}


def _gap(line: IndicatorLine, locale: Locale) -> str | None:
    """What is missing to the target, in its own unit; None where nothing is."""
    if line.now is None or line.target is None or line.now.value >= line.target:
        return None
    gap = line.target - line.now.value
    if line.kind == "ratio":
        points = f"{gap * 100:.1f}"
        return Text(f"{points} 个百分点", f"{points} percentage points").in_(locale)
    words = shown_value(line.kind, gap, locale)
    return words if line.kind == "money" else f"{words} {line.unit.in_(locale)}"


class _Place:
    """Where the rows and the documents behind the numbers of one indicator are."""

    def __init__(self, request: Request, plan: str, line: IndicatorLine, as_of: date, locale: Locale) -> None:
        self.request, self.plan, self.line, self.as_of, self.locale = request, plan, line, as_of, locale

    def indicator(self) -> str:
        """Its page, on the day looked at."""
        own = url_path(self.request, "plan_indicator", code=self.plan, indicator=self.line.code)
        return url_with(own, as_of=_kept(self.as_of))

    def rows(self, day: date, **kept: str | None) -> str:
        """The firms behind a number of a day."""
        own = url_path(self.request, "plan_rows", code=self.plan, indicator=self.line.code)
        return url_with(own, as_of=_kept(day), **kept)

    def actual(self, actual: Actual | None, day: date) -> dict[str, Any] | None:
        """A value with its words; ``day``: the day its rows are asked for."""
        if actual is None:
            return None
        href = self.rows(day) if actual.counted else f"{self.indicator()}#value-{actual.value_id}"
        return {
            "text": shown_value(self.line.kind, actual.value, self.locale),
            "trust": actual.trust.value,
            "href": href,
            "actual": actual,
            "when": None if actual.on_day == day and actual.figure_year is None else actual.on_day,
        }


def _kept(day: date) -> str | None:
    return None if day == today() else day.isoformat()


def _year(place: _Place, point: YearPoint) -> dict[str, Any]:
    end = date(point.year, 12, 31)
    target = point.target
    return {
        "year": point.year,
        "target": shown_value(place.line.kind, target, place.locale) if target is not None else None,
        "actual": place.actual(point.actual, end),
        "others": [place.actual(one, end) for one in point.others],
    }


def matrix_view(request: Request, plan: str, matrix: Matrix, locale: Locale) -> dict[str, Any]:
    """The matrix with its cities in the order of their firms, and an address for every number."""
    own = url_path(request, "plan_rows", code=plan, indicator=matrix.indicator)
    day = _kept(matrix.as_of)
    order = sorted(range(len(matrix.cities)), key=lambda at: (-matrix.city_totals[at], matrix.cities[at]))

    def href(city: str | None = None, chain: str | None = None) -> str:
        return url_with(own, as_of=day, city=city, chain=chain)

    rows = [
        {
            "row": row,
            "cells": [
                {
                    "value": row.cells[at].value,
                    "wanted": row.cells[at].wanted,
                    "href": href(matrix.cities[at], row.chain),
                }
                for at in order
            ],
            "href": href(chain=row.chain),
        }
        for row in matrix.rows
    ]
    return {
        "matrix": matrix,
        "heads": [matrix.city_names[at].in_(locale).removesuffix("市") for at in order],
        "rows": rows,
        "totals": [(matrix.city_totals[at], href(matrix.cities[at])) for at in order],
        "outside": [(matrix.outside_by_city[at], href(matrix.cities[at], NO_CHAIN)) for at in order],
        "outside_href": href(chain=NO_CHAIN),
        "total_href": href(),
        "bounds": scale_bounds(cell.value for row in matrix.rows for cell in row.cells),
        "any_wanted": any(cell.wanted for row in matrix.rows for cell in row.cells),
        "wishes": [row for row in matrix.rows if row.wish is not None],
    }


def figure_view(figure: RowFigure, locale: Locale) -> dict[str, Any]:
    """A yearly figure of a firm, or the sum of many."""
    kind = annual_names()[figure.name].kind
    text = money(int(figure.value), locale) if kind == "money" else grouped(figure.value.normalize())
    return {"label": figure.label, "text": text, "trust": figure.trust.value, "source": figure.source}
