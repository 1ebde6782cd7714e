"""Suggestions by keyboard, pointer and input method; without JavaScript there are none and the box works."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import LiveServer, NewPage

OPTION = "[role=listbox] [role=option]"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
COMPOSE = """([kind, value]) => {
  const input = document.querySelector('#q');
  if (value !== null) { input.value = value; }
  const given = {bubbles: true, data: value ?? '', isComposing: kind === 'input'};
  const made = kind === 'input' ? new InputEvent('input', given) : new CompositionEvent(kind, given);
  input.dispatchEvent(made);
}"""


def asked(page: Page) -> list[str]:
    """The texts suggestions are asked for, as they are asked."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/search/suggest?" in request.url:
            found.append(unquote(request.url.partition("?q=")[2]))

    page.on("request", note)
    return found


@pytest.mark.parametrize("address", ["/", "/search?q=示例"])
def test_arrows_choose_and_enter_opens_what_is_chosen(page: Page, address: str) -> None:
    page.goto(address)
    box = page.locator("[role=combobox]")
    box.fill("")
    box.press_sequentially("示例", delay=20)
    expect(page.locator(OPTION).first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    chosen = page.locator(f"{OPTION}[aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "-")
    expect(box).to_be_focused()
    name = chosen.locator("span").inner_text()
    box.press("Enter")
    page.wait_for_url("**/e/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name[:4])


def test_up_goes_round_escape_closes_and_enter_then_searches_what_was_typed(page: Page) -> None:
    page.goto("/")
    box = page.locator("[role=combobox]")
    box.press_sequentially("shili", delay=20)
    expect(page.locator(OPTION).first).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("条建议")
    box.press("ArrowUp")
    last = page.locator(OPTION).last
    expect(last).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    expect(page.locator(f"{OPTION}[aria-selected=true]")).to_have_count(0)
    box.press("Escape")
    expect(page.locator(OPTION)).to_have_count(0)
    expect(box).to_have_value("shili")
    box.press("Enter")
    page.wait_for_url("**/search?*q=shili*")


def test_a_suggestion_can_be_clicked_and_leaving_the_box_closes_the_list(page: Page) -> None:
    page.goto("/")
    box = page.locator("[role=combobox]")
    box.press_sequentially("小巨", delay=20)
    option = page.locator(OPTION).first
    expect(option).to_contain_text("小巨人")
    box.press("Tab")
    expect(page.locator(OPTION)).to_have_count(0)
    box.focus()
    box.press_sequentially("人", delay=20)
    page.locator(OPTION).first.click()
    page.wait_for_url("**/directories/little_giant")


def test_nothing_is_asked_or_sent_while_an_input_method_is_composing(page: Page) -> None:
    page.goto("/")
    sent = asked(page)
    page.locator("#q").focus()
    for kind, value in (("compositionstart", None), ("input", "s"), ("input", "sh'li")):
        page.evaluate(COMPOSE, [kind, value])
    page.locator("#q").dispatch_event("keydown", {"key": "Enter", "isComposing": True, "keyCode": 229})
    page.wait_for_timeout(400)
    assert sent == []
    assert page.url.endswith("/")
    page.locator("#q").fill("示例")
    page.evaluate(COMPOSE, ["compositionend", "示例"])
    expect(page.locator(OPTION).first).to_be_visible()
    assert sent == ["示例"]


def test_only_the_last_text_is_asked_for_when_typing_fast(page: Page) -> None:
    # The page's clock stands still while the keys are pressed: how fast this machine types decides nothing.
    page.clock.install()
    page.goto("/")
    page.clock.pause_at(datetime.now(tz=UTC) + timedelta(hours=1))
    sent = asked(page)
    page.locator("#q").press_sequentially("shili")
    assert sent == []
    page.clock.run_for(1_000)
    expect(page.locator(OPTION).first).to_be_visible()
    assert sent == ["shili"]


def test_axe_finds_nothing_in_the_open_list(new_page: NewPage) -> None:
    page = new_page(bypass_csp=True)
    page.goto("/")
    page.locator("#q").press_sequentially("示例", delay=20)
    page.locator(OPTION).first.wait_for()
    page.locator("#q").press("ArrowDown")
    page.add_script_tag(path=AXE)
    found = page.evaluate("async () => (await axe.run(document)).violations.map((v) => v.id)")
    assert found == []


def test_without_javascript_the_box_searches_and_pasted_names_are_looked_up(plain_page: Page) -> None:
    plain_page.goto("/")
    assert plain_page.locator("#q").get_attribute("role") is None
    plain_page.locator("#q").fill("示例")
    plain_page.locator("#q").press("Enter")
    plain_page.wait_for_url("**/search?*")
    name = plain_page.locator(".hit h3").first.inner_text()
    plain_page.goto("/search/many")
    plain_page.locator("#names").fill(f"{name}\n查不到的示例有限公司")
    plain_page.get_by_role("button", name="逐个查找").click()
    expect(plain_page.locator("tbody tr")).to_have_count(2)
    expect(plain_page.locator("tbody tr").first).to_contain_text("确定")


def test_an_official_settles_a_failed_search(any_page: Page, live_server: LiveServer) -> None:
    """With and without JavaScript: from the failed search to the word that settles it, and back."""
    text = f"某王{id(any_page)}"
    any_page.goto(f"/search?q={text}")
    any_page.goto("/login")
    any_page.locator("[name=login]").fill("fang")
    any_page.locator("[name=password]").fill(live_server.logins["fang"])
    any_page.locator("[name=password]").press("Enter")
    any_page.wait_for_url(lambda url: not url.endswith("/login"))
    any_page.goto("/office/searches")
    any_page.get_by_role("link", name=text).click()
    any_page.locator("#q").fill("示例")
    any_page.get_by_role("button", name="查询", exact=True).click()
    any_page.locator("[name=enterprise]").first.check()
    any_page.get_by_role("button", name="登记别称").click()
    expect(any_page.get_by_role("status")).to_contain_text("已处理：企业别称")
    any_page.get_by_role("button", name="撤销").first.click()
    any_page.wait_for_url("**/office/searches")
    expect(any_page.get_by_role("link", name=text)).to_have_count(1)
