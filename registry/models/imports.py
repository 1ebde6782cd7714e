"""Imports: the archived file, the run, and every row with what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from registry.db import BigKey, EnumText
from registry.models.base import JsonType, SQLModel, filled_index, instant, primary_key, ref
from registry.vocabulary import DecisionVerdict, ImportKind, ImportState, RowOutcome


class SourceFile(SQLModel, table=True):
    """An archived document, stored by its hash."""

    __tablename__ = "source_file"

    id: int = primary_key()
    sha256: str = Field(max_length=64, unique=True)
    filename: str = Field(max_length=255)
    media_type: str = Field(max_length=100)
    size: int
    stored_at: datetime = instant()


class ImportRun(SQLModel, table=True):
    """One file on its way into the registry: staged, written in one act, undone in one act."""

    __tablename__ = "import_run"

    id: int = primary_key()
    source_file_id: int = ref(foreign="source_file.id", index=True)
    kind: ImportKind = Field(default=ImportKind.LIST, sa_type=EnumText(ImportKind))
    directory_code: str | None = Field(default=None, foreign_key="directory.code", max_length=40)
    """None: a plain enterprise file that gives no title."""
    batch_id: int | None = ref(foreign="batch.id", nullable=True)
    options_hash: str = Field(max_length=64)
    """Same file and same options: the same import."""
    state: ImportState = Field(sa_type=EnumText(ImportState))
    understood: dict[str, Any] = Field(sa_type=JsonType)
    """How the file was read: sheets, header rows, the role of each column, the batch asked for."""
    counts: dict[str, Any] = Field(sa_type=JsonType)
    actor: str = Field(max_length=100)
    staged_by: str | None = Field(default=None, max_length=100)
    """Who had the rows staged as they are now; ``actor`` brought the file."""
    reviewed_by: str | None = Field(default=None, max_length=100)
    """Who signed the preview off."""
    overridden_by: str | None = Field(default=None, max_length=100)
    """The second official who let it be written although a check failed."""
    override_reason: str = Field(default="", max_length=400)
    staged_at: datetime = instant()
    reviewed_at: datetime | None = instant(nullable=True)
    written_at: datetime | None = instant(nullable=True)
    undone_at: datetime | None = instant(nullable=True)


class ImportMapping(SQLModel, table=True):
    """What an official made of the columns of a source; the next file with the same columns takes it over.

    A source is a row of column names together with the directory the file was for. Only one that is not forgotten
    counts.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (Index("ix_import_mapping_fingerprint_directory_code", "fingerprint", "directory_code"),)

    id: int = primary_key()
    fingerprint: str = Field(max_length=64)
    directory_code: str | None = Field(default=None, foreign_key="directory.code", max_length=40)
    columns: list[Any] = Field(sa_type=JsonType)
    roles: dict[str, Any] = Field(sa_type=JsonType)
    """Name of a column → the role it plays, empty for one that is only kept."""
    import_id: int = ref(foreign="import_run.id")
    remembered_by: str = Field(max_length=100)
    remembered_at: datetime = instant()
    forgotten_by: str | None = Field(default=None, max_length=100)
    forgotten_at: datetime | None = instant(nullable=True)


class ImportRow(SQLModel, table=True):
    """One row of the file as printed, and its fate."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_import_id_outcome", "import_id", "outcome"),
        # A staged row has no enterprise yet: nothing to keep in order until it is written.
        filled_index("import_row", "enterprise_id"),
    )

    id: int = primary_key()
    import_id: int = ref(foreign="import_run.id")
    sheet: str = Field(default="", max_length=100)
    row_number: int
    """1-based, as a spreadsheet shows it."""
    cells: list[Any] = Field(sa_type=JsonType)
    """The row verbatim, in the order of the columns in ``ImportRun.understood``."""
    facts: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    """What the cells were understood as when the row was staged: this is written, not a later reading."""
    outcome: RowOutcome = Field(sa_type=EnumText(RowOutcome))
    reason_code: str | None = Field(default=None, max_length=40)
    reason_zh: str | None = Field(default=None)
    reason_en: str | None = Field(default=None)
    matched_by: str | None = Field(default=None, max_length=20)
    """code, registration_no, name, former_name, folded_name, scored, remembered, decided, file (an earlier row)."""
    enterprise_id: int | None = ref(foreign="enterprise.id", nullable=True)
    candidates: list[Any] | None = Field(default=None, sa_type=JsonType)
    effects: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    """What writing the row filled in on an enterprise that was there before; an undo takes exactly this back."""


class MatchDecision(SQLModel, table=True):
    """What a person decided about a printed name, remembered for the next list that prints it the same."""

    __tablename__ = "match_decision"
    __table_args__ = (
        Index("ix_match_decision_folded", "folded"),
        filled_index("match_decision", "enterprise_id"),
        Index("ix_match_decision_import_id_row_id", "import_id", "row_id"),
    )

    id: int = primary_key()
    folded: str = Field(max_length=300)
    """The name as printed, folded."""
    place: str = Field(default="", max_length=120)
    """City or place the row stated, empty if none."""
    code: str = Field(default="", max_length=60)
    """Credit code, registration number or what stood in their place."""
    verdict: DecisionVerdict = Field(sa_type=EnumText(DecisionVerdict))
    enterprise_id: int | None = ref(foreign="enterprise.id", nullable=True)
    """The firm meant, or not meant; None for a firm of its own."""
    actor: str = Field(max_length=100)
    decided_at: datetime = instant()
    import_id: int | None = ref(foreign="import_run.id", nullable=True)
    row_id: int | None = Field(default=None, sa_type=BigKey)
    """The staged row it was made for; rows of an abandoned import are gone, so this is no foreign key."""
    revoked_at: datetime | None = instant(nullable=True)
