"""What a rule can ask: conditions over expressions, and how they combine. Each class is one shape of the rule files."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from registry.tiering.figures import fact_names
from registry.tiering.measures import (
    Expression,
    FactName,
    FactOf,
    FigureOf,
    Node,
    Number,
    Words,
    by_key,
)

SizeClass = Literal["micro", "small", "medium", "large"]
Operator = Literal["at_least", "more_than", "at_most", "less_than"]
OPERATORS: tuple[Operator, ...] = ("at_least", "more_than", "at_most", "less_than")


class ThresholdBand(Node):
    """Use ``use`` while the deciding value is at most ``up_to`` (inclusive); no ``up_to`` means everything above."""

    up_to: Number | None = None
    use: Number


class BandedThreshold(Node):
    """A threshold chosen by another value."""

    by: Expression
    label: Words
    bands: tuple[ThresholdBand, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def rising(self) -> "BandedThreshold":
        """Bands rise and only the last is open."""
        edges = [band.up_to for band in self.bands]
        closed = [edge for edge in edges[:-1] if edge is not None]
        if edges[-1] is not None or len(closed) != len(edges) - 1 or closed != sorted(set(closed)):
            raise ValueError("各档 up_to 须递增，且只有最后一档不写 up_to")
        return self


def _threshold_shape(raw: object) -> str:
    return "bands" if isinstance(raw, Mapping | BaseModel) else "number"


Threshold = Annotated[
    Annotated[Number, Tag("number")] | Annotated[BandedThreshold, Tag("bands")], Discriminator(_threshold_shape)
]


class Compare(Node):
    """An expression against a threshold. 以上/以下 include the number: ``at_least``/``at_most``; 超过 is ``more_than``.

    ``brief`` is the short name for gap sentences (研发费用 rather than 近两年研发费用合计).
    """

    value: Expression
    label: Words | None = None
    brief: Words | None = None
    at_least: Threshold | None = None
    more_than: Threshold | None = None
    at_most: Threshold | None = None
    less_than: Threshold | None = None

    @model_validator(mode="after")
    def one_operator(self) -> "Compare":
        """Exactly one comparison; a name unless the figure already has one."""
        if sum(getattr(self, name) is not None for name in OPERATORS) != 1:
            raise ValueError(f"须恰有一个比较：{'、'.join(OPERATORS)}")
        if self.label is None and not isinstance(self.value, FigureOf | FactOf):
            raise ValueError("由多个指标算出的值须写 label")
        return self

    @property
    def operator(self) -> Operator:
        """Which comparison it is."""
        return next(name for name in OPERATORS if getattr(self, name) is not None)

    @property
    def threshold(self) -> Fraction | BandedThreshold:
        """What it is compared with."""
        found: Fraction | BandedThreshold = getattr(self, self.operator)
        return found


class Yes(Node):
    """A fact must be true (or more than none)."""

    yes: FactName


class No(Node):
    """A fact must be false (or none)."""

    no: FactName


class OneOf(Node):
    """A coded fact must have one of these values."""

    code: FactName
    among: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def legal(self) -> "OneOf":
        """Only values the fact can take."""
        wrong = set(self.among) - set(fact_names()[self.code].choices)
        if wrong:
            raise ValueError(f"{self.code} 没有这些取值：{'、'.join(sorted(wrong))}")
        return self


class Title(Node):
    """Prerequisite: a title of any of these directories, valid on the assessment date."""

    title: tuple[str, ...] = Field(min_length=1)


class NoTitle(Node):
    """Exclusion: no title of these directories valid on the assessment date."""

    no_title: tuple[str, ...] = Field(min_length=1)


class LocatedIn(Node):
    """The enterprise is registered in one of these places (prefixes of region codes: 44, 4403)."""

    located_in: tuple[Annotated[str, Field(pattern=r"^[0-9]{2}([0-9]{2}){0,2}$")], ...] = Field(min_length=1)


class Size(Node):
    """The size class (划型) is one of these, by last year's staff and revenue and the lines of the industry."""

    size: tuple[SizeClass, ...] = Field(min_length=1)


class InPrinciple(Node):
    """原则上: falling short is no refusal; a person decides."""

    in_principle: "Rule"


class AllOf(Node):
    """Every condition."""

    all: tuple["Rule", ...] = Field(min_length=2)


class AnyOf(Node):
    """At least one condition."""

    any: tuple["Rule", ...] = Field(min_length=2)


class FirstDecided(Node):
    """The first of several conditions that can be decided: a threshold for each currency an amount may be in."""

    first_decided: tuple["Rule", ...] = Field(min_length=2)


class SomeOf(Node):
    """At least ``count`` of the conditions."""

    some: tuple["Rule", ...] = Field(min_length=2)
    count: int = Field(ge=1)

    @model_validator(mode="after")
    def possible(self) -> "SomeOf":
        """No more than there are."""
        if self.count > len(self.some):
            raise ValueError("count 大于条件个数")
        return self


class Waiver(Node):
    """A condition that another one waives."""

    need: "Rule"
    waived_by: "Rule"


class EachYear(Node):
    """The condition in each of the last ``years`` years: its figures are read for every year in turn."""

    each_year: "Rule"
    years: int = Field(ge=2, le=5)


class Case(Node):
    """One branch of a choice. ``name`` says in words when it applies, where the condition itself reads badly."""

    name: Words | None = None
    when: "Rule"
    then: "Rule"


class Choose(Node):
    """The condition depends on another one: the first branch whose ``when`` holds, else ``otherwise``."""

    choose: tuple[Case, ...] = Field(min_length=1)
    otherwise: "Rule"


class ByProcedure(Node):
    """Different conditions for a new application and a review."""

    new: "Rule"
    review: "Rule"


class Review(Node):
    """Nothing in the registry's data can decide this: always for a person."""

    review_by_person: Words


class Judged(Node):
    """A person's judgement, recorded as a fact. Until it is recorded the result is ``if_absent``."""

    judged: "Rule"
    if_absent: Literal["unknown", "needs_review"] = "unknown"


class Part(Node):
    """A named condition inside a criterion, with the id the document's reading gives it."""

    id: str
    name: Words
    rule: "Rule"


class ScoreBand(Node):
    """Points for a value from this edge on (inclusive unless ``more_than``), or for a condition."""

    at_least: Number | None = None
    more_than: Number | None = None
    when: "Rule | None" = None
    points: tuple[int, int]

    @model_validator(mode="after")
    def one_test(self) -> "ScoreBand":
        """Exactly one test; low before high."""
        if sum(test is not None for test in (self.at_least, self.more_than, self.when)) != 1:
            raise ValueError("每档须恰有一个：at_least、more_than、when")
        if not 0 <= self.points[0] <= self.points[1]:
            raise ValueError("points 须为 [低, 高]")
        return self


class ScoreItem(Node):
    """One scored item: points given by experts (``given``), else the range its bands allow, else 0 to ``max``.

    The first band that fits counts; with ``each`` every band that fits adds its points, up to ``max``.
    """

    id: str
    name: Words
    max: int = Field(gt=0)
    given: FactName | None = None
    value: Expression | None = None
    bands: tuple[ScoreBand, ...] = ()
    otherwise: tuple[int, int] = (0, 0)
    each: bool = False

    @model_validator(mode="after")
    def complete(self) -> "ScoreItem":
        """Value bands need a value, and no band gives more than ``max``."""
        if any(band.when is None for band in self.bands) and self.value is None:
            raise ValueError("按数值分档须写 value")
        if any(band.points[1] > self.max for band in self.bands) or self.otherwise[1] > self.max:
            raise ValueError("分值超过 max")
        if not self.bands and self.given is None:
            raise ValueError("须有 bands 或 given")
        return self


class ScorePart(Node):
    """A part of a score: its items add up, capped at ``max``; it may need a minimum or must not be zero.

    ``best``: the items are ways of counting the same thing, and the best one counts.
    """

    id: str
    name: Words
    max: int = Field(gt=0)
    items: tuple[ScoreItem, ...] = Field(min_length=1)
    minimum: int | None = None
    not_zero: bool = False
    best: bool = False


class Score(Node):
    """A score of parts, as a range from low to high. ``known_total`` is the total when somebody has already given it.

    Points are whole numbers, so ``more_than: 70`` needs 71.
    """

    score: tuple[ScorePart, ...] = Field(min_length=1)
    label: Words
    known_total: Expression | None = None
    at_least: int | None = None
    more_than: int | None = None

    @model_validator(mode="after")
    def one_mark(self) -> "Score":
        """Exactly one pass mark."""
        if (self.at_least is None) == (self.more_than is None):
            raise ValueError("须恰有一个：at_least、more_than")
        return self

    @property
    def needed(self) -> int:
        """The smallest total that passes, in whole points."""
        return self.at_least if self.at_least is not None else (self.more_than or 0) + 1


Rule = Annotated[
    Annotated[Part, Tag("rule")]
    | Annotated[Score, Tag("score")]
    | Annotated[Compare, Tag("value")]
    | Annotated[Yes, Tag("yes")]
    | Annotated[No, Tag("no")]
    | Annotated[OneOf, Tag("code")]
    | Annotated[Title, Tag("title")]
    | Annotated[NoTitle, Tag("no_title")]
    | Annotated[LocatedIn, Tag("located_in")]
    | Annotated[Size, Tag("size")]
    | Annotated[InPrinciple, Tag("in_principle")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[FirstDecided, Tag("first_decided")]
    | Annotated[SomeOf, Tag("some")]
    | Annotated[Waiver, Tag("need")]
    | Annotated[EachYear, Tag("each_year")]
    | Annotated[Choose, Tag("choose")]
    | Annotated[ByProcedure, Tag("review")]
    | Annotated[Review, Tag("review_by_person")]
    | Annotated[Judged, Tag("judged")],
    by_key(
        "rule",
        "score",
        "value",
        "yes",
        "no",
        "code",
        "title",
        "no_title",
        "located_in",
        "size",
        "in_principle",
        "all",
        "any",
        "first_decided",
        "some",
        "need",
        "each_year",
        "choose",
        "review",
        "review_by_person",
        "judged",
    ),
]
