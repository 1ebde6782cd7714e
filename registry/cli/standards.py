"""Commands about recognition standards: check (one enterprise from a file), standards list, standards show."""

import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.speech import locale_of, say_json
from registry.errors import Locale

if TYPE_CHECKING:
    from registry.tiering.describe import Described
    from registry.tiering.report_shapes import CriterionReport, Report
    from registry.tiering.standard import Standard

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]
MARKS = {"met": "✓", "unmet": "×", "unknown": "?", "needs_review": "◇", "not_applicable": "–"}
VERDICTS = {
    "eligible": {"zh": "够条件", "en": "Eligible"},
    "ineligible": {"zh": "不够条件", "en": "Not eligible"},
    "undecided": {"zh": "尚不能判断", "en": "Undecided"},
}


def mount(app: typer.Typer) -> None:
    """Add ``check`` and the group ``standards``."""
    app.command()(check)
    app.add_typer(make_group(), name="standards")


def make_group() -> typer.Typer:
    """The group ``standards``."""
    group = typer.Typer(help="认定标准 / Recognition standards", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("list")(list_standards)
    group.command("show")(show_standard)
    return group


def _group() -> None:
    """认定标准 / Recognition standards"""


def check(
    figures: Annotated[str, typer.Argument(metavar="FIGURES.json", help="指标文件，- 为标准输入 / - for stdin")],
    standard: Annotated[str, typer.Option("--standard", help="标准代码 / standard, such as little_giant or LG26")],
    as_json: AsJson = False,
) -> None:
    """按一项标准评估指标文件中的企业，不需要数据库。 / Judge the enterprise of a figures file, without a database."""
    from registry.clock import today
    from registry.tiering.evaluation import evaluate
    from registry.tiering.figures_file import read_figures
    from registry.tiering.one_firm import population_from_file
    from registry.tiering.report import explain
    from registry.tiering.selection import choose

    source = sys.stdin.buffer.read() if figures == "-" else Path(figures)
    file = read_figures(source)
    as_of = file.as_of or today()
    rules = choose(standard, procedure=file.procedure, as_of=as_of, region_code=file.enterprise.region_code)
    report = explain(evaluate(rules, population_from_file(file, as_of=as_of)), 0)
    if as_json:
        say_json(report.model_dump(mode="json"))
    else:
        _print_report(report, locale_of())


def list_standards(as_json: AsJson = False) -> None:
    """列出全部认定标准的版本和施行日期。 / List every version and when it applies."""
    from registry.tiering.loader import load_all

    if as_json:
        say_json([_summary(one) for one in load_all()])
        return
    locale = locale_of()
    rows = []
    for one in load_all():
        spans = [f"{name} {window.since} – {window.to or ''}".rstrip(" –") for name, window in one.in_force.items()]
        rows.append((one.id, one.tier, one.title.en if locale == "en" else one.title.zh, "; ".join(spans)))
    _print_rows(rows)


def show_standard(
    code: Annotated[str, typer.Argument(metavar="CODE", help="层级或版本 / tier or version: little_giant, LG26")],
    as_json: AsJson = False,
) -> None:
    """用文字说明一项标准的每个条件，文字由规则生成。 / Every criterion in plain words, generated from the rule."""
    from registry.tiering.describe import describe
    from registry.tiering.selection import find

    locale = locale_of()
    versions = find(code)
    if as_json:
        say_json([_summary(one) | {"criteria": _both(describe(one, "zh"), describe(one, "en"))} for one in versions])
        return
    for one in versions:
        typer.echo(f"{one.id}  {one.title.en if locale == 'en' else one.title.zh}")
        _print_rows([(row.id, f"[{row.source.confidence}]", row.name, row.sentence) for row in describe(one, locale)])


def _both(chinese: "list[Described]", english: "list[Described]") -> list[dict[str, object]]:
    """Each criterion with its words in both languages."""
    return [
        zh.model_dump() | {"name_en": en.name, "sentence_en": en.sentence, "period_en": en.period, "note_en": en.note}
        for zh, en in zip(chinese, english, strict=True)
    ]


def _summary(standard: "Standard") -> dict[str, object]:
    return {
        "id": standard.id,
        "tier": standard.tier,
        "title": standard.title.zh,
        "title_en": standard.title.en,
        "region": standard.region,
        "in_force": {name: {"from": one.since, "to": one.to} for name, one in standard.in_force.items()},
        "documents": [one.model_dump(mode="json") for one in standard.documents.values()],
    }


def _print_report(report: "Report", locale: Locale) -> None:
    english = locale == "en"
    head = f"{report.version}  {report.as_of}  {VERDICTS[report.verdict][locale]}"
    if report.score is not None:
        low, high, needed = report.score.low, report.score.high, report.score.needed
        points = str(low) if low == high else f"{low}–{high}"
        head += f"  score {points}, needs {needed}" if english else f"  得分 {points}，须 {needed}"
    typer.echo(head)
    _print_rows([(_mark(one), one.id, _said(one, english=english)) for one in report.criteria])
    if report.way is not None and report.way.steps:
        typer.echo(f"Fewest changes: {report.way.text_en}" if english else f"改动最少的一条路：{report.way.text}")
    typer.echo(report.gap_text_en if english else report.gap_text)


def _mark(row: "CriterionReport") -> str:
    """A sign for a result; a hint that never counts has a sign of its own."""
    return "·" if row.advisory else MARKS[row.result]


def _said(row: "CriterionReport", *, english: bool) -> str:
    """What was found; a hint begins with its name and says that it is one."""
    if not row.advisory:
        return row.text_en if english else row.text
    return f"{row.name_en} ({row.text_en}), a hint only" if english else f"{row.name}（{row.text}），只作提示"


def _print_rows(rows: Sequence[tuple[str, ...]]) -> None:
    """Columns aligned by display width: a Chinese character is two wide."""
    if not rows:
        return
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    for row in rows:
        padded = [cell + " " * (widths[at] - _width(cell)) for at, cell in enumerate(row[:-1])]
        typer.echo("  ".join([*padded, row[-1]]).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
