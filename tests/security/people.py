"""Officials of another city, a key of the interface, and a mark on everything that is not for everybody."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from registry.models import (
    Account,
    Claim,
    Correction,
    CultivationCase,
    Evidence,
    GroupLink,
    Objection,
    RoleGrant,
    SubmissionField,
)
from registry.policies import Grant
from registry.services.accounts import open_session
from registry.services.api_keys import make_key
from registry.vocabulary import Role
from tests.support.roles import OTHER_CITY
from tests.web.rights import LET_IN

STRANGERS = {
    "other_city_reviewer": Grant(Role.REVIEWER, OTHER_CITY),
    "other_city_curator": Grant(Role.CURATOR, OTHER_CITY),
    "other_city_administrator": Grant(Role.ADMINISTRATOR, OTHER_CITY),
}
"""They answer for a city in which no firm of the tests lies."""
MARK = "绝密记号九三"


def shared_out(names: Iterable[str], roles: Iterable[str]) -> dict[str, list[str]]:
    """Each address by the first of these roles that is let in: none twice, and none left that any of them may open.

    What is done with a field does not depend on who sent it, only on whether they get as far as that; so a second
    role that is let in at the same address asks the same question again.
    """
    order, shares = tuple(roles), dict[str, list[str]]()
    for name in names:
        role = next((one for one in order if one in LET_IN[name]), None)
        if role is not None:
            shares.setdefault(role, []).append(name)
    return shares


def add_strangers(session: Session) -> dict[str, str]:
    """Their accounts; returns their tokens."""
    tokens = {}
    for login, grant in STRANGERS.items():
        account = Account(login=login, display_name=f"{login}示例", password_hash="")
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role=grant.role, region_code=grant.region_code))
        tokens[login] = open_session(session, account_id=account.id)
    return tokens


def add_key(session: Session) -> str:
    """A key of the interface."""
    return make_key(session, holder="示例", by="test")


def mark(session: Session, words: dict[str, object]) -> None:
    """What the firm, its claimant, an objector and the keepers of the pool wrote bears the mark."""
    claim = session.get_one(Claim, words["claim_id"])
    claim.person = claim.phone = MARK
    session.get_one(Evidence, words["evidence_id"]).filename = f"{MARK}.pdf"
    session.get_one(Correction, words["correction_id"]).text = MARK
    case = session.get_one(CultivationCase, words["case_id"])
    case.entry_reason = case.product = MARK
    session.get_one(GroupLink, words["link_id"]).source = MARK
    for objection in session.exec(select(Objection).order_by(col(Objection.id))).all():
        objection.objector = objection.contact = MARK
    for field in session.exec(select(SubmissionField).where(SubmissionField.path == "contact.name")).all():
        field.value = field.typed = MARK
    session.flush()
