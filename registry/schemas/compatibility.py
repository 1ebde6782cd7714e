"""What was tested with what, as it is read: single combinations, and how many there are of any two axes."""

from datetime import date, datetime

from registry.product_words import CompatibilityAxis, CompatibilityStatus
from registry.schemas.base import ReadModel


class PartShown(ReadModel):
    """One part of a combination."""

    axis: CompatibilityAxis
    name: str
    key: str
    """What a filter of this axis takes."""
    product_id: int | None
    """What stands behind /products/, where the catalogue has exactly this version."""


class CombinationShown(ReadModel):
    """One published row: parts tested together, with the result."""

    id: int
    parts: list[PartShown]
    kind: str
    status: CompatibilityStatus
    tested_on: date | None
    printed: dict[str, str]
    """The row by its own column names."""
    list_id: int
    list_title: str
    publisher: str
    filename: str
    sha256: str
    sheet: str
    row_number: int


class MatrixLine(ReadModel):
    """One row of the matrix: a part, and for each column how many combinations name both."""

    name: str
    key: str
    product_id: int | None
    counts: list[int]
    compatible: list[int]
    """Of the counts, those whose result is compatible."""


class MatrixColumn(ReadModel):
    """One column of the matrix."""

    name: str
    key: str
    product_id: int | None


class Matrix(ReadModel):
    """Combinations counted by two axes: most named first."""

    down: CompatibilityAxis
    across: CompatibilityAxis
    columns: list[MatrixColumn]
    columns_total: int
    lines: list[MatrixLine]
    lines_total: int
    page: int
    pages: int
    axes: dict[CompatibilityAxis, int]
    """How many combinations name a part of each axis."""


class ListShown(ReadModel):
    """One list that was brought in."""

    id: int
    title: str
    publisher: str
    filename: str
    sha256: str
    records: int
    recorded_at: datetime


class ListPreview(ReadModel):
    """What bringing a list in would write, or has written."""

    title: str
    combinations: int
    left_out: int
    """Rows that name fewer than two parts."""
    axes: dict[str, int]
    statuses: dict[str, int]
    linked: int
    """Parts that are exactly a version of the catalogue."""
    known_list: int | None
    """The list this very file was brought in as before."""
    list_id: int | None
    """The list written; None for a preview."""
