"""Gates before a new index is used, comparison with the database, repair, and the way back."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import col, select, update

from registry.db import reading, transaction
from registry.errors import Conflict
from registry.models import Batch, Enterprise, IndexOutbox, Product, ProductListing
from registry.search import entries
from registry.search.documents import IndexDocument
from registry.search.embedded import EmbeddedEngine, EmbeddedWriter
from registry.search.embedded_store import COMPLETE
from registry.search.engine import EngineUnavailable
from registry.search.query import SearchPage, SearchQuery
from registry.services import index_check
from registry.services.finding import find
from registry.services.index_gates import GateClosed
from registry.services.indexing import apply_outbox, rebuild
from registry.services.outbox import batches_changed, enterprises_changed, products_changed
from registry.settings import Settings
from registry.vocabulary import BatchState
from tests.factories import a_batch
from tests.support.population import add_enterprise, changed, fill

TODAY = date(2026, 5, 6)


@pytest.fixture
def database(sqlite_engine: Engine) -> Iterator[Engine]:
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        yield sqlite_engine


@pytest.fixture
def search(settings: Settings) -> EmbeddedEngine:
    return EmbeddedEngine(settings.index_dir)


def ask(database: Engine, search: EmbeddedEngine, text: str = "", **filters: object) -> SearchPage:
    with reading(database) as session:
        return find(session, search, SearchQuery.model_validate({"text": text, **filters}))


def add_product(database: Engine, name: str, maker: int | None, **entry: Any) -> int:
    """A catalogued product version; the entry lasts from 2024 to the middle of 2026."""
    with transaction(database) as session:
        batch = a_batch(directory_code="secure_product", label=f"示例目录{name}")
        product = Product(
            enterprise_id=maker, maker_name="示例厂", name=name, folded=name, version="V1", category="数据库"
        )
        session.add_all([batch, product])
        session.flush()
        given: dict[str, Any] = {"valid_from": date(2024, 7, 1), "valid_to": date(2026, 5, 31), "grade": 2} | entry
        session.add(
            ProductListing(
                product_id=product.id,
                directory_code="secure_product",
                batch_id=batch.id,
                name_as_announced=name,
                **given,
            )
        )
        return product.id


def products(page: SearchPage) -> list[tuple[str, str]]:
    return [(hit.name, hit.maker) for hit in page.products]


def rename_unnoticed(database: Engine, number: int, name: str) -> None:
    """A change that no use case made: nothing is queued."""
    with transaction(database) as session:
        session.execute(update(Enterprise).where(col(Enterprise.id) == number).values(name_zh=name))


def test_a_changed_maker_takes_its_products_along(database: Engine, search: EmbeddedEngine) -> None:
    firms = fill(database)
    add_product(database, "示例雪山数据库", firms["han"])
    rebuild(database, search)
    assert products(ask(database, search, "雪山数据库")) == [("示例雪山数据库", "中科寒岳纪科技股份有限公司")]
    with transaction(database) as session:
        session.get_one(Enterprise, firms["han"]).name_zh = "中科岳寒纪科技股份有限公司"
        enterprises_changed(session, [firms["han"]])
    # Before the index has seen it, and after.
    assert products(ask(database, search, "雪山数据库")) == [("示例雪山数据库", "中科岳寒纪科技股份有限公司")]
    assert apply_outbox(database, search) == 1
    assert products(ask(database, search, "雪山数据库")) == [("示例雪山数据库", "中科岳寒纪科技股份有限公司")]
    assert products(ask(database, search, "岳寒纪 数据库")) == [("示例雪山数据库", "中科岳寒纪科技股份有限公司")]


def test_a_product_without_a_known_maker_is_queued_alone(database: Engine, search: EmbeddedEngine) -> None:
    rebuild(database, search)
    number = add_product(database, "示例孤舟数据库", None)
    with transaction(database) as session:
        products_changed(session, [number])
    assert apply_outbox(database, search) == 1
    assert products(ask(database, search, "孤舟数据库")) == [("示例孤舟数据库", "示例厂")]
    with transaction(database) as session:
        session.execute(update(ProductListing).values(voided_at=session.get_one(Product, number).created_at))
        products_changed(session, [number])
    assert products(ask(database, search, "孤舟数据库")) == []
    assert apply_outbox(database, search) == 1
    assert products(ask(database, search, "孤舟数据库")) == []


def test_a_batch_that_becomes_final_takes_all_its_entries_along(database: Engine, search: EmbeddedEngine) -> None:
    firms = fill(database)
    number = add_product(database, "示例流云数据库", None)
    with transaction(database) as session:
        session.execute(update(Batch).values(state=BatchState.PUBLIC_NOTICE))
    rebuild(database, search)
    assert ask(database, search, directories=("hte",)).total == 0
    with transaction(database) as session:
        session.execute(update(Batch).values(state=BatchState.FINAL))
        batches_changed(session, session.exec(select(Batch.id)).all())
    with reading(database) as session:
        queued = {(row.kind, row.subject_id) for row in session.exec(select(IndexOutbox))}
    assert queued == {("enterprise", firms[f]) for f in ("xing", "han", "old", "qian")} | {("product", number)}
    apply_outbox(database, search)
    assert ask(database, search, directories=("hte",)).total == 2
    assert index_check.check(database, search).total == 0


def test_the_turn_of_a_day_writes_only_what_it_changes(sqlite_engine: Engine, search: EmbeddedEngine) -> None:
    written: list[str] = []

    with time_machine.travel("2026-05-31T04:00:00Z", tick=False):
        fill(sqlite_engine)
        ending = add_product(sqlite_engine, "示例将尽数据库", None)
        add_product(sqlite_engine, "示例长久数据库", None, valid_to=None)
        rebuild(sqlite_engine, search)
    with time_machine.travel("2026-06-01T04:00:00Z", tick=False), pytest.MonkeyPatch.context() as patched:
        apply = EmbeddedWriter.apply

        def note(self: EmbeddedWriter, *, upserts: Iterator[IndexDocument], **named: object) -> None:
            documents = list(upserts)
            written.extend(document.key for document in documents)
            apply(self, upserts=documents, **named)  # type: ignore[arg-type]

        patched.setattr(EmbeddedWriter, "apply", note)
        apply_outbox(sqlite_engine, search)
        assert written == [f"p{ending}"]
        assert index_check.check(sqlite_engine, search).total == 0


def test_an_index_as_the_database_is_has_no_drift(database: Engine, search: EmbeddedEngine) -> None:
    firms = fill(database)
    add_product(database, "示例雪山数据库", firms["han"])
    rebuild(database, search)
    drift = index_check.check(database, search)
    assert (drift.compared, drift.total) == (10, 0)


def test_both_databases_are_read_at_one_moment_and_compared(engine: Engine, search: EmbeddedEngine) -> None:
    firms = fill(engine)
    add_product(engine, "示例雪山数据库", firms["han"])
    assert rebuild(engine, search).count == 9
    rename_unnoticed(engine, firms["xing"], "深圳市星移示例光电有限公司")
    assert index_check.check(engine, search, repair=True).counts["different"] == 1
    rebuild(engine, search)
    assert index_check.rollback(engine, search).mended.total == 0


def test_what_differs_is_named_and_exactly_that_is_mended(database: Engine, search: EmbeddedEngine) -> None:
    firms = fill(database)
    product = add_product(database, "示例雪山数据库", None)
    rebuild(database, search)
    rename_unnoticed(database, firms["xing"], "深圳市星移示例光电有限公司")
    with transaction(database) as session:
        new = add_enterprise(session, "惠州市无声示例有限公司").id
        session.execute(update(ProductListing).values(voided_at=session.get_one(Product, product).created_at))
    found = index_check.check(database, search)
    assert found.counts == {"missing": 1, "extra": 1, "different": 1}
    assert found.examples == {
        "missing": [f"e{new} 惠州市无声示例有限公司"],
        "extra": [f"p{product}"],
        "different": [f"e{firms['xing']} 深圳市星移示例光电有限公司"],
    }
    assert ask(database, search, "无声示例").total == 0
    assert index_check.check(database, search, repair=True).total == 3
    assert index_check.check(database, search).total == 0
    assert ask(database, search, "无声示例").total == 1


def test_what_waits_in_the_outbox_is_no_drift(database: Engine, search: EmbeddedEngine) -> None:
    firms = fill(database)
    rebuild(database, search)
    with transaction(database) as session:
        firm = session.get_one(Enterprise, firms["xing"])
        firm.name_zh = "深圳市星移示例光电有限公司"
        changed(session, firm)
    assert index_check.check(database, search).total == 0


def test_an_entry_that_is_there_twice_is_mended(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    rebuild(database, search)
    keys = list(EmbeddedWriter(search._folder).keys())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(EmbeddedWriter, "keys", lambda self, version=None: [*keys, keys[0]])
        assert index_check.check(database, search).counts["different"] == 1


def test_the_version_before_comes_back_with_all_that_changed_since(database: Engine, search: EmbeddedEngine) -> None:
    firms = fill(database)
    first = rebuild(database, search).version
    second = rebuild(database, search).version
    with transaction(database) as session:
        firm = session.get_one(Enterprise, firms["han"])
        firm.name_zh = "中科岳寒纪科技股份有限公司"
        changed(session, firm, add_enterprise(session, "惠州市后来示例有限公司"))
    apply_outbox(database, search)
    with transaction(database) as session:
        changed(session, add_enterprise(session, "惠州市再后示例有限公司"))
    done = index_check.rollback(database, search)
    assert (done.version, done.left, done.mended.counts["missing"]) == (first, second, 1)
    assert search.version() == first
    assert [hit.name for hit in ask(database, search, "岳寒纪").hits] == ["中科岳寒纪科技股份有限公司"]
    assert ask(database, search, "后来示例").total == 1
    apply_outbox(database, search)
    assert ask(database, search, "再后示例").total == 1
    assert index_check.check(database, search).total == 0


def test_there_is_no_way_back_without_an_older_version(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    with pytest.raises(Conflict):
        index_check.rollback(database, search)
    rebuild(database, search)
    with pytest.raises(Conflict, match="reindex"):
        index_check.rollback(database, search)
    rebuild(database, search)
    index_check.rollback(database, search)
    with pytest.raises(Conflict):
        index_check.rollback(database, search)
    # A rebuild after going back counts on, and again two versions are kept.
    rebuild(database, search)
    assert len(index_check.status(database, search).versions or ()) == 2


def test_an_interrupted_build_is_never_read(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    first = rebuild(database, search).version
    second = rebuild(database, search).version
    half = search._folder / (second[:-6] + "000009")
    (search._folder / second).rename(half)
    (half / COMPLETE).unlink()
    with search.writing() as writer:
        assert writer.versions() == [first]
        with pytest.raises(EngineUnavailable):
            writer.swap(half.name)
    (search._folder / "current").write_text(half.name + "\n")
    assert ask(database, search, "寒岳纪").degraded


def test_an_index_that_answers_wrongly_is_not_put_to_use(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    before = rebuild(database, search).version
    whole = entries.enterprise_entry

    def without_names(*facts: object) -> IndexDocument:
        entry = whole(*facts)  # type: ignore[arg-type]
        return IndexDocument("enterprise", entry.id, entry.order, {"kind": ("enterprise",)}, entry.card)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("registry.search.sources.enterprise_entry", without_names)
        with pytest.raises(GateClosed) as refusal:
            rebuild(database, search)
    assert "0/" in refusal.value.text.zh
    assert search.version() == before
    assert ask(database, search, "寒岳纪").total == 1
    # And the one that was not good enough is not what one goes back to.
    rebuild(database, search)
    assert index_check.rollback(database, search).version == before


def test_other_changes_are_applied_while_a_rebuild_must_wait(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    rebuild(database, search)
    with transaction(database) as session:
        session.add(IndexOutbox(kind="everything", subject_id=None))
        changed(session, add_enterprise(session, "惠州市不等示例有限公司"))
    assert apply_outbox(database, search, may_rebuild=False) == 1
    assert apply_outbox(database, search, may_rebuild=False) == 0
    assert ask(database, search, "不等示例").total == 1
    assert apply_outbox(database, search) == 1


def test_status_tells_the_version_in_use_and_what_waits(database: Engine, search: EmbeddedEngine) -> None:
    empty = index_check.status(database, search)
    assert (empty.version, empty.versions, empty.waiting) == (None, (), 0)
    firms = fill(database)
    add_product(database, "示例雪山数据库", None)
    version = rebuild(database, search).version
    with transaction(database) as session:
        enterprises_changed(session, [firms["han"]])
    found = index_check.status(database, search)
    assert (found.version, found.day, found.versions, found.waiting) == (version, TODAY, (version,), 1)
    assert (found.enterprises, found.products) == (9, 1)
    with search.writing():
        assert index_check.status(database, search).versions is None
