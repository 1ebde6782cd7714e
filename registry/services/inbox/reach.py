"""Whose matters are whose: which an official sees and deals with, once in SQL and once for one matter."""

from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import col

from registry.models import WorkItem
from registry.policies import EVERY_DIRECTORY, EVERYWHERE, Actor, Grant, require
from registry.vocabulary import Role, WorkKind

HANDLERS: dict[WorkKind, frozenset[Role]] = {
    WorkKind.SUBMISSION: frozenset({Role.REVIEWER, Role.CURATOR}),
    WorkKind.CLAIM: frozenset({Role.REVIEWER, Role.CURATOR}),
    WorkKind.CORRECTION: frozenset({Role.REVIEWER, Role.CURATOR}),
    WorkKind.OBJECTION: frozenset({Role.CURATOR}),
    WorkKind.IMPORT: frozenset({Role.CURATOR}),
    WorkKind.MERGE: frozenset({Role.CURATOR}),
    WorkKind.CASE: frozenset({Role.REVIEWER, Role.CURATOR}),
}
"""Who deals with a matter, inside their region and directory."""
WHOLE = frozenset({WorkKind.MERGE, WorkKind.SUBMISSION})
"""Where such a matter belongs to no directory it is of the enterprise as a whole: a grant for one is not enough."""
ANYBODY = frozenset().union(*HANDLERS.values())


def in_reach(actor: Actor, *, readers: bool = False) -> ColumnElement[bool]:
    """SQL over WorkItem: what this person deals with; with ``readers`` also what an auditor reads."""
    parts = [_of_grant(grant, readers) for grant in actor.grants]
    return or_(false(), *parts)


def may_handle(actor: Actor, item: WorkItem) -> bool:
    """Whether this person deals with a matter: the same as ``in_reach``, for one."""
    return actor.may(HANDLERS[item.kind], region_code=item.region_code, directory_code=_directory(item))


def require_handler(actor: Actor, item: WorkItem) -> None:
    """Raise NotAuthenticated or NotAllowed unless this person deals with the matter."""
    require(actor, HANDLERS[item.kind], region_code=item.region_code, directory_code=_directory(item))


def _directory(item: WorkItem) -> str | None:
    return item.directory_code or (EVERY_DIRECTORY if item.kind in WHOLE else None)


def _of_grant(grant: Grant, readers: bool) -> ColumnElement[bool]:
    kinds = [kind for kind, roles in HANDLERS.items() if grant.covers(_asked(roles, readers), None, None)]
    if not kinds:
        return false()
    return and_(col(WorkItem.kind).in_(kinds), _region(grant.region_code), _own_directory(grant.directory_code))


def _asked(roles: AbstractSet[Role], readers: bool) -> AbstractSet[Role]:
    return roles | {Role.AUDITOR} if readers else roles


def _region(code: str) -> ColumnElement[bool]:
    if code == EVERYWHERE:
        return true()
    prefix = code
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    inside = col(WorkItem.region_code).startswith(prefix, autoescape=True)
    return or_(inside, col(WorkItem.region_code) == "") if code.endswith("0000") else inside


def _own_directory(code: str | None) -> ColumnElement[bool]:
    if code is None:
        return true()
    free = and_(col(WorkItem.directory_code).is_(None), col(WorkItem.kind).not_in(WHOLE))
    return or_(free, col(WorkItem.directory_code) == code)
