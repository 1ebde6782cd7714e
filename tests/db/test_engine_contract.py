"""What every search engine must do, held against both: the embedded one and a Meilisearch server."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.search.documents import COUNTED, IndexDocument
from registry.search.engine import Ask, SearchEngine
from registry.search.expression import NOTHING, AllOf, AllTerms, AnyOf, AnyTerm, But, Expression, Term, all_of
from tests.support.engines import BOTH, DAY, build, entry, expected, made, numbers

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


@pytest.fixture(params=BOTH)
def search(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    with ExitStack() as stack:
        yield made(request, stack, tmp_path)


@pytest.fixture(scope="module", params=BOTH)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """An engine that holds :func:`population`."""
    with ExitStack() as stack:
        engine = made(request, stack, tmp_path_factory.mktemp("engine"))
        build(engine, *population())
        yield engine


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
    st.builds(AllTerms, st.just("name"), st.lists(st.sampled_from(NAMES), max_size=3).map(tuple)),
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
closest = st.shared(st.lists(expressions, max_size=3).map(tuple), key="closest")
asks = st.builds(
    Ask,
    expressions,
    limit=st.sampled_from([0, 1, 7, 500]),
    below=st.one_of(st.none(), st.sampled_from([d.order for d in POPULATION]), st.sampled_from([0, 2**52])),
    stored=st.sampled_from(["none", "card", "forms"]),
    total=st.booleans(),
    counts=st.lists(st.sampled_from(["held", "city", "p_grade", "levels"]), max_size=3, unique=True).map(tuple),
    closest=closest,
    tier=closest.flatmap(lambda tiers: st.integers(0, len(tiers))),
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
