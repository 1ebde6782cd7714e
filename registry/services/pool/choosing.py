"""Which cases of the pool: narrowing and order as SQL over CultivationCase and Enterprise."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, String, case, exists, false, func, literal, select
from sqlmodel import col

from registry.errors import InvalidInput
from registry.identity.regions import covers
from registry.models import CaseProposal, CultivationCase, Enterprise, EnterpriseChain
from registry.policies import EVERYWHERE
from registry.pool_words import CaseSort, ProposalState
from registry.services.keyset import Order
from registry.services.pool.moves import HOME, OPEN
from registry.vocabulary import CaseStage

NOBODY = 0
FAR = date(2200, 12, 31)
"""Cases without a next act come last."""


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases. ``region_code`` is the official's own region; the rest narrows it.

    ``stage`` None: every open one. ``owner``: an account's number, ``NOBODY`` for cases without an owner.
    ``stalled``: at least so many days without work.
    """

    region_code: str = EVERYWHERE
    place: str | None = None
    chain: str | None = None
    directory: str | None = None
    owner: int | None = None
    stage: CaseStage | None = None
    stalled: int | None = None
    proposed: bool = False
    sort: CaseSort = CaseSort.QUIET
    cursor: str | None = None
    limit: int = 25

    def at(self, cursor: str | None, limit: int) -> "CaseQuery":
        """The same question from another place."""
        return replace(self, cursor=cursor, limit=limit)


def parse_stage(text: str) -> CaseStage | None:
    """A stage by its name; None for an empty text. Raises InvalidInput naming ``stage``."""
    known = {stage.value: stage for stage in CaseStage}
    if not text.strip():
        return None
    if text not in known:
        raise InvalidInput(
            f"没有“{text[:40]}”这个阶段。", f"There is no stage “{text[:40]}”.", field="stage", choices=tuple(known)
        )
    return known[text]


def parse_case_sort(text: str) -> CaseSort:
    """An order by its name. Raises InvalidInput naming ``sort``."""
    known = {sort.value: sort for sort in CaseSort}
    if text not in known:
        raise InvalidInput(
            f"不能按“{text[:40]}”排序。", f"There is no order “{text[:40]}”.", field="sort", choices=tuple(known)
        )
    return known[text]


def place_column() -> ColumnElement[str]:
    """SQL: whose case it is; the same as ``moves.place_of``."""
    here = col(Enterprise.region_code).startswith(HOME, autoescape=True)
    return case((here, col(Enterprise.region_code)), else_=col(CultivationCase.region_code))


def from_cases(*columns: Any) -> Any:
    """A query over cases with their firms."""
    return (
        select(*columns)
        .select_from(CultivationCase)
        .join(Enterprise, col(Enterprise.id) == col(CultivationCase.enterprise_id))
    )


def narrowed(query: CaseQuery, *, today: date, stages: bool = True) -> list[ColumnElement[bool]]:
    """SQL: what the query asks for. ``stages`` False leaves the question of the stage out."""
    parts = [_inside(query.region_code)]
    if query.place:
        # A place outside the official's own region finds nothing rather than somebody else's cases.
        reachable = query.region_code == EVERYWHERE or covers(query.region_code, query.place)
        parts.append(_inside(query.place) if reachable else false())
    if query.chain:
        chained = select(col(EnterpriseChain.enterprise_id)).where(col(EnterpriseChain.chain_code) == query.chain)
        parts.append(col(CultivationCase.enterprise_id).in_(chained))
    if query.directory:
        parts.append(col(CultivationCase.directory_code) == query.directory)
    if query.owner is not None:
        owner = col(CultivationCase.owner_id)
        parts.append(owner.is_(None) if query.owner == NOBODY else owner == query.owner)
    if query.stalled:
        parts += [_open(), col(CultivationCase.quiet_since) <= today - timedelta(days=query.stalled)]
    if query.proposed:
        parts.append(has_proposal())
    if stages:
        parts.append(_open() if query.stage is None else col(CultivationCase.stage) == query.stage)
    return parts


def has_proposal() -> ColumnElement[bool]:
    """SQL: a proposal waits for a decision."""
    waiting = select(col(CaseProposal.id)).where(
        col(CaseProposal.case_id) == col(CultivationCase.id), col(CaseProposal.state) == ProposalState.OPEN
    )
    return exists(waiting.correlate(CultivationCase))


def order_of(sort: CaseSort) -> Order:
    """How a list is sorted; equal rows by number."""
    number = (col(CultivationCase.id), BigInteger(), int)
    if sort is CaseSort.NEXT:
        return Order(((func.coalesce(col(CultivationCase.next_act_on), literal(FAR, Date())), Date(), date), number))
    if sort is CaseSort.NAME:
        return Order(((col(Enterprise.name_zh), String(), str), number))
    if sort is CaseSort.OPENED:
        return Order((number,))
    return Order(((col(CultivationCase.quiet_since), Date(), date), number))


def _open() -> ColumnElement[bool]:
    return col(CultivationCase.stage).in_(OPEN)


def _inside(code: str) -> ColumnElement[bool]:
    if code == EVERYWHERE:
        return col(CultivationCase.id).is_not(None)
    prefix = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    found = place_column().startswith(prefix, autoescape=True)
    # A firm whose place nobody knows is the province's matter.
    return found | (place_column() == "") if code.endswith("0000") else found
