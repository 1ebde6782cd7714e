"""Two versions of a standard side by side: what changed clause by clause, generated from their rules."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import Locale, NotFound, Text
from registry.services.standards import known_standards
from registry.tiering.clauses import Clause
from registry.tiering.comparing import ComparedClause, compare
from registry.tiering.describe import source_of
from registry.tiering.outline import outline
from registry.tiering.selection import find
from registry.tiering.standard import Standard
from registry.tiering.version_changes import Change
from web import standard_views as views
from web.deps import ReadSession, current_actor
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.rendering import render, url_path
from web.standards import Code

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

VersionId = Annotated[str, Query(max_length=60)]

STATUSES = {
    "changed": (Text("有变化", "Changed"), "amb"),
    "added": (Text("新增", "New"), "jade"),
    "removed": (Text("取消", "Dropped"), "cin"),
    "same": (Text("未变", "Unchanged"), ""),
}
"""In the order shown."""
MOVES = {
    ("threshold", "raised"): Text("门槛提高", "Threshold raised"),
    ("threshold", "lowered"): Text("门槛降低", "Threshold lowered"),
    ("threshold", "changed"): Text("门槛改变", "Threshold changed"),
    ("reading", "changed"): Text("算法或读法改变", "Read differently"),
    ("condition", "added"): Text("多一个条件", "A further condition"),
    ("condition", "removed"): Text("少一个条件", "A condition less"),
    ("alternative", "added"): Text("多一种途径", "A further way"),
    ("alternative", "removed"): Text("少一种途径", "A way less"),
    ("waiver", "added"): Text("新增豁免", "A new waiver"),
    ("waiver", "removed"): Text("取消豁免", "A waiver dropped"),
    ("role", "changed"): Text("作用改变", "Its part changed"),
    ("procedures", "changed"): Text("适用的办理类型改变", "Asked in other procedures"),
    ("confidence", "changed"): Text("判断方式改变", "Decided differently"),
    ("count", "changed"): Text("须符合的项数改变", "The number needed changed"),
    ("points", "added"): Text("评分项新增", "A scored item added"),
    ("points", "removed"): Text("评分项取消", "A scored item dropped"),
    ("points", "raised"): Text("分值提高", "More points"),
    ("points", "lowered"): Text("分值降低", "Fewer points"),
    ("points", "changed"): Text("评分档次改变", "Bands changed"),
}
MOST_TOLD = 90
STRICTER, EASIER = Text("更严", "stricter"), Text("更宽", "easier")


@router.get("/standards/{code}/compare", name="standard_compare")
def standard_compare(
    request: Request,
    session: ReadSession,
    code: Code,
    before: Annotated[VersionId, Query(alias="from")] = "",
    after: Annotated[VersionId, Query(alias="to")] = "",
) -> Response:
    """Two versions of one tier; left out: the newest two. Raises NotFound for a version the tier has not."""
    known, locale = known_standards(session), locale_of(request)
    versions = find(find(code, among=known)[0].tier, among=known)
    newer = _named(versions, after) if after else versions[0]
    older = _named(versions, before) if before else _one_before(versions, newer)
    found = compare(older, newer)
    clauses = [_clause(one, older, newer) for one in found.clauses]
    context = {
        "tier_name": views.tier_name(versions, locale),
        "older": views.version_row(request, older, locale),
        "newer": views.version_row(request, newer, locale),
        "version_options": [(one.id, _option(one, locale)) for one in versions],
        "groups": [
            {
                "code": status,
                "title": title,
                "tone": tone,
                "clauses": [one for one in clauses if one["status"] == status],
            }
            for status, (title, tone) in STATUSES.items()
        ],
        "own_url": url_path(request, "standard_compare", code=versions[0].tier),
        "standard_url": url_path(request, "standard", code=versions[0].tier),
    }
    return render(request, "standards/compare.html", context)


def _named(versions: tuple[Standard, ...], wanted: str) -> Standard:
    for one in versions:
        if one.id == wanted.strip().upper():
            return one
    ids = "、".join(one.id for one in versions)
    raise NotFound(
        f"这一层级没有版本“{wanted[:40]}”。已有：{ids}。",
        f"This tier has no version “{wanted[:40]}”. Known: {ids.replace('、', ', ')}.",
        field="from",
        value=wanted,
    )


def _one_before(versions: tuple[Standard, ...], newer: Standard) -> Standard:
    """The version before it; for the oldest the one after, and the only one with itself."""
    at = versions.index(newer)
    return versions[at + 1] if at + 1 < len(versions) else versions[at - 1]


def _option(one: Standard, locale: Locale) -> str:
    return Text(f"{one.id}（{one.first_day} 起）", f"{one.id} (from {one.first_day})").in_(locale)


def _clause(one: ComparedClause, older: Standard, newer: Standard) -> dict[str, Any]:
    return {
        "status": one.status,
        "name": next(side.name for side in (one.after, one.before) if side is not None),
        "before": _side(one.before, older),
        "after": _side(one.after, newer),
        "changes": [_change(change) for change in one.changes],
    }


def _side(clause: Clause | None, standard: Standard) -> dict[str, Any] | None:
    if clause is None:
        return None
    source = source_of(standard, clause.criterion)
    return {
        "id": clause.id,
        "lines": outline(clause.rule),
        "source": source,
        "href": source.url if views.is_address(source.url) else None,
        "recalled": source.confidence == "R",
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "words": MOVES[change.kind, change.move],
        "effect": None if change.stricter is None else STRICTER if change.stricter else EASIER,
        "tone": "amb" if change.stricter else "jade" if change.stricter is False else "",
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "named": change.kind in ("threshold", "role", "procedures", "confidence", "count", "points"),
        # What is long stands in full in the columns beside it.
        "told": sum(len(one.zh) for one in (change.before, change.after) if one) <= MOST_TOLD,
    }
