"""Every number of a plan is exactly its rows, and the parts add up, over made-up registries on both engines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from registry.models import Batch, EnterpriseChain, Listing
from registry.services.targets.board import get_board
from registry.services.targets.catalogue import NO_CHAIN
from registry.services.targets.counting import View
from registry.services.targets.matrix import get_matrix
from registry.services.targets.rows import Asked, plan_rows, rows_head
from registry.titles import HELD, title_status
from registry.vocabulary import BatchState, TitleStatus, Trust
from tests.factories import a_batch, a_figure, a_listing, an_enterprise

PLAN = "electronics_2019_2022"
TODAY = date(2026, 5, 6)
CITIES = ("440100", "440300", "445100", "110100", None)
"""One of them in another province, one not known: neither counts."""
CHAINS = ("integrated_circuits", "uhd_video", "software_services")
DIRECTORIES = ("hte", "leading_10bn", "leading_100bn", "champion_national", "champion_provincial", "ai_backbone")
TOGETHER = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@dataclass(frozen=True)
class Title:
    directory: str
    start: int
    length: int | None
    withdrawn: int | None
    state: BatchState


@dataclass(frozen=True)
class Firm:
    city: str | None
    chains: frozenset[str]
    titles: tuple[Title, ...]
    figures: tuple[tuple[str, int, Trust, int, bool], ...]
    gone: bool


titles = st.builds(
    Title,
    directory=st.sampled_from(DIRECTORIES),
    start=st.integers(-2700, 200),
    length=st.none() | st.integers(0, 1400),
    withdrawn=st.none() | st.integers(-600, 150),
    state=st.sampled_from((BatchState.FINAL, BatchState.FINAL, BatchState.PUBLIC_NOTICE, BatchState.DRAFT)),
)
figures = st.tuples(
    st.sampled_from(("revenue", "rd_expense")),
    st.sampled_from((2025, 2024, 2022)),
    st.sampled_from(Trust),
    st.integers(0, 10**12),
    st.booleans(),
)
firms = st.builds(
    Firm,
    city=st.sampled_from(CITIES),
    chains=st.frozensets(st.sampled_from(CHAINS)),
    titles=st.lists(titles, max_size=3).map(tuple),
    figures=st.lists(figures, max_size=5, unique_by=lambda one: one[:3]).map(tuple),
    gone=st.sampled_from((False, False, False, True)),
)
registries = st.lists(firms, max_size=8)
days = st.integers(-1500, 300).map(lambda number: TODAY + timedelta(days=number))


@contextmanager
def filled(session: Session, made: Sequence[Firm]) -> Iterator[None]:
    """These firms, for as long as the block runs."""
    inside = session.begin_nested()
    batches = {
        (directory, state): a_batch(directory_code=directory, state=state)
        for directory in DIRECTORIES
        for state in (BatchState.FINAL, BatchState.PUBLIC_NOTICE, BatchState.DRAFT)
    }
    session.add_all(batches.values())
    session.flush()
    for firm in made:
        _add(session, firm, batches)
    session.flush()
    yield
    inside.rollback()


def _add(session: Session, firm: Firm, batches: dict[tuple[str, BatchState], Batch]) -> None:
    row = an_enterprise(city_code=firm.city, region_code=firm.city)
    if firm.gone:
        row.voided_at = row.created_at
    session.add(row)
    session.flush()
    session.add_all(EnterpriseChain(enterprise_id=row.id, chain_code=code, basis="declared") for code in firm.chains)
    for title in firm.titles:
        session.add(_listing(title, row, batches))
    for name, year, trust, value, published in firm.figures:
        session.add(a_figure(row, name=name, year=year, trust=trust, value=Decimal(value), published=published))


def _listing(title: Title, row: object, batches: dict[tuple[str, BatchState], Batch]) -> Listing:
    start = TODAY + timedelta(days=title.start)
    return a_listing(
        row,  # type: ignore[arg-type]
        batches[title.directory, title.state],
        valid_from=start,
        valid_to=None if title.length is None else start + timedelta(days=title.length),
        withdrawn_on=None if title.withdrawn is None else TODAY + timedelta(days=title.withdrawn),
    )


def status_of(title: Title, on: date) -> TitleStatus:
    start = TODAY + timedelta(days=title.start)
    return title_status(
        on,
        valid_from=start,
        valid_to=None if title.length is None else start + timedelta(days=title.length),
        withdrawn_on=None if title.withdrawn is None else TODAY + timedelta(days=title.withdrawn),
        batch_state=title.state,
    )


def holds(firm: Firm, directories: Sequence[str], on: date) -> bool:
    """By hand, in Python: a firm of the province that stands for itself and holds one of these titles."""
    own = [one for one in firm.titles if one.directory in directories and one.state is not BatchState.DRAFT]
    return not firm.gone and (firm.city or "").startswith("44") and any(status_of(one, on) in HELD for one in own)


@TOGETHER
@given(made=registries, day=days)
def test_every_count_of_the_board_is_its_rows_and_what_a_hand_would_count(
    session: Session, made: list[Firm], day: date
) -> None:
    with filled(session, made):
        board = get_board(session, PLAN, as_of=day)
        lines = {line.code: line for group in board.groups for line in group.indicators}
        for line in lines.values():
            if not line.by_titles or line.forecast is None:
                continue
            numbers = {
                View.NOW: int(line.now.value) if line.now else 0,
                View.FORECAST: line.forecast.value,
                View.LEAVING: line.forecast.leaving,
                View.JOINING: line.forecast.joining,
            }
            for view, number in numbers.items():
                page = plan_rows(session, Asked(PLAN, line.code, day, view=view), limit=200)
                assert (page.total, len(page.items)) == (number, number), (line.code, view)
                assert all(row.titles for row in page.items)
            assert line.forecast.value == numbers[View.NOW] - line.forecast.leaving + line.forecast.joining
        champions = [firm for firm in made if firm.chains and holds(firm, DIRECTORIES[3:5], day)]
        assert _count(lines["single_champions"].now) == len(champions)
        assert _count(lines["ai_backbone"].now) == len([firm for firm in made if holds(firm, DIRECTORIES[5:], day)])
        for year in (2019, 2022):
            end = date(year, 12, 31)
            point = next(one for one in lines["high_tech_firms"].years if one.year == year)
            by_hand = len([firm for firm in made if firm.chains and holds(firm, ("hte",), end)])
            assert _count(point.actual) == (by_hand if end <= day else 0)


def _count(actual: object) -> int:
    return int(getattr(actual, "value", 0))


@TOGETHER
@given(made=registries, day=days)
def test_cells_add_up_to_their_chain_and_each_firm_counts_once_in_the_totals(
    session: Session, made: list[Firm], day: date
) -> None:
    with filled(session, made):
        for indicator in ("high_tech_firms", "ai_backbone"):
            matrix = get_matrix(session, PLAN, as_of=day, indicator=indicator)
            assert matrix is not None
            for row in matrix.rows:
                assert row.total == sum(cell.value for cell in row.cells)
                assert _rows(session, indicator, day, chain=row.chain) == row.total
                for cell in row.cells:
                    if cell.value:
                        assert _rows(session, indicator, day, city=cell.city, chain=row.chain) == cell.value
            for city, total in zip(matrix.cities, matrix.city_totals, strict=True):
                if city in CITIES:
                    assert _rows(session, indicator, day, city=city) == total
            assert (
                _rows(session, indicator, day, chain=NO_CHAIN) == matrix.outside_chains == sum(matrix.outside_by_city)
            )
            assert _rows(session, indicator, day) == matrix.total == sum(matrix.city_totals)
            assert sum(row.total for row in matrix.rows) + matrix.outside_chains == matrix.total + matrix.repeated


def _rows(session: Session, indicator: str, day: date, city: str | None = None, chain: str | None = None) -> int:
    page = plan_rows(session, Asked(PLAN, indicator, day, city=city, chain=chain), limit=200)
    assert len(page.items) == page.total
    return page.total


@TOGETHER
@given(made=registries, day=st.sampled_from((TODAY, date(2022, 12, 31), date(2025, 12, 30), date(2024, 1, 1))))
def test_every_sum_and_share_is_made_of_exactly_the_figures_in_its_rows(
    session: Session, made: list[Firm], day: date
) -> None:
    with filled(session, made):
        lines = {line.code: line for group in get_board(session, PLAN, as_of=day).groups for line in group.indicators}
        for code in ("software_revenue", "integrated_circuits", "uhd_video", "new_display"):
            page = plan_rows(session, Asked(PLAN, code, day), limit=200)
            total = sum((row.figures[0].value for row in page.items), Decimal(0))
            now = lines[code].now
            assert (now.value if now else None) == (total if page.items else None)
            assert (now.firms if now else 0) == page.total
            assert rows_head(session, Asked(PLAN, code, day)).value == (now.value if now else None)
            parts = [rows_head(session, Asked(PLAN, code, day, city=city)) for city in ("440100", "440300", "445100")]
            assert sum((part.value or Decimal(0) for part in parts), Decimal(0)) == total
        page = plan_rows(session, Asked(PLAN, "leaders_rd", day), limit=200)
        tops = sum((row.figures[0].value for row in page.items), Decimal(0))
        bottoms = sum((row.figures[1].value for row in page.items), Decimal(0))
        share = lines["leaders_rd"].now
        assert (share.value if share else None) == ((tops / bottoms).quantize(Decimal("0.0001")) if bottoms else None)
        expected = _software(made, day)
        assert lines["software_revenue"].now is None or lines["software_revenue"].now.value == expected
        assert lines["software_revenue"].now is not None or not expected


def _software(made: Sequence[Firm], day: date) -> int:
    """By hand: of each firm of the chain in the province its most trusted published revenue of the last full year."""
    year = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    total = 0
    for firm in made:
        if firm.gone or not (firm.city or "").startswith("44") or "software_services" not in firm.chains:
            continue
        known = {
            trust: value
            for name, of, trust, value, published in firm.figures
            if name == "revenue" and of == year and published
        }
        total += next((known[trust] for trust in Trust if trust in known), 0)
    return total


def test_pages_continue_where_the_last_one_ended_and_hold_every_firm_once(session: Session) -> None:
    title = Title("hte", -100, None, None, BatchState.FINAL)
    with filled(session, [Firm("440300", frozenset(CHAINS[:2]), (title,), (), False)] * 5):
        asked, keys, cursor = Asked(PLAN, "high_tech_firms", TODAY), [], None
        for _ in range(3):
            page = plan_rows(session, asked, cursor=cursor, limit=2)
            keys += [row.key for row in page.items]
            cursor = page.next_cursor
        assert cursor is None
        assert len(keys) == len(set(keys)) == page.total == 5


def test_figures_are_only_those_the_public_may_see(session: Session) -> None:
    hidden = (("revenue", 2025, Trust.AUDITED, 7, False), ("revenue", 2025, Trust.DECLARED, 5, True))
    with filled(session, [Firm("440300", frozenset({"uhd_video"}), (), hidden, False)]):
        head = rows_head(session, Asked(PLAN, "uhd_video", TODAY))
        (row,) = plan_rows(session, Asked(PLAN, "uhd_video", TODAY)).items
    assert head.value == 5
    assert [(int(one.value), one.trust) for one in row.figures] == [(5, Trust.DECLARED)]
