"""The seal on a batch: a hash over its rows in printed order, and the rows as they were, to name a difference.

A row is what the document says: the printed name, the printed code, certificate number, rank, group, first and last
day; of a product entry also version, maker, category and grade. Who the firm is today, and a withdrawal, which is an
act of its own, are not part of it: a later renaming or merger breaks no seal.
"""

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text, shorten
from registry.models import AuditEvent, Batch, BatchSeal, Directory, ImportRow, Listing, Product, ProductListing
from registry.schemas.batches import SealCheck
from registry.services.batch_life.moves import ACTION, SUBJECT
from registry.vocabulary import BatchAct, DirectoryKind

NAMED = 5
"""Differences told row by row; the rest are counted."""
_SEALING = tuple(ACTION + act.value for act in (BatchAct.FINAL, BatchAct.FREEZE))


def seal(session: Session, batch: Batch) -> str:
    """Freeze the rows as they are now and return their SHA-256. The caller checks the state and writes the event."""
    session.flush()
    lines = canonical_rows(session, batch)
    content = "\n".join(lines).encode()
    session.merge(BatchSeal(batch_id=batch.id, rows=len(lines), content=zlib.compress(content)))
    batch.content_hash, batch.frozen_at = hashlib.sha256(content).hexdigest(), clock.now()
    session.flush()
    return batch.content_hash


def canonical_rows(session: Session, batch: Batch) -> list[str]:
    """One line of canonical JSON a row, in printed order: keys sorted, no spaces, empty values left out."""
    directory = session.get_one(Directory, batch.directory_code)
    query = _product_rows() if directory.kind is DirectoryKind.PRODUCT else _enterprise_rows()
    table = ProductListing if directory.kind is DirectoryKind.PRODUCT else Listing
    query = query.where(col(table.batch_id) == batch.id, col(table.voided_at).is_(None)).order_by(col(table.id))
    return [
        json.dumps(
            {name: value for name, value in row.items() if value not in (None, "")},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
            default=str,
        )
        for row in session.execute(query).mappings()
    ]


def verify_batches(session: Session, *, batch_id: int | None = None) -> list[SealCheck]:
    """Work the hash of every frozen batch (or of one) out again and name what differs. Reads only."""
    query = select(Batch).where(col(Batch.content_hash).is_not(None)).order_by(col(Batch.id))
    if batch_id is not None:
        query = query.where(col(Batch.id) == batch_id)
    return [_check(session, batch) for batch in session.scalars(query).all()]


def _check(session: Session, batch: Batch) -> SealCheck:
    now = canonical_rows(session, batch)
    found = hashlib.sha256("\n".join(now).encode()).hexdigest()
    sealed = _sealed_lines(session, batch.id)
    faults: list[Text] = []
    if found != batch.content_hash:
        faults += _differences(sealed, now)
    if sealed is None or hashlib.sha256("\n".join(sealed).encode()).hexdigest() != batch.content_hash:
        faults.append(Text("冻结时留存的名单与哈希不符", "The rows kept when it was frozen do not fit the hash"))
    if _recorded(session, batch) != batch.content_hash:
        faults.append(Text("哈希与操作记录中的不同", "The hash is not the one in the audit trail"))
    return SealCheck(
        batch_id=batch.id,
        directory_code=batch.directory_code,
        label=batch.label,
        edition=batch.edition,
        rows=len(now),
        content_hash=batch.content_hash or "",
        found_hash=found,
        ok=not faults,
        differences=faults,
    )


def _sealed_lines(session: Session, batch_id: int) -> list[str] | None:
    """The rows kept when it was frozen; read one batch at a time, because they are large."""
    content = session.scalar(select(col(BatchSeal.content)).where(col(BatchSeal.batch_id) == batch_id))
    if content is None:
        return None
    try:
        return zlib.decompress(content).decode().split("\n")
    except (zlib.error, UnicodeDecodeError):
        return None


def _recorded(session: Session, batch: Batch) -> str | None:
    query = select(AuditEvent).where(
        col(AuditEvent.subject_kind) == SUBJECT,
        col(AuditEvent.subject_key) == str(batch.id),
        col(AuditEvent.action).in_(_SEALING),
    )
    event = session.scalars(query.order_by(col(AuditEvent.id).desc()).limit(1)).first()
    return (event.after or {}).get("sha256") if event else None


def _differences(sealed: Sequence[str] | None, now: Sequence[str]) -> list[Text]:
    if sealed is None:
        return [Text("名单与冻结时不同", "The rows are not those that were frozen")]
    missing, added = Counter(sealed) - Counter(now), Counter(now) - Counter(sealed)
    faults = [Text(f"缺少：{_row(line)}", f"Missing: {_row(line)}") for line in list(missing.elements())[:NAMED]]
    faults += [Text(f"多出：{_row(line)}", f"Not frozen: {_row(line)}") for line in list(added.elements())[:NAMED]]
    more = missing.total() + added.total() - len(faults)
    if more > 0:
        faults.append(Text(f"另有 {more} 处", f"{more} more"))
    return faults or [Text("行的次序不同", "The rows stand in another order")]


def _row(line: str) -> str:
    """A row in few words: its name and what else is short.

    >>> _row('{"code":"9144","from":"2024-07-01","name":"示例公司"}')
    '示例公司（code 9144，from 2024-07-01）'
    """
    said = json.loads(line)
    rest = "，".join(f"{name} {value}" for name, value in said.items() if name != "name")
    return shorten(f"{said.get('name', '')}（{rest}）", 160)


def _shared(table: type[Listing] | type[ProductListing]) -> tuple[Any, ...]:
    facts = col(ImportRow.facts)
    return (
        col(table.name_as_announced).label("name"),
        func.coalesce(facts["uscc"].as_string(), facts["code_as_given"].as_string()).label("code"),
        col(table.certificate_no).label("certificate_no"),
        col(table.valid_from).label("from"),
        col(table.valid_to).label("to"),
    )


def _enterprise_rows() -> Select[Any]:
    columns = (*_shared(Listing), col(Listing.rank).label("rank"), col(Listing.group_label).label("group"))
    return select(*columns).outerjoin_from(Listing, ImportRow, col(ImportRow.id) == col(Listing.import_row_id))


def _product_rows() -> Select[Any]:
    columns = (
        *_shared(ProductListing),
        col(Product.version).label("version"),
        col(Product.maker_name).label("maker"),
        col(ProductListing.category).label("category"),
        col(ProductListing.grade).label("grade"),
    )
    return (
        select(*columns)
        .join_from(ProductListing, Product, col(Product.id) == col(ProductListing.product_id))
        .outerjoin(ImportRow, col(ImportRow.id) == col(ProductListing.import_row_id))
    )
