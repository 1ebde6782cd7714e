"""Commands about the audit trail: audit verify."""

from typing import Annotated

import typer

from registry.cli.speech import FAULT, say, say_json
from registry.errors import Text


def mount(app: typer.Typer) -> None:
    """Add the group ``audit``."""
    group = typer.Typer(help="操作记录 / Audit trail", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command()(verify)
    app.add_typer(group, name="audit")


def _group() -> None:
    """操作记录 / Audit trail"""


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")] = False,
) -> None:
    """核对操作记录链是否完整；被改动时退出码为 1。 / Verify the audit chain; exit 1 if it was changed."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.audit import trail_end, verify_chain

    with reading(open_engine(read_settings())) as session:
        count, broken = verify_chain(session)
        end = trail_end(session)[1]
    if as_json:
        say_json(
            {
                "ok": broken is None,
                "events": count,
                "first_break": broken.event_id if broken else None,
                "cut_off": broken.missing if broken else 0,
                "end": end,
            }
        )
    elif broken is None:
        say(
            Text(
                f"操作记录完整，共 {count} 条，末条校验值 {end}。",
                f"The audit trail holds: {count} events, ending in {end}.",
            )
        )
    elif broken.reason == "end":
        say(
            Text(
                f"操作记录在第 {broken.event_id} 条之后被截断，缺 {broken.missing} 条（已核对 {count} 条）。",
                f"The audit trail was cut off after event {broken.event_id}: {broken.missing} are missing.",
            )
        )
    else:
        say(
            Text(
                f"操作记录从第 {broken.event_id} 条起被改动过（已核对 {count} 条）。",
                f"The audit trail was changed at event {broken.event_id} ({count} events read).",
            )
        )
    if broken is not None:
        raise typer.Exit(FAULT)
