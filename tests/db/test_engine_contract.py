"""What every search engine must do, held against both: the embedded one and a Meilisearch server."""

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.search.documents import COUNTED, IndexDocument
from registry.search.engine import Ask, EngineUnavailable, SearchEngine, WriterBusy
from registry.search.expression import NOTHING, AllOf, AnyOf, AnyTerm, But, Expression, Term, all_of
from tests.support.engines import embedded_engine, expected, meilisearch_engine

DAY, NEXT_DAY = date(2026, 5, 6), date(2026, 5, 7)
EVERYTHING = AllOf(())
# Blanks and line ends are folded away before anything becomes a value; all else may come.
HOSTILE = (
    *('"', "'", "\\", '\\"', 'a"OR(name)EXISTS', "b']OR[name", "a\\", "~41;", "~~", "~;"),
    *("AND", "NOT", "OR+1=1", "_geoRadius(1,2,3)", "(", ")", "[a,b]", "a,b", "*", "%", "-", "--", ".", "{}", "null"),
    *("Ａ", "a", "A", "é", "e\u0301", "e", "ß", "ss", "ﬁ", "fi", "㎏", "kg", "İ", "i", "ς", "σ", "云", "雲", "\uf91d"),
    *("\u3000a", "a\u00a0", "\x00", "a\x00b", "\u200b", "a\u200bb", "\u202ea", "😀", "👩\u200d👧", "\U0002000b"),
    *("1", "01", "1.0", "1e0", "true", "字" * 155, "字" * 156, "字" * 500, "字" * 499 + "符", "x" * 468, "x" * 469),
)
NAMES = ("甲", "乙", "丙", "丁", "戊", "星光", "示例", *HOSTILE)
CITIES = ("440100", "440300", "440400", "442000")
CODES = ("hte", "little_giant", "gazelle")


@pytest.fixture(params=["embedded", "meilisearch"])
def search(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    with ExitStack() as stack:
        yield made(request, stack, tmp_path)


@pytest.fixture(scope="module", params=["embedded", "meilisearch"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """An engine that holds :func:`population`."""
    with ExitStack() as stack:
        engine = made(request, stack, tmp_path_factory.mktemp("engine"))
        build(engine, *population())
        yield engine


def made(request: pytest.FixtureRequest, stack: ExitStack, folder: Path) -> SearchEngine:
    if request.param == "embedded":
        return embedded_engine(folder)
    return stack.enter_context(meilisearch_engine(request.getfixturevalue("meili_url"), folder))


def entry(number: int, *names: str, order: int | None = None, **terms: tuple[str, ...]) -> IndexDocument:
    """An enterprise with some names."""
    given = {"kind": ("enterprise",), "name": names, **terms}
    place = 1_000_000 - number if order is None else order
    return IndexDocument("enterprise", number, place, given, f'{{"n":{number}}}', f"forms of {number}")


def build(engine: SearchEngine, *documents: IndexDocument, day: date = DAY) -> str:
    with engine.writing() as writer:
        version = writer.build_beside(documents, day=day)
        writer.swap(version)
    return version


def numbers(engine: SearchEngine, where: Expression) -> list[int]:
    [found] = engine.reader().ask([Ask(where, limit=1_000, stored="none")])
    return [row.id for row in found.rows]


def population() -> list[IndexDocument]:
    """Some hundred entries of both kinds, always the same, in which all values occur often."""
    dice = random.Random(20260506)  # noqa: S311
    orders = dice.sample(range(2**52), 400)
    found = []
    for number, order in enumerate(orders, 1):
        names = tuple(dice.sample(NAMES, dice.randint(0, 4)))
        if number % 4:
            terms = {"kind": ("enterprise",), "name": names, "held": tuple(dice.sample(CODES, dice.randint(0, 3)))}
            terms |= {"city": (dice.choice(CITIES),), "brand": tuple(dice.sample(NAMES, 1))}
            document = IndexDocument("enterprise", number, order, terms, f'["{number}"]', f"{number}|f")
        else:
            terms = {"kind": ("product",), "p_name": names, "p_grade": (dice.choice("12"),)}
            document = IndexDocument("product", number, order, terms, f'["p","{number}"]', "")
        found.append(document)
    return found


POPULATION = population()
terms = st.one_of(
    st.builds(Term, st.sampled_from(["name", "brand", "p_name"]), st.sampled_from(NAMES)),
    st.builds(Term, st.just("held"), st.sampled_from([*CODES, "unheard_of"])),
    st.builds(Term, st.just("kind"), st.sampled_from(["enterprise", "product"])),
    st.builds(AnyTerm, st.just("name"), st.lists(st.sampled_from(NAMES), max_size=12).map(tuple)),
    st.builds(AnyTerm, st.just("city"), st.lists(st.sampled_from(CITIES), max_size=3).map(tuple)),
)
expressions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=4).map(lambda parts: AnyOf(tuple(parts))),
        st.builds(But, inner, inner),
    ),
    max_leaves=12,
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \t\n\r\f"), min_size=1)
asks = st.builds(
    Ask,
    expressions,
    limit=st.sampled_from([0, 1, 7, 500]),
    below=st.one_of(st.none(), st.sampled_from([d.order for d in POPULATION]), st.sampled_from([0, 2**52])),
    stored=st.sampled_from(["none", "card", "forms"]),
    total=st.booleans(),
    counts=st.lists(st.sampled_from(["held", "city", "p_grade", "levels"]), max_size=3, unique=True).map(tuple),
)


@settings(max_examples=150)
@given(asked=st.lists(asks, max_size=5))
def test_any_questions_are_answered_as_by_looking_at_every_entry(filled: SearchEngine, asked: list[Ask]) -> None:
    assert filled.reader().ask(asked) == [expected(POPULATION, ask) for ask in asked]


@pytest.mark.parametrize("value", NAMES)
def test_a_value_finds_its_entries_and_nothing_else_however_odd_it_is(filled: SearchEngine, value: str) -> None:
    asked = [Ask(Term(field, value), limit=500, total=True) for field in ("name", "p_name")]
    answered = filled.reader().ask(asked)
    assert answered == [expected(POPULATION, ask) for ask in asked]
    assert answered[0].rows or value not in {n for d in POPULATION for n in d.terms.get("name", ())}


@settings(max_examples=8)
@given(
    values=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \t\n\r\f"), min_size=1),
        min_size=1,
        max_size=20,
    )
)
def test_any_text_is_a_value(filled: SearchEngine, values: list[str]) -> None:
    distinct = tuple(dict.fromkeys(values))
    added = [entry(10_000 + n, value, order=n) for n, value in enumerate(distinct)]
    with filled.writing() as writer:
        writer.apply(upserts=added, deletes=(), day=DAY)
    asked = [Ask(Term("name", value), limit=1_000) for value in distinct]
    answered = filled.reader().ask(asked)
    with filled.writing() as writer:
        writer.apply(upserts=(), deletes=[document.key for document in added], day=DAY)
    assert answered == [expected([*POPULATION, *added], ask) for ask in asked]


def test_everything_and_nothing(filled: SearchEngine) -> None:
    everything, nothing, none_of_any, all_but = filled.reader().ask(
        [
            Ask(EVERYTHING, total=True),
            Ask(NOTHING, limit=5, total=True, counts=("held",)),
            Ask(AnyTerm("name", ()), total=True),
            Ask(But(EVERYTHING, Term("kind", "product")), total=True),
        ]
    )
    assert (everything.total, everything.rows) == (400, ())
    assert (nothing.total, nothing.rows, nothing.counts.get("held")) == (0, (), {})
    assert (none_of_any.total, all_but.total) == (0, 300)
    assert filled.reader().ask([]) == []


def test_only_enterprises_are_counted_as_such(filled: SearchEngine) -> None:
    assert (filled.reader().count, filled.reader().day) == (300, DAY)


def test_all_pages_together_are_all_matches_in_order(filled: SearchEngine) -> None:
    seen: list[int] = []
    below: int | None = None
    where = Term("kind", "enterprise")
    while True:
        [found] = filled.reader().ask([Ask(where, limit=37, below=below, total=True)])
        assert found.total == 300
        if not found.rows:
            break
        seen += [row.order for row in found.rows]
        below = seen[-1]
    assert seen == sorted((d.order for d in POPULATION if d.kind == "enterprise"), reverse=True)


def test_orders_up_to_the_largest_are_exact(search: SearchEngine) -> None:
    top = 2**52 - 1
    build(search, entry(1, "甲", order=top - 1), entry(2, "甲", order=top), entry(3, "甲", order=top - 2))
    [all_of_them] = search.reader().ask([Ask(Term("name", "甲"), limit=5)])
    assert [row.order for row in all_of_them.rows] == [top, top - 1, top - 2]
    [rest] = search.reader().ask([Ask(Term("name", "甲"), limit=5, below=top - 1)])
    assert [row.id for row in rest.rows] == [3]


@pytest.mark.parametrize(
    "where",
    [
        AnyTerm("name", (*(f"词{n}" for n in range(2_000)), "甲")),
        AnyOf((*(Term("name", f"词{n}") for n in range(1_000)), Term("name", "甲"))),
        AllOf(tuple(AnyTerm("name", (f"词{n}", "甲")) for n in range(60))),
        all_of(But(Term("name", "甲"), Term("name", f"词{n}")) for n in range(60)),
    ],
    ids=["2000 values", "1000 alternatives", "60 conditions", "60 exceptions"],
)
def test_long_expressions_are_no_matter(search: SearchEngine, where: Expression) -> None:
    build(search, entry(1, "甲"), entry(2, "乙"))
    assert numbers(search, where) == [1]


def test_deep_expressions_are_no_matter(search: SearchEngine) -> None:
    build(search, entry(1, "甲"), entry(2, "乙"))
    where: Expression = Term("name", "甲")
    for n in range(10):
        where = AnyOf((AllOf((where, EVERYTHING)), AllOf((Term("name", f"词{n}"), Term("brand", "x")))))
        where = AllOf((where, AnyTerm("name", ("甲", f"词{n}"))))
    for n in range(40):
        where = But(where, Term("name", f"别{n}"))
    assert numbers(search, where) == [1]


def test_every_counted_field_is_counted(search: SearchEngine) -> None:
    values = {field: (f"{field}_a", "b:C.1-2") for field in COUNTED}
    documents = [entry(n, "甲" if n < 3 else "乙") for n in range(4)]
    build(search, *(replace(document, terms=document.terms | values) for document in documents))
    [found] = search.reader().ask([Ask(Term("name", "甲"), counts=COUNTED)])
    assert found.counts == {field: {f"{field}_a": 3, "b:C.1-2": 3} for field in COUNTED}


def test_many_different_values_are_counted(search: SearchEngine) -> None:
    build(search, *(entry(n, "甲", city=(f"c{n}",)) for n in range(3_500)))
    [found] = search.reader().ask([Ask(EVERYTHING, counts=("city",))])
    assert found.counts == {"city": {f"c{n}": 1 for n in range(3_500)}}


def test_stored_texts_come_back_as_they_went_in(search: SearchEngine) -> None:
    text = '{"a": "引号\\" \\\\ \\u0000 😀 <b>&amp;", "long": "' + "长" * 100_000 + '"}'
    build(search, replace(entry(1, "甲"), card=text, forms="形|xing:\t\n\u2028"))
    where = Term("name", "甲")
    found = search.reader().ask([Ask(where, limit=1, stored=stored) for stored in ("card", "forms", "none")])
    assert [answer.rows[0].stored for answer in found] == [text, "形|xing:\t\n\u2028", ""]


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
