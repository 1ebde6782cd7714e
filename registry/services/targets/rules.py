"""How an indicator is counted, as data of the plan: titles held, or yearly figures summed or put in relation."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Chains = Literal["any"] | tuple[str, ...] | None
"""``any``: firms of at least one chain; codes: of one of these; None: whether or not in a chain."""


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    chains: Chains = None


class Listings(_Rule):
    """Firms that hold a title of one of the directories; each firm counts once."""

    kind: Literal["listings"]
    directories: tuple[str, ...] = Field(min_length=1)


class FiguresSum(_Rule):
    """The sum of one published yearly figure over firms, of the last full year; of holders only if directories."""

    kind: Literal["figures_sum"]
    figure: str
    directories: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The figures read."""
        return (self.figure,)


class FiguresShare(_Rule):
    """One published yearly figure over another, both summed over the firms that have both."""

    kind: Literal["figures_share"]
    numerator: str
    denominator: str
    directories: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The figures read, numerator first."""
        return (self.numerator, self.denominator)


FigureRule = FiguresSum | FiguresShare
CountRule = Listings | FigureRule

_RULES: TypeAdapter[CountRule] = TypeAdapter(Annotated[CountRule, Field(discriminator="kind")])


def read_rule(stored: object) -> CountRule | None:
    """The rule of an indicator as it is stored; None where only official values count. Raises ValueError."""
    return None if stored is None else _RULES.validate_python(stored)


def figure_year(day: date) -> int:
    """The last year that has ended by the end of the day: its figures count on that day.

    >>> figure_year(date(2022, 12, 31)), figure_year(date(2026, 11, 20))
    (2022, 2025)
    """
    return day.year if (day.month, day.day) == (12, 31) else day.year - 1
