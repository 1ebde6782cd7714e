"""The self-check without a login: asks what the version reads, answers as the command does, keeps nothing."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, inspect, select, table

from registry.db import make_engine
from registry.settings import Settings
from registry.tiering.figures_file import check_figures
from registry.tiering.loader import load_all
from registry.tiering.questions import questions
from registry.tiering.selection import find
from tests.unit.tiering.answering import answers_of
from tests.unit.tiering.cases import HTE_PASS, LG22_PASS, LG26_PASS, changed, report

PATH = "/standards/little_giant/self-check"
FRAME = {"procedure": "new", "as_of": "2026-05-06", "region": "440300"}


def fields_of(raw: dict[str, Any], code: str) -> dict[str, str]:
    file = check_figures(raw)
    assert file.as_of is not None
    asked = questions(find(code)[0], as_of=file.as_of, procedure=file.procedure)
    frame = {"procedure": file.procedure, "as_of": file.as_of.isoformat(), "region": file.enterprise.region_code or ""}
    return frame | answers_of(file, asked)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_form_has_a_field_for_every_question_and_no_other(client: TestClient, locale: str) -> None:
    for standard in load_all():
        day = max(window.since for window in standard.in_force.values())
        procedure = next(name for name, window in standard.in_force.items() if window.since == day)
        params = {"procedure": procedure, "as_of": day.isoformat()}
        path = f"/standards/{standard.id}/self-check"
        response = client.get(path, params=params, headers={"Accept-Language": locale})
        assert response.status_code == 200
        named = set(re.findall(r'name="((?:annual|facts|enterprise)\.[^"]+)"', response.text))
        paths = {one.path for one in questions(standard, as_of=day, procedure=procedure) if one.kind != "region"}
        assert paths <= named
        assert all(any(name == path or name.startswith(f"{path}.") for path in paths) for name in named)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (LG26_PASS, "LG26"),
        (LG22_PASS, "LG22"),
        (HTE_PASS, "HTE"),
        (changed(LG26_PASS, annual__2025__revenue=40_000_000, facts__class1_ip=3), "LG26"),
        (changed(HTE_PASS, annual__2025__innovation_score=..., facts__class1_ip=...), "HTE"),
    ],
)
def test_the_result_is_that_of_the_command(client: TestClient, raw: dict[str, Any], code: str) -> None:
    response = client.post(f"/standards/{code}/self-check", data=fields_of(raw, code))
    assert response.status_code == 200, response.text
    wanted = report(raw, code)
    verdict = {"eligible": "够条件", "ineligible": "暂不符合", "undecided": "尚不能判断"}[wanted.verdict]
    result = response.text.partition('id="result"')[2].partition("<form")[0]
    assert verdict in result
    assert wanted.gap_text in result
    for one in wanted.criteria:
        assert one.id in result
        for told in [part.text for part in one.parts] or [one.text]:
            assert told.rpartition("：")[0] in unescape(result)
    if wanted.score:
        assert f"须 {wanted.score.needed}" in result


def test_the_english_result_says_it_in_english(client: TestClient) -> None:
    fields = fields_of(changed(LG26_PASS, facts__class1_ip=3), "LG26")
    page = client.post(PATH, data=fields, headers={"Accept-Language": "en"}).text
    result = page.partition('id="result"')[2].partition("<form")[0]
    assert "class-I IP rights 3 items" in result
    assert "1 item too low" in result


def test_date_kind_and_place_choose_the_version(client: TestClient) -> None:
    asks = {"as_of": "2026-05-06", "region": "440300"}
    assert ">LG26<" in client.get(PATH, params=asks | {"procedure": "new"}).text
    assert ">LG22<" in client.get(PATH, params=asks | {"procedure": "review"}).text


@pytest.mark.parametrize(
    ("params", "field"),
    [({"as_of": "1999-01-01"}, "as_of"), ({"as_of": "nonsense"}, "as_of"), ({"region": "999999"}, "region")],
)
def test_what_chooses_no_version_is_an_error_beside_its_field(
    client: TestClient, params: dict[str, str], field: str
) -> None:
    for response in (client.get(PATH, params=params), client.post(PATH, data=params)):
        assert response.status_code == 422
        assert f'id="{field}-error"' in response.text


def test_wrong_answers_come_back_beside_their_fields_and_everything_is_kept(client: TestClient) -> None:
    more = {
        "annual.2025.revenue": "很多",
        "facts.class1_ip": "-3",
        "annual.2024.revenue": "7,000",
        "facts.key_link": "no",
    }
    for locale, said in (("zh", "须为数字"), ("en", "Must be a number")):
        response = client.post(PATH, data=FRAME | more, headers={"Accept-Language": locale})
        assert response.status_code == 422
        assert 'id="result"' not in response.text
        assert said in response.text
        for path in ("annual.2025.revenue", "facts.class1_ip"):
            assert f'href="#{path}"' in response.text
            assert f'id="{path}-error"' in response.text
        for kept in ('value="很多"', 'value="-3"', 'value="7,000"'):
            assert kept in response.text
        assert re.search(r'name="facts\.key_link" value="no" checked', response.text)


def test_money_is_said_back_and_a_doubtful_unit_is_asked_about(client: TestClient) -> None:
    fields = FRAME | {"annual.2025.revenue": "1234.5", "annual.2024.revenue": "1300", "annual.2024.revenue.unit": "one"}
    page = client.post(PATH, data=fields).text
    assert "12,345,000 元（1,234.5 万元）" in page
    assert "单位是否选对" in page
    assert 'value="one" selected' in page


def test_nothing_answered_is_undecided_and_says_what_is_missing(client: TestClient) -> None:
    page = client.post(PATH, data=FRAME).text
    assert "尚不能判断" in page
    assert "数据不足" in page


def test_nothing_is_stored_or_logged_and_no_cache_keeps_it(
    client: TestClient, sqlite_settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "98765432"
    engine = make_engine(sqlite_settings)
    before = rows(engine)
    with structlog.testing.capture_logs() as logs:
        good = client.post(PATH, data=FRAME | {"annual.2025.revenue": secret})
        bad = client.post(PATH, data=FRAME | {"annual.2025.revenue": f"{secret}x"})
    assert rows(engine) == before
    engine.dispose()
    assert secret in good.text
    assert secret in bad.text
    written = capfd.readouterr()
    assert secret not in f"{logs}{written.out}{written.err}"
    for response in (good, bad):
        assert response.headers["cache-control"] == "no-store"
        assert "location" not in response.headers


def rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        names = inspect(engine).get_table_names()
        return {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}


def test_only_a_plain_form_of_this_site_is_read(client: TestClient) -> None:
    assert client.post(PATH, json=FRAME).status_code == 422
    assert client.post(PATH, files={"file": b"x"}).status_code == 422
    assert client.post(PATH, data={str(number): "" for number in range(2100)}).status_code == 422
    assert client.post(PATH, data=FRAME, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_odd_bodies_never_break_it(client: TestClient) -> None:
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (
        b"",
        b"\xff\xfe=%00",
        b"as_of=%ED%A0%80",
        b"annual.2025.revenue=" + b"9" * 5000,
        b"&&&===",
        b"region=44",
    ):
        assert client.post(PATH, content=body, headers=head).status_code in (200, 422)


def test_an_unknown_standard_is_not_there(client: TestClient) -> None:
    assert client.get("/standards/none/self-check").status_code == 404
    assert client.post("/standards/none/self-check", data=FRAME).status_code == 404


def test_titles_keep_their_dates(client: TestClient) -> None:
    name = "enterprise.titles"
    fields = FRAME | {name: "some", f"{name}.srdi_sme": "yes", f"{name}.srdi_sme.from": "2024-06-01"}
    page = client.post(PATH, data=fields).text
    assert 'value="2024-06-01"' in page
    assert re.search(r'name="enterprise\.titles\.srdi_sme" value="yes" checked', page)
    assert date(2024, 6, 1).isoformat() in page
