"""Fictional firms with people: an open call, nominations half filled in and under review, a claim, a park."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session, select

from registry import clock
from registry.clock import moment_of
from registry.demo.firms import DemoFirm, Profile
from registry.demo.people import PROVINCE, DemoAccount
from registry.errors import Text
from registry.models import Enterprise, Membership, ReviewStep, Submission, SubmissionField
from registry.policies import Actor, FirmRight, Grant, ParkRight
from registry.services.accounts import create_account
from registry.services.firms.claiming import Claimant, claim_with_licence
from registry.services.firms.parks import add_park_member, agree_to_park, ask_firm, create_park
from registry.services.inbox.items import close_item
from registry.services.submitting.calls import NewCall, open_call
from registry.services.submitting.drafting import save_fields, start_submission
from registry.services.submitting.evidence import Inspected, add_evidence
from registry.services.submitting.moves import move
from registry.services.submitting.plans import LEVELS, Step
from registry.services.submitting.sending import submit
from registry.vocabulary import (
    FieldDecision,
    FirmRole,
    Procedure,
    Role,
    StepOutcome,
    SubmissionAct,
    SubmissionKind,
    WorkKind,
)

SHENZHEN = "440300"
LICENCE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
xref
0 4
0000000000 65535 f 
0000000009 00000 n 
0000000054 00000 n 
0000000105 00000 n 
trailer<</Size 4/Root 1 0 R>>
startxref
168
%%EOF
"""
"""An empty page: what a demo's documents consist of."""

FIRM_ACCOUNTS = (
    DemoAccount("zhao", "shili-zhao-demo", "赵示例", (), Text("企业负责人（示例企业）", "owner of a fictional firm")),
    DemoAccount("qian", "shili-qian-demo", "钱示例", (), Text("同一企业的填报人", "editor of the same firm")),
    DemoAccount("sun", "shili-sun-demo", "孙示例", (), Text("另一家企业的负责人", "owner of another firm")),
    DemoAccount(
        "wu", "shili-wu-demo", "吴示例", (), Text("园区工作人员，代企业起草", "a park's person, drafts for firms")
    ),
    DemoAccount("zhou", "shili-zhou-demo", "周示例", (), Text("正在认领企业的人", "somebody claiming a firm")),
)


@dataclass(frozen=True, slots=True)
class _People:
    """The accounts by login, as they act."""

    zhao: Actor
    sun: Actor
    wu: Actor
    zhou: Actor


def add_submissions(
    session: Session, firms: Sequence[DemoFirm], *, today: date, actor: Actor, archive_dir: Path
) -> None:
    """Tell the firms' side of the story, each step through the service that does it for real ones."""
    # Ordinary firms are those that the stories merge and rename.
    order: list[Profile] = [Profile.NEAR, Profile.STRONG, *(one for one in Profile if one is not Profile.ORDINARY)]
    steady = [firm for firm in firms if firm.profile is not Profile.ORDINARY]
    chosen = sorted(steady, key=lambda firm: (firm.city_code != SHENZHEN, order.index(firm.profile)))[:4]
    own, second, third, claimed = (_enterprise(session, firm) for firm in chosen)
    people = _add_people(session, actor, own, second, third)
    call = open_call(session, actor=_curator(actor), new=_call(today))
    with tempfile.TemporaryDirectory() as folder:
        paper = Path(folder) / "示例审计报告（虚构）.pdf"
        paper.write_bytes(LICENCE)
        half = start_submission(
            session, actor=people.zhao, enterprise_id=own.id, kind=SubmissionKind.NOMINATION, call_id=call.id
        )
        _half_filled(session, half, people.zhao, archive_dir, paper)
        _under_review(session, people.sun, second, call.id, archive_dir, paper)
        _returned(session, people.sun, third)
        claim_with_licence(
            session,
            actor=people.zhou,
            enterprise_id=claimed.id,
            who=Claimant("周示例 行政经理", "0755-00000000", "示例（虚构）"),
            licence=paper,
            archive_dir=archive_dir,
            inspect=_a_page,
        )
    park = create_park(session, actor=actor, name="深圳示例产业园（虚构）", region_code=SHENZHEN)
    add_park_member(session, actor=actor, park_id=park.id, login="wu")
    wu = Actor(people.wu.account_id, "wu", parks=(ParkRight(park.id),))
    link = ask_firm(session, actor=wu, park_id=park.id, enterprise_id=second.id)
    agree_to_park(session, actor=people.sun, link_id=link.id)
    ask_firm(session, actor=wu, park_id=park.id, enterprise_id=own.id)


def _add_people(session: Session, actor: Actor, own: Enterprise, second: Enterprise, third: Enterprise) -> _People:
    numbers = {}
    for each in FIRM_ACCOUNTS:
        made = create_account(
            session, actor=actor, login=each.login, password=each.password, display_name=each.display_name
        )
        numbers[each.login] = made.id
    rights = {
        "zhao": ((own.id, FirmRole.OWNER),),
        "qian": ((own.id, FirmRole.EDITOR),),
        "sun": ((second.id, FirmRole.OWNER), (third.id, FirmRole.OWNER)),
    }
    for login, held in rights.items():
        for firm, role in held:
            session.add(Membership(account_id=numbers[login], enterprise_id=firm, role=role, granted_by=actor.label))
    session.flush()

    def who(login: str) -> Actor:
        return Actor(numbers[login], login, firms=tuple(FirmRight(firm, role) for firm, role in rights.get(login, ())))

    return _People(who("zhao"), who("sun"), who("wu"), who("zhou"))


def _half_filled(session: Session, half: Submission, actor: Actor, archive_dir: Path, paper: Path) -> None:
    """As in life: most of it done, an R&D expense above revenue, an amount in yuan instead of 万元."""
    year = half.year
    typed = {
        "contact.name": "赵示例",
        "contact.office": "总经理（虚构）",
        "contact.phone": "0755-00000000",
        f"annual.{year}.revenue": "8,200",
        f"annual.{year}.rd_expense": "62,000",
        f"annual.{year}.total_assets": "141,500,000",
        f"annual.{year}.total_liabilities": "6,537",
    }
    save_fields(session, submission_id=half.id, actor=actor, typed=typed)
    add_evidence(
        session,
        submission_id=half.id,
        slug="audit_report",
        source=paper,
        actor=actor,
        archive_dir=archive_dir,
        inspect=_a_page,
    )


def _under_review(
    session: Session, actor: Actor, firm: Enterprise, call_id: int, archive_dir: Path, paper: Path
) -> None:
    sent = start_submission(
        session, actor=actor, enterprise_id=firm.id, kind=SubmissionKind.NOMINATION, call_id=call_id
    )
    save_fields(session, submission_id=sent.id, actor=actor, typed=_plain(sent.year))
    for slug in ("audit_report", "ip_certificates"):
        add_evidence(
            session,
            submission_id=sent.id,
            slug=slug,
            source=paper,
            actor=actor,
            archive_dir=archive_dir,
            inspect=_a_page,
        )
    _send(session, sent, actor)


def _returned(session: Session, actor: Actor, firm: Enterprise) -> None:
    sent = start_submission(session, actor=actor, enterprise_id=firm.id, kind=SubmissionKind.PROFILE)
    save_fields(session, submission_id=sent.id, actor=actor, typed=_plain(sent.year))
    _send(session, sent, actor)
    rows = session.exec(
        select(SubmissionField).where(SubmissionField.submission_id == sent.id, SubmissionField.path == "contact.phone")
    ).all()
    for row in rows:
        row.decision, row.decided_revision, row.decided_by = FieldDecision.RETURNED, sent.revision, "lin"
        row.reason_code, row.reason = "incomplete", "示例：请填写能接通的电话（虚构）"
    step = session.exec(select(ReviewStep).where(ReviewStep.submission_id == sent.id)).one()
    step.outcome, step.decided_at, step.decided_by = StepOutcome.RETURNED, clock.now(), "lin"
    move(session, sent, SubmissionAct.RETURN, actor=Actor(None, "lin"), reason="示例（虚构）")
    close_item(session, kind=WorkKind.SUBMISSION, subject_id=sent.id)


def _plain(year: int) -> dict[str, str]:
    return {
        "contact.name": "孙示例",
        "contact.phone": "0755-00000001",
        f"annual.{year}.revenue": "21,730",
        f"annual.{year}.rd_expense": "2,264",
        f"annual.{year}.total_assets": "30,120",
        f"annual.{year}.total_liabilities": "12,300",
        f"annual.{year}.employees": "186",
        f"annual.{year}.rd_staff": "48",
        f"annual.{year}.main_business_revenue": "",
        f"annual.{year}.high_tech_revenue": "",
        f"annual.{year}.product_revenue": "",
        f"annual.{year}.total_costs": "",
    }


def _send(session: Session, sent: Submission, actor: Actor) -> None:
    rows = session.exec(
        select(SubmissionField).where(SubmissionField.submission_id == sent.id, SubmissionField.fault == "unit")
    ).all()
    save_fields(session, submission_id=sent.id, actor=actor, typed={}, units={row.path: "wan" for row in rows})
    submit(session, submission_id=sent.id, version=sent.version, actor=actor, declared_by="孙示例 总经理", agreed=True)


def _call(today: date) -> NewCall:
    return NewCall(
        directory_code="little_giant",
        procedure=Procedure.NEW,
        title=f"{today.year} 年专精特新“小巨人”申报（示例）",
        region_code=PROVINCE,
        opens_at=moment_of(today - timedelta(days=9), 9),
        closes_at=moment_of(today + timedelta(days=11), 17),
        standard_version="LG26",
        document_no=f"示信函〔{today.year}〕9号",
        documents=(("audit_report", True), ("ip_certificates", False), ("social_insurance", False)),
        steps=tuple(Step(level, 10) for level in LEVELS),
    )


def _curator(actor: Actor) -> Actor:
    return Actor(None, actor.label, (Grant(Role.CURATOR, PROVINCE),))


def _a_page(_path: Path) -> Inspected:
    return Inspected("application/pdf", 1)


def _enterprise(session: Session, firm: DemoFirm) -> Enterprise:
    return session.exec(select(Enterprise).where(Enterprise.uscc == firm.uscc)).one()
