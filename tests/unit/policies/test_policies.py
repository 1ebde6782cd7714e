"""Who may do what, where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import NotAllowed, NotAuthenticated
from registry.policies import EVERY_DIRECTORY, EVERYWHERE, OFFICIALS, SYSTEM, Actor, Grant, require
from registry.vocabulary import Role

GUANGDONG, SHENZHEN, NANSHAN, GUANGZHOU = "440000", "440300", "440305", "440100"
roles = st.sampled_from(list(Role))
regions = st.sampled_from([EVERYWHERE, GUANGDONG, SHENZHEN, NANSHAN, GUANGZHOU, "110000"])
directories = st.sampled_from([None, "hte", "little_giant"])
grants = st.builds(Grant, roles, regions, directories)


def someone(*held: Grant) -> Actor:
    return Actor(1, "someone", held)


def test_a_grant_covers_what_lies_inside_its_region_and_nothing_outside() -> None:
    curator = someone(Grant(Role.CURATOR, SHENZHEN))
    assert curator.may(Role.CURATOR, region_code=NANSHAN)
    assert not curator.may(Role.CURATOR, region_code=GUANGZHOU)
    assert not curator.may(Role.CURATOR, region_code=GUANGDONG)


def test_a_grant_for_one_directory_does_not_reach_another_nor_acts_on_all() -> None:
    curator = someone(Grant(Role.CURATOR, GUANGDONG, "hte"))
    assert curator.may(Role.CURATOR, directory_code="hte")
    assert not curator.may(Role.CURATOR, directory_code="little_giant")
    assert not curator.may(Role.CURATOR, directory_code=EVERY_DIRECTORY)
    assert someone(Grant(Role.CURATOR, GUANGDONG)).may(Role.CURATOR, directory_code=EVERY_DIRECTORY)


def test_two_grants_are_never_mixed_into_one() -> None:
    actor = someone(Grant(Role.CURATOR, SHENZHEN, "hte"), Grant(Role.CURATOR, GUANGZHOU, "little_giant"))
    assert not actor.may(Role.CURATOR, region_code=SHENZHEN, directory_code="little_giant")


def test_a_firm_whose_place_is_unknown_is_for_the_province() -> None:
    assert someone(Grant(Role.REVIEWER, GUANGDONG)).may(Role.REVIEWER, region_code="")
    assert not someone(Grant(Role.REVIEWER, SHENZHEN)).may(Role.REVIEWER, region_code="")


def test_a_firm_account_is_no_official_and_an_administrator_does_not_speak_for_firms() -> None:
    assert not someone(Grant(Role.FIRM, GUANGDONG)).is_official
    assert not someone(Grant(Role.ADMINISTRATOR, EVERYWHERE)).may(Role.FIRM)


@given(roles, regions, directories)
def test_the_public_may_do_nothing(role: Role, region: str, directory: str | None) -> None:
    assert not Actor.anonymous().may(role, region_code=region, directory_code=directory)


@given(st.lists(grants, max_size=3), grants, roles, regions, directories)
def test_one_more_grant_never_takes_a_right_away(
    held: list[Grant], more: Grant, role: Role, region: str, directory: str | None
) -> None:
    before = someone(*held).may(role, region_code=region, directory_code=directory)
    assert someone(*held, more).may(role, region_code=region, directory_code=directory) or not before


@given(st.sampled_from(sorted(OFFICIALS)), regions, directories)
def test_the_command_line_and_the_system_may_do_all_that_officials_may(
    role: Role, region: str, directory: str | None
) -> None:
    for actor in (Actor.command_line(), SYSTEM):
        assert actor.may(role, region_code=region, directory_code=directory)
        assert actor.label
        assert "/" not in actor.label


def test_require_tells_the_public_to_sign_in_and_others_who_may() -> None:
    with pytest.raises(NotAuthenticated):
        require(Actor.anonymous(), Role.CURATOR)
    with pytest.raises(NotAllowed) as refused:
        require(someone(Grant(Role.AUDITOR, SHENZHEN)), Role.CURATOR, region_code=SHENZHEN, directory_code="hte")
    assert refused.value.text.zh == "您没有这项权限。需要：名录管理员（地区 440300，名录 hte）。"
    assert refused.value.text.en == "You may not do this. It takes: Curator for region 440300 for directory hte."
