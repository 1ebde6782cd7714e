"""Whatever anybody does to the pool, in any order and role, night after night: no forbidden state, no event lost."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import RegistryError
from registry.models import (
    AuditEvent,
    CaseEvent,
    CaseProposal,
    CultivationCase,
    Enterprise,
    WorkItem,
)
from registry.policies import SYSTEM, Actor, Grant
from registry.pool_words import CaseEventKind, CaseExit, ProposalState
from registry.services.audit import verify_chain
from registry.services.pool.acts import assign_owner, move_case, plan_next, record_work, set_product
from registry.services.pool.chasing import chase_stalled
from registry.services.pool.moves import CLOSED, MOVES, lock_case
from registry.services.pool.proposing import Standing, decide_proposal, renew_proposals
from registry.vocabulary import CaseStage, OperatingStatus, Role, Verdict
from tests.db.pool import TITLE, WHY, a_case, a_curator, a_firm, a_person, a_reviewer, a_title, an_auditor

ACTS = (
    *("take in", "move", "move", "move", "move", "work", "plan", "assign", "product", "accept", "accept", "dismiss"),
    *("night", "night", "title", "cancel", "revive", "days pass", "chase"),
)
WORLD = ("title", "cancel", "revive", "days pass")
"""What happens outside of the pool: nobody's act."""
NIGHT = ("night", "chase")
PEOPLE = ("reviewer", "curator", "auditor", "other city", "firm", "public")
MAY = ("reviewer", "curator")
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        st.sampled_from((*MAY, *MAY, *PEOPLE)),
        st.integers(0, 3),
        st.sampled_from(list(CaseStage)),
        st.integers(0, 5),
    ),
    max_size=22,
)
Step = tuple[str, str, int, CaseStage, int]


@dataclass
class Pool:
    """Two firms and everybody who may come along."""

    session: Session
    firms: list[Enterprise]
    people: dict[str, Actor]

    def cases(self) -> list[CultivationCase]:
        return list(self.session.exec(select(CultivationCase).order_by(col(CultivationCase.id))))

    def events(self) -> list[tuple[object, ...]]:
        found = self.session.exec(select(CaseEvent).order_by(col(CaseEvent.id)))
        return [tuple(one.model_dump().items()) for one in found]

    def do(self, step: Step) -> None:
        act, who, number, stage, more = step
        firm, actor = self.firms[number % len(self.firms)], self.people[who]
        if act in WORLD:
            self.happen(act, firm, more)
        elif act == "chase":
            chase_stalled(self.session, today=clock.today())
        elif act == "take in":
            a_case(self.session, actor, firm)
        else:
            known = self.cases()
            self.act(act, known[number % len(known)].id if known else 1, actor, stage, more)

    def act(self, act: str, case: int, actor: Actor, stage: CaseStage, more: int) -> None:
        session = self.session
        if act == "move":
            kind = list(CaseExit)[more].value
            move_case(session, case_id=case, to=stage.value, actor=actor, reason=WHY, exit_kind=kind)
        elif act == "work":
            kind = ("contact", "visit", "diagnosis", "diagnosis", "support", "note")[more]
            record_work(session, case_id=case, kind=kind, on=clock.today(), text=WHY, actor=actor)
        elif act == "plan":
            plan_next(session, case_id=case, what="走访", on=clock.today() + timedelta(days=more), actor=actor)
        elif act == "assign":
            owner = list(self.people.values())[more].account_id
            assign_owner(session, case_id=case, owner_id=owner, actor=actor)
        elif act == "product":
            set_product(session, case_id=case, product=f"示例产品{more}", actor=actor)
        elif act == "night":
            verdict, veto = list(Verdict)[more % 3], more >= 3
            locked = lock_case(session, case, actor=SYSTEM)
            renew_proposals(session, locked, Standing(locked.assessment_id or 0, verdict, veto), actor=SYSTEM)
        else:
            waiting = select(CaseProposal.id).where(CaseProposal.state == ProposalState.OPEN)
            found = session.exec(waiting.order_by(col(CaseProposal.id)).offset(more % 2).limit(1)).first()
            decide_proposal(session, proposal_id=found or 0, accept=act == "accept", actor=actor, reason=WHY)

    def happen(self, act: str, firm: Enterprise, more: int) -> None:
        if act == "title":
            a_title(self.session, firm, begins=-more)
        elif act == "days pass":
            for case in self.cases():
                case.quiet_since -= timedelta(days=10 * more)
        else:
            firm.operating_status = OperatingStatus.CANCELLED if act == "cancel" else OperatingStatus.ACTIVE
        self.session.flush()


def _check_case(pool: Pool, case: CultivationCase) -> None:
    stage = None
    for event in pool.session.exec(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(col(CaseEvent.id))):
        if event.kind in (CaseEventKind.ENTRY, CaseEventKind.MOVE):
            assert event.kind is CaseEventKind.ENTRY or event.before == stage
            stage = event.after
    assert stage == case.stage.value
    assert (case.closed_at is not None) == (case.stage in CLOSED)
    assert (case.listing_id is not None) == (case.stage is CaseStage.RECOGNISED)
    assert (case.exit_kind is not None) == (case.stage is CaseStage.LEFT) == (case.exit_reason is not None)
    assert case.stage not in CLOSED or case.next_act is None


def _check(pool: Pool, before: dict[int, CaseStage]) -> None:
    pool.session.expire_all()
    known = pool.cases()
    for case in known:
        old = before.get(case.id)
        assert old is case.stage or (old is None and case.stage is CaseStage.ADMITTED) or case.stage in MOVES[old]  # type: ignore[index]
        _check_case(pool, case)
    open_ones = Counter((one.enterprise_id, one.directory_code) for one in known if one.stage not in CLOSED)
    assert all(count == 1 for count in open_ones.values())
    stages = {one.id: one.stage for one in known}
    standing: Counter[tuple[int, str]] = Counter()
    for one in pool.session.exec(select(CaseProposal)):
        if one.state is ProposalState.OPEN:
            assert one.to_stage in MOVES[stages[one.case_id]]
        assert (one.decided_by != "") == (one.state in (ProposalState.ACCEPTED, ProposalState.DISMISSED))
        if one.gone_at is None and one.state in (ProposalState.OPEN, ProposalState.DISMISSED):
            standing[one.case_id, one.ground] += 1
    assert all(count == 1 for count in standing.values())
    chased = {one.id for one in known if one.chased}
    items = pool.session.exec(select(WorkItem).where(col(WorkItem.closed_at).is_(None)))
    assert {one.subject_id for one in items} == chased


def _pool(session: Session) -> Pool:
    people = {
        "reviewer": a_reviewer(session),
        "curator": a_curator(session),
        "auditor": an_auditor(session),
        "other city": a_reviewer(session, "he", "440100"),
        "firm": a_person(session, "firm", Grant(Role.FIRM, "440000")),
        "public": Actor.anonymous(),
    }
    return Pool(session, [a_firm(session), a_firm(session)], people)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_sequence_of_acts_by_any_role_keeps_the_rules(session: Session, todo: list[Step]) -> None:
    with session.begin_nested() as undo:
        pool = _pool(session)
        for step in todo:
            before, events = {one.id: one.stage for one in pool.cases()}, pool.events()
            audits = len(session.exec(select(AuditEvent.id)).all())
            with_step = session.begin_nested()
            try:
                pool.do(step)
                with_step.commit()
                assert step[1] in MAY or step[0] in (*WORLD, *NIGHT), f"{step[1]} was let through"
                session.expire_all()
                after = pool.events()
                assert after[: len(events)] == events
                assert step[0] in (*WORLD, *NIGHT) or len(after) > len(events)
            except RegistryError:
                with_step.rollback()
                session.expire_all()
                assert pool.events() == events
                assert len(session.exec(select(AuditEvent.id)).all()) == audits
            _check(pool, before)
        assert verify_chain(session)[1] is None
        undo.rollback()


def test_the_sequences_know_the_title(session: Session) -> None:
    """A guard of the test above: all that it needs for an outcome is within its reach."""
    pool = _pool(session)
    for act, stage in (
        ("take in", CaseStage.ADMITTED),
        ("move", CaseStage.PRECHECK),
        ("move", CaseStage.APPLICATION),
        ("title", CaseStage.ADMITTED),
        ("night", CaseStage.ADMITTED),
        ("accept", CaseStage.ADMITTED),
    ):
        pool.do((act, "reviewer", 0, stage, 0))
    case = pool.cases()[0]
    assert (case.stage, case.directory_code) == (CaseStage.RECOGNISED, TITLE)
