"""The catalogue looked through: by category, grade, maker, state on a day, and by text through the one search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, tuple_
from sqlmodel import Session, col

from registry.db import BigKey
from registry.errors import InvalidInput, Text
from registry.identity import fold_name
from registry.models import Enterprise, Product, ProductListing
from registry.products.categories import by_code, category_of, tree, within
from registry.schemas.inputs import StatusFilter
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode
from registry.schemas.products import Catalogue, CatalogueRow, CategoryCount, GradeCount, StateCount
from registry.search.engine import SearchEngine
from registry.search.query import LIMIT_MAX, SearchQuery
from registry.services.finding import find
from registry.services.listing_rows import counts_on
from registry.services.products.standing import PROVINCE, catalogue_query, printed_category, read_rows, strongest
from registry.services.resolving import resolve
from registry.titles import status_on
from registry.vocabulary import TitleStatus

FOUND_MAX = 500
"""So many product versions a text is followed to; whoever finds more narrows the text."""
CATEGORY_MAX = 60


@dataclass(frozen=True, slots=True)
class CatalogueFilters:
    """What is asked for. ``category``: a code of the tree, or the printed word of one it does not know."""

    text: str = ""
    category: str | None = None
    grade_from: int | None = None
    """At least this grade."""
    maker: str | None = None
    """A key of the maker, as behind /e/."""
    status: StatusFilter = "held"
    local: bool = False
    """Only makers of the province."""


def list_products(
    session: Session,
    engine: SearchEngine | None,
    *,
    filters: CatalogueFilters,
    as_of: date,
    cursor: str | None = None,
    limit: int = 50,
) -> Catalogue:
    """A page of the catalogue on a day: by name, or by closeness where a text is given.

    Raises InvalidInput (cursor, limit, category), NotFound and Gone (maker).
    """
    asked = _Asked(session, engine, filters, as_of)
    return Catalogue(
        as_of=as_of,
        rows=asked.page(cursor, check_limit(limit)),
        categories=asked.categories(),
        grades=asked.grades(),
        states=asked.states(),
        local=asked.local(),
        notices=asked.notices,
    )


def all_rows(
    session: Session, engine: SearchEngine | None, *, filters: CatalogueFilters, as_of: date
) -> list[CatalogueRow]:
    """Every row of the answer in its order. Raises as ``list_products``."""
    return _Asked(session, engine, filters, as_of).rows()


def rows_of(session: Session, ids: Sequence[int], *, as_of: date) -> dict[int, CatalogueRow]:
    """Those of the product versions that stand in a shown list, by number."""
    query = catalogue_query(as_of).where(col(Product.id).in_(ids))
    return {row.id: row for row in read_rows(session, query, as_of)}


class _Asked:
    """One question: its conditions, made once."""

    def __init__(self, session: Session, engine: SearchEngine | None, filters: CatalogueFilters, as_of: date) -> None:
        self.session, self.filters, self.as_of = session, filters, as_of
        self.notices: list[Text] = []
        self.found: list[int] | None = None
        shared: list[ColumnElement[bool]] = []
        if filters.text.strip():
            self.found = self._search(engine, filters.text)
            shared.append(col(Product.id).in_(self.found))
        if filters.maker:
            maker = resolve(session, filters.maker).enterprise_id
            shared.append(col(Product.enterprise_id) == maker)
        self._shared = shared
        self._status = [counts_on(ProductListing, as_of=as_of, status=filters.status)]
        self._local = [col(Enterprise.city_code).startswith(PROVINCE, autoescape=True)]
        self._placed = self._local if filters.local else []
        self._printed = self._printed_counts(shared)
        self.where = [*shared, *self._status, *self._placed, *self._by_grade(), *self._by_category()]

    def page(self, cursor: str | None, limit: int) -> Page[CatalogueRow]:
        return self._page_by_closeness(cursor, limit) if self.found is not None else self._page_by_name(cursor, limit)

    def rows(self) -> list[CatalogueRow]:
        if self.found is not None:
            return self._in_found_order()
        query = catalogue_query(self.as_of).where(*self.where).order_by(col(Product.name), col(Product.id))
        return read_rows(self.session, query, self.as_of)

    def categories(self) -> list[CategoryCount]:
        """The tree with counts, without empty branches but the chosen one; then categories it does not know."""
        known: dict[str, int] = {}
        unknown: dict[str, int] = {}
        for printed, count in self._category_counts().items():
            category = category_of(printed)
            if category is None:
                unknown[printed] = unknown.get(printed, 0) + count
            else:
                known[category.code] = known.get(category.code, 0) + count
        found = []
        for node in tree():
            count = sum(known.get(code, 0) for code in within(node.code))
            if count or node.code == self.filters.category:
                found.append(CategoryCount(code=node.code, name=node.name, parent=node.parent, count=count))
        return found + [
            CategoryCount(code=printed, name=Text(printed, printed), parent=None, count=count)
            for printed, count in sorted(unknown.items())
            if printed
        ]

    def grades(self) -> list[GradeCount]:
        asked = (*self._shared, *self._status, *self._placed, *self._by_category())
        query = self._narrow(col(ProductListing.grade), func.count()).where(*asked)
        counted = self.session.execute(query.group_by(col(ProductListing.grade))).all()
        found = [GradeCount(grade=grade, count=count) for grade, count in counted]
        return sorted(found, key=lambda each: each.grade or 0)

    def states(self) -> list[StateCount]:
        state = status_on(self.as_of, ProductListing)
        shown_ones = counts_on(ProductListing, as_of=self.as_of, status="all")
        asked = (shown_ones, *self._shared, *self._placed, *self._by_grade(), *self._by_category())
        counted = dict(self.session.execute(self._narrow(state, func.count()).where(*asked).group_by(state)).all())
        return [StateCount(status=one, count=counted[one.value]) for one in TitleStatus if counted.get(one.value)]

    def local(self) -> int:
        asked = (*self._shared, *self._status, *self._local, *self._by_grade(), *self._by_category())
        return self.session.scalar(self._narrow(func.count()).where(*asked)) or 0

    def _category_counts(self) -> dict[str, int]:
        return self._printed_counts([*self._shared, *self._status, *self._placed, *self._by_grade()])

    def _narrow(self, *columns: Any) -> Select[Any]:
        return strongest(self.as_of, *columns)

    def _printed_counts(self, where: Sequence[ColumnElement[bool]]) -> dict[str, int]:
        printed = printed_category()
        query = self._narrow(printed, func.count()).where(*where).group_by(printed)
        return {category or "": count for category, count in self.session.execute(query)}

    def _by_grade(self) -> list[ColumnElement[bool]]:
        least = self.filters.grade_from
        return [] if least is None else [col(ProductListing.grade) >= least]

    def _by_category(self) -> list[ColumnElement[bool]]:
        chosen = self.filters.category
        if not chosen:
            return []
        if chosen in by_code():
            codes = within(chosen)
            printed = [each for each in self._printed if (found := category_of(each)) and found.code in codes]
            return [printed_category().in_(printed)]
        return [printed_category() == checked_category(chosen)]

    def _search(self, engine: SearchEngine | None, text: str) -> list[int]:
        """The product versions the one search finds, best first; by plain comparison where there is no index."""
        found: list[int] = []
        cursor: str | None = None
        while len(found) < FOUND_MAX:
            query = SearchQuery(text=text, kind="product", as_of=self.as_of, limit=LIMIT_MAX, cursor=cursor)
            page = find(self.session, engine, query)
            if page.degraded:
                return self._search_plainly(text)
            exact = [hit.id for hit in page.products if not hit.near]
            if not found and not exact and page.products:
                self.notices.append(OTHER_VERSIONS)
                return [hit.id for hit in page.products]
            found += exact
            cursor = page.next_cursor
            if cursor is None:
                return found
        self.notices.append(TOO_MANY)
        return found[:FOUND_MAX]

    def _search_plainly(self, text: str) -> list[int]:
        self.notices.append(WITHOUT_INDEX)
        words = [folded for word in text.split() if (folded := fold_name(word))]
        query = self._narrow(col(Product.id)).where(
            *(
                or_(
                    col(Product.folded).contains(word, autoescape=True),
                    func.lower(col(Product.version)).contains(word, autoescape=True),
                    printed_category().contains(word, autoescape=True),
                )
                for word in words
            )
        )
        return list(self.session.scalars(query.order_by(col(Product.name), col(Product.id)).limit(FOUND_MAX)))

    def _page_by_name(self, cursor: str | None, limit: int) -> Page[CatalogueRow]:
        after = decode(cursor, scope=self._scope, kinds=(str, int)).values if cursor else None
        total = self.session.scalar(self._narrow(func.count()).where(*self.where)) or 0
        order = (col(Product.name), col(Product.id))
        numbers = self._narrow(col(Product.id)).where(*self.where).order_by(*order)
        if after is not None:
            numbers = numbers.where(tuple_(*order) > tuple_(literal(after[0]), literal(after[1], BigKey)))
        ids = self.session.scalars(numbers.limit(limit + 1)).all()
        rows = rows_of(self.session, ids[:limit], as_of=self.as_of)
        items = tuple(rows[number] for number in ids[:limit])
        more = len(ids) > limit
        last = encode(Cursor(scope=self._scope, values=(items[-1].name, items[-1].id))) if more else None
        return Page[CatalogueRow](items=items, total=total, next_cursor=last)

    def _page_by_closeness(self, cursor: str | None, limit: int) -> Page[CatalogueRow]:
        """What a text finds is short: the cursor is the number of the last one shown."""
        rows = self._in_found_order()
        begin = 0
        if cursor:
            last = decode(cursor, scope=self._scope, kinds=(int,)).values[0]
            begin = next((place for place, row in enumerate(rows, start=1) if row.id == last), len(rows))
        items = tuple(rows[begin : begin + limit])
        more = begin + limit < len(rows)
        following = encode(Cursor(scope=self._scope, values=(items[-1].id,))) if more else None
        return Page[CatalogueRow](items=items, total=len(rows), next_cursor=following)

    def _in_found_order(self) -> list[CatalogueRow]:
        rows = read_rows(self.session, catalogue_query(self.as_of).where(*self.where), self.as_of)
        place = {number: at for at, number in enumerate(self.found or [])}
        return sorted(rows, key=lambda row: place[row.id])

    @property
    def _scope(self) -> str:
        f = self.filters
        parts = (f.text, f.category or "", f.grade_from or "", f.maker or "", f.status, int(f.local))
        return f"products:{self.as_of.isoformat()}:" + ":".join(map(str, parts))


def checked_category(text: str) -> str:
    """A printed category as asked for. Raises InvalidInput naming ``category`` where it is too long to be one."""
    if len(text) > CATEGORY_MAX:
        raise InvalidInput("类别太长。", "The category is too long.", field="category", value=text)
    return text


OTHER_VERSIONS = Text("没有这个版本；下面是其他版本。", "This version is not listed; these are other versions.")
TOO_MANY = Text(
    f"符合的太多，只列出最接近的 {FOUND_MAX} 个；可再写具体些。",
    f"Too many fit; the closest {FOUND_MAX} are shown. Say more to narrow it.",
)
WITHOUT_INDEX = Text("搜索服务暂停，按名称直接查。", "The search index is not available; names are compared directly.")
