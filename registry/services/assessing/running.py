"""Judge a population by a tier's standards and keep the result, pinned to version and inputs."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.clock import now
from registry.db import reading, transaction
from registry.models import Assessment, AssessmentNeed, AssessmentRun
from registry.services import audit
from registry.services.assessing.gathering import Ids, gather, live_enterprises, titles_of
from registry.services.assessing.pinning import pin
from registry.services.assessing.versions import versions_by_place
from registry.services.imports.bulk import insert_rows, reserve_numbers
from registry.services.standards import known_standards
from registry.tiering.evaluation import Evaluation, Result, evaluate
from registry.tiering.evaluation import Verdict as VerdictCode
from registry.tiering.flags import Flags, data_criteria, flags
from registry.tiering.open_needs import open_needs
from registry.tiering.population import Bools, Population
from registry.tiering.reads import reads
from registry.tiering.selection import find
from registry.tiering.standard import Procedure as ProcedureCode
from registry.tiering.standard import Standard
from registry.titles import DUE_DAYS
from registry.vocabulary import Flag, Procedure, Verdict

LETTERS = {
    Result.MET: "M",
    Result.UNMET: "U",
    Result.UNKNOWN: "?",
    Result.NEEDS_REVIEW: "R",
    Result.NOT_APPLICABLE: "N",
}
VERDICTS = (Verdict.INELIGIBLE, Verdict.UNDECIDED, Verdict.ELIGIBLE)
CHUNK = 2_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to: counts by verdict and flag over ``population`` enterprises."""

    run_id: int
    tier: str
    version: str
    procedure: Procedure
    as_of: date
    population: int
    counts: dict[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """A standard over the firms of one procedure: everything a run stores, not stored yet."""

    evaluation: Evaluation
    procedure: Procedure
    ids: Ids
    flag: np.ndarray[Any, Any]
    seconds: float


def assess_tier(
    database: Engine,
    *,
    code: str,
    as_of: date,
    actor: str,
    enterprise_id: int | None = None,
    progress: Progress | None = None,
) -> list[RunSummary]:
    """Assess every live enterprise (or one) by the standards of a tier in force on a day, and keep the result.

    Firms without the title are judged as new applicants, holders as under review; each procedure is a run of its own
    with its own version. Flagged firms are stored one by one with their inputs, the rest is counted; a run for one
    enterprise is always stored. Earlier runs stay as they are. Raises NotFound and InvalidInput as ``choose`` does.

    Long work: it reads first and writes in one short transaction at the end, so that nobody waits for the lock
    meanwhile; cancelled or killed before that, it leaves nothing.
    """
    with reading(database) as session:
        only = None if enterprise_id is None else [enterprise_id]
        judged = judge_tier(session, code=code, as_of=as_of, only=only, progress=progress)
    with transaction(database) as session:
        run_at, keep_all = now(), enterprise_id is not None
        return [store_judgement(session, one, actor=actor, keep_all=keep_all, run_at=run_at) for one in judged]


def judge_tier(
    session: Session,
    *,
    code: str,
    as_of: date,
    only: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> list[Judgement]:
    """The judgements of a tier, one for each version and procedure that applies to somebody. Reads only.

    ``only``: these enterprises instead of everybody.
    """
    among = known_standards(session)
    tier = find(code, among=among)[0].tier
    ids = live_enterprises(session, only=only)
    holds, ends_soon = _holders(session, ids, tier, as_of)
    plan: list[tuple[ProcedureCode, Bools]] = [("new", ~holds), ("review", holds)]
    found, done = [], 0
    for procedure, members in plan:
        if not members.any():
            continue
        groups = versions_by_place(session, ids=ids[members], code=code, procedure=procedure, as_of=as_of, among=among)
        for standard, firms in groups:
            soon = ends_soon[np.searchsorted(ids, firms)]
            found.append(_judge(session, standard, procedure, firms, soon, as_of))
            done += firms.size
            if progress is not None:
                progress(done, ids.size)
    return found


def store_judgement(
    session: Session, judged: Judgement, *, actor: str, keep_all: bool, run_at: datetime | None = None
) -> RunSummary:
    """Write one run with its flagged firms (or all of them) and its audit event.

    Runs of one assessment carry the same ``run_at``: that is how they are known to belong together.
    """
    standard, population = judged.evaluation.standard, judged.evaluation.population
    run = AssessmentRun(
        tier=standard.tier,
        standard_version=standard.id,
        rule_hash=rule_hash(standard),
        procedure=judged.procedure,
        as_of=population.as_of,
        whole_population=not keep_all,
        population=population.size,
        counts=_counts(judged.evaluation, judged.flag),
        seconds=judged.seconds,
        actor=actor,
        run_at=run_at or now(),
    )
    session.add(run)
    session.flush()
    _store(session, run.id, judged, keep_all=keep_all)
    said = {"standard": standard.id, "procedure": judged.procedure.value, "as_of": str(run.as_of)}
    audit.record(
        session,
        actor=actor,
        action="assess",
        subject_kind="assessment_run",
        subject_key=str(run.id),
        after={**said, "counts": run.counts},
    )
    return RunSummary(run.id, run.tier, standard.id, run.procedure, run.as_of, run.population, run.counts, run.seconds)


def rule_hash(standard: Standard) -> str:
    """SHA-256 of a version's content: layout and comments of its file do not count, every rule does."""
    return hashlib.sha256(standard.model_dump_json().encode()).hexdigest()


def letters(evaluation: Evaluation) -> list[str]:
    """One string a row, one letter a criterion in the order of the rule."""
    table = np.array([LETTERS[Result(code)] for code in range(len(LETTERS))])
    grid = np.stack([table[codes] for codes in evaluation.codes.values()], axis=1)
    return ["".join(row) for row in grid]


def _holders(session: Session, ids: Ids, tier: str, as_of: date) -> tuple[Bools, Bools]:
    """Who holds the title on the day, and whose title ends within the due days."""
    held = Population.from_columns(size=ids.size, as_of=as_of, titles={tier: titles_of(session, ids, tier)})
    holds = held.holders([tier])
    return holds, holds & ~held.holders([tier], days_ahead=DUE_DAYS + 1)


def _judge(
    session: Session, standard: Standard, procedure: ProcedureCode, ids: Ids, ends_soon: Bools, as_of: date
) -> Judgement:
    begun = time.perf_counter()
    asked = reads(standard, as_of=as_of, procedure=procedure)
    population = gather(session, ids=ids, reads=asked, as_of=as_of, procedure=procedure)
    evaluation = evaluate(standard, population)
    met, of = data_criteria(evaluation)
    found = flags(
        verdict=evaluation.verdict,
        holds_title=np.full(ids.size, procedure == "review"),
        ends_soon=ends_soon,
        gaps=evaluation.gaps,
        unknowns=evaluation.unknowns,
        veto=evaluation.veto,
        met=met,
        of=of,
    )
    return Judgement(
        evaluation=evaluation,
        procedure=Procedure.NEW if procedure == "new" else Procedure.REVIEW,
        ids=ids,
        flag=_one_flag(found, _reported(population)),
        seconds=round(time.perf_counter() - begun, 3),
    )


def _reported(population: Population) -> Bools:
    """Rows with at least one yearly figure: of a firm that never reported anything no figure "would decide it"."""
    known = np.zeros(population.size, dtype=np.bool_)
    for column in population.figures.values():
        known |= column.known
    return known


def _one_flag(found: Flags, reported: Bools) -> np.ndarray[Any, Any]:
    """The one list a firm stands on: at risk before candidate before near before needs data."""
    flag = np.full(reported.size, None, dtype=object)
    flag[found.needs_data & reported] = Flag.NEEDS_DATA.value
    flag[found.near & reported] = Flag.NEAR.value
    flag[found.candidate] = Flag.CANDIDATE.value
    flag[found.at_risk] = Flag.AT_RISK.value
    return flag


def _counts(evaluation: Evaluation, flag: np.ndarray[Any, Any]) -> dict[str, int]:
    counts = {verdict.value: int((evaluation.verdict == code).sum()) for code, verdict in enumerate(VERDICTS)}
    return counts | {one.value: int((flag == one.value).sum()) for one in Flag}


def _store(session: Session, run_id: int, judged: Judgement, *, keep_all: bool) -> None:
    flag, evaluation = judged.flag, judged.evaluation
    keep = np.flatnonzero(np.ones(flag.size, np.bool_) if keep_all else flag != None)  # noqa: E711 - element-wise
    results, revenue = letters(evaluation), _revenue(evaluation.population)
    pins, asked = pin(evaluation.population, keep.tolist()), _asked(evaluation)
    for start in range(0, keep.size, CHUNK):
        chunk = keep[start : start + CHUNK].tolist()
        numbers = reserve_numbers(session, Assessment, len(chunk))
        needs = [[place for place, rows in asked if rows[at]] for at in chunk]
        rows = [
            _row(evaluation, at)
            | {
                "id": number,
                "run_id": run_id,
                "enterprise_id": int(judged.ids[at]),
                "results": results[at],
                "flag": flag[at],
                "need_count": len(missing),
                "revenue_cny": revenue[at],
                "inputs": next(pins),
            }
            for number, at, missing in zip(numbers, chunk, needs, strict=True)
        ]
        insert_rows(session, Assessment, rows)
        pairs = zip(numbers, needs, strict=True)
        wants = [{"run_id": run_id, "path": one, "assessment_id": owner} for owner, paths in pairs for one in paths]
        insert_rows(session, AssessmentNeed, wants)


def _row(evaluation: Evaluation, at: int) -> dict[str, Any]:
    score = evaluation.score
    return {
        "verdict": VERDICTS[int(evaluation.verdict[at])],
        "gap_count": int(evaluation.gaps[at]),
        "unknown_count": int(evaluation.unknowns[at]),
        "score_low": None if score is None else float(score.low[at]),
        "score_high": None if score is None else float(score.high[at]),
    }


def _asked(evaluation: Evaluation) -> list[tuple[str, Bools]]:
    """Places of missing figures, each once, with the undecided rows they would help to decide."""
    undecided = evaluation.verdict == VerdictCode.UNDECIDED
    found: dict[str, Bools] = {}
    for need, rows in open_needs(evaluation).items():
        found[need.path] = found.get(need.path, False) | (rows & undecided)
    return list(found.items())


def _revenue(population: Population) -> list[int | None]:
    """Revenue of the year before, where the rule reads it."""
    column = population.figures.get(("revenue", population.last_year))
    if column is None:
        return [None] * population.size
    pairs = zip(column.values.tolist(), column.known.tolist(), strict=True)
    return [round(value) if known else None for value, known in pairs]
