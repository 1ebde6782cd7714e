"""The pages of a plan: every number leads to its rows, officials enter values, refusals keep what was typed."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy.engine import Engine

from registry.clock import today
from registry.db import transaction
from registry.policies import Grant
from registry.vocabulary import Role
from tests.factories import a_batch, a_figure, a_listing
from tests.support.people import create_people
from tests.support.population import add_enterprise
from tests.web.firm_place import SAME_SITE, as_

PLAN = "/plan/electronics_2019_2022"
OFFICE = "/office/plan/electronics_2019_2022"
PEOPLE = {
    "fang": Grant(Role.CURATOR, "440000"),
    "lin": Grant(Role.CURATOR, "440300"),
    "shen": Grant(Role.AUDITOR, "440000"),
}
TYPED = {
    "version": "0", "value": "31000", "on_day": "2022-12-31", "trust": "official", "document": "示例统计公报",
    "document_no": "示统〔2023〕1号", "document_on": "2023-03-01", "source_url": "", "reason": "",
}  # fmt: skip


@pytest.fixture
def filled(sqlite_engine: Engine) -> None:
    """Six high-tech firms in two cities; one leaves within 90 days, one is in two chains, one in none."""
    create_people(sqlite_engine, PEOPLE)
    with transaction(sqlite_engine) as session:
        batch = a_batch(directory_code="hte")
        leaders = a_batch(directory_code="leading_10bn")
        session.add_all([batch, leaders])
        session.flush()
        for number in range(6):
            city = "440100" if number < 2 else "440300"
            chains = [[], ["five_g", "uhd_video"], ["five_g"]][min(number, 2)]
            firm = add_enterprise(
                session, f"示例第{number}高新有限公司", city_code=city, region_code=city, chains=chains
            )
            ends = today() + timedelta(days=30 if number == 5 else 400)
            session.add(a_listing(firm, batch, valid_from=today() - timedelta(days=300), valid_to=ends))
            if number == 2:
                session.add(a_listing(firm, leaders, valid_from=today() - timedelta(days=300), valid_to=None))
                for name, value in (("revenue", 10_000_000_000), ("rd_expense", 550_000_000)):
                    session.add(a_figure(firm, year=today().year - 1, name=name, value=value))


def parsed(text: str) -> Any:
    """The page as a tree."""
    return html.document_fromstring(text)


def rows_on(client: TestClient, address: str) -> int:
    """How many firms the pages behind an address list, all pages read."""
    count, at = 0, address
    while at:
        answer = client.get(at)
        assert answer.status_code == 200, at
        page = parsed(answer.text)
        count += len(page.xpath("//tbody/tr"))
        found = page.xpath("//a[@rel='next']/@href")
        at = found[0] if found else ""
    return count


def test_every_number_of_the_board_and_the_matrix_opens_exactly_its_rows(client: TestClient, filled: None) -> None:
    page = parsed(client.get(PLAN).text)
    seen = 0
    for link in page.xpath("//a[contains(@href, '/rows')]"):
        text = re.sub(r"[^\d]", "", "".join(link.xpath(".//text()[not(ancestor::*[@class='vh'])]")))
        if "%" in link.text_content() or not text:
            continue
        assert rows_on(client, link.get("href")) == int(text), link.get("href")
        seen += 1
    assert seen > 150
    board = {link.get("href"): link.text_content().strip() for link in page.xpath("//table[@class='plan']//a")}
    assert board[f"{PLAN}/high_tech_firms/rows"].startswith("5")
    assert board[f"{PLAN}/high_tech_firms/rows?view=forecast"] == "4"
    assert board[f"{PLAN}/high_tech_firms/rows?view=leaving"].endswith("−1")


def test_a_share_opens_the_figures_it_is_made_of(client: TestClient, filled: None) -> None:
    page = client.get(PLAN).text
    assert "5.5%" in page
    rows = client.get(f"{PLAN}/leaders_rd/rows").text
    assert "5.50 亿元" in rows
    assert "100.00 亿元" in rows
    assert "示例审计报告" in rows


def test_a_firm_of_two_chains_counts_once_in_the_totals_and_the_page_says_so(client: TestClient, filled: None) -> None:
    text = client.get(PLAN).text
    assert "一家企业可属多条产业链：各链合计比企业数多 1。" in text
    page = parsed(text)
    totals = [one.text_content().strip() for one in page.xpath("//table[contains(@class,'matrix')]//tfoot//td")]
    assert totals[-1] == "5"
    assert sum(map(int, totals[:-1])) == 5


def test_the_board_on_a_past_day_says_so_and_keeps_the_day_in_its_links(client: TestClient, filled: None) -> None:
    day = (today() - timedelta(days=400)).isoformat()
    text = client.get(PLAN, params={"as_of": day}).text
    assert f"您看到的是 {day} 的情况" in text
    assert f"as_of={day}" in text
    assert "未统计" in text
    later = (today() + timedelta(days=31)).isoformat()
    assert rows_on(client, f"{PLAN}/high_tech_firms/rows?as_of={later}") == 4


def test_files_hold_what_the_pages_show(client: TestClient, filled: None) -> None:
    board = client.get(f"{PLAN}/download?format=csv")
    table = list(csv.DictReader(io.StringIO(board.content.decode("utf-8-sig"))))
    firms = next(row for row in table if row["代码"] == "high_tech_firms")
    assert (firms["2022 目标"], firms["最近值"], firms["90 天后预计"]) == ("7000", "5", "4")
    listed = client.get(f"{PLAN}/high_tech_firms/download?format=json&city=440300").json()
    assert (listed["count"], len(listed["rows"]), listed["meta"]["firms"]) == (4, 4, 4)
    as_csv = client.get(f"{PLAN}/leaders_rd/download?format=csv").content.decode("utf-8-sig")
    assert "550000000" in as_csv
    matrix = client.get(f"{PLAN}/download?format=csv&matrix=high_tech_firms").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(matrix)))[-1][-2] == "5"
    assert client.get(f"{PLAN}/download?format=xlsx&matrix=high_tech_firms").content[:2] == b"PK"
    assert client.get(f"{PLAN}/download?format=xlsx").content[:2] == b"PK"
    assert client.get(f"{PLAN}/high_tech_firms/download?format=xlsx").content[:2] == b"PK"
    assert json.loads(client.get(f"{PLAN}/download?format=json").content)["plan"]["code"] == "electronics_2019_2022"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/plan", 200),
        ("/plan/nothing", 404),
        (f"{PLAN}/nothing", 404),
        (f"{PLAN}/nothing/rows", 404),
        (f"{PLAN}/patents/rows", 400),
        (f"{PLAN}/high_tech_firms/rows?view=other", 400),
        (f"{PLAN}/high_tech_firms/rows?city=110100", 400),
        (f"{PLAN}/high_tech_firms/rows?chain=none", 200),
        (f"{PLAN}/high_tech_firms/rows?cursor=x", 400),
        (f"{PLAN}?matrix=patents", 400),
        (f"{PLAN}?as_of=soon", 400),
        (f"{PLAN}/download?format=pdf", 400),
        ("/plan/nothing/download?matrix=x", 404),
    ],
)
def test_what_does_not_exist_is_refused_with_its_status(
    client: TestClient, filled: None, path: str, status: int
) -> None:
    answer = client.get(path).status_code
    assert answer == status or (status == 400 and answer == 422)


def test_the_home_page_shows_six_and_each_number_leads_on(client: TestClient, filled: None) -> None:
    page = parsed(client.get("/").text)
    cells = page.xpath("//div[contains(@class,'cells6')]/div")
    assert len(cells) == 6
    said = " ".join(cells[0].text_content().split())
    assert "5" in said
    assert "/ 7,000" in said
    assert "差 6,995 家" in said
    assert "目标未载明" in cells[5].text_content()


def test_a_curator_enters_corrects_and_takes_back_a_value_and_the_public_sees_what_stands(
    client: TestClient, filled: None
) -> None:
    as_(client, "fang")
    address = f"{OFFICE}/patents"
    assert client.post(address, data=TYPED, headers=SAME_SITE).status_code == 303
    assert "示例统计公报" in client.get(f"{PLAN}/patents").text
    again = client.post(address, data=TYPED | {"value": "30000"}, headers=SAME_SITE)
    assert again.status_code == 409
    assert "这一天已有数：31,000（第 1 版）" in again.text
    assert 'name="version" value="1"' in again.text
    assert 'value="30000"' in again.text
    fixed = TYPED | {"value": "30000", "version": "1", "reason": "公报更正"}
    assert client.post(address, data=fixed, headers=SAME_SITE).status_code == 303
    public = client.get(f"{PLAN}/patents").text
    assert "第 2 版：公报更正" in public
    assert "31,000" not in public
    number = re.search(r'name="value_id" value="(\d+)"', client.get(address).text)
    assert number is not None
    back = {"value_id": number[1], "version": "2", "reason": ""}
    assert client.post(f"{address}/withdraw", data=back, headers=SAME_SITE).status_code == 422
    assert client.post(f"{address}/withdraw", data=back | {"reason": "录错"}, headers=SAME_SITE).status_code == 303
    assert "还没有录入官方数" in client.get(f"{PLAN}/patents").text


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(client: TestClient, filled: None) -> None:
    as_(client, "fang")
    answer = client.post(f"{OFFICE}/leaders_rd", data=TYPED | {"value": "很多"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert 'id="value-error"' in answer.text
    assert 'value="很多"' in answer.text
    assert 'value="示例统计公报"' in answer.text


def test_two_sources_that_differ_are_a_visible_state(client: TestClient, filled: None) -> None:
    as_(client, "fang")
    client.post(f"{OFFICE}/patents", data=TYPED, headers=SAME_SITE)
    client.post(f"{OFFICE}/patents", data=TYPED | {"trust": "declared", "value": "29000"}, headers=SAME_SITE)
    board = client.get(PLAN).text
    assert "两个来源不一致" in board
    assert "29,000" in board
    assert "两个来源对同一天说得不一样" in client.get(f"{PLAN}/patents").text


def test_a_place_is_entered_and_marked_in_the_matrix(client: TestClient, filled: None) -> None:
    as_(client, "fang")
    address = f"{OFFICE}/places/chain:five_g"
    assert "按计划原文勾选" in client.get(address).text
    form = {"version": "0", "city.440300": "yes", "words_zh": "示例", "words_en": "", "source": "", "reason": ""}
    refused = client.post(address, data=form, headers=SAME_SITE)
    assert refused.status_code == 422
    assert 'name="city.440300" value="yes" checked' in refused.text
    assert client.post(address, data=form | {"source": "示例第三节"}, headers=SAME_SITE).status_code == 303
    board = client.get(PLAN).text
    assert " wanted" in board
    assert "示例第三节" in board


def test_who_may_not_enter_sees_no_form_and_is_refused(client: TestClient, filled: None) -> None:
    for login in ("lin", "shen"):
        as_(client, login)
        page = client.get(f"{OFFICE}/patents")
        assert page.status_code == 200
        assert 'name="document"' not in page.text
        assert client.post(f"{OFFICE}/patents", data=TYPED, headers=SAME_SITE).status_code == 403


def test_the_api_answers_the_board_the_matrix_and_the_firms(client: TestClient, filled: None) -> None:
    (plan,) = client.get("/api/v1/plans").json()["items"]
    first = client.get(f"/api/v1/plans/{plan['code']}")
    assert (
        client.get(f"/api/v1/plans/{plan['code']}", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    )
    lines = {one["code"]: one for group in first.json()["groups"] for one in group["indicators"]}
    assert lines["high_tech_firms"]["forecast"]["value"] == 4
    own = f"/api/v1/plans/{plan['code']}/indicators/high_tech_firms"
    assert client.get(f"{own}/matrix").json()["matrix"]["total"] == 5
    page = client.get(f"{own}/firms", params={"limit": 2, "chain": "five_g"}).json()
    assert (page["total"], len(page["items"])) == (5, 2)
    assert client.get(f"{own}/firms", params={"view": "leaving"}).json()["total"] == 1
    assert client.get(f"{own}/firms", params={"chain": "nothing"}).status_code in (400, 422)


def test_the_pages_speak_english(client: TestClient, filled: None) -> None:
    client.headers["accept-language"] = "en"
    for path in ("/plan", f"{PLAN}/patents", f"{PLAN}/high_tech_firms/rows"):
        text = client.get(path).text
        assert "Plan targets" in text
        assert "指标" not in text
