"""Which list a firm stands on: ready, near, at risk, needs data."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tiering.evaluation import Result, evaluate
from registry.tiering.flags import Flags, data_criteria, flags
from registry.tiering.population import Population
from registry.tiering.selection import find

DAY = date(2026, 5, 6)
OLD_FIRM = {"niche_since": date(2008, 3, 1), "region_code": "440300", "industry_code": "3973"}


def of_one(**given: int) -> Flags:
    """Flags of one firm that is short of one criterion and has met four of four others, but for what is given."""
    stated = {"verdict": 0, "holds_title": 0, "ends_soon": 0, "gaps": 1, "unknowns": 0, "veto": 0, "met": 4, "of": 5}
    return flags(**{name: np.array([value]) for name, value in (stated | given).items()})


def test_flags_follow_the_verdict_the_title_and_the_gaps() -> None:
    found = flags(
        verdict=np.array([2, 2, 0, 0, 0, 0, 2, 1, 1]),
        holds_title=np.array([0, 1, 0, 0, 0, 1, 1, 0, 0], dtype=bool),
        ends_soon=np.array([0, 0, 0, 0, 0, 0, 1, 0, 0], dtype=bool),
        gaps=np.array([0, 0, 2, 3, 1, 1, 0, 0, 0]),
        unknowns=np.array([0, 0, 1, 0, 0, 0, 0, 2, 0]),
        veto=np.array([0, 0, 0, 0, 1, 0, 0, 0, 0], dtype=bool),
        met=np.array([9, 9, 6, 6, 8, 8, 9, 7, 9]),
        of=np.full(9, 9),
    )
    assert np.flatnonzero(found.candidate).tolist() == [0]
    assert np.flatnonzero(found.near).tolist() == [2]
    assert np.flatnonzero(found.at_risk).tolist() == [5, 6]
    assert np.flatnonzero(found.needs_data).tolist() == [7]


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ({"gaps": 1, "met": 1, "of": 2}, True),  # exactly half
        ({"gaps": 2, "met": 2, "of": 4}, True),
        ({"gaps": 2, "met": 2, "of": 5}, False),  # one unknown too many
        ({"gaps": 1, "met": 0, "of": 1}, False),  # the only criterion there is
        ({"gaps": 2, "met": 7, "of": 9}, True),
        ({"gaps": 3, "met": 9, "of": 12}, False),  # however many are met
        ({"gaps": 0, "verdict": 2, "met": 9, "of": 9}, False),
        ({"veto": 1}, False),
        ({"holds_title": 1}, False),
        ({"gaps": 1, "met": 200, "of": 255}, True),  # bytes do not overflow
    ],
)
def test_near_is_little_short_of_a_standard_of_which_half_is_reached(given: dict[str, int], near: bool) -> None:
    assert bool(of_one(**given).near[0]) is near


@given(st.integers(0, 4), st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_a_criterion_more_that_is_met_never_takes_a_firm_off_the_list(
    gaps: int, met: int, unknown: int, veto: bool
) -> None:
    stated = {"gaps": gaps, "veto": int(veto), "of": gaps + met + unknown}
    before = bool(of_one(**stated, met=met, unknowns=unknown).near[0])
    if unknown:
        assert before <= bool(of_one(**stated, met=met + 1, unknowns=unknown - 1).near[0])
    if gaps > 1:
        assert before <= bool(of_one(**stated | {"gaps": gaps - 1}, met=met + 1, unknowns=unknown).near[0])


def champion(**facts: Any) -> Flags:
    """A firm of long standing whose revenue is far from a champion's."""
    revenue = {("main_business_revenue", year): [90_000_000.0] for year in (2023, 2024, 2025)}
    stated = {name: [value] for name, value in (OLD_FIRM | facts).items()}
    evaluation = evaluate(find("CH23")[0], Population.from_columns(size=1, as_of=DAY, figures=revenue, facts=stated))
    assert evaluation.codes["CH23-2"][0] == Result.UNMET
    assert (int(evaluation.gaps[0]), bool(evaluation.veto[0])) == (1, False)
    met, of = data_criteria(evaluation)
    assert int(of[0]) == 3
    return flags(
        verdict=evaluation.verdict,
        holds_title=[False],
        ends_soon=[False],
        gaps=evaluation.gaps,
        unknowns=evaluation.unknowns,
        veto=evaluation.veto,
        met=met,
        of=of,
    )


def test_of_three_figures_of_a_champion_one_is_not_near_and_two_are() -> None:
    assert not champion().near[0]
    assert champion(market_rank_world=2).near[0]


def test_vetoes_advice_and_what_a_person_judges_are_not_counted() -> None:
    for standard in find("LG26") + find("HTE") + find("GDCH"):
        nobody = evaluate(standard, Population.from_columns(size=1, as_of=DAY))
        met, of = data_criteria(nobody)
        counted = [one for one in standard.criteria if not one.veto and not one.advisory]
        expected = [one.id for one in counted if nobody.codes[one.id][0] in (Result.UNMET, Result.UNKNOWN, Result.MET)]
        assert (int(met[0]), int(of[0])) == (sum(nobody.codes[one][0] == Result.MET for one in expected), len(expected))
