"""Choosing among flagged enterprises: which (region, place, chain, reason), and in which order, for paging by key."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    String,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlmodel import col

from registry.errors import InvalidInput
from registry.identity.regions import covers
from registry.models import Assessment, Enterprise, EnterpriseChain
from registry.policies import EVERYWHERE
from registry.services.assessing.runs import RunRule
from registry.services.keyset import Order
from registry.vocabulary import CandidateSort, Flag

LETTERS = {"unmet": "U", "unknown": "?", "needs_review": "R"}
"""What can be the matter with a criterion, and its letter in stored results."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Firms that stand where they do because of this: a criterion and what is the matter with it."""

    outcome: str
    criterion: str

    def __str__(self) -> str:
        return f"{self.outcome}:{self.criterion}"

    def fits(self, run: RunRule) -> bool:
        """Whether the run judged by this criterion."""
        return self.criterion in run.criteria


@dataclass(frozen=True, slots=True)
class CandidateQuery:
    """Which flagged enterprises. ``region_code`` is the official's own region; city, district and chain narrow it."""

    tier: str
    flag: Flag = Flag.NEAR
    region_code: str = EVERYWHERE
    place: str | None = None
    chain: str | None = None
    reason: Reason | None = None
    sort: CandidateSort = CandidateSort.GAPS
    cursor: str | None = None
    limit: int = 25

    def at(self, cursor: str | None, limit: int) -> "CandidateQuery":
        """The same question from another place."""
        return replace(self, cursor=cursor, limit=limit)


def parse_reason(text: str) -> Reason | None:
    """``unmet:LG26-7`` read; None for an empty text. Raises InvalidInput naming ``reason``.

    Ids are in capitals but for a letter behind the number: ``ch23-0A`` is CH23-0a.
    """
    if not text.strip():
        return None
    outcome, _, criterion = text.strip().partition(":")
    if outcome not in LETTERS or not criterion or len(criterion) > 20:
        said = text[:40]
        raise InvalidInput(
            f"原因“{said}”看不懂。应写成 unmet:LG26-7 的样子，前面可以是 {'、'.join(LETTERS)}。",
            f"The reason “{said}” cannot be read. Write it like unmet:LG26-7, with one of {', '.join(LETTERS)} before.",
            field="reason",
            value=text,
        )
    return Reason(outcome, criterion_id(criterion))


def criterion_id(text: str) -> str:
    """A criterion's id as standards write it, however it was typed.

    >>> criterion_id("ch23-0A"), criterion_id("lg26-7"), criterion_id("gaz-torch-1A2")
    ('CH23-0a', 'LG26-7', 'GAZ-TORCH-1a2')
    """
    head, dash, last = text.strip().upper().rpartition("-")
    return head + dash + _BEHIND_A_NUMBER.sub(lambda letter: letter[0].lower(), last)


_BEHIND_A_NUMBER = re.compile(r"(?<=\d)[A-Z]")


def parse_sort(text: str) -> CandidateSort:
    """An order by its name. Raises InvalidInput naming ``sort``."""
    known = {sort.value: sort for sort in CandidateSort}
    if text not in known:
        raise InvalidInput(
            f"不能按“{text[:40]}”排序。", f"There is no order “{text[:40]}”.", field="sort", choices=tuple(known)
        )
    return known[text]


def in_region(code: str) -> ColumnElement[bool]:
    """SQL: the enterprise lies in this region. Everywhere is everywhere, also for firms without a known place."""
    if code == EVERYWHERE:
        return col(Enterprise.id).is_not(None)
    prefix = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return col(Enterprise.region_code).startswith(prefix, autoescape=True)


def where_and_what(region_code: str, place: str | None, chain: str | None) -> list[ColumnElement[bool]]:
    """SQL over Enterprise: inside the official's region, and inside the place and chain asked for."""
    parts = [in_region(region_code)]
    if place:
        # A place outside the official's own region finds nothing rather than somebody else's firms.
        parts.append(in_region(place) if region_code == EVERYWHERE or covers(region_code, place) else false())
    if chain:
        chained = select(col(EnterpriseChain.enterprise_id)).where(col(EnterpriseChain.chain_code) == chain)
        parts.append(col(Enterprise.id).in_(chained))
    return parts


def with_firms(query: Any) -> Any:
    """A query over assessments joined with their enterprises."""
    return query.join(Enterprise, col(Enterprise.id) == col(Assessment.enterprise_id))


def inside(query: CandidateQuery, runs: Iterable[int]) -> list[ColumnElement[bool]]:
    """SQL: flagged assessments of these runs inside region, place and chain; every list, whatever the reason."""
    ours = col(Assessment.run_id).in_(list(runs))
    return [ours, col(Assessment.flag).is_not(None), *where_and_what(query.region_code, query.place, query.chain)]


def because(reason: Reason, runs: Mapping[int, RunRule]) -> ColumnElement[bool]:
    """SQL: the criterion came out like that. A criterion that no run has finds nothing."""
    places = [(number, run.criteria.index(reason.criterion)) for number, run in runs.items() if reason.fits(run)]
    letter = LETTERS[reason.outcome]
    return or_(
        false(),
        *(
            and_(col(Assessment.run_id) == number, func.substr(col(Assessment.results), place + 1, 1) == letter)
            for number, place in places
        ),
    )


def order_of(sort: CandidateSort) -> Order:
    """How a list is sorted; equal rows by fewest gaps, then by number. Unknown scores and revenues come last."""
    number = (col(Assessment.id), BigInteger(), int)
    gaps = (
        (col(Assessment.gap_count), Integer(), int),
        (col(Assessment.unknown_count), Integer(), int),
    )
    if sort is CandidateSort.SCORE:
        score = -func.coalesce(col(Assessment.score_low), -1.0, type_=Float())
        return Order(((score, Float(), float), *gaps, number))
    if sort is CandidateSort.REVENUE:
        revenue = -func.coalesce(col(Assessment.revenue_cny), -(2**62), type_=BigInteger())
        return Order(((revenue, BigInteger(), int), *gaps, number))
    if sort is CandidateSort.NAME:
        return Order(((col(Enterprise.name_zh), String(), str), number))
    return Order((*gaps, number))
