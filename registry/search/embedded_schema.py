"""The embedded index: its fields, its tokenizers, and one document in its terms."""

import hashlib
from datetime import date
from functools import cache

import tantivy

from registry.search.documents import STANDING_MAX, IndexDocument
from registry.search.lexicon import settings_fingerprint

ANALYSIS_VERSION = 1
"""Raise when the meaning of a helper field changes: an index of another version is rebuilt, never guessed at."""

ID_BITS = 40
ID_MASK = (1 << ID_BITS) - 1
JOIN = "|"
META_KEY = "meta"

# One word list per field, blanks between words; ``freq`` where closeness is scored, ``basic`` where presence counts.
WORD_FIELDS = {
    "name": "freq",
    "alias": "freq",
    "former": "freq",
    "product": "freq",
    "characters": "basic",
    "reading": "basic",
    "initials": "basic",
    "neighbours": "basic",
    "lead": "basic",
    "code_prefixes": "basic",
}
RAW_FIELDS = ("exact", "exact_alias", "exact_former", "brand", "identifiers", "industries")
FILTER_FIELDS = ("city", "district", "chains", "levels", "titles")
SET_FIELDS = {
    "chain_set": "chains",
    "level_set": "levels",
    "held_set": "held",
    "status_set": "statuses",
    "title_set": "titles",
}
"""All values of a firm joined to one: counting a few hundred sets is ten times faster than many values each."""


def build_schema() -> tantivy.Schema:
    """All fields. Only the key and the day are stored; rows come from the database."""
    builder = tantivy.SchemaBuilder()
    # Deleting by an unsigned number deletes nothing, silently: the key is text.
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("day", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("id", fast=True)
    builder.add_unsigned_field("standing", indexed=True, fast=True)
    builder.add_float_field("weight", fast=True)
    for name, option in WORD_FIELDS.items():
        builder.add_text_field(name, tokenizer_name="words", index_option=option)
    builder.add_text_field("english", tokenizer_name="latin", index_option="basic")
    for name in RAW_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FILTER_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name in ("city",))
    for name in SET_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def register_tokenizers(index: tantivy.Index) -> None:
    """Tokenizers are not kept in the index: needed on every opening, for reading and for writing."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    latin = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    index.register_tokenizer("words", words)
    index.register_tokenizer(
        "latin", latin.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()
    )


@cache
def fingerprint() -> str:
    """Eight characters that change with the fields, the analysis and the folding data."""
    parts = [str(ANALYSIS_VERSION), repr(WORD_FIELDS), repr(RAW_FIELDS), repr(FILTER_FIELDS), repr(SET_FIELDS)]
    parts.append(settings_fingerprint())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def document_key(enterprise_id: int) -> str:
    """The text key of an enterprise."""
    return f"e{enterprise_id}"


def to_tantivy(document: IndexDocument) -> tantivy.Document:
    """One enterprise as a document of the schema."""
    given: dict[str, int | float | str | list[str]] = {
        "key": document_key(document.id),
        "kind": "enterprise",
        "id": document.id,
        "standing": standing_order(document.standing, document.id),
        "weight": _weight(document.standing, document.id),
        "english": " ".join(document.english),
    }
    given |= {name: " ".join(getattr(document, name)) for name in WORD_FIELDS}
    given |= {name: list(getattr(document, name)) for name in RAW_FIELDS}
    given |= {name: list(getattr(document, name)) for name in ("chains", "levels", "titles")}
    given |= {name: JOIN.join(sorted(getattr(document, source))) for name, source in SET_FIELDS.items()}
    result = tantivy.Document()
    for name, value in (given | {"city": document.city, "district": document.district}).items():
        _add(result, name, value)
    return result


def _add(document: tantivy.Document, name: str, value: int | float | str | list[str]) -> None:
    if isinstance(value, int):
        (document.add_integer if name == "id" else document.add_unsigned)(name, value)
    elif isinstance(value, float):
        document.add_float(name, value)
    else:
        for text in value if isinstance(value, list) else [value]:
            if text:
                document.add_text(name, text)


def day_document(day: date) -> tantivy.Document:
    """The index’s note to itself: for which day title states were written. Committed with the documents."""
    note = tantivy.Document()
    note.add_text("key", META_KEY)
    note.add_text("day", day.isoformat())
    return note


def standing_order(standing: int, enterprise_id: int) -> int:
    """A number that orders all enterprises: higher standing first, then the one recorded earlier."""
    return (standing << ID_BITS) | (ID_MASK - enterprise_id)


def _weight(standing: int, enterprise_id: int) -> float:
    """The stored form of the multiplier 1.0–1.4: the engine multiplies a score by log2(2 + weight).

    A share of 1/1000 depends on the number, so that equals keep one order through every merge of segments.
    """
    tie = 1 - (enterprise_id * 0.6180339887498949) % 1
    multiplier = 1.0 + 0.4 * standing / STANDING_MAX + 0.001 * tie
    return float(2**multiplier - 2)
