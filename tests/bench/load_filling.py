"""Made-up firms on PostgreSQL with their index: written as an SQLite file, copied table by table; cases."""

import sqlite3
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url
from sqlmodel import Session, col, select

from registry.db import make_engine, transaction
from registry.models import Batch
from registry.policies import Actor, Grant
from registry.services.accounts import create_account, sign_in
from registry.services.migrating import migrate
from registry.settings import Settings
from registry.vocabulary import BatchState, Role
from tests.bench.harness import in_folder
from tests.bench.search_firms import fill
from tests.bench.search_speed import build_apart, folder_of
from tests.db.review_cases import STEPS, a_call, a_submission
from tests.factories import an_enterprise
from tests.support.people import PASSWORD
from web.sessions import LOCAL_COOKIE

WRITTEN, INDEXED = "firms.written", "firms.indexed"
TABLES = ("batch", "enterprise", "enterprise_name", "enterprise_address", "enterprise_chain", "listing", "product")
CASES = 40


def prepare(folder: Path, size: int) -> None:
    """Firms and their index in a folder; what is there already is used again."""
    with in_folder(folder) as (_, settings):
        if not (folder / WRITTEN).exists():
            fill(folder_of(settings), size)
            (folder / WRITTEN).touch()
        if not (folder / INDEXED).exists():
            build_apart(settings)
            (folder / INDEXED).touch()


def onto_postgres(folder: Path, settings: Settings) -> None:
    """Migrate the database of ``settings`` and copy the firms of the folder into it."""
    engine = make_engine(settings)
    migrate(engine)
    engine.dispose()
    address = (
        make_url(settings.effective_database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    source = sqlite3.connect(folder / "registry.sqlite3")
    with psycopg.connect(address) as target:
        for table in TABLES:
            _copy(source, target, table)
    with psycopg.connect(address, autocommit=True) as target:
        target.execute("VACUUM ANALYZE")
    source.close()


def _copy(source: sqlite3.Connection, target: "psycopg.Connection[tuple[object, ...]]", table: str) -> None:
    rows = source.execute(f"SELECT * FROM {table}")  # noqa: S608 - constants of this module
    names = [column[0] for column in rows.description]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with target.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)
    if "id" in names:
        latest = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))")
        target.execute(latest.format(sql.Literal(table), sql.Identifier(table)))


def office(settings: Settings) -> tuple[list[int], str]:
    """Cases that lie at the province, and the cookie of an official there."""
    engine = make_engine(settings)
    with transaction(engine) as session:
        create_account(
            session,
            actor=Actor.command_line(),
            login="official",
            password=PASSWORD,
            grants=(Grant(Role.REVIEWER, "440000"),),
        )
        cases = _cases(session)
    token = sign_in(engine, login="official", password=PASSWORD)
    engine.dispose()
    return cases, f"{LOCAL_COOKIE}={token}"


def _cases(session: Session) -> list[int]:
    call = a_call(session)
    firms = [an_enterprise(uscc=None, name_zh=f"示例申报第{number}有限公司") for number in range(CASES)]
    session.add_all(firms)
    session.flush()
    return [a_submission(session, enterprise=firm, steps=STEPS[2:], call=call).id for firm in firms]


def batches(settings: Settings) -> list[int]:
    """Numbers of the lists."""
    engine = make_engine(settings)
    with transaction(engine) as session:
        found = list(session.exec(select(Batch.id).where(col(Batch.state) == BatchState.FINAL)).all())
    engine.dispose()
    return found
