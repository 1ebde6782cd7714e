"""A PostgreSQL server of one's own that is killed and started again, as a machine with a bad day does it."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import kill
from pathlib import Path

from tests.support.postgres import as_postgres, binaries, run_quietly

OPTIONS = "-c listen_addresses='' -c fsync=off -c shared_buffers=64MB -c max_connections=200"
"""What was committed must survive the server, not the machine: it waits for its log, not for the disk."""


class MortalServer:
    """The server in a folder."""

    def __init__(self, home: Path) -> None:
        self._home, self._data, self._prefix, self._binaries = home, home / "data", as_postgres(), binaries()
        if self._prefix:
            shutil.chown(home, "postgres")
        initdb: list[str | Path] = [
            self._binaries / "initdb",
            "-D",
            self._data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        run_quietly([*self._prefix, *initdb, "--locale=C.UTF-8", "--no-sync"], home)
        self.start()
        run_quietly([*self._prefix, self._binaries / "createdb", "-h", home, "-U", "postgres", "registry"], home)
        self.url = f"postgresql+psycopg://postgres@/registry?host={home}"

    def start(self) -> None:
        """Start it, and wait until it has recovered."""
        # The numbers in them may be somebody else's by now, or of one dead whom nobody has collected yet.
        for stale in (self._data / "postmaster.pid", self._home / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        options = f"-k {self._home} {OPTIONS}"
        begin: list[str | Path] = [
            self._binaries / "pg_ctl",
            "-D",
            self._data,
            "-o",
            options,
            "-l",
            self._home / "log",
            "-w",
            "start",
        ]
        try:
            run_quietly([*self._prefix, *begin], self._home)
        except RuntimeError as error:
            said = (self._home / "log").read_text(errors="replace").splitlines()[-15:]
            raise RuntimeError("the server does not start:\n" + "\n".join(said)) from error

    def kill(self) -> None:
        """End all its processes without warning; return when they are gone."""
        head = self._head()
        kill(head, signal.SIGSTOP)  # so that it starts no other process meanwhile
        numbers = self.family()
        for number in numbers:
            with suppress(ProcessLookupError):
                kill(number, signal.SIGKILL)
        for number in numbers:
            _wait_for_the_end(number)

    def family(self) -> list[int]:
        """The numbers of its processes, the head first."""
        head = self._head()
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(head)], capture_output=True, text=True, check=False)
        return [head, *map(int, found.stdout.split())]

    def _head(self) -> int:
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def stop(self) -> None:
        """End it for good."""
        run_quietly([*self._prefix, self._binaries / "pg_ctl", "-D", self._data, "-m", "immediate", "stop"], self._home)


@contextmanager
def mortal_server() -> Iterator[MortalServer]:
    """A running server, gone afterwards. Raises Missing where there can be none."""
    home = Path(tempfile.mkdtemp(prefix="registry-mortal-"))
    try:
        server = MortalServer(home)
        try:
            yield server
        finally:
            with suppress(RuntimeError):  # dead already
                server.stop()
    finally:
        shutil.rmtree(home)


def _wait_for_the_end(number: int) -> None:
    with suppress(FileNotFoundError, ProcessLookupError):
        # Nobody may have collected it: a zombie holds nothing any more.
        while Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.005)
