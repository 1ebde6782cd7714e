"""A workbook matched over the API: officials only."""

import io

from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook
from sqlalchemy.engine import Engine

from registry.policies import EVERYWHERE, Grant
from registry.vocabulary import Role
from tests.api.conftest import FIRM, NAMES
from tests.api.test_imports import bearer


def workbook() -> bytes:
    book = Workbook()
    for row in (("企业名称",), (NAMES[0],), ("全然不同的示例有限公司",)):
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_workbook_comes_back_with_its_columns(client: TestClient, sqlite_engine: Engine) -> None:
    headers = bearer(sqlite_engine, Grant(Role.CURATOR, EVERYWHERE))
    answer = client.post("/api/v1/match", files={"file": ("名单.xlsx", workbook())}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-match-matched"] == "1"
    assert answer.headers["content-disposition"].endswith("-%E5%8C%B9%E9%85%8D.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [sheet.cell(2, at).value for at in (1, 2, 3, 6)] == [NAMES[0], FIRM, NAMES[0], 100]
    wrong = client.post("/api/v1/match", files={"file": ("a.xlsx", b"no workbook")}, headers=headers)
    assert wrong.status_code == 422


def test_only_curators_may_match_a_workbook(client: TestClient, sqlite_engine: Engine) -> None:
    files = {"file": ("list.xlsx", workbook())}
    assert client.post("/api/v1/match", files=files).status_code == 401
    headers = bearer(sqlite_engine, Grant(Role.AUDITOR, EVERYWHERE))
    assert client.post("/api/v1/match", files=files, headers=headers).status_code == 403


def test_a_doubtful_row_is_looked_at_decided_and_revoked(client: TestClient, sqlite_engine: Engine) -> None:
    headers = bearer(sqlite_engine, Grant(Role.CURATOR, EVERYWHERE))
    content = "企业名称\n深圳市示例甲光学电子有限公司\n".encode()
    staged = client.post("/api/v1/imports", files={"file": ("list.csv", content)}, headers=headers).json()["detail"]
    (problem,) = staged["problems"]
    assert (problem["reason_code"], problem["candidates"][0]["key"]) == ("near_names", FIRM)
    address = f"/api/v1/imports/{staged['summary']['id']}/rows/{problem['row_id']}"
    assert client.get(address).status_code == 401
    seen = client.get(address, headers=headers).json()
    assert (seen["undecided"], seen["candidates"][0]["differences"][0]["zh"]) == (1, "多“光学”两字")
    decided = client.post(address, data={"choice": FIRM}, headers=headers)
    assert (decided.json()["outcome"], decided.json()["counts"]["ambiguous"]) == ("matched", 0)
    assert client.post(address, data={"choice": "new"}, headers=headers).status_code == 409
    revoked = client.delete(f"/api/v1/import-decisions/{decided.json()['id']}", headers=headers)
    assert revoked.json()["outcome"] == "ambiguous"
    assert client.post(address, data={"choice": "nonesuch"}, headers=headers).status_code == 404
