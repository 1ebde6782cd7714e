"""What the re-assessment proposes for a case (系统建议), and the official's decision about it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidTransition, NotFound, Text
from registry.models import CaseProposal, CultivationCase, Enterprise
from registry.policies import Actor
from registry.pool_words import CaseExit, ProposalGround, ProposalState
from registry.services import audit
from registry.services.pool.acts import REASON, REASON_MAX, carry_out, title_of
from registry.services.pool.moves import (
    CLOSED,
    HOME,
    MOVES,
    SUBJECT,
    check_text,
    lapse,
    lock_case,
    say_proposal,
    worked_on,
)
from registry.vocabulary import CaseStage, OperatingStatus, Verdict

LEADS_TO = {
    ProposalGround.TITLE_WON: CaseStage.RECOGNISED,
    ProposalGround.READY: CaseStage.PRECHECK,
    ProposalGround.INELIGIBLE: CaseStage.LEFT,
    ProposalGround.CANCELLED: CaseStage.LEFT,
    ProposalGround.MOVED_OUT: CaseStage.LEFT,
    ProposalGround.DUPLICATE: CaseStage.LEFT,
}
EXITS = {
    ProposalGround.INELIGIBLE: CaseExit.INELIGIBLE,
    ProposalGround.CANCELLED: CaseExit.CANCELLED,
    ProposalGround.MOVED_OUT: CaseExit.MOVED_OUT,
    ProposalGround.DUPLICATE: CaseExit.DUPLICATE,
}
ENDED = (OperatingStatus.CANCELLED, OperatingStatus.REVOKED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an assessment of a case came out.

    ``lost``: a criterion that better figures cannot mend is unmet now and was not when the firm was taken in.
    """

    assessment_id: int
    verdict: Verdict
    lost: bool


def grounds_of(session: Session, case: CultivationCase, standing: Standing | None) -> dict[ProposalGround, int | None]:
    """What speaks for a move of an open case now, each with the title that proves it, where one does."""
    firm = session.get_one(Enterprise, case.enterprise_id)
    found: dict[ProposalGround, int | None] = {}
    title = title_of(session, case, on=clock.today())
    opened = case.opened_at.astimezone(clock.PROVINCE_ZONE).date()
    if title is not None and (title.valid_from >= opened or title.recorded_at >= case.opened_at):
        # A holder may be in the pool to keep the title: only a term that came since then is an outcome.
        found[ProposalGround.TITLE_WON] = title.id
    if firm.operating_status in ENDED:
        found[ProposalGround.CANCELLED] = None
    if firm.operating_status is OperatingStatus.MOVED_OUT or not (firm.region_code or HOME).startswith(HOME):
        found[ProposalGround.MOVED_OUT] = None
    if _is_second(session, case):
        found[ProposalGround.DUPLICATE] = None
    if standing is not None and standing.verdict is Verdict.INELIGIBLE and standing.lost:
        found[ProposalGround.INELIGIBLE] = None
    if standing is not None and standing.verdict is Verdict.ELIGIBLE:
        found[ProposalGround.READY] = None
    return {ground: proof for ground, proof in found.items() if LEADS_TO[ground] in MOVES[case.stage]}


def renew_proposals(session: Session, case: CultivationCase, standing: Standing | None, *, actor: Actor) -> int:
    """Bring the proposals of a locked, open case up to date; returns how many were made.

    A proposal whose ground is gone lapses. One that was dismissed is not made again for the same ground and stage
    until the ground has been gone.
    """
    grounds = grounds_of(session, case, standing)
    known: list[CaseProposal] = list(session.scalars(_standing(case.id)))
    for one in known:
        if one.ground not in grounds:
            lapse(session, case, one, actor=actor)
    made = 0
    for ground, listing_id in grounds.items():
        if any(one.ground is ground for one in known):
            continue
        proposal = CaseProposal(
            case_id=case.id,
            ground=ground,
            to_stage=LEADS_TO[ground],
            listing_id=listing_id,
            assessment_id=standing.assessment_id if standing else None,
        )
        session.add(proposal)
        session.flush()
        say_proposal(session, case, proposal, actor=actor)
        made += 1
    session.flush()
    return made


def decide_proposal(
    session: Session, *, proposal_id: int, accept: bool, actor: Actor, reason: str = "", version: int | None = None
) -> CultivationCase:
    """Carry a proposal out, or say why not. What the move asks for is asked here too.

    Raises NotFound, NotAllowed, Conflict (version), InvalidInput (a reason to dismiss),
    InvalidTransition (decided already).
    """
    proposal = session.get(CaseProposal, proposal_id)
    if proposal is None:
        raise NotFound(f"没有编号为 {proposal_id} 的建议。", f"There is no proposal {proposal_id}.", field="proposal")
    case = lock_case(session, proposal.case_id, actor=actor, version=version)
    session.refresh(proposal)
    if proposal.state is not ProposalState.OPEN:
        raise InvalidTransition(
            f"这条建议{proposal.state.label.zh}，不能再处理。",
            f"This proposal is {proposal.state.label.en.lower()} and cannot be decided again.",
            field="proposal",
        )
    said = reason.strip()
    if not accept or len(said) > REASON_MAX:
        said = check_text(said, field="reason", limit=REASON_MAX, what=REASON)
    proposal.state = ProposalState.ACCEPTED if accept else ProposalState.DISMISSED
    proposal.reason, proposal.decided_by, proposal.decided_at = said, actor.label, clock.now()
    say_proposal(session, case, proposal, actor=actor, text=said)
    audit.record(
        session,
        actor=actor.label,
        action=f"{SUBJECT}.proposal_{proposal.state.value}",
        subject_kind=SUBJECT,
        subject_key=str(case.id),
        after={"proposal": proposal.id, "ground": proposal.ground.value, "to": proposal.to_stage.value},
        reason=said,
    )
    if not accept:
        worked_on(session, case)
        return case
    exit_kind = EXITS.get(proposal.ground)
    words = said or proposal.ground.label.zh
    carry_out(session, case, proposal.to_stage, actor=actor, reason=words, exit_kind=exit_kind or "")
    return case


def words_of(ground: ProposalGround) -> Text:
    """A proposal as a sentence."""
    to = LEADS_TO[ground]
    return Text(
        f"{ground.label.zh}，建议转到“{to.label.zh}”",
        f"{ground.label.en}: proposed to go to “{to.label.en}”",
    )


def _standing(case_id: int) -> Any:
    """Proposals that are open, or were dismissed and have their ground still."""
    return select(CaseProposal).where(
        col(CaseProposal.case_id) == case_id,
        col(CaseProposal.gone_at).is_(None),
        col(CaseProposal.state).in_([ProposalState.OPEN, ProposalState.DISMISSED]),
    )


def _is_second(session: Session, case: CultivationCase) -> bool:
    """Whether an older open case of the same firm aims at the same title: a merge brought them together."""
    older = select(col(CultivationCase.id)).where(
        col(CultivationCase.enterprise_id) == case.enterprise_id,
        col(CultivationCase.directory_code) == case.directory_code,
        col(CultivationCase.stage).not_in(CLOSED),
        col(CultivationCase.id) < case.id,
    )
    return session.scalars(older.limit(1)).first() is not None
