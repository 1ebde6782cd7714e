"""Who is ready, near, at risk or missing data: the flagged enterprises of the latest whole runs, inside a region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity.regions import covers, region
from registry.models import Assessment, AssessmentRun, CultivationCase, Enterprise, EnterpriseChain
from registry.policies import EVERYWHERE
from registry.schemas.assessments import CandidatePage, CandidateRow, RunInfo
from registry.schemas.enterprises import EnterpriseSummary
from registry.schemas.paging import Cursor, check_limit, decode, encode
from registry.services.assessing.explaining import report_of
from registry.services.enterprises import summaries
from registry.services.standards import known_standards
from registry.tiering.selection import find
from registry.tiering.standard import Standard
from registry.vocabulary import CaseStage, Flag, Procedure

_SCOPE = "candidates"


@dataclass(frozen=True, slots=True)
class CandidateQuery:
    """Which flagged enterprises. ``region_code`` is the official's own region; city, district and chain narrow it."""

    tier: str
    flag: Flag = Flag.NEAR
    region_code: str = EVERYWHERE
    place: str | None = None
    chain: str | None = None
    cursor: str | None = None
    limit: int = 25


def latest_runs(session: Session, *, tier: str) -> list[AssessmentRun]:
    """The newest whole run of each procedure, if both belong to the same day; else the newest alone."""
    newest: list[AssessmentRun] = []
    for procedure in Procedure:
        query = (
            select(AssessmentRun)
            .where(
                col(AssessmentRun.tier) == tier,
                col(AssessmentRun.procedure) == procedure,
                col(AssessmentRun.whole_population).is_(True),
            )
            .order_by(col(AssessmentRun.id).desc())
            .limit(1)
        )
        newest += session.scalars(query).all()
    latest = max((run.as_of for run in newest), default=None)
    return [run for run in newest if run.as_of == latest]


def candidates(session: Session, query: CandidateQuery, *, as_of: date) -> CandidatePage:
    """One page, fewest gaps first. Titles and names are today's; findings are those of the run.

    Raises NotFound for an unknown tier, InvalidInput for a damaged cursor or a limit out of range.
    """
    tier = find(query.tier, among=known_standards(session))[0].tier
    runs = latest_runs(session, tier=tier)
    inside = _inside(query, [run.id for run in runs])
    counts = {flag: 0 for flag in Flag}
    for flag, count in session.execute(
        _from(select(col(Assessment.flag), func.count())).where(*inside).group_by(col(Assessment.flag))
    ):
        counts[Flag.of(flag)] = count
    stored, next_cursor = _page(session, query, inside)
    return CandidatePage(
        tier=tier,
        runs=tuple(run_info(run) for run in runs),
        counts=counts,
        rows=tuple(_rows(session, stored, {run.id: run for run in runs}, tier, as_of)),
        total=counts[query.flag],
        next_cursor=next_cursor,
    )


def run_info(run: AssessmentRun) -> RunInfo:
    """A run as it is shown."""
    return RunInfo(
        run_id=run.id,
        tier=run.tier,
        version=run.standard_version,
        procedure=run.procedure,
        as_of=run.as_of,
        population=run.population,
        seconds=run.seconds,
        run_at=run.run_at,
        actor=run.actor,
    )


def in_region(code: str) -> ColumnElement[bool]:
    """SQL: the enterprise lies in this region. Everywhere is everywhere, also for firms without a known place."""
    if code == EVERYWHERE:
        return col(Enterprise.id).is_not(None)
    prefix = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return col(Enterprise.region_code).startswith(prefix, autoescape=True)


def _inside(query: CandidateQuery, run_ids: Sequence[int]) -> list[ColumnElement[bool]]:
    parts = [col(Assessment.run_id).in_(run_ids), col(Assessment.flag).is_not(None), in_region(query.region_code)]
    if query.place:
        # A place outside the official's own region finds nothing rather than somebody else's firms.
        wider = query.region_code == EVERYWHERE or covers(query.region_code, query.place)
        parts.append(in_region(query.place) if wider else col(Enterprise.id).is_(None))
    if query.chain:
        chained = select(col(EnterpriseChain.enterprise_id)).where(col(EnterpriseChain.chain_code) == query.chain)
        parts.append(col(Enterprise.id).in_(chained))
    return parts


def _from(query: Any) -> Any:
    return query.join(Enterprise, col(Enterprise.id) == col(Assessment.enterprise_id))


def _page(
    session: Session, query: CandidateQuery, inside: list[ColumnElement[bool]]
) -> tuple[list[Assessment], str | None]:
    limit = check_limit(query.limit)
    order = (col(Assessment.gap_count), col(Assessment.unknown_count), col(Assessment.id))
    rows = _from(select(Assessment)).where(*inside, col(Assessment.flag) == query.flag.value).order_by(*order)
    scope = f"{_SCOPE}:{query.flag.value}"
    if query.cursor:
        gaps, unknowns, last = decode(query.cursor, scope=scope, kinds=(int, int, int)).values
        later = (order[0] > gaps) | (
            (order[0] == gaps) & ((order[1] > unknowns) | ((order[1] == unknowns) & (order[2] > last)))
        )
        rows = rows.where(later)
    found = list(session.scalars(rows.limit(limit + 1)))
    if len(found) <= limit:
        return found, None
    end = found[limit - 1]
    return found[:limit], encode(Cursor(scope=scope, values=(end.gap_count, end.unknown_count, end.id)))


def _rows(
    session: Session, stored: list[Assessment], runs: dict[int, AssessmentRun], tier: str, as_of: date
) -> list[CandidateRow]:
    ids = [one.enterprise_id for one in stored]
    firms = {firm.id: firm for firm in summaries(session, ids, as_of=as_of)}
    places = dict(
        session.execute(
            select(col(Enterprise.id), col(Enterprise.region_code)).where(col(Enterprise.id).in_(ids))
        ).all()
    )
    cases = _open_cases(session, ids, tier)
    among = known_standards(session)
    return [
        _row(
            one,
            runs[one.run_id],
            firms[one.enterprise_id],
            places.get(one.enterprise_id),
            cases.get(one.enterprise_id),
            among,
        )
        for one in stored
        if one.enterprise_id in firms
    ]


def _open_cases(session: Session, ids: Sequence[int], tier: str) -> dict[int, CaseStage]:
    query = select(col(CultivationCase.enterprise_id), col(CultivationCase.stage)).where(
        col(CultivationCase.enterprise_id).in_(ids),
        col(CultivationCase.directory_code) == tier,
        col(CultivationCase.closed_at).is_(None),
    )
    return {owner: stage for owner, stage in session.execute(query)}


def _row(
    one: Assessment,
    run: AssessmentRun,
    firm: EnterpriseSummary,
    place: str | None,
    stage: CaseStage | None,
    among: tuple[Standard, ...],
) -> CandidateRow:
    report = report_of(one, run, among=among)
    district = region(place) if place else None
    last_year = run.as_of.year - 1
    revenue = one.inputs["annual"].get(str(last_year), {}).get("revenue")
    return CandidateRow(
        assessment_id=one.id,
        enterprise=firm,
        district=Text(district.name, district.name_en) if district and district.level == "county" else None,
        flag=Flag.of(one.flag or ""),
        verdict=one.verdict,
        version=run.standard_version,
        criteria=tuple(criterion.id for criterion in report.criteria),
        results=one.results,
        met=one.results.count("M"),
        gap_text=Text(report.gap_text, report.gap_text_en),
        revenue_cny=None if revenue is None else round(revenue),
        revenue_year=last_year,
        case_stage=stage,
    )
