"""Fictional firms that sent something, at every point of its way, so that officials' pages have what to show.

Everything is done by the services that do it for real ones; only the people are made up.
"""

import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.clock import moment_of
from registry.models import Call, Enterprise, Figure, Submission, WorkItem
from registry.policies import Actor, FirmRight, Grant
from registry.review_vocabulary import ReturnReason
from registry.services.corrections import report_error
from registry.services.duplicates import propose_merge
from registry.services.reviewing.acts import forward_submission, return_submission
from registry.services.reviewing.deciding import Choice, decide_fields, tally
from registry.services.submitting.calls import NewCall, open_call
from registry.services.submitting.drafting import save_fields, start_submission
from registry.services.submitting.evidence import Inspected, add_evidence
from registry.services.submitting.plans import LEVELS, Step
from registry.services.submitting.sending import submit
from registry.vocabulary import FieldDecision, FirmRole, Procedure, Role, SubmissionKind, WorkKind

SHENZHEN = "440300"
COUNTY = Actor(None, "周示例", (Grant(Role.REVIEWER, SHENZHEN),), "周示例")
"""Reviews at the county step; acts inside the city."""
CITY = Actor(None, "陈示例", (Grant(Role.REVIEWER, SHENZHEN),), "陈示例")
NEEDED = ("revenue", "rd_expense", "total_assets", "total_liabilities", "employees")
"""Figures a firm cannot leave out."""
ACCEPT = Choice(FieldDecision.ACCEPTED)


@dataclass(frozen=True, slots=True)
class _Sender:
    """Sends for one firm: an owner made up for it, the archive its documents go to."""

    session: Session
    enterprise: Enterprise
    archive: Path

    @property
    def owner(self) -> Actor:
        """Somebody who signs for the firm."""
        return Actor(None, "示例企业", firms=(FirmRight(self.enterprise.id, FirmRole.OWNER),))

    def draft(self, kind: SubmissionKind, typed: dict[str, str], call: Call | None = None) -> Submission:
        """Begin, fill in, add an audit report."""
        submission = start_submission(
            self.session,
            actor=self.owner,
            enterprise_id=self.enterprise.id,
            kind=kind,
            call_id=call.id if call else None,
        )
        save_fields(self.session, submission_id=submission.id, actor=self.owner, typed=typed)
        return submission

    def attach(self, submission: Submission, slug: str, content: str, name: str) -> None:
        """A document; the same content is the same file, whoever sends it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(b"%PDF-1.4\n% " + content.encode() + b"\n%%EOF\n")
            add_evidence(
                self.session,
                submission_id=submission.id,
                slug=slug,
                source=path,
                actor=self.owner,
                archive_dir=self.archive,
                inspect=lambda _: Inspected("application/pdf", 31),
            )

    def send(self, submission: Submission) -> Submission:
        """Sign and send."""
        submit(
            self.session,
            submission_id=submission.id,
            version=submission.version,
            actor=self.owner,
            declared_by="示例王某，总经理",
            agreed=True,
        )
        return submission


def tell_reviews(session: Session, *, archive_dir: Path, today: date, actor: Actor) -> None:
    """A call, nominations at every level, a yearly update, one that came back mended, one that is late."""
    firms = _firms(session, today.year - 1)
    if len(firms) < 6:
        return
    call = _call(session, actor, today)
    senders = [_Sender(session, firm, archive_dir) for firm in firms]
    _at_the_city(senders[0], call, today)
    _at_the_city(senders[1], call, today, note="共用")
    _at_the_county(senders[2], call, today)
    _yearly(senders[3], today, late=True)
    _mended(senders[4], today)
    _at_the_province(senders[5], call, today)
    _reported(session, firms)


def _firms(session: Session, year: int) -> list[Enterprise]:
    known = (
        select(col(Figure.enterprise_id))
        .where(col(Figure.year) == year - 1, col(Figure.name).in_(NEEDED))
        .group_by(col(Figure.enterprise_id))
        .having(func.count(col(Figure.name).distinct()) == len(NEEDED))
    )
    query = (
        select(Enterprise)
        .where(
            col(Enterprise.city_code) == SHENZHEN,
            col(Enterprise.region_code) != SHENZHEN,
            col(Enterprise.uscc).is_not(None),
            col(Enterprise.merged_into_id).is_(None),
            col(Enterprise.id).in_(known),
        )
        .order_by(col(Enterprise.id))
        .limit(6)
    )
    return list(session.scalars(query))


def _call(session: Session, actor: Actor, today: date) -> Call:
    return open_call(
        session,
        actor=actor,
        new=NewCall(
            directory_code="little_giant",
            procedure=Procedure.NEW,
            title=f"{today.year} 年专精特新“小巨人”企业申报通知（示例）",
            region_code="440000",
            opens_at=moment_of(today - timedelta(days=20), 9),
            closes_at=moment_of(today + timedelta(days=20), 17),
            standard_version="LG26",
            document_no=f"示通〔{today.year}〕9号",
            documents=(("audit_report", True), ("ip_certificates", False), ("social_insurance", False)),
            steps=tuple(Step(level, 7) for level in LEVELS),
        ),
    )


def _typed(session: Session, firm: Enterprise, year: int, *, growth: float = 1.17) -> dict[str, str]:
    """Last year's figures grown a little, as a firm would type them: money in 万元."""
    rows = session.scalars(select(Figure).where(col(Figure.enterprise_id) == firm.id, col(Figure.year) >= year - 1))
    known = {(row.name, row.year): float(row.value) for row in rows}
    typed = {"contact.name": "示例联系人", "contact.phone": "0755-00000000", "profile.address": _address(firm)}
    for name in ("revenue", "rd_expense", "total_assets", "total_liabilities"):
        # Never below what the register has: the parts that are filled in from there must stay inside the whole.
        value = max(known.get((name, year - 1), 0.0) * growth, known.get((name, year), 0.0))
        if value:
            typed[f"annual.{year}.{name}"] = f"{value / 10_000:.0f}"
    employees = max(known.get(("employees", year - 1), 100.0) * 1.04, known.get(("employees", year), 0.0))
    return typed | {f"annual.{year}.employees": f"{employees:.0f}", "facts.market_share": "12"}


def _address(firm: Enterprise) -> str:
    return f"{firm.address or '示例路 18 号 3 栋'} 6 层"


def _nominate(sender: _Sender, call: Call, today: date, *, note: str = "") -> Submission:
    year = today.year - 1
    submission = sender.draft(SubmissionKind.NOMINATION, _typed(sender.session, sender.enterprise, year), call)
    sender.attach(submission, "audit_report", note or f"audit {sender.enterprise.id}", f"{year} 年审计报告（示例）.pdf")
    sender.attach(submission, "ip_certificates", f"patents {sender.enterprise.id}", "专利证书（示例）.pdf")
    return sender.send(submission)


def _accept_all(session: Session, submission: Submission, actor: Actor) -> None:
    choices = dict.fromkeys(tally(session, submission).waiting, ACCEPT)
    decide_fields(session, submission_id=submission.id, version=submission.version, choices=choices, actor=actor)


def _at_the_county(sender: _Sender, call: Call, today: date) -> None:
    _nominate(sender, call, today)


def _at_the_city(sender: _Sender, call: Call, today: date, *, note: str = "") -> None:
    """Passed on by the county; the city has begun: some accepted, one returned."""
    submission, session, year = _nominate(sender, call, today, note=note), sender.session, today.year - 1
    _accept_all(session, submission, COUNTY)
    forward_submission(
        session, submission_id=submission.id, version=submission.version, actor=COUNTY, comment="初核通过（示例）"
    )
    waiting = tally(session, submission).waiting
    choices = dict.fromkeys(waiting[: len(waiting) // 2], ACCEPT)
    choices[f"annual.{year}.rd_expense"] = Choice(
        FieldDecision.RETURNED, ReturnReason.MISMATCH.value, "请说明专项审计与年报附注的差额，或更正数值。"
    )
    decide_fields(session, submission_id=submission.id, version=submission.version, choices=choices, actor=CITY)


def _at_the_province(sender: _Sender, call: Call, today: date) -> None:
    submission = _nominate(sender, call, today)
    for who in (COUNTY, CITY):
        _accept_all(sender.session, submission, who)
        forward_submission(sender.session, submission_id=submission.id, version=submission.version, actor=who)


def _yearly(sender: _Sender, today: date, *, late: bool = False) -> Submission:
    year = today.year - 1
    submission = sender.draft(SubmissionKind.YEARLY, _typed(sender.session, sender.enterprise, year, growth=1.6))
    sender.attach(submission, "audit_report", "共用", f"{year} 年审计报告（示例）.pdf")
    sender.send(submission)
    if late:
        _late(sender.session, submission, today)
    return submission


def _mended(sender: _Sender, today: date) -> None:
    """Returned for one field, mended and sent again: only that one is open."""
    submission, session, year = _yearly(sender, today), sender.session, today.year - 1
    path = f"annual.{year}.employees"
    _accept_all(session, submission, CITY)
    choices = {path: Choice(FieldDecision.RETURNED, ReturnReason.MISMATCH.value, "与社保清单不一致，请核对。")}
    decide_fields(session, submission_id=submission.id, version=submission.version, choices=choices, actor=CITY)
    return_submission(session, submission_id=submission.id, version=submission.version, actor=CITY)
    save_fields(session, submission_id=submission.id, actor=sender.owner, typed={path: "96"})
    sender.send(submission)


def _reported(session: Session, firms: list[Enterprise]) -> None:
    """Two errors the public reported, and two records that an official takes for one."""
    report_error(
        session, key=firms[2].uscc or "", about="profile", text="注册地址应为示例路 20 号（示例）。", contact="示例王某"
    )
    report_error(session, key=firms[3].uscc or "", about="title", text="这项称号已于去年到期（示例）。")
    propose_merge(
        session,
        first_key=firms[0].uscc or "",
        second_key=firms[2].uscc or "",
        actor=CITY,
        reason="两份档案的地址和联系人相同（示例）",
    )


def _late(session: Session, submission: Submission, today: date) -> None:
    """It has lain there too long."""
    item = session.scalars(
        select(WorkItem).where(col(WorkItem.kind) == WorkKind.SUBMISSION, col(WorkItem.subject_id) == submission.id)
    ).one()
    submission.due_on = item.due_on = today - timedelta(days=3)
    session.flush()
