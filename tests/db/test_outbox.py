"""The outbox: each changed enterprise once, very many as one rebuild, and never without the act."""

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.models import Directory, IndexOutbox
from registry.services.outbox import REBUILD_ABOVE, batches_changed, enterprises_changed, products_changed
from registry.services.reference import sync_reference_rows
from registry.vocabulary import Level


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


def test_products_are_queued_by_their_own_number(session: Session) -> None:
    products_changed(session, [4, 4, 2])
    assert _queued(session) == [("product", 2), ("product", 4)]


def test_no_batch_queues_nothing(session: Session) -> None:
    batches_changed(session, [])
    assert _queued(session) == []


def test_reference_rows_that_have_changed_ask_for_a_new_index(session: Session) -> None:
    sync_reference_rows(session)
    assert _queued(session) == []
    session.exec(select(Directory).where(col(Directory.code) == "little_giant")).one().level = Level.COUNTY
    session.flush()
    sync_reference_rows(session)
    assert _queued(session) == [("everything", None)]


def _queued(session: Session) -> list[tuple[str, int | None]]:
    rows = session.exec(select(IndexOutbox).order_by(col(IndexOutbox.id))).all()
    return [(row.kind, row.subject_id) for row in rows]


def _queue_then_stop(engine: Engine) -> None:
    with transaction(engine) as session:
        enterprises_changed(session, [1])
        raise RuntimeError("stopped")
