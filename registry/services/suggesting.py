"""Suggestions while somebody is typing: names, products, directories and places, each with why it is offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.identity.regions import place_names
from registry.models import IndexOutbox
from registry.schemas.base import ReadModel
from registry.search.by_database import TextMatcher
from registry.search.cards import EnterpriseCard, ProductCard
from registry.search.engine import Ask, EngineUnavailable, SearchEngine
from registry.search.highlight import highlight
from registry.search.lexicon import Entry, Lexicon, place_entry
from registry.search.plan import Placed, StrictPlan
from registry.search.query import SearchQuery, Segment, clean_text
from registry.search.reasons import UNEXPLAINED, Known, explain
from registry.search.suggest_plan import SuggestPlan, suggest_plan
from registry.search.understand import understand
from registry.search.words import compact, compact_core, is_han, whole_readings
from registry.services.lexicons import lexicon_for
from registry.services.search_hits import Shelf, stale_among, stale_products_among
from registry.tracing import span
from registry.vocabulary import NameKind

TEXT_MAX = 60
"""Nobody waits for suggestions to so long a text."""
ENTERPRISES_SHOWN, OTHERS_SHOWN = 7, 3
LOOKED_AT = 40
"""Entries read of which the syllable being typed must still be checked."""
WAITING_MAX = 1_000
"""With more changes waiting than this every row is read from the database."""
_WAITING = select(col(IndexOutbox.kind), col(IndexOutbox.subject_id)).limit(WAITING_MAX)
_OBVIOUS = ("exact", "brand", "prefix", "infix", "contains", "listed", UNEXPLAINED)
SuggestionKind = Literal["enterprise", "product", "directory", "place"]

PINYIN = Text("拼音", "Pinyin")
DIRECTORY = Text("名录", "Directory")
PLACE = Text("地区", "Place")


class Suggested(ReadModel):
    """One suggestion. ``id``: key of the enterprise (of the maker, for a product), code of the directory or place."""

    kind: SuggestionKind
    id: str | None
    text: str
    """What to search for if it is chosen and has no page of its own."""
    segments: tuple[Segment, ...]
    why: Text | None
    """Why it is offered, where the name alone does not show it; for products the maker."""


@dataclass(frozen=True, slots=True)
class _Typed:
    text: str
    plan: SuggestPlan
    words: StrictPlan


@span("search.suggest")
def suggest(session: Session, engine: SearchEngine | None, text: str) -> list[Suggested]:
    """At most thirteen suggestions, one kind after the other. Any text is fine; nothing is written or kept.

    Without a usable index the database answers, with enterprises by the beginning of their name only.
    """
    cleaned = clean_text(text)[:TEXT_MAX]
    if not compact(cleaned):
        return []
    lexicon = lexicon_for(session)
    words = understand(SearchQuery(text=cleaned, literal=True), lexicon).plan
    typed = _Typed(cleaned, suggest_plan(cleaned), words)
    named = [*_directories(lexicon, typed), *_places(typed)]
    if len(typed.plan.whole) < 2:
        return named
    try:
        firms, products = _from_index(session, engine, lexicon, typed) if engine else _from_database(session, typed)
    except EngineUnavailable:
        firms, products = _from_database(session, typed)
    # A word that is a directory or a place and nothing else is most likely meant as one.
    sure = named and any(compact(each.text) == typed.plan.whole for each in named)
    return [*named, *firms, *products] if sure else [*firms, *products, *named]


def _from_index(
    session: Session, engine: SearchEngine, lexicon: Lexicon, typed: _Typed
) -> tuple[list[Suggested], list[Suggested]]:
    # Looked up before the index is: whatever it has not seen by now is among these.
    waiting = session.execute(_WAITING).all()
    reader = engine.reader()
    firms, products = typed.plan.enterprises, typed.plan.products
    last = len(firms) - 1 if typed.plan.unfinished else -1
    asks = [Ask(where, limit=LOOKED_AT if at == last else ENTERPRISES_SHOWN) for at, where in enumerate(firms)]
    asks += [Ask(where, limit=OTHERS_SHOWN) for where in products]
    found = reader.ask(asks)
    shelf = _shelf(session, lexicon, [(row.kind, row.subject_id) for row in waiting])
    rows = _distinct([[Placed(r.id, card=r.stored) for r in each.rows] for each in found[: len(firms)]])
    items = _distinct([[Placed(r.id, card=r.stored) for r in each.rows] for each in found[len(firms) :]])
    labels = shelf.product_cards(items[:OTHERS_SHOWN])
    return _firms(shelf, rows, typed), [_product(labels[r.id], typed) for r in items[:OTHERS_SHOWN] if r.id in labels]


def _firms(shelf: Shelf, rows: Sequence[Placed], typed: _Typed) -> list[Suggested]:
    """The first that fit; a few cards are read at a time, mostly once."""
    shown: list[Suggested] = []
    for start in range(0, len(rows), ENTERPRISES_SHOWN):
        few = rows[start : start + ENTERPRISES_SHOWN]
        cards = shelf.cards(few)
        shown += [s for row in few if (card := cards.get(row.id)) and (s := _firm(card, typed)) is not None]
        if len(shown) >= ENTERPRISES_SHOWN:
            break
    return shown[:ENTERPRISES_SHOWN]


def _shelf(session: Session, lexicon: Lexicon, waiting: list[tuple[str, int | None]]) -> Shelf:
    if len(waiting) >= WAITING_MAX:
        return Shelf(session, lexicon, clock.today(), None, None)
    stale = stale_among(session, waiting), stale_products_among(session, waiting)
    return Shelf(session, lexicon, clock.today(), *stale)


def _from_database(session: Session, typed: _Typed) -> tuple[list[Suggested], list[Suggested]]:
    ids, _ = TextMatcher(session).matching(typed.words, limit=ENTERPRISES_SHOWN)
    cards = Shelf(session, lexicon_for(session), clock.today(), None).cards([Placed(n) for n in ids or ()])
    firms = [_firm(cards[number], typed) for number in ids or () if number in cards]
    return [firm for firm in firms if firm is not None], []


def _distinct(found: Sequence[Sequence[Placed]]) -> list[Placed]:
    return list({row.id: row for rows in reversed(found) for row in reversed(rows)}.values())[::-1]


def _firm(card: EnterpriseCard, typed: _Typed) -> Suggested | None:
    """The enterprise with why it is offered; None if only the unfinished syllable spoke for it, and it does not fit."""
    known = Known(card.name, card.names, card.codes, card.stock_code, card.products)
    reason = explain(typed.words, known)
    why: Text | None = None if reason.slug in _OBVIOUS else reason.why
    if reason.slug == UNEXPLAINED and typed.plan.whole.isascii():
        if not _sounds(card, typed.plan.unfinished or typed.plan.whole):
            return None
        why = PINYIN
    segments = highlight(card.name, typed.words)
    return Suggested(kind="enterprise", id=card.key, text=card.name, segments=segments, why=why)


def _sounds(card: EnterpriseCard, typed: str) -> bool:
    """Whether a reading of one of its names begins with the letters."""
    names = [card.name, *(known.name for known in card.names if known.kind is not NameKind.ENGLISH)]
    forms = dict.fromkeys(form for name in names for form in (compact_core(name), compact(name)))
    return any(reading.startswith(typed) for form in forms for reading in whole_readings(form))


def _product(card: ProductCard, typed: _Typed) -> Suggested:
    label = f"{card.name} {card.version}".strip()
    maker = Text(card.maker, card.maker)
    return Suggested(kind="product", id=card.maker_key, text=label, segments=highlight(label, typed.words), why=maker)


def _directories(lexicon: Lexicon, typed: _Typed) -> list[Suggested]:
    """Directories one of whose words begins so, or sounds so."""
    whole = typed.plan.whole
    found: dict[str, Text | None] = {}
    for code, forms in lexicon.forms.items():
        if any(form.startswith(whole) for form in forms):
            found[code] = DIRECTORY
    if whole.isascii() and len(whole) >= 2:
        for code, reading, initials in lexicon.spoken:
            if reading.startswith(whole) or initials.startswith(whole):
                found.setdefault(code, Text("名录 · 拼音", "Directory · pinyin"))
    shown = []
    for code, why in found.items():
        word = lexicon.directories.get(code) or lexicon.catalogues.get(code)
        if word is not None:
            label = word.label.zh
            shown.append(
                Suggested(kind="directory", id=code, text=label, segments=highlight(label, typed.words), why=why)
            )
    return shown[:OTHERS_SHOWN]


def _places(typed: _Typed) -> list[Suggested]:
    """Cities that begin so, those of the province first."""
    whole = typed.plan.whole
    if not is_han(whole):
        return []
    entries = {entry.value: entry for word, entry in _cities() if word.startswith(whole)}
    home = sorted(entries.values(), key=lambda entry: (not entry.value.startswith("44"), entry.value))
    return [
        Suggested(kind="place", id=e.value, text=e.label.zh, segments=highlight(e.label.zh, typed.words), why=PLACE)
        for e in home[:OTHERS_SHOWN]
    ]


@cache
def _cities() -> tuple[tuple[str, Entry], ...]:
    """Every name of a prefecture city with what it means."""
    found = ((name, place_entry(name)) for name in place_names() if is_han(name))
    return tuple((name, entry) for name, entry in found if entry is not None and entry.field == "city")
