"""Products by version (产品) and their dated entries in a catalogue."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from registry.models.base import JsonType, SQLModel, instant, primary_key, ref


class Product(SQLModel, table=True):
    """One version of a product; a result belongs to the version, not to the maker."""

    __table_args__ = (Index("ix_product_enterprise_id", "enterprise_id"),)

    id: int = primary_key()
    enterprise_id: int | None = ref(foreign="enterprise.id", nullable=True)
    maker_name: str = Field(max_length=300)
    name: str = Field(max_length=300)
    folded: str = Field(max_length=300, index=True)
    version: str = Field(default="", max_length=100)
    category: str = Field(max_length=60)
    """As the first list called it; what a later list says stands on its entry."""
    import_id: int | None = ref(foreign="import_run.id", nullable=True)
    """The import that brought it in. Such a product goes when the last list that names it is taken back."""
    created_at: datetime = instant()
    voided_at: datetime | None = instant(nullable=True)
    """Set when no list names it any more because their imports were undone; nothing shows it."""


class ProductListing(SQLModel, table=True):
    """A product version's entry from one batch of a product catalogue."""

    __tablename__ = "product_listing"
    __table_args__ = (
        Index("ix_product_listing_product_id", "product_id"),
        Index("ix_product_listing_batch_id", "batch_id"),
    )

    id: int = primary_key()
    product_id: int = ref(foreign="product.id")
    directory_code: str = Field(foreign_key="directory.code", max_length=40)
    batch_id: int = ref(foreign="batch.id")
    name_as_announced: str = Field(max_length=300)
    """Verbatim, as printed."""
    category: str = Field(default="", max_length=60)
    """As this list calls it; empty where it says nothing."""
    grade: int | None = None
    """Ordered grade, 1 for Ⅰ级; higher is stronger."""
    certificate_no: str | None = Field(default=None, max_length=60)
    valid_from: date
    valid_to: date | None = None
    withdrawn_on: date | None = None
    details: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    """What else the row says, by its own column names."""
    import_row_id: int | None = ref(foreign="import_row.id", nullable=True, index=True)
    recorded_at: datetime = instant()
    voided_at: datetime | None = instant(nullable=True)
