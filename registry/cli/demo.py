"""The command that makes a fictional registry and serves it."""

from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.serving import Server, listen, serve_until_stopped
from registry.cli.speech import say
from registry.errors import Text

if TYPE_CHECKING:
    from registry.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def mount(app: typer.Typer, *, server: Server) -> None:
    """Add ``demo``."""

    @app.command()
    def demo(
        host: Annotated[str, typer.Option(help="监听地址 / Address to listen on")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="端口 / Port", min=0, max=65535)] = 8000,
        size: Annotated[int, typer.Option(help="示例企业数（首次） / Number of firms, first run")] = 2_400,
    ) -> None:
        """造一套虚构的数据（只在第一次），然后启动网站。 / Make fictional data once, then serve it."""
        from registry.cli.setting_up import read_settings
        from registry.demo.building import ensure_demo

        settings = read_settings().model_copy(update={"demo": True})
        listen(host, port).close()  # a taken port is said before a minute of work, not after it
        made = ensure_demo(settings, size=size, say=say)
        _greet(settings, made=made, host=host)
        serve_until_stopped(settings, host=host, port=port, server=server)


def _greet(settings: "Settings", *, made: bool, host: str) -> None:
    from registry.demo.people import ACCOUNTS
    from registry.demo.submissions import FIRM_ACCOUNTS

    if made:
        say(Text(f"示例数据已写入 {settings.data_dir}。", f"The fictional data is in {settings.data_dir}."))
    else:
        say(Text(f"沿用 {settings.data_dir} 中的示例数据。", f"Using the fictional data in {settings.data_dir}."))
    say(Text("示例账号（企业、数据和人员均为虚构）：", "Demo logins (firms, figures and people are fictional):"))
    for each in (*ACCOUNTS, *FIRM_ACCOUNTS):
        line = f"  {each.login}  {each.password}  "
        say(Text(f"{line}{each.display_name}，{each.does.zh}", f"{line}{each.display_name}, {each.does.en}"))
    if host not in LOOPBACK:
        say(
            Text(
                "注意：这些密码是公开的，请勿把示例网站开放到互联网。",
                "Note: these passwords are public; do not open the demo to the internet.",
            )
        )
