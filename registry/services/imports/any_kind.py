"""Writing an import whatever it is. Carrying out notices touches many tables; a list comes in without loading them."""

from collections.abc import Callable

from sqlmodel import Session

from registry.models import ImportRun
from registry.policies import Actor
from registry.services.imports.writing import write
from registry.vocabulary import ImportKind


def write_import(
    session: Session, *, import_id: int, actor: Actor, progress: Callable[[int], None] | None = None
) -> ImportRun:
    """Write a staged import of any kind, list or notice. Raises what writing a list or a notice raises.

    ``progress`` is told how many rows are written; what it raises ends the work.
    """
    run = session.get(ImportRun, import_id)
    if run is None or run.kind is ImportKind.LIST:
        return write(session, import_id=import_id, actor=actor, progress=progress)
    from registry.services.notices.carrying_out import carry_out

    return carry_out(session, import_id=import_id, actor=actor, progress=progress)
