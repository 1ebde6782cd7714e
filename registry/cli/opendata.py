"""Commands about open data: bulk write, events tell."""

from typing import Annotated

import typer

from registry.cli.speech import say, say_json
from registry.errors import Text

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]


def mount(app: typer.Typer) -> None:
    """Add the groups ``bulk`` and ``events``."""
    bulk = typer.Typer(help="整库文件 / Bulk files", no_args_is_help=True, rich_markup_mode=None)
    bulk.callback()(_bulk)
    bulk.command()(write)
    app.add_typer(bulk, name="bulk")
    events = typer.Typer(help="变更流 / Change feed", no_args_is_help=True, rich_markup_mode=None)
    events.callback()(_events)
    events.command()(tell)
    app.add_typer(events, name="events")


def _bulk() -> None:
    """整库文件 / Bulk files"""


def _events() -> None:
    """变更流 / Change feed"""


def write(as_json: JsonOption = False) -> None:
    """写出今天的整库文件；每晚自动进行一次。 / Write the bulk files of today; done by itself every night."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.bulk.writing import write_bulk

    settings = read_settings()
    manifest = write_bulk(open_engine(settings), settings.data_dir)
    if as_json:
        say_json(manifest.model_dump(mode="json"))
        return
    rows = {dataset.name: dataset.rows for dataset in manifest.datasets}
    say(
        Text(
            f"已写出 {manifest.date} 的整库文件 {len(manifest.files)} 个："
            + "、".join(f"{name} {count} 行" for name, count in rows.items()),
            f"Wrote {len(manifest.files)} bulk files of {manifest.date}: "
            + ", ".join(f"{name} {count} rows" for name, count in rows.items()),
        )
    )


def tell(as_json: JsonOption = False) -> None:
    """把到期等随时间发生的变更写入变更流；每晚自动进行一次。 / Tell what time has done; done by itself every night."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.feed.night import tell_everybody

    told = tell_everybody(open_engine(read_settings()))
    if as_json:
        say_json({"events": told})
    else:
        say(Text(f"新增 {told} 条变更。", f"{told} events were added."))
