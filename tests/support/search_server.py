"""A Meilisearch server of a test’s own, to be killed and started again over the same data."""

import socket
import subprocess
import time
from pathlib import Path

import requests

START_SECONDS = 30.0


class SearchServer:
    """One server on a free port of this machine."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self._binary, self._folder = binary, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self._address}"

    def start(self) -> None:
        """Start it and return when it answers."""
        self._folder.mkdir(exist_ok=True)
        command = [str(self._binary), "--http-addr", self._address, "--db-path", "db", "--no-analytics"]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_up():
            assert time.monotonic() < deadline, "the search server does not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _is_up(self) -> bool:
        try:
            return bool(requests.get(self.url + "/health", timeout=1).ok)
        except requests.RequestException:
            return False
