"""Official values and places of a plan: entered, corrected, taken back; who may; what stands; what is shipped."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from registry.models import ActionPlan, AuditEvent, PlanIndicator, PlanPlace, PlanValue
from registry.policies import Actor, Grant
from registry.schemas.targets import IndicatorLine
from registry.services.audit import verify_chain
from registry.services.migrating import migrate
from registry.services.reference import shipped
from registry.services.targets.board import get_board, home_lines
from registry.services.targets.catalogue import find_plan, rule_of
from registry.services.targets.matrix import get_matrix
from registry.services.targets.places import get_place, set_place
from registry.services.targets.rows import Asked, plan_rows
from registry.services.targets.rules import read_rule
from registry.services.targets.values import TypedValue, enter_value, list_values, read_number, withdraw_value
from registry.vocabulary import Role, Trust

PLAN = "electronics_2019_2022"
CURATOR = Actor(None, "fang", (Grant(Role.CURATOR, "440000"),))
TODAY = date(2026, 5, 6)
TYPED = TypedValue("31,000", "2022-12-31", "official", "示例统计公报", "2023-03-01", "示统〔2023〕1号")


def enter(session: Session, indicator: str = "patents", actor: Actor = CURATOR, **changed: Any) -> Any:
    values = {name: getattr(TYPED, name) for name in TYPED.__slots__}
    return enter_value(session, plan=PLAN, indicator=indicator, typed=TypedValue(**values | changed), actor=actor)


def line(session: Session, indicator: str = "patents", as_of: date = TODAY) -> IndicatorLine:
    board = get_board(session, PLAN, as_of=as_of)
    return next(one for group in board.groups for one in group.indicators if one.code == indicator)


def test_a_value_entered_with_its_document_stands_on_the_board_and_in_the_trail(session: Session) -> None:
    value = enter(session)
    shown = line(session)
    assert shown.now is not None
    assert (int(shown.now.value), shown.now.trust, shown.now.document_no) == (31_000, Trust.OFFICIAL, "示统〔2023〕1号")
    assert shown.share == Decimal("1.0333")
    assert [point.target for point in shown.years] == [20_000, 30_000]
    assert [point.actual.value if point.actual else None for point in shown.years] == [None, 31_000]
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "plan_value.entered")).one()
    assert (event.actor, event.subject_key) == ("fang", f"{PLAN}/patents")
    assert (event.after or {})["value"] == "31000"
    assert value.version == 1


def test_a_value_of_a_later_day_is_not_known_before(session: Session) -> None:
    enter(session)
    assert line(session, as_of=date(2022, 12, 30)).now is None
    assert line(session, as_of=date(2022, 12, 31)).now is not None


def test_a_correction_is_a_new_version_with_its_reason_and_the_first_stays_on_record(session: Session) -> None:
    enter(session)
    with pytest.raises(InvalidInput) as refused:
        enter(session, value="30000", version=1)
    assert refused.value.field == "reason"
    enter(session, value="30000", version=1, reason="公报更正")
    versions = [
        (one.version, int(one.value), one.replaced_at is None)
        for one in list_values(session, plan=PLAN, indicator="patents")
    ]
    assert versions == [(2, 30_000, True), (1, 31_000, False)]
    now = line(session).now
    assert now is not None
    assert now.value == 30_000


def test_an_older_form_is_a_conflict_and_writes_nothing(session: Session) -> None:
    enter(session)
    with pytest.raises(Conflict):
        enter(session, value="1")
    assert len(list_values(session, plan=PLAN, indicator="patents")) == 1


def test_a_value_taken_back_no_longer_counts_and_may_be_entered_again(session: Session) -> None:
    value = enter(session)
    with pytest.raises(InvalidInput):
        withdraw_value(session, plan=PLAN, indicator="patents", value_id=value.id, version=1, reason=" ", actor=CURATOR)
    withdraw_value(session, plan=PLAN, indicator="patents", value_id=value.id, version=1, reason="录错", actor=CURATOR)
    assert line(session).now is None
    with pytest.raises(Conflict):
        withdraw_value(
            session, plan=PLAN, indicator="patents", value_id=value.id, version=1, reason="又", actor=CURATOR
        )
    with pytest.raises(NotFound):
        withdraw_value(session, plan=PLAN, indicator="bases", value_id=value.id, version=1, reason="又", actor=CURATOR)
    assert enter(session).version == 2


def test_values_of_other_trust_stand_side_by_side_and_the_most_trusted_comes_first(session: Session) -> None:
    enter(session, value="29000", trust="declared")
    enter(session)
    shown = line(session)
    assert shown.now is not None
    assert (int(shown.now.value), shown.conflict) == (31_000, True)
    assert [(int(one.value), one.trust) for one in shown.others] == [(29_000, Trust.DECLARED)]


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (Actor.anonymous(), NotAuthenticated),
        (Actor(None, "lin", (Grant(Role.CURATOR, "440300"),)), NotAllowed),
        (Actor(None, "lin", (Grant(Role.CURATOR, "440000", "hte"),)), NotAllowed),
        (Actor(None, "lin", (Grant(Role.REVIEWER, "440000"), Grant(Role.AUDITOR, "440000"))), NotAllowed),
    ],
)
def test_only_curators_of_the_province_for_all_directories_enter(
    session: Session, actor: Actor, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        enter(session, actor=actor)
    with pytest.raises(refusal):
        place(session, actor=actor)
    assert session.exec(select(PlanValue)).all() == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": "很多"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "1.5"}, "value"),
        ({"value": "1e30"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"on_day": "2022-02-30"}, "on_day"),
        ({"on_day": "2100-01-01"}, "on_day"),
        ({"document_on": "2100-01-01"}, "document_on"),
        ({"trust": "computed"}, "trust"),
        ({"trust": ""}, "trust"),
        ({"document": " "}, "document"),
        ({"document": "长" * 301}, "document"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
    ],
)
def test_what_cannot_be_a_value_is_refused_beside_its_field(
    session: Session, changed: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(session, **changed)
    assert refused.value.field == field


@given(st.decimals(0, 10**6, places=2))
def test_what_is_typed_in_its_unit_is_stored_in_base_units(number: Decimal) -> None:
    assert read_number("ratio", f"{number}%") == number / 100
    assert read_number("money", f"{number:,}") == number * 10**8


def place(session: Session, subject: str = "chain:five_g", actor: Actor = CURATOR, **changed: Any) -> Any:
    given_place: dict[str, Any] = {
        "cities": ["441900", "440300"],
        "words_zh": "示例布局",
        "words_en": "",
        "source": "示例计划第三节",
        "version": 0,
        "reason": "",
    }
    return set_place(session, plan=PLAN, subject=subject, actor=actor, **given_place | changed)


def test_a_chain_wanted_in_a_city_is_marked_in_the_matrix_even_where_no_firm_is(session: Session) -> None:
    assert place(session).cities == ["440300", "441900"]
    matrix = get_matrix(session, PLAN, as_of=TODAY)
    assert matrix is not None
    wanted = {(row.chain, cell.city) for row in matrix.rows for cell in row.cells if cell.wanted}
    assert wanted == {("five_g", "440300"), ("five_g", "441900")}
    assert session.exec(select(AuditEvent).where(AuditEvent.action == "plan_place.set")).one().actor == "fang"


def test_a_place_is_versioned_and_an_older_form_is_a_conflict(session: Session) -> None:
    place(session, "area:east")
    with pytest.raises(Conflict):
        place(session, "area:east", reason="示例")
    with pytest.raises(InvalidInput):
        place(session, "area:east", version=1)
    place(session, "area:east", version=1, cities=[], words_zh="", source="", reason="原文没有写")
    note = get_place(session, plan=PLAN, subject="area:east")
    assert (note.version, note.cities, note.words.zh) == (2, [], "")
    assert len(session.exec(select(PlanPlace)).all()) == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"cities": ["110100"]}, "cities"), ({"source": ""}, "source"), ({"words_zh": "长" * 301}, "words_zh")],
)
def test_a_place_without_source_or_outside_the_province_is_refused(
    session: Session, changed: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(session, **changed)
    assert refused.value.field == field
    with pytest.raises(NotFound):
        place(session, "area:nowhere")


def test_the_shipped_plan_says_what_is_known_and_leaves_the_rest_open(session: Session) -> None:
    board = get_board(session, PLAN, as_of=TODAY)
    lines = {one.code: one for group in board.groups for one in group.indicators}
    assert len(lines) == board.plan.indicators == len(shipped("plans")[0]["indicators"])
    targets = {code: [point.target for point in one.years] for code, one in lines.items() if one.target is not None}
    assert targets == {
        "high_tech_firms": [5_500, 7_000],
        "firms_100bn": [6, 8],
        "firms_10bn": [45, 50],
        "patents": [20_000, 30_000],
        "leaders_rd": [None, Decimal("0.06")],
    }
    assert all(one.source.zh and one.source.en and one.meaning.zh and one.meaning.en for one in lines.values())
    assert all(one.now is None for one in lines.values()), "an empty registry knows nothing, and says no 0"
    assert [area.version for area in board.areas] == [0, 0, 0, 0]
    found = home_lines(session, as_of=TODAY)
    assert found is not None
    assert [one.at_home for one in found[1]] == [1, 2, 3, 4, 5, 6]


def test_every_shipped_rule_can_be_read_and_names_directories_and_chains_there_are(session: Session) -> None:
    directories = {one["code"] for one in shipped("directories")}
    chains = {one["code"] for one in shipped("chains")}
    for indicator in find_plan(session, PLAN).indicators:
        rule = rule_of(indicator)
        if rule is not None:
            assert set(rule.directories) <= directories
            assert rule.chains in (None, "any") or set(rule.chains) <= chains
    with pytest.raises(ValueError, match="directories"):
        read_rule({"kind": "listings", "directories": []})


def test_the_next_plan_is_new_rows_and_comes_first(session: Session) -> None:
    old = session.get_one(ActionPlan, PLAN)
    session.add(ActionPlan(**old.model_dump() | {"code": "next", "from_year": 2027, "to_year": 2030}))
    session.flush()
    first = session.get_one(PlanIndicator, (PLAN, "ai_backbone"))
    session.add(PlanIndicator(**first.model_dump() | {"plan_code": "next", "targets": {"2030": "300"}}))
    session.flush()
    board = get_board(session, "next", as_of=TODAY)
    (one,) = [each for group in board.groups for each in group.indicators]
    assert (board.years, int(one.target or 0)) == ([2027, 2030], 300)
    found = home_lines(session, as_of=TODAY)
    assert found is not None
    assert found[0].code == "next"


def test_migrating_again_keeps_what_officials_entered(engine: Engine) -> None:
    with transaction(engine) as session:
        enter(session)
        place(session)
    migrate(engine)
    with reading(engine) as session:
        assert line(session).now is not None
        assert get_place(session, plan=PLAN, subject="chain:five_g").version == 1
        events, broken = verify_chain(session)
        assert (events, broken) == (2, None)


def test_what_is_not_counted_or_not_there_is_refused_by_name(session: Session) -> None:
    for asked, field in [
        (Asked(PLAN, "patents", TODAY), "indicator"),
        (Asked(PLAN, "nothing", TODAY), "indicator"),
        (Asked("nothing", "patents", TODAY), "plan"),
        (Asked(PLAN, "high_tech_firms", TODAY, city="110100"), "city"),
        (Asked(PLAN, "high_tech_firms", TODAY, chain="nothing"), "chain"),
    ]:
        with pytest.raises((InvalidInput, NotFound)) as refused:
            plan_rows(session, asked)
        assert refused.value.field == field
    with pytest.raises(InvalidInput):
        get_matrix(session, PLAN, as_of=TODAY, indicator="patents")
