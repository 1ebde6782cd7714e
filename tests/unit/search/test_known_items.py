"""Questions made from names: repeatable, honest about ties, and every kind typed the way its name says."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.demo.firms import fictional_uscc
from registry.identity.names import fold_name
from registry.identity.uscc import explain_code
from registry.search.judging import Answered, Score, below_aim, is_void, judge, rank_of
from registry.search.known_items import KINDS, KnownItem, Subject, brand, half_of, is_right, known_items, leading_place

BRANDS = ("澜霁", "晏珩", "岑榉", "汐朗", "栩钧", "砚禾", "苍骊", "朔岱")
TRADES = ("光电", "精密机械", "新材料", "智能装备", "生物科技", "供应链管理", "半导体显示")
PLACES = ("深圳市", "广州", "佛山市", "武汉", "")


def subjects() -> list[Subject]:
    """Some hundred invented firms."""
    found = []
    for number, (place, own, trade) in enumerate((p, b, t) for p in PLACES for b in BRANDS for t in TRADES):
        end = "（上海）有限公司" if not place else "有限公司"
        english = f"Example {own} Trading Works Co., Ltd."
        code = fictional_uscc(number, "440305")
        name = f"{place}{own}{trade}{end}" if number % 9 else f"{place}{own}ABC{trade}{end}"
        found.append(Subject(f"k{number}", name, code, (own + trade[:2],), english))
    return found


def test_every_kind_has_questions_and_the_same_seed_gives_the_same() -> None:
    items = known_items(subjects(), each=5, half="all")
    assert set(Counter(item.kind for item in items)) == set(KINDS)
    assert items == known_items(reversed(subjects()), each=5, half="all")
    assert items != known_items(subjects(), each=5, seed=2, half="all")


def test_the_halves_share_no_name_and_make_up_the_whole() -> None:
    tuning = {i.target for i in known_items(subjects(), each=500, half="tuning", kinds=["full"])}
    reporting = {i.target for i in known_items(subjects(), each=500, half="reporting", kinds=["full"])}
    assert tuning | reporting == set(subjects())
    assert not tuning & reporting
    assert {half_of(s.name) for s in tuning} == {"tuning"}


def test_the_target_is_always_right_and_a_stranger_never_by_its_code() -> None:
    stranger = Subject("other", "哈尔滨完全不同餐饮店", fictional_uscc(99_999, "230100"))
    for item in known_items(subjects(), each=20, half="all"):
        assert is_right(item, item.target), item
        assert not is_right(item, stranger), item


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].offered])
def test_a_slip_changes_the_text(kind: str) -> None:
    for item in known_items(subjects(), each=50, half="all", kinds=[kind]):
        assert fold_name(item.text) not in {brand(item.target.name), fold_name(item.target.uscc or "")}


def test_codes_are_the_same_code_in_other_dress() -> None:
    for kind in ("code", "code_lower", "code_spaced", "code_wide"):
        for item in known_items(subjects(), each=20, half="all", kinds=[kind]):
            assert explain_code(item.text).normalised == item.target.uscc, item
    for item in known_items(subjects(), each=20, half="all", kinds=["code_slip"]):
        assert not explain_code(item.text).valid


def test_two_firms_of_one_brand_are_equally_right() -> None:
    one, two = Subject("a", "深圳市澜霁光电有限公司"), Subject("b", "广州澜霁光电有限公司")
    assert is_right(KnownItem("brand", "澜霁光电", one), two)
    assert not is_right(KnownItem("full", one.name, one), two)
    assert is_right(KnownItem("wrong", "澜霁光甲", one), two)
    assert is_right(KnownItem("brackets", "澜霁光电（深圳）", one), Subject("c", "澜霁光电（深圳）有限公司"))
    assert not is_right(KnownItem("brackets", "澜霁光电（深圳）", one), two)


def test_ranks_and_scores_count_what_is_offered_only_for_slips() -> None:
    firm, other = Subject("a", "深圳市澜霁光电有限公司"), Subject("b", "武汉苍骊餐饮管理有限公司")
    whole, slip = KnownItem("full", firm.name, firm), KnownItem("wrong", "澜霁光甲", firm)
    assert rank_of(whole, Answered([other, firm])) == 2
    assert rank_of(whole, Answered([other], [firm])) is None
    assert rank_of(slip, Answered([], [other, firm])) == 2
    scores = judge([whole, slip], lambda text: Answered([other, firm]) if text == firm.name else Answered([], [firm]))
    assert scores["full"] == Score(asked=1, top1=0.0, top3=1.0, recall=1.0, mrr=0.5)
    assert scores["wrong"] == Score(asked=1, top1=1.0, top3=1.0, recall=1.0, mrr=1.0)
    assert below_aim(scores) == ["full: top1 0.000 < 0.95"]


def test_a_slip_that_is_another_firms_real_name_is_void() -> None:
    firm, real = Subject("a", "深圳市澜霁光电有限公司"), Subject("b", "深圳市澜霁光店有限公司")
    item = KnownItem("swapped", "澜霁电光", firm)
    assert not is_void(item, Answered([], [firm]))
    assert is_void(item, Answered([Subject("c", "广州大澜霁电光餐饮有限公司")], [firm]))
    assert not is_void(KnownItem("homophone", "澜霁光店", firm), Answered([real])), "one slip away is right as well"
    assert not is_void(KnownItem("full", firm.name, firm), Answered([real]))
    assert judge([item], lambda _: Answered([Subject("c", "广州大澜霁电光餐饮有限公司")]))["swapped"] == Score(void=1)


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=2))
def test_any_name_makes_questions_or_none_and_never_fails(name: str, others: list[str]) -> None:
    subject = Subject("k", name, None, tuple(others))
    assert all(is_right(item, subject) for item in known_items([subject], each=1, half="all"))
    assert fold_name(name).startswith(leading_place(name))
