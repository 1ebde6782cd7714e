"""What a new edition takes over from the one it corrects: its place, and the withdrawals made since."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Conflict
from registry.models import Batch, Listing, ProductListing
from registry.policies import Actor
from registry.services.batch_life.moves import Said, move
from registry.vocabulary import BatchAct, BatchState


def supersede(session: Session, batch: Batch, *, actor: Actor, said: Said) -> Batch | None:
    """Supersede the edition before and return it; None for a first edition. Raises Conflict if it is not final."""
    if batch.supersedes_id is None:
        return None
    before = session.get_one(Batch, batch.supersedes_id, with_for_update=True, populate_existing=True)
    if before.state is not BatchState.FINAL or before.voided_at is not None:
        raise Conflict(
            f"它要更正的第 {before.edition} 版已不是现行名单，不能再取代它。",
            f"Edition {before.edition}, which it corrects, is no longer the one in force.",
            field="batch",
            value=batch.id,
        )
    move(session, before, BatchAct.SUPERSEDE, actor=actor, said=said, by=batch.id)
    return before


def carry_withdrawals(session: Session, *, old: Batch, new: Batch) -> int:
    """A title withdrawn since the draft was made stays withdrawn in the edition that takes over; how many."""
    return _carry_titles(session, old, new) + _carry_entries(session, old, new)


def _carry_titles(session: Session, old: Batch, new: Batch) -> int:
    gone = {
        row.enterprise_id: row
        for row in session.scalars(
            select(Listing).where(
                col(Listing.batch_id) == old.id,
                col(Listing.voided_at).is_(None),
                col(Listing.withdrawn_on).is_not(None),
            )
        )
    }
    rows = session.scalars(
        select(Listing).where(
            col(Listing.batch_id) == new.id,
            col(Listing.voided_at).is_(None),
            col(Listing.withdrawn_on).is_(None),
            col(Listing.enterprise_id).in_(gone),
        )
    ).all()
    for row in rows:
        before = gone[row.enterprise_id]
        row.withdrawn_on = before.withdrawn_on
        row.withdrawal_reason, row.withdrawal_document = before.withdrawal_reason, before.withdrawal_document
    session.flush()
    return len(rows)


def _carry_entries(session: Session, old: Batch, new: Batch) -> int:
    withdrawn = select(col(ProductListing.product_id), col(ProductListing.withdrawn_on)).where(
        col(ProductListing.batch_id) == old.id,
        col(ProductListing.voided_at).is_(None),
        col(ProductListing.withdrawn_on).is_not(None),
    )
    gone = {product: on for product, on in session.execute(withdrawn)}
    rows = session.scalars(
        select(ProductListing).where(
            col(ProductListing.batch_id) == new.id,
            col(ProductListing.voided_at).is_(None),
            col(ProductListing.withdrawn_on).is_(None),
            col(ProductListing.product_id).in_(gone),
        )
    ).all()
    for row in rows:
        row.withdrawn_on = gone[row.product_id]
    session.flush()
    return len(rows)
