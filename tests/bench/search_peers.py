"""The same questions asked of what people would otherwise take, datasette and PostgreSQL; and of bare bitmaps.

All get the same rows with the same columns, and are asked for the same: the exact total, five facets, twenty rows. What
a peer cannot answer (it finds nothing where we find something) is shown and left out of its mean.
"""

import json
import math
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from pypinyin import lazy_pinyin

from registry.identity.names import core_name
from tests.bench import peer_postgres
from tests.bench.harness import Report, Timing
from tests.bench.search_questions import Question
from tests.support import postgres

WORKERS = Path(__file__).parent / "peers"
RUNS = 20
KINDS = (
    *("exact name", "brand and trade", "brand, two characters", "credit code", "code beginning", "pinyin", "initials"),
    *("one wrong character", "product", "trade", "place and trade", "broad", "empty", "directory and city chosen"),
)
COLUMNS = tuple("id name short uscc city chain level status directory reading initials products".split())


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of the runs of one kind, and how many rows its questions found in the middle."""

    milliseconds: list[float]
    hits: int

    @property
    def median(self) -> float:
        """The middle run."""
        return Timing(tuple(self.milliseconds)).median

    @property
    def p95(self) -> float:
        """The run that 95 of 100 are not slower than."""
        return Timing(tuple(self.milliseconds)).p95


def compare(
    database: Path,
    size: int,
    asked: dict[str, list[Question]],
    ours: dict[str, dict[str, Timing]],
    python: Path | None,
    report: Report,
) -> None:
    """Each peer in turn on the rows of ``database``; ratios to our engines."""
    print("\n  peers on the same rows", flush=True)
    rows = database.parent / "rows.sqlite3"
    export(database, rows)
    plain = {kind: [_plain(q) for q in islice(cycle(asked[kind]), RUNS)] for kind in KINDS}
    found: dict[str, dict[str, Taken]] = {}
    try:
        found["PostgreSQL pg_trgm"] = peer_postgres.measure(rows, plain)
    except postgres.Missing as missing:
        print(f"  PostgreSQL skipped. {missing}", flush=True)
    if python is None:
        print(
            "  datasette and bitmaps skipped. --peers names no Python that has them (requirements/bench.txt)",
            flush=True,
        )
    else:
        for name, script in (("datasette over HTTP", "datasette_peer.py"), ("bitmaps alone", "bitmaps_peer.py")):
            found[name] = _apart(python, WORKERS / script, rows, plain)
    for name, kinds in found.items():
        _show(name, kinds, ours, report, f"{size} firms")


def export(database: Path, rows: Path) -> None:
    """One flat table ``firm`` in a file of its own: what a peer can search and count, by standing."""
    rows.unlink(missing_ok=True)
    with sqlite3.connect(rows) as target:
        target.execute(f"CREATE TABLE firm ({', '.join(COLUMNS)}, standing)")
        target.execute("ATTACH ? AS source", (str(database),))
        marks = ", ".join("?" * (len(COLUMNS) + 1))
        target.executemany(f"INSERT INTO firm VALUES ({marks})", _flat(target))  # noqa: S608 - constants
    target.close()


def _flat(source: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    query = """
        SELECT e.id, e.name_zh, e.uscc, e.city_code, e.operating_status,
            (SELECT name FROM source.enterprise_name n WHERE n.enterprise_id = e.id AND n.kind = 'short'),
            (SELECT chain_code FROM source.enterprise_chain c WHERE c.enterprise_id = e.id),
            (SELECT min(l.directory_code) FROM source.listing l
                WHERE l.enterprise_id = e.id AND l.valid_to > '2026-05-06'),
            (SELECT min(d.level) FROM source.listing l JOIN source.directory d ON d.code = l.directory_code
                WHERE l.enterprise_id = e.id AND l.valid_to > '2026-05-06'),
            (SELECT count(*) FROM source.listing l WHERE l.enterprise_id = e.id),
            (SELECT name FROM source.product p WHERE p.enterprise_id = e.id)
        FROM source.enterprise e"""
    for number, name, code, city, status, short, chain, directory, level, titles, product in source.execute(query):
        read = lazy_pinyin(core_name(name))
        sounds = "".join(read), "".join(syllable[0] for syllable in read)
        yield (number, name, short, code, city, chain, level, status, directory, *sounds, product, titles)


def _plain(question: Question) -> dict[str, object]:
    place = {"深圳": "440300", "广州": "440100", "东莞": "441900", "佛山": "440600"} | {
        "惠州": "441300", "珠海": "440400", "中山": "442000", "江门": "440700"
    }  # fmt: skip
    filters = dict(question.filters)
    if question.place:
        filters["city"] = place[question.place]
    return {"kind": question.kind, "text": question.words, "filters": filters}


def _apart(python: Path, script: Path, rows: Path, plain: dict[str, list[dict[str, object]]]) -> dict[str, Taken]:
    """A peer in a process and a Python of its own: questions in, milliseconds and hits out, both as JSON."""
    done = subprocess.run(
        [python, script, rows], input=json.dumps(plain), capture_output=True, text=True, check=False, timeout=3 * 3600
    )
    if done.returncode:
        raise RuntimeError(f"{script.name} failed:\n{done.stderr[-3000:]}")
    return {kind: Taken(**given) for kind, given in json.loads(done.stdout.splitlines()[-1]).items()}


def _show(name: str, kinds: dict[str, Taken], ours: dict[str, dict[str, Timing]], report: Report, size: str) -> None:
    print(f"\n  {name}", flush=True)
    ratios: dict[str, list[float]] = {engine: [] for engine in ours}
    for kind, taken in kinds.items():
        notes = []
        for engine, timings in ours.items():
            ratio = taken.median / (timings[kind].median * 1000)
            if taken.hits or kind == "empty":
                ratios[engine].append(ratio)
                notes.append(f"{ratio:.3g}× {engine}")
        timing = Timing(tuple(ms / 1000 for ms in taken.milliseconds))
        report(kind, size, timing, f"{taken.hits:,} hits  {', '.join(notes) or 'finds nothing'}")
    for engine, many in ratios.items():
        if many:
            mean = math.exp(sum(map(math.log, many)) / len(many))
            print(f"  geometric mean over {len(many)} kinds: {mean:.3g}× the time of {engine}", flush=True)
