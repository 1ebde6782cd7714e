"""Finding enterprises, products and directories: the one use case behind page, API and command. Nothing here writes."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.models import IndexOutbox
from registry.schemas.paging import Cursor, decode, encode
from registry.search import tiers
from registry.search.answers import IndexAnswers
from registry.search.by_database import DatabaseReader, TextMatcher
from registry.search.cards import forms_of
from registry.search.documents import document_key
from registry.search.engine import EngineUnavailable, SearchEngine
from registry.search.expression import any_term
from registry.search.lexicon import Lexicon
from registry.search.plan import Answer, Filters, Placed, Position, ProductPlan, Ranked
from registry.search.query import (
    DirectoryHit,
    FacetValue,
    Group,
    Hit,
    ProductHit,
    SameBrand,
    SearchPage,
    SearchQuery,
    Suggestion,
)
from registry.search.rerank import SURE, Candidate, Closeness, plan_ladder, rerank
from registry.search.understand import Understood, given_filters, ignored_notice, many_notice, understand
from registry.services.fallbacks import note_fallback
from registry.services.lexicons import lexicon_for
from registry.services.search_hits import Shelf, hits, near_hits, product_hits, stale_among, stale_products_among
from registry.services.search_page import about_code, batch_chip, directory_hits, label_facets, label_product_facets
from registry.tracing import span

TEXT_MATCHES_MAX = 200_000
"""More matches of a text than this are not filtered for another day: the text says nothing."""
NEAR_BELOW = 5
NEAR_SHOWN = 10
CANDIDATES = 150
"""So many similar names are compared letter by letter."""
FEW_PRODUCTS = 5
"""Products shown beside enterprises."""
LITERAL = "t"
HOUSE_AMONG = 2_000
"""Without an index the names of so many matches are read to tell which share a brand."""
FEW_OF_HOUSE = 2
WAITING_MAX = 1_000
"""With more changes waiting than this every row is read from the database."""
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

_WAITING = str(
    select(col(IndexOutbox.kind), col(IndexOutbox.subject_id))
    .limit(WAITING_MAX)
    .compile(compile_kwargs={"literal_binds": True})
)
"""Written out once: putting the statement together takes longer than the database does."""


@dataclass(frozen=True, slots=True)
class _View:
    """What answers: an index of the very day, an index and the database for another day, or the database alone."""

    mode: str
    """i: index, d: index for the text and database for the day, f: database alone."""
    answer: Answer
    understood: Understood
    scope: str
    cut: bool = False


@span("search.find")
def find(session: Session, engine: SearchEngine | None, query: SearchQuery) -> SearchPage:
    """Answer one question.

    ``engine`` None or unusable: the database answers, with a notice. Nothing is shown that the database does not show:
    what has changed since the index saw it is read from the database. Any text is fine. Raises InvalidInput naming
    ``cursor`` for a cursor of another question.
    """
    started = time.perf_counter()
    # Looked up before the index is: whatever it has not seen by now is among these.
    waiting = (
        [(kind, number) for kind, number in session.connection().exec_driver_sql(_WAITING)]
        if engine is not None
        else []
    )
    lexicon = lexicon_for(session)
    try:
        index = IndexAnswers(engine.reader(), tuple(lexicon.directories)) if engine is not None else None
        page = _Search(session, query, index, lexicon, waiting).answer()
    except EngineUnavailable:
        note_fallback()
        page = _Search(session, query, None, lexicon, waiting).answer()
    return page.model_copy(update={"took_ms": (time.perf_counter() - started) * 1000})


class _Search:
    """One question being answered from one view."""

    def __init__(
        self,
        session: Session,
        query: SearchQuery,
        index: IndexAnswers | None,
        lexicon: Lexicon,
        waiting: list[tuple[str, int | None]],
    ) -> None:
        self.session, self.query, self.index, self.lexicon = session, query, index, lexicon
        self.day = query.as_of or clock.today()
        self.waiting = waiting

    def answer(self) -> SearchPage:
        view, notices = self._look()
        ranked, understood = view.answer.ranked, view.understood
        found = hits(self._shelf(view), ranked.rows, plan=understood.plan)
        closest = self._closest(view, found)
        near = self._near(view, closest)
        products, product_total, more = self._products(understood)
        redirect, suggestions, code_notices = about_code(self.session, self.query, understood, ranked.total, found)
        directories = self._directories(understood)
        only_products = self.query.kind == "product"
        totals = {"product": product_total, "directory": len(directories)}
        page = SearchPage(
            query=self.query,
            as_of=self.day,
            hits=found,
            near=near,
            products=products,
            product_total=product_total,
            directories=directories,
            total=totals.get(self.query.kind, ranked.total),
            total_is_exact=not view.cut,
            facets=self._facets(view),
            same_brand=_same_brand(self.query, understood, view.answer.house),
            interpreted=(*understood.chips, *batch_chip(self.session, self.query, understood)),
            did_you_mean=(*suggestions, *_meant(near, closest, ranked.total)),
            notices=(*notices, *code_notices, *([CUT] if view.cut else []), *([DEGRADED] if view.mode == "f" else [])),
            degraded=view.mode == "f",
            many=understood.many,
            next_cursor=_cursor(self._scope("p", "i"), more.next)
            if only_products
            else _cursor(view.scope, ranked.next),
            redirect=redirect,
        )
        return page.model_copy(update={"groups": _groups(page, understood)})

    def _look(self) -> tuple[_View, list[Text]]:
        """The first reading of the text that matches anything: as filters, the alternatives, at last as mere text."""
        understood = understand(self.query, self.lexicon)
        notices = _notices(self.query, understood)
        asked = decode(self.query.cursor).scope[:1] if self.query.cursor and self.query.kind != "product" else None
        first = None
        for name, reading in _readings(understood):
            if asked is not None and name != asked:
                continue
            view = self._view(reading, name)
            if view.answer.ranked.total or asked is not None:
                return view, [*notices, *reading.notices]
            first = first or view
        if first is not None and not understood.chips:
            return first, notices
        literal = understand(self.query.model_copy(update={"literal": True}), self.lexicon)
        view = self._view(literal, LITERAL)
        if view.answer.ranked.total or first is None:
            return view, [*notices, READ_AS_TEXT]
        return first, notices

    def _view(self, understood: Understood, reading: str) -> _View:
        plan, filters = understood.plan, understood.filters
        limit = 0 if self.query.kind in ("product", "directory") else self.query.limit
        counted = self.query.kind != "product"
        if self.index is not None and self.index.day == self.day:
            scope = self._scope(reading, "i")
            house = self._house(understood)
            answer = self.index.answer(
                plan, filters, limit=limit, after=self._after(scope), facets=counted, house=house
            )
            return _View("i", answer, understood, scope)
        if self.index is not None:
            ids, cut = (None, False) if plan.is_everything else self.index.matching(plan, limit=TEXT_MATCHES_MAX)
            mode = "d"
        else:
            ids, cut = TextMatcher(self.session).matching(plan, limit=TEXT_MATCHES_MAX)
            mode = "f"
        scope = self._scope(reading, mode)
        reader = DatabaseReader(self.session, self.day, ids)
        answer = reader.answer(plan, filters, limit=limit, after=self._after(scope), facets=counted)
        answer = replace(answer, house=self._sharing(understood, ids))
        return _View(mode, answer, understood, scope, cut)

    def _house(self, understood: Understood) -> str:
        """The brand whose firms are told as a group; on the first page of enterprises only."""
        return understood.house if self.query.kind in ("all", "enterprise") and not self.query.cursor else ""

    def _sharing(self, understood: Understood, ids: list[int] | None) -> int:
        """How many of the matches in the database are of the house; without an index only among few matches."""
        house = self._house(understood)
        if not house or not ids or (self.index is None and len(ids) > HOUSE_AMONG):
            return 0
        if self.index is None:
            shared = TextMatcher(self.session).of_houses(ids, [house])
        else:
            plan = replace(understood.plan, brands=(house,))
            shared, _ = self.index.matching(plan, limit=TEXT_MATCHES_MAX)
        return DatabaseReader(self.session, self.day, shared).page(understood.filters, limit=0).total

    def _scope(self, reading: str, mode: str) -> str:
        """A cursor belongs to one question and one way of answering it."""
        return reading + mode + hashlib.sha256(repr(self.query.params()).encode()).hexdigest()[:12]

    def _after(self, scope: str) -> Position | None:
        if not self.query.cursor or self.query.kind == "product":
            return None
        return _position(self.query.cursor, scope)

    def _shelf(self, view: _View) -> Shelf:
        return Shelf(self.session, self.lexicon, self.day, self._stale if view.mode == "i" else None)

    @cached_property
    def _stale(self) -> frozenset[int] | None:
        if len(self.waiting) >= WAITING_MAX:
            return None
        return stale_among(self.session, self.waiting)

    @cached_property
    def _stale_products(self) -> frozenset[int] | None:
        if len(self.waiting) >= WAITING_MAX:
            return None
        return stale_products_among(self.session, self.waiting)

    def _closest(self, view: _View, found: tuple[Hit, ...]) -> list[Closeness]:
        """Similar names, if little matched and nothing matched wholly. On the first page only."""
        ranked, understood = view.answer.ranked, view.understood
        certain = any(hit.reason in _CERTAIN for hit in found)
        if self.index is None or self.query.cursor or certain or ranked.total >= NEAR_BELOW:
            return []
        ladder = plan_ladder(understood.plan, understood.text)
        if ladder is None:
            return []
        same_day = view.mode == "i"
        likes = self.index.similar(ladder, understood.filters if same_day else Filters(), limit=CANDIDATES)
        if not same_day:
            reader = DatabaseReader(self.session, self.day, [like.id for like in likes])
            kept = {row.id for row in reader.page(understood.filters, limit=CANDIDATES).rows}
            likes = [like for like in likes if like.id in kept]
        shown = {row.id for row in ranked.rows}
        closest = rerank(ladder, [Candidate(like.id, like.score, *forms_of(like.forms)) for like in likes])
        return [c for c in closest if c.id not in shown][:NEAR_SHOWN]

    def _near(self, view: _View, closest: list[Closeness]) -> tuple[Hit, ...]:
        """The similar enterprises, closest first."""
        if not closest or self.index is None:
            return ()
        where = any_term("key", [document_key("enterprise", each.id) for each in closest])
        cards = {row.id: row.card for row in self.index.rank(where, limit=len(closest)).rows}
        rows = [Placed(each.id, card=cards.get(each.id, "")) for each in closest]
        return near_hits(self._shelf(view), rows, plan=view.understood.plan, found=closest)

    def _facets(self, view: _View) -> dict[str, tuple[FacetValue, ...]]:
        """Counts of what is asked for: of products where they alone are."""
        understood = view.understood
        if self.query.kind != "product":
            return label_facets(view.answer.facets, understood.filters, self.lexicon, given=given_filters(self.query))
        plan = self._product_plan(understood)
        if plan is None or self.index is None:
            return {}
        counts = self.index.product_counts(plan)
        if self.index.day != self.day:
            del counts["status"]
        return label_product_facets(counts, plan, self.query)

    def _product_plan(self, understood: Understood) -> ProductPlan | None:
        """The text as products. The states an index knows are those of its own day: on another they do not filter."""
        plan = understood.product
        if plan is None or self.index is None or self.index.day == self.day:
            return plan
        return plan.without("status")

    def _directories(self, understood: Understood) -> tuple[DirectoryHit, ...]:
        """The directories the text means; on the first page only."""
        if self.query.kind in ("enterprise", "product") or self.query.cursor:
            return ()
        return directory_hits(self.lexicon, understood)

    def _products(self, understood: Understood) -> tuple[tuple[ProductHit, ...], int, Ranked]:
        """Products that match, then other versions of what was asked for; only from an index."""
        plan, paged = self._product_plan(understood), self.query.kind == "product"
        if (
            self.index is None
            or plan is None
            or self.query.kind in ("enterprise", "directory")
            or (self.query.cursor and not paged)
        ):
            return (), 0, Ranked((), 0)
        after = _position(self.query.cursor, self._scope("p", "i")) if paged and self.query.cursor else None
        limit = self.query.limit if paged else FEW_PRODUCTS
        ranked = self.index.rank(*tiers.product_tiers(plan), limit=limit, after=after)
        shelf = Shelf(self.session, self.lexicon, self.day, None, self._stale_products)
        found = product_hits(shelf, ranked.rows, plan=plan)
        others = tiers.other_versions(plan)
        if others is not None and len(found) < limit and after is None:
            rows = self.index.rank(others, limit=limit - len(found)).rows
            found = (*found, *product_hits(shelf, rows, plan=plan, near=True))
        return found, ranked.total, ranked


def _readings(understood: Understood) -> Iterator[tuple[str, Understood]]:
    """The readings of a text with the mark their cursors bear; the others are made only when they are wanted."""
    yield "0", understood
    for place, other in enumerate(understood.alternatives, start=1):
        yield str(place), other


def _position(cursor: str, scope: str) -> Position:
    tier, order, number, offset = decode(cursor, scope=scope, kinds=(int, int, int, int)).values
    return Position(max(0, int(tier or 0)), max(0, int(order or 0)), int(number or 0), max(0, int(offset or 0)))


def _cursor(scope: str, position: Position | None) -> str | None:
    if position is None:
        return None
    return encode(Cursor(scope=scope, values=(position.tier, position.order, position.id, position.offset)))


def _groups(page: SearchPage, understood: Understood) -> tuple[Group, ...]:
    """The kinds that have something to show, one with an exact hit first."""
    clear = understood.product is not None and understood.product.clear
    sure: dict[Group, bool] = {
        "enterprise": any(hit.reason in _CERTAIN for hit in page.hits),
        "product": any(hit.exact for hit in page.products) or bool(page.products and (clear or not page.total)),
        "directory": any(directory.exact for directory in page.directories),
    }
    shown: dict[Group, bool] = {
        "enterprise": page.query.kind in ("all", "enterprise"),
        "product": bool(page.products),
        "directory": bool(page.directories),
    }
    return tuple(sorted((group for group in shown if shown[group]), key=lambda group: not sure[group]))


def _same_brand(query: SearchQuery, understood: Understood, shared: int) -> SameBrand | None:
    """The firms of one house as a group: one alone is none."""
    if shared < FEW_OF_HOUSE:
        return None
    add = query.changed(brands=(understood.house,)).params()
    return SameBrand(name=understood.text, total=shared, add=add)


def _notices(query: SearchQuery, understood: Understood) -> list[Text]:
    found = [TRIMMED] if query.trimmed else []
    if understood.plan.impossible:
        found.append(IMPOSSIBLE)
    if understood.ignored:
        found.append(ignored_notice(understood.ignored))
    if understood.many:
        found.append(many_notice(understood.many))
    return [*found, TOO_BROAD] if understood.too_broad else found


def _meant(near: tuple[Hit, ...], closest: list[Closeness], total: int) -> list[Suggestion]:
    """The closest similar name as something to search for, if nothing matched and it is close enough."""
    if total or not near or closest[0].likeness < SURE:
        return []
    return [Suggestion(text=closest[0].form, reason=near[0].why, key=near[0].id, name=near[0].name)]
