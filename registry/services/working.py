"""The worker: brings changes into the search index and runs long work. One is enough, more do no harm."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from registry import clock
from registry.errors import RegistryError, StorageUnavailable
from registry.schemas.tables import OpenFile
from registry.search.engine import EngineAway, EngineUnavailable, RebuildBusy, SearchEngine, WriterBusy
from registry.services.assessing.running import assess_tier
from registry.services.beacons import Beacon
from registry.services.feed.later import TELL_JOB
from registry.services.feed.night import tell_about, tell_everybody
from registry.services.imports.jobs import READ_JOB, STAGE_JOB, WRITE_JOB
from registry.services.imports.long_writing import Writing, write_in_background
from registry.services.imports.working import Work as ImportWork
from registry.services.imports.working import read_in_background, stage_in_background
from registry.services.index_gates import GateClosed
from registry.services.indexing import apply_outbox, rebuild, rebuild_if_needed
from registry.services.jobs import (
    Claim,
    JobCancelled,
    claim_job,
    finish_job,
    kept_alive,
    return_job,
    tell_progress,
    worker_name,
)
from registry.services.lab.trials import FOLDER, read_data
from registry.services.lab.trials import JOB as LAB_JOB
from registry.services.mailing import Carrier, send_next
from registry.services.nightly import BULK_JOB, FEED_JOB, POOL_JOB, Schedule, queue_night
from registry.services.pool.reassessing import reassess_pool
from registry.services.webhooks.addresses import Network
from registry.services.webhooks.delivering import deliver_next
from registry.settings import ARCHIVE

POLL_SECONDS = 0.25
"""An edit is searchable after this, the batch and the commit: well inside two seconds."""
JOB_POLL_SECONDS = 1.0
TROUBLE_SECONDS = 3.0
NIGHT_SECONDS = 60.0
"""How often the clock is looked at for the daily work."""
PROGRESS_SECONDS = 0.5
SEND_POLL_SECONDS = 2.0
GATE_SECONDS = 600.0
"""After a rebuild whose index was not good enough, the next one waits so long; other changes do not."""

log = structlog.get_logger()
_TROUBLE = (RegistryError, EngineUnavailable, WriterBusy, SQLAlchemyError, OSError, ValueError)


class WorkerStopping(Exception):
    """The worker is asked to stop; the job goes back into the queue."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with. ``progress(done, total)`` must be called now and then: it is where cancelling stops it."""

    database: Engine
    search: SearchEngine
    payload: dict[str, Any]
    actor: str
    progress: Callable[[int, int], None]
    data_dir: Path = Path("data")
    open_file: OpenFile | None = None
    """What reads files; None where the worker was started without it."""
    job_id: int = 0
    progress_apart: Callable[[int, int], None] = lambda _done, _total: None
    """The same as ``progress`` for work that holds the only writer of the database meanwhile."""


JobHandler = Callable[[JobContext], dict[str, Any] | None]
"""Does one kind of work and returns what is kept as its result. It must be harmless to run again."""


def reindex(context: JobContext) -> dict[str, Any]:
    """Rebuild the search index."""
    done = rebuild(context.database, context.search, progress=context.progress)
    return {"version": done.version, "count": done.count, "seconds": round(done.seconds, 2)}


def assess(context: JobContext) -> dict[str, Any]:
    """Assess every enterprise by a tier’s standards of the day the job was queued for."""
    day = date.fromisoformat(context.payload["as_of"])
    runs = assess_tier(
        context.database, code=context.payload["tier"], as_of=day, actor=context.actor, progress=context.progress
    )
    return {"runs": [run.run_id for run in runs], "seconds": sum(run.seconds for run in runs)}


def pool(context: JobContext) -> dict[str, Any]:
    """Assess everybody in the pool again, bring proposals up to date, chase what stalls."""
    day, steps = date.fromisoformat(context.payload["as_of"]), tuple(context.payload["chase_days"])
    done = reassess_pool(context.database, as_of=day, steps=steps, progress=context.progress)
    return {"cases": done.cases, "proposals": done.proposals, "chased": done.chased}


def feed(context: JobContext) -> dict[str, Any]:
    """Tell in the change feed what time has done."""
    return {"events": tell_everybody(context.database, context.progress)}


def feed_act(context: JobContext) -> dict[str, Any]:
    """Tell in the change feed what an act on very many has changed."""
    firms, products = context.payload["enterprises"], context.payload["products"]
    return {"events": tell_about(context.database, firms, products, context.progress)}


def bulk(context: JobContext) -> dict[str, Any]:
    """Write the bulk files of the day."""
    # Writers of files: only where they are needed.
    from registry.services.bulk.writing import write_bulk

    manifest = write_bulk(context.database, context.data_dir, progress=context.progress)
    return {"date": manifest.date.isoformat(), "files": len(manifest.files)}


def lab_columns(context: JobContext) -> dict[str, Any]:
    """Read everybody's columns for the rule laboratory."""
    return {"size": read_data(context.database, context.data_dir / FOLDER, context.progress)}


def import_read(context: JobContext) -> None:
    """Look into a large file somebody uploaded."""
    read_in_background(_import_work(context))


def import_stage(context: JobContext) -> None:
    """Stage the rows of a large file."""
    stage_in_background(_import_work(context), memory=context.payload["memory"])


def import_write(context: JobContext) -> None:
    """Write a long list that was signed."""
    number = context.payload["import_id"]
    write_in_background(Writing(context.database, number, context.job_id, context.actor, context.progress_apart))


def match(context: JobContext) -> dict[str, Any]:
    """Match a workbook somebody brought in."""
    # The index of names and the writer of workbooks: only where they are needed.
    from registry.services.match_jobs import Place, match_in_background

    if context.open_file is None:
        raise _no_files()
    place = Place(context.database, context.data_dir, context.open_file)
    return match_in_background(place, payload=context.payload, actor=context.actor, progress=context.progress)


def _no_files() -> StorageUnavailable:
    return StorageUnavailable("这个后台进程不能读文件。", "This worker cannot read files.")


def _import_work(context: JobContext) -> ImportWork:
    if context.open_file is None:
        raise _no_files()
    return ImportWork(
        context.database,
        context.payload["import_id"],
        context.actor,
        context.open_file,
        context.data_dir / ARCHIVE,
        context.progress,
    )


JOB_KINDS: dict[str, JobHandler] = {
    "reindex": reindex,
    "assess": assess,
    POOL_JOB: pool,
    FEED_JOB: feed,
    TELL_JOB: feed_act,
    BULK_JOB: bulk,
    LAB_JOB: lab_columns,
    READ_JOB: import_read,
    STAGE_JOB: import_stage,
    WRITE_JOB: import_write,
    "match": match,
}
"""Kind of a job to what runs it. A module that brings a kind adds it here."""
_OF_FILES = (READ_JOB, STAGE_JOB, "match")


class Worker:
    """Drains the outbox, rebuilds the index, runs jobs, sends mail and events: each a thread, until told to stop."""

    def __init__(
        self,
        database: Engine,
        search: SearchEngine,
        *,
        kinds: dict[str, JobHandler] | None = None,
        data_dir: Path = Path("data"),
        open_file: OpenFile | None = None,
        carrier: Carrier | None = None,
        sender: str = "",
        schedule: Schedule | None = None,
        networks: Sequence[Network] = (),
    ) -> None:
        self._carrier, self._sender, self._networks = carrier, sender, networks
        self._database, self._search, self._data_dir = database, search, data_dir
        self._schedule, self._looked_at = schedule, -NIGHT_SECONDS
        self._open_file = open_file
        given = JOB_KINDS if kinds is None else kinds
        # Work with files is left to a worker that can read them.
        self._kinds = {kind: given[kind] for kind in given if open_file is not None or kind not in _OF_FILES}
        self._stop = threading.Event()
        self._broken = threading.Event()
        """The index in use could not be written: it must be built anew."""
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Work in the background."""
        loops = {"index": self._index_loop, "rebuild": self._rebuild_loop, "jobs": self._job_loop}
        loops["webhooks"] = partial(self._sending_loop, partial(deliver_next, self._database, allowed=self._networks))
        if self._carrier is not None:
            mail = partial(send_next, self._database, self._carrier, sender=self._sender)
            loops["mail"] = partial(self._sending_loop, mail)
        self._threads = [threading.Thread(target=loop, name=f"worker-{n}", daemon=True) for n, loop in loops.items()]
        for thread in self._threads:
            thread.start()

    def stop(self, *, wait_seconds: float = 10.0) -> None:
        """Finish the present batch, put a running job back, and end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(wait_seconds)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set."""
        self.start()
        stop.wait()
        self.stop()

    def drain(self) -> int:
        """Apply everything that waits, now; returns the number of outbox rows."""
        done = 0
        while batch := apply_outbox(self._database, self._search):
            done += batch
        return done

    def run_one_job(self) -> bool:
        """Run the next job that is due, here and now; False if there is none."""
        worker = worker_name()
        claim = claim_job(self._database, kinds=list(self._kinds), worker=worker)
        if claim is None:
            return False
        try:
            with kept_alive(self._database, claim, worker=worker):
                result = self._kinds[claim.kind](self._context(claim, worker))
        except JobCancelled:
            log.info("job_cancelled", job=claim.id, kind=claim.kind)
        except (WorkerStopping, WriterBusy):
            return_job(self._database, claim, worker=worker)
        except RegistryError as refusal:
            finish_job(self._database, claim, worker=worker, error=refusal.text.zh)
        except Exception as error:
            log.exception("job_failed", job=claim.id, kind=claim.kind)
            finish_job(self._database, claim, worker=worker, error=f"{type(error).__name__}: {error}"[:500])
        else:
            finish_job(self._database, claim, worker=worker, result=result)
        if (beacon := Beacon.of(self._database.url, claim.id)) is not None:
            beacon.put_out()
        return True

    def _context(self, claim: Claim, worker: str) -> JobContext:
        told = [0.0]
        beacon = Beacon.of(self._database.url, claim.id)

        def is_time(done: int, total: int) -> bool:
            if self._stop.is_set():
                raise WorkerStopping
            due = done >= total or time.monotonic() - told[0] >= PROGRESS_SECONDS
            if due:
                told[0] = time.monotonic()
            return due

        def progress(done: int, total: int) -> None:
            if is_time(done, total):
                tell_progress(self._database, claim, worker=worker, done=done, total=total)

        def apart(done: int, total: int) -> None:
            if beacon is None:
                progress(done, total)
            elif is_time(done, total):
                beacon.tell(done, total)
                if beacon.stopped_by() is not None:
                    raise JobCancelled(claim.kind)

        return JobContext(
            self._database,
            self._search,
            claim.payload,
            claim.actor,
            progress,
            self._data_dir,
            self._open_file,
            claim.id,
            apart,
        )

    def _index_loop(self) -> None:
        while not self._stop.is_set():
            pause = POLL_SECONDS
            try:
                if apply_outbox(self._database, self._search, may_rebuild=False):
                    pause = 0.0
            except WriterBusy:
                pause = POLL_SECONDS
            except _TROUBLE as error:
                log.warning("index_update_failed", error=str(error))
                if isinstance(error, EngineUnavailable) and not isinstance(error, EngineAway):
                    self._broken.set()
                pause = TROUBLE_SECONDS
            self._stop.wait(pause)

    def _rebuild_loop(self) -> None:
        while not self._stop.is_set():
            pause = POLL_SECONDS * 4
            try:
                if self._broken.is_set():
                    rebuild(self._database, self._search, progress=self._go_on)
                    self._broken.clear()
                else:
                    rebuild_if_needed(self._database, self._search, progress=self._go_on)
            except WorkerStopping:
                return
            except RebuildBusy:
                # Whoever builds now mends it; if not, it will be noticed again.
                self._broken.clear()
            except GateClosed as closed:
                log.error("index_not_used", reason=closed.text.en)
                pause = GATE_SECONDS
            except _TROUBLE as error:
                log.warning("index_rebuild_failed", error=str(error))
                pause = TROUBLE_SECONDS
            self._stop.wait(pause)

    def _go_on(self, _done: int, _total: int) -> None:
        if self._stop.is_set():
            raise WorkerStopping

    def _job_loop(self) -> None:
        while not self._stop.is_set():
            pause = JOB_POLL_SECONDS
            try:
                self._look_at_the_clock()
                if self.run_one_job():
                    pause = 0.0
            except _TROUBLE as error:
                log.warning("job_queue_failed", error=str(error))
                pause = TROUBLE_SECONDS
            self._stop.wait(pause)

    def _sending_loop(self, send_one: Callable[[], bool]) -> None:
        while not self._stop.is_set():
            pause = SEND_POLL_SECONDS
            try:
                if send_one():
                    pause = 0.0
            except _TROUBLE as error:
                log.warning("sending_queue_failed", error=str(error))
                pause = TROUBLE_SECONDS
            self._stop.wait(pause)

    def _look_at_the_clock(self) -> None:
        if self._schedule is not None and time.monotonic() - self._looked_at >= NIGHT_SECONDS:
            self._looked_at = time.monotonic()
            queue_night(self._database, self._schedule, now=clock.now())
