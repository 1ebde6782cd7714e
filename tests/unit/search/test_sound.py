"""How names are read aloud: usual and further readings, beginnings, initials, added readings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.search.overlay import Overlay
from registry.search.words import (
    compact,
    initial_prefixes,
    is_syllable,
    pinyin,
    plain_reading,
    reading_prefixes,
    readings,
    whole_readings,
)

anything = st.text(max_size=40)
ambiguous = st.text(alphabet="长行重乐单曾朝会稽山绿的盛厦圳银庆阳示例ab1", max_size=14)


@pytest.mark.parametrize(
    ("name", "first", "also"),
    [
        ("长盈精密", "changyingjingmi", "zhangyingjingmi"),
        ("朝阳电子", "chaoyangdianzi", "zhaoyangdianzi"),
        ("会稽山", "kuaijishan", ""),
        ("绿的谐波", "ludixiebo", "ludexiebo"),
        ("重庆长安", "chongqingchangan", ""),
        ("乐鑫", "lexin", "yuexin"),
        ("单氏", "danshi", "shanshi"),
        ("曾氏", "zengshi", "cengshi"),
        ("覃氏", "qinshi", "tanshi"),
        ("厦门", "xiamen", ""),
        ("行知桥", "xingzhiqiao", "hangzhiqiao"),
        ("招商银行", "zhaoshangyinhang", ""),
    ],
)
def test_a_name_is_known_by_its_usual_reading_and_by_the_other_one(name: str, first: str, also: str) -> None:
    found = whole_readings(name)
    assert found[0] == first == pinyin(name)
    assert not also or also in found


def test_every_reading_has_its_beginnings_and_initials() -> None:
    assert {"chang", "changying", "zhang", "zhangying"} <= set(reading_prefixes("长盈精密"))
    assert {"cy", "cyjm", "zy", "zyjm"} <= set(initial_prefixes("长盈精密"))
    assert "kjs" in initial_prefixes("会稽山")


def test_typed_umlauts_are_equal_however_they_are_written() -> None:
    assert {plain_reading(text) for text in ("lüdi", "lvdi", "ludi", "LÜDI")} == {"ludi"}
    assert "ludi" in reading_prefixes("绿的谐波")


@given(st.one_of(anything, ambiguous))
def test_readings_are_few_distinct_and_of_one_length(text: str) -> None:
    found = readings(compact(text))
    assert 1 <= len(found) <= 6
    assert len(set(found)) == len(found)
    assert len({len(reading) for reading in found}) == 1


@given(ambiguous)
def test_the_beginnings_of_every_reading_lead_up_to_it(text: str) -> None:
    word = compact(text)[:10]
    assert set(whole_readings(word)) - {""} <= set(reading_prefixes(word))


def test_an_added_reading_goes_first_and_changes_nothing_else() -> None:
    overlay = Overlay.of([("reading", "示例", "shi lie")])
    assert whole_readings("示例科", overlay) == ["shilieke"]
    assert whole_readings("华例科", overlay) == whole_readings("华例科")


def test_syllables_are_told_from_other_letters() -> None:
    assert all(map(is_syllable, ("zhang", "lv", "nu", "a", "xiong")))
    assert not any(map(is_syllable, ("zhnag", "", "Zhang", "zh ang", "v", "张")))


def test_an_overlay_adds_forms_and_forgets_what_it_cannot_use() -> None:
    overlay = Overlay.of(
        [
            ("alias", "某王", "某例时代"),
            ("synonym", "光刻胶", "光阻"),
            ("variant", "彊", "强"),
            ("reading", "示例", "shi"),
            ("variant", "甲乙", "丙"),
            ("alias", "", "甲"),
        ]
    )
    assert overlay.forms("某王") == ("某例时代",)
    assert overlay.forms("某例时代") == ()
    assert overlay.forms("光阻") == ("光刻胶",)
    assert overlay.forms("疆示")[:1] == ("强示",)
    assert overlay.readings == {}
    assert Overlay.of([("reading", "示例", "shi li")]).forms("shili") == ("示例",)
