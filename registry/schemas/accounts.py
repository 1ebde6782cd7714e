"""What may come in about accounts, and what goes out. A password never goes out."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from registry.policies import Grant
from registry.schemas.base import ReadModel
from registry.vocabulary import AccessPurpose, LinkPurpose

PASSWORD_MIN = 8
PASSWORD_MAX = 200
"""A longer text would only cost hashing time."""


class AccountRead(BaseModel):
    """An account as administrators see it."""

    model_config = ConfigDict(frozen=True)

    id: int
    login: str
    display_name: str
    active: bool
    created_at: datetime
    grants: tuple[Grant, ...]
    email: str | None = None
    email_confirmed_at: datetime | None = None
    second_factor_since: datetime | None = None
    identity: str | None = None


class Credentials(BaseModel):
    """What is needed to check a password outside a transaction: hashing takes longer than a write may wait."""

    model_config = ConfigDict(frozen=True)

    account_id: int | None
    """None: nobody has this login; checking takes as long all the same."""
    password_hash: str


class Entry(ReadModel):
    """A right password. ``token`` opens a session, or only the question for the code where ``needs_code``."""

    token: str
    needs_code: bool


class SessionRead(ReadModel):
    """One browser somebody is signed in with."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    network: str
    agent: str
    current: bool


class LinkRead(ReadModel):
    """A link that still works: what for, and whose."""

    purpose: LinkPurpose
    login: str
    email: str
    display_name: str


class OwnAccount(ReadModel):
    """What people see of their own account."""

    login: str
    display_name: str
    email: str | None
    second_factor_since: datetime | None
    recovery_codes_left: int
    identity: str | None


class AccessEntry(ReadModel):
    """Somebody of an authority opened what only the firm and they may see."""

    at: datetime
    actor: str
    authority: str
    what: str
    purpose: AccessPurpose


class Enrolment(ReadModel):
    """A key to be put into an authenticator: as an address it reads, and in groups for typing over."""

    address: str
    key: str
