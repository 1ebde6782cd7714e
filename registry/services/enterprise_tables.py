"""Parts of an enterprise's page that are computed: timeline, figures by year, facts, products."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from registry.errors import Text
from registry.models import Batch, Directory, Fact, Figure, ImportRow, Product, ProductListing
from registry.schemas.enterprises import (
    TIMELINE_MONTHS,
    FigureCell,
    FigureRow,
    FiguresTable,
    FigureValue,
    KnownFact,
    ProductEntry,
    ProductItem,
    Timeline,
    TimelineBar,
    TimelineRow,
)
from registry.schemas.titles import TitleBadge
from registry.services.badges import days_left, document_ref
from registry.tiering.figures import FigureDef, annual_names, fact_names
from registry.titles import DOCUMENT, shown, title_status
from registry.vocabulary import TitleStatus, Trust

_TRUST = {trust: place for place, trust in enumerate(Trust)}
_YEARS_BEHIND = 7
"""Seven years behind the day and two ahead: terms in force end on the track."""
_CHANGE_PLACES = Decimal("0.0001")


def timeline(titles: Sequence[TitleBadge], *, as_of: date) -> Timeline:
    """Titles on a track of 120 months, one row a directory in the order of ``titles``; the rest is left out."""
    first_year = as_of.year - _YEARS_BEHIND
    bars: dict[str, list[TimelineBar]] = {}
    for title in titles:
        if (bar := _bar(title, first_year)) is not None:
            bars.setdefault(title.directory_code, []).append(bar)
    about = {title.directory_code: title for title in titles}
    rows = [
        TimelineRow(
            directory_code=code,
            name=Text(about[code].directory_name_zh, about[code].directory_name_en),
            level=about[code].level,
            bars=sorted(found, key=lambda bar: (bar.start_month, bar.title.valid_from, bar.title.listing_id)),
        )
        for code, found in bars.items()
    ]
    return Timeline(first_year=first_year, as_of_month=_month(as_of, first_year), rows=rows)


def _bar(title: TitleBadge, first_year: int) -> TimelineBar | None:
    ends = [day for day in (title.valid_to, title.withdrawn_on) if day is not None]
    if title.status is not TitleStatus.WITHDRAWN:
        ends = [title.valid_to] if title.valid_to else []
    begin = _month(title.valid_from, first_year)
    stop = max(_month(min(ends), first_year), begin) + 1 if ends else TIMELINE_MONTHS + 1
    if begin >= TIMELINE_MONTHS or stop <= 0:
        return None
    return TimelineBar(
        title=title,
        start_month=max(begin, 0),
        end_month=min(stop, TIMELINE_MONTHS),
        begins_before=begin < 0,
        ends_after=stop > TIMELINE_MONTHS,
    )


def _month(day: date, first_year: int) -> int:
    return (day.year - first_year) * 12 + day.month - 1


def figures_of(session: Session, *, enterprise_id: int, as_of: date) -> FiguresTable:
    """Published figures up to the year of ``as_of``, every year from the first to the last, in the language's order."""
    query = select(Figure).where(
        col(Figure.enterprise_id) == enterprise_id, col(Figure.year) <= as_of.year, col(Figure.published).is_(True)
    )
    found: dict[str, dict[int, list[Figure]]] = {}
    for figure in session.exec(query):
        found.setdefault(figure.name, {}).setdefault(figure.year, []).append(figure)
    known = {year for by_year in found.values() for year in by_year}
    years = list(range(min(known), max(known) + 1)) if known else []
    defined = annual_names()
    order = {name: place for place, name in enumerate(defined)}
    names = sorted(found, key=lambda name: (order.get(name, len(order)), name))
    return FiguresTable(years=years, rows=[_figure_row(name, defined.get(name), found[name], years) for name in names])


def _figure_row(
    name: str, about: FigureDef | None, by_year: dict[int, list[Figure]], years: Sequence[int]
) -> FigureRow:
    cells = [_cell(year, by_year.get(year, [])) for year in years]
    return FigureRow(
        name=name,
        label=about.label if about else Text(name, name),
        unit=about.unit if about else Text("", ""),
        kind=about.kind if about else "quantity",
        cells=cells,
        change=_change(cells),
    )


def _cell(year: int, figures: Iterable[Figure]) -> FigureCell:
    ordered = sorted(figures, key=lambda figure: (_TRUST[figure.trust], figure.id))
    values = [
        FigureValue(value=figure.value, trust=figure.trust, source=figure.source, recorded_at=figure.recorded_at)
        for figure in ordered
    ]
    return FigureCell(year=year, values=values, conflict=len({value.value for value in values}) > 1)


def _change(cells: Sequence[FigureCell]) -> Decimal | None:
    if len(cells) < 2 or not cells[-1].values or not cells[-2].values:
        return None
    earlier, last = cells[-2].values[0].value, cells[-1].values[0].value
    return ((last - earlier) / earlier).quantize(_CHANGE_PLACES) if earlier > 0 else None


def facts_of(session: Session, *, enterprise_id: int) -> list[KnownFact]:
    """Published facts in the language's order, strongest trust first."""
    rows = list(
        session.exec(select(Fact).where(col(Fact.enterprise_id) == enterprise_id, col(Fact.published).is_(True)))
    )
    said: dict[str, list[Any]] = {}
    for row in rows:
        said.setdefault(row.name, []).append(row.value)
    defined = fact_names()
    order = {name: place for place, name in enumerate(defined)}
    rows.sort(key=lambda row: (order.get(row.name, len(order)), row.name, _TRUST[row.trust]))
    return [_known_fact(row, defined.get(row.name), said[row.name]) for row in rows]


def _known_fact(row: Fact, about: FigureDef | None, said: Sequence[Any]) -> KnownFact:
    return KnownFact(
        name=row.name,
        label=about.label if about else Text(row.name, row.name),
        unit=about.unit if about else Text("", ""),
        kind=about.kind if about else "text",
        value=row.value,
        known_on=row.known_on,
        trust=row.trust,
        source=row.source,
        conflict=any(value != row.value for value in said),
    )


def products_of(session: Session, *, enterprise_id: int, as_of: date) -> list[ProductItem]:
    """The products of a maker with their entries on the day, products by name and version, entries newest first."""
    products = list(
        session.exec(
            select(Product)
            .where(col(Product.enterprise_id) == enterprise_id, col(Product.voided_at).is_(None))
            .order_by(col(Product.name), col(Product.version), col(Product.id))
        )
    )
    entries = product_entries(session, [product.id for product in products], as_of) if products else {}
    return [
        ProductItem(
            id=product.id,
            name=product.name,
            version=product.version,
            category=product.category,
            entries=entries.get(product.id, []),
        )
        for product in products
    ]


def product_entries(session: Session, product_ids: Sequence[int], as_of: date) -> dict[int, list[ProductEntry]]:
    """The shown entries of product versions with their state on the day, newest first."""
    query = (
        core_select(ProductListing, Batch, Directory, col(Product.category).label("category"), *DOCUMENT)
        .join(Product, col(Product.id) == col(ProductListing.product_id))
        .join(Batch, col(Batch.id) == col(ProductListing.batch_id))
        .join(Directory, col(Directory.code) == col(ProductListing.directory_code))
        .outerjoin(ImportRow, col(ImportRow.id) == col(ProductListing.import_row_id))
        .where(shown(ProductListing), col(ProductListing.product_id).in_(product_ids))
        .order_by(col(ProductListing.valid_from).desc(), col(ProductListing.id))
    )
    found: dict[int, list[ProductEntry]] = {}
    for row in session.execute(query).mappings():
        listing, batch, directory = row["ProductListing"], row["Batch"], row["Directory"]
        status = title_status(
            as_of,
            valid_from=listing.valid_from,
            valid_to=listing.valid_to,
            withdrawn_on=listing.withdrawn_on,
            batch_state=batch.state,
        )
        entry = ProductEntry(
            listing_id=listing.id,
            directory_code=directory.code,
            directory_name=Text(directory.short_zh, directory.short_en),
            name_as_announced=listing.name_as_announced,
            category=listing.category or row["category"],
            grade=listing.grade,
            valid_from=listing.valid_from,
            valid_to=listing.valid_to,
            status=status,
            days_left=days_left(status, listing.valid_to, as_of),
            batch_id=batch.id,
            batch_label=batch.label,
            document_no=batch.document_no,
            document_ref=document_ref(row),
        )
        found.setdefault(listing.product_id, []).append(entry)
    return found
