"""Watches every commit of the program: what is shown on public pages changes only together with an event.

``web/kept_pages.py`` relies on it. Rows that tests write by themselves are not looked at, only transactions that code
of ours began.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from registry.models import every_table

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PASSED_OVER = {str(ROOT / "registry" / "db.py"), __file__}
"""Frames that only hold the transaction for somebody else."""
EVENTS = "audit_event"
NOT_SHOWN = frozenset(
    {
        # who was there
        *("account", "login_session", "attempt", "access_record", "presence", "mail", "mailed_link"),
        # work of machines
        *(
            "job",
            "daily_run",
            "sign",
            "feed_firm",
            "feed_title",
            "index_catch_up",
            "index_outbox",
            "search_miss",
            "feed_event",
            "webhook",
        ),
        # work of the office and of firms before anything is decided
        *("submission", "submission_field", "cultivation_case", "case_event", "work_item", "rule_trial"),
        # what the rules say of firms, for officials and the firm itself
        *("assessment", "assessment_need", "assessment_run", "case_proposal"),
        # what was read and not yet written; signing and writing leave events
        *("import_run", "import_row", "source_file"),
    }
)
"""Tables no kept page shows."""
AT_START = "registry/services/migrating.py"
"""Brings in what is shipped with the code; the processes that serve it are started after it."""
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_WRITTEN = "tables_written"


class NoEvent(AssertionError):
    """Something shown was changed and the audit trail does not know."""


@contextmanager
def watched_commits() -> Iterator[None]:
    """Every commit inside is looked at; a transaction of ours without an event raises NoEvent instead of committing."""
    shown = {table.name for table in every_table()} - NOT_SHOWN
    listeners = (
        ("before_cursor_execute", _note),
        ("commit", lambda connection: _look(connection, shown)),
        ("rollback", _forget),
    )
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


def _note(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if (found := _WRITES.match(statement)) is not None:
        connection.info.setdefault(_WRITTEN, set()).add(found[1])


def _forget(connection: Connection) -> None:
    connection.info.pop(_WRITTEN, None)


def _look(connection: Connection, shown: set[str]) -> None:
    written = connection.info.pop(_WRITTEN, set())
    if written & shown and EVENTS not in written and (where := _who(sys._getframe())) is not None:
        raise NoEvent(f"{where}: {', '.join(sorted(written & shown))}")


def _who(frame: FrameType | None) -> str | None:
    """File and line of ours that began the transaction; None if that was a test."""
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(str(TESTS)) and path not in PASSED_OVER:
            return None
        if path.startswith(str(ROOT)) and path not in PASSED_OVER and "site-packages" not in path:
            place = path.removeprefix(str(ROOT))[1:]
            return None if place == AT_START else f"{place}:{frame.f_lineno}"
        frame = frame.f_back
    return None
