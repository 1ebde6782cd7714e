"""Give up an import before it was written: its rows go, the run stays as a trace."""

from sqlalchemy import delete
from sqlmodel import Session, col

from registry.models import ImportRow, ImportRun
from registry.policies import Actor
from registry.services.imports.states import MOVES, move
from registry.vocabulary import ImportState

UNWRITTEN = frozenset(state for state, after in MOVES.items() if state and ImportState.ABANDONED in after)
"""States in which nothing official has happened yet."""


def drop_rows(session: Session, run: ImportRun) -> None:
    """Forget what was staged."""
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == run.id))


def abandon_run(session: Session, run: ImportRun, *, actor: Actor) -> None:
    """Raises InvalidTransition if something was written."""
    move(session, run, ImportState.ABANDONED, actor=actor)
    drop_rows(session, run)
