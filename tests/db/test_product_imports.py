"""Product lists staged, written and undone, on both engines."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.errors import Conflict, FileRefused, InvalidInput
from registry.identity import fold_name
from registry.models import Batch, EnterpriseName, ImportRow, Product, ProductListing
from registry.schemas.imports import ImportDetail, ImportOptions
from registry.services.audit import verify_chain
from registry.services.directories import rows
from registry.services.documents import get_document_row
from registry.services.enterprises import get_page
from registry.services.imports.browsing import list_imports
from registry.services.imports.outcomes import list_rows
from registry.services.imports.writing import write
from registry.services.merging import merge_enterprises
from registry.vocabulary import DirectoryKind, NameKind, RowOutcome
from tests.db.lists import WE, bring, counts, firms, take_back
from tests.factories import an_enterprise
from tests.unit.imports.files import csv_file, workbook

CODE = "91350100M000100Y43"
HEADER = ("序号", "产品名称", "版本", "产品类别", "送测单位", "安全可靠等级")
LIST = ImportOptions(
    directory="secure_product", batch="2026年第1号", announced_on=date(2026, 1, 16), document_no="示测〔2026〕1号"
)
LATER = ImportOptions(directory="secure_product", batch="2026年第2号", announced_on=date(2026, 5, 29))
DAYS = (date(2026, 1, 16), date(2029, 1, 15))
ROWS = (
    ("1", "示例操作系统", "V10", "桌面操作系统", "示例软件甲有限公司", "Ⅱ级"),
    ("2", "示例操作系统", "V11", "桌面操作系统", "示例软件甲有限公司", "I级"),
    ("3", "示例数据库（内核版本5.10）", "V2.0", "集中式数据库", "示例软件乙有限公司", "二级"),
)


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    return csv_file(tmp_path, HEADER, *ROWS, name="products.csv")


Another = Callable[..., Path]


@pytest.fixture
def another(tmp_path: Path) -> Another:
    """A further file with the usual header."""
    made: list[Path] = []

    def make(*lines: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Path:
        made.append(csv_file(tmp_path, header, *lines, name=f"further-{len(made)}.csv"))
        return made[-1]

    return make


def products(session: Session) -> list[Product]:
    return list(session.exec(select(Product).where(col(Product.voided_at).is_(None)).order_by(col(Product.id))))


def entries(session: Session) -> list[ProductListing]:
    query = select(ProductListing).where(col(ProductListing.voided_at).is_(None))
    return list(session.exec(query.order_by(col(ProductListing.id))))


def in_force(engine: Engine) -> tuple[list[str], list[tuple[str, str]], int, int]:
    """Firms, products, entries and batches that nobody took back."""
    with reading(engine) as session:
        batches = session.exec(select(Batch).where(col(Batch.voided_at).is_(None))).all()
        named = [(each.name, each.version) for each in products(session)]
        return [firm.name_zh for firm in firms(session)], named, len(entries(session)), len(batches)


def test_a_product_list_becomes_makers_versions_and_entries(engine: Engine, listing: Path) -> None:
    detail = bring(engine, listing, LIST)
    assert counts(detail) == {"new": 3}
    assert detail.summary.lists is DirectoryKind.PRODUCT
    with reading(engine) as session:
        assert [firm.name_zh for firm in firms(session)] == ["示例软件甲有限公司", "示例软件乙有限公司"]
        made = products(session)
        assert [(each.name, each.version, each.category, each.maker_name) for each in made] == [
            ("示例操作系统", "V10", "桌面操作系统", "示例软件甲有限公司"),
            ("示例操作系统", "V11", "桌面操作系统", "示例软件甲有限公司"),
            ("示例数据库(内核版本5.10)", "V2.0", "集中式数据库", "示例软件乙有限公司"),
        ]
        first, second = firms(session)
        assert [each.enterprise_id for each in made] == [first.id, first.id, second.id]
        listed = entries(session)
        assert [each.grade for each in listed] == [2, 1, 2]
        assert {(each.valid_from, each.valid_to) for each in listed} == {DAYS}
        assert listed[2].name_as_announced == "示例数据库（内核版本5.10）"
        assert [session.get_one(ImportRow, each.import_row_id).row_number for each in listed] == [2, 3, 4]
        assert verify_chain(session)[1] is None


def test_each_entry_leads_to_the_very_row_of_the_archived_file(engine: Engine, listing: Path) -> None:
    bring(engine, listing, LIST)
    with reading(engine) as session:
        first = rows(session, code="secure_product", as_of=date(2026, 2, 1)).items[0]
        assert first.document_ref is not None
        page = get_document_row(session, import_id=first.document_ref.import_id, row_id=first.document_ref.row_id)
        assert page.cells[1].value == "示例操作系统"
        assert page.enterprise_name == "示例软件甲有限公司"
        shown = get_page(session, first.key or "", as_of=date(2026, 2, 1)).products
        assert all(entry.document_ref is not None for product in shown for entry in product.entries)


def test_the_same_file_again_and_the_same_rows_in_another_file_change_nothing(
    engine: Engine, listing: Path, another: Another
) -> None:
    first = bring(engine, listing, LIST)
    before = in_force(engine)
    assert bring(engine, listing, LIST).summary.id == first.summary.id
    assert counts(bring(engine, another(*ROWS, ()), LIST)) == {"unchanged": 3}
    assert in_force(engine) == before


def test_a_known_version_is_matched_in_a_later_batch_and_another_version_is_another_product(
    engine: Engine, listing: Path, another: Another
) -> None:
    bring(engine, listing, LIST)
    later = another(
        ("1", "示例操作系统", "Ｖ１０", "服务器操作系统", "示例软件甲有限公司", "Ⅲ级"),
        ("2", "示例 操作系统", "V10.1", "桌面操作系统", "示例软件甲有限公司", "Ⅰ级"),
    )
    assert counts(bring(engine, later, LATER)) == {"new": 1, "matched": 1}
    with reading(engine) as session:
        assert [each.version for each in products(session)] == ["V10", "V11", "V2.0", "V10.1"]
        assert len(firms(session)) == 2
        known = [each for each in entries(session) if each.product_id == products(session)[0].id]
        assert [(each.grade, each.category) for each in known] == [(2, "桌面操作系统"), (3, "服务器操作系统")]


def test_a_version_inside_the_name_keeps_products_apart(engine: Engine, another: Another) -> None:
    header = ("产品名称", "送测单位", "安全可靠等级")
    one = another(
        ("示例库V1.0", "示例软件甲有限公司", "Ⅰ级"), ("示例库V10", "示例软件甲有限公司", "Ⅰ级"), header=header
    )
    assert counts(bring(engine, one, LIST)) == {"new": 2}


def test_the_maker_is_matched_by_code_and_by_name_and_filled_never_overwritten(
    engine: Engine, another: Another
) -> None:
    with transaction(engine) as session:
        session.add_all([an_enterprise(uscc=CODE, name_zh="示例软件甲有限公司")])
    header = ("产品名称", "版本", "送测单位", "统一社会信用代码", "网址")
    path = another(
        ("示例操作系统", "V10", "示例软件甲股份公司", CODE, "a.example.com"),
        ("示例操作系统", "V11", "示例软件甲股份公司", CODE, "b.example.com"),
        header=header,
    )
    detail = bring(engine, path, LIST)
    assert counts(detail) == {"new": 2}
    assert detail.summary.reasons == {"name_differs": 1}
    with reading(engine) as session:
        (firm,) = firms(session)
        assert (firm.name_zh, firm.website) == ("示例软件甲有限公司", "a.example.com")
        assert [each.maker_name for each in products(session)] == ["示例软件甲股份公司"] * 2
    report = take_back(engine, detail.summary.id)
    assert (report.enterprises_voided, report.products_voided, report.listings_voided) == (0, 2, 2)
    assert report.values_cleared == 1
    with reading(engine) as session:
        assert [(firm.name_zh, firm.website) for firm in firms(session)] == [("示例软件甲有限公司", None)]


def test_a_maker_that_could_be_two_waits_for_a_person(engine: Engine, listing: Path) -> None:
    bring(engine, listing, LIST)
    with transaction(engine) as session:
        twin = an_enterprise(name_zh="示例软件甲有限公司")
        session.add(twin)
        session.flush()
        folded = fold_name(twin.name_zh)
        session.add(EnterpriseName(enterprise_id=twin.id, name=twin.name_zh, folded=folded, kind=NameKind.CURRENT))
    path = listing.with_name("twin.csv")
    path.write_text(listing.read_text(encoding="utf-8").replace("V1", "V3"), encoding="utf-8")
    detail = bring(engine, path, LIST)
    assert counts(detail) == {"unchanged": 1, "ambiguous": 2}
    assert {each.reason_code for each in detail.problems} == {"several_fit"}
    assert [each.value for each in detail.problems] == ["示例软件甲有限公司"] * 2


def test_a_row_repeated_in_the_file_is_said_and_another_grade_waits(engine: Engine, another: Another) -> None:
    path = another(
        *ROWS,
        ("4", "示例操作系统", "V10", "桌面操作系统", "示例软件甲有限公司", "Ⅱ级"),
        ("5", "示例操作系统", "V11", "桌面操作系统", "示例软件甲有限公司", "Ⅱ级"),
    )
    detail = bring(engine, path, LIST)
    assert counts(detail) == {"new": 3, "unchanged": 1, "ambiguous": 1}
    assert detail.summary.reasons == {"repeated": 1, "grades_differ": 1}
    with reading(engine) as session:
        assert len(entries(session)) == 3
        page = list_rows(session, import_id=detail.summary.id, outcome=RowOutcome.UNCHANGED)
        (line,) = page.items
        assert line.name == "示例操作系统 V10"
        assert line.enterprise_name == "示例软件甲有限公司"
        assert "第 2 行是同一产品版本" in (line.reason_zh or "")


def test_another_grade_in_the_same_batch_waits_for_a_person(engine: Engine, listing: Path, another: Another) -> None:
    bring(engine, listing, LIST)
    path = another(("1", "示例操作系统", "V10", "桌面操作系统", "示例软件甲有限公司", "Ⅰ级"))
    detail = bring(engine, path, LIST)
    assert counts(detail) == {"ambiguous": 1}
    assert detail.problems[0].value == "示例操作系统"


def test_an_undo_puts_everything_back_and_the_file_can_come_again(engine: Engine, listing: Path) -> None:
    nothing = in_force(engine)
    first = bring(engine, listing, LIST)
    written = in_force(engine)
    report = take_back(engine, first.summary.id)
    assert (report.listings_voided, report.products_voided, report.enterprises_voided) == (3, 3, 2)
    assert in_force(engine) == nothing
    assert counts(bring(engine, listing, LIST)) == {"new": 3}
    assert in_force(engine) == written


def test_a_product_of_a_known_maker_comes_back_under_its_old_number(engine: Engine, listing: Path) -> None:
    header = "企业名称\n示例软件甲有限公司\n示例软件乙有限公司\n"
    plain = listing.with_name("plain.csv")
    plain.write_text(header, encoding="utf-8")
    bring(engine, plain)
    first = bring(engine, listing, LIST)
    with reading(engine) as session:
        numbers = [each.id for each in products(session)]
    report = take_back(engine, first.summary.id)
    assert (report.products_voided, report.enterprises_voided) == (3, 0)
    bring(engine, listing, LIST)
    with reading(engine) as session:
        assert [each.id for each in products(session)] == numbers
        assert len(firms(session)) == 2


def test_a_product_stays_as_long_as_one_list_names_it(engine: Engine, listing: Path, another: Another) -> None:
    first = bring(engine, listing, LIST)
    second = bring(engine, another(ROWS[0]), LATER)
    report = take_back(engine, first.summary.id)
    assert (report.listings_voided, report.products_voided) == (3, 2)
    assert [each.name for each in report.enterprises_kept] == ["示例软件甲有限公司"]
    with reading(engine) as session:
        assert [(each.name, each.version) for each in products(session)] == [("示例操作系统", "V10")]
    assert take_back(engine, second.summary.id).products_voided == 1
    with reading(engine) as session:
        assert products(session) == []


def test_undoing_a_product_list_keeps_the_titles_of_another_batch_of_the_file(
    engine: Engine, listing: Path, another: Another
) -> None:
    bring(engine, listing, LIST)
    more = bring(engine, another(("1", "示例新品", "V1", "", "示例软件甲有限公司", "Ⅰ级")), LIST)
    take_back(engine, more.summary.id)
    with reading(engine) as session:
        batch = session.exec(select(Batch)).one()
        assert batch.voided_at is None
        assert len(entries(session)) == 3


def test_a_merged_maker_is_followed_to_where_it_is_now(engine: Engine, listing: Path, another: Another) -> None:
    bring(engine, listing, LIST)
    with transaction(engine) as session:
        source, target = firms(session)
        merge_enterprises(
            session, source_id=source.id, target_id=target.id, on=date(2026, 3, 1), actor=WE, reason="示例合并"
        )
    assert counts(bring(engine, another(ROWS[0]), LATER)) == {"matched": 1}


def test_writing_is_refused_when_the_registry_moved_under_the_preview(
    engine: Engine, listing: Path, another: Another
) -> None:
    bring(engine, listing, LIST)
    line = ("1", "示例新品", "V1", "", "示例软件甲有限公司", "Ⅰ级")
    staged = bring(engine, another(line), LATER, write_it=False)
    bring(engine, another(line, ROWS[0]), LIST)
    before = in_force(engine)
    with pytest.raises(Conflict, match="示例新品"), transaction(engine) as session:
        write(session, import_id=staged.summary.id, actor=WE)
    assert in_force(engine) == before


def test_rows_that_cannot_be_read_are_listed_with_the_reason(engine: Engine, another: Another) -> None:
    path = another(
        ("1", "", "V1", "数据库", "示例软件甲有限公司", "Ⅰ级"),
        ("2", "示例库", "V1", "数据库", "", "Ⅰ级"),
        ("3", "合计", "", "", "", ""),
        ("4", "！！！", "", "", "示例软件甲有限公司", ""),
        ("5", "库" * 301, "", "", "示例软件甲有限公司", ""),
        ("6", "示例库", "V" * 101, "", "示例软件甲有限公司", ""),
    )
    detail = bring(engine, path, LIST)
    assert counts(detail) == {"rejected": 6}
    assert [each.reason_code for each in detail.problems] == [
        "empty_product",
        "empty_name",
        "not_a_record",
        "empty_product",
        "product_too_long",
        "version_too_long",
    ]
    assert [each.column for each in detail.problems][:2] == ["产品名称", "送测单位"]
    with reading(engine) as session:
        assert firms(session) == []


def test_an_unknown_grade_and_an_impossible_day_are_said_and_the_row_is_written(
    engine: Engine, another: Another
) -> None:
    path = another(
        ("示例库", "示例软件甲有限公司", "甲级", "2025-02-30", "SC-1"),
        ("示例库二", "示例软件甲有限公司", "Ⅲ级", "2027-01-01", ""),
        header=("产品名称", "送测单位", "安全可靠等级", "有效期至", "证书编号"),
    )
    detail = bring(engine, path, LIST)
    assert [(each.column, each.value) for each in detail.warnings] == [
        ("有效期至", "2025-02-30"),
        ("安全可靠等级", "甲级"),
    ]
    with reading(engine) as session:
        first, second = entries(session)
        assert (first.grade, first.valid_to, first.certificate_no) == (None, DAYS[1], "SC-1")
        assert first.details == {"安全可靠等级": "甲级", "有效期至": "2025-02-30"}
        assert (second.grade, second.valid_to, second.details) == (3, date(2027, 1, 1), {})


def test_a_category_above_the_table_counts_for_its_rows(engine: Engine, tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "中央处理器（CPU）": [["序号", "产品名称", "送测单位"], [1, "示例芯3A", "示例芯片有限公司"]],
        "说明": [["请注意"], ["以上为示例"]],
    }
    detail = bring(engine, workbook(tmp_path, sheets), LIST)
    assert counts(detail) == {"new": 1}
    assert any("“说明”" in note for note in detail.notes_zh)
    with reading(engine) as session:
        assert [each.category for each in entries(session)] == ["中央处理器"]


@pytest.mark.parametrize(
    ("header", "options", "said"),
    [
        (("序号", "企业名称"), LIST, "没有产品名称列（如 产品名称"),
        (("序号", "企业名称"), LIST, "这像是企业名单"),
        (("甲", "乙"), LIST, "文件里的列是：甲、乙"),
        (("产品名称", "版本"), LIST, "没有生产单位列（如 送测单位"),
        (HEADER, ImportOptions(directory="hte", year=2026), "“hte”是企业名录，不能导入产品"),
        (("产品名称", "版本", "企业名称"), ImportOptions(directory="hte", year=2026), "这像是产品名单"),
        (HEADER, ImportOptions(), "--directory secure_product"),
    ],
)
def test_a_list_that_does_not_fit_its_directory_is_one_clear_line(
    engine: Engine, another: Another, header: tuple[str, ...], options: ImportOptions, said: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        bring(engine, another(tuple(f"示例{each}" for each in range(len(header))), header=header), options)
    assert said in refused.value.text.zh
    assert "\n" not in refused.value.text.en
    with reading(engine) as session:
        assert list_imports(session) == []


def test_enterprises_that_name_a_product_are_still_enterprises(engine: Engine, another: Another) -> None:
    path = another(("示例甲有限公司", "示例轴承"), header=("企业名称", "产品名称"))
    detail: ImportDetail = bring(engine, path, ImportOptions(directory="champion_national", year=2026))
    assert counts(detail) == {"new": 1}
    assert detail.summary.lists is DirectoryKind.ENTERPRISE


def test_a_product_list_needs_a_date_like_any_other(engine: Engine, listing: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        bring(engine, listing, ImportOptions(directory="secure_product"))
    assert refused.value.field == "announced_on"
