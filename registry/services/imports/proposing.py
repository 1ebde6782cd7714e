"""What an announcement says about itself: directory, year, batch, document number and days, each with its evidence.

Only a proposal: a person confirms it. The words of directories are those search understands.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from registry.search.letters import compact
from registry.search.lexicon import Lexicon
from registry.vocabulary import Level, Procedure

T_co = TypeVar("T_co", covariant=True)

_NUMBER = r"[0-9一二三四五六七八九十百]+"
_BATCH = re.compile(rf"第\s*({_NUMBER})\s*批")
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2}|19[89][0-9])\s*年")
_DAY = r"((?:19|20)[0-9]{2})\s*[年./-]\s*([0-9]{1,2})\s*[月./-]\s*([0-9]{1,2})\s*日?"
_DAYS = re.compile(_DAY)
_UNTIL = re.compile(
    rf"{_DAY}\s*起?\s*(?:至|到|[—–~-]+)\s*"
    r"(?:(?:((?:19|20)[0-9]{2})\s*年)?\s*([0-9]{1,2})\s*月)?\s*([0-9]{1,2})\s*日"
)
_DOCUMENT = re.compile(r"[㐀-䶿一-鿿A-Za-z]{1,20}\s*[〔\[(【]\s*(?:19|20)[0-9]{2}\s*[〕\])】]\s*第?\s*[0-9]{1,5}\s*号")
_NOTICE_NUMBER = re.compile(r"(?:公告|通告)?\s*(?:19|20)[0-9]{2}\s*年\s*第\s*[0-9]{1,4}\s*号")
_PUBLIC = re.compile(r"公示|拟(?:新)?(?:认定|入选|入库|推荐|确定|通过|公布|授予|支持)")
_ENDED = re.compile(r"公示(?:期)?(?:已)?(?:结束|期满|无异议)|经公示")
_REVIEW = re.compile(r"复核|复审|重新认定|动态管理|再认定")
_NEW = re.compile(r"新认定|新增|申报|拟认定|首次")
_MINISTRIES = ("工业和信息化部", "工信部", "科学技术部", "科技部")
_LEVELS = {**{level.label.zh: level for level in Level if level is not Level.PUBLISHER}, "全国": Level.NATIONAL}
_PROVINCE = re.compile(r"(?:[一-鿿]{2,3}省|自治区)")


@dataclass(frozen=True, slots=True)
class Proposed(Generic[T_co]):
    """A value and the words it was taken from."""

    value: T_co
    said: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to offer for each option of an import; None where the file does not say."""

    directory: Proposed[str] | None = None
    year: Proposed[int] | None = None
    batch: Proposed[str] | None = None
    document_no: Proposed[str] | None = None
    announced_on: Proposed[date] | None = None
    public_notice: Proposed[bool] | None = None
    """A list that is not final yet."""
    notice_from: Proposed[date] | None = None
    notice_to: Proposed[date] | None = None
    procedure: Proposed[Procedure] | None = None


def propose(texts: Sequence[str], lexicon: Lexicon) -> Proposal:
    """What the titles, notes and name of a file say, the more telling text first.

    ``texts`` are printed lines; full-width digits and brackets are read like half-width ones.
    """
    lines = [unicodedata.normalize("NFKC", text).replace("﹝", "〔").replace("﹞", "〕") for text in texts if text]
    period = next(_periods(lines), None)
    document = _first(_DOCUMENT, lines) or _first(_NOTICE_NUMBER, lines)
    plain = [_NOTICE_NUMBER.sub(" ", _DOCUMENT.sub(" ", line)) for line in lines]
    announced = _last_day([_UNTIL.sub(" ", line) for line in plain])
    return Proposal(
        directory=_directory(plain, lexicon),
        year=_year(plain, announced, document),
        batch=_batch(plain),
        document_no=Proposed("".join(document.split()), document) if document else None,
        announced_on=announced,
        public_notice=_public(lines),
        notice_from=Proposed(period[0], period[2]) if period else None,
        notice_to=Proposed(period[1], period[2]) if period else None,
        procedure=_procedure(plain),
    )


def _directory(lines: Sequence[str], lexicon: Lexicon) -> Proposed[str] | None:
    """The directory with the longest word in the first line that names one; of namesakes the one of the level said."""
    for line in lines:
        packed = compact(line)
        found = [
            (len(form), code, form)
            for code, forms in lexicon.forms.items()
            for form in forms
            if len(form) > 2 and not form.isascii() and form in packed
        ]
        if found:
            longest = max(found)
            return Proposed(_at_level(longest[1], longest[2], lines, lexicon.forms, _levels(lexicon)), longest[2])
    return None


def _levels(lexicon: Lexicon) -> dict[str, Level]:
    return {code: word.level for code, word in (lexicon.directories | lexicon.catalogues).items()}


def _at_level(
    code: str, form: str, lines: Sequence[str], forms: Mapping[str, Sequence[str]], levels: Mapping[str, Level]
) -> str:
    """省级制造业单项冠军 stands in no dictionary: the word names the kind, another word or the issuer the level."""
    said = _level_said(lines)
    if said is None or levels.get(code) is said or any(word in form for word in _LEVELS):
        return code
    stems = {_stem(each) for each in forms[code]}
    namesakes = [
        other
        for other, words in forms.items()
        if levels.get(other) is said and any(_stem(word) in stems for word in words if _stem(word) != word)
    ]
    return namesakes[0] if len(namesakes) == 1 else code


def _stem(form: str) -> str:
    return re.sub(r"^(?:国家级|国家|省级|省|市级|全国)", "", form)


def _level_said(lines: Sequence[str]) -> Level | None:
    text = " ".join(lines)
    for word, level in _LEVELS.items():
        if word in text:
            return level
    if any(word in text for word in _MINISTRIES):
        return Level.NATIONAL
    return Level.PROVINCIAL if _PROVINCE.search(text) else None


def _year(lines: Sequence[str], announced: Proposed[date] | None, document: str | None) -> Proposed[int] | None:
    """The year beside the batch or of the list; else that of the announcement, else that of the document number."""
    for line in lines:
        without_days = _DAYS.sub(" ", _UNTIL.sub(" ", line))
        found = _YEAR.findall(without_days)
        if found:
            before_batch = re.search(
                rf"(20[0-9]{{2}})\s*年(?:度|第)?[^，,。；;年]{{0,12}}第\s*{_NUMBER}\s*批", without_days
            )
            year = before_batch.group(1) if before_batch else found[0]
            return Proposed(int(year), f"{year}年")
    if announced is not None:
        return Proposed(announced.value.year, announced.said)
    stamped = re.search(r"(?:19|20)[0-9]{2}", document or "")
    return Proposed(int(stamped.group()), document or "") if stamped else None


def _batch(lines: Sequence[str]) -> Proposed[str] | None:
    for line in lines:
        found = _BATCH.search(line)
        if found:
            return Proposed("".join(found.group().split()), found.group())
    return None


def _public(lines: Sequence[str]) -> Proposed[bool] | None:
    for line in lines:
        if over := _ENDED.search(line):
            return Proposed(False, over.group())
        if found := _PUBLIC.search(line):
            return Proposed(True, found.group())
    return None


def _procedure(lines: Sequence[str]) -> Proposed[Procedure] | None:
    """Review only where the list says so and names no new titles beside."""
    for line in lines:
        review, new = _REVIEW.search(line), _NEW.search(line)
        if review and not new:
            return Proposed(Procedure.REVIEW, review.group())
        if new and not review:
            return Proposed(Procedure.NEW, new.group())
    return None


def _first(pattern: re.Pattern[str], lines: Sequence[str]) -> str | None:
    return next((found.group().strip() for line in lines if (found := pattern.search(line))), None)


def _last_day(lines: Sequence[str]) -> Proposed[date] | None:
    """An announcement ends with the day it was signed."""
    found = [
        (day, match.group())
        for line in lines
        for match in _DAYS.finditer(line)
        if (day := _day(*match.groups())) is not None
    ]
    return Proposed(*found[-1]) if found else None


def _periods(lines: Sequence[str]) -> Iterator[tuple[date, date, str]]:
    for line in lines:
        for match in _UNTIL.finditer(line):
            year, month, day, end_year, end_month, end_day = match.groups()
            first, last = _day(year, month, day), _day(end_year or year, end_month or month, end_day)
            if first is not None and last is not None and first <= last:
                yield first, last, match.group()


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
