"""A text as items: words with the known pieces they are made of, and what the pieces say together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry import clock
from registry.identity.regions import children
from registry.search.grammar import Piece, beside, cut, join_ranges, ordinal_of, whole
from registry.search.lexicon import Entry, Lexicon
from registry.search.plan import Filters
from registry.search.query import SearchQuery
from registry.search.words import compact

TITLED = ("directory", "level", "status", "granted", "ending")
APPLIED = ("entry", "year", "beside", "grade")
FILTERS = (*TITLED, "city", "district", "chain")


@dataclass(frozen=True, slots=True)
class Item:
    """One word as typed, or several that are one, with the pieces it is made of; without pieces it is only text."""

    phrase: str
    pieces: tuple[Piece, ...] = ()

    @property
    def entries(self) -> Iterator[tuple[Piece, Entry]]:
        """The pieces that filter."""
        return (
            (p, p.entry) for p in self.pieces if p.entry is not None and p.kind in ("entry", "year", "beside", "grade")
        )

    def has(self, *kinds: str) -> bool:
        """Whether a piece is of one of these kinds."""
        return any(piece.kind in kinds for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole text: its items, and what they say together."""

    items: tuple[Item, ...]
    catalogue: bool = False
    """It asks for catalogued products (二级 数据库)."""

    def entries(self) -> Iterator[tuple[Item, Piece, Entry]]:
        """What filters enterprises, in the order of the text."""
        for item in self.items:
            for piece, entry in item.entries:
                if entry.field in (*FILTERS, "province", "industry"):
                    yield item, piece, entry

    def left(self) -> list[str]:
        """The words that stay text."""
        found: list[str] = []
        for item in self.items:
            kept = [p.text for p in item.pieces if p.kind == "text" or (p.kind == "category" and self.catalogue)]
            found += kept if item.pieces else [item.phrase]
        return found


def read(query: SearchQuery, words: list[str], lexicon: Lexicon, given: Filters) -> Reading:
    """Cut every word into what is known; what says something only beside other words is settled at the end."""
    year = (query.as_of or clock.today()).year
    cities = given.cities + tuple(
        entry.value for w in words if (entry := lexicon.find(compact(w))) is not None and entry.field == "city"
    )
    items: list[Item] = []
    position = 0
    while position < len(words):
        for length in (3, 2):
            phrase = " ".join(words[position : position + length])
            if position + length <= len(words) and (pieces := whole(compact(phrase), lexicon)):
                break
        else:
            length, phrase = 1, words[position]
            word = compact(join_ranges(phrase))
            pieces = cut(word, lexicon, cities, year) if word else ()
            pieces = pieces or (beside(word) if len(words) > 1 else ())
        items.append(Item(phrase, pieces))
        position += length
    return _settled(query, items, given)


def _settled(query: SearchQuery, items: list[Item], given: Filters) -> Reading:
    """Years count beside titles, ordinals beside one directory, grades beside products; else they are text."""
    entries = [entry for item in items for piece, entry in item.entries if piece.kind == "entry"]
    titled = given.by_title or any(entry.field in TITLED for entry in entries)
    directories = {entry.value for entry in entries if entry.field == "directory"} | set(given.directories)
    graded = any(item.has("grade") for item in items)
    named = any(item.has("category") for item in items) or bool(query.categories) or query.kind == "product"
    listed = [piece for item in items for piece in item.pieces if piece.kind == "catalogue"]
    catalogue = (graded and (named or bool(listed))) or (named and any(p.entry is None for p in listed))
    refused = {
        "year": not titled,
        "batch": len(directories) != 1,
        "grade": not catalogue,
        "category": not catalogue,
    }
    settled: list[Item] = []
    for item in items:
        pieces = item.pieces
        if not catalogue:
            # 安全可靠 is the name of a chain as well.
            pieces = tuple(
                Piece(p.text, "entry" if p.entry else "text", p.entry) if p.kind == "catalogue" else p for p in pieces
            )
        wrong = any(refused.get(piece.kind, False) for piece in pieces)
        settled.append(Item(item.phrase, () if wrong else pieces))
    return Reading(tuple(settled), catalogue)


def _as_chain(piece: Piece) -> Piece:
    return Piece(piece.text, "entry" if piece.entry else "text", piece.entry)


def values_of(entry: Entry) -> Iterable[str]:
    """The values an entry chooses: all years of a range, all cities of a province."""
    if entry.field == "province":
        return children(entry.value)
    if entry.field == "district":
        return entry.value.split(",")
    first, _, last = entry.value.partition("-")
    if entry.field in ("granted", "ending") and last:
        return [str(year) for year in range(int(first), int(last) + 1)]
    return [entry.value]


def batch_of(reading: Reading, filters: Filters) -> tuple[str, str] | None:
    found = [ordinal_of(p.text) for item in reading.items for p in item.pieces if p.kind == "batch"]
    return (filters.directories[-1], found[0]) if found and filters.directories else None
