"""Runs of a land scheme over the stored enterprises: graded, kept with what was read, and worked out again."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import InvalidInput, NotFound
from registry.models import Enterprise, LandGrade, LandRun
from registry.services import audit
from registry.services.assessing.gathering import Ids, gather, live_enterprises
from registry.services.imports.bulk import insert_rows, reserve_numbers
from registry.services.keys import provisional_key
from registry.tiering.land.columns import Columns, columns_of, day_of, figures_wanted
from registry.tiering.land.grading import Grades, Reason, grade
from registry.tiering.land.ratios import LAND
from registry.tiering.land.scheme import Scheme, parse_scheme, scheme_text
from registry.tiering.reads import noted

CHUNK = 5_000
OTHERS = ("region", "division", "in_scope", "excluded", "vetoed")
"""What grading reads of a firm besides its figures."""
REASONS = {one: one.name.lower() for one in Reason}


@dataclass(frozen=True, slots=True)
class LandSummary:
    """What a run came to: firms by reason and by grade, and the benchmarks used by kind of firm and indicator."""

    run_id: int
    scheme: str
    year: int
    region: str | None
    population: int
    counts: dict[str, int]
    benchmarks: dict[str, dict[str, float | None]]
    seconds: float


@dataclass(frozen=True, slots=True)
class LandLine:
    """One enterprise of a run. ``place`` among ``of`` firms it is compared with; None and "" where not graded."""

    key: str
    name: str
    reason: str
    score: float | None
    place: int | None
    of: int | None
    grade: str


def run_land(session: Session, *, code: str, year: int, region: str | None, actor: str) -> LandSummary:
    """Grade the live enterprises of a place by a scheme for the data of a year, and keep the run.

    ``region`` is a prefix of region codes; without it the scheme's own place, else everybody. Raises NotFound (scheme,
    nobody there) and InvalidInput (year without benchmarks, malformed region).
    """
    text = scheme_text(code)
    scheme = parse_scheme(text, file=code)
    scheme.require_year(year)
    begun = time.perf_counter()
    place = region or scheme.region
    ids = _firms(session, place)
    columns = _columns(session, scheme, ids, year)
    found = grade(scheme, columns, year=year)
    run = LandRun(
        scheme=scheme.id,
        settings=text,
        year=year,
        region=place,
        population=ids.size,
        counts=_counts(found),
        benchmarks={
            kind: {name: None if np.isnan(value) else value for name, value in values.items()}
            for kind, values in found.benchmarks.items()
        },
        seconds=round(time.perf_counter() - begun, 3),
        actor=actor,
    )
    session.add(run)
    session.flush()
    _store(session, run.id, ids, columns, found)
    said = {"scheme": scheme.id, "year": year, "region": place, "counts": run.counts}
    audit.record(
        session, actor=actor, action="grade_land", subject_kind="land_run", subject_key=str(run.id), after=said
    )
    return _summary(run)


def repeat_land(session: Session, *, run_id: int) -> int:
    """Work a stored run out again from what it kept; how many firms come out otherwise (0, or something is wrong).

    Raises NotFound.
    """
    run = _run(session, run_id)
    told = [getattr(LandGrade, name) for name in ("reason", "score", "place", "of", "grade", "inputs")]
    query = select(*told).where(col(LandGrade.run_id) == run_id).order_by(col(LandGrade.enterprise_id))
    rows = [tuple(row) for row in session.execute(query)]
    scheme = parse_scheme(run.settings, file=run.scheme)
    again = grade(scheme, _stored(scheme, [row[-1] for row in rows]), year=run.year)
    return sum(row[:-1] != other for row, other in zip(rows, _results(again), strict=True))


def land_lines(session: Session, *, run_id: int, limit: int = 1000) -> list[LandLine]:
    """The firms of a run, the best of each group first, those without a grade last. Raises NotFound."""
    _run(session, run_id)
    query = (
        select(LandGrade, Enterprise)
        .join(Enterprise, col(Enterprise.id) == col(LandGrade.enterprise_id))
        .where(col(LandGrade.run_id) == run_id)
        .order_by(col(LandGrade.place).is_(None), col(LandGrade.place), col(LandGrade.score).desc(), col(LandGrade.id))
        .limit(limit)
    )
    return [
        LandLine(
            firm.uscc or provisional_key(firm.id), firm.name_zh, row.reason, row.score, row.place, row.of, row.grade
        )
        for row, firm in session.execute(query)
    ]


def _run(session: Session, run_id: int) -> LandRun:
    run = session.get(LandRun, run_id)
    if run is None:
        raise NotFound(
            f"没有编号为 {run_id} 的亩均评价。", f"There is no land run {run_id}.", field="run", value=run_id
        )
    return run


def _firms(session: Session, region: str | None) -> Ids:
    if region is not None and not (region.isascii() and region.isdigit() and len(region) in (2, 4, 6)):
        raise InvalidInput(
            f"地区“{region[:20]}”须为 2、4 或 6 位行政区划代码。",
            f"The region “{region[:20]}” must be a region code of 2, 4 or 6 digits.",
            field="region",
            value=region,
        )
    if region is None:
        return live_enterprises(session)
    prefix = region.removesuffix("00").removesuffix("00") if len(region) == 6 else region
    here = session.scalars(select(col(Enterprise.id)).where(col(Enterprise.region_code).startswith(prefix)))
    ids = np.intersect1d(live_enterprises(session), np.array(sorted(here), dtype=np.int64))
    if not ids.size:
        raise NotFound(
            f"地区 {region} 没有登记的企业。", f"No enterprise is registered in {region}.", field="region", value=region
        )
    return ids


def _columns(session: Session, scheme: Scheme, ids: Ids, year: int) -> Columns:
    day = day_of(year)
    asked = noted(lambda nobody: columns_of(scheme, nobody, year=year), as_of=day, procedure="new")
    population = gather(session, ids=ids, reads=asked, as_of=day, procedure="new")
    return columns_of(scheme, population, year=year)


def _counts(found: Grades) -> dict[str, int]:
    reasons = {word: int((found.reason == one).sum()) for one, word in REASONS.items()}
    return reasons | {letter: int((found.grade == letter).sum()) for letter in "ABCD"}


def _results(found: Grades) -> list[tuple[str, float | None, int | None, int | None, str]]:
    """Reason, score, place, of and grade of every row, as they are stored."""
    words = [REASONS[Reason(one)] for one in found.reason.tolist()]
    scores = [None if np.isnan(one) else one for one in found.score.tolist()]
    places = [one or None for one in found.rank.tolist()]
    sizes = [one or None for one in found.of.tolist()]
    return list(zip(words, scores, places, sizes, found.grade.tolist(), strict=True))


def _store(session: Session, run_id: int, ids: Ids, columns: Columns, found: Grades) -> None:
    results, inputs = _results(found), _inputs(columns)
    numbers = reserve_numbers(session, LandGrade, ids.size)
    for start in range(0, ids.size, CHUNK):
        rows = [
            {
                "id": numbers[at],
                "run_id": run_id,
                "enterprise_id": int(ids[at]),
                "reason": results[at][0],
                "score": results[at][1],
                "place": results[at][2],
                "of": results[at][3],
                "grade": results[at][4],
                "inputs": inputs[at],
            }
            for at in range(start, min(start + CHUNK, ids.size))
        ]
        insert_rows(session, LandGrade, rows)


def _inputs(columns: Columns) -> list[dict[str, Any]]:
    """Everything grading reads of each row, as JSON; an unknown figure is left out."""
    names = list(columns.figures)
    table = np.stack(list(columns.figures.values()), axis=1).tolist()
    figures = [{name: one for name, one in zip(names, row, strict=True) if one == one} for row in table]
    rest = zip(*(getattr(columns, key).tolist() for key in OTHERS), strict=True)
    return [{"figures": one, **dict(zip(OTHERS, more, strict=True))} for one, more in zip(figures, rest, strict=True)]


def _stored(scheme: Scheme, inputs: list[dict[str, Any]]) -> Columns:
    names = (*figures_wanted(scheme), LAND)
    return Columns(
        figures={name: np.array([one["figures"].get(name, np.nan) for one in inputs]) for name in names},
        region=np.array([one["region"] for one in inputs], dtype=np.int64),
        division=np.array([one["division"] for one in inputs], dtype=np.int64),
        in_scope=np.array([one["in_scope"] for one in inputs], dtype=np.bool_),
        excluded=np.array([one["excluded"] for one in inputs], dtype=np.int64),
        vetoed=np.array([one["vetoed"] for one in inputs], dtype=np.int64),
    )


def _summary(run: LandRun) -> LandSummary:
    return LandSummary(
        run.id, run.scheme, run.year, run.region, run.population, run.counts, run.benchmarks, run.seconds
    )
