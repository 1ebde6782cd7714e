"""What visitors do on the public pages, with script and without. How every page looks: ``test_every_page``."""

import re
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from asgi import create_app
from registry.settings import Settings
from tests.support.public_pages import MOON, STAR, key_of

pytest_plugins = ("tests.web.public_registry",)


@pytest.fixture(scope="module")
def site(public_settings: Settings) -> Iterator[str]:
    """The address of the application on the filled registry."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(public_settings), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


def opened(browser: Browser, site: str, path: str, **wishes: object) -> Page:
    """A page in a context of its own; ``wishes`` are those of Playwright's contexts."""
    given = {"locale": "zh-CN", "viewport": {"width": 1440, "height": 900}} | wishes
    page = browser.new_context(**given).new_page()  # type: ignore[arg-type]  # a plain dict of its options
    page.goto(site + path)
    return page


def test_without_script_a_visitor_finds_filters_and_opens_a_document(browser: Browser, site: str) -> None:
    page = opened(browser, site, "/", java_script_enabled=False)
    page.get_by_role("searchbox").fill("示例")
    page.get_by_role("button", name="查询").click()
    page.get_by_label("广州市").check()
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile("city=440100"))
    expect(page.get_by_role("status").filter(has_text="1 家企业")).to_have_count(1)
    page.locator("ol .hit h3 a").click()
    expect(page).to_have_url(f"{site}/e/{key_of(MOON)}")
    page.locator("a.tl-bar").first.click()
    expect(page.locator("tr.row-chosen").filter(has_text=MOON)).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载存档原件").click()
    assert download.value.suggested_filename == "little_giant.csv"
    page.context.close()


def test_with_script_a_filter_swaps_the_results_keeps_the_focus_and_the_address(browser: Browser, site: str) -> None:
    page = opened(browser, site, "/search?q=示例")
    page.evaluate("window.stayed = true")
    page.get_by_label("广州市").check()
    page.get_by_role("status").filter(has_text="1 家企业").wait_for()
    assert page.evaluate("window.stayed")
    expect(page).to_have_url(re.compile("city=440100"))
    expect(page.locator("#f-city-440100")).to_be_focused()
    expect(page.locator("#filter-count")).to_have_text("筛选（1）")
    expect(page.get_by_label("深圳市")).to_have_count(1)
    page.go_back()
    page.get_by_role("status").filter(has_text="33 家企业").wait_for()
    page.context.close()


def test_on_a_narrow_screen_the_filters_open_and_the_titles_are_a_list(browser: Browser, site: str) -> None:
    narrow = {"width": 390, "height": 844}
    page = opened(browser, site, "/search?q=示例", viewport=narrow)
    expect(page.get_by_label("广州市")).to_be_hidden()
    page.locator(".facets > summary").click()
    page.get_by_label("广州市").check()
    page.get_by_role("status").filter(has_text="1 家企业").wait_for()
    expect(page.get_by_label("广州市")).to_be_visible()
    page.goto(f"{site}/e/{key_of(STAR)}")
    expect(page.locator(".tl")).to_be_hidden()
    expect(page.locator(".tl-list .badge")).to_have_count(3)
    page.context.close()


def test_the_map_changes_with_the_directory_and_a_tile_leads_to_its_enterprises(browser: Browser, site: str) -> None:
    page = opened(browser, site, "/", java_script_enabled=False)
    page.get_by_role("combobox").select_option("innovative_sme")
    page.get_by_role("button", name="查看").click()
    page.get_by_role("group", name="各市有效数").get_by_role("link", name="佛山").click()
    expect(page.get_by_role("status").filter(has_text="30 家企业")).to_have_count(1)
    page.context.close()
