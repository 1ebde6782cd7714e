"""How good the answers are: the judged world class by class, and questions made from real names."""

import csv
import gzip
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry import clock
from registry.db import reading, transaction
from registry.identity.names import clean_name, fold_name
from registry.identity.uscc import explain_code
from registry.models import Enterprise, EnterpriseAddress, EnterpriseName
from registry.search.engine import SearchEngine
from registry.search.judging import Answered, Score, below_aim, judge
from registry.search.known_items import KINDS, Half, KnownItem, Subject, known_items
from registry.search.query import SearchQuery
from registry.services.finding import find
from registry.services.keys import provisional_key

CHUNK = 5_000
RUN_ON = re.compile(r"(?:投资比例|职位)[:：].*$")
"""Other columns that run on behind some names of the published lists."""


@dataclass(frozen=True, slots=True)
class RealName:
    """A published firm: its name, and what else the lists tell."""

    name: str
    code: str | None = None
    short: str | None = None
    english: str | None = None


def real_names(folder: Path) -> list[RealName]:
    """Distinct firms of the published lists; the fuller record of a name wins. Without a code one is left without."""
    found: dict[str, RealName] = {}
    for row in _listed(folder / "listed-companies-2020" / "listed_companies.csv"):
        found.setdefault(row.name, row)
    for path, name, code in (
        (folder / "company-registrations-2019" / "registrations.csv.gz", "企业名称", "统一社会信用代码"),
        (folder / "company-names" / "company_names.csv.gz", "企业名称", ""),
    ):
        for given in _rows(path):
            clean = RUN_ON.sub("", clean_name(given.get(name) or ""))
            number = explain_code(given.get(code) or "") if code else None
            valid = number.normalised if number and number.valid and number.kind == "uscc" else None
            if clean and (clean not in found or (valid and not found[clean].code)):
                found[clean] = RealName(clean, valid)
    return list(found.values())


def _listed(path: Path) -> Iterator[RealName]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if name := clean_name(row["companyName"]):
                yield RealName(name, None, row["stockName"].strip() or None, row["englishName"].strip() or None)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def write_names(database: Engine, names: list[RealName]) -> list[Subject]:
    """The firms in the database, numbered from 1, and what questions are made from."""
    subjects, codes = [], set()
    with transaction(database) as session:
        for start in range(0, len(names), CHUNK):
            rows = []
            for number, row in enumerate(names[start : start + CHUNK], start=start + 1):
                code = row.code if row.code not in codes else None
                codes.add(code)
                rows.append((number, row, code))
            subjects += _write(session, rows)
    return subjects


def _write(session: Session, rows: list[tuple[int, RealName, str | None]]) -> list[Subject]:
    now = clock.now()
    session.execute(
        insert(Enterprise),
        [
            {"id": n, "identity": "identified" if code else "provisional", "uscc": code, "name_zh": r.name[:300]}
            | {"name_en": r.english, "created_at": now, "updated_at": now, "operating_status": "unknown", "revision": 1}
            for n, r, code in rows
        ],
    )
    names = [(n, r.name[:300], "current") for n, r, _ in rows] + [(n, r.short, "short") for n, r, _ in rows if r.short]
    session.execute(
        insert(EnterpriseName),
        [{"enterprise_id": n, "name": x, "folded": fold_name(x), "kind": k, "source": ""} for n, x, k in names],
    )
    keys = {n: code or provisional_key(n) for n, _, code in rows}
    session.execute(insert(EnterpriseAddress), [{"key": key, "enterprise_id": n} for n, key in keys.items()])
    return [Subject(keys[n], r.name, code, (r.short,) if r.short else (), r.english) for n, r, code in rows]


def judge_names(
    database: Engine,
    search: SearchEngine,
    subjects: list[Subject],
    *,
    each: int,
    half: Half,
    seed: int,
    tell: bool = False,
) -> dict[str, Score]:
    """Scores by kind of typing, over questions made from one half of the names. ``tell``: print what is missed."""
    by_key = {subject.key: subject for subject in subjects}
    items = known_items(subjects, each=each, seed=seed, half=half)
    with reading(database) as session:

        def answer(text: str) -> Answered:
            page = find(session, search, SearchQuery(text=text))
            hits = [by_key[hit.id] for hit in page.hits]
            if page.redirect in by_key:
                hits = [by_key[page.redirect], *(hit for hit in hits if hit.key != page.redirect)]
            offered = [by_key[hit.id] for hit in page.near]
            offered += [by_key[s.key] for s in page.did_you_mean if s.key in by_key]
            return Answered(hits, offered)

        return judge(items, answer, missed=_say if tell else None)


def _say(item: KnownItem, answered: Answered) -> None:
    hits, offered = ([s.name for s in found[:3]] for found in (answered.hits, answered.offered))
    print(f"  missed {item.kind}: {item.text!r} of {item.target.name}; hits {hits}, similar {offered}", flush=True)


def show(scores: dict[str, dict[str, Score]]) -> None:
    """A line a kind with the numbers of each engine, and what lies below its aim or apart."""
    print(f"  {'kind':<20} {'engine':<12} {'asked':>6} {'void':>5} {'top1':>6} {'top3':>6} {'R@10':>6} {'MRR':>6}  aim")
    for kind in KINDS:
        for engine, found in scores.items():
            if score := found.get(kind):
                numbers = f"{score.top1:6.3f} {score.top3:6.3f} {score.recall:6.3f} {score.mrr:6.3f}"
                aim = f"{KINDS[kind].measure} ≥ {KINDS[kind].aim}"
                print(f"  {kind:<20} {engine:<12} {score.asked:>6} {score.void:>5} {numbers}  {aim}", flush=True)
    for engine, found in scores.items():
        for line in below_aim(found):
            print(f"  below its aim, {engine}: {line}")
    for line in apart(scores):
        print(f"  {line}")


def apart(scores: dict[str, dict[str, Score]], most: float = 0.01) -> list[str]:
    """Kinds in which engines differ by more than one point in what the kind is judged by."""
    values: dict[str, list[float]] = defaultdict(list)
    for found in scores.values():
        for kind, score in found.items():
            values[kind].append(score.of(KINDS[kind].measure))
    return [f"apart: {kind} by {max(v) - min(v):.3f}" for kind, v in values.items() if max(v) - min(v) > most]


def some(names: list[RealName], number: int | None) -> list[RealName]:
    """A repeatable part of the names, or all of them."""
    if number is None or number >= len(names):
        return names
    return random.Random(3).sample(names, number)  # noqa: S311 - a repeatable choice, no secret
