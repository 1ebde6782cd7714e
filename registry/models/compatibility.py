"""Published tests of what works with what (兼容性): lists, their rows, and the parts each row names."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import JsonType, SQLModel, instant, primary_key, ref
from registry.product_words import CompatibilityAxis, CompatibilityStatus


class CompatibilityList(SQLModel, table=True):
    """One published list, brought in from one file."""

    __tablename__ = "compatibility_list"

    id: int = primary_key()
    source_file_id: int = ref(foreign="source_file.id", index=True)
    title: str = Field(max_length=300)
    publisher: str = Field(default="", max_length=200)
    """Who published it, as said by whoever brought it in."""
    records: int
    brought_by: str = Field(max_length=100)
    recorded_at: datetime = instant()
    voided_at: datetime | None = instant(nullable=True)
    """Set when it was taken back; nothing shows its rows."""


class ProductCompatibility(SQLModel, table=True):
    """One row of a list: parts that were tested together, with the result."""

    __tablename__ = "product_compatibility"

    id: int = primary_key()
    list_id: int = ref(foreign="compatibility_list.id", index=True)
    sheet: str = Field(default="", max_length=120)
    row_number: int
    """As the file counts, 1-based; of a record inside another one the number of the outer."""
    kind: str = Field(default="", max_length=60)
    """Of the tested thing, as printed: NIC, 台式机."""
    status: CompatibilityStatus = Field(sa_type=EnumText(CompatibilityStatus))
    tested_on: date | None = None
    details: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    """The row as printed, by its own column names."""


class CompatibilityPart(SQLModel, table=True):
    """One part of a tested combination: a product of the catalogue where it is one, else just its name."""

    __tablename__ = "compatibility_part"
    __table_args__ = (Index("ix_compatibility_part_axis_folded", "axis", "folded"),)

    id: int = primary_key()
    compatibility_id: int = ref(foreign="product_compatibility.id", index=True)
    axis: CompatibilityAxis = Field(sa_type=EnumText(CompatibilityAxis))
    name: str = Field(max_length=300)
    """Verbatim, one blank between words."""
    folded: str = Field(max_length=300)
    """Half width, lower case, no blanks: dots stay, because 1.0 is not 10."""
    product_id: int | None = ref(foreign="product.id", nullable=True, index=True)
