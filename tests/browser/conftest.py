"""A browser, a running demo and pages with and without JavaScript.

``live_server`` (address, settings and logins of a small demo), ``page`` (JavaScript on), ``plain_page`` (off),
``any_page`` (each test twice), ``new_page`` (a page with other options: size, dark, locale). A page that logs an error
to the console or breaks the content security policy fails its test.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from registry.demo.people import ACCOUNTS
from registry.demo.submissions import FIRM_ACCOUNTS
from registry.settings import Settings
from tests.support.demos import SMALL, a_demo
from tests.support.serving import serving

NewPage = Callable[..., Page]

# How long to wait for what must come: a busy machine is not a wrong page.
expect.set_options(timeout=20_000)


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A running demo. ``logins``: login name → password."""

    url: str
    settings: Settings
    logins: dict[str, str]


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, started once. It ends with this folder: its event loop would be in the way of other tests."""
    with sync_playwright() as playwright:
        # In a container the browser may run as root, which its sandbox refuses.
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def live_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The whole application with a small demo behind it."""
    settings = Settings(data_dir=a_demo(tmp_path_factory, SMALL), demo=True)
    with serving(settings) as url:
        yield LiveServer(url, settings, {account.login: account.password for account in (*ACCOUNTS, *FIRM_ACCOUNTS)})


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer) -> Iterator[NewPage]:
    """Opens pages in contexts of their own; options are those of a browser context."""
    faults: list[str] = []
    contexts = []

    def open_page(**options: Any) -> Page:
        given = {"base_url": live_server.url, "locale": "zh-CN", "viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(**(given | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note(message, faults))
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A wide page with JavaScript."""
    return new_page()


@pytest.fixture
def plain_page(new_page: NewPage) -> Page:
    """A wide page without JavaScript."""
    return new_page(java_script_enabled=False)


@pytest.fixture(params=["with-javascript", "without-javascript"])
def any_page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """A wide page, once with and once without JavaScript."""
    return new_page(java_script_enabled=request.param == "with-javascript")


def _note(message: ConsoleMessage, faults: list[str]) -> None:
    # A refused form (422) or a page that is gone (404, 410) is also logged; the status is the test's own business.
    if message.type == "error" and "the server responded with a status of 4" not in message.text:
        faults.append(f"{message.text} ({message.location.get('url', '')})")
