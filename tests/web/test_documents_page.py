"""The archived document: the very row among its neighbours, verbatim, and the file itself byte for byte."""

import hashlib
import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.support.public_pages import MOON, STAR, TREE, key_of
from tests.web.test_home_page import text_of

pytest_plugins = ("tests.web.public_registry",)


@pytest.fixture
def row(public: TestClient) -> str:
    """The address of the row that gives the firm its little-giant title."""
    page = public.get(f"/e/{key_of(MOON)}").text
    found = re.search(r'href="(/documents/\d+/rows/\d+)"', page)
    assert found is not None
    return unescape(found.group(1))


def test_the_row_is_marked_among_its_neighbours_with_the_columns_verbatim(public: TestClient, row: str) -> None:
    page = public.get(row).text
    marked = re.search(r'<tr class="row-chosen" aria-current="true">(.*?)</tr>', page, re.DOTALL)
    assert marked is not None
    assert text_of(marked.group(1)) == f"3 本行 2 {MOON} {key_of(MOON)} 广州市 射频芯片"
    said = text_of(page)
    assert said.index(STAR) < said.index(TREE)
    assert "行号 序号 企业名称 统一社会信用代码 所在市 主导产品" in said


def test_it_says_what_the_document_is_and_what_became_of_the_row(public: TestClient, row: str) -> None:
    page = public.get(row).text
    said = text_of(page)
    assert re.search(r"文号 示例〔20\d\d〕1号", said)
    assert "little_giant.csv" in said
    assert "登记库的处理 结果 新增" in said
    assert f'href="/e/{key_of(MOON)}"' in page


def test_the_original_is_a_download_of_the_same_bytes_and_never_shown_inline(public: TestClient, row: str) -> None:
    page = public.get(row).text
    number = row.split("/")[2]
    answer = public.get(f"/documents/{number}/original")
    assert hashlib.sha256(answer.content).hexdigest() in page
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("path", ["/documents/9999/rows/1", "/documents/1/rows/99999", "/documents/9999/original"])
def test_what_is_not_there_is_not_found(public: TestClient, path: str) -> None:
    assert public.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/documents/x/rows/1", "/documents/1/rows/-1", f"/documents/{10**30}/original"])
def test_numbers_that_are_none_are_refused(public: TestClient, path: str) -> None:
    assert public.get(path).status_code in (404, 422)


def test_it_speaks_english(public: TestClient, row: str) -> None:
    said = text_of(public.get(row, headers={"accept-language": "en"}).text)
    assert "What the registry made of it" in said
    assert "This row" in said
