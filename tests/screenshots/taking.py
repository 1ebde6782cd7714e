"""Open every page of a demo once a language and take it at each width in each theme.

The pages are those the browser tests look at (``tests.browser``), so a page that is missing here fails there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from registry.db import make_engine
from tests.browser.conftest import LiveServer
from tests.browser.firm_pages import firm_pages
from tests.browser.looking import sign_in
from tests.browser.test_every_page import GROUPS, pages_of

WIDTHS = (360, 768, 1440)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOCALES = ("zh-CN", "en")
HEIGHT = 900
SIGNED_OUT, OFFICIAL = "", "fang"


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: the group it belongs to, its name there, its address and who is signed in (nobody: "")."""

    group: str
    name: str
    address: str
    login: str

    @property
    def slug(self) -> str:
        """A file name that says which page it is."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.group} {self.name}".lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Wish:
    """What to take: a part of a slug ("" for all), and the looks."""

    only: str = ""
    widths: tuple[int, ...] = WIDTHS
    themes: tuple[Literal["light", "dark"], ...] = THEMES
    locales: tuple[str, ...] = LOCALES
    lossless: bool = False

    @property
    def ending(self) -> Literal["png", "webp"]:
        """The kind of picture, and how its file name ends."""
        return "png" if self.lossless else "webp"

    @property
    def quality(self) -> int | None:
        """How well a picture is kept, of 100."""
        return None if self.lossless else 75

    def looks(self) -> list[str]:
        """The folders pictures go to, one a look."""
        return [
            f"{locale}-{theme}-{width}" for locale in self.locales for theme in self.themes for width in self.widths
        ]


def every_page(live_server: LiveServer) -> list[Shown]:
    """All pages of the demo, by who opens them: nobody signed in first."""
    found = []
    for group in ("public", "office", *GROUPS):
        for name, address in pages_of(group, live_server).items():
            login = OFFICIAL if address.startswith(("/office", "/account")) else SIGNED_OUT
            found.append(Shown(group, name, address, login))
    engine = make_engine(live_server.settings)
    for login, addresses in firm_pages(engine).items():
        for address in addresses:
            name = re.sub(r"[0-9A-Z]{18}", "", address.removeprefix("/firm"))
            found.append(Shown("firm", f"{login} {name or 'list'}", address, login))
    engine.dispose()
    return sorted(found, key=lambda page: page.login)


def take(browser: Browser, live_server: LiveServer, wish: Wish, out: Path) -> list[Shown]:
    """Write ``out/<look>/<slug>.webp`` (png if lossless) for every page wished for; the pages taken, in order."""
    pages = [page for page in every_page(live_server) if wish.only in page.slug]
    for look in wish.looks():
        (out / look).mkdir(parents=True, exist_ok=True)
    for locale in wish.locales:
        for shown, page in _opened(browser, live_server, locale, pages):
            for look in _looks(page, locale, wish):
                path = out / look / f"{shown.slug}.{wish.ending}"
                page.screenshot(
                    path=path, type=wish.ending, full_page=True, animations="disabled", quality=wish.quality
                )
    return pages


def _opened(browser: Browser, live_server: LiveServer, locale: str, pages: list[Shown]) -> Iterator[tuple[Shown, Page]]:
    """Each page, open; one context for everybody who signs in."""
    for login in dict.fromkeys(page.login for page in pages):
        context = browser.new_context(base_url=live_server.url, locale=locale, reduced_motion="reduce")
        page = context.new_page()
        if login:
            sign_in(page, live_server, login)
        for shown in pages:
            if shown.login == login:
                page.goto(shown.address)
                yield shown, page
        context.close()


def _looks(page: Page, locale: str, wish: Wish) -> Iterator[str]:
    """The open page in each theme and width, without loading it again."""
    for theme in wish.themes:
        page.emulate_media(color_scheme=theme)
        for width in wish.widths:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            yield f"{locale}-{theme}-{width}"
