"""Commands about objections to public notices: list, record, decide."""

from typing import Annotated

import typer

from registry.cli.speech import locale_of, say, say_json
from registry.errors import InvalidInput, Text

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]


def mount(app: typer.Typer) -> None:
    """Add the group ``objections``."""
    group = typer.Typer(help="对公示的异议 / Objections to public notices", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_all)
    group.command()(record)
    group.command()(decide)
    app.add_typer(group, name="objections")


def list_all(
    state: Annotated[str, typer.Option(help="open、upheld、dismissed、withdrawn 或 all / State")] = "open",
    as_json: JsonOption = False,
) -> None:
    """列出异议，早的在前。 / List objections, oldest first."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.policies import Actor
    from registry.services.batch_life.objection_reading import list_objections
    from registry.vocabulary import ObjectionState

    known = {one.value: one for one in ObjectionState}
    if state not in ("all", *known):
        raise InvalidInput(
            f"没有状态“{state}”。",
            f"There is no state “{state}”.",
            field="--state",
            value=state,
            choices=("all", *known),
        )
    with reading(open_engine(read_settings())) as session:
        found = list_objections(session, actor=Actor.command_line(), state=known.get(state))
    if as_json:
        say_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        said = f"{one.id}\t{one.receipt}\t{one.state.label.in_(locale_of())}\t{one.batch_id} {one.batch_label}"
        say(Text(f"{said}\t{one.subject or '整份名单'}", f"{said}\t{one.subject or 'the whole list'}"))


def record(
    batch: Annotated[int, typer.Argument(metavar="BATCH", min=1, help="批次编号 / Number of the batch")],
    text: Annotated[str, typer.Option(help="异议内容 / What it says")],
    objector: Annotated[str, typer.Option(help="姓名或单位，不公开 / Who objects, never public")],
    contact: Annotated[str, typer.Option(help="联系方式，不公开 / Contact, never public")],
    reason: Annotated[str, typer.Option(help="怎样收到的 / How it came in")],
    subject: Annotated[str, typer.Option(help="针对的名称 / The name it is about")] = "",
    received_on: Annotated[str, typer.Option(help="收到日期，默认今天 / Day, today by default")] = "",
) -> None:
    """登记来信或来电的异议。 / Enter an objection that came by letter or telephone."""
    from registry import clock
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.schemas.inputs import parse_day
    from registry.services.batch_life.objections import Words, record_objection

    day = parse_day(received_on, field="--received-on") if received_on else clock.today()
    words = Words(text=text, objector=objector, contact=contact, subject=subject)
    with transaction(open_engine(read_settings())) as session:
        receipt = record_objection(
            session, batch_id=batch, words=words, received_on=day, actor=Actor.command_line(), reason=reason
        )
    say(Text(f"已登记，受理编号 {receipt}。", f"Recorded as {receipt}."))


def decide(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="异议编号 / Number of the objection")],
    decision: Annotated[str, typer.Option(help="upheld、dismissed 或 withdrawn / Decision")],
    reason: Annotated[str, typer.Option(help="处理意见 / Why")],
) -> None:
    """处理一件异议；成立的，名单中去掉那一行。 / Decide an objection; one that is upheld takes its row out."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.batch_life.objections import decide_objection
    from registry.vocabulary import ObjectionState

    chosen = next((one for one in ObjectionState if one.value == decision), ObjectionState.OPEN)
    with transaction(open_engine(read_settings())) as session:
        done = decide_objection(
            session, objection_id=number, decision=chosen, actor=Actor.command_line(), reason=reason
        )
        state, receipt = done.state.label, done.receipt
    say(Text(f"{receipt}：{state.zh}。", f"{receipt}: {state.en.lower()}."))
