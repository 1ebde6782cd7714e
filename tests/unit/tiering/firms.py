"""Random made-up firms as flat dictionaries, and a population of them."""

from datetime import date
from typing import Any, TypeAlias

import numpy as np
from hypothesis import strategies as st

from registry.tiering.figures import annual_names, fact_names
from registry.tiering.population import Population
from registry.tiering.standard import Procedure

AS_OF = date(2026, 5, 6)
WAN = 10_000

Firm: TypeAlias = dict[Any, Any]

# Values near the edges, so that every comparison is tried on it.
ANNUAL: dict[str, list[Any]] = {
    "revenue": [0, 4999 * WAN, 5000 * WAN, 5000 * WAN + 1, 5512_5000, 8000 * WAN, 10000 * WAN, 40000 * WAN],
    "main_business_revenue": [0, 4500 * WAN, 4500 * WAN - 1, 7200 * WAN, 8000 * WAN],
    "rd_expense": [0, 150 * WAN, 150 * WAN - 1, 240 * WAN, 600 * WAN, 1050 * WAN],
    "total_assets": [0, 10000 * WAN, 4 * WAN],
    "total_liabilities": [3 * WAN, 7500 * WAN, 7500 * WAN + 1],
    "employees": [10, 199, 200, 300, 999, 1000, 2000],
    "platform_score": [40, 59.9, 60, 61],
}
FACTS: dict[str, list[Any]] = {
    "niche_since": [date(2016, 2, 29), date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2), date(2025, 6, 1)],
    "class1_ip": [0, 3, 4, 5],
    "market_share": [0.05, 0.0999, 0.1, 0.29],
    "market_rank_national": [1, 3, 4],
    "platform_score": [59, 60, 80],
    "industry_division": [6, 39, 46, 51, 63, 65, 73],
    **{
        name: [True, False]
        for name in (
            *("six_bases", "key_link", "award_national_3y", "major_incident_3y", "on_abnormal_list"),
            *("restricted_product", "group_conflict", "truthful_application", "mainland"),
        )
    },
}
SPANS = [
    ("srdi_sme", date(2024, 6, 1), date(2027, 5, 31)),
    ("srdi_sme", date(2023, 5, 6), date(2026, 5, 5)),
    ("srdi_sme", date(2026, 5, 6), date(2029, 5, 5)),
    ("champion_national", date(2025, 1, 1), date(2027, 12, 31)),
]

YEARS = (2023, 2024, 2025, 2026)
stated: dict[Any, st.SearchStrategy[Any]] = {
    **{(name, year): st.sampled_from(values) for name, values in ANNUAL.items() for year in YEARS},
    **{name: st.sampled_from(values) for name, values in FACTS.items()},
}
held: dict[Any, st.SearchStrategy[Any]] = {"titles": st.none() | st.lists(st.sampled_from(SPANS), max_size=3)}
firms: st.SearchStrategy[Firm] = st.fixed_dictionaries(held, optional=stated)


def population(rows: list[Firm], procedure: Procedure = "new") -> Population:
    """These firms, one a row; a key a firm lacks is unknown."""
    keys = {key for row in rows for key in row} - {"titles"}
    spans: dict[str, tuple[list[Any], list[Any], list[Any]]] = {}
    for index, row in enumerate(rows):
        for code, begin, end in row.get("titles") or ():
            places = spans.setdefault(code, ([], [], []))
            for place, value in zip(places, (index, begin, end), strict=True):
                place.append(value)
    assert all((key[0] in annual_names()) if isinstance(key, tuple) else (key in fact_names()) for key in keys)
    return Population.from_columns(
        size=len(rows),
        as_of=AS_OF,
        procedure=procedure,
        figures={key: [row.get(key) for row in rows] for key in keys if isinstance(key, tuple)},
        facts={key: [row.get(key) for row in rows] for key in keys if isinstance(key, str)},
        titles=spans,
        titles_known=np.array([row.get("titles") is not None for row in rows], dtype=np.bool_),
    )
