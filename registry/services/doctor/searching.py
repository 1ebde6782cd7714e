"""The search: the index, the server it may lie on, the keys to that."""

import requests
from pydantic import SecretStr
from sqlalchemy import func
from sqlmodel import col, select

from registry import clock
from registry.db import reading
from registry.errors import Text
from registry.models import Enterprise, IndexOutbox
from registry.search.engine import EngineAway, EngineUnavailable
from registry.services.doctor.finding import NOTHING, Finding, Patient
from registry.services.indexing import search_engine
from registry.settings import address_of
from registry.vocabulary import IdentityState

ASK_SECONDS = 3
REINDEX = Text(
    "请运行 registry reindex，并让 registry serve 或 registry worker 一直运行。",
    "Run registry reindex, and keep registry serve or registry worker running.",
)


def index(patient: Patient) -> Finding:
    """The index holds what the database holds, for today."""
    live = select(func.count()).where(
        col(Enterprise.voided_at).is_(None), col(Enterprise.identity) != IdentityState.MERGED
    )
    with reading(patient.engine) as session:
        count = session.exec(live.select_from(Enterprise)).one()
        waiting = session.exec(select(func.count()).select_from(IndexOutbox)).one()
    try:
        reader = search_engine(patient.settings).reader()
        indexed, day = reader.count, reader.day
    except EngineAway as away:
        said = Text(f"索引读不到：{away}", f"The index cannot be reached: {away}")
        return Finding("index", False, said, Text("见 search_engine 一项。", "See search_engine."))
    except EngineUnavailable as unusable:
        return _no_index(count, str(unusable))
    said = Text(
        f"库中有 {count} 家企业，索引中有 {indexed} 家（{day} 的状态）。",
        f"{count} enterprises are recorded, {indexed} are in the index (states of {day}).",
    )
    stale = day != clock.today() or (indexed != count and not waiting)
    return Finding("index", not stale, said, REINDEX if stale else NOTHING)


def _no_index(count: int, reason: str) -> Finding:
    if not count:
        return Finding("index", True, Text("库中还没有企业，索引待建。", "No enterprise is recorded, no index yet."))
    return Finding(
        "index",
        False,
        Text(
            f"库中有 {count} 家企业，但没有可用的索引（{reason}）。",
            f"{count} enterprises are recorded, but there is no index that can be used ({reason}).",
        ),
        REINDEX,
    )


def search_server(patient: Patient) -> Finding:
    """What answers searches can be reached and lets us in."""
    settings = patient.settings
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


def search_keys(patient: Patient) -> Finding | None:
    """The keys may do what they are for and no more: whoever may list the keys of the server may do everything."""
    settings = patient.settings
    if not settings.search_url:
        return None
    given = {"REGISTRY_SEARCH_KEY": settings.search_key, "REGISTRY_SEARCH_ADMIN_KEY": settings.search_admin_key}
    masters = [name for name, key in given.items() if key.get_secret_value() and _lists_keys(settings.search_url, key)]
    if not masters:
        return Finding("search_keys", True, Text("搜索密钥没有多余的权限。", "The search keys may not do everything."))
    names = "、".join(masters)
    said = Text(f"{names} 是服务器的主密钥，权限过大。", f"{', '.join(masters)}: the master key of the server.")
    mend = Text(
        "请用主密钥运行 registry index keys：建两个只管 registry-* 的密钥，网站用只能搜索的，后台进程用能写入的。",
        "Run registry index keys with the master key: it makes two for registry-*, one that searches (web), one that "
        "writes (worker).",
    )
    return Finding("search_keys", False, said, mend)


def _lists_keys(url: str, key: SecretStr) -> bool:
    asking = requests.Session()
    asking.trust_env = False
    try:
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
        with asking:
            return asking.get(f"{url.rstrip('/')}/keys", headers=headers, timeout=ASK_SECONDS).status_code == 200
    except requests.RequestException:
        return False  # told by search_engine
