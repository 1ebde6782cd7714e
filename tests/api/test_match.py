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
