"""Commands about files coming in. Light: what a command works with is imported when it runs."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import import_scripts.products
import import_scripts.steps
from import_scripts.deciding import decide_command
from import_scripts.steps import ImportKey, JsonOption, import_number
from registry.cli.speech import locale_of, say, say_json

if TYPE_CHECKING:
    from datetime import date

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="表格、文本、网页、docx、PDF 或 zip / Table, text, web page, docx, PDF or zip"),
]


def mount(app: typer.Typer) -> None:
    """Add ``read``, ``import``, ``match``, ``notice``, ``imports`` and ``products``."""
    app.command("read")(read_command)
    app.command("import")(import_command)
    app.command("match")(match_command)
    app.command("notice")(notice_command)
    what = "导入记录：查看、设定、签署、写入、撤回 / Imports: look, settle, sign, write, undo"
    imports = typer.Typer(help=what, no_args_is_help=True, rich_markup_mode=None)
    imports.command("list")(list_command)
    imports.command("show")(show_command)
    imports.command("undo")(undo_command)
    imports.command("decide")(decide_command)
    import_scripts.steps.mount(imports)
    app.add_typer(imports, name="imports")
    import_scripts.products.mount(app)


def read_command(file: FileArgument, as_json: JsonOption = False) -> None:
    """查看文件被理解成什么，不接触数据库。 / Show what a file is understood as, without a database."""
    from import_scripts.printing import print_read, read_as_json
    from import_scripts.reading import open_file

    with open_file(file) as read_file:
        if as_json:
            say_json(read_as_json(read_file, locale_of()))
        else:
            print_read(read_file, locale_of())


def match_command(
    file: FileArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT.xlsx", help="结果工作簿 / Workbook to write")],
    directory: Annotated[str | None, typer.Option(help="只列这一名录的称号 / Titles of this directory only")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="采用“选定”列 / Remember the choices made")] = False,
    as_json: JsonOption = False,
) -> None:
    """在工作簿右侧补上代码、登记名称、称号和把握。 / Add code, name, titles and confidence to a workbook."""
    from import_scripts.matching import run_match

    run_match(file, output, directory=directory, apply=apply, as_json=as_json)


def import_command(
    file: FileArgument,
    directory: Annotated[str | None, typer.Option(help="名录代码，如 little_giant / Code of the directory")] = None,
    batch: Annotated[str | None, typer.Option(help="批次名称，如 第八批 / Name of the batch")] = None,
    year: Annotated[int | None, typer.Option(help="批次年份 / Year of the batch")] = None,
    announced_on: Annotated[str, typer.Option(help="公告日期，如 2026-05-06 / Day of the announcement")] = "",
    document_no: Annotated[str | None, typer.Option(help="文号 / Document number")] = None,
    public_notice: Annotated[
        bool, typer.Option("--public-notice", help="公示名单，不是最终结果 / A public notice, not final")
    ] = False,
    notice_from: Annotated[str, typer.Option(help="公示起，如 2026-05-06 / First day of the notice")] = "",
    notice_to: Annotated[str, typer.Option(help="公示止，如 2026-05-12 / Last day of the notice")] = "",
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="不沿用记住的列对应 / Use no remembered mapping")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预览，不保存 / Only show what would happen")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问，直接写入 / Write without asking")] = False,
    stop_on_checks: Annotated[
        bool,
        typer.Option("--stop-on-checks", help="检查未过则只暂存，退出码 3 / Exit 3, only staged, if a check fails"),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """导入一份名单：暂存、预览、写入。 / Bring a list in: stage, preview, write."""
    with _no_cycle_search():
        from import_scripts.running import run_import
        from registry.schemas.imports import ImportOptions
        from registry.schemas.inputs import parse_day

        def day(typed: str, field: str) -> "date | None":
            return parse_day(typed, field=field) if typed else None

        options = ImportOptions(
            directory=directory,
            batch=batch,
            year=year,
            announced_on=day(announced_on, "--announced-on"),
            document_no=document_no,
            public_notice=public_notice,
            notice_from=day(notice_from, "--notice-from"),
            notice_to=day(notice_to, "--notice-to"),
        )
        run_import(
            file,
            options,
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
            memory=not no_memory,
            stop_on_checks=stop_on_checks,
        )


def notice_command(
    file: FileArgument,
    kind: Annotated[
        str, typer.Option(help="rename 更名、move 迁移、cancel 注销吊销、merge 合并、withdraw 取消资格 / Kind")
    ],
    document_no: Annotated[str, typer.Option(help="文号 / Document number")],
    on: Annotated[str, typer.Option(help="生效日期，如 2026-05-06 / Day it takes effect")],
    directory: Annotated[str | None, typer.Option(help="取消哪个名录的资格 / Directory whose titles end")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预览，不保存 / Only show what would happen")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问，直接写入 / Write without asking")] = False,
    as_json: JsonOption = False,
) -> None:
    """办理一份更名、迁移、注销、合并或取消资格的通知。 / Carry out a notice about who firms are or what they hold."""
    from import_scripts.noticing import parse_kind, run_notice
    from registry.schemas.inputs import parse_day
    from registry.services.notices.deciding import Asked

    day = parse_day(on, field="--on")
    asked = Asked(parse_kind(kind), day, document_no.strip(), directory.strip() if directory else None)
    run_notice(file, asked, dry_run=dry_run, yes=yes, as_json=as_json)


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Hundreds of thousands of small values without cycles: looking for cycles among them is a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # Straight among the old values: a search of the young ones would now look through all of them for nothing.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def list_command(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="条数 / How many")] = 50, as_json: JsonOption = False
) -> None:
    """列出导入记录，新的在前。 / List imports, newest first."""
    from import_scripts.printing import print_imports
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.imports.browsing import list_imports

    with reading(open_engine(read_settings())) as session:
        found = list_imports(session, limit=limit)
    if as_json:
        say_json([each.model_dump(mode="json") for each in found])
    else:
        print_imports(found, locale_of())


def show_command(key: ImportKey, as_json: JsonOption = False) -> None:
    """查看一次导入：列的对应、各类行数、待定和拒绝的行。 / Show one import with what needs a look."""
    from import_scripts.printing import print_import
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.imports.browsing import get_import

    number = import_number(key)
    with reading(open_engine(read_settings())) as session:
        detail = get_import(session, import_id=number)
    if as_json:
        say_json(detail.model_dump(mode="json"))
    else:
        print_import(detail, locale_of())


def undo_command(key: ImportKey, as_json: JsonOption = False) -> None:
    """撤回一次导入；只暂存的则放弃。 / Undo an import; a staged one is given up."""
    from import_scripts.printing import undo_text
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.imports.undoing import undo

    number = import_number(key)
    with transaction(open_engine(read_settings())) as session:
        report = undo(session, import_id=number, actor=Actor.command_line())
    if as_json:
        say_json(report.model_dump(mode="json"))
    else:
        for text in undo_text(report):
            say(text)
