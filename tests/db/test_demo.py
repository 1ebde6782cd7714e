"""Building the demo: through the real import, all or nothing, and kept the next time."""

import shutil

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from registry import clock
from registry.db import make_engine, reading, transaction
from registry.demo import building
from registry.demo.building import ASIDE, SMALLEST, ensure_demo
from registry.errors import Conflict, InvalidInput
from registry.models import (
    AssessmentRun,
    Batch,
    Directory,
    Enterprise,
    EnterpriseAddress,
    ImportRow,
    ImportRun,
    Listing,
    ProductListing,
)
from registry.services.audit import verify_chain
from registry.services.migrating import migrate
from registry.settings import Settings
from registry.titles import shown, status_on
from registry.vocabulary import Flag, IdentityState, RowOutcome, TitleStatus
from tests.factories import an_enterprise
from tests.support.demos import SMALL, a_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small finished demo; copy it to change it."""
    return Settings(data_dir=a_demo(tmp_path_factory, SMALL))


def test_every_directory_has_an_announcement_and_every_title_stands_on_its_row(demo: Settings) -> None:
    engine = make_engine(demo)
    with reading(engine) as session:
        announced = set(session.exec(select(Batch.directory_code)).all())
        assert announced == set(session.exec(select(Directory.code)).all())
        assert session.exec(select(func.count()).where(col(Listing.import_row_id).is_(None))).one() == 0
        assert session.exec(select(func.count()).select_from(Listing)).one() > SMALL
        assert session.exec(select(func.count()).where(col(ProductListing.import_row_id).is_(None))).one() == 0
        assert session.exec(select(func.count()).select_from(ProductListing)).one() > 0
        undecided = [RowOutcome.AMBIGUOUS, RowOutcome.REJECTED]
        of_products = select(ImportRow.outcome).join(ImportRun).where(ImportRun.directory_code == "secure_product")
        assert not set(session.exec(of_products).all()) & set(undecided)
    engine.dispose()


def test_titles_of_every_status_exist_today(demo: Settings) -> None:
    engine = make_engine(demo)
    with reading(engine) as session:
        joined = select(status_on(clock.today())).select_from(Listing).join(Batch).where(shown()).distinct()
        assert set(session.exec(joined).all()) == {status.value for status in TitleStatus}
    engine.dispose()


def test_there_are_merged_and_provisional_firms_and_their_old_addresses_lead_on(demo: Settings) -> None:
    engine = make_engine(demo)
    with reading(engine) as session:
        states = set(session.exec(select(Enterprise.identity).distinct()).all())
        assert states == {IdentityState.IDENTIFIED, IdentityState.PROVISIONAL, IdentityState.MERGED}
        found_later = select(EnterpriseAddress.enterprise_id).group_by(col(EnterpriseAddress.enterprise_id))
        assert session.exec(found_later.having(func.count() > 1)).all()
    engine.dispose()


def test_each_standard_has_candidates_and_firms_that_are_near_at_risk_or_lack_data(demo: Settings) -> None:
    engine = make_engine(demo)
    with reading(engine) as session:
        for tier in ("little_giant", "hte"):
            runs = session.exec(select(AssessmentRun).where(AssessmentRun.tier == tier)).all()
            flagged = {flag: sum(run.counts[flag] for run in runs) for flag in Flag}
            assert min(flagged.values()) > 0, (tier, flagged)
    engine.dispose()


def test_the_audit_chain_of_the_demo_holds(demo: Settings) -> None:
    engine = make_engine(demo)
    with reading(engine) as session:
        count, broken = verify_chain(session)
    engine.dispose()
    assert count > 40
    assert broken is None


def test_a_second_run_keeps_what_was_changed(demo: Settings, settings: Settings) -> None:
    shutil.copytree(demo.data_dir, settings.data_dir)
    engine = make_engine(settings)
    with transaction(engine) as session:
        session.add(an_enterprise(name_zh="后来添加的示例有限公司"))
    engine.dispose()
    assert not ensure_demo(settings, size=SMALL)
    engine = make_engine(settings)
    with reading(engine) as session:
        assert session.exec(select(Enterprise).where(col(Enterprise.name_zh) == "后来添加的示例有限公司")).one()
    engine.dispose()


def test_an_interrupted_first_run_leaves_no_database_and_the_next_run_finishes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(building, "tell_stories", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            ensure_demo(settings, size=SMALLEST)
    assert not (settings.data_dir / "registry.sqlite3").exists()
    assert ensure_demo(settings, size=SMALLEST)
    assert (settings.data_dir / "registry.sqlite3").exists()
    assert not (settings.data_dir / ASIDE).exists()


def test_a_database_with_other_firms_is_left_alone(sqlite_settings: Settings) -> None:
    engine = make_engine(sqlite_settings)
    with transaction(engine) as session:
        session.add(an_enterprise())
    engine.dispose()
    with pytest.raises(Conflict, match="正式数据"):
        ensure_demo(sqlite_settings, size=SMALLEST)


def test_a_migrated_and_empty_database_may_become_a_demo(settings: Settings) -> None:
    engine = make_engine(settings)
    migrate(engine)
    engine.dispose()
    assert ensure_demo(settings, size=SMALLEST)


@pytest.mark.postgres
def test_the_demo_can_be_made_on_a_database_server(postgres_settings: Settings) -> None:
    assert ensure_demo(postgres_settings, size=SMALLEST)
    assert not ensure_demo(postgres_settings, size=SMALLEST)


@pytest.mark.parametrize("size", [-1, 0, SMALLEST - 1, 100_001])
def test_a_size_out_of_range_is_refused(settings: Settings, size: int) -> None:
    with pytest.raises(InvalidInput, match="--size"):
        ensure_demo(settings, size=size)


def _interrupted(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt
