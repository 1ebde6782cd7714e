"""Parts of an answer that surround its hits: what a code is, which batch is meant, facets with their labels."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Gone, NotFound, Text
from registry.models import Batch, EnterpriseAddress
from registry.search.grammar import grade_entry
from registry.search.lexicon import Lexicon, place_label
from registry.search.plan import FacetCounts, Filters, ProductPlan, member
from registry.search.query import Chip, DirectoryHit, FacetValue, Hit, SearchQuery, Suggestion, select_facets
from registry.search.understand import Understood, batch_label_forms
from registry.services.resolving import resolve
from registry.vocabulary import BatchState, Level, TitleStatus


def about_code(
    session: Session, query: SearchQuery, understood: Understood, total: int, hits: Sequence[Hit]
) -> tuple[str | None, list[Suggestion], list[Text]]:
    """For a text that is an identifier: where it leads, or what is wrong with it and which real codes are close.

    ``hits``: what the text found; the firm whose own code it is need not be looked up again.
    """
    code = understood.code
    if code is None:
        return None, [], []
    if code.valid:
        plain = not (query.literal or query.cursor) and understood.filters == Filters()
        key = next((hit.id for hit in hits if hit.uscc == code.normalised), None)
        try:
            key = key or resolve(session, code.normalised).canonical_key
        except (NotFound, Gone) as refusal:
            return None, [], [] if total else [refusal.text]
        return (key if plain else None), [], []
    if total:
        return None, [], []
    if code.repaired is not None and (meant := _known(session, code.repaired)) is not None:
        return (meant if understood.filters == Filters() and not query.literal else None), [], [code.message]
    reason = Text("相近的代码", "Similar code")
    known = set(session.scalars(select(col(EnterpriseAddress.key)).where(col(EnterpriseAddress.key).in_(code.nearest))))
    near = [Suggestion(text=c, reason=reason, key=c) for c in code.nearest if c in known]
    return None, near, [code.message]


def _known(session: Session, code: str) -> str | None:
    """The key of the enterprise a code leads to, or None."""
    try:
        return resolve(session, code).canonical_key
    except (NotFound, Gone):
        return None


def batch_chip(session: Session, query: SearchQuery, understood: Understood) -> list[Chip]:
    """第五批 beside a directory: a way to that announcement’s page."""
    if understood.batch is None:
        return []
    directory, ordinal = understood.batch
    wanted = (
        select(col(Batch.id), col(Batch.title), col(Batch.label))
        .where(
            col(Batch.directory_code) == directory,
            col(Batch.label).in_(batch_label_forms(ordinal)),
            col(Batch.voided_at).is_(None),
            col(Batch.state).in_([BatchState.FINAL, BatchState.PUBLIC_NOTICE]),
        )
        .order_by(col(Batch.year).desc(), col(Batch.edition).desc())
        .limit(1)
    )
    row = session.execute(wanted).first()
    if row is None:
        return []
    label = Text(f"{row.label}：{row.title}", f"{row.label}: {row.title}")
    return [Chip(field="batch", value=str(row.id), label=label, applied=False, remove=query.params())]


def directory_hits(lexicon: Lexicon, understood: Understood) -> tuple[DirectoryHit, ...]:
    """The directories the text means, in the order it means them."""
    why = Text("名录名称", "Name of a directory")
    return tuple(
        DirectoryHit(code=code, name=word.label, level=word.level, why=why, exact=exact)
        for code, exact in understood.directories
        if (word := lexicon.directories.get(code) or lexicon.catalogues.get(code)) is not None
    )


def label_facets(
    counts: FacetCounts, filters: Filters, lexicon: Lexicon, *, given: Filters
) -> dict[str, tuple[FacetValue, ...]]:
    """Counts with names; what was chosen (``given``) stays visible without a hit, what was read from words does not."""
    chosen, given_values = _by_facet(filters), _by_facet(given)
    return select_facets(
        {
            facet: [
                FacetValue(
                    value=value,
                    label=_label(facet, value, lexicon),
                    count=counts[facet].get(value, 0),
                    selected=value in selected,
                )
                for value in {**dict.fromkeys(given_values[facet], 0), **counts[facet]}
            ]
            for facet, selected in chosen.items()
        }
    )


def label_product_facets(
    counts: FacetCounts, plan: ProductPlan, query: SearchQuery
) -> dict[str, tuple[FacetValue, ...]]:
    """Counts of products with names; what was chosen stays visible without a hit, what was read from words does not."""
    chosen = {
        "status": {status.value for status in plan.statuses},
        "grade": set(map(str, plan.grades)),
        "category": set(plan.categories),
        "city": set(plan.cities),
    }
    return select_facets(
        {
            facet: [
                FacetValue(
                    value=value,
                    label=_product_label(facet, value),
                    count=found.get(value, 0),
                    selected=value in chosen[facet],
                )
                for value in {**dict.fromkeys(query.selected(facet), 0), **found}
            ]
            for facet, found in counts.items()
        },
        tuple(counts),
    )


def _product_label(facet: str, value: str) -> Text:
    if facet == "grade":
        return grade_entry(int(value)).label
    if facet == "city":
        return place_label(value)
    return member(TitleStatus, value).label if facet == "status" else Text(value, value)


def _by_facet(filters: Filters) -> dict[str, set[str]]:
    return {
        "directory": set(filters.directories),
        "city": set(filters.cities),
        "chain": set(filters.chains),
        "level": {level.value for level in filters.levels},
        "status": {status.value for status in filters.statuses},
    }


def _label(facet: str, value: str, lexicon: Lexicon) -> Text:
    if facet == "city":
        return place_label(value)
    if facet == "level":
        return member(Level, value).label
    if facet == "status":
        return member(TitleStatus, value).label
    if facet == "chain":
        return lexicon.chains.get(value) or Text(value, value)
    found = lexicon.directories.get(value)
    return found.label if found else Text(value, value)
