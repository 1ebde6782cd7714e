"""What may come in about accounts, and what goes out. A password never goes out."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from registry.policies import Grant

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


class Credentials(BaseModel):
    """What is needed to check a password outside a transaction: hashing takes longer than a write may wait."""

    model_config = ConfigDict(frozen=True)

    account_id: int | None
    """None: nobody has this login; checking takes as long all the same."""
    password_hash: str
