"""Chain × city of one indicator, with where the plan wants each field. Nothing here writes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.errors import InvalidInput, Text
from registry.models import Enterprise, EnterpriseChain, PlanIndicator
from registry.schemas.targets import Matrix, MatrixCell, MatrixRow, PlaceNote
from registry.services.places import place
from registry.services.targets.catalogue import Plan, chain_names, find_plan, in_chain, rule_of
from registry.services.targets.counting import members
from registry.services.targets.rules import Listings
from registry.services.targets.standing import CHAIN, place_notes


def get_matrix(session: Session, code: str, *, as_of: date, indicator: str | None = None) -> Matrix | None:
    """The matrix of an indicator, or of the first that counts firms; None if the plan has no such one.

    Raises NotFound (plan, indicator), InvalidInput naming ``indicator`` for one that does not count firms by titles.
    """
    plan = find_plan(session, code)
    chosen = plan.indicator(indicator) if indicator else _first(plan)
    if chosen is None:
        return None
    rule = rule_of(chosen)
    if not isinstance(rule, Listings):
        raise InvalidInput(
            f"“{chosen.name_zh}”不是按称号计数的，没有产业链和城市的分布。",
            f"“{chosen.name_en}” is not counted by titles and has no chains and cities.",
            field="indicator",
            value=chosen.code,
        )
    return _matrix(session, plan, chosen, rule, as_of)


def _first(plan: Plan) -> PlanIndicator | None:
    return next((one for one in plan.indicators if isinstance(rule_of(one), Listings)), None)


def _matrix(session: Session, plan: Plan, chosen: PlanIndicator, rule: Listings, as_of: date) -> Matrix:
    counted = members(plan, rule, day=as_of).subquery()
    firms = select(col(Enterprise.city_code), func.count()).join(counted, counted.c.enterprise_id == col(Enterprise.id))
    by_city = _pairs(session, firms)
    outside = _pairs(session, firms.where(~in_chain(None)))
    cells = _cells(session, counted)
    notes = place_notes(session, plan)
    cities = list(plan.cities)
    names = chain_names(session)
    rows = [_row(code, name, cells, cities, notes.get(f"{CHAIN}:{code}")) for code, name in names.items()]
    total = sum(by_city.values())
    return Matrix(
        as_of=as_of,
        indicator=chosen.code,
        name=Text(chosen.name_zh, chosen.name_en),
        cities=cities,
        city_names=[place(city) or Text(city, city) for city in cities],
        rows=rows,
        city_totals=[by_city.get(city, 0) for city in cities],
        total=total,
        repeated=sum(row.total for row in rows) + sum(outside.values()) - total,
        outside_chains=sum(outside.values()),
        outside_by_city=[outside.get(city, 0) for city in cities],
    )


def _pairs(session: Session, query: Any) -> dict[str, int]:
    return {city: count for city, count in session.execute(query.group_by(col(Enterprise.city_code)))}


def _cells(session: Session, counted: Any) -> dict[tuple[str, str], int]:
    query = (
        select(col(EnterpriseChain.chain_code), col(Enterprise.city_code), func.count())
        .join(Enterprise, col(Enterprise.id) == col(EnterpriseChain.enterprise_id))
        .join(counted, counted.c.enterprise_id == col(Enterprise.id))
        .group_by(col(EnterpriseChain.chain_code), col(Enterprise.city_code))
    )
    return {(chain, city): count for chain, city, count in session.execute(query) if city is not None}


def _row(
    code: str, name: Text, cells: Mapping[tuple[str, str], int], cities: list[str], wish: PlaceNote | None
) -> MatrixRow:
    wanted = set(wish.cities) if wish is not None else set()
    found = [MatrixCell(city=city, value=cells.get((code, city), 0), wanted=city in wanted) for city in cities]
    return MatrixRow(
        chain=code,
        name=name,
        cells=found,
        total=sum(cell.value for cell in found),
        wish=wish if wish is not None and wish.version else None,
    )
