"""Whom to ask at an enterprise: shown to the public only where the firm ticked it."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Contact


def public_contact(session: Session, *, enterprise_id: int) -> tuple[str, ...]:
    """Name with office, telephone and e-mail as approved; nothing unless the firm agreed that all may see them."""
    query = select(Contact).where(col(Contact.enterprise_id) == enterprise_id, col(Contact.public).is_(True))
    found = session.scalars(query).first()
    if found is None:
        return ()
    person = f"{found.name}（{found.office}）" if found.name and found.office else found.name
    return tuple(part for part in (person, found.phone, found.email) if part)
