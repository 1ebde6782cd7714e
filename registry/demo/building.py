"""Build the demo's data folder aside and move it into place when complete: an interruption leaves nothing half done.

On a database server there is nothing to move: all is written in one transaction.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import Session, col, select

from registry import clock
from registry.db import make_engine, make_folder, reading, transaction
from registry.demo.bringing_in import bring_in
from registry.demo.compatibility import bring_compatibility
from registry.demo.firms import DEFAULT_SEED
from registry.demo.lists import demo_lists
from registry.demo.people import add_people
from registry.demo.pool import fill_pool
from registry.demo.population import population
from registry.demo.products import product_lists
from registry.demo.reviews import tell_reviews
from registry.demo.stories import tell_stories
from registry.demo.submissions import add_submissions
from registry.demo.targets import add_plan_values
from registry.errors import Conflict, InvalidInput, Text
from registry.models import Account, AuditEvent, Enterprise
from registry.policies import EVERYWHERE, Actor, Grant
from registry.services import audit
from registry.services.assessing.running import assess_tier
from registry.services.bulk.writing import write_bulk
from registry.services.feed.night import tell_all
from registry.services.indexing import rebuild, search_engine
from registry.services.migrating import migrate
from registry.services.pool.reassessing import reassess_pool
from registry.settings import Settings
from registry.tiering.selection import tiers
from registry.vocabulary import Role

DEFAULT_SIZE = 2_400
SMALLEST, LARGEST = 60, 100_000
FINISHED = "demo.finished"
ASIDE = "demo-building"
PARTS = ("archive", "index", "bulk", "registry.sqlite3")
"""What is moved into place; the database last, because its being there says that all is there."""

DEMO = Actor(None, "示例数据", (Grant(Role.ADMINISTRATOR, EVERYWHERE), Grant(Role.CURATOR, EVERYWHERE)))

Say = Callable[[Text], None]


def ensure_demo(settings: Settings, *, size: int = DEFAULT_SIZE, say: Say = lambda _: None) -> bool:
    """Make the demo's data unless it is there; whether it was made now.

    Raises InvalidInput (size), Conflict where the database holds something else than a demo.
    """
    if not SMALLEST <= size <= LARGEST:
        raise InvalidInput(
            f"--size 应在 {SMALLEST} 至 {LARGEST} 之间，不能是 {size}。",
            f"--size must be between {SMALLEST} and {LARGEST}, not {size}.",
            field="size",
            value=size,
        )
    if settings.database_url:
        return _ensure_on_server(settings, size, say)
    make_folder(settings.data_dir)
    with _only_one(settings.data_dir):
        if (settings.data_dir / "registry.sqlite3").exists() and _is_finished(settings):
            return False
        _build_aside(settings, size, say)
        return True


def build(engine: Engine, settings: Settings, *, size: int, say: Say = lambda _: None) -> None:
    """Fill a migrated, empty database with the demo's data in one transaction."""
    today = clock.today()
    with transaction(engine) as session:
        say(Text(f"正在编造 {size} 家示例企业……", f"Making up {size} fictional enterprises …"))
        firms = population(session, size, seed=DEFAULT_SEED, today=today)
        say(Text("正在导入示例名单……", "Importing the fictional lists …"))
        lists = [*demo_lists(firms, today=today), *product_lists(firms, today=today)]
        bring_in(session, lists, archive_dir=settings.archive_dir, actor=DEMO)
        bring_compatibility(session, firms, today=today, archive_dir=settings.archive_dir, actor=DEMO)
        tell_stories(session, firms, today=today, actor=DEMO)
        add_people(session, actor=DEMO)
        add_submissions(session, firms, today=today, actor=DEMO, archive_dir=settings.archive_dir)
        tell_reviews(session, archive_dir=settings.archive_dir, today=today, actor=DEMO)
        add_plan_values(session, today=today, actor=DEMO)
        tell_all(session)
        audit.record(
            session, actor=DEMO.label, action=FINISHED, subject_kind="demo", subject_key="demo", after={"size": size}
        )


def _build_aside(settings: Settings, size: int, say: Say) -> None:
    aside = settings.data_dir / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    scratch = settings.model_copy(update={"data_dir": aside})
    engine = make_engine(scratch)
    try:
        migrate(engine)
        build(engine, scratch, size=size, say=say)
        _derive(engine, scratch, say)
    finally:
        engine.dispose()
    for name in PARTS:
        _replace(aside / name, settings.data_dir / name)
    shutil.rmtree(aside)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    # A write-ahead log of an older file must not be replayed into the new one.
    for trace in ("-wal", "-shm"):
        target.with_name(target.name + trace).unlink(missing_ok=True)
    if source.exists():
        source.replace(target)


def _ensure_on_server(settings: Settings, size: int, say: Say) -> bool:
    engine = make_engine(settings)
    try:
        migrate(engine)
        if _is_finished(settings):
            return False
        build(engine, settings, size=size, say=say)
        _derive(engine, settings, say)
        return True
    finally:
        engine.dispose()


def _derive(engine: Engine, settings: Settings, say: Say) -> None:
    """What follows from the data: the search index, and who meets which standard today."""
    say(Text("正在建立搜索索引……", "Building the search index …"))
    rebuild(engine, search_engine(settings))
    say(Text("正在按认定标准评估……", "Assessing by the standards …"))
    for tier in tiers(chosen=True):
        assess_tier(engine, code=tier, as_of=clock.today(), actor=DEMO.label)
    say(Text("正在填充示例培育库……", "Filling the fictional cultivation pool …"))
    with transaction(engine) as session:
        fill_pool(session)
    reassess_pool(engine, as_of=clock.today())
    write_bulk(engine, settings.data_dir)


def _is_finished(settings: Settings) -> bool:
    """Whether the database holds a finished demo. Raises Conflict if it holds anything else that people made."""
    engine = make_engine(settings)
    try:
        with reading(engine) as session:
            return _holds_demo(session)
    finally:
        engine.dispose()


def _holds_demo(session: Session) -> bool:
    try:
        if session.exec(select(AuditEvent.id).where(col(AuditEvent.action) == FINISHED).limit(1)).first() is not None:
            return True
        used = session.exec(select(Enterprise.id).limit(1)).first() or session.exec(select(Account.id).limit(1)).first()
    except (OperationalError, ProgrammingError):
        return False  # no tables yet: nobody has used it
    if used is not None:
        raise Conflict(
            "这里的数据库已有正式数据，示例数据不能混入。请用 REGISTRY_DATA_DIR 指定一个空目录。",
            "The database here holds real data; fictional data is not mixed in. Name an empty folder with "
            "REGISTRY_DATA_DIR.",
            field="REGISTRY_DATA_DIR",
        )
    return False


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two demos started at once in one folder: the second waits, then finds everything made."""
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
