"""Hits as people see them: read from the database by number, each with the reason why it is there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import Enterprise, EnterpriseAddress, EnterpriseName, Product
from registry.schemas.enterprises import EnterpriseSummary
from registry.search.highlight import highlight
from registry.search.plan import StrictPlan
from registry.search.query import Hit
from registry.search.reasons import UNEXPLAINED, Known, KnownName, Reason, explain, similar
from registry.search.rerank import Candidate, Closeness
from registry.search.sources import merged_owners, visible
from registry.search.words import compact, compact_core
from registry.services.enterprises import summaries
from registry.vocabulary import NameKind

# Built once: putting a statement together takes longer than running it.
_SHOWN = select(col(Enterprise.id), col(Enterprise.stock_code)).where(visible())
_NAMES = select(
    col(EnterpriseName.enterprise_id),
    col(EnterpriseName.name),
    col(EnterpriseName.kind),
    col(EnterpriseName.valid_from),
    col(EnterpriseName.valid_to),
).order_by(col(EnterpriseName.id))

Explain = Callable[[int, Known], Reason]


def load_hits(session: Session, ids: Sequence[int], *, plan: StrictPlan, day: date) -> tuple[Hit, ...]:
    """The enterprises in the given order; what the database no longer shows is left out."""
    return _hits(session, ids, plan, day, lambda _, known: explain(plan, known), near=False)


def load_near(session: Session, found: Sequence[Closeness], *, plan: StrictPlan, day: date) -> tuple[Hit, ...]:
    """Similar enterprises in the given order."""
    by_sound = {closeness.id: closeness.by_sound for closeness in found}
    ids = [closeness.id for closeness in found]
    return _hits(session, ids, plan, day, lambda n, known: similar(known.name, by_sound=by_sound[n]), near=True)


def load_candidates(session: Session, scored: Iterable[tuple[int, float]]) -> list[Candidate]:
    """What the names of similar enterprises are compared by."""
    scores = dict(scored)
    query = select(col(Enterprise.id), col(Enterprise.name_zh)).where(visible(), col(Enterprise.id).in_(scores))
    current = {row.id: row.name_zh for row in session.execute(query)}
    others = _names(session, {number: number for number in current})
    return [
        Candidate(
            id=number,
            score=scores[number],
            name=compact(name),
            shorts=tuple(dict.fromkeys([compact_core(name), *(_short_form(other) for other in others[number])])),
        )
        for number, name in current.items()
    ]


def _short_form(other: KnownName) -> str:
    return compact_core(other.name) if other.kind in (NameKind.CURRENT, NameKind.FORMER) else compact(other.name)


def _hits(
    session: Session, ids: Sequence[int], plan: StrictPlan, day: date, reason_of: Explain, *, near: bool
) -> tuple[Hit, ...]:
    if not ids:
        return ()
    found = session.execute(_SHOWN.where(col(Enterprise.id).in_(ids)))
    stocks: dict[int, str | None] = {row.id: row.stock_code for row in found}
    rows = summaries(session, [number for number in ids if number in stocks], as_of=day)
    names = {} if plan.is_everything else _names(session, {row.id: row.id for row in rows})
    known = {row.id: _known(row, names.get(row.id, []), stocks[row.id]) for row in rows}
    reasons = {number: reason_of(number, facts) for number, facts in known.items()}
    if unexplained := [number for number, reason in reasons.items() if reason.slug == UNEXPLAINED]:
        more = _more(session, {number: known[number] for number in unexplained})
        reasons |= {number: reason_of(number, facts) for number, facts in more.items()}
    return tuple(_hit(row, reasons[row.id], plan, near=near) for row in rows)


def _hit(row: EnterpriseSummary, reason: Reason, plan: StrictPlan, *, near: bool) -> Hit:
    shown = highlight(row.name, plan)
    return Hit(
        id=row.key,
        enterprise_id=row.id,
        uscc=row.uscc,
        name=row.name,
        segments=shown,
        matched=shown if reason.matched == row.name else highlight(reason.matched, plan),
        reason=reason.slug,
        why=reason.why,
        city=row.city_code,
        city_name=Text(row.city_name, row.city_name_en or row.city_name) if row.city_name else None,
        operating_status=row.operating_status,
        founded_year=row.founded_year,
        chains=tuple(row.chains),
        titles=tuple(row.titles),
        near=near,
    )


def _known(row: EnterpriseSummary, names: list[KnownName], stock: str | None) -> Known:
    """What most reasons need: names and own codes."""
    english = [KnownName(row.name_en, NameKind.ENGLISH)] if row.name_en else []
    return Known(name=row.name, names=(*names, *english), codes=(row.uscc,) if row.uscc else (), stock_code=stock)


def _more(session: Session, known: dict[int, Known]) -> dict[int, Known]:
    """What the rarer reasons need besides: old codes, products, names and codes of enterprises merged into it."""
    owner = {number: number for number in known} | merged_owners(session, list(known))
    names = _names(session, {number: above for number, above in owner.items() if number != above})
    codes: dict[int, list[str]] = defaultdict(list)
    keys = select(col(EnterpriseAddress.enterprise_id), col(EnterpriseAddress.key))
    for found in session.execute(keys.where(col(EnterpriseAddress.enterprise_id).in_(owner))):
        codes[owner[found.enterprise_id]].append(found.key)
    products: dict[int, list[str]] = defaultdict(list)
    made = select(col(Product.enterprise_id), col(Product.name)).where(
        col(Product.enterprise_id).in_(owner), col(Product.voided_at).is_(None)
    )
    for found in session.execute(made.order_by(col(Product.id))):
        products[owner[found.enterprise_id]].append(found.name)
    return {
        number: replace(
            facts,
            names=(*facts.names, *names[number]),
            codes=tuple(dict.fromkeys([*facts.codes, *sorted(codes[number])])),
            products=tuple(products[number]),
        )
        for number, facts in known.items()
    }


def _names(session: Session, owner: dict[int, int]) -> dict[int, list[KnownName]]:
    """Names by enterprise; the names of those merged into it count as former names."""
    found: dict[int, list[KnownName]] = defaultdict(list)
    if not owner:
        return found
    query = _NAMES.where(col(EnterpriseName.enterprise_id).in_(owner))
    for row in session.execute(query):
        borrowed = owner[row.enterprise_id] != row.enterprise_id and row.kind is NameKind.CURRENT
        kind = NameKind.FORMER if borrowed else row.kind
        found[owner[row.enterprise_id]].append(KnownName(row.name, kind, row.valid_from, row.valid_to))
    return found
