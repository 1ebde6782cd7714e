"""The command line's root: every command of the registry, none of them imported deeper than its own arguments."""

import os
from typing import Annotated

import typer

from registry.cli import (
    accounts,
    api_keys,
    assess,
    audit,
    backup,
    batches,
    demo,
    directory,
    index,
    land,
    objections,
    opendata,
    search,
    search_config,
    serving,
    standards,
    webhooks,
)


def make_app(*, server: serving.Server, reader: search.Reader | None = None) -> typer.Typer:
    """The ``registry`` command with its subcommands. ``server`` runs the web application on an open socket,
    ``reader`` gives the worker what reads files.

    Modules of commands are light: what a command works with is imported when it runs, so that ``--help`` is quick.
    """
    app = typer.Typer(
        name="registry",
        help="企业名录与梯度培育库 / Enterprise directory and cultivation registry",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(_options)
    serving.mount(app, server=server)
    demo.mount(app, server=server)
    search.mount(app, reader=reader)
    index.mount(app)
    search_config.mount(app)
    directory.mount(app)
    standards.mount(app)
    assess.mount(app)
    land.mount(app)
    accounts.mount(app)
    batches.mount(app)
    objections.mount(app)
    audit.mount(app)
    opendata.mount(app)
    api_keys.mount(app)
    webhooks.mount(app)
    backup.mount(app)
    return app


def _options(
    debug: Annotated[bool, typer.Option("--debug", help="出错时打印完整信息 / Print full details of a fault")] = False,
) -> None:
    if debug:
        os.environ["REGISTRY_DEBUG"] = "1"
