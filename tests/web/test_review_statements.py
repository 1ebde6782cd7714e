"""What officials look at all day asks the database the same number of questions however much there is."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, update
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import transaction
from registry.models import Account, Presence, Submission, WorkItem
from registry.policies import Grant
from registry.vocabulary import Role, WorkKind
from tests.db.review_cases import STEPS, a_call, a_submission
from tests.factories import an_enterprise
from tests.support.people import create_people
from tests.web.test_home_page import text_of
from tests.web.test_review_pages import accept, form, post
from tests.web.test_work_pages import as_

PEOPLE = {name: Grant(Role.REVIEWER, "440300") for name in ("lin", "chen", "wu", "he")}
OPENING, PRESENCE, INBOX, SAVING, CLEARING = 22, 7, 8, 16, 24
"""At most so many statements a request. Raise one only for something the page could not do without."""
BRACKETS = ("BEGIN", "SAVEPOINT", "RELEASE")
"""What only encloses statements."""


@pytest.fixture(autouse=True)
def _people(sqlite_engine: Engine) -> None:
    create_people(sqlite_engine, PEOPLE)


@contextmanager
def counted(client: TestClient) -> Iterator[list[str]]:
    """Every statement the application sends meanwhile, but for what encloses them."""
    engine, said = client.app.state.engine, list[str]()  # type: ignore[attr-defined]

    def note(*call: object) -> None:
        if not str(call[2]).startswith(BRACKETS):
            said.append(str(call[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def asked(client: TestClient, act: Callable[[], object]) -> int:
    """How many statements it takes."""
    with counted(client) as said:
        act()
    return len(said)


def cases(engine: Engine, number: int) -> list[int]:
    """Nominations of one call, each of a firm of its own, with one of them given to somebody."""
    with transaction(engine) as session:
        call = a_call(session)
        found = [_case(session, call) for _ in range(number)]
        given = update(WorkItem).where(col(WorkItem.subject_id) == found[-1])
        session.execute(given.values(assignee_id=session.scalars(select(Account.id)).first()))
    return found


def _case(session: Session, call: object) -> int:
    firm = an_enterprise(name_zh="深圳市示例远岫传感技术有限公司")
    session.add(firm)
    session.flush()
    return a_submission(session, enterprise=firm, steps=STEPS[1:], call=call).id  # type: ignore[arg-type]


def watched(engine: Engine, number: int) -> None:
    """Everybody has the case open."""
    with transaction(engine) as session:
        now = clock.now()
        for account in session.scalars(select(Account.id)):
            session.add(
                Presence(kind=WorkKind.SUBMISSION, subject_id=number, account_id=account, since=now, seen_at=now)
            )


def test_the_inbox_asks_as_much_for_fifty_matters_as_for_one(client: TestClient, sqlite_engine: Engine) -> None:
    cases(sqlite_engine, 1)
    page = as_(client, "lin")
    one = asked(client, lambda: page.get("/office/inbox"))
    cases(sqlite_engine, 55)
    many = asked(client, lambda: page.get("/office/inbox"))
    assert one == many <= INBOX
    assert page.get("/office/inbox").text.count('name="item"') == 50


def test_opening_a_case_asks_as_much_among_many_with_many_at_it(client: TestClient, sqlite_engine: Engine) -> None:
    [first] = cases(sqlite_engine, 1)
    page = as_(client, "lin")
    opened = asked(client, lambda: page.get(f"/office/submissions/{first}"))
    assert opened <= OPENING
    [*_, last] = cases(sqlite_engine, 12)
    watched(sqlite_engine, last)
    # One more: who of those at it has decided something.
    assert asked(client, lambda: page.get(f"/office/submissions/{last}")) <= opened + 1
    # Seen again within the hour nothing is noted.
    assert asked(client, lambda: page.get(f"/office/submissions/{last}")) <= opened


def test_a_sign_of_life_asks_little_however_many_are_there(client: TestClient, sqlite_engine: Engine) -> None:
    [number] = cases(sqlite_engine, 1)
    page = as_(client, "lin")
    alone = asked(client, lambda: post(page, f"/office/submissions/{number}/presence"))
    with transaction(sqlite_engine) as session:
        session.execute(Presence.__table__.delete())  # type: ignore[attr-defined]
    watched(sqlite_engine, number)
    assert asked(client, lambda: post(page, f"/office/submissions/{number}/presence")) <= alone + 1 <= PRESENCE


@pytest.mark.parametrize(("act", "most"), [("save", SAVING), ("clear", CLEARING)])
def test_a_decision_asks_as_much_for_four_fields_as_for_one(
    client: TestClient, sqlite_engine: Engine, act: str, most: int
) -> None:
    taken = []
    for number, chosen in zip(cases(sqlite_engine, 2), (["annual.2025.revenue"], None), strict=True):
        address = f"/office/submissions/{number}"
        page = as_(client, "lin")
        fields = {**form(page.get(address).text), **accept(dict.fromkeys(chosen) if chosen else None), "act": act}
        with counted(client) as said:
            assert post(page, address, **fields)[0] == 303
        taken.append(len(said))
    assert taken[1] <= taken[0] <= most, said


def test_accepting_what_is_clear_keeps_what_was_chosen_beside_it(client: TestClient, sqlite_engine: Engine) -> None:
    [number] = cases(sqlite_engine, 1)
    page = as_(client, "lin")
    address = f"/office/submissions/{number}"
    version = form(page.get(address).text)
    chosen = {"d:facts.class1_ip": "returned", "r:facts.class1_ip": "mismatch", "t:facts.class1_ip": "请说明"}
    assert post(page, address, **version, **chosen, act="clear")[0] == 303
    with transaction(sqlite_engine) as session:
        assert session.get_one(Submission, number).version == int(version["version"]) + 1
    said = text_of(page.get(address).text)
    assert re.search(r"核 \d 项通过、1 项退回", said)
