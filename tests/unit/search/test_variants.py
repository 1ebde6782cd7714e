"""Folding of characters: traditional, variant and Japanese forms become one, and what is a name of its own stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.identity.folding import fold_name
from registry.search.config import VariantsFile, load_config


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("大彊创新", "大疆创新"),
        ("華為技術有限公司", "华为技术有限公司"),
        ("長江存儲", "长江存储"),
        ("後海", "后海"),
        ("皇后", "皇后"),
        ("骨幹", "骨干"),
        ("裏仁", "里仁"),
        ("裡仁", "里仁"),
        ("麵業", "面业"),
        ("鬱金香", "郁金香"),
        ("鐘錶", "钟表"),
        ("鍾氏", "钟氏"),
        ("锺氏", "钟氏"),
        ("蘋果", "苹果"),
        ("瀋陽", "沈阳"),
        ("象徵", "象征"),
        ("餘姚", "余姚"),
        ("臺灣", "台湾"),
        ("颱風", "台风"),
        ("松鬆", "松松"),
        ("薑葱", "姜葱"),
        ("穀物", "谷物"),
        ("髮發", "发发"),
        ("準", "准"),
        ("滙丰", "汇丰"),
        ("衞士", "卫士"),
        ("靑岛", "青岛"),
        ("藉田", "藉田"),
        ("著作", "著作"),
        ("浜松図書", "滨松图书"),
    ],
)
def test_one_name_in_two_scripts_is_one(written: str, folded: str) -> None:
    assert fold_name(written) == folded


@pytest.mark.parametrize("name", ["乾照光电", "乾照光電", "永昇物业", "堃示例", "喆示例"])
def test_a_character_that_is_a_name_of_its_own_is_never_rewritten(name: str) -> None:
    assert fold_name(name)[0] == name[0] or "昇" in fold_name(name)
    assert "干" not in fold_name(name)


def test_a_protected_character_is_ordinary_in_listed_words() -> None:
    assert fold_name("乾燥設備") == "干燥设备"
    assert fold_name("餅乾") == "饼干"


@given(st.sampled_from(sorted(load_config(VariantsFile).variants)), st.text(max_size=8))
def test_folding_a_listed_variant_twice_changes_nothing(variant: str, rest: str) -> None:
    once = fold_name(variant + rest)
    assert fold_name(once) == once
    assert variant not in once
