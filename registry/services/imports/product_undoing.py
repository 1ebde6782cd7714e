"""Take back what a product list wrote: its entries, and the products that no list names any more."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlmodel import Session, col

from registry.models import ImportRow, Product, ProductListing
from registry.services.imports.bulk import among


def void_products(session: Session, *, import_id: int, at: datetime) -> tuple[int, int]:
    """Void the entries of this import, then products that came by a list and have no entry left. How many of each.

    A product another list still names stays, whichever import brought it in; one that came by no list stays too.
    """
    own = select(col(ImportRow.id)).where(col(ImportRow.import_id) == import_id)
    of_import = col(ProductListing.import_row_id).in_(own)
    listed = list(
        session.scalars(
            select(col(ProductListing.product_id)).where(of_import, col(ProductListing.voided_at).is_(None)).distinct()
        )
    )
    if not listed:
        return 0, 0
    entries = session.connection().execute(
        update(ProductListing).where(of_import, col(ProductListing.voided_at).is_(None)).values(voided_at=at)
    )
    still_named = exists().where(
        col(ProductListing.product_id) == col(Product.id), col(ProductListing.voided_at).is_(None)
    )
    products = session.connection().execute(
        update(Product)
        .where(
            among(session, col(Product.id), listed),
            col(Product.import_id).is_not(None),
            col(Product.voided_at).is_(None),
            ~still_named,
        )
        .values(voided_at=at)
    )
    return entries.rowcount, products.rowcount


def restore_grades(session: Session, *, import_id: int) -> tuple[int, int]:
    """Give entries whose grade this import replaced their grade back. How many, and how many were changed since."""
    restored = kept = 0
    found = select(col(ImportRow.effects)["regraded"]).where(
        col(ImportRow.import_id) == import_id, col(ImportRow.effects)["regraded"].as_string().is_not(None)
    )
    for said in session.execute(found).scalars().all():
        entry = session.get_one(ProductListing, said["entry"])
        if entry.grade == said["to"]:
            entry.grade = said["from"]
            restored += 1
        else:
            kept += 1
    session.flush()
    return restored, kept
