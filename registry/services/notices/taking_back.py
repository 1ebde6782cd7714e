"""Take a written notice back in one act: what nobody has changed since is as before, the rest stays and is counted."""

from typing import Any

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import RegistryError
from registry.identity.divisions import city_of
from registry.models import Enterprise, EnterpriseName, ImportRow, ImportRun, Listing
from registry.policies import Actor
from registry.schemas.imports import UndoReport
from registry.services import audit, outbox
from registry.services.identities import touch
from registry.services.merging import unmerge
from registry.vocabulary import ImportState, NameKind, OperatingStatus, RowOutcome


def take_back(session: Session, *, run: ImportRun, actor: Actor) -> UndoReport:
    """Undo a written notice the caller has locked and checked: last row first.

    ``values_cleared`` counts the rows taken back, ``values_kept`` those that later acts have built on.
    """
    rows = session.exec(
        select(ImportRow)
        .where(
            ImportRow.import_id == run.id,
            ImportRow.outcome == RowOutcome.MATCHED,
            col(ImportRow.effects).is_not(None),
        )
        .order_by(col(ImportRow.id).desc())
    ).all()
    done = sum(_undo(session, run, row, actor) for row in rows)
    run.state, run.undone_at = ImportState.UNDONE, clock.now()
    session.flush()
    outbox.enterprises_changed(session, [row.enterprise_id for row in rows if row.enterprise_id is not None])
    report = UndoReport(
        import_id=run.id,
        state=run.state,
        listings_voided=0,
        products_voided=0,
        enterprises_voided=0,
        enterprises_kept=[],
        names_removed=0,
        values_cleared=done,
        values_kept=len(rows) - done,
    )
    audit.record(
        session,
        actor=actor.label,
        action="import.undo",
        subject_kind="import",
        subject_key=f"IM-{run.id}",
        after={"kind": run.kind.value, "rows_taken_back": done, "rows_kept": report.values_kept},
    )
    return report


def _undo(session: Session, run: ImportRun, row: ImportRow, actor: Actor) -> bool:
    effects, number = row.effects or {}, row.enterprise_id or 0
    firm = session.get_one(Enterprise, number)
    if "renamed" in effects:
        return _unrename(session, firm, effects["renamed"])
    if "moved" in effects:
        return _unmove(session, firm, effects["moved"])
    if "status" in effects:
        return _restore_status(session, firm, effects["status"])
    if "merged" in effects:
        return _unmerge(session, run, firm, actor, effects["merged"]["into"])
    return _restore_titles(session, run, effects.get("withdrawn", []))


def _unrename(session: Session, firm: Enterprise, said: dict[str, Any]) -> bool:
    made = session.get(EnterpriseName, said["made"]) if said["made"] else None
    if firm.name_zh != said["to"] or made is None or made.kind is not NameKind.CURRENT:
        return False
    session.delete(made)  # written by the notice: as never announced so
    query = select(EnterpriseName).where(
        EnterpriseName.enterprise_id == firm.id,
        EnterpriseName.name == said["name"],
        EnterpriseName.kind == NameKind.FORMER,
    )
    old = session.exec(query.order_by(col(EnterpriseName.id).desc())).first()
    if old is not None:
        old.kind, old.valid_to = NameKind.CURRENT, None
    firm.name_zh = said["name"]
    touch(firm)
    session.flush()
    return True


def _unmove(session: Session, firm: Enterprise, said: dict[str, Any]) -> bool:
    if (firm.region_code, firm.city_code) != (said["to"], city_of(said["to"])):
        return False
    firm.region_code, firm.city_code = said["region_code"], said["city_code"]
    touch(firm)
    session.flush()
    return True


def _restore_status(session: Session, firm: Enterprise, said: dict[str, Any]) -> bool:
    if firm.operating_status.value != said["to"]:
        return False
    firm.operating_status = OperatingStatus.of(said["from"])
    touch(firm)
    session.flush()
    return True


def _unmerge(session: Session, run: ImportRun, firm: Enterprise, actor: Actor, target: int) -> bool:
    if firm.merged_into_id != target:
        return False
    try:
        with session.begin_nested():
            unmerge(session, source_id=firm.id, actor=actor, reason=f"撤回 IM-{run.id}")
    except RegistryError:  # the target has been merged on since: that merger goes first
        return False
    return True


def _restore_titles(session: Session, run: ImportRun, numbers: list[int]) -> bool:
    on, document = run.understood["notice"]["on"], run.understood["notice"]["document_no"]
    rows = [session.get_one(Listing, number) for number in numbers]
    ours = [
        row
        for row in rows
        if row.withdrawn_on is not None and row.withdrawn_on.isoformat() == on and row.withdrawal_document == document
    ]
    for row in ours:
        row.withdrawn_on = row.withdrawal_reason = row.withdrawal_document = None
    session.flush()
    return len(ours) == len(rows)
