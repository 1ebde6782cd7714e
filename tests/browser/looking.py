"""Looking at a page: two visits that differ in everything, and in each of them all that holds for every page.

A visit loads a page once. Its HTML is read by a strict parser and weighed as it came over the wire. Axe reads all of it
with every folded part open; then the page changes its width as it lies there, and must not run sideways at any. 320
pixels are what a screen of 1280 shows at 400 %.
"""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LiveServer, NewPage
from tests.support.validity import html_faults
from web import stylesheets
from web.assets import STATIC_ROOT

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDTHS = (320, 360, 768, 1440)
MOST_WEIGHT = 100 * 1024
"""Bytes of a page with its style sheets and scripts, compressed."""
HEIGHT = 900
_AXE_RUN = (
    "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    ".map((v) => v.id + ' ' + v.nodes.slice(0, 2).map((n) => n.target.join(' ')).join(', '))"
)
_UNFOLD = "document.querySelectorAll('main details').forEach((each) => { each.open = true; })"
_ASSETS = re.compile(r"/static/[0-9a-f]{12}/([\w./-]+)")
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


NOT_THERE = ("/no-such-page", "/e/91440300MA5G580778")
"""Pages about something that does not exist."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How a page is first opened: pixels wide, light or dark, in which language."""

    width: int
    scheme: str
    locale: str

    def __str__(self) -> str:
        return f"{self.locale}-{self.width}-{self.scheme}"


VISITS = (Visit(1440, "light", "zh-CN"), Visit(320, "dark", "en"))
every_visit = pytest.mark.parametrize("visit", VISITS, ids=str)


def open_visit(new_page: NewPage, visit: Visit) -> Page:
    """A page for this visit; the content security policy would keep axe out."""
    size = {"width": visit.width, "height": HEIGHT}
    shown = {"color_scheme": visit.scheme, "locale": visit.locale, "reduced_motion": "reduce"}
    page = new_page(viewport=size, bypass_csp=True, **shown)
    # There as soon as a page is: sending half a megabyte to every page takes as long as opening it.
    page.context.add_init_script(path=AXE)
    return page


def faults_of(new_page: NewPage, live_server: LiveServer, pages: dict[str, str], visit: Visit) -> list[str]:
    """What is wrong with any of the pages in one visit; the officials' are opened signed in, after the others."""
    page = open_visit(new_page, visit)
    office = [name for name, address in pages.items() if address.startswith(("/office", "/account"))]
    faults = [fault for name in pages.keys() - set(office) for fault in look(page, pages[name], visit)]
    if office:
        sign_in(page, live_server)
    return faults + [fault for name in office for fault in look(page, pages[name], visit)]


def look(page: Page, address: str, visit: Visit) -> list[str]:
    """What is wrong with a page of ``open_visit``: status, HTML, weight, what axe finds, its width at four sizes."""
    response = page.goto(address)
    assert response is not None
    source = response.text()
    wrong = html_faults(source)
    if weight(source) > MOST_WEIGHT:
        wrong.append(f"weighs {weight(source)} bytes")
    page.evaluate(_UNFOLD)
    wrong += page.evaluate(_AXE_RUN)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if page.evaluate(_SIDEWAYS) > 0:
            wrong.append(f"scrolls sideways at {width}")
    page.set_viewport_size({"width": visit.width, "height": HEIGHT})
    if response.status != (404 if address in NOT_THERE else 200):
        wrong.append(f"status {response.status}")
    return [f"{unquote(address)}: {fault}" for fault in wrong]


def weight(source: str) -> int:
    """Bytes a browser without anything kept fetches for a page, compressed: itself and the static files it names."""
    return len(gzip.compress(source.encode())) + sum(map(_asset_weight, set(_ASSETS.findall(source))))


@cache
def _asset_weight(path: str) -> int:
    folder, _, name = path.partition("/")
    content = stylesheets.served(name) if folder == "css" else (STATIC_ROOT / path).read_bytes()
    return len(gzip.compress(content))


def sign_in(page: Page, live_server: LiveServer, login: str = "fang") -> None:
    """As somebody of the demo; the province's administrator unless told otherwise."""
    page.goto("/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(live_server.logins[login])
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))
