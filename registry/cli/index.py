"""Commands about the search index: status, check, rollback. Rebuilding is ``registry reindex``."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.speech import FAULT, locale_of, say, say_json
from registry.errors import Text

if TYPE_CHECKING:
    from registry.services.index_check import Drift, IndexStatus

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]
_WORDS = {
    "missing": Text("索引中缺少", "Missing in the index"),
    "extra": Text("索引中多余", "Too many in the index"),
    "different": Text("内容不同", "Different"),
}


def mount(app: typer.Typer) -> None:
    """Add the group ``index``."""
    group = typer.Typer(help="搜索索引 / Search index", no_args_is_help=True, rich_markup_mode=None)
    group.command("status")(status_command)
    group.command("check")(check_command)
    group.command("rollback")(rollback_command)
    group.command("keys")(keys_command)
    app.add_typer(group, name="index")


def keys_command(
    master: Annotated[str, typer.Option(envvar="MEILI_MASTER_KEY", help="主密钥 / Master key", show_envvar=True)] = "",
    offline: Annotated[bool, typer.Option("--offline", help="只算出，不问服务器 / Only tell them")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="不打印密钥 / Do not print them")] = False,
) -> None:
    """在 Meilisearch 上建两个只管 registry-* 的密钥，打印设置行；可重复。 / Make the two scoped keys, print them."""
    from pydantic import SecretStr

    from registry.cli.setting_up import read_settings
    from registry.errors import InvalidInput
    from registry.search.meilisearch_keys import KEYS, ensure_keys, value_of

    url, secret = read_settings().search_url, SecretStr(master.strip())
    if not secret.get_secret_value():
        raise InvalidInput(
            "没有主密钥。请设置环境变量 MEILI_MASTER_KEY。",
            "There is no master key. Set the environment variable MEILI_MASTER_KEY.",
            field="MEILI_MASTER_KEY",
        )
    if not offline:
        if not url:
            raise InvalidInput(
                "没有搜索服务器的地址。请设置 REGISTRY_SEARCH_URL，或用 --offline 只算出密钥。",
                "There is no search server. Set REGISTRY_SEARCH_URL, or use --offline to be told the keys only.",
                field="REGISTRY_SEARCH_URL",
            )
        made = ensure_keys(url, secret)
        # To the error stream: the other one may be written into a settings file.
        for key in KEYS:
            said = Text("已新建", "made") if key in made else Text("已有", "was there")
            sys.stderr.write(f"{key.setting}: {said.in_(locale_of())}\n")
    if not quiet:
        for key in KEYS:
            sys.stdout.write(f"{key.setting}={value_of(key, secret)}\n")


def status_command(as_json: JsonOption = False) -> None:
    """正在使用的版本、保留的版本和等待进入索引的改动。 / The version in use, those kept, and what waits."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.index_check import status
    from registry.services.indexing import search_engine

    settings = read_settings()
    found = status(open_engine(settings), search_engine(settings))
    if as_json:
        say_json({name: getattr(found, name) for name in found.__slots__})
    else:
        _print_status(found)


def check_command(
    repair: Annotated[bool, typer.Option("--repair", help="改正不一致之处 / Mend what differs")] = False,
    as_json: JsonOption = False,
) -> None:
    """逐条比对索引与数据库；有不一致且未改正时退出码为 1。 / Compare index and database; 1 if they differ."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.errors import Conflict
    from registry.search.engine import EngineUnavailable
    from registry.services.index_check import check
    from registry.services.indexing import search_engine

    settings = read_settings()
    try:
        drift = check(open_engine(settings), search_engine(settings), repair=repair, counted=_counted)
    except EngineUnavailable as error:
        raise Conflict(
            f"没有可用的索引（{error}）。请运行 registry reindex。",
            f"There is no usable index ({error}). Run registry reindex.",
        ) from error
    if as_json:
        found = {"compared": drift.compared, "repaired": drift.repaired and drift.total > 0}
        say_json(found | drift.counts | {"examples": drift.examples})
    else:
        _print_drift(drift)
    if drift.total and not drift.repaired:
        raise typer.Exit(FAULT)


def rollback_command(as_json: JsonOption = False) -> None:
    """退回上一个版本的索引，并补上此后的改动。 / Go back to the version before, brought up to date."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.index_check import rollback
    from registry.services.indexing import search_engine

    settings = read_settings()
    done = rollback(open_engine(settings), search_engine(settings))
    if as_json:
        say_json({"version": done.version, "left": done.left, "mended": done.mended.total})
    else:
        mended = done.mended.total
        say(
            Text(
                f"已从 {done.left} 退回 {done.version}，并补上 {mended} 处改动。",
                f"Went back from {done.left} to {done.version}; {mended} entries were brought up to date.",
            )
        )


def _print_status(found: "IndexStatus") -> None:
    if found.version is None:
        say(
            Text(
                f"索引不可用（{found.reason}），正在由数据库回答。请运行 registry reindex。",
                f"The index cannot be used ({found.reason}); the database answers. Run registry reindex.",
            )
        )
    else:
        say(
            Text(
                f"正在使用 {found.version}（{found.engine}，{found.day} 的状态）："
                f"{found.enterprises} 家企业，{found.products} 个产品。",
                f"In use: {found.version} ({found.engine}, states of {found.day}): "
                f"{found.enterprises} enterprises, {found.products} products.",
            )
        )
    if found.versions is not None:
        kept = ", ".join(found.versions) or "–"
        say(Text(f"可用的版本：{kept}。", f"Versions that can be read: {kept}."))
    if found.building:
        say(Text("正在准备另一个版本。", "Another version is being made ready."))
    say(Text(f"等待进入索引的改动：{found.waiting}。", f"Changes waiting for the index: {found.waiting}."))


def _print_drift(drift: "Drift") -> None:
    if not drift.total:
        say(Text(f"比对了 {drift.compared} 条，全部一致。", f"{drift.compared} entries compared, all alike."))
        return
    for what, count in drift.counts.items():
        if count:
            words, examples = _WORDS[what], "; ".join(drift.examples[what])
            say(Text(f"{words.zh} {count} 条，例如 {examples}", f"{words.en}: {count}, such as {examples}"))
    if drift.repaired:
        say(Text("已全部改正。", "All of them were mended."))
    else:
        say(Text("运行 registry index check --repair 可以改正。", "registry index check --repair mends them."))


def _counted(number: int) -> None:
    """How far it is, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{number}")
        sys.stderr.flush()
