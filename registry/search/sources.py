"""Read from the database what the index needs: in batches, with a fixed number of statements each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col

from registry.identity.provisional import provisional_key
from registry.models import (
    Batch,
    Chain,
    Enterprise,
    EnterpriseAddress,
    EnterpriseChain,
    EnterpriseName,
    ImportRow,
    Listing,
    Product,
    ProductListing,
)
from registry.search.added import added_rows
from registry.search.cards import EnterpriseCard, KnownName, ProductCard
from registry.search.documents import IndexDocument
from registry.search.entries import EnterpriseSource, ProductSource, SourceTitle, enterprise_entry, product_entry
from registry.search.overlay import Overlay
from registry.titles import DOCUMENT, HELD, shown, shown_titles, title_status
from registry.vocabulary import NameKind

BATCH = 1_000
_FACTS = select(
    col(Enterprise.id),
    col(Enterprise.name_zh),
    col(Enterprise.name_en),
    col(Enterprise.uscc),
    col(Enterprise.registration_no),
    col(Enterprise.stock_code),
    col(Enterprise.website),
    col(Enterprise.address),
    col(Enterprise.city_code),
    col(Enterprise.region_code),
    col(Enterprise.industry_code),
    col(Enterprise.operating_status),
    col(Enterprise.founded_on),
)


def visible() -> ColumnElement[bool]:
    """SQL over Enterprise: it can be found. Voided ones and those merged into another cannot."""
    return col(Enterprise.voided_at).is_(None) & col(Enterprise.merged_into_id).is_(None)


def stream_documents(session: Session, day: date) -> Iterator[IndexDocument]:
    """Entries of all visible enterprises, then of all products, by number, holding one batch in memory at a time."""
    for ids in _numbered(session, Enterprise, visible()):
        yield from load_documents(session, ids, day)
    for ids in _numbered(session, Product):
        yield from load_products(session, ids, day)


def load_documents(session: Session, ids: Sequence[int], day: date) -> list[IndexDocument]:
    """Entries of those of the enterprises that are visible."""
    overlay = Overlay.of(added_rows(session))
    return [enterprise_entry(source, overlay) for source in load_sources(session, ids, day)]


def load_products(session: Session, ids: Sequence[int], day: date) -> list[IndexDocument]:
    """Entries of those of the products that stand in a catalogue."""
    return [product_entry(source) for source in load_product_sources(session, ids, day)]


def products_of(session: Session, enterprise_ids: Iterable[int]) -> list[int]:
    """The products of these makers and of enterprises merged into them."""
    owner = list(enterprise_ids)
    owner += list(merged_owners(session, owner))
    return list(session.scalars(select(col(Product.id)).where(col(Product.enterprise_id).in_(owner))))


def _numbered(
    session: Session, table: type[Enterprise] | type[Product], *where: ColumnElement[bool]
) -> Iterator[list[int]]:
    last = 0
    while True:
        query = select(col(table.id)).where(*where, col(table.id) > last)
        ids = list(session.scalars(query.order_by(col(table.id)).limit(BATCH)))
        if not ids:
            return
        yield ids
        last = ids[-1]
        session.expunge_all()


def surviving(session: Session, ids: Iterable[int]) -> set[int]:
    """The numbers and those of the enterprises they were merged into, to the end of each chain."""
    found, ask = set(ids), set(ids)
    while ask:
        query = select(col(Enterprise.merged_into_id)).where(
            col(Enterprise.id).in_(ask), col(Enterprise.merged_into_id).is_not(None)
        )
        ask = {number for number in session.scalars(query) if number is not None} - found
        found |= ask
    return found


def load_sources(session: Session, ids: Sequence[int], day: date) -> list[EnterpriseSource]:
    """The facts of those of the enterprises that are visible, by number; at most a few thousand at once."""
    rows = session.execute(_FACTS.where(visible(), col(Enterprise.id).in_(ids)).order_by(col(Enterprise.id))).all()
    own = [row.id for row in rows]
    owner = {number: number for number in own} | merged_owners(session, own)
    names, codes = _names(session, owner), _codes(session, owner)
    chains, titles = _chains(session, own), _titles(session, own)
    products = _products(session, owner)
    return [
        EnterpriseSource(
            id=row.id,
            card=_card(row, names[row.id], codes.get(row.id, []), chains[row.id], products[row.id], titles[row.id]),
            district=row.region_code,
            website=row.website,
            address=row.address,
            titles=tuple(_dated(title, day) for title in titles[row.id]),
        )
        for row in rows
    ]


def load_product_sources(session: Session, ids: Sequence[int], day: date) -> list[ProductSource]:
    """The facts of those of the products that stand in a shown catalogue batch, by number."""
    query = select(Product).where(col(Product.id).in_(ids)).order_by(col(Product.id))
    rows = list(session.scalars(query))
    makers = _makers(session, {row.enterprise_id for row in rows if row.enterprise_id})
    entries = _entries(session, ids)
    return [
        _product(row, makers.get(row.enterprise_id or 0), entries[row.id], day) for row in rows if entries.get(row.id)
    ]


def _card(
    row: Any,
    names: list[KnownName],
    codes: list[tuple[bool, str]],
    chains: list[str],
    products: list[str],
    titles: list[dict[str, Any]],
) -> EnterpriseCard:
    english = [KnownName(row.name_en, NameKind.ENGLISH)] if row.name_en else []
    own = [code for mine, code in codes if mine]
    return EnterpriseCard(
        # As registry.services.keys.canonical_key has it.
        key=row.uscc or max(own, default=provisional_key(row.id)),
        uscc=row.uscc,
        name=row.name_zh,
        names=(*names, *english),
        codes=tuple(dict.fromkeys(c for c in (row.uscc, row.registration_no, *(c for _, c in codes)) if c)),
        stock_code=row.stock_code,
        city=row.city_code,
        founded_year=row.founded_on.year if row.founded_on else None,
        industry=row.industry_code,
        operating_status=row.operating_status,
        chains=tuple(chains),
        products=tuple(products),
        titles=tuple(titles),
    )


def _dated(title: Mapping[str, Any], day: date) -> SourceTitle:
    return SourceTitle(
        directory=title["directory_code"],
        level=title["level"],
        status=_state(title, day),
        valid_from=title["valid_from"],
        valid_to=title["valid_to"],
    )


def _state(row: Mapping[str, Any], day: date) -> Any:
    return title_status(
        day,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        withdrawn_on=row["withdrawn_on"],
        batch_state=row["state"],
    )


def _product(row: Product, maker: EnterpriseSource | None, entries: list[dict[str, Any]], day: date) -> ProductSource:
    states = [(_state(entry, day), entry["grade"]) for entry in entries]
    status, grade = max(states, key=lambda each: (each[0] in HELD, each[1] or 0))
    card = ProductCard(
        name=row.name,
        version=row.version,
        maker=maker.card.name if maker else row.maker_name,
        maker_key=maker.card.key if maker else None,
        category=row.category,
        entries=tuple(entries),
    )
    names = (row.maker_name, *((maker.card.name, *(n.name for n in maker.card.names)) if maker else ()))
    return ProductSource(row.id, card, tuple(dict.fromkeys(names)), maker.card.city if maker else None, status, grade)


def _makers(session: Session, ids: set[int]) -> dict[int, EnterpriseSource]:
    """The makers by number, as the enterprises they are now; a maker merged into another is that one."""
    everyone = surviving(session, ids)
    steps = select(col(Enterprise.id), col(Enterprise.merged_into_id)).where(col(Enterprise.id).in_(everyone))
    into = {row.id: row.merged_into_id for row in session.execute(steps)}
    end = {}
    for number in ids:
        last = number
        while into.get(last):
            last = into[last]
        end[number] = last
    found = {source.id: source for source in load_sources(session, sorted(set(end.values())), date.min)}
    return {number: found[last] for number, last in end.items() if last in found}


def _entries(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    query: Select[Any] = (
        select(  # type: ignore[assignment] # more columns than the stub counts
            col(ProductListing.product_id),
            col(ProductListing.id).label("listing_id"),
            col(ProductListing.directory_code),
            col(ProductListing.grade),
            col(ProductListing.valid_from),
            col(ProductListing.valid_to),
            col(ProductListing.withdrawn_on),
            col(Batch.id).label("batch_id"),
            col(Batch.label).label("batch_label"),
            col(Batch.state),
            *DOCUMENT,
        )
        .join(Batch, col(Batch.id) == col(ProductListing.batch_id))
        .outerjoin(ImportRow, col(ImportRow.id) == col(ProductListing.import_row_id))
        .where(shown(ProductListing), col(ProductListing.product_id).in_(ids))
        .order_by(col(ProductListing.valid_from).desc(), col(ProductListing.id))
    )
    for row in session.execute(query).mappings():
        found[row["product_id"]].append(dict(row))
    return found


def merged_owners(session: Session, ids: list[int]) -> dict[int, int]:
    """Enterprises merged into one of these, also over several steps, mapped to it: their names and codes lead there."""
    owner: dict[int, int] = {}
    above = {number: number for number in ids}
    while above:
        query = select(col(Enterprise.id), col(Enterprise.merged_into_id)).where(
            col(Enterprise.merged_into_id).in_(above), col(Enterprise.voided_at).is_(None)
        )
        above = {row.id: above[row.merged_into_id] for row in session.execute(query)}
        owner |= above
    return owner


def _names(session: Session, owner: dict[int, int]) -> dict[int, list[KnownName]]:
    found: dict[int, list[KnownName]] = defaultdict(list)
    query = select(
        col(EnterpriseName.enterprise_id),
        col(EnterpriseName.name),
        col(EnterpriseName.kind),
        col(EnterpriseName.valid_from),
        col(EnterpriseName.valid_to),
    )
    for row in session.execute(
        query.where(col(EnterpriseName.enterprise_id).in_(owner)).order_by(col(EnterpriseName.id))
    ):
        own = owner[row.enterprise_id] == row.enterprise_id
        if own and row.kind is NameKind.CURRENT:
            continue
        kind = NameKind.FORMER if row.kind is NameKind.CURRENT else row.kind
        found[owner[row.enterprise_id]].append(KnownName(row.name, kind, row.valid_from, row.valid_to))
    return found


def _codes(session: Session, owner: dict[int, int]) -> dict[int, list[tuple[bool, str]]]:
    """Keys that lead to each enterprise, and whether they are its own."""
    found: dict[int, list[tuple[bool, str]]] = defaultdict(list)
    query = select(col(EnterpriseAddress.key), col(EnterpriseAddress.enterprise_id))
    for row in session.execute(query.where(col(EnterpriseAddress.enterprise_id).in_(owner))):
        number = owner[row.enterprise_id]
        found[number].append((number == row.enterprise_id, row.key))
    return {number: sorted(keys, key=lambda key: key[1]) for number, keys in found.items()}


def _chains(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(col(EnterpriseChain.enterprise_id), col(EnterpriseChain.chain_code))
        .join(Chain, col(Chain.code) == col(EnterpriseChain.chain_code))
        .where(col(EnterpriseChain.enterprise_id).in_(ids))
    )
    for row in session.execute(query.order_by(col(Chain.position))):
        found[row.enterprise_id].append(row.chain_code)
    return found


def _titles(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    query = shown_titles().where(col(Listing.enterprise_id).in_(ids))
    for row in session.execute(query.order_by(col(Listing.directory_code), col(Listing.id))).mappings():
        found[row["enterprise_id"]].append(dict(row))
    return found


def _products(session: Session, owner: dict[int, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(col(Product.enterprise_id), col(Product.name)).where(
        col(Product.enterprise_id).in_(owner), col(Product.voided_at).is_(None)
    )
    for row in session.execute(query.order_by(col(Product.id))):
        number = owner[row.enterprise_id]
        if row.name not in found[number]:
            found[number].append(row.name)
    return found
