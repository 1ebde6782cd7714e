"""Whatever firms, parks, officials and strangers do to a submission, in any order: only allowed moves."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from registry import clock
from registry.errors import RegistryError
from registry.models import (
    AuditEvent,
    ReviewStep,
    Submission,
    SubmissionField,
    SubmissionRevision,
    WorkItem,
)
from registry.policies import Actor, ParkRight, require
from registry.services.audit import verify_chain
from registry.services.submitting.drafting import save_fields, start_submission
from registry.services.submitting.moves import MOVES, lock_submission, move
from registry.services.submitting.sending import digest, recall, submit, withdraw
from registry.services.submitting.state import read_state
from registry.vocabulary import FieldDecision, Role, StepOutcome, SubmissionAct, SubmissionKind, SubmissionState
from tests.support.firms import FILLED, REVIEWER, STRANGER, Firm, a_firm

ALLOWED = {(start, leads_to) for starts, leads_to in MOVES.values() for start in starts}
ACTS = ("start", "type", "type badly", "submit", "submit", "submit late", "recall", "withdraw", "return", "approve")
WHO = ("owner", "editor", "park", "reviewer", "stranger", "neighbour")
Act = tuple[str, str, int]
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(WHO), st.integers(0, 3)), max_size=16)


def _do(session: Session, act: Act, actor: Actor, firm: Firm, known: list[Submission]) -> None:
    kind, _, number = act
    if kind == "start":
        chosen = (SubmissionKind.PROFILE, SubmissionKind.YEARLY)[number % 2]
        start_submission(session, actor=actor, enterprise_id=firm.enterprise.id, kind=chosen)
        return
    if not known:
        return
    one = known[number % len(known)]
    said: dict[str, Any] = {"submission_id": one.id, "actor": actor}
    if kind == "type":
        save_fields(session, **said, typed=FILLED | {"contact.office": f"示例{number}"})
    elif kind == "type badly":
        save_fields(session, **said, typed={"contact.email": "不是邮箱", "profile.founded_on": "昨天"})
    elif kind.startswith("submit"):
        version = one.version - (kind == "submit late")
        submit(session, **said, version=version, declared_by="示例负责人", agreed=True)
    elif kind == "recall":
        recall(session, **said, version=one.version)
    elif kind == "withdraw":
        withdraw(session, **said, version=one.version)
    else:
        _officially(session, one, actor, kind)


def _officially(session: Session, one: Submission, actor: Actor, kind: str) -> None:
    """What an official's service does to a submission, in its smallest form."""
    require(actor, Role.REVIEWER, region_code="440300")
    submission = lock_submission(session, one.id)
    act = SubmissionAct.RETURN if kind == "return" else SubmissionAct.APPROVE
    move(session, submission, act, actor=actor)
    for step in session.exec(
        select(ReviewStep).where(ReviewStep.submission_id == one.id, col(ReviewStep.decided_at).is_(None))
    ):
        step.outcome = StepOutcome.RETURNED if kind == "return" else StepOutcome.APPROVED
        step.decided_at = clock.now()
    if kind == "return":
        row = session.exec(
            select(SubmissionField).where(
                SubmissionField.submission_id == one.id, SubmissionField.path == "contact.office"
            )
        ).first()
        if row is not None:
            row.decision, row.decided_revision = FieldDecision.RETURNED, submission.revision
    session.flush()


def _check(session: Session, before: dict[int, tuple[SubmissionState, int, dict[str, str]]]) -> None:
    session.expire_all()
    for one in session.exec(select(Submission)).all():
        was = before.get(one.id)
        if was is not None:
            state, revision, typed = was
            assert state is one.state or (state, one.state) in ALLOWED
            assert one.revision in (revision, revision + 1)
            if state not in (SubmissionState.DRAFT, SubmissionState.RETURNED):
                assert typed == _typed(session, one), "what was sent changed without being taken back"
        sent = session.exec(select(SubmissionRevision).where(SubmissionRevision.submission_id == one.id)).all()
        assert [revision.revision for revision in sent] == list(range(1, one.revision + 1))
        assert all(digest(revision.content) == revision.sha256 for revision in sent)
        assert (one.receipt is not None) == (one.revision > 0)
        waiting = session.exec(
            select(WorkItem).where(WorkItem.subject_id == one.id, col(WorkItem.closed_at).is_(None))
        ).all()
        under_way = session.exec(
            select(ReviewStep).where(ReviewStep.submission_id == one.id, col(ReviewStep.decided_at).is_(None))
        ).all()
        in_review = one.state is SubmissionState.SUBMITTED
        assert len(under_way) == in_review
        assert in_review <= len(waiting)
        read_state(session, one, today=clock.today())


def _typed(session: Session, one: Submission) -> dict[str, str]:
    rows = session.exec(select(SubmissionField).where(SubmissionField.submission_id == one.id))
    return {row.path: row.typed for row in rows}


def _now(session: Session) -> dict[int, tuple[SubmissionState, int, dict[str, str]]]:
    return {one.id: (one.state, one.revision, _typed(session, one)) for one in session.exec(select(Submission)).all()}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_any_sequence_of_acts_keeps_the_rules(session: Session, todo: list[Act]) -> None:
    with session.begin_nested() as undo:
        firm, neighbour = a_firm(session), a_firm(session)
        park = Actor(None, "示例园区", parks=(ParkRight(1, frozenset()),))
        people = dict(zip(WHO, (firm.owner, firm.editor, park, REVIEWER, STRANGER, neighbour.owner), strict=True))
        for act in todo:
            known = list(session.exec(select(Submission).order_by(col(Submission.id))))
            before, with_act = _now(session), session.begin_nested()
            events = select(func.count()).select_from(AuditEvent)
            count = session.exec(events).one()
            try:
                _do(session, act, people[act[1]], firm, known)
                with_act.commit()
            except RegistryError:
                with_act.rollback()
                assert session.exec(events).one() == count
                assert _now(session) == before, "a refusal left something behind"
            moved = [one for one, said in _now(session).items() if said[0] is not before.get(one, (said[0],))[0]]
            assert not moved or session.exec(events).one() > count
            if act[1] in ("park", "stranger", "neighbour"):
                assert _now(session) == before, "somebody without a right changed something"
            _check(session, before)
        assert verify_chain(session)[1] is None
        undo.rollback()
