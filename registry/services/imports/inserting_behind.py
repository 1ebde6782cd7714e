"""Inserts that run in a thread of their own while Python makes the next rows ready: a database needs no interpreter."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self


class InsertsBehind:
    """Runs one insert at a time. From ``start`` until ``wait`` comes back nobody else may use its session.

    Leaving the block waits, too; a failure of an insert is raised by the ``wait`` after it.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="insert")
        self._running: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._thread.shutdown()
        if kind is None:
            self.wait()

    def start(self, insert: Callable[[], None]) -> None:
        """Run an insert made by ``bulk.ready_insert``."""
        self.wait()
        self._running = self._thread.submit(insert)

    def wait(self) -> None:
        """Come back when no insert runs. Raises what the last one raised."""
        running, self._running = self._running, None
        if running is not None:
            running.result()
