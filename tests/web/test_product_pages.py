"""The pages of products: the catalogue, one version, a shopping list checked and taken away."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlalchemy.engine import Engine

from import_scripts.compatibility import read_list
from registry.db import transaction
from registry.policies import Actor
from registry.services.indexing import rebuild, search_engine
from registry.services.products.compatibility import bring_list
from registry.settings import Settings
from tests.db.products import fill_catalogue

ENGLISH = {"Accept-Language": "en"}
LIST = "示例岚山数据库 V8.0\n岚山数据库 V9 x 3套\n示例岚山数据库 V7\n示例无名 V1\n三级 数据库"


@pytest.fixture(autouse=True)
def numbers(sqlite_engine: Engine, sqlite_settings: Settings) -> Iterator[dict[str, int]]:
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        with transaction(sqlite_engine) as session:
            made = fill_catalogue(session)
        rebuild(sqlite_engine, search_engine(sqlite_settings))
        yield made


def test_the_catalogue_leads_to_versions_makers_and_narrower_lists(client: TestClient, numbers: dict[str, int]) -> None:
    page = client.get("/products")
    assert page.status_code == 200
    assert f'href="/products/{numbers["示例岚山数据库 V9.0"]}"' in page.text
    assert "category=db" in page.text
    assert "安全网关设备" in page.text
    assert 'aria-current="true">产品目录' in page.text
    narrowed = client.get("/products", params={"category": "db", "grade": "3"}).text
    assert "示例铸辰分布式数据库" in narrowed
    assert "示例岚山数据库" not in narrowed


def test_the_catalogue_is_searched_by_the_one_search_which_understands_grade_and_category(client: TestClient) -> None:
    found = client.get("/products", params={"q": "三级 数据库"}).text
    assert "示例铸辰分布式数据库" in found
    assert "示例岚山数据库" not in found
    version = client.get("/products", params={"q": "示例岚山 V9"}).text
    assert "示例岚山数据库 V9.0" in version
    assert "没有符合条件的产品" in client.get("/products", params={"q": "查无此物"}).text


def test_one_version_says_that_a_later_one_is_in_force(client: TestClient, numbers: dict[str, int]) -> None:
    page = client.get(f"/products/{numbers['示例岚山数据库 V8.0']}").text
    assert "后续版本" in page
    assert f'href="/products/{numbers["示例岚山数据库 V9.0"]}"' in page
    before = client.get(f"/products/{numbers['示例岚山数据库 V8.0']}?as_of=2024-06-01").text
    assert "回到今天" in before
    assert "这个版本已不在有效期内" not in before


@pytest.mark.parametrize(
    "query", ["status=new", "as_of=2026-02-30", "grade=二", "cursor=x", "category=" + "长" * 61, "limit=3&grade=0"]
)
def test_what_cannot_be_read_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/products?{query}").status_code == 422


def test_what_is_not_there_is_said(client: TestClient) -> None:
    assert client.get("/products/999999").status_code == 404
    assert client.get("/products?maker=440300").status_code == 404


def test_the_catalogue_is_downloaded_as_it_is_narrowed(client: TestClient) -> None:
    file = client.get("/products/download", params={"format": "csv", "category": "db"})
    assert "attachment" in file.headers["content-disposition"]
    assert len(file.text.strip().splitlines()) == 3
    assert client.get("/products/download?format=pdf").status_code == 422


def test_a_pasted_list_is_answered_with_what_could_be_bought_instead(client: TestClient) -> None:
    page = client.post("/products/check", data={"lines": LIST})
    assert page.status_code == 200
    for word in ("已过期 126 天", "其他版本", "未列入", "须指明", "后续版本：", "同类（有效）："):
        assert word in page.text, word
    english = client.post("/products/check", data={"lines": LIST}, headers=ENGLISH).text
    assert "Ended 126 days ago" in english


def test_another_day_gives_other_answers(client: TestClient) -> None:
    page = client.post("/products/check", data={"lines": "示例岚山数据库 V8.0", "as_of": "2024-06-01"}).text
    assert "没有须处理的行" in page


def test_the_answers_are_taken_away(client: TestClient) -> None:
    file = client.post("/products/check", data={"lines": LIST, "form": "csv"})
    assert "attachment" in file.headers["content-disposition"]
    assert len(file.text.strip().splitlines()) == 6
    book = client.post("/products/check", data={"lines": LIST, "form": "xlsx"})
    assert book.content[:2] == b"PK"


def test_a_workbook_is_read_by_its_columns(client: TestClient, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("序号", "货物名称", "规格型号", "数量", "单位"),
        (1, "示例岚山数据库", "V9.0", 16, "套"),
        (2, "示例启衡处理器", "QH-3400", 300, "颗"),
    ):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    answer = client.post("/products/check", files={"file": ("采购清单.xlsx", stream.getvalue())})
    assert answer.status_code == 200
    assert "采购清单.xlsx，2 行" in answer.text
    assert "没有须处理的行" in answer.text


def test_a_plain_text_file_is_a_list_too(client: TestClient) -> None:
    answer = client.post("/products/check", files={"file": ("list.txt", "示例岚山数据库 V9\n".encode("gb18030"))})
    assert "没有须处理的行" in answer.text


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("list.pdf", b"%PDF-1.4", 422), ("list.xlsx", b"no workbook", 422), ("empty.txt", b"\n\n", 422)],
)
def test_a_file_that_is_no_list_comes_back_with_the_reason(
    client: TestClient, name: str, content: bytes, status: int
) -> None:
    answer = client.post("/products/check", files={"file": (name, content)})
    assert answer.status_code == status
    assert 'aria-invalid="true"' in answer.text


def test_an_empty_or_overlong_list_comes_back_with_the_reason(client: TestClient) -> None:
    for lines in ("", "示例 V1\n" * 501):
        answer = client.post("/products/check", data={"lines": lines})
        assert answer.status_code == 422
        assert "lines-error" in answer.text


def test_other_pages_lead_to_the_version(client: TestClient, numbers: dict[str, int]) -> None:
    address = f'href="/products/{numbers["示例岚山数据库 V9.0"]}"'
    assert address in client.get("/directories/secure_product").text
    assert address in client.get("/search", params={"q": "示例岚山数据库 V9.0"}).text
    assert '/products"' in client.get("/directories/secure_product").text


def test_the_matrix_opens_the_rows_behind_each_cell_and_a_version_shows_its_own(
    client: TestClient, sqlite_engine: Engine, tmp_path: Path, numbers: dict[str, int]
) -> None:
    assert "还没有兼容性名单" in client.get("/products/compatibility").text
    path = tmp_path / "示例兼容性.csv"
    path.write_text(
        "芯片,操作系统,数据库,适配状态\n"
        "示例启衡QH-3400,示例系统 V1,示例岚山数据库 V9.0,已适配\n"
        "示例启衡QH-3400,示例系统 V1,,不兼容\n",
        encoding="utf-8",
    )
    with read_list(path) as given, transaction(sqlite_engine) as session:
        bring_list(session, given=given, actor=Actor.command_line(), archive_dir=tmp_path / "archive")
    page = client.get("/products/compatibility?rows=chip&columns=os").text
    assert "1 / 2" in page
    assert "/products/compatibility/records?chip=" in page
    records = client.get("/products/compatibility/records", params={"os": "示例系统V1"}).text
    assert "2 条记录" in records
    assert "不兼容" in records
    assert len(client.get("/products/compatibility/download").text.strip().splitlines()) == 3
    number = numbers["示例岚山数据库 V9.0"]
    assert "原文这一行" in client.get(f"/products/{number}").text
    assert client.get(f"/products/compatibility/records?product={number}").status_code == 200
    for address in ("?rows=x", "/records?cursor=x", "/records?product=0"):
        assert client.get(f"/products/compatibility{address}").status_code == 422
    assert "Tested together" in client.get("/products/compatibility/records", headers=ENGLISH).text


def test_the_pages_speak_english(client: TestClient, numbers: dict[str, int]) -> None:
    assert "product versions" in client.get("/products", headers=ENGLISH).text
    assert (
        "Other versions of the same product"
        in client.get(f"/products/{numbers['示例岚山数据库 V8.0']}", headers=ENGLISH).text
    )
    assert "Check a shopping list" in client.get("/products/check", headers=ENGLISH).text
