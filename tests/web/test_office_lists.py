"""Officials' lists: filters stay in the address, files hold what is filtered, nothing leaves the official's region."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlmodel import select

from registry.db import make_engine, reading
from registry.models import Assessment, Enterprise
from registry.settings import Settings
from tests.support.apps import running
from tests.support.demos import SMALL, a_demo
from tests.web.test_work_pages import SAME_SITE

LOGINS = {"fang": "shili-fang-demo", "lin": "shili-lin-demo"}
FILES = {
    "/office/candidates/export": "?flag=needs_data&tier=hte",
    "/office/renewals/export": "?window=180",
    "/office/missing/export": "?tier=hte",
}
PAGES = ("/office/candidates", "/office/renewals", "/office/missing", "/office/ladder")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small demo: lists, titles, figures, assessments, people."""
    return Settings(data_dir=a_demo(tmp_path_factory, SMALL), demo=True, embedded_worker=False)


@pytest.fixture
def office(demo: Settings) -> Iterator[TestClient]:
    """Speaks https and follows no redirect; nobody has signed in."""
    with running(demo, raise_faults=True) as client:
        yield client


@pytest.fixture(scope="module")
def cities(demo: Settings) -> dict[str, str | None]:
    """The city of every enterprise by its name."""
    engine = make_engine(demo)
    with reading(engine) as session:
        found = {one.name_zh: one.city_code for one in session.exec(select(Enterprise))}
    engine.dispose()
    return found


def as_(client: TestClient, login: str) -> TestClient:
    answer = client.post("/login", data={"login": login, "password": LOGINS[login]}, headers=SAME_SITE)
    assert answer.status_code == 303
    return client


def parts(text: str, path: str) -> list[Any]:
    """Elements or values of a page by XPath."""
    found: Any = html.fromstring(text).xpath(path)
    return list(found)


def names_in(text: str) -> list[str]:
    return [row[0] for row in list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:]]


@pytest.mark.parametrize("address", [*PAGES, *FILES, "/office/renewals/calendar", "/office/enterprises/1/assessments"])
def test_the_public_is_sent_to_sign_in(office: TestClient, address: str) -> None:
    answer = office.get(address)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize(("address", "asked"), list(FILES.items()))
def test_a_city_reviewer_saves_only_firms_of_the_city(
    office: TestClient, cities: dict[str, str | None], address: str, asked: str
) -> None:
    as_(office, "lin")
    names = names_in(office.get(address + asked).text)
    assert names
    assert {cities[name] for name in names} == {"440300"}
    assert names_in(office.get(f"{address}{asked}&place=440100").text) == []


@pytest.mark.parametrize(("address", "asked"), list(FILES.items()))
def test_a_spreadsheet_is_saved_too_and_another_format_refused(office: TestClient, address: str, asked: str) -> None:
    as_(office, "fang")
    answer = office.get(f"{address}{asked}&format=xlsx")
    assert answer.content.startswith(b"PK")
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    assert office.get(f"{address}{asked}&format=pdf").status_code == 422


def test_every_link_of_a_narrowed_list_keeps_the_filters(office: TestClient) -> None:
    as_(office, "fang")
    kept = {"tier": "hte", "flag": "near", "place": "440300", "sort": "revenue"}
    page = office.get("/office/candidates", params=kept).text
    addresses = parts(page, "//a[contains(@href, '/office/candidates/export')]/@href")
    addresses += parts(page, "//a[@rel='next']/@href")
    assert len(addresses) >= 2
    for address in addresses:
        asked = parse_qs(urlsplit(address).query)
        assert {name: asked[name] for name in kept} == {name: [value] for name, value in kept.items()}
    chosen = {one.get("name"): one.xpath(".//option[@selected]/@value")[0] for one in parts(page, "//select")}
    assert (chosen["tier"], chosen["place"], chosen["sort"]) == ("hte", "440300", "revenue")
    assert parts(page, "//select[@name='place']/option[@value='440305']"), "the districts of the chosen city"


def test_a_reason_of_the_list_leads_to_as_many_firms_as_it_says(office: TestClient) -> None:
    as_(office, "fang")
    page = office.get("/office/candidates?tier=hte&flag=near").text
    options = parts(page, "//select[@name='reason']/option[starts-with(@value, 'unmet:')]")
    assert options
    for option in options:
        asked = {"tier": "hte", "flag": "near", "reason": option.get("value")}
        found = names_in(office.get("/office/candidates/export", params=asked).text)
        assert option.text.endswith(f"（{len(found)}）")


def test_candidate_and_firm_lead_to_one_another(office: TestClient, demo: Settings) -> None:
    engine = make_engine(demo)
    with reading(engine) as session:
        number = session.exec(select(Assessment.id).where(Assessment.flag == "at_risk")).first()
    engine.dispose()
    as_(office, "fang")
    page = office.get(f"/office/candidates/{number}").text
    (firm,) = parts(page, "//a[contains(@href, '/assessments')]/@href")
    answer = office.get(firm)
    assert answer.status_code == 200
    assert f"/office/candidates/{number}" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        "/office/candidates?reason=x",
        "/office/candidates?sort=x",
        "/office/renewals?window=7",
        "/office/renewals?officer=x",
        "/office/renewals?directory=x",
        "/office/renewals?cursor=x",
        "/office/missing?need=x.y",
        "/office/ladder?place=x",
    ],
)
def test_what_cannot_be_read_is_refused(office: TestClient, wrong: str) -> None:
    assert as_(office, "fang").get(wrong).status_code == 422


def test_the_calendar_is_one(office: TestClient) -> None:
    answer = as_(office, "lin").get("/office/renewals/calendar?window=180&officer=me")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert "BEGIN:VEVENT" in answer.text
