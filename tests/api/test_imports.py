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
