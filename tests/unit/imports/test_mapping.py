"""What an official says about columns laid over what was recognised."""

from pathlib import Path

import pytest

from import_scripts.reading import open_file
from registry.errors import InvalidInput
from registry.schemas.imports import ImportOptions
from registry.schemas.tables import ColumnRole, ReadFile, Table
from registry.services.imports.mapping import apply_mapping
from registry.services.imports.options import options_hash, said_of, stored_options
from tests.unit.imports.files import csv_file, workbook

ROLES = (ColumnRole(0, "名称", "name", 0.9), ColumnRole(1, "简介", None, 0.0), ColumnRole(2, "地市", "city", 0.8))
TABLES = [Table(name, "", 1, ("名称", "简介", "地市"), (), ROLES) for name in ("一", "二")]
FILE = ReadFile(Path("x"), "x", "0", 1, "text/csv", TABLES)


def roles(read_file: ReadFile) -> list[list[str | None]]:
    return [[each.role for each in table.roles] for table in read_file.tables]


def test_a_role_moves_from_the_column_recognised_to_the_one_chosen() -> None:
    found = apply_mapping(FILE, ImportOptions(mapping={"二": {"简介": "name", "地市": ""}}))
    assert roles(found) == [["name", None, "city"], [None, "name", None]]
    assert [each.confidence for each in found.tables[1].roles] == [0.0, 1.0, 0.0]


def test_only_the_tables_taken_are_left() -> None:
    assert [table.sheet for table in apply_mapping(FILE, ImportOptions(sheets=("二",))).tables] == ["二"]
    assert apply_mapping(FILE, ImportOptions()) is FILE


@pytest.mark.parametrize(
    "options",
    [
        ImportOptions(sheets=("三",)),
        ImportOptions(mapping={"三": {}}),
        ImportOptions(mapping={"一": {"没有": "name"}}),
        ImportOptions(mapping={"一": {"简介": "no_such"}}),
        ImportOptions(mapping={"一": {"简介": "name", "地市": "name"}}),
    ],
)
def test_what_the_file_has_not_is_refused(options: ImportOptions) -> None:
    with pytest.raises(InvalidInput):
        apply_mapping(FILE, options)


def test_options_come_back_as_they_were_stored_and_count_in_their_hash() -> None:
    options = ImportOptions(directory="hte", mapping={"一": {"简介": "name"}}, header_rows={"一": 3}, sheets=("一",))
    assert stored_options({"options": said_of(options)}) == options
    assert options_hash("0", options) != options_hash("0", ImportOptions(directory="hte"))


def test_a_header_row_that_is_said_is_taken(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"表": [["企业名称", "城市"], ["单位", "地点"], ["示例甲有限公司", "深圳"]]})
    with open_file(path, header_rows={"表": 2}) as read_file:
        (table,) = read_file.tables
        assert (table.header_row, table.columns) == (2, ("单位", "地点"))
        assert [number for number, _ in table.rows] == [3]
    with open_file(path, header_rows={"表": 0}) as read_file:
        assert read_file.tables[0].header_row == 0
    plain = csv_file(tmp_path, ("甲", "乙"), ("丙", "丁"))
    with pytest.raises(InvalidInput), open_file(plain, header_rows={"": 9}) as read_file:
        list(read_file.tables)
