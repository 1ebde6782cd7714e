"""Reading lists of compatibility, any table or JSON, and ``registry products compatibility``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.cli.speech import say, say_json
from registry.errors import FileRefused, Text

if TYPE_CHECKING:
    from registry.product_words import CompatibilityAxis
    from registry.products.combinations import Combination
    from registry.schemas.compatibility import ListPreview
    from registry.services.products.compatibility import PublishedList

JSON_BYTES = 20_000_000
JSON_TYPE = "application/json"
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]


def compatibility_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="表格或 JSON / Table or JSON")],
    os_name: Annotated[
        str, typer.Option("--os", help="整份名单所指的操作系统 / Operating system of the whole list")
    ] = "",
    title: Annotated[str, typer.Option(help="名单名称，默认用文件名 / Title, the file's name by default")] = "",
    publisher: Annotated[str, typer.Option(help="发布者 / Who published it")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="写入；不加只预览 / Write; without it only a preview")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """导入一份兼容性名单：先预览，加 --yes 写入。 / Bring a list of compatibility in: a preview, or --yes."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading, transaction
    from registry.policies import Actor
    from registry.services.products.compatibility import bring_list, preview_list

    settings, actor = read_settings(), Actor.command_line()
    engine = open_engine(settings)
    with read_list(file, os_name=os_name, title=title, publisher=publisher) as given:
        if yes:
            with transaction(engine) as session:
                said = bring_list(session, given=given, actor=actor, archive_dir=settings.archive_dir)
        else:
            with reading(engine) as session:
                said = preview_list(session, given=given, actor=actor)
    if as_json:
        say_json(said.model_dump(mode="json"))
        return
    for text in summary(said):
        say(text)


def take_back_command(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="兼容性名单编号 / Number of the list")],
    reason: Annotated[str, typer.Option("--reason", help="理由 / Why")],
) -> None:
    """撤回一份兼容性名单。 / Take a list of compatibility back."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.products.compatibility import take_back_list

    with transaction(open_engine(read_settings())) as session:
        take_back_list(session, list_id=number, actor=Actor.command_line(), reason=reason)
    say(Text(f"已撤回第 {number} 号兼容性名单。", f"Compatibility list {number} is taken back."))


def summary(said: "ListPreview") -> list[Text]:
    """What would be written or was, in words."""
    from registry.product_words import CompatibilityAxis

    axes = [(CompatibilityAxis.of(code).label, count) for code, count in said.axes.items()]
    lines = [
        Text(
            f"“{said.title}”：{said.combinations:,} 条记录，未采用 {said.left_out:,} 行；"
            + "，".join(f"{label.zh} {count:,}" for label, count in axes)
            + f"；与目录产品对应 {said.linked:,} 处。",
            f"“{said.title}”: {said.combinations:,} records, {said.left_out:,} rows left out; "
            + ", ".join(f"{label.en} {count:,}" for label, count in axes)
            + f"; {said.linked:,} parts are versions of the catalogue.",
        )
    ]
    if said.list_id is not None:
        lines.append(Text(f"已写入，名单编号 {said.list_id}。", f"Written as list {said.list_id}."))
    elif said.known_list is not None:
        lines.append(
            Text(f"这份文件已导入过（第 {said.known_list} 号）。", f"It is here already (list {said.known_list}).")
        )
    else:
        lines.append(Text("这是预览；加 --yes 写入。", "This is a preview; add --yes to write."))
    return lines


@contextmanager
def read_list(path: Path, *, os_name: str = "", title: str = "", publisher: str = "") -> "Iterator[PublishedList]":
    """A list as published. Raises FileRefused for what cannot be read."""
    from registry.product_words import CompatibilityAxis
    from registry.services.products.compatibility import PublishedList

    given = {CompatibilityAxis.OS: os_name.strip()} if os_name.strip() else {}
    if path.suffix.lower() == ".json":
        found, left_out, sha256, media_type = _of_json(path, given)
    else:
        found, left_out, sha256, media_type = _of_tables(path, given)
    yield PublishedList(
        path=path,
        filename=path.name,
        sha256=sha256,
        size=path.stat().st_size,
        media_type=media_type,
        title=title.strip() or path.stem,
        publisher=publisher.strip(),
        combinations=found,
        left_out=left_out,
    )


def _of_tables(path: Path, given: "Mapping[CompatibilityAxis, str]") -> "tuple[list[Combination], int, str, str]":
    from import_scripts.reading import open_file
    from registry.products.combinations import CombinationReader

    found: list[Combination] = []
    left_out = 0
    with open_file(path) as read_file:
        for table in read_file.tables:
            reader = CombinationReader(table.columns, given)
            if not reader.is_one:
                continue
            for number, cells in table.rows:
                combination = reader.read(table.sheet, number, cells)
                if combination is None:
                    left_out += 1
                else:
                    found.append(combination)
        return found, left_out, read_file.sha256, read_file.media_type


def _of_json(path: Path, given: "Mapping[CompatibilityAxis, str]") -> "tuple[list[Combination], int, str, str]":
    from import_scripts.reading import hash_of

    if not path.is_file():
        raise FileRefused(f"没有这个文件：{path.name}", f"No such file: {path.name}", field="FILE", value=path.name)
    if path.stat().st_size > JSON_BYTES:
        raise FileRefused("JSON 文件超过 20 MB。", "The JSON file is larger than 20 MB.", field="FILE")
    try:
        records = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise FileRefused("不是有效的 JSON。", "This is no valid JSON.", field="FILE") from error
    if not isinstance(records, list):
        raise FileRefused("JSON 应是一个记录的列表。", "The JSON has to be a list of records.", field="FILE")
    found: list[Combination] = []
    left_out = 0
    for number, record in enumerate(records, start=1):
        own = list(_of_record(record, number, given)) if isinstance(record, dict) else []
        found += own
        left_out += not own
    return found, left_out, hash_of(path), JSON_TYPE


def _of_record(
    record: Mapping[str, Any], number: int, given: "Mapping[CompatibilityAxis, str]"
) -> "Iterator[Combination]":
    """The record itself, then each record inside it (the boards of a server), with the machine of the outer one."""
    from registry.product_words import CompatibilityAxis
    from registry.products.combinations import CombinationReader

    plain = {key: str(value) for key, value in record.items() if isinstance(value, str | int | float)}
    outer = CombinationReader(list(plain), given).read("", number, list(plain.values()))
    if outer is None:
        return
    yield outer
    kept: dict[CompatibilityAxis, str] = {
        axis: name for axis, name in outer.parts if axis in (CompatibilityAxis.MACHINE, CompatibilityAxis.OS)
    }
    inner: Sequence[Any] = [each for value in record.values() if isinstance(value, list) for each in value]
    for each in inner:
        if isinstance(each, dict):
            cells = {key: str(value) for key, value in each.items() if isinstance(value, str | int | float)}
            reader = CombinationReader(list(cells), kept)
            combination = reader.read("", number, list(cells.values())) if reader.is_one else None
            if combination is not None:
                yield combination
