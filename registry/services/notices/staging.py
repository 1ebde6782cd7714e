"""Stage a notice: every row stored with what it states and what will become of it. Nothing else changes."""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import FileRefused, InvalidInput
from registry.models import ImportRow, ImportRun, SourceFile
from registry.policies import Actor, require_importer
from registry.schemas.import_words import ROLES
from registry.schemas.imports import ImportOptions, StageResult
from registry.schemas.tables import ReadFile, Table
from registry.services.batch_life.moves import check_days, check_document
from registry.services.identities import check_past
from registry.services.imports.abandoning import abandon_run
from registry.services.imports.archiving import archive_file
from registry.services.imports.interpreting import Facts
from registry.services.imports.matching import Decision
from registry.services.imports.staging import Progress
from registry.services.imports.states import move, require_move
from registry.services.imports.understanding import said_of_table, tables_in
from registry.services.listing_rows import find_directory
from registry.services.notices.deciding import CHUNK, OTHER, SUBJECT, Asked, Decider, columns_of, facts_of
from registry.vocabulary import DirectoryKind, ImportKind, ImportState, RowOutcome


def stage_notice(
    session: Session,
    *,
    read_file: ReadFile,
    asked: Asked,
    actor: Actor,
    archive_dir: Path | None,
    progress: Progress | None = None,
    run: ImportRun | None = None,
) -> StageResult:
    """Store the rows of a notice with their outcomes as a staged import, and archive the file.

    A staged one of the same file and options is replaced; one that was written is left alone and returned. ``run`` is
    an import in work that the rows go into: it is committed part by part, and somebody may cancel it in between.
    ``progress`` is told how many rows are staged. Raises FileRefused (a column is missing), InvalidInput (day,
    document, directory), NotFound, NotAllowed, InvalidTransition if ``run`` was cancelled.
    """
    check(session, asked)
    require_importer(actor, directory_code=asked.directory)
    tables = usable_tables(read_file, asked.kind)
    identity = _identity(read_file.sha256, asked)
    if (written := _same_before(session, identity, run, actor)) is not None:
        return StageResult(import_id=written, already_written=True)
    if archive_dir is not None:
        archive_file(read_file.path, read_file.sha256, archive_dir)
    in_parts = run is not None
    if run is None:
        run = new_run(session, _source_file(session, read_file), asked, actor)
        run.state = ImportState.MATCHED
    counts = _stage_rows(session, run, tables, asked, progress=progress, in_parts=in_parts)
    if in_parts:
        # Somebody may have cancelled it between two parts.
        session.refresh(run, with_for_update=True)
        require_move(run, ImportState.MATCHED)
    run.options_hash, run.understood, run.counts = identity, _understood(tables, read_file, asked), counts
    run.staged_by, run.staged_at = actor.label, clock.now()
    if in_parts:
        move(session, run, ImportState.MATCHED, actor=actor, after={"rows": counts["rows"]})
    session.flush()
    return StageResult(import_id=run.id, already_written=False)


def usable_tables(read_file: ReadFile, kind: ImportKind) -> list[Table]:
    """The tables with the columns of the kind. Raises FileRefused if none has them."""
    tables = [table for table in read_file.tables if columns_of(table, kind) is not None]
    if not tables:
        raise _refused(read_file, kind)
    return tables


def new_run(session: Session, source: SourceFile, asked: Asked, actor: Actor) -> ImportRun:
    """An import of a notice without rows, in work."""
    run = ImportRun(
        source_file_id=source.id,
        kind=asked.kind,
        directory_code=asked.directory,
        options_hash="",
        state=ImportState.MAPPED,
        understood=_said(asked),
        counts={},
        actor=actor.label,
    )
    session.add(run)
    session.flush()
    return run


def _same_before(session: Session, identity: str, run: ImportRun | None, actor: Actor) -> int | None:
    """The written import of the same notice; one that is only staged is given up."""
    found = select(ImportRun).where(
        col(ImportRun.options_hash) == identity, col(ImportRun.id) != (run.id if run else 0)
    )
    for earlier in session.exec(found).all():
        if earlier.state is ImportState.WRITTEN:
            return earlier.id
        if earlier.state is ImportState.MATCHED:
            abandon_run(session, earlier, actor=actor)
    return None


def check(session: Session, asked: Asked) -> None:
    """Raise InvalidInput or NotFound unless day, document and directory fit the kind."""
    if asked.kind is ImportKind.LIST:
        raise InvalidInput("请选择通知的种类。", "Choose the kind of notice.", field="kind")
    check_days(on=asked.on)
    check_past(asked.on)
    check_document(asked.document_no, required=True)
    if (asked.kind is ImportKind.WITHDRAW) is not (asked.directory is not None):
        raise InvalidInput(
            "取消资格的通知须指明名录（--directory），其他通知不用。",
            "A notice of withdrawal takes a directory (--directory), any other takes none.",
            field="directory",
        )
    if asked.directory is not None and find_directory(session, asked.directory).kind is DirectoryKind.PRODUCT:
        raise InvalidInput(
            "产品目录的撤销还不能用通知办理。",
            "Entries of a product catalogue cannot be withdrawn by a notice yet.",
            field="directory",
            value=asked.directory,
        )


def _stage_rows(
    session: Session,
    run: ImportRun,
    tables: Sequence[Table],
    asked: Asked,
    *,
    progress: Progress | None,
    in_parts: bool,
) -> dict[str, Any]:
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    identified: Counter[str] = Counter()
    import_id = run.id
    with Decider(session, asked) as decider:
        for table in tables:
            rows = iter(table.rows)
            while chunk := list(itertools.islice(rows, CHUNK)):
                facts = [facts_of(table, cells, asked) for _, cells in chunk]
                decisions = decider.decide(facts, [(table.sheet, number) for number, _ in chunk])
                staged = [
                    _row(import_id, table.sheet, number, cells, stated, decision)
                    for (number, cells), stated, decision in zip(chunk, facts, decisions, strict=True)
                ]
                outcomes.update(row.outcome.value for row in staged)
                identified.update("uscc" if "uscc" in stated else "name" for stated in facts)
                reasons.update(row.reason_code for row in staged if row.reason_code)
                session.add_all(staged)
                session.flush()
                for row in staged:
                    session.expunge(row)
                if in_parts:
                    session.commit()
                if progress is not None:
                    progress(outcomes.total())
    return {
        "rows": outcomes.total(),
        "outcomes": {outcome.value: outcomes[outcome.value] for outcome in RowOutcome},
        "identified_by": dict(sorted(identified.items())),
        "reasons": dict(sorted(reasons.items())),
        "warnings": 0,
    }


def _row(import_id: int, sheet: str, number: int, cells: Sequence[str], stated: Facts, decision: Decision) -> ImportRow:
    reason = decision.reason
    return ImportRow(
        import_id=import_id,
        sheet=sheet,
        row_number=number,
        cells=list(cells),
        facts=stated,
        outcome=decision.outcome,
        reason_code=decision.reason_code,
        reason_zh=reason.zh if reason else None,
        reason_en=reason.en if reason else None,
        matched_by=decision.matched_by,
        enterprise_id=decision.firm.id if decision.firm else None,
        candidates=decision.candidates,
    )


def _refused(read_file: ReadFile, kind: ImportKind) -> FileRefused:
    wanted = [ROLES[SUBJECT[kind][0]], *(ROLES[role] for role in OTHER.get(kind, ())[:1])]
    found = [column for table in read_file.tables[:3] for column in table.columns[:30]]
    return FileRefused(
        f"{kind.label.zh}要有这些列：{'、'.join(one.zh for one in wanted)}。文件里的列是：{'、'.join(found)}。",
        f"A {kind.label.en.lower()} takes these columns: {', '.join(one.en for one in wanted)}. "
        f"The columns are: {', '.join(found)}.",
        field="file",
    )


def _identity(sha256: str, asked: Asked) -> str:
    said = {"file": sha256, **asdict(asked)}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def _source_file(session: Session, read_file: ReadFile) -> SourceFile:
    stored = session.exec(select(SourceFile).where(col(SourceFile.sha256) == read_file.sha256)).first()
    if stored is None:
        stored = SourceFile(
            sha256=read_file.sha256,
            filename=read_file.filename[:255],
            media_type=read_file.media_type,
            size=read_file.size,
        )
        session.add(stored)
        session.flush()
    return stored


def _understood(tables: Sequence[Table], read_file: ReadFile, asked: Asked) -> dict[str, Any]:
    """In the shape of any import, so that the same pages and commands show it; ``notice`` says what is its own."""
    return {
        **_said(asked),
        "sheets": tables_in(read_file),
        "tables": [said_of_table(table) for table in tables],
        "notes": [{"zh": note.zh, "en": note.en} for note in read_file.notes],
        "warnings": [],
        "facts": [],
    }


def _said(asked: Asked) -> dict[str, Any]:
    """What is known of a notice before its file was looked into."""
    options = ImportOptions(directory=asked.directory, announced_on=asked.on, document_no=asked.document_no)
    return {
        "options": asdict(options) | {"announced_on": asked.on.isoformat()},
        "notice": {"kind": asked.kind.value, "on": asked.on.isoformat(), "document_no": asked.document_no},
        "lists": DirectoryKind.ENTERPRISE.value,
    }
