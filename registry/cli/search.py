"""Commands about search: search, reindex, worker."""

import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry.cli.speech import locale_of, say, say_json
from registry.errors import Locale, Text

if TYPE_CHECKING:
    from registry.schemas.tables import OpenFile
    from registry.search.query import AnyHit, SearchPage

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]
Given = Annotated[list[str] | None, typer.Option(help="可重复 / May be repeated")]


Reader = Callable[[], "OpenFile"]
"""Gives what reads files when the worker starts; made by the composition root."""


def mount(app: typer.Typer, *, reader: Reader | None = None) -> None:
    """Add ``search``, ``reindex`` and ``worker``."""
    app.command("search")(search_command)
    app.command("reindex")(reindex_command)

    @app.command("worker")
    def worker_command() -> None:
        """运行后台进程：更新索引、执行后台任务，直到收到停止信号。 / Run background work until told to stop."""
        run_worker(reader() if reader else None)


def search_command(
    query: Annotated[str, typer.Argument(help="名称、代码、拼音、名录、地区… / Name, code, pinyin, list, place…")] = "",
    directory: Given = None,
    city: Given = None,
    district: Given = None,
    chain: Given = None,
    level: Given = None,
    status: Given = None,
    granted: Given = None,
    ending: Given = None,
    brand: Given = None,
    category: Given = None,
    grade: Given = None,
    kind: Annotated[str, typer.Option(help="all、enterprise、product、directory")] = "all",
    sort: Annotated[str, typer.Option(help="relevance、standing")] = "relevance",
    literal: Annotated[bool, typer.Option("--literal", help="不把词理解为筛选条件 / Words are only text")] = False,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至日期 / Day, 2026-06-30")] = None,
    limit: Annotated[int, typer.Option(help="条数 / Number of hits")] = 20,
    cursor: Annotated[str, typer.Option(help="上页给出的 next_cursor / From the page before")] = "",
    as_json: JsonOption = False,
) -> None:
    """查找企业、产品和名录。 / Find enterprises, products and directories."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.services.asking import ask
    from registry.services.finding import find
    from registry.services.indexing import search_engine

    settings = read_settings()
    with reading(open_engine(settings)) as session:
        question = ask(
            session,
            text=query,
            directories=directory or (),
            cities=city or (),
            districts=district or (),
            chains=chain or (),
            levels=level or (),
            statuses=status or (),
            granted=granted or (),
            ending=ending or (),
            brands=brand or (),
            categories=category or (),
            grades=grade or (),
            kind=kind,
            sort=sort,
            literal=literal,
            as_of=as_of.date() if as_of else None,
            cursor=cursor,
            limit=limit,
        )
        page = find(session, search_engine(settings), question)
    if as_json:
        say_json(as_data(page))
    else:
        _print_page(page)


def reindex_command(as_json: JsonOption = False) -> None:
    """重建搜索索引，建好后一次切换。 / Rebuild the search index beside the present one, then switch."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.errors import Conflict
    from registry.search.engine import RebuildBusy, WriterBusy
    from registry.services.index_check import REBUILDING, WRITING
    from registry.services.indexing import rebuild, search_engine
    from registry.services.migrating import require_current_schema

    settings = read_settings()
    database = open_engine(settings)
    require_current_schema(database)
    try:
        done = rebuild(database, search_engine(settings), progress=_progress)
    except RebuildBusy as busy:
        raise Conflict(REBUILDING.zh, REBUILDING.en) from busy
    except WriterBusy as busy:
        raise Conflict(WRITING.zh, WRITING.en) from busy
    if as_json:
        say_json({"count": done.count, "version": done.version, "seconds": round(done.seconds, 2)})
    else:
        seconds = f"{done.seconds:.1f}"
        say(
            Text(
                f"索引已重建：{done.count} 家企业，用时 {seconds} 秒。",
                f"The index was rebuilt: {done.count} enterprises in {seconds} s.",
            )
        )


def run_worker(open_file: "OpenFile | None") -> None:
    """Work until a signal says to stop."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.indexing import search_engine
    from registry.services.mailing import carrier_of, sender_of
    from registry.services.migrating import require_current_schema
    from registry.services.nightly import schedule_of
    from registry.services.traced_jobs import traced_kinds
    from registry.services.webhooks.addresses import networks_of
    from registry.services.working import Worker
    from registry.tracing import trace_statements, tracing_of

    settings = read_settings()
    database = open_engine(settings)
    require_current_schema(database)
    if (tracing := tracing_of()) is not None:
        trace_statements(database)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    say(Text("后台进程已启动，按 Ctrl+C 停止。", "The worker is running; Ctrl+C stops it."))
    sys.stdout.flush()
    Worker(
        database,
        search_engine(settings),
        kinds=traced_kinds(tracing.tracer if tracing else None),
        data_dir=settings.data_dir,
        open_file=open_file,
        carrier=carrier_of(settings),
        sender=sender_of(settings),
        schedule=schedule_of(settings),
        networks=networks_of(settings.webhook_networks),
    ).run(stop)
    if tracing is not None:
        tracing.stop()


def as_data(page: "SearchPage") -> dict[str, Any]:
    """A page of answers for programs: the shape of the API, with the text asked and the time it took."""
    from registry.search.shown import shown

    return {"query": page.query.text, **shown(page).model_dump(mode="json"), "took_ms": page.took_ms}


def _print_page(page: "SearchPage") -> None:
    locale = locale_of()
    for notice in page.notices:
        say(notice)
    if read := [chip for chip in page.interpreted if chip.applied]:
        chips = " ".join(f"[{chip.label.in_(locale)}]" for chip in read)
        say(Text(f"理解为：{chips}", f"Read as: {chips}"))
    for suggestion in page.did_you_mean:
        shown = suggestion.text + (f" {suggestion.name}" if suggestion.name else "")
        say(Text(f"您是不是要找：{shown}", f"Did you mean: {shown}"))
    if shared := page.same_brand:
        say(
            Text(
                f"字号“{shared.name}”的企业共 {shared.total} 家，用 --brand {shared.name} 只列出它们。",
                f"{shared.total} enterprises share the brand “{shared.name}”; --brand {shared.name} lists these alone.",
            )
        )
    for section in page.sections:
        say(_SECTIONS[section.kind](section.total))
        for hit in (*section.hits, *section.near):
            sys.stdout.write("  ".join(part for part in _line(hit, locale) if part) + "\n")


_SECTIONS = {
    "enterprise": lambda n: Text(f"共 {n} 家企业", f"{n} enterprises"),
    "product": lambda n: Text(f"共 {n} 项产品", f"{n} products"),
    "directory": lambda n: Text(f"共 {n} 个名录", f"{n} directories"),
}


def _line(hit: "AnyHit", locale: Locale) -> tuple[str, ...]:
    """The parts of one printed hit; what is only similar begins with ~."""
    if hit.kind == "directory":
        return hit.code, hit.name.in_(locale), hit.why.in_(locale)
    mark = "~ " if hit.near else ""
    if hit.kind == "product":
        return mark + f"{hit.name} {hit.version}".strip(), hit.maker, hit.category, hit.why.in_(locale)
    place = hit.city_name.in_(locale) if hit.city_name else ""
    return mark + hit.id, hit.name, place, hit.why.in_(locale)


def _progress(done: int, total: int) -> None:
    """How far it is, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} / {total}")
        if done >= total:
            sys.stderr.write("\n")
        sys.stderr.flush()
