"""Whatever officials and the public do, in any order: only allowed moves, nothing half-done, no seal broken."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from registry.errors import RegistryError
from registry.models import AuditEvent, Batch, Listing, Objection
from registry.policies import Actor
from registry.services import directories
from registry.services.audit import verify_chain
from registry.services.batch_life.acts import freeze_batch, withdraw_batch
from registry.services.batch_life.editions import Amendment, amend_row, correct, drop_row
from registry.services.batch_life.freezing import verify_batches
from registry.services.batch_life.moves import MOVES
from registry.services.batch_life.objections import Words, decide_objection, file_objection
from registry.vocabulary import BatchState, ObjectionState
from tests.db.batch_life import CITY, DIRECTORY, FIRST, SECOND, WHY, a_draft, day, final, in_notice

ALLOWED = {(start, leads_to) for starts, leads_to in MOVES.values() for start in starts}
ACTS = (
    *("notice", "notice over", "final", "final", "withdraw", "freeze", "correct", "correct"),
    *("drop", "amend", "object", "uphold", "dismiss"),
)
Act = tuple[str, int, int]
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(0, 2)), max_size=14)


def _do(session: Session, act: Act, batch: Batch, actor: Actor) -> None:
    kind, _, number = act
    row = session.exec(select(Listing.id).where(Listing.batch_id == batch.id).offset(number).limit(1)).first() or 0
    objection = session.exec(select(Objection.id).offset(number).limit(1)).first() or 0
    if kind.startswith("notice"):
        in_notice(session, batch, ends=-1 if kind == "notice over" else 5)
    elif kind == "final":
        final(session, batch, actor=actor)
    elif kind == "withdraw":
        withdraw_batch(session, batch_id=batch.id, on=day(0), actor=actor, reason=WHY)
    elif kind == "freeze":
        freeze_batch(session, batch_id=batch.id, actor=actor, reason=WHY)
    elif kind == "correct":
        correct(session, batch_id=batch.id, actor=actor, reason=WHY)
    elif kind == "drop":
        drop_row(session, batch_id=batch.id, listing_id=row, actor=actor, reason=WHY)
    elif kind == "amend":
        amend_row(session, batch_id=batch.id, listing_id=row, amendment=Amendment(rank=number), actor=actor, reason=WHY)
    elif kind == "object":
        words = Words(
            text=f"示例异议内容，第{number}件，请核实。", objector="示例", contact="示例@example", listing_id=row
        )
        file_objection(session, batch_id=batch.id, words=words)
    else:
        decision = ObjectionState.UPHELD if kind == "uphold" else ObjectionState.DISMISSED
        decide_objection(session, objection_id=objection, decision=decision, actor=actor, reason=WHY)


def _states(session: Session) -> dict[int, BatchState]:
    return {batch.id: batch.state for batch in session.exec(select(Batch))}


def _check(session: Session, before: dict[int, BatchState]) -> None:
    session.expire_all()
    for number, state in _states(session).items():
        assert before.get(number, BatchState.DRAFT) is state or (before[number], state) in ALLOWED
    known = session.exec(select(Batch)).all()
    for batch in known:
        assert (batch.content_hash is not None) == (batch.state in (BatchState.FINAL, BatchState.SUPERSEDED))
        assert batch.state is not BatchState.FINAL or batch.announced_on is not None
    in_force = Counter((batch.label, batch.year) for batch in known if batch.state is BatchState.FINAL)
    assert all(count == 1 for count in in_force.values())
    assert all(check.ok for check in verify_batches(session))
    final_rows = select(func.count()).where(
        col(Listing.voided_at).is_(None),
        col(Listing.batch_id).in_(batch.id for batch in known if batch.state is BatchState.FINAL),
    )
    held = directories.get_directory(session, DIRECTORY, as_of=day(0)).summary.held
    assert held == session.exec(final_rows).one()
    undecided = {one.batch_id for one in session.exec(select(Objection).where(Objection.state == ObjectionState.OPEN))}
    assert not undecided & {batch.id for batch in known if batch.state is BatchState.FINAL}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_any_sequence_of_acts_keeps_the_rules(session: Session, todo: list[Act]) -> None:
    with session.begin_nested() as undo:
        a_draft(session)
        for act in todo:
            known = session.exec(select(Batch).order_by(col(Batch.id))).all()
            batch, actor = known[act[1] % len(known)], (FIRST, SECOND, CITY)[act[2]]
            before, with_act = _states(session), session.begin_nested()
            events = select(func.count()).select_from(AuditEvent)
            count = session.exec(events).one()
            try:
                _do(session, act, batch, actor)
                with_act.commit()
                assert session.exec(events).one() > count or act[0] == "object"
            except RegistryError:
                with_act.rollback()
                assert session.exec(events).one() == count
            _check(session, before)
        assert verify_chain(session)[1] is None
        undo.rollback()
