"""The pool's pages: what each official sees and may do, and that nothing typed is lost."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.clock import today
from registry.db import make_engine, reading, transaction
from registry.models import (
    Account,
    AuditEvent,
    CaseEvent,
    CaseProposal,
    CultivationCase,
    Enterprise,
    GroupLink,
    Listing,
    Reexamination,
)
from registry.policies import SYSTEM, Grant
from registry.pool_words import ReexaminationState
from registry.services.pool.reassessing import reassess_pool
from registry.services.pool.taking_in import take_in
from registry.settings import Settings
from registry.vocabulary import CaseStage, Role
from tests.db.pool import TITLE, a_firm, a_title
from tests.db.test_reexaminations import CULTIVATION, a_term
from tests.support.people import PASSWORD, create_people

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = {
    "fang": Grant(Role.CURATOR, "440000"),
    "lin": Grant(Role.REVIEWER, "440300"),
    "he": Grant(Role.REVIEWER, "440100"),
    "shen": Grant(Role.AUDITOR, "440000"),
}
CASE = "/office/cultivation/1"
INSIDE, OUTSIDE = "91440300MA9000177U", "91440300MA9000257F"


@pytest.fixture(scope="module")
def pool_file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with people, a case in Nanshan that lin keeps, and a firm outside the pool; copy it, never open it."""
    made = Settings(data_dir=tmp_path_factory.mktemp("pool"))
    shutil.copy(migrated_sqlite, made.data_dir / "registry.sqlite3")
    engine = make_engine(made)
    create_people(engine, PEOPLE)
    with transaction(engine) as session:
        firm = a_firm(session, uscc=INSIDE, name_zh="深圳市示例入库有限公司")
        a_firm(session, uscc=OUTSIDE, name_zh="深圳市示例在外有限公司")
        case = take_in(session, key=firm.uscc or "", directory_code=TITLE, actor=SYSTEM, reason="示例理由")
        case.owner_id = session.exec(select(Account.id).where(Account.login == "lin")).one()
    engine.dispose()
    return made.data_dir / "registry.sqlite3"


@pytest.fixture
def sqlite_settings(settings: Settings, pool_file: Path) -> Settings:
    """A copy of it for each test."""
    settings.data_dir.mkdir(parents=True)
    shutil.copy(pool_file, settings.data_dir / "registry.sqlite3")
    return settings


def as_(client: TestClient, login: str) -> TestClient:
    answer = client.post("/login", data={"login": login, "password": PASSWORD}, headers=SAME_SITE)
    assert answer.status_code == 303
    return client


def send(client: TestClient, address: str, **data: Any) -> Any:
    return client.post(address, data=data, headers=SAME_SITE)


def version(engine: Engine, number: int = 1) -> int:
    with reading(engine) as session:
        return session.get_one(CultivationCase, number).version


def traces(engine: Engine) -> tuple[int, int]:
    """How many events and audit events there are."""
    with reading(engine) as session:
        return len(session.exec(select(CaseEvent.id)).all()), len(session.exec(select(AuditEvent.id)).all())


def plain(text: str) -> str:
    return text.replace("<wbr>", "").replace('<span class="nw">', "").replace("</span>", "")


@pytest.mark.parametrize(
    "page",
    ["/office/cultivation", CASE, "/office/cultivation/new", "/office/cultivation/outcomes", "/office/classified"],
)
def test_the_public_is_sent_to_sign_in(client: TestClient, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


def test_board_and_table_show_the_own_region_only(client: TestClient) -> None:
    as_(client, "lin")
    for view in ("", "?view=table", "?owner=me&stage=admitted", "?sort=name&view=table&chain="):
        assert "示例入库" in plain(client.get(f"/office/cultivation{view}").text), view
    assert "示例入库" not in plain(client.get("/office/cultivation?stalled=9").text)
    as_(client, "he")
    assert "示例入库" not in plain(client.get("/office/cultivation?place=440300").text)
    assert client.get(CASE).status_code == 403
    assert len(client.get("/office/cultivation/export?place=440300").text.splitlines()) == 1


def test_what_cannot_be_read_is_refused(client: TestClient) -> None:
    as_(client, "fang")
    wrong = "view=x stage=x sort=x owner=x stalled=x stalled=0 place=x tier=x view=table&cursor=x"
    for query in wrong.split():
        assert client.get(f"/office/cultivation?{query}").status_code == 422, query


def test_the_file_is_what_is_filtered(client: TestClient) -> None:
    as_(client, "fang")
    lines = client.get("/office/cultivation/export").text.splitlines()
    assert len(lines) == 2
    assert "深圳市示例入库有限公司" in lines[1]
    assert client.get("/office/cultivation/export?format=xlsx").content[:2] == b"PK"
    assert client.get("/office/cultivation/export?format=pdf").status_code == 422


def test_a_firm_is_taken_in_by_hand_and_a_refused_form_keeps_what_was_typed(client: TestClient) -> None:
    as_(client, "lin")
    form = client.get("/office/cultivation/new?key=91440300MA9000257F").text
    assert "示例在外" in form
    address = "/office/cultivation/new"
    refused = send(client, address, key="91440300MA9000257F", directory="", reason="看中研发投入")
    assert refused.status_code == 422
    assert "看中研发投入" in refused.text
    assert send(client, address, key="91440300MA9000177U", directory=TITLE, reason="再来一次").status_code == 409
    assert send(client, address, key="没有这家", directory=TITLE, reason="x").status_code == 404
    done = send(client, address, key="91440300MA9000257F", directory=TITLE, reason="看中研发投入")
    assert (done.status_code, done.headers["location"]) == (303, "/office/cultivation/2")


ACTS = {
    "move": {"stage": "diagnosis"},
    "next": {"next_act": "走访示例", "next_act_on": today().isoformat()},
    "owner": {"owner": ""},
    "events": {"kind": "visit", "on": today().isoformat(), "text": "示例走访"},
    "product": {"product": "示例芯片"},
}


@pytest.mark.parametrize("login", ["shen", "he"])
def test_auditors_and_other_cities_change_nothing(client: TestClient, sqlite_engine: Engine, login: str) -> None:
    as_(client, login)
    before = traces(sqlite_engine)
    for act, data in ACTS.items():
        assert send(client, f"{CASE}/{act}", version=version(sqlite_engine), **data).status_code == 403
    assert traces(sqlite_engine) == before
    assert "<form" not in client.get(CASE).text.partition("<main")[2].partition("</main")[0]


def test_each_act_leads_back_to_the_case_where_it_is_told(client: TestClient, sqlite_engine: Engine) -> None:
    as_(client, "lin")
    for act, data in ACTS.items():
        done = send(client, f"{CASE}/{act}", version=version(sqlite_engine), **data)
        assert (done.status_code, done.headers["location"]) == (303, CASE), act
    page = client.get(CASE)
    assert page.status_code == 200
    assert all(word in page.text for word in ("走访示例", "示例走访", "示例芯片", "入库 → 诊断"))
    assert client.get(CASE, headers={"Accept-Language": "en"}).status_code == 200


FAULTS: list[tuple[str, dict[str, str], str]] = [
    ("move", {"stage": "left", "exit": "", "reason": "企业不再申报了"}, "企业不再申报了"),
    ("move", {"stage": "application", "reason": "跳过预审"}, "跳过预审"),
    ("move", {"stage": "高兴", "reason": "x<script>"}, "x&lt;script&gt;"),
    ("next", {"next_act": "走访一次", "next_act_on": ""}, "走访一次"),
    ("next", {"next_act": "走访二次", "next_act_on": "不知道"}, "走访二次"),
    ("next", {"next_act": "走访三次", "next_act_on": "1999-02-30"}, "1999-02-30"),
    ("owner", {"owner": "99999"}, ""),
    ("owner", {"owner": "x' OR 1=1"}, ""),
    ("events", {"kind": "visit", "on": "2199-01-01", "text": "写了很多字"}, "写了很多字"),
    ("events", {"kind": "", "on": today().isoformat(), "text": "忘了选"}, "忘了选"),
    ("events", {"kind": "visit", "on": today().isoformat(), "criterion": "HTE-1", "text": "标准不对"}, "标准不对"),
    ("product", {"product": "长" * 300}, "长" * 300),
]


def test_a_refused_form_comes_back_with_what_was_typed(client: TestClient, sqlite_engine: Engine) -> None:
    as_(client, "lin")
    before = traces(sqlite_engine)
    for act, typed, kept in FAULTS:
        answer = send(client, f"{CASE}/{act}", version=version(sqlite_engine), **typed)
        assert answer.status_code in (409, 422), typed
        assert kept in answer.text, typed
        assert "data-error-summary" in answer.text
    assert traces(sqlite_engine) == before


def test_two_officials_on_one_case_do_not_overwrite_each_other(client: TestClient, sqlite_engine: Engine) -> None:
    as_(client, "lin")
    read = version(sqlite_engine)
    assert send(client, f"{CASE}/product", version=read, product="示例芯片").status_code == 303
    late = send(client, f"{CASE}/events", version=read, kind="visit", on=today().isoformat(), text="我也写了一段")
    assert late.status_code == 409
    assert "又有改动" in late.text
    assert "我也写了一段" in late.text
    again = late.text.partition('name="version" value="')[2].partition('"')[0]
    assert int(again) == version(sqlite_engine)
    for wrong in ("", "x", "9" * 30):
        assert send(client, f"{CASE}/product", version=wrong, product="x").status_code == 422


@pytest.mark.parametrize("address", ["/office/cultivation/999", "/office/cultivation/99999999999999999999"])
def test_a_case_that_does_not_exist_is_not_found_or_refused(client: TestClient, address: str) -> None:
    as_(client, "lin")
    assert client.get(address).status_code in (404, 422)
    assert send(client, f"{address}/move", stage="left", version="1").status_code in (404, 422)


def test_a_proposal_is_accepted_and_another_dismissed_with_a_reason(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        a_title(session, _firm(session))
    reassess_pool(sqlite_engine, as_of=today())
    with reading(sqlite_engine) as session:
        number = session.exec(select(CaseProposal.id)).one()
    as_(client, "lin")
    assert "系统建议" in client.get(CASE).text
    address = f"{CASE}/proposals/{number}"
    assert send(client, address, decision="", version=version(sqlite_engine)).status_code == 422
    assert send(client, address, decision="dismiss", reason=" ", version=version(sqlite_engine)).status_code == 422
    assert send(client, f"{CASE}/proposals/77", decision="accept", version=version(sqlite_engine)).status_code == 404
    assert send(client, address, decision="accept", version=version(sqlite_engine)).status_code == 303
    page = client.get(CASE).text
    assert "已取得目标称号" in page
    with reading(sqlite_engine) as session:
        assert session.get_one(CultivationCase, 1).stage is CaseStage.RECOGNISED
    assert "100%" in client.get("/office/cultivation/outcomes").text


def _firm(session: Any) -> Any:

    return session.get_one(Enterprise, session.get_one(CultivationCase, 1).enterprise_id)


def test_group_relations_are_recorded_by_the_curator_and_ended_with_a_reason(
    client: TestClient, sqlite_engine: Engine
) -> None:
    address = "/office/enterprises/91440300MA9000177U/group"
    typed = {
        "other": "91440300MA9000257F",
        "kind": "up",
        "share": "51",
        "source": "示例公示",
        "dated": "2026-03-01",
    }
    as_(client, "lin")
    assert send(client, address, **typed).status_code == 403
    as_(client, "fang")
    refused = send(client, address, **typed | {"share": "五成"})
    assert refused.status_code == 422
    assert "示例公示" in refused.text
    assert send(client, address, **typed | {"dated": "昨天"}).status_code == 422
    assert send(client, address, **typed).status_code == 303
    page = plain(client.get(address).text)
    assert "示例在外有限公司持股 51%" in page
    assert send(client, f"{address}/1/end", reason="").status_code == 422
    assert send(client, f"{address}/1/end", reason="股权已转让").status_code == 303
    with reading(sqlite_engine) as session:
        assert session.exec(select(GroupLink)).one().end_reason == "股权已转让"


def test_an_ai_term_is_re_examined_decided_and_carried_out_on_paper(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        term = a_term(session, _firm(session), level=CULTIVATION, ends=20).id
    address = f"/office/classified/{term}"
    as_(client, "lin")
    assert "示例入库" in plain(client.get("/office/classified").text)
    assert client.get("/office/classified?directory=hte").status_code == 404
    refused = send(client, f"{address}/result", result="", reason="材料齐但未达标")
    assert refused.status_code == 422
    assert "材料齐但未达标" in refused.text
    assert send(client, f"{address}/result", result="failed", reason="材料齐但未达标").status_code == 303
    assert send(client, f"{address}/1/decide", agree="yes").status_code == 403
    as_(client, "fang")
    assert send(client, f"{address}/1/decide", agree="").status_code == 422
    assert send(client, f"{address}/1/decide", agree="yes").status_code == 303
    assert "取消称号的文号" in client.get(address).text
    assert send(client, f"{address}/1/apply", document=" ").status_code == 422
    assert send(client, f"{address}/1/apply", document="示函〔2026〕3号").status_code == 303
    with reading(sqlite_engine) as session:
        assert session.exec(select(Reexamination)).one().state is ReexaminationState.APPLIED
        assert session.exec(select(Listing).where(col(Listing.id) == term)).one().withdrawn_on == today()
    assert client.get(address, headers={"Accept-Language": "en"}).status_code == 200


def test_a_stalled_case_says_so(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        session.get_one(CultivationCase, 1).quiet_since = today() - timedelta(days=22)
    reassess_pool(sqlite_engine, as_of=today())
    as_(client, "lin")
    assert "停滞 22 天，催办 2 次" in client.get("/office/cultivation?stalled=21").text
    assert "22 天没有工作" in client.get(CASE).text


def test_two_on_one_case_see_each_other_and_an_old_page_is_told_so(client: TestClient, sqlite_engine: Engine) -> None:
    as_(client, "lin")
    assert f'hx-post="{CASE}/presence?version=1"' in client.get(CASE).text
    assert send(client, f"{CASE}/presence?version=1").status_code == 200
    as_(client, "fang")
    assert "lin示例</b> 正在看这一件" in client.get(CASE).text
    answer = send(client, f"{CASE}/next", next_act="示例", next_act_on=today().isoformat(), version="1")
    assert answer.status_code == 303
    as_(client, "lin")
    assert "又有改动" in send(client, f"{CASE}/presence?version=1").text
    late = send(client, f"{CASE}/next", next_act="我的打字", next_act_on=today().isoformat(), version="1")
    assert late.status_code == 409
    assert 'value="我的打字"' in late.text
    assert send(as_(client, "he"), f"{CASE}/presence").status_code == 403


BULK = "/office/cultivation/bulk"


def test_a_filtered_set_is_planned_and_handed_on_by_typing_its_number(
    client: TestClient, sqlite_engine: Engine
) -> None:
    as_(client, "lin")
    board = client.get("/office/cultivation?tier=little_giant&owner=me").text
    assert f'href="{BULK}?tier=little_giant&amp;owner=' in board
    page = client.get(f"{BULK}?tier=little_giant&stage=admitted").text
    assert "对筛选出的 1 家一起办理" in page
    assert "入库" in page
    day = (today() + timedelta(days=3)).isoformat()
    plan = {"act": "plan", "next_act": "示例走访", "next_act_on": day}
    wrong = send(client, f"{BULK}?stage=admitted", **plan, count="2")
    assert wrong.status_code == 409
    assert 'value="示例走访"' in wrong.text
    assert 'id="plan-count-error"' in wrong.text
    done = send(client, f"{BULK}?stage=admitted", **plan, count="1")
    assert (done.status_code, done.headers["location"]) == (303, "/office/cultivation?stage=admitted&done=1")
    assert "已办理 1 家" in client.get(done.headers["location"]).text
    assert send(client, BULK, act="owner", owner="", count="1").status_code == 422
    assert send(client, BULK, act="owner", owner="none", count="1").status_code == 303
    with reading(sqlite_engine) as session:
        case = session.get_one(CultivationCase, 1)
        assert (case.next_act, case.owner_id) == ("示例走访", None)


@pytest.mark.parametrize("count", ["", "x", "1.0", "-1", "9" * 400, "１"])
def test_whatever_is_typed_as_a_number_nothing_is_done(client: TestClient, sqlite_engine: Engine, count: str) -> None:
    as_(client, "lin")
    before = traces(sqlite_engine)
    assert send(client, BULK, act="owner", owner="none", count=count).status_code == 409
    assert traces(sqlite_engine) == before


def test_auditors_act_on_no_set_and_other_cities_have_none(client: TestClient) -> None:
    as_(client, "shen")
    assert BULK not in client.get("/office/cultivation").text
    assert client.get(BULK).status_code == 403
    assert "没有筛选出您能办理的在库企业" in as_(client, "he").get(BULK).text
