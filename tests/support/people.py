"""Accounts of plainly fictional officials for tests of pages."""

from collections.abc import Mapping

from sqlalchemy.engine import Engine

from registry.db import transaction
from registry.policies import Actor, Grant
from registry.services.accounts import create_account

PASSWORD = "Plainly-fictional-1"


def create_people(engine: Engine, people: Mapping[str, Grant]) -> None:
    """One account a login, all with the same password."""
    with transaction(engine) as session:
        for login, grant in people.items():
            create_account(
                session,
                actor=Actor.command_line(),
                login=login,
                password=PASSWORD,
                display_name=f"{login}示例",
                grants=(grant,),
            )
