"""Groups of enterprises (集团关系): what is recorded, and who belongs to the same group."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import Enterprise, GroupLink
from registry.policies import EVERY_DIRECTORY, OFFICIALS, Actor, require
from registry.pool_words import GroupKind
from registry.schemas.base import ReadModel
from registry.services import audit
from registry.services.identities import check_past, check_reason
from registry.services.keys import key_of
from registry.services.pool.moves import check_text
from registry.services.resolving import follow_merges, resolve
from registry.vocabulary import Role

SOURCE_MAX = 200
SOURCE = ("来源", "where this is known from")
REACH = 6
"""So many links a group is followed."""
LARGEST = 300
SUBJECT = "group_link"


class LinkRead(ReadModel):
    """A recorded relation, told from one of its two sides. ``upward``: the other one controls or holds this one."""

    link_id: int
    other_id: int
    other_key: str
    other_name: str
    kind: GroupKind
    upward: bool
    share_bp: int | None
    source: str
    dated: date
    made_by: str


class GroupPage(ReadModel):
    """An enterprise with the relations recorded for it."""

    enterprise_id: int
    key: str
    name: str
    region_code: str | None
    links: tuple[LinkRead, ...]
    may_edit: bool


@dataclass(frozen=True, slots=True)
class NewLink:
    """A relation as it is entered. ``share`` in percent, as typed; empty where it is not known."""

    other_key: str
    kind: str
    upward: bool
    share: str
    source: str
    dated: date


def group_page(session: Session, *, key: str, actor: Actor) -> GroupPage:
    """The relations of the enterprise behind a key. Raises NotFound, Gone, NotAllowed outside the official's region."""
    firm = session.get_one(Enterprise, resolve(session, key).enterprise_id)
    place = firm.region_code or ""
    require(actor, OFFICIALS, region_code=place)
    return GroupPage(
        enterprise_id=firm.id,
        key=key_of(session, firm.id),
        name=firm.name_zh,
        region_code=firm.region_code,
        links=tuple(links_of(session, firm.id)),
        may_edit=actor.may(Role.CURATOR, region_code=place, directory_code=EVERY_DIRECTORY),
    )


def add_link(session: Session, *, key: str, link: NewLink, actor: Actor) -> GroupLink:
    """Record a relation of the enterprise behind a key. A curator of its place, for all directories, may.

    Raises NotFound, Gone, NotAllowed, InvalidInput (kind, share, source, day, the firm itself), Conflict (it stands
    there already).
    """
    firm = session.get_one(Enterprise, resolve(session, key).enterprise_id, with_for_update=True)
    require(actor, Role.CURATOR, region_code=firm.region_code or "", directory_code=EVERY_DIRECTORY)
    kind = _kind(link.kind)
    other = _other(session, link.other_key, firm)
    source = check_text(link.source, field="source", limit=SOURCE_MAX, what=SOURCE)
    check_past(link.dated)
    share = parse_share(link.share, kind)
    above, below = (other, firm) if link.upward and kind is not GroupKind.SAME_CONTROLLER else (firm, other)
    for known in links_of(session, firm.id):
        if known.other_id == other.id and known.kind is kind:
            raise Conflict(
                f"与“{other.name_zh}”的“{kind.label.zh}”关系已登记。",
                f"“{kind.label.en}” with “{other.name_zh}” is recorded already.",
                field="other",
            )
    row = GroupLink(
        enterprise_id=above.id,
        other_id=below.id,
        kind=kind,
        share_bp=share,
        source=source,
        dated=link.dated,
        made_by=actor.label,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="group_link.added",
        subject_kind=SUBJECT,
        subject_key=str(row.id),
        after={"enterprise": above.id, "other": below.id, "kind": kind.value, "share_bp": share, "source": source},
    )
    return row


def end_link(session: Session, *, link_id: int, actor: Actor, reason: str) -> GroupLink:
    """A relation ends: it is kept and counts no more. A curator of either firm's place may.

    Raises NotFound, NotAllowed, InvalidInput (reason), InvalidTransition (ended already).
    """
    row = session.get(GroupLink, link_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"没有编号为 {link_id} 的集团关系。", f"There is no group relation {link_id}.", field="link")
    places = [session.get_one(Enterprise, one).region_code or "" for one in (row.enterprise_id, row.other_id)]
    mine = next(
        (one for one in places if actor.may(Role.CURATOR, region_code=one, directory_code=EVERY_DIRECTORY)), places[0]
    )
    require(actor, Role.CURATOR, region_code=mine, directory_code=EVERY_DIRECTORY)
    if row.ended_at is not None:
        raise InvalidTransition("这条关系已终止。", "This relation has ended already.", field="link")
    row.end_reason = check_reason(reason)
    row.ended_at, row.ended_by = clock.now(), actor.label
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="group_link.ended",
        subject_kind=SUBJECT,
        subject_key=str(row.id),
        before={"enterprise": row.enterprise_id, "other": row.other_id, "kind": row.kind.value},
        reason=row.end_reason,
    )
    return row


def links_of(session: Session, enterprise_id: int) -> list[LinkRead]:
    """The relations in force of one enterprise and of every record merged into it."""
    own = merged_into(session, [enterprise_id])
    found = []
    for row in _links(session, own):
        upward = row.other_id in own and row.kind is not GroupKind.SAME_CONTROLLER
        other = session.get_one(Enterprise, row.enterprise_id if row.other_id in own else row.other_id)
        standing = follow_merges(session, other)
        if standing.id == enterprise_id or standing.voided_at is not None:
            continue
        found.append(
            LinkRead(
                link_id=row.id,
                other_id=standing.id,
                other_key=key_of(session, standing.id),
                other_name=standing.name_zh,
                kind=row.kind,
                upward=upward,
                share_bp=row.share_bp,
                source=row.source,
                dated=row.dated,
                made_by=row.made_by,
            )
        )
    return found


def group_of(session: Session, enterprise_id: int) -> dict[int, tuple[LinkRead, ...]]:
    """Everybody under the same control, each with the relations that lead there; minority holdings lead nowhere.

    Controlling and controlled firms, sisters, and theirs in turn. The enterprise itself is left out.
    """
    paths: dict[int, tuple[LinkRead, ...]] = {enterprise_id: ()}
    edge = [enterprise_id]
    for _ in range(REACH):
        further = []
        for number in edge:
            for link in links_of(session, number):
                if link.kind is GroupKind.MINORITY or link.other_id in paths or len(paths) > LARGEST:
                    continue
                paths[link.other_id] = (*paths[number], link)
                further.append(link.other_id)
        edge = further
    del paths[enterprise_id]
    return paths


def merged_into(session: Session, ids: Iterable[int]) -> set[int]:
    """These enterprises and every record that was merged into one of them."""
    found = edge = set(ids)
    while edge:
        inside = set(session.scalars(select(col(Enterprise.id)).where(col(Enterprise.merged_into_id).in_(edge))))
        edge = inside - found
        found = found | inside
    return found


def parse_share(text: str, kind: GroupKind) -> int | None:
    """A share in percent as hundredths of a percent; None for an empty text. Raises InvalidInput naming ``share``.

    >>> parse_share(" 51.5% ", GroupKind.CONTROLS)
    5150
    """
    plain = text.strip().rstrip("%％").strip()
    if not plain:
        return None
    whole, _, rest = plain.partition(".")
    digits = (whole or "0") + (rest + "00")[:2]
    readable = whole.isascii() and (whole + rest).isdigit() and rest.isascii() and len(rest) <= 2 and len(whole) <= 3
    if not readable or not 0 < int(digits) <= 10_000:
        raise InvalidInput(
            f"持股比例“{text[:20]}”看不懂。请填 0 到 100 之间的数，最多两位小数，例如 51 或 33.34。",
            f"The share “{text[:20]}” cannot be read. Enter a number up to 100, at most two decimals.",
            field="share",
            value=text,
        )
    share = int(digits)
    if kind is GroupKind.MINORITY and share > 5_000:
        raise InvalidInput(
            f"持股 {plain}% 已过半，应登记为“{GroupKind.CONTROLS.label.zh}”。",
            f"A share of {plain}% is more than half: record it as “{GroupKind.CONTROLS.label.en}”.",
            field="share",
            value=text,
        )
    return share


def _links(session: Session, own: Collection[int]) -> list[GroupLink]:
    query = select(GroupLink).where(
        or_(col(GroupLink.enterprise_id).in_(own), col(GroupLink.other_id).in_(own)), col(GroupLink.ended_at).is_(None)
    )
    return list(session.scalars(query.order_by(col(GroupLink.id))))


def _kind(text: str) -> GroupKind:
    known = {kind.value: kind for kind in GroupKind}
    if text not in known:
        raise InvalidInput("请选择关系。", "Choose the relation.", field="kind", value=text, choices=tuple(known))
    return known[text]


def _other(session: Session, key: str, firm: Enterprise) -> Enterprise:
    if not key.strip():
        raise InvalidInput("请填另一家企业的统一社会信用代码。", "Enter the other firm's credit code.", field="other")
    try:
        other = session.get_one(Enterprise, resolve(session, key.strip()).enterprise_id)
    except NotFound as missing:
        raise InvalidInput(missing.text.zh, missing.text.en, field="other", value=key) from None
    if other.id == firm.id:
        raise InvalidInput("不能与自己登记关系。", "A firm is not related to itself.", field="other", value=key)
    return other
