"""Whatever officials do, in any order: every address leads to one live enterprise and nothing is lost."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, func, select

from registry import clock
from registry.errors import RegistryError
from registry.models import Enterprise, EnterpriseAddress, EnterpriseName, Figure, Listing
from registry.policies import SYSTEM
from registry.services.audit import verify_chain
from registry.services.enterprises import resolve, summaries
from registry.services.identities import assign_code, rename_enterprise
from registry.services.keys import key_of, provisional_key
from registry.services.merging import merge_enterprises, unmerge
from registry.vocabulary import IdentityState, NameKind
from tests.factories import a_batch, a_figure, a_listing, a_uscc, an_enterprise

FIRMS = 5
LONG_AGO = date(2000, 1, 1)

Act = tuple[str, int, int]
acts = st.lists(
    st.tuples(
        st.sampled_from(["assign", "merge", "merge", "rename", "unmerge"]),
        st.integers(0, FIRMS - 1),
        st.integers(0, FIRMS - 1),
    ),
    max_size=14,
)


def _world(session: Session) -> list[int]:
    """Firms with and without code, each with a title and a figure."""
    batch = a_batch()
    firms = [an_enterprise(name_zh=f"示例第{number}公司") for number in range(FIRMS)]
    for firm in firms[1::2]:
        firm.identity, firm.uscc = IdentityState.PROVISIONAL, None
    session.add_all([batch, *firms])
    session.flush()
    for firm in firms:
        key = firm.uscc or provisional_key(firm.id)
        session.add_all([EnterpriseAddress(key=key, enterprise_id=firm.id), a_listing(firm, batch), a_figure(firm)])
    session.flush()
    return [firm.id for firm in firms]


def _do(session: Session, act: Act, ids: list[int], codes: list[str], step: int) -> None:
    kind, first, second = act
    if kind == "assign":
        assign_code(session, enterprise_id=ids[first], uscc=codes[second], actor=SYSTEM, reason="示例")
    elif kind == "rename":
        day, name = LONG_AGO + timedelta(days=step), f"示例改名{second}公司"
        rename_enterprise(session, enterprise_id=ids[first], new_name=name, on=day, actor=SYSTEM, reason="示例")
    elif kind == "merge":
        merge_enterprises(
            session, source_id=ids[first], target_id=ids[second], on=clock.today(), actor=SYSTEM, reason="示例"
        )
    else:
        unmerge(session, source_id=ids[first], actor=SYSTEM, reason="示例")


def _check(session: Session, issued: set[str]) -> None:
    live = session.exec(select(Enterprise.id).where(Enterprise.identity != IdentityState.MERGED)).all()
    for key in issued:
        found = resolve(session, key)
        assert found.enterprise_id in live
        assert resolve(session, found.canonical_key).moved is False
    owners = set(session.exec(select(Listing.enterprise_id)))
    assert owners <= set(live)
    for number in live:
        names = session.exec(
            select(EnterpriseName.name).where(
                EnterpriseName.enterprise_id == number, EnterpriseName.kind == NameKind.CURRENT
            )
        ).all()
        assert names in ([], [session.get_one(Enterprise, number).name_zh])
    assert len(summaries(session, list(live), as_of=clock.today())) == len(live)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_any_sequence_of_acts_loses_no_address_and_no_title(session: Session, todo: list[Act]) -> None:
    with session.begin_nested() as undo:
        ids = _world(session)
        codes = [a_uscc() for _ in range(FIRMS)]
        issued = {key_of(session, number) for number in ids}
        count = select(func.count())
        before = [session.exec(count.select_from(table)).one() for table in (Listing, Figure)]
        for step, act in enumerate(todo, start=1):
            with_act = session.begin_nested()
            try:
                _do(session, act, ids, codes, step)
                with_act.commit()
            except RegistryError:
                with_act.rollback()
            issued |= {key_of(session, number) for number in ids}
            _check(session, issued)
        assert [session.exec(count.select_from(table)).one() for table in (Listing, Figure)] == before
        assert verify_chain(session)[1] is None
        undo.rollback()
