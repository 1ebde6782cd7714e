"""The command assess: judge the stored enterprises by the standards in force and keep the result."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.cli.speech import locale_of, say, say_json
from registry.errors import Text

if TYPE_CHECKING:
    from registry.services.assessing.running import RunSummary
    from registry.tiering.report_shapes import Report


def mount(app: typer.Typer) -> None:
    """Add ``assess``."""
    app.command("assess")(assess_command)


def assess_command(
    standard: Annotated[
        str | None, typer.Option(help="层级或版本，缺省为全部 / Tier or version; all if left out")
    ] = None,
    enterprise: Annotated[str | None, typer.Option(help="统一社会信用代码 / One enterprise by its code")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="评估日期 / Day, 2026-06-30")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")] = False,
) -> None:
    """按现行标准评估库中企业，保存结果。 / Assess the stored enterprises and keep the result."""
    from registry import clock
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.policies import Actor
    from registry.services.assessing.explaining import explain_now
    from registry.services.assessing.running import assess_tier
    from registry.services.migrating import require_current_schema
    from registry.services.resolving import resolve
    from registry.tiering.selection import tiers

    day = as_of.date() if as_of else clock.today()
    codes = [standard] if standard else list(tiers(chosen=True))
    database = open_engine(read_settings())
    require_current_schema(database)
    number = None
    if enterprise:
        with reading(database) as session:
            number = resolve(session, enterprise).enterprise_id
    actor = Actor.command_line().label
    summaries: list[RunSummary] = []
    for code in codes:
        summaries += assess_tier(database, code=code, as_of=day, actor=actor, enterprise_id=number)
    reports: list[Report] = []
    if number is not None:
        with reading(database) as session:
            reports = [explain_now(session, enterprise_id=number, code=code, as_of=day) for code in codes]
    _say(summaries, reports, as_json=as_json)


def _say(summaries: "list[RunSummary]", reports: "list[Report]", *, as_json: bool) -> None:
    if as_json:
        say_json(
            {"runs": [_plain(one) for one in summaries], "reports": [one.model_dump(mode="json") for one in reports]}
        )
        return
    for one in summaries:
        named = "、".join(f"{_word(name).zh} {count}" for name, count in one.counts.items() if count)
        named_en = ", ".join(f"{_word(name).en.lower()} {count}" for name, count in one.counts.items() if count)
        zh = f"{one.version}（{one.procedure.label.zh}，{one.as_of}）：{one.population} 家，{named}"
        en = f"{one.version} ({one.procedure.label.en}, {one.as_of}): {one.population} enterprises, {named_en}"
        say(Text(f"{zh}，用时 {one.seconds} 秒", f"{en}, {one.seconds} s"))
    for report in reports:
        typer.echo(report.gap_text_en if locale_of() == "en" else report.gap_text)


def _word(name: str) -> Text:
    from registry.vocabulary import Flag, Verdict

    words: list[Verdict | Flag] = [*Verdict, *Flag]
    return next(word.label for word in words if word.value == name)


def _plain(one: "RunSummary") -> dict[str, Any]:
    return {
        "run_id": one.run_id,
        "tier": one.tier,
        "version": one.version,
        "procedure": one.procedure.value,
        "as_of": one.as_of.isoformat(),
        "population": one.population,
        "counts": one.counts,
        "seconds": one.seconds,
    }
