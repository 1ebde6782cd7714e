"""The fictional announcements as their authorities would publish them: a title, a header, rows of text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.demo.firms import DEFAULT_SEED, DemoFirm, Profile, chance_of
from registry.demo.plans import PLANS, Announcement, Plan
from registry.demo.words import LINES, MARK
from registry.services.reference import shipped

NEWCOMERS = 12
"""Firms of a ranking that the registry does not know yet: they come in without a code."""


@dataclass(frozen=True, slots=True)
class DemoList:
    """One announcement. ``roles`` names, for each column, the field it feeds (None: only kept)."""

    directory: str
    label: str
    title: str
    document_no: str
    announced_on: date
    notice_to: date | None
    columns: tuple[str, ...]
    roles: tuple[str | None, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def filename(self) -> str:
        """The file's name as a person would save it."""
        return f"{self.directory}-{self.announced_on:%Y%m%d}-{self.label}.csv"


def demo_lists(firms: Sequence[DemoFirm], *, seed: int = DEFAULT_SEED, today: date) -> list[DemoList]:
    """All announcements over these firms, oldest first."""
    names = {row["code"]: row["name_zh"] for row in shipped("directories")}
    made: list[DemoList] = []
    for plan in PLANS:
        pool = [firm for firm in firms if _belongs(firm, plan)]
        for number, announcement in enumerate(plan.announcements, start=1):
            listed = [firm for firm in pool if _cohort(firm, plan, seed) in announcement.cohorts][: plan.most]
            made.append(_announce(plan, announcement, number, listed, name=names[plan.directory], today=today))
    return sorted(made, key=lambda each: (each.announced_on, each.directory, each.label))


def _belongs(firm: DemoFirm, plan: Plan) -> bool:
    if firm.profile not in plan.pool:
        return False
    if plan.directory == "hte" and firm.profile is Profile.ORDINARY and firm.number % 4:
        return False
    return not plan.chains or not plan.chains.isdisjoint(code for code, _ in firm.chains)


def _cohort(firm: DemoFirm, plan: Plan, seed: int) -> int:
    # Rolled anew for each directory: the same firm is old here and new there.
    return chance_of(seed, firm.number, plan.directory).randrange(10)


def _announce(
    plan: Plan, announcement: Announcement, number: int, listed: list[DemoFirm], *, name: str, today: date
) -> DemoList:
    announced_on = today - timedelta(days=announcement.age)
    label = announcement.label if MARK in announcement.label else f"{announced_on.year}{MARK}榜"
    header = _columns(plan, announcement)
    rows = [_row(firm, rank, plan, announcement, today) for rank, firm in enumerate(listed, start=1)]
    if not plan.code and plan.ranked:
        rows += _newcomers(len(rows), announcement)
    return DemoList(
        directory=plan.directory,
        label=label,
        title=f"{label}{name}名单（虚构，仅供演示）",
        document_no=f"{plan.issuer}〔{announced_on.year}〕{PLANS.index(plan) * 10 + number}号",
        announced_on=announced_on,
        notice_to=None if announcement.notice is None else today + timedelta(days=announcement.notice),
        columns=tuple(column for column, _ in header),
        roles=tuple(role for _, role in header),
        rows=tuple(rows),
    )


def _columns(plan: Plan, announcement: Announcement) -> list[tuple[str, str | None]]:
    header: list[tuple[str, str | None]] = [("排名", "rank") if plan.ranked else ("序号", "serial")]
    header += [("企业名称", "name")]
    header += [("统一社会信用代码", "uscc")] if plan.code else []
    header += [("所在市", "city"), ("主导产品", "main_business")]
    header += [("证书编号", "certificate_no")] if plan.directory == "hte" else []
    header += [("认定类型", "group")] if announcement.group else []
    header += [("有效期起", "valid_from"), ("有效期止", "valid_to")] if announcement.starts_in is not None else []
    return header


def _row(firm: DemoFirm, rank: int, plan: Plan, announcement: Announcement, today: date) -> tuple[str, ...]:
    cells = [str(rank), firm.name]
    cells += [firm.uscc] if plan.code else []
    cells += [f"{firm.city}市", firm.line.product]
    if plan.directory == "hte":
        year = (today - timedelta(days=announcement.age)).year
        cells.append(f"SL{year}44{firm.digits}")
    if announcement.group:
        cells.append(announcement.group)
    if announcement.starts_in is not None:
        begins = today + timedelta(days=announcement.starts_in)
        cells += [begins.isoformat(), (begins + timedelta(days=3 * 365)).isoformat()]
    return tuple(cells)


def _newcomers(already: int, announcement: Announcement) -> Iterator[tuple[str, ...]]:
    for number in range(NEWCOMERS):
        line = LINES[(number * 5 + announcement.age) % len(LINES)]
        cities = ("深圳", "广州", "珠海")
        city = cities[number % len(cities)]
        name = f"{city}{MARK}新锐{'甲乙丙丁戊己庚辛壬癸子丑'[number]}{line.zh}有限公司"
        yield (str(already + number + 1), name, f"{city}市", line.product)
