"""Categories: the plan's ten, what lists call them, and those no word fits."""

import pytest

from registry.grades import grade_name, known_grades
from registry.products.categories import by_code, category_of, related, tree, within

PLAN = ["芯片", "操作系统", "数据库", "中间件", "办公软件", "外设及耗材", "浏览器", "输入法", "即时通讯", "驱动"]


def test_the_plans_categories_come_first_and_in_its_order() -> None:
    assert [each.name.zh for each in tree() if each.parent is None][:10] == PLAN


def test_every_parent_stands_before_its_children_and_every_row_names_its_source() -> None:
    seen: set[str | None] = {None}
    for each in tree():
        assert each.parent in seen, each.code
        assert each.source, each.code
        seen.add(each.code)


def test_no_word_means_two_categories() -> None:
    words = [word for each in tree() for word in each.words]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("中央处理器", "chip_cpu"),
        ("CPU", "chip_cpu"),
        ("服务器操作系统", "os_server"),
        ("操作系统", "os"),
        ("国产集中式数据库", "db_central"),
        ("激光打印机", "peripheral_printer"),
        ("示例炊具", None),
        ("", None),
    ],
)
def test_a_printed_word_finds_its_category(printed: str, code: str | None) -> None:
    found = category_of(printed)
    assert (found.code if found else None) == code


def test_a_category_holds_all_below_it() -> None:
    assert within("os") == {"os", "os_desktop", "os_server", "os_embedded"}
    assert related(by_code()["os"], by_code()["os_server"])
    assert not related(by_code()["os_desktop"], by_code()["os_server"])
    assert related(None, by_code()["os_server"])


def test_grades_are_ordered_and_one_more_needs_only_a_row() -> None:
    assert list(known_grades()) == sorted(known_grades())
    assert grade_name(3).zh == "Ⅲ级"
    assert grade_name(4).zh == "Ⅳ级"
