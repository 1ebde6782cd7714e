"""What is public now about enterprises and their titles, in the shape the change feed tells it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlmodel import Session, col

from registry.models import AuditEvent, Batch, Enterprise, EnterpriseName, Listing, Product, ProductListing
from registry.services.feed.differences import ToldFirm, ToldTitle
from registry.services.keys import canonical_key, provisional_key
from registry.vocabulary import BatchState, NameKind

Kind = Literal["L", "P"]
Key = tuple[str, int]
"""A title: ``L`` and the number of a listing, or ``P`` and that of a product's entry."""


@dataclass(frozen=True, slots=True)
class FirmNow:
    """An enterprise as it is, and what its events show of it."""

    so: ToldFirm
    uscc: str | None
    merged_on: date | None

    def shown(self) -> dict[str, Any]:
        """For the data of an event."""
        return {
            "key": self.so.key,
            "uscc": self.uscc,
            "name": self.so.name,
            "region_code": self.so.region_code,
        }


@dataclass(frozen=True, slots=True)
class TitleNow:
    """A title as it is. ``so`` is None while it is not public: taken back, or its batch not final."""

    so: ToldTitle | None
    enterprise_id: int | None
    product_id: int | None
    directory_code: str
    shown: dict[str, Any]
    """For the data of an event."""


def firms_now(session: Session, numbers: Iterable[int]) -> dict[int, FirmNow]:
    """The enterprises of these numbers."""
    query = select(
        col(Enterprise.id),
        canonical_key(),
        col(Enterprise.uscc),
        col(Enterprise.name_zh),
        col(Enterprise.region_code),
        col(Enterprise.merged_into_id),
        col(Enterprise.merged_on),
        col(Enterprise.voided_at),
    ).where(col(Enterprise.id).in_(list(numbers)))
    return {
        number: FirmNow(
            ToldFirm(key or provisional_key(number), name, region, into, voided is not None), uscc, merged_on
        )
        for number, key, uscc, name, region, into, merged_on, voided in session.execute(query)
    }


def titles_now(
    session: Session, *, firms: Sequence[int], products: Sequence[int], named: Iterable[Key] = ()
) -> dict[Key, TitleNow]:
    """Every title of these enterprises and products, and those named, public or not."""
    named = list(named)
    listings = [number for kind, number in named if kind == "L"]
    entries = [number for kind, number in named if kind == "P"]
    found = dict(_listings(session, or_(_among(Listing.enterprise_id, firms), _among(Listing.id, listings))))
    of_products = or_(
        _among(Product.enterprise_id, firms),
        _among(ProductListing.product_id, products),
        _among(ProductListing.id, entries),
    )
    return found | dict(_entries(session, of_products))


def _among(column: Any, numbers: Sequence[int]) -> ColumnElement[bool]:
    return col(column).in_(numbers) if numbers else false()


def _listings(session: Session, wanted: ColumnElement[bool]) -> Iterator[tuple[Key, TitleNow]]:
    query = _columns(Listing, col(Listing.enterprise_id), col(Listing.withdrawal_document)).where(wanted)
    for row in session.execute(query.order_by(col(Listing.id))):
        *common, enterprise_id, document = row
        yield ("L", row[0]), _title("L", common, enterprise_id, None, {"withdrawal_document": document})


def _entries(session: Session, wanted: ColumnElement[bool]) -> Iterator[tuple[Key, TitleNow]]:
    query = _columns(
        ProductListing,
        col(Product.enterprise_id),
        col(Product.id),
        col(Product.name),
        col(Product.version),
        col(ProductListing.grade),
        col(Product.maker_name),
    )
    query = query.join(Product, col(Product.id) == col(ProductListing.product_id)).where(wanted)
    for row in session.execute(query.order_by(col(ProductListing.id))):
        *common, enterprise_id, product_id, name, version, grade, maker = row
        product = {"id": product_id, "name": name, "version": version, "grade": grade, "maker_name": maker}
        yield ("P", row[0]), _title("P", common, enterprise_id, product_id, {"product": product})


def _columns(table: type[Listing] | type[ProductListing], *more: Any) -> Select[Any]:
    is_public = and_(col(table.voided_at).is_(None), col(Batch.state) == BatchState.FINAL)
    query: Select[Any] = select(  # type: ignore[assignment] # more columns than the stub counts
        col(table.id),
        is_public,
        col(Batch.state),
        col(table.directory_code),
        col(table.name_as_announced),
        col(table.valid_from),
        col(table.valid_to),
        col(table.withdrawn_on),
        col(Batch.id),
        col(Batch.label),
        col(Batch.document_no),
        *more,
    )
    return query.join(Batch, col(Batch.id) == col(table.batch_id))


def _title(
    kind: Kind, common: Sequence[Any], enterprise_id: int | None, product_id: int | None, more: dict[str, Any]
) -> TitleNow:
    number, is_public, state, directory, name, first, last, withdrawn, batch_id, label, document_no = common
    shown = {
        "id": f"{kind}{number}",
        "directory": directory,
        "name_as_announced": name,
        "valid_from": first.isoformat(),
        "valid_to": last and last.isoformat(),
        "withdrawn_on": withdrawn and withdrawn.isoformat(),
        "withdrawal_document": None,
        "batch": {"id": batch_id, "label": label, "document_no": document_no},
        "superseded": state is BatchState.SUPERSEDED,
        "product": None,
    }
    so = ToldTitle(enterprise_id, first, last, withdrawn) if is_public else None
    return TitleNow(so, enterprise_id, product_id, directory, shown | more)


def renamed_on(session: Session, enterprise_id: int, *, otherwise: date) -> date:
    """First day of the present name, where it is known."""
    query = select(col(EnterpriseName.valid_from)).where(
        col(EnterpriseName.enterprise_id) == enterprise_id, col(EnterpriseName.kind) == NameKind.CURRENT
    )
    return session.scalars(query.order_by(col(EnterpriseName.id).desc()).limit(1)).first() or otherwise


def moved_on(session: Session, firm: ToldFirm, *, otherwise: date) -> date:
    """The day of the move to where the enterprise is, as the act that recorded it says."""
    query = select(col(AuditEvent.after)).where(
        col(AuditEvent.subject_kind) == "enterprise",
        col(AuditEvent.subject_key) == firm.key,
        col(AuditEvent.action) == "enterprise.moved",
    )
    said = session.scalars(query.order_by(col(AuditEvent.id).desc()).limit(1)).first()
    if said is None or said.get("region_code") != firm.region_code:
        return otherwise
    return date.fromisoformat(said["on"])
