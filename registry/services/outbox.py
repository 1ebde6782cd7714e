"""Tell the search index and the change feed what changed, in the same transaction as the change.

To be called once the change is whole: the feed compares what is so with what it has told.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import insert, select
from sqlmodel import Session, col

from registry import clock
from registry.models import IndexOutbox, Listing, ProductListing
from registry.services.feed.later import tell_in_time

REBUILD_ABOVE = 20_000
"""Beyond this many entries in one act a rebuild beside is cheaper than naming each."""


class Change(StrEnum):
    """What an outbox row asks for."""

    ENTERPRISE = "enterprise"
    """This enterprise and its products."""
    PRODUCT = "product"
    EVERYTHING = "everything"
    """A new index."""


def enterprises_changed(session: Session, enterprise_ids: Iterable[int]) -> None:
    """Queue enterprises, with their products, for indexing; a very large set becomes one rebuild."""
    numbers = set(enterprise_ids)
    tell_in_time(session, enterprises=numbers)
    _changed(session, Change.ENTERPRISE, numbers)


def products_changed(session: Session, product_ids: Iterable[int]) -> None:
    """Queue products for indexing. Those of a queued enterprise need not be named; its page names its products."""
    numbers = set(product_ids)
    tell_in_time(session, products=numbers)
    _changed(session, Change.PRODUCT, numbers)


def batches_changed(session: Session, batch_ids: Iterable[int]) -> None:
    """Queue all that stands in the batches: their state, label or days have changed."""
    ids = list(batch_ids)
    if not ids:
        return
    firms = select(col(Listing.enterprise_id)).where(col(Listing.batch_id).in_(ids)).distinct()
    products = select(col(ProductListing.product_id)).where(col(ProductListing.batch_id).in_(ids)).distinct()
    enterprises_changed(session, session.scalars(firms))
    products_changed(session, session.scalars(products))


def everything_changed(session: Session) -> None:
    """Queue a rebuild: what many entries are made of has changed."""
    session.execute(insert(IndexOutbox), [_row(Change.EVERYTHING, None)])


def _changed(session: Session, kind: Change, ids: set[int]) -> None:
    if len(ids) > REBUILD_ABOVE:
        everything_changed(session)
    elif ids:
        session.execute(insert(IndexOutbox), [_row(kind, number) for number in sorted(ids)])


def _row(kind: Change, number: int | None) -> dict[str, object]:
    return {"kind": kind.value, "subject_id": number, "queued_at": clock.now()}
