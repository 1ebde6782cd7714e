"""The group of an enterprise in the shape its section takes: a line for each member and branch. No queries here."""

from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.pool_words import GroupKind
from registry.schemas.enterprises import EnterpriseSummary, Relative, Relatives
from registry.titles import HELD
from web.rendering import url_path
from web.shown_titles import directory_name

SHOWN = 6
"""Lines that stand open; the rest folds."""
_SAID = {
    (GroupKind.CONTROLS, True): Text("控股方", "Controlled by"),
    (GroupKind.CONTROLS, False): Text("控股企业", "Controls"),
    (GroupKind.SAME_CONTROLLER, False): Text("同一控制人", "Same controller"),
    (GroupKind.MINORITY, True): Text("参股方（不控制）", "Minority holder"),
    (GroupKind.MINORITY, False): Text("参股企业（不控制）", "Minority holding"),
}
HEAD, BRANCH = Text("总公司", "Head office"), Text("分支机构", "Branch")


def group_view(request: Request, group: Relatives, locale: Locale) -> dict[str, Any] | None:
    """Lines and counts; None for a firm without group and branches."""
    lines = [_line(request, one.enterprise, relation(one), one, locale) for one in group.members]
    if group.head is not None:
        lines.insert(0, _line(request, group.head, HEAD, None, locale))
    lines += [_line(request, branch, BRANCH, None, locale) for branch in group.branches]
    if not lines:
        return None
    return {
        "shown": lines[:SHOWN],
        "folded": lines[SHOWN:],
        "members": sum(one.kind is not GroupKind.MINORITY for one in group.members),
        "branches": len(group.branches),
        "titles": group.titles_held,
    }


def relation(one: Relative) -> Text:
    """What the other firm is to this one.

    One related through another member belongs to the same group, whatever stands between.
    """
    if one.through is not None:
        return Text(f"同一集团（经{one.through}）", f"Same group, through {one.through}")
    return _SAID[one.kind, one.upward]


def _line(
    request: Request, other: EnterpriseSummary, said: Text, link: Relative | None, locale: Locale
) -> dict[str, Any]:
    city = Text(other.city_name or "", other.city_name_en or "").in_(locale)
    held = [directory_name(title).in_(locale) for title in other.titles if title.status in HELD]
    return {
        "name": other.name,
        "href": url_path(request, "enterprise", key=other.key),
        "relation": said.in_(locale),
        "city": city,
        "share": link.share_bp / 10_000 if link and link.share_bp is not None else None,
        "source": link.source if link else None,
        "dated": link.dated if link else None,
        "titles": list(dict.fromkeys(held)),
    }
