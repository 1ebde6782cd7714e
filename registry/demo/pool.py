"""The fictional cultivation pool: firms at every stage, worked on over the last year, some of them stalled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.models import (
    Account,
    Assessment,
    CaseEvent,
    CultivationCase,
    Enterprise,
    Fact,
    Listing,
    RoleGrant,
)
from registry.policies import Actor, Grant
from registry.services.assessing.runs import latest_runs
from registry.services.keys import key_of
from registry.services.nightly import mark_done
from registry.services.pool.acts import move_case, plan_next, record_work, set_product
from registry.services.pool.criteria import criteria_of
from registry.services.pool.groups import NewLink, add_link
from registry.services.pool.moves import MOVES
from registry.services.pool.taking_in import admit_candidate, take_in
from registry.vocabulary import CaseStage, Flag, Trust

TIERS = (("little_giant", 22), ("srdi_sme", 12), ("champion_provincial", 6))
HOME = "4403"
KEEPER, PROVINCE = "lin", "fang"
WON_TITLE, WON, WON_AGO = "srdi_sme", 5, 200
"""So many firms were recognised, at least so many days ago."""
WHY = "示例（虚构）：差一两项，企业有意愿，先把缺的补上"


@dataclass(frozen=True, slots=True)
class Story:
    """How far a case has come, how many days ago it began, and how many days it has been quiet."""

    way: tuple[str, ...]
    begun: int
    quiet: int = 0
    next_in: int | None = None
    exit: str = ""


STORIES = (
    Story((), 4, 0, 6),
    Story((), 30, 26),
    Story(("diagnosis",), 60, 3, 5),
    Story(("diagnosis", "improvement"), 140, 12),
    Story(("diagnosis", "improvement"), 210, 50),
    Story(("diagnosis", "improvement", "precheck"), 260, 1, 9),
    Story(("precheck", "application"), 120, 2, 20),
    Story(("diagnosis", "improvement", "precheck", "application"), 320, 5, 30),
    Story(("diagnosis", "left"), 180, 0, None, "declined"),
    Story(("diagnosis", "improvement"), 95, 0, 3),
    Story(("diagnosis", "improvement", "left"), 240, 0, None, "ineligible"),
)
IMPROVED = {"class1_ip": 12, "platform_score": 68, "niche_since": "2012-03-01"}
"""What was verified since a firm was taken in."""
WORK = (
    ("contact", "示例：与企业财务负责人通话，约定补报两年研发费用"),
    ("visit", "示例：到企业走访，看了产线和研发台账"),
    ("support", "示例：对接省检测机构，协助准备专利申请"),
)


def fill_pool(session: Session) -> int:
    """Take firms into the pool and tell their stories; returns how many. Today's night is marked as done."""
    people = {login: _person(session, login) for login in (KEEPER, PROVINCE)}
    taken = 0
    for tier, most in TIERS:
        for assessment, place in _flagged(session, tier, most):
            actor = people[KEEPER if place.startswith(HOME) else PROVINCE]
            case = admit_candidate(session, assessment_id=assessment, actor=actor, reason=WHY)
            _tell(session, case, STORIES[taken % len(STORIES)], actor, taken)
            taken += 1
    taken += _recognised(session, people)
    _link_sisters(session, people[PROVINCE])
    _improve(session)
    mark_done(session)
    return taken


def _person(session: Session, login: str) -> Actor:
    account = session.scalars(select(Account).where(col(Account.login) == login)).one()
    grants = session.scalars(select(RoleGrant).where(col(RoleGrant.account_id) == account.id))
    held = tuple(Grant(one.role, one.region_code, one.directory_code) for one in grants)
    return Actor(account.id, login, held, account.display_name)


def _flagged(session: Session, tier: str, most: int) -> Sequence[tuple[int, str]]:
    """Firms that are near or ready, every other one from Shenzhen as they come."""
    runs = [run.id for run in latest_runs(session, tier=tier)]
    query = (
        select(col(Assessment.id), col(Enterprise.region_code))
        .join(Enterprise, col(Enterprise.id) == col(Assessment.enterprise_id))
        .where(
            col(Assessment.run_id).in_(runs),
            col(Assessment.flag).in_([Flag.NEAR.value, Flag.CANDIDATE.value]),
            col(Enterprise.region_code).startswith("44"),
        )
        .order_by(col(Assessment.id))
    )
    found = [(number, place) for number, place in session.execute(query)]
    home = [one for one in found if one[1].startswith(HOME)]
    away = [one for one in found if not one[1].startswith(HOME)]
    return [*home[: most * 2 // 3], *away[: most - most * 2 // 3]]


def _tell(session: Session, case: CultivationCase, story: Story, actor: Actor, number: int) -> None:
    criteria = [one.id for one in criteria_of(session, case)]
    for place, to in enumerate(story.way):
        kind, text = WORK[(number + place) % len(WORK)]
        criterion = criteria[(number + place) % len(criteria)] if criteria else ""
        if to == "improvement":
            advice = "示例：诊断意见，先补知识产权和研发费用"
            _record(session, case, "diagnosis", advice, criterion, actor)
        if CaseStage.of(to) in MOVES[case.stage]:
            reason = "示例（虚构）：已与企业核实" if to in ("left", "application") else ""
            if to == "application":
                set_product(session, case_id=case.id, product=_product(session, case), actor=actor)
            move_case(session, case_id=case.id, to=to, actor=actor, reason=reason, exit_kind=story.exit)
        if case.closed_at is None:
            _record(session, case, kind, text, criterion, actor)
    if story.next_in is not None and case.closed_at is None:
        on = clock.today() + timedelta(days=story.next_in)
        plan_next(session, case_id=case.id, what="走访，看研发台账", on=on, actor=actor)
    _date_back(session, case, story)


def _record(session: Session, case: CultivationCase, kind: str, text: str, criterion: str, actor: Actor) -> None:
    record_work(session, case_id=case.id, kind=kind, on=clock.today(), text=text, criterion=criterion, actor=actor)


def _date_back(session: Session, case: CultivationCase, story: Story) -> None:
    """Spread what happened over the days of the story. Events are appended one after another; here they are dated."""
    events = list(
        session.scalars(select(CaseEvent).where(col(CaseEvent.case_id) == case.id).order_by(col(CaseEvent.id)))
    )
    step = (story.begun - story.quiet) / max(len(events) - 1, 1)
    for place, event in enumerate(events):
        back = timedelta(days=round(story.begun - step * place))
        event.at, event.on = event.at - back, event.on - back
        if event.after == case.stage.value:
            case.stage_since = event.at
    case.opened_at = events[0].at
    if case.closed_at is not None:
        case.closed_at = events[-1].at
    if case.next_act_on is None:
        case.quiet_since = events[-1].on
    session.flush()


def _product(session: Session, case: CultivationCase) -> str:
    return session.get_one(Enterprise, case.enterprise_id).main_business or "示例产品"


def _recognised(session: Session, people: Mapping[str, Actor]) -> int:
    """Firms that were led to the title they hold now: the pool's outcomes of last year; returns how many."""
    newest = (
        select(Listing, col(Enterprise.region_code))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .where(
            col(Listing.directory_code) == WON_TITLE,
            col(Listing.withdrawn_on).is_(None),
            col(Listing.valid_from) < clock.today() - timedelta(days=WON_AGO),
            col(Listing.valid_from) > clock.today() - timedelta(days=WON_AGO + 400),
            col(Enterprise.region_code).startswith("44"),
            col(Enterprise.merged_into_id).is_(None),
        )
        .order_by(col(Listing.id))
        .limit(WON)
    )
    rows = session.execute(newest).all()
    for number, (listing, place) in enumerate(rows):
        actor, ago = people[KEEPER if place.startswith(HOME) else PROVINCE], (clock.today() - listing.valid_from).days
        key = key_of(session, listing.enterprise_id)
        case = take_in(session, key=key, directory_code=WON_TITLE, actor=actor, reason=WHY)
        story = Story(("precheck", "application", "recognised"), ago + 150 + 40 * number, ago)
        _tell(session, case, story, actor, number)
    return len(rows)


def _improve(session: Session) -> None:
    """Some firms have got further since they were taken in: what the next assessment will find."""
    working = (CaseStage.IMPROVEMENT, CaseStage.PRECHECK, CaseStage.APPLICATION)
    query = select(col(CultivationCase.enterprise_id)).where(col(CultivationCase.stage).in_(working))
    firms = list(dict.fromkeys(session.scalars(query.order_by(col(CultivationCase.id)))))
    for number in firms[::2]:
        known = session.execute(select(col(Fact.name), col(Fact.trust)).where(col(Fact.enterprise_id) == number)).all()
        for name, value in IMPROVED.items():
            if (name, Trust.OFFICIAL) not in [(one, trust) for one, trust in known]:
                fact = Fact(
                    enterprise_id=number,
                    name=name,
                    value=value,
                    known_on=clock.today() - timedelta(days=10),
                    trust=Trust.OFFICIAL,
                    source="示例核验（虚构）",
                )
                session.add(fact)
    session.flush()


def _link_sisters(session: Session, actor: Actor) -> None:
    """Some firms of the pool belong to the group of a firm that holds the title they are led towards."""
    cases = session.scalars(
        select(CultivationCase)
        .where(col(CultivationCase.stage).in_([CaseStage.PRECHECK, CaseStage.IMPROVEMENT]))
        .order_by(col(CultivationCase.id))
        .limit(3)
    ).all()
    for number, case in enumerate(cases):
        holder = session.scalars(
            select(col(Listing.enterprise_id))
            .where(col(Listing.directory_code) == case.directory_code, col(Listing.enterprise_id) != case.enterprise_id)
            .order_by(col(Listing.id).desc())
            .offset(number * 3)
            .limit(1)
        ).first()
        if holder is None:
            continue
        link = NewLink(
            other_key=key_of(session, holder),
            kind="same_controller" if number else "controls",
            upward=not number,
            share="" if number else "51",
            source="示例股权公示（虚构）",
            dated=clock.today() - timedelta(days=200),
        )
        add_link(session, key=key_of(session, case.enterprise_id), link=link, actor=actor)
