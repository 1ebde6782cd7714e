"""Enterprises (企业), their names through time and the addresses that lead to them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from registry.db import Bytewise, EnumText
from registry.models.base import SQLModel, filled_index, instant, primary_key, ref
from registry.vocabulary import IdentityState, NameKind, OperatingStatus


class Enterprise(SQLModel, table=True):
    """One legal entity. Identified by its USCC once known, provisional before, merged into another at the end."""

    # Few rows are merged, voided or quoted: an index over the many others would only lead the planner astray.
    __table_args__ = (
        filled_index("enterprise", "registration_no"),
        filled_index("enterprise", "stock_code"),
        filled_index("enterprise", "merged_into_id"),
        filled_index("enterprise", "voided_at"),
        Index("ix_enterprise_industry_city", "industry_code", "city_code"),
    )

    id: int = primary_key()
    identity: IdentityState = Field(sa_type=EnumText(IdentityState))
    uscc: str | None = Field(default=None, max_length=18, unique=True)
    registration_no: str | None = Field(default=None, max_length=20)
    """Old business registration number (注册号); never a USCC."""
    name_zh: str = Field(max_length=300)
    """Current name in the spelling of its source; for foreign lists the only name there is."""
    name_en: str | None = Field(default=None, max_length=300)
    region_code: str | None = Field(default=None, max_length=6)
    """Where it is now; never derived from the code."""
    city_code: str | None = Field(default=None, max_length=6, index=True)
    industry_code: str | None = Field(default=None, max_length=5)
    founded_on: date | None = None
    operating_status: OperatingStatus = Field(default=OperatingStatus.UNKNOWN, sa_type=EnumText(OperatingStatus))
    registered_capital_cny: int | None = Field(default=None, sa_type=BigInteger)
    registered_capital_text: str | None = Field(default=None, max_length=60)
    """As printed, where the currency is not yuan or the amount could not be read."""
    stock_code: str | None = Field(default=None, max_length=12)
    listed_market: str | None = Field(default=None, max_length=40)
    website: str | None = Field(default=None, max_length=200)
    address: str | None = Field(default=None, max_length=300)
    main_business: str | None = Field(default=None)
    merged_into_id: int | None = ref(foreign="enterprise.id", nullable=True)
    merged_on: date | None = None
    revision: int = 1
    created_at: datetime = instant()
    updated_at: datetime = instant()
    voided_at: datetime | None = instant(nullable=True)
    """Set when the import that made it was undone; nothing shows it, its addresses answer 410."""


class EnterpriseName(SQLModel, table=True):
    """A name an enterprise has or had. ``folded`` is for finding only; ``name`` is what is shown."""

    __tablename__ = "enterprise_name"
    __table_args__ = (
        Index("ix_enterprise_name_folded", "folded"),
        Index("ix_enterprise_name_enterprise_id", "enterprise_id"),
    )

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    name: str = Field(max_length=300)
    folded: str = Field(sa_type=Bytewise)
    kind: NameKind = Field(sa_type=EnumText(NameKind))
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = Field(default="", max_length=200)
    import_id: int | None = ref(foreign="import_run.id", nullable=True)
    """The import that taught it; an undo takes it back."""


class EnterpriseAddress(SQLModel, table=True):
    """A key under which an enterprise can be reached for ever: its codes, old and new, and its provisional key."""

    __tablename__ = "enterprise_address"
    # Reached by its key only: SQLite need not keep a second tree of row numbers beside it.
    __table_args__ = {"sqlite_with_rowid": False}

    key: str = Field(primary_key=True, max_length=24)
    enterprise_id: int = ref(foreign="enterprise.id", index=True)


class EnterpriseChain(SQLModel, table=True):
    """An enterprise's place in one of the eight chains, and why we think so."""

    __tablename__ = "enterprise_chain"
    __table_args__ = (UniqueConstraint("enterprise_id", "chain_code"),)

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    chain_code: str = Field(foreign_key="chain.code", max_length=40, index=True)
    basis: str = Field(max_length=20)
    """``industry`` (its industry code alone suggests the chain) or ``declared``."""
