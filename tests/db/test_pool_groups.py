"""Groups of firms and the check before a recommendation."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import AuditEvent, Enterprise, GroupLink
from registry.policies import Actor
from registry.pool_words import GroupKind, GroupVerdict
from registry.services.merging import merge_enterprises, unmerge
from registry.services.pool.acts import move_case, set_product
from registry.services.pool.case import get_case
from registry.services.pool.group_check import group_check
from registry.services.pool.groups import NewLink, add_link, end_link, group_of, group_page, links_of, parse_share
from registry.vocabulary import BatchState, CaseStage
from tests.db.pool import WHY, a_case, a_curator, a_firm, a_reviewer, a_title, an_auditor, events_of, led_to
from tests.factories import a_batch, a_listing


def linked(session: Session, one: Enterprise, other: Enterprise, actor: Actor, **given: Any) -> GroupLink:
    """``one`` controls ``other``, unless said otherwise."""
    words: dict[str, Any] = {
        "other_key": other.uscc or "",
        "kind": "controls",
        "upward": False,
        "share": "",
        "source": "示例公示系统",
        "dated": date(2026, 3, 1),
    }
    return add_link(session, key=one.uscc or "", link=NewLink(**words | given), actor=actor)


def test_a_group_is_followed_up_down_and_across_but_not_through_minority_holdings(session: Session) -> None:
    curator = a_curator(session)
    parent, child, sister, grandchild, friend, stranger = (
        a_firm(session, name_zh=f"示例{name}公司") for name in "甲乙丙丁戊己"
    )
    linked(session, parent, child, curator, share="51")
    linked(session, sister, parent, curator, upward=True)
    linked(session, child, grandchild, curator)
    linked(session, child, friend, curator, kind="minority", share="20")
    linked(session, stranger, friend, curator, kind="same_controller")
    assert group_of(session, child.id).keys() == {parent.id, sister.id, grandchild.id}
    assert [link.other_id for link in group_of(session, grandchild.id)[sister.id]] == [child.id, parent.id, sister.id]
    up = next(one for one in links_of(session, child.id) if one.other_id == parent.id)
    assert (up.upward, up.share_bp, up.kind) == (True, 5100, GroupKind.CONTROLS)


def test_relations_follow_merges_and_come_back_when_a_merge_is_taken_back(session: Session) -> None:
    curator = a_curator(session)
    parent, old, new = (a_firm(session, name_zh=f"示例{name}公司") for name in "甲乙丙")
    linked(session, parent, old, curator)
    merge_enterprises(
        session, source_id=old.id, target_id=new.id, on=clock.today(), actor=Actor.command_line(), reason=WHY
    )
    assert group_of(session, new.id).keys() == {parent.id}
    assert group_of(session, parent.id).keys() == {new.id}
    unmerge(session, source_id=old.id, actor=Actor.command_line(), reason=WHY)
    assert group_of(session, new.id) == {}
    assert group_of(session, parent.id).keys() == {old.id}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "friend"}, "kind"),
        ({"other_key": ""}, "other"),
        ({"other_key": "91440300MA00000000"}, "other"),
        ({"source": " "}, "source"),
        ({"dated": date(2200, 1, 1)}, "on"),
        ({"share": "120"}, "share"),
        ({"share": "一半"}, "share"),
        ({"kind": "minority", "share": "60"}, "share"),
    ],
)
def test_what_is_wrong_with_a_relation_is_named(session: Session, given: dict[str, Any], field: str) -> None:
    one, other = a_firm(session), a_firm(session)
    with pytest.raises(InvalidInput) as refusal:
        linked(session, one, other, a_curator(session), **given)
    assert refusal.value.field == field


def test_relations_are_the_curators_audited_entered_once_and_ended_once(session: Session) -> None:
    curator, reviewer, auditor = a_curator(session), a_reviewer(session), an_auditor(session)
    one, other = a_firm(session), a_firm(session)
    for nobody in (reviewer, auditor):
        with pytest.raises(NotAllowed):
            linked(session, one, other, nobody)
    row = linked(session, one, other, curator)
    with pytest.raises(Conflict):
        linked(session, other, one, curator, upward=True)
    with pytest.raises(InvalidInput):
        linked(session, one, one, curator)
    with pytest.raises(NotAllowed):
        end_link(session, link_id=row.id, actor=auditor, reason=WHY)
    end_link(session, link_id=row.id, actor=curator, reason=WHY)
    with pytest.raises(InvalidTransition):
        end_link(session, link_id=row.id, actor=curator, reason=WHY)
    with pytest.raises(NotFound):
        end_link(session, link_id=10**6, actor=curator, reason=WHY)
    assert group_page(session, key=one.uscc or "", actor=auditor).links == ()
    actions = [event.action for event in session.exec(select(AuditEvent))]
    assert actions == ["group_link.added", "group_link.ended"]


@pytest.mark.parametrize(
    ("own", "printed", "state", "expected"),
    [
        ("示例电源芯片", "示例电源芯片（车规级）", BatchState.FINAL, GroupVerdict.CONFLICT),
        ("示例电源芯片", "示例电源芯片", BatchState.PUBLIC_NOTICE, GroupVerdict.CONFLICT),
        ("示例电源芯片", "示例显示屏", BatchState.FINAL, GroupVerdict.CLEAR),
        ("", "示例显示屏", BatchState.FINAL, GroupVerdict.POSSIBLE),
        ("示例电源芯片", None, BatchState.FINAL, GroupVerdict.POSSIBLE),
        ("示例电源芯片", "示例电源芯片", BatchState.DRAFT, GroupVerdict.CLEAR),
    ],
)
def test_a_sister_that_holds_the_title_for_the_same_product_is_a_conflict(
    session: Session, own: str, printed: str | None, state: BatchState, expected: GroupVerdict
) -> None:
    curator, firm, sister = a_curator(session), a_firm(session), a_firm(session)
    linked(session, firm, sister, curator, kind="same_controller")
    batch = a_batch(state=state)
    session.add(batch)
    session.flush()
    details = {"主导产品": printed} if printed else None
    session.add(a_listing(sister, batch, details=details))
    case = a_case(session, curator, firm)
    case.product = own
    session.flush()
    assert group_check(session, case, as_of=clock.today()).verdict is expected


def test_an_ended_title_or_relation_is_no_conflict_and_a_brand_only_a_hint(session: Session) -> None:
    curator = a_curator(session)
    words = ("科技", "电子", "光电")
    firm, sister, alike = (a_firm(session, name_zh=f"深圳市示例星河{word}有限公司") for word in words)
    row = linked(session, firm, sister, curator)
    title = a_title(session, sister)
    a_title(session, alike)
    case = a_case(session, curator, firm)
    found = group_check(session, case, as_of=clock.today())
    assert (found.verdict, found.related) == (GroupVerdict.POSSIBLE, 1)
    assert [one.enterprise_id for one in found.hints] == [alike.id]
    title.withdrawn_on = clock.today()
    session.flush()
    assert group_check(session, case, as_of=clock.today()).verdict is GroupVerdict.CLEAR
    title.withdrawn_on = None
    end_link(session, link_id=row.id, actor=curator, reason=WHY)
    found = group_check(session, case, as_of=clock.today())
    assert (found.verdict, len(found.hints)) == (GroupVerdict.CLEAR, 2)


def test_a_conflict_blocks_the_recommendation_unless_a_curator_says_why(session: Session) -> None:
    curator, reviewer = a_curator(session), a_reviewer(session)
    firm, sister = a_firm(session), a_firm(session)
    linked(session, sister, firm, curator)
    a_title(session, sister, details={"主导产品": "示例芯片"})
    case = led_to(session, a_case(session, reviewer, firm), CaseStage.PRECHECK, reviewer)
    set_product(session, case_id=case.id, product="示例芯片", actor=reviewer)
    with pytest.raises(NotAllowed):
        move_case(session, case_id=case.id, to="application", actor=reviewer, reason=WHY)
    with pytest.raises(InvalidInput) as refusal:
        move_case(session, case_id=case.id, to="application", actor=curator, reason=" ")
    assert refusal.value.field == "reason"
    assert get_case(session, case.id, actor=reviewer).needs_curator
    move_case(session, case_id=case.id, to="application", actor=curator, reason="产品系列不同，已核实")
    told = (events_of(session, case)[-1].details or {})["group_check"]
    assert (told["verdict"], told["holdings"][0]["same_product"]) == ("conflict", True)


def test_shares_are_read_exactly() -> None:
    assert [parse_share(text, GroupKind.CONTROLS) for text in ("51", "33.34%", "0.01", "100", "")] == [
        5100,
        3334,
        1,
        10_000,
        None,
    ]
