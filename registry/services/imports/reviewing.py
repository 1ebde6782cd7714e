"""Signing an import off: checks are shown, one official signs, a second lets a failed check pass, it is written."""

from collections.abc import Callable
from typing import Protocol

from sqlmodel import Session

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound, Text
from registry.models import ImportRun
from registry.policies import Actor
from registry.schemas.imports import GuardResult, ImportReview
from registry.services.imports.any_kind import write_import
from registry.services.imports.guards import examine
from registry.services.imports.jobs import require_idle
from registry.services.imports.list_counts import counts_of
from registry.services.imports.states import get_run, move, record, require_move
from registry.vocabulary import ImportKind, ImportState, RowOutcome


class Writer(Protocol):
    """Writes a signed import, now or later."""

    def __call__(self, session: Session, *, import_id: int, actor: Actor) -> ImportRun: ...


REASON_AT_LEAST = 4
REASON_AT_MOST = 400
EXAMINED = (ImportState.MATCHED, ImportState.REVIEWED)
"""States in which the checks mean something."""


class GuardsFailed(Conflict):
    """A check of the list failed and nobody has let it pass."""

    code, title = "guards-failed", Text("检查未通过", "A check failed")


def review_of(session: Session, *, run: ImportRun) -> ImportReview:
    """The checks of a staged import and who has signed what."""
    is_list = run.kind is ImportKind.LIST
    guards = examine(counts_of(session, run)) if is_list and run.state in EXAMINED else []
    return ImportReview(
        guards=guards,
        blocked=run.overridden_by is None and any(not one.passed for one in guards),
        rows=rows_to_write(run),
        reviewed_by=run.reviewed_by,
        overridden_by=run.overridden_by,
        override_reason=run.override_reason,
    )


def get_review(session: Session, *, import_id: int) -> ImportReview:
    """The same by number. Raises NotFound."""
    run = session.get(ImportRun, import_id)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    return review_of(session, run=run)


def review(session: Session, *, import_id: int, count: int, actor: Actor) -> ImportReview:
    """Sign the preview off: ``count`` is how many rows the official expects to be written.

    Raises NotFound, NotAllowed, InvalidTransition unless staged, InvalidInput if there are not so many rows.
    """
    run = get_run(session, import_id, actor)
    require_move(run, ImportState.REVIEWED)
    rows = rows_to_write(run)
    if count != rows:
        raise InvalidInput(
            f"将写入 {rows} 行，输入的是 {count}。", f"{rows} rows would be written, not {count}.", field="count"
        )
    found = review_of(session, run=run)
    run.reviewed_by, run.reviewed_at = actor.label, clock.now()
    move(session, run, ImportState.REVIEWED, actor=actor, after={"rows": rows, "failed": _failed(found.guards)})
    return review_of(session, run=run)


def sign_and_write(
    session: Session, *, import_id: int, count: int, actor: Actor, write: Writer | None = None
) -> ImportRun:
    """Sign off and, if every check passed, write in the same act; else the import waits for a second official.

    ``write``: what writes a signed import, ``write_signed`` by default.
    """
    if review(session, import_id=import_id, count=count, actor=actor).blocked:
        return get_run(session, import_id, actor)
    return (write or write_signed)(session, import_id=import_id, actor=actor)


def override(session: Session, *, import_id: int, reason: str, actor: Actor) -> ImportReview:
    """Let failed checks pass, as a second official: neither who brought or staged the file nor who signed.

    Raises NotFound, NotAllowed, InvalidTransition unless signed with a failed check, InvalidInput without a reason.
    """
    run = get_run(session, import_id, actor)
    found = review_of(session, run=run)
    if run.state is not ImportState.REVIEWED or not found.blocked:
        raise InvalidTransition(
            f"导入 IM-{run.id} 没有等待第二人确认的检查。",
            f"Import IM-{run.id} has no failed check that waits for a second official.",
            field="id",
            value=run.id,
        )
    if actor.label in {run.actor, run.staged_by, run.reviewed_by}:
        raise NotAllowed(
            f"须由第二人确认：{actor.label} 已经手这次导入。",
            f"A second official has to confirm: {actor.label} has already worked on this import.",
        )
    said = " ".join(reason.split())
    if not REASON_AT_LEAST <= len(said) <= REASON_AT_MOST:
        raise InvalidInput(
            f"请写明理由（{REASON_AT_LEAST}–{REASON_AT_MOST} 字）。",
            f"Give a reason of {REASON_AT_LEAST} to {REASON_AT_MOST} characters.",
            field="reason",
        )
    run.overridden_by, run.override_reason = actor.label, said
    record(
        session,
        run,
        actor=actor,
        before=run.state,
        after={"failed": _failed(found.guards)},
        reason=said,
        action="import.override",
    )
    return review_of(session, run=run)


def write_signed(
    session: Session, *, import_id: int, actor: Actor, progress: Callable[[int], None] | None = None
) -> ImportRun:
    """Write an import that is signed off. Raises InvalidTransition unless it is, GuardsFailed, what writing raises."""
    run = get_run(session, import_id, actor)
    if run.state is not ImportState.REVIEWED:
        require_move(run, ImportState.REVIEWED)
        raise InvalidTransition(
            f"导入 IM-{run.id} 还没有签署。", f"Import IM-{run.id} has not been signed off.", field="id", value=run.id
        )
    found = review_of(session, run=run)
    if found.blocked:
        raise _failed_checks(run, found.guards)
    return write_import(session, import_id=import_id, actor=actor, progress=progress)


def sign_or_write(session: Session, *, import_id: int, actor: Actor, write: Writer | None = None) -> ImportRun:
    """Write an import in one act, signing it first if nobody has. ``write`` as in ``sign_and_write``.

    Raises GuardsFailed while a check fails, and then signs nothing; otherwise what signing and writing raise.
    """
    run = get_run(session, import_id, actor)
    if run.state is ImportState.MATCHED and not review_of(session, run=run).blocked:
        review(session, import_id=import_id, count=rows_to_write(run), actor=actor)
    elif run.state is ImportState.MATCHED:
        raise _failed_checks(run, review_of(session, run=run).guards)
    return (write or write_signed)(session, import_id=import_id, actor=actor)


def pass_over(session: Session, *, import_id: int, actor: Actor) -> list[GuardResult]:
    """The failed checks of a staged import, put on record as passed over: for commands that write without a signature.

    Raises NotFound, NotAllowed.
    """
    run = get_run(session, import_id, actor)
    failed = [one for one in review_of(session, run=run).guards if not one.passed]
    if failed:
        said = [one.code for one in failed]
        record(session, run, actor=actor, before=run.state, after={"failed": said}, action="import.pass_over")
    return failed


def stopped_by_checks(session: Session, *, import_id: int) -> Text | None:
    """Why a staged import may not be written before a second official has confirmed it; None if nothing is against it.

    Raises NotFound.
    """
    found = get_review(session, import_id=import_id)
    return _failed_checks(session.get_one(ImportRun, import_id), found.guards).text if found.blocked else None


def reopen(session: Session, *, import_id: int, actor: Actor) -> ImportRun:
    """Take a signature back before anything is written. Raises NotFound, NotAllowed, InvalidTransition."""
    run = get_run(session, import_id, actor)
    require_idle(session, run)
    if run.state is not ImportState.REVIEWED:
        raise InvalidTransition(
            f"导入 IM-{run.id} 没有等待写入的签署。",
            f"Import IM-{run.id} has no signature that waits for writing.",
            field="id",
            value=run.id,
        )
    run.reviewed_by = run.reviewed_at = run.overridden_by = None
    run.override_reason = ""
    move(session, run, ImportState.MATCHED, actor=actor)
    return run


def rows_to_write(run: ImportRun) -> int:
    """How many rows writing this import writes."""
    outcomes = run.counts.get("outcomes", {})
    return sum(outcomes.get(outcome.value, 0) for outcome in (RowOutcome.NEW, RowOutcome.MATCHED))


def _failed_checks(run: ImportRun, guards: list[GuardResult]) -> GuardsFailed:
    failed = [one for one in guards if not one.passed]
    said_zh = "；".join(f"{one.title_zh}（{one.detail_zh}）" for one in failed)
    said_en = "; ".join(f"{one.title_en} ({one.detail_en})" for one in failed)
    return GuardsFailed(
        f"检查未通过：{said_zh}。须先签署，再由第二人写明理由确认。",
        f"Checks failed: {said_en}. It has to be signed, and a second official has to confirm with a reason.",
        field="id",
        value=run.id,
    )


def _failed(guards: list[GuardResult]) -> list[str]:
    return [one.code for one in guards if not one.passed]
