"""The site map: every public address that should be found, in parts of at most 50,000."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.clock import PROVINCE_ZONE
from registry.errors import NotFound
from registry.models import ActionPlan, Batch, Directory, Enterprise, Product, ProductListing
from registry.services.keys import canonical_key
from registry.titles import shown
from registry.vocabulary import BatchState, IdentityState

PART = 50_000
"""Addresses a part may have at most: the rule of sitemaps.org."""
PAGES, PRODUCTS = "pages", "p"


@dataclass(frozen=True, slots=True)
class Entry:
    """An address of this site and the day it last changed."""

    path: str
    changed_on: date | None = None


def parts(session: Session, *, size: int = PART) -> list[str]:
    """Names of the parts: ``pages``, then enterprises by their numbers, ``e0``, ``e1`` …, and products, ``p0`` …"""
    found = [PAGES]
    for kind, table in (("e", Enterprise), (PRODUCTS, Product)):
        last = session.scalar(select(func.max(col(table.id)))) or 0
        found += [f"{kind}{number}" for number in range(-(-last // size))]
    return found


def part(session: Session, name: str, *, size: int = PART) -> Iterator[Entry]:
    """The addresses of a part. Raises NotFound."""
    if name not in parts(session, size=size):
        raise NotFound(f"网站地图没有“{name[:20]}”这一部分。", f"The site map has no part “{name[:20]}”.", field="part")
    if name == PAGES:
        return _pages(session)
    if name.startswith(PRODUCTS):
        return _products(session, int(name[1:]), size)
    return _enterprises(session, int(name[1:]), size)


def _pages(session: Session) -> Iterator[Entry]:
    for path in ("/", "/directories", "/products", "/products/check", "/standards", "/plan", "/open-data"):
        yield Entry(path)
    for code in session.scalars(select(col(Directory.code)).order_by(col(Directory.position), col(Directory.code))):
        yield Entry(f"/directories/{code}")
    for code in session.scalars(select(col(ActionPlan.code)).order_by(col(ActionPlan.position))):
        yield Entry(f"/plan/{code}")
    announced = (
        select(col(Batch.id), col(Batch.announced_on))
        .where(
            col(Batch.voided_at).is_(None),
            col(Batch.state).in_([BatchState.FINAL, BatchState.PUBLIC_NOTICE, BatchState.SUPERSEDED]),
        )
        .order_by(col(Batch.id).desc())
        .limit(PART - 1_000)
    )
    for number, day in session.execute(announced):
        yield Entry(f"/batches/{number}", day)


def _enterprises(session: Session, number: int, size: int) -> Iterator[Entry]:
    """By number, not by count: a part stays the same part when enterprises are added or merged."""
    query = (
        select(canonical_key(), col(Enterprise.updated_at))
        .where(
            col(Enterprise.id) > number * size,
            col(Enterprise.id) <= (number + 1) * size,
            col(Enterprise.voided_at).is_(None),
            col(Enterprise.identity) != IdentityState.MERGED,
        )
        .order_by(col(Enterprise.id))
    )
    for key, changed in session.execute(query.execution_options(yield_per=5_000)):
        if key is not None:
            yield Entry(f"/e/{key}", changed.astimezone(PROVINCE_ZONE).date())


def _products(session: Session, number: int, size: int) -> Iterator[Entry]:
    """Product versions with an entry that is shown; the others have no page."""
    listed = (
        select(col(ProductListing.product_id))
        .join(Batch, col(Batch.id) == col(ProductListing.batch_id))
        .where(shown(ProductListing))
    )
    query = (
        select(col(Product.id))
        .where(
            col(Product.id) > number * size,
            col(Product.id) <= (number + 1) * size,
            col(Product.voided_at).is_(None),
            col(Product.id).in_(listed),
        )
        .order_by(col(Product.id))
    )
    for found in session.scalars(query.execution_options(yield_per=5_000)):
        yield Entry(f"/products/{found}")
