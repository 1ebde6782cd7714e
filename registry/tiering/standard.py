"""A standard: one dated, cited version of the criteria of one tier."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from registry.tiering.inside import within
from registry.tiering.language import (
    AllOf,
    AnyOf,
    ByProcedure,
    Choose,
    EachYear,
    FirstDecided,
    InPrinciple,
    Judged,
    Part,
    Rule,
    Score,
    SomeOf,
    Waiver,
)
from registry.tiering.measures import Node, Words

Procedure = Literal["new", "review"]
Confidence = Literal["V-G", "V-S2", "V-S", "R"]
CRITERION_ID = r"^[A-Z0-9]+(-[A-Z0-9]+)*-[A-Z]{0,2}[0-9]+[a-z]?$"


class Document(Node):
    """An official document, cited by title and number."""

    title: str = Field(min_length=1)
    number: str = Field(min_length=1)
    issued: date | None = None
    url: str | None = None


class Window(Node):
    """First and last day of applications judged by this version (``to`` left out: still in force)."""

    since: date = Field(alias="from")
    to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether an application of this day falls into the window."""
        return self.since <= day and (self.to is None or day <= self.to)


class Criterion(Node):
    """One row of a standard.

    ``confidence`` R: the result is needs_review whatever the data say. ``blocking: false``: needs_review does not
    keep a firm from ``eligible`` (a person confirms it when examining the application). ``veto``: failing it cannot
    be made good by better figures, so the firm is not "near". ``procedures``: for others the criterion is
    not_applicable. ``advisory``: told to whoever reads the findings (a bonus, a hint to look closer), never counted.
    """

    id: str = Field(pattern=CRITERION_ID)
    name: Words
    document: str
    clause: str = Field(min_length=1)
    confidence: Confidence
    period: Words
    rule: Rule
    note: Words | None = None
    procedures: tuple[Procedure, ...] = ("new", "review")
    blocking: bool = True
    veto: bool = False
    advisory: bool = False

    @field_validator("confidence", mode="before")
    @classmethod
    def never_x(cls, raw: object) -> object:
        """Rows marked X are contradictory or unsourced and are never loaded."""
        if raw == "X":
            raise ValueError("标记为 X 的条目不得载入")
        return raw

    @model_validator(mode="after")
    def recalled_always_blocks(self) -> "Criterion":
        """A recalled rule must hold up the verdict until a person has looked."""
        if self.confidence == "R" and not self.blocking:
            raise ValueError("标记为 R 的条目须 blocking: true")
        return self


class Duty(Node):
    """What a holder owes while the title lasts. ``due``: month and day of a yearly deadline (05-31)."""

    id: str = Field(pattern=CRITERION_ID)
    text: Words
    document: str
    clause: str = Field(min_length=1)
    confidence: Confidence
    due: str | None = Field(default=None, pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")


class Outcome(Node):
    """What a review leads to: whoever is at ``level`` and comes out as ``review`` keeps, moves or loses the title.

    ``to`` names the level afterwards where it changes: the downgrade path of a tier.
    """

    id: str = Field(pattern=CRITERION_ID)
    level: Words | None = None
    review: Literal["excellent", "passed", "failed", "breach"]
    then: Literal["keeps", "moves_up", "moves_down", "loses"]
    to: Words | None = None
    text: Words
    document: str
    clause: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def moves_somewhere(self) -> "Outcome":
        """A move names where to."""
        if (self.then in ("moves_up", "moves_down")) != (self.to is not None):
            raise ValueError("升降级须写 to，其他不写")
        return self


class Standard(Node):
    """One version of one tier. Chosen by tier, procedure, date and region; see ``selection.choose``.

    ``named_only``: never chosen for a tier, only by its own id (a publisher's list, another province's rule, history).
    ``validity_months``: how long a title granted by it lasts; None: the authority sets no end.
    """

    id: str = Field(pattern=r"^[A-Z0-9]+$")
    tier: str = Field(pattern=r"^[a-z0-9_]+$")
    title: Words
    region: str | None = Field(default=None, pattern=r"^[0-9]{2,6}$")
    documents: dict[str, Document] = Field(min_length=1)
    in_force: dict[Procedure, Window] = Field(min_length=1)
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    duties: tuple[Duty, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    named_only: bool = False
    validity_months: int | None = Field(default=None, ge=1, le=120)

    @model_validator(mode="after")
    def consistent(self) -> "Standard":
        """Documents exist; every id of a criterion is used once; at most one score."""
        citing: tuple[Criterion | Duty | Outcome, ...] = (*self.criteria, *self.duties, *self.outcomes)
        for one in citing:
            if one.document not in self.documents:
                raise ValueError(f"{one.id} 引用的文件“{one.document}”不在 documents 中")
        ids = self.ids()
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"编号重复：{'、'.join(twice)}")
        if sum(len(list(within(criterion.rule, Score))) for criterion in self.criteria) > 1:
            raise ValueError("一个标准至多一个评分条件")
        return self

    @property
    def score(self) -> Score | None:
        """The score of this version, wherever it stands; None where nothing is scored."""
        return next((score for one in self.criteria for score in within(one.rule, Score)), None)

    @property
    def first_day(self) -> date:
        """The first day this version was in force for any procedure."""
        return min(window.since for window in self.in_force.values())

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion of this id. Raises KeyError."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)

    def ids(self) -> list[str]:
        """Ids of all criteria, named parts and score rows, in the order of the file."""
        found: list[str] = []
        for criterion in self.criteria:
            found.append(criterion.id)
            found.extend(_ids_inside(criterion.rule))
        return found


INSIDE: dict[type, Callable[[Any], tuple[Rule, ...]]] = {
    Part: lambda rule: (rule.rule,),
    AllOf: lambda rule: rule.all,
    AnyOf: lambda rule: rule.any,
    FirstDecided: lambda rule: rule.first_decided,
    SomeOf: lambda rule: rule.some,
    Waiver: lambda rule: (rule.need, rule.waived_by),
    EachYear: lambda rule: (rule.each_year,),
    Choose: lambda rule: (*(one for case in rule.choose for one in (case.when, case.then)), rule.otherwise),
    ByProcedure: lambda rule: (rule.new, rule.review),
    Judged: lambda rule: (rule.judged,),
    InPrinciple: lambda rule: (rule.in_principle,),
}


def subrules(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside a rule, for any procedure."""
    inside = INSIDE.get(type(rule))
    return () if inside is None else inside(rule)


def _ids_inside(rule: Rule) -> list[str]:
    if isinstance(rule, Score):
        return [one for part in rule.score for one in (part.id, *(item.id for item in part.items))]
    own = [rule.id] if isinstance(rule, Part) else []
    return own + [one for inner in subrules(rule) for one in _ids_inside(inner)]
