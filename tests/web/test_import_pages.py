"""Bringing a list in on the officials' pages: upload, settings, comparison, checks, signing, a second official."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy.engine import Engine
from sqlmodel import select

from import_scripts.reading import open_file
from registry.db import reading
from registry.models import ImportRun, Listing
from registry.policies import Grant
from registry.search.embedded import EmbeddedEngine
from registry.services.imports import long_writing, uploading
from registry.services.working import Worker
from registry.settings import Settings
from registry.vocabulary import ImportState, Role
from tests.support.people import PASSWORD, create_people

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = {
    "fang": Grant(Role.CURATOR, "440000"),
    "wu": Grant(Role.CURATOR, "440000"),
    "lin": Grant(Role.REVIEWER, "440300"),
    "hao": Grant(Role.CURATOR, "440000", "hte"),
}
CODE = "91350100M000100Y43"
TITLE = "附件2：2026年第八批专精特新“小巨人”企业名单"
GOOD = f"{TITLE},,\n序号,企业名称,统一社会信用代码\n1,示例甲有限公司,{CODE}\n2,示例乙有限公司,\n"
BAD = f"{TITLE},,\n序号,企业名称,统一社会信用代码\n1,示例甲有限公司,{CODE}\n2,示例乙有限公司,91350100M000100Y44\n"


@pytest.fixture(autouse=True)
def _people(sqlite_engine: Engine) -> None:
    create_people(sqlite_engine, PEOPLE)


@pytest.fixture
def office(client: TestClient) -> TestClient:
    """Signed in as a curator of the province."""
    return as_(client, "fang")


def as_(client: TestClient, login: str) -> TestClient:
    client.cookies.clear()
    answer = client.post("/login", data={"login": login, "password": PASSWORD}, headers=SAME_SITE)
    assert answer.status_code == 303
    return client


def post(client: TestClient, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post(path, data=data or {}, headers=SAME_SITE, **more)


def upload(client: TestClient, content: str, name: str = "名单.csv") -> str:
    """The address of the new import."""
    answer = post(client, "/office/imports", files={"file": (name, content.encode(), "text/csv")})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def fields(page: str) -> dict[str, Any]:
    """What the settings form would send as it stands."""
    tree: Any = html.fromstring(page)
    form = tree.get_element_by_id("settings")
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def test_an_upload_is_prefilled_mapped_signed_and_written(office: TestClient, sqlite_engine: Engine) -> None:
    address = upload(office, GOOD)
    assert "名单.csv" in office.get("/office/imports").text
    page = office.get(address).text
    assert "取自“第八批”" in page
    filled = fields(page)
    assert (filled["directory"], filled["year"], filled["batch"]) == (["little_giant"], ["2026"], ["第八批"])
    answer = post(office, f"{address}/settings", filled)
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    page = office.get(address).text
    assert "将写入 2 行" in page
    assert "签署并写入…" in page
    assert "现行有效的称号" in page
    assert post(office, f"{address}/write", {"count": "3"}).status_code == 422
    assert post(office, f"{address}/write", {"count": "2"}).status_code == 303
    assert "已写入 2 行" in office.get(address).text
    with reading(sqlite_engine) as session:
        assert len(session.exec(select(Listing)).all()) == 2
    assert "签署" in office.get(address).text


def test_a_failed_check_is_passed_by_a_second_official_only(office: TestClient, sqlite_engine: Engine) -> None:
    address = upload(office, BAD)
    post(office, f"{address}/settings", fields(office.get(address).text))
    page = office.get(address).text
    assert "未过：1 / 2 = 50.0%" in page
    assert "签署并送第二人确认…" in page
    assert office.get(f"{address}/override").status_code == 409
    post(office, f"{address}/write", {"count": "1"})
    assert "等待第二人确认" in office.get(address).text
    assert post(office, f"{address}/write").status_code == 409
    assert "您已经手这次导入" in office.get(f"{address}/override").text
    assert post(office, f"{address}/override", {"reason": "已与文件核对"}).status_code == 403
    assert post(office, f"{address}/reopen").status_code == 303
    post(office, f"{address}/write", {"count": "1"})
    assert post(as_(office, "hao"), f"{address}/override", {"reason": "已与文件核对"}).status_code == 403
    second = as_(office, "wu")
    empty = post(second, f"{address}/override", {"reason": ""})
    assert empty.status_code == 422
    assert "请写明理由" in empty.text
    assert post(second, f"{address}/override", {"reason": "已与文件核对"}).status_code == 303
    page = second.get(address).text
    assert "wu：已与文件核对" in page
    with reading(sqlite_engine) as session:
        assert session.exec(select(ImportRun.state)).one() is ImportState.WRITTEN


def test_a_refused_file_and_wrong_settings_come_back_with_the_reason_and_what_was_typed(office: TestClient) -> None:
    refused = post(office, "/office/imports", files={"file": ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 80)})
    assert refused.status_code == 422
    assert "文件没有导入" in refused.text
    address = upload(office, GOOD)
    typed = fields(office.get(address).text) | {"batch": ["第十批"], "public_notice": ["yes"], "notice_to": [""]}
    again = post(office, f"{address}/settings", typed)
    assert again.status_code == 422
    assert "公示须有截止日期" in again.text
    assert fields(again.text)["batch"] == ["第十批"]
    for wrong in ({"header-0": ["99"]}, {"year": ["二"]}, {"directory": ["nothing"]}, {"announced_on": ["2026-02-30"]}):
        assert post(office, f"{address}/settings", typed | wrong).status_code == 422, wrong


def test_roles_and_header_row_are_changed_and_remembered_until_forgotten(office: TestClient) -> None:
    content = "甲,乙\n培育对象,备注\n甲一,某\n乙二,某\n"
    address = upload(office, content)
    filled = fields(office.get(address).text) | {"directory": ["little_giant"], "year": ["2026"], "header-0": ["2"]}
    refused = post(office, f"{address}/settings", filled)
    assert refused.status_code == 422
    page = post(office, f"{address}/settings", filled | {"header-0": ["1"], "role-0-0": ["name"]})
    assert page.status_code == 303
    shown = office.get(address).text
    assert re.search(r"role-0-0.*?<option value=\"name\" selected>", shown, re.S)
    listed = office.get("/office/imports/mappings").text
    assert "甲 → 企业名称" in listed
    second = upload(office, content + "丙三,某\n", "下一份.csv")
    post(
        office,
        f"{second}/settings",
        fields(office.get(second).text) | {"directory": ["little_giant"], "year": ["2027"]},
    )
    assert "沿用 fang" in office.get(second).text
    assert post(as_(office, "hao"), "/office/imports/mappings/1/forget").status_code == 403
    assert post(as_(office, "fang"), "/office/imports/mappings/1/forget").status_code == 303
    assert "还没有记住" in office.get("/office/imports/mappings").text


def test_rows_are_listed_against_other_lists_and_problems_downloaded(office: TestClient) -> None:
    address = upload(office, BAD)
    post(office, f"{address}/settings", fields(office.get(address).text))
    page = office.get(f"{address}/compare?against=current&kind=new")
    assert page.status_code == 200
    assert "示例甲有限公司" in page.text
    assert "没有列入不等于撤销" in office.get(f"{address}/compare?against=current&kind=absent").text
    assert office.get(f"{address}/compare?against=previous&kind=new").status_code == 422
    assert office.get(f"{address}/compare?against=current&kind=x").status_code == 422
    report = office.get(f"{address}/errors.csv")
    assert report.headers["content-type"].startswith("text/csv")
    assert "91350100M000100Y44" in report.text
    assert office.get(f"{address}/errors.xlsx").content[:2] == b"PK"


def test_a_large_file_shows_its_progress_and_can_be_cancelled(
    office: TestClient,
    sqlite_engine: Engine,
    sqlite_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for act in (uploading.receive, uploading.settle):
        monkeypatch.setitem(act.__kwdefaults__ or {}, "large_bytes", 10)
    worker = Worker(
        sqlite_engine, EmbeddedEngine(tmp_path / "index"), data_dir=sqlite_settings.data_dir, open_file=open_file
    )
    address = upload(office, GOOD)
    page = office.get(address).text
    assert "正在识读文件" in page
    assert '<meta http-equiv="refresh"' in page
    assert 'id="settings"' not in page
    assert post(office, f"{address}/settings", {"directory": "hte", "year": "2026"}).status_code == 409
    worker.run_one_job()
    page = office.get(address).text
    assert "文件已识读" in page
    post(office, f"{address}/settings", fields(page))
    assert "正在逐行对应" in office.get(address).text
    assert post(office, f"{address}/cancel").status_code == 303
    page = office.get(address).text
    assert "处理已取消" in page
    post(office, f"{address}/settings", fields(page))
    worker.run_one_job()
    assert "将写入 2 行" in office.get(address).text


def test_an_undo_page_lists_what_others_built_on_the_import_first(office: TestClient) -> None:
    first, second = upload(office, GOOD), upload(office, GOOD.replace("第八批", "第九批"), "二.csv")
    for address in (first, second):
        post(office, f"{address}/settings", fields(office.get(address).text))
        post(office, f"{address}/write", {"count": "2"})
    page = office.get(f"{first}/undo").text
    assert "撤回后保留的企业" in page
    assert "示例甲有限公司" in page


def test_reviewers_look_and_change_nothing(client: TestClient) -> None:
    address = upload(as_(client, "fang"), GOOD)
    reviewer = as_(client, "lin")
    assert "上传并识读" not in reviewer.get("/office/imports").text
    page = reviewer.get(address)
    assert page.status_code == 200
    assert "按此逐行对应" not in page.text
    assert post(reviewer, "/office/imports", files={"file": ("a.csv", GOOD.encode())}).status_code == 403
    assert post(reviewer, f"{address}/settings", {"year": "2026"}).status_code == 403
    assert post(reviewer, f"{address}/cancel").status_code == 403
    assert post(reviewer, f"{address}/write").status_code == 403


def test_what_a_plain_list_says_about_a_year_is_no_batch_of_it(office: TestClient) -> None:
    address = upload(office, "2026年企业登记情况,\n企业名称,城市\n示例甲有限公司,深圳\n")
    filled = fields(office.get(address).text)
    assert filled["year"] == ["2026"]
    assert post(office, f"{address}/settings", filled | {"year": ["2025"]}).status_code == 422
    assert post(office, f"{address}/settings", filled).status_code == 303
    assert "将写入 1 行" in office.get(address).text


def test_a_doubtful_row_is_decided_beside_its_candidates_and_the_decision_taken_back(office: TestClient) -> None:
    head = "企业名称,统一社会信用代码,城市\n"
    known = (
        f"广州示例听澜人工智能科技有限公司,{CODE},广州市\n广州市示例听澜科技发展有限公司,91350900587527783P,广州市\n"
    )
    first = upload(office, head + known, "1.csv")
    post(office, f"{first}/settings", {})
    post(office, f"{first}/write", {"count": "2"})
    address = upload(
        office, f"{TITLE},,\n{head}广州示例听澜科技有限公司,,广州市\n广州示例不相干有限公司,,广州市\n", "2.csv"
    )
    post(office, f"{address}/settings", fields(office.get(address).text))
    found = re.search(rf"{address}/rows/[0-9]+", office.get(address).text)
    assert found is not None
    row = office.get(found.group()).text
    assert "缺“人工智能”四字" in row
    assert all(f'data-key="{key}"' in row for key in ("1", "2", "n", "u"))
    assert "btn-primary" not in row
    assert post(office, found.group(), {"choice": "no-such-key"}).status_code in (404, 422)
    assert post(as_(office, "lin"), found.group(), {"choice": "new"}).status_code == 403
    as_(office, "fang")
    unsure = post(office, found.group(), {"choice": "unsure"})
    assert (unsure.status_code, unsure.headers["location"]) == (303, address)
    assert post(office, found.group(), {"choice": CODE}).headers["location"] == address
    assert "将写入 2 行" in office.get(address).text
    decided = office.get(found.group()).text
    assert "fang 已决定" in decided
    assert 'data-key="1"' not in decided
    assert post(office, f"{found.group()}/revoke").status_code == 303
    assert 'data-key="1"' in office.get(found.group()).text
    assert post(office, f"{found.group()}/revoke").status_code == 409
    assert office.get(f"{address}/rows/999999").status_code == 404


def test_of_two_entries_of_one_product_a_person_says_on_the_page_which_counts(office: TestClient) -> None:
    head = "产品名称,版本,送测单位,安全可靠等级\n"
    lines = "示例库,V1,示例软件甲有限公司,Ⅰ级\n示例库,V1,示例软件甲有限公司,Ⅱ级\n"
    address = upload(office, head + lines, "产品.csv")
    filled = fields(office.get(address).text) | {"directory": ["secure_product"], "announced_on": ["2026-05-06"]}
    assert post(office, f"{address}/settings", filled).status_code == 303
    found = re.search(rf"{address}/rows/[0-9]+", office.get(address).text)
    assert found is not None
    row = office.get(found.group()).text
    assert "本文件第 2 行" in row
    assert "Ⅱ级" in row
    assert all(f'data-key="{key}"' in row for key in ("1", "2", "u"))
    assert "建新企业" not in row
    assert post(office, found.group(), {"choice": "take"}).headers["location"] == address
    assert "将写入 1 行" in office.get(address).text
    assert "fang 已决定" in office.get(found.group()).text
    assert post(office, f"{found.group()}/revoke").status_code == 303
    assert 'data-key="2"' in office.get(found.group()).text


def test_a_long_list_is_written_by_the_worker_and_can_be_stopped(
    office: TestClient, sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_writing, "LONG_ROWS", 1)
    folder = sqlite_settings.data_dir
    worker = Worker(sqlite_engine, EmbeddedEngine(folder / "index"), data_dir=folder, open_file=open_file)
    address = upload(office, GOOD)
    post(office, f"{address}/settings", fields(office.get(address).text))
    assert post(office, f"{address}/write", {"count": "2"}).status_code == 303
    page = office.get(address).text
    assert "正在写入" in page
    assert "取消" in page
    assert "写入…" not in page
    assert post(office, f"{address}/undo").status_code == 409
    assert post(office, f"{address}/cancel").status_code == 303
    assert "写入已取消，一行也没有写" in office.get(address).text
    assert not worker.run_one_job()
    assert post(office, f"{address}/write").status_code == 303
    assert worker.run_one_job()
    page = office.get(address, headers={"HX-Request": "true"}).text
    assert "已写入 2 行" in page
    assert 'id="progress"' in page
