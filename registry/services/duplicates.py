"""Enterprises that may be one (疑似同一企业): found by their names or proposed by an official, decided by a curator."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidInput, InvalidTransition, NotFound
from registry.models import Enterprise, EnterpriseName, MergeProposal
from registry.policies import EVERY_DIRECTORY, OFFICIALS, Actor, require
from registry.review_vocabulary import MergeBasis, MergeState
from registry.services import audit
from registry.services.identities import check_reason, require_curator
from registry.services.inbox.items import close_item, open_item
from registry.services.resolving import resolve
from registry.services.rows import by_number
from registry.vocabulary import IdentityState, NameKind, Role, WorkKind

SCAN_MAX = 200
"""Pairs put into the inbox at once."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal, for those who decide it."""

    id: int
    first_id: int
    second_id: int
    basis: MergeBasis
    said: str
    state: MergeState
    proposed_by: str
    reason: str


def propose_merge(session: Session, *, first_key: str, second_key: str, actor: Actor, reason: str) -> MergeProposal:
    """Say that two enterprises may be one; an official of either place may. Proposing a pair again changes nothing.

    Raises NotFound, Gone, NotAllowed, InvalidInput (the same enterprise, no reason).
    """
    first, second = (
        session.get_one(Enterprise, resolve(session, key).enterprise_id) for key in (first_key, second_key)
    )
    if first.id == second.id:
        raise InvalidInput("两个代码指向同一家企业。", "Both keys lead to the same enterprise.", field="target")
    said = check_reason(reason)
    roles = OFFICIALS - {Role.AUDITOR}
    if not actor.may(roles, region_code=_place(first)):
        require(actor, roles, region_code=_place(second))
    return _put(session, first, second, MergeBasis.OFFICIAL, said, actor.label)


def find_same_names(session: Session, *, actor: Actor) -> int:
    """Look for enterprises without a code whose name another one has or had; returns how many pairs are new.

    What was decided before is not asked again. Raises NotAllowed: a curator of the province looks.
    """
    require(actor, Role.CURATOR, region_code="", directory_code=EVERY_DIRECTORY)
    one, other = aliased(EnterpriseName), aliased(EnterpriseName)
    nameless, twin = aliased(Enterprise), aliased(Enterprise)
    rows = session.execute(
        select(nameless, twin, one.name, one.kind, other.kind)  # type: ignore[call-overload] # aliases of mapped classes
        .join(one, one.enterprise_id == nameless.id)
        .join(other, (other.folded == one.folded) & (other.enterprise_id != one.enterprise_id))
        .join(twin, twin.id == other.enterprise_id)
        .where(nameless.identity == IdentityState.PROVISIONAL, _live(nameless), _live(twin))
        .order_by(nameless.id, twin.id)
    )
    known = {(row.first_id, row.second_id) for row in session.scalars(select(MergeProposal))}
    found = 0
    for first, second, name, kind, other_kind in rows:
        pair = _pair(first.id, second.id)
        if pair in known or found >= SCAN_MAX:
            continue
        known.add(pair)
        found += 1
        former = NameKind.FORMER in (kind, other_kind)
        basis = MergeBasis.FORMER_NAME if former else MergeBasis.SAME_NAME
        _put(session, first, second, basis, name, actor.label)
    return found


def dismiss_proposal(session: Session, *, proposal_id: int, actor: Actor, reason: str) -> MergeProposal:
    """The two are not one. Raises NotFound, NotAllowed (curators of both places), InvalidInput, InvalidTransition."""
    row = _locked(session, proposal_id)
    for number in (row.first_id, row.second_id):
        require_curator(actor, session.get_one(Enterprise, number))
    said = check_reason(reason)
    if row.state is not MergeState.OPEN:
        raise InvalidTransition(
            f"这一对已有结论：{row.state.label.zh}。",
            f"This pair was decided already: {row.state.label.en.lower()}.",
            field="proposal",
        )
    _settle(session, row, MergeState.DISMISSED, actor, said)
    return row


def get_proposal(session: Session, proposal_id: int, *, actor: Actor) -> Proposal:
    """One proposal, for officials of either place. Raises NotFound, NotAllowed."""
    row = by_number(session, MergeProposal, proposal_id)
    if row is None:
        raise _none(proposal_id)
    first, second = (session.get_one(Enterprise, number) for number in (row.first_id, row.second_id))
    if not actor.may(OFFICIALS, region_code=_place(first)):
        require(actor, OFFICIALS, region_code=_place(second))
    return Proposal(row.id, row.first_id, row.second_id, row.basis, row.said, row.state, row.proposed_by, row.reason)


def settle_pair(
    session: Session, first_id: int, second_id: int, *, state: MergeState, actor: Actor, reason: str
) -> None:
    """The pair was merged, or a merge of it was taken back: whatever was proposed about it is decided by that."""
    low, high = _pair(first_id, second_id)
    row = session.scalars(
        select(MergeProposal).where(col(MergeProposal.first_id) == low, col(MergeProposal.second_id) == high)
    ).first()
    if row is not None and row.state is not state:
        _settle(session, row, state, actor, reason)


def _put(
    session: Session, first: Enterprise, second: Enterprise, basis: MergeBasis, said: str, label: str
) -> MergeProposal:
    low, high = _pair(first.id, second.id)
    row = session.scalars(
        select(MergeProposal).where(col(MergeProposal.first_id) == low, col(MergeProposal.second_id) == high)
    ).first()
    if row is not None and row.state is MergeState.OPEN:
        return row
    if row is None:
        row = MergeProposal(first_id=low, second_id=high, basis=basis, proposed_by=label)
        session.add(row)
    row.basis, row.said, row.proposed_by = basis, said[:400], label
    row.state, row.reason, row.decided_by, row.decided_at = MergeState.OPEN, "", "", None
    session.flush()
    open_item(
        session,
        kind=WorkKind.MERGE,
        subject_id=row.id,
        title=f"{first.name_zh} / {second.name_zh}",
        region_code=_common_place(first, second),
        enterprise_id=low,
    )
    _note(session, row, label, "merge.proposed", said)
    return row


def _settle(session: Session, row: MergeProposal, state: MergeState, actor: Actor, reason: str) -> None:
    row.state, row.reason, row.decided_by, row.decided_at = state, reason[:400], actor.label, clock.now()
    session.flush()
    close_item(session, kind=WorkKind.MERGE, subject_id=row.id)
    _note(session, row, actor.label, f"merge.{state.value}", reason)


def _note(session: Session, row: MergeProposal, label: str, action: str, reason: str) -> None:
    audit.record(
        session,
        actor=label,
        action=action,
        subject_kind="merge_proposal",
        subject_key=str(row.id),
        after={"first": row.first_id, "second": row.second_id, "state": row.state.value},
        reason=reason[:400],
    )


def _locked(session: Session, number: int) -> MergeProposal:
    row = by_number(session, MergeProposal, number, lock=True)
    if row is None:
        raise _none(number)
    return row


def _none(number: int) -> NotFound:
    return NotFound(f"没有编号为 {number} 的疑似重复。", f"There is no proposal number {number}.", field="proposal")


def _pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _live(table: type[Enterprise]) -> ColumnElement[bool]:
    return or_(False, col(table.voided_at).is_(None) & (col(table.identity) != IdentityState.MERGED))


def _place(enterprise: Enterprise) -> str:
    return enterprise.region_code or enterprise.city_code or ""


def _common_place(first: Enterprise, second: Enterprise) -> str:
    """Whose matter the pair is: the city both lie in, else the province's."""
    if _place(first) == _place(second):
        return _place(first)
    return first.city_code or "" if first.city_code == second.city_code else ""
