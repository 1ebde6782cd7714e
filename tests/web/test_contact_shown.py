"""A contact from the firm's form to the public: shown after approval where the firm ticked it, never otherwise."""

import json

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.clock import today
from registry.db import reading, transaction
from registry.models import Submission
from registry.policies import Actor, Grant
from registry.search.sources import load_documents
from registry.services.reviewing.acts import approve_submission
from registry.services.reviewing.deciding import Choice, decide_fields, tally
from registry.services.submitting.drafting import save_fields, start_submission
from registry.services.submitting.sending import submit
from registry.vocabulary import FieldDecision, Role, SubmissionKind
from tests.factories import a_batch, a_listing
from tests.support.firms import Firm, a_firm

CITY = Actor(None, "市示例", (Grant(Role.REVIEWER, "440300"),), "市示例")
PERSON, PHONE, MAIL = "示例联系人甲", "0755-13572468", "zhaoxiansheng@example.org"
TYPED = {"contact.name": PERSON, "contact.office": "经理", "contact.phone": PHONE, "contact.email": MAIL}


@pytest.fixture
def firm(sqlite_engine: Engine) -> Firm:
    with transaction(sqlite_engine) as session:
        made = a_firm(session)
        batch = a_batch(directory_code="little_giant")
        session.add(batch)
        session.flush()
        session.add(a_listing(made.enterprise, batch))
        session.flush()
        session.expunge_all()
    return made


def send(session: Session, firm: Firm, typed: dict[str, str]) -> Submission:
    draft = start_submission(session, actor=firm.owner, enterprise_id=firm.enterprise.id, kind=SubmissionKind.PROFILE)
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed=typed)
    submit(
        session, submission_id=draft.id, version=draft.version, actor=firm.owner, declared_by="示例负责人", agreed=True
    )
    return draft


def approve(session: Session, draft: Submission) -> None:
    waiting = dict.fromkeys(tally(session, draft).waiting, Choice(FieldDecision.ACCEPTED))
    decide_fields(session, submission_id=draft.id, version=draft.version, choices=waiting, actor=CITY)
    approve_submission(session, submission_id=draft.id, version=draft.version, actor=CITY)


def everywhere(client: TestClient, engine: Engine, firm: Firm) -> dict[str, str]:
    """What the public gets of a firm: pages, API, what the search knows, files."""
    key = firm.enterprise.uscc
    addresses = (
        f"/e/{key}", f"/e/{key}?lang=en", f"/api/v1/enterprises/{key}", "/api/v1/enterprises",
        f"/search?q={PHONE}", f"/search?q={PERSON}", f"/api/v1/search?q={MAIL}",
        "/directories/little_giant/download?format=csv", "/api/v1/directories/little_giant/download?format=json",
    )  # fmt: skip
    found = {}
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = answer.text
    with reading(engine) as session:
        documents = list(load_documents(session, [firm.enterprise.id], today()))
    return found | {"index": json.dumps([repr(one) for one in documents], ensure_ascii=False)}


@pytest.mark.parametrize("ticked", ["yes", "no", ""])
def test_an_approved_contact_is_shown_on_the_page_only_where_it_was_ticked_and_nowhere_else(
    client: TestClient, sqlite_engine: Engine, firm: Firm, ticked: str
) -> None:
    with transaction(sqlite_engine) as session:
        draft = send(session, firm, TYPED | {"contact.public": ticked})
    before = everywhere(client, sqlite_engine, firm)
    with transaction(sqlite_engine) as session:
        approve(session, session.get_one(Submission, draft.id))
    after = everywhere(client, sqlite_engine, firm)
    shown = {name for name, text in after.items() if any(word in text for word in (PHONE, MAIL, f"{PERSON}（"))}
    assert not {name for name, text in before.items() if f"{PERSON}（经理）" in text}
    page = {name for name in after if name.startswith("/e/")}
    # The searches repeat what was asked for; everything else is what the registry says.
    asked = {name for name in after if "q=" in name}
    assert shown - asked == (page if ticked == "yes" else set())
    for name in asked:
        assert firm.enterprise.name_zh not in after[name]
