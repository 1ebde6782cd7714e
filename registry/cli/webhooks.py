"""Commands about webhooks: webhook add, list, test, stop, resume."""

from typing import Annotated

import typer

from registry.cli.speech import say, say_json
from registry.errors import Text

Number = Annotated[int, typer.Argument(help="推送编号 / Number of the webhook")]


def mount(app: typer.Typer) -> None:
    """Add the group ``webhook``."""
    group = typer.Typer(help="变更推送 / Webhooks of the change feed", no_args_is_help=True, rich_markup_mode=None)
    group.command()(add)
    group.command("list")(list_all)
    group.command("test")(send_one)
    group.command()(stop)
    group.command()(resume)
    app.add_typer(group, name="webhook")


def add(
    url: Annotated[str, typer.Argument(help="接收地址，https / Address that receives, https")],
    holder: Annotated[str, typer.Option("--holder", help="推送给谁 / Who receives it")],
    types: Annotated[str, typer.Option("--type", help="只要这些事件，逗号分隔 / Only these events")] = "",
    directory: Annotated[str | None, typer.Option("--directory", help="只要这个名录 / Only this directory")] = None,
    after: Annotated[int | None, typer.Option("--after", help="从这一号之后；不写从现在起 / Begin after")] = None,
) -> None:
    """新增推送；签名密钥只在这里显示一次。 / Add a webhook; its secret is shown here and never again."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.webhooks.addresses import networks_of
    from registry.services.webhooks.keeping import add_webhook

    settings = read_settings()
    wanted = [word.strip() for word in types.split(",") if word.strip()]
    with transaction(open_engine(settings)) as session:
        number, secret = add_webhook(
            session,
            url=url,
            holder=holder,
            by=Actor.command_line().label,
            types=wanted,
            directory=directory,
            after=after,
            allowed=networks_of(settings.webhook_networks),
        )
    say(
        Text(
            f"推送 {number} 已建立。签名密钥（只显示这一次）：{secret}",
            f"Webhook {number} is there. Its secret, shown only now: {secret}",
        )
    )


def list_all(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")] = False) -> None:
    """列出推送和最近一次的结果。 / List the webhooks and what came of the last try."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.webhooks.keeping import list_webhooks

    with reading(open_engine(read_settings())) as session:
        rows = list_webhooks(session)
    if as_json:
        say_json([row.model_dump(mode="json") for row in rows])
        return
    for row in rows:
        zh, en = ("已停止", "stopped") if row.due_at is None else ("推送中", "running")
        if row.due_at is not None and row.failures:
            zh, en = f"连续 {row.failures} 次未送达", f"failed {row.failures} times in a row"
        said = f"  {row.last_said}" if row.last_said else ""
        say(
            Text(
                f"{row.id}  {row.holder}  {row.url}  {zh}，待推 {row.waiting}{said}",
                f"{row.id}  {row.holder}  {row.url}  {en}, waiting {row.waiting}{said}",
            )
        )


def send_one(number: Number) -> None:
    """发一条不含事件的推送，看能否送达；送不到以状态 1 结束。 / Send one without events; status 1 if it fails."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.webhooks.addresses import networks_of
    from registry.services.webhooks.delivering import send_test
    from registry.services.webhooks.keeping import find_webhook

    settings = read_settings()
    with reading(open_engine(settings)) as session:
        row = find_webhook(session, number)
        session.expunge(row)
    arrived, said = send_test(row, allowed=networks_of(settings.webhook_networks))
    say(Text(f"已送达：{said}", f"Arrived: {said}") if arrived else Text(f"没有送达：{said}", f"Not arrived: {said}"))
    if not arrived:
        raise typer.Exit(1)


def stop(number: Number) -> None:
    """停止推送，以后可以接着推。 / Stop a webhook; it can go on later."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.webhooks.keeping import stop_webhook

    with transaction(open_engine(read_settings())) as session:
        row = stop_webhook(session, number=number, by=Actor.command_line().label)
    say(Text(f"已停止推送给{row.holder}。", f"Stopped the webhook of {row.holder}."))


def resume(number: Number) -> None:
    """从停下的地方接着推送。 / Go on where it stopped."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.webhooks.keeping import resume_webhook

    with transaction(open_engine(read_settings())) as session:
        row = resume_webhook(session, number=number, by=Actor.command_line().label)
    say(Text(f"继续推送给{row.holder}，待推 {row.waiting}。", f"Sending to {row.holder} again, {row.waiting} waiting."))
