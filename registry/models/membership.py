"""Who acts for which firm: members, claims to a page, parks that draft for firms, and who opened protected data."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel, instant, primary_key, ref
from registry.vocabulary import AccessPurpose, ClaimState, ClaimWay, FirmRole


class Membership(SQLModel, table=True):
    """An account that acts for an enterprise. Ended, never deleted."""

    __table_args__ = (
        Index("ix_membership_account_id", "account_id"),
        Index("ix_membership_enterprise_id", "enterprise_id"),
    )

    id: int = primary_key()
    account_id: int = ref(foreign="account.id")
    enterprise_id: int = ref(foreign="enterprise.id")
    role: FirmRole = Field(sa_type=EnumText(FirmRole))
    granted_by: str = Field(max_length=100)
    since: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str = Field(default="", max_length=100)


class Claim(SQLModel, table=True):
    """Somebody says: this enterprise is ours (认领). Confirmed or refused by an official of its place."""

    __table_args__ = (
        Index("ix_claim_enterprise_id_state", "enterprise_id", "state"),
        Index("ix_claim_account_id", "account_id"),
    )

    id: int = primary_key()
    account_id: int = ref(foreign="account.id")
    enterprise_id: int = ref(foreign="enterprise.id")
    way: ClaimWay = Field(sa_type=EnumText(ClaimWay))
    role: FirmRole = Field(sa_type=EnumText(FirmRole))
    state: ClaimState = Field(default=ClaimState.OPEN, sa_type=EnumText(ClaimState))
    person: str = Field(max_length=100)
    """Name and office of whoever claims, as typed."""
    phone: str = Field(max_length=60)
    evidence_id: int | None = ref(foreign="evidence.id", nullable=True)
    """The licence that was uploaded; none where a code was used."""
    note: str = Field(default="", max_length=400)
    reason: str = Field(default="", max_length=400)
    """Why it was refused, or what the official noted."""
    decided_by: str = Field(default="", max_length=100)
    created_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)


class ClaimCode(SQLModel, table=True):
    """A code an official hands out on paper: whoever types it has been seen. Only its hash is kept."""

    __tablename__ = "claim_code"

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id", index=True)
    code_sha256: str = Field(max_length=64, unique=True)
    made_by: str = Field(max_length=100)
    made_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
    used_by_id: int | None = ref(foreign="account.id", nullable=True)


class Park(SQLModel, table=True):
    """A park or association (园区、协会) that drafts for many firms."""

    id: int = primary_key()
    name: str = Field(max_length=200)
    region_code: str = Field(max_length=6)
    created_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class ParkMember(SQLModel, table=True):
    """An account of a park."""

    __tablename__ = "park_member"
    __table_args__ = (UniqueConstraint("park_id", "account_id"),)

    id: int = primary_key()
    park_id: int = ref(foreign="park.id")
    account_id: int = ref(foreign="account.id", index=True)
    since: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class ParkFirm(SQLModel, table=True):
    """A firm a park may draft for. The firm agreed; without that the park sees what the public sees."""

    __tablename__ = "park_firm"
    __table_args__ = (UniqueConstraint("park_id", "enterprise_id"),)

    id: int = primary_key()
    park_id: int = ref(foreign="park.id")
    enterprise_id: int = ref(foreign="enterprise.id", index=True)
    asked_at: datetime = instant()
    agreed_at: datetime | None = instant(nullable=True)
    agreed_by: str = Field(default="", max_length=100)
    ended_at: datetime | None = instant(nullable=True)


class Contact(SQLModel, table=True):
    """Whom to ask at an enterprise, as last approved. Public only where the firm ticked it."""

    __table_args__ = (UniqueConstraint("enterprise_id"),)

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    name: str = Field(default="", max_length=300)
    office: str = Field(default="", max_length=300)
    phone: str = Field(default="", max_length=300)
    email: str = Field(default="", max_length=300)
    public: bool = False
    updated_at: datetime = instant()


class AccessRecord(SQLModel, table=True):
    """An official opened protected data of a firm: who, when, what, for what. The firm can read this."""

    __tablename__ = "access_record"
    __table_args__ = (Index("ix_access_record_enterprise_id_at", "enterprise_id", "at"),)

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    at: datetime = instant()
    actor: str = Field(max_length=100)
    authority: str = Field(default="", max_length=100)
    """The place the official acts for, as the firm is told."""
    what: str = Field(max_length=60)
    purpose: AccessPurpose = Field(sa_type=EnumText(AccessPurpose))
