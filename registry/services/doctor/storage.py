"""Where everything is kept: the data folder, its disk, the database and its clock."""

import os
from datetime import UTC, datetime

from sqlalchemy import text

from registry import clock
from registry.db import reading
from registry.errors import RegistryError, Text
from registry.services.doctor.finding import Finding, Patient
from registry.services.migrating import head_revision, require_current_schema

FREE_MB, FREE_SHARE = 500, 0.05
"""Less than either is nearly full: an index is rebuilt beside the present one, an import keeps its files."""
OLDEST_POSTGRES = 15
CLOCK_SECONDS = 2.0


def data_folder(patient: Patient) -> Finding:
    """Can be written, has room."""
    folder = patient.settings.data_dir
    probe = folder / ".doctor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        said = Text(
            f"数据目录 {folder} 不能写入（{error.strerror}）。",
            f"The data folder {folder} is not writable ({error.strerror}).",
        )
        mend = Text("请改权限，或设置 REGISTRY_DATA_DIR。", "Change its permissions or set REGISTRY_DATA_DIR.")
        return Finding("data_folder", False, said, mend)
    space = os.statvfs(folder)
    free, share = space.f_bavail * space.f_frsize // 2**20, space.f_bavail / max(1, space.f_blocks)
    if free < FREE_MB or (share < FREE_SHARE and free < 20 * FREE_MB):
        said = Text(
            f"数据目录只剩 {free} MB（{share:.0%}）。", f"Only {free} MB ({share:.0%}) are left for the data folder."
        )
        mend = Text(
            "请清理磁盘，或换一块更大的磁盘；docs/runbooks.md 说明哪些可以删。",
            "Free some disk space or use a larger disk; docs/runbooks.md says what may go.",
        )
        return Finding("data_folder", False, said, mend)
    said = Text(f"数据目录 {folder} 可写，剩余 {free} MB。", f"The data folder {folder} is writable, {free} MB free.")
    return Finding("data_folder", True, said)


def schema(patient: Patient) -> Finding:
    """The database answers and is at the revision of this program."""
    try:
        require_current_schema(patient.engine)
    except RegistryError as error:
        mend = Text(
            "请检查数据库是否运行、REGISTRY_DATABASE_URL 是否正确；版本落后时运行 registry migrate。",
            "See that the database runs and REGISTRY_DATABASE_URL is right; where it is behind run registry migrate.",
        )
        return Finding("schema", False, error.text, mend)
    revision, kind = head_revision(), "SQLite" if _is_sqlite(patient) else "PostgreSQL"
    said = Text(f"数据库（{kind}）版本 {revision}。", f"Database ({kind}) at revision {revision}.")
    return Finding("schema", True, said)


def database(patient: Patient) -> Finding:
    """A server that is new enough, text as UTF-8."""
    with reading(patient.engine) as session:
        if _is_sqlite(patient):
            release, encoding = "", str(session.scalar(text("PRAGMA encoding")))
        else:
            release = str(session.scalar(text("SHOW server_version")))
            encoding = str(session.scalar(text("SHOW server_encoding")))
    if encoding.upper().replace("-", "") != "UTF8":
        return Finding(
            "database",
            False,
            Text(f"数据库的编码是 {encoding}，不是 UTF8。", f"The database is encoded as {encoding}, not UTF8."),
            Text(
                "请用 createdb --encoding UTF8 --template template0 新建数据库，再用 registry restore 恢复备份。",
                "Make a new one with createdb --encoding UTF8 --template template0, then run registry restore.",
            ),
        )
    if release and int(release.split(".")[0].split()[0]) < OLDEST_POSTGRES:
        return Finding(
            "database",
            False,
            Text(f"PostgreSQL {release} 太旧。", f"PostgreSQL {release} is too old."),
            Text(f"请升级到 {OLDEST_POSTGRES} 或更新。", f"Upgrade to {OLDEST_POSTGRES} or newer."),
        )
    said = "SQLite" if not release else f"PostgreSQL {release}"
    return Finding("database", True, Text(f"{said}，编码 {encoding}。", f"{said}, encoding {encoding}."))


def clock_apart(patient: Patient) -> Finding | None:
    """This machine and a database server agree on the time: days, leases and links go by it."""
    if _is_sqlite(patient):
        return None
    with reading(patient.engine) as session:
        before = clock.now()
        theirs: datetime = session.scalar(text("SELECT clock_timestamp()"))
        ours = before + (clock.now() - before) / 2
    apart = abs((theirs.astimezone(UTC) - ours).total_seconds())
    if apart <= CLOCK_SECONDS:
        said = Text("时钟与数据库一致。", "The clock agrees with that of the database.")
        return Finding("clock", True, said)
    said = Text(
        f"本机与数据库服务器的时钟相差 {apart:.0f} 秒。",
        f"The clocks of this machine and the database differ by {apart:.0f} s.",
    )
    mend = Text("请在两台机器上启用时间同步（chrony）。", "Synchronise both machines (chrony).")
    return Finding("clock", False, said, mend)


def _is_sqlite(patient: Patient) -> bool:
    return patient.engine.dialect.name == "sqlite"
