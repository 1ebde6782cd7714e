"""Processes to be killed at any moment: one warm process that forks others, each doing one thing for ever.

``python -m tests.support.killing FOLDER`` reads the names of duties from its input and answers with process numbers.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.db import make_engine, reading
from registry.errors import Conflict, StorageUnavailable
from registry.models import Enterprise
from registry.search.engine import EngineUnavailable, SearchEngine, WriterBusy
from registry.search.query import SearchQuery
from registry.services import index_check, working
from registry.services.finding import find
from registry.services.indexing import rebuild, search_engine
from registry.services.working import Worker
from registry.settings import Settings

ANSWERS = "answers.txt"
POLL_SECONDS = 0.02
STABLE = "惠州市不变示例仪器有限公司"
"""A firm that nobody edits: every search for it must find it."""
EDITED = "惠州市易名示例器材第{number}有限公司"
_COUNTED = re.compile(r"第(\d+)有限公司")


class Nursery:
    """Starts and kills processes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, duty: str) -> int:
        """A new process with this duty; its number."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(duty + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    @staticmethod
    def kill(number: int) -> None:
        """End it without warning; return when it is gone."""
        with suppress(ProcessLookupError):
            while True:
                os.kill(number, signal.SIGKILL)
                time.sleep(0.002)


@contextmanager
def nursery(settings: Settings, *, hurried: bool = True) -> Iterator[Nursery]:
    """The warm process over an installation; it and all it started are gone afterwards. ``hurried``: rest less."""
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root), "REGISTRY_DATA_DIR": str(settings.data_dir)}
    environment |= {"REGISTRY_SEARCH_URL": settings.search_url}
    command = [sys.executable, "-m", "tests.support.killing", *(["hurried"] if hurried else [])]
    with subprocess.Popen(
        command, env=environment, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield Nursery(process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def work(database: Engine, search: SearchEngine) -> None:
    """What ``registry worker`` does."""
    Worker(database, search).run(threading.Event())


def serve(database: Engine, search: SearchEngine) -> None:
    """What ``registry serve`` does: works in the background and answers."""
    Worker(database, search).start()
    ask(database, search)


def build(database: Engine, search: SearchEngine) -> None:
    """Rebuild and swap, again and again."""
    _again(lambda: rebuild(database, search))


def go_back(database: Engine, search: SearchEngine) -> None:
    """Rebuild and go back, again and again."""
    _again(lambda: rebuild(database, search), lambda: index_check.rollback(database, search))


def mend(database: Engine, search: SearchEngine) -> None:
    """Compare and repair, again and again."""
    _again(lambda: index_check.check(database, search, repair=True))


def ask(database: Engine, search: SearchEngine) -> None:
    """Search, again and again; what is wrong with an answer goes to a file, a line each."""
    folder = Path(os.environ["REGISTRY_DATA_DIR"])
    with (folder / ANSWERS).open("a", buffering=1) as answers:
        while True:
            answers.write(_answer(database, search) + "\n")
            time.sleep(POLL_SECONDS / 4)


def _answer(database: Engine, search: SearchEngine) -> str:
    """``index`` or ``database`` (which of them answered), or what is wrong."""
    try:
        with reading(database) as session:
            rows = session.execute(select(col(Enterprise.id), col(Enterprise.name_zh)))
            names = {row.id: row.name_zh for row in rows}
            page = find(session, search, SearchQuery(text="惠州 示例", limit=100))
            stable = find(session, search, SearchQuery(text=STABLE))
    except BaseException as error:  # noqa: BLE001 - whatever it is, no search may end in it
        return f"WRONG {type(error).__name__} {error}"
    if [hit.name for hit in stable.hits][:1] != [STABLE]:
        return f"WRONG {STABLE} not found, {stable.total} others"
    old = [hit.name for hit in page.hits if _number(hit.name) < _number(names.get(hit.enterprise_id, ""))]
    return f"WRONG old names {old}" if old else "database" if page.degraded else "index"


def _number(name: str) -> int:
    found = _COUNTED.search(name)
    return int(found[1]) if found else 0


def _again(*acts: Callable[[], object]) -> None:
    while True:
        for act in acts:
            try:
                act()
            except (WriterBusy, Conflict, EngineUnavailable, StorageUnavailable):
                time.sleep(POLL_SECONDS)


DUTIES: dict[str, Callable[[Engine, SearchEngine], None]] = {
    each.__name__: each for each in (work, serve, build, go_back, mend, ask)
}


def main() -> None:
    """Fork a process for each duty named, until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if "hurried" in sys.argv:
        working.POLL_SECONDS = working.TROUBLE_SECONDS = POLL_SECONDS
    settings = Settings()
    for line in sys.stdin:
        number = os.fork()
        if not number:
            # Neither connections nor threads exist before the fork. What it logs is no answer to who started it.
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            DUTIES[line.strip()](make_engine(settings), search_engine(settings))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
