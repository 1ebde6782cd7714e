"""The officials' pages of merging, splitting and possible duplicates, and errors the public reports."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.clock import today
from registry.db import reading, transaction
from registry.models import Listing, MergeProposal
from registry.policies import Grant
from registry.vocabulary import Role
from tests.db.test_duplicates import a_firm, a_mixture, a_nameless
from tests.support.people import create_people
from tests.web.test_review_pages import post
from tests.web.test_work_pages import as_

PEOPLE = {
    "lin": Grant(Role.REVIEWER, "440300"),
    "far": Grant(Role.REVIEWER, "440100"),
    "fang": Grant(Role.CURATOR, "440000"),
}


@pytest.fixture(autouse=True)
def _people(sqlite_engine: Engine) -> None:
    create_people(sqlite_engine, PEOPLE)


def test_an_error_is_reported_decided_and_read_by_its_receipt(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        key = a_firm(session, "深圳示例有误公司").uscc
    assert f'href="/corrections/new?enterprise={key}"' in client.get(f"/e/{key}").text
    address = f"/corrections/new?enterprise={key}"
    assert client.get(address).status_code == 200
    typed = {"about": "profile", "text": "地址应为示例路 20 号。", "contact": "wang@example.org"}
    for change, field in (({"about": ""}, "about"), ({"text": "短"}, "text"), ({"website": "spam"}, "text")):
        status, _, text = post(client, address, **(typed | change))
        assert (status, f'href="#{field}"' in text, "wang@example.org" in text) == (422, True, True)
    status, receipt, _ = post(client, address, **typed)
    assert (status, receipt[:16]) == (303, "/corrections/JC-")
    page = client.get(receipt)
    assert typed["text"] in page.text
    assert "wang@example.org" not in page.text
    assert client.get("/corrections/new?enterprise=none").status_code == 404
    listed = as_(client, "lin").get("/office/inbox?kind=correction").text
    work = re.search(r'href="(/office/corrections/\d+)"', listed)
    assert work is not None
    assert "wang@example.org" in client.get(work[1]).text
    assert post(client, work[1], decision="done")[0] == 422
    assert post(client, work[1], decision="done", reason="已更正")[:2] == (303, work[1])
    assert post(client, work[1], decision="done", reason="已更正")[0] == 409
    assert "已更正" in client.get(receipt).text
    assert as_(client, "far").get(work[1]).status_code == 403


def test_a_possible_duplicate_is_merged_from_the_inbox_and_taken_back(
    client: TestClient, sqlite_engine: Engine
) -> None:
    with transaction(sqlite_engine) as session:
        a_nameless(session, "深圳示例同名公司")
        named = a_firm(session, "深圳示例同名公司").uscc
    as_(client, "fang")
    assert post(client, "/office/merge/scan")[:2] == (303, "/office/inbox?kind=merge")
    found = re.search(r'href="(/office/merge/proposals/\d+)"', client.get("/office/inbox?kind=merge").text)
    assert found is not None
    page = client.get(client.get(found[1]).headers["location"]).text
    assert "名称相同" in page
    source = re.search(r'name="source" value="([^"]+)"><input', page)
    assert source is not None
    typed = {"source": source[1], "target": named, "on": today().isoformat(), "reason": "同一企业"}
    assert post(client, "/office/merge", **(typed | {"reason": ""}))[0] == 422
    assert post(client, "/office/merge", **(typed | {"on": "2999-01-01"}))[0] == 422
    assert post(client, "/office/merge", **typed)[:2] == (303, "/office/merge")
    assert client.get(f"/e/{source[1]}").headers["location"] == f"/e/{named}"
    assert "没有待办事项" in client.get("/office/inbox?kind=merge").text
    undo = re.search(r'action="(/office/merge/undo/\d+)"', client.get("/office/merge").text)
    assert undo is not None
    assert post(client, undo[1])[0] == 422
    assert post(client, undo[1], reason="并错了")[0] == 303
    assert client.get(f"/e/{source[1]}").status_code == 200
    assert post(client, undo[1], reason="再撤一次")[0] == 409


def test_a_reviewer_proposes_and_a_curator_says_they_are_two(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        first, second = a_firm(session, "深圳示例甲公司").uscc, a_firm(session, "深圳示例乙公司").uscc
    typed = {"source": first, "target": second, "reason": "像是一家"}
    as_(client, "lin")
    assert post(client, "/office/merge", **typed)[0] == 403
    assert post(client, "/office/merge", **typed, act="propose")[0] == 303
    with reading(sqlite_engine) as session:
        number = session.exec(select(MergeProposal.id)).one()
    assert "像是一家" in client.get(f"/office/merge?source={first}&target={second}&proposal={number}").text
    assert post(client, "/office/merge/scan")[0] == 403
    as_(client, "fang")
    assert post(client, "/office/merge", **typed, act="dismiss", proposal=number)[0] == 303
    assert post(client, "/office/merge", **typed, act="dismiss", proposal=number)[0] == 409
    for query in (f"source={first}&target=none", "source=x"):
        assert client.get(f"/office/merge?{query}").status_code == 404


def test_an_enterprise_is_split_and_put_together_again(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        firm, listing, product, name = a_mixture(session)
        key, parts = firm.uscc, {"listing": listing.id, "product": product.id, "name_row": name.id}
    address = f"/office/split?key={key}"
    assert "示例芯片" in as_(client, "fang").get(address).text
    assert client.get("/office/split").status_code == 200
    typed = {"name": "深圳示例另一公司", "reason": "录入时混为一家"}
    status, _, text = post(client, address, **parts, **(typed | {"uscc": "9144"}))
    assert (status, len(re.findall(r"checked", text))) == (422, 3)
    assert post(client, address, **typed)[0] == 422
    assert post(client, address, **parts, **typed)[:2] == (303, "/office/merge")
    with reading(sqlite_engine) as session:
        assert len(set(session.exec(select(Listing.enterprise_id)))) == 2
    undo = re.search(r'action="(/office/merge/undo/\d+\?split=true)"', client.get("/office/merge").text)
    assert undo is not None
    assert post(client, undo[1], reason="拆错了")[0] == 303
    with reading(sqlite_engine) as session:
        assert len(set(session.exec(select(Listing.enterprise_id)))) == 1
    assert post(as_(client, "lin"), address, **parts, **typed)[0] == 403
