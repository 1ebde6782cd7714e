"""``registry products``: a shopping list held against the catalogue; lists of compatibility."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from import_scripts.compatibility import compatibility_command, take_back_command
from registry.cli.speech import locale_of, say, say_json
from registry.errors import Text

if TYPE_CHECKING:
    from registry.schemas.products import CheckedLine, CheckedList

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]


def mount(app: typer.Typer) -> None:
    """Add the group ``products``."""
    group = typer.Typer(
        help="产品：核对采购清单、兼容性名单 / Products: shopping lists, compatibility",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("check")(check_command)
    group.command("compatibility")(compatibility_command)
    group.command("take-back")(take_back_command)
    app.add_typer(group, name="products")


def check_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="xlsx、xls、csv 或 txt，每行一个产品 / One product a row")
    ],
    as_of: Annotated[str, typer.Option("--as-of", help="核对日期，默认今天 / Day, today by default")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT", help="写成 .csv 或 .xlsx / Write .csv or .xlsx")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """逐行核对采购清单：有效、已过期、其他版本、未列入。 / Check a shopping list line by line."""
    from import_scripts.reading import open_file
    from registry import clock
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.schemas.inputs import parse_day
    from registry.services.products.checking import check_list
    from registry.services.products.files import write_answers
    from registry.services.products.reading import lines_of_file
    from registry.services.tables import parse_format

    day = parse_day(as_of, field="--as-of") if as_of else clock.today()
    kind = parse_format(output.suffix.lower().removeprefix(".")) if output else None
    lines = lines_of_file(file, open_file)
    with reading(open_engine(read_settings())) as session:
        checked = check_list(session, lines=lines, as_of=day)
    if output is not None and kind is not None:
        with output.open("wb") as stream:
            write_answers(stream, checked, format=kind, locale=locale_of())
    if as_json:
        say_json(checked.model_dump(mode="json"))
        return
    if output is None:
        for line in checked.lines:
            sys.stdout.write(line_text(line).in_(locale_of()) + "\n")
    say(summary(checked))


def line_text(line: "CheckedLine") -> Text:
    """One answer as a line of text, tabs between: number, answer, as written, entry, last day, note."""
    from registry.products.checking import Verdict

    label, entry = Verdict.of(line.verdict).label, line.entry
    rest = [line.written, entry.label if entry else "", str(entry.valid_to or "") if entry else ""]
    note = line.note or Text("", "")
    return Text(
        "\t".join([str(line.number), label.zh, *rest, note.zh]),
        "\t".join([str(line.number), label.en, *rest, note.en]),
    )


def summary(checked: "CheckedList") -> Text:
    """How many lines got which answer."""
    from registry.products.checking import Verdict

    counts = [(Verdict.of(code).label, count) for code, count in checked.counts.items() if count]
    return Text(
        f"{checked.total} 行：" + "，".join(f"{label.zh} {count}" for label, count in counts) + "。",
        f"{checked.total} lines: " + ", ".join(f"{label.en} {count}" for label, count in counts) + ".",
    )
