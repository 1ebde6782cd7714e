"""What a rule can measure: expressions over figures and facts.

A node of a rule file is a mapping whose telling key names its shape; the classes below are those shapes.
``figure.year`` counts from last year: 0 is the calendar year before the assessment date, -1 the year before that, 1
the year of the assessment itself.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from registry.tiering.figures import annual_names, fact_names, in_currency

FRACTION = re.compile(r"-?[0-9]+/[1-9][0-9]*")
SUFFIXES = {"万": Fraction(10_000), "亿": Fraction(100_000_000), "%": Fraction(1, 100)}


def to_fraction(raw: object) -> Fraction:
    """An exact number from a rule file: 60, 0.03, 90%, 1/3, 5000万, 2亿. Raises ValueError otherwise."""
    if isinstance(raw, Fraction):
        return raw
    text = str(raw).strip()
    factor = SUFFIXES.get(text[-1:], Fraction(1))
    digits = text[:-1] if text[-1:] in SUFFIXES else text
    if isinstance(raw, bool):
        raise ValueError("须为数字，如 60、3%、5000万")
    try:
        return (Fraction(digits) if FRACTION.fullmatch(digits) else Fraction(Decimal(digits))) * factor
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"“{text}”不是数字，如 60、3%、5000万、2亿") from None


def _known_annual(name: object) -> str:
    if name not in annual_names():
        raise ValueError(f"没有名为“{name}”的年度指标")
    return str(name)


def _known_fact(name: object) -> str:
    if name not in fact_names():
        raise ValueError(f"没有名为“{name}”的事实")
    return str(name)


def _known_valuation(name: object) -> str:
    if fact_names()[_known_fact(name)].kind != "valuation":
        raise ValueError(f"“{name}”不带币种，请写 fact")
    return str(name)


Number = Annotated[Fraction, BeforeValidator(to_fraction)]
AnnualName = Annotated[str, BeforeValidator(_known_annual)]
FactName = Annotated[str, BeforeValidator(_known_fact)]
ValuationName = Annotated[str, BeforeValidator(_known_valuation)]


class Node(BaseModel):
    """Any part of a rule file: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Words(Node):
    """The same words in Chinese and English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


def by_key(*keys: str) -> Discriminator:
    """Tell the shape of a mapping by the first of ``keys`` it has."""

    def pick(raw: Any) -> str | None:
        if isinstance(raw, Mapping):
            return next((key for key in keys if key in raw), None)
        fields = type(raw).model_fields if isinstance(raw, BaseModel) else {}
        return next((key for key in keys if key in fields), None)

    return Discriminator(
        pick,
        custom_error_type="unknown_shape",
        custom_error_message=f"须为带下列键之一的映射：{'、'.join(keys)}",
    )


class FigureOf(Node):
    """A yearly figure. ``{figure: revenue, year: -1}``."""

    figure: AnnualName
    year: int = Field(default=0, ge=-5, le=1)


class FactOf(Node):
    """A fact or a field of the enterprise. ``{fact: class1_ip}``."""

    fact: FactName


class Total(Node):
    """Sum of a yearly figure over the last ``years`` years.

    ``young``: years before founding do not count as missing.
    """

    total: AnnualName
    years: int = Field(ge=2, le=5)
    young: bool = False


class Mean(Node):
    """Mean of a yearly figure over the last ``years`` years."""

    mean: AnnualName
    years: int = Field(ge=2, le=5)


class Sum(Node):
    """Sum of expressions that are not ratios."""

    sum: tuple["Expression", ...] = Field(min_length=2)


class Ratio(Node):
    """One expression divided by another; not computable when the divisor is zero or negative."""

    ratio: tuple["Expression", "Expression"]


class CompoundGrowth(Node):
    """(last year ÷ ``years`` years before) ^ (1 ÷ years) − 1."""

    compound_growth: AnnualName
    years: int = Field(default=2, ge=1, le=4)


class MeanGrowth(Node):
    """½ × (second ÷ first + third ÷ second) − 1 over the last three years.

    ``lenient`` is the reading of 国科发火〔2016〕195号: first year 0 → the last two years; second year 0 → no growth;
    two years of operation → one ratio; one year → no growth. Without it such values are not computable.
    """

    mean_growth: AnnualName
    lenient: bool = False


class FullYears(Node):
    """Full years from a date to the end of last year."""

    full_years_since: FactName


class Days(Node):
    """Days from a date to the assessment date."""

    days_since: FactName


class YearsSince(Node):
    """Years from a date to the assessment date; whole on its anniversaries, so "at most 10" ends on the tenth."""

    years_since: FactName


class YearOf(Node):
    """The calendar year of a date."""

    year_of: FactName


class Amount(Node):
    """Money in the currency of the definition. Stated in another currency it is unknown: nothing is converted."""

    amount: ValuationName
    currency: Literal["CNY", "USD"]

    @property
    def column(self) -> str:
        """Its name among the facts of a population."""
        return in_currency(self.amount, self.currency)


class Average(Node):
    """Mean of an expression over the last ``years`` years, each year computed by itself (a mean of yearly ratios)."""

    average: "Expression"
    years: int = Field(ge=2, le=5)


class Capped(Node):
    """The smaller of an expression and a whole number."""

    capped: "Expression"
    at: int = Field(gt=0)


class FirstKnown(Node):
    """The first of several expressions that is known: the same thing reported in more than one place."""

    first_known: tuple["Expression", ...] = Field(min_length=2)


Expression = Annotated[
    Annotated[FigureOf, Tag("figure")]
    | Annotated[FactOf, Tag("fact")]
    | Annotated[Total, Tag("total")]
    | Annotated[Mean, Tag("mean")]
    | Annotated[Sum, Tag("sum")]
    | Annotated[Ratio, Tag("ratio")]
    | Annotated[CompoundGrowth, Tag("compound_growth")]
    | Annotated[MeanGrowth, Tag("mean_growth")]
    | Annotated[FullYears, Tag("full_years_since")]
    | Annotated[Days, Tag("days_since")]
    | Annotated[YearsSince, Tag("years_since")]
    | Annotated[YearOf, Tag("year_of")]
    | Annotated[Amount, Tag("amount")]
    | Annotated[Average, Tag("average")]
    | Annotated[Capped, Tag("capped")]
    | Annotated[FirstKnown, Tag("first_known")],
    by_key(
        "figure",
        "fact",
        "total",
        "mean",
        "sum",
        "ratio",
        "compound_growth",
        "mean_growth",
        "full_years_since",
        "days_since",
        "years_since",
        "year_of",
        "amount",
        "average",
        "capped",
        "first_known",
    ),
]
