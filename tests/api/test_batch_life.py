"""The life of a batch through the API, from draft to correction, with objections on the way."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.clock import today
from registry.db import reading, transaction
from registry.models import Batch, Objection
from registry.policies import Grant
from registry.services.batch_life.objections import Words, file_objection
from registry.vocabulary import Role
from tests.api.test_imports import bearer
from tests.db.batch_life import DIRECTORY, a_draft, fill

OFFICE = "/api/v1/office/batches"
CURATOR = Grant(Role.CURATOR, "440000")
ANNOUNCED = {"on": today().isoformat(), "document_no": "示〔2026〕9号", "reason": "示例"}
NOTICE = {
    "notice_from": (today() - timedelta(days=9)).isoformat(),
    "notice_to": (today() - timedelta(days=1)).isoformat(),
    "reason": "示例",
}


@pytest.fixture
def office(client: TestClient, sqlite_engine: Engine) -> TestClient:
    """Signed in as a curator of the province."""
    client.headers.update(bearer(sqlite_engine, CURATOR))
    return client


def _made(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_batch_goes_from_draft_to_final_to_a_correction_that_is_compared(
    office: TestClient, sqlite_engine: Engine
) -> None:
    given = {"directory": DIRECTORY, "year": 2026, "label": "示例批"}
    number = _made(office.post(OFFICE, json=given), 201)["batch"]["id"]
    assert office.post(OFFICE, json=given).status_code == 409
    assert office.post(f"{OFFICE}/{number}/notice", json=NOTICE).status_code == 409
    with transaction(sqlite_engine) as session:
        rows = [row.id for row in fill(session, session.get_one(Batch, number), ("示例子公司", "示例丑公司"))]
    assert _made(office.post(f"{OFFICE}/{number}/notice", json=NOTICE))["acts"] == ["final", "withdraw"]
    final = _made(office.post(f"{OFFICE}/{number}/final", json=ANNOUNCED))
    assert (final["batch"]["state"], len(final["content_hash"]), final["acts"]) == ("final", 64, ["correct"])
    assert office.post(f"{OFFICE}/{number}/rows/{rows[0]}/drop", json={"reason": "示例"}).status_code == 409
    assert office.post(f"{OFFICE}/{number}/withdraw", json=ANNOUNCED).status_code == 409
    new = _made(office.post(f"{OFFICE}/{number}/correct", json={"reason": "示例"}), 201)["batch"]["id"]
    compare = f"/api/v1/batches/{number}/compare/{new}"
    same = _made(office.get(compare, params={"change": "same"}))
    first, second = (row["after"]["listing_id"] for row in same["rows"]["items"])
    amended = {"reason": "示例", "name_as_announced": "示例新名公司"}
    assert office.patch(f"{OFFICE}/{new}/rows/{first}", json=amended).status_code == 200
    assert office.post(f"{OFFICE}/{new}/rows/{second}/drop", json={"reason": "示例"}).status_code == 200
    public = TestClient(office.app, base_url="https://registry.example")
    assert public.get(compare).status_code == 404
    _made(office.post(f"{OFFICE}/{new}/final", json=ANNOUNCED))
    found = _made(public.get(compare))
    assert found["summary"]["counts"] | {"renamed": 1, "absent": 1} == found["summary"]["counts"]
    assert [row["change"] for row in found["rows"]["items"]] == ["renamed", "absent"]
    assert public.get(compare, params={"change": "nothing"}).status_code == 422
    shown = _made(public.get(f"/api/v1/batches/{number}"))
    assert (shown["batch"]["state"], shown["content_hash"]) == ("superseded", final["content_hash"])
    assert [event["act"] for event in shown["history"]] == ["start", "notice", "final", "supersede"]
    assert {event["actor"] for event in shown["history"]} == {""}


def test_compared_rows_come_page_by_page(office: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        one = a_draft(session, tuple(f"示例{n}公司" for n in range(5)), label="示例一批").id
        other = a_draft(session, ("示例0公司",), label="示例二批").id
    address = f"/api/v1/batches/{one}/compare/{other}"
    first = _made(office.get(address, params={"limit": 3}))
    rest = _made(office.get(first["next"]))
    names = [(row["after"] or row["before"])["name"] for page in (first, rest) for row in page["rows"]["items"]]
    assert (first["rows"]["total"], names) == (4, [f"示例{n}公司" for n in range(1, 5)])
    assert rest["next"] is None


def test_an_objection_is_decided_and_its_receipt_says_so(office: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        number = a_draft(session).id
    running = NOTICE | {"notice_to": today().isoformat()}
    _made(office.post(f"{OFFICE}/{number}/notice", json=running))
    with transaction(sqlite_engine) as session:
        words = Words(
            text="该企业近三年发生过重大事故。", objector="示例王某", contact="示例@example", subject="示例甲公司"
        )
        receipt = file_objection(session, batch_id=number, words=words)
    (one,) = _made(office.get("/api/v1/office/objections"))["items"]
    assert (one["contact"], one["state"]) == ("示例@example", "open")
    assert office.post(f"{OFFICE}/{number}/final", json=ANNOUNCED).status_code == 403
    decide = f"/api/v1/office/objections/{one['id']}/decide"
    assert office.post(decide, json={"decision": "open", "reason": "示例"}).status_code == 422
    assert _made(office.post(decide, json={"decision": "upheld", "reason": "属实"}))["state"] == "upheld"
    public = TestClient(office.app, base_url="https://registry.example")
    shown = _made(public.get(f"/api/v1/objections/{receipt}"))
    assert (shown["state"], shown["reason"]) == ("upheld", "属实")
    assert "示例王某" not in str(shown)
    assert _made(public.get(f"/api/v1/batches/{number}"))["rows"]["total"] == 2


@pytest.mark.parametrize("grant", [Grant(Role.REVIEWER, "440000"), Grant(Role.CURATOR, "440300")])
def test_others_see_no_objector_and_do_nothing(client: TestClient, sqlite_engine: Engine, grant: Grant) -> None:
    with transaction(sqlite_engine) as session:
        number = a_draft(session).id
    client.headers.update(bearer(sqlite_engine, grant))
    assert client.post(f"{OFFICE}/{number}/notice", json=NOTICE).status_code == 403
    assert client.post(f"{OFFICE}/{number}/withdraw", json=ANNOUNCED).status_code == 403
    assert _made(client.get("/api/v1/office/objections"))["items"] == []
    (first, *_) = _made(client.get(OFFICE, params={"state": "draft"}))["items"]
    assert (first["batch"]["id"], first["acts"]) == (number, [])
    with reading(sqlite_engine) as session:
        assert session.exec(select(Objection)).all() == []


def test_a_list_that_imports_filled_is_frozen(office: TestClient) -> None:
    assert len(_made(office.post(f"{OFFICE}/1/freeze", json={"reason": "示例"}))["content_hash"]) == 64
    assert office.post(f"{OFFICE}/1/freeze", json={"reason": "示例"}).status_code == 409
