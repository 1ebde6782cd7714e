"""What about the values of a submission asks for a second look: against last year, peers, and others' documents."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Float, cast, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity.regions import city_of
from registry.models import Enterprise, Evidence, Figure
from registry.schemas.reviewing import Anomaly
from registry.services.pool.groups import group_of
from registry.services.reviewing.changes import in_words, is_number, size_of
from registry.services.submitting.catalogue import FieldDef
from registry.vocabulary import IdentityState

JUMP = 0.5
"""Money that grew or shrank by more than half in a year."""
UNIT_JUMP = 1_000
"""So many times as much, or as little, is more likely 元 for 万元 than business."""
COUNT_JUMP = 0.5
PEERS_NEEDED = 20
OUTSIDE_PERCENT = 2
"""Lower or higher than all but this share of the peers."""
RATIOS: tuple[tuple[str, str, str, Text], ...] = (
    ("rd_expense", "rd_expense", "revenue", Text("研发费用占营业收入", "R&D expense of revenue")),
    ("total_liabilities", "total_liabilities", "total_assets", Text("资产负债率", "debt ratio")),
    ("employees", "revenue", "employees", Text("人均营业收入", "revenue per employee")),
)
"""Which figure is marked, what is divided by what."""


def against_last_year(field: FieldDef, sent: Any, last: Any) -> list[Anomaly]:
    """A jump between two years."""
    if not (is_number(sent) and is_number(last)) or field.kind not in ("money", "count", "ratio") or last <= 0:
        return []
    if sent > 0 and field.kind == "money" and max(sent / last, last / sent) >= UNIT_JUMP:
        was, now = in_words(field, last), in_words(field, sent)
        return [
            Anomaly(
                kind="unit",
                text=Text(
                    f"上年 {was.zh}，本次 {now.zh}：疑把元与万元混用",
                    f"{was.en} last year, {now.en} now: yuan taken for 10,000 yuan?",
                ),
            )
        ]
    limit = COUNT_JUMP if field.kind == "count" else JUMP
    if abs(sent - last) / last <= limit:
        return []
    size = size_of(field, last, sent)
    return [Anomaly(kind="jump", text=Text(f"较上年 {size.zh}，变化较大", f"{size.en} in a year: a large change"))]


@dataclass(frozen=True, slots=True)
class Band:
    """Where most peers lie."""

    low: float
    high: float
    count: int


def against_peers(
    session: Session, enterprise: Enterprise, *, year: int, values: Mapping[str, Any]
) -> dict[str, Anomaly]:
    """Ratios far from those of the same industry division, by the path of the figure they are marked at."""
    division = (enterprise.industry_code or "").lstrip("ABCDEFGHIJKLMNOPQRST")[:2]
    found: dict[str, Anomaly] = {}
    for marked, top, bottom, label in RATIOS:
        above, below = values.get(f"annual.{year}.{top}"), values.get(f"annual.{year}.{bottom}")
        if not division or not is_number(above) or not is_number(below) or not below or below < 0:
            continue
        band = kept_band(session, division, year=year, top=top, bottom=bottom)
        if band is None or band.low <= above / below <= band.high:
            continue
        found[f"annual.{year}.{marked}"] = Anomaly(kind="peers", text=_outside(label, above / below, band, top))
    return found


_KEPT: WeakKeyDictionary[Any, dict[tuple[Any, ...], tuple[float, Band | None]]] = WeakKeyDictionary()
"""By database: bands that took long to find, and until when they hold."""
SLOW_SECONDS, KEPT_SECONDS = 0.02, 600.0


_ONE_AT_A_TIME = Lock()
"""Twenty pages that open at once after a start wait for one reading of the peers instead of each doing it."""


def kept_band(session: Session, division: str, *, year: int, top: str, bottom: str) -> Band | None:
    """As ``band_of``; what takes long in a large register is kept for ten minutes, for peers change slowly."""
    kept, key = _KEPT.setdefault(session.get_bind(), {}), (division, year, top, bottom)
    until, band = kept.get(key, (0.0, None))
    if time.monotonic() < until:
        return band
    with _ONE_AT_A_TIME:
        until, band = kept.get(key, (0.0, None))
        began = time.monotonic()
        if began < until:
            return band
        band = band_of(session, division, year=year, top=top, bottom=bottom)
        if time.monotonic() - began > SLOW_SECONDS:
            kept[key] = (began + KEPT_SECONDS, band)
    return band


def band_of(session: Session, division: str, *, year: int, top: str, bottom: str) -> Band | None:
    """The band of a ratio among all peers; None where too few of them are known.

    The database sorts and counts, and only the two edges travel: a division may have ten thousand firms.
    """
    over: Any = aliased(Figure)
    under: Any = aliased(Figure)
    ratio: Any = cast(over.value, Float) / cast(under.value, Float)
    ranked = (
        select(
            ratio.label("ratio"),
            func.row_number().over(order_by=ratio).label("place"),
            func.count().over().label("peers"),
        )
        .join(under, (under.enterprise_id == over.enterprise_id) & (under.year == over.year))
        .join(Enterprise, col(Enterprise.id) == over.enterprise_id)
        .where(
            over.year == year,
            over.name == top,
            under.name == bottom,
            under.value > 0,
            col(Enterprise.industry_code).like(f"{division}%"),
            col(Enterprise.identity) != IdentityState.MERGED,
        )
        .subquery()
    )
    edge = ranked.c.peers * OUTSIDE_PERCENT // 100
    edges = select(ranked.c.ratio, ranked.c.peers).where(
        or_(ranked.c.place == edge + 1, ranked.c.place == ranked.c.peers - edge)
    )
    rows = session.execute(edges.order_by(ranked.c.ratio)).all()
    if not rows or rows[0][1] < PEERS_NEEDED:
        return None
    return Band(rows[0][0], rows[-1][0], rows[0][1])


def _outside(label: Text, ratio: float, band: Band, top: str) -> Text:
    share = top != "revenue"
    low, high, own = (_said(one, share=share) for one in (band.low, band.high, ratio))
    return Text(
        f"{label.zh} {own.zh}，同行业 {band.count} 家多在 {low.zh} 至 {high.zh}",
        f"{label.en} {own.en}; most of {band.count} peers lie between {low.en} and {high.en}",
    )


def _said(value: float, *, share: bool) -> Text:
    if share:
        return Text(f"{value:.1%}", f"{value:.1%}")
    return Text(f"{value / 10_000:,.1f} 万元", f"{value:,.0f} yuan")


def shared_evidence(session: Session, enterprise: Enterprise, hashes: set[str], place: str) -> dict[str, Anomaly]:
    """By hash: documents that firms which have nothing to do with this one sent, too.

    A parent, a daughter, a sister of the same group may well share a report. Firms of ``place`` (the reader's) are
    named, others only counted.
    """
    if not hashes:
        return {}
    rows = session.execute(
        select(col(Evidence.sha256), col(Enterprise.id), col(Enterprise.name_zh), col(Enterprise.city_code))
        .join(Enterprise, col(Enterprise.id) == col(Evidence.enterprise_id))
        .where(
            col(Evidence.sha256).in_(hashes),
            col(Evidence.enterprise_id) != enterprise.id,
            col(Evidence.removed_at).is_(None),
            col(Enterprise.merged_into_id).is_distinct_from(enterprise.id),
        )
        .distinct()
        .order_by(col(Enterprise.name_zh))
    ).all()
    related = group_of(session, enterprise.id) if rows else {}
    by_hash: dict[str, list[tuple[str, bool]]] = {}
    for sha256, firm_id, name, city in rows:
        if firm_id in related:
            continue
        near = place.endswith("0000") or (bool(city) and city_of(place) == city_of(city))
        by_hash.setdefault(sha256, []).append((name, near))
    return {sha256: Anomaly(kind="shared", text=_also(firms)) for sha256, firms in by_hash.items()}


def _also(firms: list[tuple[str, bool]]) -> Text:
    named = [name for name, near in firms if near][:3]
    more = len(firms) - len(named)
    zh = "、".join([*named, *([f"另 {more} 家企业" if named else f"{more} 家其他企业"] if more else [])])
    en = ", ".join([*named, *([f"{more} more" if named else f"{more} other firms"] if more else [])])
    return Text(f"同一份文件也由{zh}提交", f"the same file was sent by {en}, too")
