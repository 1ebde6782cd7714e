"""What an index on a Meilisearch server looks like: its settings, its documents, and a fingerprint of both."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import search_config
from registry.search.documents import FIELDS, IndexDocument
from registry.search.lexicon import settings_fingerprint
from registry.search.meilisearch_filters import spelled

SETTINGS_FILE = "meilisearch.yaml"
SPELLING = 1
"""To be raised when documents are written otherwise than before."""
PRIMARY_KEY = "id"
ABOUT = "about"
"""Key of the one document that tells about the index, and the field by which it is found."""
SHOWN = (PRIMARY_KEY, "order", "digest", "card", "forms", "day")
"""Fields that are read. The server is four times slower to fetch a row if it may show the terms too."""
_CHECKS: dict[str, type] = {
    **{"rankingRules": list, "searchableAttributes": list, "typoTolerance": dict, "prefixSearch": str},
    **{"facetSearch": bool, "proximityPrecision": str, "faceting": dict, "pagination": dict, "searchCutoffMs": int},
}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """``search_config/meilisearch.yaml``, checked."""

    index: dict[str, Any]
    portion_bytes: int


@cache
def server_settings() -> ServerSettings:
    """The shipped settings. Raises ValueError naming the entry that is wrong."""
    return checked(search_config.load(SETTINGS_FILE))


def checked(given: Any) -> ServerSettings:
    """Settings as read from a file. Raises ValueError naming the entry that is wrong."""
    if not isinstance(given, dict) or given.keys() != {"index", "portion_bytes"}:
        raise ValueError(f"{SETTINGS_FILE}: must have index and portion_bytes, nothing else")
    index, portion = given["index"], given["portion_bytes"]
    if not isinstance(index, dict) or index.keys() != _CHECKS.keys():
        raise ValueError(f"{SETTINGS_FILE}: index must have {', '.join(_CHECKS)}, nothing else")
    for name, kind in _CHECKS.items():
        if type(index[name]) is not kind:
            raise ValueError(f"{SETTINGS_FILE}: index: {name} must be a {kind.__name__}")
    if index["rankingRules"] != ["sort"]:
        raise ValueError(f"{SETTINGS_FILE}: index: rankingRules must be [sort]: the order of entries is fixed")
    if type(portion) is not int or not 100_000 <= portion <= 90_000_000:
        raise ValueError(f"{SETTINGS_FILE}: portion_bytes must be between 100000 and 90000000")
    return ServerSettings(index, portion)


def index_settings() -> dict[str, Any]:
    """All settings of an index: those of the file, and every field as one to filter by."""
    fields = {"equality": True, "comparison": False}
    order = {"equality": False, "comparison": True}
    return {
        **server_settings().index,
        "filterableAttributes": [
            {"attributePatterns": [*FIELDS, ABOUT], "features": {"facetSearch": False, "filter": fields}},
            {"attributePatterns": ["order"], "features": {"facetSearch": False, "filter": order}},
        ],
        "sortableAttributes": ["order"],
        "displayedAttributes": list(SHOWN),
    }


@cache
def fingerprint() -> str:
    """Eight characters that change with the fields, the settings and the folding data."""
    parts = [str(SPELLING), json.dumps(index_settings(), sort_keys=True), settings_fingerprint()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def to_line(document: IndexDocument) -> bytes:
    """One entry as a line of NDJSON."""
    fields: dict[str, object] = {
        PRIMARY_KEY: document.key,
        "order": document.order,
        "digest": document.digest,
        "card": document.card,
        "forms": document.forms,
    }
    for name, values in document.terms.items():
        if values:
            fields[name] = [spelled(value) for value in values]
    return _line(fields)


def about_line(day: date) -> bytes:
    """The document that tells for which day the index was written."""
    return _line({PRIMARY_KEY: ABOUT, ABOUT: [ABOUT], "day": day.isoformat()})


def portions(documents: Iterable[IndexDocument], limit: Callable[[], int] | None = None) -> Iterator[bytes]:
    """The entries as NDJSON texts, each of about ``portion_bytes``, or what ``limit`` says when a text is begun."""
    most = server_settings().portion_bytes
    largest = most if limit is None else min(most, limit())
    lines: list[bytes] = []
    size = 0
    for document in documents:
        lines.append(to_line(document))
        size += len(lines[-1])
        if size >= largest:
            yield b"".join(lines)
            lines, size = [], 0
            largest = most if limit is None else min(most, limit())
    if lines:
        yield b"".join(lines)


def _line(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
