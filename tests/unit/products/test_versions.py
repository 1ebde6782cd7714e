"""A printed name is taken apart into family, exact version, kernel and category, however it is dressed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.products.versions import is_later, same_version, take_apart

FAMILIES = st.sampled_from(["示例澜", "示例岚山", "示例启衡QH", "示例星河XH"])
NUMBERS = st.lists(st.integers(0, 99), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("示例麒 V10 SP3", "示例麒V10SP3"),
        ("示例麒 V10 SP3", "示例麒 v10 service pack 3"),
        ("示例麒V10（SP3）", "示例麒 ｖ１０-SP3"),
        ("示例库 V8.0", "示例库8"),
        ("示例QH-3200", "示例qh 3200"),
        ("示例龙3A6000", "示例龙 3a6000"),
        ("示例麒 V10（内核版本5.10）", "示例麒V10 (内核 5.10)"),
        ("示例庫 V8", "示例库 V8"),
    ],
)
def test_the_same_version_in_another_dress_is_the_same(one: str, other: str) -> None:
    left, right = take_apart(one), take_apart(other)
    assert left.core == right.core
    assert same_version(left.version, right.version)
    assert same_version(left.kernel, right.kernel)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("示例麒 V10 SP3", "示例麒 V10"),
        ("示例麒 V10 SP3", "示例麒 V10 SP2"),
        ("示例库 V1.0", "示例库 V10"),
        ("示例库 V8.2", "示例库 V8.0"),
        ("示例龙3A6000", "示例龙3C6000"),
        ("示例龙3A6000", "示例龙3A6000(C)"),
        ("示例海C86-4G", "示例海C86-4G（GC版）"),
        ("示例库企业版 V8", "示例库标准版 V8"),
        ("示例库 V8 build 2301", "示例库 V8"),
        ("示例库 11g", "示例库 11c"),
    ],
)
def test_another_version_is_another_one(one: str, other: str) -> None:
    assert not same_version(take_apart(one).version, take_apart(other).version)


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("V11", "V10 SP3"),
        ("V10 SP3", "V10 SP2"),
        ("V10 SP1", "V10"),
        ("8.10", "8.9"),
        ("3A6000", "3A5000"),
        ("QH-3400", "QH-3200"),
    ],
)
def test_a_later_version_comes_after_an_earlier_one(later: str, earlier: str) -> None:
    assert is_later(take_apart(later).version, take_apart(earlier).version)
    assert not is_later(take_apart(earlier).version, take_apart(later).version)


@pytest.mark.parametrize(("one", "other"), [("3C6000", "3A5000"), ("V8 企业版", "V8"), ("V10", "SP9"), ("", "V1")])
def test_what_cannot_be_compared_is_no_later_one(one: str, other: str) -> None:
    assert not is_later(take_apart(one).version, take_apart(other).version)


@given(FAMILIES, NUMBERS, NUMBERS)
def test_versions_are_equal_only_where_their_numbers_are(family: str, one: str, other: str) -> None:
    equal = _numbers(one) == _numbers(other)
    assert same_version(take_apart(f"{family} V{one}").version, take_apart(f"{family} V{other}").version) is equal


@given(FAMILIES, NUMBERS, st.sampled_from(["V", "v", "V ", "ver", "version ", "Ｖ"]))
def test_the_letter_before_a_version_says_nothing(family: str, number: str, mark: str) -> None:
    dressed, plain = take_apart(f"{family}软件 {mark}{number}"), take_apart(f"{family}软件 V{number}")
    assert (dressed.core, dressed.version) == (plain.core, plain.version)


@given(FAMILIES, NUMBERS, NUMBERS)
def test_no_two_versions_are_both_later_than_each_other(family: str, one: str, other: str) -> None:
    left, right = take_apart(f"{family}{one}").version, take_apart(f"{family}{other}").version
    assert not (is_later(left, right) and is_later(right, left))


@given(st.text(max_size=80))
def test_any_text_can_be_taken_apart(text: str) -> None:
    take_apart(text)


def _numbers(written: str) -> list[int]:
    numbers = [int(part) for part in written.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return numbers
