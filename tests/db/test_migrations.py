"""Migrations: numbered, without drift, harmless on an empty and on a filled database, on both engines."""

import re

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select

from registry.db import make_engine, reading
from registry.errors import StorageUnavailable
from registry.models import Chain, Directory
from registry.services.migrating import SCRIPTS, _config, head_revision, migrate, require_current_schema
from registry.settings import Settings


def test_every_migration_is_numbered_and_follows_the_one_before() -> None:
    scripts = sorted(path for path in (SCRIPTS / "versions").glob("*.py"))
    assert scripts
    for number, path in enumerate(scripts, start=1):
        assert re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.py", path.name), path.name
        said = dict(re.findall(r"^(revision|down_revision) = (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
        assert said["revision"] == f'"{number:04d}"'
        assert said["down_revision"] == (f'"{number - 1:04d}"' if number > 1 else "None")
    assert head_revision() == f"{len(scripts):04d}"


def test_the_migrated_schema_is_the_schema_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = _reference_rows(engine)
    assert migrate(engine) == head_revision()
    assert _reference_rows(engine) == before


def test_every_migration_can_be_taken_back_and_made_again(engine: Engine) -> None:
    with engine.begin() as connection:
        command.downgrade(_config(connection), "base")
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    assert migrate(engine) == head_revision()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_ships_nineteen_directories_and_eight_chains(engine: Engine) -> None:
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Directory)).one() == 19
        assert session.exec(select(func.count()).select_from(Chain)).one() == 8


def test_migrating_keeps_a_directory_that_was_added_and_restores_a_shipped_one(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        shipped = session.get_one(Directory, "hte")
        added = shipped.model_dump() | {"code": "example_directory", "name_zh": "示例名录", "position": 99}
        session.add(Directory(**added))
        shipped.name_zh = "改过的名称"
    migrate(engine)
    with reading(engine) as session:
        assert session.get_one(Directory, "example_directory").name_zh == "示例名录"
        assert session.get_one(Directory, "hte").name_zh == "高新技术企业"


def test_an_empty_database_is_refused_and_told_to_migrate(settings: Settings) -> None:
    engine = make_engine(settings)
    with pytest.raises(StorageUnavailable, match="registry migrate"):
        require_current_schema(engine)
    engine.dispose()


def test_a_migrated_database_is_accepted(engine: Engine) -> None:
    require_current_schema(engine)


def _reference_rows(engine: Engine) -> list[dict[str, object]]:
    with reading(engine) as session:
        directories = session.exec(select(Directory).order_by(col(Directory.code))).all()
        return [row.model_dump() for row in directories]
