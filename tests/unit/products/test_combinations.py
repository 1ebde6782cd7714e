"""Rows of lists of compatibility become parts tested together, whatever the list calls its columns."""

from datetime import date

from registry.product_words import CompatibilityAxis as Axis
from registry.product_words import CompatibilityStatus
from registry.products.combinations import CombinationReader, fold_part, read_status


def test_a_row_of_boards_names_maker_and_model_system_and_architecture() -> None:
    reader = CombinationReader(["architecture", "os", "type", "date", "chipVendor", "boardModel"])
    assert reader.is_one
    found = reader.read("表", 3, ["aarch64", "示例OS 20.03 LTS", "NIC", "2021.04.16", "示例芯", "SP380"])
    assert found is not None
    assert dict(found.parts) == {
        Axis.OS: "示例OS 20.03 LTS",
        Axis.BOARD: "示例芯 SP380",
        Axis.ARCHITECTURE: "aarch64",
    }
    assert (found.kind, found.tested_on, found.status) == ("NIC", date(2021, 4, 16), CompatibilityStatus.COMPATIBLE)


def test_model_and_processor_in_one_cell_are_two_parts() -> None:
    reader = CombinationReader(["型号", "品牌", "机型"], {Axis.OS: "示例系统"})
    found = reader.read("", 13, [" 示例 E7240@示例 i5 ", "示例", "笔记本"])
    assert found is not None
    assert dict(found.parts) == {Axis.MACHINE: "示例 E7240", Axis.CHIP: "示例 i5", Axis.OS: "示例系统"}
    assert found.kind == "笔记本"


def test_a_row_that_names_one_part_is_none_and_a_table_without_two_is_no_list() -> None:
    reader = CombinationReader(["芯片", "数据库"])
    assert reader.read("", 1, ["示例芯", ""]) is None
    assert not CombinationReader(["企业名称", "架构"]).is_one
    assert not CombinationReader(["序号", "名称"], {Axis.OS: "示例"}).is_one


def test_results_are_read_and_a_list_without_them_lists_what_works() -> None:
    said = {
        "已适配": "compatible",
        "未适配": "not_compatible",
        "待验证": "in_work",
        "pass": "compatible",
        "": "compatible",
    }
    assert {printed: read_status(printed).value for printed in said} == said


def test_spelling_does_not_tell_parts_apart_and_dots_do() -> None:
    assert fold_part("示例OS  V1.0") == fold_part("示例ｏｓ v1.0")
    assert fold_part("示例库 1.0") != fold_part("示例库 10")
