"""What a backup holds: a plain tar of files, and last its manifest, which names each with size and SHA-256."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

FORMAT = 1
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database/registry.sqlite3", "postgresql": "database/registry.pgdump"}
"""Where the copy of a database stands, by its kind."""
ARCHIVE = "archive"
LINK_KEY = "link.key"

_SHA256 = re.compile("[0-9a-f]{64}")
_MEMBER = re.compile(r"database/registry\.(?:sqlite3|pgdump)|archive/([0-9a-f]{2})/\1[0-9a-f]{62}|link\.key")

Kind = Literal["sqlite", "postgresql"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredFile(_Frozen):
    """One file of a backup."""

    path: str
    size: int
    sha256: str


class TrailEnd(_Frozen):
    """Where the audit trail ends."""

    events: int
    hash: str


class DatabaseState(_Frozen):
    """What a database held at the moment of its copy: revision of its schema, rows by table, end of the audit trail."""

    kind: Kind
    revision: str
    rows: dict[str, int]
    trail: TrailEnd


class Manifest(_Frozen):
    """What a backup says of itself."""

    format: int
    taken_at: str
    """UTC, ISO 8601."""
    program: str
    """Version of the program that took it."""
    database: DatabaseState
    files: tuple[StoredFile, ...]
    missing: tuple[str, ...] = ()
    """Hashes of documents the database names and the archive did not have."""
    damaged: tuple[str, ...] = ()
    """Hashes of documents that are no longer what they were when archived."""

    @property
    def documents(self) -> int:
        """How many archived documents it holds."""
        return sum(file.path.startswith(f"{ARCHIVE}/") for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def is_sha256(name: str) -> bool:
    """Whether a file of the archive is a document (what is still coming in has another name)."""
    return _SHA256.fullmatch(name) is not None


def may_hold(path: str) -> bool:
    """Whether a backup may hold a file of this name: nothing else is ever written from one.

    >>> may_hold("database/registry.sqlite3"), may_hold("archive/../link.key")
    (True, False)
    """
    return _MEMBER.fullmatch(path) is not None
