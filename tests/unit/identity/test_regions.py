"""Region codes and the names of places."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.identity import (
    GUANGDONG_CITIES,
    children,
    city_of,
    covers,
    parents,
    place_names,
    region,
    resolve_region,
)
from registry.identity.divisions import table

known = st.sampled_from(sorted(table()))


def test_all_codes_in_force_are_there() -> None:
    current = [code for code, row in table().items() if row[1]]
    assert len(current) == 3433
    assert sum(covers("440000", code) for code in current) == 144


def test_guangdong_has_its_21_cities_with_english_names() -> None:
    assert children("440000") == GUANGDONG_CITIES
    names = [region(code) for code in GUANGDONG_CITIES]
    assert [n.name for n in names if n][:3] == ["广州市", "韶关市", "深圳市"]
    assert region("441900").name_en == "Dongguan"  # type: ignore[union-attr]
    assert children("441900") == children("442000") == ()


@given(known)
def test_the_chain_of_parents_ends_at_a_province(code: str) -> None:
    chain = (code, *parents(code))
    assert chain[-1].endswith("0000")
    assert all(covers(outer, code) for outer in chain)


@given(known, known, known)
def test_cover_is_reflexive_transitive_and_antisymmetric(a: str, b: str, c: str) -> None:
    assert covers(a, a)
    assert not (covers(a, b) and covers(b, c)) or covers(a, c)
    assert not (covers(a, b) and covers(b, a)) or a == b


@given(st.text(max_size=8), st.text(max_size=8))
def test_cover_never_fails_on_nonsense(a: str, b: str) -> None:
    assert covers(a, b) in (True, False)
    assert not covers("", b)
    assert not covers("000000", b)


@given(known)
def test_successors_are_in_force_and_only_replaced_codes_have_them(code: str) -> None:
    found = region(code)
    assert found is not None
    assert not (found.current and found.successors)
    assert all((new := region(s)) is not None and new.current for s in found.successors)


@given(known)
def test_the_english_name_is_never_empty_and_the_city_covers_its_place(code: str) -> None:
    found, city = region(code), city_of(code)
    assert found is not None
    assert found.name_en.strip()
    assert city is None or covers(city, code)


def test_chongqing_does_not_cover_sichuan() -> None:
    assert not covers("500000", "510100")
    assert covers("50", "500101")
    assert not covers("440301", "440300")


def test_municipalities_and_province_governed_counties_are_their_own_city() -> None:
    assert city_of("110105") == city_of("110000") == "110000"
    assert city_of("419001") == "419001"
    assert city_of("810101") == "810000"
    assert city_of("440000") is None


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"text": "广东"}, "440000"),
        ({"text": "深圳"}, "440300"),
        ({"text": "深圳市南山区"}, "440305"),
        ({"text": "广东省深圳市南山区粤海街道"}, "440305"),
        ({"text": "中国 广东省 东莞市"}, "441900"),
        ({"province": "广东", "city": "深圳", "county": "南山"}, "440305"),
        ({"province": "广东", "city": "广州", "county": "高新技术产业开发区"}, "440100"),
        ({"province": "北京市", "city": "市辖区", "county": "朝阳区"}, "110105"),
        ({"province": "北京", "city": "北京市"}, "110000"),
        ({"province": "河南", "city": "省直辖县级行政区划", "county": "济源市"}, "419001"),
        ({"province": "江苏", "city": "昆山市"}, "320583"),
        ({"province": "吉林", "city": "吉林"}, "220200"),
        ({"province": "海南"}, "460000"),
        ({"province": "河南", "county": "长垣县"}, "410783"),
        ({"code": "440399"}, "440300"),
        ({"code": "419000"}, "410000"),
        ({"code": "440305001002"}, "440305"),
        ({"code": "4403"}, "440300"),
    ],
)
def test_a_place_is_resolved(given_: dict[str, Any], code: str) -> None:
    found = resolve_region(**given_)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "given_",
    [
        {},
        {"text": ""},
        {"text": "鼓楼区"},
        {"text": "南山"},
        {"text": "火星"},
        {"province": "广东", "city": "长沙"},
        {"code": "999999"},
        {"code": "abc"},
    ],
)
def test_nothing_or_something_ambiguous_is_not_resolved(given_: dict[str, Any]) -> None:
    assert resolve_region(**given_) is None


@given(known)
def test_the_full_path_of_a_place_in_force_resolves_to_it(code: str) -> None:
    found = region(code)
    assert found is not None
    if found.current:
        above = [region(c) for c in reversed(parents(code))]
        text = "".join(r.name for r in above if r) + found.name
        assert resolve_region(text=text) == found


@given(st.text(max_size=30))
def test_any_text_can_be_tried_as_a_place(text: str) -> None:
    found = resolve_region(text=text, code=text)
    assert found is None or found.name


def test_place_names_know_full_and_short_forms() -> None:
    names = place_names()
    assert names["广东"] == names["广东省"] == ("440000",)
    assert names["恩施"] == ("422800", "422801")
    assert "市辖区" not in names
