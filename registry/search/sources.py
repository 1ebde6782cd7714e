"""Read from the database what the index needs: in batches, with a fixed number of statements each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from registry.models import (
    Batch,
    Directory,
    Enterprise,
    EnterpriseAddress,
    EnterpriseChain,
    EnterpriseName,
    Listing,
    Product,
)
from registry.search.documents import EnterpriseSource, IndexDocument, SourceName, SourceTitle, build_document
from registry.search.plan import member
from registry.titles import shown, status_on
from registry.vocabulary import NameKind, TitleStatus

BATCH = 1_000
_FACTS = select(
    col(Enterprise.id),
    col(Enterprise.name_zh),
    col(Enterprise.name_en),
    col(Enterprise.uscc),
    col(Enterprise.registration_no),
    col(Enterprise.stock_code),
    col(Enterprise.website),
    col(Enterprise.city_code),
    col(Enterprise.region_code),
    col(Enterprise.industry_code),
    col(Enterprise.operating_status),
)


def visible() -> ColumnElement[bool]:
    """SQL over Enterprise: it can be found. Voided ones and those merged into another cannot."""
    return col(Enterprise.voided_at).is_(None) & col(Enterprise.merged_into_id).is_(None)


def stream_documents(session: Session, day: date) -> Iterator[IndexDocument]:
    """Documents of all visible enterprises by number, holding one batch in memory at a time."""
    last = 0
    while True:
        query = select(col(Enterprise.id)).where(visible(), col(Enterprise.id) > last)
        ids = list(session.scalars(query.order_by(col(Enterprise.id)).limit(BATCH)))
        if not ids:
            return
        yield from load_documents(session, ids, day)
        last = ids[-1]
        session.expunge_all()


def load_documents(session: Session, ids: Sequence[int], day: date) -> list[IndexDocument]:
    """Documents of those of the enterprises that are visible."""
    return [build_document(source) for source in load_sources(session, ids, day)]


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
    owner = {row.id: row.id for row in rows} | merged_owners(session, [row.id for row in rows])
    names, codes = _names(session, owner), _codes(session, owner)
    chains, titles = _chains(session, owner), _titles(session, owner, day)
    products = _products(session, owner)
    return [
        EnterpriseSource(
            id=row.id,
            name=row.name_zh,
            names=tuple(names[row.id]) + ((SourceName(row.name_en, NameKind.ENGLISH),) if row.name_en else ()),
            codes=tuple(dict.fromkeys(c for c in (row.uscc, row.registration_no, *codes[row.id]) if c)),
            stock_code=row.stock_code,
            website=row.website,
            city=row.city_code,
            district=row.region_code,
            industry=row.industry_code,
            operating=row.operating_status,
            chains=tuple(chains[row.id]),
            titles=tuple(titles[row.id]),
            products=tuple(products[row.id]),
        )
        for row in rows
    ]


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


def _names(session: Session, owner: dict[int, int]) -> dict[int, list[SourceName]]:
    found: dict[int, list[SourceName]] = defaultdict(list)
    query = select(col(EnterpriseName.enterprise_id), col(EnterpriseName.name), col(EnterpriseName.kind))
    for row in session.execute(
        query.where(col(EnterpriseName.enterprise_id).in_(owner)).order_by(col(EnterpriseName.id))
    ):
        own = owner[row.enterprise_id] == row.enterprise_id
        kind = NameKind.FORMER if row.kind is NameKind.CURRENT and not own else row.kind
        found[owner[row.enterprise_id]].append(SourceName(row.name, kind))
    return found


def _codes(session: Session, owner: dict[int, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(col(EnterpriseAddress.key), col(EnterpriseAddress.enterprise_id))
    for row in session.execute(query.where(col(EnterpriseAddress.enterprise_id).in_(owner))):
        found[owner[row.enterprise_id]].append(row.key)
    return {number: sorted(keys) for number, keys in found.items()} | {n: [] for n in owner if n not in found}


def _chains(session: Session, owner: dict[int, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(col(EnterpriseChain.enterprise_id), col(EnterpriseChain.chain_code))
    for row in session.execute(query.where(col(EnterpriseChain.enterprise_id).in_(owner))):
        if owner[row.enterprise_id] == row.enterprise_id:
            found[row.enterprise_id].append(row.chain_code)
    return {number: sorted(codes) for number, codes in found.items()} | {n: [] for n in owner if n not in found}


def _titles(session: Session, owner: dict[int, int], day: date) -> dict[int, list[SourceTitle]]:
    found: dict[int, list[SourceTitle]] = defaultdict(list)
    query = (
        select(
            col(Listing.enterprise_id),
            col(Listing.directory_code),
            col(Directory.level),
            status_on(day).label("status"),
        )
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Directory, col(Directory.code) == col(Listing.directory_code))
        .where(shown(), col(Listing.enterprise_id).in_([n for n, o in owner.items() if n == o]))
        .order_by(col(Listing.directory_code), col(Listing.id))
    )
    for row in session.execute(query):
        found[row.enterprise_id].append(SourceTitle(row.directory_code, row.level, member(TitleStatus, row.status)))
    return found


def _products(session: Session, owner: dict[int, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(col(Product.enterprise_id), col(Product.name)).where(
        col(Product.enterprise_id).in_(owner), col(Product.voided_at).is_(None)
    )
    for row in session.execute(query.order_by(col(Product.id))):
        found[owner[row.enterprise_id]].append(row.name)
    return found
