"""What must hold of any firm under the standards of the SME ladder: monotone rules, sound ranges, missing data decides
nothing.
"""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tiering.evaluation import Evaluation, Result, evaluate
from registry.tiering.loader import load_all
from registry.tiering.population import SUBSETS
from registry.tiering.report import explain
from tests.unit.tiering.firms import WAN, Firm, population

LADDER = {one.id: one for one in load_all() if one.id in ("STS", "INN", "SRDI22", "SRDI22GD", "SRDI26", "SIZE11")}
SCORED = sorted(one.id for one in LADDER.values() if one.score is not None)

# Values on and next to the edges of the bands.
ANNUAL: dict[str, list[Any]] = {
    "revenue": [0, 999 * WAN, 1000 * WAN, 1500 * WAN, 4000 * WAN, 20000 * WAN, 20000 * WAN + 1],
    "main_business_revenue": [0, 2000 * WAN, 2400 * WAN, 2800 * WAN, 3200 * WAN - 1, 3200 * WAN],
    "rd_expense": [0, 80 * WAN, 120 * WAN - 1, 120 * WAN, 200 * WAN, 400 * WAN, 1000 * WAN],
    "total_costs": [400 * WAN, 800 * WAN, 1200 * WAN, 4000 * WAN],
    "net_profit": [-5, 0, 79 * WAN, 80 * WAN, 400 * WAN],
    "total_assets": [4000 * WAN, 20000 * WAN],
    "total_liabilities": [2000 * WAN, 2200 * WAN, 2200 * WAN + 1, 3000 * WAN, 3200 * WAN, 3200 * WAN + 1],
    "employees": [100, 500, 501],
    "sci_tech_staff": [0, 9, 10, 20, 30],
    "rd_staff": [4, 5, 10, 20],
    "equity_investment": [0, 500 * WAN, 2000 * WAN, 6000 * WAN],
    "platform_score": [49, 50, 60],
}
FACTS: dict[str, list[Any]] = {
    "niche_since": [date(2014, 1, 1), date(2023, 1, 1), date(2023, 1, 2), date(2024, 1, 1), date(2025, 6, 1)],
    "class1_ip": [0, 1, 3],
    "class1_ip_self": [0, 1],
    "class1_ip_high_value": [0, 1],
    "class2_ip": [0, 1, 2, 3, 4],
    "digital_level": [1, 2, 3],
    "regional_feature_score": [0, 8, 15],
    "equity_given_up": [0, 0.3, 0.31],
    "platform_score": [49, 50, 60],
    "rd_institution_level": ["national", "provincial", "city", "none"],
    "industry_division": [39, 65, 73],
}
YES = (
    *("award_any_3y", "award_national_3y", "award_provincial_3y", "award_national_5y", "award_national_first5_3y"),
    *("innovation_ip_honour", "strategic_emerging", "maker_china_top50", "maker_china_top500", "key_link", "six_bases"),
    *("fills_key_gap", "time_honoured_brand", "serves_chain_leader", "quality_award_provincial", "own_brand"),
    *("management_certificate", "standards_led", "standards_participated", "market_position_leading", "mainland"),
    "truthful_application",
)
NO = ("major_incident_1y", "major_incident_3y", "on_abnormal_list", "restricted_product")
FACTS |= {name: [False, True] for name in (*YES, *NO)}
SPANS = [("innovative_sme", date(2024, 1, 1), date(2026, 12, 31)), ("hte", date(2023, 1, 1), date(2025, 12, 31))]
YEARS = (2023, 2024, 2025)

stated: dict[Any, st.SearchStrategy[Any]] = {
    **{(name, year): st.sampled_from(values) for name, values in ANNUAL.items() for year in YEARS},
    **{name: st.sampled_from(values) for name, values in FACTS.items()},
}
held: dict[Any, st.SearchStrategy[Any]] = {"titles": st.none() | st.lists(st.sampled_from(SPANS), max_size=2)}


def consistent(firm: Firm) -> Firm:
    """Of a firm with no class-I rights none are self-developed or of high value: figures that contradict each other say
    nothing about hiding one of them.
    """
    if firm.get("class1_ip") != 0:
        return firm
    return {name: 0 if name in SUBSETS["class1_ip"] else value for name, value in firm.items()}


firms: st.SearchStrategy[Firm] = st.fixed_dictionaries(held, optional=stated).map(consistent)
ladder = st.sampled_from(sorted(LADDER))

BETTER_FIGURES = ("rd_expense", "net_profit", "sci_tech_staff", "rd_staff", "equity_investment")
BETTER_FACTS = (
    *YES,
    *("class1_ip", "class1_ip_self", "class1_ip_high_value", "class2_ip"),
    *("digital_level", "regional_feature_score", "platform_score"),
)
WORSE_FACTS = (*NO, "equity_given_up", "niche_since")


def judge(standard: str, *rows: Firm) -> Evaluation:
    return evaluate(LADDER[standard], population(list(rows)))


def never_loses(standard: str, less: Firm, more: Firm) -> None:
    found = judge(standard, less, more)
    assert all(one[0] <= one[1] for one in found.codes.values())
    if found.score is not None:
        assert found.score.low[0] <= found.score.low[1]
        assert found.score.high[0] <= found.score.high[1]


@given(ladder, firms, st.data(), st.sampled_from([*BETTER_FACTS, *WORSE_FACTS]))
def test_more_of_a_good_thing_never_loses_anything(standard: str, firm: Firm, data: st.DataObject, name: str) -> None:
    less, more = sorted(data.draw(st.lists(st.sampled_from(FACTS[name]), min_size=2, max_size=2)))
    if name in WORSE_FACTS:
        less, more = more, less
    never_loses(standard, firm | {name: less}, firm | {name: more})


@given(ladder, firms, st.data(), st.sampled_from([*BETTER_FIGURES, "total_liabilities"]))
def test_more_of_a_good_figure_never_loses_anything(standard: str, firm: Firm, data: st.DataObject, name: str) -> None:
    less, more = sorted(data.draw(st.lists(st.sampled_from(ANNUAL[name]), min_size=2, max_size=2)))
    if name == "total_liabilities":
        less, more = more, less
    never_loses(standard, firm | {(name, 2025): less}, firm | {(name, 2025): more})


@given(ladder, firms, st.data())
def test_hiding_data_only_opens_results_and_widens_scores(standard: str, firm: Firm, data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.sampled_from(sorted(firm, key=str))))
    # Places for one and the same thing are hidden together.
    if any("platform_score" in key for key in hidden):
        hidden |= {key for key in firm if "platform_score" in key}
    found = judge(standard, firm, {key: value for key, value in firm.items() if key not in hidden})
    for full, less in found.codes.values():
        assert less == full or less in (Result.UNKNOWN, Result.NEEDS_REVIEW)
    if found.score is not None:
        assert found.score.low[1] <= found.score.low[0] <= found.score.high[0] <= found.score.high[1]


@given(st.sampled_from(SCORED), firms)
def test_a_score_lies_between_nothing_and_a_hundred_and_its_parts_add_up(standard: str, firm: Firm) -> None:
    found = judge(standard, firm)
    assert found.score is not None
    assert 0 <= found.score.low[0] <= found.score.high[0] <= 100
    assert found.score.low[0] == sum(part.low[0] for part in found.score.parts)
    assert found.score.high[0] == sum(part.high[0] for part in found.score.parts)


@given(firms)
def test_whoever_passes_in_guangdong_passes_everywhere(firm: Firm) -> None:
    national, guangdong = judge("SRDI22", firm), judge("SRDI22GD", firm)
    assert all(guangdong.codes[one][0] <= codes[0] for one, codes in national.codes.items())


@given(ladder, firms)
def test_a_report_is_in_words_in_both_languages(standard: str, firm: Firm) -> None:
    report = explain(judge(standard, firm), 0)
    assert report.gap_text
    for row in report.criteria:
        assert row.text
        for shown in (row.text_en, *(part.text_en for part in row.parts)):
            assert shown
            assert not any("一" <= letter <= "鿿" for letter in shown)


@pytest.mark.parametrize("standard", sorted(LADDER))
def test_a_firm_nothing_is_known_of_is_neither_eligible_nor_ineligible(standard: str) -> None:
    report = explain(judge(standard, {"titles": None}), 0)
    assert report.verdict == "undecided"
    assert {one.result for one in report.criteria} <= {"unknown", "needs_review"}
    assert report.needs
