"""How submissions are reviewed (审核步骤): levels with their days, set by administrators per directory or kind.

Nominations go by the plan of their directory, from which a call starts; what belongs to no directory goes by the plan
of its kind. What nobody has set is as ``FIRST_STEPS`` says. A plan is read when something is sent or a call is opened:
what is under way keeps the steps it was sent with.
"""

from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, NotFound, Text
from registry.models import Directory, ReviewPlan
from registry.policies import EVERY_DIRECTORY, Actor, require
from registry.services import audit
from registry.services.identities import check_reason
from registry.vocabulary import DirectoryKind, Role, SubmissionKind

LEVELS = ("county", "city", "province")
"""Levels of review, from below; a plan takes some of them, in this order."""
LEVEL_WORDS = {
    "county": Text("县（区）", "County"),
    "city": Text("市", "City"),
    "province": Text("省", "Province"),
}
DAYS_MOST = 365
KINDS: tuple[SubmissionKind, ...] = (SubmissionKind.PROFILE, SubmissionKind.YEARLY, SubmissionKind.CHANGE)
"""What belongs to no directory and has a plan of its own."""
YEARLY_DUE = (4, 30)
"""Month and day by which last year's figures are to be updated, unless set (梯度培育：每年4月30日前更新信息)."""
COMMON_YEAR = 2025
"""Without a 29 February."""


@dataclass(frozen=True, slots=True)
class Step:
    """One level of review and the days it has. What was typed may be neither: ``check_steps`` says so."""

    level: str
    days: int


FIRST_STEPS: dict[bool, tuple[Step, ...]] = {
    True: (Step("county", 10), Step("city", 10), Step("province", 10)),
    False: (Step("city", 10),),
}
"""For a directory (True) and for what belongs to none, until somebody sets them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a directory or a kind is reviewed. ``version`` 0: nobody has set it yet."""

    subject: str
    name: Text
    steps: tuple[Step, ...]
    due: tuple[int, int] | None
    """Month and day by which it is due every year; of the yearly update only."""
    version: int
    changed_by: str
    changed_at: datetime | None

    @property
    def days(self) -> int:
        """All steps together."""
        return sum(step.days for step in self.steps)

    @property
    def due_words(self) -> Text | None:
        """4 月 30 日, 30 April."""
        if self.due is None:
            return None
        month, day = self.due
        return Text(f"{month} 月 {day} 日", f"{day} {month_name[month]}")


def plan_of(session: Session, subject: str) -> Plan:
    """The plan of a directory (by code) or of a kind without one (by its value). Raises NotFound."""
    return _read(subject, _name_of(session, subject), session.get(ReviewPlan, subject))


def all_plans(session: Session) -> list[Plan]:
    """Every plan there is: of the kinds, then of the directories firms are nominated for, in their order."""
    rows = {row.subject: row for row in session.scalars(select(ReviewPlan))}
    directories = session.scalars(
        select(Directory).where(col(Directory.kind) == DirectoryKind.ENTERPRISE).order_by(col(Directory.position))
    )
    names = [(one.value, one.label) for one in KINDS]
    names += [(one.code, Text(one.name_zh, one.name_en)) for one in directories]
    return [_read(subject, name, rows.get(subject)) for subject, name in names]


def yearly_due(session: Session, year: int) -> date:
    """By which day of ``year`` the figures of the year before are to be updated."""
    due = plan_of(session, SubmissionKind.YEARLY.value).due or YEARLY_DUE
    return date(year, *due)


def may_set(actor: Actor, subject: str) -> bool:
    """Whether this person sets this plan."""
    return actor.may(Role.ADMINISTRATOR, region_code="", directory_code=_asked(subject))


def set_plan(
    session: Session,
    *,
    subject: str,
    version: int,
    steps: Sequence[Step],
    actor: Actor,
    reason: str,
    due: tuple[int, int] | None = None,
) -> Plan:
    """Set how a directory or a kind is reviewed from now on. ``due`` only of the yearly update, where it must be.

    Raises NotFound, NotAllowed (administrators of the province), Conflict (changed since the page was made),
    InvalidInput naming ``steps``, ``due`` or ``reason``.
    """
    before = plan_of(session, subject)
    require(actor, Role.ADMINISTRATOR, region_code="", directory_code=_asked(subject))
    row = session.get(ReviewPlan, subject, with_for_update=True, populate_existing=True)
    if version != (row.version if row is not None else 0):
        raise Conflict(
            "审核步骤在您打开之后又有改动，没有保存。请看过最新的设定再改。",
            "The steps were changed after you opened them; nothing was saved. Look at the newest, then change them.",
            field="version",
            value=version,
        )
    chosen, day = check_steps(steps), _checked_due(subject, due)
    said = check_reason(reason)
    if row is None:
        row = ReviewPlan(subject=subject, steps=[], version=0, changed_by="")
        session.add(row)
    row.steps = [{"level": step.level, "days": step.days} for step in chosen]
    row.due_month, row.due_day = day if day is not None else (None, None)
    row.version, row.changed_by, row.changed_at = row.version + 1, actor.label, clock.now()
    session.flush()
    after = _read(subject, before.name, row)
    audit.record(
        session,
        actor=actor.label,
        action="review_plan.set",
        subject_kind="review_plan",
        subject_key=subject,
        before=_as_event(before),
        after=_as_event(after),
        reason=said,
    )
    return after


def check_steps(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, if there is one at least, from below upwards, each with 1 to 365 days. Raises InvalidInput."""
    unknown = [step.level for step in steps if step.level not in LEVELS]
    if unknown or not steps:
        raise _wrong(
            "steps", "至少选一级审核：县、市、省。", "Choose at least one level: county, city, province.", unknown
        )
    order = [LEVELS.index(step.level) for step in steps]
    if order != sorted(set(order)):
        raise _wrong(
            "steps", "审核须由下而上：县、市、省，每级一次。", "Review goes upwards: county, city, province, each once."
        )
    wrong = [step.level for step in steps if not 1 <= step.days <= DAYS_MOST]
    if wrong:
        word = LEVEL_WORDS[wrong[0]]
        raise _wrong(
            "steps",
            f"{word.zh}级天数应为 1 至 {DAYS_MOST} 的整数。",
            f"{word.en}: give a whole number of days from 1 to {DAYS_MOST}.",
        )
    return tuple(steps)


def steps_in(stored: Sequence[Any]) -> tuple[Step, ...]:
    """Steps as a row keeps them."""
    return tuple(Step(str(one["level"]), int(one["days"])) for one in stored)


def _asked(subject: str) -> str:
    return EVERY_DIRECTORY if subject in {one.value for one in KINDS} else subject


def _name_of(session: Session, subject: str) -> Text:
    kind = next((one for one in KINDS if one.value == subject), None)
    if kind is not None:
        return kind.label
    directory = session.get(Directory, subject[:40])
    if directory is None:
        raise NotFound("没有这个名录或申报类型。", "There is no such kind.", field="subject", value=subject)
    return Text(directory.name_zh, directory.name_en)


def _read(subject: str, name: Text, row: ReviewPlan | None) -> Plan:
    yearly = subject == SubmissionKind.YEARLY.value
    if row is None:
        directory = subject not in {kind.value for kind in KINDS}
        return Plan(subject, name, FIRST_STEPS[directory], YEARLY_DUE if yearly else None, 0, "", None)
    due = (row.due_month, row.due_day) if row.due_month is not None and row.due_day is not None else None
    return Plan(subject, name, steps_in(row.steps), due, row.version, row.changed_by, row.changed_at)


def _checked_due(subject: str, due: tuple[int, int] | None) -> tuple[int, int] | None:
    """A day that every year has."""
    if subject != SubmissionKind.YEARLY.value:
        return None
    try:
        date(COMMON_YEAR, *(due or (0, 0)))
    except ValueError:
        raise _wrong(
            "due", "请填每年都有的月和日，如 4 月 30 日。", "Give a month and a day that every year has.", due
        ) from None
    return due


def _as_event(plan: Plan) -> dict[str, Any]:
    said: dict[str, Any] = {"steps": [{"level": step.level, "days": step.days} for step in plan.steps]}
    return said | ({"due": f"{plan.due[0]:02}-{plan.due[1]:02}"} if plan.due is not None else {})


def _wrong(field: str, zh: str, en: str, value: object = None) -> InvalidInput:
    return InvalidInput(zh, en, field=field, value=value)
