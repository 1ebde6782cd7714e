"""Checks of a list before it is written: counts in, verdicts out. Pure; the thresholds are a shipped file."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from registry.errors import Text
from registry.schemas.import_words import ROLES, word
from registry.schemas.imports import GuardResult
from registry.schemas.tables import StatedCount


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From ``registry/reference/import_guards.toml``; shares in percent."""

    rows_of_previous_percent: float
    rejected_percent: float
    repeated_rows: int


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What the checks look at. ``previous`` is None where there is no earlier edition to compare with."""

    rows: int
    writable: int
    rejected: int
    repeated: int
    previous: int | None = None
    missing: Sequence[str] = ()
    """Roles of columns that are needed and not there."""
    needed: Sequence[str] = ("name",)
    groups: int = 0
    """Groups that state a count."""
    differing: Sequence[StatedCount] = ()


@cache
def thresholds() -> Thresholds:
    """The shipped thresholds."""
    text = files("registry.reference").joinpath("import_guards.toml").read_text(encoding="utf-8")
    return Thresholds(**tomllib.loads(text))


def examine(counts: ListCounts, limits: Thresholds | None = None) -> list[GuardResult]:
    """Every check that applies, in the order people read them."""
    limits = limits or thresholds()
    found = [_not_empty(counts), _columns(counts), _rejected(counts, limits), _repeated(counts, limits)]
    if counts.previous:
        found.insert(1, _rows(counts, counts.previous, limits))
    if counts.groups or counts.differing:
        found.append(_groups(counts))
    return found


def _not_empty(counts: ListCounts) -> GuardResult:
    return _result(
        "not_empty",
        counts.rows > 0,
        Text("名单不为空", "The list is not empty"),
        Text(
            f"读到 {counts.rows:,} 行，可写 {counts.writable:,} 行",
            f"{counts.rows:,} rows read, {counts.writable:,} to write",
        ),
    )


def _rows(counts: ListCounts, previous: int, limits: Thresholds) -> GuardResult:
    least = limits.rows_of_previous_percent
    share = _percent(counts.rows, previous)
    return _result(
        "row_count",
        100 * counts.rows >= least * previous,
        Text(f"行数不低于上批的 {least:g}%", f"At least {least:g}% of the rows of the previous edition"),
        Text(f"{counts.rows:,} / {previous:,} = {share}", f"{counts.rows:,} / {previous:,} = {share}"),
    )


def _columns(counts: ListCounts) -> GuardResult:
    return _result(
        "columns",
        not counts.missing,
        Text("必需列齐全", "All needed columns are there"),
        Text(
            f"缺 {_words(counts.missing).zh}，上批有" if counts.missing else _words(counts.needed).zh,
            f"Missing: {_words(counts.missing).en}; the previous edition had them"
            if counts.missing
            else _words(counts.needed).en,
        ),
    )


def _rejected(counts: ListCounts, limits: Thresholds) -> GuardResult:
    most = limits.rejected_percent
    share = _percent(counts.rejected, counts.rows)
    return _result(
        "rejected",
        100 * counts.rejected <= most * counts.rows,
        Text(f"拒绝行不超过 {most:g}%", f"No more than {most:g}% of the rows rejected"),
        Text(f"{counts.rejected:,} / {counts.rows:,} = {share}", f"{counts.rejected:,} / {counts.rows:,} = {share}"),
    )


def _repeated(counts: ListCounts, limits: Thresholds) -> GuardResult:
    return _result(
        "repeated",
        counts.repeated <= limits.repeated_rows,
        Text("没有重复的行", "No row repeats another"),
        Text(f"重复 {counts.repeated:,} 行", f"{counts.repeated:,} rows repeat another"),
    )


def _groups(counts: ListCounts) -> GuardResult:
    wrong = counts.differing
    first = wrong[0] if wrong else None
    return _result(
        "groups",
        not wrong,
        Text("分组计数与标题相符", "Groups have as many rows as they state"),
        Text(
            f"“{first.group}”写明 {first.stated:,}，读到 {first.read:,}" if first else f"{counts.groups} 组相符",
            f"“{first.group}” states {first.stated:,}, {first.read:,} read"
            if first
            else f"{counts.groups} groups agree",
        ),
    )


def _result(code: str, passed: bool, title: Text, detail: Text) -> GuardResult:
    return GuardResult(
        code=code,
        passed=passed,
        title_zh=title.zh,
        title_en=title.en,
        detail_zh=detail.zh,
        detail_en=detail.en,
    )


def _words(roles: Sequence[str]) -> Text:
    words = [word(ROLES, role) for role in roles]
    return Text("、".join(one.zh for one in words), ", ".join(one.en for one in words))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"
