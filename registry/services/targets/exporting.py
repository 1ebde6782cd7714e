"""The board of a plan as a file: one line an indicator, the same numbers as the page."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from sqlmodel import Session

from registry.errors import Locale, Text
from registry.schemas.inputs import DownloadFormat
from registry.schemas.targets import Board, IndicatorLine
from registry.services.tables import About, Cell, Head, write_table
from registry.services.targets.board import get_board
from registry.services.targets.matrix import get_matrix


def write_board(
    session: Session, stream: BinaryIO, *, code: str, as_of: date, format: DownloadFormat, locale: Locale = "zh"
) -> int:
    """Write the plan on the day to ``stream`` (left open); returns the number of indicators. Raises NotFound.

    Values are in the unit of their line, ratios as fractions. JSON is what the API answers.
    """
    board = get_board(session, code, as_of=as_of)
    lines = [line for group in board.groups for line in group.indicators]
    if format == "json":
        stream.write(board.model_dump_json().encode())
        return len(lines)
    rows = (_cells(board, line, locale) for line in lines)
    about = About(
        Text("规划目标", "Plan targets"),
        (
            (Text("计划", "Plan"), board.plan.title.in_(locale)),
            (Text("出处", "Source"), board.plan.source.in_(locale)),
            (Text("截至日期", "As of"), as_of.isoformat()),
        ),
    )
    return write_table(stream, _heads(board.years), rows, about=about, format=format, locale=locale)


def write_matrix(
    session: Session,
    stream: BinaryIO,
    *,
    code: str,
    as_of: date,
    indicator: str | None,
    format: DownloadFormat,
    locale: Locale = "zh",
) -> int:
    """Write the matrix of an indicator, a line a chain; returns the number of lines. Raises as ``get_matrix``."""
    matrix = get_matrix(session, code, as_of=as_of, indicator=indicator)
    if matrix is None:
        return 0
    if format == "json":
        stream.write(matrix.model_dump_json().encode())
        return len(matrix.rows)
    heads = [Head(Text("产业链", "Chain"), "name"), *(Head(name) for name in matrix.city_names)]
    heads += [Head(Text("合计", "Total")), Head(Text("规划布局城市", "Cities the plan wants"), "text")]
    rows: list[list[Cell]] = []
    for row in matrix.rows:
        wished = [name.in_(locale) for name in row.wish.city_names] if row.wish else []
        rows.append([row.name.in_(locale), *(cell.value for cell in row.cells), row.total, "；".join(wished)])
    no_chain: list[Cell] = [Text("不属任何产业链", "In no chain").in_(locale), *matrix.outside_by_city]
    rows.append([*no_chain, matrix.outside_chains, ""])
    each_once: list[Cell] = [Text("企业数（每家计一次）", "Firms, each once").in_(locale), *matrix.city_totals]
    rows.append([*each_once, matrix.total, ""])
    about = About(matrix.name, ((Text("截至日期", "As of"), as_of.isoformat()),))
    return write_table(stream, heads, rows, about=about, format=format, locale=locale)


def _heads(years: Sequence[int]) -> list[Head]:
    heads = [Head(Text("代码", "Code"), "code"), Head(Text("指标", "Indicator"), "name"), Head(Text("单位", "Unit"))]
    for year in years:
        heads += [
            Head(Text(f"{year} 目标", f"Target {year}"), "code"),
            Head(Text(f"{year} 实际", f"Actual {year}"), "code"),
            Head(Text(f"{year} 实际：可信度", f"Actual {year}: trust")),
        ]
    latest = ("最近值", "Latest"), ("最近值日期", "Latest: day"), ("最近值可信度", "Latest: trust")
    heads += [Head(Text(zh, en), "code") for zh, en in latest]
    heads += [
        Head(Text("来源文件", "Document"), "text"),
        Head(Text("占目标", "Share of target")),
        Head(Text("90 天后预计", "Expected in 90 days")),
        Head(Text("口径", "Definition"), "text"),
        Head(Text("目标出处", "Source of the target"), "text"),
    ]
    return heads


def _cells(board: Board, line: IndicatorLine, locale: Locale) -> list[Cell]:
    ratio = Text("比例", "ratio").in_(locale)
    cells: list[Cell] = [line.code, line.name.in_(locale), line.unit.in_(locale) or ratio]
    for point in line.years:
        actual = point.actual
        cells += [_number(point.target), _number(actual.value) if actual else None]
        cells.append(actual.trust.label.in_(locale) if actual else None)
    now = line.now
    cells += [_number(now.value), now.on_day, now.trust.label.in_(locale)] if now else [None, None, None]
    cells.append(" ".join(part for part in (now.document, now.document_no) if part) if now else None)
    cells += [_number(line.share), line.forecast.value if line.forecast else None]
    return [*cells, line.meaning.in_(locale), line.source.in_(locale)]


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
