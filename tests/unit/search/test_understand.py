"""Reading a text: what becomes a filter, what stays text."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from registry.search.lexicon import Lexicon
from registry.search.overlay import Overlay
from registry.search.query import SearchQuery
from registry.search.understand import Understood, batch_label_forms, understand
from tests.unit.search.shipped import shipped_lexicon


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The shipped directories and chains with a few categories, without a database."""
    return shipped_lexicon()


@cache
def shipped_lexicon_once() -> Lexicon:
    """The same for every example of a property."""
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


@pytest.mark.parametrize(
    ("typed", "reading", "initials", "written"),
    [
        ("宁dsd", "ningdsd", "ndsd", ("宁",)),
        ("善lvwangluo", "shanluwangluo", "slvwangluo", ("善",)),
        ("宁德shidai", "ningdeshidai", "ndshidai", ("宁", "德")),
    ],
)
def test_characters_before_letters_have_to_be_written_so(
    lexicon: Lexicon, typed: str, reading: str, initials: str, written: tuple[str, ...]
) -> None:
    (word,) = read(lexicon, typed).plan.words
    assert (word.reading, word.initials, word.written) == (reading, initials, written)


def test_han_and_letters_in_one_word_are_also_read_as_sound(lexicon: Lexicon) -> None:
    (word,) = read(lexicon, "宁dsd").plan.words
    assert (word.initials, word.reading) == ("ndsd", "ningdsd")


@pytest.mark.parametrize(
    ("text", "chips", "left"),
    [
        ("2023年认定 2026年到期 专精特新", ["granted:2023", "ending:2026", "directory:srdi_sme"], ""),
        ("2023年 小巨人", ["granted:2023", "directory:little_giant"], ""),
        ("小巨人 2023", ["directory:little_giant", "granted:2023"], ""),
        ("2023年认定的武汉小巨人企业", ["granted:2023", "city:420100", "directory:little_giant"], ""),
        ("2021-2023年认定 小巨人", ["granted:2021-2023", "directory:little_giant"], ""),
        ("明年到期 小巨人", ["ending:2027", "directory:little_giant"], ""),
        ("2023年 示例", [], "2023年 示例"),
        ("2008 示例科技", [], "2008 示例科技"),
        ("国家级 已过期 深圳", ["level:national", "status:expired", "city:440300"], ""),
        ("C3985", ["industry:C3985"], ""),
        ("光电子器件制造 武汉", ["industry:C3976", "city:420100"], ""),
        ("cq changan", ["city:500000"], "changan"),
        ("cq", [], "cq"),
        ("渝 小巨人", ["city:500000", "directory:little_giant"], ""),
        ("深圳 南山区", ["city:440300", "district:440305"], ""),
        ("深圳南山 小巨人", ["city:440300", "district:440305", "directory:little_giant"], ""),
        ("长沙 小巨人", ["city:430100", "directory:little_giant"], ""),
        ("小巨人 第六批", ["directory:little_giant"], ""),
        ("小巨人 单项冠军 第六批", ["directory:little_giant", "directory:champion_national"], "第六批"),
        ("东湖高新区 独角兽", ["directory:unicorn"], "东湖高新区"),
        ("二级 数据库", ["grade:2", "category:数据库"], "数据库"),
        ("II级 数据库", ["grade:2", "category:数据库"], "数据库"),
        ("Ⅱ级 数据库", ["grade:2", "category:数据库"], "数据库"),
        ("2级数据库", ["grade:2", "category:数据库"], "数据库"),
        ("安全可靠 二级 数据库", ["grade:2", "category:数据库"], "数据库"),
        ("安全可靠 深圳", ["chain:secure_reliable", "city:440300"], ""),
        ("二级 示例", [], "二级 示例"),
        ("武汉数据库", [], "武汉数据库"),
    ],
)
def test_what_filters_is_shown_and_can_be_taken_away(lexicon: Lexicon, text: str, chips: list[str], left: str) -> None:
    with time_machine.travel(datetime(2026, 7, 1, tzinfo=UTC)):
        found = read(lexicon, text)
    assert [f"{chip.field}:{chip.value}" for chip in found.chips if chip.applied] == chips
    assert found.text == left
    for chip in found.chips:
        assert not chip.applied or dict(chip.remove).get("q", "") != text


def test_a_range_of_years_means_each_of_them(lexicon: Lexicon) -> None:
    assert read(lexicon, "2021-2023年认定 小巨人").filters.granted == (2021, 2022, 2023)


def test_a_province_means_its_cities(lexicon: Lexicon) -> None:
    found = read(lexicon, "广东 小巨人")
    assert len(found.filters.cities) == 21
    assert [chip.value for chip in found.chips] == ["440000", "little_giant"]


def test_a_district_named_in_several_cities_means_all_of_them(lexicon: Lexicon) -> None:
    assert {"440305", "230404"} <= set(read(lexicon, "南山区 小巨人").filters.districts)


def test_taking_one_chip_away_leaves_the_others(lexicon: Lexicon) -> None:
    city = next(chip for chip in read(lexicon, "武汉小巨人 激光").chips if chip.field == "city")
    assert dict(city.remove)["q"] == "小巨人 激光"


@pytest.mark.parametrize("text", ["珠海格力", "格力珠海"])
def test_a_place_at_either_end_is_offered_and_read_apart_if_nothing_matches(lexicon: Lexicon, text: str) -> None:
    found = read(lexicon, text)
    assert [(chip.value, chip.applied) for chip in found.chips] == [("440400", False)]
    assert found.plan.words[0].others == (("格力", "珠海"),)
    apart, literally = found.alternatives
    assert (apart.text, apart.filters.cities) == ("格力", ("440400",))
    assert (literally.text, literally.filters.cities) == ("格力 珠海", ())
    assert "格力" in apart.notices[0].zh
    assert apart.alternatives == ()


def test_a_whole_name_is_read_apart_by_what_tells_it_from_others(lexicon: Lexicon) -> None:
    found = read(lexicon, "苏州沅汀材料科技有限公司")
    assert found.chips == ()
    assert found.alternatives[0].text == "沅汀材料"


def test_a_second_place_is_not_split_off_beside_a_first(lexicon: Lexicon) -> None:
    assert read(lexicon, "格力珠海 深圳").alternatives == ()


def test_a_generic_end_is_left_out_if_nothing_matches(lexicon: Lexicon) -> None:
    assert "招商" in [other.text for other in read(lexicon, "招商公司").alternatives]


def test_an_industry_begun_is_offered(lexicon: Lexicon) -> None:
    (chip,) = read(lexicon, "光电子").chips
    assert (chip.field, chip.value, chip.applied, dict(chip.add)["q"]) == ("industry", "C3976", False, "C3976")


@pytest.mark.parametrize("text", ["91350900", "91350900EX"])
def test_the_beginning_of_a_code_names_the_registrar(lexicon: Lexicon, text: str) -> None:
    (chip,) = read(lexicon, text).chips
    assert chip.label.zh == "登记机关 350900 宁德市"
    assert read(lexicon, text).plan.words[0].code == text.lower()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("9.13509E+17", "scientific"),
        ("9135090O587527783P", "uscc"),
        ("91350900587527783X", "uscc"),
        ("统一社会信用代码：91350900587527783P", "uscc"),
        ("58752778-3", "org_code"),
    ],
)
def test_codes_whole_and_damaged_are_explained(lexicon: Lexicon, text: str, kind: str) -> None:
    code = read(lexicon, text).code
    assert code is not None
    assert code.kind == kind
    assert code.valid or code.message.zh


@pytest.mark.parametrize("text", ["示例.com", "www.catl.com", "https://catl.com/about", "catl.com"])
def test_a_website_is_an_identifier(lexicon: Lexicon, text: str) -> None:
    assert read(lexicon, text).plan.identifiers[0] in ("catl.com", "示例.com")


def test_an_address_is_looked_for_in_addresses(lexicon: Lexicon) -> None:
    (word,) = read(lexicon, "光谷大道77号").plan.words
    assert word.address
    assert word.grams == ("光谷", "谷大", "大道", "77")
    assert word.lone == ()
    (park,) = read(lexicon, "东湖高新区 独角兽").plan.words
    assert park.address
    assert ("东湖", "湖新", "新技", "技术", "术开", "开发", "发区") in park.others


@pytest.mark.parametrize(
    ("text", "words", "versions"),
    [
        ("麒麟V10 SP3", ["麒麟"], ("v10", "sp3")),
        ("麒麟v10sp3", ["麒麟"], ("v10", "sp3")),
        ("鲲鹏920", ["鲲鹏"], ("920",)),
        ("鲲鹏 920处理器", ["鲲鹏", "处理器"], ("920",)),
        ("kunpeng920", ["kunpeng"], ("920",)),
        ("麒麟操作系统 V10", ["麒麟", "操作系统"], ("v10",)),
    ],
)
def test_a_product_is_a_name_and_a_version(
    lexicon: Lexicon, text: str, words: list[str], versions: tuple[str, ...]
) -> None:
    product = read(lexicon, text).product
    assert product is not None
    assert [word.text for word in product.words] == words
    assert product.versions == versions
    assert product.clear


def test_a_grade_beside_a_category_asks_for_products(lexicon: Lexicon) -> None:
    product = read(lexicon, "安全可靠 二级 数据库").product
    assert product is not None
    assert (product.grades, product.categories, product.words, product.clear) == ((2,), ("数据库",), (), True)
    assert read(lexicon, "安全可靠 二级 数据库").filters.chains == ()


def test_a_category_word_is_text_that_the_category_satisfies(lexicon: Lexicon) -> None:
    found = read(lexicon, "cpu")
    assert found.product is not None
    assert found.product.words[0].categories == ("中央处理器",)
    assert found.product.categories == ()


def test_who_asks_for_titles_does_not_ask_for_products(lexicon: Lexicon) -> None:
    assert read(lexicon, "单项冠军 轴承").product is None


@pytest.mark.parametrize(
    ("text", "code", "exact"),
    [
        ("AI 100强", "ai_top100", True),
        ("人工智能百强", "ai_top100", True),
        ("国家高新技术企业名单", "hte", True),
        ("little giant", "little_giant", True),
        ("little gi", "little_giant", False),
        ("xiaojuren", "little_giant", False),
        ("xjr", "little_giant", False),
        ("专精", "srdi_sme", False),
        ("小巨人 武汉", "little_giant", False),
        ("安全可靠产品", "secure_product", True),
    ],
)
def test_directories_are_meant_by_any_of_their_words(lexicon: Lexicon, text: str, code: str, exact: bool) -> None:
    assert dict(read(lexicon, text).directories).get(code) is exact


def test_a_firm_name_means_no_directory(lexicon: Lexicon) -> None:
    assert read(lexicon, "宁德时代").directories == ()


def test_pasted_names_are_counted(lexicon: Lexicon) -> None:
    assert read(lexicon, "示例甲科技有限公司 示例乙科技有限公司 示例丙科技有限公司").many == 3
    assert read(lexicon, "小巨人 武汉").many == 0


def test_added_words_work_at_once_in_the_text() -> None:
    overlay = Overlay.of(
        [("alias", "某王", "某例时代"), ("reading", "示例岭", "shi lie ling"), ("variant", "彊", "强")]
    )
    added = shipped_lexicon(overlay)
    assert read(added, "某王").plan.words[0].others == (("某例", "例时", "时代"),)
    assert read(added, "shilieling").plan.words[0].others == (("示例", "例岭"),)
    assert ("大强",) in read(added, "大疆").plan.words[0].others


@given(
    st.one_of(
        st.text(max_size=600), st.text(alphabet="0123小巨人武汉第批年认定级二数据库91OE+.-（）格力珠海 ", max_size=80)
    )
)
def test_any_text_can_be_understood(text: str) -> None:
    lexicon = shipped_lexicon_once()
    found = read(lexicon, text)
    assert found.plan.impossible or found.plan.is_everything or found.plan.words or found.plan.identifiers
    for other in found.alternatives:
        assert other.notices
    assert understand(SearchQuery(text=text, literal=True), lexicon).filters.cities == ()


@pytest.mark.parametrize(
    "piece",
    ["武汉小巨人", "第五批", "2023年", "（深圳）", "a1", "' OR 1=1 --", "<script>", "\u202e\u200b", "😀", "二级"],
)
def test_ten_thousand_characters_take_steps_in_proportion(lexicon: Lexicon, piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    read(lexicon, piece)
    assert steps(lambda: read(lexicon, text)) < 100_000


def steps(act: Callable[[], object]) -> int:
    """How many Python functions a piece of work calls: what it costs on any machine."""
    count = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count
