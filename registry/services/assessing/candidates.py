"""Who is ready, near, at risk or missing data: the flagged enterprises of the latest whole runs, inside a region."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity.regions import region
from registry.models import Assessment, CultivationCase, Enterprise
from registry.schemas.assessments import CandidatePage, CandidateRow, ReasonCount
from registry.schemas.enterprises import EnterpriseSummary
from registry.schemas.paging import check_limit
from registry.services.assessing.choosing import (
    LETTERS,
    CandidateQuery,
    Reason,
    because,
    inside,
    order_of,
    with_firms,
)
from registry.services.assessing.runs import RunRule, latest_runs, with_rules
from registry.services.enterprises import summaries
from registry.services.standards import known_standards
from registry.tiering.selection import find
from registry.vocabulary import CaseStage, Flag

_SCOPE = "candidates"
OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}


def candidates(session: Session, query: CandidateQuery, *, as_of: date) -> CandidatePage:
    """One page in the order asked for. Titles and names are today's; findings are those of the run.

    ``counts`` are of every list inside place and chain; ``total`` and ``reasons`` of the list asked for.
    Raises NotFound for an unknown tier, InvalidInput for a damaged cursor or a limit out of range.
    """
    tier = find(query.tier, among=known_standards(session))[0].tier
    runs = with_rules(session, latest_runs(session, tier=tier))
    found = inside(query, runs)
    counts = {flag: 0 for flag in Flag}
    by_flag = select(col(Assessment.flag), func.count()).group_by(col(Assessment.flag))
    for flag, count in session.execute(with_firms(by_flag).where(*found)):
        counts[Flag.of(flag)] = count
    listed = [*found, col(Assessment.flag) == query.flag.value]
    reasons = _reasons(session, runs, listed)
    if query.reason is not None:
        listed.append(because(query.reason, runs))
    stored, next_cursor = _page(session, query, listed)
    wanted = next((one.count for one in reasons if query.reason and one.key == str(query.reason)), 0)
    return CandidatePage(
        tier=tier,
        runs=tuple(run.info for run in runs.values()),
        counts=counts,
        rows=tuple(_rows(session, stored, runs, tier, as_of)),
        total=counts[query.flag] if query.reason is None else wanted,
        reasons=reasons,
        next_cursor=next_cursor,
    )


def _reasons(
    session: Session, runs: Mapping[int, RunRule], listed: Sequence[ColumnElement[bool]]
) -> tuple[ReasonCount, ...]:
    keys = (col(Assessment.run_id), col(Assessment.results))
    grouped = with_firms(select(*keys, func.count())).where(*listed).group_by(*keys)
    return reason_counts(runs, session.execute(grouped))


def reason_counts(runs: Mapping[int, RunRule], counted: Iterable[Any]) -> tuple[ReasonCount, ...]:
    """What keeps firms on a list: how many fail, lack data for or need a person for a criterion.

    ``counted``: run, letters, number of firms.
    """
    found: Counter[tuple[str, str]] = Counter()
    names: dict[str, Text] = {}
    for run_id, results, count in counted:
        run = runs[run_id]
        for one, letter in zip(run.weighing, run.counted(results), strict=False):
            if letter in OUTCOMES:
                found[OUTCOMES[letter], one.id] += count
                names[one.id] = Text(one.name.zh, one.name.en)
    places = {name: at for at, name in enumerate(LETTERS)}
    ordered = sorted(found.items(), key=lambda item: (places[item[0][0]], -item[1], item[0][1]))
    return tuple(
        ReasonCount.model_validate(
            {"key": str(Reason(*key)), "outcome": key[0], "criterion": key[1], "name": names[key[1]], "count": count}
        )
        for key, count in ordered
    )


def _page(
    session: Session, query: CandidateQuery, listed: Sequence[ColumnElement[bool]]
) -> tuple[list[Assessment], str | None]:
    limit, order = check_limit(query.limit), order_of(query.sort)
    rows = with_firms(select(Assessment, *order.columns)).where(*listed).order_by(*order.columns)
    scope = ":".join((_SCOPE, query.flag.value, query.sort.value))
    if query.cursor:
        rows = rows.where(order.after(query.cursor, scope))
    found = session.execute(rows.limit(limit + 1)).all()
    shown = [row[0] for row in found[:limit]]
    return shown, order.cursor(scope, found[limit - 1][1:]) if len(found) > limit else None


def _rows(
    session: Session, stored: list[Assessment], runs: Mapping[int, RunRule], tier: str, as_of: date
) -> list[CandidateRow]:
    ids = [one.enterprise_id for one in stored]
    firms = {firm.id: firm for firm in summaries(session, ids, as_of=as_of)}
    places = dict(
        session.execute(
            select(col(Enterprise.id), col(Enterprise.region_code)).where(col(Enterprise.id).in_(ids))
        ).all()
    )
    cases = _open_cases(session, ids, tier)
    return [
        _row(
            one,
            runs[one.run_id],
            firms[one.enterprise_id],
            places.get(one.enterprise_id),
            cases.get(one.enterprise_id),
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
    one: Assessment, run: RunRule, firm: EnterpriseSummary, place: str | None, stage: CaseStage | None
) -> CandidateRow:
    district = region(place) if place else None
    results = run.counted(one.results)
    return CandidateRow(
        assessment_id=one.id,
        enterprise=firm,
        district=Text(district.name, district.name_en) if district and district.level == "county" else None,
        flag=Flag.of(one.flag or ""),
        verdict=one.verdict,
        version=run.standard.id,
        criteria=tuple(criterion.id for criterion in run.weighing),
        results=results,
        met=results.count("M"),
        score_low=one.score_low,
        score_high=one.score_high,
        gap_text=run.gap_text(one),
        revenue_cny=one.revenue_cny,
        revenue_year=run.run.as_of.year - 1,
        case_stage=stage,
    )
