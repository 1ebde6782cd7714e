"""What officials made of a source's columns, remembered: the next file with the same columns takes it over."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import NotFound, Text
from registry.models import ImportMapping
from registry.policies import Actor, require_importer
from registry.schemas.imports import ImportOptions, RememberedMapping
from registry.schemas.tables import ReadFile
from registry.services import audit

SHOWN = 200


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A remembered mapping that was used for a table."""

    sheet: str
    remembered_at: datetime
    remembered_by: str

    @property
    def text(self) -> Text:
        """What the page and the command say about it."""
        day = self.remembered_at.astimezone(clock.PROVINCE_ZONE).date()
        where = f"“{self.sheet}”" if self.sheet else ""
        return Text(
            f"{where}列的对应沿用 {self.remembered_by} {day:%Y-%m-%d} 的设置。",
            f"{where + ': ' if where else ''}columns mapped as {self.remembered_by} set them on {day:%Y-%m-%d}.",
        )


def fingerprint(columns: Sequence[str]) -> str:
    """One value for a row of column names: equal means the same columns in the same order."""
    return hashlib.sha256(json.dumps(list(columns), ensure_ascii=False).encode()).hexdigest()


def take_over(
    session: Session, *, read_file: ReadFile, options: ImportOptions
) -> tuple[ImportOptions, list[TakenOver]]:
    """The options with what is remembered for tables they say nothing about, and what was taken over."""
    open_tables = {fingerprint(t.names): t for t in read_file.tables if t.sheet not in options.mapping}
    if not open_tables:
        return options, []
    query = (
        select(ImportMapping)
        .where(
            col(ImportMapping.fingerprint).in_(open_tables),
            col(ImportMapping.directory_code).is_(None)
            if options.directory is None
            else col(ImportMapping.directory_code) == options.directory.strip().lower().replace("-", "_"),
            col(ImportMapping.forgotten_at).is_(None),
        )
        .order_by(col(ImportMapping.id))
    )
    mapping, used = dict(options.mapping), []
    for known in session.exec(query):
        table = open_tables[known.fingerprint]
        mapping[table.sheet] = known.roles
        used.append(TakenOver(table.sheet, known.remembered_at, known.remembered_by))
    return (replace(options, mapping=mapping), used) if used else (options, [])


def remember(
    session: Session,
    *,
    columns: Sequence[str],
    directory_code: str | None,
    roles: dict[str, str],
    import_id: int,
    actor: Actor,
) -> None:
    """Keep what an official chose for a source; what was kept before for it is forgotten. The caller checked rights."""
    own = fingerprint(columns)
    for known in session.exec(
        select(ImportMapping).where(
            col(ImportMapping.fingerprint) == own,
            col(ImportMapping.directory_code).is_(None)
            if directory_code is None
            else col(ImportMapping.directory_code) == directory_code,
            col(ImportMapping.forgotten_at).is_(None),
        )
    ).all():
        if known.roles == roles:
            return
        known.forgotten_at, known.forgotten_by = clock.now(), actor.label
    session.add(
        ImportMapping(
            fingerprint=own,
            directory_code=directory_code,
            columns=list(columns),
            roles=roles,
            import_id=import_id,
            remembered_by=actor.label,
        )
    )
    session.flush()


def list_remembered(session: Session) -> list[RememberedMapping]:
    """What is remembered, newest first."""
    found = session.exec(
        select(ImportMapping)
        .where(col(ImportMapping.forgotten_at).is_(None))
        .order_by(col(ImportMapping.id).desc())
        .limit(SHOWN)
    )
    return [
        RememberedMapping(
            id=one.id,
            directory_code=one.directory_code,
            columns=one.columns,
            roles=one.roles,
            import_key=f"IM-{one.import_id}",
            remembered_by=one.remembered_by,
            remembered_at=one.remembered_at,
        )
        for one in found
    ]


def forget(session: Session, *, mapping_id: int, actor: Actor) -> None:
    """Use a remembered mapping no more. Raises NotFound (also if forgotten before), NotAllowed."""
    known = session.get(ImportMapping, mapping_id, with_for_update=True)
    if known is None or known.forgotten_at is not None:
        raise NotFound(
            f"没有编号为 {mapping_id} 的列对应设置。", f"There is no remembered mapping {mapping_id}.", field="id"
        )
    require_importer(actor, directory_code=known.directory_code)
    known.forgotten_at, known.forgotten_by = clock.now(), actor.label
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="import.forget_mapping",
        subject_kind="import_mapping",
        subject_key=str(known.id),
        before={"columns": known.columns, "roles": known.roles},
    )
