"""The pool as a board and as a table: cases inside an official's region with their numbers then and now."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.identity.regions import region
from registry.models import Account, CaseProposal, CultivationCase, Directory, Enterprise
from registry.policies import OFFICIALS, Actor, require
from registry.pool_words import ProposalGround, ProposalState
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.schemas.paging import check_limit
from registry.services.enterprises import summaries
from registry.services.pool.choosing import CaseQuery, from_cases, has_proposal, narrowed, order_of
from registry.services.pool.criteria import Assessed, assessed_of
from registry.services.pool.moves import OPEN
from registry.vocabulary import CaseStage

A_COLUMN = 8
"""So many cases a column of the board shows; the rest is a link to the table."""


class CaseRow(ReadModel):
    """A case in a list. ``days_quiet``: since the last work, 0 while the next act lies ahead or where it is closed."""

    case_id: int
    enterprise: EnterpriseSummary
    district: Text | None
    directory_code: str
    directory: Text
    stage: CaseStage
    stage_since: datetime
    owner_id: int | None
    owner: str | None
    next_act: str | None
    next_act_on: date | None
    days_quiet: int
    chased: int
    then: Assessed | None
    now: Assessed | None
    proposals: tuple[ProposalGround, ...]
    opened_at: datetime
    closed_at: datetime | None
    product: str


class Counted(ReadModel):
    """How many open cases one owner or directory has inside the official's region."""

    key: str
    name: str
    count: int


class PoolCounts(ReadModel):
    """What the filters offer and what the numbers at the top say.

    ``stages`` are of everything that is filtered but for the stage, ``closed`` of place and chain only.
    """

    stages: dict[CaseStage, int]
    closed: dict[CaseStage, int]
    stalled: int
    proposed: int
    unowned: int
    owners: tuple[Counted, ...]
    directories: tuple[Counted, ...]


class CaseColumn(ReadModel):
    """A column of the board: a stage, how many cases are in it, the first of them."""

    stage: CaseStage
    total: int
    rows: tuple[CaseRow, ...]


class CasePage(ReadModel):
    """A page of the table."""

    rows: tuple[CaseRow, ...]
    total: int
    next_cursor: str | None


def board(session: Session, query: CaseQuery, *, actor: Actor) -> list[CaseColumn]:
    """The open stages with their first cases in the order asked for. Raises NotAllowed outside the own region."""
    require(actor, OFFICIALS, region_code=query.region_code)
    today = clock.today()
    counts = _stages(session, query, today)
    shown: list[tuple[CaseStage, list[CultivationCase]]] = []
    for stage in OPEN:
        if query.stage not in (None, stage):
            continue
        wanted = from_cases(CultivationCase).where(
            *narrowed(query, today=today, stages=False), col(CultivationCase.stage) == stage
        )
        wanted = wanted.order_by(*order_of(query.sort).columns).limit(A_COLUMN)
        shown.append((stage, list(session.scalars(wanted))))
    rows = {row.case_id: row for row in rows_of(session, [one for _, found in shown for one in found], gaps=False)}
    return [
        CaseColumn(stage=stage, total=counts[stage], rows=tuple(rows[one.id] for one in found if one.id in rows))
        for stage, found in shown
    ]


def cases(session: Session, query: CaseQuery, *, actor: Actor) -> CasePage:
    """One page of the table. Raises NotAllowed outside the own region, InvalidInput for a damaged cursor or limit."""
    require(actor, OFFICIALS, region_code=query.region_code)
    limit, order, today = check_limit(query.limit), order_of(query.sort), clock.today()
    asked = narrowed(query, today=today)
    total = session.scalar(from_cases(func.count()).where(*asked)) or 0
    wanted = from_cases(CultivationCase, *order.columns).where(*asked).order_by(*order.columns)
    scope = f"pool:{query.sort.value}"
    if query.cursor:
        wanted = wanted.where(order.after(query.cursor, scope))
    found = session.execute(wanted.limit(limit + 1)).all()
    end = order.cursor(scope, found[limit - 1][1:]) if len(found) > limit else None
    rows = rows_of(session, [row[0] for row in found[:limit]])
    return CasePage(rows=tuple(rows), total=total, next_cursor=end)


def pool_counts(session: Session, query: CaseQuery, *, stalled: int, actor: Actor) -> PoolCounts:
    """Counts inside the official's region, place and chain. ``stalled``: from so many quiet days on."""
    require(actor, OFFICIALS, region_code=query.region_code)
    today = clock.today()
    here = CaseQuery(region_code=query.region_code, place=query.place, chain=query.chain)
    inside = narrowed(here, today=today)
    quiet = CaseQuery(region_code=query.region_code, place=query.place, chain=query.chain, stalled=stalled)
    owner, code = col(CultivationCase.owner_id), col(CultivationCase.directory_code)
    owners = dict(session.execute(from_cases(owner, func.count()).where(*inside).group_by(owner)).all())
    codes = dict(session.execute(from_cases(code, func.count()).where(*inside).group_by(code)).all())
    names, titles = owner_names(session, owners), directory_names(session)
    return PoolCounts(
        stages=_stages(session, query, today),
        closed={stage: count for stage, count in _stages(session, here, today).items() if stage not in OPEN},
        stalled=session.scalar(from_cases(func.count()).where(*narrowed(quiet, today=today))) or 0,
        proposed=session.scalar(from_cases(func.count()).where(*inside, has_proposal())) or 0,
        unowned=owners.get(None, 0),
        owners=tuple(
            Counted(key=str(number), name=names[number], count=owners[number])
            for number in sorted(names, key=lambda one: (names[one], one))
        ),
        directories=tuple(Counted(key=one, name=titles[one].zh, count=count) for one, count in sorted(codes.items())),
    )


def rows_of(session: Session, found: Sequence[CultivationCase], *, gaps: bool = True) -> list[CaseRow]:
    """These cases in words, in the order given; firms that were taken back are left out."""
    today = clock.today()
    ids = list({one.enterprise_id for one in found})
    firms = {firm.id: firm for firm in summaries(session, ids, as_of=today)}
    query = select(col(Enterprise.id), col(Enterprise.region_code)).where(col(Enterprise.id).in_(ids))
    places: dict[int, str | None] = {number: code for number, code in session.execute(query)}
    now = assessed_of(session, [one.latest_assessment_id for one in found], gaps=gaps)
    then = assessed_of(session, [one.assessment_id for one in found], gaps=False)
    names, titles = owner_names(session, [one.owner_id for one in found]), directory_names(session)
    waiting = _waiting(session, [one.id for one in found])
    return [
        CaseRow(
            case_id=one.id,
            enterprise=firms[one.enterprise_id],
            district=_district(places.get(one.enterprise_id)),
            directory_code=one.directory_code,
            directory=titles[one.directory_code],
            stage=one.stage,
            stage_since=one.stage_since,
            owner_id=one.owner_id,
            owner=names.get(one.owner_id or 0),
            next_act=one.next_act,
            next_act_on=one.next_act_on,
            days_quiet=max((today - one.quiet_since).days, 0) if one.stage in OPEN else 0,
            chased=one.chased,
            then=then.get(one.assessment_id),
            now=now.get(one.latest_assessment_id),
            proposals=waiting.get(one.id, ()),
            opened_at=one.opened_at,
            closed_at=one.closed_at,
            product=one.product,
        )
        for one in found
        if one.enterprise_id in firms
    ]


def owner_names(session: Session, numbers: Sequence[int | None] | Mapping[int | None, Any]) -> dict[int, str]:
    """Names of accounts by number."""
    wanted = sorted({number for number in numbers if number is not None})
    query = select(Account).where(col(Account.id).in_(wanted))
    return {one.id: one.display_name or one.login for one in session.scalars(query)}


def directory_names(session: Session) -> dict[str, Text]:
    """Short names of directories by code."""
    query = select(col(Directory.code), col(Directory.short_zh), col(Directory.short_en))
    return {code: Text(zh, en) for code, zh, en in session.execute(query)}


def _stages(session: Session, query: CaseQuery, today: date) -> dict[CaseStage, int]:
    stage = col(CultivationCase.stage)
    counted = from_cases(stage, func.count()).where(*narrowed(query, today=today, stages=False)).group_by(stage)
    found = {CaseStage.of(one): count for one, count in session.execute(counted)}
    return {one: found.get(one, 0) for one in CaseStage}


def _waiting(session: Session, numbers: Sequence[int]) -> dict[int, tuple[ProposalGround, ...]]:
    query = select(col(CaseProposal.case_id), col(CaseProposal.ground)).where(
        col(CaseProposal.case_id).in_(numbers), col(CaseProposal.state) == ProposalState.OPEN
    )
    found: dict[int, tuple[ProposalGround, ...]] = {}
    for number, ground in session.execute(query.order_by(col(CaseProposal.id))):
        found[number] = (*found.get(number, ()), ground)
    return found


def _district(code: str | None) -> Text | None:
    found = region(code) if code else None
    return Text(found.name, found.name_en) if found and found.level == "county" else None
