"""Parquet beside the other formats: the same rows in the same order, typed; a clear word where the extra is missing."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry import extras
from registry.db import transaction
from registry.errors import NotInstalled, Text
from registry.models import Directory
from registry.products.grades import grade_name
from registry.schemas.bulk import BulkColumn
from registry.services import parquet
from registry.services.bulk.writing import write_bulk
from registry.services.download_columns import columns_of
from registry.services.downloads import offered_formats, write_listing
from registry.services.products.catalogue import CatalogueFilters, all_rows
from registry.services.products.files import CATALOGUE_COLUMNS, write_catalogue
from registry.vocabulary import TitleStatus
from tests.db.products import TODAY, fill_catalogue
from tests.factories import a_batch, a_listing, an_enterprise

arrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")

HOSTILE = ("=1+1", "@x", '示例"引号",公司', "示例\n换行", "示例公司")


def written(write: Callable[[BinaryIO], int]) -> bytes:
    stream = io.BytesIO()
    count = write(stream)
    assert not stream.closed
    assert count > 0
    return stream.getvalue()


def as_csv(table: Any) -> list[list[str]]:
    """The rows of a Parquet table as CSV would print them."""
    return [["" if value is None else str(value) for value in row.values()] for row in table.to_pylist()]


def of_csv(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, without what guards them against spreadsheets."""
    _, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [[cell.removeprefix("'") for cell in row] for row in rows]


def a_list(session: Session) -> None:
    batch = a_batch(announced_on=date(2026, 5, 6))
    session.add(batch)
    session.flush()
    for rank, name in enumerate(HOSTILE, start=1):
        firm = an_enterprise(name_zh=name)
        session.add(firm)
        session.flush()
        session.add(a_listing(firm, batch, certificate_no="00012345678901234567", rank=rank if rank > 1 else None))
    session.flush()


@pytest.mark.parametrize("code", ["little_giant", "secure_product"])
def test_a_directory_has_the_rows_of_its_csv_in_the_same_order_and_typed(session: Session, code: str) -> None:
    a_list(session)
    fill_catalogue(session)
    directory = session.get_one(Directory, code)

    def write(form: Any) -> bytes:
        return written(lambda stream: write_listing(session, stream, code=code, as_of=TODAY, format=form))

    table = pq.read_table(io.BytesIO(write("parquet")))
    assert as_csv(table) == of_csv(write("csv"))
    columns = columns_of(directory)
    assert table.schema.names == [column.name for column in columns]
    types = {column.name: table.schema.field(column.name).type for column in columns}
    assert {types[name] for name in ("announced_on", "valid_from", "valid_to", "withdrawn_on")} == {arrow.date32()}
    assert {types[name] for name in ("batch_year", "listing_id")} == {arrow.int64()}
    assert {types[name] for name in ("uscc", "city_code", "certificate_no", "status")} == {arrow.string()}
    assert table.schema.field("batch_year").metadata == {b"zh": "年份".encode(), b"en": b"Year"}
    about = json.loads(table.schema.metadata[parquet.ABOUT])
    assert (about["directory"], about["as_of"]) == (code, TODAY.isoformat())


def test_the_catalogue_has_the_rows_of_its_csv_in_the_same_order(session: Session) -> None:
    fill_catalogue(session)
    rows = all_rows(session, None, filters=CatalogueFilters(), as_of=TODAY)

    def write(form: Any) -> bytes:
        found = all_rows(session, None, filters=CatalogueFilters(), as_of=TODAY)
        return written(lambda stream: write_catalogue(stream, found, as_of=TODAY, format=form, locale="zh"))

    table = pq.read_table(io.BytesIO(write("parquet")))
    assert table.schema.names == [column.name for column in CATALOGUE_COLUMNS]
    assert table.column("grade").to_pylist() == [row.grade for row in rows]
    said = table.to_pylist()
    for row in said:  # CSV prints the words of these two
        row["grade"] = grade_name(row["grade"]).zh if row["grade"] else None
        row["status"] = TitleStatus(row["status"]).label.zh  # type: ignore[call-arg]  # a member by its value
    assert [["" if cell is None else str(cell) for cell in row.values()] for row in said] == of_csv(write("csv"))


def test_the_bulk_files_have_every_dataset_typed_with_the_rows_of_its_csv(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        a_list(session)
        fill_catalogue(session)
    manifest = write_bulk(engine, tmp_path)
    folder = tmp_path / "bulk" / manifest.date.isoformat()
    typed = {file.dataset: file for file in manifest.files if file.format == "parquet"}
    assert typed.keys() == {dataset.name for dataset in manifest.datasets}
    for dataset in manifest.datasets:
        table = pq.read_table(folder / typed[dataset.name].name)
        assert table.schema.names == [column.name for column in dataset.columns]
        assert table.num_rows == typed[dataset.name].rows == dataset.rows
        with gzip.open(folder / f"{dataset.name}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
            _, *rows = csv.reader(file)
        kinds = [column.type for column in dataset.columns]
        plain = [place for place, kind in enumerate(kinds) if kind in ("string", "integer", "date")]
        found = as_csv(table)
        assert [[row[place] for place in plain] for row in found] == [
            [row[place].removeprefix("'") for place in plain] for row in rows
        ]
    firms = pq.read_table(folder / "enterprises.parquet")
    assert firms.schema.field("former_names").type == arrow.list_(arrow.string())
    events = pq.read_table(folder / "events.parquet")
    assert events.schema.field("at").type == arrow.timestamp("us", tz="UTC")


def test_rows_lie_in_groups_and_an_empty_table_is_a_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 10)
    monkeypatch.setattr(parquet, "GROUP_ROWS", 40)
    columns = [BulkColumn(name="n", type="integer", meaning=Text("数", "number"))]
    for rows, groups in ((100, [40, 40, 20]), (40, [40]), (0, [])):
        stream = io.BytesIO()
        assert parquet.write_parquet(stream, columns, ([n] for n in range(rows)), about={}) == rows
        file = pq.ParquetFile(io.BytesIO(stream.getvalue()))
        assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == groups
        assert file.read().column("n").to_pylist() == list(range(rows))


def test_without_the_extra_nothing_is_written_and_the_way_to_it_is_said(
    session: Session, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_list(session)
    monkeypatch.setattr(extras.Extra, "installed", lambda _extra: False)
    assert offered_formats() == ("csv", "xlsx", "json")
    stream = io.BytesIO()
    with pytest.raises(NotInstalled) as refusal:
        write_listing(session, stream, code="little_giant", as_of=TODAY, format="parquet")
    assert stream.getvalue() == b""
    assert all("pip install '.[parquet]'" in text for text in (refusal.value.text.zh, refusal.value.text.en))
    session.rollback()
    assert {file.format for file in write_bulk(engine, tmp_path).files} == {"csv", "ndjson"}
