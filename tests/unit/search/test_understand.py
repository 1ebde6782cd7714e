"""Reading a text: what becomes a filter, what stays text."""

import pytest

from registry.search.lexicon import Lexicon
from registry.search.query import SearchQuery
from registry.search.understand import Understood, batch_label_forms, understand
from tests.unit.search.shipped import shipped_lexicon


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The shipped directories and chains with a few categories, without a database."""
    return shipped_lexicon()


def read(lexicon: Lexicon, text: str, **fields: object) -> Understood:
    return understand(SearchQuery.model_validate({"text": text, **fields}), lexicon)


@pytest.mark.parametrize(
    ("text", "directories", "cities", "left"),
    [
        ("小巨人 武汉", ("little_giant",), ("420100",), ""),
        ("武汉小巨人", ("little_giant",), ("420100",), ""),
        ("武汉的小巨人企业", ("little_giant",), ("420100",), ""),
        ("高企", ("hte",), (), ""),
        ("国高 深圳", ("hte",), ("440300",), ""),
        ("专精特新“小巨人”", ("little_giant",), (), ""),
        ("单项冠军 轴承", ("champion_national",), (), "轴承"),
        ("独角兽", ("unicorn",), (), ""),
        ("宁德示例", (), (), "宁德示例"),
        ("长城 保定", (), ("130600",), "长城"),
        ("深圳示例科技有限公司", (), (), "深圳示例科技有限公司"),
        ("中国 示例", (), (), "中国 示例"),
        ("天河区 示例", (), (), "示例"),
        ("little giant 深圳", ("little_giant",), ("440300",), ""),
    ],
)
def test_words_that_are_wholly_known_become_filters(
    lexicon: Lexicon, text: str, directories: tuple[str, ...], cities: tuple[str, ...], left: str
) -> None:
    found = read(lexicon, text)
    assert found.filters.directories == directories
    assert found.filters.cities == cities
    assert found.text == left


def test_a_place_at_the_head_of_a_brand_stays_text(lexicon: Lexicon) -> None:
    found = read(lexicon, "宁德时代")
    assert found.plan.whole == "宁德时代"
    assert found.filters.cities == ()
    assert [(chip.field, chip.value, chip.applied) for chip in found.chips] == [("city", "350900", False)]
    assert found.chips[0].label.zh == "地区：宁德市？"
    assert found.chips[0].add == (("q", "时代"), ("city", "350900"))


def test_literal_text_is_only_text(lexicon: Lexicon) -> None:
    found = read(lexicon, "小巨人 武汉", literal=True)
    assert found.chips == ()
    assert [word.text for word in found.plan.words] == ["小巨人", "武汉"]


def test_a_batch_is_read_beside_its_directory_only(lexicon: Lexicon) -> None:
    assert read(lexicon, "第五批小巨人").batch == ("little_giant", "五")
    assert read(lexicon, "第五批").batch is None
    assert read(lexicon, "第五批").plan.words


@pytest.mark.parametrize(
    ("ordinal", "forms"),
    [
        ("五", ("第五批", "第5批")),
        ("12", ("第十二批", "第12批")),
        ("二十三", ("第二十三批", "第23批")),
        ("十", ("第十批", "第10批")),
    ],
)
def test_an_ordinal_is_known_in_both_scripts(ordinal: str, forms: tuple[str, str]) -> None:
    assert batch_label_forms(ordinal) == forms


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("300750", ("300750",)),
        ("300750.SZ", ("300750.sz", "300750")),
        ("SZ300750", ("300750.sz", "300750")),
        ("６０００００", ("600000",)),
        ("30075", ()),
        ("3007500", ()),
    ],
)
def test_stock_codes_are_recognised_with_and_without_exchange(
    lexicon: Lexicon, text: str, codes: tuple[str, ...]
) -> None:
    assert read(lexicon, text).plan.identifiers == codes


def test_an_industry_code_filters_and_leaves_the_rest(lexicon: Lexicon) -> None:
    found = read(lexicon, "C3985 示例")
    assert found.plan.industries == ("C3985",)
    assert found.text == "示例"
    assert [(chip.field, chip.value) for chip in found.chips] == [("industry", "C3985")]
    assert read(lexicon, "C9999 示例").plan.industries == ()


def test_generic_words_are_left_aside_only_beside_others(lexicon: Lexicon) -> None:
    assert read(lexicon, "招商 公司").ignored == ("公司",)
    alone = read(lexicon, "公司")
    assert alone.ignored == ()
    assert alone.too_broad


def test_a_chosen_filter_is_not_chosen_twice(lexicon: Lexicon) -> None:
    assert read(lexicon, "小巨人", directories=("little_giant",)).filters.directories == ("little_giant",)


def test_han_and_letters_in_one_word_are_also_read_as_sound(lexicon: Lexicon) -> None:
    (word,) = read(lexicon, "宁dsd").plan.words
    assert (word.initials, word.reading) == ("ndsd", "ningdsd")
