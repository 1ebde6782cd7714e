"""Action plans as they are read: the board of a day, the matrix, the firms behind a number, values as entered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.titles import TitleBadge
from registry.vocabulary import Trust

IndicatorKind = Literal["count", "money", "ratio"]


class PlanSummary(ReadModel):
    """One plan in a list."""

    code: str
    title: Text
    from_year: int
    to_year: int
    region_code: str
    source: Text
    indicators: int


class Actual(ReadModel):
    """One value of an indicator: for which day, how far it is to be trusted, and what is behind it.

    Counted by the registry if ``counted``: then ``firms`` are behind it. Otherwise entered from ``document``.
    """

    value: Decimal
    on_day: date
    trust: Trust
    counted: bool
    firms: int | None
    """How many firms a computed value is made of."""
    figure_year: int | None
    """The year of the figures, where it is made of yearly figures."""
    value_id: int | None
    document: str | None
    document_no: str | None
    document_on: date | None
    source_url: str | None
    version: int | None


class YearPoint(ReadModel):
    """A year the plan names: its target, None where the source gives none, and what was reached by its end.

    ``actual`` is the most trusted value for the last day of the year, None where nothing is known; ``others`` are those
    that stand beside it.
    """

    year: int
    target: Decimal | None
    actual: Actual | None
    others: list[Actual]


class Forecast(ReadModel):
    """What 90 days will make of a count: ``value`` = now − ``leaving`` + ``joining``."""

    on_day: date
    value: int
    leaving: int
    """Titles end and no later one is known."""
    joining: int
    """Titles announced that have not begun, and public notices."""


class IndicatorLine(ReadModel):
    """One indicator on the board."""

    code: str
    group_code: str
    name: Text
    kind: IndicatorKind
    unit: Text
    meaning: Text
    """What is counted, and what the source leaves open (口径)."""
    source: Text
    countable: bool
    """The registry counts it; otherwise only official values exist."""
    by_titles: bool
    """What it counts are firms with a title, so it has a forecast and a matrix."""
    years: list[YearPoint]
    now: Actual | None
    """The latest value known on the day; of the same day the most trusted."""
    others: list[Actual]
    """What is known beside it: counted and official values that are not ``now``, latest first."""
    conflict: bool
    """Two sources say different things about the same day."""
    target: Decimal | None
    """Of the last year that has one."""
    share: Decimal | None
    """``now`` over ``target``."""
    forecast: Forecast | None
    at_home: int | None


class IndicatorGroup(ReadModel):
    """Indicators under one heading."""

    code: str
    name: Text
    indicators: list[IndicatorLine]


class PlaceNote(ReadModel):
    """Where the plan wants a field, or what an area is for, with its source; empty until an official enters it."""

    subject: str
    """``chain:<code>`` or ``area:<code>``."""
    name: Text
    cities: list[str]
    city_names: list[Text]
    words: Text
    source: str
    version: int
    """0: nobody has entered anything."""
    entered_by: str
    recorded_at: datetime | None


class Board(ReadModel):
    """A plan on a day."""

    as_of: date
    plan: PlanSummary
    years: list[int]
    groups: list[IndicatorGroup]
    areas: list[PlaceNote]


class MatrixCell(ReadModel):
    """Firms of one chain in one city; ``wanted``: the plan wants the field there."""

    city: str
    value: int
    wanted: bool


class MatrixRow(ReadModel):
    """One chain through all cities. A firm has one city, so ``total`` is the sum of the cells."""

    chain: str
    name: Text
    cells: list[MatrixCell]
    total: int
    wish: PlaceNote | None


class Matrix(ReadModel):
    """Firms of one indicator by chain and city on a day.

    A firm of two chains stands in two rows: ``city_totals`` and ``total`` count each firm once, so they can be less
    than the sum of the rows; ``repeated`` says by how much.
    """

    as_of: date
    indicator: str
    name: Text
    cities: list[str]
    city_names: list[Text]
    rows: list[MatrixRow]
    city_totals: list[int]
    total: int
    repeated: int
    outside_chains: int
    """Firms in no chain: in ``total``, in no row."""
    outside_by_city: list[int]


class RowFigure(ReadModel):
    """A yearly figure that went into a sum."""

    name: str
    label: Text
    value: Decimal
    trust: Trust
    source: str


class FirmRow(ReadModel):
    """One firm behind a number: the titles or the figures that make it count."""

    key: str
    uscc: str | None
    name: str
    city_code: str | None
    city_name: Text | None
    chains: list[str]
    titles: list[TitleBadge]
    figures: list[RowFigure]


class RowsHead(ReadModel):
    """What a page of rows is about: the indicator, the part asked for, and what its rows come to."""

    plan: PlanSummary
    indicator: IndicatorLine
    as_of: date
    view: str
    city: str | None
    chain: str | None
    firms: int
    value: Decimal | None
    """What the board or the matrix prints for this part; None where nothing is known."""
    totals: list[RowFigure]
    """The sums of the figures, where the number is made of figures; ``source`` and trust are those of the registry."""


class EnteredValue(ReadModel):
    """An official value as entered, standing or replaced."""

    id: int
    on_day: date
    value: Decimal
    trust: Trust
    document: str
    document_no: str
    document_on: date
    source_url: str
    version: int
    reason: str
    entered_by: str
    recorded_at: datetime
    replaced_at: datetime | None
    withdrawn: bool
