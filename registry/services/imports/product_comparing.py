"""A row of a product list beside what it stands against: the makers' own versions, the entry of the same version."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from registry.errors import Text
from registry.models import Enterprise, ImportRow, ImportRun, Product, ProductListing
from registry.schemas.matching import ComparedEntry, ComparedField, ComparedFirm, Question
from registry.services.imports.bulk import among
from registry.services.imports.options import existing_batch, resolve, stored_options
from registry.services.imports.product_choosing import place_stood_against
from registry.services.imports.product_lookups import known_products, stated_identity
from registry.services.imports.settling import row_at

FIELDS = ("product", "version", "category", "grade", "certificate_no", "valid_from", "valid_to", "maker")
"""Fields of an entry in the order they are shown; words in ``import_words.ROLES``."""


class Asked(NamedTuple):
    """What a person is asked about a row, with the row's own fields and what stands beside them."""

    question: Question
    fields: list[ComparedField]
    candidates: list[ComparedFirm]
    standing: ComparedEntry | None
    may_act: bool = True


def printed_product(facts: dict[str, Any]) -> str:
    """The product and its version as a row names them."""
    return " ".join(filter(None, (facts.get("product_as_printed") or facts.get("product"), facts.get("version"))))


def product_fields(facts: dict[str, Any]) -> list[ComparedField]:
    """What a row says of its product, its maker last; every field of ``FIELDS``."""
    said = {**facts, "maker": facts.get("name_as_printed") or facts.get("name", "")}
    return [ComparedField(code=code, value=str(said.get(code) or ""), agreement="unknown") for code in FIELDS]


def made_by(session: Session, makers: Sequence[int], facts: dict[str, Any]) -> dict[int, dict[str, str]]:
    """For each maker that has a product of this name: its name and the versions of it in force."""
    found = session.execute(
        select(col(Product.enterprise_id), col(Product.name), col(Product.version))
        .where(
            among(session, col(Product.enterprise_id), list(makers)),
            col(Product.folded) == facts.get("product_folded", ""),
            col(Product.voided_at).is_(None),
        )
        .order_by(col(Product.id))
    ).all()
    made: dict[int, dict[str, str]] = {}
    for maker, name, version in found:
        fields = made.setdefault(maker or 0, {"product": name, "version": ""})
        fields["version"] = "、".join(filter(None, (fields["version"], version)))
    return made


def compare_entries(session: Session, run: ImportRun, row: ImportRow) -> Asked:
    """The row beside the entry of the same version: an earlier row of the file, or what the batch has."""
    facts = row.facts or {}
    own, place = product_fields(facts), place_stood_against(facts)
    if place is not None:
        other = row_at(session, run, place)
        fields = product_fields(other.facts or {}) if other is not None else []
        where = Text(f"本文件第 {place[1]} 行", f"Row {place[1]} of this file")
    else:
        fields = _entry_fields(session, run, row)
        where = Text("本批次已登记的", "As this batch has it")
    beside = [_compared(mine, theirs) for mine, theirs in zip(own, fields, strict=False)]
    standing = ComparedEntry(where_zh=where.zh, where_en=where.en, fields=beside) if beside else None
    return Asked("entry", own, [], standing)


def _compared(mine: ComparedField, theirs: ComparedField) -> ComparedField:
    if not mine.value or not theirs.value:
        return theirs
    same = mine.value == theirs.value
    return theirs.model_copy(update={"agreement": "same" if same else "different"})


def _entry_fields(session: Session, run: ImportRun, row: ImportRow) -> list[ComparedField]:
    destination = resolve(session, stored_options(run.understood))
    batch = existing_batch(session, destination) if destination else None
    identity = stated_identity(row.facts or {})
    known = known_products(session, [row.enterprise_id or 0], [identity[0]])
    product = known.get((row.enterprise_id or 0, identity))
    if batch is None or product is None:
        return []
    found = session.execute(
        select(ProductListing, Product, col(Enterprise.name_zh))
        .join(Product, col(Product.id) == col(ProductListing.product_id))
        .join(Enterprise, col(Enterprise.id) == col(Product.enterprise_id))
        .where(
            col(ProductListing.batch_id) == batch.id,
            col(ProductListing.product_id) == product.id,
            col(ProductListing.voided_at).is_(None),
        )
        .order_by(col(ProductListing.id))
    ).first()
    if found is None:
        return []
    entry, made, maker = found
    said = {
        "product": made.name,
        "version": made.version,
        "category": entry.category,
        "grade": entry.grade,
        "certificate_no": entry.certificate_no,
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else "",
        "maker": maker,
    }
    return [ComparedField(code=code, value=str(said[code] or ""), agreement="unknown") for code in FIELDS]
