"""Imports as people look at them: the list, one import with what needs a look."""

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from registry.errors import NotFound
from registry.models import Batch, ImportRow, ImportRun, SourceFile
from registry.schemas.imports import (
    Candidate,
    ImportDetail,
    ImportProblem,
    ImportSummary,
    ImportWarning,
    LeftOutRow,
    ProposedValue,
    UnderstoodColumn,
    UnderstoodTable,
)
from registry.services.imports.jobs import shown_job
from registry.vocabulary import DirectoryKind, RowOutcome

PROBLEMS_SHOWN = 200
_CODE, _PRODUCT = ("uscc",), ("product",)
_ABOUT = {
    **dict.fromkeys(("wrong_check_digit", "malformed_code", "scientific_code"), _CODE),
    **dict.fromkeys(("empty_product", "product_too_long", "grades_differ"), _PRODUCT),
    "version_too_long": ("version", "model"),
}
"""Reason → roles of the column it is about; any other reason is about the name of the enterprise or maker."""


def list_imports(session: Session, *, limit: int = 50, before_id: int | None = None) -> list[ImportSummary]:
    """Imports, newest first; ``before_id`` continues below one already shown."""
    query = _summaries().order_by(col(ImportRun.id).desc()).limit(limit)
    if before_id is not None:
        query = query.where(col(ImportRun.id) < before_id)
    return [_summary(*row) for row in session.execute(query)]


def get_import(session: Session, *, import_id: int, limit: int = PROBLEMS_SHOWN) -> ImportDetail:
    """One import with the first ``limit`` rows that will not be written and the first warnings. Raises NotFound."""
    found = session.execute(_summaries().where(col(ImportRun.id) == import_id)).first()
    if found is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    run = found[0]
    notes = run.understood.get("notes", [])
    return ImportDetail(
        summary=_summary(*found),
        sheets=run.understood.get("sheets", []),
        tables=understood_tables(run),
        proposal={key: ProposedValue(**said) for key, said in run.understood.get("proposal", {}).items()},
        options=run.understood.get("options", {}),
        job=shown_job(session, import_id),
        refusal_zh=run.understood.get("refusal", {}).get("zh"),
        refusal_en=run.understood.get("refusal", {}).get("en"),
        notes_zh=[note["zh"] for note in notes],
        notes_en=[note["en"] for note in notes],
        problems=list_problems(session, run=run, limit=limit),
        warnings=[
            ImportWarning(
                sheet=each["sheet"],
                row_number=each["row"],
                column=each["column"],
                value=each["value"],
                reason_zh=each["zh"],
                reason_en=each["en"],
            )
            for each in run.understood.get("warnings", [])[:limit]
        ],
    )


def list_problems(session: Session, *, run: ImportRun, limit: int, after_id: int = 0) -> list[ImportProblem]:
    """Rejected and undecided rows in the order of the file."""
    rows = session.scalars(
        select(ImportRow)
        .where(
            col(ImportRow.import_id) == run.id,
            col(ImportRow.outcome).in_([RowOutcome.REJECTED, RowOutcome.AMBIGUOUS]),
            col(ImportRow.id) > after_id,
        )
        .order_by(col(ImportRow.id))
        .limit(limit)
    )
    columns = {
        (table.sheet, column.role): column
        for table in understood_tables(run)
        for column in table.columns
        if column.role
    }
    return [problem_of(row, columns) for row in rows]


def understood_tables(run: ImportRun) -> list[UnderstoodTable]:
    """How the file of a run was read."""
    return [
        UnderstoodTable(
            sheet=table["sheet"],
            title=table["title"],
            header_row=table["header_row"],
            columns=[UnderstoodColumn(**column) for column in table["columns"]],
            left_out=[LeftOutRow(**each) for each in table.get("left_out", ())],
            left_out_counts=table.get("left_out_counts", {}),
            sample=table.get("sample", []),
        )
        for table in run.understood.get("tables", [])
    ]


def what_it_lists(run: ImportRun) -> DirectoryKind:
    """Whether the rows of a run are enterprises or products."""
    said = run.understood.get("lists", DirectoryKind.ENTERPRISE.value)
    return next(kind for kind in DirectoryKind if kind.value == said)


def problem_of(row: ImportRow, columns: dict[tuple[str, str], UnderstoodColumn]) -> ImportProblem:
    """A row that is not written, with the column it is about; ``columns`` by sheet and role."""
    roles = _ABOUT.get(row.reason_code or "", ("maker", "name"))
    column = next((columns[row.sheet, role] for role in roles if (row.sheet, role) in columns), None)
    value = row.cells[column.position] if column and column.position < len(row.cells) else ""
    return ImportProblem(
        row_id=row.id,
        sheet=row.sheet,
        row_number=row.row_number,
        column=column.column if column else "",
        value=value,
        outcome=row.outcome,
        reason_code=row.reason_code or "",
        reason_zh=row.reason_zh or "",
        reason_en=row.reason_en or "",
        candidates=[Candidate(**each) for each in row.candidates or []],
    )


def _summaries() -> Select[ImportRun, SourceFile, Batch]:
    return (
        select(ImportRun, SourceFile, Batch)
        .join(SourceFile, col(SourceFile.id) == col(ImportRun.source_file_id))
        .outerjoin(Batch, col(Batch.id) == col(ImportRun.batch_id))
    )


def _summary(run: ImportRun, source: SourceFile, batch: Batch | None) -> ImportSummary:
    options: dict[str, Any] = run.understood.get("options", {})
    counts: dict[str, Any] = run.counts
    return ImportSummary(
        id=run.id,
        key=f"IM-{run.id}",
        filename=source.filename,
        sha256=source.sha256,
        size=source.size,
        media_type=source.media_type,
        state=run.state,
        kind=run.kind,
        directory_code=run.directory_code,
        lists=what_it_lists(run),
        batch_id=run.batch_id,
        batch_label=batch.label if batch else options.get("batch"),
        year=batch.year if batch else options.get("year"),
        announced_on=batch.announced_on if batch else options.get("announced_on"),
        document_no=batch.document_no if batch else options.get("document_no"),
        rows=counts.get("rows", 0),
        counts=counts.get("outcomes") or {outcome.value: 0 for outcome in RowOutcome},
        identified_by=counts.get("identified_by", {}),
        reasons=counts.get("reasons", {}),
        warning_count=counts.get("warnings", 0),
        actor=run.actor,
        staged_by=run.staged_by,
        reviewed_by=run.reviewed_by,
        overridden_by=run.overridden_by,
        override_reason=run.override_reason,
        staged_at=run.staged_at,
        reviewed_at=run.reviewed_at,
        written_at=run.written_at,
        undone_at=run.undone_at,
    )
