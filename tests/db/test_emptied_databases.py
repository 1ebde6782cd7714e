"""A database of the tests that was used before is as good as a new one."""

from sqlalchemy import create_engine, text
from sqlmodel import Session, func, select

from registry.db import make_engine
from registry.models import AuditEvent, Directory, Enterprise
from registry.settings import Settings
from tests.factories import an_enterprise
from tests.support.postgres import Cluster


def test_rows_and_numbers_are_as_migrations_left_them(postgres_cluster: Cluster) -> None:
    first_ids = []
    for _ in range(2):
        with postgres_cluster.database() as url:
            engine = make_engine(Settings(database_url=url))
            with Session(engine) as session, session.begin():
                assert session.exec(select(func.count()).select_from(Enterprise)).one() == 0
                assert session.exec(select(func.count()).select_from(AuditEvent)).one() == 0
                assert session.get_one(Directory, "hte").name_zh == "高新技术企业"
                session.add(firm := an_enterprise())
                session.flush()
                first_ids.append(firm.id)
                session.get_one(Directory, "hte").name_zh = "改过的名称"
            engine.dispose()
            used = url
    assert first_ids == [1, 1]
    with postgres_cluster.database() as url:
        assert url == used, "it is used again"


def test_a_database_that_is_still_in_use_is_taken_back(postgres_cluster: Cluster) -> None:
    with postgres_cluster.database() as url:
        engine = create_engine(url)
        left_open = engine.connect()
        left_open.execute(text("LOCK TABLE enterprise IN ACCESS EXCLUSIVE MODE"))
    with postgres_cluster.database() as again:
        assert again == url
        left_open.invalidate()
        engine.dispose()


def test_a_database_whose_tables_were_changed_is_not_used_again(postgres_cluster: Cluster) -> None:
    for change in (
        "ALTER TABLE enterprise ADD COLUMN spoilt int",
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        "ALTER TABLE listing DROP CONSTRAINT pk_listing CASCADE",
    ):
        with postgres_cluster.database() as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text(change))
            engine.dispose()
        with postgres_cluster.database() as another:
            assert another != url, change
