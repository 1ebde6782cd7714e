"""Lists staged, written and undone, on both engines."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from import_scripts.reading import open_file
from registry.db import reading, transaction
from registry.errors import Conflict, FileRefused, Gone, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import Batch, Enterprise, EnterpriseAddress, EnterpriseName, ImportRow, Listing
from registry.policies import Actor, Grant
from registry.schemas.imports import ImportOptions
from registry.services.audit import verify_chain
from registry.services.documents import get_document_row, open_archived
from registry.services.imports.browsing import list_imports
from registry.services.imports.staging import stage
from registry.services.imports.writing import write
from registry.settings import Settings
from registry.vocabulary import BatchState, IdentityState, ImportState, NameKind, Role
from tests.db.lists import WE, alive, bring, counts, firms, take_back
from tests.unit.imports.files import HEADER, csv_file

CODE_A, CODE_B = "91350100M000100Y43", "91350900587527783P"
OLD_NUMBER = "370181600061089"
LIST = ImportOptions(
    directory="little_giant", batch="第八批", announced_on=date(2026, 5, 6), document_no="示信〔2026〕1号"
)


@pytest.fixture
def firm_list(tmp_path: Path) -> Path:
    return csv_file(
        tmp_path,
        HEADER,
        ("1", "福州示例甲科技有限公司", CODE_A, "福建省福州市"),
        ("2", "示例乙（宁德）有限公司", CODE_B, "宁德市"),
        ("3", "章丘示例丙工厂", OLD_NUMBER, "山东济南"),
        ("4", "示例丁研究院", "", "北京市"),
    )


def test_a_list_becomes_firms_titles_and_a_batch(engine: Engine, firm_list: Path) -> None:
    detail = bring(engine, firm_list, LIST)
    assert counts(detail) == {"new": 4}
    assert detail.summary.state is ImportState.WRITTEN
    with reading(engine) as session:
        a, b, c, d = firms(session)
        assert (a.uscc, a.name_zh, a.region_code, a.city_code) == (CODE_A, "福州示例甲科技有限公司", "350100", "350100")
        assert [each.identity for each in (a, b, c, d)] == [IdentityState.IDENTIFIED] * 2 + [
            IdentityState.PROVISIONAL
        ] * 2
        assert (c.uscc, c.registration_no) == (None, OLD_NUMBER)
        batch = session.exec(select(Batch)).one()
        assert (batch.label, batch.year, batch.state) == ("第八批", 2026, BatchState.FINAL)
        assert (batch.document_no, batch.announced_on) == ("示信〔2026〕1号", date(2026, 5, 6))
        titles = session.exec(select(Listing).order_by(col(Listing.id))).all()
        assert [(t.enterprise_id, t.name_as_announced) for t in titles] == [(f.id, f.name_zh) for f in (a, b, c, d)]
        assert {(t.valid_from, t.valid_to) for t in titles} == {(date(2026, 5, 6), date(2029, 5, 5))}
        assert titles[0].details == {"所在地": "福建省福州市"}
        assert session.get_one(ImportRow, titles[2].import_row_id).row_number == 4
        keys = session.exec(select(EnterpriseAddress.key).order_by(col(EnterpriseAddress.enterprise_id))).all()
        assert list(keys) == [CODE_A, CODE_B, f"P{c.id:09d}", f"P{d.id:09d}"]
        assert verify_chain(session)[1] is None


def test_the_same_file_again_changes_nothing(engine: Engine, firm_list: Path) -> None:
    first = bring(engine, firm_list, LIST)
    before = alive(engine)
    assert bring(engine, firm_list, LIST).summary.id == first.summary.id
    assert alive(engine) == before


def test_the_same_rows_in_another_file_change_nothing(engine: Engine, firm_list: Path, tmp_path: Path) -> None:
    bring(engine, firm_list, LIST)
    before = alive(engine)
    other = tmp_path / "again.csv"
    other.write_text(firm_list.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    assert counts(bring(engine, other, LIST)) == {"unchanged": 4}
    assert alive(engine) == before


def test_an_undo_puts_everything_back_and_the_file_can_come_again(engine: Engine, firm_list: Path) -> None:
    before = alive(engine)
    first = bring(engine, firm_list, LIST)
    written = alive(engine)
    report = take_back(engine, first.summary.id)
    assert (report.listings_voided, report.enterprises_voided, report.names_removed) == (4, 4, 4)
    assert alive(engine) == before
    again = bring(engine, firm_list, LIST)
    assert counts(again) == {"new": 4}
    now = alive(engine)
    assert {table: len(rows) for table, rows in now.items()} == {table: len(rows) for table, rows in written.items()}
    # A firm with a code comes back under its old number; its address never meant another.
    assert {row["id"] for row in now["enterprise"]} >= {row["id"] for row in written["enterprise"] if row["uscc"]}


def test_an_undone_import_cannot_be_undone_or_written(engine: Engine, firm_list: Path) -> None:
    number = bring(engine, firm_list, LIST).summary.id
    take_back(engine, number)
    with pytest.raises(InvalidTransition):
        take_back(engine, number)
    with pytest.raises(InvalidTransition), transaction(engine) as session:
        write(session, import_id=number, actor=WE)
    with pytest.raises(NotFound):
        take_back(engine, 999)


def test_an_undo_keeps_a_firm_that_a_later_import_lists(engine: Engine, firm_list: Path, tmp_path: Path) -> None:
    first = bring(engine, firm_list)
    later = csv_file(tmp_path, HEADER, ("1", "福州示例甲科技有限公司", CODE_A, ""), name="later.csv")
    bring(engine, later, LIST)
    report = take_back(engine, first.summary.id)
    assert [(each.key, each.because) for each in report.enterprises_kept] == [(CODE_A, "import_row")]
    with reading(engine) as session:
        assert [firm.uscc for firm in firms(session)] == [CODE_A]
        assert session.exec(select(EnterpriseName.name)).all() == ["福州示例甲科技有限公司"]


def test_a_known_firm_is_filled_never_overwritten_and_an_undo_empties_it_again(engine: Engine, tmp_path: Path) -> None:
    bring(engine, csv_file(tmp_path, ("企业名称", "网址"), ("福州示例甲科技有限公司", "a.example.com"), name="one.csv"))
    before = alive(engine)
    second = csv_file(
        tmp_path,
        ("企业名称", "统一社会信用代码", "网址", "成立日期", "注册资本", "登记状态", "行业代码", "英文名称"),
        ("福州示例甲科技有限公司", CODE_A, "b.example.com", "2012-03-04", "500万元", "存续", "3973", "Example A Ltd"),
        name="two.csv",
    )
    detail = bring(engine, second)
    assert counts(detail) == {"matched": 1}
    with reading(engine) as session:
        (firm,) = firms(session)
        assert (firm.uscc, firm.identity, firm.website) == (CODE_A, IdentityState.IDENTIFIED, "a.example.com")
        assert (firm.founded_on, firm.registered_capital_cny) == (date(2012, 3, 4), 5_000_000)
        keys = session.exec(select(EnterpriseAddress.key).order_by(col(EnterpriseAddress.key))).all()
        assert list(keys) == [CODE_A, f"P{firm.id:09d}"]
    assert counts(bring(engine, csv_file(tmp_path, ("公司名称", "代码"), ("福州示例甲科技有限公司", CODE_A)))) == {
        "unchanged": 1
    }
    report = take_back(engine, detail.summary.id)
    assert report.names_removed == 1
    assert alive(engine) == before


def test_an_undo_leaves_a_value_somebody_changed_since(engine: Engine, tmp_path: Path) -> None:
    bring(engine, csv_file(tmp_path, ("企业名称",), ("示例丁研究院",), name="one.csv"))
    filled = bring(engine, csv_file(tmp_path, ("企业名称", "网址"), ("示例丁研究院", "a.example.com"), name="two.csv"))
    with transaction(engine) as session:
        firms(session)[0].website = "c.example.com"
    report = take_back(engine, filled.summary.id)
    assert (report.values_cleared, report.values_kept) == (0, 1)


def test_one_firm_on_several_rows_is_one_firm_with_one_title(engine: Engine, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        ("公司", "大模型", "省市"),
        ("示例甲", "示例一号", "北京"),
        ("示例乙", "示例二号", "浙江杭州"),
        ("示例甲", "示例三号", "北京"),
    )
    detail = bring(engine, path, ImportOptions(directory="ai_backbone", year=2024))
    assert counts(detail) == {"new": 2, "unchanged": 1}
    with reading(engine) as session:
        rows = session.exec(select(ImportRow).order_by(col(ImportRow.id))).all()
        assert rows[2].enterprise_id == rows[0].enterprise_id is not None
        assert "第 2 行" in (rows[2].reason_zh or "")
        assert len(session.exec(select(Listing)).all()) == 2


def test_rows_that_cannot_be_read_are_listed_with_the_reason_and_not_lost(engine: Engine, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        HEADER,
        ("1", "福州示例甲科技有限公司", "91350100M000100Y44", ""),
        ("2", "示例乙有限公司", "9.13501E+17", ""),
        ("3", "示例丙有限公司", "不详", ""),
        ("4", "", CODE_A, ""),
        ("5", "合计", "", ""),
        ("6", "示" * 301, "", ""),
        ("7", "'; DROP TABLE enterprise; --", "", "深圳"),
    )
    detail = bring(engine, path)
    assert counts(detail) == {"new": 1, "rejected": 6}
    reasons = [(each.row_number, each.reason_code, each.column) for each in detail.problems]
    assert reasons == [
        (2, "wrong_check_digit", "统一社会信用代码"),
        (3, "scientific_code", "统一社会信用代码"),
        (4, "malformed_code", "统一社会信用代码"),
        (5, "empty_name", "企业名称"),
        (6, "not_a_record", "企业名称"),
        (7, "name_too_long", "企业名称"),
    ]
    assert CODE_A in [candidate.key for candidate in detail.problems[0].candidates]
    assert detail.problems[0].value == "91350100M000100Y44"
    with reading(engine) as session:
        assert [firm.name_zh for firm in firms(session)] == ["'; DROP TABLE enterprise; --"]


def test_a_lost_code_whose_name_fits_one_firm_waits_for_a_person(
    engine: Engine, firm_list: Path, tmp_path: Path
) -> None:
    bring(engine, firm_list)
    path = csv_file(tmp_path, HEADER, ("1", "福州示例甲科技有限公司", "9.13501E+17", ""), name="lost.csv")
    detail = bring(engine, path)
    assert counts(detail) == {"ambiguous": 1}
    assert [candidate.key for candidate in detail.problems[0].candidates] == [CODE_A]


def test_a_code_known_under_another_name_is_matched_and_the_name_noted(
    engine: Engine, firm_list: Path, tmp_path: Path
) -> None:
    bring(engine, firm_list)
    path = csv_file(tmp_path, HEADER, ("1", "福州示例甲集团有限公司", CODE_A, ""), name="renamed.csv")
    detail = bring(engine, path, LIST)
    assert counts(detail) == {"matched": 1}
    assert detail.summary.reasons == {"name_differs": 1}
    with reading(engine) as session:
        assert session.exec(select(Listing.name_as_announced)).one() == "福州示例甲集团有限公司"
        assert (
            session.exec(select(Enterprise.name_zh).where(col(Enterprise.uscc) == CODE_A)).one()
            == "福州示例甲科技有限公司"
        )


@pytest.mark.parametrize(
    ("name", "outcome", "by"),
    [
        ("示例乙（宁德）有限公司", "matched", "name"),
        ("示例乙(宁德)有限公司", "matched", "folded_name"),
        ("示例老乙有限公司", "matched", "former_name"),
        ("乙牌", "ambiguous", None),
        ("示例新乙（宁德）有限公司", "new", None),
    ],
)
def test_names_match_when_certain(
    engine: Engine, firm_list: Path, tmp_path: Path, name: str, outcome: str, by: str | None
) -> None:
    bring(engine, firm_list)
    with transaction(engine) as session:
        firm = session.exec(select(Enterprise).where(col(Enterprise.uscc) == CODE_B)).one()
        for other, kind in (("示例老乙有限公司", NameKind.FORMER), ("乙牌", NameKind.SHORT)):
            session.add(EnterpriseName(enterprise_id=firm.id, name=other, folded=other, kind=kind))
    detail = bring(engine, csv_file(tmp_path, ("企业名称",), (name,), name="names.csv"), LIST)
    assert counts(detail) == {outcome: 1}
    with reading(engine) as session:
        row = session.exec(select(ImportRow).where(col(ImportRow.import_id) == detail.summary.id)).one()
        assert row.matched_by == by


def test_two_firms_of_one_name_are_shown_side_by_side(engine: Engine, tmp_path: Path) -> None:
    name = "示例同名有限公司"
    bring(engine, csv_file(tmp_path, HEADER, ("1", name, CODE_A, ""), ("2", name, CODE_B, ""), name="two.csv"))
    detail = bring(engine, csv_file(tmp_path, ("企业名称",), (name,), name="one.csv"))
    assert counts(detail) == {"ambiguous": 1}
    assert {candidate.key for candidate in detail.problems[0].candidates} == {CODE_A, CODE_B}


def test_two_firms_abroad_of_one_name_stay_two(engine: Engine, tmp_path: Path) -> None:
    rows = (("Company", "City", "Country"), ("Example", "Tallinn", "Estonia"), ("Example", "Austin", "United States"))
    path = csv_file(tmp_path, *rows)
    assert counts(bring(engine, path, ImportOptions(directory="unicorn", year=2022))) == {"new": 2}
    again = csv_file(tmp_path, *reversed(rows[1:]), name="again.csv")
    again.write_text("Company,City,Country\n" + again.read_text(encoding="utf-8"), encoding="utf-8")
    assert counts(bring(engine, again, ImportOptions(directory="unicorn", year=2022))) == {"unchanged": 2}


def test_days_in_a_row_win_over_the_days_of_the_batch(engine: Engine, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        ("企业名称", "证书编号", "发证日期", "有效期至"),
        ("示例甲有限公司", "GR202444000001", "2024-11-19", ""),
        ("示例乙有限公司", "GR202444000002", "2024年11月19日", "2026-12-31"),
        ("示例丙有限公司", "GR202444000003", "2025-02-30", ""),
    )
    detail = bring(engine, path, ImportOptions(directory="hte", year=2024))
    with reading(engine) as session:
        titles = session.exec(select(Listing).order_by(col(Listing.id))).all()
        assert [(t.certificate_no, t.valid_from, t.valid_to) for t in titles] == [
            ("GR202444000001", date(2024, 11, 19), date(2027, 11, 18)),
            ("GR202444000002", date(2024, 11, 19), date(2026, 12, 31)),
            ("GR202444000003", date(2024, 1, 1), date(2026, 12, 31)),
        ]
    assert [(w.row_number, w.column, w.value) for w in detail.warnings] == [(4, "发证日期", "2025-02-30")]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (ImportOptions(directory="no_such"), "directory"),
        (ImportOptions(directory="hte"), "announced_on"),
        (ImportOptions(directory="hte", year=12), "year"),
        (ImportOptions(batch="第八批"), "batch"),
        (ImportOptions(document_no="1号"), "document_no"),
    ],
)
def test_a_wrong_option_is_refused_by_name_and_stores_nothing(
    engine: Engine, firm_list: Path, options: ImportOptions, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        bring(engine, firm_list, options)
    assert refused.value.field == field
    with reading(engine) as session:
        assert list_imports(session) == []


def test_a_batch_keeps_its_document_and_a_draft_takes_no_rows(engine: Engine, firm_list: Path, tmp_path: Path) -> None:
    bring(engine, firm_list, LIST)
    other = csv_file(tmp_path, ("企业名称",), ("示例戊有限公司",), name="other.csv")
    with pytest.raises(Conflict):
        bring(engine, other, ImportOptions("little_giant", "第八批", 2026, None, "示信〔2026〕2号"))
    with transaction(engine) as session:
        session.exec(select(Batch)).one().state = BatchState.PUBLIC_NOTICE
    with pytest.raises(Conflict):
        bring(engine, other, LIST)


def test_a_file_without_a_name_column_is_refused_with_the_columns_it_has(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        bring(engine, csv_file(tmp_path, ("序号", "产品"), ("1", "示例产品")))
    assert "序号、产品" in refused.value.text.zh


def test_only_a_curator_of_the_province_may_import(engine: Engine, firm_list: Path) -> None:
    city = Actor(1, "li", (Grant(Role.CURATOR, "440300"),))
    with open_file(firm_list) as read_file, pytest.raises(NotAllowed), transaction(engine) as session:
        stage(session, read_file=read_file, options=LIST, actor=city, archive_dir=None)


def test_a_staged_import_shows_nowhere_and_is_replaced_or_given_up(engine: Engine, firm_list: Path) -> None:
    before = alive(engine)
    first = bring(engine, firm_list, LIST, write_it=False)
    assert alive(engine) == before
    second = bring(engine, firm_list, LIST, write_it=False)
    with reading(engine) as session:
        states = [(each.id, each.state) for each in list_imports(session)]
    assert states == [(second.summary.id, ImportState.MATCHED), (first.summary.id, ImportState.ABANDONED)]
    assert take_back(engine, second.summary.id).state is ImportState.ABANDONED
    assert alive(engine) == before


def test_writing_is_refused_when_the_registry_moved_under_the_preview(
    engine: Engine, firm_list: Path, tmp_path: Path
) -> None:
    staged = bring(engine, firm_list, LIST, write_it=False)
    bring(engine, csv_file(tmp_path, HEADER, ("1", "示例先到有限公司", CODE_A, ""), name="first.csv"))
    before = alive(engine)
    with pytest.raises(Conflict), transaction(engine) as session:
        write(session, import_id=staged.summary.id, actor=WE)
    assert alive(engine) == before


def test_a_title_leads_to_the_very_row_of_the_archived_file(
    engine: Engine, firm_list: Path, settings: Settings
) -> None:
    detail = bring(engine, firm_list, LIST)
    with reading(engine) as session:
        title = session.exec(select(Listing).order_by(col(Listing.id))).all()[1]
        page = get_document_row(session, import_id=detail.summary.id, row_id=title.import_row_id or 0, context=1)
        assert [cell.value for cell in page.cells] == ["2", "示例乙（宁德）有限公司", CODE_B, "宁德市"]
        assert [cell.role for cell in page.cells] == ["serial", "name", "uscc", "region"]
        assert [(n.row_number, n.is_target) for n in page.neighbours] == [(2, False), (3, True), (4, False)]
        assert (page.document.batch_label, page.enterprise_key) == ("第八批", CODE_B)
        with pytest.raises(NotFound):
            get_document_row(session, import_id=detail.summary.id, row_id=10**6)
    archived = Settings(data_dir=firm_list.parent)
    assert open_archived(archived, page.document.sha256).read_bytes() == firm_list.read_bytes()
    with pytest.raises(Gone):
        open_archived(settings, "0" * 64)
