"""How long a standard takes over made-up firms: ``python -m tests.bench.bench_tiering [ROWS …]``.

Each size runs in a process of its own, so that the peak memory is that of the columns and the run. The bare program is
LG26's verdict written by hand in NumPy: what the general evaluator is measured against.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.tiering.evaluation import evaluate
from registry.tiering.figures import annual_names, fact_names, stated_name
from registry.tiering.loader import load_all
from registry.tiering.population import Population
from registry.tiering.reads import reads
from registry.tiering.report import explain
from registry.tiering.standard import Standard

AS_OF = date(2026, 5, 6)
YEARS = (2023, 2024, 2025)
SIZES = (100_000, 1_000_000)
REPEATS = 3
FIGURE_EDGES = {
    "money": (17.0, 1.6),
    "count": (4.6, 1.2),
    "quantity": (6.0, 1.0),
    "score": (4.0, 0.3),
    "ratio": (-2.0, 0.8),
}
"""Log-normal centre and spread of each kind of figure: millions of yuan, a hundred people."""


def current() -> list[Standard]:
    """The versions that judge applications of the day, and those that are only asked for by name."""
    return [one for one in load_all() if any(window.covers(AS_OF) for window in one.in_force.values())]


def made_up(size: int) -> Population:
    """``size`` firms with 10–40 % of every column missing, from a fixed seed: every column a current standard reads."""
    chance = np.random.default_rng(20260506)
    asked = [reads(one, as_of=AS_OF, procedure="new") for one in current()]

    def holes(values: NDArray[np.float64]) -> NDArray[np.float64]:
        values[chance.random(size) < chance.uniform(0.1, 0.4)] = np.nan
        return values

    figures = {
        (name, year): holes(np.floor(chance.lognormal(*FIGURE_EDGES[annual_names()[name].kind], size)))
        for name, year in sorted({one for each in asked for one in each.figures})
    }
    facts: dict[str, Any] = {}
    for name in sorted({one for each in asked for one in each.facts} - {"mainland", "region", "industry_division"}):
        about = fact_names()[stated_name(name)]
        if about.kind in ("bool", "presence"):
            facts[name] = holes((chance.random(size) < 0.8).astype(np.float64))
        elif about.kind == "code":
            facts[name] = np.array([*about.choices, None], dtype=object)[
                chance.integers(0, len(about.choices) + 1, size)
            ]
        else:
            facts[name] = holes(np.floor(chance.uniform(0, 9, size)))
    facts["market_share"] = holes(chance.uniform(0, 0.4, size))
    facts["platform_score"] = holes(np.floor(chance.uniform(30, 100, size)))
    facts["industry_division"] = holes(np.floor(chance.uniform(13, 66, size)))
    facts["mainland"] = np.ones(size)
    facts["region"] = np.array([440305.0, 440112.0, 440605.0, 420100.0])[chance.integers(0, 4, size)]
    for name in sorted({one for each in asked for one in each.dates}):
        days = chance.integers(0, 7000, size).astype("timedelta64[D]")
        days[chance.random(size) < 0.2] = np.timedelta64("NaT")
        facts[name] = np.datetime64("2006-01-01") + days
    titles = {}
    for code in sorted({one for each in asked for one in each.titles}):
        holders = np.flatnonzero(chance.random(size) < (0.4 if code == "srdi_sme" else 0.1))
        titles[code] = (holders, np.full(holders.size, "2024-06-01"), np.full(holders.size, "2027-05-31"))
    return Population.from_columns(size=size, as_of=AS_OF, figures=figures, facts=facts, titles=titles)


class Bare:
    """LG26's verdict and nothing else, written by hand over planes of true and false."""

    def __init__(self, rows: Population) -> None:
        self.rows = rows
        self.true = np.ones(rows.size, np.bool_)
        self.false = np.zeros(rows.size, np.bool_)

    def ask(self, holds: NDArray[np.bool_], known: NDArray[np.bool_]) -> None:
        """One condition: what holds where it is known."""
        self.planes(holds & known, ~holds & known)

    def planes(self, yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> None:
        """One condition as its two planes."""
        np.logical_and(self.true, yes, out=self.true)
        np.logical_or(self.false, no, out=self.false)

    def figure(self, name: str, year: int = 2025) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Values and known-mask of a yearly figure."""
        column = self.rows.figure(name, year)
        return column.values, column.known

    def fact(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Values and known-mask of a fact."""
        column = self.rows.fact(name)
        return column.values, column.known

    def figures(self) -> None:
        """The conditions on yearly figures."""
        (r5, k5), (r4, k4), (r3, k3) = (self.figure("revenue", year) for year in (2025, 2024, 2023))
        (d5, kd5), (d4, kd4) = (self.figure("rd_expense", year) for year in (2025, 2024))
        (main, km), (debt, kl) = self.figure("main_business_revenue"), self.figure("total_liabilities")
        assets, ka = self.figure("total_assets")
        self.ask(r5 >= 5e7, k5)
        self.ask(main * 10 >= r5 * 9, km & k5 & (r5 > 0))
        self.ask(r5 * 10_000 >= r3 * 11_025, k5 & k3 & (r3 > 0))
        self.ask(debt * 4 <= assets * 3, kl & ka & (assets > 0))
        self.ask(d5 + d4 >= 1.2e7, kd5 & kd4)
        self.ask(d5 * 100 >= r5 * 3, kd5 & k5 & (r5 > 0))
        self.ask(d4 * 100 >= r4 * 3, kd4 & k4 & (r4 > 0))

    def size_class(self) -> None:
        """SME: below at least one large line of its industry."""
        (revenue, kr), (staff, ks), (division, kd) = (
            self.figure("revenue"),
            self.figure("employees"),
            self.fact("industry_division"),
        )
        lines = [(division <= 46, 1000, 4e8), (division == 51, 200, 4e8), (division == 65, 300, 1e8)]
        lines += [((division >= 63) & (division <= 64), 2000, 1e9)]
        for here, people, most in lines:
            small = (ks & (staff < people)) | (kr & (revenue < most))
            large = ks & (staff >= people) & kr & (revenue >= most)
            self.planes(~(kd & here) | small, kd & here & large)
        sure = (division <= 46) | np.isin(division, (51, 63, 64, 65))
        self.planes(kd & sure, np.zeros(self.rows.size, np.bool_))

    def facts(self) -> None:
        """The conditions on facts, dates and titles."""
        since = self.rows.date_fact("niche_since")
        self.ask(since <= np.datetime64("2023-01-01"), ~np.isnat(since))
        for pair in ((("class1_ip", 4.0), ("award_national_3y", 1.0)), (("six_bases", 1.0), ("key_link", 1.0))):
            (a, ka), (b, kb) = (self.fact(name) for name, _ in pair)
            self.planes((ka & (a >= pair[0][1])) | (kb & (b >= 1)), ka & (a < pair[0][1]) & kb & (b < 1))
        (share, kshare), (rank, krank) = self.fact("market_share"), self.fact("market_rank_national")
        top, low = krank & (rank <= 3), krank & (rank > 3)
        self.planes((kshare & (share >= 0.1)) | top, kshare & (share < 0.1) & low)
        for name in ("on_abnormal_list", "major_incident_3y"):
            value, known = self.fact(name)
            self.ask(value == 0, known)
        for name, wanted in (
            ("restricted_product", 0),
            ("group_conflict", 0),
            ("mainland", 1),
            ("truthful_application", 1),
        ):
            value, known = self.fact(name)
            self.planes(~(known & (value != wanted)), known & (value != wanted))
        (score, known), (newest, kn) = self.fact("platform_score"), self.figure("platform_score", 2026)
        self.ask(np.where(known, score, newest) >= 60, known | kn)
        self.ask(self.rows.holders(("srdi_sme",)), self.rows.titles_known)
        self.ask(~self.rows.holders(("champion_national",)), self.rows.titles_known)


def bare_lg26(rows: Population) -> NDArray[np.uint8]:
    """0 ineligible, 1 undecided, 2 eligible."""
    run = Bare(rows)
    run.figures()
    run.size_class()
    run.facts()
    return np.where(run.false, 0, np.where(run.true, 2, 1)).astype(np.uint8)


def best_of(act: Callable[[], object]) -> float:
    """Seconds of the quickest of some runs."""
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        act()
        times.append(time.perf_counter() - begin)
    return min(times)


def measure(size: int) -> None:
    """One size: seconds of every standard, of the bare program and of one explanation, and peak memory."""
    begin = time.perf_counter()
    rows = made_up(size)
    columns = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{size:>9,} rows made up in {time.perf_counter() - begin:.1f} s, {columns} MB with the columns")
    bare = best_of(lambda: bare_lg26(rows))
    print(f"  bare LG26 verdict   {bare:8.4f} s")
    planes, nullable = best_of(lambda: figures_by_numpy(rows)), best_of(figures_by_pandas(rows))
    print(f"  LG26's figures only: NumPy planes {planes:.4f} s, pandas nullable types {nullable:.4f} s")
    total = 0.0
    for standard in current():
        seconds = best_of(lambda standard=standard: evaluate(standard, rows))  # type: ignore[misc]
        total += seconds
        print(f"  {standard.id:<10} every criterion {seconds:8.4f} s  ({seconds / bare:.1f} × bare LG26)")
    count = len(current())
    print(f"  all {count} standards    {total:8.2f} s  ({total / count / bare:.1f} × bare LG26 each)")
    lg26 = next(one for one in load_all() if one.id == "LG26")
    found = evaluate(lg26, rows)
    same = np.array_equal(found.verdict, bare_lg26(rows))
    print(f"  the bare verdicts are {'the same' if same else 'NOT the same'}; {np.bincount(found.verdict).tolist()}")
    alone = rows.row(size // 2)
    told = best_of(lambda: [explain(evaluate(lg26, alone), 0) for _ in range(10)]) / 10
    print(f"  one firm judged and explained {told * 1000:8.1f} ms")
    print(f"  peak memory         {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:8} MB")


def figures_by_numpy(rows: Population) -> Bare:
    """The seven conditions of LG26 on yearly figures, over values and known-masks."""
    run = Bare(rows)
    run.figures()
    return run


def figures_by_pandas(rows: Population) -> Callable[[], object]:
    """The same conditions over pandas' nullable types; making the columns is not measured."""
    import pandas as pd

    def column(name: str, year: int = 2025) -> Any:
        values, known = rows.figure(name, year).values, rows.figure(name, year).known
        return pd.Series(pd.arrays.FloatingArray(values.copy(), ~known))

    r5, r4, r3 = (column("revenue", year) for year in (2025, 2024, 2023))
    d5, d4, main = column("rd_expense"), column("rd_expense", 2024), column("main_business_revenue")
    debt, assets = column("total_liabilities"), column("total_assets")

    def run() -> object:
        # The & of nullable booleans is three-valued, as the rules want it.
        return (
            (r5 >= 5e7)
            & (main * 10 >= r5 * 9).mask(~(r5 > 0).fillna(False))
            & (r5 * 10_000 >= r3 * 11_025).mask(~(r3 > 0).fillna(False))
            & (debt * 4 <= assets * 3).mask(~(assets > 0).fillna(False))
            & (d5 + d4 >= 1.2e7)
            & (d5 * 100 >= r5 * 3).mask(~(r5 > 0).fillna(False))
            & (d4 * 100 >= r4 * 3).mask(~(r4 > 0).fillna(False))
        )

    return run


def machine() -> str:
    """What this ran on."""
    cpu = platform.processor() or platform.machine()
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"


def main() -> None:
    """Every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--here", action="store_true", help="measure in this process")
    asked = parser.parse_args()
    if asked.here:
        measure(asked.rows[0])
        return
    print(machine(), flush=True)
    for size in asked.rows:
        subprocess.run([sys.executable, "-m", "tests.bench.bench_tiering", "--here", str(size)], check=True)


if __name__ == "__main__":
    main()
