"""Reading enterprises: where a key leads, one as its page, many in one line each. Nothing here writes."""

from datetime import date

from sqlmodel import Session, col, select

from registry.errors import Text
from registry.identity.industries import industry
from registry.identity.org_code import org_code_of
from registry.models import Chain, Enterprise, EnterpriseAddress, EnterpriseChain, EnterpriseName
from registry.schemas.enterprises import ChainPlace, EnterprisePage, NameRecord, Profile
from registry.services.alerts import alerts_of
from registry.services.badges import badges
from registry.services.enterprise_lines import page, summaries
from registry.services.enterprise_tables import facts_of, figures_of, products_of, timeline
from registry.services.keys import key_in_hand
from registry.services.places import full_place, place
from registry.services.relatives import relatives_of
from registry.services.resolving import both_ends, resolve
from registry.titles import HELD
from registry.vocabulary import IdentityState, NameKind, TitleStatus

__all__ = ["get_page", "page", "resolve", "summaries"]


def get_page(session: Session, key: str, *, as_of: date) -> EnterprisePage:
    """Everything the page of the enterprise behind ``key`` shows on the day ``as_of``.

    Titles are those of that day; name, place and other facts are today's. A caller that redirects compares ``key`` of
    the page with what was asked (or calls ``resolve`` first). Raises NotFound, Gone.
    """
    _, enterprise = both_ends(session, key)
    number, canonical = enterprise.id, key_in_hand(session, enterprise)
    titles = badges(session, enterprise_ids=[number], as_of=as_of).get(number, [])
    names = _names(session, number)
    merged = _merged_names(session, number)
    figures = figures_of(session, enterprise_id=number, as_of=as_of)
    facts = facts_of(session, enterprise_id=number)
    return EnterprisePage(
        id=number,
        key=canonical,
        name=enterprise.name_zh,
        name_en=enterprise.name_en,
        as_of=as_of,
        profile=_profile(enterprise),
        alerts=alerts_of(
            enterprise,
            titles=titles,
            former=[record.name for record in names],
            merged=merged,
            figures=figures,
            facts=facts,
            as_of=as_of,
        ),
        names=names,
        chains=_chains(session, number),
        titles=titles,
        held_count=sum(title.status in HELD for title in titles),
        notice_count=sum(title.status is TitleStatus.PUBLIC_NOTICE for title in titles),
        timeline=timeline(titles, as_of=as_of),
        figures=figures,
        facts=facts,
        products=products_of(session, enterprise_id=number, as_of=as_of),
        addresses=_addresses(session, number, canonical),
        merged_names=merged,
        relatives=relatives_of(session, enterprise, as_of=as_of),
        updated_at=enterprise.updated_at,
    )


def _profile(enterprise: Enterprise) -> Profile:
    kind = industry(enterprise.industry_code) if enterprise.industry_code else None
    return Profile(
        identity=enterprise.identity,
        uscc=enterprise.uscc,
        org_code=org_code_of(enterprise.uscc) if enterprise.uscc else None,
        registration_no=enterprise.registration_no,
        operating_status=enterprise.operating_status,
        founded_on=enterprise.founded_on,
        registered_capital_cny=enterprise.registered_capital_cny,
        registered_capital_text=enterprise.registered_capital_text,
        region_code=enterprise.region_code,
        region_name=full_place(enterprise.region_code),
        city_code=enterprise.city_code,
        city_name=place(enterprise.city_code),
        address=enterprise.address,
        industry_code=enterprise.industry_code,
        industry_name=kind.name if kind else None,
        industry_full_code=kind.full_code if kind else None,
        stock_code=enterprise.stock_code,
        listed_market=enterprise.listed_market,
        website=enterprise.website,
        main_business=enterprise.main_business,
    )


def _chains(session: Session, enterprise_id: int) -> list[ChainPlace]:
    query = (
        select(Chain, EnterpriseChain.basis)
        .join(EnterpriseChain, col(EnterpriseChain.chain_code) == col(Chain.code))
        .where(col(EnterpriseChain.enterprise_id) == enterprise_id)
        .order_by(col(Chain.position), col(EnterpriseChain.id))
    )
    return [
        ChainPlace(code=chain.code, name=Text(chain.name_zh, chain.name_en), basis=basis)
        for chain, basis in session.exec(query)
    ]


def _names(session: Session, enterprise_id: int) -> list[NameRecord]:
    query = select(EnterpriseName).where(
        col(EnterpriseName.enterprise_id) == enterprise_id, col(EnterpriseName.kind) != NameKind.CURRENT
    )
    rows = sorted(session.exec(query), key=lambda name: (name.valid_to or date.min, name.id), reverse=True)
    return [
        NameRecord(name=row.name, kind=row.kind, valid_from=row.valid_from, valid_to=row.valid_to, source=row.source)
        for row in rows
    ]


def _merged_names(session: Session, enterprise_id: int) -> list[str]:
    query = (
        select(Enterprise.name_zh)
        .where(col(Enterprise.merged_into_id) == enterprise_id, col(Enterprise.identity) == IdentityState.MERGED)
        .order_by(col(Enterprise.merged_on), col(Enterprise.id))
    )
    return list(session.exec(query))


def _addresses(session: Session, enterprise_id: int, canonical: str) -> list[str]:
    owners = [enterprise_id]
    for number in owners:  # grows: those merged into it, and those merged into them
        owners.extend(session.exec(select(Enterprise.id).where(col(Enterprise.merged_into_id) == number)).all())
    query = select(EnterpriseAddress.key).where(col(EnterpriseAddress.enterprise_id).in_(owners))
    return [canonical, *sorted(set(session.exec(query)) - {canonical})]
