"""The journeys everything else stands on, each with and without JavaScript."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer


def test_the_front_page_finds_a_firm_by_its_name(any_page: Page) -> None:
    any_page.goto("/")
    any_page.locator("input[name=q]").first.fill("示例星河")
    any_page.keyboard.press("Enter")
    any_page.get_by_role("link", name="示例星河").first.click()
    expect(any_page.get_by_role("heading", level=1)).to_contain_text("示例星河")


def test_a_wrong_password_is_refused_beside_the_form_and_a_right_one_signs_in(
    any_page: Page, live_server: LiveServer
) -> None:
    any_page.goto("/login")
    any_page.locator("[name=login]").fill("fang")
    any_page.locator("[name=password]").fill("not the password")
    any_page.locator("[name=password]").press("Enter")
    expect(any_page.locator("[name=login]")).to_have_value("fang")
    any_page.locator("[name=password]").fill(live_server.logins["fang"])
    any_page.locator("[name=password]").press("Enter")
    expect(any_page).not_to_have_url("**/login")
    expect(any_page.get_by_text("方示例").first).to_be_attached()
