"""Every page with JavaScript off, in both languages: it can be read, and every control that stands there works.

With JavaScript on, in both languages too, the pages are looked at by ``test_every_*`` and ``test_firm_journeys``. A
control that only a script serves must not be shown without one: a button belongs to a form with an address or opens
something by itself, a field belongs to a form that can be sent, a link leads somewhere.
"""

import pytest
from playwright.sync_api import Page

from registry.db import make_engine
from tests.browser.conftest import LiveServer, NewPage
from tests.browser.firm_pages import firm_pages
from tests.browser.looking import NOT_THERE, sign_in
from tests.browser.test_every_page import GROUPS, pages_of

DEAD = """() => {
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
  const shown = (each) => each.checkVisibility({visibilityProperty: true}) && each.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const says = (each) => (each.id || each.name || each.textContent.trim().slice(0, 30) || each.outerHTML.slice(0, 60));
  const sends = (form) => form && form.hasAttribute("action")
    && [...form.elements].some((each) => each.type === "submit" && (shown(each) || each.classList.contains("vh")));
  const faults = [];
  if (all("h1").length !== 1) { faults.push(`${all("h1").length} headings of the page`); }
  if (document.querySelector("main").innerText.trim().length < 20) { faults.push("nothing to read"); }
  for (const each of all("button, input[type=button]")) {
    const opens = each.hasAttribute("popovertarget") || each.hasAttribute("commandfor");
    const works = each.form && each.form.hasAttribute("action") && each.type !== "button";
    if (!opens && !works && !each.disabled) { faults.push(`button ${says(each)}`); }
  }
  for (const each of all("input:not([type=hidden]), select, textarea")) {
    if (!each.disabled && !sends(each.form)) { faults.push(`field ${says(each)}`); }
  }
  for (const each of all("a:not([href])")) { faults.push(`link ${says(each)}`); }
  return faults;
}"""
"""What on the open page does nothing without a script."""
ALLOWED = {"/style": ("button", "field")}
"""The page of patterns shows buttons and fields that are nobody's: they are pictures of themselves."""


def faults_at(page: Page, address: str) -> list[str]:
    """What is wrong with a page as it stands without JavaScript."""
    response = page.goto(address, wait_until="domcontentloaded")
    assert response is not None
    expected = 404 if address in NOT_THERE else 200
    wrong = [] if response.status == expected else [f"status {response.status}"]
    wrong += page.evaluate(DEAD)
    return [f"{address}: {fault}" for fault in wrong if not fault.startswith(ALLOWED.get(address, ("never",)))]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("group", ["public", "office", *GROUPS])
def test_a_page_can_be_read_and_all_it_shows_works(
    new_page: NewPage, live_server: LiveServer, group: str, locale: str
) -> None:
    page = new_page(java_script_enabled=False, locale=locale)
    addresses = pages_of(group, live_server).values()
    office = [address for address in addresses if address.startswith(("/office", "/account"))]
    faults = [fault for address in addresses if address not in office for fault in faults_at(page, address)]
    if office:
        sign_in(page, live_server)
    faults += [fault for address in office for fault in faults_at(page, address)]
    assert faults == []


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_so_can_the_pages_of_a_firm(new_page: NewPage, live_server: LiveServer, locale: str) -> None:
    engine, faults = make_engine(live_server.settings), []
    for login, addresses in firm_pages(engine).items():
        page = new_page(java_script_enabled=False, locale=locale)
        sign_in(page, live_server, login)
        faults += [fault for address in addresses for fault in faults_at(page, address)]
        page.context.close()
    engine.dispose()
    assert faults == []
