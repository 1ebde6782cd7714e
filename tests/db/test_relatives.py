"""The group of an enterprise and its branches, as its page shows them."""

from datetime import date

from sqlalchemy import text
from sqlmodel import Session

from registry.db import begins_with
from registry.identity import fold_name
from registry.models import Enterprise, EnterpriseName
from registry.pool_words import GroupKind
from registry.schemas.enterprises import Relatives
from registry.services.reconciling import suggest_entities
from registry.services.relatives import relatives_of
from registry.vocabulary import NameKind
from tests.db.pool import a_curator, a_firm
from tests.db.test_pool_groups import linked
from tests.factories import a_batch, a_listing

DAY = date(2026, 5, 1)


def named(session: Session, name: str) -> Enterprise:
    """A firm whose name is on record as its current one."""
    firm = a_firm(session, name_zh=name)
    session.add(EnterpriseName(enterprise_id=firm.id, name=name, folded=fold_name(name), kind=NameKind.CURRENT))
    session.flush()
    return firm


def of(session: Session, firm: Enterprise) -> Relatives:
    return relatives_of(session, firm, as_of=DAY)


def test_members_stand_by_nearness_with_the_way_they_are_related(session: Session) -> None:
    curator = a_curator(session)
    own, parent, child, sister, grandchild, minority = (named(session, f"示例{n}公司") for n in "甲乙丙丁戊己")
    linked(session, own, minority, curator, kind="minority", share="20")
    linked(session, own, sister, curator, kind="same_controller")
    linked(session, own, child, curator, share="60")
    linked(session, child, grandchild, curator)
    linked(session, own, parent, curator, upward=True, share="51")
    found = of(session, own).members
    assert [one.enterprise.name for one in found] == [
        "示例乙公司",
        "示例丙公司",
        "示例丁公司",
        "示例戊公司",
        "示例己公司",
    ]
    assert [(one.kind, one.upward, one.through, one.share_bp) for one in found] == [
        (GroupKind.CONTROLS, True, None, 5100),
        (GroupKind.CONTROLS, False, None, 6000),
        (GroupKind.SAME_CONTROLLER, False, None, None),
        (GroupKind.CONTROLS, False, "示例丙公司", None),
        (GroupKind.MINORITY, False, None, 2000),
    ]
    assert {one.source for one in found} == {"示例公示系统"}


def test_titles_of_the_group_are_those_held_that_day_by_members_under_the_same_control(session: Session) -> None:
    curator = a_curator(session)
    own, child, minority = (named(session, f"示例{n}公司") for n in "甲乙丙")
    linked(session, own, child, curator)
    linked(session, own, minority, curator, kind="minority")
    batch = a_batch()
    session.add(batch)
    session.flush()
    for firm in (own, child, minority):
        session.add(a_listing(firm, batch))
    session.flush()
    assert of(session, own).titles_held == 1
    assert relatives_of(session, own, as_of=date(2020, 1, 1)).titles_held == 0


def test_a_branch_is_shown_under_the_firm_whose_whole_name_it_begins_with(session: Session) -> None:
    head = named(session, "深圳示例光电有限公司")
    branch = named(session, "深圳示例光电有限公司（惠州）分公司")
    other = named(session, "深圳示例光电有限公司东莞分公司")
    named(session, "深圳示例光电有限公司惠州新材料有限公司")
    named(session, "深圳示例光电")
    found = of(session, head)
    assert sorted(one.id for one in found.branches) == [branch.id, other.id]
    assert found.head is None
    back = of(session, branch)
    assert back.head is not None
    assert (back.head.id, back.branches, back.members) == (head.id, [], [])


def test_of_two_firms_of_one_name_neither_is_taken_for_the_head(session: Session) -> None:
    named(session, "深圳示例光电有限公司")
    named(session, "深圳示例光电有限公司")
    assert of(session, named(session, "深圳示例光电有限公司惠州分公司")).head is None


def test_a_firm_with_neither_has_an_empty_group(session: Session) -> None:
    assert of(session, named(session, "深圳示例光电有限公司")) == Relatives(
        head=None, branches=[], members=[], titles_held=0
    )


def test_what_begins_with_a_name_is_found_by_the_index_on_both_databases(session: Session) -> None:
    for name in ("示例光电", "示例光电有限公司", "示例广电", "示例", "例光电"):
        named(session, name)
    condition = str(begins_with(EnterpriseName.folded, "示例光电").compile(compile_kwargs={"literal_binds": True}))
    statement = f"SELECT folded FROM enterprise_name WHERE {condition} ORDER BY folded"  # noqa: S608 - ours
    found = [row[0] for row in session.execute(text(statement))]
    assert found == ["示例光电", "示例光电有限公司"]
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(row[0] for row in session.execute(text(f"EXPLAIN {statement}")))
        assert "Index Cond" in plan
        assert "Sort" not in plan
    else:
        plan = " ".join(str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
        assert "ix_enterprise_name_folded (folded>? AND folded<?)" in plan
    assert [one["name"] for one in suggest_entities(session, prefix="示例光电")["result"]] == [
        "示例光电",
        "示例光电有限公司",
    ]
