"""A title's state in SQL and in Python, over random dates, for both tables of titles."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from registry.models import Batch, Listing, Product, ProductListing
from registry.titles import HELD, Dated, held_on, shown, status_on, title_status
from registry.vocabulary import BatchState, TitleStatus
from tests.factories import a_batch, a_listing, an_enterprise

FIRST = date(2024, 1, 1)
days = st.integers(-200, 400).map(lambda number: FIRST + timedelta(days=number))
states = st.sampled_from([BatchState.FINAL, BatchState.FINAL, BatchState.PUBLIC_NOTICE])
titles = st.tuples(days, st.none() | days, st.none() | days, states)
TOGETHER = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _states(session: Session, table: Dated, on: date, numbers: list[int]) -> dict[int, tuple[str, bool]]:
    query = select(col(table.id), status_on(on, table), held_on(on, table)).join(
        Batch, col(Batch.id) == col(table.batch_id)
    )
    found = session.exec(query.where(shown(table), col(table.id).in_(numbers)))
    return {number: (status, bool(held)) for number, status, held in found}


def _expected(on: date, title: tuple[date, date | None, date | None, BatchState]) -> TitleStatus:
    first, last, withdrawn, state = title
    return title_status(on, valid_from=first, valid_to=last, withdrawn_on=withdrawn, batch_state=state)


@TOGETHER
@given(st.lists(titles, min_size=1, max_size=12), days)
def test_sql_and_python_agree_on_titles_of_enterprises(
    session: Session, given_titles: list[tuple[date, date | None, date | None, BatchState]], on: date
) -> None:
    firm = an_enterprise()
    batches = {state: a_batch(state=state) for state in BatchState}
    session.add_all([firm, *batches.values()])
    session.flush()
    rows = [
        a_listing(firm, batches[state], valid_from=first, valid_to=last, withdrawn_on=withdrawn)
        for first, last, withdrawn, state in given_titles
    ]
    session.add_all(rows)
    session.flush()
    said = _states(session, Listing, on, [row.id for row in rows])
    for row, title in zip(rows, given_titles, strict=True):
        status = _expected(on, title)
        assert said[row.id] == (status.value, status in HELD)


@TOGETHER
@given(titles, days)
def test_sql_and_python_agree_on_entries_of_products(
    session: Session, title: tuple[date, date | None, date | None, BatchState], on: date
) -> None:
    first, last, withdrawn, state = title
    batch = a_batch(directory_code="secure_product", state=state)
    product = Product(maker_name="示例公司", name="示例数据库", folded="示例数据库", version="1.0", category="database")
    session.add_all([batch, product])
    session.flush()
    row = ProductListing(
        product_id=product.id,
        directory_code="secure_product",
        batch_id=batch.id,
        name_as_announced="示例数据库 1.0",
        valid_from=first,
        valid_to=last,
        withdrawn_on=withdrawn,
    )
    session.add(row)
    session.flush()
    status = _expected(on, title)
    assert _states(session, ProductListing, on, [row.id]) == {row.id: (status.value, status in HELD)}
