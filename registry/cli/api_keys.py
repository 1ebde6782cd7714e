"""Commands about keys of the interface: api-key make, list, revoke."""

from typing import Annotated

import typer

from registry.cli.speech import say, say_json
from registry.errors import Text


def mount(app: typer.Typer) -> None:
    """Add the group ``api-key``."""
    group = typer.Typer(help="接口密钥 / Keys of the interface", no_args_is_help=True, rich_markup_mode=None)
    group.command()(make)
    group.command("list")(list_all)
    group.command()(revoke)
    app.add_typer(group, name="api-key")


def make(holder: Annotated[str, typer.Argument(help="给谁用 / Whom it is for")]) -> None:
    """新建密钥；只在这里显示一次。 / Make a key; it is shown here and never again."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.api_keys import make_key

    with transaction(open_engine(read_settings())) as session:
        key = make_key(session, holder=holder, by=Actor.command_line().label)
    say(Text(f"密钥（只显示这一次）：{key}", f"The key, shown only now: {key}"))


def list_all(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")] = False) -> None:
    """列出密钥，不含密钥本身。 / List the keys, without what is secret."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.api_keys import list_keys

    with reading(open_engine(read_settings())) as session:
        keys = list_keys(session)
    if as_json:
        say_json([key.model_dump(mode="json") for key in keys])
        return
    for key in keys:
        zh = "已停用" if key.revoked_at else "可用"
        en = "revoked" if key.revoked_at else "in use"
        say(
            Text(
                f"{key.id}  {key.holder}  {key.made_at:%Y-%m-%d}  {zh}",
                f"{key.id}  {key.holder}  {key.made_at:%Y-%m-%d}  {en}",
            )
        )


def revoke(number: Annotated[int, typer.Argument(help="密钥编号 / Number of the key")]) -> None:
    """停用密钥。 / Revoke a key."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.api_keys import revoke_key

    with transaction(open_engine(read_settings())) as session:
        key = revoke_key(session, key_id=number, by=Actor.command_line().label)
    say(Text(f"已停用 {key.holder} 的密钥。", f"Revoked the key of {key.holder}."))
