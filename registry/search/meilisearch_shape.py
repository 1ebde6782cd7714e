"""What an index on a Meilisearch server looks like: its settings, its documents, and a fingerprint of both."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

from registry.search.config import ServerFile, load_config
from registry.search.documents import FIELDS, IndexDocument
from registry.search.lexicon import settings_fingerprint
from registry.search.meilisearch_filters import spelled

SPELLING = 1
"""To be raised when documents are written otherwise than before."""
PRIMARY_KEY = "id"
ABOUT = "about"
"""Key of the one document that tells about the index, and the field by which it is found."""
SHOWN = (PRIMARY_KEY, "order", "digest", "card", "forms", "day")
"""Fields that are read. The server is four times slower to fetch a row if it may show the terms too."""


def index_settings() -> dict[str, Any]:
    """All settings of an index: those of ``search_config/meilisearch.yaml``, and every field as one to filter by."""
    fields = {"equality": True, "comparison": False}
    order = {"equality": False, "comparison": True}
    return {
        **load_config(ServerFile).index.model_dump(mode="json", by_alias=True),
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
    most = load_config(ServerFile).portion_bytes
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
