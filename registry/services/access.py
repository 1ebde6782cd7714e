"""Who opened a firm's protected data: what its members read."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import AccessRecord
from registry.policies import Actor, require_firm

LOG_MOST = 200


def access_log(session: Session, *, enterprise_id: int, actor: Actor) -> list[AccessRecord]:
    """The newest entries, for members of the firm. Raises NotAllowed."""
    require_firm(actor, enterprise_id)
    query = select(AccessRecord).where(col(AccessRecord.enterprise_id) == enterprise_id)
    return list(
        session.scalars(query.order_by(col(AccessRecord.at).desc(), col(AccessRecord.id).desc()).limit(LOG_MOST))
    )
