"""Checking a printed receipt: number and hash together, one same answer for whatever is wrong, nothing else told."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading, transaction
from registry.models import Enterprise, Submission, SubmissionRevision
from registry.services.accounts import throttling
from registry.vocabulary import SubmissionKind, SubmissionState
from tests.factories import an_enterprise
from web.qr import qr_svg

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
NUMBER, SHA = "SB-2026-000001", "ab" * 32


@pytest.fixture(autouse=True)
def _sent(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        firm = an_enterprise()
        session.add(firm)
        session.flush()
        one = Submission(
            receipt=NUMBER,
            enterprise_id=firm.id,
            kind=SubmissionKind.YEARLY,
            year=2025,
            state=SubmissionState.SUBMITTED,
            created_by="示例",
        )
        session.add(one)
        session.flush()
        session.add(
            SubmissionRevision(
                submission_id=one.id, revision=1, content={}, sha256=SHA, declared_by="示例甲", sent_by="示例乙"
            )
        )


def ask(client: TestClient, number: str, sha256: str) -> tuple[int, str]:
    answer = client.post("/receipts/check", data={"number": number, "sha256": sha256}, headers=SAME_SITE)
    return answer.status_code, answer.text


def test_number_and_hash_that_belong_together_tell_kind_and_day_only(client: TestClient, sqlite_engine: Engine) -> None:
    status, page = ask(client, f" {NUMBER.lower()}", f"{SHA[:8]} {SHA[8:].upper()}")
    assert status == 200
    assert "年度更新" in page
    with reading(sqlite_engine) as session:
        firm = session.exec(select(Enterprise)).one()
    for secret in (firm.name_zh, str(firm.uscc), "示例甲", "示例乙", "2025"):
        assert secret not in page


def test_whatever_is_wrong_gets_one_answer(client: TestClient) -> None:
    wrong = [(NUMBER, "cd" * 32), ("SB-2026-000002", SHA), ("", ""), ("x\x00", "é"), ("SB-2026-000009", "cd" * 32)]
    pages = set()
    for number, sha256 in wrong:
        status, page = ask(client, number, sha256)
        assert status == 404
        assert "年度更新" not in page
        pages.add(re.sub(r' value="[^"]*"', "", page))
    assert len(pages) == 1


def test_guessing_is_stopped_and_right_ones_do_not_count(client: TestClient) -> None:
    for _ in range(3):
        assert ask(client, NUMBER, SHA)[0] == 200
    for _ in range(throttling.RECEIPT_NETWORK.count):
        assert ask(client, NUMBER, "cd" * 32)[0] == 404
    assert ask(client, NUMBER, "cd" * 32)[0] == 429
    assert ask(client, NUMBER, SHA)[0] == 429, "being right tells nobody more than others get"


def test_looking_at_the_form_asks_nothing_and_keeps_what_the_code_said(client: TestClient) -> None:
    page = client.get("/receipts/check", params={"number": NUMBER, "sha256": SHA})
    assert page.status_code == 200
    assert f'value="{NUMBER}"' in page.text
    assert "年度更新" not in page.text


def test_a_code_has_a_name_and_fixed_colours_and_no_style() -> None:
    drawn = qr_svg("https://registry.example/?a=1&b=2", '<b>"x"')
    assert drawn.startswith('<svg role="img"')
    assert "<title>&lt;b&gt;" in drawn
    assert 'fill="#fff"' in drawn
    assert 'stroke="#000"' in drawn
    assert "style" not in drawn
    assert unescape(drawn).count("<b>") == 1
