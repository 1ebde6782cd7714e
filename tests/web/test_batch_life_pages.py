"""Pages of the life of a batch: objecting, deciding, making final, correcting, comparing; each asked once more."""

import re
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.clock import today
from registry.db import reading, transaction
from registry.models import Batch, Listing, Objection
from registry.policies import Grant
from registry.services.batch_life.acts import publish_notice
from registry.vocabulary import BatchState, ObjectionState, Role
from tests.db.batch_life import DIRECTORY, FIRST, WHY, a_draft
from tests.support.people import create_people
from tests.web.test_work_pages import SAME_SITE, as_

PEOPLE = {
    "fang": Grant(Role.CURATOR, "440000"),
    "gu": Grant(Role.CURATOR, "440000"),
    "lin": Grant(Role.REVIEWER, "440300"),
}
OBJECTION = {
    "subject": "示例甲公司",
    "text": "该企业近三年发生过重大事故。",
    "objector": "示例王某",
    "contact": "wang@example.org",
}


@pytest.fixture(autouse=True)
def _people(sqlite_engine: Engine) -> None:
    create_people(sqlite_engine, PEOPLE)


@pytest.fixture
def draft(sqlite_engine: Engine) -> int:
    with transaction(sqlite_engine) as session:
        return a_draft(session).id


@pytest.fixture
def notice(sqlite_engine: Engine, draft: int) -> int:
    """In public notice for three more days."""
    with transaction(sqlite_engine) as session:
        publish_notice(
            session,
            batch_id=draft,
            notice_from=today() - timedelta(days=3),
            notice_to=today() + timedelta(days=3),
            actor=FIRST,
            reason=WHY,
        )
    return draft


def _post(client: TestClient, address: str, **fields: str) -> tuple[int, str, str]:
    answer = client.post(address, data=fields, headers=SAME_SITE)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def _state(engine: Engine, number: int) -> BatchState:
    with reading(engine) as session:
        return session.get_one(Batch, number).state


def test_a_draft_is_no_page_for_the_public_and_marked_for_officials(client: TestClient, draft: int) -> None:
    assert client.get(f"/batches/{draft}").status_code == 404
    assert "草案，只有工作人员能看到" in as_(client, "lin").get(f"/batches/{draft}").text


def test_objecting_gives_a_receipt_that_opens_without_name_or_contact(client: TestClient, notice: int) -> None:
    assert f'href="/batches/{notice}/objection"' in client.get(f"/batches/{notice}").text
    assert client.get(f"/batches/{notice}/objection").status_code == 200
    status, location, _ = _post(client, f"/batches/{notice}/objection", **OBJECTION)
    assert (status, location[:15]) == (303, "/objections/YY-")
    page = client.get(location)
    assert OBJECTION["text"] in page.text
    assert OBJECTION["objector"] not in page.text
    assert OBJECTION["contact"] not in page.text
    assert "no-store" in page.headers["cache-control"]


@pytest.mark.parametrize(
    ("change", "field"), [({"text": "短"}, "text"), ({"contact": ""}, "contact"), ({"website": "http://spam"}, "text")]
)
def test_what_cannot_be_taken_brings_the_form_back_with_what_was_typed(
    client: TestClient, sqlite_engine: Engine, notice: int, change: dict[str, str], field: str
) -> None:
    status, _, text = _post(client, f"/batches/{notice}/objection", **(OBJECTION | change))
    assert status == 422
    assert f'href="#{field}"' in text
    assert OBJECTION["objector"] in text
    with reading(sqlite_engine) as session:
        assert session.exec(select(Objection)).all() == []


def test_no_objection_form_where_no_notice_runs(client: TestClient, sqlite_engine: Engine, notice: int) -> None:
    with transaction(sqlite_engine) as session:
        session.get_one(Batch, notice).notice_to = today() - timedelta(days=1)
    assert client.get(f"/batches/{notice}/objection").status_code == 409
    assert _post(client, f"/batches/{notice}/objection", **OBJECTION)[0] == 409
    assert "/objection" not in client.get(f"/batches/{notice}").text


def test_an_official_upholds_an_objection_and_the_firm_leaves_the_notice(
    client: TestClient, sqlite_engine: Engine, notice: int
) -> None:
    _, receipt, _ = _post(client, f"/batches/{notice}/objection", **OBJECTION)
    as_(client, "fang")
    assert "示例甲公司" in client.get("/office/objections").text
    with reading(sqlite_engine) as session:
        number = session.exec(select(Objection.id)).one()
    page = client.get(f"/office/objections/{number}").text
    assert OBJECTION["contact"] in page
    address = f"/office/objections/{number}"
    assert _post(client, address, decision="upheld")[0] == 422
    assert _post(client, address, reason=WHY)[0] == 422
    assert _post(client, address, decision="upheld", reason=WHY)[:2] == (303, address)
    assert _post(client, address, decision="dismissed", reason=WHY)[0] == 409
    assert "示例甲公司" not in client.get(f"/batches/{notice}").text
    assert "成立" in client.get(receipt).text
    with reading(sqlite_engine) as session:
        assert session.exec(select(Objection.state)).one() == ObjectionState.UPHELD


def test_contacts_are_for_those_who_decide(client: TestClient, sqlite_engine: Engine, notice: int) -> None:
    _post(client, f"/batches/{notice}/objection", **OBJECTION)
    with reading(sqlite_engine) as session:
        number = session.exec(select(Objection.id)).one()
    as_(client, "lin")
    assert client.get(f"/office/objections/{number}").status_code == 403
    assert OBJECTION["subject"] not in client.get("/office/objections").text


def test_a_notice_is_made_final_by_a_second_official_who_types_the_count(
    client: TestClient, sqlite_engine: Engine, draft: int
) -> None:
    day = {"on": (today() - timedelta(days=1)).isoformat(), "until": (today() + timedelta(days=5)).isoformat()}
    as_(client, "fang")
    address = f"/office/batches/{draft}"
    assert client.get(f"{address}/notice").status_code == 200
    assert _post(client, f"{address}/notice", **day, reason=WHY, count="2")[0] == 422
    assert _post(client, f"{address}/notice", on="", until="", reason=WHY, count="3")[0] == 422
    assert _post(client, f"{address}/notice", **day, reason=WHY, count="3")[:2] == (303, address)
    announced = {"on": today().isoformat(), "document_no": "示〔2026〕9号", "reason": WHY, "count": "3"}
    status, _, text = _post(client, f"{address}/final", **announced)
    assert status == 403
    assert "另一名工作人员" in text
    assert _state(sqlite_engine, draft) is BatchState.PUBLIC_NOTICE
    client.post("/logout", headers=SAME_SITE)
    as_(client, "gu")
    assert _post(client, f"{address}/final", **announced)[:2] == (303, address)
    assert _state(sqlite_engine, draft) is BatchState.FINAL
    page = client.get(f"/batches/{draft}").text
    assert re.search(r'class="code wrap-any">[0-9a-f]{64}<', page)


def test_a_list_is_corrected_and_the_editions_are_compared(
    client: TestClient, sqlite_engine: Engine, draft: int
) -> None:
    as_(client, "fang")
    address = f"/office/batches/{draft}"
    announced = {"on": today().isoformat(), "document_no": "示〔2026〕9号", "reason": WHY, "count": "3"}
    assert _post(client, f"{address}/final", **announced)[0] == 303
    status, location, _ = _post(client, f"{address}/correct", reason=WHY, copied="yes")
    assert status == 303
    new = int(location.rpartition("/")[2])
    with transaction(sqlite_engine) as session:
        row = session.exec(select(Listing).where(Listing.batch_id == new).order_by(col(Listing.id))).first()
        assert row is not None
        row.name_as_announced = "示例改名公司"
    compare = f"/batches/{draft}/compare/{new}"
    assert "示例改名公司" in client.get(compare).text
    assert "示例乙公司" in client.get(f"{compare}?change=same").text
    assert client.get(f"{compare}?change=nothing").status_code == 422
    assert _post(client, f"/office/batches/{new}/final", **announced)[0] == 303
    client.post("/logout", headers=SAME_SITE)
    assert compare in client.get(f"/batches/{draft}").text
    assert "已由更正版取代" in client.get(f"/batches/{draft}").text
    file = client.get(f"{compare}/changes.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert "renamed" in file.text


def test_batches_are_listed_by_state_and_a_draft_is_registered_there(
    client: TestClient, sqlite_engine: Engine, draft: int
) -> None:
    as_(client, "fang")
    assert f"/office/batches/{draft}" in client.get("/office/batches?state=draft").text
    assert f"/office/batches/{draft}" not in client.get("/office/batches?state=final").text
    assert client.get("/office/batches?state=nothing").status_code == 422
    given = {"directory": DIRECTORY, "year": "2026", "label": "示例新批"}
    status, location, _ = _post(client, "/office/batches", **given)
    assert status == 303
    assert _state(sqlite_engine, int(location.rpartition("/")[2])) is BatchState.DRAFT
    assert _post(client, "/office/batches", **given)[0] == 409
    assert _post(client, "/office/batches", **(given | {"year": "二零"}))[0] == 422


def test_who_does_not_curate_the_directory_is_offered_nothing(client: TestClient, draft: int) -> None:
    as_(client, "lin")
    assert f"/office/batches/{draft}/final" not in client.get(f"/office/batches/{draft}").text
    assert client.get(f"/office/batches/{draft}/final").status_code == 403
    status, _, _ = _post(
        client, f"/office/batches/{draft}/withdraw", on=date.today().isoformat(), reason=WHY, count="3"
    )
    assert status == 403


def test_a_notice_that_was_taken_down_says_so_and_why(client: TestClient, notice: int) -> None:
    as_(client, "fang")
    address = f"/office/batches/{notice}"
    given = {"on": today().isoformat(), "reason": "材料不实", "count": "3"}
    assert _post(client, f"{address}/withdraw", **given)[0] == 303
    client.post("/logout", headers=SAME_SITE)
    page = client.get(f"/batches/{notice}").text
    assert "这次公示已撤下" in page
    assert "材料不实" in page
    assert "提出异议" not in page


def test_a_row_of_a_draft_is_corrected_and_another_taken_out(
    client: TestClient, sqlite_engine: Engine, draft: int
) -> None:
    as_(client, "fang")
    with reading(sqlite_engine) as session:
        found = session.exec(select(Listing).where(Listing.batch_id == draft).order_by(col(Listing.id))).all()
        first, second = found[0].id, found[1].id
    address = f"/office/batches/{draft}/rows"
    listed = client.get(f"/office/batches/{draft}?q=甲").text
    assert f"{address}/{first}" in listed
    assert f"{address}/{second}" not in listed
    assert "示例甲公司" in client.get(f"{address}/{first}").text
    given = {"name_as_announced": "示例甲（更正）公司", "rank": "3", "valid_from": "2026-02-01", "valid_to": ""}
    assert _post(client, f"{address}/{first}", act="amend", **given)[0] == 422
    assert _post(client, f"{address}/{first}", act="amend", **(given | {"rank": "三"}), reason=WHY)[0] == 422
    assert _post(client, f"{address}/{first}", act="amend", **given, reason=WHY)[0] == 303
    assert _post(client, f"{address}/{second}", act="drop", reason=WHY)[0] == 303
    assert client.get(f"{address}/{second}").status_code == 404
    with reading(sqlite_engine) as session:
        row = session.get_one(Listing, first)
        assert (row.name_as_announced, row.rank, row.valid_from) == ("示例甲（更正）公司", 3, date(2026, 2, 1))
        assert session.get_one(Listing, second).voided_at is not None


def test_what_a_notice_says_is_not_changed(client: TestClient, sqlite_engine: Engine, notice: int) -> None:
    as_(client, "fang")
    with reading(sqlite_engine) as session:
        number = session.exec(select(Listing.id).where(Listing.batch_id == notice).limit(1)).one()
    address = f"/office/batches/{notice}/rows/{number}"
    assert "保存更正" not in client.get(address).text
    assert _post(client, address, act="amend", name_as_announced="别的公司", reason=WHY)[0] == 409
    client.post("/logout", headers=SAME_SITE)
    assert as_(client, "lin").get(address).status_code == 403
