"""What a firm sees first: what is open, what falls due, where it stands; and all that has been sent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, NotFound, Text
from registry.models import (
    Call,
    Enterprise,
    EnterpriseName,
    ReviewStep,
    Submission,
    SubmissionField,
    SubmissionRevision,
)
from registry.policies import Actor, require_firm
from registry.services.assessing.explaining import explain_now
from registry.services.badges import badges
from registry.services.keys import key_of
from registry.services.resolving import resolve
from registry.services.submitting.moves import OPEN
from registry.services.submitting.plans import yearly_due
from registry.tiering.report_shapes import Report
from registry.titles import HELD
from registry.vocabulary import FieldDecision, FirmRole, NameKind, SubmissionKind, SubmissionState

CHANGE_DAYS = 92
"""Three months to report a change after it happened."""
RENEWAL_SHOWN = 365


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that falls due. ``kind``: yearly, change, renewal, returned, call."""

    kind: str
    text: Text
    due_on: date
    submission_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One submission in a list."""

    id: int
    title: Text
    kind: SubmissionKind
    state: SubmissionState
    receipt: str | None
    call_id: int | None
    is_open: bool
    returned: int
    by_park: bool
    due: datetime | None
    """The end of the call of a draft."""
    touched_at: datetime


def firm_of(session: Session, key: str, *, actor: Actor, park: bool = False) -> tuple[Enterprise, str]:
    """The enterprise behind a key, for its members (``park``: and the park that drafts for it), with its own key.

    Raises NotAuthenticated, NotAllowed, NotFound, Gone.
    """
    found = resolve(session, key)
    require_firm(actor, found.enterprise_id, park=park)
    return session.get_one(Enterprise, found.enterprise_id), found.canonical_key


def enterprise_of(session: Session, enterprise_id: int) -> Enterprise:
    """The enterprise of a page whose rights were asked already."""
    return session.get_one(Enterprise, enterprise_id)


def my_firms(session: Session, *, actor: Actor) -> list[tuple[str, str, FirmRole]]:
    """Key, name and role of each firm somebody acts for."""
    found = []
    for right in actor.firms:
        enterprise = session.get_one(Enterprise, right.enterprise_id)
        found.append((key_of(session, enterprise.id), enterprise.name_zh, right.role))
    return sorted(found, key=lambda one: (one[1], one[0]))


def submissions_of(session: Session, *, enterprise_id: int, park_id: int | None = None) -> list[Line]:
    """All submissions of a firm, newest first; ``park_id``: only those this park drafted."""
    returned = (
        select(col(SubmissionField.submission_id), func.count().label("count"))
        .where(col(SubmissionField.decision) == FieldDecision.RETURNED)
        .group_by(col(SubmissionField.submission_id))
        .subquery()
    )
    query = (
        select(Submission, Call, returned.c.count)
        .outerjoin(Call, col(Call.id) == col(Submission.call_id))
        .outerjoin(returned, returned.c.submission_id == col(Submission.id))
        .where(col(Submission.enterprise_id) == enterprise_id)
        .order_by(col(Submission.id).desc())
        .limit(100)
    )
    query = query.where(col(Submission.park_id) == park_id) if park_id is not None else query
    return [
        Line(
            id=one.id,
            title=title_of(one, call),
            kind=one.kind,
            state=one.state,
            receipt=one.receipt,
            call_id=one.call_id,
            is_open=one.state in OPEN,
            returned=count or 0 if one.state is SubmissionState.RETURNED else 0,
            by_park=one.park_id is not None,
            due=call.closes_at if call is not None and one.state is SubmissionState.DRAFT else None,
            touched_at=one.decided_at or one.submitted_at or one.created_at,
        )
        for one, call, count in session.execute(query)
    ]


def title_of(submission: Submission, call: Call | None) -> Text:
    """What a submission is called: 2025 年度更新, or the title of its call."""
    if call is not None:
        return Text(call.title, call.title)
    label = submission.kind.label
    if submission.kind is SubmissionKind.YEARLY:
        return Text(f"{submission.year} {label.zh}", f"{label.en} of {submission.year}")
    return label


def deadlines(session: Session, enterprise: Enterprise, *, today: date) -> list[Deadline]:
    """What falls due for a firm, the nearest first."""
    found = [
        *_returned(session, enterprise),
        *_yearly(session, enterprise, today),
        *_changes(session, enterprise, today),
    ]
    for title in badges(session, enterprise_ids=[enterprise.id], as_of=today).get(enterprise.id, []):
        left = title.days_left
        if title.status in HELD and title.valid_to is not None and left is not None and left <= RENEWAL_SHOWN:
            text = Text(f"{title.directory_name_zh}到期复核", f"Review of the title {title.directory_name_en}")
            found.append(Deadline("renewal", text, title.valid_to))
    return sorted(found, key=lambda one: (one.due_on, one.kind))


def standing(session: Session, enterprise: Enterprise, tiers: tuple[str, ...], *, today: date) -> list[Report]:
    """Where the firm stands by each of these tiers today, from what the registry holds; without a version: left out."""
    found = []
    for tier in tiers:
        try:
            found.append(explain_now(session, enterprise_id=enterprise.id, code=tier, as_of=today))
        except (InvalidInput, NotFound, Conflict):
            continue
    return found


def steps_of(session: Session, submission_id: int) -> list[ReviewStep]:
    """How a submission went through review, oldest first."""
    query = select(ReviewStep).where(col(ReviewStep.submission_id) == submission_id)
    return list(session.scalars(query.order_by(col(ReviewStep.id))))


def revisions_of(session: Session, submission_id: int) -> list[SubmissionRevision]:
    """What was sent, oldest first."""
    query = select(SubmissionRevision).where(col(SubmissionRevision.submission_id) == submission_id)
    return list(session.scalars(query.order_by(col(SubmissionRevision.revision))))


def _returned(session: Session, enterprise: Enterprise) -> list[Deadline]:
    rows = session.execute(
        select(Submission, Call)
        .outerjoin(Call, col(Call.id) == col(Submission.call_id))
        .where(col(Submission.enterprise_id) == enterprise.id, col(Submission.state).in_(OPEN))
    )
    found = []
    for one, call in rows:
        title = title_of(one, call)
        if one.state is SubmissionState.RETURNED and one.due_on is not None:
            text = Text(f"补正：{title.zh}", f"Correct: {title.en}")
            found.append(Deadline("returned", text, one.due_on, one.id))
        elif one.state is SubmissionState.DRAFT and call is not None and call.withdrawn_at is None:
            ends = call.closes_at.astimezone(clock.PROVINCE_ZONE).date()
            found.append(Deadline("call", Text(f"提交：{title.zh}", f"Send: {title.en}"), ends, one.id))
    return found


def _yearly(session: Session, enterprise: Enterprise, today: date) -> list[Deadline]:
    year = today.year - 1
    sent = select(col(Submission.id)).where(
        col(Submission.enterprise_id) == enterprise.id,
        col(Submission.year) == year,
        col(Submission.kind).in_((SubmissionKind.YEARLY, SubmissionKind.NOMINATION)),
        col(Submission.state).in_((SubmissionState.SUBMITTED, SubmissionState.APPROVED)),
    )
    if session.scalars(sent).first() is not None:
        return [Deadline("yearly", _yearly_text(year + 1), yearly_due(session, today.year + 1))]
    return [Deadline("yearly", _yearly_text(year), yearly_due(session, today.year))]


def _yearly_text(year: int) -> Text:
    return Text(f"更新 {year} 年度数据", f"Update the figures of {year}")


def _changes(session: Session, enterprise: Enterprise, today: date) -> list[Deadline]:
    """A change of name the registry knows the day of, within three months."""
    query = select(col(EnterpriseName.valid_to)).where(
        col(EnterpriseName.enterprise_id) == enterprise.id,
        col(EnterpriseName.kind) == NameKind.FORMER,
        col(EnterpriseName.valid_to) > today - timedelta(days=CHANGE_DAYS),
    )
    reported = select(col(Submission.id)).where(
        col(Submission.enterprise_id) == enterprise.id,
        col(Submission.kind) == SubmissionKind.CHANGE,
        col(Submission.state).in_((SubmissionState.SUBMITTED, SubmissionState.APPROVED)),
        col(Submission.created_at) > clock.now() - timedelta(days=CHANGE_DAYS),
    )
    if session.scalars(reported).first() is not None:
        return []
    text = Text("报告更名（变更后三个月内）", "Report the change of name (within three months)")
    return [Deadline("change", text, ended + timedelta(days=CHANGE_DAYS)) for ended in session.scalars(query) if ended]
