"""Everything an account may do, in one statement: asked at every request of somebody who has signed in."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, String, bindparam, cast, literal, null, select, type_coerce, union_all
from sqlmodel import Session, col

from registry.models import Membership, Park, ParkFirm, ParkMember, RoleGrant
from registry.policies import FirmRight, Grant, ParkRight
from registry.vocabulary import FirmRole, Role

GRANT, FIRM, PARK, AGREED = "grant", "firm", "park", "agreed"


class Rights(NamedTuple):
    """Grants, firms and parks of one account, each in the order they were given."""

    grants: tuple[Grant, ...]
    firms: tuple[FirmRight, ...]
    parks: tuple[ParkRight, ...]


def rights_of(session: Session, account_id: int) -> Rights:
    """What an account may do now; nothing of it is kept between two calls."""
    found: dict[str, list[Any]] = {GRANT: [], FIRM: [], PARK: [], AGREED: []}
    for what, *row in session.execute(_RIGHTS, {"account": account_id}):
        found[what].append(row)
    return Rights(
        tuple(Grant(Role.of(word), place, directory) for _, _, word, place, directory in found[GRANT]),
        tuple(FirmRight(number, FirmRole.of(word)) for _, number, word, _, _ in found[FIRM]),
        _parks([row[0] for row in found[PARK]], found[AGREED]),
    )


def _parks(parks: list[int], agreed: Iterable[Any]) -> tuple[ParkRight, ...]:
    firms: dict[int, set[int]] = {park: set() for park in parks}
    for park, enterprise, *_ in agreed:
        firms[park].add(enterprise)
    return tuple(ParkRight(park, frozenset(some)) for park, some in firms.items())


def _part(
    what: str, number: Any, other: Any, word: Any = None, place: Any = None, directory: Any = None
) -> Select[Any]:
    texts = (cast(null(), String) if text is None else type_coerce(text, String) for text in (word, place, directory))
    return select(
        literal(what, literal_execute=True).label("what"),
        number.label("number"),
        (cast(null(), BigInteger) if other is None else other).label("other"),
        *texts,
    )


def _statement() -> Any:
    """Put together once: that takes longer than running it."""
    mine: Any = bindparam("account")
    in_force = (
        col(ParkMember.account_id) == mine,
        col(ParkMember.ended_at).is_(None),
        col(Park.ended_at).is_(None),
    )
    granted = _part(
        GRANT, col(RoleGrant.id), None, col(RoleGrant.role), col(RoleGrant.region_code), col(RoleGrant.directory_code)
    ).where(col(RoleGrant.account_id) == mine)
    member = _part(FIRM, col(Membership.id), col(Membership.enterprise_id), col(Membership.role)).where(
        col(Membership.account_id) == mine, col(Membership.ended_at).is_(None)
    )
    parks = (
        _part(PARK, col(ParkMember.park_id), None)
        .join_from(ParkMember, Park, col(Park.id) == col(ParkMember.park_id))
        .where(*in_force)
    )
    agreed = (
        _part(AGREED, col(ParkFirm.park_id), col(ParkFirm.enterprise_id))
        .join_from(ParkFirm, ParkMember, col(ParkMember.park_id) == col(ParkFirm.park_id))
        .join(Park, col(Park.id) == col(ParkFirm.park_id))
        .where(*in_force, col(ParkFirm.agreed_at).is_not(None), col(ParkFirm.ended_at).is_(None))
    )
    return union_all(granted, member, parks, agreed).order_by("number", "other")


_RIGHTS = _statement()
