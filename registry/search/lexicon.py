"""The known words: directories, chains, places, levels and states, from reference rows and ``search_config``."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

from sqlmodel import Session, col, select

from registry.errors import Text
from registry.identity.regions import place_names, region
from registry.models import Chain, Directory
from registry.search.words import compact
from registry.vocabulary import DirectoryKind, Level, TitleStatus

SETTINGS_FILE = "search.yaml"


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


@dataclass(frozen=True)
class Lexicon:
    """Reference rows as the search needs them. ``words`` maps a compact word to its meaning."""

    directories: dict[str, DirectoryWord]
    chains: dict[str, Text]
    words: dict[str, Entry] = field(repr=False)

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

    def find(self, word: str) -> Entry | None:
        """What a compact word stands for; reference rows first, then prefecture cities and named districts."""
        return self.words.get(word) or place_entry(word)


@dataclass(frozen=True)
class SearchSettings:
    """``search_config/search.yaml``, checked."""

    directory_words: dict[str, list[str]]
    chain_words: dict[str, list[str]]
    level_words: dict[str, list[str]]
    status_words: dict[str, list[str]]
    generic_words: frozenset[str]
    stop_pairs: frozenset[str]


@cache
def search_settings() -> SearchSettings:
    """The shipped settings. Raises ValueError naming the entry that is wrong."""
    given = _read(SETTINGS_FILE)
    for key in ("directory_words", "chain_words", "level_words", "status_words"):
        if not all(isinstance(w, list) and all(isinstance(x, str) for x in w) for w in given[key].values()):
            raise ValueError(f"{SETTINGS_FILE}: {key} must map codes to lists of words")
    if unknown := set(given["level_words"]) - set(Level) | set(given["status_words"]) - set(TitleStatus):
        raise ValueError(f"{SETTINGS_FILE}: unknown level or status {sorted(unknown)}")
    return SearchSettings(
        directory_words=given["directory_words"],
        chain_words=given["chain_words"],
        level_words=given["level_words"],
        status_words=given["status_words"],
        generic_words=frozenset(compact(w) for w in given["generic_words"]),
        stop_pairs=frozenset(given["stop_pairs"]),
    )


def settings_fingerprint() -> str:
    """Changes whenever a file of ``search_config`` changes: folding data decides what an index holds."""
    digest = hashlib.sha256()
    for entry in sorted(files("search_config").iterdir(), key=lambda e: e.name):
        if entry.name.endswith((".yaml", ".csv", ".txt")):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return digest.hexdigest()


def load_lexicon(session: Session) -> Lexicon:
    """The lexicon for the directories and chains the registry has now."""
    rows = session.exec(select(Directory).order_by(col(Directory.position))).all()
    directories = {
        row.code: DirectoryWord(row.code, Text(row.short_zh, row.short_en), row.level, row.position)
        for row in rows
        if row.kind is DirectoryKind.ENTERPRISE
    }
    chains = {c.code: Text(c.name_zh, c.name_en) for c in session.exec(select(Chain).order_by(col(Chain.position)))}
    own = {row.code: (row.name_zh, row.short_zh, row.name_en, row.short_en, row.code) for row in rows}
    words: dict[str, Entry] = {}
    given = search_settings()
    for code, chain in chains.items():
        _add(words, "chain", code, chain, (chain.zh, chain.en, *given.chain_words.get(code, ())))
    for level in Level:
        _add(words, "level", level.value, level.label, given.level_words.get(level.value, ()))
    for status in TitleStatus:
        _add(words, "status", status.value, status.label, given.status_words.get(status.value, ()))
    for code, directory in directories.items():
        _add(words, "directory", code, directory.label, (*own[code], *given.directory_words.get(code, ())))
    return Lexicon(directories, chains, words)


def _add(words: dict[str, Entry], name: str, value: str, label: Text, forms: Any) -> None:
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


_MUNICIPAL = ("11", "12", "31", "50", "81", "82")


@lru_cache(maxsize=4096)
def place_label(code: str) -> Text:
    """What to call a division, by its code; the code itself if it is unknown."""
    found = region(code)
    if found is None:
        return Text(code, code)
    return Text(found.name, found.name_en or found.name)


def _read(name: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    text = files("search_config").joinpath(name).read_text(encoding="utf-8")
    given: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return given
