"""Commands that bring the registry up and look after it: serve, migrate, doctor."""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.speech import FAULT, locale_of, say, say_json
from registry.errors import InvalidInput, Text

if TYPE_CHECKING:
    from registry.settings import Settings

Server = Callable[["Settings", socket.socket], None]
"""Runs the web application on an open socket until it is told to stop. Given by the composition root."""


def mount(app: typer.Typer, *, server: Server) -> None:
    """Add ``serve``, ``migrate`` and ``doctor``."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="监听地址 / Address to listen on")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="端口 / Port", min=0, max=65535)] = 8000,
    ) -> None:
        """启动网站和接口。 / Serve the pages and the API."""
        from registry.cli.setting_up import read_settings

        serve_until_stopped(read_settings(), host=host, port=port, server=server)

    app.command()(migrate)
    app.command()(doctor)


def migrate() -> None:
    """建表或升级数据库，并写入随程序发布的名录和产业链。 / Bring the database to the present schema."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.migrating import migrate as bring_up

    revision = bring_up(open_engine(read_settings()))
    say(Text(f"数据库已是版本 {revision}。", f"The database is at revision {revision}."))


def doctor(
    only: Annotated[list[str] | None, typer.Option(help="只查这几项，可重复 / Only these checks, repeatable")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")] = False,
) -> None:
    """检查数据目录、数据库、索引和后台任务；有问题时说明怎么修。 / Check that everything is in order."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.doctor import examine

    settings = read_settings()
    findings = examine(settings, open_engine(settings), only=only or ())
    if as_json:
        say_json({"ok": all(f.ok for f in findings), "checks": [f.as_dict(locale_of()) for f in findings]})
    else:
        for found in findings:
            mark = "✓" if found.ok else "✗"
            say(Text(f"{mark} {found.text.zh}{found.mend.zh}", f"{mark} {found.text.en} {found.mend.en}".rstrip()))
    if not all(found.ok for found in findings):
        raise typer.Exit(FAULT)


def serve_until_stopped(settings: "Settings", *, host: str, port: int, server: Server) -> None:
    """Serve on ``host:port``. Raises InvalidInput if the port is taken, StorageUnavailable if migrations are due."""
    from registry.cli.setting_up import open_engine
    from registry.services.migrating import require_current_schema

    engine = open_engine(settings)
    require_current_schema(engine)
    engine.dispose()
    listening = listen(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}"
    say(Text(f"正在 {address} 提供服务，按 Ctrl+C 停止。", f"Serving on {address}. Press Ctrl+C to stop."))
    with listening:
        server(settings, listening)


def listen(host: str, port: int) -> socket.socket:
    """An open socket, so that a taken port is one clear line before anything has started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise InvalidInput(
            f"不能在 {host}:{port} 监听（{error.strerror}）。请用 --port 换一个端口，或先停止占用它的程序。",
            f"Cannot listen on {host}:{port} ({error.strerror}). "
            "Choose another with --port, or stop the program using it.",
            field="port",
            value=port,
        ) from error
    return listening
