"""The batch matcher in the browser: workbooks and names come back with columns, choices are applied."""

import io
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook
from sqlalchemy.engine import Engine
from sqlmodel import select

from import_scripts.reading import open_file
from registry.db import reading
from registry.models import MatchDecision
from registry.policies import Grant
from registry.search.embedded import EmbeddedEngine
from registry.services import match_jobs
from registry.services.match_workbook import COLUMNS, NONE_OF_THEM
from registry.services.working import Worker
from registry.settings import Settings
from registry.vocabulary import Role
from tests.db.lists import bring
from tests.db.test_deciding import CODE_B, FIRMS, HEADER, LIST
from tests.support.people import create_people
from tests.unit.imports.files import csv_file
from tests.web.test_import_pages import as_, post

PEOPLE = {
    "fang": Grant(Role.CURATOR, "440000"),
    "wu": Grant(Role.CURATOR, "440000"),
    "lin": Grant(Role.AUDITOR, "440000"),
}
DOUBTFUL = "广州示例听澜科技有限公司"


@pytest.fixture
def office(client: TestClient, sqlite_engine: Engine, tmp_path: Path) -> TestClient:
    create_people(sqlite_engine, PEOPLE)
    bring(sqlite_engine, csv_file(tmp_path, HEADER, *FIRMS, name="known.csv"), LIST)
    return as_(client, "fang")


def workbook(*names: str) -> bytes:
    book = Workbook()
    for row in (("企业名称",), *((name,) for name in names)):
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def brought(client: TestClient, content: bytes | None = None, **data: str) -> str:
    files = {"file": ("名单.xlsx", content)} if content is not None else {"file": ("", b"")}
    answer = post(client, "/office/match", data, files=files)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def fetched(client: TestClient, address: str) -> Any:
    answer = client.get(f"{address}/workbook")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    return load_workbook(io.BytesIO(answer.content))


def test_a_workbook_comes_back_and_its_choices_are_applied(office: TestClient, sqlite_engine: Engine) -> None:
    assert "批量匹配" in office.get("/office/match").text
    address = brought(office, workbook(FIRMS[2][0], DOUBTFUL, "全然不同的示例有限公司"))
    page = office.get(address).text
    assert "3 行匹配完毕" in page
    assert "2 家待选" in page
    assert "选定之后再交来" in page
    book = fetched(office, address)
    sheet = book.worksheets[0]
    assert sheet.cell(2, 3).value == FIRMS[2][0]
    picks = next(rule for rule in sheet.data_validations.dataValidation)
    assert (str(picks.sqref), len(book.worksheets)) == (f"{sheet.cell(3, 1 + len(COLUMNS)).coordinate}", 2)
    sheet.cell(3, 1 + len(COLUMNS), f"{CODE_B} {FIRMS[1][0]}")
    stream = io.BytesIO()
    book.save(stream)
    again = brought(office, stream.getvalue(), apply="yes")
    assert "记住了 1 个选定" in office.get(again).text
    assert fetched(office, again).worksheets[0].cell(3, 2).value == CODE_B
    with reading(sqlite_engine) as session:
        assert session.exec(select(MatchDecision)).one().actor == "fang"
    sheet.cell(3, 1 + len(COLUMNS), NONE_OF_THEM)
    assert "选定之后再交来" not in office.get(again).text


def test_pasted_names_are_matched_and_shown(office: TestClient) -> None:
    address = brought(office, names=f"{FIRMS[2][0]}\n\n 随便 \t{CODE_B}\n=1+1\n")
    page = office.get(address).text
    assert "3 行匹配完毕" in page
    assert FIRMS[1][0] in page
    sheet = fetched(office, address).worksheets[0]
    assert (sheet.cell(4, 1).value, sheet.cell(4, 1).data_type) == ("=1+1", "s")


def test_a_large_one_waits_for_the_worker_and_can_be_cancelled(
    office: TestClient, sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = match_jobs.receive_workbook
    monkeypatch.setattr("web.work.matching.receive_workbook", lambda *args, **more: receive(*args, **more, at_once=10))
    worker = Worker(
        sqlite_engine,
        EmbeddedEngine(sqlite_settings.data_dir / "index"),
        data_dir=sqlite_settings.data_dir,
        open_file=open_file,
    )
    address = brought(office, workbook(FIRMS[2][0]))
    assert "正在匹配" in office.get(address).text
    assert office.get(f"{address}/workbook").status_code == 409
    assert worker.run_one_job()
    assert "1 行匹配完毕" in office.get(address).text
    assert fetched(office, address).worksheets[0].cell(2, 3).value == FIRMS[2][0]
    second = brought(office, workbook(FIRMS[2][0]))
    assert post(office, f"{second}/cancel").status_code == 303
    assert "匹配已取消" in office.get(second).text
    assert post(office, f"{second}/cancel").status_code == 409
    third = brought(office, b"no workbook at all")
    worker.run_one_job()
    assert "没有匹配完成" in office.get(third).text


def test_results_are_for_whoever_brought_the_file_and_go_after_some_days(
    office: TestClient, sqlite_settings: Settings
) -> None:
    address = brought(office, workbook(FIRMS[2][0]))
    for path in (sqlite_settings.data_dir / "match").glob("*/result.xlsx"):
        path.unlink()
    assert office.get(f"{address}/workbook").status_code == 410
    other = as_(office, "wu")
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/workbook").status_code == 404
    assert as_(office, "lin").get("/office/match").status_code == 403


def test_a_fault_brings_the_form_back(office: TestClient, sqlite_settings: Settings) -> None:
    empty = {"file": ("", b"")}
    assert "或粘贴名称" in post(office, "/office/match", {"names": " "}, files=empty).text
    answer = post(office, "/office/match", {"directory": "little_giant"}, files={"file": ("a.xlsx", b"x" * 60)})
    assert (answer.status_code, "没有匹配" in answer.text) == (422, True)
    answer = post(office, "/office/match", {"names": "示例", "directory": "no_such"}, files=empty)
    assert answer.status_code == 404
    assert "示例" in answer.text
    assert not list((sqlite_settings.data_dir / "match").glob("*/*"))
