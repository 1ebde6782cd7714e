"""Similar names: by letters, by sound, by shape; what is looked up for them and in which order they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.search.plan import StrictPlan
from registry.search.reasons import similar
from registry.search.rerank import Candidate, Closeness, plan_ladder, rerank
from registry.search.words import compact, compact_core, whole_readings

anything = st.text(max_size=40)


def candidate(number: int, name: str) -> Candidate:
    short = compact_core(name)
    return Candidate(number, 0.0, compact(name), ((short, "/".join(whole_readings(short))),))


def closest(text: str, *names: str) -> list[Closeness]:
    ladder = plan_ladder(StrictPlan(), text)
    assert ladder is not None
    return rerank(ladder, [candidate(number, name) for number, name in enumerate(names)])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("迈端医疗", "深圳迈瑞医疗股份有限公司"),
        ("末来示例", "杭州未来示例有限公司"),
        ("辰光示例", "上海晨光示例有限公司"),
        ("候氏示例", "天津侯氏示例有限公司"),
        ("5l示例", "51示例有限公司"),
    ],
)
def test_a_name_with_a_look_alike_comes_as_near_as_one_that_sounds_the_same(typed: str, name: str) -> None:
    found = closest(typed, "广州别家示例有限公司", name)[0]
    assert found.id == 1
    assert found.likeness >= 90
    assert similar(name, found).slug in ("near_shape", "near_sound")


def test_a_shape_confused_name_says_so() -> None:
    found = closest("迈端医疗", "深圳迈瑞医疗股份有限公司")[0]
    assert (found.by_shape, found.by_sound) == (True, False)
    assert similar("迈瑞医疗", found).why.zh == "字形相近"


def test_a_homophone_by_an_unusual_reading_sounds_the_same() -> None:
    found = closest("章盈精密", "深圳市长盈精密技术股份有限公司")[0]
    assert found.by_sound
    assert found.likeness >= 95


def test_a_short_name_is_heard_inside_a_longer_one() -> None:
    found = closest("寒武记", "中科别样科技股份有限公司", "中科寒武纪科技股份有限公司")[0]
    assert (found.id, found.by_sound) == (1, True)
    assert found.likeness >= 70


def test_forms_with_one_look_alike_are_looked_up() -> None:
    ladder = plan_ladder(StrictPlan(), "迈端")
    assert ladder is not None
    assert "迈瑞" in ladder.shapes
    assert "迈端" not in ladder.shapes
    assert len(ladder.shapes) <= 40


def test_every_reading_of_what_was_typed_is_listened_for() -> None:
    ladder = plan_ladder(StrictPlan(), "长盈")
    assert ladder is not None
    assert ladder.sounds == ("changying", "zhangying")
    assert ladder.reading == "changying"


@given(anything, anything, anything)
def test_any_names_can_be_compared(text: str, one: str, other: str) -> None:
    ladder = plan_ladder(StrictPlan(), text)
    if ladder is not None:
        found = rerank(ladder, [candidate(1, one), candidate(2, other)])
        assert sorted(each.id for each in found) == [1, 2]
        assert all(0 <= each.likeness <= 100 for each in found)
