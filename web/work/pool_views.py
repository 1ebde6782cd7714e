"""The pool's board, table, outcomes and entry form in the shapes their macros take. No queries here."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request

from registry.errors import Locale, RegistryError, Text
from registry.policies import Actor
from registry.pool_words import CaseExit, CaseSort
from registry.schemas.enterprises import EnterprisePage
from registry.services.pool.choosing import NOBODY, CaseQuery
from registry.services.pool.listing import CaseColumn, CasePage, CaseRow, PoolCounts
from registry.services.pool.moves import CLOSED, KEEPERS, OPEN
from registry.services.pool.outcomes import Outcome, Outcomes
from registry.services.reference import shipped
from registry.vocabulary import CaseStage
from web.formats import grouped, percent
from web.i18n import locale_of
from web.rendering import url_path, url_with
from web.work.filters import (
    Options,
    chain_options,
    directory_name,
    exports,
    one_select,
    place_options,
    region_words,
    sort_options,
)

NARROWING = ("place", "chain", "tier", "owner", "stage", "stalled", "proposed")


def list_context(
    request: Request, query: CaseQuery, counts: PoolCounts, days: Sequence[int], view: str, actor: Actor
) -> dict[str, Any]:
    """What board and table share. Links keep the filters; a change of filter goes back to the first page."""
    locale, asked = locale_of(request), kept(query)
    own = url_with(url_path(request, "cultivation_board"), view=None if view == "board" else view, **asked)
    total = sum(counts.stages[stage] for stage in OPEN)
    return {
        "region": region_words(query.region_code),
        "view": view,
        "own_url": own,
        "wide_url": url_with(own, **dict.fromkeys(NARROWING)),
        "narrowed": any(asked[name] for name in NARROWING),
        "tabs": [
            _tab(own, view, "board", Text("看板", "Board"), locale),
            _tab(own, view, "table", Text("列表", "List"), locale),
        ],
        "stats": _stats(own, query, counts, days, locale),
        "filters": _filters(query, counts, days, actor, locale),
        "hidden": [("view", "table")] if view == "table" else [],
        "exports": exports(url_with(url_path(request, "pool_export"), **asked), locale),
        "total": total if query.stage is None else counts.stages[query.stage],
        "may_take_in": actor.may(KEEPERS),
        "bulk_url": url_with(url_path(request, "pool_bulk"), **asked) if actor.may(KEEPERS) and total else None,
    }


def columns(request: Request, found: list[CaseColumn], own: str) -> list[dict[str, Any]]:
    """The board's columns."""
    return [
        {
            "stage": one.stage,
            "total": one.total,
            "rows": [row_of(request, row) for row in one.rows],
            "more": one.total - len(one.rows),
            "more_url": url_with(own, view="table", stage=one.stage.value),
        }
        for one in found
    ]


def table(request: Request, page: CasePage, query: CaseQuery, own: str) -> dict[str, Any]:
    """The table's rows and where its pages are."""
    return {
        "rows": [row_of(request, row) for row in page.rows],
        "total": page.total,
        "first_url": own if query.cursor else None,
        "next_url": url_with(own, cursor=page.next_cursor) if page.next_cursor else None,
    }


def row_of(request: Request, row: CaseRow) -> dict[str, Any]:
    """A case with its links and the words a list prints."""
    locale, firm = locale_of(request), row.enterprise
    city = Text(firm.city_name or "", firm.city_name_en or firm.city_name or "")
    then, now = row.then, row.now
    moved = now.met - then.met if then and now and then.run.version == now.run.version else None
    return {
        "row": row,
        "href": url_path(request, "pool_case", case_id=row.case_id),
        "place": (row.district or city).in_(locale) or None,
        "outcomes": list(now.outcomes) if now else [],
        "moved": moved,
        "proposals": [ground.label.in_(locale) for ground in row.proposals],
    }


def outcomes_context(request: Request, found: Outcomes, query: CaseQuery) -> dict[str, Any]:
    """What became of the pool."""
    locale, asked = locale_of(request), kept(query)
    own = url_with(url_path(request, "pool_outcomes"), **asked)
    listed = url_with(url_path(request, "cultivation_board"), **asked)
    exit_words = {one.value: one.label for one in CaseExit}
    reached = {one.stage: one.reached for one in found.stages}
    return {
        "region": region_words(query.region_code),
        "total": found.total,
        "stages": [
            {
                "time": one,
                "label": one.stage.label.in_(locale),
                "share": one.reached / found.total.entered if found.total.entered else None,
            }
            for one in found.stages
        ],
        "reached": reached,
        "totals": _totals(found.total, listed, locale),
        "cities": [_outcome(one, locale, url_with(own, place=one.key) if one.key else None) for one in found.cities],
        "tiers": [_outcome(one, locale, url_with(own, tier=one.key)) for one in found.tiers],
        "exits": [(exit_words[key].in_(locale), count) for key, count in found.exits],
        "filters": [
            one_select(
                "place", Text("地区", "Place"), place_options(query.region_code, query.place, locale), query.place
            ),
            one_select("chain", Text("产业链", "Chain"), chain_options(locale), query.chain),
            one_select("tier", Text("目标称号", "Target title"), _tiers(locale), query.directory),
        ],
        "own_url": own,
        "list_url": listed,
        "wide_url": url_path(request, "pool_outcomes"),
        "narrowed": bool(query.place or query.chain or query.directory),
    }


def form_context(
    request: Request, typed: dict[str, Any], firm: EnterprisePage | None, refusal: RegistryError | None
) -> dict[str, Any]:
    """The form that takes a firm in."""
    locale = locale_of(request)
    known = {"key", "directory", "reason"}
    return {
        "typed": typed,
        "firm": firm,
        "refusal": refusal,
        "error_at": refusal.field if refusal and refusal.field in known else "key",
        "options": [("", Text("请选择", "Choose").in_(locale)), *_tiers(locale)[1:]],
        "list_url": url_path(request, "cultivation_board"),
        "own_url": url_path(request, "pool_admit"),
    }


def conditions(query: CaseQuery, counts: PoolCounts, actor: Actor, locale: Locale) -> list[str]:
    """What the set is narrowed by, in words."""
    selects = _filters(query, counts, [query.stalled] if query.stalled else [], actor, locale)
    chosen = [one for one in selects if one["value"] and one["name"] != "sort"]
    found = [dict(one["options"]).get(one["value"], one["value"]) for one in chosen]
    return found + ([Text("有系统建议", "With a proposal").in_(locale)] if query.proposed else [])


def kept(query: CaseQuery) -> dict[str, Any]:
    """The question as it stands in addresses."""
    return {
        "place": query.place,
        "chain": query.chain,
        "tier": query.directory,
        "owner": None if query.owner is None else query.owner or "none",
        "stage": query.stage.value if query.stage else None,
        "stalled": query.stalled,
        "proposed": "1" if query.proposed else None,
        "sort": None if query.sort is CaseSort.QUIET else query.sort.value,
    }


def _tab(own: str, view: str, value: str, text: Text, locale: Locale) -> dict[str, Any]:
    return {
        "text": text.in_(locale),
        "count": None,
        "href": url_with(own, view=None if value == "board" else value),
        "current": view == value,
    }


def _stats(own: str, query: CaseQuery, counts: PoolCounts, days: Sequence[int], locale: Locale) -> list[dict[str, Any]]:
    """The numbers at the top; each is a filter that keeps place and chain."""
    every, quiet = url_with(own, **dict.fromkeys(NARROWING[2:])), days[0]
    in_pool = sum(one.count for one in counts.directories)
    found = [
        _stat(in_pool, Text("在库", "In the pool"), "", every, chosen=not _narrowed(query)),
        _stat(
            counts.proposed,
            Text("有系统建议", "With a proposal"),
            "due",
            url_with(every, proposed="1"),
            chosen=query.proposed,
            note=Text("待采纳或驳回", "to accept or dismiss"),
        ),
        _stat(
            counts.stalled,
            Text("停滞", "Stalled"),
            "unmet",
            url_with(every, stalled=quiet),
            chosen=query.stalled == quiet,
            note=Text(f"{quiet} 天以上没有工作", f"no work for {quiet} days or more"),
        ),
        _stat(
            counts.unowned,
            Text("无责任人", "Without an owner"),
            "na",
            url_with(every, owner="none"),
            chosen=query.owner == NOBODY,
        ),
    ]
    for stage, tone in ((CaseStage.RECOGNISED, "met"), (CaseStage.LEFT, "na")):
        href = url_with(every, stage=stage.value, view="table")
        found.append(_stat(counts.closed[stage], stage.label, tone, href, chosen=query.stage is stage))
    return [one(locale) for one in found]


def _stat(
    number: int, word: Text, tone: str, href: str, *, chosen: bool, note: Text | None = None
) -> Callable[[Locale], dict[str, Any]]:
    """A number as its macro takes it, once the language is known."""

    def told(locale: Locale) -> dict[str, Any]:
        said = note.in_(locale) if note else None
        shown = {"number": grouped(number), "word": word.in_(locale), "note": said}
        return shown | {"tone": tone, "href": href, "chosen": chosen}

    return told


def _narrowed(query: CaseQuery) -> bool:
    """Whether one of the numbers at the top, or another filter that they drop, is chosen."""
    return bool(query.proposed or query.stalled or query.owner is not None or query.stage or query.directory)


def _filters(
    query: CaseQuery, counts: PoolCounts, days: Sequence[int], actor: Actor, locale: Locale
) -> list[dict[str, Any]]:
    """The selects above the board."""
    owners: Options = [("", Text("全部责任人", "All owners").in_(locale))]
    if actor.account_id is not None:
        owners.append((str(actor.account_id), Text("我负责的", "My own").in_(locale)))
    owners.append(("none", Text("无责任人", "Without an owner").in_(locale)))
    owners += [(one.key, f"{one.name} · {one.count}") for one in counts.owners if one.key != str(actor.account_id)]
    owner = "" if query.owner is None else str(query.owner or "none")
    if owner not in dict(owners):
        owners.append((owner, owner))
    stages = [("", Text("在库各阶段", "All open stages").in_(locale))]
    stages += [(one.value, one.label.in_(locale)) for one in (*OPEN, *CLOSED)]
    quiet: Options = [("", Text("不论停滞", "Stalled or not").in_(locale))]
    for count in sorted({*days, *([query.stalled] if query.stalled else [])}):
        quiet.append((str(count), Text(f"停滞 {count} 天以上", f"Stalled {count} days or more").in_(locale)))
    return [
        one_select("place", Text("地区", "Place"), place_options(query.region_code, query.place, locale), query.place),
        one_select("chain", Text("产业链", "Chain"), chain_options(locale), query.chain),
        one_select("tier", Text("目标称号", "Target title"), _tiers(locale), query.directory),
        one_select("owner", Text("责任人", "Owner"), owners, owner),
        one_select("stage", Text("阶段", "Stage"), stages, query.stage.value if query.stage else ""),
        one_select("stalled", Text("停滞", "Stalled"), quiet, str(query.stalled or "")),
        one_select("sort", Text("排序", "Order"), sort_options(CaseSort, locale), query.sort.value),
    ]


def _tiers(locale: Locale) -> Options:
    """Directories of enterprises."""
    rows = [row for row in shipped("directories") if row["kind"] == "enterprise"]
    found = [(row["code"], directory_name(row["code"], locale) or row["code"]) for row in rows]
    return [("", Text("全部称号", "All titles").in_(locale)), *found]


def _totals(total: Outcome, listed: str, locale: Locale) -> list[dict[str, Any]]:
    """The numbers of the whole."""
    none = Text("尚无", "none yet").in_(locale)
    share = none if total.share is None else percent(total.share, 0)
    days = none if total.median_days is None else grouped(round(total.median_days))
    found: list[tuple[str, Text, Text | None, str, str | None]] = [
        (grouped(total.entered), Text("曾入库", "Ever taken in"), None, "", None),
        (grouped(total.open), Text("在库", "In the pool"), None, "", listed),
        (grouped(total.recognised), Text("已认定", "Recognised"), None, "met", None),
        (grouped(total.left), Text("已退库", "Left"), None, "na", None),
        (share, Text("转化率", "Conversion"), Text("认定占已结束的比例", "recognised among those closed"), "", None),
        (days, Text("到认定的天数", "Days to recognition"), Text("中位数", "median"), "", None),
    ]
    return [
        {
            "number": number,
            "word": word.in_(locale),
            "note": note.in_(locale) if note else None,
            "tone": tone,
            "href": href,
            "chosen": False,
        }
        for number, word, note, tone, href in found
    ]


def _outcome(one: Outcome, locale: Locale, href: str | None) -> dict[str, Any]:
    return {"one": one, "name": one.name.in_(locale), "href": href}
