"""What every search engine must do when it is written to, held against both: embedded and a Meilisearch server."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from registry.search.documents import IndexDocument
from registry.search.engine import Ask, EngineUnavailable, SearchEngine, WriterBusy
from registry.search.expression import AllOf, Term
from tests.support.engines import BOTH, DAY, build, entry, made, numbers

NEXT_DAY = date(2026, 5, 7)
EVERYTHING = AllOf(())


@pytest.fixture(params=BOTH)
def search(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    with ExitStack() as stack:
        yield made(request, stack, tmp_path)


def test_a_later_write_takes_the_place_of_an_earlier_one(search: SearchEngine) -> None:
    build(search, entry(1, "甲", city=("440100",)), entry(2, "乙"))
    for _ in range(2):
        with search.writing() as writer:
            writer.apply(upserts=[entry(1, "丙"), entry(3, "甲")], deletes=["e2", "e77"], day=NEXT_DAY)
        reader = search.reader()
        assert (reader.count, reader.day) == (2, NEXT_DAY)
        assert [numbers(search, Term("name", n)) for n in "甲乙丙"] == [[3], [], [1]]
        assert numbers(search, Term("city", "440100")) == []


def test_the_last_of_equal_entries_in_a_batch_counts(search: SearchEngine) -> None:
    build(search)
    with search.writing() as writer:
        writer.apply(upserts=[entry(1, "甲"), entry(1, "乙")], deletes=(), day=DAY)
    assert (numbers(search, EVERYTHING), numbers(search, Term("name", "甲"))) == ([1], [])


def test_an_entry_both_deleted_and_written_is_there(search: SearchEngine) -> None:
    build(search, entry(1, "甲"))
    with search.writing() as writer:
        writer.apply(upserts=[entry(1, "乙")], deletes=["e1"], day=DAY)
    assert numbers(search, Term("name", "乙")) == [1]


def test_a_day_can_be_set_alone(search: SearchEngine) -> None:
    build(search, entry(1, "甲"))
    with search.writing() as writer:
        writer.apply(upserts=(), deletes=(), day=NEXT_DAY)
    assert (search.reader().day, numbers(search, EVERYTHING)) == (NEXT_DAY, [1])


def test_an_empty_index_is_an_index(search: SearchEngine) -> None:
    build(search)
    reader = search.reader()
    assert (reader.count, reader.day) == (0, DAY)
    assert reader.ask([Ask(EVERYTHING, limit=5, total=True)])[0].total == 0


def test_enterprises_and_products_of_one_number_are_two_entries(search: SearchEngine) -> None:
    product = IndexDocument("product", 1, 5, {"kind": ("product",), "p_name": ("甲",)}, "{}")
    build(search, entry(1, "甲"), product)
    with search.writing() as writer:
        assert sorted(key for key, _ in writer.keys()) == ["e1", "p1"]
        writer.apply(upserts=(), deletes=["p1"], day=DAY)
    assert [numbers(search, Term(field, "甲")) for field in ("name", "p_name")] == [[1], []]


def test_keys_come_with_the_digests_of_what_was_written(search: SearchEngine) -> None:
    written = {d.key: d for d in (entry(n, "甲", f"{n}") for n in range(1, 50))}
    build(search, *written.values())
    written["e7"] = entry(7, "乙")
    with search.writing() as writer:
        writer.apply(upserts=[written["e7"]], deletes=(), day=DAY)
        assert dict(writer.keys()) == {key: document.digest for key, document in written.items()}


def test_without_an_index_nothing_is_read_or_written(search: SearchEngine) -> None:
    with pytest.raises(EngineUnavailable):
        search.reader()
    with pytest.raises(EngineUnavailable):
        search.version()
    with search.writing() as writer:
        assert writer.versions() == []
        with pytest.raises(EngineUnavailable):
            writer.apply(upserts=[entry(1, "甲")], deletes=(), day=DAY)
        with pytest.raises(EngineUnavailable):
            list(writer.keys())


def test_a_version_built_beside_is_seen_by_nobody_until_the_swap(search: SearchEngine) -> None:
    first = build(search, entry(1, "甲"))
    with search.writing() as writer:
        second = writer.build_beside([entry(1, "甲"), entry(2, "甲")], day=NEXT_DAY)
        assert (search.version(), search.reader().count, search.reader().day) == (first, 1, DAY)
        gate = writer.reader_of(second)
        assert (gate.count, gate.day) == (2, NEXT_DAY)
        assert len(gate.ask([Ask(Term("name", "甲"), limit=5)])[0].rows) == 2
        assert writer.versions() == [first, second]
        writer.swap(second)
        assert (search.version(), search.reader().count, search.reader().day) == (second, 2, NEXT_DAY)


def test_a_swap_is_rolled_back_by_another(search: SearchEngine) -> None:
    first, second = build(search, entry(1, "甲")), build(search, entry(1, "甲"), entry(2, "甲"))
    with search.writing() as writer:
        writer.swap(first)
        assert (search.version(), numbers(search, EVERYTHING)) == (first, [1])
        assert writer.versions() == [first, second]
        writer.apply(upserts=[entry(5, "甲")], deletes=(), day=NEXT_DAY)
        writer.swap(second)
        assert (search.version(), numbers(search, EVERYTHING)) == (second, [1, 2])
        writer.swap(second)
        assert writer.versions() == [first, second]


def test_a_version_that_is_not_in_use_can_be_written_and_compared(search: SearchEngine) -> None:
    first, second = build(search, entry(1, "甲")), build(search, entry(1, "甲"))
    added = entry(2, "乙")
    with search.writing() as writer:
        writer.apply(upserts=[added], deletes=["e1"], day=NEXT_DAY, version=first)
        assert dict(writer.keys(first)) == {"e2": added.digest}
        assert [key for key, _ in writer.keys()] == ["e1"]
        assert (writer.reader_of(first).day, search.reader().day) == (NEXT_DAY, DAY)
        assert search.version() == second
        with pytest.raises(EngineUnavailable):
            writer.apply(upserts=[added], deletes=(), day=DAY, version=first[:-1] + "9")


def test_the_last_two_versions_are_kept(search: SearchEngine) -> None:
    built = [build(search, entry(n, "甲")) for n in range(1, 5)]
    assert len(set(built)) == 4
    with search.writing() as writer:
        assert writer.versions() == built[-2:]
        with pytest.raises(EngineUnavailable):
            writer.reader_of(built[0])


def test_what_was_never_built_cannot_be_swapped_in(search: SearchEngine) -> None:
    first = build(search, entry(1, "甲"))
    with search.writing() as writer:
        for name in ("", "../../etc", "registry-00000000-000001", first[:-1] + "9"):
            with pytest.raises(EngineUnavailable):
                writer.reader_of(name)
            with pytest.raises(EngineUnavailable):
                writer.swap(name)
    assert search.version() == first


def test_a_build_that_breaks_off_changes_nothing_and_leaves_nothing(search: SearchEngine) -> None:
    first = build(search, entry(1, "甲"))

    def breaking_off() -> Iterator[IndexDocument]:
        yield entry(2, "乙")
        raise RuntimeError("power cut")

    with search.writing() as writer, pytest.raises(RuntimeError, match="power cut"):
        writer.build_beside(breaking_off(), day=NEXT_DAY)
    assert (search.version(), numbers(search, EVERYTHING)) == (first, [1])
    third = build(search, entry(3, "丙"))
    with search.writing() as writer:
        assert writer.versions() == [first, third]


def test_a_batch_that_breaks_off_can_be_repeated(search: SearchEngine) -> None:
    build(search, entry(1, "甲"))

    def breaking_off() -> Iterator[IndexDocument]:
        yield entry(2, "甲")
        raise RuntimeError("power cut")

    with search.writing() as writer, pytest.raises(RuntimeError, match="power cut"):
        writer.apply(upserts=breaking_off(), deletes=["e1"], day=NEXT_DAY)
    assert search.reader().day == DAY
    with search.writing() as writer:
        writer.apply(upserts=[entry(2, "甲")], deletes=["e1"], day=NEXT_DAY)
    assert (search.reader().day, numbers(search, EVERYTHING)) == (NEXT_DAY, [2])


def test_only_one_at_a_time_may_write_and_the_right_falls_free(search: SearchEngine) -> None:
    with search.writing(), pytest.raises(WriterBusy), search.writing():
        pass
    build(search, entry(1, "甲"))
    with pytest.raises(RuntimeError), search.writing():
        raise RuntimeError
    build(search, entry(1, "甲"))


def test_readers_in_many_threads_see_whole_versions_only(search: SearchEngine) -> None:
    """Each version holds entries of one name only; while versions change, no answer mixes them or fails."""
    build(search, *(entry(n, "v0") for n in range(20)))
    wrong: list[object] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            asked = [Ask(Term("name", f"v{n}"), total=True) for n in range(4)]
            totals = [found.total for found in search.reader().ask(asked)]
            if sorted(totals) != [0, 0, 0, 20]:
                wrong.append(totals)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 4):
        build(search, *(entry(n, f"v{number}") for n in range(20)))
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
