"""Units of search: both sides must cut, fold and read alike."""

from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin
from pypinyin.seg.mmseg import seg

from registry.search.words import (
    characters,
    compact,
    compact_core,
    deletions,
    grams,
    initial_prefixes,
    normalise,
    pinyin,
    plain_reading,
    reading_prefixes,
    syllables,
)

anything = st.text(max_size=40)
names = st.text(alphabet="华星光电示例深圳（）( )ＡＢaé乾彊體01", max_size=30)


@given(st.one_of(anything, names))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert compact(compact(text)) == compact(text)


@given(names)
def test_compact_text_is_the_runs_of_the_folded_text(text: str) -> None:
    assert compact(text) == normalise(text).replace(" ", "")


@given(names, st.integers(0, 30), st.integers(2, 6))
def test_pairs_of_a_part_are_pairs_of_the_whole(name: str, start: int, length: int) -> None:
    whole = "".join(characters(name))
    part = whole[start : start + length]
    if len(part) >= 2:
        assert set(grams(part)) <= set(grams(whole))


@given(st.text(alphabet="华星光电示例", min_size=3, max_size=8), st.integers(0, 7), st.sampled_from("甲乙丙"))
def test_texts_one_substitution_apart_share_a_deletion(text: str, place: int, other: str) -> None:
    place %= len(text)
    typo = text[:place] + other + text[place + 1 :]
    assert set(deletions(text)) & set(deletions(typo))


def test_brackets_and_width_make_no_difference() -> None:
    assert grams("某例科技（上海）有限公司") == grams("某例科技(上海)有限公司") == grams("某例科技上海有限公司")
    assert compact("ＨＵＡＬＩ　技术") == "huali技术"


def test_latin_words_stay_apart_and_han_pairs_overlap() -> None:
    assert grams("TCQ 华例科") == ["tcq", "华例", "例科"]
    assert grams("甲") == ["甲"]


def test_sound_is_the_same_for_v_u_and_umlaut() -> None:
    assert pinyin("绿的") == "ludi"
    assert {plain_reading(text) for text in ("lüdi", "lvdi", "ludi")} == {"ludi"}


def test_prefixes_by_sound_and_by_initials() -> None:
    assert reading_prefixes("华星光") == ["hua", "huaxing", "huaxingguang"]
    assert initial_prefixes("华星光") == ["hx", "hxg"]


def test_the_core_of_a_name_has_no_place_and_no_legal_form() -> None:
    assert compact_core("深圳市华星光电技术有限公司") == "华星光电"


@given(st.text(alphabet="庆银沙门山星光示例音稽华电子上海有限技术江西安宁波", max_size=8))
def test_the_quick_reading_is_that_of_the_dictionary_where_nothing_is_listed(text: str) -> None:
    words = (reading for word in seg.cut(text) for reading in lazy_pinyin(word))
    assert syllables(text) == tuple(plain_reading(reading) for reading in words)
