"""A directory as a file: the same rows in three formats, nothing a spreadsheet would calculate."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import reading
from registry.errors import NotFound
from registry.models import ImportRun, Product, ProductListing, SourceFile
from registry.schemas.imports import ImportOptions
from registry.services.download_columns import ENTERPRISE_COLUMNS, PRODUCT_COLUMNS
from registry.services.downloads import file_name, write_listing
from registry.vocabulary import ImportState
from tests.db.lists import bring
from tests.factories import a_batch, a_listing, an_enterprise
from tests.unit.imports.files import csv_file

TODAY = date(2026, 11, 20)
NASTY = ("=1+1", "+1", "-1", "@x", '示例"引号",公司', "示例\n换行")


def _added(session: Session, *rows: object) -> None:
    session.add_all(rows)
    session.flush()


def _filled(session: Session) -> list[str]:
    batch = a_batch()
    _added(session, batch)
    for name in NASTY:
        firm = an_enterprise(name_zh=name)
        _added(session, firm)
        _added(session, a_listing(firm, batch, certificate_no="00012345678901234567"))
    file = SourceFile(sha256="b" * 64, filename="示例.csv", media_type="x", size=1)
    _added(session, file)
    run = ImportRun(
        source_file_id=file.id,
        batch_id=batch.id,
        options_hash="x",
        state=ImportState.WRITTEN,
        understood={},
        counts={},
        actor="测试",
    )
    _added(session, run)
    return sorted(NASTY)


def _csv(session: Session, code: str = "little_giant", as_of: date = TODAY) -> list[list[str]]:
    stream = io.BytesIO()
    write_listing(session, stream, code=code, as_of=as_of, format="csv")
    assert not stream.closed
    raw = stream.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_csv_is_a_pure_table_with_chinese_heads_and_no_formulas(session: Session) -> None:
    names = _filled(session)
    head, *rows = _csv(session)
    assert head[:4] == ["企业标识", "统一社会信用代码", "企业名称", "公告所印名称"]
    assert len(rows) == len(names)
    place = head.index("企业名称")
    assert sorted(row[place].removeprefix("'") for row in rows) == names
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


def test_xlsx_keeps_codes_as_text_and_has_no_formulas(session: Session) -> None:
    names = _filled(session)
    stream = io.BytesIO()
    assert write_listing(session, stream, code="little_giant", as_of=TODAY, format="xlsx") == len(names)
    book = openpyxl.load_workbook(io.BytesIO(stream.getvalue()))
    sheet, notes = book.worksheets
    head = [cell.value for cell in sheet[1]]
    rows = [list(row) for row in sheet.iter_rows(min_row=2)]
    assert head == [column.label.zh for column in ENTERPRISE_COLUMNS]
    assert {row[head.index("统一社会信用代码")].data_type for row in rows} == {"s"}
    assert {row[head.index("证书编号")].value for row in rows} == {"00012345678901234567"}
    assert sorted(str(row[head.index("企业名称")].value) for row in rows) == names
    assert all(cell.data_type != "f" for row in rows for cell in row)
    said = {str(row[0].value): str(row[1].value) for row in notes.iter_rows()}
    assert said["截至日期 As of"] == "2026-11-20"
    assert any("示例.csv" in value for value in said.values())


def test_json_names_its_columns_and_where_it_comes_from(session: Session) -> None:
    names = _filled(session)
    stream = io.BytesIO()
    write_listing(session, stream, code="little_giant", as_of=TODAY, format="json")
    said = json.loads(stream.getvalue())
    assert said["count"] == len(said["rows"]) == len(names)
    assert sorted(row["name"] for row in said["rows"]) == names
    assert [column["name"] for column in said["columns"]] == [column.name for column in ENTERPRISE_COLUMNS]
    assert (said["meta"]["directory"], said["meta"]["as_of"]) == ("little_giant", "2026-11-20")
    assert said["meta"]["sources"][0]["sha256"] == "b" * 64
    assert list(said["rows"][0]) == [column.name for column in ENTERPRISE_COLUMNS]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_an_empty_list_is_a_whole_file(session: Session, form: str) -> None:
    stream = io.BytesIO()
    assert write_listing(session, stream, code="hte", as_of=TODAY, format=form) == 0  # type: ignore[arg-type]
    assert stream.getvalue()
    if form == "json":
        assert json.loads(stream.getvalue())["rows"] == []


def test_a_product_catalogue_has_its_own_columns(session: Session) -> None:
    batch = a_batch(directory_code="secure_product")
    product = Product(maker_name="示例公司", name="示例库", folded="示例库", version="2.0", category="database")
    _added(session, batch, product)
    entry = ProductListing(
        product_id=product.id,
        directory_code="secure_product",
        batch_id=batch.id,
        name_as_announced="示例库 2.0",
        grade=2,
        valid_from=date(2025, 1, 1),
    )
    _added(session, entry)
    head, row = _csv(session, "secure_product")
    assert head == [column.label.zh for column in PRODUCT_COLUMNS]
    assert row[:4] == ["示例库", "2.0", "database", "2"]


def test_each_row_of_a_download_says_where_it_stands_in_the_archive(engine: Engine, tmp_path: Path) -> None:
    products = csv_file(tmp_path, ("产品名称", "版本", "送测单位"), ("示例库", "2.0", "示例甲有限公司"), name="p.csv")
    firms = csv_file(tmp_path, ("企业名称",), ("示例甲有限公司",), name="f.csv")
    for number, (path, code) in enumerate(((products, "secure_product"), (firms, "hte")), start=1):
        bring(engine, path, ImportOptions(directory=code, announced_on=date(2026, 1, 16)))
        with reading(engine) as session:
            head, row = _csv(session, code)
            assert row[head.index("存档原文")] == f"/documents/{number}/rows/{number}"


def test_the_same_day_gives_the_same_bytes(session: Session) -> None:
    _filled(session)
    assert _csv(session) == _csv(session)
    assert len(_csv(session, as_of=date(2020, 1, 1))) == 1


def test_an_unknown_directory_writes_nothing(session: Session) -> None:
    stream = io.BytesIO()
    with pytest.raises(NotFound):
        write_listing(session, stream, code="unknown", as_of=TODAY, format="csv")
    assert stream.getvalue() == b""


def test_column_names_are_unique_and_a_file_name_is_plain() -> None:
    for columns in (ENTERPRISE_COLUMNS, PRODUCT_COLUMNS):
        assert len({column.name for column in columns}) == len({c.label.zh for c in columns}) == len(columns)
    assert file_name("little_giant", as_of=TODAY, format="csv") == "little_giant-2026-11-20.csv"
