"""The command ``registry directory``: one list as of a day, for eyes or for programs."""

import os
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from registry.cli.speech import locale_of, say
from registry.errors import InvalidInput, Text

if TYPE_CHECKING:
    from sqlmodel import Session

    from registry.schemas.directories import ListingRow
    from registry.schemas.inputs import ListFormat, StatusFilter

ROWS_SHOWN = 50
"""What a terminal is shown; a pipe or file gets everything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, checked."""

    code: str
    as_of: date
    city: str | None
    status: "StatusFilter"


def mount(app: typer.Typer) -> None:
    """Add the command ``directory``."""
    app.command("directory")(directory_command)


def directory_command(
    code: Annotated[str, typer.Argument(help="名录代码，如 little_giant / Code of the directory")],
    as_of: Annotated[str, typer.Option("--as-of", help="哪一天的名录，默认今天 / Day, today by default")] = "",
    city: Annotated[str, typer.Option("--city", help="城市代码，如 440300 / City code")] = "",
    status: Annotated[str, typer.Option("--status", help="held（有效）、all 或一种状态 / State")] = "held",
    form: Annotated[str, typer.Option("--format", help="csv、xlsx、json 或 parquet / File format")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写入文件 / Write to a file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="同 --format json / Same as --format json")] = False,
) -> None:
    """查看或导出某一天的名录。 / Show or download a directory as of a day."""
    from registry import clock
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.schemas.inputs import parse_day, parse_directory, parse_region_code, parse_status
    from registry.services.directories import codes

    day = parse_day(as_of, field="--as-of") if as_of else clock.today()
    where = parse_region_code(city, field="--city") if city else None
    which = parse_status(status, field="--status")
    chosen = _format(form, output, as_json=as_json)
    with reading(open_engine(read_settings())) as session:
        asked = Asked(parse_directory(code, codes(session), field="CODE"), day, where, which)
        if chosen is None:
            _show(session, asked)
        else:
            _download(session, asked, chosen, output)


def _format(form: str, output: Path | None, *, as_json: bool) -> "ListFormat | None":
    """The file format; None for a table on a terminal. Raises InvalidInput."""
    from registry.schemas.inputs import parse_list_format

    on_terminal = output is None and sys.stdout.isatty()
    if as_json and form not in ("", "json"):
        raise InvalidInput(
            f"--json 与 --format {form} 不能同时使用。",
            f"--json and --format {form} exclude each other.",
            field="--format",
        )
    if as_json or form:
        chosen = parse_list_format("json" if as_json else form, field="--format")
    elif output is not None and output.suffix:
        chosen = parse_list_format(output.suffix.removeprefix("."), field="--output")
    else:
        return None if on_terminal else "csv"
    if chosen in ("xlsx", "parquet") and on_terminal:
        raise InvalidInput(
            f"{chosen} 文件不能显示在终端上。请用 --output 写入文件。",
            f"A file of the format {chosen} cannot be shown on a terminal. Use --output to write a file.",
            field="--output",
        )
    return chosen


def _download(session: "Session", asked: Asked, form: "ListFormat", output: Path | None) -> None:
    from registry.services.downloads import write_listing

    with _destination(output) as stream:
        count = write_listing(
            session, stream, code=asked.code, as_of=asked.as_of, format=form, city=asked.city, status=asked.status
        )
    if output is not None:
        say(Text(f"已写入 {count} 条：{output}", f"{count} rows written to {output}"))


@contextmanager
def _destination(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears under its name only when it is complete."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    handle, name = tempfile.mkstemp(prefix=f".{output.name}-", dir=output.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)  # a temporary file is private; this one is to be like any other
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _show(session: "Session", asked: Asked) -> None:
    """The first rows as a table, and how many there are."""
    from registry.services.directories import rows

    page = rows(session, code=asked.code, as_of=asked.as_of, city=asked.city, status=asked.status, limit=ROWS_SHOWN)
    _print_table([_cells(row) for row in page.items])
    more_zh = f"，只显示前 {ROWS_SHOWN} 条；全部请用 --output 导出" if page.next_cursor else ""
    more_en = f", first {ROWS_SHOWN} shown; use --output for all" if page.next_cursor else ""
    say(
        Text(
            f"{asked.code}，截至 {asked.as_of}：共 {page.total} 条{more_zh}。",
            f"{asked.code} as of {asked.as_of}: {page.total} rows{more_en}.",
        )
    )


def _cells(row: "ListingRow") -> tuple[str, ...]:
    english = locale_of() == "en"
    dates = f"{row.valid_from} – {row.valid_to or ''}"
    state = row.status.label.in_(locale_of()) if row.status else ""
    city = (row.city_name_en if english else row.city_name) or ""
    name = f"{row.product.name} {row.product.version}".strip() if row.product else row.name
    return (row.key or "", name, city, dates, state)


def _print_table(lines: Sequence[tuple[str, ...]]) -> None:
    """Columns aligned by what characters take on a terminal; the last one is not padded."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
