"""What the registry already knows about the products of a chunk of rows: one query a chunk."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Product, ProductListing
from registry.services.imports.bulk import among
from registry.services.imports.interpreting import Facts
from registry.services.imports.product_interpreting import Identity, identity_of

Made = tuple[int, Identity]
"""A product version of one maker: the maker's row number, and what tells the product from its others."""


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product version as far as matching needs it; ``voided_at`` is set where an undo took it back."""

    id: int
    voided_at: datetime | None


def stated_identity(facts: Facts) -> Identity:
    """Which product version a row means, its maker aside."""
    return identity_of(facts["product"], facts["product_folded"], facts.get("version", ""))


def known_products(session: Session, makers: Collection[int], folded: Collection[str]) -> dict[Made, KnownProduct]:
    """Product versions of these makers under these folded names. One in force goes before one taken back."""
    if not makers or not folded:
        return {}
    found = session.execute(
        select(
            col(Product.id),
            col(Product.enterprise_id),
            col(Product.name),
            col(Product.folded),
            col(Product.version),
            col(Product.voided_at),
        )
        .where(
            among(session, col(Product.enterprise_id), list(makers)), among(session, col(Product.folded), list(folded))
        )
        .order_by(col(Product.id))
    ).all()
    known: dict[Made, KnownProduct] = {}
    for row in found:
        made = (row.enterprise_id or 0, identity_of(row.name, row.folded, row.version))
        if made not in known or (known[made].voided_at is not None and row.voided_at is None):
            known[made] = KnownProduct(row.id, row.voided_at)
    return known


def grades_in_batch(session: Session, batch_id: int, products: Iterable[int]) -> dict[int, int | None]:
    """Those of the products that already stand in the batch, with the grade they have there."""
    numbers = list(products)
    if not numbers:
        return {}
    found = session.execute(
        select(col(ProductListing.product_id), col(ProductListing.grade)).where(
            col(ProductListing.batch_id) == batch_id,
            col(ProductListing.voided_at).is_(None),
            among(session, col(ProductListing.product_id), numbers),
        )
    )
    return {row.product_id: row.grade for row in found}
