"""Claims, members and parks: who comes to act for a firm, and who no longer does."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, FileRefused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import Claim, ClaimCode, Enterprise, Membership, every_table
from registry.policies import Actor, Grant, ParkRight
from registry.services.accounts.sessions import actor_of
from registry.services.firms.claiming import (
    Claimant,
    claim_with_code,
    claim_with_licence,
    decide_claim,
    get_claim,
    make_code,
    open_claims,
    withdraw_claim,
)
from registry.services.firms.holdings import BELONGS, NOT_TAKEN, holdings
from registry.services.firms.home import deadlines, firm_of, submissions_of
from registry.services.firms.members import admit_member, end_membership, list_members
from registry.services.firms.parks import add_park_member, agree_to_park, ask_firm, create_park, end_park, links_of
from registry.services.submitting.drafting import save_fields, start_submission
from registry.services.submitting.evidence import FILE_BYTES, PAGES_MOST, Inspected
from registry.services.submitting.sending import submit
from registry.vocabulary import ClaimState, FirmRole, Role, SubmissionKind
from tests.factories import an_enterprise
from tests.support.firms import FILLED, REVIEWER, STRANGER, a_draft, a_firm, an_account

ADMINISTRATOR = Actor(None, "示例管理员", (Grant(Role.ADMINISTRATOR, "440000"),))
AUDITOR = Actor(None, "示例审计", (Grant(Role.AUDITOR, "440000"),))
WHO = Claimant("示例 经理", "0755-12345678")


def a_person(session: Session, login: str = "someone") -> Actor:
    account = an_account(session, login)
    return Actor(account.id, account.login)


def again(session: Session, actor: Actor) -> Actor:
    """The same person with the rights of today."""
    assert actor.account_id is not None
    return actor_of(session, actor.account_id)


def claimed(session: Session, actor: Actor, firm: Enterprise, tmp_path: Path, *, pages: int = 1) -> Claim:
    licence = tmp_path / "执照.pdf"
    licence.write_bytes(b"%PDF-example")
    return claim_with_licence(
        session,
        actor=actor,
        enterprise_id=firm.id,
        who=WHO,
        licence=licence,
        archive_dir=tmp_path / "archive",
        inspect=lambda _: Inspected("application/pdf", pages),
    )


@pytest.fixture
def firm(session: Session) -> Enterprise:
    enterprise = an_enterprise()
    session.add(enterprise)
    session.flush()
    return enterprise


def test_a_confirmed_claim_makes_an_owner(session: Session, firm: Enterprise, tmp_path: Path) -> None:
    person = a_person(session)
    claim = claimed(session, person, firm, tmp_path)
    assert [one.id for one, _ in open_claims(session, actor=REVIEWER)] == [claim.id]
    assert again(session, person).firm_role(firm.id) is None
    decide_claim(session, claim_id=claim.id, actor=REVIEWER, confirm=True)
    assert again(session, person).firm_role(firm.id) is FirmRole.OWNER
    with pytest.raises(InvalidTransition):
        decide_claim(session, claim_id=claim.id, actor=REVIEWER, confirm=True)


def test_a_refusal_takes_a_reason_and_makes_nobody(session: Session, firm: Enterprise, tmp_path: Path) -> None:
    person = a_person(session)
    claim = claimed(session, person, firm, tmp_path)
    with pytest.raises(InvalidInput):
        decide_claim(session, claim_id=claim.id, actor=REVIEWER, confirm=False)
    decide_claim(session, claim_id=claim.id, actor=REVIEWER, confirm=False, reason="示例：名称不符")
    assert again(session, person).firm_role(firm.id) is None
    # Whoever was refused may try again.
    assert claimed(session, person, firm, tmp_path).state is ClaimState.OPEN


def test_officials_of_other_places_and_auditors_decide_nothing(
    session: Session, firm: Enterprise, tmp_path: Path
) -> None:
    claim = claimed(session, a_person(session), firm, tmp_path)
    elsewhere = Actor(None, "示例广州", (Grant(Role.REVIEWER, "440100"),))
    for actor in (elsewhere, AUDITOR, STRANGER):
        with pytest.raises((NotAllowed, NotFound)):  # whoever may not even see it is told there is none
            decide_claim(session, claim_id=claim.id, actor=actor, confirm=True)
    for actor in (elsewhere, AUDITOR, STRANGER):
        with pytest.raises(NotAllowed):
            make_code(session, enterprise_id=firm.id, actor=actor)
    assert claim.state is ClaimState.OPEN
    assert get_claim(session, claim.id, actor=AUDITOR) is claim


def test_of_two_claims_only_one_makes_the_owner(session: Session, firm: Enterprise, tmp_path: Path) -> None:
    first = claimed(session, a_person(session, "first"), firm, tmp_path)
    second = claimed(session, a_person(session, "second"), firm, tmp_path)
    decide_claim(session, claim_id=first.id, actor=REVIEWER, confirm=True)
    with pytest.raises(Conflict):
        decide_claim(session, claim_id=second.id, actor=REVIEWER, confirm=True)
    with pytest.raises(Conflict):
        claimed(session, a_person(session, "third"), firm, tmp_path)


def test_a_claim_is_taken_back_by_whoever_made_it(session: Session, firm: Enterprise, tmp_path: Path) -> None:
    person, other = a_person(session), a_person(session, "other")
    claim = claimed(session, person, firm, tmp_path)
    with pytest.raises(NotFound):
        withdraw_claim(session, claim_id=claim.id, actor=other)
    with pytest.raises(NotAllowed):
        withdraw_claim(session, claim_id=claim.id, actor=REVIEWER)
    withdraw_claim(session, claim_id=claim.id, actor=person)
    with pytest.raises(InvalidTransition):
        decide_claim(session, claim_id=claim.id, actor=REVIEWER, confirm=True)


def test_a_code_works_once_until_it_runs_out_or_is_replaced(session: Session, firm: Enterprise) -> None:
    old = make_code(session, enterprise_id=firm.id, actor=REVIEWER)
    code = make_code(session, enterprise_id=firm.id, actor=REVIEWER)
    person = a_person(session)
    for wrong in (old, "AAAA-AAAA-AAAA", "", "'; drop table"):
        with pytest.raises(InvalidInput):
            claim_with_code(session, actor=person, enterprise_id=firm.id, who=WHO, code=wrong)
    claim_with_code(session, actor=person, enterprise_id=firm.id, who=WHO, code=code)
    assert again(session, person).firm_role(firm.id) is FirmRole.OWNER
    with pytest.raises(InvalidInput):
        claim_with_code(session, actor=a_person(session, "late"), enterprise_id=firm.id, who=WHO, code=code)
    late = make_code(session, enterprise_id=firm.id, actor=REVIEWER)
    newest = session.exec(select(ClaimCode).order_by(col(ClaimCode.id).desc())).first()
    assert newest is not None
    assert late.replace("-", "") not in str(newest.model_dump())
    newest.expires_at = clock.now() - timedelta(seconds=1)
    with pytest.raises(InvalidInput):
        claim_with_code(session, actor=a_person(session, "later"), enterprise_id=firm.id, who=WHO, code=late)


def test_officials_claim_nothing(session: Session, firm: Enterprise) -> None:
    official = Actor(an_account(session, "official").id, "official", (Grant(Role.REVIEWER, "440300"),))
    code = make_code(session, enterprise_id=firm.id, actor=REVIEWER)
    with pytest.raises(NotAllowed):
        claim_with_code(session, actor=official, enterprise_id=firm.id, who=WHO, code=code)


def test_a_file_with_too_many_pages_or_bytes_is_refused(session: Session, firm: Enterprise, tmp_path: Path) -> None:
    with pytest.raises(FileRefused):
        claimed(session, a_person(session), firm, tmp_path, pages=PAGES_MOST + 1)
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(FILE_BYTES + 1)
    with pytest.raises(FileRefused):
        claim_with_licence(
            session,
            actor=a_person(session, "large"),
            enterprise_id=firm.id,
            who=WHO,
            licence=large,
            archive_dir=tmp_path / "archive",
            inspect=lambda _: Inspected("application/pdf", 1),
        )
    assert session.exec(select(Claim)).first() is None


def test_owners_admit_and_end_and_one_owner_always_stays(session: Session) -> None:
    firm = a_firm(session)
    new = a_person(session, "new")
    with pytest.raises(NotAllowed):
        admit_member(session, enterprise_id=firm.enterprise.id, actor=firm.editor, login="new", role=FirmRole.EDITOR)
    admit_member(session, enterprise_id=firm.enterprise.id, actor=firm.owner, login="NEW ", role=FirmRole.EDITOR)
    admit_member(session, enterprise_id=firm.enterprise.id, actor=firm.owner, login="new", role=FirmRole.EDITOR)
    assert again(session, new).firm_role(firm.enterprise.id) is FirmRole.EDITOR
    members = list_members(session, enterprise_id=firm.enterprise.id, actor=firm.owner)
    assert len(members) == 3
    mine = next(one for one in members if one.is_self)
    for act in (
        lambda: end_membership(session, enterprise_id=firm.enterprise.id, membership_id=mine.id, actor=firm.owner),
        lambda: admit_member(
            session, enterprise_id=firm.enterprise.id, actor=firm.owner, login=firm.owner.label, role=FirmRole.EDITOR
        ),
    ):
        with pytest.raises(Conflict):
            act()
    admit_member(session, enterprise_id=firm.enterprise.id, actor=firm.owner, login="new", role=FirmRole.OWNER)
    end_membership(session, enterprise_id=firm.enterprise.id, membership_id=mine.id, actor=firm.owner)
    assert again(session, firm.owner).firm_role(firm.enterprise.id) is None
    assert session.get_one(Membership, mine.id).ended_by == firm.owner.label


def test_members_of_other_firms_touch_nobody(session: Session) -> None:
    firm, other = a_firm(session), a_firm(session)
    member = list_members(session, enterprise_id=firm.enterprise.id, actor=firm.owner)[0]
    with pytest.raises(NotFound):
        end_membership(session, enterprise_id=other.enterprise.id, membership_id=member.id, actor=other.owner)
    with pytest.raises(NotAllowed):
        list_members(session, enterprise_id=firm.enterprise.id, actor=other.owner)


def test_a_park_drafts_what_the_firm_agreed_to_and_the_firm_sends_it(session: Session) -> None:
    firm, person = a_firm(session), a_person(session, "park")
    park = create_park(session, actor=ADMINISTRATOR, name="示例园区", region_code="440300")
    add_park_member(session, actor=ADMINISTRATOR, park_id=park.id, login="park")
    number = firm.enterprise.id
    link = ask_firm(session, actor=again(session, person), park_id=park.id, enterprise_id=number)
    with pytest.raises(NotAllowed):
        start_submission(session, actor=again(session, person), enterprise_id=number, kind=SubmissionKind.PROFILE)
    with pytest.raises(NotAllowed):
        agree_to_park(session, actor=firm.editor, link_id=link.id)
    agree_to_park(session, actor=firm.owner, link_id=link.id)
    worker = again(session, person)
    own = a_draft(session, firm, SubmissionKind.YEARLY)
    draft = start_submission(session, actor=worker, enterprise_id=number, kind=SubmissionKind.PROFILE)
    assert draft.park_id == park.id
    save_fields(session, submission_id=draft.id, actor=worker, typed=FILLED)
    with pytest.raises(NotAllowed):
        save_fields(session, submission_id=own.id, actor=worker, typed=FILLED)
    assert [one.id for one in submissions_of(session, enterprise_id=number, park_id=park.id)] == [draft.id]
    with pytest.raises(NotAllowed):
        submit(
            session, submission_id=draft.id, version=draft.version, actor=worker, declared_by="示例园区", agreed=True
        )
    submit(
        session, submission_id=draft.id, version=draft.version, actor=firm.owner, declared_by="示例负责人", agreed=True
    )
    end_park(session, actor=firm.owner, link_id=link.id)
    with pytest.raises(NotAllowed):
        save_fields(session, submission_id=draft.id, actor=again(session, person), typed=FILLED)
    assert links_of(session, park_id=park.id) == []


def test_a_park_asks_only_for_itself(session: Session) -> None:
    firm = a_firm(session)
    park = create_park(session, actor=ADMINISTRATOR, name="示例园区", region_code="440300")
    for actor in (STRANGER, firm.owner, Actor(None, "x", parks=(ParkRight(park.id + 1),))):
        with pytest.raises(NotAllowed):
            ask_firm(session, actor=actor, park_id=park.id, enterprise_id=firm.enterprise.id)


def test_everything_about_a_firm_is_in_what_it_takes_along(session: Session) -> None:
    firm = a_firm(session)
    a_draft(session, firm)
    held = holdings(session, enterprise_id=firm.enterprise.id)
    for table in every_table():
        if "enterprise_id" in table.c or table.name in BELONGS:
            assert (table.name in held) is (table.name not in NOT_TAKEN), table.name
    assert held["submission_field"]
    assert held["enterprise"][0]["id"] == firm.enterprise.id


def test_deadlines_name_the_year_and_what_was_returned(session: Session) -> None:
    firm = a_firm(session)
    today = clock.today()
    found = deadlines(session, firm.enterprise, today=today)
    assert [one.kind for one in found] == ["yearly"]
    assert (found[0].due_on.month, found[0].due_on.day) == (4, 30)


def test_a_firm_is_reached_by_its_people_only(session: Session) -> None:
    firm, other = a_firm(session), a_firm(session)
    key = str(firm.enterprise.uscc)
    assert firm_of(session, key, actor=firm.editor)[0] is firm.enterprise
    for actor in (other.owner, STRANGER, REVIEWER, AUDITOR):
        with pytest.raises(NotAllowed):
            firm_of(session, key, actor=actor)
