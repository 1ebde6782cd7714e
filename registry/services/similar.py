"""Firms like this one (相近企业), with the reason in words: what they make, their industry, chains and city."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, exists, literal, select, union_all
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity.industries import industry
from registry.models import Chain, Enterprise, EnterpriseChain, Product
from registry.schemas.enterprises import SimilarEnterprise
from registry.services.enterprises import summaries
from registry.services.places import place

SHOWN = 5
LOOKED_AT = 60
"""Firms read of each kind of neighbour: which of ten thousand in one industry are nearest nobody could say anyway."""
PRODUCT, INDUSTRY, CHAIN, CITY = 3, 2, 1, 1
"""What each thing in common weighs."""


@dataclass(slots=True)
class _Firm:
    """What is compared of one enterprise."""

    industry_code: str | None
    city_code: str | None
    chains: set[str] = field(default_factory=set)
    products: set[str] = field(default_factory=set)


def similar(session: Session, *, enterprise_id: int, as_of: date) -> list[SimilarEnterprise]:
    """The five nearest, nearest first, each with at least a product, an industry or a chain in common.

    A handful of queries over indexes, whatever the number of enterprises; the same answer for the same data.
    """
    itself = _plain().where(col(Enterprise.id) == enterprise_id)
    own = _compared(session, session.execute(itself)).get(enterprise_id)
    if own is None:
        return []
    near = _compared(session, _candidates(session, enterprise_id, own))
    scored = {number: _score(own, firm) for number, firm in near.items()}
    nearest = sorted((number for number in near if _akin(own, near[number])), key=lambda one: (-scored[one], one))[
        :SHOWN
    ]
    names = {
        code: Text(zh, en)
        for code, zh, en in session.execute(select(col(Chain.code), col(Chain.name_zh), col(Chain.name_en)))
    }
    return [
        SimilarEnterprise(enterprise=line, reasons=_reasons(own, near[line.id], names))
        for line in summaries(session, nearest, as_of=as_of)
    ]


def _plain() -> Select[int, str | None, str | None]:
    return select(col(Enterprise.id), col(Enterprise.industry_code), col(Enterprise.city_code))


def _candidates(session: Session, enterprise_id: int, own: _Firm) -> Iterable[Row[Any]]:
    """Firms of the same industry here, of the same chains here, of the same industry elsewhere, until there are enough.

    Each is read in the order of an index, so that nothing is sorted: of ten thousand the first sixty answer.
    """
    shown = col(Enterprise.merged_into_id).is_(None) & col(Enterprise.voided_at).is_(None)
    others = _plain().where(col(Enterprise.id) != enterprise_id, shown)
    here = col(Enterprise.city_code) == own.city_code
    same = col(Enterprise.industry_code) == own.industry_code
    linked = exists().where(
        col(EnterpriseChain.enterprise_id) == col(Enterprise.id), col(EnterpriseChain.chain_code).in_(own.chains)
    )
    asked = []
    if own.industry_code and own.city_code:
        asked.append(others.where(same, here).order_by(col(Enterprise.id)))
    if own.chains and own.city_code:
        asked.append(others.where(here, linked).order_by(col(Enterprise.id)))
    if own.industry_code:
        asked.append(others.where(same).order_by(col(Enterprise.city_code), col(Enterprise.id)))
    found: dict[int, Row[Any]] = {}
    for query in asked:
        if len(found) < LOOKED_AT:
            found |= {row.id: row for row in session.execute(query.limit(LOOKED_AT))}
    return found.values()


def _compared(session: Session, rows: Iterable[Row[Any]]) -> dict[int, _Firm]:
    """What is compared of these enterprises: one query for chains and products together."""
    firms = {row.id: _Firm(row.industry_code, row.city_code) for row in rows}
    chains = select(literal(True), col(EnterpriseChain.enterprise_id), col(EnterpriseChain.chain_code)).where(
        col(EnterpriseChain.enterprise_id).in_(firms)
    )
    made = select(literal(False), col(Product.enterprise_id), col(Product.category)).where(
        col(Product.enterprise_id).in_(firms), col(Product.voided_at).is_(None)
    )
    for is_chain, number, code in session.execute(union_all(chains, made)) if firms else ():
        if code:
            (firms[number].chains if is_chain else firms[number].products).add(code)
    return firms


def _akin(own: _Firm, other: _Firm) -> bool:
    """Being in the same city alone makes no firms similar."""
    same_industry = own.industry_code is not None and own.industry_code == other.industry_code
    return bool(own.products & other.products or own.chains & other.chains or same_industry)


def _score(own: _Firm, other: _Firm) -> int:
    return (
        PRODUCT * bool(own.products & other.products)
        + INDUSTRY * (own.industry_code is not None and own.industry_code == other.industry_code)
        + CHAIN * len(own.chains & other.chains)
        + CITY * (own.city_code is not None and own.city_code == other.city_code)
    )


def _reasons(own: _Firm, other: _Firm, chains: dict[str, Text]) -> list[Text]:
    """What the two have in common, the weightiest first."""
    found = [
        Text(f"同类产品：{name}", f"same kind of product: {name}") for name in sorted(own.products & other.products)
    ]
    if own.industry_code and own.industry_code == other.industry_code:
        known = industry(own.industry_code)
        name = known.name if known else own.industry_code
        found.append(Text(f"同行业：{name}", f"same industry: {name}"))
    for code in sorted(own.chains & other.chains):
        found.append(Text(f"同产业链：{chains[code].zh}", f"same chain: {chains[code].en}"))
    city = place(own.city_code) if own.city_code and own.city_code == other.city_code else None
    return [*found, Text(f"同在{city.zh}", f"both in {city.en}")] if city else found
