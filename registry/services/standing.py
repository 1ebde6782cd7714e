"""Acts on where an enterprise is, whether it still operates, and a title that ends by decision (撤销).

Each checks the right and the state, changes the row, writes its audit event and queues the index.
"""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from registry.errors import Gone, InvalidInput, InvalidTransition, NotFound
from registry.identity.divisions import city_of
from registry.identity.regions import region
from registry.models import Batch, Listing
from registry.policies import Actor, require_importer
from registry.services import audit, outbox
from registry.services.identities import check_past, check_reason, lock_enterprise, require_curator, require_live, touch
from registry.services.keys import key_of
from registry.vocabulary import BatchState, OperatingStatus

DOCUMENT_MAX, WITHDRAWAL_REASON_MAX = 200, 300


def relocate_enterprise(
    session: Session, *, enterprise_id: int, region_code: str, on: date, actor: Actor, reason: str
) -> str:
    """Record that an enterprise has moved (迁移) to another division; returns its key.

    Raises NotFound, Gone, NotAllowed (its old place), InvalidInput (region, day, reason, nothing changes),
    InvalidTransition (merged).
    """
    firm = lock_enterprise(session, enterprise_id)
    require_curator(actor, firm)
    require_live(firm)
    check_past(on)
    said = check_reason(reason)
    if region(region_code) is None or region_code == firm.region_code:
        raise InvalidInput(
            f"“{region_code}”不是另一个行政区划的代码。",
            f"“{region_code}” is not the code of another division.",
            field="region_code",
            value=region_code,
        )
    before = {"region_code": firm.region_code, "city_code": firm.city_code}
    firm.region_code, firm.city_code = region_code, city_of(region_code)
    touch(firm)
    session.flush()
    after = {"region_code": firm.region_code, "city_code": firm.city_code, "on": on.isoformat()}
    return _note(session, enterprise_id, "enterprise.moved", actor, said, before, after)


def set_operating_status(
    session: Session, *, enterprise_id: int, status: OperatingStatus, on: date, actor: Actor, reason: str
) -> str:
    """Record that an enterprise was cancelled (注销), lost its licence (吊销) or operates again; returns its key.

    Its titles stay: a title ends by its own withdrawal. Raises NotFound, Gone, NotAllowed, InvalidInput (day, reason,
    nothing changes), InvalidTransition (merged).
    """
    firm = lock_enterprise(session, enterprise_id)
    require_curator(actor, firm)
    require_live(firm)
    check_past(on)
    said = check_reason(reason)
    if firm.operating_status is status:
        raise InvalidInput(
            f"登记状态已是“{status.label.zh}”，没有可登记的变更。",
            f"The status is “{status.label.en}” already: there is nothing to record.",
            field="status",
            value=status.value,
        )
    before = {"operating_status": firm.operating_status.value}
    firm.operating_status = status
    touch(firm)
    session.flush()
    after = {"operating_status": status.value, "on": on.isoformat()}
    return _note(session, enterprise_id, "enterprise.status", actor, said, before, after)


def withdraw_title(session: Session, *, listing_id: int, on: date, document: str, actor: Actor, reason: str) -> Listing:
    """End a title by decision (撤销、取消资格) from a day on; before that day it was held.

    Raises NotFound, Gone (voided), NotAllowed (a curator of the directory for the province), InvalidInput,
    InvalidTransition (not of a final list, or withdrawn already).
    """
    row = session.get(Listing, listing_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(
            f"没有编号为 {listing_id} 的认定记录。", f"There is no title number {listing_id}.", field="listing"
        )
    require_importer(actor, directory_code=row.directory_code)
    if row.voided_at is not None:
        raise Gone(f"认定记录 {listing_id} 已随导入撤回。", f"Title {listing_id} was taken back.", field="listing")
    if row.withdrawn_on is not None or session.get_one(Batch, row.batch_id).state is not BatchState.FINAL:
        raise InvalidTransition(
            f"“{row.name_as_announced}”的这项认定{'已撤销' if row.withdrawn_on else '不在正式名单里'}，不能撤销。",
            f"This title of “{row.name_as_announced}” is "
            f"{'withdrawn already' if row.withdrawn_on else 'not of a final list'} and cannot be withdrawn.",
            field="listing",
            value=listing_id,
        )
    check_past(on)
    said = check_reason(reason)
    row.withdrawn_on, row.withdrawal_reason = on, said[:WITHDRAWAL_REASON_MAX]
    row.withdrawal_document = document[:DOCUMENT_MAX] or None
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="listing.withdrawn",
        subject_kind="listing",
        subject_key=str(row.id),
        after={"on": on.isoformat(), "document": row.withdrawal_document, "directory": row.directory_code},
        reason=said,
    )
    outbox.enterprises_changed(session, [row.enterprise_id])
    return row


def _note(
    session: Session,
    enterprise_id: int,
    action: str,
    actor: Actor,
    reason: str,
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
) -> str:
    key = key_of(session, enterprise_id)
    audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind="enterprise",
        subject_key=key,
        before=dict(before),
        after=dict(after),
        reason=reason,
    )
    outbox.enterprises_changed(session, [enterprise_id])
    return key
