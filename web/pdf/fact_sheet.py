"""What the fact sheet of an enterprise says, as plain data for its template: words of one language."""

import hashlib
import json
from pathlib import Path
from typing import Any

from registry.errors import Locale, Text
from registry.schemas.enterprises import EnterprisePage
from registry.vocabulary import OperatingStatus
from web import enterprise_views as views
from web import formats
from web.qr import qr_drawing
from web.rendering import SITE_NAME
from web.shown_titles import directory_name, row_words

TEMPLATE = Path(__file__).with_name("fact_sheet.typ")
ROWS_MOST = 300
"""Lines of one table; what is beyond is counted and stands on the page."""
NOT_RECORDED = Text("未登记", "not recorded")


def content(page: EnterprisePage, *, live_url: str, locale: Locale) -> dict[str, Any]:
    """The data of the template. ``hash`` is the SHA-256 of all the rest but the drawing."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(locale)

    day = formats.day(page.as_of, locale)
    said: dict[str, Any] = {
        "lang": locale,
        "site": SITE_NAME.in_(locale),
        "title": say("企业资料页", "Fact sheet"),
        "name": page.name,
        "name_en": page.name_en or "",
        "code_label": say("统一社会信用代码", "Unified social credit code")
        if page.profile.uscc
        else say("临时档案编号", "Provisional number"),
        "code": page.profile.uscc or page.key,
        "day": say(f"称号截至 {day}", f"Titles as of {day}"),
        "day_note": say(
            "称号的状态按这一天；名称、地址等是登记库当前的记录。",
            "States of titles are those of this day; name, address and the like are the registry's present records.",
        ),
        "alerts": [alert.text.in_(locale) for alert in page.alerts],
        "facts_title": say("基本情况", "Facts"),
        "facts": _facts(page, locale),
        "facts_note": say("来源：登记库，更新于 ", "Source: the registry, changed on ")
        + formats.day(page.updated_at, locale),
        "parts": [_titles(page, locale), _counted(page, locale), _names(page, locale)],
        "live_label": say("今天的状态以网页为准：", "What counts today stands at:"),
        "live_url": live_url,
        "hash_label": say(
            "内容指纹（SHA-256）。记录没有变化时，同一天的资料页指纹相同：",
            "Fingerprint (SHA-256). While the records stay as they are, a sheet of the same day has the same:",
        ),
        "foot": f"{page.name} · {page.profile.uscc or page.key} · {day}",
        "qr_alt": say("二维码：这家企业今天的状态", "QR code: what holds for this enterprise today"),
        "qr_note": say("扫码查看今天的状态", "Scan for what holds today"),
    }
    said["hash"] = hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return said | {"qr": qr_drawing(live_url)}


def etag_of(said: dict[str, Any]) -> str:
    """The same while content and template are the same: known before anything is set."""
    return hashlib.sha256(said["hash"].encode() + TEMPLATE.read_bytes()).hexdigest()[:32]


def _facts(page: EnterprisePage, locale: Locale) -> list[dict[str, str]]:
    status = page.profile.operating_status
    known = status is not OperatingStatus.UNKNOWN
    first = {"term": Text("登记状态", "Registration").in_(locale), "value": status.label.in_(locale) if known else None}
    rows = [first, *views.facts(page, locale)]
    return [{"term": str(row["term"]), "value": str(row["value"] or NOT_RECORDED.in_(locale))} for row in rows]


def _titles(page: EnterprisePage, locale: Locale) -> dict[str, Any]:
    rows = []
    for badge in sorted(page.titles, key=lambda one: (one.valid_from, one.listing_id), reverse=True):
        place = row_words(badge.document_ref)
        source = [
            badge.document_no or badge.batch_label,
            place.in_(locale) if place else "",
            badge.certificate_no or "",
        ]
        state = badge.status.label.in_(locale)
        if badge.withdrawn_on is not None:
            state += f" {badge.withdrawn_on.isoformat()}"
        rows.append(
            [
                directory_name(badge).in_(locale),
                formats.level_words(badge.level.value, locale),
                formats.period(badge.valid_from, badge.valid_to, locale),
                state,
                " · ".join(part for part in source if part),
            ]
        )
    heads = (("称号", "Title"), ("级别", "Level"), ("有效期", "Term"), ("状态", "State"), ("依据文件", "Document"))
    return _part(("称号", "Titles"), heads, rows, (4, 2, 5, 3, 6), ("没有认定记录", "No titles"), locale)


def _counted(page: EnterprisePage, locale: Locale) -> dict[str, Any]:
    trusts = {(fact.label.in_(locale).lower(), fact.known_on): fact.trust.label for fact in page.facts}
    rows = [
        [
            fact["term"],
            fact["value"],
            trusts[fact["term"].lower(), fact["known_on"]].in_(locale),
            formats.day(fact["known_on"], locale),
        ]
        for fact in views.counted_facts(page, locale)
    ]
    heads = (("项目", "What"), ("数量", "Number"), ("来源", "Source"), ("日期", "Day"))
    return _part(("知识产权等数量", "Rights and other numbers"), heads, rows, (5, 3, 3, 3), NOTHING, locale)


def _names(page: EnterprisePage, locale: Locale) -> dict[str, Any]:
    rows = [
        [
            line["kind"].in_(locale),
            line["text"],
            formats.period(line["when"][0], line["when"][1], locale) if line["when"] else NOT_RECORDED.in_(locale),
            line["source"] or "",
        ]
        for line in views.names(page.names, page.merged_names)
    ]
    heads = (("类别", "Kind"), ("名称", "Name"), ("使用期间", "In use"), ("来源", "Source"))
    return _part(("曾用名与变更", "Former names and changes"), heads, rows, (3, 6, 5, 4), NOTHING, locale)


NOTHING = ("没有登记", "Nothing recorded")


def _part(
    title: tuple[str, str],
    heads: tuple[tuple[str, str], ...],
    rows: list[list[str]],
    widths: tuple[int, ...],
    none: tuple[str, str],
    locale: Locale,
) -> dict[str, Any]:
    more = len(rows) - ROWS_MOST
    note = Text(f"另有 {more} 条，见网页。", f"{more} more on the page.").in_(locale) if more > 0 else ""
    return {
        "title": Text(*title).in_(locale),
        "heads": [Text(*head).in_(locale) for head in heads],
        "rows": rows[:ROWS_MOST],
        "widths": list(widths),
        "none": Text(*none).in_(locale),
        "note": note,
    }
