"""The officials' pages of the inbox, of reviewing, of reported errors, of merging and splitting."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.db import reading, transaction
from registry.models import (
    AccessRecord,
    Enterprise,
    Evidence,
    Submission,
    SubmissionField,
    WorkItem,
)
from registry.policies import Grant
from registry.services.imports.archiving import archived_path
from registry.services.inbox.listing import InboxQuery, inbox
from registry.settings import Settings
from registry.vocabulary import FieldDecision, Role, SubmissionState
from tests.db.review_cases import MUNICIPAL, STEPS, VALUES, a_call, a_document, a_submission, send
from tests.support.people import create_people
from tests.web.test_work_pages import SAME_SITE, as_

PEOPLE = {
    "zhou": Grant(Role.REVIEWER, "440305"),
    "lin": Grant(Role.REVIEWER, "440300"),
    "chen": Grant(Role.REVIEWER, "440300"),
    "far": Grant(Role.REVIEWER, "440100"),
    "fang": Grant(Role.CURATOR, "440000"),
    "shen": Grant(Role.AUDITOR, "440000"),
}
NAME = "深圳市示例远岫传感技术有限公司"


@pytest.fixture(autouse=True)
def _people(sqlite_engine: Engine) -> None:
    create_people(sqlite_engine, PEOPLE)


@pytest.fixture
def case(sqlite_engine: Engine) -> str:
    """The address of a nomination at the city, the first of two steps."""
    with transaction(sqlite_engine) as session:
        return f"/office/submissions/{a_submission(session, steps=STEPS[1:], call=a_call(session)).id}"


def form(page: str) -> dict[str, str]:
    """The hidden fields of the form of a case."""
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    return {"version": version[1]}


def accept(paths: dict[str, Any] | None = None) -> dict[str, str]:
    return {f"d:{path}": "accepted" for path in paths or VALUES}


def refuse_revenue(code: str = "mismatch", text: str = "请说明差额") -> dict[str, str]:
    path = "annual.2025.revenue"
    return {f"d:{path}": "returned", f"r:{path}": code, f"t:{path}": text}


def post(client: TestClient, address: str, **fields: Any) -> tuple[int, str, str]:
    answer = client.post(address, data=fields, headers=SAME_SITE)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def stored(engine: Engine) -> Submission:
    with reading(engine) as session:
        return session.exec(select(Submission).order_by(col(Submission.id).desc()).limit(1)).one()


def test_the_header_counts_what_waits_and_the_list_leads_to_the_case(client: TestClient, case: str) -> None:
    page = as_(client, "lin").get("/office/inbox").text
    assert 'class="count count-due">1</span>' in page
    assert f'href="{case}"' in page
    assert NAME in as_(client, "fang").get("/office/inbox?kind=submission&directory=little_giant").text
    assert "没有待办事项" in as_(client, "far").get("/office/inbox").text
    assert "count-due" not in as_(client, "shen").get("/office/inbox").text
    for wrong in ("kind=x", "due=x", "who=x", "place=x", "directory=x", "cursor=x"):
        assert client.get(f"/office/inbox?{wrong}").status_code == 422


def test_the_button_says_how_many_fields_go_back(client: TestClient, case: str) -> None:
    page = as_(client, "lin").get(case).text
    assert '<span data-when="returned" hidden>' in page
    assert '<span data-unless="returned">退回给企业…</span>' in page
    post(client, case, version="2", act="save", **refuse_revenue())
    page = client.get(case).text
    assert '<span data-when="returned">退回 <span data-count="returned">1</span> 项给企业…</span>' in page
    assert '<span data-unless="returned" hidden>' in page


def test_a_case_is_for_its_place_and_opening_it_is_told_to_the_firm(
    client: TestClient, sqlite_engine: Engine, case: str
) -> None:
    page = as_(client, "lin").get(case)
    assert page.status_code == 200
    assert "8,200 万元" in page.text
    assert "标准对照" in page.text
    assert as_(client, "far").get(case).status_code == 403
    with reading(sqlite_engine) as session:
        record = session.exec(select(AccessRecord)).one()
    assert (record.actor, record.authority) == ("lin", "深圳市")
    assert as_(client, "lin").get("/office/submissions/999999").status_code == 404


def test_an_auditor_sees_everything_and_finds_nothing_to_press(client: TestClient, case: str) -> None:
    page = as_(client, "shen").get(case).text
    assert NAME in page
    assert 'name="act"' not in page
    assert "您可以查看，不能办理" in page
    assert post(client, case, **form(page), **accept())[0] == 403


def test_choices_are_saved_and_come_back(client: TestClient, sqlite_engine: Engine, case: str) -> None:
    page = as_(client, "lin").get(case).text
    answer = post(client, case, **form(page), **(accept() | refuse_revenue()), act="save")
    assert answer[:2] == (303, f"{case}?done=saved")
    page = client.get(case).text
    assert re.search(r'value="returned"[^>]*checked', page)
    assert "请说明差额" in page
    with reading(sqlite_engine) as session:
        fields = session.exec(select(SubmissionField)).all()
    assert sum(field.decision is FieldDecision.ACCEPTED for field in fields) == 3


def test_a_return_without_a_reason_comes_back_with_everything_that_was_chosen(
    client: TestClient, sqlite_engine: Engine, case: str
) -> None:
    page = as_(client, "lin").get(case).text
    chosen = accept() | refuse_revenue(code="", text="写了一半的话")
    status, _, text = post(client, case, **form(page), **chosen, act="save", comment="意见还在")
    assert status == 422
    assert 'href="#d:annual.2025.revenue"' in text
    assert "写了一半的话" in text
    assert "意见还在" in text
    assert len(re.findall(r'value="accepted"[^>]*checked', text)) == 3
    with reading(sqlite_engine) as session:
        assert all(field.decision is None for field in session.exec(select(SubmissionField)))


def test_two_officials_on_one_case_see_both_values_and_nothing_is_overwritten(
    client: TestClient, sqlite_engine: Engine, case: str
) -> None:
    old = form(as_(client, "lin").get(case).text)
    post(as_(client, "chen"), case, **old, **accept())
    status, _, text = post(as_(client, "lin"), case, **old, **(accept() | refuse_revenue()), act="save")
    assert status == 409
    assert "现存：通过（chen）" in text
    assert re.search(r'name="d:annual.2025.revenue" value="returned"[^>]*checked', text)
    with reading(sqlite_engine) as session:
        field = session.exec(select(SubmissionField).where(SubmissionField.path == "annual.2025.revenue")).one()
        assert (field.decision, field.decided_by) == (FieldDecision.ACCEPTED, "chen")
    assert post(client, case, **form(text), **refuse_revenue(), act="save")[0] == 303
    assert stored(sqlite_engine).version > int(old["version"])


def test_a_firm_that_took_it_back_meanwhile_is_not_decided_about(
    client: TestClient, sqlite_engine: Engine, case: str
) -> None:
    old = form(as_(client, "lin").get(case).text)
    with transaction(sqlite_engine) as session:
        submission = session.exec(select(Submission)).one()
        send(session, submission, VALUES | {"annual.2025.revenue": 99_000_000})
    status, _, text = post(client, case, **old, **accept(), act="forward")
    assert status == 409
    assert "9,900 万元" in text
    assert stored(sqlite_engine).step == 0


def test_forward_saves_and_passes_on_in_one_press(client: TestClient, sqlite_engine: Engine, case: str) -> None:
    page = as_(client, "lin").get(case).text
    some = dict(list(VALUES.items())[:2])
    status, _, text = post(client, case, **form(page), **accept(some), act="forward")
    assert (status, "还有 2 项没有核" in text) == (409, True)
    assert len(re.findall(r'value="accepted"[^>]*checked', text)) == 2
    assert post(client, case, **form(text), **accept(), act="forward", comment="初核通过")[0] == 303
    assert stored(sqlite_engine).step == 1
    assert "初核通过" in client.get(case).text
    assert "没有待办事项" in client.get("/office/inbox").text
    page = as_(client, "fang").get(case).text
    assert post(client, case, **form(page), **accept(), act="approve")[:2] == (303, f"{case}?done=approved")
    assert stored(sqlite_engine).state is SubmissionState.APPROVED
    with reading(sqlite_engine) as session:
        firm = session.exec(select(Enterprise)).one()
    assert VALUES["profile.address"] in client.get(f"/e/{firm.uscc}").text


def test_returning_asks_once_more_and_names_what_goes_back(
    client: TestClient, sqlite_engine: Engine, case: str
) -> None:
    page = as_(client, "lin").get(case).text
    answer = post(client, case, **form(page), **(accept() | refuse_revenue()), act="return")
    assert answer[:2] == (303, f"{case}/return")
    asked = client.get(f"{case}/return").text
    assert "退回 1 项给企业补正" in asked
    assert "请说明差额" in asked
    assert post(client, f"{case}/return", version="1", reason="")[0] == 409
    assert post(client, f"{case}/return", **form(asked), reason="请尽快")[:2] == (303, f"{case}?done=returned")
    assert stored(sqlite_engine).state is SubmissionState.RETURNED


def test_refusing_takes_a_reason(client: TestClient, sqlite_engine: Engine, case: str) -> None:
    page = as_(client, "lin").get(case).text
    assert post(client, case, **form(page), act="refuse")[:2] == (303, f"{case}/refuse")
    asked = client.get(f"{case}/refuse").text
    assert post(client, f"{case}/refuse", **form(asked))[0] == 422
    assert post(client, f"{case}/refuse", **form(asked), reason="不符合条件")[0] == 303
    assert stored(sqlite_engine).state is SubmissionState.REFUSED
    assert client.get(f"{case}/nonsense").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"version": "x"},
        {"version": "9" * 40},
        {"d:no.such": "accepted"},
        {"d:annual.2025.revenue": "perhaps"},
        {"d:profile.website": "accepted"},
        {"d:evidence.audit_report": "accepted"},
        {"act": "explode"},
        {
            "d:annual.2025.revenue": "returned",
            "r:annual.2025.revenue": "mismatch",
            "t:annual.2025.revenue": "长" * 9_000,
        },
    ],
)
def test_bad_forms_are_answered_and_store_nothing_wrong(
    client: TestClient, sqlite_engine: Engine, case: str, fields: dict[str, str]
) -> None:
    page = as_(client, "lin").get(case).text
    assert post(client, case, **(form(page) | fields))[0] in (303, 409, 422)
    with reading(sqlite_engine) as session:
        assert all(field.decision is None for field in session.exec(select(SubmissionField)))


def test_presence_is_told_to_others_and_says_when_the_page_is_old(client: TestClient, case: str) -> None:
    page = as_(client, "lin").get(case).text
    version = form(page)["version"]
    assert post(client, f"{case}/presence?version={version}")[0] == 200
    as_(client, "chen")
    assert "lin示例</b> 正在看这一件" in client.get(case).text
    post(client, case, **form(page), **accept())
    as_(client, "lin")
    assert "又有改动" in post(client, f"{case}/presence?version={version}")[2]
    assert post(as_(client, "far"), f"{case}/presence")[0] == 403


def test_a_document_is_only_ever_a_download(
    client: TestClient, sqlite_engine: Engine, sqlite_settings: Settings, case: str
) -> None:
    with transaction(sqlite_engine) as session:
        submission = session.exec(select(Submission)).one()
        firm = session.get_one(Enterprise, submission.enterprise_id)
        a_document(session, firm, submission, filename="审计.html")
        a_document(session, firm, None, slug="other", sha256="0" * 64)
        send(session, submission, VALUES)
        mine, other = session.exec(select(Evidence.id).order_by(col(Evidence.id))).all()
        path = archived_path(sqlite_settings.archive_dir, session.get_one(Evidence, mine).sha256)
    assert as_(client, "lin").get(f"{case}/evidence/{mine}").status_code == 410
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<script>alert(1)</script>")
    answer = client.get(f"{case}/evidence/{mine}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"{case}/evidence/{other}").status_code == 404
    assert as_(client, "far").get(f"{case}/evidence/{mine}").status_code == 403


def test_ticked_matters_are_assigned_and_that_is_undone(client: TestClient, sqlite_engine: Engine, case: str) -> None:
    as_(client, "lin")
    with reading(sqlite_engine) as session:
        item = session.exec(select(WorkItem.id)).one()
    page = client.get("/office/inbox").text
    chen = re.search(r'<option value="(\d+)">[^<]*chen示例', page)
    far = re.search(r'<option value="(\d+)">[^<]*far示例', as_(client, "fang").get("/office/inbox").text)
    assert chen is not None
    assert far is not None
    as_(client, "lin")
    assert post(client, "/office/inbox/assign", assignee=chen[1])[0] == 422
    assert post(client, "/office/inbox/assign", item=item, assignee=far[1])[0] == 422
    assert post(client, "/office/inbox/assign", item=item, assignee="x")[0] == 422
    status, location, _ = post(client, "/office/inbox/assign", item=item, assignee=chen[1])
    assert status == 303
    page = client.get(location).text
    assert "已把 1 件分派给chen示例" in page
    undo = re.search(r'action="(/office/inbox/assignments/\d+/undo)"', page)
    assert undo is not None
    assert post(client, undo[1])[0] == 303
    assert post(client, undo[1])[0] == 409
    with reading(sqlite_engine) as session:
        assert session.get_one(WorkItem, item).assignee_id is None


def test_a_filtered_set_passes_on_with_its_number_typed(client: TestClient, sqlite_engine: Engine, case: str) -> None:
    page = as_(client, "lin").get(case).text
    post(client, case, **form(page), **accept(), act="save")
    address = "/office/inbox/bulk?kind=submission"
    assert "通过 1 件" in client.get(address).text
    assert post(client, address, act="pass", count="2")[0] == 409
    assert post(client, address, act="pass", count="eins")[0] == 409
    assert post(client, address, act="pass", count="1")[:2] == (303, "/office/inbox?kind=submission&done=1")
    assert stored(sqlite_engine).step == 1
    with reading(sqlite_engine) as session:
        assert inbox(session, InboxQuery(), actor=MUNICIPAL).total == 0
