"""The firms a file has had so far. Memory stays flat however long the file: older ones wait in a temporary file."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Self

from registry.db import dump_json
from registry.errors import StorageUnavailable
from registry.services.imports.interpreting import Facts

HELD = 50_000
"""So many firms are kept in memory before they are put away (about 40 MB)."""

Place = tuple[str, int]
"""Sheet and row number."""

_LAYOUT = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;
CREATE TABLE firm (
    number INTEGER PRIMARY KEY, sheet TEXT, row_number INTEGER, name TEXT, folded TEXT, place TEXT, uscc TEXT,
    registration_no TEXT, enterprise_id INTEGER
);
CREATE TABLE known_by (key TEXT, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID;
"""
_STORE = "INSERT INTO firm VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FIND = """
SELECT sheet, row_number, name, folded, place, uscc, registration_no, enterprise_id FROM firm
WHERE number IN (SELECT number FROM known_by WHERE key IN (SELECT value FROM json_each(?))) ORDER BY number
"""


class Earlier(NamedTuple):
    """A firm an earlier row of this file is about. ``enterprise_id`` if the registry has it."""

    at: Place
    name: str
    folded: str
    place: str
    uscc: str | None
    registration_no: str | None
    enterprise_id: int | None


class FirmsSoFar:
    """Earlier firms by code, by folded name and by number in the registry; the first row of a firm counts.

    Before each chunk of rows ``expect`` brings back what the chunk may ask for. Close it at the end.
    """

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._recent, self._older = _Firms(), _Firms()
        self._put_away = 0
        self._away: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._away is not None:
            self._away.close()
            self._away = None

    def expect(self, chunk: Sequence[Facts], enterprises: Iterable[int]) -> None:
        """Get ready for rows that state these facts and may mean these enterprises.

        Raises StorageUnavailable if there is no room for temporary files.
        """
        try:
            if len(self._recent.all) >= self._held:
                self._put_recent_away()
            if self._away is not None:
                self._older = _Firms()
                keys = dump_json(
                    list({key for facts in chunk for key in _asked(facts)} | set(map(_number, enterprises)))
                )
                for sheet, row_number, *rest in self._away.execute(_FIND, (keys,)):
                    self._older.add(Earlier((sheet, row_number), *rest))
        except sqlite3.OperationalError as error:
            raise StorageUnavailable(
                f"临时文件不能写入（{error}），没有导入。请检查临时目录的空间和权限。",
                f"Temporary files cannot be written ({error}); nothing was imported. "
                "Check the space and permissions of the folder for temporary files.",
            ) from error

    def add(self, firm: Earlier) -> None:
        """Remember one more."""
        self._recent.add(firm)

    def with_code(self, code: str) -> Place | None:
        """The first row of the firm with this USCC or registration number."""
        firm = self._older.by_code.get(code) or self._recent.by_code.get(code)
        return firm.at if firm else None

    def named(self, folded: str) -> Sequence[Earlier]:
        """Firms with this folded name, in the order of the file."""
        older, recent = self._older.by_name.get(folded), self._recent.by_name.get(folded, ())
        return [*older, *recent] if older else recent

    def in_registry(self, enterprise_id: int) -> Place | None:
        """The first row about an enterprise of the registry."""
        firm = self._older.by_number.get(enterprise_id) or self._recent.by_number.get(enterprise_id)
        return firm.at if firm else None

    def _put_recent_away(self) -> None:
        if self._away is None:
            # No name: a file only this process sees, gone when it ends however it ends.
            self._away = sqlite3.connect("", isolation_level=None)
            self._away.executescript(_LAYOUT)
        numbered = list(enumerate(self._recent.all, self._put_away))
        self._away.execute("BEGIN")
        self._away.executemany(_STORE, ((number, *firm.at, *firm[1:]) for number, firm in numbered))
        keys = sorted((key, number) for number, firm in numbered for key in _keys(firm))
        self._away.executemany("INSERT INTO known_by VALUES (?, ?)", keys)
        self._away.execute("COMMIT")
        self._put_away += len(numbered)
        self._recent = _Firms()


class _Firms:
    """Firms in memory."""

    def __init__(self) -> None:
        self.all: list[Earlier] = []
        self.by_code: dict[str, Earlier] = {}
        self.by_name: dict[str, list[Earlier]] = defaultdict(list)
        self.by_number: dict[int, Earlier] = {}

    def add(self, firm: Earlier) -> None:
        self.all.append(firm)
        if firm.uscc is not None:
            self.by_code.setdefault(firm.uscc, firm)
        if firm.registration_no is not None:
            self.by_code.setdefault(firm.registration_no, firm)
        self.by_name[firm.folded].append(firm)
        if firm.enterprise_id is not None:
            self.by_number.setdefault(firm.enterprise_id, firm)


def _keys(firm: Earlier) -> Iterator[str]:
    """Under what a firm is put away."""
    yield "=" + firm.folded
    yield from {code for code in (firm.uscc, firm.registration_no) if code is not None}
    if firm.enterprise_id is not None:
        yield _number(firm.enterprise_id)


def _asked(facts: Facts) -> Iterator[Any]:
    """Under what a row may ask for a firm."""
    if "folded" in facts:
        yield "=" + facts["folded"]
    if "uscc" in facts:
        yield facts["uscc"]
    if "registration_no" in facts:
        yield facts["registration_no"]


def _number(enterprise_id: int) -> str:
    return f"#{enterprise_id}"
