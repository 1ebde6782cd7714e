"""The pages where administrators set the steps of review, and the form of a call that starts from them."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading, transaction
from registry.models import AuditEvent, ReviewPlan, RoleGrant
from registry.vocabulary import Role
from tests.support.firms import an_account
from tests.web.firm_place import SAME_SITE, Place, as_, make_place

TYPED = {
    "version": "0", "step.county": "yes", "days.county": "5", "days.city": "x", "step.province": "yes",
    "days.province": "30", "due_month": "5", "due_day": "31", "reason": "示例理由",
}  # fmt: skip


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    made = make_place(sqlite_engine)
    with transaction(sqlite_engine) as session:
        account = an_account(session, "chief")
        session.add(RoleGrant(account_id=account.id, role=Role.ADMINISTRATOR, region_code="440000"))
    return made


def test_an_administrator_sets_steps_and_the_firm_sees_the_new_day(
    client: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    as_(client, "chief")
    assert "每年 4 月 30 日前" in client.get("/office/steps").text
    assert client.post("/office/steps/yearly", data=TYPED, headers=SAME_SITE).status_code == 303
    page = client.get("/office/steps").text
    assert "每年 5 月 31 日前" in page
    assert "县（区） 5 天" in page
    with reading(sqlite_engine) as session:
        assert session.get_one(ReviewPlan, "yearly").steps[1] == {"level": "province", "days": 30}
        assert session.exec(select(AuditEvent).where(AuditEvent.action == "review_plan.set")).one().actor == "chief"
    as_(client, "owner")
    home = client.get(f"/firm/{place.key}").text
    assert "-05-31" in home
    assert "-04-30" not in home


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"days.county": "0"}, "steps"),
        ({"days.county": "366"}, "steps"),
        ({"days.county": "很久" * 500}, "steps"),
        ({"step.county": "", "step.province": ""}, "steps"),
        ({"due_month": "2", "due_day": "30"}, "due"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    client: TestClient, place: Place, more: dict[str, str], field: str
) -> None:
    as_(client, "chief")
    answer = client.post("/office/steps/yearly", data=TYPED | more, headers=SAME_SITE)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    if field != "steps":
        assert 'name="days.county" value="5"' in answer.text


def test_an_older_page_is_told_so_and_keeps_what_was_typed(client: TestClient, place: Place) -> None:
    as_(client, "chief")
    assert client.post("/office/steps/hte", data=TYPED, headers=SAME_SITE).status_code == 303
    again = client.post("/office/steps/hte", data=TYPED | {"days.county": "9"}, headers=SAME_SITE)
    assert again.status_code == 409
    assert 'name="days.county" value="9"' in again.text
    assert 'name="version" value="1"' in again.text


def test_other_officials_read_the_steps_and_cannot_set_them(client: TestClient, place: Place) -> None:
    for login in ("lin", "fang", "shen"):
        as_(client, login)
        assert client.get("/office/steps").status_code == 200
        page = client.get("/office/steps/hte")
        assert page.status_code == 200
        assert 'name="reason"' not in page.text
        assert client.post("/office/steps/hte", data=TYPED, headers=SAME_SITE).status_code == 403
    assert client.get("/office/steps/nothing").status_code == 404


def test_the_form_of_a_call_starts_from_the_steps_of_its_directory(client: TestClient, place: Place) -> None:
    as_(client, "chief")
    client.post("/office/steps/hte", data=TYPED, headers=SAME_SITE)
    page = client.get("/office/calls?directory=hte").text
    assert 'name="directory" value="hte"' in page
    assert 'name="step.county" value="yes" checked' in page
    assert 'name="step.city" value="yes" checked' not in page
    assert 'name="days.province" value="30"' in page
    other = client.get("/office/calls?directory=nothing").text
    assert 'name="directory" value="little_giant"' in other
    assert 'name="step.city" value="yes" checked' in other
