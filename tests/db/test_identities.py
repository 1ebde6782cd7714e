"""Acts on who an enterprise is: rights, states, addresses that lead on for ever, merges that can be taken back."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session, col, func, select

from registry import clock
from registry.errors import (
    Conflict,
    Gone,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RegistryError,
)
from registry.models import (
    AuditEvent,
    Enterprise,
    EnterpriseAddress,
    EnterpriseChain,
    EnterpriseName,
    Figure,
    IndexOutbox,
    Listing,
)
from registry.policies import Actor, Grant
from registry.services.audit import verify_chain
from registry.services.enterprises import get_page, resolve
from registry.services.identities import assign_code, rename_enterprise
from registry.services.keys import provisional_key
from registry.services.merging import merge_enterprises, unmerge
from registry.vocabulary import IdentityState, NameKind, Role, Trust
from tests.factories import a_batch, a_figure, a_listing, a_uscc, an_enterprise

TODAY = date(2026, 11, 20)
CURATOR = Actor(1, "示例管理员", (Grant(Role.CURATOR, "440000"),))
STRANGERS = {
    "another city": Actor(2, "外市人员", (Grant(Role.CURATOR, "440100"),)),
    "one directory only": Actor(3, "名录人员", (Grant(Role.CURATOR, "440000", "hte"),)),
    "another role": Actor(4, "审计人员", (Grant(Role.AUDITOR, "440000"),)),
}


@pytest.fixture(autouse=True)
def _the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def _added(session: Session, *rows: object) -> None:
    session.add_all(rows)
    session.flush()


def _identified(session: Session, **more: object) -> Enterprise:
    firm = an_enterprise(**more)
    _added(session, firm)
    _added(session, EnterpriseAddress(key=firm.uscc or "", enterprise_id=firm.id))
    return firm


def _provisional(session: Session, **more: object) -> Enterprise:
    firm = an_enterprise(identity=IdentityState.PROVISIONAL, uscc=None, **more)
    _added(session, firm)
    _added(session, EnterpriseAddress(key=provisional_key(firm.id), enterprise_id=firm.id))
    return firm


def _events(session: Session) -> list[AuditEvent]:
    return list(session.exec(select(AuditEvent).order_by(col(AuditEvent.id))))


def _assign(session: Session, firm: Enterprise, code: str, *, actor: Actor = CURATOR) -> str:
    return assign_code(session, enterprise_id=firm.id, uscc=code, actor=actor, reason="示例依据")


def _rename(session: Session, firm: Enterprise, name: str, *, on: date = TODAY, actor: Actor = CURATOR) -> str:
    return rename_enterprise(session, enterprise_id=firm.id, new_name=name, on=on, actor=actor, reason="示例依据")


def _merge(session: Session, source: Enterprise, target: Enterprise, *, actor: Actor = CURATOR) -> str:
    return merge_enterprises(
        session, source_id=source.id, target_id=target.id, on=TODAY, actor=actor, reason="示例依据"
    )


def test_a_provisional_enterprise_gets_its_code_and_keeps_its_old_address(session: Session) -> None:
    firm, code = _provisional(session), a_uscc()
    old = provisional_key(firm.id)
    assert _assign(session, firm, f" {code.lower()} ") == code
    assert (firm.uscc, firm.identity, firm.revision) == (code, IdentityState.IDENTIFIED, 2)
    assert resolve(session, code).moved is False
    assert resolve(session, old).canonical_key == code
    (event,) = _events(session)
    assert (event.action, event.subject_key, event.actor, event.reason) == (
        "enterprise.code_assigned",
        code,
        "示例管理员",
        "示例依据",
    )
    assert session.exec(select(IndexOutbox.subject_id)).all() == [firm.id]


def test_a_record_without_any_address_gets_its_provisional_one_for_ever(session: Session) -> None:
    firm, code = an_enterprise(identity=IdentityState.PROVISIONAL, uscc=None), a_uscc()
    _added(session, firm)
    _assign(session, firm, code)
    assert resolve(session, provisional_key(firm.id)).canonical_key == code


def test_a_code_that_another_enterprise_has_is_a_conflict_that_says_merge(session: Session) -> None:
    holder, firm = _identified(session, name_zh="示例持有公司"), _provisional(session)
    with pytest.raises(Conflict) as refused:
        _assign(session, firm, holder.uscc or "")
    assert "示例持有公司" in refused.value.text.zh
    assert "并入" in refused.value.text.zh
    assert _events(session) == []
    assert firm.identity is IdentityState.PROVISIONAL


def test_the_code_of_an_undone_record_is_free_again(session: Session) -> None:
    undone, firm = _identified(session), _provisional(session)
    code = undone.uscc or ""
    undone.voided_at = clock.now()
    session.flush()
    _assign(session, firm, code)
    assert resolve(session, code).enterprise_id == firm.id


@pytest.mark.parametrize("code", ["", "91440300", "914403000000000000", "'; DROP TABLE"])
def test_a_faulty_code_is_refused_and_nothing_changes(session: Session, code: str) -> None:
    firm = _provisional(session)
    with pytest.raises(InvalidInput) as refused:
        _assign(session, firm, code)
    assert refused.value.field == "uscc"
    assert _events(session) == []


def test_an_identified_or_merged_enterprise_takes_no_code(session: Session) -> None:
    firm, source = _identified(session), _provisional(session)
    _merge(session, source, firm)
    for enterprise in (firm, source):
        with pytest.raises(InvalidTransition):
            _assign(session, enterprise, a_uscc())


def test_a_new_name_makes_the_old_one_a_former_one(session: Session) -> None:
    firm = _identified(session, name_zh="示例旧名公司")
    _rename(session, firm, " 示例新名公司 ", on=date(2026, 10, 1))
    _rename(session, firm, "示例最新公司", on=date(2026, 11, 1))
    names = session.exec(select(EnterpriseName).order_by(col(EnterpriseName.id))).all()
    assert [(name.name, name.kind, name.valid_from, name.valid_to) for name in names] == [
        ("示例旧名公司", NameKind.FORMER, None, date(2026, 9, 30)),
        ("示例新名公司", NameKind.FORMER, date(2026, 10, 1), date(2026, 10, 31)),
        ("示例最新公司", NameKind.CURRENT, date(2026, 11, 1), None),
    ]
    assert firm.name_zh == "示例最新公司"
    assert [event.action for event in _events(session)] == ["enterprise.renamed"] * 2


@pytest.mark.parametrize(
    ("name", "on", "field"),
    [
        ("示例旧名公司", TODAY, "new_name"),
        ("", TODAY, "new_name"),
        ("示" * 301, TODAY, "new_name"),
        ("示例新名公司", date(2026, 11, 21), "on"),
        ("示例新名公司", date(2020, 1, 1), "on"),
    ],
)
def test_a_name_or_day_that_cannot_be_is_refused(session: Session, name: str, on: date, field: str) -> None:
    firm = _identified(session, name_zh="示例旧名公司")
    current = EnterpriseName(
        enterprise_id=firm.id, name=firm.name_zh, folded="x", kind=NameKind.CURRENT, valid_from=date(2020, 1, 1)
    )
    _added(session, current)
    with pytest.raises(InvalidInput) as refused:
        _rename(session, firm, name, on=on)
    assert refused.value.field == field
    assert firm.name_zh == "示例旧名公司"


def test_a_merge_moves_everything_and_the_old_address_leads_on(session: Session) -> None:
    source, target, batch = _identified(session, name_zh="示例被并公司"), _identified(session), a_batch()
    _added(session, batch)
    listing = a_listing(source, batch)
    clash, moving = a_figure(source), a_figure(source, trust=Trust.DECLARED)
    _added(
        session,
        listing,
        clash,
        moving,
        a_figure(target, value=1),
        EnterpriseChain(enterprise_id=source.id, chain_code="five_g", basis="industry"),
    )
    source_key, target_key = source.uscc or "", target.uscc or ""
    assert _merge(session, source, target) == target_key
    found = resolve(session, source_key)
    assert (found.enterprise_id, found.canonical_key, found.moved) == (target.id, target_key, True)
    assert found.merged_from == "示例被并公司"
    session.expire_all()
    assert listing.enterprise_id == moving.enterprise_id == target.id
    assert clash.enterprise_id == source.id
    page = get_page(session, source_key, as_of=TODAY)
    assert [name.name for name in page.names] == ["示例被并公司"]
    assert [name.valid_to for name in page.names] == [TODAY]
    assert page.addresses == [target_key, source_key]
    assert page.merged_names == ["示例被并公司"]
    assert [chain.code for chain in page.chains] == ["five_g"]
    assert "merged" in [alert.code for alert in page.alerts]
    (event,) = _events(session)
    assert (event.before or {})["moved"]["listing"] == [listing.id]
    assert set(session.exec(select(IndexOutbox.subject_id))) == {source.id, target.id}


def _state(session: Session, *firms: Enterprise) -> list[object]:
    session.expire_all()
    owned: list[object] = []
    for table in (Listing, Figure, EnterpriseChain, EnterpriseName):
        rows = session.exec(select(table).order_by(col(table.id)))
        owned.append([row.model_dump() for row in rows])
    owned.append([(firm.identity, firm.merged_into_id, firm.merged_on, firm.name_zh, firm.uscc) for firm in firms])
    return owned


def test_taking_a_merge_back_restores_every_row(session: Session) -> None:
    source, target, batch = _provisional(session), _identified(session, name_zh="示例目标公司"), a_batch()
    _added(session, batch)
    _added(
        session,
        a_listing(source, batch),
        a_listing(target, batch),
        a_figure(source, name="employees", value=3),
        a_figure(source),
        a_figure(target, value=1),
        EnterpriseName(enterprise_id=source.id, name=source.name_zh, folded="x", kind=NameKind.CURRENT),
        EnterpriseName(enterprise_id=source.id, name="示例简称", folded="x", kind=NameKind.SHORT),
        EnterpriseChain(enterprise_id=source.id, chain_code="five_g", basis="industry"),
        EnterpriseChain(enterprise_id=target.id, chain_code="five_g", basis="industry"),
    )
    before = _state(session, source, target)
    _merge(session, source, target)
    assert _state(session, source, target) != before
    key = unmerge(session, source_id=source.id, actor=CURATOR, reason="并错了")
    assert key == provisional_key(source.id)
    assert _state(session, source, target) == before
    assert resolve(session, key).moved is False
    assert [event.action for event in _events(session)] == ["enterprise.merged", "enterprise.unmerged"]
    assert verify_chain(session) == (2, None)


def test_a_merge_into_one_that_was_merged_since_is_taken_back_in_turn(session: Session) -> None:
    first, second, third = (_identified(session) for _ in range(3))
    batch = a_batch()
    _added(session, batch)
    listing = a_listing(first, batch)
    _added(session, listing)
    _merge(session, first, second)
    _merge(session, second, third)
    assert resolve(session, first.uscc or "").enterprise_id == third.id
    with pytest.raises(InvalidTransition):
        unmerge(session, source_id=first.id, actor=CURATOR, reason="并错了")
    unmerge(session, source_id=second.id, actor=CURATOR, reason="并错了")
    unmerge(session, source_id=first.id, actor=CURATOR, reason="并错了")
    session.refresh(listing)
    assert listing.enterprise_id == first.id
    with pytest.raises(InvalidTransition):
        unmerge(session, source_id=first.id, actor=CURATOR, reason="并错了")


def test_merges_that_cannot_be_are_refused(session: Session) -> None:
    one, other, provisional = _identified(session), _identified(session), _provisional(session)
    undone = _identified(session, voided_at=clock.now())
    with pytest.raises(InvalidInput):
        _merge(session, one, one)
    with pytest.raises(InvalidTransition):
        _merge(session, one, provisional)
    with pytest.raises(Gone):
        _merge(session, one, undone)
    with pytest.raises(NotFound):
        merge_enterprises(session, source_id=one.id, target_id=10**9, on=TODAY, actor=CURATOR, reason="x")
    with pytest.raises(InvalidInput):
        merge_enterprises(
            session, source_id=one.id, target_id=other.id, on=date(2026, 11, 21), actor=CURATOR, reason="x"
        )
    with pytest.raises(InvalidInput):
        merge_enterprises(session, source_id=one.id, target_id=other.id, on=TODAY, actor=CURATOR, reason=" ")
    _merge(session, one, other)
    with pytest.raises(InvalidTransition):
        _merge(session, one, other)
    with pytest.raises(InvalidTransition):
        _merge(session, other, one)
    assert len(_events(session)) == 1


ACTS: dict[str, Callable[[Session, Enterprise, Enterprise, Actor], object]] = {
    "assign": lambda session, firm, _other, actor: _assign(session, firm, a_uscc(), actor=actor),
    "rename": lambda session, firm, _other, actor: _rename(session, firm, "示例新名公司", actor=actor),
    "merge": lambda session, firm, other, actor: _merge(session, firm, other, actor=actor),
    "merge the other way": lambda session, firm, other, actor: _merge(session, other, firm, actor=actor),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_only_a_curator_of_the_place_for_all_directories_may(
    session: Session,
    act: Callable[[Session, Enterprise, Enterprise, Actor], object],
    stranger: Actor,
) -> None:
    firm, other = _provisional(session), _provisional(session, region_code="440104", city_code="440100")
    with pytest.raises(NotAllowed):
        act(session, firm, other, stranger)
    with pytest.raises(NotAuthenticated):
        act(session, firm, other, Actor.anonymous())
    assert session.exec(select(func.count()).select_from(AuditEvent)).one() == 0


def test_a_refusal_is_always_of_the_family(session: Session) -> None:
    for act in ACTS.values():
        with pytest.raises(RegistryError):
            act(session, an_enterprise(id=10**9), an_enterprise(id=10**9 + 1), CURATOR)
