"""A product catalogue's batch goes the same way: notice, objection, final, seal, correction, comparison."""

from datetime import date

from sqlalchemy import update
from sqlmodel import Session, col, select

from registry.models import Batch, IndexOutbox, Objection, Product, ProductListing
from registry.services import batches
from registry.services.batch_life.acts import publish_notice, start_batch
from registry.services.batch_life.comparing import compare
from registry.services.batch_life.editions import Amendment, amend_row, correct, drop_row
from registry.services.batch_life.freezing import verify_batches
from registry.services.batch_life.objections import Words, decide_objection, file_objection
from registry.vocabulary import BatchState, ObjectionState, RowChange
from tests.db.batch_life import SECOND, WHY, day, final

CATALOGUE = "secure_product"


def _draft(session: Session, names: tuple[str, ...] = ("示例操作系统", "示例数据库", "示例办公软件")) -> Batch:
    batch = start_batch(session, directory=CATALOGUE, year=2026, label="示例批", actor=SECOND, reason=WHY)
    for name in names:
        product = Product(maker_name="示例软件公司", name=name, folded=name, version="V1", category="基础软件")
        session.add(product)
        session.flush()
        session.add(
            ProductListing(
                product_id=product.id,
                directory_code=CATALOGUE,
                batch_id=batch.id,
                name_as_announced=name,
                grade=1,
                valid_from=date(2026, 1, 1),
                valid_to=date(2028, 12, 31),
            )
        )
    session.flush()
    return batch


def _rows(session: Session, batch: Batch) -> list[ProductListing]:
    found = select(ProductListing).where(ProductListing.batch_id == batch.id, col(ProductListing.voided_at).is_(None))
    return list(session.exec(found.order_by(col(ProductListing.id))))


def _in_notice(session: Session, batch: Batch) -> Batch:
    return publish_notice(session, batch_id=batch.id, notice_from=day(-3), notice_to=day(3), actor=SECOND, reason=WHY)


def test_an_upheld_objection_takes_an_entry_out_of_a_catalogue(session: Session) -> None:
    batch = _in_notice(session, _draft(session))
    words = Words(text="该产品不符合目录的要求。", objector="示例王某", contact="示例@example", subject="示例数据库")
    receipt = file_objection(session, batch_id=batch.id, words=words)
    made = session.exec(select(Objection).where(Objection.receipt == receipt)).one()
    assert (made.listing_id, made.product_listing_id is not None) == (None, True)
    session.execute(IndexOutbox.__table__.delete())  # type: ignore[attr-defined]
    decide_objection(session, objection_id=made.id, decision=ObjectionState.UPHELD, actor=SECOND, reason=WHY)
    assert {row.kind for row in session.exec(select(IndexOutbox))} == {"product"}
    assert [row.name for row in batches.get(session, batch.id, as_of=day(0)).rows.items] == [
        "示例操作系统",
        "示例办公软件",
    ]


def test_a_catalogue_is_frozen_corrected_and_compared(session: Session) -> None:
    old = final(session, _draft(session))
    assert verify_batches(session)[0].ok
    new = correct(session, batch_id=old.id, actor=SECOND, reason=WHY)
    first, second, third = _rows(session, new)
    drop_row(session, batch_id=new.id, listing_id=first.id, actor=SECOND, reason=WHY)
    amendment = Amendment(name_as_announced="示例数据库软件")
    amend_row(session, batch_id=new.id, listing_id=second.id, amendment=amendment, actor=SECOND, reason=WHY)
    third.grade = 2
    _rows(session, old)[1].withdrawn_on = day(0)
    session.flush()
    final(session, new)
    assert (old.state, [row.withdrawn_on for row in _rows(session, new)]) == (BatchState.SUPERSEDED, [day(0), None])
    found = compare(session, old.id, new.id)
    assert [row.change for row in found.rows] == [RowChange.RENAMED, RowChange.CHANGED, RowChange.ABSENT]
    assert [one.field for one in found.rows[1].differences] == ["level"]
    assert [check.ok for check in verify_batches(session)] == [True, True]


def test_a_catalogue_that_was_changed_names_the_entry(session: Session) -> None:
    batch = final(session, _draft(session))
    changed = update(ProductListing).where(col(ProductListing.name_as_announced) == "示例数据库").values(grade=3)
    session.execute(changed)
    (check,) = verify_batches(session, batch_id=batch.id)
    assert not check.ok
    assert "示例数据库" in check.differences[0].zh
