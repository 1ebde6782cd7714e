"""The command ``registry search-config check``: are the search settings in order?"""

import sys
from typing import Annotated

import typer

from registry.cli.speech import REFUSED, complain, say, say_json
from registry.errors import Text

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]


def mount(app: typer.Typer) -> None:
    """Add the group ``search-config``."""
    group = typer.Typer(no_args_is_help=True, help="搜索设置。 / Search settings.")
    group.command("check")(check_command)
    group.callback()(_only_a_group)
    app.add_typer(group, name="search-config")


def _only_a_group() -> None:
    """搜索设置。 / Search settings."""


def check_command(as_json: JsonOption = False) -> None:
    """检查搜索设置的每个文件；有错误时逐行列出并以 2 退出。 / Check every settings file; faults one a line, exit 2."""
    from registry.services.search_config import check_search_config

    checked = check_search_config()
    if as_json:
        say_json(
            {
                "ok": not checked.faults,
                "faults": [
                    {
                        "file": fault.file,
                        "line": fault.line,
                        "entry": fault.entry,
                        "what": {"zh": fault.what.zh, "en": fault.what.en},
                    }
                    for fault in checked.faults
                ],
                "counts": checked.counts,
            }
        )
    else:
        for fault in checked.faults:
            complain(fault.text)
        if not checked.faults:
            _print_counts(checked.counts)
    if checked.faults:
        raise typer.Exit(REFUSED)


def _print_counts(counts: dict[str, dict[str, int]]) -> None:
    entries = sum(sum(parts.values()) for parts in counts.values())
    say(Text(f"搜索设置无误：{len(counts)} 个文件，{entries} 条。", f"Search settings are right: {entries} entries."))
    for name, parts in counts.items():
        sys.stdout.write(f"{name}  " + "  ".join(f"{part} {count}" for part, count in parts.items()) + "\n")
