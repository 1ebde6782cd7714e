"""What a new submission begins with: all the registry holds already, for the firm to check instead of typing it."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Contact, Enterprise, Fact, Figure, Product, Submission, SubmissionField
from registry.services.assessing.gathering import strength_of
from registry.services.submitting.asked import Asked
from registry.services.submitting.catalogue import KEPT
from registry.services.submitting.state import PREFILLED, State, whole
from registry.services.submitting.values import PRODUCTS_MAX, text_of

CONTACT_PARTS = ("name", "office", "phone", "email", "public")


def prefill(session: Session, submission: Submission, asked: Asked, enterprise: Enterprise) -> None:
    """Write a row for each field the registry knows a value of. Last year's figures are no value of this year's."""
    held = held_of(session, enterprise)
    for path, about in asked.fields.items():
        value = held.get(path)
        if value is None or value == "":
            continue
        session.add(
            SubmissionField(
                submission_id=submission.id,
                path=path,
                value=value,
                typed=text_of(about, value),
                saved_by=PREFILLED,
            )
        )
    session.flush()


def emptied(session: Session, state: State, enterprise: Enterprise) -> tuple[str, ...]:
    """Fields of profile and contact which somebody emptied although the registry has a value: that is to go."""
    held = held_of(session, enterprise)
    return tuple(
        path
        for path, one in state.fields.items()
        if one.field.section in ("profile", "contacts")
        and path not in KEPT
        and one.touched
        and one.value is None
        and one.fault is None
        and held.get(path)
    )


def held_of(session: Session, enterprise: Enterprise) -> dict[str, Any]:
    """What the registry has for the fields of a submission, by path."""
    held: dict[str, Any] = {
        f"profile.{name}": getattr(enterprise, name)
        for name in (
            "name_en", "region_code", "address", "industry_code", "registered_capital_cny", "listed_market",
            "stock_code", "website", "main_business",
        )
    }  # fmt: skip
    if enterprise.founded_on is not None:
        held["profile.founded_on"] = enterprise.founded_on.isoformat()
    contact = session.scalars(select(Contact).where(col(Contact.enterprise_id) == enterprise.id)).first()
    if contact is not None:
        held |= {f"contact.{name}": getattr(contact, name) for name in CONTACT_PARTS}
    mine = col(Figure.enterprise_id) == enterprise.id
    for figure in session.scalars(select(Figure).where(mine).order_by(strength_of(Figure), col(Figure.id))):
        held[f"annual.{figure.year}.{figure.name}"] = whole(figure.value)
    known = select(Fact).where(col(Fact.enterprise_id) == enterprise.id).order_by(strength_of(Fact), col(Fact.id))
    held |= {f"facts.{fact.name}": fact.value for fact in session.scalars(known)}
    held["products"] = _products(session, enterprise.id)
    return held


def _products(session: Session, enterprise_id: int) -> list[dict[str, str]] | None:
    query = select(Product).where(col(Product.enterprise_id) == enterprise_id, col(Product.voided_at).is_(None))
    rows = session.scalars(query.order_by(col(Product.id)).limit(PRODUCTS_MAX))
    return [{"name": one.name, "version": one.version, "category": one.category, "note": ""} for one in rows] or None
