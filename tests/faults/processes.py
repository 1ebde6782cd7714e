"""Web processes and workers of an installation, to be killed at any moment.

``python -m tests.faults.processes`` is a warm process that forks them: it reads duties from its input, answers with
process numbers. The web processes share one listening socket, which outlives them: whoever asks while none lives waits.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from asgi import create_app, furnish
from import_scripts.reading import open_file
from registry.db import make_engine
from registry.services import jobs, working
from registry.services.imports import long_writing
from registry.services.indexing import search_engine
from registry.services.working import Worker
from registry.settings import Settings
from tests.support.killing import Nursery
from web.warming import make_routes_ready, warm

LOG = "processes.log"
SOCKET = "TEST_LISTENING"
LONG_ROWS = 40
"""Lists with more rows are written by the worker here, so that small ones show what happens to long ones."""


class Installation(Nursery):
    """Starts ``web`` and ``work``, kills them, says where the web is."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, log: Path) -> None:
        super().__init__(process)
        self.address, self.log = f"127.0.0.1:{port}", log


@contextmanager
def installation(settings: Settings, *, hurried: bool = True) -> Iterator[Installation]:
    """The warm process over migrated databases; it and all it started are gone afterwards.

    ``hurried``: workers look for work more often, take over a dead one's sooner, and write short lists too.
    """
    root = Path(__file__).parents[2]
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        environment = os.environ | {
            "PYTHONPATH": str(root),
            "REGISTRY_DATA_DIR": str(settings.data_dir),
            "REGISTRY_DATABASE_URL": settings.database_url,
            "REGISTRY_EMBEDDED_WORKER": "false",
            "REGISTRY_SECURE_COOKIES": "false",
            "REGISTRY_API_RATE": "0",
            "REGISTRY_NIGHTLY_AT": "",
            SOCKET: str(listening.fileno()),
        }
        log = settings.data_dir.parent / LOG
        command = [sys.executable, "-m", "tests.faults.processes", *(["hurried"] if hurried else [])]
        with log.open("a") as said, subprocess.Popen(
            command, env=environment, cwd=root, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, start_new_session=True,
            pass_fds=[listening.fileno()],
        ) as process:  # fmt: skip
            try:
                yield Installation(process, listening.getsockname()[1], log)
            finally:
                os.killpg(process.pid, signal.SIGKILL)


def web(app: FastAPI, settings: Settings) -> None:
    """What ``registry serve`` does."""
    furnish(app, settings)
    listening = socket.socket(fileno=int(os.environ[SOCKET]))
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listening])


def work(settings: Settings) -> None:
    """What ``registry worker`` does."""
    database, search = make_engine(settings), search_engine(settings)
    Worker(database, search, data_dir=settings.data_dir, open_file=open_file).run(threading.Event())


def main() -> None:
    """Fork a process for each duty named, until the input ends."""
    settings = Settings()
    app = create_app(settings)
    make_routes_ready(app)
    warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if "hurried" in sys.argv:
        _hurry()
    for line in sys.stdin:
        number = os.fork()
        if not number:
            # Neither connections nor threads exist before the fork. What it logs is no answer to who started it.
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            web(app, settings) if line.strip() == "web" else work(settings)
            os._exit(0)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def _hurry() -> None:
    # A dead worker's job is taken over after seconds here, not after a minute.
    jobs.LEASE, jobs.HEARTBEAT_SECONDS, jobs.RETRY = timedelta(seconds=3), 0.5, timedelta(seconds=0.2)
    working.JOB_POLL_SECONDS, working.TROUBLE_SECONDS = 0.1, 0.2
    long_writing.LONG_ROWS = LONG_ROWS


if __name__ == "__main__":
    main()
