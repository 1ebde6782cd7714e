"""Changes of the interface (接口变更), newest first. A change that programs notice adds an entry in the same commit."""

from dataclasses import dataclass
from datetime import date

from registry.errors import Text


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for programs on a day, and which addresses it is about."""

    on: date
    addresses: tuple[str, ...]
    text: Text


CHANGES = (
    Change(
        date(2026, 11, 24),
        ("/api/v1/directories/{code}/download", "/api/v1/products/download", "/bulk/{day}/{name}"),
        Text(
            "新增 Parquet 格式（须站点装有附加组件，否则回答 501）；整库文件清单的 format 可为 parquet。",
            "Added: Parquet, where the site has its extra (501 otherwise); files of the manifest may have this format.",
        ),
    ),
    Change(
        date(2026, 11, 24),
        ("/e/{key}.pdf",),
        Text(
            "新增企业资料页 PDF（须站点装有附加组件）。",
            "Added: an enterprise's fact sheet as PDF, where the site has its extra.",
        ),
    ),
    Change(
        date(2026, 11, 24),
        ("/api/v1/enterprises/{key}", "/e/{key}.jsonld"),
        Text("企业详情新增 relatives：集团成员与分支机构。", "An enterprise has relatives: its group and branches."),
    ),
    Change(
        date(2026, 11, 23),
        ("/api/v1/events", "/feed.atom", "/directories/{code}/feed.atom"),
        Text("新增变更流和 Atom 订阅。", "Added: the change feed and Atom feeds."),
    ),
    Change(
        date(2026, 11, 23),
        ("/bulk/latest/manifest.json", "/bulk/{day}/{name}"),
        Text("新增每晚的整库文件。", "Added: bulk files every night."),
    ),
    Change(
        date(2026, 11, 23),
        ("/api/v1/codes", "/api/v1/codes/{list}", "/e/{key}.jsonld"),
        Text("新增代码表；企业可读为 JSON-LD。", "Added: code lists; an enterprise as JSON-LD."),
    ),
)
