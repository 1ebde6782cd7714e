"""One plan on one day: every indicator with its targets, actual values and forecast. Nothing here writes.

Of several values the latest counts, of the same day the most trusted: today's count stands before last year's
statistic, and for the end of 2022 the statistic stands before the count.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import ActionPlan, PlanIndicator
from registry.schemas.targets import (
    Actual,
    Board,
    Forecast,
    IndicatorGroup,
    IndicatorLine,
    PlanSummary,
    YearPoint,
)
from registry.services.targets.catalogue import Plan, find_plan, list_plans, rule_of, targets_of
from registry.services.targets.counting import Tally, forecast_day, tally
from registry.services.targets.figures import sums
from registry.services.targets.rules import CountRule, Listings
from registry.services.targets.standing import AREA, differ, entered_values, in_order, place_notes
from registry.vocabulary import Trust

LOW = Decimal("0.85")
"""Below this share of its target an indicator is marked."""
PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the registry counts of one indicator: on the day, and at the end of each year of the plan that has ended."""

    now: Actual | None
    ends: dict[int, Actual]
    forecast: Forecast | None


def plans(session: Session) -> list[PlanSummary]:
    """Every plan, the latest first."""
    query = select(col(PlanIndicator.plan_code), func.count()).group_by(col(PlanIndicator.plan_code))
    numbers = {code: count for code, count in session.execute(query)}
    return [_summary(row, numbers.get(row.code, 0)) for row in list_plans(session)]


def get_board(session: Session, code: str, *, as_of: date) -> Board:
    """The plan on the day. Raises NotFound.

    ``as_of`` is the legal day, as in ``directories.get_directory``.
    """
    plan = find_plan(session, code)
    lines = board_lines(session, plan, as_of=as_of)
    groups = [
        IndicatorGroup(
            code=group["code"],
            name=Text(group["name_zh"], group["name_en"]),
            indicators=[line for line in lines if line.group_code == group["code"]],
        )
        for group in plan.row.groups
    ]
    notes = place_notes(session, plan)
    return Board(
        as_of=as_of,
        plan=summary_of(plan),
        years=years_of(plan),
        groups=groups,
        areas=[note for subject, note in notes.items() if subject.startswith(f"{AREA}:")],
    )


def board_lines(
    session: Session, plan: Plan, *, as_of: date, codes: Collection[str] | None = None, by_year: bool = True
) -> list[IndicatorLine]:
    """The indicators of a plan on the day, or those of these codes, in their order; ``by_year``: with year ends."""
    official = entered_values(session, plan, as_of=as_of)
    chosen = [one for one in plan.indicators if codes is None or one.code in codes]
    years = years_of(plan) if by_year else []
    return [_line(session, plan, one, official.get(one.code, []), as_of, years) for one in chosen]


def home_lines(session: Session, *, as_of: date) -> tuple[PlanSummary, list[IndicatorLine]] | None:
    """The few indicators of the latest plan that the home page shows, in their order; None without a plan."""
    latest = next(iter(list_plans(session)), None)
    if latest is None:
        return None
    plan = find_plan(session, latest.code)
    shown = {one.code for one in plan.indicators if one.at_home is not None}
    lines = board_lines(session, plan, as_of=as_of, codes=shown, by_year=False)
    return summary_of(plan), sorted(lines, key=lambda line: line.at_home or 0)


def summary_of(plan: Plan) -> PlanSummary:
    """The head of a plan."""
    return _summary(plan.row, len(plan.indicators))


def years_of(plan: Plan) -> list[int]:
    """The years a plan names: its first, its last, and any other one of its indicators has a target for."""
    named = {int(year) for one in plan.indicators for year in one.targets}
    return sorted(named | {plan.row.from_year, plan.row.to_year})


def _summary(row: ActionPlan, indicators: int) -> PlanSummary:
    return PlanSummary(
        code=row.code,
        title=Text(row.title_zh, row.title_en),
        from_year=row.from_year,
        to_year=row.to_year,
        region_code=row.region_code,
        source=Text(row.source_zh, row.source_en),
        indicators=indicators,
    )


def _line(
    session: Session,
    plan: Plan,
    indicator: PlanIndicator,
    official: Sequence[Actual],
    as_of: date,
    years: Sequence[int],
) -> IndicatorLine:
    rule, targets = rule_of(indicator), targets_of(indicator)
    counted = _count(session, plan, rule, years, as_of)
    known = in_order([*official, *([counted.now] if counted.now else [])])
    now = known[0] if known else None
    target = targets[max(targets)] if targets else None
    return IndicatorLine(
        code=indicator.code,
        group_code=indicator.group_code,
        name=Text(indicator.name_zh, indicator.name_en),
        kind=indicator.kind,
        unit=Text(indicator.unit_zh, indicator.unit_en),
        meaning=Text(indicator.meaning_zh, indicator.meaning_en),
        source=Text(indicator.source_zh, indicator.source_en),
        countable=rule is not None,
        by_titles=isinstance(rule, Listings),
        years=[_year(year, targets.get(year), counted.ends.get(year), official) for year in years],
        now=now,
        others=known[1:],
        conflict=now is not None and differ(now, known[1:]),
        target=target,
        share=(now.value / target).quantize(PLACES) if now is not None and target else None,
        forecast=counted.forecast,
        at_home=indicator.at_home,
    )


def _year(year: int, target: Decimal | None, counted: Actual | None, official: Sequence[Actual]) -> YearPoint:
    """The end of a year: values for a day of that year, the latest first."""
    values = [one for one in official if one.on_day.year == year]
    known = in_order([*values, *([counted] if counted else [])])
    return YearPoint(year=year, target=target, actual=known[0] if known else None, others=known[1:])


def _count(session: Session, plan: Plan, rule: CountRule | None, years: Sequence[int], as_of: date) -> _Counted:
    ends = [date(year, 12, 31) for year in years if date(year, 12, 31) <= as_of]
    if rule is None:
        return _Counted(None, {}, None)
    if isinstance(rule, Listings):
        return _count_titles(tally(session, plan, rule, day=as_of, on_days=ends), ends, as_of)
    found = {day: sums(session, plan, rule, day=day) for day in {as_of, *ends}}
    values = {
        day: computed(one.value, date(one.year, 12, 31), one.firms, one.year)
        for day, one in found.items()
        if one.value is not None
    }
    return _Counted(values.get(as_of), {day.year: values[day] for day in ends if day in values}, None)


def _count_titles(counted: Tally, ends: Sequence[date], as_of: date) -> _Counted:
    pairs = zip(ends, counted.on_days, strict=True)
    return _Counted(
        now=computed(counted.now, as_of, counted.now) if counted.known else None,
        ends={day.year: computed(count, day, count) for day, count in pairs if count is not None},
        forecast=Forecast(
            on_day=forecast_day(as_of), value=counted.forecast, leaving=counted.leaving, joining=counted.joining
        )
        if counted.known or counted.joining
        else None,
    )


def computed(value: Decimal | int, on_day: date, firms: int, year: int | None = None) -> Actual:
    """A value of the registry's own counting."""
    return Actual(
        value=Decimal(value),
        on_day=on_day,
        trust=Trust.COMPUTED,
        counted=True,
        firms=firms,
        figure_year=year,
        value_id=None,
        document=None,
        document_no=None,
        document_on=None,
        source_url=None,
        version=None,
    )
