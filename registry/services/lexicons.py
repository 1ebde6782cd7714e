"""The lexicon of a database, kept between questions; what officials add to it works in every process within a second.

The shipped words and the reference rows are read again every few seconds, the words officials added every half second:
they are few, and whoever adds one tries it at once.
"""

import time
from dataclasses import dataclass, replace

from sqlmodel import Session

from registry.search.added import Rows, added_rows
from registry.search.lexicon import Lexicon, load_lexicon
from registry.search.overlay import Overlay
from registry.search.words import compact

LEXICON_SECONDS = 5.0
WORDS_SECONDS = 0.5
LEXICONS_KEPT = 8
_REFERENCE = ("directories", "chains", "words", "catalogues", "forms", "categories")


@dataclass(frozen=True, slots=True)
class _Known:
    lexicon: Lexicon
    rows: Rows
    read_at: float
    looked_at: float


_lexicons: dict[str, _Known] = {}


def lexicon_for(session: Session, *, fresh: bool = False) -> Lexicon:
    """The lexicon of this database with what officials added, read again when ``fresh`` is asked for."""
    url = str(session.get_bind().engine.url)
    known, moment = _lexicons.get(url), time.monotonic()
    if known is not None and not fresh and moment - known.looked_at <= WORDS_SECONDS:
        return known.lexicon
    rows = added_rows(session)
    if known is None or fresh or rows != known.rows or moment - known.read_at > LEXICON_SECONDS:
        known = _Known(_same_or_new(known, _read(session, rows), rows), rows, moment, moment)
    _lexicons[url] = replace(known, looked_at=moment)
    while len(_lexicons) > LEXICONS_KEPT:
        _lexicons.pop(next(iter(_lexicons)), None)
    return known.lexicon


def _same_or_new(known: _Known | None, read: Lexicon, rows: Rows) -> Lexicon:
    """The lexicon known already if nothing has changed: what is worked out from it need not be worked out again."""
    if known is None or rows != known.rows:
        return read
    same = all(getattr(read, name) == getattr(known.lexicon, name) for name in _REFERENCE)
    return known.lexicon if same else read


def _read(session: Session, rows: Rows) -> Lexicon:
    return with_synonyms(load_lexicon(session, Overlay.of(rows)), rows)


def with_synonyms(lexicon: Lexicon, rows: Rows) -> Lexicon:
    """The lexicon in which a synonym of a known word means what that word means; shipped words keep their meaning."""
    words, forms = dict(lexicon.words), dict(lexicon.forms)
    for kind, text, value in rows:
        entry = lexicon.find(compact(value)) if kind == "synonym" else None
        if entry is None or lexicon.find(compact(text)) is not None:
            continue
        words[compact(text)] = entry
        if entry.value in forms:
            forms[entry.value] = (*forms[entry.value], compact(text))
    return replace(lexicon, words=words, forms=forms)
