"""Workbooks brought in to be matched: small ones at once, large ones by the worker; the result waits to be fetched.

A workbook and its result lie in a folder of their own below the data folder and go after some days. They are nobody's
record and are shown only to whoever brought them.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import make_folder, reading, transaction
from registry.errors import Gone, InvalidInput, InvalidTransition, NotFound
from registry.models import Job
from registry.policies import Actor, acting_for, require
from registry.schemas.matching import WorkbookMatch, WorkbookMatched
from registry.schemas.tables import OpenFile
from registry.services.jobs import OPEN, cancel_job, queue_job
from registry.services.listing_rows import find_directory
from registry.services.match_workbook import apply_choices, match_workbook
from registry.vocabulary import JobState, Role

MATCH_JOB = "match"
FOLDER = "match"
AT_ONCE_BYTES = 60_000
"""Larger files are matched by the worker; one of this size has a few thousand rows at most."""
KEPT = timedelta(days=7)
NAMES_MAX = 20_000
PASTED = "粘贴的名称.csv"
_RESULT = "result.xlsx"


@dataclass(frozen=True, slots=True)
class Place:
    """Where workbooks lie and what reads them."""

    database: Engine
    data_dir: Path
    open_file: OpenFile

    def folder(self, token: str) -> Path:
        """The folder of one workbook."""
        return self.data_dir / FOLDER / token


def receive_workbook(
    place: Place, *, path: Path, directory: str | None, apply: bool, actor: Actor, at_once: int = AT_ONCE_BYTES
) -> int:
    """Keep a workbook and match it, or have the worker match it; the number under which its result is found.

    ``directory`` shows titles of one directory only; ``apply`` remembers the choices made in it. Raises NotAllowed,
    NotFound (directory), and for a small file FileRefused and InvalidInput: then nothing is kept.
    """
    require(actor, Role.CURATOR)
    token = uuid4().hex
    payload: dict[str, Any] = {"token": token, "name": path.name, "directory": directory, "apply": apply}
    with reading(place.database) as session:
        if directory is not None:
            find_directory(session, directory)
    _forget_old(place)
    folder = place.folder(token)
    make_folder(folder)
    shutil.copyfile(path, folder / path.name)
    small = path.stat().st_size <= at_once
    result = None
    if small:
        try:
            result = _match(place, payload, actor, lambda _done, _total: None)
        except Exception:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    with transaction(place.database) as session:
        job = queue_job(session, kind=MATCH_JOB, key=token, payload=payload, actor=actor.label)
        if result is not None:
            job.state, job.result, job.finished_at = JobState.DONE, result.model_dump(mode="json"), clock.now()
            job.done = job.total = result.rows
        return job.id


def match_in_background(
    place: Place, *, payload: dict[str, Any], actor: str, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """Match a kept workbook. Raises FileRefused, InvalidInput."""
    return _match(place, payload, acting_for(actor), progress).model_dump(mode="json")


def get_match(session: Session, *, job_id: int, actor: Actor) -> WorkbookMatch:
    """How far a workbook is and what came of it. Raises NotFound unless the actor brought it."""
    job = _job(session, job_id, actor)
    return WorkbookMatch(
        id=job.id,
        name=job.payload["name"],
        state=job.state,
        done=job.done,
        total=job.total,
        error=job.error,
        result=WorkbookMatched(**job.result) if job.result else None,
    )


def result_of(session: Session, *, job_id: int, actor: Actor, data_dir: Path) -> tuple[str, Path]:
    """The name to save the result under and where it lies. Raises NotFound, InvalidTransition, Gone."""
    job = _job(session, job_id, actor)
    if job.state is not JobState.DONE:
        raise InvalidTransition("还没有匹配完。", "It is not matched yet.", field="id", value=job_id)
    path = data_dir / FOLDER / job.payload["token"] / _RESULT
    if not path.is_file():
        raise Gone(
            f"结果只保留 {KEPT.days} 天，请重新匹配。",
            f"Results are kept for {KEPT.days} days; match the file again.",
            field="id",
            value=job_id,
        )
    return f"{Path(job.payload['name']).stem}-匹配.xlsx", path


def cancel_match(session: Session, *, job_id: int, actor: Actor) -> None:
    """Stop matching a workbook. Raises NotFound, InvalidTransition if it is over."""
    job = _job(session, job_id, actor)
    if job.state not in OPEN:
        raise InvalidTransition("已经结束，无可取消。", "It is over; there is nothing to cancel.", field="id")
    cancel_job(session, job_id=job.id)


def pasted_names(text: str, folder: Path) -> Path:
    """Names pasted one a line as a file to be matched; a code after a tab goes along. Raises InvalidInput."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise InvalidInput(
            "请选择文件，或粘贴名称，每行一个。", "Choose a file or paste names, one a line.", field="file"
        )
    if len(lines) > NAMES_MAX:
        raise InvalidInput(f"一次最多 {NAMES_MAX:,} 个名称。", f"At most {NAMES_MAX:,} names at once.", field="names")
    path = folder / PASTED
    rows = [line.replace('"', '""').split("\t")[:2] for line in lines]
    coded = any(len(row) > 1 for row in rows)
    head = ["企业名称", "统一社会信用代码"] if coded else ["企业名称"]
    body = ([*row, ""][: len(head)] for row in rows)
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in (head, *body)), encoding="utf-8")
    return path


def _match(
    place: Place, payload: dict[str, Any], actor: Actor, progress: Callable[[int, int], None]
) -> WorkbookMatched:
    """Choices are remembered in a transaction of their own: matching takes long and only reads."""
    folder = place.folder(payload["token"])
    with place.open_file(folder / payload["name"]) as read_file:
        applied = 0
        if payload["apply"]:
            with transaction(place.database) as session:
                applied = apply_choices(session, read_file=read_file, actor=actor)
        with reading(place.database) as session:
            return match_workbook(
                session,
                read_file=read_file,
                target=folder / _RESULT,
                actor=actor,
                directory=payload["directory"],
                applied=applied,
                progress=progress,
            )


def _job(session: Session, job_id: int, actor: Actor) -> Job:
    job = session.exec(select(Job).where(col(Job.id) == job_id, col(Job.kind) == MATCH_JOB)).first()
    if job is None or job.actor != actor.label:
        raise NotFound(f"没有编号为 {job_id} 的匹配。", f"There is no match {job_id}.", field="id", value=job_id)
    return job


def _forget_old(place: Place) -> None:
    """Workbooks nobody fetched for days."""
    oldest = (clock.now() - KEPT).timestamp()
    for folder in (place.data_dir / FOLDER).glob("*"):
        if folder.is_dir() and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
