"""Cut one word into the known pieces it is made of: 第五批小巨人, 2023年认定的武汉小巨人企业, 二级数据库."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from registry.errors import Text
from registry.grades import WRITTEN, grade_name, grade_number
from registry.identity.industries import industry, industry_named
from registry.search.lexicon import Entry, Lexicon, other_words_for_places, parks, search_settings
from registry.search.query import YEARS

Kind = Literal["entry", "batch", "filler", "year", "beside", "grade", "category", "catalogue", "text"]
"""``year``: a bare year, which says something only beside a title; ``beside``: a place only beside other words;
``catalogue``: a word for the catalogue of products; ``text``: what stays text (a park)."""

ENTRY_MAX = 40
CUT_MAX = 80
"""Longer words are no list of known pieces."""
PIECES_MAX = 16
_FILLERS = (
    *("企业名单", "企业", "名单", "名录", "目录", "公司", "单位", "认定", "获评", "获得", "入选", "的", "有哪些", "有"),
    *("在", "里", "中"),
)
_BATCH = re.compile(r"第?([一二三四五六七八九十]{1,3}|[0-9]{1,3})批(?:次)?")
_GRADE = re.compile(rf"({WRITTEN})级")
_DAYS = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_YEAR = re.compile(
    r"(?P<first>(?:19|20)[0-9]{2}|前年|去年|今年|本年|明年|后年)年?度?(?:[至到](?P<last>(?:19|20)[0-9]{2})年?度?)?"
    r"(?:(?P<granted>认定|获批|获评|获得|入选|评定|授予|通过|公布|新增|起)|(?P<ending>到期|届满|期满|失效|截止))?"
)
_INDUSTRY = re.compile(r"[a-t][0-9]{2,4}")
_RANGE = re.compile(r"((?:19|20)[0-9]{2})年?\s*[-–—~～]\s*((?:19|20)[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a word: its compact text, what kind it is, and what it stands for."""

    text: str
    kind: Kind
    entry: Entry | None = None


def join_ranges(text: str) -> str:
    """Years from–to in letters, so that they outlive folding.

    >>> join_ranges("2021-2023年认定")
    '2021至2023年认定'
    """
    return _RANGE.sub(r"\1至\2", text)


def cut(word: str, lexicon: Lexicon, cities: tuple[str, ...], year: int) -> tuple[Piece, ...]:
    """The compact word in known pieces, longest first; empty if a piece is unknown or nothing in it says anything.

    ``cities`` are those the question speaks of, ``year`` is the present one.
    """
    found: list[Piece] = []
    rest = word
    while rest:
        if len(word) > CUT_MAX or len(found) == PIECES_MAX:
            return ()
        known = cities + tuple(p.entry.value for p in found if p.entry and p.entry.field == "city")
        piece = next(_pieces(rest, lexicon, known, year, first=not found), None)
        if piece is None:
            return ()
        found.append(piece)
        rest = rest[len(piece.text) :]
    return tuple(found) if any(piece.kind not in ("filler", "text") for piece in found) else ()


def whole(phrase: str, lexicon: Lexicon) -> tuple[Piece, ...]:
    """Several words as one known piece (little giant), by their compact text."""
    entry = lexicon.words.get(phrase) or _industry(phrase)
    return (Piece(phrase, "entry", entry),) if entry else ()


def beside(word: str) -> tuple[Piece, ...]:
    """A compact word that is a place only beside other words (cq, 渝)."""
    entry = other_words_for_places().get(word)
    return (Piece(word, "beside", entry),) if entry else ()


def _pieces(rest: str, lexicon: Lexicon, cities: tuple[str, ...], year: int, *, first: bool) -> Iterator[Piece]:
    """What the text may begin with, likeliest first."""
    yield from _years(rest, year)
    if batch := _BATCH.match(rest):
        yield Piece(batch[0], "batch")
    if (written := _GRADE.match(rest)) and (grade := grade_number(written[1])):
        yield Piece(written[0], "grade", grade_entry(grade))
    if first and (industrial := _industry(rest)):
        yield Piece(rest, "entry", industrial)
    catalogue = search_settings().product_words
    for length in range(min(len(rest), ENTRY_MAX), 1, -1):
        text = rest[:length]
        if text in catalogue:
            yield Piece(text, "catalogue", lexicon.words.get(text))
        if entry := lexicon.find(text, cities):
            yield Piece(text, "entry", entry)
        if text in parks():
            yield Piece(text, "text")
        if values := lexicon.categories_of(text):
            yield Piece(text, "category", Entry("category", values[0], Text(values[0], values[0])))
    if not first:
        yield from (Piece(filler, "filler") for filler in _FILLERS if rest.startswith(filler))


def _years(rest: str, year: int) -> Iterator[Piece]:
    found = _YEAR.match(rest)
    if not found:
        return
    named = _DAYS.get(found["first"])
    start = year + named if named is not None else int(found["first"])
    end = int(found["last"]) if found["last"] else start
    if start not in YEARS or end not in YEARS or not start <= end <= start + 9:
        return
    value, shown = (f"{start}", f"{start}年") if start == end else (f"{start}-{end}", f"{start}–{end}年")
    english = value.replace("-", "–")
    if found["ending"]:
        yield Piece(found[0], "entry", Entry("ending", value, Text(f"{shown}到期", f"Ends {english}")))
        return
    granted = Entry("granted", value, Text(f"{shown}认定", f"Granted {english}"))
    if found["granted"]:
        yield Piece(found[0], "entry", granted)
    elif named is not None or found[0].endswith(("年", "度")) or found[0] == rest:
        yield Piece(found[0], "year", granted)


def _industry(word: str) -> Entry | None:
    """C3985, or the whole name of an industry that says what it makes (光电子器件制造)."""
    found = industry(word) if _INDUSTRY.fullmatch(word) else None
    if found is not None:
        code = word.upper()
        return Entry("industry", code, Text(f"{code} {found.name}", f"{code} {found.name}"))
    named = industry_named(word) if len(word) >= 4 and word.endswith(("制造", "业")) else None
    return industry_entry(named.full_code) if named else None


def industry_entry(code: str) -> Entry:
    """An industry as something to filter by, by its code with the letter."""
    found = industry(code)
    label = f"{code} {found.name}" if found else code
    return Entry("industry", code, Text(label, label))


def grade_entry(grade: int) -> Entry:
    """A grade of products as something to filter by.

    >>> grade_entry(2).label.zh
    'Ⅱ级'
    """
    return Entry("grade", str(grade), grade_name(grade))


def ordinal_of(batch: str) -> str:
    """The ordinal inside 第五批, as typed."""
    found = _BATCH.fullmatch(batch)
    return found[1] if found else ""
