"""Acts on all cases of a filtered set at once: handing them on, planning what comes next. All or none."""

from collections.abc import Callable
from datetime import date

from sqlmodel import Session

from registry import clock
from registry.errors import InvalidInput
from registry.models import CultivationCase, Enterprise
from registry.policies import Actor, require
from registry.schemas.inbox import BULK_MAX
from registry.services.inbox.assigning import check_count
from registry.services.pool.acts import Keeper, assign_owner, keepers_for, plan_next
from registry.services.pool.choosing import CaseQuery, from_cases, narrowed, order_of
from registry.services.pool.moves import KEEPERS, OPEN, place_of


def cases_at_once(session: Session, query: CaseQuery, *, actor: Actor) -> list[CultivationCase]:
    """The open cases of a filtered set that this person keeps, in its order.

    Raises NotAllowed (keeps none anywhere), InvalidInput beyond BULK_MAX.
    """
    require(actor, KEEPERS)
    wanted = from_cases(CultivationCase, Enterprise).where(*narrowed(query, today=clock.today()))
    rows = session.execute(wanted.order_by(*order_of(query.sort).columns).limit(BULK_MAX * 10)).all()
    found = [
        case
        for case, firm in rows
        if case.stage in OPEN
        and actor.may(KEEPERS, region_code=place_of(case, firm), directory_code=case.directory_code)
    ]
    if len(found) > BULK_MAX:
        raise InvalidInput(
            f"一次最多处理 {BULK_MAX} 家，现在筛选出更多。请再加条件。",
            f"At most {BULK_MAX} cases at once; more are listed. Narrow the list.",
            field="count",
        )
    return found


def keepers_of_all(session: Session, found: list[CultivationCase]) -> list[Keeper]:
    """Whoever may keep every one of these cases, by name."""
    return keepers_for(
        session,
        {(place_of(one, session.get_one(Enterprise, one.enterprise_id)), one.directory_code) for one in found},
    )


def assign_owners(session: Session, query: CaseQuery, *, typed_count: int, owner_id: int | None, actor: Actor) -> int:
    """Hand every case of the set to somebody, or to nobody; returns how many changed hands.

    Raises Conflict unless there are as many as were typed, InvalidInput (the person may not keep one of them, or has
    them all), NotAllowed.
    """
    return _each(
        session,
        query,
        typed_count,
        actor,
        lambda case: assign_owner(session, case_id=case.id, owner_id=owner_id, actor=actor, version=case.version),
        wanted=lambda case: case.owner_id != owner_id,
    )


def plan_all(session: Session, query: CaseQuery, *, typed_count: int, what: str, on: date | None, actor: Actor) -> int:
    """Say for every case of the set what comes next and when; returns how many. Raises as ``assign_owners``."""
    if not what.strip() and on is None:
        raise InvalidInput("请填下一步做什么和日期。", "Say what comes next, and when.", field="next_act")
    return _each(
        session,
        query,
        typed_count,
        actor,
        lambda case: plan_next(session, case_id=case.id, what=what, on=on, actor=actor, version=case.version),
    )


def _each(
    session: Session,
    query: CaseQuery,
    typed_count: int,
    actor: Actor,
    act: Callable[[CultivationCase], object],
    *,
    wanted: Callable[[CultivationCase], bool] = lambda _: True,
) -> int:
    found = cases_at_once(session, query, actor=actor)
    check_count(typed_count, len(found))
    # By number, so that two who act on overlapping sets wait for each other instead of blocking each other.
    chosen = sorted((one for one in found if wanted(one)), key=lambda one: one.id)
    if not chosen:
        raise InvalidInput("责任人都没有变。", "They are this person's cases already.", field="owner")
    for case in chosen:
        act(case)
    return len(chosen)
