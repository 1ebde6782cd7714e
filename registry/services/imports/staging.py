"""Stage a read file: every row stored with what it states and what will become of it. Nothing else changes."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import FileRefused, Text
from registry.models import Batch, ImportRow, ImportRun
from registry.policies import Actor, require_importer
from registry.schemas.imports import ImportOptions, StageResult
from registry.schemas.tables import ReadFile, Row, Table
from registry.services.imports.abandoning import abandon_run, drop_rows
from registry.services.imports.archiving import archive_file, source_file
from registry.services.imports.bulk import CHUNK, ready_insert
from registry.services.imports.earlier import Place
from registry.services.imports.filling import fills, new_names, other_names
from registry.services.imports.inserting_behind import InsertsBehind
from registry.services.imports.interpreting import Facts, Interpreter
from registry.services.imports.lookups import Lookup
from registry.services.imports.mapping import apply_mapping
from registry.services.imports.matching import Decision, Matcher
from registry.services.imports.options import Destination, existing_batch, options_hash, resolve, said_of
from registry.services.imports.product_deciding import ProductDecider
from registry.services.imports.product_interpreting import ProductInterpreter, product_tables, refuse_products
from registry.services.imports.states import get_run, record, require_move
from registry.services.imports.understanding import said_of_table, tables_in
from registry.vocabulary import DirectoryKind, ImportState, RowOutcome

Progress = Callable[[int], None]
"""Called with the number of rows done so far."""

_ROW = (
    *("import_id", "sheet", "row_number", "cells", "facts", "outcome", "reason_code", "reason_zh", "reason_en"),
    *("matched_by", "enterprise_id", "candidates"),
)
WARNINGS_SHOWN = 200
"""So many warnings are kept with the run for showing; all of them are kept with their rows."""


def stage(
    session: Session,
    *,
    read_file: ReadFile,
    options: ImportOptions,
    actor: Actor,
    archive_dir: Path | None,
    progress: Progress | None = None,
    import_id: int | None = None,
    in_parts: bool = False,
) -> StageResult:
    """Store the rows of a file with their outcomes as a staged import, and archive the file.

    ``archive_dir`` None keeps no copy (for a trial that is rolled back). ``import_id``: the import in work whose rows
    these are, else a new one. A staged import of the same file and options is replaced; one that was written is left
    alone and returned. ``in_parts``: commit now and then, so that nobody waits for a long file; until the last row the
    import stays in work. Raises FileRefused without a name column or if it lists what the directory does not,
    InvalidInput for wrong options, NotAllowed, Conflict if the batch cannot take rows.
    """
    destination = resolve(session, options)
    require_importer(actor, directory_code=destination.directory_code if destination else None)
    lists = destination.kind if destination else DirectoryKind.ENTERPRISE
    mapped = apply_mapping(read_file, options)
    tables, notes = product_tables(mapped) if lists is DirectoryKind.PRODUCT else _usable(mapped, destination)
    identity = options_hash(read_file.sha256, options)
    written = _same_before(session, identity, import_id, actor)
    if written is not None:
        return StageResult(import_id=written, already_written=True)
    if archive_dir is not None:
        archive_file(read_file.path, read_file.sha256, archive_dir)
    run = _run(session, read_file, import_id, actor)
    run.options_hash, run.directory_code = identity, destination.directory_code if destination else None
    batch = existing_batch(session, destination) if destination else None
    session.flush()
    work = _Staging(session, run.id, destination, batch, in_parts=in_parts)
    work.stage_tables(tables, progress or (lambda _: None))
    if in_parts:
        # Somebody may have cancelled it between two parts.
        session.refresh(run, with_for_update=True)
        require_move(run, ImportState.MATCHED)
    run.understood = {
        "proposal": run.understood.get("proposal", {}),
        "sheets": tables_in(read_file),
        "options": said_of(options),
        "tables": [said_of_table(table) for table in tables],
        "notes": [{"zh": note.zh, "en": note.en} for note in [*notes, *work.notes]],
        "warnings": work.warnings[:WARNINGS_SHOWN],
        "lists": lists.value,
        "facts": sorted(work.stated),
    }
    run.counts = work.counts()
    run.staged_by, run.staged_at = actor.label, clock.now()
    before = None if import_id is None else run.state
    run.state = ImportState.MATCHED
    record(session, run, actor=actor, before=before, after={"rows": run.counts["rows"]})
    return StageResult(import_id=run.id, already_written=False)


def _same_before(session: Session, identity: str, import_id: int | None, actor: Actor) -> int | None:
    """The written import of the same file with the same options; one that is only staged is given up."""
    found = select(ImportRun).where(col(ImportRun.options_hash) == identity, col(ImportRun.id) != (import_id or 0))
    for earlier in session.exec(found).all():
        if earlier.state is ImportState.WRITTEN:
            return earlier.id
        if earlier.state in (ImportState.MATCHED, ImportState.REVIEWED):
            abandon_run(session, earlier, actor=actor)
    return None


def _run(session: Session, read_file: ReadFile, import_id: int | None, actor: Actor) -> ImportRun:
    """The import the rows go into, without rows."""
    if import_id is not None:
        run = get_run(session, import_id, actor)
        require_move(run, ImportState.MATCHED)
        drop_rows(session, run)
        return run
    source = source_file(
        session,
        sha256=read_file.sha256,
        filename=read_file.filename,
        size=read_file.size,
        media_type=read_file.media_type,
    )
    run = ImportRun(
        source_file_id=source.id,
        options_hash="",
        state=ImportState.MATCHED,
        understood={},
        counts={},
        actor=actor.label,
    )
    session.add(run)
    return run


class _Staging:
    """The rows of one import on their way into the table."""

    def __init__(
        self,
        session: Session,
        import_id: int,
        destination: Destination | None,
        batch: Batch | None,
        *,
        in_parts: bool,
    ) -> None:
        self.session, self.import_id, self.in_parts = session, import_id, in_parts
        self.gives_title = destination is not None
        self.batch_id = batch.id if batch is not None and batch.voided_at is None else None
        self.lookup, self.matcher = Lookup(session), Matcher()
        of_products = destination is not None and destination.kind is DirectoryKind.PRODUCT
        self.products = ProductDecider(self.lookup, self.matcher, self.batch_id) if of_products else None
        self.inserts = InsertsBehind()
        self.stated: set[str] = set()
        self.notes: list[Text] = []
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.identified_by: Counter[str] = Counter()
        self.warning_count = 0
        self.warnings: list[dict[str, Any]] = []

    def stage_tables(self, tables: Sequence[Table], progress: Progress) -> None:
        done = 0
        with self.matcher.so_far, self.inserts:
            for table in tables:
                interpreter = ProductInterpreter(table) if self.products else Interpreter(table)
                self.notes += interpreter.notes
                for chunk in _chunks(iter(table.rows)):
                    self._stage_chunk(table.sheet, chunk, interpreter)
                    done += len(chunk)
                    if self.in_parts:
                        self.inserts.wait()
                        self.session.commit()
                    progress(done)

    def counts(self) -> dict[str, Any]:
        outcomes = {outcome.value: self.outcomes[outcome.value] for outcome in RowOutcome}
        return {
            "rows": self.outcomes.total(),
            "outcomes": outcomes,
            "identified_by": dict(sorted(self.identified_by.items())),
            "reasons": dict(sorted(self.reasons.items())),
            "warnings": self.warning_count,
        }

    def _stage_chunk(self, sheet: str, chunk: Sequence[Row], interpreter: Interpreter | ProductInterpreter) -> None:
        facts = [interpreter.interpret(cells) for _, cells in chunk]
        self.stated.update(*facts)
        self.inserts.wait()  # what follows asks the database
        places = [(sheet, number) for number, _ in chunk]
        decisions = self.products.decide(facts, places) if self.products else self._decide(facts, places)
        rows = [
            self._row(sheet, number, cells, stated, decision)
            for (number, cells), stated, decision in zip(chunk, facts, decisions, strict=True)
        ]
        self.inserts.start(ready_insert(self.session, ImportRow, _ROW, rows))

    def _decide(self, facts: Sequence[Facts], places: Sequence[Place]) -> list[Decision]:
        known = self.lookup.about(facts)
        self.matcher.expect(facts, known)
        decisions = [self.matcher.decide(stated, at, known) for stated, at in zip(facts, places, strict=True)]
        self._settle_known(decisions, facts)
        return decisions

    def _settle_known(self, decisions: Sequence[Decision], facts: Sequence[Facts]) -> None:
        """A row about a known firm that adds nothing is unchanged."""
        matched = [
            (decision, stated)
            for decision, stated in zip(decisions, facts, strict=True)
            if decision.outcome is RowOutcome.MATCHED
        ]
        numbers = [decision.firm.id for decision, _ in matched if decision.firm]
        listed = self.lookup.listed(self.batch_id, numbers) if self.batch_id is not None else set()
        teaching = [decision.firm.id for decision, stated in matched if decision.firm and any(other_names(stated))]
        names = self.lookup.names_of(teaching)
        for decision, stated in matched:
            firm = decision.firm
            if firm is None or (self.gives_title and firm.id not in listed):
                continue
            if fills(firm, stated) or new_names(stated, names.get(firm.id, set())):
                continue
            decision.outcome = RowOutcome.UNCHANGED
            if decision.reason_code is None:
                decision.reason_code = "known"
                decision.reason = Text("登记库已有，没有新内容。", "Already in the registry; nothing new.")

    def _row(self, sheet: str, number: int, cells: list[str], facts: Facts, decision: Decision) -> tuple[Any, ...]:
        """The values of ``_ROW``."""
        self.outcomes[decision.outcome] += 1
        key = "uscc" if "uscc" in facts else "registration_no" if "registration_no" in facts else "name"
        self.identified_by[key] += 1
        if decision.reason_code is not None:
            self.reasons[decision.reason_code] += 1
        if "warnings" in facts:
            self.warning_count += len(facts["warnings"])
            if len(self.warnings) < WARNINGS_SHOWN:
                self.warnings += [{"sheet": sheet, "row": number, **each} for each in facts["warnings"]]
        if decision.same_as is not None:
            facts["same_as"] = decision.same_as
        reason = decision.reason
        return (
            self.import_id,
            sheet,
            number,
            cells,
            facts,
            decision.outcome,
            decision.reason_code,
            reason.zh if reason else None,
            reason.en if reason else None,
            decision.matched_by,
            decision.firm.id if decision.firm else None,
            decision.candidates,
        )


def _usable(read_file: ReadFile, destination: Destination | None) -> tuple[list[Table], list[Text]]:
    """The tables with a column of enterprise names; a note on each that has none."""
    usable = [table for table in read_file.tables if table.position_of("name") is not None]
    if destination or not usable:
        refuse_products(usable or read_file.tables, destination.directory_code if destination else None)
    if not usable:
        found = "、".join(column for table in read_file.tables[:3] for column in table.names[:30])
        raise FileRefused(
            f"没有企业名称列（如 企业名称、单位名称、公司名称）。文件里的列是：{found}。请把名称列的表头改成其中之一。",
            "There is no column of enterprise names (such as 企业名称, companyName). The columns are: "
            f"{found.replace('、', ', ')}. Rename the header of the name column.",
            field="企业名称",
        )
    for table in usable:
        _require_one_name_column(table)
    notes = list(read_file.notes)
    for table in read_file.tables:
        if table.position_of("name") is None:
            notes.append(
                Text(
                    f"工作表“{table.sheet}”没有企业名称列，未导入。",
                    f"Sheet “{table.sheet}” has no column of enterprise names and was left out.",
                )
            )
    return usable, notes


def _require_one_name_column(table: Table) -> None:
    """Raises FileRefused if the header of the name column stands above another column, too."""
    position = table.position_of("name")
    header = table.columns[position] if position is not None and position < len(table.columns) else ""
    places = [place for place, column in enumerate(table.columns, 1) if header and column == header]
    if len(places) > 1:
        raise FileRefused(
            f"有 {len(places)} 列都叫“{header}”（第 {'、'.join(map(str, places))} 列），"
            "不知以哪列为准。请改名或删去其余的。",
            f"{len(places)} columns are called “{header}” (columns {', '.join(map(str, places))}). Rename or delete "
            "all but one.",
            field=header,
        )


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk
