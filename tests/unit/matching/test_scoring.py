"""Names taken apart, compared and judged: what must always hold, and the twins that must never be joined."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.identity import fold_name
from registry.matching.certainty import Asked, Offered, certain, weigh
from registry.matching.finding import find
from registry.matching.parts import Parts, parts_of
from registry.matching.scoring import ASK, Comparison, compare

PLACES = ("", "深圳市", "深圳", "广东", "广东省", "惠州市", "佛山市顺德区", "江阴")
BRANDS = ("听澜", "启衡", "云栖视讯", "意佳福", "华星", "示例甲", "A", "中")
TRADES = ("", "科技", "新能源", "能源", "光电技术", "贸易", "人工智能科技", "陶瓷", "第二")
FORMS = ("", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "厂", "有限公司惠州分公司")

names = st.builds("".join, st.tuples(*map(st.sampled_from, (PLACES, BRANDS, TRADES, FORMS))))
texts = st.text("深圳市示例听澜科技有限公司分厂一二甲A州", min_size=1, max_size=16)


def parts(name: str) -> Parts:
    return parts_of(fold_name(name))


def seen(printed: str, known: str) -> Comparison:
    return compare(parts(printed), parts(known))


@given(st.one_of(names, texts))
def test_parts_lose_nothing(name: str) -> None:
    folded = fold_name(name)
    assume(folded)
    found = parts_of(folded)
    assert found.stem == found.brand + found.trade
    assert found.stem
    assert found.folded == folded
    if not found.form_slip and not found.place_slip:
        assert found.stem in folded
        assert folded.endswith(found.form + found.branch)


@given(st.one_of(names, texts), st.one_of(names, texts))
def test_the_score_is_the_same_from_either_side(one: str, other: str) -> None:
    assume(fold_name(one) and fold_name(other))
    there, back = seen(one, other), seen(other, one)
    assert there.score == back.score
    assert 0 <= there.score <= 100


@given(st.one_of(names, texts), st.one_of(names, texts))
def test_only_equal_folded_names_score_a_hundred(one: str, other: str) -> None:
    assume(fold_name(one) and fold_name(other))
    found = seen(one, other)
    assert (found.score == 100) == (fold_name(one) == fold_name(other))
    assert bool(found.differences) == (found.score < 100)


TWINS = [
    ("深圳市示例能源有限公司", "深圳市示例新能源有限公司"),
    ("示例一厂", "示例二厂"),
    ("深圳市示例第一电子厂", "深圳市示例第二电子厂"),
    ("深圳市示例A电子有限公司", "深圳市示例B电子有限公司"),
    ("深圳市示例3电子有限公司", "深圳市示例8电子有限公司"),
    ("示例集团有限公司", "示例有限公司"),
    ("示例电子有限公司", "示例电子有限公司惠州分公司"),
    ("示例电子有限公司东莞分公司", "示例电子有限公司惠州分公司"),
    ("深圳市示例投资控股有限公司", "深圳市示例投资股份有限公司"),
    ("深圳市示例控股有限公司", "深圳市示例股份有限公司"),
    ("深圳市示例科技有限公司", "惠州市示例科技有限公司"),
    ("广东示例科技有限公司", "深圳市示例科技有限公司"),
    ("深圳市示例科技有限公司", "示例科技（深圳）有限公司"),
    ("广州示例听澜科技有限公司", "广州示例听澜人工智能科技有限公司"),
    ("深圳市华启科技有限公司", "深圳市化启科技有限公司"),
    ("深圳市启衡科技有限公司", "深圳市衡启科技有限公司"),
    ("深圳鑫源电子科技有限公司", "深圳市源电子科技有限公司"),
    ("示例科技有限公司", "深圳市示例科技有限公司"),
    ("深圳市示例科技股份有限公司", "深圳市示例科技有限公司"),
    ("深圳市示例建材有限公司", "深圳市示例板材有限公司"),
    ("深圳市智浩诚科技有限公司", "深圳市智浩轩科技有限公司"),
    ("深圳市鑫宇斯达科技有限公司", "深圳市鑫宇视达科技有限公司"),
    ("深圳峨荣启光电有限公司", "深圳市荣启光电有限公司"),
    ("示例科技有限公司惠州分公司", "示例科技有限公司惠川分公司"),
    ("示例科技有限公司惠州分公司", "示例科技有限公司惠州总公司"),
    ("示例科技有限公司第一分公司", "示例科技有限公司第二分公司"),
]


@pytest.mark.parametrize(("one", "other"), [*TWINS, *((b, a) for a, b in TWINS)])
def test_near_twins_are_never_certain(one: str, other: str) -> None:
    asked = Asked(parts(one))
    assert certain([weigh(asked, Offered(1, parts(other)))], asked, lambda pair: 1000) is None
    assert certain([weigh(asked, Offered(1, parts(other)))], asked, lambda pair: 0) is None


def usual(pair: str) -> int:
    return 500 if pair in {"科技", "陶瓷", "电子", "有限", "贸易"} else 0


@pytest.mark.parametrize(
    ("printed", "known", "said"),
    [
        ("深圳示例听澜科技有限公司", "深圳市示例听澜科技有限公司", "缺“市”字"),
        ("广东深圳市听澜科技有限公司", "深圳市听澜科技有限公司", "多“广东”两字"),
        ("深圳市听澜科技有限责任公司", "深圳市听澜科技有限公司", "组织形式 有限责任公司/有限公司"),
        ("深圳市听澜科技", "深圳市听澜科技有限公司", "组织形式缺省（有限公司）"),
        ("深训市听澜科技有限公司", "深圳市听澜科技有限公司", "地名有一字之误（深圳市/深圳市）"),
        ("凉云港听澜科技有限公司", "连云港听澜科技有限公司", "地名有一字之误（凉云港/连云港）"),
        ("深圳市听澜科技有限公可", "深圳市听澜科技有限公司", "组织形式有一字之误"),
        ("深圳市听澜料技有限公司", "深圳市听澜科技有限公司", "一字之差 料/科（形近）"),
        ("深圳市听澜科有技限公司", "深圳市听澜科技有限公司", "组织形式有一字之误"),
        ("听澜科技有限公司惠州分公可", "听澜科技有限公司惠州分公司", "组织形式有一字之误"),
        ("深市圳听澜科技有限公司", "深圳市听澜科技有限公司", "地名有一字之误（深市圳/深圳市）"),
        ("深圳市听科澜技有限公司", "深圳市听澜科技有限公司", "“澜科”写作“科澜”（颠倒）"),
        ("深圳市听澜未来科技有限公司", "深圳市听澜末来科技有限公司", "一字之差 未/末（形近）"),
        ("佛山市意佳福淘瓷有限公司", "佛山市意佳福陶瓷有限公司", "一字之差 淘/陶（音近）"),
    ],
)
def test_what_printing_does_to_a_name_is_certain_and_said(printed: str, known: str, said: str) -> None:
    asked = Asked(parts(printed))
    found = find(asked, [Offered(7, parts(known))], usual)
    assert found.accepted is not None
    assert found.accepted.offered.number == 7
    assert [each.text.zh for each in found.accepted.comparison.differences] == [said]


def test_a_word_that_is_a_trade_is_no_slip() -> None:
    asked = Asked(parts("深圳市听澜材技有限公司"))
    assert find(asked, [Offered(1, parts("深圳市听澜科技有限公司"))], lambda pair: 50).accepted is None


def test_two_firms_that_fit_alike_are_left_to_a_person() -> None:
    asked = Asked(parts("深圳听澜科技"))
    offered = [Offered(n, parts(f"深圳市听澜科技{form}")) for n, form in enumerate(("有限公司", "有限责任公司"))]
    found = find(asked, offered, usual)
    assert found.accepted is None
    assert {each.offered.number for each in found.candidates} == {0, 1}
    assert find(asked, offered[:1], usual).accepted is not None


def test_a_missing_city_is_certain_only_where_the_row_states_it_elsewhere() -> None:
    known = Offered(1, parts("深圳市听澜科技有限公司"), city="440300")
    for city, expected in ((None, False), ("440300", True), ("441300", False)):
        asked = Asked(parts("听澜科技有限公司"), city=city)
        assert (find(asked, [known], usual).accepted is not None) == expected


ONE = Asked(parts("深圳听澜科技有限公司"))
OTHER = Offered(1, parts("深圳市听澜科技有限公司"))


@pytest.mark.parametrize(
    ("asked", "same", "other"),
    [
        (replace(ONE, uscc="1"), replace(OTHER, uscc="1"), replace(OTHER, uscc="2")),
        (replace(ONE, registration_no="1"), replace(OTHER, registration_no="1"), replace(OTHER, registration_no="2")),
        (replace(ONE, founded_on="1"), replace(OTHER, founded_on="1"), replace(OTHER, founded_on="2")),
        (replace(ONE, city="440300"), replace(OTHER, city="440300"), replace(OTHER, city="441300")),
    ],
)
def test_nothing_that_contradicts_is_accepted(asked: Asked, same: Offered, other: Offered) -> None:
    assert find(asked, [same], usual).accepted is not None
    assert find(asked, [other], usual).accepted is None


def test_a_slip_in_a_brand_is_asked_about_and_never_certain() -> None:
    known = Offered(1, parts("深圳市华启科技有限公司"), city="440300", founded_on="2019-07-13")
    found = find(Asked(parts("深圳市化启科技有限公司"), city="440300", founded_on="2019-07-13"), [known], usual)
    assert found.accepted is None
    assert [each.score for each in found.candidates] == [86]


def test_a_place_that_could_be_a_brand_is_no_slip() -> None:
    known = Offered(1, parts("北京大学科技园有限公司"))
    assert (
        find(Asked(parts("北邮大学科技园有限公司")), [known], lambda pair: 9 if pair == "北邮" else 0).accepted is None
    )


def test_a_missing_city_is_certain_where_the_day_of_foundation_agrees() -> None:
    known = Offered(1, parts("深圳市听澜科技有限公司"), founded_on="2019-07-13")
    for day, expected in ((None, False), ("2019-07-13", True), ("2019-07-14", False)):
        asked = Asked(parts("听澜科技有限公司"), founded_on=day)
        assert (find(asked, [known], usual).accepted is not None) == expected


def test_candidates_are_shown_best_first_each_firm_once() -> None:
    asked = Asked(parts("广州示例听澜科技有限公司"))
    offered = [
        Offered(2, parts("广州市示例听澜科技发展有限公司")),
        Offered(1, parts("广州示例听澜人工智能科技有限公司")),
        Offered(1, parts("广州示例听澜智能科技有限公司"), former=True),
        Offered(3, parts("上海示例听澜科技有限公司")),
    ]
    found = find(asked, offered, usual)
    assert [each.offered.number for each in found.candidates] == [2, 1]
    assert all(each.score >= ASK for each in found.candidates)
