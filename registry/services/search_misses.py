"""Searches that found nothing: what is kept of them (never of who searched), how they are written, how they are listed.

They are written by a thread of their own, in transactions of their own, after the answer is on its way. Whatever goes
wrong there costs a line of a statistic and nothing else.
"""

import re
import threading
import time
import unicodedata
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import func
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from registry import clock
from registry.db import transaction
from registry.errors import Locale, NotFound, RegistryError, Text
from registry.models import SearchMiss, SearchWord
from registry.schemas.searching import SearchMissSummary
from registry.search.query import SearchPage
from registry.services.search_words import summary_of
from registry.vocabulary import SearchWordKind

MissState = Literal["open", "settled", "all"]
STATES: tuple[MissState, ...] = ("open", "settled", "all")
PERIODS = (7, 30, 90, 365)
TEXT_MAX = 200
SHOWN = 100
WAITING_MAX = 200
AGAIN_SECONDS = 600.0
"""The same text counts once in this time: who types it again has not failed twice."""
REMEMBERED = 2_000
_PERSONAL = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "〔邮箱〕"),
    (re.compile(r"(?<![0-9a-z])[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[0-9x](?![0-9a-z])", re.I), "〔证件号〕"),
    (re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), "〔电话〕"),
    (re.compile(r"(?<!\d)0\d{2,3}[ -]\d{7,8}(?!\d)"), "〔电话〕"),
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Miss:
    """What is kept of one failed search."""

    text: str
    language: Locale
    understood: str
    near_offered: bool


def miss_of(page: SearchPage, language: Locale) -> Miss | None:
    """The failed search a page is, or None: something matched, or nothing was typed, or filters were chosen by hand."""
    query = page.query
    narrowed = any(query.selected(field) for field in ("directory", "city", "district", "chain", "level", "status"))
    narrowed = narrowed or bool(query.granted or query.ending or query.categories or query.grades or query.brands)
    if not query.text or query.cursor or query.kind != "all" or narrowed or query.as_of or page.degraded or page.many:
        return None
    if any(section.hits for section in page.sections) or page.redirect is not None:
        return None
    text = masked(unicodedata.normalize("NFKC", query.text).lower())[:TEXT_MAX].strip()
    understood = "；".join(chip.label.zh for chip in page.interpreted if chip.applied)[:TEXT_MAX]
    near = bool(page.did_you_mean) or any(section.near for section in page.sections)
    return Miss(text, language, understood, near) if text else None


def masked(text: str) -> str:
    """The text without addresses, telephone and identity numbers of persons.

    >>> masked("张三 13800138000")
    '张三 〔电话〕'
    """
    for pattern, shown in _PERSONAL:
        text = pattern.sub(shown, text)
    return text


class MissLog:
    """Takes failed searches from requests and writes them by and by. Never waits, never fails, drops when full."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._waiting: deque[Miss] = deque(maxlen=WAITING_MAX)
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._wake, self._stop, self._lock = threading.Event(), threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, page: SearchPage, language: Locale) -> None:
        """Queue the page if it is a failed search that was not noted a moment ago."""
        miss = miss_of(page, language)
        if miss is None or not self._is_new(miss.text):
            return
        self._waiting.append(miss)
        self._wake.set()

    def start(self) -> None:
        """Write in the background."""
        self._thread = threading.Thread(target=self._run, name="failed-searches", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def drain(self) -> int:
        """Write everything that waits, now; what cannot be written is dropped. Returns how many were written."""
        done = 0
        while self._waiting:
            miss = self._waiting.popleft()
            try:
                with transaction(self._database) as session:
                    record_miss(session, miss)
                done += 1
            except (SQLAlchemyError, RegistryError) as error:
                log.info("failed_search_dropped", reason=type(error).__name__)
        return done

    def _is_new(self, text: str) -> bool:
        moment = time.monotonic()
        with self._lock:
            before = self._seen.get(text)
            if before is not None and moment - before < AGAIN_SECONDS:
                return False
            self._seen[text] = moment
            self._seen.move_to_end(text)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return True

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            self.drain()


def record_miss(session: Session, miss: Miss) -> None:
    """Count a failed search on its day. One that was set aside once is not kept again."""
    aside = select(SearchWord.id).where(
        col(SearchWord.text) == miss.text,
        col(SearchWord.kind) == SearchWordKind.DISMISSED,
        col(SearchWord.voided_at).is_(None),
    )
    if session.exec(aside).first() is not None:
        return
    now, day = clock.now(), clock.today()
    row = session.exec(select(SearchMiss).where(SearchMiss.text == miss.text, SearchMiss.day == day)).first()
    if row is None:
        row = SearchMiss(text=miss.text, day=day, language=miss.language, count=0, first_at=now)
    row.count, row.last_at = row.count + 1, now
    row.understood, row.near_offered = miss.understood, miss.near_offered
    session.add(row)


def list_misses(session: Session, *, state: MissState = "open", days: int = 30) -> list[SearchMissSummary]:
    """The failed searches of the last days, most frequent first; at most a hundred."""
    since = clock.today() - timedelta(days=days - 1)
    grouped = (
        select(
            func.max(SearchMiss.id).label("id"),
            func.sum(SearchMiss.count).label("number"),
            func.min(SearchMiss.first_at).label("first_at"),
            func.max(SearchMiss.last_at).label("last_at"),
        )
        .where(col(SearchMiss.day) >= since)
        .group_by(col(SearchMiss.text))
    )
    if state != "all":
        settled = col(SearchMiss.word_id).is_not(None)
        grouped = grouped.where(settled if state == "settled" else ~settled)
    ranked = grouped.order_by(func.sum(SearchMiss.count).desc(), func.max(SearchMiss.id).desc()).limit(SHOWN)
    return _summaries(session, session.execute(ranked).all())


def get_miss(session: Session, miss_id: int) -> SearchMissSummary:
    """One failed search with all its days. Raises NotFound."""
    row = session.get(SearchMiss, miss_id)
    if row is None:
        raise NotFound("没有这条查询记录。", "There is no such failed search.", field="miss_id", value=miss_id)
    days = select(
        func.max(SearchMiss.id), func.sum(SearchMiss.count), func.min(SearchMiss.first_at), func.max(SearchMiss.last_at)
    ).where(col(SearchMiss.text) == row.text)
    return _summaries(session, session.execute(days).all())[0]


def _summaries(session: Session, rows: Sequence[tuple[int, int, datetime, datetime]]) -> list[SearchMissSummary]:
    latest = {m.id: m for m in session.exec(select(SearchMiss).where(col(SearchMiss.id).in_([r[0] for r in rows])))}
    settled = {m.word_id for m in latest.values() if m.word_id}
    words = {
        w.id: summary_of(session, w) for w in session.exec(select(SearchWord).where(col(SearchWord.id).in_(settled)))
    }
    return [
        SearchMissSummary(
            id=number,
            text=latest[number].text,
            count=count,
            first_at=first,
            last_at=last,
            language=latest[number].language,
            understood=latest[number].understood,
            near_offered=latest[number].near_offered,
            word=words.get(latest[number].word_id or 0),
        )
        for number, count, first, last in rows
    ]


STATE_WORDS: dict[MissState, Text] = {
    "open": Text("待处理", "Open"),
    "settled": Text("已处理", "Settled"),
    "all": Text("全部", "All"),
}
