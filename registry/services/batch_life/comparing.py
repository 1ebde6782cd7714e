"""Two batches or editions of a directory, row by row."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Select, String, cast, func, literal, null, select
from sqlmodel import Session, col

from registry.errors import InvalidInput, Text
from registry.models import Batch, Directory, Enterprise, ImportRow, Listing, Product, ProductListing
from registry.schemas.batches import ComparedRow, ComparisonSummary
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode
from registry.services.batch_life.pairing import ListRow, RowPair, compared, pair_rows, shown_pair
from registry.services.batch_reading import batch_summary
from registry.services.batches import find_batch
from registry.services.downloads import guarded
from registry.services.keys import canonical_key
from registry.services.places import place
from registry.vocabulary import DirectoryKind, RowChange

"""What a row of one list can be in another."""
LEVEL_COLUMNS = ("级别", "等级", "层级", "星级")
"""Columns of a list that say at which level a firm stands; they are among the details of its row."""
FIELD_WORDS = {
    "name": Text("名称", "Name"),
    "city": Text("城市", "City"),
    "group": Text("分组", "Group"),
    "rank": Text("名次", "Rank"),
    "level": Text("级别", "Level"),
    "valid_from": Text("有效期起", "Valid from"),
    "valid_to": Text("有效期止", "Valid to"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two lists row by row: in printed order of the second, then what is absent in that of the first."""

    summary: ComparisonSummary
    kind: DirectoryKind
    rows: list[RowPair]


def compare(session: Session, a: int, b: int, *, for_officials: bool = False) -> Comparison:
    """What became of the rows of batch ``a`` in batch ``b`` of the same directory.

    Days are compared only between two editions of one announcement: between two announcements they differ anyhow.
    Drafts only ``for_officials``. Raises NotFound, Gone, InvalidInput (batches of two directories).
    """
    before, after = (find_batch(session, number, drafts=for_officials) for number in (a, b))
    if before.directory_code != after.directory_code:
        raise InvalidInput(
            f"“{before.label}”和“{after.label}”不是同一个名录的批次，不能比较。",
            f"“{before.label}” and “{after.label}” belong to two directories and cannot be compared.",
            field="b",
            value=b,
        )
    directory = session.get_one(Directory, before.directory_code)
    days = (before.year, before.label) == (after.year, after.label)
    old, new = (list_rows(session, batch, directory) for batch in (before, after))
    rows = [compared(*pair, days=days) for pair in pair_rows(old, new)]
    counts = Counter(row.change for row in rows)
    summary = ComparisonSummary(
        before=batch_summary(before, directory, rows=len(old)),
        after=batch_summary(after, directory, rows=len(new)),
        same_announcement=days,
        counts={change.value: counts[change] for change in RowChange},
    )
    return Comparison(summary, directory.kind, rows)


def page_of(
    session: Session, found: Comparison, *, change: RowChange | None, cursor: str | None = None, limit: int = 100
) -> Page[ComparedRow]:
    """One page of the rows of one kind; of all that are not the same if none is named. Raises InvalidInput."""
    scope = f"compare:{found.summary.before.id}:{found.summary.after.id}:{change}"
    start = int(str(decode(cursor, scope=scope, kinds=(int,)).values[0])) if cursor else 0
    size = check_limit(limit)
    chosen = [one for one in found.rows if (one.change is change if change else one.change is not RowChange.SAME)]
    items = tuple(shown_pair(one) for one in chosen[max(start, 0) :][:size])
    end = max(start, 0) + size
    following = encode(Cursor(scope=scope, values=(end,))) if end < len(chosen) else None
    return Page[ComparedRow](items=items, total=len(chosen), next_cursor=following)


def list_rows(session: Session, batch: Batch, directory: Directory) -> list[ListRow]:
    """The rows of a batch in printed order, as the document states them."""
    products = directory.kind is DirectoryKind.PRODUCT
    query, table = (product_rows(), ProductListing) if products else (enterprise_rows(), Listing)
    query = query.where(col(table.batch_id) == batch.id, col(table.voided_at).is_(None)).order_by(col(table.id))
    return list(map(ListRow._make, session.execute(query)))


def enterprise_rows() -> Select[Any]:
    """SQL: the columns of a ``ListRow`` for listings; to be narrowed."""
    facts, details = col(ImportRow.facts), col(Listing.details)
    return select(
        col(Listing.id),
        col(Listing.enterprise_id),
        col(Listing.name_as_announced),
        facts["uscc"].as_string(),
        facts["city_code"].as_string(),
        col(Listing.group_label),
        col(Listing.rank),
        func.coalesce(*(details[name].as_string() for name in LEVEL_COLUMNS)),
        col(Listing.valid_from),
        col(Listing.valid_to),
    ).outerjoin_from(Listing, ImportRow, col(ImportRow.id) == col(Listing.import_row_id))


def product_rows() -> Select[Any]:
    """SQL: the columns of a ``ListRow`` for entries of a product catalogue; to be narrowed."""
    columns: tuple[Any, ...] = (
        col(ProductListing.id),
        col(ProductListing.product_id),
        col(ProductListing.name_as_announced) + literal(" ") + col(Product.version),
        null(),
        null(),
        col(Product.maker_name),
        null(),
        cast(col(ProductListing.grade), String),
        col(ProductListing.valid_from),
        col(ProductListing.valid_to),
    )
    return select(*columns).join_from(ProductListing, Product, col(Product.id) == col(ProductListing.product_id))


def keys_of(session: Session, rows: Sequence[ComparedRow], kind: DirectoryKind) -> dict[int, str]:
    """Where the firms of a page of compared rows are found: subject → key behind /e/; nothing for products."""
    if kind is DirectoryKind.PRODUCT or not rows:
        return {}
    wanted = {row.subject_id for row in rows}
    query = select(col(Enterprise.id), canonical_key()).where(
        col(Enterprise.id).in_(wanted), col(Enterprise.voided_at).is_(None)
    )
    return {number: key for number, key in session.execute(query) if key}


def write_comparison(stream: BinaryIO, found: Comparison) -> int:
    """The comparison as CSV (UTF-8 with BOM), one row a firm, all changes; returns how many."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        old, new = (f"{batch.label}（第{batch.edition}版）" for batch in (found.summary.before, found.summary.after))
        writer.writerow(["变化", "代码", f"名称：{old}", f"名称：{new}", "不同之处"])
        for row in found.rows:
            said = "；".join(
                f"{FIELD_WORDS[d.field].zh}：{told(d.field, d.before).zh} → {told(d.field, d.after).zh}"
                for d in row.differences
            )
            names = (row.before.name if row.before else None, row.after.name if row.after else None)
            writer.writerow([row.change.label.zh, row.change.value, *map(guarded, names), guarded(said)])
        return len(found.rows)
    finally:
        text.detach()


def told(field: str, value: str | None) -> Text:
    """A value as people read it: a city by its name, nothing as 无.

    >>> told("city", "440300").zh, told("rank", None).zh
    ('深圳市', '无')
    """
    if value is None:
        return Text("无", "none")
    found = place(value) if field == "city" else None
    return found or Text(value, value)
