"""Reading enterprises: where keys lead, many in one line each, one as its page."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.errors import Gone, NotFound
from registry.identity.org_code import org_code_of
from registry.models import (
    Enterprise,
    EnterpriseAddress,
    EnterpriseChain,
    EnterpriseName,
    Fact,
    ImportRow,
    ImportRun,
    Product,
    ProductListing,
    SourceFile,
)
from registry.services.enterprises import get_page, resolve, summaries
from registry.services.keys import provisional_key
from registry.vocabulary import (
    BatchState,
    IdentityState,
    ImportState,
    NameKind,
    OperatingStatus,
    RowOutcome,
    TitleStatus,
    Trust,
)
from tests.factories import a_batch, a_figure, a_listing, a_uscc, an_enterprise

TODAY = date(2026, 11, 20)


def _added(session: Session, *rows: object) -> None:
    session.add_all(rows)
    session.flush()


def _provisional(session: Session, **more: object) -> Enterprise:
    firm = an_enterprise(identity=IdentityState.PROVISIONAL, uscc=None, **more)
    _added(session, firm)
    _added(session, EnterpriseAddress(key=provisional_key(firm.id), enterprise_id=firm.id))
    return firm


def _archived_row(session: Session, number: int = 7) -> ImportRow:
    file = SourceFile(sha256="0" * 64, filename="示例.xlsx", media_type="x", size=1)
    _added(session, file)
    run = ImportRun(
        source_file_id=file.id, options_hash="x", state=ImportState.WRITTEN, understood={}, counts={}, actor="测试"
    )
    _added(session, run)
    row = ImportRow(import_id=run.id, sheet="Sheet1", row_number=number, cells=[], outcome=RowOutcome.NEW)
    _added(session, row)
    return row


def test_a_code_leads_to_its_enterprise_in_any_dress(session: Session) -> None:
    firm = an_enterprise()
    _added(session, firm)
    code = firm.uscc or ""
    assert resolve(session, code).model_dump() == {
        "enterprise_id": firm.id,
        "canonical_key": code,
        "moved": False,
        "merged_from": None,
    }
    dressed = f" {code[:6].lower()} {code[6:]}"
    org = org_code_of(code)
    for key in (dressed, org, f"{org[:8]}-{org[8]}", org.lower()):
        found = resolve(session, key)
        assert (found.enterprise_id, found.canonical_key, found.moved) == (firm.id, code, True)


def test_a_registration_number_leads_to_the_only_enterprise_that_has_it(session: Session) -> None:
    firm = an_enterprise(registration_no="440301103097413")
    _added(session, firm)
    assert resolve(session, "440301103097413").enterprise_id == firm.id
    _added(session, an_enterprise(registration_no="440301103097413"))
    with pytest.raises(NotFound):
        resolve(session, "440301103097413")


def test_a_provisional_key_is_canonical_until_there_is_a_code(session: Session) -> None:
    firm = _provisional(session)
    found = resolve(session, provisional_key(firm.id))
    assert (found.enterprise_id, found.moved) == (firm.id, False)
    assert resolve(session, provisional_key(firm.id).lower()).moved


def test_an_unknown_key_is_not_found_and_close_codes_are_named(session: Session) -> None:
    firm = an_enterprise()
    _added(session, firm)
    code = firm.uscc or ""
    wrong = code[:10] + ("2" if code[10] != "2" else "3") + code[11:]
    with pytest.raises(NotFound) as refused:
        resolve(session, wrong)
    assert code in refused.value.text.zh
    assert code in refused.value.text.en


@pytest.mark.parametrize("key", ["", "  ", "x" * 10_000, "'; DROP TABLE x", "9" * 18, "P999999999", "\x00", "〇"])
def test_a_hopeless_key_is_not_found(session: Session, key: str) -> None:
    with pytest.raises(NotFound) as refused:
        resolve(session, key)
    assert len(refused.value.text.zh) < 300


def test_a_valid_code_that_is_not_here_names_codes_of_the_same_organisation(session: Session) -> None:
    firm = an_enterprise(uscc=a_uscc(999_001, region="440300"))
    _added(session, firm)
    with pytest.raises(NotFound) as refused:
        resolve(session, a_uscc(999_001, region="440100"))
    assert (firm.uscc or "") in refused.value.text.zh


def test_the_record_of_an_undone_import_is_gone(session: Session) -> None:
    firm = an_enterprise()
    firm.voided_at = firm.created_at
    _added(session, firm)
    with pytest.raises(Gone):
        resolve(session, firm.uscc or "")


def test_summaries_come_in_the_given_order_with_titles_and_chains(session: Session) -> None:
    first, second = an_enterprise(name_zh="示例甲公司"), _provisional(session, name_zh="示例乙公司", city_code=None)
    batch = a_batch()
    _added(session, first, batch)
    _added(
        session,
        a_listing(first, batch),
        EnterpriseChain(enterprise_id=first.id, chain_code="five_g", basis="industry"),
        EnterpriseChain(enterprise_id=first.id, chain_code="integrated_circuits", basis="declared"),
    )
    found = summaries(session, [second.id, first.id, 10**12], as_of=TODAY)
    assert [summary.name for summary in found] == ["示例乙公司", "示例甲公司"]
    assert found[0].key == provisional_key(second.id)
    assert (found[0].city_name, found[0].titles) == (None, [])
    assert (found[1].key, found[1].city_name, found[1].city_name_en) == (first.uscc, "深圳市", "Shenzhen")
    assert found[1].chains == ["integrated_circuits", "five_g"]
    assert [title.status for title in found[1].titles] == [TitleStatus.VALID]
    assert summaries(session, [], as_of=TODAY) == []


def test_summaries_take_three_queries_whatever_their_number(engine: Engine, session: Session) -> None:
    batch = a_batch()
    firms = [an_enterprise() for _ in range(20)]
    _added(session, batch, *firms)
    _added(session, *(a_listing(firm, batch) for firm in firms))
    ids = [firm.id for firm in firms]
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    summaries(session, ids, as_of=TODAY)
    assert len(said) == 3


def test_titles_are_ordered_by_standing_and_point_to_their_row(session: Session) -> None:
    firm = an_enterprise()
    row = _archived_row(session)
    batches = {
        "held": a_batch(),
        "provincial": a_batch(directory_code="srdi_sme"),
        "notice": a_batch(state=BatchState.PUBLIC_NOTICE),
        "draft": a_batch(state=BatchState.DRAFT),
        "old": a_batch(directory_code="hte"),
        "gone": a_batch(directory_code="ai_backbone"),
    }
    _added(session, firm, *batches.values())
    _added(
        session,
        a_listing(firm, batches["gone"], withdrawn_on=date(2025, 1, 1), withdrawal_reason="示例原因"),
        a_listing(firm, batches["old"], valid_from=date(2019, 1, 1), valid_to=date(2021, 12, 31)),
        a_listing(firm, batches["notice"], valid_from=date(2027, 7, 1), valid_to=date(2030, 6, 30)),
        a_listing(firm, batches["draft"]),
        a_listing(firm, batches["provincial"], valid_to=date(2026, 12, 31)),
        a_listing(firm, batches["held"], import_row_id=row.id),
    )
    page = get_page(session, firm.uscc or "", as_of=TODAY)
    assert [(title.directory_code, title.status.value, title.days_left) for title in page.titles] == [
        ("little_giant", "valid", 222),
        ("srdi_sme", "due", 41),
        ("little_giant", "public_notice", None),
        ("hte", "expired", None),
        ("ai_backbone", "withdrawn", None),
    ]
    ref = page.titles[0].document_ref
    assert ref is not None
    assert ref.model_dump() == {"import_id": row.import_id, "row_id": row.id, "row_number": 7, "sheet": "Sheet1"}
    assert (page.held_count, page.notice_count) == (2, 1)
    assert [(alert.code, alert.severity) for alert in page.alerts] == [
        ("title_withdrawn", "critical"),
        ("title_due", "warning"),
        ("title_expired", "notice"),
    ]
    assert "示例原因" in page.alerts[0].text.zh
    assert "41 天" in page.alerts[1].text.zh


def test_a_due_title_says_that_the_next_term_is_in_public_notice(session: Session) -> None:
    firm, now, following = an_enterprise(), a_batch(), a_batch(state=BatchState.PUBLIC_NOTICE)
    _added(session, firm, now, following)
    _added(session, a_listing(firm, now, valid_to=date(2026, 12, 31)), a_listing(firm, following))
    (alert,) = get_page(session, firm.uscc or "", as_of=TODAY).alerts
    assert alert.code == "title_due"
    assert "公示不是最终结果" in alert.text.zh


def test_the_timeline_counts_months_from_january_seven_years_back(session: Session) -> None:
    firm, batch = an_enterprise(), a_batch()
    _added(session, firm, batch)
    _added(
        session,
        a_listing(firm, batch, valid_from=date(2023, 12, 1), valid_to=date(2026, 12, 31)),
        a_listing(firm, batch, valid_from=date(2018, 6, 1), valid_to=date(2021, 1, 31)),
        a_listing(firm, batch, valid_from=date(2025, 2, 1), valid_to=None),
        a_listing(firm, batch, valid_from=date(2010, 1, 1), valid_to=date(2012, 12, 31)),
        a_listing(firm, batch, valid_from=date(2022, 1, 1), withdrawn_on=date(2022, 3, 5)),
    )
    timeline = get_page(session, firm.uscc or "", as_of=TODAY).timeline
    assert (timeline.first_year, timeline.as_of_month) == (2019, 94)
    (row,) = timeline.rows
    assert [(bar.start_month, bar.end_month, bar.begins_before, bar.ends_after) for bar in row.bars] == [
        (0, 25, True, False),
        (36, 39, False, False),
        (59, 96, False, False),
        (73, 120, False, True),
    ]


def test_figures_of_different_trust_stand_side_by_side_and_a_conflict_is_seen(session: Session) -> None:
    firm = an_enterprise()
    _added(session, firm)
    _added(
        session,
        a_figure(firm, year=2024, value=18_900, trust=Trust.DECLARED),
        a_figure(firm, year=2024, value=18_640, trust=Trust.AUDITED),
        a_figure(firm, year=2025, value=21_730),
        a_figure(firm, year=2022, name="employees", value=100),
        a_figure(firm, year=2027, value=1),
    )
    page = get_page(session, firm.uscc or "", as_of=TODAY)
    assert page.figures.years == [2022, 2023, 2024, 2025]
    revenue, employees = page.figures.rows
    assert (revenue.name, revenue.label.zh, revenue.unit.zh, revenue.kind) == ("revenue", "营业收入", "元", "money")
    assert [len(cell.values) for cell in revenue.cells] == [0, 0, 2, 1]
    assert [cell.conflict for cell in revenue.cells] == [False, False, True, False]
    assert [value.trust for value in revenue.cells[2].values] == [Trust.AUDITED, Trust.DECLARED]
    assert revenue.change == Decimal("0.1658")
    assert employees.change is None
    assert [alert.code for alert in page.alerts] == ["conflicting_figures"]
    assert "2024 年营业收入" in page.alerts[0].text.zh


def test_facts_names_products_and_chains_are_on_the_page(session: Session) -> None:
    firm = an_enterprise(operating_status=OperatingStatus.CANCELLED)
    batch = a_batch(directory_code="secure_product")
    _added(session, firm, batch)
    product = Product(enterprise_id=firm.id, maker_name=firm.name_zh, name="示例芯片", folded="x", category="chip")
    _added(session, product)
    _added(
        session,
        Fact(enterprise_id=firm.id, name="class1_ip", value=6, known_on=TODAY, trust=Trust.OFFICIAL, source="示例"),
        EnterpriseName(
            enterprise_id=firm.id,
            name="深圳市示例旧名有限公司",
            folded="x",
            kind=NameKind.FORMER,
            valid_to=date(2018, 8, 19),
        ),
        EnterpriseName(enterprise_id=firm.id, name=firm.name_zh, folded="x", kind=NameKind.CURRENT),
        EnterpriseChain(enterprise_id=firm.id, chain_code="five_g", basis="industry"),
        ProductListing(
            product_id=product.id,
            directory_code="secure_product",
            batch_id=batch.id,
            name_as_announced="示例芯片 2.1",
            grade=2,
            valid_from=date(2025, 5, 20),
            valid_to=date(2028, 5, 19),
        ),
    )
    page = get_page(session, firm.uscc or "", as_of=TODAY)
    assert [(fact.name, fact.value, fact.unit.zh) for fact in page.facts] == [("class1_ip", 6, "件")]
    assert [(name.name, name.kind) for name in page.names] == [("深圳市示例旧名有限公司", NameKind.FORMER)]
    assert [(chain.code, chain.basis) for chain in page.chains] == [("five_g", "industry")]
    assert [(entry.status, entry.grade) for entry in page.products[0].entries] == [(TitleStatus.VALID, 2)]
    assert page.profile.industry_name == "集成电路制造"
    assert page.profile.region_name is not None
    assert page.profile.region_name.zh == "深圳市南山区"
    assert page.alerts[0].code == "cancelled"


def test_a_name_printed_otherwise_is_told_but_another_dress_of_it_is_not(session: Session) -> None:
    firm, batch = an_enterprise(name_zh="示例（深圳）有限公司"), a_batch()
    _added(session, firm, batch)
    _added(session, a_listing(firm, batch, name_as_announced="示例(深圳) 有限公司"))
    assert get_page(session, firm.uscc or "", as_of=TODAY).alerts == []
    _added(session, a_listing(firm, batch, name_as_announced="示例旧名有限公司"))
    assert [alert.code for alert in get_page(session, firm.uscc or "", as_of=TODAY).alerts] == ["name_differs"]


def test_a_code_that_fails_its_check_and_a_missing_code_are_told(session: Session) -> None:
    code = a_uscc()
    wrong = an_enterprise(uscc=code[:-1] + ("0" if code[-1] != "0" else "1"))
    _added(session, wrong)
    assert [alert.code for alert in get_page(session, wrong.uscc or "", as_of=TODAY).alerts] == ["code_fault"]
    unknown = _provisional(session)
    assert [a.code for a in get_page(session, provisional_key(unknown.id), as_of=TODAY).alerts] == ["no_code"]


def test_the_page_is_the_one_of_its_day(session: Session) -> None:
    firm, batch = an_enterprise(), a_batch()
    _added(session, firm, batch)
    _added(session, a_listing(firm, batch))
    states = [
        get_page(session, firm.uscc or "", as_of=day).titles[0].status
        for day in (date(2024, 6, 30), date(2024, 7, 1), date(2027, 5, 1), date(2027, 7, 1))
    ]
    assert states == [TitleStatus.FUTURE, TitleStatus.VALID, TitleStatus.DUE, TitleStatus.EXPIRED]
