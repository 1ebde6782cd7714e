"""LG26 again, written out by hand for one firm in exact fractions and three values, independent of the rule file.

A firm here is a flat dictionary: ("revenue", 2025) → number, "class1_ip" → number, "titles" → list or None. None or
absent is unknown. Results: True, False, None (unknown), "review", "n/a".
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

Firm = dict[Any, Any]
Three = bool | None


def both(values: Iterable[Three]) -> Three:
    found = list(values)
    if False in found:
        return False
    return None if None in found else True


def either(values: Iterable[Three]) -> Three:
    found = list(values)
    if True in found:
        return True
    return None if None in found else False


def at_least(value: Any, edge: Any) -> Three:
    return None if value is None else Fraction(str(value)) >= Fraction(edge)


def at_most(value: Any, edge: Any) -> Three:
    return None if value is None else Fraction(str(value)) <= Fraction(edge)


def share(part: Any, whole: Any) -> Fraction | None:
    return None if part is None or whole is None or whole <= 0 else Fraction(part, whole)


def negate(value: Three) -> Three:
    return None if value is None else not value


def full_years(since: date | None, as_of: date) -> int | None:
    if since is None:
        return None
    years = 0
    while date(since.year + years + 1, since.month, min(since.day, 28)) <= date(as_of.year - 1, 12, 31):
        years += 1
    on_new_year = (since.month, since.day) == (1, 1)
    return years + 1 if on_new_year and since.year + years + 1 == as_of.year else years


def holds(firm: Firm, directory: str, as_of: date) -> Three:
    if firm.get("titles") is None:
        return None
    return any(code == directory and begin <= as_of <= end for code, begin, end in firm["titles"])


def size_class(firm: Firm) -> Three | str:
    division, staff, revenue = (firm.get(key) for key in ("industry_division", ("employees", 2025), ("revenue", 2025)))
    if division is None:
        return None
    lines = {range(6, 47): (1000, 400_000_000), range(63, 65): (2000, 1_000_000_000)}
    lines |= {range(65, 66): (300, 100_000_000), range(51, 52): (200, 400_000_000)}
    for divisions, (people, money) in lines.items():
        if division in divisions:
            return either([negate(at_least(staff, people)), negate(at_least(revenue, money))])
    return "review"


def judged(value: Three) -> Three | str:
    return "review" if value is None else value


def lg26(firm: Firm, as_of: date, procedure: str) -> dict[str, Three | str]:
    """The result of every criterion for one firm; last year is 2025."""
    get, new = firm.get, procedure == "new"
    rd, revenue = (
        [get(("rd_expense", year)) for year in (2025, 2024)],
        [get(("revenue", year)) for year in (2025, 2024)],
    )
    first = get(("revenue", 2023))
    growth: Three = None
    if first is not None and revenue[0] is not None and first > 0:
        growth = Fraction(revenue[0], first) >= Fraction(105, 100) ** 2
    score = get("platform_score") if get("platform_score") is not None else get(("platform_score", 2026))
    newest = score if score is not None else get(("platform_score", 2025))
    yearly = [at_least(one, 60) for one in (newest, get(("platform_score", 2025)), get(("platform_score", 2024)))]
    return {
        "COM26-1": judged(get("mainland")),
        "COM26-2": size_class(firm),
        "COM26-3": negate(get("on_abnormal_list")),
        "COM26-4": judged(negate(get("restricted_product"))),
        "COM26-5": negate(get("major_incident_3y")),
        "COM26-6": judged(get("truthful_application")),
        "LG26-1": holds(firm, "srdi_sme", as_of),
        "LG26-2": at_least(full_years(get("niche_since"), as_of), 3),
        "LG26-3": at_least(revenue[0], 50_000_000),
        "LG26-4": at_least(share(get(("main_business_revenue", 2025)), revenue[0]), Fraction(9, 10)),
        "LG26-5": growth if new else "n/a",
        "LG26-6": at_most(share(get(("total_liabilities", 2025)), get(("total_assets", 2025))), Fraction(3, 4)),
        "LG26-7": both(
            [
                at_least(None if None in rd else sum(rd), 12_000_000),
                *(at_least(share(one, whole), Fraction(3, 100)) for one, whole in zip(rd, revenue, strict=True)),
            ]
        ),
        "LG26-8": either([at_least(get("class1_ip"), 4), get("award_national_3y")]),
        "LG26-9": either([at_least(get("market_share"), Fraction(1, 10)), at_most(get("market_rank_national"), 3)]),
        "LG26-10": either([get("six_bases"), get("key_link")]),
        "LG26-11": at_least(score, 60) if new else either(yearly),
        "LG26-X1": negate(holds(firm, "champion_national", as_of)) if new else "n/a",
        "LG26-X2": judged(negate(get("group_conflict"))) if new else "n/a",
    }


def verdict(results: dict[str, Three | str]) -> str:
    """The verdict these results come to. An industry without a sure size line needs a person."""
    if False in results.values():
        return "ineligible"
    return "undecided" if None in results.values() or results["COM26-2"] == "review" else "eligible"
