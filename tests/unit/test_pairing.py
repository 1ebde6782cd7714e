"""Two lists row by row: every row once, whatever the lists; and what makes a row renamed, moved or changed."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.services.batch_life.pairing import ListRow, compared, pair_rows
from registry.vocabulary import RowChange

ROW = ListRow(1, 11, "示例甲（深圳）有限公司", "C1", "440300", "新认定", 1, None, date(2026, 1, 1), date(2028, 12, 31))


def replace(row: ListRow, **changes: Any) -> ListRow:
    return row._replace(**changes)


rows = st.builds(
    ListRow,
    listing_id=st.just(0),
    subject=st.integers(1, 6),
    name=st.sampled_from(["示例甲公司", "示例乙公司", "示例丙（深圳）公司", "示例丙(深圳)公司"]),
    code=st.sampled_from([None, "C1", "C2"]),
    city_code=st.sampled_from([None, "440300", "440100"]),
    group=st.sampled_from([None, "复核通过"]),
    rank=st.none() | st.integers(1, 3),
    level=st.none(),
    valid_from=st.just(date(2026, 1, 1)),
    valid_to=st.none(),
)


def numbered(found: list[ListRow], start: int) -> list[ListRow]:
    return [replace(row, listing_id=start + place) for place, row in enumerate(found)]


lists = st.lists(rows, max_size=8)


@given(lists, lists)
def test_every_row_of_both_lists_stands_in_exactly_one_pair(old: list[ListRow], new: list[ListRow]) -> None:
    before, after = numbered(old, 1), numbered(new, 101)
    pairs = pair_rows(before, after)
    assert sorted(left.listing_id for left, _ in pairs if left) == [row.listing_id for row in before]
    assert [right.listing_id for _, right in pairs if right] == [row.listing_id for row in after]
    assert all(left or right for left, right in pairs)


@given(lists, lists)
def test_the_other_way_round_added_and_absent_change_places(old: list[ListRow], new: list[ListRow]) -> None:
    before, after = numbered(old, 1), numbered(new, 101)
    there = [compared(*pair, days=True).change for pair in pair_rows(before, after)]
    back = [compared(*pair, days=True).change for pair in pair_rows(after, before)]
    assert there.count(RowChange.ADDED) == back.count(RowChange.ABSENT)
    assert there.count(RowChange.ABSENT) == back.count(RowChange.ADDED)


@given(lists)
def test_a_list_compared_with_itself_has_no_change(found: list[ListRow]) -> None:
    before, after = numbered(found, 1), numbered(found, 101)
    assert all(compared(*pair, days=True).change is RowChange.SAME for pair in pair_rows(before, after))


@pytest.mark.parametrize(
    ("changes", "change", "fields"),
    [
        ({}, RowChange.SAME, []),
        ({"name": "示例甲(深圳)有限公司"}, RowChange.SAME, []),
        ({"name": "示例新名有限公司"}, RowChange.RENAMED, ["name"]),
        ({"city_code": "440100"}, RowChange.MOVED, ["city"]),
        ({"city_code": None}, RowChange.SAME, []),
        ({"group": "复核通过"}, RowChange.CHANGED, ["group"]),
        ({"rank": None}, RowChange.CHANGED, ["rank"]),
        ({"valid_to": None}, RowChange.CHANGED, ["valid_to"]),
        ({"name": "示例新名有限公司", "city_code": "440100", "rank": 2}, RowChange.RENAMED, ["name", "city", "rank"]),
    ],
)
def test_what_two_rows_of_a_firm_differ_in(changes: dict[str, object], change: RowChange, fields: list[str]) -> None:
    found = compared(ROW, replace(ROW, listing_id=2, **changes), days=True)
    assert (found.change, [difference.field for difference in found.differences]) == (change, fields)


def test_days_are_compared_only_where_asked_for() -> None:
    later = replace(ROW, listing_id=2, valid_from=date(2029, 1, 1), valid_to=None)
    assert compared(ROW, later, days=False).change is RowChange.SAME


def test_rows_belong_together_by_firm_then_code_then_name() -> None:
    before = [
        ROW,
        replace(ROW, listing_id=2, subject=12, code="C2", name="示例乙"),
        replace(ROW, listing_id=3, subject=13, code=None, name="示例丙"),
    ]
    after = [
        replace(ROW, listing_id=21, subject=93, code=None, name="示例丙"),
        replace(ROW, listing_id=22, subject=92, code="C2", name="示例乙改名"),
        replace(ROW, listing_id=23, name="示例甲改名", code=None),
    ]
    assert [(left and left.listing_id, right and right.listing_id) for left, right in pair_rows(before, after)] == [
        (3, 21),
        (2, 22),
        (1, 23),
    ]
