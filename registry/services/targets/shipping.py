"""The shipped plans, from ``registry/reference/plans.yaml`` into the database."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from registry.models import ActionPlan, PlanIndicator
from registry.services.reference import shipped
from registry.services.targets.rules import read_rule

_RENAMED = {"group": "group_code", "rule": "count_rule"}


def sync_plans(session: Session) -> None:
    """Write the shipped plans and indicators. Plans others added stay, as does all that officials entered.

    Raises ValueError for a rule that cannot be read, before anything counts by it. Running it twice changes nothing.
    """
    for position, plan in enumerate(shipped("plans")):
        given = dict(plan)
        indicators = given.pop("indicators")
        session.merge(ActionPlan(**given, position=position))
        session.flush()
        for at, one in enumerate(indicators):
            session.merge(_indicator(given["code"], one, at))
    session.flush()


def _indicator(plan_code: str, shipped_one: Mapping[str, Any], position: int) -> PlanIndicator:
    given = {_RENAMED.get(name, name): value for name, value in shipped_one.items()}
    read_rule(given.get("count_rule"))
    targets = {str(year): str(value) for year, value in given.pop("targets").items()}
    return PlanIndicator(plan_code=plan_code, targets=targets, position=position, **given)
