"""Names of firms: clean, fold, take apart.

Folded and shortened forms feed search and matching; storage keeps the original.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from registry.identity._tables import search_settings
from registry.identity.folding import fold_name, fold_text
from registry.identity.places import districts_in_names, places_in_names

__all__ = [
    "LEGAL_SUFFIXES",
    "PLACES",
    "NameNote",
    "bare_brand",
    "clean_name",
    "core_name",
    "fold_name",
    "fold_text",
    "looks_like_firm_name",
    "split_notes",
]

LEGAL_SUFFIXES: tuple[str, ...]
"""Ends of names that say the legal form, bare and after generic words (科技有限公司), longest first, folded."""

PLACES: frozenset[str]
"""Places that stand before a brand: provinces and cities in full and short, counties in full, 中国. Folded."""

NoteKind = Literal["former", "renamed", "alias", "english", "producer", "other"]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}（）])\s+(?=[{_HAN}（）])")
_MARKS: tuple[tuple[NoteKind, str], ...] = (
    (
        "former",
        r"曾\s*用\s*名(?:称)?|原名(?:称)?|原企业名称|更名前(?:为)?|前身(?:为|是)?|原(?!料|子|生|野|产|创|石|点)",
    ),
    ("renamed", r"(?:现|已|后|现已)?(?:更名|改名|变更)后?|现名(?:称)?"),
    ("english", r"英文名(?:称)?"),
    ("alias", r"简称|别名|又名|亦称|品牌"),
    ("producer", r"生产企业|生产厂家|生产商|委托方|受托方"),
    ("other", r"注|备注|说明"),
)
_MARK = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _MARKS))
_BRACKETS = re.compile(r"[（(［\[【]([^（()）［\]\[】【］]*(?:[（(][^（()）]*[)）][^（()）］\]】]*)*)[)）］\]】]")
_TAIL = re.compile(
    r"[\s，,；;。]*(?P<note>(?:曾\s*用\s*名|原名|原企业名称|简称|注|备注|英文名称?)\s*(?:[:：]|为).*)$", re.S
)
_LATIN_FORM = re.compile(
    r"\b(?:Ltd|Limited|Inc|Incorporated|Corp|Corporation|Co|LLC|LLP|PLC|GmbH|AG|S\.?A|B\.?V|N\.?V|Pte|KK|SE)\.?\s*$",
    re.I,
)

_BRANCHES = ("分公司", "分厂", "分行", "支行")
_TRADE_MAX = 6
"""Characters of the longest words of trade."""


@dataclass(frozen=True, slots=True)
class NameNote:
    """A remark found in a name cell: what kind, and its text without the mark word (for ``former`` the old name)."""

    kind: NoteKind
    text: str


def clean_name(name: str) -> str:
    """The name for storage: trimmed, no zero-width characters, no space between Han characters, else one space.

    Nothing else is unified: brackets, width and traditional characters stay as announced.

    >>> clean_name(" 深圳市 示例　科技\\n（香港）有限公司 "), clean_name("Example  Co.,  Ltd.")
    ('深圳市示例科技（香港）有限公司', 'Example Co., Ltd.')
    """
    return " ".join(_BETWEEN_HAN.sub("", _INVISIBLE.sub("", name)).split())


@lru_cache(maxsize=65536)
def core_name(name: str) -> str:
    """Brand and trade of a name, folded: without place, legal form and generic words such as 科技 before it.

    What would leave fewer than two characters is not taken off; a branch keeps its parent's full name.

    >>> core_name("深圳市华星光电技术有限公司"), core_name("某某科技（上海）有限公司"), core_name("示例公司惠州分公司")
    ('华星光电', '某某', '示例公司惠州分公司')
    """
    folded = fold_name(_BRACKETS.sub(_drop_place_bracket, name)) or fold_name(name)
    core = _without_place(folded)
    if core.endswith(_BRANCHES):
        return core
    suffixes = _suffix_set()
    for length in range(min(20, len(core) - 2), 0, -1):
        if core[-length:] in suffixes:
            return core[:-length]
    return core


@lru_cache(maxsize=65536)
def bare_brand(core: str) -> str:
    """The brand alone (字号) out of brand and trade (:func:`core_name`), shared by firms of one house; "" for none.

    Words of trade are taken off the end one after the other while two characters remain. A branch has its parent's
    full name and no brand of its own.

    >>> bare_brand("华星光电"), bare_brand("华星汽车工业"), bare_brand("通信设备"), bare_brand("示例公司惠州分公司")
    ('华星', '华星', '', '')
    """
    if core.endswith(_BRANCHES):
        return ""
    words = _trade_words()
    while True:
        if core in words:
            return ""
        for length in range(min(_TRADE_MAX, len(core) - 2), 1, -1):
            if core[-length:] in words:
                core = core[:-length]
                break
        else:
            return core


def split_notes(name: str) -> tuple[str, tuple[NameNote, ...]]:
    """The name without the remarks some lists put into the same cell, and the remarks.

    Brackets that belong to the name (（深圳）, （有限合伙）, a place, a store) stay.

    >>> split_notes("示例甲医药公司（生产企业：示例乙药业公司）")
    ('示例甲医药公司', (NameNote(kind='producer', text='示例乙药业公司'),))
    >>> split_notes("示例创新有限公司(原示例易微电子)")[1], split_notes("示例（深圳）有限公司")[1]
    ((NameNote(kind='former', text='示例易微电子'),), ())
    """
    notes: list[NameNote] = []

    def take(match: re.Match[str]) -> str:
        note = _read_note(match.group(1))
        if note is None:
            return match.group()
        notes.append(note)
        return ""

    rest = _BRACKETS.sub(take, name)
    tail = _TAIL.search(rest)
    if tail is not None and (note := _read_note(tail["note"])) is not None:
        rest, notes = rest[: tail.start()], [*notes, note]
    cleaned = clean_name(rest)
    return (cleaned, tuple(notes)) if cleaned else (clean_name(name), ())


def looks_like_firm_name(text: str) -> bool:
    """Whether a cell could be the name of an organisation: at least four characters and a usual end.

    >>> [looks_like_firm_name(t) for t in ("深圳市示例科技有限公司", "合计", "Example Co., Ltd.")]
    [True, False, True]
    """
    name = split_notes(text)[0]
    if _LATIN_FORM.search(name):
        return len(fold_name(name)) >= 4
    folded = fold_name(name)
    if not 4 <= len(folded) <= 60 or folded in _suffix_set():
        return False
    return folded.endswith(_ends())


def _read_note(text: str) -> NameNote | None:
    """A remark starts with a mark word; a bare 原… counts as well, other marks need a colon or 为."""
    match = _MARK.match(text.strip())
    if match is None or match.lastgroup is None:
        return None
    rest = text.strip()[match.end() :]
    body = re.sub(r"^\s*(?:为\s*[:：]|[:：]|为|是)\s*", "", rest).strip().strip('“”"「」')
    if not body or (body == rest.strip() and match.group() != "原"):
        return None
    inner = _read_note(body) if match.lastgroup == "other" else None
    kind: Any = match.lastgroup
    return inner or NameNote(kind, body)


def _drop_place_bracket(match: re.Match[str]) -> str:
    return "" if fold_name(match.group(1)) in _places() else match.group()


def _without_place(folded: str) -> str:
    """Take province, then city, then county off the front, while at least four characters remain."""
    places = _places()
    for _ in range(3):
        for length in range(min(12, len(folded) - 4), 1, -1):
            if folded[:length] in places:
                folded = folded[length:]
                # A district is one behind its city only: alone it may be part of a brand.
                places = _places_and_districts()
                break
        else:
            break
    return folded


@cache
def _ends() -> tuple[str, ...]:
    settings = search_settings("suffixes.yaml")
    return tuple(fold_name(s) for s in (*settings["legal"], *settings["organisation"]))


@cache
def _legal_suffixes() -> tuple[str, ...]:
    settings = search_settings("suffixes.yaml")
    legal = [fold_name(s) for s in settings["legal"]]
    joined = {g + s for s in legal if len(s) > 1 for g in settings["generic"]}
    return tuple(sorted({*legal, *joined}, key=lambda s: (-len(s), s)))


@cache
def _trade_words() -> frozenset[str]:
    settings = search_settings("suffixes.yaml")
    return frozenset(fold_name(word) for word in (*settings["trade"], *settings["generic"]))


@cache
def _suffix_set() -> frozenset[str]:
    return frozenset(_legal_suffixes())


@cache
def _places_and_districts() -> frozenset[str]:
    return _places() | {fold_name(name) for name in districts_in_names()}


@cache
def _places() -> frozenset[str]:
    return frozenset(fold_name(name) for name in places_in_names())


def __getattr__(name: str) -> Any:
    """Make ``LEGAL_SUFFIXES`` and ``PLACES`` when first asked for: importing this module opens no file."""
    if name == "LEGAL_SUFFIXES":
        return _legal_suffixes()
    if name == "PLACES":
        return _places()
    raise AttributeError(name)
