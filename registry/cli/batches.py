"""Commands about batches: list, show, new, notice, final, withdraw, freeze, correct, drop, compare, verify."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.speech import FAULT, locale_of, say, say_json
from registry.errors import InvalidInput, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from registry.models import Batch
    from registry.policies import Actor

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]
BatchNumber = Annotated[int, typer.Argument(metavar="ID", min=1, help="批次编号 / Number of the batch")]
Reason = Annotated[str, typer.Option("--reason", help="理由 / Why")]
Day = Annotated[str, typer.Option("--on", help="日期，默认今天 / Day, today by default")]
Document = Annotated[str, typer.Option("--document-no", help="文号 / Document number")]


def mount(app: typer.Typer) -> None:
    """Add the group ``batches``."""
    group = typer.Typer(
        help="批次：草案、公示、正式、更正 / Batches: draft, notice, final, correction",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list")(list_all)
    group.command()(show)
    group.command()(new)
    group.command()(notice)
    group.command()(final)
    group.command()(withdraw)
    group.command()(freeze)
    group.command()(correct)
    group.command()(drop)
    group.command()(compare)
    group.command()(verify)
    app.add_typer(group, name="batches")


def list_all(
    state: Annotated[str, typer.Option(help="只看一种状态，如 draft / Only this state")] = "",
    directory: Annotated[str, typer.Option(help="只看这个名录 / Only this directory")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="条数 / How many")] = 50,
    as_json: JsonOption = False,
) -> None:
    """列出批次，新的在前。 / List batches, newest first."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.policies import Actor
    from registry.services.batch_life.listing import list_batches
    from registry.vocabulary import BatchState

    known = {one.value: one for one in BatchState}
    if state and state not in known:
        raise InvalidInput(
            f"没有状态“{state}”。",
            f"There is no state “{state}”.",
            field="--state",
            value=state,
            choices=tuple(known),
        )
    with reading(open_engine(read_settings())) as session:
        found = list_batches(
            session,
            actor=Actor.command_line(),
            state=known.get(state),
            directory=directory or None,
            limit=limit,
        )
    if as_json:
        say_json([one.model_dump(mode="json") for one in found])
        return
    locale = locale_of()
    for one in found:
        batch = one.batch
        said = f"{batch.id}\t{batch.directory_code}\t{batch.year}\t{batch.label}\t{batch.edition}"
        line = f"{said}\t{batch.state.label.in_(locale)}\t{batch.rows}\t{(one.content_hash or '')[:12]}"
        say(Text(line, line))


def show(number: BatchNumber, as_json: JsonOption = False) -> None:
    """查看一个批次及其经过。 / Show one batch and what was done to it."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.policies import Actor
    from registry.services.batch_life.listing import get_work_batch
    from registry.services.batch_life.moves import history

    with reading(open_engine(read_settings())) as session:
        found = get_work_batch(session, number, actor=Actor.command_line())
        events = history(session, number)
    if as_json:
        say_json(found.model_dump(mode="json") | {"history": [one.model_dump(mode="json") for one in events]})
        return
    batch, state = found.batch, found.batch.state.label
    say(
        Text(
            f"{batch.id} {batch.directory_name.zh} {batch.year} {batch.label} 第 {batch.edition} 版："
            f"{state.zh}，{batch.rows} 条，哈希 {found.content_hash or '无'}，待处理异议 {found.open_objections} 件",
            f"{batch.id} {batch.directory_name.en} {batch.year} {batch.label}, edition {batch.edition}: "
            f"{state.en}, {batch.rows} rows, hash {found.content_hash or 'none'}, "
            f"open objections {found.open_objections}",
        )
    )
    for one in events:
        rest = f"{one.actor}\t{one.document_no or ''}\t{one.reason}"
        say(Text(f"{one.on}\t{one.act.label.zh}\t{rest}", f"{one.on}\t{one.act.label.en}\t{rest}"))


def new(
    directory: Annotated[str, typer.Option(help="名录代码 / Code of the directory")],
    year: Annotated[int, typer.Option(help="年份 / Year")],
    label: Annotated[str, typer.Option(help="批次名称 / Name of the batch")],
    title: Annotated[str, typer.Option(help="标题 / Title")] = "",
    document_no: Document = "",
    as_json: JsonOption = False,
) -> None:
    """登记一个草案批次；再用同样的名录、年份、名称导入。 / Register a draft; then import its list."""
    from registry.services.batch_life.acts import start_batch

    _act(
        lambda session, actor: start_batch(
            session,
            directory=directory.strip().lower().replace("-", "_"),
            year=year,
            label=label,
            title=title,
            document_no=document_no,
            actor=actor,
        ),
        as_json,
    )


def notice(
    number: BatchNumber,
    begins: Annotated[str, typer.Option("--from", help="公示开始日 / First day")],
    ends: Annotated[str, typer.Option("--to", help="公示截止日 / Last day")],
    reason: Reason,
    document_no: Document = "",
    as_json: JsonOption = False,
) -> None:
    """把草案付诸公示。 / Open the public notice of a draft."""
    from registry.schemas.inputs import parse_day
    from registry.services.batch_life.acts import publish_notice

    first, last = parse_day(begins, field="--from"), parse_day(ends, field="--to")
    _act(
        lambda session, actor: publish_notice(
            session,
            batch_id=number,
            notice_from=first,
            notice_to=last,
            document_no=document_no,
            actor=actor,
            reason=reason,
        ),
        as_json,
    )


def final(
    number: BatchNumber, document_no: Document, reason: Reason, on: Day = "", as_json: JsonOption = False
) -> None:
    """定为正式名单并冻结。 / Make it final and freeze it."""
    from registry import clock
    from registry.schemas.inputs import parse_day
    from registry.services.batch_life.acts import make_final

    day = parse_day(on, field="--on") if on else clock.today()
    _act(
        lambda session, actor: make_final(
            session, batch_id=number, announced_on=day, document_no=document_no, actor=actor, reason=reason
        ),
        as_json,
    )


def withdraw(
    number: BatchNumber, reason: Reason, on: Day = "", document_no: Document = "", as_json: JsonOption = False
) -> None:
    """撤下草案或公示。 / Take a draft or public notice down."""
    from registry import clock
    from registry.schemas.inputs import parse_day
    from registry.services.batch_life.acts import withdraw_batch

    day = parse_day(on, field="--on") if on else clock.today()
    _act(
        lambda session, actor: withdraw_batch(
            session, batch_id=number, on=day, document_no=document_no, actor=actor, reason=reason
        ),
        as_json,
    )


def freeze(number: BatchNumber, reason: Reason, as_json: JsonOption = False) -> None:
    """冻结导入完成的正式名单。 / Freeze a final list that imports have filled."""
    from registry.services.batch_life.acts import freeze_batch

    _act(lambda session, actor: freeze_batch(session, batch_id=number, actor=actor, reason=reason), as_json)


def correct(
    number: BatchNumber,
    reason: Reason,
    document_no: Document = "",
    empty: Annotated[bool, typer.Option("--empty", help="不复制名单，另行导入 / Copy no rows, import them")] = False,
    as_json: JsonOption = False,
) -> None:
    """为已冻结的名单建立更正版草案。 / Make a new edition of a frozen list, as a draft."""
    from registry.services.batch_life.editions import correct as make

    _act(
        lambda session, actor: make(
            session, batch_id=number, document_no=document_no, copy_rows=not empty, actor=actor, reason=reason
        ),
        as_json,
    )


def drop(
    number: BatchNumber,
    listing: Annotated[int, typer.Argument(metavar="LISTING", min=1, help="认定记录编号 / Number of the row")],
    reason: Reason,
) -> None:
    """从草案或公示名单中去掉一行。 / Take a row out of a draft or public notice."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.batch_life.editions import drop_row

    with transaction(open_engine(read_settings())) as session:
        drop_row(session, batch_id=number, listing_id=listing, actor=Actor.command_line(), reason=reason)
    say(Text(f"已从批次 {number} 去掉第 {listing} 号记录。", f"Row {listing} is out of batch {number}."))


def compare(
    a: Annotated[int, typer.Argument(metavar="A", min=1, help="从这个批次 / From this batch")],
    b: Annotated[int, typer.Argument(metavar="B", min=1, help="到这个批次 / To this batch")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写成 CSV 文件 / Write CSV to a file")] = None,
    as_json: JsonOption = False,
) -> None:
    """逐行比较同一名录的两个批次或版次。 / Compare two batches or editions of a directory row by row."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.batch_life.comparing import compare as find
    from registry.services.batch_life.comparing import write_comparison
    from registry.services.batch_life.pairing import shown_pair
    from registry.vocabulary import RowChange

    with reading(open_engine(read_settings())) as session:
        found = find(session, a, b, for_officials=True)
    if output is not None:
        with output.open("wb") as stream:
            write_comparison(stream, found)
    if as_json:
        rows = [shown_pair(one).model_dump(mode="json") for one in found.rows if one.change is not RowChange.SAME]
        say_json(found.summary.model_dump(mode="json") | {"rows": rows})
        return
    counts = found.summary.counts
    words = [(change.label, counts[change.value]) for change in RowChange if change.value in counts]
    say(
        Text(
            "，".join(f"{label.zh} {count}" for label, count in words) + "。",
            ", ".join(f"{label.en} {count}" for label, count in words) + ".",
        )
    )
    if output is None:
        for one in found.rows:
            if one.change is not RowChange.SAME:
                sys.stdout.write(f"{one.change.label.in_(locale_of())}\t{one.row.name}\n")


def verify(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", min=1, help="只核对这一批 / Only this one")] = None,
    as_json: JsonOption = False,
) -> None:
    """重算已冻结名单的哈希；有不同则逐条指出，退出码为 1。 / Recompute the hashes; exit 1 if any differs."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.batch_life.freezing import verify_batches

    with reading(open_engine(read_settings())) as session:
        checks = verify_batches(session, batch_id=number)
    broken = [one for one in checks if not one.ok]
    if as_json:
        say_json({"ok": not broken, "batches": [one.model_dump(mode="json") for one in checks]})
    else:
        for one in broken:
            for fault in one.differences:
                where = f"{one.batch_id} {one.directory_code} {one.label}"
                say(Text(f"{where}：{fault.zh}", f"{where}: {fault.en}"))
        say(
            Text(
                f"已核对 {len(checks)} 个冻结的批次，{len(broken)} 个不符。",
                f"{len(checks)} frozen batches verified, {len(broken)} differ.",
            )
        )
    if broken:
        raise typer.Exit(FAULT)


def _act(do: "Callable[[Session, Actor], Batch]", as_json: bool) -> None:
    """Run one act in one transaction and say what became of the batch."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor
    from registry.services.batch_life.listing import get_work_batch

    actor = Actor.command_line()
    with transaction(open_engine(read_settings())) as session:
        done = do(session, actor)
        found = get_work_batch(session, done.id, actor=actor)
    if as_json:
        say_json(found.model_dump(mode="json"))
        return
    batch, state = found.batch, found.batch.state.label
    say(
        Text(
            f"批次 {batch.id}（{batch.label}，第 {batch.edition} 版）：{state.zh}，{batch.rows} 条。",
            f"Batch {batch.id} ({batch.label}, edition {batch.edition}): {state.en}, {batch.rows} rows.",
        )
    )
