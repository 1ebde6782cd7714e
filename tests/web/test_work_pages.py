"""The officials' pages: who sees which firms, taking a firm into the pool, assessing again, imports."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.clock import today
from registry.db import reading, transaction
from registry.demo.firms import DEFAULT_SEED
from registry.demo.population import population
from registry.models import Assessment, AssessmentRun, CultivationCase, Enterprise, ImportRun, Job
from registry.policies import Grant
from registry.services.assessing.running import assess_tier
from registry.settings import Settings
from registry.vocabulary import ImportState, JobState, Role
from tests.support.people import PASSWORD, create_people
from tests.support.public_pages import bring_products, fill

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = {
    "fang": Grant(Role.CURATOR, "440000"),
    "lin": Grant(Role.REVIEWER, "440300"),
    "shen": Grant(Role.AUDITOR, "440000"),
}


@pytest.fixture(autouse=True)
def _people(sqlite_engine: Engine) -> None:
    create_people(sqlite_engine, PEOPLE)


@pytest.fixture
def assessed(sqlite_engine: Engine) -> None:
    """A population with figures, assessed for the high-tech title."""
    with transaction(sqlite_engine) as session:
        population(session, 300, seed=DEFAULT_SEED, today=today())
    assess_tier(sqlite_engine, code="hte", as_of=today(), actor="示例")


@pytest.fixture
def imported(sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path) -> None:
    """Three written imports."""
    fill(sqlite_engine, sqlite_settings, tmp_path)


def as_(client: TestClient, login: str) -> TestClient:
    answer = client.post("/login", data={"login": login, "password": PASSWORD}, headers=SAME_SITE)
    assert answer.status_code == 303
    return client


def flagged(engine: Engine, *, inside: str) -> tuple[int, str]:
    """A flagged assessment of a firm inside or (with !) outside a city."""
    with reading(engine) as session:
        for one, firm in session.exec(
            select(Assessment, Enterprise).where(Assessment.enterprise_id == Enterprise.id)
        ).all():
            if one.flag and (firm.city_code == inside.strip("!")) is not inside.startswith("!"):
                return one.id, firm.name_zh
    raise AssertionError("the demo has no such firm")


@pytest.mark.parametrize(
    "page", ["/office/candidates", "/office/candidates/export", "/office/candidates/1", "/office/imports"]
)
def test_the_public_is_sent_to_sign_in(client: TestClient, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


@pytest.mark.usefixtures("assessed")
def test_a_city_reviewer_sees_only_firms_of_the_city(client: TestClient, sqlite_engine: Engine) -> None:
    number, name = flagged(sqlite_engine, inside="!440300")
    with reading(sqlite_engine) as session:
        places = {firm.name_zh: firm.city_code for firm in session.exec(select(Enterprise)).all()}
    as_(client, "lin")
    assert client.get(f"/office/candidates/{number}").status_code == 403
    for flag in ("candidate", "near", "at_risk", "needs_data"):
        lines = client.get("/office/candidates/export", params={"tier": "hte", "flag": flag}).text.splitlines()[1:]
        assert {places[line.split(",")[0]] for line in lines} <= {"440300"}
        other = client.get("/office/candidates/export", params={"tier": "hte", "flag": flag, "place": "440100"})
        assert name not in other.text
        assert len(other.text.splitlines()) == 1


@pytest.mark.usefixtures("assessed")
def test_a_firm_is_taken_into_the_pool_with_a_reason_and_once_only(client: TestClient, sqlite_engine: Engine) -> None:
    number, name = flagged(sqlite_engine, inside="440300")
    as_(client, "lin")
    address = f"/office/candidates/{number}"
    assert name in client.get(address).text.replace("<wbr>", "").replace("</span>", "").replace('<span class="nw">', "")
    refused = client.post(f"{address}/admit", data={"reason": "  "}, headers=SAME_SITE)
    assert refused.status_code == 422
    assert "请写明入库理由" in refused.text
    done = client.post(f"{address}/admit", data={"reason": "研发投入连续增长"}, headers=SAME_SITE)
    assert (done.status_code, done.headers["location"]) == (303, address)
    page = client.get(address).text
    assert "纳入培育库" in page
    assert "研发投入连续增长" in page
    assert client.post(f"{address}/admit", data={"reason": "再来"}, headers=SAME_SITE).status_code == 409
    with reading(sqlite_engine) as session:
        assert len(session.exec(select(CultivationCase)).all()) == 1


@pytest.mark.usefixtures("assessed")
def test_an_auditor_reads_but_neither_takes_in_nor_assesses(client: TestClient, sqlite_engine: Engine) -> None:
    number, _ = flagged(sqlite_engine, inside="440300")
    as_(client, "shen")
    assert "/admit" not in client.get(f"/office/candidates/{number}").text
    assert client.post(f"/office/candidates/{number}/admit", data={"reason": "x"}, headers=SAME_SITE).status_code == 403
    assert client.post("/office/assessments", data={"tier": "hte"}, headers=SAME_SITE).status_code == 403


def test_assessing_again_is_queued_once_shown_and_can_be_cancelled(client: TestClient, sqlite_engine: Engine) -> None:
    as_(client, "fang")
    for _ in range(2):
        assert client.post("/office/assessments", data={"tier": "hte"}, headers=SAME_SITE).status_code == 303
    page = client.get("/office/candidates?tier=hte").text
    assert "评估已排队" in page
    assert '<meta http-equiv="refresh"' in page
    part = client.get("/office/candidates?tier=hte", headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div id="progress"')
    assert client.post("/office/assessments/1/cancel", headers=SAME_SITE).status_code == 303
    assert "上次评估已取消" in client.get("/office/candidates?tier=hte").text
    with reading(sqlite_engine) as session:
        assert [job.state for job in session.exec(select(Job)).all()] == [JobState.CANCELLED]
        assert session.exec(select(AssessmentRun)).all() == []


@pytest.mark.parametrize(
    ("query", "status"), [("tier=none", 404), ("flag=none", 422), ("cursor=x", 422), ("place=x", 422)]
)
def test_what_cannot_be_read_is_refused(client: TestClient, query: str, status: int) -> None:
    assert as_(client, "fang").get(f"/office/candidates?{query}").status_code == status


@pytest.mark.usefixtures("imported")
def test_an_import_is_taken_back_only_with_its_count_typed(client: TestClient, sqlite_engine: Engine) -> None:
    as_(client, "fang")
    assert "IM-1" in client.get("/office/imports").text
    assert "已写入 3 行" in client.get("/office/imports/1").text
    assert "撤回 3 行？" in client.get("/office/imports/1/undo").text
    wrong = client.post("/office/imports/1/undo", data={"count": "4"}, headers=SAME_SITE)
    assert wrong.status_code == 422
    assert "应输入 3" in wrong.text
    done = client.post("/office/imports/1/undo", data={"count": "3"}, headers=SAME_SITE)
    assert (done.status_code, done.headers["location"]) == (303, "/office/imports/1")
    assert "已整份撤回" in client.get("/office/imports/1").text
    assert client.get("/office/imports/1/undo").status_code == 409
    with reading(sqlite_engine) as session:
        assert session.get_one(ImportRun, 1).state is ImportState.UNDONE


@pytest.mark.usefixtures("imported")
def test_a_city_reviewer_looks_at_imports_but_takes_none_back(client: TestClient) -> None:
    as_(client, "lin")
    page = client.get("/office/imports/1?outcome=new")
    assert page.status_code == 200
    assert "/undo" not in page.text
    assert client.get("/office/imports/1/undo").status_code == 403
    assert client.post("/office/imports/1/undo", data={"count": "3"}, headers=SAME_SITE).status_code == 403
    assert client.get("/office/imports/1?outcome=none").status_code == 422


def test_a_product_list_is_shown_by_product_and_version_and_counted_as_rows(
    client: TestClient, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path
) -> None:
    with transaction(sqlite_engine) as session:
        number = bring_products(session, sqlite_settings, tmp_path)
    page = as_(client, "fang").get(f"/office/imports/{number}?outcome=new").text
    assert "示例新品数据库 V2.0" in page
    assert "示例新来软件有限公司" in page.replace("<wbr>", "")
    assert "生产（送测）单位" in page
    assert "新增" in page
    assert "新增" in client.get("/office/imports").text
