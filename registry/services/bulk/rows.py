"""The rows of the bulk files, read some at a time: memory does not grow with the registry."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import Chain, Directory, Enterprise, EnterpriseChain, EnterpriseName, FeedEvent
from registry.schemas.bulk import BulkColumn
from registry.services.bulk import columns
from registry.services.feed.reading import event_of
from registry.services.keys import canonical_key, provisional_key
from registry.services.listing_rows import row_source
from registry.titles import shown, title_status
from registry.vocabulary import DirectoryKind, IdentityState, NameKind

CHUNK = 1_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table of the bulk files."""

    name: str
    title: Text
    columns: tuple[BulkColumn, ...]
    rows: Callable[[Session, date], Iterator[Row]]


def _enterprises(session: Session, _on: date) -> Iterator[Row]:
    """Every live enterprise by number: none that was merged or taken back."""
    after = 0
    while True:
        query = (
            select(Enterprise, canonical_key())
            .where(
                col(Enterprise.id) > after,
                col(Enterprise.voided_at).is_(None),
                col(Enterprise.identity) != IdentityState.MERGED,
            )
            .order_by(col(Enterprise.id))
            .limit(CHUNK)
        )
        found = session.execute(query).all()
        if not found:
            return
        numbers = [firm.id for firm, _ in found]
        names, chains = _former_names(session, numbers), _chains(session, numbers)
        for firm, key in found:
            taken = firm.model_dump(include={column.name for column in columns.ENTERPRISES})
            yield taken | {
                "key": key or provisional_key(firm.id),
                "name": firm.name_zh,
                "former_names": names[firm.id],
                "operating_status": firm.operating_status.value,
                "chains": chains[firm.id],
            }
        after = numbers[-1]


def _former_names(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(col(EnterpriseName.enterprise_id), col(EnterpriseName.name))
        .where(col(EnterpriseName.enterprise_id).in_(numbers), col(EnterpriseName.kind) == NameKind.FORMER)
        .order_by(col(EnterpriseName.id))
    )
    for number, name in session.execute(query):
        found[number].append(name)
    return found


def _chains(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(col(EnterpriseChain.enterprise_id), col(Chain.code))
        .join(Chain, col(Chain.code) == col(EnterpriseChain.chain_code))
        .where(col(EnterpriseChain.enterprise_id).in_(numbers))
        .order_by(col(Chain.position))
    )
    for number, code in session.execute(query):
        found[number].append(code)
    return found


def _titles(kind: DirectoryKind, letter: str, names: Sequence[str]) -> Callable[[Session, date], Iterator[Row]]:
    """Titles that exist for the public, by number; those in public notice say so in their state."""

    def rows(session: Session, on: date) -> Iterator[Row]:
        source = row_source(kind)
        query = source.query.where(shown(source.table)).order_by(source.number)
        for row in session.execute(query.execution_options(yield_per=CHUNK)).mappings():
            status = title_status(
                on,
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                withdrawn_on=row["withdrawn_on"],
                batch_state=row["state"],
            )
            yield {name: row.get(name) for name in names} | {
                "id": f"{letter}{row['listing_id']}",
                "directory": row["directory_code"],
                "status": status.value,
                "archived_row": f"/documents/{row['import_id']}/rows/{row['row_id']}" if row["row_id"] else None,
            }

    return rows


def _directories(session: Session, _on: date) -> Iterator[Row]:
    wanted = {column.name for column in columns.DIRECTORIES}
    for directory in session.scalars(select(Directory).order_by(col(Directory.position), col(Directory.code))):
        said = directory.model_dump(include=wanted)
        yield said | {"kind": directory.kind.value, "level": directory.level.value}


def _events(session: Session, _on: date) -> Iterator[Row]:
    query = select(FeedEvent).order_by(col(FeedEvent.seq)).execution_options(yield_per=CHUNK)
    for row in session.scalars(query):
        event = event_of(row)
        yield event.model_dump(mode="json") | {"at": event.at, "on": event.on}


def _names(of: Sequence[BulkColumn]) -> list[str]:
    return [column.name for column in of]


DATASETS = (
    Dataset("enterprises", Text("企业", "Enterprises"), columns.ENTERPRISES, _enterprises),
    Dataset(
        "listings",
        Text("企业的认定记录", "Titles of enterprises"),
        columns.LISTINGS,
        _titles(DirectoryKind.ENTERPRISE, "L", _names(columns.LISTINGS)),
    ),
    Dataset(
        "products",
        Text("产品目录条目", "Entries of product catalogues"),
        columns.PRODUCTS,
        _titles(DirectoryKind.PRODUCT, "P", _names(columns.PRODUCTS)),
    ),
    Dataset("directories", Text("名录", "Directories"), columns.DIRECTORIES, _directories),
    Dataset("events", Text("变更流", "Change feed"), columns.EVENTS, _events),
)
