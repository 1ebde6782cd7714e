"""What is shown of a hit: marked pieces, reasons, similar names in order, questions as addresses."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from registry.search.cards import EnterpriseCard, KnownName
from registry.search.entries import EnterpriseSource, SourceTitle, enterprise_entry, standing
from registry.search.highlight import highlight
from registry.search.lexicon import search_settings
from registry.search.plan import StrictPlan
from registry.search.query import SearchQuery, clean_text
from registry.search.reasons import Known, explain
from registry.search.rerank import Candidate, plan_ladder, rerank
from registry.search.understand import plan_word
from registry.search.words import compact, compact_core
from registry.vocabulary import Level, NameKind, OperatingStatus, TitleStatus

anything = st.text(max_size=40)


def plan_of(text: str) -> StrictPlan:
    words = tuple(word for part in text.split() for word in plan_word(part))
    return StrictPlan(words=words, whole=compact(text), core=compact_core(text))


def marked(shown: str, text: str) -> list[str]:
    return [piece.text for piece in highlight(shown, plan_of(text)) if piece.marked]


@given(anything, anything)
def test_the_pieces_joined_are_the_text(shown: str, text: str) -> None:
    assert "".join(piece.text for piece in highlight(shown, plan_of(text))) == shown


def test_marks_fall_on_what_matched_whatever_its_dress() -> None:
    assert marked("深圳市星瀾光電（集团）有限公司", "星澜光电") == ["星瀾光電"]
    assert marked("ＴＣＱ华例科技", "tcq") == ["ＴＣＱ"]
    assert marked("某例（上海）有限公司", "例上海") == ["例（上海"]
    assert marked("<b>甲乙</b>", "甲乙") == ["甲乙"]
    assert marked("甲乙丙", "丁戊") == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("深圳市星澜光电技术有限公司", "exact"),
        ("星澜光电", "brand"),
        ("星澜", "prefix"),
        ("光电技", "infix"),
        ("星澜 技术", "contains"),
        ("澜光", "infix"),
        ("旧称", "former_name"),
        ("xinglan", "pinyin"),
        ("xlgd", "initials"),
        ("optoelectronics", "english_name"),
        ("光刻胶", "product"),
    ],
)
def test_the_reason_names_what_matched(text: str, slug: str) -> None:
    known = Known(
        name="深圳市星澜光电技术有限公司",
        names=(
            KnownName("深圳市旧称示例有限公司", NameKind.FORMER, date(2016, 1, 1), None),
            KnownName("Xinglan Optoelectronics Co., Ltd.", NameKind.ENGLISH),
        ),
        codes=(),
        stock_code=None,
        products=("示例光刻胶",),
    )
    reason = explain(plan_of(text), known)
    assert reason.slug == ("english_name" if text == "xinglan" else slug)
    assert reason.why.zh
    assert reason.why.en


def test_similar_names_come_by_letters_then_by_sound() -> None:
    ladder = plan_ladder(plan_of("星岚光电"), "星岚光电")
    assert ladder is not None
    found = rerank(
        ladder,
        [
            Candidate(1, 0.0, "深圳市海天光电有限公司", (("海天光电", "haitianguangdian"),)),
            Candidate(2, 0.0, "深圳市星澜光电技术有限公司", (("星澜光电", "xinglanguangdian"),)),
            Candidate(3, 0.0, "广州光澜星电有限公司", (("光澜星电", "guanglanxingdian"),)),
        ],
    )
    assert found[0].id == 2
    assert found[0].by_sound
    assert found[0].form == "星澜光电"


def test_sentences_and_codes_have_no_similar_names() -> None:
    assert plan_ladder(StrictPlan(identifiers=("300750",)), "300750") is None
    assert plan_ladder(plan_of("甲" * 60), "甲" * 60) is None


@given(anything)
def test_cleaning_a_text_leaves_nothing_invisible_and_is_stable(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert not set(cleaned) & set("\x00\n\t\u200b\u202e\ufeff")


def test_an_overlong_text_is_cut_and_says_so() -> None:
    query = SearchQuery(text="甲" * 501)
    assert (len(query.text), query.trimmed) == (500, True)
    assert query.changed(limit=5).trimmed
    assert not SearchQuery(text="甲" * 500).trimmed


def test_a_question_becomes_address_parameters_and_values_toggle() -> None:
    query = SearchQuery(text="甲", cities=("440300",), levels=(Level.NATIONAL,), as_of=date(2026, 1, 2), cursor="x")
    assert query.params() == (("q", "甲"), ("city", "440300"), ("level", "national"), ("as_of", "2026-01-02"))
    assert query.toggled("city", "440300").cities == ()
    assert query.toggled("level", "provincial").levels == (Level.NATIONAL, Level.PROVINCIAL)
    assert query.toggled("city", "440300").cursor is None


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_size_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(ValidationError):
        SearchQuery(limit=limit)


@given(st.lists(st.text(alphabet="华星光电示例（）ab1", max_size=20), max_size=4), st.text(max_size=20))
def test_any_name_makes_an_entry_of_distinct_terms(others: list[str], name: str) -> None:
    names = tuple(KnownName(n, NameKind.FORMER) for n in others)
    entry = enterprise_entry(EnterpriseSource(1, EnterpriseCard("P-1", None, name, names, industry="C3985")))
    for terms in entry.terms.values():
        assert len(set(terms)) == len(terms)
        assert all(terms)
    assert entry.terms["industries"][0] == "C3985"
    assert entry.key == "e1"


def test_standing_counts_held_titles_and_forgets_the_gone() -> None:
    held = SourceTitle("little_giant", Level.NATIONAL, TitleStatus.VALID, date(2024, 1, 1), None)
    assert standing([], listed=False, operating=OperatingStatus.ACTIVE) == 1
    assert standing([held, held], listed=False, operating=OperatingStatus.ACTIVE) == 7
    assert standing([held], listed=True, operating=OperatingStatus.ACTIVE) == 10
    assert standing([held], listed=True, operating=OperatingStatus.CANCELLED) == 0


def test_the_shipped_settings_hold() -> None:
    settings = search_settings()
    assert "公司" in settings.generic_words
    assert all(len(pair) == 2 for pair in settings.stop_pairs)
