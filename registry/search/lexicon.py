"""The known words: directories, chains, places, levels and states, from reference rows and ``search_config``."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

from sqlmodel import Session, col, select

from registry.errors import Text
from registry.identity.regions import place_names, region
from registry.models import Chain, Directory, Product
from registry.search.config import PlacesFile, SynonymsFile, WordsFile, load_config
from registry.search.overlay import EMPTY, Overlay
from registry.search.words import compact, pinyin, syllables
from registry.vocabulary import DirectoryKind, Level, TitleStatus

NAMESAKES_MAX = 6
"""So many districts of one name are meant together."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word stands for: a filter field, its value and what to call it."""

    field: str
    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class DirectoryWord:
    """What the search needs to know of a directory."""

    code: str
    label: Text
    level: Level
    position: int = 0


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Reference rows as the search needs them. ``words`` maps a compact word to its meaning."""

    directories: dict[str, DirectoryWord]
    """Of enterprises."""
    chains: dict[str, Text]
    words: dict[str, Entry] = field(repr=False)
    catalogues: dict[str, DirectoryWord] = field(default_factory=dict)
    """Directories of products."""
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """All words of each directory and catalogue, compact, by its code."""
    categories: tuple[str, ...] = ()
    """Categories that products have."""
    overlay: Overlay = EMPTY
    """What officials added."""

    @cached_property
    def badge_columns(self) -> dict[str, dict[str, Any]]:
        """What a title shows of its directory, named as in :func:`registry.titles.shown_titles`."""
        return {
            word.code: {
                "directory_name_zh": word.label.zh,
                "directory_name_en": word.label.en,
                "level": word.level,
                "position": word.position,
            }
            for word in self.directories.values()
        }

    def find(self, word: str, cities: tuple[str, ...] = ()) -> Entry | None:
        """What a compact word stands for: reference rows, districts of ``cities``, other places."""
        if word[:2] not in self._heads:
            return None
        if found := self.words.get(word):
            return found
        place = place_entry(word)
        if place is not None and place.field == "city":
            return place
        return district_of(word, cities) or place or namesakes(word) or province_entry(word)

    @cached_property
    def _heads(self) -> frozenset[str]:
        """How the words begin that mean something: most pieces of a name do not, which is told at once."""
        return frozenset(word[:2] for word in (*self.words, *place_names()))

    def others(self, word: str) -> tuple[str, ...]:
        """Further compact words that mean the same as a compact word."""
        return tuple(dict.fromkeys((*equals().get(word, ()), *self.overlay.forms(word))))

    def categories_of(self, word: str) -> tuple[str, ...]:
        """The categories of products that a compact word means."""
        return self._categories.get(word, ())

    @cached_property
    def _categories(self) -> dict[str, tuple[str, ...]]:
        known = {compact(category): category for category in self.categories}
        found: dict[str, dict[str, None]] = {word: {value: None} for word, value in known.items()}
        for group in search_settings().category_words:
            values = dict.fromkeys(known[word] for word in group if word in known)
            # The word that names a category means that one; the other words of its group mean all.
            for word in group if values else ():
                found.setdefault(word, dict(values))
        return {word: tuple(values) for word, values in found.items()}

    @cached_property
    def beginnings(self) -> dict[str, tuple[str, ...]]:
        """What a word of a directory may begin with, two characters or more, to the codes of those directories."""
        found: dict[str, dict[str, None]] = {}
        for code, forms in self.forms.items():
            for form in forms:
                for length in range(2, len(form) + 1):
                    found.setdefault(form[:length], {})[code] = None
        return {beginning: tuple(codes) for beginning, codes in found.items()}

    @cached_property
    def spoken(self) -> tuple[tuple[str, str, str], ...]:
        """Of each word of a directory: the code, the whole reading, the initials."""
        return tuple(
            (code, pinyin(form), "".join(part[0] for part in syllables(form)))
            for code, forms in self.forms.items()
            for form in forms
            if not form.isascii()
        )


@dataclass(frozen=True)
class SearchSettings:
    """``search_config/search.yaml`` as the planner uses it."""

    directory_words: dict[str, tuple[str, ...]]
    chain_words: dict[str, tuple[str, ...]]
    level_words: dict[str, tuple[str, ...]]
    status_words: dict[str, tuple[str, ...]]
    category_words: tuple[tuple[str, ...], ...]
    product_words: frozenset[str]
    generic_words: frozenset[str]
    stop_pairs: frozenset[str]


@cache
def search_settings() -> SearchSettings:
    """The shipped settings. Raises ConfigFault naming the entry that is wrong."""
    given = load_config(WordsFile)
    return SearchSettings(
        directory_words=given.directory_words,
        chain_words=given.chain_words,
        level_words=given.level_words,
        status_words=given.status_words,
        category_words=tuple(tuple(map(compact, group)) for group in given.category_words),
        product_words=frozenset(map(compact, given.product_words)),
        generic_words=frozenset(map(compact, given.generic_words)),
        stop_pairs=frozenset(given.stop_pairs),
    )


@cache
def equals() -> dict[str, tuple[str, ...]]:
    """Each shipped synonym and name of a park, compact, to the others of its group."""
    groups = [(main, *others) for main, others in load_config(SynonymsFile).synonyms.items()]
    found: dict[str, dict[str, None]] = {}
    for group in (*groups, *load_config(PlacesFile).parks):
        words = [compact(word) for word in group]
        for word in words:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    return {word: tuple(others) for word, others in found.items()}


@cache
def parks() -> frozenset[str]:
    """Names of parks and zones, compact: no divisions, but they stand in addresses."""
    return frozenset(compact(name) for group in load_config(PlacesFile).parks for name in group)


@cache
def other_words_for_places() -> dict[str, Entry]:
    """Initials and other words of cities, compact; to be believed only beside other words."""
    given = load_config(PlacesFile)
    return {
        compact(word): Entry("city", code, place_label(code))
        for part in (given.initials, given.cities)
        for code, words in part.items()
        for word in words
    }


def settings_fingerprint() -> str:
    """Changes whenever a file of ``search_config`` changes: folding data decides what an index holds."""
    digest = hashlib.sha256()
    for entry in sorted(files("search_config").iterdir(), key=lambda e: e.name):
        if entry.name.endswith((".yaml", ".csv", ".txt")):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return digest.hexdigest()


def load_lexicon(session: Session, overlay: Overlay = EMPTY) -> Lexicon:
    """The lexicon for the directories, chains and product categories the registry has now."""
    rows = session.exec(select(Directory).order_by(col(Directory.position))).all()
    chains = session.exec(select(Chain).order_by(col(Chain.position))).all()
    categories = session.exec(select(Product.category).distinct().order_by(col(Product.category))).all()
    return lexicon_of(rows, {chain.code: Text(chain.name_zh, chain.name_en) for chain in chains}, categories, overlay)


def lexicon_of(
    rows: Sequence[Directory], chains: dict[str, Text], categories: Sequence[str] = (), overlay: Overlay = EMPTY
) -> Lexicon:
    """The lexicon made of reference rows."""
    words: dict[str, Entry] = {}
    given = search_settings()
    for code, chain in chains.items():
        _add(words, "chain", code, chain, (chain.zh, chain.en, *given.chain_words.get(code, ())))
    for level in Level:
        _add(words, "level", level.value, level.label, given.level_words.get(level.value, ()))
    for status in TitleStatus:
        _add(words, "status", status.value, status.label, given.status_words.get(status.value, ()))
    directories: dict[str, DirectoryWord] = {}
    catalogues: dict[str, DirectoryWord] = {}
    forms: dict[str, tuple[str, ...]] = {}
    for row in rows:
        word = DirectoryWord(row.code, Text(row.short_zh, row.short_en), row.level, row.position)
        own = (row.name_zh, row.short_zh, row.name_en, row.short_en, row.code, *given.directory_words.get(row.code, ()))
        forms[row.code] = tuple(dict.fromkeys(filter(None, map(compact, own))))
        if row.kind is DirectoryKind.ENTERPRISE:
            directories[row.code] = word
            _add(words, "directory", row.code, word.label, own)
        else:
            catalogues[row.code] = word
    return Lexicon(directories, chains, words, catalogues, forms, tuple(categories), overlay)


def _add(words: dict[str, Entry], name: str, value: str, label: Text, forms: Iterable[str]) -> None:
    for form in forms:
        if key := compact(form):
            words[key] = Entry(name, value, label)


@lru_cache(maxsize=4096)
def place_entry(word: str) -> Entry | None:
    """A prefecture city by its full or short name, or a district whose full name is unique in the country."""
    codes = [c for c in place_names().get(word, ()) if not c.endswith("0000") or c[:2] in _MUNICIPAL]
    cities = [c for c in codes if c.endswith("00")]
    if len(cities) == 1:
        return Entry("city", cities[0], place_label(cities[0]))
    if not cities and len(codes) == 1 and re.search("[区县市旗]$", word) and len(word) > 2:
        return Entry("district", codes[0], place_label(codes[0]))
    return None


@lru_cache(maxsize=4096)
def namesakes(word: str) -> Entry | None:
    """Several districts of one full name (南山区), if they are few; ``value`` holds their codes with commas between."""
    codes = [c for c in place_names().get(word, ()) if not c.endswith("00")]
    if len(word) > 2 and word[-1] in "区县市旗" and 1 < len(codes) <= NAMESAKES_MAX:
        return Entry("district", ",".join(codes), place_label(codes[0]))
    return None


@lru_cache(maxsize=4096)
def district_of(word: str, cities: tuple[str, ...]) -> Entry | None:
    """A district by its full or short name if just one of the cities has it."""
    codes = [
        code
        for code in (place_names().get(word, ()) if cities else ())
        if not code.endswith("00")
        and any(code[:4] == city[:4] or (code[:2] == city[:2] and city.endswith("0000")) for city in cities)
    ]
    return Entry("district", codes[0], place_label(codes[0])) if len(codes) == 1 else None


@lru_cache(maxsize=4096)
def province_entry(word: str) -> Entry | None:
    """A province that is no city, by its full or short name: its cities together."""
    codes = [c for c in place_names().get(word, ()) if c.endswith("0000") and c[:2] not in _MUNICIPAL]
    return Entry("province", codes[0], place_label(codes[0])) if len(codes) == 1 else None


_MUNICIPAL = ("11", "12", "31", "50", "81", "82")


@lru_cache(maxsize=4096)
def place_label(code: str) -> Text:
    """What to call a division, by its code; the code itself if it is unknown."""
    found = region(code)
    if found is None:
        return Text(code, code)
    return Text(found.name, found.name_en or found.name)
