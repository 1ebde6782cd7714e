"""Answers straight from the database: for another day than the index knows, and while there is no index."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from registry.models import Batch, Directory, Enterprise, EnterpriseAddress, EnterpriseChain, EnterpriseName, Listing
from registry.search.plan import Answer, Filters, Placed, Position, Ranked, StrictPlan
from registry.search.query import FACETS
from registry.search.sources import visible
from registry.search.words import compact, compact_core, house_of
from registry.titles import held_on, shown, status_on
from registry.vocabulary import NameKind

ESCAPE = "\\"
_STOCK = 6
"""Digits of a stock code; it may be stored with its exchange behind it."""
_TIERS = {"code": 5.0, "exact": 4.0, "other_exact": 3.0, "prefix": 2.0, "infix": 1.0}


class DatabaseReader:
    """Filters, totals and facets by SQL as they stand on one day.

    ``ids``: only these enterprises, best first (what a text matched); None: all.
    """

    def __init__(self, session: Session, day: date, ids: Sequence[int] | None = None) -> None:
        self._session = session
        self._day = day
        self._ids = ids

    def answer(
        self, plan: StrictPlan, filters: Filters, *, limit: int, after: Position | None = None, facets: bool = True
    ) -> Answer:
        """One page with the counts beside it."""
        counts = {facet: self._facet(facet, filters) for facet in FACETS} if facets else {}
        return Answer(self.page(filters, limit=limit, after=after), counts)

    def page(self, filters: Filters, *, limit: int, after: Position | None = None) -> Ranked:
        """One page: in the order of ``ids``, else by number of titles held and age of the record."""
        if self._ids is None:
            return self._by_standing(filters, limit, after)
        kept = set(self._session.scalars(select(col(Enterprise.id)).where(*self._where(filters))))
        rows = [number for number in self._ids if number in kept]
        start = rows.index(after.id) + 1 if after and after.id in kept else after.offset if after else 0
        page = rows[start : start + limit]
        end = start + len(page)
        more = Position(0, 0, page[-1], end) if page and end < len(rows) else None
        return Ranked(tuple(Placed(number) for number in page), len(rows), more)

    def _by_standing(self, filters: Filters, limit: int, after: Position | None) -> Ranked:
        held = self._held_count()
        query = select(col(Enterprise.id), held.label("held")).where(*self._where(filters))
        total = self._session.scalar(select(func.count()).select_from(Enterprise).where(*self._where(filters))) or 0
        if after is not None:
            number = after.order
            query = query.where(or_(held < number, and_(held == number, col(Enterprise.id) > after.id)))
        found = self._session.execute(query.order_by(held.desc(), col(Enterprise.id)).limit(limit + 1)).all()
        rows = tuple(Placed(row.id, order=row.held) for row in found[:limit])
        offset = (after.offset if after else 0) + len(rows)
        more = Position(0, rows[-1].order, rows[-1].id, offset) if rows and len(found) > limit else None
        return Ranked(rows, total, more)

    def _held_count(self) -> ColumnElement[int]:
        """Distinct directories of which the enterprise holds a title on the day."""
        counted = (
            select(func.count(col(Listing.directory_code).distinct()))
            .join(Batch, col(Batch.id) == col(Listing.batch_id))
            .where(col(Listing.enterprise_id) == col(Enterprise.id), held_on(self._day))
            .correlate(Enterprise)
        )
        return counted.scalar_subquery()

    def _facet(self, facet: str, filters: Filters) -> dict[str, int]:
        where = self._where(filters.without(facet))
        number = func.count(col(Enterprise.id).distinct())
        if facet == "city":
            value: Any = col(Enterprise.city_code)
            query: Select[Any] = select(value, number).where(*where, value.is_not(None))
        elif facet == "chain":
            value = col(EnterpriseChain.chain_code)
            query = select(value, number).join(Enterprise, col(Enterprise.id) == col(EnterpriseChain.enterprise_id))
            query = query.where(*where)
        else:
            value, query = self._title_facet(facet, filters, number)
            query = query.where(*where)
        return {str(row[0]): int(row[1]) for row in self._session.execute(query.group_by(value))}

    def _title_facet(
        self, facet: str, filters: Filters, number: ColumnElement[int]
    ) -> tuple[ColumnElement[Any], Select[Any]]:
        status = status_on(self._day)
        value: Any
        among: ColumnElement[bool]
        if facet == "level":
            value, among = col(Directory.level), held_on(self._day)
        elif facet == "status":
            chosen = filters.directories
            value, among = status, col(Listing.directory_code).in_(chosen) if chosen else literal(True)
        else:
            wanted = [s.value for s in filters.wanted_statuses]
            value, among = col(Listing.directory_code), status.in_(wanted)
        query = (
            select(value, number)
            .select_from(Listing)
            .join(Batch, col(Batch.id) == col(Listing.batch_id))
            .join(Directory, col(Directory.code) == col(Listing.directory_code))
            .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
            .where(shown(), among)
        )
        return value, query

    def _where(self, filters: Filters) -> list[ColumnElement[bool]]:
        clauses = [visible()]
        if self._ids is not None:
            clauses.append(among_numbers(self._session, col(Enterprise.id), self._ids))
        if filters.cities:
            clauses.append(col(Enterprise.city_code).in_(filters.cities))
        if filters.districts:
            clauses.append(col(Enterprise.region_code).in_(filters.districts))
        if filters.chains:
            chain = select(col(EnterpriseChain.id)).where(
                col(EnterpriseChain.enterprise_id) == col(Enterprise.id),
                col(EnterpriseChain.chain_code).in_(filters.chains),
            )
            clauses.append(exists(chain))
        if filters.levels:
            clauses.append(self._has_title(held_on(self._day), col(Directory.level).in_(filters.levels)))
        if filters.by_title:
            years = [
                _in_years(col(Listing.valid_from), filters.granted),
                _in_years(col(Listing.valid_to), filters.ending),
            ]
            status = status_on(self._day).in_([s.value for s in filters.wanted_statuses])
            directory = col(Listing.directory_code).in_(filters.directories) if filters.directories else literal(True)
            clauses.append(self._has_title(shown(), status, directory, *years))
        return clauses

    def _has_title(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        # By membership, not by a correlated search: the titles of the chosen directories are few.
        titles = (
            select(col(Listing.enterprise_id))
            .join(Batch, col(Batch.id) == col(Listing.batch_id))
            .join(Directory, col(Directory.code) == col(Listing.directory_code))
            .where(*conditions)
        )
        return col(Enterprise.id).in_(titles)


class TextMatcher:
    """Which enterprises a text matches, without an index: code, exact name, beginning and middle of a name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def matching(self, plan: StrictPlan, *, limit: int) -> tuple[list[int] | None, bool]:
        """Numbers best first, and whether the list was cut; None if the plan asks for everything."""
        if plan.is_everything:
            return None, False
        if plan.impossible:
            return [], False
        conditions = [self._word(word.text) for word in plan.words]
        conditions += [self._industry(code) for code in plan.industries]
        if plan.brands:
            conditions.append(or_(*(self._named(like_anywhere(brand)) for brand in plan.brands)))
        if plan.identifiers:
            known = self._identifier(plan.identifiers)
            conditions = [or_(known, and_(*conditions))] if conditions else [known]
        tier = self._tier(plan)
        query = select(col(Enterprise.id)).where(visible(), *conditions)
        ordered = query.order_by(tier.desc(), func.length(col(Enterprise.name_zh)), col(Enterprise.id))
        found = list(self._session.scalars(ordered.limit(limit + 1)))
        cut = len(found) > limit
        return self.of_houses(found[:limit], plan.brands) if plan.brands else found[:limit], cut

    def of_houses(self, ids: Sequence[int], brands: Sequence[str]) -> list[int]:
        """Those of the enterprises whose brand alone (字号) is one of these, in the same order."""
        names = select(col(EnterpriseName.enterprise_id), col(EnterpriseName.name), col(EnterpriseName.kind)).where(
            among_numbers(self._session, col(EnterpriseName.enterprise_id), ids),
            col(EnterpriseName.kind).in_((NameKind.CURRENT, NameKind.SHORT, NameKind.ALIAS)),
        )
        kept = {
            number
            for number, name, kind in self._session.execute(names)
            if house_of(compact_core(name) if kind == NameKind.CURRENT else compact(name)) in brands
        }
        return [number for number in ids if number in kept]

    def _word(self, word: str) -> ColumnElement[bool]:
        parts = [self._named(like_anywhere(word))]
        if word.isascii() and len(word) >= 4:
            parts.append(self._coded(col(EnterpriseAddress.key).like(word.upper() + "%", escape=ESCAPE)))
        return or_(*parts)

    def _identifier(self, codes: tuple[str, ...]) -> ColumnElement[bool]:
        upper = [code.upper() for code in codes]
        organisation = [code for code in upper if len(code) == 9]
        parts = [
            self._coded(col(EnterpriseAddress.key).in_(upper)),
            col(Enterprise.registration_no).in_(upper),
            func.upper(col(Enterprise.stock_code)).in_(upper),
            *(col(Enterprise.stock_code).like(f"{code}.%", escape=ESCAPE) for code in upper if len(code) == _STOCK),
        ]
        if organisation:
            parts.append(func.substr(col(Enterprise.uscc), 9, 9).in_(organisation))
        return or_(*parts)

    def _industry(self, code: str) -> ColumnElement[bool]:
        digits = code.lstrip("ABCDEFGHIJKLMNOPQRST")
        stored = col(Enterprise.industry_code)
        return or_(stored.like(f"{code}%", escape=ESCAPE), stored.like(f"{digits}%", escape=ESCAPE))

    def _tier(self, plan: StrictPlan) -> ColumnElement[float]:
        """How close the whole text comes: code, present name, other name, beginning, middle."""
        current = col(EnterpriseName.kind) == NameKind.CURRENT
        return case(
            (self._identifier(plan.identifiers or ("",)), literal(_TIERS["code"])),
            (self._named(plan.whole, current), literal(_TIERS["exact"])),
            (self._named(plan.whole), literal(_TIERS["other_exact"])),
            (self._named(like_prefix(plan.whole)), literal(_TIERS["prefix"])),
            else_=literal(_TIERS["infix"]),
        )

    def _named(self, pattern: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        folded = col(EnterpriseName.folded)
        match = folded.like(pattern, escape=ESCAPE) if pattern.endswith("%") else folded == pattern
        return exists(
            select(col(EnterpriseName.id)).where(
                col(EnterpriseName.enterprise_id) == col(Enterprise.id), match, *conditions
            )
        )

    def _coded(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return col(Enterprise.id).in_(select(col(EnterpriseAddress.enterprise_id)).where(condition))


def _in_years(column: Any, years: Sequence[int]) -> ColumnElement[bool]:
    """SQL: the date lies in one of the years; any date without years."""
    if not years:
        return literal(True)
    return or_(*(column.between(date(year, 1, 1), date(year, 12, 31)) for year in years))


def like_anywhere(text: str) -> str:
    """A pattern for the text anywhere; what is special in a pattern is taken literally."""
    return f"%{_escaped(text)}%"


def like_prefix(text: str) -> str:
    """A pattern for the text at the beginning."""
    return f"{_escaped(text)}%"


def among_numbers(session: Session, column: Any, numbers: Sequence[int]) -> ColumnElement[bool]:
    """SQL: the column is one of possibly very many numbers, sent as one parameter."""
    found: ColumnElement[bool]
    if session.get_bind().dialect.name == "postgresql":
        found = column == func.any(literal(list(numbers), ARRAY(BigInteger)))
        return found
    given = func.json_each(json.dumps(list(numbers))).table_valued("value")
    found = column.in_(select(sql_cast(given.c.value, Integer)))
    return found


def _escaped(text: str) -> str:
    return text.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
