"""What a figures file may say, and the one sentence it is refused with."""

import contextlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.tiering.figures_file import read_figures
from tests.unit.tiering.cases import LG26_PASS, changed


def refused(raw: dict[str, Any]) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_figures(json.dumps(raw, ensure_ascii=False))
    return caught.value


def test_a_complete_file_is_read_with_nothing_lost() -> None:
    file = read_figures(json.dumps(LG26_PASS))
    assert (file.as_of, file.procedure) == (date(2026, 5, 6), "new")
    assert file.annual[2025]["revenue"] == 82_000_000
    assert file.facts["niche_since"] == date(2016, 1, 1)
    assert file.enterprise.titles is not None


def test_null_and_absent_are_the_same() -> None:
    file = read_figures('{"annual": {"2025": {"revenue": null}}, "facts": {"class1_ip": null}, "as_of": null}')
    assert (file.as_of, file.annual, file.facts, file.enterprise.titles) == (None, {2025: {}}, {}, None)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"annual__2025__revenu": 1}, "annual.2025.revenu", "是否为“revenue”"),
        ({"facts__class1ip": 1}, "facts.class1ip", "是否为“class1_ip”"),
        ({"fact": {}}, "fact", "是否为“facts”"),
        ({"annual__2025__revenue": "8,200万元"}, "annual.2025.revenue", "如 82000000"),
        ({"annual__2025__revenue": "many"}, "annual.2025.revenue", "须为数字"),
        ({"annual__2025__revenue": True}, "annual.2025.revenue", "须为数字"),
        ({"annual__2025__revenue": 1.5}, "annual.2025.revenue", "须为整数元"),
        ({"annual__2025__revenue": 10**16}, "annual.2025.revenue", "超出合理范围"),
        ({"annual__2025__revenue": -1}, "annual.2025.revenue", "不能为负数"),
        ({"annual__2025__employees": -3}, "annual.2025.employees", "不能为负数"),
        ({"annual__2025__employees": 2.5}, "annual.2025.employees", "须为整数"),
        ({"annual__2025__innovation_score": 101}, "annual.2025.innovation_score", "至多 100"),
        ({"facts__market_share": 12}, "facts.market_share", "请填 0.12"),
        ({"facts__market_share": -0.1}, "facts.market_share", "不能为负数"),
        ({"facts__market_rank_national": 0}, "facts.market_rank_national", "排名从 1 起"),
        ({"facts__six_bases": "yes"}, "facts.six_bases", "true 或 false"),
        ({"facts__high_tech_field": "金融"}, "facts.high_tech_field", "电子信息"),
        ({"facts__rd_institution_level": "galactic"}, "facts.rd_institution_level", "national"),
        ({"facts__niche_since": "2025-02-30"}, "facts.niche_since", "没有这一天"),
        ({"facts__niche_since": "2030-01-01"}, "facts.niche_since", "晚于评估日期"),
        ({"facts__niche_since": 20160101}, "facts.niche_since", "2025-12-31"),
        ({"facts__post_money_valuation": 5}, "facts.post_money_valuation", "amount, currency, date"),
        ({"as_of": "06/05/2026"}, "as_of", "2025-12-31"),
        ({"procedure": "renewal"}, "procedure", "review"),
        ({"annual__25": {}}, "annual", "四位年份"),
        ({"annual__2027": {}}, "annual.2027", "晚于评估日期"),
        ({"annual": []}, "annual", "JSON 对象"),
        ({"annual__2025": 5}, "annual.2025", "JSON 对象"),
        ({"enterprise__founded_on": "2026-05-07"}, "enterprise.founded_on", "晚于评估日期"),
        ({"enterprise__region_code": 440300}, "enterprise.region_code", "440300"),
        ({"enterprise__region_code": "4403"}, "enterprise.region_code", "六位"),
        ({"enterprise__industry_code": "abc"}, "enterprise.industry_code", "3973"),
        ({"enterprise__titles": [{"valid_from": "2024-01-01"}]}, "enterprise.titles[0]", "directory"),
        (
            {"enterprise__titles": [{"directory": "hte", "valid_from": "2024-01-01", "valid_to": "2023-01-01"}]},
            "enterprise.titles[0].valid_to",
            "早于起始日",
        ),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_that_names_the_place(
    changes: dict[str, Any], field: str, says: str
) -> None:
    error = refused(changed(LG26_PASS, **changes))
    assert error.field == field
    assert says in error.text.zh
    assert "\n" not in error.text.zh + error.text.en


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"annual": {"2025": {"revenue": 1e400}}}', "数字过大"),
        ('{"annual": {"2025": {"revenue": NaN}}}', "NaN 不是数字"),
        ('{"annual": {"2025": {"revenue": -Infinity}}}', "不是数字"),
        ('{"annual": {"2025": {"revenue": ' + "9" * 5000 + "}}}", "位数过多"),
        ('{"facts": {"class1_ip": 1, "class1_ip": 2}}', "“class1_ip”重复"),
        ("[" * 100 + "]" * 100, "嵌套超过"),
        ("[]", "须为 JSON 对象"),
        ("", "不是合法的 JSON"),
        ('{"as_of": ', "不是合法的 JSON"),
        ('{"\\ud800": 1}', "没有名为“?”的指标"),
        ('{"facts": ' + " " * 1_000_001 + "{}}", "超过 1 MB"),
    ],
)
def test_text_that_is_not_a_figures_file_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_figures(text)
    assert says in caught.value.text.zh


def test_a_malformed_credit_code_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read_figures('{"enterprise": {"uscc": "91440300MA5G580778"}}')


def test_a_file_is_read_from_disk_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(LG26_PASS).encode())
    assert read_figures(path).annual[2025]["employees"] == 210
    path.write_bytes('{"enterprise": {"name": "示例"}}'.encode("gb18030"))
    with pytest.raises(InvalidInput, match="不是 UTF-8"):
        read_figures(path)
    with pytest.raises(InvalidInput, match="无法读取文件"):
        read_figures(tmp_path)
    with pytest.raises(InvalidInput, match="无法读取文件"):
        read_figures(tmp_path / "none.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "as_of": json_values,
            "procedure": json_values,
            "enterprise": st.dictionaries(st.sampled_from(["uscc", "titles", "region_code", "name"]), json_values),
            "annual": st.dictionaries(st.sampled_from(["2025", "2024", "x"]), json_values),
            "facts": st.dictionaries(
                st.sampled_from(["class1_ip", "market_share", "niche_since", "core_ip"]), json_values
            ),
        },
    )
)
def test_whatever_is_sent_it_is_read_or_refused_and_never_breaks(raw: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidInput):
        read_figures(json.dumps(raw))
