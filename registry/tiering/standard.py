"""A standard: one dated, cited version of the criteria of one tier."""

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator

from registry.tiering.language import (
    AllOf,
    AnyOf,
    ByProcedure,
    Choose,
    EachYear,
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
    not_applicable.
    """

    id: str = Field(pattern=r"^[A-Z0-9]+-[A-Z]?[0-9]+[a-z]?$")
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


class Standard(Node):
    """One version of one tier. Chosen by tier, procedure, date and region; see ``selection.choose``."""

    id: str = Field(pattern=r"^[A-Z0-9]+$")
    tier: str = Field(pattern=r"^[a-z0-9_]+$")
    title: Words
    region: str | None = Field(default=None, pattern=r"^[0-9]{2,6}$")
    documents: dict[str, Document] = Field(min_length=1)
    in_force: dict[Procedure, Window] = Field(min_length=1)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def consistent(self) -> "Standard":
        """Documents exist; every id is used once; at most one score."""
        for criterion in self.criteria:
            if criterion.document not in self.documents:
                raise ValueError(f"{criterion.id} 引用的文件“{criterion.document}”不在 documents 中")
        ids = self.ids()
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"编号重复：{'、'.join(twice)}")
        if sum(isinstance(criterion.rule, Score) for criterion in self.criteria) > 1:
            raise ValueError("一个标准至多一个评分条件")
        return self

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


def subrules(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside a rule, for any procedure."""
    match rule:
        case Part():
            return (rule.rule,)
        case AllOf():
            return rule.all
        case AnyOf():
            return rule.any
        case SomeOf():
            return rule.some
        case Waiver():
            return (rule.need, rule.waived_by)
        case EachYear():
            return (rule.each_year,)
        case Choose():
            return (*(one for case in rule.choose for one in (case.when, case.then)), rule.otherwise)
        case ByProcedure():
            return (rule.new, rule.review)
        case Judged():
            return (rule.judged,)
        case _:
            return ()


def _ids_inside(rule: Rule) -> list[str]:
    if isinstance(rule, Score):
        return [one for part in rule.score for one in (part.id, *(item.id for item in part.items))]
    own = [rule.id] if isinstance(rule, Part) else []
    return own + [one for inner in subrules(rule) for one in _ids_inside(inner)]
