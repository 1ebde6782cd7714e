"""Names of firms: cleaned, folded, taken apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from registry.identity import clean_name, core_name, fold_name, fold_text, folding, looks_like_firm_name, split_notes
from registry.identity.names import LEGAL_SUFFIXES, PLACES, NameNote, bare_brand

TO_TRADITIONAL = OpenCC("s2t")
names = st.text(st.sampled_from("深圳市华星光电科技有限公司中国示例乾坤饼电子（）() ABCxyz0129·-&"), max_size=24)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)
    assert fold_text(fold_text(text)) == fold_text(text)


@given(st.lists(st.text(st.sampled_from("深圳乾干照光电燥晒货昇腾華为（）Aa１"), max_size=8), max_size=6))
def test_a_name_folds_the_same_whatever_was_folded_before(texts: list[str]) -> None:
    before = [folding._fold(text, folding._FoldTable("")) for text in texts]
    assert [fold_name(text) for text in texts] == [fold_name(text) for text in texts] == before


def test_folding_is_stable_for_every_character() -> None:
    codes = (*range(0xD800), *range(0xE000, 0x20000), *range(0x2F800, 0x2FA20))
    characters = map(chr, codes)
    assert [c for c in characters if fold_name(fold_name(c)) != fold_name(c)] == []


@given(st.text())
def test_a_folded_name_holds_letters_digits_and_han_only(text: str) -> None:
    folded = fold_name(text)
    assert folded == "" or folded.isalnum()
    assert folded == folded.lower()
    assert unicodedata.is_normalized("NFKC", folded)


@given(names)
def test_width_brackets_spaces_and_case_do_not_matter(name: str) -> None:
    folded = fold_name(name)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    assert fold_name(wide) == folded
    assert fold_name(name.translate(str.maketrans("（）", "()"))) == folded
    assert fold_name("\u200b　".join(name)) == folded
    assert fold_name(name.upper()) == folded


@given(st.text(st.sampled_from("深圳市华星光电科技有限公司实业发展东莞龙岗电子贸易广义万丰乐图书国际饼"), max_size=16))
def test_traditional_characters_do_not_matter(name: str) -> None:
    assert fold_name(TO_TRADITIONAL.convert(name)) == fold_name(name)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("乾照光电", "乾照光电"),
        ("乾照光電股份有限公司", "乾照光电股份有限公司"),
        ("永昇科技", "永昇科技"),
        ("乾燥設備", "干燥设备"),
        ("餅 乾", "饼干"),
        ("昇降機", "升降机"),
        ("大彊创新", "大疆创新"),
        ("慄木", "栗木"),
        ("ＨＵＡＷＥＩ　技术", "huawei技术"),
        ("華為技術有限公司", "华为技术有限公司"),
        ("㈱示例", "株示例"),
        ("某某科技（上海）有限公司", "某某科技上海有限公司"),
    ],
)
def test_known_foldings(name: str, folded: str) -> None:
    assert fold_name(name) == folded


def test_the_spaced_form_keeps_word_boundaries() -> None:
    assert fold_text("華星（深圳） LG/Display") == "华星 深圳 lg display"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)


def test_cleaning_keeps_what_was_announced() -> None:
    assert clean_name("　華為 技術\u200b（深圳） 有限公司\n") == "華為技術（深圳）有限公司"
    assert clean_name("OPPO  广东 移动") == "OPPO 广东移动"


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("深圳市华星光电技术有限公司", "华星光电"),
        ("深圳市华星光电半导体显示技术有限公司", "华星光电半导体显示"),
        ("广东省深圳市示例电子股份有限公司", "示例电子"),
        ("示例科技（上海）有限公司", "示例"),
        ("上海示例科技有限公司", "示例"),
        ("示例光电（中国）有限公司", "示例光电"),
        ("重庆长安汽车股份有限公司", "长安汽车"),
        ("广州公司", "广州"),
        ("示例投资合伙企业（有限合伙）", "示例投资"),
        ("有限公司", "有限"),
        ("（深圳）", "深圳"),
        ("", ""),
    ],
)
def test_the_core_is_brand_and_trade(name: str, core: str) -> None:
    assert core_name(name) == core


@pytest.mark.parametrize(
    ("core", "brand"),
    [
        ("星澜", "星澜"),
        ("星澜光电", "星澜"),
        ("星澜汽车工业", "星澜"),
        ("星澜建筑装饰工程", "星澜"),
        ("星澜新材料科技", "星澜"),
        ("星澜人工智能", "星澜"),
        ("星澜湾酒店管理", "星澜湾"),
        ("甲电子", "甲电子"),
        ("tcl电子", "tcl"),
        ("通信设备", ""),
        ("科技", ""),
        ("示例星河有限公司惠州分公司", ""),
        ("", ""),
    ],
)
def test_the_brand_alone_is_what_stands_before_the_words_of_trade(core: str, brand: str) -> None:
    assert bare_brand(core) == brand


@given(names)
def test_a_brand_alone_begins_the_core_and_is_a_brand_itself(name: str) -> None:
    core = core_name(name)
    brand = bare_brand(core)
    assert core.startswith(brand)
    assert not brand or bare_brand(brand) == brand


@given(st.text())
def test_a_core_is_part_of_the_folded_name_and_never_empty(name: str) -> None:
    core, folded = core_name(name), fold_name(name)
    assert bool(core) is bool(folded)
    assert len(core) <= len(folded)


@pytest.mark.parametrize(
    ("cell", "name", "note"),
    [
        ("示例甲公司（生产企业：示例乙公司）", "示例甲公司", NameNote("producer", "示例乙公司")),
        ("示例甲公司(生产企业：Example (China) Ltd.)", "示例甲公司", NameNote("producer", "Example (China) Ltd.")),
        ("示例创新公司（原示例微电子公司）", "示例创新公司", NameNote("former", "示例微电子公司")),
        ("示例创新公司（曾用名：示例微电子公司）", "示例创新公司", NameNote("former", "示例微电子公司")),
        ("示例创新公司 曾用名：示例微电子公司", "示例创新公司", NameNote("former", "示例微电子公司")),
        ("示例大模型注：英文名为ExampleGPT", "示例大模型", NameNote("english", "ExampleGPT")),
        ("示例中心（深圳）有限公司（简称：示例中心）", "示例中心（深圳）有限公司", NameNote("alias", "示例中心")),
    ],
)
def test_remarks_are_split_off(cell: str, name: str, note: NameNote) -> None:
    assert split_notes(cell) == (name, (note,))


@pytest.mark.parametrize(
    "name",
    ["示例（深圳）有限公司", "示例合伙企业（有限合伙）", "示例公司（原料药）", "中原示例公司"],
)
def test_brackets_that_belong_to_the_name_stay(name: str) -> None:
    assert split_notes(name) == (name, ())


@given(st.text())
def test_splitting_never_leaves_nothing_of_something(text: str) -> None:
    name, _ = split_notes(text)
    assert bool(name) is bool(clean_name(text))


@pytest.mark.parametrize(
    "text",
    ["深圳市示例科技有限公司", "示例（香港）有限公司（曾用名：甲）", "Example Co., Ltd.", "某某电子厂"],
)
def test_names_of_firms_look_like_it(text: str) -> None:
    assert looks_like_firm_name(text)


@pytest.mark.parametrize(
    "text",
    ["", "合计", "有限公司", "科技有限公司", "企业名称", "深圳市", "2024年", "注：排名不分先后"],
)
def test_other_cells_do_not(text: str) -> None:
    assert not looks_like_firm_name(text)


def test_suffixes_and_places_are_made_from_the_data() -> None:
    assert "科技有限公司" in LEGAL_SUFFIXES
    assert [len(s) for s in LEGAL_SUFFIXES] == sorted(map(len, LEGAL_SUFFIXES), reverse=True)
    assert {"深圳市", "深圳", "广东", "中国"} <= PLACES
