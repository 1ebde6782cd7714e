"""Read a typed text: identifiers, places, directories, levels, chains, batches and the words left over."""

import re
from dataclasses import dataclass, field

from registry.errors import Text
from registry.identity.industries import Industry, industry
from registry.identity.uscc import CodeExplanation, explain_code
from registry.search.lexicon import Entry, Lexicon, search_settings
from registry.search.plan import Filters, ProductPlan, StrictPlan, WordPlan
from registry.search.query import Chip, SearchQuery
from registry.search.words import (
    compact,
    compact_core,
    grams,
    is_han,
    normalise,
    pinyin,
    plain_reading,
    runs,
    syllables,
)

WORDS_MAX = 12
GRAMS_MAX = 48
_STOCK = re.compile(r"(?:sh|sz|bj)?([0-9]{6})(?:sh|ss|sz|bj)?")
_STOCK_LETTERS = re.compile(r"sh|sz|bj")
_INDUSTRY = re.compile(r"([a-t])([0-9]{2,4})")
_BATCH = re.compile(r"第?([一二三四五六七八九十]{1,3}|[0-9]{1,3})批")
_CODE_LIKE = re.compile(r"(?=.*[0-9])[0-9a-z]{4,18}")
_DAMAGED = ("scientific", "uscc", "org_code", "registration_number")
_FILLERS = ("企业", "名单", "名录", "目录", "公司", "的")


@dataclass(frozen=True, slots=True)
class Understood:
    """A question taken apart.

    ``filters`` holds those given and those read from the text; ``code`` is set if the whole text looks like an
    identifier; ``batch`` is the ordinal of 第…批 with the directory it stands beside; ``too_broad``: nothing
    but generic words.
    """

    plan: StrictPlan
    filters: Filters
    text: str = ""
    """The words left to look for, in their order."""
    chips: tuple[Chip, ...] = ()
    code: CodeExplanation | None = None
    ignored: tuple[str, ...] = ()
    too_broad: bool = False
    batch: tuple[str, str] | None = None
    product: ProductPlan | None = None
    """The text read as products, if it can mean any."""
    directories: tuple[tuple[str, bool], ...] = ()
    """Codes of directories the text means, each with whether it says nothing else."""
    alternatives: tuple["Understood", ...] = ()
    """Other readings, to be tried in this order while nothing matches; each says in ``notices`` what was done."""
    notices: tuple[Text, ...] = ()
    many: int = 0
    """So many names were pasted at once; 0 for one question."""


@dataclass(slots=True)
class _Reading:
    """What has been found so far, word by word."""

    entries: list[tuple[str, str, Entry]] = field(default_factory=list)
    """The words as typed, what is left of them without the entry, the entry."""
    batch: tuple[str, str] | None = None
    left: list[str] = field(default_factory=list)


def given_filters(query: SearchQuery) -> Filters:
    """The filters of the question itself."""
    return Filters(
        *(query.directories, query.cities, query.districts, query.chains, query.levels, query.statuses),
        granted=query.granted,
        ending=query.ending,
    )


def understand(query: SearchQuery, lexicon: Lexicon) -> Understood:
    """Plan one question. With ``literal`` the text is only text, apart from identifiers."""
    given = given_filters(query)
    standing = query.sort == "standing"
    if not query.text:
        return Understood(StrictPlan(standing=True), given)
    code = _identifier(query.text)
    if code is not None and code.valid:
        return Understood(StrictPlan(identifiers=(code.normalised.lower(),), standing=standing), given, code=code)
    words = [code.normalised] if code else query.text.split(" ")[:WORDS_MAX]
    reading = _Reading(left=words) if query.literal else _read_words(words, lexicon)
    chips, filters = _chips(query, reading, given)
    kept, ignored = _without_generic(reading.left)
    industries = [] if query.literal else [word for word in kept if _industry(word)]
    chips += tuple(_industry_chip(query, word) for word in industries)
    kept = [word for word in kept if word not in industries]
    plan = _plan(kept, industries, standing=standing or (not kept and bool(chips)))
    broad = bool(kept) and all(compact(word) in search_settings().generic_words for word in kept)
    return Understood(plan, filters, " ".join(kept), chips, code, ignored, broad, reading.batch)


def _identifier(text: str) -> CodeExplanation | None:
    """The explanation of a text that is, or tries to be, one whole code; None for anything else."""
    found = explain_code(text)
    if found.kind == "unknown" or not any(c.isdigit() for c in found.normalised) or not found.normalised.isascii():
        return None
    return found if found.kind in _DAMAGED else None


def _read_words(words: list[str], lexicon: Lexicon) -> _Reading:
    reading = _Reading()
    position = 0
    while position < len(words):
        # Two words may be one name: little giant, Integrated circuits.
        for length in (3, 2, 1):
            phrase = " ".join(words[position : position + length])
            if position + length <= len(words) and _read_phrase(phrase, lexicon, reading):
                break
        else:
            reading.left.append(words[position])
            length = 1
        position += length
    return reading


def _read_phrase(phrase: str, lexicon: Lexicon, reading: _Reading) -> bool:
    """Take a phrase in if all of it is known: one entry, or several run together (第五批小巨人, 武汉小巨人)."""
    word = compact(phrase)
    if " " in phrase:
        whole = lexicon.find(word)
        reading.entries += [(phrase, "", whole)] if whole else []
        return whole is not None
    parts = _segments(word, lexicon) if word else None
    if not parts:
        return False
    entries = [(piece, entry) for piece, entry in parts if entry is not None]
    ordinals = [match[1] for piece, entry in parts if entry is None and (match := _BATCH.fullmatch(piece))]
    directories = [entry.value for _, entry in entries if entry.field == "directory"]
    if ordinals and len(directories) != 1:
        return False
    reading.entries += [(phrase, word.replace(piece, "", 1) if len(parts) > 1 else "", e) for piece, e in entries]
    if ordinals:
        reading.batch = (directories[0], ordinals[0])
    return True


def _segments(word: str, lexicon: Lexicon) -> list[tuple[str, Entry | None]] | None:
    """The word cut into known pieces, longest first, or None if a piece is unknown. No entry: an ordinal, a filler."""
    found: list[tuple[str, Entry | None]] = []
    rest = word
    while rest:
        length = next((n for n in range(min(len(rest), 40), 1, -1) if lexicon.find(rest[:n])), 0)
        entry = lexicon.find(rest[:length]) if length else None
        if batch := _BATCH.match(rest):
            length, entry = batch.end(), None
        elif entry is None:
            length = next((len(f) for f in _FILLERS if found and rest.startswith(f)), 0)
        if not length:
            return None
        found.append((rest[:length], entry))
        rest = rest[length:]
    return found if any(entry for _, entry in found) else None


def _chips(query: SearchQuery, reading: _Reading, given: Filters) -> tuple[tuple[Chip, ...], Filters]:
    """Chips for what was read, and the filters with them. What is chosen already is not chosen twice."""
    chips: list[Chip] = []
    filters = given
    for phrase, rest, entry in reading.entries:
        filters = filters.plus(entry.field, entry.value)
        text = " ".join(f" {query.text} ".replace(f" {phrase} ", f" {rest} ", 1).split())
        chips.append(
            Chip(field=entry.field, value=entry.value, label=entry.label, remove=query.changed(text=text).params())
        )
    return tuple(chips), filters


def _without_generic(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Words that say something, and those left aside because others do."""
    generic = search_settings().generic_words
    kept = [word for word in words if compact(word) not in generic]
    if not kept:
        return words, ()
    return kept, tuple(word for word in words if compact(word) in generic and compact(word))


def _industry(word: str) -> Industry | None:
    """The industry a word such as C3985 names; the letter tells it from a number."""
    return industry(word) if _INDUSTRY.fullmatch(compact(word)) else None


def _industry_chip(query: SearchQuery, word: str) -> Chip:
    found = _industry(word)
    name = found.name if found else word
    code = compact(word).upper()
    text = " ".join(f" {query.text} ".replace(f" {word} ", " ", 1).split())
    label = Text(f"{code} {name}", f"{code} {name}")
    return Chip(field="industry", value=code, label=label, remove=query.changed(text=text).params())


def _plan(rest: list[str], industries: list[str], *, standing: bool) -> StrictPlan:
    planned = [plan for word in rest for plan in plan_word(word)]
    text = " ".join(rest)
    latin = [plan.latin for plan in planned if plan.latin]
    whole = compact(text)
    return StrictPlan(
        words=tuple(planned[:WORDS_MAX]),
        whole=whole,
        core=compact_core(text) if whole else "",
        joined=plain_reading("".join(latin)) if len(latin) > 1 and len(latin) == len(planned) else "",
        identifiers=_stock(text),
        industries=tuple(compact(word).upper() for word in industries),
        standing=standing,
        impossible=bool(rest) and not planned,
    )


def _stock(text: str) -> tuple[str, ...]:
    word = compact(text)
    found = _STOCK.fullmatch(word)
    if not found:
        return ()
    market = _STOCK_LETTERS.search(word.replace("ss", "sh"))
    return (f"{found[1]}.{market[0]}", found[1]) if market else (found[1],)


def plan_word(word: str) -> list[WordPlan]:
    """The forms one typed word may be found by; none if it holds no letter. Latin words split at punctuation."""
    parts = runs(normalise(word))
    if not parts:
        return []
    if all(part.isascii() for part in parts):
        return [_latin(part) for part in parts]
    whole = "".join(parts)
    pieces = grams(whole)[:GRAMS_MAX]
    mixed = any(part.isascii() for part in parts) and not any(c.isdigit() for c in whole)
    return [
        WordPlan(
            text=whole,
            grams=tuple(p for p in pieces if len(p) > 1 or not is_han(p)),
            lone=tuple(p for p in pieces if len(p) == 1 and is_han(p)),
            reading=pinyin(whole) if mixed and len(whole) <= 40 else "",
            initials=_mixed_initials(parts) if mixed and len(whole) <= 12 else "",
        )
    ]


def _latin(part: str) -> WordPlan:
    letters = part.isalpha()
    return WordPlan(
        text=part,
        latin=part,
        reading=plain_reading(part) if letters and len(part) <= 60 else "",
        initials=part if letters and 2 <= len(part) <= 9 else "",
        code=part if _CODE_LIKE.fullmatch(part) else "",
    )


def _mixed_initials(parts: list[str]) -> str:
    """宁dsd as ndsd: first letters of the Han characters, Latin letters as they are."""
    return "".join("".join(s[0] for s in syllables(p)) if is_han(p) else p for p in parts)


def batch_label_forms(ordinal: str) -> tuple[str, ...]:
    """第五批 in the ways an announcement may spell it.

    >>> batch_label_forms("5")
    ('第五批', '第5批')
    """
    number = int(ordinal) if ordinal.isdigit() else _from_chinese(ordinal)
    return (f"第{_to_chinese(number)}批", f"第{number}批")


_DIGITS = "零一二三四五六七八九"


def _from_chinese(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _DIGITS.index(text[-1])
    return (_DIGITS.index(tens[-1]) if tens else 1) * 10 + (_DIGITS.index(ones[-1]) if ones else 0)


def _to_chinese(number: int) -> str:
    if number >= 100 or number <= 0:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def ignored_notice(words: tuple[str, ...]) -> Text:
    """That generic words were left aside."""
    shown = "、".join(words)
    return Text(f"“{shown}”过于通用，已忽略。", f"“{shown}” is too general and was ignored.")
