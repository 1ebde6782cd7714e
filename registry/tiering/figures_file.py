"""The figures of one enterprise as JSON (the check command, the API and the self-check share this shape).

Reading it refuses with one sentence that names the place, the value and what to write instead; nothing is corrected
silently.
"""

import json
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from registry.errors import InvalidInput
from registry.identity.uscc import parse_uscc
from registry.tiering.figure_values import FactValue, Number, printable, read_date, read_value, refuse
from registry.tiering.figures import annual_names, file_fact_names

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
YEARS = range(1990, 2101)
TOP = ("as_of", "procedure", "enterprise", "annual", "facts")
ENTERPRISE = ("name", "uscc", "founded_on", "region_code", "industry_code", "listed_market", "titles")


class TitleSpan(BaseModel):
    """A title the enterprise holds or held; both days included, no end day means no end recorded."""

    model_config = ConfigDict(frozen=True)

    directory: str
    valid_from: date | None
    valid_to: date | None


class EnterpriseFacts(BaseModel):
    """Who the enterprise is. ``titles`` None: not stated, which is not the same as none.

    ``listed_market``: the market, "" for a firm that is listed nowhere, None where nothing was stated. In the file a
    null says that there is no market; leaving the name out says nothing.
    """

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    uscc: str | None = None
    founded_on: date | None = None
    region_code: str | None = None
    industry_code: str | None = None
    listed_market: str | None = None
    titles: tuple[TitleSpan, ...] | None = None


class FiguresFile(BaseModel):
    """One enterprise's figures, checked: money in whole yuan, ratios as fractions, only known names, null left out."""

    model_config = ConfigDict(frozen=True)

    as_of: date | None
    procedure: Literal["new", "review"]
    enterprise: EnterpriseFacts
    annual: dict[int, dict[str, Number]]
    facts: dict[str, FactValue]


def read_figures(source: Path | str | bytes) -> FiguresFile:
    """Read and check a figures file from a path, or from JSON text or bytes.

    Raises InvalidInput: no such file, not UTF-8, not JSON, a key twice, too large or too deep, an unknown name
    (with the nearest known one), a wrong type or unit, a value out of its range, a malformed date, code or region.
    """
    return check_figures(_parse(_text(source)))


def check_figures(raw: Any) -> FiguresFile:
    """Check figures that are already parsed JSON. Raises InvalidInput."""
    if not isinstance(raw, dict):
        raise refuse("", raw, "须为 JSON 对象", "must be a JSON object")
    _only(raw, TOP, "")
    as_of = None if raw.get("as_of") is None else read_date("as_of", raw["as_of"])
    procedure = raw.get("procedure") or "new"
    if procedure not in ("new", "review"):
        raise refuse("procedure", procedure, "须为 new（新申报）或 review（复核）", "must be new or review")
    return FiguresFile(
        as_of=as_of,
        procedure=procedure,
        enterprise=_enterprise(_mapping(raw, "enterprise", ""), as_of),
        annual=_annual(_mapping(raw, "annual", ""), as_of),
        facts=_facts(_mapping(raw, "facts", ""), as_of),
    )


def _text(source: Path | str | bytes) -> str:
    if isinstance(source, Path):
        try:
            if source.is_file() and source.stat().st_size > MAX_BYTES:
                raise InvalidInput(
                    "文件超过 1 MB，不是一家企业的指标文件。", "The file is larger than 1 MB.", field="file"
                )
            data = source.read_bytes()
        except OSError as error:
            reason = error.strerror or "?"
            raise InvalidInput(
                f"无法读取文件 {source}：{reason}。", f"Cannot read the file {source}: {reason}.", field="file"
            ) from None
    elif isinstance(source, str):
        data = source.encode("utf-8", "surrogatepass")
    else:
        data = source
    if len(data) > MAX_BYTES:
        raise InvalidInput("内容超过 1 MB，不是一家企业的指标文件。", "The content is larger than 1 MB.", field="file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"文件不是 UTF-8 编码（第 {error.start + 1} 字节）。请另存为 UTF-8。",
            f"The file is not UTF-8 (byte {error.start + 1}). Save it as UTF-8.",
            field="file",
        ) from None


def _parse(text: str) -> Any:
    depth = deepest = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise InvalidInput(
            f"JSON 嵌套超过 {MAX_DEPTH} 层。", f"The JSON is nested deeper than {MAX_DEPTH}.", field="file"
        )
    try:
        return json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"不是合法的 JSON：第 {error.lineno} 行第 {error.colno} 列附近有误。",
            f"Not valid JSON: near line {error.lineno}, column {error.colno}.",
            field="file",
        ) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise InvalidInput(
            "JSON 中有位数过多的数字。", "A number in the JSON has too many digits.", field="file"
        ) from error


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(
            f"JSON 中的键“{printable(twice)}”重复，无法确定以哪个为准。",
            f"The key “{printable(twice)}” occurs twice in the JSON.",
            field=printable(twice),
        )
    return found


def _no_constant(word: str) -> Any:
    raise InvalidInput(
        f"JSON 中的 {word} 不是数字。缺数据请写 null。", f"{word} is not a number; write null.", value=word
    )


def _mapping(raw: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    found = raw.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise refuse(f"{where}{name}", found, "须为 JSON 对象", "must be a JSON object")
    return found


def _only(raw: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in raw:
        if name not in known:
            raise unknown_name(name, known, where)


def unknown_name(name: str, known: tuple[str, ...], where: str) -> InvalidInput:
    """The refusal of a name nobody knows, with the nearest known one."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    zh = f"是否为“{near[0]}”？" if near else f"可用：{'、'.join(known[:12])}{'等' if len(known) > 12 else ''}。"
    en = f"Did you mean “{near[0]}”?" if near else f"Known: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}."
    place = f"{where}.{printable(name)}" if where else printable(name)
    return InvalidInput(
        f"没有名为“{printable(name)}”的指标（{place}）。{zh}",
        f"There is no figure called “{printable(name)}” ({place}). {en}",
        field=place,
        value=printable(name),
    )


def _annual(raw: dict[str, Any], as_of: date | None) -> dict[int, dict[str, Number]]:
    names = annual_names()
    found: dict[int, dict[str, Number]] = {}
    for key in raw:
        if not (key.isascii() and key.isdigit() and int(key[:5]) in YEARS and len(key) == 4):
            raise refuse("annual", key, "年度须为四位年份，如 2025", "a year has four digits, like 2025")
        year, where = int(key), f"annual.{key}"
        if as_of is not None and year > as_of.year:
            raise refuse(where, key, f"年度晚于评估日期 {as_of}", f"the year is after the assessment date {as_of}")
        figures = _mapping(raw, key, "annual.")
        _only(figures, tuple(names), where)
        values = {name: read_value(f"{where}.{name}", names[name], value) for name, value in figures.items()}
        found[year] = {name: value for name, value in values.items() if isinstance(value, int | float)}
    return found


def _facts(raw: dict[str, Any], as_of: date | None) -> dict[str, FactValue]:
    names = file_fact_names()
    _only(raw, tuple(names), "facts")
    found: dict[str, FactValue] = {}
    for name, value in raw.items():
        read = read_value(f"facts.{name}", names[name], value)
        if isinstance(read, date):
            _not_future(f"facts.{name}", read, as_of)
        if read is not None:
            found[name] = read
    return found


def _not_future(where: str, day: date, as_of: date | None) -> None:
    if as_of is not None and day > as_of:
        raise refuse(where, day, f"晚于评估日期 {as_of}", f"it is after the assessment date {as_of}")


def _enterprise(raw: dict[str, Any], as_of: date | None) -> EnterpriseFacts:
    _only(raw, ENTERPRISE, "enterprise")
    founded = raw.get("founded_on")
    day = None if founded is None else read_date("enterprise.founded_on", founded)
    if day is not None:
        _not_future("enterprise.founded_on", day, as_of)
    uscc = _word(raw, "uscc")
    return EnterpriseFacts(
        name=_word(raw, "name"),
        uscc=None if uscc is None else parse_uscc(uscc).code,
        founded_on=day,
        region_code=_code(raw, "region_code", "六位行政区划代码，如 440300", "a six-digit region code like 440300"),
        industry_code=_code(raw, "industry_code", "国民经济行业代码，如 3973", "an industry code like 3973"),
        listed_market=_word(raw, "listed_market") or ("" if "listed_market" in raw else None),
        titles=_titles(raw.get("titles")),
    )


def _word(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > 200):
        raise refuse(f"enterprise.{name}", value, "须为不超过 200 字的文本", "must be text of at most 200 characters")
    return value


def _code(raw: Mapping[str, Any], name: str, zh: str, en: str) -> str | None:
    value = raw.get(name)
    if value is None:
        return None
    digits = value.lstrip("ABCDEFGHIJKLMNOPQRST") if isinstance(value, str) and name == "industry_code" else value
    lengths = (6,) if name == "region_code" else (2, 3, 4)
    if not (isinstance(digits, str) and digits.isascii() and digits.isdigit() and len(digits) in lengths):
        raise refuse(f"enterprise.{name}", value, f"须为文本形式的{zh}", f"must be {en}, as text")
    return str(value)


def _titles(raw: Any) -> tuple[TitleSpan, ...] | None:
    if raw is None:
        return None
    if not isinstance(raw, list):
        raise refuse("enterprise.titles", raw, "须为数组", "must be an array")
    return tuple(_title(one, f"enterprise.titles[{index}]") for index, one in enumerate(raw))


def _title(raw: Any, where: str) -> TitleSpan:
    if not isinstance(raw, dict) or not isinstance(raw.get("directory"), str):
        raise refuse(where, raw, "须为含 directory 的对象", "must be an object with a directory")
    _only(raw, ("directory", "valid_from", "valid_to"), where)
    begin, end = (
        None if raw.get(name) is None else read_date(f"{where}.{name}", raw[name])
        for name in ("valid_from", "valid_to")
    )
    if begin and end and end < begin:
        raise refuse(f"{where}.valid_to", end, f"早于起始日 {begin}", f"it is before {begin}")
    return TitleSpan(directory=raw["directory"], valid_from=begin, valid_to=end)
