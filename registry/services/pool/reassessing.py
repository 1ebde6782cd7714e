"""The nightly re-assessment of the pool: new numbers for every open case, proposals, stalled cases chased."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry.db import reading, transaction
from registry.errors import InvalidInput, InvalidTransition, NotFound
from registry.models import Assessment, CultivationCase
from registry.policies import SYSTEM
from registry.services.assessing.running import Judgement, judge_tier, store_judgement
from registry.services.pool.chasing import STEPS, chase_stalled
from registry.services.pool.criteria import vetoes_of
from registry.services.pool.moves import OPEN, lock_case
from registry.services.pool.proposing import Standing, renew_proposals
from registry.vocabulary import Verdict

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a night came to."""

    cases: int
    proposals: int
    chased: int


def reassess_pool(
    database: Engine, *, as_of: date, steps: Sequence[int] = STEPS, progress: Progress | None = None
) -> Renewed:
    """Judge every firm in the pool by the standard it is led towards, bring proposals up to date, chase the stalled.

    Reads first and writes a directory at a time, so that nobody waits long. Harmless again on the same day: numbers
    are stored anew, proposals and reminders that stand are not repeated.
    """
    with reading(database) as session:
        wanted = _open_firms(session)
    total, done, proposals = sum(len(ids) for ids in wanted.values()), 0, 0
    for code, ids in wanted.items():
        with reading(database) as session:
            judged = _judge(session, code, ids, as_of)
        with transaction(database) as session:
            cases, made = _renew(session, code, _store(session, judged))
        done, proposals = done + cases, proposals + made
        if progress is not None:
            progress(min(done, total), total)
    with transaction(database) as session:
        chased = chase_stalled(session, today=as_of, steps=steps)
    return Renewed(done, proposals, chased)


def pool_tiers(session: Session) -> list[str]:
    """The directories towards which somebody is led."""
    return list(_open_firms(session))


def _open_firms(session: Session) -> dict[str, list[int]]:
    query = (
        select(col(CultivationCase.directory_code), col(CultivationCase.enterprise_id))
        .where(col(CultivationCase.stage).in_(OPEN))
        .distinct()
        .order_by(col(CultivationCase.directory_code), col(CultivationCase.enterprise_id))
    )
    found: dict[str, list[int]] = {}
    for code, number in session.execute(query):
        found.setdefault(code, []).append(number)
    return found


def _judge(session: Session, code: str, ids: list[int], as_of: date) -> list[Judgement]:
    """Nothing where the directory has no standard, or none for these firms today."""
    try:
        return judge_tier(session, code=code, as_of=as_of, only=ids)
    except (InvalidInput, NotFound):
        return []


def _store(session: Session, judged: list[Judgement]) -> dict[int, tuple[int, Verdict]]:
    """Keep the results: assessment and verdict of each firm, by its number."""
    found: dict[int, tuple[int, Verdict]] = {}
    for one in judged:
        run = store_judgement(session, one, actor=SYSTEM.label, keep_all=True)
        query = select(col(Assessment.enterprise_id), col(Assessment.id), col(Assessment.verdict))
        rows = session.execute(query.where(col(Assessment.run_id) == run.run_id))
        found.update({firm: (number, verdict) for firm, number, verdict in rows})
    return found


def _renew(session: Session, code: str, stored: dict[int, tuple[int, Verdict]]) -> tuple[int, int]:
    """New numbers and proposals for the open cases of a directory; how many cases, how many proposals."""
    query = select(col(CultivationCase.id), col(CultivationCase.assessment_id)).where(
        col(CultivationCase.directory_code) == code, col(CultivationCase.stage).in_(OPEN)
    )
    known = session.execute(query.order_by(col(CultivationCase.id))).all()
    vetoes = vetoes_of(session, [*(number for number, _ in stored.values()), *(first for _, first in known)])
    cases = made = 0
    for number, _ in known:
        try:
            case = lock_case(session, number, actor=SYSTEM)
        except InvalidTransition:
            continue  # closed this very moment
        standing = None
        # Taken in since the firms were read: what was not judged keeps its numbers.
        if case.enterprise_id in stored:
            case.latest_assessment_id, verdict = stored[case.enterprise_id]
            case.assessment_id = case.assessment_id or case.latest_assessment_id
            lost = vetoes[case.latest_assessment_id] - vetoes.get(case.assessment_id, frozenset())
            standing = Standing(case.latest_assessment_id, verdict, bool(lost))
        made += renew_proposals(session, case, standing, actor=SYSTEM)
        case.version += 1
        cases += 1
    session.flush()
    return cases, made
