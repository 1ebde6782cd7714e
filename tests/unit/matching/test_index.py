"""Candidates from the index: whatever is one edit away is found, whatever size the index has."""

import random

from hypothesis import given
from hypothesis import strategies as st

from registry.matching.index import Filed, NameIndex, filed
from registry.matching.parts import parts_of

HAN = "听澜启衡云栖视讯意佳福华星光电技术贸易陶瓷新能源甲乙丙"
stems = st.text(HAN, min_size=4, max_size=12)


def index_of(*texts: str) -> NameIndex:
    return NameIndex.build([([Filed(text, text[:2], None) for text in texts], range(100, 100 + len(texts)))])


@given(stems, st.integers(0, 11), st.sampled_from(HAN), st.sampled_from(["put", "leave", "insert", "swap"]))
def test_a_stem_one_edit_away_is_found(stem: str, at: int, letter: str, edit: str) -> None:
    at %= len(stem) - 1
    printed = {
        "put": stem[:at] + letter + stem[at + 1 :],
        "leave": stem[:at] + stem[at + 1 :],
        "insert": stem[:at] + letter + stem[at:],
        "swap": stem[:at] + stem[at + 1] + stem[at] + stem[at + 2 :],
    }[edit]
    index = index_of("全然不同的名称", stem)
    if len(printed) >= 4:
        assert index.near([Filed(printed, printed[-2:], None)]) == [[101]]


def test_an_index_that_grows_answers_as_one_that_is_made_at_once() -> None:
    chance = random.Random(5)  # noqa: S311
    names = [Filed("".join(chance.choices(HAN, k=6)), "".join(chance.choices(HAN, k=2)), "440300") for _ in range(300)]
    whole = NameIndex.build([(names, range(300))])
    blocks = NameIndex.build([(names[:100], range(100)), (names[100:200], range(100, 200))])
    grown = blocks.add(names[200:], range(200, 300))
    assert len(grown) == len(whole) == 300
    assert [sorted(each) for each in grown.near(names)] == [sorted(each) for each in whole.near(names)]
    assert all(number in near for number, near in enumerate(whole.near(names)))
    pairs = {name.stem[i : i + 2] for name in names for i in range(5)}
    assert all(grown.heard(pair) == whole.heard(pair) > 0 for pair in pairs)
    assert grown.heard("龘龘") == 0


def test_a_place_written_wrongly_does_not_hide_a_name() -> None:
    known = parts_of("连云港听澜光电有限公司")
    index = NameIndex.build([([filed(known)], [5])])
    assert index.near([filed(parts_of("凉云港听澜光电有限公司"))]) == [[5]]


def test_an_empty_index_answers_nothing() -> None:
    index = NameIndex.build([])
    assert index.near([Filed("听澜光电", "听澜", None)]) == [[]]
    assert index_of("听澜光电").near([]) == []
    assert index.heard("听澜") == 0
