"""Finding enterprises: the one use case behind the search page, the API and the command. Nothing here writes."""

import hashlib
import time
from dataclasses import dataclass, replace

from sqlmodel import Session

from registry import clock
from registry.errors import Text
from registry.schemas.paging import Cursor, decode, encode
from registry.search.by_database import DatabaseReader, TextMatcher
from registry.search.engine import EngineUnavailable, IndexReader, Reader, SearchEngine
from registry.search.lexicon import Lexicon, load_lexicon
from registry.search.plan import Filters, Position, Ranked
from registry.search.query import Hit, SearchPage, SearchQuery, Suggestion
from registry.search.rerank import SURE, Closeness, plan_ladder, rerank
from registry.search.understand import Understood, ignored_notice, understand
from registry.services.search_hits import load_candidates, load_hits, load_near
from registry.services.search_page import about_code, batch_chip, label_facets

TEXT_MATCHES_MAX = 200_000
"""More matches of a text than this are not filtered for another day: the text says nothing."""
NEAR_BELOW = 5
NEAR_SHOWN = 10
CANDIDATES = 300
LEXICON_SECONDS = 5.0
LEXICONS_KEPT = 8
LITERAL = "t"
_CERTAIN = ("exact", "code", "stock_code", "brand", "short_name", "alias", "english_name", "former_name")

TRIMMED = Text("查询文字过长，只使用了前 500 个字符。", "The text was too long; its first 500 characters were used.")
DEGRADED = Text(
    "搜索索引暂不可用，正在直接查询登记库。名称、代码可查，拼音和相近字暂不可用。",
    "The search index is not available; the registry itself answers. Names and codes work, pinyin and similar "
    "names do not for now.",
)
CUT = Text(
    f"文字匹配超过 {TEXT_MATCHES_MAX} 家企业，只统计了最相关的部分。请加上更具体的词。",
    f"The text matches more than {TEXT_MATCHES_MAX} enterprises; only the closest were counted. Add a narrower word.",
)
TOO_BROAD = Text(
    "这个词太宽泛，请加上字号、地区或名录。", "This word is too broad; add a brand, a place or a directory."
)
READ_AS_TEXT = Text(
    "按筛选条件理解没有结果，已改为按文字查找。",
    "Read as filters it gave nothing, so it was searched for as text.",
)
IMPOSSIBLE = Text("查询里没有可以查找的文字。", "There is nothing to search for in the text.")

_lexicons: dict[str, tuple[float, Lexicon]] = {}


@dataclass(frozen=True, slots=True)
class _View:
    """What answers: a reader, the index behind it if any, and how the answer was come by."""

    reader: Reader
    mode: str
    """i: index, d: index for the text and database for the day, f: database alone."""
    index: IndexReader | None = None
    cut: bool = False
    literal: bool = False
    """The words gave nothing as filters and were read as text."""


def find(session: Session, engine: SearchEngine | None, query: SearchQuery) -> SearchPage:
    """Answer one question.

    ``engine`` None or unusable: the database answers, with a notice. Rows always come from the database. Any text is
    fine. Raises InvalidInput naming ``cursor`` for a cursor of another question.
    """
    started = time.perf_counter()
    try:
        index = engine.reader() if engine is not None else None
        page = _Search(session, query, index).answer()
    except EngineUnavailable:
        page = _Search(session, query, None).answer()
    return page.model_copy(update={"took_ms": round((time.perf_counter() - started) * 1000, 2)})


def lexicon_for(session: Session, *, fresh: bool = False) -> Lexicon:
    """The lexicon of this database, read again every few seconds or when ``fresh`` is asked for."""
    url = str(session.get_bind().engine.url)
    known = _lexicons.get(url)
    if fresh or known is None or time.monotonic() - known[0] > LEXICON_SECONDS:
        known = (time.monotonic(), load_lexicon(session))
        _lexicons[url] = known
        while len(_lexicons) > LEXICONS_KEPT:
            _lexicons.pop(next(iter(_lexicons)), None)
    return known[1]


class _Search:
    """One question being answered from one view."""

    def __init__(self, session: Session, query: SearchQuery, index: IndexReader | None) -> None:
        self.session, self.query, self.index = session, query, index
        self.day = query.as_of or clock.today()
        self.lexicon = lexicon_for(session)

    def answer(self) -> SearchPage:
        understood, view, ranked, notices = self._look()
        plan, day = understood.plan, self.day
        hits = load_hits(self.session, [number for number, _ in ranked.rows], plan=plan, day=day)
        closest = self._closest(view, understood, ranked, hits)
        near = load_near(self.session, closest, plan=plan, day=day)
        redirect, suggestions, code_notices = about_code(self.session, self.query, understood, ranked.total)
        return SearchPage(
            query=self.query,
            as_of=day,
            hits=hits,
            near=near,
            total=ranked.total,
            total_is_exact=not view.cut,
            facets=label_facets(view.reader.facets(plan, understood.filters), understood.filters, self.lexicon),
            interpreted=(*understood.chips, *batch_chip(self.session, self.query, understood)),
            did_you_mean=(*suggestions, *_meant(near, closest, ranked.total)),
            notices=(*notices, *code_notices, *([CUT] if view.cut else []), *([DEGRADED] if view.mode == "f" else [])),
            degraded=view.mode == "f",
            next_cursor=self._cursor(view, ranked),
            redirect=redirect,
        )

    def _look(self) -> tuple[Understood, _View, Ranked, list[Text]]:
        """Read the words as filters; if that gives nothing, as text."""
        understood = understand(self.query, self.lexicon)
        notices = _notices(self.query, understood)
        view = self._view(understood)
        scope = _scope(view, self.query)
        further = bool(self.query.cursor)
        if not (further and decode(self.query.cursor or "").scope == LITERAL + scope):
            ranked = self._ranked(view, understood, scope)
            if ranked.total or further or not understood.chips:
                return understood, view, ranked, notices
        literal = understand(self.query.model_copy(update={"literal": True}), self.lexicon)
        other = replace(self._view(literal), literal=True)
        literally = self._ranked(other, literal, LITERAL + scope)
        if literally.total:
            return literal, other, literally, [*notices, READ_AS_TEXT]
        return understood, view, literally, notices

    def _view(self, understood: Understood) -> _View:
        plan = understood.plan
        if self.index is not None and self.index.day == self.day:
            return _View(self.index, "i", self.index)
        if self.index is not None:
            ids, cut = (None, False) if plan.is_everything else self.index.matching(plan, limit=TEXT_MATCHES_MAX)
            return _View(DatabaseReader(self.session, self.day, ids), "d", self.index, cut)
        ids, cut = TextMatcher(self.session).matching(plan, limit=TEXT_MATCHES_MAX)
        return _View(DatabaseReader(self.session, self.day, ids), "f", None, cut)

    def _ranked(self, view: _View, understood: Understood, scope: str) -> Ranked:
        after = None
        if self.query.cursor:
            score, number, offset = decode(self.query.cursor, scope=scope, kinds=(float, int, int)).values
            after = Position(float(score or 0), int(number or 0), max(0, int(offset or 0)))
        return view.reader.strict(understood.plan, understood.filters, limit=self.query.limit, after=after)

    def _cursor(self, view: _View, ranked: Ranked) -> str | None:
        if ranked.next is None:
            return None
        scope = (LITERAL if view.literal else "") + _scope(view, self.query)
        return encode(Cursor(scope=scope, values=(ranked.next.score, ranked.next.id, ranked.next.offset)))

    def _closest(self, view: _View, understood: Understood, ranked: Ranked, hits: tuple[Hit, ...]) -> list[Closeness]:
        """Similar names, if little matched and nothing matched wholly. On the first page only."""
        certain = any(hit.reason in _CERTAIN for hit in hits)
        if view.index is None or self.query.cursor or certain or ranked.total >= NEAR_BELOW:
            return []
        ladder = plan_ladder(understood.plan, understood.text)
        if ladder is None:
            return []
        same_day = view.mode == "i"
        found = view.index.candidates(ladder, understood.filters if same_day else Filters(), limit=CANDIDATES)
        if not same_day:
            scores = dict(found)
            reader = DatabaseReader(self.session, self.day, list(scores))
            rows = reader.strict(understood.plan, understood.filters, limit=CANDIDATES).rows
            found = [(number, scores[number]) for number, _ in rows]
        shown = {number for number, _ in ranked.rows}
        closest = rerank(ladder, load_candidates(self.session, found))
        return [c for c in closest if c.id not in shown][:NEAR_SHOWN]


def _scope(view: _View, query: SearchQuery) -> str:
    """A cursor belongs to one question and one way of answering it."""
    return view.mode + hashlib.sha256(repr(query.params()).encode()).hexdigest()[:12]


def _notices(query: SearchQuery, understood: Understood) -> list[Text]:
    found = [TRIMMED] if query.trimmed else []
    if understood.plan.impossible:
        found.append(IMPOSSIBLE)
    if understood.ignored:
        found.append(ignored_notice(understood.ignored))
    return [*found, TOO_BROAD] if understood.too_broad else found


def _meant(near: tuple[Hit, ...], closest: list[Closeness], total: int) -> list[Suggestion]:
    """The closest similar name as something to search for, if nothing matched and it is close enough."""
    if total or not near or closest[0].likeness < SURE:
        return []
    return [Suggestion(text=closest[0].form, reason=near[0].why, key=near[0].id, name=near[0].name)]
