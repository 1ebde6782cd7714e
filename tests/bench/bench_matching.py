"""How well and how fast names are matched: ``python -m tests.bench.bench_matching [cases per kind [seed]]``.

A registry of 28,570 published registrations (every fifth is kept out) and some 228,000 other names is asked for names
damaged the ways lists damage them (``matching_cases``), through the very lookups and decisions an import uses. For each
kind: how many were matched rightly and without a person, wrongly, or left to a person with the right firm offered.
Skipped without the published files.
"""

import os
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session

from registry.identity import clean_name, fold_name
from registry.services.imports.lookups import Lookup
from registry.services.imports.matching import Decision, Matcher
from registry.services.name_books import name_index
from registry.vocabulary import RowOutcome
from tests.bench.harness import Report, scratch
from tests.bench.matching_cases import (
    SEED,
    Case,
    Registered,
    cases,
    kept_out,
    other_names,
    prepare,
    registrations,
    renamed,
)
from tests.support import machine

PER_KIND = 700
CHUNK = 1000
_MOMENT = "2026-05-06 00:00:00.000000"
NOT_FROM_THE_NAME = "place missing, no column"
"""Nothing in such a row tells two firms of one name in two cities apart: it is never matched without a person."""


@dataclass(slots=True)
class Tally:
    """What became of the cases of one kind."""

    seen: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case, decision: Decision, codes: dict[int, str]) -> None:
        """Judge one decision."""
        got = codes[decision.firm.id] if decision.firm else None
        self.seen["cases"] += 1
        if got is not None:
            self.seen["right" if got == case.truth else "wrong"] += 1
        elif decision.outcome is RowOutcome.AMBIGUOUS:
            self.seen["asked"] += 1
            offered = [each["key"] for each in decision.candidates or []]
            self.seen["offered"] += case.truth in offered
            self.seen["first"] += case.truth == offered[0]


def main() -> None:
    """Fill a registry, match, print."""
    folder = machine.published_files()
    if folder is None:
        print("  skipped: the published files are not there", flush=True)
        return
    per_kind = int(sys.argv[1]) if len(sys.argv) > 1 else PER_KIND
    firms, others = registrations(folder), other_names(folder)
    prepare(others)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    judged = list(cases(firms, others, per_kind, seed))
    report = Report()
    with scratch() as (engine, settings):
        codes = fill(Path(settings.data_dir), firms, others)
        print(f"  load {os.getloadavg()[0]:.1f}, {len(codes):,} firms, {len(judged):,} cases", flush=True)
        with Session(engine) as session:
            speeds(session, report, firms, others, judged)
            tallies: dict[str, Tally] = defaultdict(Tally)
            for case, decision in zip(judged, decide(session, [asked(case) for case in judged]), strict=True):
                tallies[case.kind].add(case, decision, codes)
                if decision.firm is not None and codes[decision.firm.id] != case.truth:
                    print(f"  WRONG {case.kind}: {case.printed} → {decision.firm.name_zh}", flush=True)
    show(tallies)


def asked(case: Case) -> dict[str, Any]:
    """The facts of a row that prints this name."""
    return row(case.printed, case.city)


def row(name: str, city: str | None = None) -> dict[str, Any]:
    """The facts of a row with this name and city."""
    return {"name": clean_name(name)} | ({"city_code": city} if city else {})


def decide(session: Session, facts: Sequence[dict[str, Any]]) -> list[Decision]:
    """One decision a row, every row as if it stood alone in its file."""
    lookup, decisions = Lookup(session), []
    for start in range(0, len(facts), CHUNK):
        chunk = facts[start : start + CHUNK]
        known = lookup.about(chunk)
        decisions += [Matcher().decide(each, ("", at), known) for at, each in enumerate(chunk)]
    return decisions


def speeds(session: Session, report: Report, firms: list[Registered], others: list[str], judged: list[Case]) -> None:
    """Names a second, exact and folded, and scored."""
    here = [firm for place, firm in enumerate(firms) if not kept_out(place)][:10_000]
    exact = [row(firm.name) for firm in here[::2]] + [row(firm.name.replace("（", "(")) for firm in here[1::2]]
    timed(session, report, "names exact and folded", exact)
    begun, cpu = time.perf_counter(), time.process_time()
    index = name_index(session)
    note = f"cpu {time.process_time() - cpu:.1f} s, {index.bytes / 1e6:.0f} MB, {len(index):,} names"
    report("filing all names, once a process", f"{len(others):,} names", time.perf_counter() - begun, note)
    known = {fold_name(firm.name) for firm in firms} | set(map(fold_name, others))
    timed(session, report, "names scored", [asked(case) for case in judged if fold_name(case.printed) not in known])


def timed(session: Session, report: Report, what: str, facts: list[dict[str, Any]]) -> None:
    """Match and report."""
    begun, cpu = time.perf_counter(), time.process_time()
    decide(session, facts)
    wall, used = time.perf_counter() - begun, time.process_time() - cpu
    rate = f"{len(facts) / wall:,.0f} a second, {len(facts) / used:,.0f} a second of cpu"
    report(what, f"{len(facts):,} names", wall, f"{rate}, load {os.getloadavg()[0]:.1f}")


def show(tallies: dict[str, Tally]) -> None:
    """A line a kind, then all together."""
    total, telling = Counter[str](), Counter[str]()
    for kind, tally in tallies.items():
        seen = tally.seen
        has_truth = "not in the registry" not in kind and "near-twin" not in kind
        shown = f"recall {seen['right'] / seen['cases']:.1%}" if has_truth else "nothing to match"
        rest = f"asked {seen['asked']:>4} (right firm offered {seen['offered']}, first {seen['first']})"
        print(f"  {kind:<54} {seen['cases']:>5}  {shown:<16} wrong {seen['wrong']}  {rest}", flush=True)
        total["cases"] += seen["cases"]
        total["wrong"] += seen["wrong"]
        total["right"] += seen["right"]
        if has_truth:
            total["to match"] += seen["cases"]
            if kind != NOT_FROM_THE_NAME:
                telling["to match"] += seen["cases"]
                telling["right"] += seen["right"]
    accepted = total["right"] + total["wrong"]
    print(
        f"  all: {total['cases']:,} cases, {accepted:,} matched without a person, wrong {total['wrong']}, precision "
        f"{total['right'] / max(1, accepted):.2%}, recall {total['right'] / max(1, total['to match']):.1%} "
        f"({telling['right'] / max(1, telling['to match']):.1%} without “{NOT_FROM_THE_NAME}”)",
        flush=True,
    )


def fill(data_dir: Path, firms: list[Registered], others: list[str]) -> dict[int, str]:
    """Write the registry past the import (which is measured elsewhere); number of a firm → its key."""
    rows: list[tuple[str, str | None, str | None, str, str | None]] = []
    for place, firm in enumerate(firms):
        if not kept_out(place):
            now = f"改名示例{place}号有限公司" if renamed(place) else firm.name
            rows.append((now, firm.code, firm.city, firm.founded_on, firm.name if renamed(place) else None))
    own = {fold_name(each[0]) for each in rows} | {fold_name(each[4]) for each in rows if each[4]}
    distinct = {folded: name for name in others if (folded := fold_name(name)) not in own and len(folded) > 1}
    rows += [(name, None, None, "", None) for name in distinct.values()]
    with sqlite3.connect(data_dir / "registry.sqlite3") as connection:
        write(connection, rows)
    connection.close()
    return {number: each[1] or f"other {number}" for number, each in enumerate(rows, 1)}


def write(connection: sqlite3.Connection, rows: Iterable[tuple[str, str | None, str | None, str, str | None]]) -> None:
    """Firms with their names."""
    for number, (name, code, city, founded_on, former) in enumerate(rows, 1):
        connection.execute(
            "INSERT INTO enterprise (id, identity, uscc, name_zh, city_code, founded_on, operating_status, revision, "
            "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, 'unknown', 1, ?, ?)",
            (number, "identified" if code else "provisional", code, name, city, founded_on or None, _MOMENT, _MOMENT),
        )
        for each, kind in ((name, "current"), (former, "former")):
            if each:
                connection.execute(
                    "INSERT INTO enterprise_name (enterprise_id, name, folded, kind, source) VALUES (?, ?, ?, ?, '')",
                    (number, each, fold_name(each), kind),
                )
    connection.execute("ANALYZE")


if __name__ == "__main__":
    main()
