"""The indicators: what is divided by what, and in which unit people state it (LP-1 … LP-7)."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from registry.errors import Text

RatioCode: TypeAlias = Literal["LP-1", "LP-2", "LP-3", "LP-4", "LP-5", "LP-6", "LP-7", "SALES"]
LAND = "land"
"""The land a firm uses, by the rule of the scheme; every other name is a yearly figure."""
SQUARE_METRES = 2000 / 3
"""Of one mu: a fifteenth of a hectare."""


@dataclass(frozen=True, slots=True)
class RatioDef:
    """``top`` ÷ ``bottom`` ÷ ``per``, in ``unit``: money is stored in yuan and stated in 万元."""

    code: RatioCode
    name: Text
    top: str
    bottom: str
    per: int
    unit: Text


WAN_PER_MU = Text("万元/亩", "10,000 yuan per mu")
_ALL = (
    RatioDef("LP-1", Text("亩均税收", "tax per mu"), "tax_paid", LAND, 10_000, WAN_PER_MU),
    RatioDef("LP-2", Text("亩均增加值", "value added per mu"), "value_added", LAND, 10_000, WAN_PER_MU),
    RatioDef(
        "LP-3",
        Text("全员劳动生产率", "labour productivity"),
        "value_added",
        "employees",
        10_000,
        Text("万元/人", "10,000 yuan a person"),
    ),
    RatioDef(
        "LP-4",
        Text("单位能耗增加值", "value added per unit of energy"),
        "value_added",
        "energy_tce",
        10_000,
        Text("万元/吨标准煤", "10,000 yuan per tce"),
    ),
    RatioDef(
        "LP-5",
        Text("单位排放增加值", "value added per unit of emission"),
        "value_added",
        "emission_t",
        10_000,
        Text("万元/吨", "10,000 yuan per tonne"),
    ),
    RatioDef(
        "LP-6",
        Text("R&D经费支出占主营业务收入之比", "R&D share of main business income"),
        "rd_expense",
        "main_business_revenue",
        1,
        Text("", ""),
    ),
    RatioDef(
        "LP-7",
        Text("单位用电税收", "tax per kWh"),
        "tax_paid",
        "electricity_kwh",
        1,
        Text("元/千瓦时", "yuan per kWh"),
    ),
    # Not one of the six of Zhejiang; some cities weigh it.
    RatioDef("SALES", Text("亩均销售收入", "sales per mu"), "revenue", LAND, 10_000, WAN_PER_MU),
)
RATIOS: dict[RatioCode, RatioDef] = {one.code: one for one in _ALL}
CODES: tuple[RatioCode, ...] = get_args(RatioCode)
