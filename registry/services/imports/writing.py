"""Write a staged import: enterprises, names, addresses, chains, batch and listings, all in one transaction."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidTransition
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
from registry.policies import Actor
from registry.services import outbox
from registry.services.imports.batch_filling import batch_to_fill
from registry.services.imports.bulk import (
    among,
    insert_rows,
    insert_values,
    point_rows,
    reserve_numbers,
    update_values,
)
from registry.services.imports.conflicts import changed_since
from registry.services.imports.filling import columns_of, fills, new_names
from registry.services.imports.interpreting import KEPT_ELSEWHERE, Facts
from registry.services.imports.lookups import Lookup
from registry.services.imports.options import Destination, resolve, stored_options, titled_days
from registry.services.imports.plain_writing import write_plain
from registry.services.imports.product_writing import write_products
from registry.services.imports.staged_rows import StagedRow, staged_rows
from registry.services.imports.states import get_run, move, require_move
from registry.services.keys import provisional_key
from registry.vocabulary import (
    DirectoryKind,
    IdentityState,
    ImportKind,
    ImportState,
    NameKind,
    OperatingStatus,
    RowOutcome,
)

_IDENTIFIED, _PROVISIONAL = IdentityState.IDENTIFIED, IdentityState.PROVISIONAL
_REVIVED = (
    *("registration_no", "name_en", "region_code", "city_code", "industry_code", "founded_on", "stock_code"),
    *("registered_capital_cny", "registered_capital_text", "listed_market", "website", "address", "main_business"),
)
REPEATED_AT_ONCE = 50_000
"""Rows that repeat others, pointed together: each time all rows of the import are looked through."""
_NAME_COLUMNS = ("enterprise_id", "name", "folded", "kind", "source", "import_id")


def write(
    session: Session, *, import_id: int, actor: Actor, progress: Callable[[int], None] | None = None
) -> ImportRun:
    """Write every new and matched row of a staged import; undecided and rejected rows stay as they are.

    Checks of the list are not asked here: whoever signs through ``reviewing`` is held to them. ``progress`` is told
    how many rows are done; what it raises ends the work.
    Raises NotFound, NotAllowed, InvalidTransition unless staged or signed, Conflict if the registry has changed since
    in a way that makes the preview wrong.
    """
    run = get_run(session, import_id, actor)
    if run.kind is not ImportKind.LIST:
        raise InvalidTransition(
            f"IM-{import_id} 是通知，不能当作名单写入。",
            f"IM-{import_id} is a notice and is not written as a list.",
            field="id",
            value=import_id,
        )
    require_move(run, ImportState.WRITTEN)
    options = stored_options(run.understood)
    destination = resolve(session, options)
    source = session.get_one(SourceFile, run.source_file_id)
    batch = batch_to_fill(session, destination, run, source, actor) if destination else None
    if destination and batch and destination.kind is DirectoryKind.PRODUCT:
        work = _Writing(session, run, None, None, progress)
        work.listings = write_products(session, run=run, destination=destination, batch_id=batch.id, makers=work)
    else:
        work = _Writing(session, run, destination, batch, progress)
        work.write_all()
    _point_repeated_rows(session, run.id)
    run.written_at = clock.now()
    run.batch_id = batch.id if batch else None
    move(
        session,
        run,
        ImportState.WRITTEN,
        actor=actor,
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


class _Writing:
    """Writes chunk after chunk and counts."""

    def __init__(
        self,
        session: Session,
        run: ImportRun,
        destination: Destination | None,
        batch: Batch | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        self.session, self.run = session, run
        self.progress, self.done = progress, 0
        self.destination, self.batch = destination, batch
        self.lookup = Lookup(session)
        self.at = clock.now()
        self.created = self.listings = 0
        self.touched = array("q")
        self.source = f"IM-{run.id}"
        self._details = {table["sheet"]: _detail_columns(table["columns"]) for table in run.understood["tables"]}

    def write_all(self) -> None:
        """Every row of an enterprise list that is to be written."""
        titles = self.destination is not None
        if not titles:
            self.write_plain()
        for chunk in staged_rows(self.session, self.run.id, RowOutcome.NEW, with_cells=titles, unwritten=True):
            self.write_new(chunk)
            self.tell(len(chunk))
        for chunk in staged_rows(self.session, self.run.id, RowOutcome.MATCHED, with_cells=titles):
            self.write_matched(chunk)
            self.tell(len(chunk))

    def tell(self, rows: int) -> None:
        """So many more rows are written."""
        self.done += rows
        if self.progress is not None:
            self.progress(self.done)

    def write_plain(self) -> None:
        """New enterprises of which only facts are to be written, not by row but all at once."""
        stated = set(self.run.understood["facts"])
        for numbers in write_plain(self.session, import_id=self.run.id, source=self.source, at=self.at, stated=stated):
            written = select(col(Enterprise.id)).where(col(Enterprise.id).between(numbers.start, numbers.stop - 1))
            provisional = self.session.execute(written.where(col(Enterprise.uscc).is_(None))).scalars().all()
            self._open_addresses(numbers, provisional)
            placed = written.add_columns(col(Enterprise.industry_code)).where(
                col(Enterprise.industry_code).is_not(None)
            )
            self._insert_chains((number, {"industry_code": code}) for number, code in self.session.execute(placed))
            self.created += len(numbers)
            self.touched.extend(numbers)
            self.tell(len(numbers))

    def write_new(self, rows: Sequence[StagedRow]) -> None:
        """New enterprises; those an undone import had made and that have a code come back under their old number."""
        voided = self._voided({row.facts["uscc"] for row in rows if "uscc" in row.facts})
        reserved = reserve_numbers(self.session, Enterprise, len(rows))
        numbers = iter(reserved)
        known = [(row, voided.get(row.facts.get("uscc", "")) or next(numbers)) for row in rows]
        again = set(voided.values())
        self._insert_enterprises([(number, row.facts) for row, number in known if number not in again])
        self._revive([(number, row.facts) for row, number in known if number in again])
        self._teach(name for row, number in known for name in _names(row.facts, number))
        self._open_addresses(reserved, [number for row, number in known if "uscc" not in row.facts])
        self._insert_chains((number, row.facts) for row, number in known)
        point_rows(self.session, ImportRow, "enterprise_id", ((row.id, number) for row, number in known))
        self._list(known)
        self.created += len(rows)
        self.touched.extend(number for _, number in known)

    def write_matched(self, rows: Sequence[StagedRow]) -> None:
        """Fill what is empty on known enterprises, teach their other names, list them."""
        firms = self.lookup.firms({row.enterprise_id for row in rows})
        names = self.lookup.names_of(firms)
        taught: list[tuple[int, str, str, NameKind]] = []
        for row in rows:
            firm = firms[row.enterprise_id]
            if firm.voided_at is not None or firm.merged_into_id is not None:
                raise changed_since(firm.name_zh)
            filled = fills(firm, row.facts)
            fresh = new_names(row.facts, names.get(firm.id, set()))
            taught += [(firm.id, *name) for name in fresh]
            if filled:
                self._fill(row, firm.id, filled)
            if filled or fresh or self.batch:
                self.touched.append(firm.id)
        self._teach(taught)
        listed = self.lookup.listed(self.batch.id, firms) if self.batch else set()
        self._list([(row, row.enterprise_id) for row in rows if row.enterprise_id not in listed])

    def _fill(self, row: StagedRow, firm_id: int, filled: dict[str, Any]) -> None:
        """Set empty columns and remember which, for an undo."""
        values = dict(filled)
        if "uscc" in filled:
            if self.session.get(EnterpriseAddress, filled["uscc"]) is not None:
                raise changed_since(filled["uscc"])
            values["identity"] = IdentityState.IDENTIFIED
            insert_rows(self.session, EnterpriseAddress, [{"key": filled["uscc"], "enterprise_id": firm_id}])
        self.session.execute(
            update(Enterprise).where(col(Enterprise.id) == firm_id).values(**values, updated_at=self.at)
        )
        if "industry_code" in filled:
            self._insert_chains([(firm_id, row.facts)])
        effects = {key: value.isoformat() if isinstance(value, date) else value for key, value in filled.items()}
        self.session.execute(update(ImportRow).where(col(ImportRow.id) == row.id).values(effects={"filled": effects}))

    def _insert_enterprises(self, firms: Sequence[tuple[int, Facts]]) -> None:
        """Only the columns some row of the chunk states are named; the others stay empty."""
        stated = [columns_of(facts) for _, facts in firms]
        optional = list({column: None for columns in stated for column in columns if column != "operating_status"})
        unknown, at = OperatingStatus.UNKNOWN, self.at
        insert_values(
            self.session,
            Enterprise,
            (
                "id",
                "identity",
                "uscc",
                "name_zh",
                "operating_status",
                "revision",
                "created_at",
                "updated_at",
                *optional,
            ),
            (
                (
                    number,
                    _IDENTIFIED if "uscc" in facts else _PROVISIONAL,
                    facts.get("uscc"),
                    facts["name"],
                    columns.get("operating_status", unknown),
                    *(1, at, at),
                    *map(columns.get, optional),
                )
                for (number, facts), columns in zip(firms, stated, strict=True)
            ),
        )

    def _open_addresses(self, numbers: range, provisional: Sequence[int]) -> None:
        """New enterprises are reached by their code, or by a provisional key while they have none."""
        coded = select(col(Enterprise.uscc), col(Enterprise.id)).where(
            col(Enterprise.id).between(numbers.start, numbers.stop - 1), col(Enterprise.uscc).is_not(None)
        )
        self.session.execute(insert(EnterpriseAddress).from_select(["key", "enterprise_id"], coded))
        keys = ((provisional_key(number), number) for number in provisional)
        insert_values(self.session, EnterpriseAddress, ("key", "enterprise_id"), keys)

    def _teach(self, names: Iterable[tuple[int, str, str, NameKind]]) -> None:
        origin = (self.source, self.run.id)
        insert_values(self.session, EnterpriseName, _NAME_COLUMNS, ((*name, *origin) for name in names))

    def _list(self, known: Sequence[tuple[StagedRow, int]]) -> None:
        if self.destination is None or self.batch is None:
            return
        insert_rows(
            self.session,
            Listing,
            [self._listing(row, number, self.destination, self.batch.id) for row, number in known],
        )
        self.listings += len(known)

    def _listing(self, row: StagedRow, number: int, destination: Destination, batch_id: int) -> dict[str, Any]:
        facts: Facts = row.facts
        valid_from, valid_to = titled_days(facts, destination)
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
            "name_as_announced": (facts.get("name_as_printed") or facts["name"])[:300],
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
            raise changed_since(alive[0] or "")
        return {row.uscc or "": row.id for row in found}

    def _revive(self, firms: Sequence[tuple[int, Facts]]) -> None:
        """Bring back enterprises an undo had voided, as this file states them."""
        if not firms:
            return
        numbers = [number for number, _ in firms]
        self.session.execute(
            delete(EnterpriseChain).where(among(self.session, col(EnterpriseChain.enterprise_id), numbers))
        )
        columns = ("name_zh", "voided_at", "updated_at", "operating_status", *_REVIVED)
        values = []
        for number, facts in firms:
            stated = columns_of(facts)
            status = stated.get("operating_status", OperatingStatus.UNKNOWN)
            values.append((facts["name"], None, self.at, status, *map(stated.get, _REVIVED), number))
        update_values(self.session, Enterprise, columns, values)


def _names(facts: Facts, number: int) -> Iterator[tuple[int, str, str, NameKind]]:
    yield number, facts["name"], facts["folded"], NameKind.CURRENT
    for name, folded, kind in new_names(facts, {facts["folded"]}):
        yield number, name, folded, kind


def _point_repeated_rows(session: Session, import_id: int) -> None:
    """A row that repeats an earlier row of the file points to the same enterprise."""
    repeated = (
        select(col(ImportRow.id), col(ImportRow.facts)["same_as"])
        .where(
            col(ImportRow.import_id) == import_id,
            col(ImportRow.outcome) == RowOutcome.UNCHANGED,
            col(ImportRow.matched_by) == "file",
            col(ImportRow.enterprise_id).is_(None),
        )
        .order_by(col(ImportRow.id))
        .limit(REPEATED_AT_ONCE)
    )
    last = 0
    while chunk := session.execute(repeated.where(col(ImportRow.id) > last)).all():
        last = chunk[-1][0]
        firsts = {row_number for _, (_, row_number) in chunk}
        found = session.execute(
            select(col(ImportRow.sheet), col(ImportRow.row_number), col(ImportRow.enterprise_id)).where(
                col(ImportRow.import_id) == import_id, among(session, col(ImportRow.row_number), firsts)
            )
        )
        firm_at = {(sheet, row_number): firm for sheet, row_number, firm in found}
        pointed = [(firm_at[tuple(same_as)], number) for number, same_as in chunk]
        update_values(session, ImportRow, ("enterprise_id",), pointed)


def _detail_columns(columns: Sequence[dict[str, Any]]) -> dict[int, str | None]:
    """Position → name of a column that goes into a listing's details; None for one the listing states itself."""
    return {each["position"]: None if each["role"] in KEPT_ELSEWHERE else each["column"] for each in columns}
