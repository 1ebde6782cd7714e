"""Industry codes, chains and size-class groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.identity import CHAINS, chains_of_industry, industry, industry_2011, industry_path, size_class_group
from registry.identity.chains import CHAIN_INDUSTRIES
from registry.identity.industries import _edition_2017, _moved_2011


def test_the_whole_tree_of_2017_is_there_and_every_parent_exists() -> None:
    tree = _edition_2017()
    assert len(tree) == 1971
    assert all(entry.parent_code is None or entry.parent_code in tree for entry in tree.values())
    assert all(entry.name == entry.name.strip() for entry in tree.values())


@pytest.mark.parametrize("code", ["3973", "C3973", " c3973 ", "Ｃ３９７３"])
def test_a_code_is_read_in_any_dress(code: str) -> None:
    found = industry(code)
    assert found is not None
    assert (found.name, found.full_code) == ("集成电路制造", "C3973")


@pytest.mark.parametrize("code", ["", "A3973", "39731", "9999", "集成电路", "U", "3", "３9-7x"])
def test_an_unknown_or_contradictory_code_is_none(code: str) -> None:
    assert industry(code) is None
    assert industry_path(code) == ()
    assert chains_of_industry(code) == ()
    assert size_class_group(code) is None


@given(st.sampled_from(sorted(_edition_2017())))
def test_a_path_starts_at_the_section_and_ends_at_the_code(code: str) -> None:
    path = industry_path(code)
    assert path[0].level == "section"
    assert path[-1].code == code
    assert len({entry.level for entry in path}) == len(path)


@given(st.sampled_from(sorted(_moved_2011())))
def test_moved_codes_lead_to_classes_in_force(code: str) -> None:
    moved = industry_2011(code)
    assert moved is not None
    assert moved.edition == 2011
    assert moved.successors
    assert all(
        (new := industry(s)) is not None and new.edition == 2017 and new.level == "class" for s in moved.successors
    )


def test_a_number_with_two_meanings_is_read_by_its_edition() -> None:
    new, old = industry("6520"), industry_2011("6520")
    assert new is not None
    assert old is not None
    assert (new.name, old.name) == ("集成电路设计", "信息系统集成服务")


def test_every_mapped_code_is_a_class_and_every_chain_is_mapped() -> None:
    assert CHAIN_INDUSTRIES.keys() == CHAINS.keys()
    for fits in CHAIN_INDUSTRIES.values():
        assert not set(fits["core"]) & set(fits["part"])
        assert all((e := industry(c)) is not None and e.level == "class" for c in (*fits["core"], *fits["part"]))


def test_chains_of_codes_groups_and_old_codes() -> None:
    assert chains_of_industry("3973") == (
        ("integrated_circuits", "core"),
        ("secure_reliable", "part"),
        ("artificial_intelligence", "part"),
    )
    assert chains_of_industry("651") == chains_of_industry("6510")
    assert chains_of_industry("39") == chains_of_industry("C") == ()
