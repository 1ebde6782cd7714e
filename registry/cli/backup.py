"""Commands about backups: backup, restore."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.speech import FAULT, complain, say, say_json
from registry.errors import Text

if TYPE_CHECKING:
    from registry.services.backup.contents import Manifest

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")]
_NAMED = 5
"""So many hashes of documents are named in words; ``--json`` names all."""


def mount(app: typer.Typer) -> None:
    """Add ``backup`` and ``restore``."""
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)


def backup_command(
    file: Annotated[Path, typer.Argument(help="写到哪里，以 .tar 结尾 / Where to, ending in .tar")],
    as_json: JsonOption = False,
) -> None:
    """备份数据库、存档文件和密钥，服务不必停；文件有缺损时退出码为 1。 / Back up database, documents and key."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.backup.taking import take

    settings = read_settings()
    taken = take(settings, open_engine(settings), file)
    if as_json:
        say_json(_facts(taken) | {"file": str(file), "missing": taken.missing, "damaged": taken.damaged})
    else:
        say(_told(taken, Text(f"已备份到 {file}：", f"Backed up to {file}: ")))
    for names, words in (
        (taken.missing, Text("存档中缺少文件", "Documents the archive has lost")),
        (taken.damaged, Text("存档中的文件已损坏", "Documents that are damaged")),
    ):
        if names:
            shown = " ".join(names[:_NAMED])
            complain(Text(f"{words.zh}（{len(names)}）：{shown}", f"{words.en} ({len(names)}): {shown}"))
    if taken.missing or taken.damaged:
        raise typer.Exit(FAULT)


def restore_command(
    file: Annotated[Path, typer.Argument(help="registry backup 做的文件 / A file made by registry backup")],
    check: Annotated[bool, typer.Option("--check", help="只核对备份是否完好，不恢复 / Only check the backup")] = False,
    as_json: JsonOption = False,
) -> None:
    """把备份恢复到空的数据目录和空的数据库，核对行数和校验值。 / Restore into an empty data folder and database."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.services.backup.opening import opened
    from registry.services.backup.restoring import restore

    with opened(file) as backup:
        if check:
            backup.check()
            manifest, outdated = backup.manifest, False
            said = Text(f"备份 {file.name} 完好：", f"The backup {file.name} is sound: ")
        else:
            settings = read_settings()
            done = restore(settings, open_engine(settings), backup)
            manifest, outdated = done.manifest, done.outdated
            said = Text(f"已恢复到 {settings.data_dir}：", f"Restored into {settings.data_dir}: ")
    if as_json:
        say_json(_facts(manifest) | {"checked": check, "migrate": outdated})
        return
    say(_told(manifest, said))
    if outdated:
        say(
            Text(
                "数据库是旧版本：请运行 registry migrate，再运行 registry reindex。",
                "The database is of an older release: run registry migrate, then registry reindex.",
            )
        )
    elif not check:
        say(
            Text(
                "搜索索引由后台进程重建；此前由数据库回答搜索。",
                "The worker builds the search index; until then the database answers searches.",
            )
        )


def _facts(manifest: "Manifest") -> dict[str, object]:
    database = manifest.database
    return {
        "taken_at": manifest.taken_at,
        "database": database.kind,
        "revision": database.revision,
        "rows": database.rows,
        "documents": manifest.documents,
        "bytes": manifest.size,
        "audit_events": database.trail.events,
        "audit_end": database.trail.hash,
    }


def _told(manifest: "Manifest", said: Text) -> Text:
    database = manifest.database
    rows, megabytes = sum(database.rows.values()), manifest.size / 1e6
    kind = "SQLite" if database.kind == "sqlite" else "PostgreSQL"
    return Text(
        f"{said.zh}{kind} 数据库 {len(database.rows)} 张表 {rows:,} 行，存档文件 {manifest.documents:,} 份，"
        f"操作记录 {database.trail.events:,} 条，共 {megabytes:,.1f} MB，取自 {manifest.taken_at[:19]}Z。",
        f"{said.en}{kind} database, {len(database.rows)} tables, {rows:,} rows, {manifest.documents:,} documents, "
        f"{database.trail.events:,} audit events, {megabytes:,.1f} MB, as of {manifest.taken_at[:19]}Z.",
    )
