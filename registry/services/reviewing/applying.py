"""Writing what was approved to the register: profile, figures, facts, contacts, products; event and index queue."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.identity.folding import fold_name
from registry.identity.names import clean_name
from registry.identity.regions import city_of
from registry.models import Contact, Enterprise, Fact, Figure, Product, Submission
from registry.policies import Actor
from registry.services import audit, outbox
from registry.services.identities import lock_enterprise, take_name, touch
from registry.services.keys import key_of
from registry.services.reviewing.changes import equal
from registry.services.reviewing.live import plain
from registry.services.reviewing.revisions import Sent, revision_of
from registry.services.reviewing.rows import trust_when_approved
from registry.services.submitting.catalogue import DOCUMENTS, KEPT, NEW_NAME, FieldDef, field_of
from registry.vocabulary import Trust

UPDATED = "enterprise.updated"

Changes = dict[str, tuple[Any, Any]]
"""Path → what the register had, what it has now."""


def apply_submission(session: Session, submission: Submission, *, actor: Actor) -> Changes:
    """Write the values of the last revision. The caller has approved it, in the same transaction.

    Yearly figures are written as audited where the audit report that proves them was sent with them and an official
    accepted both, everything else as declared; values of other trust stay beside. Returns what changed.
    """
    enterprise = lock_enterprise(session, submission.enterprise_id)
    sent = revision_of(session, submission)
    changes: Changes = {}
    for path, value in sent.values.items():
        field = field_of(path, year=submission.year)
        if field is None:
            continue
        if path == NEW_NAME.path:
            _name(session, submission, enterprise, value, changes)
        elif path.startswith("profile."):
            _profile(enterprise, field, value, changes)
        elif field.year is not None and value is not None:
            _figure(session, submission, field, value, sent, changes)
        elif path.startswith("facts.") and value is not None:
            _fact(session, submission, field, value, changes)
        elif path.startswith("contact."):
            _contact(session, enterprise, field, value, changes)
        elif path == "products":
            _products(session, enterprise, value, changes)
    touch(enterprise)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action=UPDATED,
        subject_kind="enterprise",
        subject_key=key_of(session, enterprise.id),
        before={path: before for path, (before, _) in changes.items()},
        after={path: after for path, (_, after) in changes.items()},
        reason=f"申报 {submission.receipt or submission.id} 通过",
    )
    outbox.enterprises_changed(session, [enterprise.id])
    return changes


def _profile(enterprise: Enterprise, field: FieldDef, value: Any, changes: Changes) -> None:
    name = field.target
    given = value or None
    if given is None and field.path in KEPT:
        return
    if field.kind == "date" and given is not None:
        given = date.fromisoformat(given)
    before = getattr(enterprise, name)
    if equal(before, given):
        return
    setattr(enterprise, name, given)
    if name == "region_code" and given:
        enterprise.city_code = city_of(str(given)) or enterprise.city_code
    changes[field.path] = (_said(before), _said(given))


def _name(session: Session, submission: Submission, enterprise: Enterprise, value: Any, changes: Changes) -> None:
    """A change of name that was reported: in force since the day it was sent, the old name kept as a former one."""
    name = clean_name(str(value or ""))
    if not name or name == enterprise.name_zh:
        return
    changes[NEW_NAME.path] = (enterprise.name_zh, name)
    on = (submission.submitted_at or clock.now()).astimezone(clock.PROVINCE_ZONE).date()
    take_name(session, enterprise, name, on=on, source=f"变更报告 {submission.receipt or submission.id}")


def _contact(session: Session, enterprise: Enterprise, field: FieldDef, value: Any, changes: Changes) -> None:
    row = session.scalars(select(Contact).where(col(Contact.enterprise_id) == enterprise.id)).first()
    if row is None:
        row = Contact(enterprise_id=enterprise.id)
        session.add(row)
    before = getattr(row, field.target)
    given = bool(value) if field.kind == "bool" else str(value or "")
    if equal(before, given):
        return
    setattr(row, field.target, given)
    row.updated_at = clock.now()
    session.flush()
    # The trail is kept for ever and read by auditors: it says that a contact changed, not to what.
    changes[field.path] = ("…", "…")


def _figure(
    session: Session, submission: Submission, field: FieldDef, value: Any, sent: Sent, changes: Changes
) -> None:
    trust = trust_when_approved(field, sent.hashes)
    row = session.scalars(
        select(Figure).where(
            col(Figure.enterprise_id) == submission.enterprise_id,
            col(Figure.year) == field.year,
            col(Figure.name) == field.target,
            col(Figure.trust) == trust,
        )
    ).first()
    before = plain(row.value) if row is not None else None
    if row is None:
        row = Figure(
            enterprise_id=submission.enterprise_id, year=field.year or 0, name=field.target, value=Decimal(0),
            trust=trust, source="",
        )  # fmt: skip
        session.add(row)
    row.value, row.source, row.recorded_at = Decimal(str(value)), _source(submission, field, trust), clock.now()
    if not equal(before, value):
        row.published = False
        changes[field.path] = (before, value)


def _fact(session: Session, submission: Submission, field: FieldDef, value: Any, changes: Changes) -> None:
    row = session.scalars(
        select(Fact).where(
            col(Fact.enterprise_id) == submission.enterprise_id,
            col(Fact.name) == field.target,
            col(Fact.trust) == Trust.DECLARED,
        )
    ).first()
    before = row.value if row is not None else None
    if row is None:
        row = Fact(
            enterprise_id=submission.enterprise_id, name=field.target, value=None, trust=Trust.DECLARED,
            known_on=clock.today(), source="",
        )  # fmt: skip
        session.add(row)
    row.value, row.source, row.recorded_at = value, _source(submission, field, Trust.DECLARED), clock.now()
    row.published = row.published and equal(before, value)
    row.known_on = (submission.submitted_at or clock.now()).date()
    if not equal(before, value):
        changes[field.path] = (before, value)


def _products(session: Session, enterprise: Enterprise, value: Any, changes: Changes) -> None:
    """Add the products nobody had yet. One the firm does not name any more stays: lists may name it."""
    rows = session.scalars(
        select(Product).where(col(Product.enterprise_id) == enterprise.id, col(Product.voided_at).is_(None))
    )
    known = {(row.folded, row.version) for row in rows}
    added = []
    for one in value or []:
        name, version = str(one.get("name", "")).strip()[:300], str(one.get("version", "")).strip()[:100]
        if not name or (fold_name(name), version) in known:
            continue
        known.add((fold_name(name), version))
        session.add(
            Product(
                enterprise_id=enterprise.id,
                maker_name=enterprise.name_zh,
                name=name,
                folded=fold_name(name)[:300],
                version=version,
                category=str(one.get("category", "")).strip()[:60],
            )
        )
        added.append(f"{name} {version}".strip())
    if added:
        changes["products"] = (None, added)


def _source(submission: Submission, field: FieldDef, trust: Trust) -> str:
    receipt = submission.receipt or str(submission.id)
    document = DOCUMENTS.get(field.proof, Text("", "")).zh
    return f"申报 {receipt}，{document}" if trust is Trust.AUDITED else f"企业申报 {receipt}"


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
