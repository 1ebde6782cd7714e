"""Whatever is killed whenever: nothing is lost, nothing old is shown, and searches are answered all the while."""

import random
import time
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.models import Enterprise, EnterpriseName, IndexOutbox
from registry.search.query import SearchQuery
from registry.services import index_check
from registry.services.finding import find
from registry.services.indexing import rebuild, search_engine
from registry.services.outbox import enterprises_changed
from registry.services.working import Worker
from registry.settings import Settings
from registry.vocabulary import NameKind
from tests.support.killing import ANSWERS, EDITED, STABLE, Nursery, nursery
from tests.support.population import add_enterprise
from tests.support.search_server import SearchServer

ROUNDS = 25
SERVER_ROUNDS = 6
FIRMS = 30
SEED = 20_260_601
REBUILDS = 20
DUTIES = ("work", "serve", "build", "go_back", "mend")


class Editor:
    """Renames firms, adds and takes some away, the way the services do."""

    def __init__(self, database: Engine, chance: random.Random) -> None:
        self._database, self._chance = database, chance
        self._number = FIRMS
        with transaction(database) as session:
            add_enterprise(session, STABLE)
            firms = [add_enterprise(session, EDITED.format(number=n)) for n in range(FIRMS)]
            self.firms = [firm.id for firm in firms]

    def go_on(self, seconds: float) -> None:
        """One edit after the other for a while."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.edit()
            time.sleep(self._chance.uniform(0, 0.03))

    def edit(self) -> None:
        """One transaction."""
        self._number += 1
        with transaction(self._database) as session:
            number = self._chance.choice(self.firms)
            if self._chance.random() < 0.1:
                number = add_enterprise(session, EDITED.format(number=self._number)).id
                self.firms.append(number)
            else:
                self._rename(session, number)
            enterprises_changed(session, [number])

    def _rename(self, session: Session, number: int) -> None:
        firm = session.get_one(Enterprise, number)
        firm.name_zh = EDITED.format(number=self._number)
        names = select(EnterpriseName).where(
            col(EnterpriseName.enterprise_id) == number, col(EnterpriseName.kind) == NameKind.CURRENT
        )
        session.exec(names).one().name = firm.name_zh


def test_killing_what_writes_at_random_moments_loses_nothing(sqlite_engine: Engine, sqlite_settings: Settings) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a repeatable choice, no secret
    search = search_engine(sqlite_settings)
    editor = Editor(sqlite_engine, chance)
    rebuild(sqlite_engine, search)
    with nursery(sqlite_settings) as processes:
        asking = processes.start("ask")
        for turn in range(ROUNDS):
            _one_round(processes, editor, chance, DUTIES[turn % len(DUTIES)])
        processes.kill(asking)
    answers = (sqlite_settings.data_dir / ANSWERS).read_text().splitlines()
    assert [answer for answer in answers[:-1] if answer not in ("index", "database")] == []
    assert "index" in answers
    Worker(sqlite_engine, search).drain()
    _is_true_to_the_database(sqlite_engine, sqlite_settings)


def test_killing_rebuilds_while_edits_come_loses_nothing(sqlite_engine: Engine, sqlite_settings: Settings) -> None:
    """The worker lives on and applies; whoever builds beside or goes back dies somewhere in the middle of it."""
    chance = random.Random(SEED + 1)  # noqa: S311 - a repeatable choice, no secret
    search = search_engine(sqlite_settings)
    editor = Editor(sqlite_engine, chance)
    rebuild(sqlite_engine, search)
    with nursery(sqlite_settings) as processes:
        asking, working = processes.start("ask"), processes.start("work")
        for turn in range(REBUILDS):
            building = processes.start("go_back" if turn % 4 == 3 else "build")
            editor.go_on(chance.uniform(0.05, 2.0))
            processes.kill(building)
        # At last a rebuild that nobody kills, with edits all the while.
        done = rebuild(sqlite_engine, search, progress=lambda _done, _total: editor.edit())
        editor.go_on(0.3)
        for number in (asking, working):
            processes.kill(number)
    assert search.version() == done.version
    answers = (sqlite_settings.data_dir / ANSWERS).read_text().splitlines()
    assert [answer for answer in answers[:-1] if answer != "index"] == []
    Worker(sqlite_engine, search).drain()
    assert search.version() == done.version
    _is_true_to_the_database(sqlite_engine, sqlite_settings)


def test_killing_the_search_server_and_what_writes_to_it_loses_nothing(
    sqlite_engine: Engine, sqlite_settings: Settings, meili_binary: Path, tmp_path: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a repeatable choice, no secret
    server = SearchServer(meili_binary, tmp_path / "server")
    settings = sqlite_settings.model_copy(update={"search_url": server.url})
    editor = Editor(sqlite_engine, chance)
    server.start()
    try:
        rebuild(sqlite_engine, search_engine(settings))
        with nursery(settings) as processes:
            asking = processes.start("ask")
            for turn in range(SERVER_ROUNDS):
                started = [processes.start(DUTIES[turn % len(DUTIES)]), processes.start("work")]
                editor.go_on(chance.uniform(0.2, 1.0))
                server.kill()
                editor.go_on(chance.uniform(0.1, 0.5))
                if turn % 2:
                    processes.kill(started.pop())
                server.start()
                editor.go_on(chance.uniform(0.1, 0.5))
                for number in started:
                    processes.kill(number)
            processes.kill(asking)
        answers = (settings.data_dir / ANSWERS).read_text().splitlines()
        assert [answer for answer in answers[:-1] if answer not in ("index", "database")] == []
        assert "database" in answers
        Worker(sqlite_engine, search_engine(settings)).drain()
        _is_true_to_the_database(sqlite_engine, settings)
    finally:
        server.kill()


def _one_round(processes: Nursery, editor: Editor, chance: random.Random, duty: str) -> None:
    """Start one or two processes, edit while they work, kill them in the middle of it."""
    started = [processes.start(duty), processes.start("work")]
    editor.go_on(chance.uniform(0.05, 1.2))
    for number in started:
        processes.kill(number)


def _is_true_to_the_database(database: Engine, settings: Settings) -> None:
    search = search_engine(settings)
    drift = index_check.check(database, search)
    assert (drift.total, drift.examples) == (0, {"missing": [], "extra": [], "different": []})
    with reading(database) as session:
        assert session.exec(select(IndexOutbox)).all() == []
        names = session.exec(select(Enterprise.name_zh)).all()
        for name in names:
            page = find(session, search, SearchQuery(text=name))
            assert (page.degraded, [hit.name for hit in page.hits][:1]) == (False, [name])
    assert len(index_check.status(database, search).versions or ()) <= 2
