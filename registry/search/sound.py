"""How a text is read aloud: the usual reading, further readings of names, their beginnings and initials."""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import accumulate, islice, product

from registry.search.config import ReadingsFile, load_config
from registry.search.letters import is_han, pairs, plain_reading, runs
from registry.search.overlay import EMPTY, Overlay

PINYIN_SYLLABLES = 10
INITIALS_MAX = 9
READINGS_MAX = 6
"""Readings a name is known by."""
AMBIGUOUS_MAX = 3
"""Places in a name whose further readings are followed."""

Reading = tuple[str, ...]
"""One syllable for each Han character, Latin runs whole; ü, v and u are equal."""
Given = tuple[tuple[str, Reading], ...]


def syllables(text: str) -> Reading:
    """The usual reading of a compact text."""
    return _readings(text, ())[0]


def readings(text: str, overlay: Overlay = EMPTY) -> tuple[Reading, ...]:
    """All readings of a compact text that matter, the usual one first; at least one.

    >>> readings("长盈")
    (('chang', 'ying'), ('zhang', 'ying'))
    """
    return _readings(text, overlay.readings_in(text) if overlay.readings else ())


def pinyin(text: str) -> str:
    """The usual reading joined: two homophones are equal."""
    return "".join(syllables(text))


def whole_readings(text: str, overlay: Overlay = EMPTY) -> list[str]:
    """Every reading joined, the usual one first, distinct.

    >>> whole_readings("朝阳")
    ['chaoyang', 'zhaoyang']
    """
    return list(dict.fromkeys("".join(reading) for reading in readings(text, overlay)))


def reading_prefixes(text: str, overlay: Overlay = EMPTY) -> list[str]:
    """Readings of the first 1, 2, … characters joined, at most ten: what somebody types by sound; all readings."""
    return list(dict.fromkeys(joined for reading in readings(text, overlay) for joined in _beginnings(reading)))


def usual_prefixes(text: str) -> list[str]:
    """The same of the usual reading alone."""
    return list(_beginnings(syllables(text)))


def _beginnings(reading: Reading) -> Iterator[str]:
    return accumulate(reading[:PINYIN_SYLLABLES])


def initial_prefixes(text: str, overlay: Overlay = EMPTY) -> list[str]:
    """First letters of the first 2 … 9 syllables, for all readings."""
    found: dict[str, None] = {}
    for letters in dict.fromkeys("".join(p[0] for p in r[:INITIALS_MAX]) for r in readings(text, overlay)):
        found.update(dict.fromkeys(letters[:n] for n in range(2, len(letters) + 1)))
    return list(found)


@cache
def _known_syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT

    usual = (PINYIN_DICT[code].split(",", 1)[0] for code in PINYIN_DICT if 0x4E00 <= code <= 0x9FA5)
    return frozenset(plain_reading(reading) for reading in usual)


def is_syllable(text: str) -> bool:
    """Whether a text is one syllable of pinyin as it is typed: small letters, ü written v.

    >>> [is_syllable(text) for text in ("zhang", "lv", "zhnag", "Zhang", "xian")]
    [True, True, False, False, True]
    """
    return text.isascii() and text.isalpha() and text.islower() and plain_reading(text) in _known_syllables()


@cache
def _syllable_beginnings() -> frozenset[str]:
    return frozenset(known[:n] for known in _known_syllables() if known.isascii() for n in range(1, len(known) + 1))


def unfinished(letters: str) -> tuple[str, ...]:
    """Whole syllables typed so far, where the last one lacks letters: every way to read it, longest first.

    >>> unfinished("ningd"), unfinished("ningde")
    (('ning',), ('ning',))
    """
    ways = (letters[:at] for at in range(len(letters) - 1, max(0, len(letters) - 6), -1))
    return tuple(w for w in ways if letters[len(w) :] in _syllable_beginnings() and _is_syllables(w))


def _is_syllables(letters: str) -> bool:
    """Whether letters are one or more syllables."""
    known, reached = _known_syllables(), {0}
    for at in range(1, len(letters) + 1):
        if any(start in reached and letters[start:at] in known for start in range(max(0, at - 6), at)):
            reached.add(at)
    return bool(letters) and len(letters) in reached


@lru_cache(maxsize=50_000)
def _readings(text: str, given: Given) -> tuple[Reading, ...]:
    parts = [options for run in runs(text) for options in (_options(run, given) if is_han(run) else [((run,),)])]
    if not parts:
        return ((),)
    ambiguous = [place for place, options in enumerate(parts) if len(options) > 1][:AMBIGUOUS_MAX]
    usual = [options[0] for options in parts]
    if not ambiguous:
        return (_joined(usual),)
    found: dict[Reading, None] = {}
    choices = product(*(range(len(parts[place])) for place in ambiguous))
    # Fewest unusual readings first.
    for choice in sorted(choices, key=lambda c: (sum(n > 0 for n in c), c)):
        chosen = list(usual)
        for place, number in zip(ambiguous, choice, strict=True):
            chosen[place] = parts[place][number]
        found[_joined(chosen)] = None
    return tuple(islice(found, READINGS_MAX))


def _joined(parts: Iterable[Reading]) -> Reading:
    return tuple(syllable for part in parts for syllable in part)


def _options(run: str, given: Given) -> Iterator[tuple[Reading, ...]]:
    """The run in stretches, each with its readings: listed words whole, other characters one by one."""
    words = dict(_listed()[0]) | {word: (reading,) for word, reading in given} if given else _listed()[0]
    if not given and _heads().isdisjoint(pairs(run)):
        yield from _unlisted(run)
        return
    start = at = 0
    while at < len(run):
        length = next((n for n in range(min(len(run) - at, 8), 0, -1) if run[at : at + n] in words), 0)
        if length:
            yield from _unlisted(run[start:at])
            yield words[run[at : at + length]]
            start = at + length
        at += length or 1
    yield from _unlisted(run[start:])


def _unlisted(stretch: str) -> Iterator[tuple[Reading, ...]]:
    """Character by character, unless a word may stand in it that is read otherwise than its characters."""
    if not stretch:
        return
    if len(stretch) == 1 or _words_read_otherwise().isdisjoint(pairs(stretch)):
        yield from (_character(character) for character in stretch)
        return
    from pypinyin.seg.mmseg import seg

    for word in seg.cut(stretch):
        if len(word) == 1:
            yield _character(word)
        else:
            yield from (_in_word(*pair) for pair in zip(word, _read_word(word), strict=True))


@lru_cache(maxsize=50_000)
def _character(character: str) -> tuple[Reading, ...]:
    """The readings of a character that stands in no known word."""
    listed = _listed()[1].get(character)
    return listed or ((_read_word(character)[0],),)


def _in_word(character: str, syllable: str) -> tuple[Reading, ...]:
    """A character in a dictionary word is read as the word says; people may read it otherwise in a name."""
    others = [option for option in _listed()[1].get(character, ()) if option != (syllable,)]
    return ((syllable,), *others)


@lru_cache(maxsize=50_000)
def _read_word(word: str) -> Reading:
    """The dictionary’s reading of a word or character, a syllable for each character."""
    from pypinyin import lazy_pinyin

    return tuple(plain_reading(syllable) for syllable in lazy_pinyin(word, errors="default"))


@cache
def _listed() -> tuple[dict[str, tuple[Reading, ...]], dict[str, tuple[Reading, ...]]]:
    """Words and characters of the settings with their readings, ü written u."""
    given = load_config(ReadingsFile)
    words: dict[str, tuple[Reading, ...]] = {
        word: tuple(
            tuple(plain_reading(syllable) for syllable in reading.split())
            for reading in ((value,) if isinstance(value, str) else value)
        )
        for word, value in given.words.items()
    }
    characters: dict[str, tuple[Reading, ...]] = {
        character: tuple((reading,) for reading in dict.fromkeys(map(plain_reading, listed)))
        for character, listed in given.characters.items()
    }
    return words, characters


@cache
def _heads() -> frozenset[str]:
    return frozenset(word[:2] for word in _listed()[0])


@cache
def _words_read_otherwise() -> frozenset[str]:
    """The first two characters of each dictionary word whose reading is not that of its characters (重庆, 银行)."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    usual = {code: readings.split(",", 1)[0] for code, readings in PINYIN_DICT.items()}
    listed = _listed()[1]
    return frozenset(
        word[:2]
        for word, spoken in PHRASES_DICT.items()
        if any(
            listed[c][0][0] != plain_reading(r[0])
            if c in listed
            else usual.get(ord(c)) != r[0] and plain_reading(usual.get(ord(c), "")) != plain_reading(r[0])
            for c, r in zip(word, spoken, strict=False)
        )
    )
