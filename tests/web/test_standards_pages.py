"""The pages of the standards say exactly what the rules say."""

from collections.abc import Iterable, Iterator

import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from registry.errors import Locale
from registry.tiering.comparing import compare
from registry.tiering.describe import describe, requirement
from registry.tiering.facets import facets
from registry.tiering.language import Choose
from registry.tiering.loader import load_all
from registry.tiering.outline import Outline, outline
from registry.tiering.score_tables import score_table
from registry.tiering.selection import find, tiers
from registry.tiering.standard import Standard
from web.confidence import EXPLAINED
from web.standard_comparison import MOVES
from web.standard_families import OTHER, placed

VERSIONS = pytest.mark.parametrize("standard", load_all(), ids=lambda one: one.id)


def lines(several: Iterable[Outline]) -> Iterator[Outline]:
    for one in several:
        yield one
        yield from lines(one.below)


def main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def shown(text: str) -> str:
    return str(escape(text))


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_criterion_stands_on_its_page_with_its_source(client: TestClient, locale: Locale) -> None:
    for standard in load_all():
        page = client.get(f"/standards/{standard.id}", headers={"Accept-Language": locale}).text
        for rule, one in zip(standard.criteria, describe(standard, locale), strict=True):
            absent = [line for line in lines(outline(rule.rule)) if shown(line.text.in_(locale)) not in page]
            assert absent == []
            said = (one.source.number, one.source.clause, EXPLAINED[rule.confidence].in_(locale))
            assert [text for text in said if shown(text) not in page] == []
            assert f'<li id="{one.id}">' in page


@VERSIONS
def test_the_outline_keeps_every_condition(standard: Standard) -> None:
    for criterion in standard.criteria:
        text = "".join(line.text.zh for line in lines(outline(criterion.rule)))
        for facet in facets(criterion.rule):
            assert isinstance(facet.core, Choose) or requirement(facet.core, "zh").split("；")[0] in text


def test_a_scored_standard_shows_its_bands_and_points(client: TestClient) -> None:
    for standard in load_all():
        page = client.get(f"/standards/{standard.id}").text if standard.score else ""
        for part in score_table(standard.score) if standard.score else ():
            assert shown(part.name.zh) in page
            for item in part.items:
                assert item.id in page
                assert all(f"<td>{shown(row.test.zh)}</td>" in page for row in item.rows)


def test_bands_of_numbers_end_where_the_next_begins(client: TestClient) -> None:
    page = client.get("/standards/hte").text
    assert "≥ 25%，&lt; 35%" in page
    assert "&gt; 0%，&lt; 5%" in page
    assert "&gt; 5,000 万元，≤ 2 亿元" in page


def test_a_prerequisite_leads_to_its_own_list(client: TestClient) -> None:
    page = client.get("/standards/LG26").text
    assert 'href="/directories/srdi_sme"' in page


def test_a_tier_opens_the_version_in_force_and_links_the_others(client: TestClient) -> None:
    page = client.get("/standards/little_giant").text
    assert 'href="/standards/LG26" aria-current="page"' in page
    assert 'href="/standards/LG22"' in page
    assert 'href="/standards/LG26/self-check"' in page
    assert 'href="/standards/little_giant/compare"' in page
    assert "registry check" in page


def test_all_tiers_are_listed_and_an_unknown_one_is_not_there(client: TestClient) -> None:
    page = client.get("/standards").text
    assert 'href="/standards/LG26"' in page
    assert all(f'href="/standards/{tier}"' in page for tier in tiers())
    assert client.get("/standards/none").status_code == 404


def test_a_tier_without_a_place_on_the_ladder_is_not_lost() -> None:
    found = placed(["little_giant", "of_a_later_year"])
    assert found[-1] == (OTHER, ["of_a_later_year"])


def test_versions_side_by_side(client: TestClient) -> None:
    page = client.get("/standards/little_giant/compare?from=LG22&to=LG26").text
    for words in (
        "门槛提高",
        "≥ 70%",
        "≥ 90%",
        "算法或读法改变",
        "近两年营业收入复合增长率",
        "新增豁免",
        "更严",
        "更宽",
    ):
        assert words in page
    assert main(page) == main(client.get("/standards/lg26/compare?from=lg22").text)
    assert client.get("/standards/little_giant/compare?from=HTE").status_code == 404
    assert client.get("/standards/none/compare").status_code == 404


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_tier_can_be_compared_even_with_one_version(client: TestClient, locale: str) -> None:
    for tier in tiers():
        assert client.get(f"/standards/{tier}/compare", headers={"Accept-Language": locale}).status_code == 200


@pytest.mark.parametrize("tier", tiers())
def test_every_change_between_shipped_versions_has_words(tier: str) -> None:
    versions = find(tier)
    for one in versions:
        for other in versions:
            for clause in compare(one, other).clauses:
                assert all((change.kind, change.move) in MOVES for change in clause.changes)


def test_a_tier_opens_on_the_version_everybody_is_judged_by_not_a_place_s(client: TestClient) -> None:
    page = main(client.get("/standards/unicorn", headers={"Accept-Language": "zh"}).text)
    own_place = find("UNISZ")[0]
    assert own_place.region is not None
    assert f'<li id="{own_place.criteria[0].id}">' not in page
    assert '<li id="' in page
