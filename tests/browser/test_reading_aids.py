"""Who uses a keyboard only, and who reads in large type."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer, NewPage

MOST_TABS = 60


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on an element of this kind, and see that it is shown there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(one) => document.activeElement.matches(one)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none" or page.locator(".search:has(input:focus)").count()
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_with_the_keyboard_alone_a_search_leads_to_the_row_of_a_document(any_page: Page) -> None:
    any_page.goto("/")
    any_page.keyboard.press("Tab")
    any_page.keyboard.press("Enter")
    tab_to(any_page, "#q, main input[name=q]")
    any_page.keyboard.type("示例星河")
    any_page.keyboard.press("Enter")
    any_page.wait_for_url("**/search?**")
    tab_to(any_page, ".hit h3 a")
    any_page.keyboard.press("Enter")
    expect(any_page.get_by_role("heading", level=1)).to_contain_text("示例星河")
    tab_to(any_page, "a[href^='/documents/']")
    any_page.keyboard.press("Enter")
    expect(any_page.locator("tr.row-chosen")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 1440])
def test_large_type_is_a_quarter_larger_everywhere_and_nothing_runs_sideways(
    new_page: NewPage, live_server: LiveServer, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.context.add_cookies([{"name": "size", "value": "large", "url": live_server.url}])
    for address in ("/", "/search?q=示例", "/directories/little_giant", "/standards/hte", "/batches/1"):
        page.goto(address)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_large_type_is_chosen_with_one_button_and_given_up_with_the_same(plain_page: Page) -> None:
    plain_page.goto("/directories")
    plain_page.get_by_role("button", name="大字").click()
    expect(plain_page.locator("html[data-size=large]")).to_have_count(1)
    assert plain_page.url.endswith("/directories")
    plain_page.get_by_role("button", name="大字").click()
    expect(plain_page.locator("html[data-size=large]")).to_have_count(0)
