"""Published files, exactly: how many firms and titles each gives, that a second time changes nothing, and an undo."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, func, select

from registry.db import reading
from registry.models import Enterprise, EnterpriseName, ImportRow, Listing
from registry.schemas.imports import ImportDetail, ImportOptions
from registry.vocabulary import IdentityState, NameKind, OperatingStatus
from tests.db.lists import alive, bring, counts, take_back

FILINGS = "ai-companies/生成式人工智能服务已备案信息（2024年4月）.csv"
EXPECTED: dict[str, tuple[ImportOptions, dict[str, int], dict[str, int]]] = {
    "company-registrations-2019/registrations.csv.gz": (ImportOptions(), {"new": 35_713}, {}),
    "uscc-lists/shandong-2018.csv": (
        ImportOptions(),
        {"new": 3_649, "unchanged": 1_156, "rejected": 5},
        {"repeated": 1_156, "wrong_check_digit": 5},
    ),
    "uscc-lists/foundries-2021.csv": (ImportOptions(), {"new": 997, "unchanged": 1}, {"repeated": 1}),
    "unicorns/cbinsights-2022-04.csv": (ImportOptions("unicorn", "2022年4月", 2022), {"new": 1_074}, {}),
    FILINGS: (ImportOptions(), {"new": 110, "unchanged": 7}, {"repeated": 7}),
    "ai-companies/llm_companies.csv": (
        ImportOptions("ai_backbone", "示例批次", 2024),
        {"new": 228, "unchanged": 19},
        {"repeated": 19},
    ),
    "listed-companies-2020/listed_companies.csv": (ImportOptions(), {"new": 3_969}, {}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_published_file_comes_in_once_and_goes_out_again(
    sqlite_engine: Engine, real_data: Path, tmp_path: Path, name: str
) -> None:
    options, outcomes, reasons = EXPECTED[name]
    copy = tmp_path / Path(name).name
    copy.write_bytes((real_data / name).read_bytes())
    before = alive(sqlite_engine)
    first = bring(sqlite_engine, copy, options)
    assert (counts(first), first.summary.reasons) == (outcomes, reasons)
    written = alive(sqlite_engine)
    assert len(written["enterprise"]) == outcomes["new"]
    assert len(written["listing"]) == (outcomes["new"] if options.directory else 0)
    assert bring(sqlite_engine, copy, options).summary.id == first.summary.id
    assert alive(sqlite_engine) == written
    report = take_back(sqlite_engine, first.summary.id)
    assert report.enterprises_kept == []
    assert alive(sqlite_engine) == before


@pytest.fixture
def bring_real(sqlite_engine: Engine, real_data: Path, tmp_path: Path) -> Any:
    """Bring a published file in."""

    def call(name: str) -> ImportDetail:
        copy = tmp_path / Path(name).name
        copy.write_bytes((real_data / name).read_bytes())
        return bring(sqlite_engine, copy, EXPECTED[name][0])

    return call


def count(session: Session, *conditions: Any) -> int:
    return int(session.execute(select(func.count()).select_from(Enterprise).where(*conditions)).scalar_one())


def test_every_shandong_row_is_a_code_an_old_number_or_one_of_five_listed(
    sqlite_engine: Engine, bring_real: Any
) -> None:
    detail = bring_real("uscc-lists/shandong-2018.csv")
    assert [(p.row_number, p.value) for p in detail.problems] == [
        (2418, "91371923MA3COKJY73"),
        (3223, "91371626MA3DJEAL1T"),
        (3239, "91371626MA3ER7QK0C"),
        (3243, "91371626MA3NOLHN7H"),
        (3781, "91371421785011768Y"),
    ]
    assert all(problem.candidates for problem in detail.problems)
    assert detail.summary.identified_by == {"uscc": 4_275, "registration_no": 530, "name": 5}
    with reading(sqlite_engine) as session:
        rows = session.exec(select(ImportRow.facts)).all()
        assert sum("uscc" in (facts or {}) for facts in rows) == 4_275
        assert sum("registration_no" in (facts or {}) for facts in rows) == 530
        assert count(session, col(Enterprise.city_code).is_not(None)) > 3_500


def test_registrations_carry_place_capital_and_state(sqlite_engine: Engine, bring_real: Any) -> None:
    bring_real("company-registrations-2019/registrations.csv.gz")
    with reading(sqlite_engine) as session:
        assert count(session, col(Enterprise.city_code) == "440300") == 17_350
        assert count(session, col(Enterprise.registered_capital_cny).is_not(None)) == 32_148
        assert count(session, col(Enterprise.registered_capital_text).is_not(None)) == 69
        assert count(session, col(Enterprise.operating_status) == OperatingStatus.ACTIVE) == 35_713
        assert count(session, col(Enterprise.founded_on).is_not(None)) == 35_713


def test_listed_firms_get_their_zeros_back_and_their_short_and_english_names(
    sqlite_engine: Engine, bring_real: Any
) -> None:
    bring_real("listed-companies-2020/listed_companies.csv")
    with reading(sqlite_engine) as session:
        assert count(session, func.length(col(Enterprise.stock_code)) == 6) == 3_969
        firm = session.exec(select(Enterprise).where(col(Enterprise.stock_code) == "600000")).one()
        assert (firm.name_zh, firm.listed_market) == ("上海浦东发展银行股份有限公司", "上海主板")
        names = session.exec(select(EnterpriseName.kind).where(col(EnterpriseName.enterprise_id) == firm.id)).all()
        assert set(names) == {NameKind.CURRENT, NameKind.SHORT, NameKind.ENGLISH}


def test_trade_names_abroad_are_provisional_and_keep_the_rest_of_the_row(
    sqlite_engine: Engine, bring_real: Any
) -> None:
    bring_real("unicorns/cbinsights-2022-04.csv")
    with reading(sqlite_engine) as session:
        assert count(session, col(Enterprise.identity) == IdentityState.PROVISIONAL) == 1_074
        bolts = session.exec(select(Enterprise.address).where(col(Enterprise.name_zh) == "Bolt")).all()
        assert len(set(bolts)) == 2
        title = session.exec(select(Listing).where(col(Listing.name_as_announced) == "Bytedance")).one()
        assert (title.valid_to, (title.details or {})["Valuation"]) == (None, "$180B")
