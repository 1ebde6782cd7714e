"""The officials' pages but those about imports and batches, in every look: see ``test_every_page``."""

import pytest

from tests.browser.conftest import LiveServer, NewPage
from tests.browser.looking import Visit, every_visit, faults_of
from tests.browser.test_every_page import pages_of, routes_of


@pytest.fixture(scope="module")
def pages(live_server: LiveServer) -> dict[str, str]:
    """The pages of this group."""
    return pages_of("office", live_server)


def test_no_page_of_the_group_is_left_out(pages: dict[str, str]) -> None:
    assert routes_of("office") <= pages.keys()


@every_visit
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    new_page: NewPage, live_server: LiveServer, pages: dict[str, str], visit: Visit
) -> None:
    assert faults_of(new_page, live_server, pages, visit) == []
