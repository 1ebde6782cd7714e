"""Write a staged import: enterprises, names, addresses, chains, batch and listings, all in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidTransition, NotFound
from registry.identity import chains_of_industry
from registry.models import (
    Batch,
    Enterprise,
    EnterpriseAddress,
    EnterpriseChain,
    EnterpriseName,
    ImportRow,
    ImportRun,
    Listing,
    SourceFile,
)
from registry.policies import Actor, require_importer
from registry.schemas.imports import ImportOptions
from registry.services import audit, outbox
from registry.services.imports.bulk import CHUNK, among, insert_rows, reserve_numbers, update_rows
from registry.services.imports.filling import columns_of, fills, new_names
from registry.services.imports.interpreting import KEPT_ELSEWHERE, Facts
from registry.services.imports.lookups import Lookup
from registry.services.imports.options import Destination, existing_batch, last_day, resolve
from registry.services.keys import provisional_key
from registry.vocabulary import BatchState, IdentityState, ImportState, NameKind, OperatingStatus, RowOutcome

_ROW = (
    col(ImportRow.id),
    col(ImportRow.sheet),
    col(ImportRow.facts),
    col(ImportRow.enterprise_id),
)
_OPTIONAL = (
    *("registration_no", "name_en", "region_code", "city_code", "industry_code", "founded_on", "stock_code"),
    *("registered_capital_cny", "registered_capital_text", "listed_market", "website", "address", "main_business"),
)


def write(session: Session, *, import_id: int, actor: Actor) -> ImportRun:
    """Write every new and matched row of a staged import; undecided and rejected rows stay as they are.

    Raises NotFound, NotAllowed, InvalidTransition unless staged, Conflict if the registry has changed since in a way
    that makes the preview wrong.
    """
    run = session.get(ImportRun, import_id, with_for_update=True)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    require_importer(actor, directory_code=run.directory_code)
    if run.state is not ImportState.STAGED:
        raise InvalidTransition(
            f"导入 IM-{import_id} 的状态是“{run.state.label.zh}”，不能写入。",
            f"Import IM-{import_id} is in the state “{run.state.label.en}” and cannot be written.",
            field="id",
            value=import_id,
        )
    options = stored_options(run)
    destination = resolve(session, options)
    source = session.get_one(SourceFile, run.source_file_id)
    batch = _batch(session, destination, run, source) if destination else None
    work = _Writing(session, run, destination, batch)
    # A title keeps the whole row as its details; a plain file's cells need not be read again.
    columns = (*_ROW, col(ImportRow.cells)) if destination else _ROW
    for chunk in _rows(session, run.id, RowOutcome.NEW, columns):
        work.write_new(chunk)
    for chunk in _rows(session, run.id, RowOutcome.MATCHED, columns):
        work.write_matched(chunk)
    _point_repeated_rows(session, run.id)
    run.state, run.written_at = ImportState.WRITTEN, clock.now()
    run.batch_id = batch.id if batch else None
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="import.write",
        subject_kind="import",
        subject_key=f"IM-{run.id}",
        after={
            "file": source.filename,
            "sha256": source.sha256,
            "directory": run.directory_code,
            "batch_id": run.batch_id,
            "counts": run.counts["outcomes"],
            "enterprises": work.created,
            "listings": work.listings,
        },
    )
    outbox.enterprises_changed(session, work.touched)
    return run


def stored_options(run: ImportRun) -> ImportOptions:
    """The options a run was staged with."""
    said = dict(run.understood["options"])
    if said["announced_on"] is not None:
        said["announced_on"] = date.fromisoformat(said["announced_on"])
    return ImportOptions(**said)


class _Writing:
    """Writes chunk after chunk and counts."""

    def __init__(self, session: Session, run: ImportRun, destination: Destination | None, batch: Batch | None) -> None:
        self.session, self.run = session, run
        self.destination, self.batch = destination, batch
        self.lookup = Lookup(session)
        self.at = clock.now()
        self.created = self.listings = 0
        self.touched: list[int] = []
        self.source = f"IM-{run.id}"
        self._details = {table["sheet"]: _detail_columns(table["columns"]) for table in run.understood["tables"]}

    def write_new(self, rows: Sequence[Row[Any]]) -> None:
        """New enterprises; those an undone import had made and that have a code come back under their old number."""
        voided = self._voided({row.facts["uscc"] for row in rows if "uscc" in row.facts})
        numbers = iter(reserve_numbers(self.session, Enterprise, len(rows)))
        known = [(row, voided.get(row.facts.get("uscc", "")) or next(numbers)) for row in rows]
        again = set(voided.values())
        firms = [self._enterprise(row.facts, number) for row, number in known]
        insert_rows(self.session, Enterprise, [firm for firm in firms if firm["id"] not in again])
        self._revive([firm for firm in firms if firm["id"] in again])
        names = [name for row, number in known for name in self._names(row.facts, number)]
        insert_rows(self.session, EnterpriseName, names)
        addresses = [
            {"key": row.facts.get("uscc") or provisional_key(number), "enterprise_id": number}
            for row, number in known
            if number not in again
        ]
        insert_rows(self.session, EnterpriseAddress, addresses)
        self._insert_chains((number, row.facts) for row, number in known)
        update_rows(self.session, ImportRow, [{"id": row.id, "enterprise_id": number} for row, number in known])
        self._list(known)
        self.created += len(rows)
        self.touched += [number for _, number in known]

    def write_matched(self, rows: Sequence[Row[Any]]) -> None:
        """Fill what is empty on known enterprises, teach their other names, list them."""
        firms = self.lookup.firms({row.enterprise_id for row in rows})
        names = self.lookup.names_of(firms)
        taught: list[dict[str, Any]] = []
        for row in rows:
            firm = firms[row.enterprise_id]
            if firm.voided_at is not None or firm.merged_into_id is not None:
                raise _changed_since(firm.name_zh)
            filled = fills(firm, row.facts)
            fresh = new_names(row.facts, names.get(firm.id, set()))
            taught += [self._name(firm.id, *name) for name in fresh]
            if filled:
                self._fill(row, firm.id, filled)
            if filled or fresh or self.batch:
                self.touched.append(firm.id)
        insert_rows(self.session, EnterpriseName, taught)
        listed = self.lookup.listed(self.batch.id, firms) if self.batch else set()
        self._list([(row, row.enterprise_id) for row in rows if row.enterprise_id not in listed])

    def _fill(self, row: Row[Any], firm_id: int, filled: dict[str, Any]) -> None:
        """Set empty columns and remember which, for an undo."""
        values = dict(filled)
        if "uscc" in filled:
            if self.session.get(EnterpriseAddress, filled["uscc"]) is not None:
                raise _changed_since(filled["uscc"])
            values["identity"] = IdentityState.IDENTIFIED
            insert_rows(self.session, EnterpriseAddress, [{"key": filled["uscc"], "enterprise_id": firm_id}])
        self.session.execute(
            update(Enterprise).where(col(Enterprise.id) == firm_id).values(**values, updated_at=self.at)
        )
        if "industry_code" in filled:
            self._insert_chains([(firm_id, row.facts)])
        effects = {key: value.isoformat() if isinstance(value, date) else value for key, value in filled.items()}
        self.session.execute(update(ImportRow).where(col(ImportRow.id) == row.id).values(effects={"filled": effects}))

    def _enterprise(self, facts: Facts, number: int) -> dict[str, Any]:
        stated = columns_of(facts)
        firm: dict[str, Any] = {column: stated.get(column) for column in _OPTIONAL}
        code = facts.get("uscc")
        firm.update(
            id=number,
            identity=IdentityState.IDENTIFIED if code else IdentityState.PROVISIONAL,
            uscc=code,
            name_zh=facts["name"],
            operating_status=stated.get("operating_status", OperatingStatus.UNKNOWN),
            revision=1,
            created_at=self.at,
            updated_at=self.at,
        )
        return firm

    def _names(self, facts: Facts, number: int) -> Iterator[dict[str, Any]]:
        yield self._name(number, facts["name"], facts["folded"], NameKind.CURRENT)
        for name, folded, kind in new_names(facts, {facts["folded"]}):
            yield self._name(number, name, folded, kind)

    def _name(self, number: int, name: str, folded: str, kind: NameKind) -> dict[str, Any]:
        return {
            "enterprise_id": number,
            "name": name,
            "folded": folded,
            "kind": kind,
            "source": self.source,
            "import_id": self.run.id,
        }

    def _list(self, known: Sequence[tuple[Row[Any], int]]) -> None:
        if self.destination is None or self.batch is None:
            return
        insert_rows(
            self.session,
            Listing,
            [self._listing(row, number, self.destination, self.batch.id) for row, number in known],
        )
        self.listings += len(known)

    def _listing(self, row: Row[Any], number: int, destination: Destination, batch_id: int) -> dict[str, Any]:
        facts: Facts = row.facts
        stated = facts.get("valid_from") or facts.get("issued_on")
        valid_from = date.fromisoformat(stated) if stated else destination.valid_from
        valid_to = date.fromisoformat(facts["valid_to"]) if "valid_to" in facts else None
        if valid_to is None or valid_to < valid_from:
            valid_to = last_day(valid_from, destination.validity_months)
        columns = self._details[row.sheet]
        details = {
            columns.get(place, f"第{place + 1}列"): cell
            for place, cell in enumerate(row.cells)
            if cell.strip() and columns.get(place, "") is not None
        }
        return {
            "enterprise_id": number,
            "directory_code": destination.directory_code,
            "batch_id": batch_id,
            "name_as_announced": facts.get("name_as_printed", facts["name"])[:300],
            "certificate_no": facts.get("certificate_no"),
            "rank": facts.get("rank"),
            "group_label": facts.get("group"),
            "valid_from": valid_from,
            "valid_to": valid_to,
            "details": details,
            "import_row_id": row.id,
            "recorded_at": self.at,
        }

    def _insert_chains(self, known: Iterable[tuple[int, Facts]]) -> None:
        chains = [
            {"enterprise_id": number, "chain_code": chain, "basis": "industry"}
            for number, facts in known
            if "industry_code" in facts
            for chain, _ in chains_of_industry(facts["industry_code"])
        ]
        insert_rows(self.session, EnterpriseChain, chains)

    def _voided(self, codes: set[str]) -> dict[str, int]:
        """Codes whose enterprise was taken back by an undo. Raises Conflict if one is alive: the preview is stale."""
        if not codes:
            return {}
        found = self.session.execute(
            select(col(Enterprise.uscc), col(Enterprise.id), col(Enterprise.voided_at)).where(
                among(self.session, col(Enterprise.uscc), codes)
            )
        ).all()
        alive = [row.uscc for row in found if row.voided_at is None]
        if alive:
            raise _changed_since(alive[0] or "")
        return {row.uscc or "": row.id for row in found}

    def _revive(self, firms: Sequence[dict[str, Any]]) -> None:
        if not firms:
            return
        numbers = [firm["id"] for firm in firms]
        self.session.execute(
            delete(EnterpriseChain).where(among(self.session, col(EnterpriseChain.enterprise_id), numbers))
        )
        update_rows(
            self.session,
            Enterprise,
            [
                {k: v for k, v in firm.items() if k not in ("uscc", "created_at")} | {"voided_at": None}
                for firm in firms
            ],
        )


def _rows(
    session: Session, import_id: int, outcome: RowOutcome, columns: Sequence[Any]
) -> Iterator[Sequence[Row[Any]]]:
    """The rows with this outcome in order, chunk by chunk."""
    last = 0
    while chunk := session.execute(
        select(*columns)
        .where(col(ImportRow.import_id) == import_id, col(ImportRow.outcome) == outcome, col(ImportRow.id) > last)
        .order_by(col(ImportRow.id))
        .limit(CHUNK)
    ).all():
        last = chunk[-1].id
        yield chunk


def _batch(session: Session, destination: Destination, run: ImportRun, source: SourceFile) -> Batch:
    """The batch of the destination: the one there is, one taken back before, or a new one."""
    batch = existing_batch(session, destination)
    if batch is None:
        title = next((table["title"] for table in run.understood["tables"] if table["title"]), "")
        batch = Batch(
            directory_code=destination.directory_code,
            year=destination.year,
            label=destination.label[:100],
            title=(title or source.filename.rpartition(".")[0] or source.filename)[:300],
            state=BatchState.FINAL,
        )
        session.add(batch)
    if batch.voided_at is not None:
        batch.voided_at, batch.state = None, BatchState.FINAL
        batch.announced_on = batch.document_no = None
    batch.announced_on = batch.announced_on or destination.announced_on
    batch.document_no = batch.document_no or destination.document_no
    session.flush()
    return batch


def _point_repeated_rows(session: Session, import_id: int) -> None:
    """A row that repeats an earlier row of the file points to the same enterprise."""
    repeated = session.execute(
        select(col(ImportRow.id), col(ImportRow.facts)).where(
            col(ImportRow.import_id) == import_id,
            col(ImportRow.outcome) == RowOutcome.UNCHANGED,
            col(ImportRow.matched_by) == "file",
            col(ImportRow.enterprise_id).is_(None),
        )
    ).all()
    if not repeated:
        return
    firsts = {tuple(row.facts["same_as"]) for row in repeated if row.facts}
    found = session.execute(
        select(col(ImportRow.sheet), col(ImportRow.row_number), col(ImportRow.enterprise_id)).where(
            col(ImportRow.import_id) == import_id,
            among(session, col(ImportRow.row_number), {number for _, number in firsts}),
        )
    )
    firm_at = {(sheet, number): firm for sheet, number, firm in found}
    pointed = [{"id": row.id, "enterprise_id": firm_at[tuple(row.facts["same_as"])]} for row in repeated if row.facts]
    update_rows(session, ImportRow, pointed)


def _detail_columns(columns: Sequence[dict[str, Any]]) -> dict[int, str | None]:
    """Position → name of a column that goes into a listing's details; None for one the listing states itself."""
    return {each["position"]: None if each["role"] in KEPT_ELSEWHERE else each["column"] for each in columns}


def _changed_since(what: str) -> Conflict:
    return Conflict(
        f"暂存之后登记库有变化（{what}），预览已不准确，没有写入。请重新导入该文件。",
        f"The registry changed after staging ({what}); the preview no longer holds and nothing was written. "
        "Import the file again.",
        field="id",
    )
