"""What the registry has of a firm for each field of a submission, and what was sent for the year before."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Contact, Enterprise, Fact, Figure, Product, Submission
from registry.services.reviewing.revisions import revision_of
from registry.services.submitting.catalogue import FieldDef
from registry.vocabulary import SubmissionState, Trust

Known = tuple[Any, Trust | None]
"""A value and what stands behind it; the register itself stands behind the profile."""
NOTHING: Known = (None, None)
_STRENGTH = {Trust.OFFICIAL: 3, Trust.AUDITED: 2, Trust.DECLARED: 1, Trust.COMPUTED: 0}


class Live:
    """Everything the registry has of one firm that a submission may speak about."""

    def __init__(self, session: Session, enterprise: Enterprise) -> None:
        self._enterprise = enterprise
        self._contact = session.scalars(select(Contact).where(col(Contact.enterprise_id) == enterprise.id)).first()
        figures = session.scalars(select(Figure).where(col(Figure.enterprise_id) == enterprise.id))
        facts = session.scalars(select(Fact).where(col(Fact.enterprise_id) == enterprise.id))
        products = session.scalars(
            select(Product)
            .where(col(Product.enterprise_id) == enterprise.id, col(Product.voided_at).is_(None))
            .order_by(col(Product.id))
        )
        self._figures: dict[tuple[str, int], Known] = {}
        for row in sorted(figures, key=lambda one: _STRENGTH[one.trust]):
            self._figures[row.name, row.year] = plain(row.value), row.trust
        self._facts: dict[str, Known] = {}
        for fact in sorted(facts, key=lambda one: _STRENGTH[one.trust]):
            self._facts[fact.name] = fact.value, fact.trust
        self._products = [{"name": one.name, "version": one.version, "category": one.category} for one in products]

    def of(self, field: FieldDef) -> Known:
        """The strongest value there is."""
        if field.path.startswith("profile."):
            value = getattr(self._enterprise, field.target)
            return (value.isoformat() if hasattr(value, "isoformat") else value), None
        if field.year is not None:
            return self._figures.get((field.target, field.year), NOTHING)
        if field.path.startswith("facts."):
            return self._facts.get(field.target, NOTHING)
        if field.path.startswith("contact.") and self._contact is not None:
            return getattr(self._contact, field.target), None
        return (self._products or None, None) if field.path == "products" else NOTHING

    def figure(self, name: str, year: int) -> Any:
        """A figure of any year; None if there is none."""
        return self._figures.get((name, year), NOTHING)[0]


class LastYear:
    """What the firm sent for the year before, and where it sent nothing the figures of that year."""

    def __init__(self, session: Session, submission: Submission, live: Live) -> None:
        self._live = live
        earlier = session.scalars(
            select(Submission)
            .where(
                col(Submission.enterprise_id) == submission.enterprise_id,
                col(Submission.year) == submission.year - 1,
                col(Submission.state) == SubmissionState.APPROVED,
            )
            .order_by(col(Submission.id).desc())
            .limit(1)
        ).first()
        self._values = revision_of(session, earlier).values if earlier is not None else {}

    def of(self, field: FieldDef) -> Any:
        """The value a year earlier."""
        if field.year is None:
            return self._values.get(field.path)
        sent = self._values.get(f"annual.{field.year - 1}.{field.target}")
        return sent if sent is not None else self._live.figure(field.target, field.year - 1)


def plain(value: Decimal | None) -> int | float | None:
    """A stored figure as JSON has it: whole numbers as such."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
