"""The pages of the standards say exactly what the rules say."""

import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from registry.errors import Locale
from registry.tiering.describe import describe
from registry.tiering.loader import load_all
from registry.tiering.standard import Standard


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("standard", load_all(), ids=lambda one: one.id)
def test_every_criterion_stands_on_its_page_with_its_source(
    client: TestClient, standard: Standard, locale: Locale
) -> None:
    page = client.get(f"/standards/{standard.id}", headers={"Accept-Language": locale}).text
    for one in describe(standard, locale):
        assert str(escape(one.sentence)) in page
        assert str(escape(one.source.number)) in page
        assert str(escape(one.source.clause)) in page


def test_a_tier_opens_the_version_in_force_and_links_the_others(client: TestClient) -> None:
    page = client.get("/standards/little_giant").text
    assert 'href="/standards/LG26" aria-current="page"' in page
    assert 'href="/standards/LG22"' in page
    assert "registry check" in page


def test_all_tiers_are_listed_and_an_unknown_one_is_not_there(client: TestClient) -> None:
    page = client.get("/standards").text
    assert 'href="/standards/LG26"' in page
    assert client.get("/standards/none").status_code == 404
