"""Bringing a list in through the API: who may, and that it goes in and comes back whole."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry.db import transaction
from registry.policies import Actor, Grant
from registry.services.accounts import create_account, sign_in
from registry.vocabulary import Role

PASSWORD = "Plainly-fictional-1"
LISTINGS = "/api/v1/directories/hte/listings?as_of=2025-06-01"
CSV = "序号,企业名称,统一社会信用代码\n1,深圳示例丁电子有限公司,91440300MA5EXAMP5U\n".encode()
FORM = {"directory": "hte", "batch": "第一批", "year": "2024", "announced_on": "2024-12-01"}


def bearer(engine: Engine, grant: Grant) -> dict[str, str]:
    """The header of somebody with one grant."""
    with transaction(engine) as session:
        create_account(session, actor=Actor.command_line(), login="someone", password=PASSWORD, grants=(grant,))
    return {"Authorization": f"Bearer {sign_in(engine, login='someone', password=PASSWORD)}"}


def upload(client: TestClient, headers: dict[str, str], content: bytes = CSV, **form: str) -> Any:
    return client.post(
        "/api/v1/imports", headers=headers, data=FORM | form, files={"file": ("../../名单.csv", content, "text/csv")}
    )


def test_a_list_goes_in_in_one_act_and_comes_back_in_one(client: TestClient, sqlite_engine: Engine) -> None:
    curator = bearer(sqlite_engine, Grant(Role.CURATOR, "440000"))
    staged = upload(client, curator)
    assert staged.status_code == 201, staged.text
    summary = staged.json()["detail"]["summary"]
    assert (summary["state"], summary["filename"], summary["actor"]) == ("matched", "名单.csv", "someone")
    assert client.get(LISTINGS).json()["total"] == 0
    written = client.post(f"/api/v1/imports/{summary['id']}/write", headers=curator)
    assert written.status_code == 200, written.text
    row = client.get(LISTINGS).json()["items"][0]
    ref = row["document_ref"]
    shown = client.get(f"/api/v1/documents/{ref['import_id']}/rows/{ref['row_id']}").json()
    assert "深圳示例丁电子有限公司" in [cell["value"] for cell in shown["cells"]]
    assert client.post(f"/api/v1/imports/{summary['id']}/write", headers=curator).status_code == 409
    assert client.post(f"/api/v1/imports/{summary['id']}/undo", headers=curator).status_code == 200
    assert client.get(LISTINGS).json()["total"] == 0
    listed = client.get("/api/v1/imports", headers=curator).json()["items"]
    assert [one["state"] for one in listed] == ["undone"]


@pytest.mark.parametrize(
    ("grant", "status"),
    [
        (Grant(Role.FIRM, "440000"), 403),
        (Grant(Role.AUDITOR, "440000"), 403),
        (Grant(Role.CURATOR, "440300"), 403),
        (Grant(Role.CURATOR, "440000", "little_giant"), 403),
        (Grant(Role.CURATOR, "440000", "hte"), 201),
    ],
)
def test_only_a_curator_of_the_province_for_this_directory_may_stage(
    client: TestClient, sqlite_engine: Engine, grant: Grant, status: int
) -> None:
    answer = upload(client, bearer(sqlite_engine, grant))
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "not-allowed"


def test_without_a_session_every_imports_route_is_401(client: TestClient) -> None:
    for method, path in [("GET", ""), ("GET", "/1"), ("POST", "/1/write"), ("POST", "/1/undo")]:
        answer = client.request(method, f"/api/v1/imports{path}", headers={"Authorization": "Bearer made-up"})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert upload(client, {}).status_code == 401


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", {}),
        (b"MZ\x90\x00" + bytes(200), {}),
        (CSV, {"directory": "no_such"}),
        (CSV, {"announced_on": "2025-02-30"}),
    ],
)
def test_a_bad_file_or_option_is_refused_and_nothing_is_kept(
    client: TestClient, sqlite_engine: Engine, content: bytes, form: dict[str, str]
) -> None:
    curator = bearer(sqlite_engine, Grant(Role.CURATOR, "440000"))
    assert upload(client, curator, content, **form).status_code == 422
    assert client.get("/api/v1/imports", headers=curator).json()["items"] == []


BAD = CSV + "2,深圳示例戊电子有限公司,91440300MA5EXAMP5X\n".encode()


def people(engine: Engine, *logins: str) -> list[dict[str, str]]:
    """Headers of curators of the province."""
    headers = []
    for login in logins:
        with transaction(engine) as session:
            grants = (Grant(Role.CURATOR, "440000"),)
            create_account(session, actor=Actor.command_line(), login=login, password=PASSWORD, grants=grants)
        headers.append({"Authorization": f"Bearer {sign_in(engine, login=login, password=PASSWORD)}"})
    return headers


def test_a_failed_check_takes_a_signature_and_a_second_official(client: TestClient, sqlite_engine: Engine) -> None:
    first, second = people(sqlite_engine, "first", "second")
    address = f"/api/v1/imports/{upload(client, first, BAD).json()['detail']['summary']['id']}"
    refused = client.post(f"{address}/write", headers=first)
    assert (refused.status_code, refused.json()["code"]) == (409, "guards-failed")
    guards = client.get(f"{address}/review", headers=first).json()["guards"]
    assert [one["code"] for one in guards if not one["passed"]] == ["rejected"]
    assert client.post(f"{address}/review", headers=first, data={"count": "7"}).status_code == 422
    assert client.post(f"{address}/review", headers=first, data={"count": "1"}).json()["blocked"] is True
    assert client.delete(f"{address}/review", headers=first).json()["reviewed_by"] is None
    client.post(f"{address}/review", headers=first, data={"count": "1"})
    assert client.post(f"{address}/override", headers=first, data={"reason": "已核对"}).status_code == 403
    assert client.post(f"{address}/override", headers=second, data={"reason": "已核对原件"}).json()["blocked"] is False
    assert client.post(f"{address}/write", headers=first).json()["summary"]["state"] == "written"
    assert client.get(f"{address}/undo", headers=first).json()["enterprises_kept"] == []


def test_a_file_is_read_first_and_settled_with_a_mapping_later(client: TestClient, sqlite_engine: Engine) -> None:
    (curator,) = people(sqlite_engine, "first")
    content = "第三批高新技术企业名单,\n培育对象,城市\n甲一,深圳\n".encode()
    read = client.post(
        "/api/v1/imports", headers=curator, data={"only_read": "true"}, files={"file": ("a.csv", content, "text/csv")}
    ).json()["detail"]
    assert (read["summary"]["state"], read["proposal"]["batch"]["value"]) == ("read", "第三批")
    address = f"/api/v1/imports/{read['summary']['id']}"
    assert client.post(f"{address}/settings", headers=curator, data=FORM).status_code == 422
    for wrong in ({"mapping": "[1]"}, {"header_rows": "x"}, {"mapping": '{"": {"培育对象": "nothing"}}'}):
        assert client.post(f"{address}/settings", headers=curator, data=FORM | wrong).status_code == 422
    mapped = FORM | {"mapping": '{"": {"培育对象": "name"}}'}
    settled = client.post(f"{address}/settings", headers=curator, data=mapped).json()["detail"]
    assert (settled["summary"]["state"], settled["summary"]["counts"]["new"]) == ("matched", 1)
    (known,) = client.get("/api/v1/import-mappings", headers=curator).json()
    assert known["roles"] == {"培育对象": "name"}
    assert client.delete(f"/api/v1/import-mappings/{known['id']}", headers=curator).status_code == 204
    against = client.get(f"{address}/compare", headers=curator).json()
    assert [one["against"] for one in against] == ["current"]
    rows = client.get(f"{address}/compare/current/new", headers=curator).json()
    assert [one["name"] for one in rows["items"]] == ["甲一"]
    assert client.get(f"{address}/compare/current/x", headers=curator).status_code == 422
    row = f"{address}/rows/{rows['items'][0]['number']}"
    assert client.get(row, headers=curator).json()["name"] == "甲一"
    assert client.post(row, headers=curator, data={"choice": "new"}).status_code == 409
    assert client.delete("/api/v1/import-decisions/7", headers=curator).status_code == 404
    assert client.post(f"{address}/cancel", headers=curator).status_code == 409
    assert client.get(f"{address}/errors.xlsx", headers=curator).content[:2] == b"PK"
    assert client.get(f"{address}/errors.csv?lang=en", headers=curator).text.startswith("\ufeffKind,Reason")


def test_a_notice_is_staged_written_and_undone_like_any_import(client: TestClient, sqlite_engine: Engine) -> None:
    curator = bearer(sqlite_engine, Grant(Role.CURATOR, "440000"))
    content = "企业名称,迁入地\n深圳示例甲电子有限公司,广东省广州市\n".encode()
    form = {"kind": "move", "on": "2026-05-06", "document_no": "示〔2026〕5号"}
    files = {"file": ("迁移.csv", content, "text/csv")}
    staged = client.post("/api/v1/notices", headers=curator, data=form, files=files)
    assert staged.status_code == 201, staged.text
    summary = staged.json()["detail"]["summary"]
    assert (summary["kind"], summary["counts"]["matched"]) == ("move", 1)
    assert client.post(f"/api/v1/imports/{summary['id']}/write", headers=curator).status_code == 200
    firm = "/api/v1/enterprises/91440300MA5EXAMP5U"
    assert "440100" in client.get(firm).text
    undone = client.post(f"/api/v1/imports/{summary['id']}/undo", headers=curator)
    assert (undone.status_code, undone.json()["values_cleared"]) == (200, 1)
    assert "440100" not in client.get(firm).text
    wrong = client.post("/api/v1/notices", headers=curator, data=form | {"kind": "list"}, files=files)
    assert wrong.status_code == 422
