"""One product version on a day: every entry with its document row, and the other versions of its family."""

from datetime import date

from sqlmodel import Session, col

from registry.errors import NotFound
from registry.models import Enterprise, Product
from registry.products.categories import category_of, related
from registry.products.checking import supersedes
from registry.products.entries import known
from registry.products.versions import take_apart
from registry.schemas.products import CatalogueRow, OtherVersion, ProductPage
from registry.services.enterprise_tables import product_entries
from registry.services.keys import key_of
from registry.services.products.catalogue import rows_of
from registry.services.products.standing import catalogue_query, entry_of, read_rows
from registry.services.resolving import follow_merges


def get_product(session: Session, product_id: int, *, as_of: date) -> ProductPage:
    """One product version. Raises NotFound, also for one whose lists were all taken back."""
    product = session.get(Product, product_id)
    if product is None or product.voided_at is not None:
        raise NotFound(
            f"没有编号为 {product_id} 的产品。请从产品目录中查找。",
            f"There is no product with the number {product_id}. Look in the catalogue.",
            field="product",
            value=product_id,
        )
    own = rows_of(session, [product.id], as_of=as_of).get(product.id)
    maker = session.get(Enterprise, product.enterprise_id) if product.enterprise_id else None
    maker = follow_merges(session, maker) if maker is not None else None
    printed = own.category if own else product.category
    category = category_of(printed)
    return ProductPage(
        as_of=as_of,
        id=product.id,
        name=product.name,
        version=product.version,
        category=printed,
        category_code=category.code if category else None,
        maker_name=product.maker_name,
        maker_key=key_of(session, maker.id) if maker else None,
        maker_city=maker.city_code if maker else None,
        strongest=own,
        entries=product_entries(session, [product.id], as_of).get(product.id, []),
        others=_others(session, product, own, as_of),
    )


def _others(session: Session, product: Product, own: CatalogueRow | None, as_of: date) -> list[OtherVersion]:
    """Other versions of the family of the same maker: later ones in force first, then by name."""
    label = product.name if product.version in product.name else f"{product.name} {product.version}"
    core = take_apart(label).core
    same_maker = (
        col(Product.enterprise_id) == product.enterprise_id
        if product.enterprise_id
        else col(Product.maker_name) == product.maker_name
    )
    query = catalogue_query(as_of).where(same_maker, col(Product.id) != product.id)
    own_category = category_of(own.category if own else product.category)
    family = [
        row
        for row in read_rows(session, query, as_of)
        if take_apart(row.label).core == core and related(own_category, category_of(row.category))
    ]
    mine = known(entry_of(own)) if own else None
    found = [
        OtherVersion(row=row, supersedes=mine is not None and supersedes(known(entry_of(row)), mine)) for row in family
    ]
    return sorted(found, key=lambda each: (not each.supersedes, each.row.label, each.row.id))
