"""Enterprises in one line each: many by their numbers, and all of them page by page. Nothing here writes."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from registry.models import Chain, Enterprise, EnterpriseChain
from registry.schemas.enterprises import EnterpriseSummary
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode
from registry.services.badges import badges
from registry.services.keys import canonical_key, provisional_key
from registry.services.places import place


def summaries(session: Session, ids: Sequence[int], *, as_of: date) -> list[EnterpriseSummary]:
    """The enterprises in the given order, three queries whatever their number. Unknown and voided ids are left out."""
    if not ids:
        return []
    rows = {row.id: row for row in session.execute(_lines().where(col(Enterprise.id).in_(ids)))}
    chains = _chain_codes(session, ids)
    titles = badges(session, enterprise_ids=ids, as_of=as_of)
    found = []
    for number in ids:
        if (row := rows.get(number)) is None:
            continue
        city = place(row.city_code)
        found.append(
            EnterpriseSummary(
                id=row.id,
                key=row.key or provisional_key(row.id),
                uscc=row.uscc,
                name=row.name_zh,
                name_en=row.name_en,
                city_code=row.city_code,
                city_name=city.zh if city else None,
                city_name_en=city.en if city else None,
                founded_year=row.founded_on.year if row.founded_on else None,
                chains=chains.get(number, []),
                industry_code=row.industry_code,
                titles=titles.get(number, []),
                operating_status=row.operating_status,
            )
        )
    return found


def page(session: Session, *, as_of: date, cursor: str | None = None, limit: int = 50) -> Page[EnterpriseSummary]:
    """Every enterprise that stands for itself, in the order it came in; merged and taken-back ones are left out.

    Raises InvalidInput for a damaged cursor or a page size out of range.
    """
    alive = (col(Enterprise.voided_at).is_(None), col(Enterprise.merged_into_id).is_(None))
    ids = core_select(col(Enterprise.id)).where(*alive).order_by(col(Enterprise.id)).limit(check_limit(limit) + 1)
    if cursor:
        (last,) = decode(cursor, scope=_PAGE_SCOPE, kinds=(int,)).values
        ids = ids.where(col(Enterprise.id) > last)
    found = list(session.scalars(ids))
    more = encode(Cursor(scope=_PAGE_SCOPE, values=(found[limit - 1],))) if len(found) > limit else None
    total = session.scalar(core_select(func.count()).select_from(Enterprise).where(*alive)) or 0
    return Page(items=tuple(summaries(session, found[:limit], as_of=as_of)), total=total, next_cursor=more)


_PAGE_SCOPE = "enterprises"


@cache
def _lines() -> Any:
    """One line per enterprise that is not taken back; made once, because building it takes longer than running it."""
    return core_select(
        col(Enterprise.id),
        canonical_key().label("key"),
        col(Enterprise.uscc),
        col(Enterprise.name_zh),
        col(Enterprise.name_en),
        col(Enterprise.city_code),
        col(Enterprise.founded_on),
        col(Enterprise.industry_code),
        col(Enterprise.operating_status),
    ).where(col(Enterprise.voided_at).is_(None))


def _chain_codes(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    query = (
        core_select(col(EnterpriseChain.enterprise_id), col(EnterpriseChain.chain_code))
        .join(Chain, col(Chain.code) == col(EnterpriseChain.chain_code))
        .where(col(EnterpriseChain.enterprise_id).in_(ids))
        .order_by(col(Chain.position), col(EnterpriseChain.id))
    )
    found: dict[int, list[str]] = {}
    for number, code in session.execute(query):
        found.setdefault(number, []).append(code)
    return found
