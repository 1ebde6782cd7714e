"""Whatever a firm and officials of every level do to a submission, in any order: no forbidden state, no lost event."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from registry.errors import RegistryError
from registry.models import AuditEvent, Figure, ReviewStep, Submission, SubmissionRevision, WorkItem
from registry.policies import Actor
from registry.review_vocabulary import ReturnReason
from registry.services.audit import verify_chain
from registry.services.reviewing.acts import (
    approve_submission,
    forward_submission,
    refuse_submission,
    return_submission,
)
from registry.services.reviewing.case import is_last_step
from registry.services.reviewing.deciding import Choice, accept_clear, decide_fields, tally
from registry.services.submitting.moves import EDITABLE, MOVES, move
from registry.vocabulary import FieldDecision, SubmissionAct, SubmissionState
from tests.db.review_cases import (
    AUDITOR,
    LOCAL,
    MUNICIPAL,
    PROVINCIAL,
    PUBLIC,
    STRANGER,
    VALUES,
    WHY,
    a_submission,
    send,
)

ALLOWED = {(start, leads_to) for starts, leads_to in MOVES.values() for start in starts}
ACTORS = (LOCAL, MUNICIPAL, PROVINCIAL, PROVINCIAL, STRANGER, AUDITOR, PUBLIC)
OUTSIDERS = (STRANGER, AUDITOR, PUBLIC)
ACTS = ("accept", "accept", "accept all", "clear", "give back", "forward", "forward", "approve", "return", "refuse",
        "firm sends", "firm recalls", "old page")  # fmt: skip
PATHS = tuple(VALUES)
acts = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, len(PATHS) - 1), st.integers(0, len(ACTORS) - 1)), max_size=18
)
Act = tuple[str, int, int]


def _do(session: Session, submission: Submission, act: Act) -> None:
    kind, number, who = act
    actor, version = ACTORS[who], submission.version - (act[0] == "old page")
    args = {"submission_id": submission.id, "version": version, "actor": actor}
    if kind in ("accept", "old page"):
        decide_fields(session, choices={PATHS[number]: Choice(FieldDecision.ACCEPTED)}, **args)  # type: ignore[arg-type]
    elif kind == "accept all":
        choices = dict.fromkeys(PATHS, Choice(FieldDecision.ACCEPTED))
        decide_fields(session, choices=choices, **args)  # type: ignore[arg-type]
    elif kind == "give back":
        choice = Choice(FieldDecision.RETURNED, ReturnReason.UNIT.value)
        decide_fields(session, choices={PATHS[number]: choice}, **args)  # type: ignore[arg-type]
    elif kind == "clear":
        accept_clear(session, **args)  # type: ignore[arg-type]
    elif kind == "forward":
        forward_submission(session, **args)  # type: ignore[arg-type]
    elif kind == "approve":
        approve_submission(session, **args)  # type: ignore[arg-type]
    elif kind == "return":
        return_submission(session, **args)  # type: ignore[arg-type]
    elif kind == "refuse":
        refuse_submission(session, reason=WHY, **args)  # type: ignore[arg-type]
    else:
        _firm(session, submission, kind, number)


def _firm(session: Session, submission: Submission, kind: str, number: int) -> None:
    """What the firm itself may do: send a draft or what was returned, take back what nobody passed on yet."""
    firm = Actor(None, "示例企业")
    if kind == "firm sends" and submission.state in EDITABLE:
        if submission.state is SubmissionState.DRAFT:
            submission.step = 0
        move(session, submission, SubmissionAct.SUBMIT, actor=firm)
        send(session, submission, VALUES | {PATHS[number]: _other(PATHS[number], submission.revision)})
    elif kind == "firm recalls" and submission.step == 0:
        move(session, submission, SubmissionAct.RECALL, actor=firm)


def _other(path: str, revision: int) -> object:
    value = VALUES[path]
    return f"{value}{revision}" if isinstance(value, str) else value + revision


def _check(session: Session, submission: Submission, before: tuple[SubmissionState, int], act: Act) -> None:
    session.refresh(submission)
    state, step = submission.state, submission.step
    assert state is before[0] or (before[0], state) in ALLOWED
    assert step in (before[1], before[1] + 1) or state is SubmissionState.SUBMITTED
    assert 0 <= step < len(submission.steps)
    if ACTORS[act[2]] in OUTSIDERS and not act[0].startswith("firm"):
        assert (state, step) == before
    steps = session.exec(select(ReviewStep).order_by(col(ReviewStep.id))).all()
    waiting = [one for one in steps if one.outcome is None]
    item = session.exec(select(WorkItem)).one()
    if state is SubmissionState.SUBMITTED:
        assert waiting[-1].step == step
        assert (item.closed_at, item.region_code) == (None, submission.steps[step]["region_code"])
    if state in (SubmissionState.APPROVED, SubmissionState.REFUSED, SubmissionState.RETURNED):
        assert item.closed_at is not None
    figures = session.exec(select(func.count()).select_from(Figure)).one()
    assert (figures > 0) is (state is SubmissionState.APPROVED)
    if state is SubmissionState.APPROVED:
        assert is_last_step(submission)
        assert len(steps[-1].decisions) == len(PATHS)
        assert {said["decision"] for said in steps[-1].decisions.values()} == {"accepted"}
    revisions = session.exec(select(SubmissionRevision.revision).order_by(col(SubmissionRevision.revision))).all()
    assert list(revisions) == list(range(1, submission.revision + 1))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_any_sequence_of_acts_keeps_the_rules(session: Session, todo: list[Act]) -> None:
    with session.begin_nested() as undo:
        submission = a_submission(session)
        for act in todo:
            before, version = (submission.state, submission.step), submission.version
            with_act = session.begin_nested()
            events = select(func.count()).select_from(AuditEvent)
            count = session.exec(events).one()
            try:
                _do(session, submission, act)
                with_act.commit()
                changed = submission.version != version
                assert (session.exec(events).one() > count) is changed
            except RegistryError:
                with_act.rollback()
                session.expire_all()
                assert (submission.version, session.exec(events).one()) == (version, count)
            _check(session, submission, before, act)
        assert verify_chain(session)[1] is None
        counted = tally(session, submission)
        assert len({*counted.accepted, *counted.returned, *counted.waiting}) == len(PATHS)
        undo.rollback()
