"""The laboratory's pages: a draft made, changed, tried, faulty text shown with its line, published by two."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry.db import transaction
from registry.policies import Grant
from registry.vocabulary import Role
from tests.db.test_assessing import a_ready_firm
from tests.support.people import PASSWORD, create_people
from tests.web.test_work_pages import SAME_SITE

PEOPLE = {
    "fang": Grant(Role.CURATOR, "440000"),
    "shen": Grant(Role.CURATOR, "440000"),
    "lin": Grant(Role.REVIEWER, "440300"),
}


@pytest.fixture(autouse=True)
def _people_and_firms(sqlite_engine: Engine) -> None:
    create_people(sqlite_engine, PEOPLE)
    with transaction(sqlite_engine) as session:
        for rights in (2, 3, 6):
            a_ready_firm(session, facts={"class1_ip": rights})


def as_(client: TestClient, login: str) -> TestClient:
    client.cookies.clear()
    assert client.post("/login", data={"login": login, "password": PASSWORD}, headers=SAME_SITE).status_code == 303
    return client


def post(client: TestClient, path: str, **data: str) -> tuple[int, str]:
    answer = client.post(f"/office/lab{path}", data=data, headers=SAME_SITE)
    return answer.status_code, answer.text


def a_draft(client: TestClient) -> str:
    status, _ = post(
        as_(client, "fang"), "", based_on="LG26", first_day="2099-01-01", title="《示例办法》", number="示例〔2099〕1号"
    )
    assert status == 303
    return client.get("/office/lab/1").text


def rights_field(page: str) -> str:
    """Name of the field of the class-I rights."""
    found = re.search(r'name="(f:[^"]*need\.at_least)"', page)
    assert found is not None
    return found.group(1)


def test_a_draft_goes_from_copy_to_law_by_two_people(client: TestClient) -> None:
    page = a_draft(client)
    assert "草案，不作判定" in page
    name = rights_field(page)
    status, _ = post(client, "/1", act="try", revision="1", **{name: "3"})
    assert status == 303
    page = client.get("/office/lab/1").text
    assert "现行 4" in page
    assert "+1" in page
    assert "还差 1 件Ⅰ类知识产权" in page
    assert "深圳" in page
    listed = client.get("/office/lab/1/firms").content.decode("utf-8-sig").splitlines()
    assert len(listed) == 2
    assert post(client, "/1/state", act="propose")[0] == 409
    assert post(client, "/1/backtest")[0] == 303
    assert "还没有已公布的名单" in client.get("/office/lab/1").text
    assert post(client, "/1/state", act="propose")[0] == 303
    assert post(client, "/1/publish", version="LG26A")[0] == 403
    as_(client, "shen")
    assert "LG26A" in client.get("/office/lab/1/publish").text
    assert post(client, "/1/publish", version="LG26")[0] == 422
    assert post(client, "/1/publish", version="lg26a")[0] == 303
    assert "内容不能再改" in client.get("/office/lab/1").text
    assert post(client, "/1", act="save", revision="2", **{name: "5"})[0] == 409
    assert client.get("/standards/LG26A").status_code == 200


def test_htmx_gets_the_page_s_part_with_the_result(client: TestClient) -> None:
    name = rights_field(a_draft(client))
    part = client.post(
        "/office/lab/1", data={"act": "try", "revision": "1", name: "3"}, headers=SAME_SITE | {"HX-Request": "true"}
    )
    assert part.status_code == 200
    assert part.text.strip().startswith('<div id="lab"')
    assert "+1" in part.text


def test_a_fault_in_the_text_is_shown_with_its_line_and_nothing_is_lost(client: TestClient) -> None:
    a_draft(client)
    page = client.get("/office/lab/1?view=text").text
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert text is not None
    import html

    wrong = html.unescape(text.group(1)).replace("at_least: 90%", "at_least: neunzig")
    status, answer = post(client, "/1/text", text=wrong, revision="1")
    assert status == 422
    assert "<mark><b>" in answer
    assert "neunzig" in answer
    status, answer = post(client, "/1/text", text="id: [", revision="1")
    assert (status, "不是合法的 YAML" in answer) == (422, True)


def test_a_value_that_is_no_number_comes_back_as_typed(client: TestClient) -> None:
    name = rights_field(a_draft(client))
    status, answer = post(client, "/1", act="save", revision="1", **{name: "四件"})
    assert status == 422
    assert 'value="四件"' in answer
    assert "不是数字" in answer


def test_an_official_of_a_city_may_look_and_try_but_not_write(client: TestClient) -> None:
    name = rights_field(a_draft(client))
    as_(client, "lin")
    assert "由省级名录管理员办理" in client.get("/office/lab").text
    assert "提交复核" not in client.get("/office/lab/1").text
    assert post(client, "/1", act="try", revision="1")[0] == 303
    assert post(client, "/1", act="save", revision="1", **{name: "3"})[0] == 403
    assert post(client, "", based_on="LG26", first_day="2099-01-01", title="x", number="y")[0] == 403


def test_back_to_the_version_in_force(client: TestClient) -> None:
    name = rights_field(a_draft(client))
    assert post(client, "/1", act="save", revision="1", **{name: "3"})[0] == 303
    assert "改动 1 条" in client.get("/office/lab/1").text
    assert post(client, "/1", act="restore", revision="2")[0] == 303
    assert "改动 0 条" in client.get("/office/lab/1").text


@pytest.mark.parametrize("page", ["/office/lab/9", "/office/lab/9/publish", "/office/lab/9/firms"])
def test_what_is_not_there_is_404(client: TestClient, page: str) -> None:
    assert as_(client, "fang").get(page).status_code == 404


def test_codes_of_titles_are_told_by_name(client: TestClient) -> None:
    page = a_draft(client)
    assert 'value="srdi_sme"' in page
    assert re.search(r'<small class="soft">[^<]*专精特新中小企业</small>', page)
