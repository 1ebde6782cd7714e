"""One case as an official reads it: numbers then and now, what was done, what is proposed, what can be done next."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import NotFound, Text
from registry.models import CaseEvent, CaseProposal, CultivationCase, Enterprise
from registry.policies import OFFICIALS, Actor, require
from registry.pool_words import CaseEventKind, CaseExit, GroupVerdict, ProposalGround, ProposalState
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.schemas.reviewing import Glance, Watcher
from registry.services.enterprises import summaries
from registry.services.pool.acts import Keeper, keepers_of
from registry.services.pool.criteria import Assessed, CriterionThenNow, assessed_of, then_and_now
from registry.services.pool.group_check import GroupCheck, group_check
from registry.services.pool.listing import directory_names, owner_names
from registry.services.pool.moves import KEEPERS, MOVES, OPEN, no_case, place_of
from registry.services.pool.proposing import words_of
from registry.services.reviewing.presence import watchers_of
from registry.services.rows import by_number
from registry.vocabulary import CaseStage, Role, WorkKind


class EventRead(ReadModel):
    """An event of a case. ``details`` as stored; pages word it."""

    event_id: int
    kind: CaseEventKind
    on: date
    at: datetime
    actor: str
    text: str
    criterion: str
    before: str
    after: str
    details: dict[str, Any]


class ProposalRead(ReadModel):
    """A proposal that waits for a decision."""

    proposal_id: int
    ground: ProposalGround
    to_stage: CaseStage
    words: Text
    made_at: datetime


class CaseRow(ReadModel):
    """What a case says of itself."""

    case_id: int
    version: int
    directory_code: str
    stage: CaseStage
    stage_since: datetime
    owner_id: int | None
    product: str
    next_act: str | None
    next_act_on: date | None
    chased: int
    entry_reason: str
    exit_kind: CaseExit | None
    exit_reason: str | None
    opened_at: datetime
    closed_at: datetime | None


class CaseRead(CaseRow):
    """A case in full."""

    enterprise: EnterpriseSummary
    place: str
    directory: Text
    owner: str | None
    days_quiet: int
    then: Assessed | None
    now: Assessed | None
    criteria: tuple[CriterionThenNow, ...]
    events: tuple[EventRead, ...]
    proposals: tuple[ProposalRead, ...]
    group: GroupCheck
    moves: tuple[CaseStage, ...]
    may_act: bool
    needs_curator: bool
    """A recommendation takes a curator with a reason, because the group check is not clear."""
    may_curate: bool
    keepers: tuple[Keeper, ...]
    watchers: tuple[Watcher, ...]
    """Others who have it open now, or had it open today."""


def get_case(session: Session, case_id: int, *, actor: Actor) -> CaseRead:
    """A case with everything about it. Raises NotFound, NotAllowed outside the official's region."""
    (case, place), today = _readable(session, case_id, actor), clock.today()
    shown = summaries(session, [case.enterprise_id], as_of=today)
    if not shown:
        raise NotFound("这家企业的记录已撤回。", "The record of this enterprise was taken back.", field="case")
    assessed = assessed_of(session, [case.assessment_id, case.latest_assessment_id])
    group = group_check(session, case, as_of=today)
    may_act = case.stage in OPEN and actor.may(KEEPERS, region_code=place, directory_code=case.directory_code)
    return CaseRead(
        case_id=case.id,
        **{name: getattr(case, name) for name in CaseRow.model_fields if name != "case_id"},
        enterprise=shown[0],
        place=place,
        directory=directory_names(session)[case.directory_code],
        owner=owner_names(session, [case.owner_id]).get(case.owner_id or 0),
        days_quiet=max((today - case.quiet_since).days, 0) if case.stage in OPEN else 0,
        then=assessed.get(case.assessment_id),
        now=assessed.get(case.latest_assessment_id),
        criteria=then_and_now(session, case),
        events=tuple(_events(session, case.id)),
        proposals=tuple(_proposals(session, case.id)),
        group=group,
        moves=MOVES[case.stage] if may_act else (),
        may_act=may_act,
        needs_curator=group.verdict is not GroupVerdict.CLEAR,
        may_curate=actor.may(Role.CURATOR, region_code=place, directory_code=case.directory_code),
        keepers=tuple(keepers_of(session, case)) if may_act else (),
        watchers=watchers_of(session, kind=WorkKind.CASE, subject_id=case.id, actor=actor),
    )


def glance_at(session: Session, case_id: int, *, actor: Actor) -> Glance:
    """Who else is at a case and which version it has now. Raises NotFound, NotAllowed outside the official's region."""
    case, _ = _readable(session, case_id, actor)
    others = watchers_of(session, kind=WorkKind.CASE, subject_id=case.id, actor=actor)
    return Glance(version=case.version, watchers=others)


def _readable(session: Session, case_id: int, actor: Actor) -> tuple[CultivationCase, str]:
    """The case and its place, for officials of the place."""
    case = by_number(session, CultivationCase, case_id)
    if case is None:
        raise no_case(case_id)
    place = place_of(case, session.get_one(Enterprise, case.enterprise_id))
    require(actor, OFFICIALS, region_code=place)
    return case, place


def _events(session: Session, case_id: int) -> list[EventRead]:
    """Newest first."""
    query = select(CaseEvent).where(col(CaseEvent.case_id) == case_id).order_by(col(CaseEvent.id).desc())
    return [
        EventRead(
            event_id=one.id,
            kind=one.kind,
            on=one.on,
            at=one.at,
            actor=one.actor,
            text=one.text,
            criterion=one.criterion,
            before=one.before,
            after=one.after,
            details=dict(one.details or {}),
        )
        for one in session.scalars(query)
    ]


def _proposals(session: Session, case_id: int) -> list[ProposalRead]:
    query = select(CaseProposal).where(
        col(CaseProposal.case_id) == case_id, col(CaseProposal.state) == ProposalState.OPEN
    )
    return [
        ProposalRead(
            proposal_id=one.id,
            ground=one.ground,
            to_stage=one.to_stage,
            words=words_of(one.ground),
            made_at=one.made_at,
        )
        for one in session.scalars(query.order_by(col(CaseProposal.id)))
    ]
