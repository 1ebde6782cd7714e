"""What work tells and hears while it holds the only writer of an SQLite file: two small files beside the database.

A database server takes other writers meanwhile; there the job's own row serves and no beacon is made.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL
from sqlmodel import Session

FOLDER = "jobs"


@dataclass(frozen=True, slots=True)
class Beacon:
    """How far one job is, and whether somebody asked it to stop. Nothing in it outlives the job."""

    folder: Path
    job_id: int

    @classmethod
    def of(cls, url: URL, job_id: int) -> "Beacon | None":
        """The beacon of a job in this database, None where none is needed."""
        if url.get_backend_name() != "sqlite" or not url.database:
            return None
        return cls(Path(url.database).parent / FOLDER, job_id)

    @classmethod
    def beside(cls, session: Session, job_id: int) -> "Beacon | None":
        """The same for the database of a session."""
        return cls.of(session.connection().engine.url, job_id)

    def tell(self, done: int, total: int) -> None:
        """Say how far the work is."""
        self._put(self._progress, {"done": done, "total": total})

    def told(self) -> tuple[int, int] | None:
        """How far the work is; None if it has said nothing."""
        try:
            said = json.loads(self._progress.read_text(encoding="utf-8"))
            return int(said["done"]), int(said["total"])
        except (OSError, ValueError, KeyError):
            return None

    def ask_to_stop(self, who: str) -> None:
        """Ask the work to stop at its next step."""
        self._put(self._stop, {"who": who})

    def stopped_by(self) -> str | None:
        """Who asked it to stop."""
        try:
            return str(json.loads(self._stop.read_text(encoding="utf-8"))["who"])
        except (OSError, ValueError, KeyError):
            return None

    def put_out(self) -> None:
        """The work is over."""
        for path in (self._progress, self._stop):
            path.unlink(missing_ok=True)

    @property
    def _progress(self) -> Path:
        return self.folder / f"{self.job_id}.progress"

    @property
    def _stop(self) -> Path:
        return self.folder / f"{self.job_id}.stop"

    def _put(self, path: Path, said: dict[str, object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(path.suffix + ".new")
        draft.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        os.replace(draft, path)
