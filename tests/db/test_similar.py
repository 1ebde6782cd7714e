"""Firms like another are found by what they share, and say what it is."""

from datetime import date

from sqlmodel import Session

from registry.models import Enterprise, EnterpriseChain, Product
from registry.services.similar import SHOWN, similar
from tests.factories import an_enterprise

DAY = date(2026, 7, 1)


def a_firm(session: Session, *, industry: str | None, city: str, product: str = "", chain: str = "") -> Enterprise:
    firm = an_enterprise(industry_code=industry, city_code=city)
    session.add(firm)
    session.flush()
    if product:
        session.add(
            Product(enterprise_id=firm.id, maker_name=firm.name_zh, name="示例品", folded="示例品", category=product)
        )
    if chain:
        session.add(EnterpriseChain(enterprise_id=firm.id, chain_code=chain, basis="declared"))
    session.flush()
    return firm


def test_the_nearest_comes_first_with_its_reasons(session: Session) -> None:
    own = a_firm(session, industry="3973", city="440300", product="芯片", chain="integrated_circuits")
    near = a_firm(session, industry="3973", city="440300", product="芯片", chain="integrated_circuits")
    farther = a_firm(session, industry="3973", city="440100")
    a_firm(session, industry="6510", city="440300")
    found = similar(session, enterprise_id=own.id, as_of=DAY)
    assert [each.enterprise.id for each in found] == [near.id, farther.id]
    assert [reason.zh for reason in found[0].reasons] == [
        "同类产品：芯片",
        "同行业：集成电路制造",
        "同产业链：集成电路",
        "同在深圳市",
    ]
    assert [reason.en for reason in found[1].reasons] == ["same industry: 集成电路制造"]


def test_being_in_the_same_city_alone_makes_no_firms_similar(session: Session) -> None:
    own = a_firm(session, industry=None, city="440300")
    a_firm(session, industry=None, city="440300")
    assert similar(session, enterprise_id=own.id, as_of=DAY) == []


def test_a_merged_firm_is_not_shown_and_never_more_than_five(session: Session) -> None:
    own = a_firm(session, industry="3973", city="440300")
    others = [a_firm(session, industry="3973", city="440300") for _ in range(SHOWN + 2)]
    others[0].merged_into_id = own.id
    session.flush()
    found = [each.enterprise.id for each in similar(session, enterprise_id=own.id, as_of=DAY)]
    assert found == [firm.id for firm in others[1 : SHOWN + 1]]


def test_nobody_is_similar_to_an_enterprise_that_is_not_there(session: Session) -> None:
    assert similar(session, enterprise_id=999_999, as_of=DAY) == []
