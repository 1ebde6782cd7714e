"""The command land: grade the stored enterprises by a scheme of performance per mu, keep the run, work it out again."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.speech import FAULT, locale_of, say, say_json
from registry.errors import Text

if TYPE_CHECKING:
    from registry.services.land import LandSummary


def mount(app: typer.Typer) -> None:
    """Add ``land``."""
    app.command("land")(land_command)


def land_command(
    scheme: Annotated[
        str | None, typer.Option(help="方案代码，缺省列出全部 / Scheme; all are listed if left out")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="数据年度，缺省为上年 / Year of the data; last year if left out")
    ] = None,
    region: Annotated[str | None, typer.Option(help="行政区划代码或前几位 / Region code or its first digits")] = None,
    run: Annotated[
        int | None, typer.Option("--run", help="按留存数据重算一次评价 / Work a stored run out again")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="JSON 中列出的企业数 / Enterprises listed in the JSON")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")] = False,
) -> None:
    """亩均评价：按方案给企业评分、排名、评级并留存。 / Performance per mu: score, rank and grade, and keep the run."""
    if run is not None:
        _again(run, as_json=as_json)
    elif scheme is None:
        _list(as_json=as_json)
    else:
        _grade(scheme, year, region, limit, as_json=as_json)


def _grade(scheme: str, year: int | None, region: str | None, limit: int, *, as_json: bool) -> None:
    from registry import clock
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading, transaction
    from registry.policies import Actor
    from registry.services.land import land_lines, run_land
    from registry.services.migrating import require_current_schema

    database = open_engine(read_settings())
    require_current_schema(database)
    of_year = clock.today().year - 1 if year is None else year
    with transaction(database) as session:
        done = run_land(session, code=scheme, year=of_year, region=region, actor=Actor.command_line().label)
    if not as_json:
        _say(done)
        return
    with reading(database) as session:
        lines = land_lines(session, run_id=done.run_id, limit=limit)
    say_json(asdict(done) | {"enterprises": [asdict(one) for one in lines]})


def _say(done: "LandSummary") -> None:
    from registry.services.land import REASONS
    from registry.tiering.land.grading import REASON_WORDS

    words = {REASONS[reason]: text for reason, text in REASON_WORDS.items()}
    named = [(words.get(name, Text(name, name)), count) for name, count in done.counts.items() if count]
    zh = "，".join(f"{text.zh} {count}" for text, count in named)
    en = ", ".join(f"{text.en} {count}" for text, count in named)
    say(
        Text(
            f"第 {done.run_id} 次亩均评价，{done.scheme}，{done.year} 年数据，{done.population} 家：{zh}，"
            f"用时 {done.seconds} 秒",
            f"Land run {done.run_id}, {done.scheme}, data of {done.year}, {done.population} enterprises: {en},"
            f" {done.seconds} s",
        )
    )


def _again(run: int, *, as_json: bool) -> None:
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.land import repeat_land
    from registry.services.migrating import require_current_schema

    database = open_engine(read_settings())
    require_current_schema(database)
    with reading(database) as session:
        differing = repeat_land(session, run_id=run)
    if as_json:
        say_json({"run_id": run, "differing": differing})
    else:
        same = Text(f"第 {run} 次评价重算结果一致。", f"Run {run} comes out the same.")
        other = Text(
            f"第 {run} 次评价有 {differing} 家结果不同。", f"Run {run}: {differing} enterprises come out otherwise."
        )
        say(other if differing else same)
    if differing:
        raise typer.Exit(FAULT)


def _list(*, as_json: bool) -> None:
    from registry.tiering.land.scheme import load_schemes

    if as_json:
        say_json(
            [
                {
                    "id": one.id,
                    "title": one.title.zh,
                    "title_en": one.title.en,
                    "example": one.example,
                    "confidence": one.confidence,
                    "years": sorted(one.benchmarks) or None,
                    "weights": {
                        kind: {item.ratio: float(item.weight) for item in family.items}
                        for kind, family in one.families.items()
                    },
                    "cuts": {cut.grade: float(cut.up_to) for cut in one.cuts},
                }
                for one in load_schemes()
            ]
        )
        return
    for one in load_schemes():
        typer.echo(f"{one.id}  {one.title.en if locale_of() == 'en' else one.title.zh}")
