"""Acts on who an enterprise is: giving a code, renaming, merging and taking a merge back.

Each checks the right (a curator of the place, for all directories) and the state, changes rows, writes its audit event
and queues the index. Addresses are only ever added: every key an enterprise had leads to it for ever.
"""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, Gone, InvalidInput, InvalidTransition, NotFound
from registry.identity.folding import fold_name
from registry.identity.names import clean_name
from registry.identity.uscc import parse_uscc
from registry.models import Enterprise, EnterpriseAddress, EnterpriseName
from registry.policies import EVERY_DIRECTORY, Actor, require
from registry.services import audit, outbox
from registry.services.keys import key_of
from registry.services.resolving import follow_merges
from registry.vocabulary import IdentityState, NameKind, Role

NAME_MIN, NAME_MAX = 2, 300
REASON_MAX = 400


def assign_code(session: Session, *, enterprise_id: int, uscc: str, actor: Actor, reason: str) -> str:
    """Give a provisional enterprise its credit code, which is returned; its old address redirects from then on.

    Raises NotFound, Gone, NotAllowed, InvalidInput (code, reason), InvalidTransition (it has a code or was merged),
    Conflict (another enterprise has the code: then the two are one and are to be merged).
    """
    enterprise = lock_enterprise(session, enterprise_id)
    require_curator(actor, enterprise)
    if enterprise.identity is not IdentityState.PROVISIONAL:
        raise InvalidTransition(
            f"“{enterprise.name_zh}”的状态是“{enterprise.identity.label.zh}”，只有临时档案可以补登代码。",
            f"“{enterprise.name_zh}” is {enterprise.identity.label.en.lower()}; only a provisional one takes a code.",
            field="enterprise",
        )
    code = parse_uscc(uscc).code
    said = check_reason(reason)
    release_or_refuse(session, code, enterprise)
    old_key = key_of(session, enterprise.id)
    for key in (old_key, code):
        if session.get(EnterpriseAddress, key) is None:
            session.add(EnterpriseAddress(key=key, enterprise_id=enterprise.id))
    enterprise.uscc, enterprise.identity = code, IdentityState.IDENTIFIED
    touch(enterprise)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="enterprise.code_assigned",
        subject_kind="enterprise",
        subject_key=code,
        before={"key": old_key, "identity": IdentityState.PROVISIONAL.value},
        after={"id": enterprise.id, "key": code, "identity": IdentityState.IDENTIFIED.value},
        reason=said,
    )
    outbox.enterprises_changed(session, [enterprise.id])
    return code


def rename_enterprise(
    session: Session, *, enterprise_id: int, new_name: str, on: date, actor: Actor, reason: str
) -> str:
    """Record a change of name in force since the day ``on``; the old name becomes a former one up to the day before.

    Names printed in announcements stay as they are. Returns the key of the enterprise. Raises NotFound, Gone,
    NotAllowed, InvalidInput (name, day, reason), InvalidTransition (merged).
    """
    enterprise = lock_enterprise(session, enterprise_id)
    require_curator(actor, enterprise)
    require_live(enterprise)
    name = _check_name(new_name, enterprise.name_zh)
    check_past(on)
    said = check_reason(reason)
    before, key = enterprise.name_zh, key_of(session, enterprise.id)
    take_name(session, enterprise, name, on=on, source=said)
    touch(enterprise)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="enterprise.renamed",
        subject_kind="enterprise",
        subject_key=key,
        before={"name": before},
        after={"name": name, "on": on.isoformat()},
        reason=said,
    )
    outbox.enterprises_changed(session, [enterprise.id])
    return key


def take_name(session: Session, enterprise: Enterprise, name: str, *, on: date, source: str) -> None:
    """Make a name the present one since a day; the old one stays as a former name. Rights and event are the caller's.

    Raises InvalidInput if the present name is in force since that day or later.
    """
    old = _current_name(session, enterprise)
    _check_follows(old, on)
    old.kind, old.valid_to = NameKind.FORMER, on - timedelta(days=1)
    session.add(old)
    session.add(
        EnterpriseName(
            enterprise_id=enterprise.id,
            name=name,
            folded=fold_name(name),
            kind=NameKind.CURRENT,
            valid_from=on,
            source=source[:200],
        )
    )
    enterprise.name_zh = name


def _check_follows(old: EnterpriseName, on: date) -> None:
    if old.valid_from is not None and on <= old.valid_from:
        raise InvalidInput(
            f"更名日期 {on} 须晚于现用名启用日期 {old.valid_from}。",
            f"The change of name ({on}) must be later than the first day of the present name ({old.valid_from}).",
            field="on",
            value=on,
        )


def lock_enterprise(session: Session, enterprise_id: int) -> Enterprise:
    """The enterprise, locked until the transaction ends. Raises NotFound, Gone."""
    enterprise = session.get(Enterprise, enterprise_id, with_for_update=True, populate_existing=True)
    if enterprise is None:
        raise NotFound(
            f"没有编号为 {enterprise_id} 的企业。",
            f"There is no enterprise number {enterprise_id}.",
            field="enterprise",
            value=enterprise_id,
        )
    if enterprise.voided_at is not None:
        raise Gone(
            f"“{enterprise.name_zh}”的记录来自一次已撤回的导入，不能再改。",
            f"The record of “{enterprise.name_zh}” came from an import that was undone and cannot be changed.",
            field="enterprise",
        )
    return enterprise


def require_curator(actor: Actor, enterprise: Enterprise) -> None:
    """Refuse unless the actor curates the place of the enterprise for all directories."""
    place = enterprise.region_code or enterprise.city_code or ""
    require(actor, Role.CURATOR, region_code=place, directory_code=EVERY_DIRECTORY)


def require_live(enterprise: Enterprise) -> None:
    """Raise InvalidTransition if the enterprise was merged into another one."""
    if enterprise.identity is IdentityState.MERGED:
        raise InvalidTransition(
            f"“{enterprise.name_zh}”已于 {enterprise.merged_on} 并入另一家企业。请改在并入后的企业上操作。",
            f"“{enterprise.name_zh}” was merged into another enterprise on {enterprise.merged_on}. "
            "Act on that one instead.",
            field="enterprise",
        )


def check_reason(reason: str) -> str:
    """The reason on one line. Raises InvalidInput if there is none or it is too long."""
    said = " ".join(reason.split())
    if not said or len(said) > REASON_MAX or "\x00" in said:
        raise InvalidInput(
            f"请写明理由，不超过 {REASON_MAX} 个字。",
            f"Give a reason of at most {REASON_MAX} characters.",
            field="reason",
        )
    return said


def check_past(on: date) -> None:
    """Raise InvalidInput if the day has not come: what is recorded is in force."""
    if on > clock.today():
        raise InvalidInput(
            f"日期 {on} 还没有到。请在生效之后登记。",
            f"The day {on} has not come yet. Record it once it is in force.",
            field="on",
            value=on,
        )


def touch(enterprise: Enterprise) -> None:
    """Count the change, so that a page read before it is known to be old."""
    enterprise.revision += 1
    enterprise.updated_at = clock.now()


def _check_name(given: str, present: str) -> str:
    name = clean_name(given)
    if not NAME_MIN <= len(name) <= NAME_MAX or not name.isprintable():
        raise InvalidInput(
            f"企业名称应为 {NAME_MIN} 至 {NAME_MAX} 个字，不含控制字符。",
            f"A name has {NAME_MIN} to {NAME_MAX} characters and no control characters.",
            field="new_name",
            value=given,
        )
    if name == present:
        raise InvalidInput(
            f"新名称与现用名“{present}”相同，没有可登记的变更。",
            f"The new name equals the present one, “{present}”: there is nothing to record.",
            field="new_name",
            value=given,
        )
    return name


def _current_name(session: Session, enterprise: Enterprise) -> EnterpriseName:
    """The row of the present name; a new one where the record has none yet."""
    query = select(EnterpriseName).where(
        col(EnterpriseName.enterprise_id) == enterprise.id, col(EnterpriseName.kind) == NameKind.CURRENT
    )
    found = session.exec(query.order_by(col(EnterpriseName.id).desc())).first()
    return found or EnterpriseName(
        enterprise_id=enterprise.id,
        name=enterprise.name_zh,
        folded=fold_name(enterprise.name_zh),
        kind=NameKind.CURRENT,
    )


def release_or_refuse(session: Session, code: str, enterprise: Enterprise) -> None:
    """Raise Conflict if an enterprise has the code; take it from a record whose import was undone."""
    address = session.get(EnterpriseAddress, code)
    holder = session.exec(select(Enterprise).where(col(Enterprise.uscc) == code)).first()
    if holder is None and address is not None and address.enterprise_id != enterprise.id:
        holder = session.get_one(Enterprise, address.enterprise_id)
    if holder is None:
        return
    if holder.voided_at is None:
        live = follow_merges(session, holder)
        raise Conflict(
            f"代码 {code} 属于“{live.name_zh}”。如果是同一家企业，请把本档案并入它。",
            f"The code {code} belongs to “{live.name_zh}”. If it is the same enterprise, merge this one into it.",
            field="uscc",
            value=code,
        )
    holder.uscc = None
    if address is not None:
        address.enterprise_id = enterprise.id
    session.flush()
