"""Which missing figure, asked of which firms, would decide most open cases of a tier's newest assessment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, BinaryIO

from sqlalchemy import BigInteger, ColumnElement, Integer, case, func, select
from sqlmodel import Session, col

from registry.errors import InvalidInput, Locale, Text
from registry.identity.regions import region
from registry.models import Assessment, AssessmentNeed, Enterprise
from registry.policies import EVERYWHERE
from registry.schemas.assessments import AskedFirm, MissingPage, WantedFigure
from registry.schemas.paging import PAGE_MAX, check_limit
from registry.services.assessing.choosing import where_and_what, with_firms
from registry.services.assessing.exporting import FIRM_HEADS, firm_cells, scope_lines
from registry.services.assessing.runs import RunRule, latest_runs, with_rules
from registry.services.enterprises import summaries
from registry.services.keyset import Order
from registry.services.standards import known_standards
from registry.services.tables import About, Cell, Head, TableFormat, write_table
from registry.tiering.needs import need_words
from registry.tiering.selection import find

PATH_MAX = 80


@dataclass(frozen=True, slots=True)
class MissingQuery:
    """Which open cases. ``path``: only firms missing this figure; ``alone``: only firms missing nothing else."""

    tier: str
    region_code: str = EVERYWHERE
    place: str | None = None
    chain: str | None = None
    path: str | None = None
    alone: bool = False
    cursor: str | None = None
    limit: int = 25

    def at(self, cursor: str | None, limit: int) -> "MissingQuery":
        """The same question from another place."""
        return replace(self, cursor=cursor, limit=limit)


def missing_figures(session: Session, query: MissingQuery, *, as_of: date) -> MissingPage:
    """The figures by how many firms each would decide alone, then together with others; and a page of the firms.

    Raises NotFound (tier), InvalidInput (figure, cursor, limit).
    """
    tier = find(query.tier, among=known_standards(session))[0].tier
    runs = with_rules(session, latest_runs(session, tier=tier))
    if query.path:
        _words_of(query.path)
    open_cases = [
        col(Assessment.run_id).in_(list(runs)),
        col(Assessment.need_count) > 0,
        *where_and_what(query.region_code, query.place, query.chain),
    ]
    listed = [*open_cases, *_narrowed(query)]
    firms, next_cursor = _firms(session, query, runs, listed, as_of)
    return MissingPage(
        tier=tier,
        runs=tuple(run.info for run in runs.values()),
        undecided=session.scalar(with_firms(select(func.count(col(Assessment.id)))).where(*open_cases)) or 0,
        figures=_figures(session, open_cases),
        firms=tuple(firms),
        total=session.scalar(with_firms(select(func.count(col(Assessment.id)))).where(*listed)) or 0,
        next_cursor=next_cursor,
    )


def _narrowed(query: MissingQuery) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [col(Assessment.need_count) == 1] if query.alone else []
    if query.path:
        wanting = select(col(AssessmentNeed.assessment_id)).where(
            col(AssessmentNeed.path) == query.path, col(AssessmentNeed.run_id) == col(Assessment.run_id)
        )
        parts.append(col(Assessment.id).in_(wanting))
    return parts


def _figures(session: Session, open_cases: Sequence[Any]) -> tuple[WantedFigure, ...]:
    alone = func.sum(case((col(Assessment.need_count) == 1, 1), else_=0))
    counted = select(col(AssessmentNeed.path), alone, func.count()).join(
        Assessment, col(Assessment.id) == col(AssessmentNeed.assessment_id)
    )
    rows = session.execute(with_firms(counted).where(*open_cases).group_by(col(AssessmentNeed.path)))
    found = [
        WantedFigure(path=path, name=_name(path), alone=int(single), together=count - int(single))
        for path, single, count in rows
    ]
    return tuple(sorted(found, key=lambda one: (-one.alone, -one.together, one.path)))


_ORDER = Order(((col(Assessment.need_count), Integer(), int), (col(Assessment.id), BigInteger(), int)))
"""Firms that need least first."""


def _firms(
    session: Session, query: MissingQuery, runs: Mapping[int, RunRule], listed: Sequence[Any], as_of: date
) -> tuple[list[AskedFirm], str | None]:
    limit = check_limit(query.limit)
    asked = with_firms(select(Assessment, col(Enterprise.region_code), *_ORDER.columns)).where(*listed)
    if query.cursor:
        asked = asked.where(_ORDER.after(query.cursor, "missing"))
    rows = session.execute(asked.order_by(*_ORDER.columns).limit(limit + 1)).all()
    stored = [(one, where) for one, where, *_ in rows[:limit]]
    shown = {firm.id: firm for firm in summaries(session, [one.enterprise_id for one, _ in stored], as_of=as_of)}
    needs = _needs(session, [one.id for one, _ in stored])
    firms = [
        AskedFirm(
            assessment_id=one.id,
            enterprise=shown[one.enterprise_id],
            district=_district(where),
            met=runs[one.run_id].counted(one.results).count("M"),
            applicable=sum(letter != "N" for letter in runs[one.run_id].counted(one.results)),
            missing=tuple(_name(path) for path in needs.get(one.id, [])),
        )
        for one, where in stored
        if one.enterprise_id in shown
    ]
    return firms, _ORDER.cursor("missing", rows[limit - 1][2:]) if len(rows) > limit else None


def _needs(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    query = select(col(AssessmentNeed.assessment_id), col(AssessmentNeed.path)).where(
        col(AssessmentNeed.assessment_id).in_(ids)
    )
    found: dict[int, list[str]] = {}
    for owner, path in session.execute(query.order_by(col(AssessmentNeed.id))):
        found.setdefault(owner, []).append(path)
    return found


def _district(code: str | None) -> Text | None:
    found = region(code) if code else None
    return Text(found.name, found.name_en) if found and found.level == "county" else None


def _name(path: str) -> Text:
    """A figure's name; its place where a later version of the registry knows it no more."""
    try:
        return need_words(path)
    except (KeyError, ValueError):
        return Text(path, path)


def _words_of(path: str) -> Text:
    """The name of a figure somebody asks for. Raises InvalidInput."""
    try:
        return need_words(path[:PATH_MAX])
    except (KeyError, ValueError):
        raise InvalidInput(
            f"没有“{path[:40]}”这项数据。", f"There is no figure “{path[:40]}”.", field="need", value=path
        ) from None


HEADS = (
    *FIRM_HEADS,
    Head(Text("符合项数", "Criteria met")),
    Head(Text("适用项数", "Criteria that apply")),
    Head(Text("要补的数据项数", "Figures missing")),
    Head(Text("要补的数据", "What to ask for"), "text"),
)


def write_missing(
    session: Session,
    stream: BinaryIO,
    query: MissingQuery,
    *,
    as_of: date,
    format: TableFormat = "csv",
    locale: Locale = "zh",
) -> int:
    """The firms to ask as a file, all of ``query``; returns how many. Raises as ``missing_figures``, before writing."""
    page = missing_figures(session, query.at(None, PAGE_MAX), as_of=as_of)
    asked = _words_of(query.path).zh if query.path else ""
    lines = [(Text("目标称号", "Title"), page.tier), (Text("数据条件", "Figure"), asked)]
    lines += scope_lines(query.region_code, query.place, query.chain, as_of)
    rows = (_cells(firm, locale) for firm in _all(session, query, page, as_of))
    return write_table(
        stream, HEADS, rows, about=About(Text("补数据", "Missing data"), lines), format=format, locale=locale
    )


def _all(session: Session, query: MissingQuery, page: MissingPage, as_of: date) -> Iterator[AskedFirm]:
    yield from page.firms
    while page.next_cursor is not None:
        page = missing_figures(session, query.at(page.next_cursor, PAGE_MAX), as_of=as_of)
        yield from page.firms


def _cells(firm: AskedFirm, locale: Locale) -> tuple[Cell, ...]:
    named = Text("；", "; ").in_(locale).join(one.in_(locale) for one in firm.missing)
    return (
        *firm_cells(firm.enterprise, firm.district, locale),
        firm.met,
        firm.applicable,
        len(firm.missing),
        named,
    )
