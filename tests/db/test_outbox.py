"""The outbox: each changed enterprise once, very many as one rebuild, and never without the act."""

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.models import IndexOutbox
from registry.services.outbox import REBUILD_ABOVE, enterprises_changed


def test_each_enterprise_is_queued_once(session: Session) -> None:
    enterprises_changed(session, [7, 3, 7])
    assert _queued(session) == [("enterprise", 3), ("enterprise", 7)]


def test_no_enterprise_queues_nothing(session: Session) -> None:
    enterprises_changed(session, [])
    assert _queued(session) == []


def test_very_many_become_one_rebuild(session: Session) -> None:
    enterprises_changed(session, range(REBUILD_ABOVE + 1))
    assert _queued(session) == [("everything", None)]


def test_a_rolled_back_act_queues_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="stopped"):
        _queue_then_stop(engine)
    with reading(engine) as session:
        assert _queued(session) == []


def _queued(session: Session) -> list[tuple[str, int | None]]:
    rows = session.exec(select(IndexOutbox).order_by(col(IndexOutbox.id))).all()
    return [(row.kind, row.subject_id) for row in rows]


def _queue_then_stop(engine: Engine) -> None:
    with transaction(engine) as session:
        enterprises_changed(session, [1])
        raise RuntimeError("stopped")
