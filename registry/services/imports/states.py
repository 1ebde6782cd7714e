"""The life of an import: which state may follow which, said once. Every move leaves an audit event."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from registry.errors import InvalidTransition, NotFound
from registry.models import ImportRun
from registry.policies import Actor, require, require_importer
from registry.services import audit
from registry.services.imports.doubts import doubts_to_inbox
from registry.vocabulary import ImportState, Role

_READ, _MAPPED, _MATCHED, _REVIEWED = (
    ImportState.READ,
    ImportState.MAPPED,
    ImportState.MATCHED,
    ImportState.REVIEWED,
)
_OVER = frozenset({ImportState.ABANDONED})

MOVES: Mapping[ImportState | None, frozenset[ImportState]] = {
    # A file comes in to be looked at, or with all that is to be said about it.
    None: frozenset({_READ, _MATCHED}),
    _READ: frozenset({_MAPPED, ImportState.FAILED, ImportState.CANCELLED}) | _OVER,
    # Its rows are being staged: at once, or by the worker.
    _MAPPED: frozenset({_MATCHED, ImportState.FAILED, ImportState.CANCELLED}) | _OVER,
    # Changing what was understood stages the rows again. Whoever works at the command line signs by writing.
    _MATCHED: frozenset({_MAPPED, _REVIEWED, ImportState.WRITTEN}) | _OVER,
    _REVIEWED: frozenset({_MAPPED, _MATCHED, ImportState.WRITTEN}) | _OVER,
    ImportState.WRITTEN: frozenset({ImportState.UNDONE}),
    ImportState.FAILED: frozenset({_MAPPED}) | _OVER,
    ImportState.CANCELLED: frozenset({_MAPPED}) | _OVER,
    ImportState.UNDONE: frozenset(),
    ImportState.ABANDONED: frozenset(),
}
"""State → the states that may follow it."""

ACTIONS = {
    ImportState.READ: "import.read",
    ImportState.MAPPED: "import.map",
    ImportState.MATCHED: "import.match",
    ImportState.REVIEWED: "import.review",
    ImportState.WRITTEN: "import.write",
    ImportState.UNDONE: "import.undo",
    ImportState.ABANDONED: "import.abandon",
    ImportState.FAILED: "import.fail",
    ImportState.CANCELLED: "import.cancel",
}
"""State → what the audit trail calls the act that leads into it."""

UNSETTLED = frozenset({_READ, ImportState.FAILED, ImportState.CANCELLED})
"""States in which it still has to be said, or said again, how the rows are to be taken."""


def may_become(run: ImportRun, state: ImportState) -> bool:
    """Whether the table of moves allows it."""
    return state in MOVES[run.state]


def require_move(run: ImportRun, state: ImportState) -> None:
    """Raises InvalidTransition unless the import may get into ``state`` from where it is."""
    if not may_become(run, state):
        raise InvalidTransition(
            f"导入 IM-{run.id} 的状态是“{run.state.label.zh}”，不能变为“{state.label.zh}”。",
            f"Import IM-{run.id} is in the state “{run.state.label.en}”; it cannot become “{state.label.en}”.",
            field="id",
            value=run.id,
        )


def move(
    session: Session,
    run: ImportRun,
    state: ImportState,
    *,
    actor: Actor,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Bring an import into ``state`` and record who did it. Raises InvalidTransition."""
    require_move(run, state)
    before, run.state = run.state, state
    record(session, run, actor=actor, before=before, after=after, reason=reason)


def record(
    session: Session,
    run: ImportRun,
    *,
    actor: Actor,
    before: ImportState | None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    action: str | None = None,
) -> None:
    """One event about an import; without ``action`` that of the state it is in now."""
    session.flush()
    doubts_to_inbox(session, run)
    audit.record(
        session,
        actor=actor.label,
        action=action or ACTIONS[run.state],
        subject_kind="import",
        subject_key=f"IM-{run.id}",
        before={"state": before.value} if before is not None else None,
        after={"state": run.state.value, **(after or {})},
        reason=reason,
    )


def get_run(session: Session, import_id: int, actor: Actor) -> ImportRun:
    """An import of an official who may work on it, locked until the end of the transaction.

    Raises NotFound, NotAuthenticated, NotAllowed.
    """
    run = session.get(ImportRun, import_id, with_for_update=True)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    if run.actor == actor.label and run.state in UNSETTLED:
        # Which directory it is for is said later, and asked then.
        require(actor, Role.CURATOR, region_code="")
    else:
        require_importer(actor, directory_code=run.directory_code)
    return run
