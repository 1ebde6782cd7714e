"""Accounts, their grants (role × region × directory) and sign-in sessions."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel, instant, primary_key, ref
from registry.vocabulary import Role


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
    """A sign-in. Only the hash of the token is kept."""

    __tablename__ = "login_session"

    id: int = primary_key()
    token_sha256: str = Field(max_length=64, unique=True)
    account_id: int = ref(foreign="account.id", index=True)
    created_at: datetime = instant()
    last_seen_at: datetime = instant()
    expires_at: datetime = instant()
