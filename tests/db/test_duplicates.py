"""Possible duplicates, what moves when two become one, and splitting one into two; each can be taken back."""

import pytest
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Gone, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.identity.folding import fold_name
from registry.models import (
    Account,
    AuditEvent,
    Batch,
    Claim,
    Contact,
    Correction,
    Enterprise,
    EnterpriseAddress,
    EnterpriseName,
    Evidence,
    Listing,
    Membership,
    MergeProposal,
    Product,
    Submission,
    WorkItem,
    every_table,
)
from registry.policies import SYSTEM, Actor, Grant
from registry.review_vocabulary import MergeBasis, MergeState
from registry.services.audit import verify_chain
from registry.services.belongings import MOVED, STAYS
from registry.services.duplicates import dismiss_proposal, find_same_names, get_proposal, propose_merge
from registry.services.enterprises import resolve
from registry.services.keys import key_of, provisional_key
from registry.services.merging import merge_enterprises, unmerge
from registry.services.splitting import Parts, split_enterprise, unsplit
from registry.vocabulary import ClaimWay, FirmRole, IdentityState, NameKind, Role, WorkKind
from tests.db.review_cases import LOCAL, STRANGER, WHY, a_document, a_submission
from tests.factories import a_batch, a_listing, a_uscc, an_enterprise

CURATOR = Actor(None, "录示例", (Grant(Role.CURATOR, "440000"),))
CITY_CURATOR = Actor(None, "市录示例", (Grant(Role.CURATOR, "440300"),))


def a_firm(session: Session, name: str, **overrides: object) -> Enterprise:
    firm = an_enterprise(name_zh=name, **overrides)
    session.add(firm)
    session.flush()
    session.add(EnterpriseName(enterprise_id=firm.id, name=name, folded=fold_name(name), kind=NameKind.CURRENT))
    session.flush()
    return firm


def a_nameless(session: Session, name: str) -> Enterprise:
    firm = a_firm(session, name, identity=IdentityState.PROVISIONAL, uscc=None)
    session.add(EnterpriseAddress(key=provisional_key(firm.id), enterprise_id=firm.id))
    session.flush()
    return firm


def test_every_table_that_refers_to_an_enterprise_is_considered() -> None:
    """A new one has to be named in belongings.MOVED or STAYS, so that a merge loses nothing."""
    references = {
        (table.name, key.parent.name)
        for table in every_table()
        for key in table.foreign_keys
        if key.column.table.name == "enterprise"
    }
    assert references == {(name, "enterprise_id") for name in MOVED} | STAYS.keys()
    assert {about.table.__tablename__ for about in MOVED.values()} == MOVED.keys()


def owners(session: Session) -> dict[str, list[int]]:
    """Whose every row is, table by table."""
    return {
        name: list(session.scalars(core_select(about.table.enterprise_id).order_by(about.table.id)))
        for name, about in MOVED.items()
    }


def fill(session: Session, firm: Enterprise) -> None:
    """One row of many kinds."""
    account = Account(login=f"a{firm.id}", display_name="示例", password_hash="-")
    session.add(account)
    session.flush()
    submission = a_submission(session, enterprise=firm)
    a_document(session, firm, submission)
    session.add_all(
        [
            Membership(account_id=account.id, enterprise_id=firm.id, role=FirmRole.OWNER, granted_by="示例"),
            Claim(
                account_id=account.id, enterprise_id=firm.id, way=ClaimWay.CODE, role=FirmRole.OWNER, person="示例",
                phone="-",
            ),
            Contact(enterprise_id=firm.id, name="示例"),
            Correction(receipt=f"JC-{firm.id}", enterprise_id=firm.id, about="name", text="示例"),
        ]
    )  # fmt: skip
    session.flush()


def test_a_merge_takes_members_claims_evidence_and_reports_along_and_back(session: Session) -> None:
    source, target = a_firm(session, "深圳示例并出公司"), a_firm(session, "深圳示例并入公司")
    fill(session, source)
    before = owners(session)
    merge_enterprises(session, source_id=source.id, target_id=target.id, on=clock.today(), actor=CURATOR, reason=WHY)
    for table in (Submission, Evidence, Membership, Claim, Contact, Correction, WorkItem):
        assert set(session.scalars(core_select(col(table.enterprise_id)))) == {target.id}, table
    unmerge(session, source_id=source.id, actor=CURATOR, reason=WHY)
    assert owners(session) == before


def test_what_the_target_has_itself_stays_beside(session: Session) -> None:
    source, target = a_firm(session, "深圳示例并出公司"), a_firm(session, "深圳示例并入公司")
    for firm in (source, target):
        fill(session, firm)
    account = session.exec(select(Account.id).order_by(col(Account.id))).first()
    session.add(Membership(account_id=account or 0, enterprise_id=target.id, role=FirmRole.EDITOR, granted_by="示例"))
    session.flush()
    before = owners(session)
    merge_enterprises(session, source_id=source.id, target_id=target.id, on=clock.today(), actor=CURATOR, reason=WHY)
    assert sorted(session.exec(select(Contact.enterprise_id))) == sorted([source.id, target.id])
    assert sorted(session.exec(select(Membership.enterprise_id))) == sorted([source.id, target.id, target.id])
    unmerge(session, source_id=source.id, actor=CURATOR, reason=WHY)
    assert owners(session) == before


def test_equal_names_are_found_once_and_lie_in_the_inbox(session: Session) -> None:
    nameless, named = a_nameless(session, "深圳示例同名公司"), a_firm(session, "深圳示例同名公司")
    a_firm(session, "深圳示例另一公司")
    assert find_same_names(session, actor=CURATOR) == 1
    assert find_same_names(session, actor=CURATOR) == 0
    row = session.exec(select(MergeProposal)).one()
    assert ({row.first_id, row.second_id}, row.basis) == ({nameless.id, named.id}, MergeBasis.SAME_NAME)
    item = session.exec(select(WorkItem)).one()
    assert (item.kind, item.region_code) == (WorkKind.MERGE, "440305")
    with pytest.raises(NotAllowed):
        find_same_names(session, actor=CITY_CURATOR)


def test_a_former_name_counts_and_two_with_codes_do_not(session: Session) -> None:
    a_firm(session, "深圳示例同名公司")
    other = a_firm(session, "深圳示例同名公司")
    nameless = a_nameless(session, "深圳示例旧名公司")
    session.add(
        EnterpriseName(
            enterprise_id=other.id, name="深圳示例旧名公司", folded=fold_name("深圳示例旧名公司"), kind=NameKind.FORMER
        )
    )
    session.flush()
    assert find_same_names(session, actor=CURATOR) == 1
    row = session.exec(select(MergeProposal)).one()
    assert ({row.first_id, row.second_id}, row.basis) == ({nameless.id, other.id}, MergeBasis.FORMER_NAME)


def test_merging_settles_the_proposal_and_taking_it_back_says_they_are_two(session: Session) -> None:
    nameless, named = a_nameless(session, "深圳示例同名公司"), a_firm(session, "深圳示例同名公司")
    find_same_names(session, actor=CURATOR)
    merge_enterprises(session, source_id=nameless.id, target_id=named.id, on=clock.today(), actor=CURATOR, reason=WHY)
    row = session.exec(select(MergeProposal)).one()
    item = session.exec(select(WorkItem)).one()
    assert (row.state, item.closed_at is not None) == (MergeState.MERGED, True)
    unmerge(session, source_id=nameless.id, actor=CURATOR, reason=WHY)
    assert row.state is MergeState.DISMISSED
    assert find_same_names(session, actor=CURATOR) == 0


def test_an_official_proposes_a_curator_dismisses_once(session: Session) -> None:
    first, second = a_firm(session, "深圳示例甲公司"), a_firm(session, "深圳示例乙公司")
    keys = {"first_key": first.uscc or "", "second_key": second.uscc or ""}
    with pytest.raises(NotAllowed):
        propose_merge(session, **keys, actor=STRANGER, reason=WHY)
    with pytest.raises(InvalidInput):
        propose_merge(session, first_key=keys["first_key"], second_key=keys["first_key"], actor=LOCAL, reason=WHY)
    row = propose_merge(session, **keys, actor=LOCAL, reason=WHY)
    assert propose_merge(session, **keys, actor=LOCAL, reason=WHY).id == row.id
    assert get_proposal(session, row.id, actor=LOCAL).said == WHY
    with pytest.raises(NotAllowed):
        dismiss_proposal(session, proposal_id=row.id, actor=LOCAL, reason=WHY)
    dismiss_proposal(session, proposal_id=row.id, actor=CITY_CURATOR, reason=WHY)
    with pytest.raises(InvalidTransition):
        dismiss_proposal(session, proposal_id=row.id, actor=CITY_CURATOR, reason=WHY)
    with pytest.raises(NotFound):
        get_proposal(session, 10**9, actor=LOCAL)


def a_mixture(session: Session) -> tuple[Enterprise, Listing, Product, EnterpriseName]:
    """An enterprise that is really two: a title, a product and a former name are another's."""
    firm, batch = a_firm(session, "深圳示例混合公司"), a_batch()
    session.add(batch)
    session.flush()
    listing = a_listing(firm, batch)
    product = Product(enterprise_id=firm.id, maker_name="示例", name="示例芯片", folded="示例芯片", category="芯片")
    name = EnterpriseName(
        enterprise_id=firm.id, name="深圳示例另一公司", folded=fold_name("深圳示例另一公司"), kind=NameKind.FORMER
    )
    session.add_all([listing, a_listing(firm, batch), product, name])
    session.flush()
    return firm, listing, product, name


def test_a_split_takes_what_was_chosen_and_no_more_and_can_be_taken_back(session: Session) -> None:
    firm, listing, product, name = a_mixture(session)
    before, code = owners(session), a_uscc()
    key = split_enterprise(
        session,
        enterprise_id=firm.id,
        parts=Parts([listing.id], [product.id], [name.id]),
        name="深圳示例另一公司",
        uscc=code,
        actor=CURATOR,
        reason=WHY,
    )
    made = resolve(session, key).enterprise_id
    assert key == code
    for row in (listing, product, name):
        session.refresh(row)
        assert row.enterprise_id == made
    assert sorted(session.exec(select(Listing.enterprise_id))) == sorted([firm.id, made])
    assert unsplit(session, made_id=made, actor=CURATOR, reason=WHY) == key_of(session, firm.id)
    assert owners(session) == before
    session.refresh(name)
    assert (name.enterprise_id, name.kind) == (firm.id, NameKind.FORMER)
    assert resolve(session, code).enterprise_id == firm.id
    with pytest.raises(InvalidTransition):
        unsplit(session, made_id=made, actor=CURATOR, reason=WHY)
    assert verify_chain(session)[1] is None


@pytest.mark.parametrize("change", ["nothing", "foreign", "present name", "same name", "code", "reason", "right"])
def test_a_split_that_cannot_be_leaves_everything_as_it_was(session: Session, change: str) -> None:
    firm, listing, _, _ = a_mixture(session)
    other = a_firm(session, "深圳示例无关公司")
    foreign = a_listing(other, a_batch_of(session))
    session.add(foreign)
    session.flush()
    current = session.exec(
        select(EnterpriseName.id).where(
            EnterpriseName.enterprise_id == firm.id, EnterpriseName.kind == NameKind.CURRENT
        )
    ).one()
    parts = {"nothing": Parts(), "foreign": Parts([listing.id, foreign.id]), "present name": Parts(names=[current])}
    count = len(session.exec(select(Enterprise)).all())
    with pytest.raises((InvalidInput, NotAllowed)), session.begin_nested():
        split_enterprise(
            session,
            enterprise_id=firm.id,
            parts=parts.get(change, Parts([listing.id])),
            name=firm.name_zh if change == "same name" else "深圳示例另一公司",
            uscc="9144" if change == "code" else "",
            actor=LOCAL if change == "right" else CURATOR,
            reason="" if change == "reason" else WHY,
        )
    assert len(session.exec(select(Enterprise)).all()) == count
    assert session.exec(select(AuditEvent).where(AuditEvent.action == "enterprise.split")).all() == []


def a_batch_of(session: Session) -> Batch:
    batch = a_batch()
    session.add(batch)
    session.flush()
    return batch


def test_only_what_a_split_made_can_be_put_back(session: Session) -> None:
    firm, gone = a_firm(session, "深圳示例普通公司"), a_firm(session, "深圳示例撤回公司", voided_at=clock.now())
    with pytest.raises(InvalidTransition):
        unsplit(session, made_id=firm.id, actor=SYSTEM, reason=WHY)
    with pytest.raises(Gone):
        unsplit(session, made_id=gone.id, actor=SYSTEM, reason=WHY)
