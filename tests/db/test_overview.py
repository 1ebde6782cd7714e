"""The home page's numbers agree with the pages they lead to."""

from datetime import date

import pytest
from sqlmodel import Session

from registry import clock
from registry.errors import NotFound
from registry.models import EnterpriseChain
from registry.services import directories
from registry.services.overview import home
from registry.vocabulary import BatchState, IdentityState
from tests.factories import a_batch, a_listing, an_enterprise

TODAY = date(2026, 11, 20)


def _added(session: Session, *rows: object) -> None:
    session.add_all(rows)
    session.flush()


def test_the_home_page_counts_what_is_there_today(session: Session) -> None:
    firm, other = an_enterprise(), an_enterprise(city_code="330100")
    undone = an_enterprise(voided_at=clock.now())
    final = a_batch()
    notice = a_batch(
        state=BatchState.PUBLIC_NOTICE,
        announced_on=None,
        notice_from=date(2026, 11, 16),
        notice_to=date(2026, 11, 27),
    )
    _added(session, firm, other, undone, final, notice)
    merged = an_enterprise(identity=IdentityState.MERGED, merged_into_id=firm.id)
    _added(session, merged)
    _added(
        session,
        a_listing(firm, final),
        a_listing(other, final, valid_to=date(2026, 12, 1)),
        a_listing(other, notice),
        EnterpriseChain(enterprise_id=firm.id, chain_code="five_g", basis="industry"),
        EnterpriseChain(enterprise_id=undone.id, chain_code="five_g", basis="industry"),
    )
    page = home(session, as_of=TODAY)
    assert (page.enterprises, page.held, page.due, page.directories, page.batches) == (2, 2, 1, 1, 2)
    assert [batch.id for batch in page.announcements] == [notice.id, final.id]
    assert page.directory_rows == directories.list_all(session, as_of=TODAY)
    assert len(page.cities) == 22
    counts = {city.code: (city.held, city.notice, city.due) for city in page.cities}
    assert counts["440300"] == (1, 0, 0)
    assert counts["330100"] == (1, 1, 1)
    assert counts["440100"] == (0, 0, 0)
    assert [(chain.code, chain.enterprises, chain.holders) for chain in page.chains if chain.enterprises] == [
        ("five_g", 1, 1)
    ]
    assert len(page.chains) == 8


def test_an_empty_registry_has_a_home_page(session: Session) -> None:
    page = home(session, as_of=TODAY)
    assert (page.enterprises, page.held, page.announcements) == (0, 0, [])
    assert len(page.directory_rows) == 19


def test_the_map_of_an_unknown_directory_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        home(session, as_of=TODAY, directory="unknown")
