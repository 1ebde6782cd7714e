"""What the shape of a settings file cannot say: entries that repeat, contradict or mean nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set, Sized
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from registry.errors import Text
from registry.identity.folding import fold_name
from registry.identity.regions import region
from registry.search.config import (
    FILES,
    ConfusablesFile,
    Fault,
    PlacesFile,
    ReadingsFile,
    SuffixesFile,
    SynonymsFile,
    TradesFile,
    VariantsFile,
    WordsFile,
    line_finder,
    parse,
    read,
)
from registry.search.letters import is_han
from registry.search.sound import is_syllable
from registry.vocabulary import Level, TitleStatus

TWICE = Text("重复。", "stands here twice.")
_NOTHING = Text("不含文字或数字。", "holds neither letters nor digits.")


@dataclass(frozen=True, slots=True)
class Known:
    """Codes that words may stand for."""

    directories: Set[str]
    chains: Set[str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found: faults, and how many entries each part of each file has."""

    faults: tuple[Fault, ...]
    counts: dict[str, dict[str, int]]


def check_config(known: Known, source: Callable[[str], str] = read) -> Checked:
    """Check every settings file; ``source`` gives the text of a file by its name."""
    faults: list[Fault] = []
    counts: dict[str, dict[str, int]] = {}
    for name in FILES:
        text = source(name)
        value, found = parse(name, text)
        faults += found
        if value is not None:
            counts[name] = {part: _size(getattr(value, part)) for part in type(value).model_fields}
            finder = line_finder(text)
            faults += [Fault(name, finder.line(path), entry, what) for path, entry, what in _faults(value, known)]
    return Checked(tuple(faults), counts)


def _size(part: Any) -> int:
    """How many entries a part has; a single value is one."""
    if isinstance(part, BaseModel):
        return len(type(part).model_fields)
    return len(part) if isinstance(part, Sized) else 1


Found = tuple[list[Any], str, Text]
"""The path of an entry, the entry, what is wrong with it."""


def _faults(value: Any, known: Known) -> Iterator[Found]:
    if isinstance(value, WordsFile):
        yield from _words(value, known)
    elif isinstance(value, ReadingsFile):
        yield from _readings(value)
    elif isinstance(value, ConfusablesFile):
        yield from _confusables(value)
    elif isinstance(value, PlacesFile):
        yield from _places(value)
    elif isinstance(value, SynonymsFile):
        yield from _synonyms(value)
    elif isinstance(value, VariantsFile):
        yield from _variants(value)
    elif isinstance(value, SuffixesFile):
        for part in SuffixesFile.model_fields:
            yield from _repeated([part], getattr(value, part))
    elif isinstance(value, TradesFile):
        yield from _grouped("trades", dict(enumerate(value.trades)))


def _words(value: WordsFile, known: Known) -> Iterator[Found]:
    codes: Mapping[str, Set[str]] = {
        "directory_words": known.directories,
        "chain_words": known.chains,
        "level_words": {level.value for level in Level},
        "status_words": {status.value for status in TitleStatus},
    }
    for part, allowed in codes.items():
        groups: dict[str, tuple[str, ...]] = getattr(value, part)
        for code in groups:
            if code not in allowed:
                yield [part, code], code, Text("没有这个代码。", "no such code.")
        yield from _grouped(part, groups)
    yield from _grouped("category_words", dict(enumerate(value.category_words)))
    for part in ("product_words", "generic_words", "stop_pairs"):
        yield from _repeated([part], getattr(value, part))


def _grouped(part: str, groups: Mapping[Any, Iterable[str]]) -> Iterator[Found]:
    """One word may stand for one thing only within a part."""
    seen: dict[str, Any] = {}
    for code, words in groups.items():
        for place, word in enumerate(words):
            key = fold_name(word)
            if not key:
                yield [part, code, place], word, _NOTHING
            elif key in seen:
                what = TWICE if seen[key] == code else Text(f"已归入 {seen[key]}。", f"already belongs to {seen[key]}.")
                yield [part, code, place], word, what
            seen.setdefault(key, code)


def _repeated(path: list[Any], words: Iterable[str]) -> Iterator[Found]:
    seen: set[str] = set()
    for place, word in enumerate(words):
        key = fold_name(word)
        if not key or key in seen:
            yield [*path, place], word, TWICE if key else _NOTHING
        seen.add(key)


def _readings(value: ReadingsFile) -> Iterator[Found]:
    for character, readings in value.characters.items():
        yield from _unfolded(["characters", character], character)
        for syllable in readings:
            if not is_syllable(syllable):
                yield ["characters", character], f"{character} {syllable}", _no_pinyin(syllable)
        if len(set(readings)) < len(readings):
            yield ["characters", character], character, TWICE
    for word, given in value.words.items():
        yield from _unfolded(["words", word], word)
        for reading in (given,) if isinstance(given, str) else given:
            syllables = reading.split(" ")
            wrong = next((s for s in syllables if not is_syllable(s)), None)
            if wrong is not None:
                yield ["words", word], f"{word} {reading}", _no_pinyin(wrong)
            elif len(syllables) != len(word):
                what = Text("每个字要有一个音节。", "needs one syllable for each character.")
                yield ["words", word], f"{word} {reading}", what


def _no_pinyin(syllable: str) -> Text:
    return Text(f"“{syllable}”不是拼音音节。", f"“{syllable}” is no pinyin syllable.")


def _unfolded(path: list[Any], text: str) -> Iterator[Found]:
    """Entries are compared with folded text: one in another dress would never be met."""
    folded = fold_name(text)
    if folded != text or not (is_han(text) or text.isascii()):
        what = Text(f"应写作折叠后的形式“{folded}”。", f"must be written in its folded form “{folded}”.")
        yield path, text, what


def _confusables(value: ConfusablesFile) -> Iterator[Found]:
    groups: set[frozenset[str]] = set()
    for place, group in enumerate(value.groups):
        for character in group:
            yield from _unfolded(["groups", place], character)
        if len(set(group)) < len(group) or any(set(group) <= other for other in groups):
            yield ["groups", place], " ".join(group), TWICE
        groups.add(frozenset(group))


def _places(value: PlacesFile) -> Iterator[Found]:
    for part in ("initials", "cities"):
        groups: dict[str, tuple[str, ...]] = getattr(value, part)
        for code in groups:
            if region(code) is None:
                yield [part, code], code, Text("没有这个行政区划代码。", "no such division.")
        yield from _grouped(part, groups)
    yield from _grouped("parks", dict(enumerate(value.parks)))


def _synonyms(value: SynonymsFile) -> Iterator[Found]:
    mains = {fold_name(main): main for main in value.synonyms}
    for main, others in value.synonyms.items():
        for place, other in enumerate(others):
            if fold_name(other) in mains:
                what = Text("同义词本身又是主词。", "a synonym that is itself a main word.")
                yield ["synonyms", main, place], other, what
    yield from _grouped("synonyms", value.synonyms)


def _variants(value: VariantsFile) -> Iterator[Found]:
    for variant, meant in value.variants.items():
        path = ["variants", variant]
        if variant == meant or variant in value.protected:
            yield path, variant, Text("指向自身或受保护的字。", "means itself or is protected.")
        elif meant in value.variants:
            yield path, variant, Text(f"“{meant}”本身又被替换。", f"“{meant}” is itself replaced.")
    yield from _repeated_exactly(["protected"], value.protected)
    for place, each in enumerate(value.words):
        changed = [a for a, b in zip(each.word, each.means, strict=False) if a != b]
        if len(each.word) != len(each.means) or len(changed) != 1 or changed[0] not in value.protected:
            what = Text("须恰好改变一个受保护的字。", "must change exactly one protected character.")
            yield ["words", place], each.word, what


def _repeated_exactly(path: list[Any], characters: Iterable[str]) -> Iterator[Found]:
    seen: set[str] = set()
    for place, character in enumerate(characters):
        if character in seen:
            yield [*path, place], character, TWICE
        seen.add(character)
