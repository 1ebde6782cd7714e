"""Parks and associations that draft for firms: the park asks, an owner of the firm agrees, either side ends it."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidInput, NotAllowed, NotFound
from registry.identity.regions import covers, region
from registry.models import Account, Enterprise, Park, ParkFirm, ParkMember
from registry.policies import EVERYWHERE, OFFICIALS, Actor, own_region, require, require_firm
from registry.schemas.base import ReadModel
from registry.services import audit
from registry.services.keys import key_of
from registry.services.rows import by_number
from registry.vocabulary import IdentityState, Role


class ParkLink(ReadModel):
    """A firm and a park: asked, agreed or not yet."""

    id: int
    park_id: int
    park_name: str
    enterprise_id: int
    enterprise_key: str
    enterprise_name: str
    agreed: bool


def create_park(session: Session, *, actor: Actor, name: str, region_code: str) -> Park:
    """A new park. Raises NotAllowed (administrators of its place), InvalidInput."""
    require(actor, Role.ADMINISTRATOR, region_code=region_code)
    if not 2 <= len(name.strip()) <= 200 or region(region_code) is None:
        raise InvalidInput("请填园区名称和地区。", "Give the park's name and place.", field="name")
    park = Park(name=name.strip(), region_code=region_code)
    session.add(park)
    session.flush()
    _record(session, actor, "park.created", park.id, name=park.name)
    return park


def add_park_member(session: Session, *, actor: Actor, park_id: int, login: str) -> ParkMember:
    """Let an account work for a park. Twice changes nothing. Raises NotFound, NotAllowed, InvalidInput."""
    park = get_park(session, park_id)
    require(actor, Role.ADMINISTRATOR, region_code=park.region_code)
    account = session.scalars(select(Account).where(col(Account.login) == login.strip().lower())).first()
    if account is None:
        raise InvalidInput("没有这个登录名。", "There is no such login.", field="login", value=login)
    query = select(ParkMember).where(col(ParkMember.park_id) == park_id, col(ParkMember.account_id) == account.id)
    member = session.scalars(query).first()
    if member is None:
        member = ParkMember(park_id=park_id, account_id=account.id)
        session.add(member)
    member.ended_at = None
    session.flush()
    _record(session, actor, "park.member_added", park_id, login=account.login)
    return member


def ask_firm(session: Session, *, actor: Actor, park_id: int, enterprise_id: int) -> ParkFirm:
    """A park asks a firm to let it draft. Twice changes nothing. Raises NotFound, NotAllowed (not of this park)."""
    get_park(session, park_id)
    require_park(actor, park_id)
    enterprise = session.get(Enterprise, enterprise_id)
    if enterprise is None or enterprise.voided_at is not None or enterprise.identity is IdentityState.MERGED:
        raise NotFound("没有这家企业。", "There is no such enterprise.", field="enterprise")
    query = select(ParkFirm).where(col(ParkFirm.park_id) == park_id, col(ParkFirm.enterprise_id) == enterprise_id)
    link = session.scalars(query.with_for_update()).first()
    if link is not None and link.ended_at is None:
        return link
    if link is None:
        link = ParkFirm(park_id=park_id, enterprise_id=enterprise_id)
        session.add(link)
    link.asked_at, link.agreed_at, link.agreed_by, link.ended_at = clock.now(), None, "", None
    session.flush()
    _record(session, actor, "park.asked", park_id, enterprise_id=enterprise_id)
    return link


def agree_to_park(session: Session, *, actor: Actor, link_id: int) -> ParkFirm:
    """An owner lets the park draft for the firm. Twice changes nothing. Raises NotFound, NotAllowed."""
    link = _link(session, link_id)
    require_firm(actor, link.enterprise_id, owner=True)
    if link.ended_at is not None:
        raise NotFound("这项请求已经结束。", "This request has ended.", field="park")
    if link.agreed_at is None:
        link.agreed_at, link.agreed_by = clock.now(), actor.label
        session.flush()
        _record(session, actor, "park.agreed", link.park_id, enterprise_id=link.enterprise_id)
    return link


def end_park(session: Session, *, actor: Actor, link_id: int) -> ParkFirm:
    """End or decline it: an owner of the firm or somebody of the park. Harmless twice. Raises NotFound, NotAllowed."""
    link = _link(session, link_id)
    if all(right.park_id != link.park_id for right in actor.parks):
        require_firm(actor, link.enterprise_id, owner=True)
    if link.ended_at is None:
        link.ended_at = clock.now()
        session.flush()
        _record(session, actor, "park.ended", link.park_id, enterprise_id=link.enterprise_id)
    return link


def links_of(session: Session, *, park_id: int | None = None, enterprise_id: int | None = None) -> list[ParkLink]:
    """The firms of a park, or the parks of a firm, that have not ended. Rights are asked by whoever calls."""
    query = (
        select(ParkFirm, Park, Enterprise)
        .join(Park, col(Park.id) == col(ParkFirm.park_id))
        .join(Enterprise, col(Enterprise.id) == col(ParkFirm.enterprise_id))
        .where(col(ParkFirm.ended_at).is_(None))
        .order_by(col(Enterprise.name_zh), col(ParkFirm.id))
    )
    query = query.where(col(ParkFirm.park_id) == park_id) if park_id is not None else query
    query = query.where(col(ParkFirm.enterprise_id) == enterprise_id) if enterprise_id is not None else query
    return [
        ParkLink(
            id=link.id,
            park_id=park.id,
            park_name=park.name,
            enterprise_id=firm.id,
            enterprise_key=key_of(session, firm.id),
            enterprise_name=firm.name_zh,
            agreed=link.agreed_at is not None,
        )
        for link, park, firm in session.execute(query).all()
    ]


def list_parks(session: Session, *, actor: Actor) -> list[tuple[Park, tuple[str, ...]]]:
    """The parks inside an official's region with the logins that work for them. Raises NotAllowed."""
    own = own_region(actor)
    require(actor, OFFICIALS, region_code=own)
    query = select(Park).where(col(Park.ended_at).is_(None)).order_by(col(Park.name), col(Park.id))
    found = [park for park in session.scalars(query) if own == EVERYWHERE or covers(own, park.region_code)]
    people = (
        select(ParkMember, Account)
        .join(Account, col(Account.id) == col(ParkMember.account_id))
        .where(col(ParkMember.ended_at).is_(None))
        .order_by(col(Account.login))
    )
    logins: dict[int, list[str]] = {}
    for member, account in session.execute(people):
        logins.setdefault(member.park_id, []).append(account.login)
    return [(park, tuple(logins.get(park.id, ()))) for park in found]


def get_park(session: Session, park_id: int) -> Park:
    """A park. Raises NotFound."""
    found = by_number(session, Park, park_id)
    if found is None or found.ended_at is not None:
        raise NotFound(f"没有编号为 {park_id} 的园区。", f"There is no park number {park_id}.", field="park")
    return found


def require_park(actor: Actor, park_id: int) -> None:
    """Refuse unless the actor works for the park. Raises NotAllowed."""
    if all(right.park_id != park_id for right in actor.parks):
        raise NotAllowed("您不是这个园区的工作人员。", "You do not work for this park.")


def _link(session: Session, link_id: int) -> ParkFirm:
    found = by_number(session, ParkFirm, link_id, lock=True)
    if found is None:
        raise NotFound("没有这项请求。", "There is no such request.", field="park")
    return found


def _record(session: Session, actor: Actor, action: str, park_id: int, **after: object) -> None:
    audit.record(
        session, actor=actor.label, action=action, subject_kind="park", subject_key=str(park_id), after=dict(after)
    )
