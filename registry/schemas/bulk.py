"""The manifest of the bulk files: what there is, how to check it, what the columns mean."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from registry.errors import Text
from registry.schemas.base import ReadModel

BulkFormat = Literal["csv", "ndjson", "parquet"]
ColumnType = Literal["string", "integer", "date", "datetime", "list", "object"]


class BulkColumn(ReadModel):
    """One column of a dataset, the same name in every format."""

    name: str
    type: ColumnType = Field(
        description="list and object: JSON; in CSV JSON text, in Parquet a list of text and JSON text"
    )
    meaning: Text


class BulkDataset(ReadModel):
    """One table: what a row is, its columns, how many rows."""

    name: str
    title: Text
    rows: int
    columns: list[BulkColumn]


class BulkFile(ReadModel):
    """One file beside the manifest."""

    name: str
    dataset: str
    format: BulkFormat
    rows: int
    bytes: int
    sha256: str


class BulkManifest(ReadModel):
    """Everything in one folder of bulk files; all of it was read at one moment."""

    version: Literal[1]
    date: date
    """The day of the folder; states of titles are those of this day."""
    generated_at: datetime
    last_event: int = Field(description="变更流从这个编号之后接着读 / read on in the change feed after this number")
    licence: Text
    datasets: list[BulkDataset]
    files: list[BulkFile]
