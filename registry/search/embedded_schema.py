"""The embedded index: its fields, its tokenizer, and one entry in its terms."""

import hashlib
from datetime import date
from functools import cache

import tantivy

from registry.search.documents import COUNTED, FIELDS, IndexDocument
from registry.search.lexicon import settings_fingerprint

ANALYSIS_VERSION = 2
"""Raise when the meaning of a field changes: an index of another version is rebuilt, never guessed at."""

JOIN = "\x1f"
"""Between the values of a set; no value holds it."""
META_KEY = "meta"
MANY = ("lead", "name", "characters", "reading", "reading_other", "initials", "near", "near_latin", "code_prefixes")
"""Fields with many values an entry, none with a blank: one text each, cut at blanks."""


def build_schema() -> tantivy.Schema:
    """All fields. Stored: the key, the day, what is shown and what is compared."""
    builder = tantivy.SchemaBuilder()
    # Deleting by an unsigned number deletes nothing, silently: the key is text.
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("day", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("id", fast=True)
    builder.add_unsigned_field("order", indexed=True, fast=True)
    builder.add_unsigned_field("digest", fast=True)
    builder.add_bytes_field("card", stored=True, indexed=False, fast=False)
    builder.add_bytes_field("forms", stored=True, indexed=False, fast=False)
    for name in FIELDS[1:]:
        tokenizer = "words" if name in MANY else "raw"
        builder.add_text_field(name, tokenizer_name=tokenizer, index_option="basic")
    for name in COUNTED:
        builder.add_text_field(set_field(name), tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def set_field(name: str) -> str:
    """Where all values of an entry stand joined to one: counting a few hundred sets is ten times faster than values."""
    return f"{name}_set"


def register_tokenizers(index: tantivy.Index) -> None:
    """Tokenizers are not kept in the index: needed on every opening, for reading and for writing."""
    index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


@cache
def fingerprint() -> str:
    """Eight characters that change with the fields, the analysis and the folding data."""
    parts = [str(ANALYSIS_VERSION), repr(FIELDS), repr(COUNTED), repr(MANY), settings_fingerprint()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def to_tantivy(entry: IndexDocument) -> tantivy.Document:
    """One entry as a document of the schema."""
    document = tantivy.Document()
    document.add_text("key", entry.key)
    document.add_integer("id", entry.id)
    document.add_unsigned("order", entry.order)
    document.add_unsigned("digest", int(entry.digest, 16))
    document.add_bytes("card", entry.card.encode())
    document.add_bytes("forms", entry.forms.encode())
    for name, values in entry.terms.items():
        if name in MANY:
            document.add_text(name, " ".join(values))
        else:
            for value in values:
                document.add_text(name, value)
    for name in COUNTED:
        if several := entry.terms.get(name):
            document.add_text(set_field(name), JOIN.join(sorted(several)))
    return document


def day_document(day: date) -> tantivy.Document:
    """The index’s note to itself: for which day title states were written. Committed with the entries."""
    note = tantivy.Document()
    note.add_text("key", META_KEY)
    note.add_text("day", day.isoformat())
    return note
