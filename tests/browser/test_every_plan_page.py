"""The pages of a plan, in every look (see ``test_every_page``), and the way from a value to its place on the board."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer, NewPage
from tests.browser.looking import Visit, every_visit, faults_of, sign_in
from tests.browser.plan_pages import OFFICE, PLAN
from tests.browser.test_every_page import pages_of, routes_of


@pytest.fixture(scope="module")
def pages(live_server: LiveServer) -> dict[str, str]:
    """The pages of this group."""
    return pages_of("plans", live_server)


def test_no_page_of_the_group_is_left_out(pages: dict[str, str]) -> None:
    assert routes_of("plans") <= pages.keys()


@every_visit
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    new_page: NewPage, live_server: LiveServer, pages: dict[str, str], visit: Visit
) -> None:
    assert faults_of(new_page, live_server, pages, visit) == []


def test_from_the_home_page_to_the_firms_behind_a_number_and_their_documents(any_page: Page) -> None:
    page = any_page
    page.goto("/")
    page.get_by_role("link", name="目标看板与口径").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("规划目标")
    number = page.locator("table.plan tbody tr").nth(1).locator("td a").first
    said = number.inner_text().strip()
    number.click()
    expect(page.get_by_text(f"共 {said} 家企业")).to_be_visible()
    page.locator("a.doc:visible").first.click()
    expect(page).to_have_url(re.compile("/documents/"))


def test_an_official_value_is_entered_and_the_board_shows_it(any_page: Page, live_server: LiveServer) -> None:
    page = any_page
    sign_in(page, live_server)
    page.goto(f"{OFFICE}/secure_zones")
    page.locator("#value").fill("7")
    page.locator("#on_day").fill("2026-06-30")
    page.get_by_role("radio", name="经审计").check()
    page.locator("#document").fill("示例核查报告（虚构）")
    page.locator("#document_on").fill("2026-07-15")
    page.get_by_role("button", name="保存").click()
    taken, shown = page.get_by_text("这一天已有数"), page.get_by_text("示例核查报告（虚构）").first
    expect(taken.or_(shown).first).to_be_visible()
    if taken.count():
        page.locator("#reason").fill("示例更正")
        page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("示例核查报告（虚构）").first).to_be_visible()
    page.goto(f"{PLAN}/secure_zones")
    expect(page.locator("#values ~ .table-box, section").get_by_text("示例核查报告（虚构）").first).to_be_visible()
