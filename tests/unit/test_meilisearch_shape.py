"""What an index on a Meilisearch server looks like: settings as data, entries as lines, portions by size."""

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

import search_config
from registry.search import meilisearch_shape as shape
from registry.search.documents import FIELDS, IndexDocument


def entry(number: int, card: str = "{}") -> IndexDocument:
    return IndexDocument("enterprise", number, 2**52 - number, {"name": ("甲", "C"), "alias": ()}, card, "f")


def given(**changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = deepcopy(search_config.load("meilisearch.yaml"))
    settings["index"] |= changes
    return settings


def test_the_shipped_settings_are_right() -> None:
    settings = shape.server_settings()
    assert settings.index["searchableAttributes"] == []
    assert settings == shape.checked(given())


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ([], "portion_bytes"),
        (given() | {"more": 1}, "nothing else"),
        (given() | {"index": {}}, "rankingRules"),
        (given(stopWords=[]), "nothing else"),
        (given(facetSearch="no"), "facetSearch"),
        (given(searchCutoffMs=True), "searchCutoffMs"),
        (given(rankingRules=["words", "sort"]), "rankingRules"),
        (given() | {"portion_bytes": 10}, "portion_bytes"),
    ],
)
def test_a_wrong_setting_is_named(wrong: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        shape.checked(wrong)


def test_every_field_can_be_filtered_by_and_only_the_order_compared() -> None:
    fields, order = shape.index_settings()["filterableAttributes"]
    assert set(FIELDS) < set(fields["attributePatterns"])
    assert order == {
        "attributePatterns": ["order"],
        "features": {"facetSearch": False, "filter": {"equality": False, "comparison": True}},
    }


def test_another_setting_is_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    before = shape.fingerprint()
    other = shape.checked(given(searchCutoffMs=1))
    monkeypatch.setattr(shape, "server_settings", lambda: other)
    shape.fingerprint.cache_clear()
    try:
        assert shape.fingerprint() != before
    finally:
        shape.fingerprint.cache_clear()


def test_an_entry_is_one_line_with_what_is_needed() -> None:
    line = shape.to_line(entry(7, card='{"a":"x\ny"}'))
    assert line.count(b"\n") == 1
    written = json.loads(line)
    assert written == {
        **{"id": "e7", "order": 2**52 - 7, "digest": entry(7, card='{"a":"x\ny"}').digest},
        **{"card": '{"a":"x\ny"}', "forms": "f", "name": ["甲", "~43;"]},
    }
    assert json.loads(shape.about_line(date(2026, 5, 6))) == {"id": "about", "about": ["about"], "day": "2026-05-06"}


def test_portions_are_as_large_as_set_and_lose_nothing() -> None:
    documents = [entry(n, card="x" * 1_000_000) for n in range(40)]
    portions = list(shape.portions(documents))
    assert b"".join(portions) == b"".join(map(shape.to_line, documents))
    assert [len(portion) // 1_000_000 for portion in portions] == [16, 16, 8]
    assert list(shape.portions([])) == []
