"""What an index on a Meilisearch server looks like: settings as data, entries as lines, portions by size."""

import json
from datetime import date

import pytest

from registry.search import meilisearch_shape as shape
from registry.search.config import ServerFile, load_config
from registry.search.documents import FIELDS, IndexDocument


def entry(number: int, card: str = "{}") -> IndexDocument:
    return IndexDocument("enterprise", number, 2**52 - number, {"name": ("甲", "C"), "alias": ()}, card, "f")


def test_every_field_can_be_filtered_by_and_only_the_order_compared() -> None:
    fields, order = shape.index_settings()["filterableAttributes"]
    assert set(FIELDS) < set(fields["attributePatterns"])
    assert order == {
        "attributePatterns": ["order"],
        "features": {"facetSearch": False, "filter": {"equality": False, "comparison": True}},
    }


def test_another_setting_is_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    before, file = shape.fingerprint(), load_config(ServerFile)
    other = file.model_copy(update={"index": file.index.model_copy(update={"search_cutoff_ms": 1})})
    monkeypatch.setattr(shape, "load_config", lambda _kind: other)
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
