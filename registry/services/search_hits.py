"""Hits as people see them, each with the reason why it is there: from the index’s cards, or from the database."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlmodel import Session

from registry.errors import Text
from registry.schemas.titles import TitleBadge
from registry.search.cards import EnterpriseCard, ProductCard
from registry.search.highlight import highlight
from registry.search.lexicon import Lexicon, place_label
from registry.search.plan import Placed, ProductPlan, StrictPlan
from registry.search.query import Hit, ProductHit
from registry.search.reasons import Known, Reason, explain, similar
from registry.search.rerank import Closeness
from registry.search.sources import load_product_sources, load_sources, products_of, surviving
from registry.search.words import compact
from registry.services.badges import document_ref, standing_order
from registry.services.outbox import Change
from registry.titles import HELD, status_of

Explain = Callable[[int, Known], Reason]

CARDS_KEPT = 2_000
"""So many cards stay read, each with its titles on a day: the strongest firms stand on many pages."""
PRODUCT = Text("产品名称、版本或分类", "Product name, version or category")
OTHER_VERSION = Text("其他版本", "Another version")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where cards come from: those the index handed out, unless the database has changed since or the index has none.

    ``stale``, ``stale_products``: those with a change the index has not seen; None if that may be any.
    """

    session: Session
    lexicon: Lexicon
    day: date
    stale: frozenset[int] | None
    stale_products: frozenset[int] | None = None

    def cards(self, rows: Iterable[Placed]) -> dict[int, EnterpriseCard]:
        """The cards by number; what the database no longer shows is left out."""
        kept = {row.id: row.card for row in rows}
        fresh = {n for n, card in kept.items() if card and self.stale is not None and n not in self.stale}
        found = {number: _card(kept[number]) for number in fresh}
        rest = [number for number in kept if number not in fresh]
        if rest:
            found |= {source.id: source.card for source in load_sources(self.session, rest, self.day)}
        return found

    def product_cards(self, rows: Iterable[Placed]) -> dict[int, ProductCard]:
        """The cards of products by number; what the database no longer shows is left out."""
        kept = {row.id: row.card for row in rows}
        stale = self.stale_products
        fresh = {n for n, card in kept.items() if card and stale is not None and n not in stale}
        found = {number: ProductCard.load(kept[number]) for number in fresh}
        rest = [number for number in kept if number not in fresh]
        if rest:
            found |= {source.id: source.card for source in load_product_sources(self.session, rest, self.day)}
        return found


def hits(shelf: Shelf, rows: Sequence[Placed], *, plan: StrictPlan) -> tuple[Hit, ...]:
    """The enterprises in the given order; what the database no longer shows is left out."""
    return _hits(shelf, rows, plan, lambda _, known: explain(plan, known), near=False)


def near_hits(shelf: Shelf, rows: Sequence[Placed], *, plan: StrictPlan, found: Sequence[Closeness]) -> tuple[Hit, ...]:
    """Similar enterprises in the given order."""
    closeness = {each.id: each for each in found}
    return _hits(shelf, rows, plan, lambda n, known: similar(known.name, closeness[n]), near=True)


def product_hits(
    shelf: Shelf, rows: Sequence[Placed], *, plan: ProductPlan, near: bool = False
) -> tuple[ProductHit, ...]:
    """Product versions in the given order, each with its strongest entry on the day."""
    cards = shelf.product_cards(rows)
    return tuple(_product_hit(row.id, cards[row.id], plan, shelf.day, near) for row in rows if row.id in cards)


def stale_among(session: Session, waiting: Sequence[tuple[str, int | None]]) -> frozenset[int] | None:
    """Out of waiting changes the enterprises whose cards cannot be trusted; None if that may be any."""
    if any(kind == Change.EVERYTHING for kind, _ in waiting):
        return None
    ids = {number for kind, number in waiting if number is not None and kind == Change.ENTERPRISE}
    return frozenset(surviving(session, ids)) if ids else frozenset()


def stale_products_among(session: Session, waiting: Sequence[tuple[str, int | None]]) -> frozenset[int] | None:
    """Out of waiting changes the products whose cards cannot be trusted; None if that may be any."""
    makers = stale_among(session, waiting)
    if makers is None:
        return None
    named = {number for kind, number in waiting if number is not None and kind == Change.PRODUCT}
    return frozenset(named.union(products_of(session, makers)) if makers else named)


def _hits(shelf: Shelf, rows: Sequence[Placed], plan: StrictPlan, reason_of: Explain, *, near: bool) -> tuple[Hit, ...]:
    cards = shelf.cards(rows)
    shown = []
    for row in rows:
        if (card := cards.get(row.id)) is not None:
            reason = reason_of(row.id, _known(card))
            shown.append(_hit(row.id, card, reason, plan, _titles(card, shelf.day, shelf.lexicon), near=near))
    return tuple(shown)


@lru_cache(maxsize=CARDS_KEPT)
def _card(line: str) -> EnterpriseCard:
    return EnterpriseCard.load(line)


@lru_cache(maxsize=CARDS_KEPT)
def _titles(card: EnterpriseCard, day: date, lexicon: Lexicon) -> tuple[TitleBadge, ...]:
    return tuple(standing_order(card.summary_titles(lexicon.badge_columns), day))


def _known(card: EnterpriseCard) -> Known:
    return Known(name=card.name, names=card.names, codes=card.codes, stock_code=card.stock_code, products=card.products)


def _hit(
    number: int,
    card: EnterpriseCard,
    reason: Reason,
    plan: StrictPlan,
    titles: tuple[TitleBadge, ...],
    *,
    near: bool,
) -> Hit:
    shown = highlight(card.name, plan)
    return Hit(
        id=card.key,
        enterprise_id=number,
        uscc=card.uscc,
        name=card.name,
        segments=shown,
        matched=shown if reason.matched == card.name else highlight(reason.matched, plan),
        reason=reason.slug,
        why=reason.why,
        city=card.city,
        city_name=place_label(card.city) if card.city else None,
        operating_status=card.operating_status,
        founded_year=card.founded_year,
        chains=card.chains,
        titles=titles,
        near=near,
    )


def _product_hit(number: int, card: ProductCard, plan: ProductPlan, day: date, near: bool) -> ProductHit:
    states = [status_of(entry, day) for entry in card.entries]
    ranked = sorted(
        zip(states, card.entries, strict=True), key=lambda each: (each[0] not in HELD, -(each[1]["grade"] or 0))
    )
    status, entry = ranked[0] if ranked else (None, {})
    label = f"{card.name} {card.version}".strip()
    words = StrictPlan(words=(*plan.words,), whole=plan.whole)
    why = OTHER_VERSION if near else PRODUCT
    return ProductHit(
        id=number,
        name=card.name,
        version=card.version,
        segments=highlight(label, words),
        maker=card.maker,
        maker_key=card.maker_key,
        category=card.category,
        grade=entry.get("grade"),
        status=status,
        valid_from=entry.get("valid_from"),
        valid_to=entry.get("valid_to"),
        directory_code=entry.get("directory_code"),
        batch_id=entry.get("batch_id"),
        document_ref=document_ref(entry) if entry else None,
        why=why,
        exact=not near and plan.whole in (compact(card.name), compact(label)),
        near=near,
    )
