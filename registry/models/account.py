"""Accounts, their grants (role × region × directory), sessions, second factors, links sent by mail, attempts."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel, instant, primary_key, ref
from registry.vocabulary import LinkPurpose, Role


class Account(SQLModel, table=True):
    """One person. No shared accounts."""

    id: int = primary_key()
    login: str = Field(max_length=100, unique=True)
    display_name: str = Field(max_length=100)
    password_hash: str = Field(max_length=200)
    active: bool = True
    failed_logins: int = 0
    locked_until: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
    email: str | None = Field(default=None, max_length=254, unique=True)
    """In lower case. Nobody else's: whoever set the password by a link sent there has shown it."""
    email_confirmed_at: datetime | None = instant(nullable=True)
    totp_secret: str | None = Field(default=None, max_length=64)
    """The key of the authenticator, in base32; it counts once ``totp_since`` is set."""
    totp_since: datetime | None = instant(nullable=True)
    totp_last_step: int | None = ref(nullable=True)
    """The last half minute whose code was used: no code opens anything twice."""
    identity: str | None = Field(default=None, max_length=300, unique=True)
    """Issuer and subject of the identity provider that vouches for this person."""


class RoleGrant(SQLModel, table=True):
    """A role in a region, for all directories or one. The region covers what lies inside it."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "region_code", "directory_code"),)

    id: int = primary_key()
    account_id: int = ref(foreign="account.id")
    role: Role = Field(sa_type=EnumText(Role))
    region_code: str = Field(max_length=6)
    directory_code: str | None = Field(default=None, foreign_key="directory.code", max_length=40)


class LoginSession(SQLModel, table=True):
    """A sign-in. Only the hash of the token is kept. One that waits for the second factor opens nothing yet."""

    __tablename__ = "login_session"

    id: int = primary_key()
    token_sha256: str = Field(max_length=64, unique=True)
    account_id: int = ref(foreign="account.id", index=True)
    created_at: datetime = instant()
    last_seen_at: datetime = instant()
    expires_at: datetime = instant()
    awaits_code: bool = False
    network: str = Field(default="", max_length=60)
    """Address it was opened from."""
    agent: str = Field(default="", max_length=200)
    """What the browser called itself."""


class RecoveryCode(SQLModel, table=True):
    """A code on paper for whoever lost the authenticator. Opens once; only its hash is kept."""

    __tablename__ = "recovery_code"

    id: int = primary_key()
    account_id: int = ref(foreign="account.id", index=True)
    code_sha256: str = Field(max_length=64, unique=True)
    made_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class MailedLink(SQLModel, table=True):
    """A link sent by mail: whoever opens it reads that mailbox. Works once and not for long; only its hash is kept."""

    __tablename__ = "mailed_link"

    id: int = primary_key()
    purpose: LinkPurpose = Field(sa_type=EnumText(LinkPurpose))
    token_sha256: str = Field(max_length=64, unique=True)
    account_id: int | None = ref(foreign="account.id", nullable=True, index=True)
    """None: the account is made when the link is used."""
    email: str = Field(max_length=254)
    display_name: str = Field(default="", max_length=100)
    made_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class Attempt(SQLModel, table=True):
    """How often something was tried in one window of time, by one network or for one login; of these only a hash."""

    __table_args__ = (
        UniqueConstraint("kind", "subject_sha256", "window_start"),
        Index("ix_attempt_window_start", "window_start"),
    )

    id: int = primary_key()
    kind: str = Field(max_length=40)
    subject_sha256: str = Field(max_length=64)
    window_start: datetime = instant()
    count: int = 0
