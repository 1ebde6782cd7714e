"""What the registry has of a firm for each field of a submission, and what was sent for the year before."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from registry.models import Contact, Enterprise, Fact, Figure, Product, Submission, SubmissionRevision
from registry.services.submitting.catalogue import FieldDef
from registry.vocabulary import SubmissionState, Trust

Known = tuple[Any, Trust | None]
"""A value and what stands behind it; the register itself stands behind the profile."""
NOTHING: Known = (None, None)
_STRENGTH = {Trust.OFFICIAL: 3, Trust.AUDITED: 2, Trust.DECLARED: 1, Trust.COMPUTED: 0}


NONE: tuple[Any, ...] = (None, "", [])
"""How nothing is written."""

# Columns and no rows of tables, in statements put together once: a case is opened every few seconds.
_MINE: Any = bindparam("firm")
_CONTACT = select(Contact).where(col(Contact.enterprise_id) == _MINE)
_FIGURES = select(col(Figure.name), col(Figure.year), col(Figure.value), col(Figure.trust)).where(
    col(Figure.enterprise_id) == _MINE
)
_FACTS = select(col(Fact.name), col(Fact.value), col(Fact.trust)).where(col(Fact.enterprise_id) == _MINE)
_PRODUCTS = (
    select(col(Product.name), col(Product.version), col(Product.category))
    .where(col(Product.enterprise_id) == _MINE, col(Product.voided_at).is_(None))
    .order_by(col(Product.id))
)

_LAST_SENT = (
    select(col(SubmissionRevision.content))
    .join(
        Submission,
        (col(Submission.id) == col(SubmissionRevision.submission_id))
        & (col(Submission.revision) == col(SubmissionRevision.revision)),
    )
    .where(
        col(Submission.enterprise_id) == _MINE,
        col(Submission.year) == bindparam("year"),
        col(Submission.state) == SubmissionState.APPROVED,
    )
    .order_by(col(Submission.id).desc())
    .limit(1)
)


class Live:
    """Everything the registry has of one firm that a submission may speak about; each kind read when asked for."""

    def __init__(self, session: Session, enterprise: Enterprise) -> None:
        self._session, self._enterprise = session, enterprise
        self._asked = {"firm": enterprise.id}

    @cached_property
    def _contact(self) -> Contact | None:
        return self._session.scalars(_CONTACT, self._asked).first()

    @cached_property
    def _figures(self) -> dict[tuple[str, int], Known]:
        rows = sorted(self._session.execute(_FIGURES, self._asked), key=lambda row: _STRENGTH[row[3]])
        return {(name, year): (plain(value), trust) for name, year, value, trust in rows}

    @cached_property
    def _facts(self) -> dict[str, Known]:
        rows = sorted(self._session.execute(_FACTS, self._asked), key=lambda row: _STRENGTH[row[2]])
        return {name: (value, trust) for name, value, trust in rows}

    @cached_property
    def _products(self) -> list[dict[str, str]]:
        rows = self._session.execute(_PRODUCTS, self._asked)
        return [{"name": name, "version": version, "category": category} for name, version, category in rows]

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
        asked = {"firm": submission.enterprise_id, "year": submission.year - 1}
        content = session.scalars(_LAST_SENT, asked).first()
        self._values: dict[str, Any] = dict((content or {}).get("fields", {}))

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
