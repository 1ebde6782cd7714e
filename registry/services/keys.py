"""Keys of enterprises: which one is canonical, and how a provisional one is made."""

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from registry.identity.provisional import provisional_key
from registry.models import Enterprise, EnterpriseAddress

__all__ = ["canonical_key", "key_in_hand", "key_of", "provisional_key"]


def canonical_key() -> ColumnElement[str]:
    """SQL over Enterprise: what stands behind /e/ — its code, or its provisional key while it has none.

    Provisional keys sort after numbers, so an old registration number is never taken for the canonical key.
    """
    provisional = (
        select(func.max(EnterpriseAddress.key))
        .where(col(EnterpriseAddress.enterprise_id) == col(Enterprise.id))
        .correlate(Enterprise)
        .scalar_subquery()
    )
    return func.coalesce(col(Enterprise.uscc), provisional)


def key_in_hand(session: Session, enterprise: Enterprise) -> str:
    """The canonical key of an enterprise that was read already: mostly the database need not be asked again."""
    return enterprise.uscc or key_of(session, enterprise.id)


def key_of(session: Session, enterprise_id: int) -> str:
    """The canonical key of one enterprise; its provisional key if no address was written yet."""
    found = session.exec(select(canonical_key()).where(col(Enterprise.id) == enterprise_id)).one()
    return found or provisional_key(enterprise_id)
