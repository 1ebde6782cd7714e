"""What firms send, from the claim to the public page, and from a nomination to a title; with and without JavaScript."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, func, select

from registry.clock import today
from registry.db import make_engine, reading
from registry.demo.submissions import LICENCE
from registry.models import Claim, Enterprise, Figure, Membership
from registry.vocabulary import IdentityState, OperatingStatus
from tests.browser.conftest import LiveServer, NewPage

FINDABLE_SECONDS = 30.0
"""Waited at most. How soon it is on a known machine is measured by the benchmark of freshness."""
MODES = {"with-javascript": True, "without-javascript": False}
As = Callable[[str], Page]


@pytest.fixture(params=list(MODES))
def people(request: pytest.FixtureRequest, new_page: NewPage, live_server: LiveServer) -> As:
    """Opens a browser of its own for a demo account and signs it in."""
    script = MODES[request.param]

    def signed_in(login: str) -> Page:
        page = new_page(java_script_enabled=script, viewport={"width": 1440, "height": 900})
        page.goto("/login")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(live_server.logins[login])
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: not url.endswith("/login"))
        return page

    return signed_in


ASKED = ("revenue", "rd_expense", "total_assets", "total_liabilities", "employees")


def free_firm(live_server: LiveServer) -> Enterprise:
    """A firm of some county nobody speaks for yet, whose figures of last year are on record."""
    known = (
        select(Figure.enterprise_id)
        .where(Figure.year == today().year - 1, col(Figure.name).in_(ASKED))
        .group_by(col(Figure.enterprise_id))
        .having(func.count(func.distinct(Figure.name)) == len(ASKED))
    )
    taken = select(Membership.enterprise_id).union(select(Claim.enterprise_id))
    with reading(make_engine(live_server.settings)) as session:
        return session.exec(
            select(Enterprise)
            .where(
                Enterprise.identity == IdentityState.IDENTIFIED,
                Enterprise.operating_status == OperatingStatus.ACTIVE,
                col(Enterprise.city_code).startswith("44"),
                col(Enterprise.region_code).not_like("%00"),
                col(Enterprise.id).not_in(taken),
                col(Enterprise.id).in_(known),
            )
            .order_by(col(Enterprise.id))
        ).first() or pytest.fail("no firm is free")


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def claim(firm: Page, official: Page, key: str, licence: Path) -> None:
    """The firm's person claims with the licence; an official confirms."""
    firm.goto(f"/firm/claim/{key}")
    firm.locator("#person").fill("周示例 经理")
    firm.locator("#phone").fill("0755-00000000")
    firm.locator("#file").set_input_files(licence)
    press(firm, "提出认领")
    expect(firm.get_by_text("待确认").first).to_be_visible()
    official.goto(f"/office/claims/{firm.url.rsplit('/', 1)[1]}")
    press(official, "确认")


def save_part(page: Page, values: dict[str, str]) -> None:
    for path, value in values.items():
        page.locator(f'[name="{path}"]:not([type=radio])').fill(value)
    press(page, "保存并继续")


def upload(page: Page, own: str, slug: str, file: Path) -> None:
    page.goto(f"{own}/evidence")
    page.locator(f"#file-{slug}").set_input_files(file)
    page.locator(f"form:has(#file-{slug}) button").click()
    page.wait_for_load_state()
    expect(page.get_by_text(file.name).first).to_be_visible()


def sign_and_send(page: Page, own: str) -> None:
    page.goto(f"{own}/check")
    page.locator("#declared_by").fill("周示例 经理")
    page.locator("#agreed").check()
    press(page, "签署并提交")
    expect(page.locator("h1")).to_contain_text("回执 SB-")


def decide(page: Page, path: str, decision: str) -> None:
    """Press 通过 or 退回 of one field, away from the bar at the foot: a click on its very edge goes to the bar."""
    choice = page.locator(f'label:has([name="d:{path}"][value="{decision}"])')
    choice.evaluate("one => one.scrollIntoView({block: 'center'})")
    choice.click()


def accept_the_rest(page: Page) -> None:
    """Accept what has no doubt in one press, then every other field that is not decided yet."""
    page.wait_for_load_state()
    without_doubt = page.locator("button[name=act][value=clear]")
    if without_doubt.count():
        with page.expect_navigation():
            without_doubt.click()
    waiting = page.locator(".f").evaluate_all(
        """rows => rows.filter(row => row.querySelector("[value=accepted]") && !row.querySelector(":checked"))
                       .map(row => row.querySelector("[value=accepted]").name)"""
    )
    for name in waiting:
        decide(page, name.removeprefix("d:"), "accepted")
    press(page, "保存，稍后再办")


def open_call(page: Page, title: str) -> str:
    """An open call of the little giants, which asks for the audit report; returns its number."""
    page.goto("/office/calls")
    page.locator("#title").fill(title)
    page.locator("[name=region]").select_option("440000")
    page.locator("[name=opens_hour]").fill("00:00")
    page.locator("[name=closes_on]").fill((today() + timedelta(days=9)).isoformat())
    press(page, "开放申报")
    return page.url.rsplit("/", 1)[1]


def look_at_every_part(page: Page, own: str) -> None:
    """Save each page of fields as it was filled from the register."""
    page.goto(own)
    parts = [
        href for href in page.locator("ul.tasks a").evaluate_all("all => all.map(one => one.href)") if "/parts/" in href
    ]
    for href in parts:
        page.goto(href)
        press(page, "保存并继续")


def give_notice(page: Page, batch: str) -> None:
    page.goto(f"/office/batches/{batch}/notice")
    page.locator("#on").fill(today().isoformat())
    page.locator("#until").fill((today() + timedelta(days=6)).isoformat())
    page.locator("#reason").fill("示例公示")
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()


def object_to(page: Page, batch: str, name: str) -> str:
    """As anybody may; returns the receipt."""
    page.goto(f"/batches/{batch}/objection")
    page.locator("#subject").fill(name)
    page.locator("#text").fill("这家企业的研发费用与年报不一致（示例）。")
    page.locator("#objector").fill("示例王某")
    page.locator("#contact").fill("13800000000")
    press(page, "提交异议")
    found = re.search(r"YY(-[0-9A-Z]{4}){4}", page.locator("main").inner_text())
    assert found
    return found[0]


def dismiss(page: Page, title: str) -> None:
    """Decide the objection from the inbox: it does not hold."""
    page.goto("/office/inbox?kind=objection")
    page.locator("main").get_by_role("link", name=title).first.click()
    page.locator('[name=decision][value="dismissed"]').check()
    page.locator("#reason").fill("核实后不成立（示例）")
    press(page, "记下处理结果")


def send_profile(firm: Page, key: str) -> str:
    """Another address and website, and a contact; the address of what was sent."""
    firm.goto(f"/firm/{key}")
    firm.locator("form:has([value=profile]) button").click()
    own = firm.url
    firm.goto(f"{own}/parts/profile")
    save_part(firm, {"profile.address": "示例新路甲", "profile.website": "https://jia.example.com/"})
    save_part(firm, {"contact.name": "周示例", "contact.phone": "0755-12345678"})
    press(firm, "保存并继续")
    sign_and_send(firm, own)
    return own


def sees_it(reader: Page, firm: Enterprise, address: str, approved: float) -> None:
    """Its page shows what was approved, and the search finds it without anybody doing more."""
    reader.goto(f"/e/{firm.uscc}")
    expect(reader.get_by_text(address).first).to_be_visible()
    while True:
        asked = time.monotonic()
        reader.goto(f"/search?q={address}")
        if reader.get_by_role("link", name=firm.name_zh).count():
            return
        assert asked - approved < FINDABLE_SECONDS, "the search does not find what was approved"


def test_a_firm_claims_its_page_sends_mends_what_is_returned_and_the_public_sees_it(
    people: As, live_server: LiveServer, tmp_path: Path
) -> None:
    licence = tmp_path / "licence.pdf"
    licence.write_bytes(LICENCE)
    found = free_firm(live_server)
    firm, official = people("zhou"), people("fang")
    claim(firm, official, str(found.uscc), licence)

    own = send_profile(firm, str(found.uscc))
    number = own.rsplit("/", 1)[1]
    address = f"示例新路{number}88号"

    official.goto("/office/inbox")
    official.get_by_role("link", name=found.name_zh).first.click()
    official.goto(f"/office/submissions/{number}")
    for path in ("profile.address", "profile.website"):
        decide(official, path, "returned")
        official.locator(f'[name="r:{path}"]').select_option(index=1)
        official.locator(f'[name="t:{path}"]').fill("请写全（示例）")
    accept_the_rest(official)
    press(official, "退回 2 项给企业…")
    official.locator("main form button[type=submit]").last.click()
    expect(official.get_by_text("已退回企业补正。")).to_be_visible()

    firm.goto(f"{own}/parts/contacts")
    expect(firm.locator('[name="contact.name"]')).to_have_count(0)
    firm.goto(f"{own}/parts/profile")
    expect(firm.get_by_text("请写全（示例）").first).to_be_visible()
    save_part(firm, {"profile.address": address, "profile.website": "https://yi.example.com/"})
    sign_and_send(firm, own)

    official.goto(f"/office/submissions/{number}")
    accept_the_rest(official)
    reader = people("qian")
    press(official, "通过并写入登记库")
    approved = time.monotonic()
    expect(official.get_by_text("已通过，已写入登记库。")).to_be_visible()
    sees_it(reader, found, address, approved)


def test_a_nomination_goes_through_three_steps_and_a_notice_with_an_objection_to_the_final_list(
    people: As, live_server: LiveServer, tmp_path: Path
) -> None:
    licence = tmp_path / "licence.pdf"
    licence.write_bytes(LICENCE)
    found = free_firm(live_server)
    firm, official, second = people("zhou"), people("fang"), people("he")
    claim(firm, official, str(found.uscc), licence)
    call = open_call(official, f"示例申报{found.id}")

    firm.goto(f"/firm/{found.uscc}")
    firm.locator(f'form:has([name=call][value="{call}"]) button').click()
    own = firm.url
    number = own.rsplit("/", 1)[1]
    firm.goto(f"{own}/parts/contacts")
    save_part(firm, {"contact.name": "周示例", "contact.phone": "0755-12345678"})
    look_at_every_part(firm, own)
    upload(firm, own, "audit_report", licence)
    sign_and_send(firm, own)

    for act in ("forward", "forward", "approve"):
        official.goto(f"/office/submissions/{number}")
        accept_the_rest(official)
        official.locator(f"button[name=act][value={act}]").click()
        official.wait_for_load_state()
    expect(official.get_by_text("已通过，已写入登记库。")).to_be_visible()

    official.goto(f"/office/calls/{call}")
    official.locator("#label").fill(f"示例{found.id}批")
    press(official, "列入草案")
    batch = official.url.rsplit("/", 1)[1]
    give_notice(official, batch)
    object_to(firm, batch, found.name_zh)
    dismiss(official, found.name_zh)
    second.goto(f"/office/batches/{batch}/final")
    second.locator("#on").fill(today().isoformat())
    second.locator("#document_no").fill("示〔2026〕9号")
    second.locator("#reason").fill("示例公告")
    second.locator("main form button[type=submit]").last.click()
    expect(second.get_by_text("已公告").first).to_be_visible()
    reader = people("qian")
    reader.goto(f"/e/{found.uscc}")
    expect(reader.get_by_text("示〔2026〕9号").first).to_be_visible()
