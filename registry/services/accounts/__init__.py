"""Accounts: making them and their rights, passwords and second factors, signing in and out, links sent by mail.

What callers most often need is named here; the rest is in the module of its matter.
"""

from registry.services.accounts.making import create_account, grant_role
from registry.services.accounts.passwords import check_password_rules, password_matches
from registry.services.accounts.reading import list_accounts
from registry.services.accounts.sessions import (
    ABSOLUTE_TIME,
    IDLE_TIME,
    actor_for_token,
    close_all,
    close_session,
    open_session,
    recognise,
)
from registry.services.accounts.signing_in import credentials_for, record_attempt, sign_in

__all__ = [
    "ABSOLUTE_TIME",
    "IDLE_TIME",
    "actor_for_token",
    "check_password_rules",
    "close_all",
    "close_session",
    "create_account",
    "credentials_for",
    "grant_role",
    "list_accounts",
    "open_session",
    "password_matches",
    "recognise",
    "record_attempt",
    "sign_in",
]
