"""Is everything in order? Each finding says what was looked at and, if it is wrong, how to mend it."""

import os
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import func
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading
from registry.errors import Locale, RegistryError, Text
from registry.models import Enterprise, IndexOutbox, Job
from registry.oidc_keys import EXTRA, can_check
from registry.search.engine import EngineAway, EngineUnavailable
from registry.services.accounts.signing import LinkSigner
from registry.services.indexing import search_engine
from registry.services.migrating import head_revision, require_current_schema
from registry.settings import Settings, address_of
from registry.vocabulary import IdentityState, JobState

LAG_TOLERATED = timedelta(minutes=2)
"""A change older than this that the index has not seen means that no worker is running."""
NOTHING = Text("", "")
REINDEX = Text(
    "请运行 registry reindex，并让 registry serve 或 registry worker 一直运行。",
    "Run registry reindex, and keep registry serve or registry worker running.",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``mend`` is empty where nothing is wrong."""

    name: str
    ok: bool
    text: Text
    mend: Text = NOTHING

    def as_dict(self, locale: Locale) -> dict[str, object]:
        """For scripts: stable ``name`` and ``ok``, the words in one language."""
        return {**asdict(self), "text": self.text.in_(locale), "mend": self.mend.in_(locale)}


def examine(settings: Settings, engine: Engine) -> list[Finding]:
    """Look at the data folder, database, index, background work and mode. Writes nothing but a probe file.

    What depends on a database that cannot be used is left out rather than guessed.
    """
    findings = [_data_folder(settings), _schema(engine)]
    if findings[-1].ok:
        with reading(engine) as session:
            findings += [_index(session, settings), _worker(session), _jobs(session)]
    return [*findings, _search(settings), _links(settings, engine), *_provider(settings), _mode(settings)]


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    probe = folder / ".doctor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        return Finding(
            "data_folder",
            False,
            Text(
                f"数据目录 {folder} 不能写入（{error.strerror}）。",
                f"The data folder {folder} is not writable ({error.strerror}).",
            ),
            Text(
                "请改权限，或设置 REGISTRY_DATA_DIR。",
                "Change its permissions or set REGISTRY_DATA_DIR.",
            ),
        )
    space = os.statvfs(folder)
    free = space.f_bavail * space.f_frsize // 2**20
    if free < 500:
        return Finding(
            "data_folder",
            False,
            Text(f"数据目录只剩 {free} MB。", f"Only {free} MB are left for the data folder."),
            Text("请清理磁盘。", "Free some disk space."),
        )
    return Finding(
        "data_folder",
        True,
        Text(f"数据目录 {folder} 可写，剩余 {free} MB。", f"The data folder {folder} is writable, {free} MB free."),
    )


def _schema(engine: Engine) -> Finding:
    try:
        require_current_schema(engine)
    except RegistryError as error:
        return Finding("schema", False, error.text)
    revision = head_revision()
    kind = "SQLite" if engine.dialect.name == "sqlite" else "PostgreSQL"
    return Finding(
        "schema",
        True,
        Text(f"数据库（{kind}）版本 {revision}。", f"Database ({kind}) at revision {revision}."),
    )


def _index(session: Session, settings: Settings) -> Finding:
    live = select(func.count()).where(
        col(Enterprise.voided_at).is_(None), col(Enterprise.identity) != IdentityState.MERGED
    )
    count = session.exec(live.select_from(Enterprise)).one()
    waiting = session.exec(select(func.count()).select_from(IndexOutbox)).one()
    try:
        reader = search_engine(settings).reader()
        indexed, day = reader.count, reader.day
    except EngineAway as away:
        said = Text(f"索引读不到：{away}", f"The index cannot be reached: {away}")
        return Finding("index", False, said, Text("见 search_engine 一项。", "See search_engine."))
    except EngineUnavailable:
        return _no_index(count)
    said = Text(
        f"库中有 {count} 家企业，索引中有 {indexed} 家（{day} 的状态）。",
        f"{count} enterprises are recorded, {indexed} are in the index (states of {day}).",
    )
    stale = day != clock.today() or (indexed != count and not waiting)
    return Finding("index", not stale, said, REINDEX if stale else NOTHING)


def _no_index(count: int) -> Finding:
    if not count:
        return Finding("index", True, Text("库中还没有企业，索引待建。", "No enterprise is recorded, no index yet."))
    return Finding(
        "index",
        False,
        Text(f"库中有 {count} 家企业，但没有索引。", f"{count} enterprises are recorded, but there is no index."),
        REINDEX,
    )


def _worker(session: Session) -> Finding:
    waiting, oldest = session.exec(select(func.count(), func.min(IndexOutbox.queued_at))).one()
    if waiting and oldest is not None and clock.now() - oldest > LAG_TOLERATED:
        minutes = int((clock.now() - oldest).total_seconds() // 60)
        return Finding(
            "worker",
            False,
            Text(
                f"{waiting} 处改动等待进入索引，最早的已等 {minutes} 分钟。",
                f"{waiting} changes wait for the index, the oldest for {minutes} minutes.",
            ),
            Text("请启动 registry serve 或 registry worker。", "Start registry serve or registry worker."),
        )
    return Finding(
        "worker",
        True,
        Text(f"{waiting} 处改动等待进入索引。", f"{waiting} changes wait for the index."),
    )


def _jobs(session: Session) -> Finding:
    failed = session.exec(select(func.count()).select_from(Job).where(Job.state == JobState.FAILED)).one()
    if failed:
        return Finding(
            "jobs",
            False,
            Text(f"{failed} 项后台任务失败。", f"{failed} background jobs failed."),
            Text("请在日志中查看原因后重新发起。", "See the log for the reason and start them again."),
        )
    return Finding("jobs", True, Text("没有失败的后台任务。", "No background job has failed."))


def _search(settings: Settings) -> Finding:
    if not settings.search_url:
        return Finding("search_engine", True, Text("搜索使用嵌入式索引。", "Search uses the embedded index."))
    address = address_of(settings.search_url)
    try:
        search_engine(settings).reader()
    except EngineAway as away:
        return Finding(
            "search_engine",
            False,
            Text(
                f"Meilisearch（{address}）不可用，搜索由数据库回答：{away}",
                f"Meilisearch at {address} cannot be used, the database answers searches: {away}",
            ),
            Text(
                "请检查服务器是否运行，以及 REGISTRY_SEARCH_URL、REGISTRY_SEARCH_KEY。",
                "See that the server runs, and check REGISTRY_SEARCH_URL and REGISTRY_SEARCH_KEY.",
            ),
        )
    except EngineUnavailable:
        said = Text(
            f"Meilisearch（{address}）可用，还没有索引。", f"Meilisearch at {address} answers, but has no index yet."
        )
        return Finding("search_engine", True, said)
    return Finding(
        "search_engine", True, Text(f"搜索使用 Meilisearch（{address}）。", f"Search uses Meilisearch at {address}.")
    )


def _links(settings: Settings, engine: Engine) -> Finding:
    """What signs the links in mails. Several machines need the same keys: the program cannot see how many there are."""
    kept = settings.link_key_file
    try:
        keys = LinkSigner(settings.link_keys, kept).keys()
    except RegistryError as error:
        return Finding("link_keys", False, error.text)
    if settings.link_keys.get_secret_value():
        said = Text(
            f"邮件链接用 REGISTRY_LINK_KEYS 签名（{len(keys)} 个密钥）。",
            f"Links in mails are signed with REGISTRY_LINK_KEYS ({len(keys)} keys).",
        )
        return Finding("link_keys", True, said)
    if keys and kept.stat().st_mode & 0o077:
        said = Text(f"其他用户能读签名密钥文件 {kept}。", f"Others can read the key file {kept}.")
        return Finding("link_keys", False, said, Text(f"请运行 chmod 600 {kept}。", f"Run chmod 600 {kept}."))
    said = Text(f"邮件链接用 {kept} 中的密钥签名。", f"Links in mails are signed with the key in {kept}.")
    if engine.dialect.name != "sqlite":
        said = Text(
            f"{said.zh}有多台机器时须共用这个文件，或设置 REGISTRY_LINK_KEYS。",
            f"{said.en} Several machines must share this file or set REGISTRY_LINK_KEYS.",
        )
    return Finding("link_keys", True, said)


def _provider(settings: Settings) -> list[Finding]:
    """Only where an identity provider is set up."""
    if not settings.oidc_issuer:
        return []
    if not can_check():
        off = Text("已设置统一身份认证，但未启用。", "An identity provider is set up, but off.")
        return [Finding("identity_provider", False, off, EXTRA)]
    said = Text(f"可用统一身份认证登录（{settings.oidc_issuer}）。", f"People may sign in at {settings.oidc_issuer}.")
    return [Finding("identity_provider", True, said)]


def _mode(settings: Settings) -> Finding:
    if settings.demo:
        return Finding("mode", True, Text("演示模式：企业和数字均为虚构。", "Demo: firms and figures are fictional."))
    return Finding("mode", True, Text("正式模式。", "Not a demo."))
