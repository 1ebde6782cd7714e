"""Notices on the officials' pages: brought in by kind, previewed, decided, signed, carried out, taken back."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.models import Enterprise, EnterpriseAddress, EnterpriseName, Listing
from registry.policies import Grant
from registry.services.keys import provisional_key
from registry.vocabulary import NameKind, Role
from tests.factories import a_batch, a_listing, an_enterprise
from tests.support.people import create_people
from tests.web.test_import_pages import as_, post

PEOPLE = {"fang": Grant(Role.CURATOR, "440000"), "lin": Grant(Role.REVIEWER, "440300")}
NAMES = ("深圳示例甲电子有限公司", "深圳示例乙电子有限公司", "深圳示例乙电子有限公司", "深圳示例丙电子有限公司")
ASKED = {"kind": "rename", "on": "2026-05-06", "document_no": "示〔2026〕5号"}
NEW = "深圳示例新名电子有限公司"


@pytest.fixture
def office(client: TestClient, sqlite_engine: Engine) -> TestClient:
    """A curator of the province, and four firms, two of one name, each with a title."""
    create_people(sqlite_engine, PEOPLE)
    with transaction(sqlite_engine) as session:
        batch, firms = a_batch(), [an_enterprise(name_zh=name) for name in NAMES]
        session.add_all([batch, *firms])
        session.flush()
        for firm in firms:
            add_names(session, firm)
            session.add(a_listing(firm, batch))
    return as_(client, "fang")


def add_names(session: Session, firm: Enterprise) -> None:
    session.add(EnterpriseName(enterprise_id=firm.id, name=firm.name_zh, folded=firm.name_zh, kind=NameKind.CURRENT))
    keys = (firm.uscc, provisional_key(firm.id))
    session.add_all([EnterpriseAddress(key=key, enterprise_id=firm.id) for key in keys if key])


def bring(client: TestClient, lines: str, **asked: str) -> Any:
    return post(client, "/office/notices", ASKED | asked, files={"file": ("通知.csv", lines.encode(), "text/csv")})


def staged(client: TestClient, lines: str, **asked: str) -> str:
    answer = bring(client, lines, **asked)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def row_of(client: TestClient, address: str) -> str:
    found = re.search(rf"{address}/rows/[0-9]+", client.get(address).text)
    assert found is not None
    return found.group()


def names(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.exec(select(Enterprise.name_zh).order_by(col(Enterprise.id))))


def test_a_notice_is_previewed_signed_carried_out_and_taken_back(office: TestClient, sqlite_engine: Engine) -> None:
    assert "/office/notices/new" in office.get("/office/imports").text
    assert "更名通知" in office.get("/office/notices/new").text
    address = staged(office, f"原企业名称,变更后名称\n{NAMES[0]},{NEW}\n")
    page = office.get(address).text
    assert f"更名为“{NEW}”" in page.replace("&#34;", '"')
    assert "2026-05-06" in page
    assert "<select" not in page
    assert post(office, f"{address}/write", {"count": "1"}).status_code == 303
    assert names(sqlite_engine)[0] == NEW
    assert post(office, f"{address}/undo", {"count": "1"}).status_code == 303
    assert names(sqlite_engine)[0] == NAMES[0]


def test_a_firm_that_could_be_two_is_chosen_on_the_page(office: TestClient, sqlite_engine: Engine) -> None:
    address = staged(office, f"原企业名称,变更后名称\n{NAMES[1]},{NEW}\n")
    row = row_of(office, address)
    page = office.get(row).text
    assert all(f'data-key="{key}"' in page for key in ("1", "2", "n", "x", "u"))
    assert "建新企业" not in page
    with reading(sqlite_engine) as session:
        second = session.exec(select(Enterprise.uscc).where(col(Enterprise.name_zh) == NAMES[2])).all()[1]
    assert post(office, row, {"choice": second}).headers["location"] == address
    assert "将写入 1 行" in office.get(address).text
    post(office, f"{address}/write", {"count": "1"})
    assert names(sqlite_engine)[:3] == [NAMES[0], NAMES[1], NEW]


def test_a_row_that_does_not_fit_is_done_all_the_same_or_left_out(office: TestClient, sqlite_engine: Engine) -> None:
    address = staged(office, f"原企业名称,变更后名称\n{NAMES[0]},{NAMES[3]}\n")
    row = row_of(office, address)
    page = office.get(row).text
    assert "可能应当合并" in page
    assert all(f'data-key="{key}"' in page for key in ("1", "x", "u"))
    assert 'data-key="n"' not in page
    assert post(office, row, {"choice": "new"}).status_code == 422
    assert post(office, row, {"choice": "skip"}).status_code == 303
    assert "将写入 0 行" in office.get(address).text
    assert post(office, f"{row}/revoke").status_code == 303
    assert post(office, row, {"choice": "unsure"}).status_code == 303
    assert post(office, row, {"choice": "do"}).status_code == 303
    assert "fang 已决定" in office.get(row).text
    assert post(office, row, {"choice": "do"}).status_code == 409
    post(office, f"{address}/write", {"count": "1"})
    assert names(sqlite_engine)[0] == NAMES[3]


def test_of_several_firms_after_a_merger_one_is_chosen(office: TestClient, sqlite_engine: Engine) -> None:
    address = staged(office, f"被合并企业,合并后企业\n{NAMES[0]},{NAMES[1]}\n", kind="merge")
    row = row_of(office, address)
    assert "合并后企业" in office.get(row).text
    with reading(sqlite_engine) as session:
        wrong, *right = session.exec(select(Enterprise.uscc).order_by(col(Enterprise.id))).all()
    assert post(office, row, {"choice": wrong}).status_code == 422
    assert post(office, row, {"choice": right[1]}).status_code == 303
    assert "并入" in office.get(address).text
    assert post(office, f"{address}/write", {"count": "1"}).status_code == 303
    with reading(sqlite_engine) as session:
        first = session.exec(select(Enterprise).where(col(Enterprise.uscc) == wrong)).one()
        assert session.get_one(Enterprise, first.merged_into_id).uscc == right[1]


def test_titles_are_withdrawn_and_given_back(office: TestClient, sqlite_engine: Engine) -> None:
    address = staged(office, f"企业名称,取消原因\n{NAMES[0]},提供虚假材料\n", kind="withdraw", directory="little_giant")
    assert "撤销 1 项认定" in office.get(address).text
    post(office, f"{address}/write", {"count": "1"})
    with reading(sqlite_engine) as session:
        assert next(iter(session.exec(select(Listing).order_by(col(Listing.id))))).withdrawn_on is not None
    post(office, f"{address}/undo", {"count": "1"})
    with reading(sqlite_engine) as session:
        assert all(row.withdrawn_on is None for row in session.exec(select(Listing)))


def test_a_fault_brings_the_form_back_with_what_was_typed(office: TestClient) -> None:
    good = f"原企业名称,变更后名称\n{NAMES[0]},{NEW}\n"
    for asked, said in (
        ({"kind": "list"}, "请选择通知的种类"),
        ({"on": ""}, "请写明自哪天起"),
        ({"on": "2099-01-01"}, "今天"),
        ({"document_no": ""}, "文号"),
        ({"kind": "withdraw"}, "取消资格的通知须指明名录"),
        ({"kind": "move"}, "要有这些列"),
    ):
        answer = bring(office, good, **asked)
        assert answer.status_code == 422, asked
        assert said in answer.text
        assert (asked.get("document_no", ASKED["document_no"])) in answer.text
    assert (
        post(office, "/office/notices", ASKED, files={"file": ("x.doc", b"\xd0\xcf\x11\xe0" * 90)}).status_code == 422
    )
    reviewer = as_(office, "lin")
    assert reviewer.get("/office/notices/new").status_code == 403
    assert bring(reviewer, good).status_code == 403
