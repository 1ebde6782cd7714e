"""Commands for the steps of an import between its upload and the registry: map, review, override, write, cancel."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.cli.speech import locale_of, say, say_json
from registry.errors import InvalidInput, Text

if TYPE_CHECKING:
    from registry.schemas.imports import ImportDetail, ImportReview

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]
ImportKey = Annotated[str, typer.Argument(metavar="ID", help="导入编号，如 IM-12 / Number of the import")]
Pairs = Annotated[list[str] | None, typer.Option(help="可重复 / May be repeated")]
AT_ONCE = 2**62
"""Whoever works at the command line waits for a large file as well."""


def mount(imports: typer.Typer) -> None:
    """Add the steps to ``registry imports``."""
    imports.command("map")(map_command)
    imports.command("review")(review_command)
    imports.command("override")(override_command)
    imports.command("write")(write_command)
    imports.command("cancel")(cancel_command)
    imports.command("mappings")(mappings_command)
    imports.command("forget")(forget_command)


def map_command(
    key: ImportKey,
    column: Pairs = None,
    header: Pairs = None,
    sheet: Pairs = None,
    directory: Annotated[str | None, typer.Option(help="名录代码 / Code of the directory")] = None,
    batch: Annotated[str | None, typer.Option(help="批次名称 / Name of the batch")] = None,
    year: Annotated[int | None, typer.Option(help="批次年份 / Year of the batch")] = None,
    announced_on: Annotated[str, typer.Option(help="公告日期 / Day of the announcement")] = "",
    document_no: Annotated[str | None, typer.Option(help="文号 / Document number")] = None,
    no_memory: Annotated[bool, typer.Option("--no-memory", help="不沿用也不记住 / Neither use nor keep")] = False,
    as_json: JsonOption = False,
) -> None:
    """设定并逐行对应：--column 列=字段、--header 表=行、--sheet 表；未给出的照旧。 / Settle, match the rows."""
    from import_scripts.printing import print_import
    from import_scripts.reading import open_file
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading, transaction
    from registry.policies import Actor
    from registry.schemas.inputs import parse_day
    from registry.services.imports.browsing import get_import
    from registry.services.imports.uploading import settle

    number, settings = import_number(key), read_settings()
    engine = open_engine(settings)
    with reading(engine) as session:
        before = get_import(session, import_id=number, limit=0)
    said = {"directory": directory, "batch": batch, "year": year, "document_no": document_no}
    if announced_on:
        said["announced_on"] = parse_day(announced_on, field="--announced-on").isoformat()
    options = _options(before, said, column or [], header or [], sheet or [])
    with transaction(engine) as session:
        staged = settle(
            session,
            import_id=number,
            options=options,
            actor=Actor.command_line(),
            open_file=open_file,
            archive_dir=settings.archive_dir,
            memory=not no_memory,
            large_bytes=AT_ONCE,
        )
        detail = get_import(session, import_id=staged.import_id)
    if as_json:
        say_json(detail.model_dump(mode="json"))
    else:
        print_import(detail, locale_of())


def review_command(
    key: ImportKey,
    count: Annotated[int | None, typer.Option(help="签署：将写入的行数 / Sign: rows that will be written")] = None,
    as_json: JsonOption = False,
) -> None:
    """查看检查；给出 --count 则签署。 / Show the checks; with --count sign off."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.imports.reviewing import get_review, review

    number = import_number(key)
    with transaction(open_engine(read_settings())) as session:
        found = (
            get_review(session, import_id=number)
            if count is None
            else review(session, import_id=number, count=count, actor=Actor.command_line())
        )
    _say_review(found, as_json=as_json)


def override_command(
    key: ImportKey,
    reason: Annotated[str, typer.Option(help="理由，记入审计 / Reason, kept in the audit trail")],
    as_json: JsonOption = False,
) -> None:
    """作为第二人让未过的检查通过。 / Let failed checks pass, as a second official."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.imports.reviewing import override

    number = import_number(key)
    with transaction(open_engine(read_settings())) as session:
        found = override(session, import_id=number, reason=reason, actor=Actor.command_line())
    _say_review(found, as_json=as_json)


def write_command(key: ImportKey, as_json: JsonOption = False) -> None:
    """写入；没有签署的同时签署，检查未过的不写。 / Write, signing if nobody has; refused while a check fails."""
    from import_scripts.printing import written_text
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.imports.browsing import get_import
    from registry.services.imports.reviewing import sign_or_write

    number = import_number(key)
    with transaction(open_engine(read_settings())) as session:
        sign_or_write(session, import_id=number, actor=Actor.command_line())
        detail = get_import(session, import_id=number)
    _say_detail(detail, written_text(detail), as_json=as_json)


def cancel_command(key: ImportKey, as_json: JsonOption = False) -> None:
    """取消后台处理。 / Cancel work in the background."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.imports.browsing import get_import
    from registry.services.imports.uploading import cancel

    number = import_number(key)
    with transaction(open_engine(read_settings())) as session:
        cancel(session, import_id=number, actor=Actor.command_line())
        detail = get_import(session, import_id=number)
    _say_detail(detail, Text(f"已取消 IM-{number} 的处理。", f"Work on IM-{number} is cancelled."), as_json=as_json)


def mappings_command(as_json: JsonOption = False) -> None:
    """列出记住的列对应。 / List remembered mappings."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.imports.remembering import list_remembered

    with reading(open_engine(read_settings())) as session:
        found = list_remembered(session)
    if as_json:
        say_json([each.model_dump(mode="json") for each in found])
        return
    if not found:
        say(Text("还没有记住的列对应。", "Nothing is remembered yet."))
    for each in found:
        roles = ", ".join(f"{column}={role or '-'}" for column, role in each.roles.items())
        line = f"{each.id}  {each.directory_code or '—'}  {roles}  {each.remembered_by}  {each.import_key}"
        say(Text(line, line))


def forget_command(
    number: Annotated[int, typer.Argument(min=1, max=2**62, help="设置的编号 / Number of the mapping")],
) -> None:
    """不再沿用一个列对应。 / Use a remembered mapping no more."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.imports.remembering import forget

    with transaction(open_engine(read_settings())) as session:
        forget(session, mapping_id=number, actor=Actor.command_line())
    say(Text(f"不再沿用 {number}。", f"Mapping {number} is used no more."))


def import_number(key: str) -> int:
    """The number in IM-12, im-12 or 12. Raises InvalidInput otherwise.

    >>> import_number("IM-12"), import_number("12")
    (12, 12)
    """
    digits = key.strip().upper().removeprefix("IM-")
    if digits.isascii() and digits.isdigit() and 0 < int(digits) < 2**62:
        return int(digits)
    raise InvalidInput(
        f"“{key}”不是导入编号，应如 IM-12。用 registry imports list 查看。",
        f"“{key}” is no import number such as IM-12. See registry imports list.",
        field="ID",
        value=key,
    )


def _options(
    before: "ImportDetail", said: dict[str, Any], columns: list[str], headers: list[str], sheets: list[str]
) -> Any:
    """The options as they are, or as the file proposes, with what was said laid over them."""
    from registry.services.imports.options import stored_options

    options: dict[str, Any] = dict(before.options)
    if not options:
        options = {
            name: one.value for name, one in before.proposal.items() if name not in ("procedure", "public_notice")
        }
        options = {name: value for name, value in options.items() if not name.startswith("notice_")}
    options |= {name: value for name, value in said.items() if value is not None}
    options["mapping"] = {sheet: dict(roles) for sheet, roles in options.get("mapping", {}).items()}
    for pair in columns:
        name, role = _pair(pair, "--column")
        for table in before.tables:
            if any(one.column == name for one in table.columns):
                options["mapping"].setdefault(table.sheet, {})[name] = "" if role == "-" else role
                break
        else:
            raise InvalidInput(f"没有叫“{name}”的列。", f"There is no column “{name}”.", field="--column", value=name)
    options["header_rows"] = dict(options.get("header_rows", {}))
    for pair in headers:
        sheet, row = _pair(pair, "--header")
        if not row.isdecimal() or len(row) > 9:
            raise InvalidInput(
                f"--header 应如 Sheet1=3，收到“{pair}”。",
                f"--header is written as Sheet1=3, not “{pair}”.",
                field="--header",
            )
        options["header_rows"][sheet] = int(row)
    if sheets:
        options["sheets"] = sheets
    return stored_options({"options": options})


def _pair(given: str, option: str) -> tuple[str, str]:
    name, sign, value = given.rpartition("=")
    if not sign:
        raise InvalidInput(
            f"{option} 应写作 名称=值，收到“{given}”。",
            f"{option} is written as name=value, not “{given}”.",
            field=option,
            value=given,
        )
    return name, value.strip()


def _say_review(found: "ImportReview", *, as_json: bool) -> None:
    from import_scripts.printing import guard_text

    if as_json:
        say_json(found.model_dump(mode="json"))
        return
    for one in found.guards:
        say(guard_text(one))
    if found.reviewed_by:
        say(
            Text(
                f"{found.reviewed_by} 已签署，将写入 {found.rows} 行。",
                f"Signed by {found.reviewed_by}: {found.rows} rows.",
            )
        )
    if found.blocked:
        say(Text("须由第二人写明理由确认，才能写入。", "A second official has to confirm with a reason first."))


def _say_detail(detail: "ImportDetail", text: Text, *, as_json: bool) -> None:
    if as_json:
        say_json(detail.model_dump(mode="json"))
    else:
        say(text)
