"""Carry a staged notice out: every matched row through the service of its kind, all in the caller's transaction."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import NotFound
from registry.models import Enterprise, EnterpriseName, ImportRow, ImportRun
from registry.policies import Actor, require_importer
from registry.services import audit
from registry.services.identities import rename_enterprise
from registry.services.imports.conflicts import changed_since
from registry.services.imports.states import require_move
from registry.services.merging import merge_enterprises
from registry.services.standing import relocate_enterprise, set_operating_status, withdraw_title
from registry.vocabulary import ImportKind, ImportState, NameKind, OperatingStatus, RowOutcome

_TOLD_EVERY = 50


def carry_out(
    session: Session, *, import_id: int, actor: Actor, progress: Callable[[int], None] | None = None
) -> ImportRun:
    """Do what a staged notice says. ``progress`` is told how many rows are done; what it raises ends the work.

    Raises NotFound, NotAllowed, InvalidTransition unless staged, and Conflict if the registry has changed since so that
    the preview is wrong: then nothing is written.
    """
    run = session.get(ImportRun, import_id, with_for_update=True)
    if run is None or run.kind is ImportKind.LIST:
        raise NotFound(f"没有编号为 IM-{import_id} 的通知。", f"There is no notice IM-{import_id}.", field="id")
    require_importer(actor, directory_code=run.directory_code)
    require_move(run, ImportState.WRITTEN)
    rows = session.exec(
        select(ImportRow)
        .where(ImportRow.import_id == run.id, ImportRow.outcome == RowOutcome.MATCHED)
        .order_by(col(ImportRow.id))
    ).all()
    for done, row in enumerate(rows, 1):
        row.effects = _do(session, run, row, actor)
        if progress is not None and done % _TOLD_EVERY == 0:
            progress(done)
    run.state, run.written_at = ImportState.WRITTEN, clock.now()
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="import.write",
        subject_kind="import",
        subject_key=f"IM-{run.id}",
        after={"kind": run.kind.value, "rows": len(rows), "counts": run.counts["outcomes"]} | run.understood["notice"],
    )
    return run


def _do(session: Session, run: ImportRun, row: ImportRow, actor: Actor) -> dict[str, Any]:
    """One row through its service; what an undo needs to take it back."""
    notice, facts = run.understood["notice"], row.facts or {}
    on, number = date.fromisoformat(notice["on"]), row.enterprise_id or 0
    reason = _reason(notice["document_no"], facts.get("reason", ""))
    firm = session.get_one(Enterprise, number)
    if firm.voided_at is not None or firm.merged_into_id is not None:
        raise changed_since(firm.name_zh)
    if run.kind is ImportKind.RENAME:
        if firm.name_zh == facts["other"]:
            raise changed_since(firm.name_zh)
        before = _current(session, number)
        old = {"name": firm.name_zh, "row": before.id if before else None}
        rename_enterprise(session, enterprise_id=number, new_name=facts["other"], on=on, actor=actor, reason=reason)
        made = _current(session, number)
        return {"renamed": old | {"to": facts["other"], "made": made.id if made else None}}
    if run.kind is ImportKind.MOVE:
        moved = {"region_code": firm.region_code, "city_code": firm.city_code, "to": facts["region_code"]}
        relocate_enterprise(
            session, enterprise_id=number, region_code=facts["region_code"], on=on, actor=actor, reason=reason
        )
        return {"moved": moved}
    if run.kind is ImportKind.CANCEL:
        status = {"from": firm.operating_status.value, "to": facts["status"]}
        set_operating_status(
            session,
            enterprise_id=number,
            status=OperatingStatus.of(facts["status"]),
            on=on,
            actor=actor,
            reason=reason,
        )
        return {"status": status}
    if run.kind is ImportKind.MERGE:
        target = facts["target_id"]
        merge_enterprises(session, source_id=number, target_id=target, on=on, actor=actor, reason=reason)
        return {"merged": {"into": target}}
    titles = facts["listing_ids"]
    for listing in titles:
        withdraw_title(session, listing_id=listing, on=on, document=notice["document_no"], actor=actor, reason=reason)
    return {"withdrawn": titles}


def _current(session: Session, number: int) -> EnterpriseName | None:
    query = select(EnterpriseName).where(
        EnterpriseName.enterprise_id == number, EnterpriseName.kind == NameKind.CURRENT
    )
    return session.exec(query.order_by(col(EnterpriseName.id).desc())).first()


def _reason(document: str, stated: str) -> str:
    return f"{document}：{stated}"[:400] if stated else document
