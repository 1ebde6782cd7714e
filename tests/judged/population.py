"""The invented world written into a database, as the services write it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import transaction
from registry.demo.firms import fictional_uscc
from registry.identity.names import fold_name
from registry.identity.regions import city_of
from registry.models import (
    Batch,
    Enterprise,
    EnterpriseAddress,
    EnterpriseChain,
    EnterpriseName,
    Listing,
    Product,
    ProductListing,
)
from registry.services.keys import provisional_key
from registry.vocabulary import BatchState, IdentityState, NameKind
from tests.judged.loading import World
from tests.judged.schema import Firm, Title

FOUNDED = date(2004, 5, 6)
LONG_AGO = datetime(2024, 1, 2, tzinfo=UTC)


@dataclass
class Populated:
    """Numbers and keys of what was written, by handle."""

    firms: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Key behind /e/ to handle."""
    products: dict[str, int] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)


def populate(database: Engine, world: World) -> Populated:
    """Write everything in one transaction."""
    found = Populated()
    with transaction(database) as session:
        _write_lists(session, world, found)
        for number, (handle, firm) in enumerate(world.firms.items(), start=1):
            _write_firm(session, handle, firm, number, world, found)
        for handle, firm in world.firms.items():
            if firm.merged_into:
                gone = session.get_one(Enterprise, found.firms[handle])
                gone.merged_into_id, gone.merged_on = found.firms[firm.merged_into], date(2022, 2, 2)
                gone.identity = IdentityState.MERGED
        _write_products(session, world, found)
    return found


def _write_lists(session: Session, world: World, found: Populated) -> None:
    for handle, given in world.lists.items():
        batch = Batch(
            directory_code=given.directory,
            year=given.year,
            label=given.label,
            title=given.title,
            document_no=f"示信函〔{given.year}〕{len(found.batches) + 1}号",
            announced_on=given.start,
            state=BatchState.FINAL,
        )
        session.add(batch)
        session.flush()
        found.batches[handle] = batch.id


def _write_firm(session: Session, handle: str, firm: Firm, number: int, world: World, found: Populated) -> None:
    code = fictional_uscc(number, firm.region) if firm.code == "" else firm.code
    row = Enterprise(
        identity=IdentityState.IDENTIFIED if code else IdentityState.PROVISIONAL,
        uscc=code,
        registration_no=firm.registration_no,
        name_zh=firm.name,
        name_en=firm.en,
        region_code=firm.region,
        city_code=city_of(firm.region),
        industry_code=firm.industry,
        founded_on=FOUNDED,
        operating_status=firm.status,
        stock_code=firm.stock,
        listed_market="示例交易所" if firm.stock else None,
        website=firm.site,
        address=firm.address,
        voided_at=LONG_AGO if firm.voided else None,
    )
    session.add(row)
    session.flush()
    found.firms[handle] = row.id
    keys = [key for key in (code, None if code else provisional_key(row.id), firm.registration_no) if key]
    found.keys |= dict.fromkeys(keys, handle)
    session.add_all(EnterpriseAddress(key=key, enterprise_id=row.id) for key in keys)
    _write_names(session, row.id, firm)
    session.add_all(EnterpriseChain(enterprise_id=row.id, chain_code=c, basis="declared") for c in firm.chains)
    session.add_all(_listing(row.id, firm.name, title, world, found) for title in firm.titles)


def _write_names(session: Session, number: int, firm: Firm) -> None:
    def add(name: str, kind: NameKind, start: date | None = None, to: date | None = None) -> None:
        row = EnterpriseName(enterprise_id=number, name=name, folded=fold_name(name), kind=kind)
        row.valid_from, row.valid_to = start, to
        session.add(row)

    add(firm.name, NameKind.CURRENT)
    for old in firm.former:
        add(old.name, NameKind.FORMER, old.start, old.to)
    for name in firm.short:
        add(name, NameKind.SHORT)
    for name in firm.alias:
        add(name, NameKind.ALIAS)


def _listing(number: int, name: str, title: Title, world: World, found: Populated) -> Listing:
    announced = world.lists[title.list]
    return Listing(
        enterprise_id=number,
        directory_code=announced.directory,
        batch_id=found.batches[title.list],
        name_as_announced=name,
        valid_from=announced.start,
        valid_to=announced.to,
        withdrawn_on=title.withdrawn,
    )


def _write_products(session: Session, world: World, found: Populated) -> None:
    for handle, given in world.products.items():
        product = Product(
            enterprise_id=found.firms[given.maker],
            maker_name=world.firms[given.maker].name,
            name=given.name,
            folded=fold_name(given.name),
            version=given.version,
            category=given.category,
        )
        session.add(product)
        session.flush()
        found.products[handle] = product.id
        for title in given.listed:
            announced = world.lists[title.list]
            session.add(
                ProductListing(
                    product_id=product.id,
                    directory_code=announced.directory,
                    batch_id=found.batches[title.list],
                    name_as_announced=given.name,
                    grade=title.grade,
                    valid_from=announced.start,
                    valid_to=announced.to,
                )
            )
