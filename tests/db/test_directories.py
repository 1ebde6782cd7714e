"""Directories as of a day: counts, rows page by page, and that the past stays as it was."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from registry import clock
from registry.errors import InvalidInput, NotFound
from registry.models import Batch, Enterprise, Listing, Product, ProductListing
from registry.schemas.directories import ListingRow
from registry.schemas.inputs import StatusFilter
from registry.services import directories
from registry.vocabulary import BatchState, TitleStatus
from tests.factories import a_batch, a_listing, an_enterprise

TODAY = date(2026, 11, 20)
START = date(2024, 1, 1)


def _added(session: Session, *rows: object) -> None:
    session.add_all(rows)
    session.flush()


def _listed(session: Session, batch: Batch, number: int = 1, **more: object) -> list[Listing]:
    firms = [an_enterprise(name_zh=f"示例第{place:03d}公司") for place in range(number)]
    _added(session, *firms)
    listings = [a_listing(firm, batch, **more) for firm in firms]
    _added(session, *listings)
    return listings


def _all(session: Session, *, as_of: date = TODAY, status: StatusFilter = "held", limit: int = 50) -> list[ListingRow]:
    found: list[ListingRow] = []
    cursor = None
    while True:
        page = directories.rows(session, code="little_giant", as_of=as_of, status=status, cursor=cursor, limit=limit)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            assert page.total == len(found)
            return found


def test_rows_are_those_held_on_the_day_by_name(session: Session) -> None:
    final, notice, draft = a_batch(), a_batch(state=BatchState.PUBLIC_NOTICE), a_batch(state=BatchState.DRAFT)
    _added(session, final, notice, draft)
    held = _listed(session, final, 3)
    _listed(session, final, valid_to=date(2025, 1, 1))
    _listed(session, final, withdrawn_on=TODAY)
    _listed(session, notice)
    _listed(session, draft)
    rows = _all(session)
    assert [row.listing_id for row in rows] == [listing.id for listing in held]
    assert rows[0].status is TitleStatus.VALID
    assert (rows[0].city_name, rows[0].key) == ("深圳市", rows[0].uscc)
    by_state = {status: len(_all(session, status=status)) for status in TitleStatus}
    assert by_state == {
        TitleStatus.VALID: 3,
        TitleStatus.DUE: 0,
        TitleStatus.PUBLIC_NOTICE: 1,
        TitleStatus.FUTURE: 0,
        TitleStatus.EXPIRED: 1,
        TitleStatus.WITHDRAWN: 1,
    }
    assert len(_all(session, status="all")) == 6


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_together_are_all_rows_once_whatever_their_size(session: Session, limit: int) -> None:
    batch = a_batch()
    _added(session, batch)
    twins = [an_enterprise(name_zh="示例　同名公司\n") for _ in range(3)]
    _added(session, *twins)
    _added(session, *(a_listing(firm, batch) for firm in twins))
    _listed(session, batch, 4)
    found = [row.listing_id for row in _all(session, limit=limit)]
    assert len(found) == len(set(found)) == 7
    assert found == [row.listing_id for row in _all(session)]


def test_rows_can_be_asked_for_one_city(session: Session) -> None:
    batch, here, there = a_batch(), an_enterprise(), an_enterprise(city_code="440100")
    _added(session, batch, here, there)
    _added(session, a_listing(here, batch), a_listing(there, batch))
    page = directories.rows(session, code="little_giant", as_of=TODAY, city="440100")
    assert [row.uscc for row in page.items] == [there.uscc]
    assert page.total == 1


def test_a_cursor_of_another_day_or_a_made_up_one_is_refused(session: Session) -> None:
    batch = a_batch()
    _added(session, batch)
    _listed(session, batch, 3)
    cursor = directories.rows(session, code="little_giant", as_of=TODAY, limit=1).next_cursor
    for made in (cursor, "x", "bm90IGpzb24"):
        with pytest.raises(InvalidInput) as refused:
            directories.rows(session, code="little_giant", as_of=date(2026, 1, 1), cursor=made)
        assert refused.value.field == "cursor"


def test_an_unknown_directory_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        directories.rows(session, code="'; DROP TABLE", as_of=TODAY)
    with pytest.raises(NotFound):
        directories.get_directory(session, "x" * 1000, as_of=TODAY)


def test_the_summary_counts_held_due_and_noticed(session: Session) -> None:
    old = a_batch(announced_on=date(2023, 7, 1), year=2023)
    final = a_batch()
    notice = a_batch(
        state=BatchState.PUBLIC_NOTICE,
        year=2026,
        announced_on=None,
        notice_from=date(2026, 11, 16),
        notice_to=date(2026, 11, 27),
    )
    superseded = a_batch(state=BatchState.SUPERSEDED)
    _added(session, old, final, notice, superseded)
    _listed(session, old, 2, valid_to=TODAY + timedelta(days=90))
    _listed(session, old, 1, valid_to=TODAY - timedelta(days=1))
    _listed(session, final, 3)
    _listed(session, notice, 4)
    _listed(session, superseded, 5)
    summaries = {summary.code: summary for summary in directories.list_all(session, as_of=TODAY)}
    assert len(summaries) == 19
    found = summaries["little_giant"]
    assert (found.held, found.due, found.notice, found.batches) == (5, 2, 4, 3)
    assert found.latest_batch is not None
    assert (found.latest_batch.id, found.latest_batch.rows) == (final.id, 3)
    assert found.open_notice is not None
    assert found.open_notice.id == notice.id
    assert summaries["hte"].held == 0
    page = directories.get_directory(session, "little_giant", as_of=TODAY)
    assert page.summary == found
    assert [(year.year, year.listed, year.held) for year in page.years] == [(2023, 3, 2), (2024, 3, 3)]
    assert [(city.code, city.held, city.notice, city.due) for city in page.cities] == [("440300", 5, 4, 2)]
    assert {batch.id for batch in page.batches} == {old.id, final.id, notice.id, superseded.id}
    assert page.facts.validity_months == 36
    after_notice = directories.get_directory(session, "little_giant", as_of=date(2026, 12, 1)).summary
    assert after_notice.open_notice is None


def test_the_count_of_the_summary_is_the_number_of_rows(session: Session) -> None:
    batch = a_batch()
    _added(session, batch)
    _listed(session, batch, 3)
    _listed(session, batch, 2, valid_to=date(2026, 12, 1))
    _listed(session, batch, 1, withdrawn_on=date(2026, 1, 1))
    taken_back = _listed(session, batch, 1)[0]
    taken_back.voided_at = clock.now()
    session.flush()
    for day in (date(2024, 6, 30), date(2024, 7, 1), date(2026, 1, 1), TODAY, date(2030, 1, 1)):
        summary = directories.get_directory(session, "little_giant", as_of=day).summary
        assert summary.held == len(_all(session, as_of=day))
        assert summary.due == len(_all(session, as_of=day, status=TitleStatus.DUE))


def test_a_product_catalogue_lists_its_products_the_same_way(session: Session) -> None:
    maker, batch = an_enterprise(), a_batch(directory_code="secure_product")
    _added(session, maker, batch)
    for number, owner in enumerate((maker.id, None)):
        name = f"示例数据库{number}"
        product = Product(
            enterprise_id=owner, maker_name="示例公司", name=name, folded=name, version="1.0", category="database"
        )
        _added(session, product)
        entry = ProductListing(
            product_id=product.id,
            directory_code="secure_product",
            batch_id=batch.id,
            name_as_announced=name,
            grade=2,
            valid_from=date(2025, 1, 1),
            valid_to=date(2027, 12, 31),
        )
        _added(session, entry)
    page = directories.rows(session, code="secure_product", as_of=TODAY)
    assert [(row.key, row.product.name if row.product else None) for row in page.items] == [
        (maker.uscc, "示例数据库0"),
        (None, "示例数据库1"),
    ]
    second = directories.rows(session, code="secure_product", as_of=TODAY, limit=1).next_cursor
    assert directories.rows(session, code="secure_product", as_of=TODAY, cursor=second).items == page.items[1:]
    about = directories.get_directory(session, "secure_product", as_of=TODAY)
    assert about.summary.held == 2
    assert [(city.code, city.held) for city in about.cities] == [("440300", 1), (None, 1)]


def _seen(session: Session, day: date) -> list[tuple[int, str, date, date | None, str | None]]:
    """What a list of a day says; present name and key are today's and so left out."""
    rows = _all(session, as_of=day)
    said = [(r.listing_id, r.name_as_announced, r.valid_from, r.valid_to, r.status) for r in rows]
    return sorted(said, key=lambda row: row[0])


def _withdraw(session: Session, listing: Listing, _firm: Enterprise, day: date) -> None:
    listing.withdrawn_on = day
    session.flush()


def _rename(session: Session, _listing: Listing, firm: Enterprise, _day: date) -> None:
    firm.name_zh = "示例改名公司"
    session.flush()


def _announce(session: Session, _listing: Listing, firm: Enterprise, day: date) -> None:
    batch = a_batch()
    _added(session, batch)
    _added(session, a_listing(firm, batch, valid_from=day, valid_to=day + timedelta(days=900)))


def _notice(session: Session, _listing: Listing, firm: Enterprise, _day: date) -> None:
    batch = a_batch(state=BatchState.PUBLIC_NOTICE)
    _added(session, batch)
    _added(session, a_listing(firm, batch, valid_from=START))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    past=st.integers(0, 300),
    acts=st.lists(
        st.tuples(st.sampled_from([_withdraw, _rename, _announce, _notice]), st.integers(0, 3), st.integers(1, 400)),
        max_size=6,
    ),
)
def test_a_past_day_gives_the_same_rows_whatever_happens_later(
    session: Session, past: int, acts: list[tuple[object, int, int]]
) -> None:
    with session.begin_nested() as undo:
        batch = a_batch()
        _added(session, batch)
        listings = _listed(session, batch, 4, valid_from=START, valid_to=START + timedelta(days=200))
        day = START + timedelta(days=past)
        before = _seen(session, day)
        for act, number, later in acts:
            listing = listings[number]
            firm = session.get_one(Enterprise, listing.enterprise_id)
            act(session, listing, firm, day + timedelta(days=later))  # type: ignore[operator]
        assert _seen(session, day) == before
        undo.rollback()


def test_only_what_is_learned_or_taken_back_later_changes_a_past_day(session: Session) -> None:
    batch = a_batch()
    _added(session, batch)
    listing = _listed(session, batch)[0]
    before = _seen(session, TODAY)
    learned_late = _listed(session, batch)[0]
    assert len(_seen(session, TODAY)) == len(before) + 1
    assert learned_late.recorded_at >= listing.recorded_at
    learned_late.voided_at = clock.now()
    session.flush()
    assert _seen(session, TODAY) == before
