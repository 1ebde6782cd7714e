"""Rows come back as they went in, on both engines; what the database forbids it forbids on both."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, col, select

from registry.db import make_engine, reading, transaction
from registry.errors import StorageUnavailable
from registry.models import Batch, Chain, Enterprise, Figure, Job, SourceFile
from registry.models.figure import Fact
from registry.services.migrating import migrate
from registry.settings import Settings
from registry.vocabulary import IdentityState, JobState, OperatingStatus, Trust
from tests.factories import a_batch, a_figure, a_listing, an_enterprise

DAY = date(2026, 1, 1)
shared_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
four_places = st.decimals(min_value=-(10**14), max_value=10**14, places=4, allow_nan=False, allow_infinity=False)
instants = st.datetimes(
    min_value=datetime(1900, 1, 2), max_value=datetime(2999, 1, 1), timezones=st.just(timezone(timedelta(hours=8)))
)


@shared_database
@given(value=four_places)
def test_a_figure_comes_back_to_the_last_place(session: Session, value: Decimal) -> None:
    firm = an_enterprise(uscc=None)
    session.add(firm)
    session.flush()
    figure = a_figure(firm, value=value)
    session.add(figure)
    session.flush()
    session.expire(figure)
    assert figure.value == value
    assert isinstance(figure.value, Decimal)


@shared_database
@given(at=instants)
def test_an_instant_comes_back_aware_and_equal(session: Session, at: datetime) -> None:
    firm = an_enterprise(uscc=None, created_at=at)
    session.add(firm)
    session.flush()
    session.expire(firm)
    assert firm.created_at == at
    assert firm.created_at.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    session.add(an_enterprise(created_at=datetime(2026, 5, 6, 12)))
    with pytest.raises(StatementError, match="naive datetime"):
        session.flush()


def test_words_of_a_list_come_back_as_members(session: Session) -> None:
    firm = an_enterprise(operating_status=OperatingStatus.CANCELLED)
    session.add(firm)
    session.flush()
    session.expire(firm)
    assert firm.operating_status is OperatingStatus.CANCELLED
    assert firm.identity is IdentityState.IDENTIFIED
    assert firm.operating_status.label.en == "Cancelled"


def test_a_word_outside_the_list_is_refused(session: Session) -> None:
    session.add(an_enterprise(operating_status="asleep"))
    with pytest.raises(StatementError, match="asleep"):
        session.flush()


def test_an_enterprise_round_trips_with_capital_beyond_32_bits(engine: Engine) -> None:
    given_firm = an_enterprise(registered_capital_cny=123_456_789_012, name_en="Example Precision Ltd")
    with transaction(engine) as session:
        session.add(given_firm)
    with reading(engine) as session:
        found = session.exec(select(Enterprise).where(col(Enterprise.uscc) == given_firm.uscc)).one()
        assert found.model_dump() == given_firm.model_dump()


def test_a_fact_keeps_any_json_value(session: Session) -> None:
    firm = an_enterprise()
    session.add(firm)
    session.flush()
    for name, value in {"class1_ip": 6, "market_share": 0.12, "own_brand": False, "product_field": "示例领域"}.items():
        fact = Fact(
            enterprise_id=firm.id,
            name=name,
            value=value,
            known_on=date(2026, 1, 1),
            trust=Trust.DECLARED,
            source="示例",
        )
        session.add(fact)
        session.flush()
        session.expire(fact)
        assert fact.value == value


def test_two_enterprises_cannot_hold_one_code(session: Session) -> None:
    session.add_all([an_enterprise(uscc="91440300MA0000012X"), an_enterprise(uscc="91440300MA0000012X")])
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_listing_needs_its_batch(session: Session) -> None:
    firm, batch = an_enterprise(), a_batch()
    session.add_all([firm, batch])
    session.flush()
    session.add(a_listing(firm, batch, batch_id=999_999))
    with pytest.raises(IntegrityError):
        session.flush()


def test_one_figure_a_year_name_and_trust(session: Session) -> None:
    firm = an_enterprise()
    session.add(firm)
    session.flush()
    session.add_all([a_figure(firm), a_figure(firm, trust=Trust.DECLARED, value=81_000_000)])
    session.flush()
    assert len(session.exec(select(Figure).where(col(Figure.enterprise_id) == firm.id)).all()) == 2
    session.add(a_figure(firm, value=1))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_batch_can_have_a_second_edition_and_not_the_same_twice(session: Session) -> None:
    session.add_all([a_batch(label="第一批"), a_batch(label="第一批", edition=2)])
    session.flush()
    session.add(a_batch(label="第一批", edition=2))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_failed_use_case_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="stopped"):
        _add_then_stop(engine)
    with reading(engine) as session:
        assert session.exec(select(Enterprise)).all() == []


def test_reading_keeps_no_change(engine: Engine) -> None:
    with reading(engine) as session:
        session.get_one(Chain, "five_g").name_zh = "改"
    with reading(engine) as session:
        assert session.get_one(Chain, "five_g").name_zh == "新一代通信"


def test_a_job_and_a_source_file_have_their_defaults(session: Session) -> None:
    job = Job(kind="reindex", key="all", payload={}, state=JobState.QUEUED, actor="test")
    session.add_all([job, SourceFile(sha256="0" * 64, filename="示例.csv", media_type="text/csv", size=1)])
    session.flush()
    assert (job.done, job.attempts, job.error, job.finished_at) == (0, 0, None, None)


def test_a_locked_database_is_said_to_be_locked(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.db.BUSY_TIMEOUT_MS", 50)
    with transaction(sqlite_engine) as writer:
        writer.add(a_batch())
        writer.flush()
        with pytest.raises(StorageUnavailable, match="占用") as refusal:
            _add_then_stop(sqlite_engine)
    assert refusal.value.code == "storage-unavailable"
    assert "locked" in refusal.value.text.en


def test_a_reader_does_not_wait_for_a_writer(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as writer:
        writer.add(a_batch())
        writer.flush()
        with reading(sqlite_engine) as session:
            assert session.exec(select(Batch)).all() == []


def test_a_read_only_database_is_said_to_be_read_only(sqlite_settings: Settings) -> None:
    path = sqlite_settings.data_dir / "registry.sqlite3"
    engine = make_engine(Settings(database_url=f"sqlite:///file:{path}?mode=ro&uri=true"))
    with pytest.raises(StorageUnavailable, match="只读"), transaction(engine) as session:
        session.add(a_batch())
    engine.dispose()


def test_a_database_without_tables_is_told_to_migrate(settings: Settings) -> None:
    engine = make_engine(settings)
    with pytest.raises(StorageUnavailable, match="registry migrate"), reading(engine) as session:
        session.exec(select(Enterprise)).all()
    engine.dispose()


def test_a_data_folder_that_is_a_file_is_named_in_the_refusal(settings: Settings) -> None:
    settings.data_dir.write_text("not a folder")
    with pytest.raises(StorageUnavailable, match="数据目录") as refusal:
        make_engine(settings)
    assert str(settings.data_dir) in refusal.value.text.en


def test_a_file_that_is_no_database_is_refused(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "registry.sqlite3").write_text("这不是数据库" * 100)
    engine = make_engine(settings)
    with pytest.raises(StorageUnavailable, match="不是 SQLite 数据库"):
        migrate(engine)
    with pytest.raises(StorageUnavailable, match="不是 SQLite 数据库"), reading(engine) as session:
        session.exec(select(Enterprise)).all()
    engine.dispose()


def _add_then_stop(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(an_enterprise())
        session.flush()
        raise RuntimeError("stopped")
