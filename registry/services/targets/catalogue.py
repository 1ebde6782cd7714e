"""The plans and their indicators, as shipped or added as rows; and which firms lie in a plan's province."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from registry.errors import NotFound, Text
from registry.identity.regions import children
from registry.models import ActionPlan, Chain, Enterprise, EnterpriseChain, PlanIndicator
from registry.services.targets.rules import Chains, CountRule, read_rule

NO_CHAIN = "none"
"""Asks for the firms that are in no chain."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its indicators in their order."""

    row: ActionPlan
    indicators: tuple[PlanIndicator, ...]

    @property
    def cities(self) -> tuple[str, ...]:
        """The cities whose firms count, in the order of their codes."""
        return children(self.row.region_code)

    @property
    def title(self) -> Text:
        """As announced."""
        return Text(self.row.title_zh, self.row.title_en)

    def indicator(self, code: str) -> PlanIndicator:
        """The indicator with this code. Raises NotFound naming it."""
        for one in self.indicators:
            if one.code == code:
                return one
        raise NotFound(
            f"这份计划没有代码为“{code[:40]}”的指标。",
            f"The plan has no indicator with the code “{code[:40]}”.",
            field="indicator",
            value=code,
        )


def list_plans(session: Session) -> list[ActionPlan]:
    """Every plan, the latest first."""
    order = (col(ActionPlan.from_year).desc(), col(ActionPlan.position), col(ActionPlan.code))
    return list(session.scalars(select(ActionPlan).order_by(*order)))


def find_plan(session: Session, code: str) -> Plan:
    """The plan with this code and its indicators. Raises NotFound naming it."""
    row = session.get(ActionPlan, code[:40])
    if row is None:
        raise NotFound(
            f"没有代码为“{code[:40]}”的行动计划。",
            f"There is no action plan with the code “{code[:40]}”.",
            field="plan",
            value=code,
        )
    order = (col(PlanIndicator.position), col(PlanIndicator.code))
    found = session.scalars(select(PlanIndicator).where(col(PlanIndicator.plan_code) == row.code).order_by(*order))
    return Plan(row, tuple(found))


def rule_of(indicator: PlanIndicator) -> CountRule | None:
    """How the registry counts the indicator, if it can."""
    return read_rule(indicator.count_rule)


def targets_of(indicator: PlanIndicator) -> dict[int, Decimal]:
    """Year → target, ascending; years without a known number are absent."""
    return {int(year): Decimal(value) for year, value in sorted(indicator.targets.items())}


def chain_names(session: Session) -> dict[str, Text]:
    """Code → name of the chains, in their order."""
    order = (col(Chain.position), col(Chain.code))
    return {one.code: Text(one.name_zh, one.name_en) for one in session.scalars(select(Chain).order_by(*order))}


def lies_in(plan: Plan, chains: Chains) -> list[ColumnElement[bool]]:
    """SQL over Enterprise: it stands for itself, lies in a city of the plan, and is in the chains asked for."""
    conditions: list[ColumnElement[bool]] = [
        col(Enterprise.merged_into_id).is_(None),
        col(Enterprise.voided_at).is_(None),
        col(Enterprise.city_code).in_(plan.cities),
    ]
    if chains is not None:
        conditions.append(in_chain(None if chains == "any" else chains))
    return conditions


def in_chain(codes: tuple[str, ...] | None) -> ColumnElement[bool]:
    """SQL over Enterprise: in one of these chains, or (None) in any."""
    found = select(col(EnterpriseChain.enterprise_id)).where(col(EnterpriseChain.enterprise_id) == col(Enterprise.id))
    if codes is not None:
        found = found.where(col(EnterpriseChain.chain_code).in_(codes))
    return found.correlate(Enterprise).exists()


def asked_for(city: str | None, chain: str | None) -> list[ColumnElement[bool]]:
    """SQL over Enterprise: the part of a number that one row, column or cell of the matrix shows."""
    conditions: list[ColumnElement[bool]] = []
    if city:
        conditions.append(col(Enterprise.city_code) == city)
    if chain == NO_CHAIN:
        conditions.append(~in_chain(None))
    elif chain:
        conditions.append(in_chain((chain,)))
    return conditions
