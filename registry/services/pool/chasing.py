"""Stalled cases chase themselves (催办): after days without work the owner, then the city, then the province."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import InvalidInput, Text
from registry.identity.divisions import city_of
from registry.models import CultivationCase, Enterprise
from registry.policies import SYSTEM
from registry.pool_words import CaseEventKind
from registry.services.inbox.items import open_item
from registry.services.pool.moves import OPEN, note, place_of
from registry.vocabulary import WorkKind

STEPS = (9, 21, 45)
"""Days without work after which a case is chased the first, second and third time; the settings may say otherwise."""
WHOM = (Text("责任人", "the owner"), Text("所在市", "the city"), Text("省级", "the province"))


def parse_steps(text: str) -> tuple[int, ...]:
    """``9,21,45`` read: up to three rising numbers of days; an empty text: nobody is chased. Raises InvalidInput.

    >>> parse_steps("9, 21,45"), parse_steps("")
    ((9, 21, 45), ())
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    days = tuple(int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= 4)
    rising = all(one < other for one, other in pairwise(days))
    if len(days) != len(parts) or len(days) > len(WHOM) or not rising or 0 in days:
        raise InvalidInput(
            f"催办天数“{text[:40]}”看不懂。应写成 9,21,45 的样子：最多三个由小到大的天数。",
            f"The days “{text[:40]}” cannot be read. Write up to three rising numbers, such as 9,21,45.",
            field="REGISTRY_POOL_CHASE_DAYS",
            value=text,
        )
    return days


def chase_stalled(session: Session, *, today: date, steps: Sequence[int] = STEPS) -> int:
    """Chase every open case that has been quiet for as many days as its next step says; returns how many.

    Each step is an event of the case and puts it into the inbox: of its owner and place, of the city, of the province.
    Any work on the case takes it out again. Harmless twice on one day.
    """
    chased = 0
    # The last step that is due counts: a case found late is not chased three times in one night.
    for number, days in reversed(list(enumerate(steps, start=1))):
        stalled = (
            select(CultivationCase)
            .where(
                col(CultivationCase.stage).in_(OPEN),
                col(CultivationCase.chased) < number,
                col(CultivationCase.quiet_since) <= today - timedelta(days=days),
            )
            .order_by(col(CultivationCase.id))
            .with_for_update()
        )
        for case in session.scalars(stalled).all():
            _chase(session, case, number, today=today)
            chased += 1
    return chased


def _chase(session: Session, case: CultivationCase, number: int, *, today: date) -> None:
    firm = session.get_one(Enterprise, case.enterprise_id)
    place = place_of(case, firm)
    where = (place, city_of(place) or place if place else "", f"{place[:2]}0000" if place else "")[number - 1]
    case.chased = number
    case.version += 1
    item = open_item(
        session,
        kind=WorkKind.CASE,
        subject_id=case.id,
        title=firm.name_zh,
        region_code=where,
        directory_code=case.directory_code,
        enterprise_id=firm.id,
        due_on=case.next_act_on or today,
    )
    if number == 1:
        item.assignee_id = case.owner_id
    idle = (today - case.quiet_since).days
    note(
        session,
        case,
        CaseEventKind.CHASE,
        actor=SYSTEM,
        after=str(number),
        details={"days": idle, "whom": WHOM[number - 1].zh, "whom_en": WHOM[number - 1].en},
    )
