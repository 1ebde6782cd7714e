"""The group of an enterprise (集团与分支机构): who controls it, what it controls, its branches, what they hold."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from registry.db import begins_with
from registry.identity.folding import fold_name
from registry.matching.parts import BRANCH_ENDS, parts_of
from registry.models import Enterprise, EnterpriseName
from registry.pool_words import GroupKind
from registry.schemas.enterprises import EnterpriseSummary, Relative, Relatives
from registry.services.enterprise_lines import summaries
from registry.services.pool.groups import LinkRead, group_of, links_of
from registry.titles import HELD
from registry.vocabulary import NameKind

BRANCHES = 200
"""So many branches are read; a bank has thousands."""


def relatives_of(session: Session, enterprise: Enterprise, *, as_of: date) -> Relatives:
    """The group as it is recorded today, with the titles of its members on the day ``as_of``.

    Relations are those officials recorded with a source (``pool.groups``). A branch (…惠州分公司) is known by its name:
    the whole name of one firm, then the branch. Three queries where there is neither.
    """
    paths = _paths(session, enterprise.id)
    head, branches = _by_name(session, enterprise)
    lines = {
        line.id: line
        for line in summaries(session, [*paths, *branches, *([head] if head else [])], as_of=as_of)
        if line.id != enterprise.id
    }
    members = [_relative(lines[number], path) for number, path in paths.items() if number in lines]
    members.sort(key=lambda one: (_nearness(one), one.enterprise.id))
    held = {
        (one.enterprise.id, title.directory_code)
        for one in members
        if one.kind is not GroupKind.MINORITY
        for title in one.enterprise.titles
        if title.status in HELD
    }
    return Relatives(
        head=lines.get(head) if head else None,
        branches=[lines[number] for number in branches if number in lines],
        members=members,
        titles_held=len(held),
    )


def _paths(session: Session, enterprise_id: int) -> Mapping[int, tuple[LinkRead, ...]]:
    """Everybody related and the relations that lead there; minority holdings only where they are direct."""
    direct = links_of(session, enterprise_id)
    if not direct:
        return {}
    return {link.other_id: (link,) for link in direct} | group_of(session, enterprise_id)


def _relative(line: EnterpriseSummary, path: Sequence[LinkRead]) -> Relative:
    last = path[-1]
    return Relative(
        enterprise=line,
        kind=last.kind,
        upward=last.upward,
        through=path[-2].other_name if len(path) > 1 else None,
        share_bp=last.share_bp,
        source=last.source,
        dated=last.dated,
    )


def _nearness(one: Relative) -> int:
    if one.through is not None:
        return 3
    if one.kind is GroupKind.CONTROLS:
        return 0 if one.upward else 1
    return 2 if one.kind is GroupKind.SAME_CONTROLLER else 4


def _by_name(session: Session, enterprise: Enterprise) -> tuple[int | None, list[int]]:
    """The firm this is a branch of, or its branches, in the order of their names."""
    own = fold_name(enterprise.name_zh)
    if branch := _branch(own):
        heads = _named(session, col(EnterpriseName.folded) == own.removesuffix(branch), limit=2)
        # Of two firms of one name nobody knows which it belongs to.
        return (heads[0][0] if len(heads) == 1 else None), []
    longer = _named(session, begins_with(EnterpriseName.folded, own) & (col(EnterpriseName.folded) != own), BRANCHES)
    return None, [number for number, folded in longer if own + _branch(folded) == folded]


def _branch(folded: str) -> str:
    """The end of a name that says it is a branch; empty for a firm of its own (…公司惠州新材料有限公司)."""
    return parts_of(folded).branch if folded.endswith(BRANCH_ENDS) else ""


def _named(session: Session, condition: ColumnElement[bool], limit: int) -> list[tuple[int, str]]:
    query = (
        select(col(EnterpriseName.enterprise_id), col(EnterpriseName.folded))
        .join(Enterprise, col(Enterprise.id) == col(EnterpriseName.enterprise_id))
        .where(
            condition,
            col(EnterpriseName.kind) == NameKind.CURRENT,
            col(Enterprise.voided_at).is_(None),
            col(Enterprise.merged_into_id).is_(None),
        )
        .order_by(col(EnterpriseName.folded), col(EnterpriseName.id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
