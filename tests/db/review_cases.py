"""Submissions as a firm would have sent them, for tests of what officials do. All names are plainly fictional."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from registry import clock
from registry.models import (
    Call,
    Enterprise,
    Evidence,
    Submission,
    SubmissionField,
    SubmissionRevision,
)
from registry.policies import EVERYWHERE, Actor, Grant
from registry.services.submitting.stepping import enter_step
from registry.vocabulary import Procedure, Role, SubmissionKind, SubmissionState
from tests.factories import an_enterprise

PROVINCE, CITY, COUNTY, ELSEWHERE = "440000", "440300", "440305", "440100"
YEAR = 2025
WHY = "示例理由"
PROVINCIAL = Actor(None, "省示例", (Grant(Role.REVIEWER, PROVINCE),), "省示例")
MUNICIPAL = Actor(None, "市示例", (Grant(Role.REVIEWER, CITY),), "市示例")
LOCAL = Actor(None, "区示例", (Grant(Role.REVIEWER, COUNTY),), "区示例")
STRANGER = Actor(None, "外市示例", (Grant(Role.REVIEWER, ELSEWHERE),), "外市示例")
AUDITOR = Actor(None, "审计示例", (Grant(Role.AUDITOR, EVERYWHERE),), "审计示例")
PUBLIC = Actor.anonymous()
STEPS = [
    {"level": "county", "region_code": COUNTY, "days": 10},
    {"level": "city", "region_code": CITY, "days": 10},
    {"level": "province", "region_code": PROVINCE, "days": 10},
]
VALUES: dict[str, Any] = {
    "profile.address": "南山区示例路 18 号 5 栋 6 层",
    "annual.2025.revenue": 82_000_000,
    "annual.2025.rd_expense": 6_200_000,
    "facts.class1_ip": 3,
}


def a_call(session: Session, **overrides: Any) -> Call:
    """A call for the little giants that is open now."""
    now = clock.now()
    given: dict[str, Any] = {
        "directory_code": "little_giant",
        "procedure": Procedure.NEW,
        "title": "示例申报通知",
        "region_code": PROVINCE,
        "opens_at": now - timedelta(days=10),
        "closes_at": now + timedelta(days=10),
        "standard_version": "LG26",
        "steps": [{"level": level, "days": 7} for level in ("county", "city", "province")],
        "created_by": "示例",
    }
    call = Call(**given | overrides)
    session.add(call)
    session.flush()
    return call


def a_submission(
    session: Session,
    *,
    enterprise: Enterprise | None = None,
    values: dict[str, Any] | None = None,
    steps: list[dict[str, Any]] | None = None,
    call: Call | None = None,
    **overrides: Any,
) -> Submission:
    """Sent once, lying at its first step. Without steps given: the three levels."""
    if enterprise is None:
        enterprise = an_enterprise(name_zh="深圳市示例远岫传感技术有限公司", address="南山区示例路 18 号 3 栋")
        session.add(enterprise)
        session.flush()
    given: dict[str, Any] = {
        "enterprise_id": enterprise.id,
        "kind": SubmissionKind.NOMINATION if call else SubmissionKind.YEARLY,
        "call_id": call.id if call else None,
        "directory_code": call.directory_code if call else None,
        "year": YEAR,
        "state": SubmissionState.DRAFT,
        "steps": STEPS if steps is None else steps,
        "created_by": "示例企业",
    }
    submission = Submission(**given | overrides)
    session.add(submission)
    session.flush()
    send(session, submission, VALUES if values is None else values)
    return submission


def send(session: Session, submission: Submission, values: dict[str, Any]) -> SubmissionRevision:
    """As the firm's own service does: values, a revision, the receipt, the step, the inbox."""
    for path, value in values.items():
        field = session.exec(
            select(SubmissionField).where(
                col(SubmissionField.submission_id) == submission.id, col(SubmissionField.path) == path
            )
        ).first() or SubmissionField(submission_id=submission.id, path=path, saved_by="示例企业")
        field.value = value
        session.add(field)
    evidence = session.exec(select(Evidence).where(col(Evidence.submission_id) == submission.id)).all()
    content = {
        "fields": values,
        "evidence": [{"slug": one.slug, "sha256": one.sha256, "filename": one.filename} for one in evidence],
    }
    submission.revision += 1
    submission.version += 1
    submission.receipt = submission.receipt or f"SB-2026-{submission.id:06}"
    submission.state, submission.submitted_at = SubmissionState.SUBMITTED, clock.now()
    row = SubmissionRevision(
        submission_id=submission.id,
        revision=submission.revision,
        content=content,
        sha256=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        declared_by="示例王某",
        sent_by="示例企业",
    )
    session.add(row)
    session.flush()
    enter_step(session, submission)
    return row


def a_document(session: Session, enterprise: Enterprise, submission: Submission | None, **overrides: Any) -> Evidence:
    """An audit report."""
    given: dict[str, Any] = {
        "enterprise_id": enterprise.id,
        "submission_id": submission.id if submission else None,
        "slug": "audit_report",
        "filename": "示例审计报告.pdf",
        "sha256": hashlib.sha256(b"example").hexdigest(),
        "size": 1_000,
        "pages": 31,
        "media_type": "application/pdf",
        "uploaded_by": "示例企业",
    }
    row = Evidence(**given | overrides)
    session.add(row)
    session.flush()
    return row
