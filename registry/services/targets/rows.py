"""Exactly the firms behind a number of the board or the matrix, page by page or as a file. Nothing here writes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from sqlalchemy import Select, String, func, select
from sqlmodel import Session, col

from registry.db import BigKey
from registry.errors import InvalidInput, Locale, Text
from registry.models import Enterprise, PlanIndicator
from registry.schemas.inputs import DownloadFormat
from registry.schemas.paging import Page, check_limit
from registry.schemas.targets import FirmRow, RowFigure, RowsHead
from registry.services.enterprises import summaries
from registry.services.keyset import Order
from registry.services.places import place
from registry.services.tables import About, Cell, Head, write_table
from registry.services.targets.board import board_lines, summary_of
from registry.services.targets.catalogue import NO_CHAIN, Plan, asked_for, chain_names, find_plan, rule_of
from registry.services.targets.counting import View, members
from registry.services.targets.figures import UsedFigure, sums, used_figures, with_figures
from registry.services.targets.rules import CountRule, Listings, figure_year
from registry.tiering.figures import annual_names
from registry.titles import HELD
from registry.vocabulary import TitleStatus, Trust

CHUNK = 200
COMING = (TitleStatus.FUTURE, TitleStatus.PUBLIC_NOTICE)
BEHIND: dict[View, tuple[TitleStatus, ...]] = {
    View.NOW: HELD,
    View.LEAVING: HELD,
    View.FORECAST: (*HELD, *COMING),
    View.JOINING: COMING,
}
"""Titles that make a firm count in a view; its others are on its own page."""
_ORDER = Order(((col(Enterprise.name_zh), String, str), (col(Enterprise.id), BigKey, int)))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which firms of an indicator: on which day, of which view, city and chain (``none``: in no chain)."""

    plan: str
    indicator: str
    as_of: date
    view: View = View.NOW
    city: str | None = None
    chain: str | None = None

    @property
    def scope(self) -> str:
        """Names the question for cursors."""
        parts = (self.plan, self.indicator, self.as_of.isoformat(), self.view.value, self.city or "", self.chain or "")
        return "plan-rows:" + ":".join(parts)


@dataclass(frozen=True, slots=True)
class _Question:
    """A checked question."""

    asked: Asked
    plan: Plan
    indicator: PlanIndicator
    rule: CountRule
    chains: dict[str, Text]


def rows_head(session: Session, asked: Asked) -> RowsHead:
    """What the rows are about and what they come to. Raises as ``plan_rows``."""
    question = _check(session, asked)
    (line,) = board_lines(session, question.plan, as_of=asked.as_of, codes={asked.indicator})
    firms = session.scalar(select(func.count()).select_from(_ids(question).subquery())) or 0
    value: Decimal | None = Decimal(firms)
    totals: list[RowFigure] = []
    if not isinstance(question.rule, Listings):
        found = sums(session, question.plan, question.rule, day=asked.as_of, city=asked.city, chain=asked.chain)
        value = found.value
        totals = [
            RowFigure(name=name, label=_label(name), value=total, trust=Trust.COMPUTED, source="")
            for name, total in zip(question.rule.names, found.totals, strict=True)
        ]
    return RowsHead(
        plan=summary_of(question.plan),
        indicator=line,
        as_of=asked.as_of,
        view=asked.view.value,
        city=asked.city,
        chain=asked.chain,
        firms=firms,
        value=value,
        totals=totals,
    )


def plan_rows(session: Session, asked: Asked, *, cursor: str | None = None, limit: int = 50) -> Page[FirmRow]:
    """The firms behind a number, by name; ``total`` is that number for a count.

    Names and cities are those of today, titles those of the day. Raises NotFound (plan, indicator), InvalidInput
    (an indicator the registry does not count, a view, city, chain or cursor that does not exist for it).
    """
    question = _check(session, asked)
    ids = _ids(question)
    total = session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    query = _sorted(ids)
    if cursor:
        query = query.where(_ORDER.after(cursor, asked.scope))
    found = session.execute(query.limit(check_limit(limit) + 1)).all()
    shown = found[:limit]
    more = _ORDER.cursor(asked.scope, shown[-1]) if len(found) > limit else None
    items = _read(session, question, [row[1] for row in shown])
    return Page[FirmRow](items=tuple(items), total=total, next_cursor=more)


def write_plan_rows(
    session: Session, stream: BinaryIO, asked: Asked, *, format: DownloadFormat, locale: Locale = "zh"
) -> int:
    """Write all rows to ``stream`` (left open) as CSV, XLSX or JSON; returns how many. Raises as ``plan_rows``."""
    question = _check(session, asked)
    head = rows_head(session, asked)
    found = _every(session, question)
    if format == "json":
        items = [row.model_dump(mode="json") for row in found]
        said = {"meta": head.model_dump(mode="json"), "rows": items, "count": len(items)}
        stream.write(json.dumps(said, ensure_ascii=False).encode())
        return len(items)
    names = () if isinstance(question.rule, Listings) else question.rule.names
    table = (_cells(row, names, question.chains, locale) for row in found)
    about = About(
        head.indicator.name,
        (
            (Text("计划", "Plan"), head.plan.title.in_(locale)),
            (Text("口径", "Definition"), head.indicator.meaning.in_(locale)),
            (Text("截至日期", "As of"), asked.as_of.isoformat()),
            (Text("范围", "Part"), asked.view.label.in_(locale)),
            (Text("城市", "City"), asked.city or ""),
            (Text("产业链", "Chain"), asked.chain or ""),
            (Text("合计", "Total"), "" if head.value is None else f"{head.value.normalize():f}"),
        ),
    )
    return write_table(stream, _heads(names), table, about=about, format=format, locale=locale)


def _check(session: Session, asked: Asked) -> _Question:
    plan = find_plan(session, asked.plan)
    indicator = plan.indicator(asked.indicator)
    rule = rule_of(indicator)
    if rule is None:
        raise InvalidInput(
            f"“{indicator.name_zh}”由官方公布，登记库不计数，没有企业名单。请看官方数的来源文件。",
            f"“{indicator.name_en}” is announced officially and not counted here; see the documents of its values.",
            field="indicator",
            value=indicator.code,
        )
    chains = chain_names(session)
    if asked.view is not View.NOW and not isinstance(rule, Listings):
        raise _unknown("view", asked.view.value)
    if asked.city and asked.city not in plan.cities:
        raise _unknown("city", asked.city)
    if asked.chain and asked.chain != NO_CHAIN and asked.chain not in chains:
        raise _unknown("chain", asked.chain)
    return _Question(asked, plan, indicator, rule, chains)


def _unknown(field: str, value: str) -> InvalidInput:
    return InvalidInput(
        f"{field} 的值“{value[:40]}”不能用于这个指标。",
        f"The value “{value[:40]}” of {field} cannot be used for this indicator.",
        field=field,
        value=value,
    )


def _ids(question: _Question) -> Select[Any]:
    """SQL: the numbers of the firms asked for, each once."""
    asked, rule = question.asked, question.rule
    if not isinstance(rule, Listings):
        firms = with_figures(question.plan, rule, day=asked.as_of, city=asked.city, chain=asked.chain).subquery()
        return select(firms.c.enterprise_id)
    counted = members(question.plan, rule, day=asked.as_of, view=asked.view)
    return select(col(Enterprise.id)).where(col(Enterprise.id).in_(counted), *asked_for(asked.city, asked.chain))


def _sorted(ids: Select[Any]) -> Select[Any]:
    query: Any = select(col(Enterprise.name_zh), col(Enterprise.id)).where(col(Enterprise.id).in_(ids))
    ordered: Select[Any] = query.order_by(*_ORDER.columns)
    return ordered


def _every(session: Session, question: _Question) -> Iterator[FirmRow]:
    """All firms in their order, read in parts: memory grows with the numbers only."""
    ids = [row[1] for row in session.execute(_sorted(_ids(question)))]
    for start in range(0, len(ids), CHUNK):
        yield from _read(session, question, ids[start : start + CHUNK])


def _read(session: Session, question: _Question, ids: Sequence[int]) -> list[FirmRow]:
    asked, rule = question.asked, question.rule
    used: dict[int, list[UsedFigure]] = {}
    if not isinstance(rule, Listings):
        used = used_figures(session, rule, year=figure_year(asked.as_of), enterprise_ids=ids)
    found = []
    for firm in summaries(session, ids, as_of=asked.as_of):
        found.append(
            FirmRow(
                key=firm.key,
                uscc=firm.uscc,
                name=firm.name,
                city_code=firm.city_code,
                city_name=place(firm.city_code),
                chains=firm.chains,
                titles=[
                    title
                    for title in firm.titles
                    if title.directory_code in rule.directories and title.status in BEHIND[asked.view]
                ],
                figures=[
                    RowFigure(
                        name=one.name, label=_label(one.name), value=one.value, trust=one.trust, source=one.source
                    )
                    for one in used.get(firm.id, [])
                ],
            )
        )
    return found


def _label(name: str) -> Text:
    return annual_names()[name].label


def _heads(names: Sequence[str]) -> list[Head]:
    heads = [
        Head(Text("企业标识", "Key"), "code"),
        Head(Text("统一社会信用代码", "Unified social credit code"), "code"),
        Head(Text("企业名称", "Enterprise"), "name"),
        Head(Text("城市代码", "City code")),
        Head(Text("城市", "City")),
        Head(Text("产业链", "Chains"), "text"),
    ]
    if not names:
        return [*heads, Head(Text("称号、起止、文号", "Titles, dates, documents"), "text")]
    for name in names:
        label = _label(name)
        heads += [
            Head(label, "code"),
            Head(Text(f"{label.zh}：可信度", f"{label.en}: trust")),
            Head(Text(f"{label.zh}：来源", f"{label.en}: source"), "text"),
        ]
    return heads


def _cells(row: FirmRow, names: Sequence[str], chains: dict[str, Text], locale: Locale) -> list[Cell]:
    said = [chains[code].in_(locale) for code in row.chains if code in chains]
    cells: list[Cell] = [
        row.key,
        row.uscc,
        row.name,
        row.city_code,
        row.city_name.in_(locale) if row.city_name else None,
        "；".join(said),
    ]
    if not names:
        titles = [
            f"{Text(one.directory_name_zh, one.directory_name_en).in_(locale)} "
            f"{one.valid_from}–{one.valid_to or ''} {one.document_no or ''}".rstrip()
            for one in row.titles
        ]
        return [*cells, "；".join(titles)]
    for one in row.figures:
        value = int(one.value) if one.value == one.value.to_integral_value() else float(one.value)
        cells += [value, one.trust.label.in_(locale), one.source]
    return cells
