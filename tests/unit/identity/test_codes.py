"""Credit codes, organisation codes and old registration numbers."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.identity import (
    USCC_ALPHABET,
    check_character,
    explain_code,
    is_org_code,
    is_registration_number,
    is_uscc,
    nearest_uscc,
    normalise_code,
    org_code_of,
    parse_org_code,
    parse_registration_number,
    parse_uscc,
)
from registry.identity.modulo import registration_check_digit

VECTORS = ["91350100M000100Y43", "91440000MA9TERT04X", "91440300MA9DEMA132", "91441900MA9DEMA218"]
SCIENTIFIC = "此为 Excel 科学计数法，代码已损坏；请把该列设为文本后重新导出。"

letters = st.sampled_from(USCC_ALPHABET)
bodies = st.builds(
    lambda head, region, tail: head + region + tail,
    st.text(letters, min_size=2, max_size=2),
    st.text(st.sampled_from("0123456789"), min_size=6, max_size=6),
    st.text(letters, min_size=9, max_size=9),
)
codes = bodies.map(lambda body: body + check_character(body))


@pytest.mark.parametrize("code", VECTORS)
def test_the_vectors_of_the_standard_are_valid(code: str) -> None:
    assert is_uscc(code)
    assert parse_uscc(code).org_code == code[8:17] == org_code_of(code)


@pytest.mark.parametrize("code", VECTORS)
def test_a_vector_with_another_last_character_is_refused_and_the_expected_one_named(code: str) -> None:
    wrong = code[:17] + ("A" if code[17] != "A" else "B")
    assert not is_uscc(wrong)
    with pytest.raises(InvalidInput, match=f"末位为 {wrong[17]}，按前 17 位应为 {code[17]}"):
        parse_uscc(wrong)


@given(codes)
def test_a_code_with_its_own_check_character_is_valid(code: str) -> None:
    assert is_uscc(code)


@given(codes, st.integers(0, 17), letters)
def test_one_wrong_character_is_always_caught(code: str, place: int, wrong: str) -> None:
    assume(code[place] != wrong)
    assert not is_uscc(code[:place] + wrong + code[place + 1 :])


@given(codes, st.integers(0, 16))
def test_swapped_neighbours_are_caught_unless_they_are_equal(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_uscc(swapped) is (swapped == code)


@given(codes, st.integers(0, 17), st.sampled_from(USCC_ALPHABET + "OISZV"))
def test_nearest_contains_the_original_after_one_substitution(code: str, place: int, wrong: str) -> None:
    assume(code[place] != wrong)
    assert code in nearest_uscc(code[:place] + wrong + code[place + 1 :])


@given(codes, st.integers(0, 16))
def test_nearest_contains_the_original_after_a_swap(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    assert code in nearest_uscc(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@given(codes, st.integers(0, 17))
def test_nearest_contains_the_original_after_one_was_left_out(code: str, place: int) -> None:
    assert code in nearest_uscc(code[:place] + code[place + 1 :])


@given(codes, st.integers(0, 18), letters)
def test_nearest_contains_the_original_after_one_too_many(code: str, place: int, extra: str) -> None:
    assert code in nearest_uscc(code[:place] + extra + code[place:])


@given(st.text(st.sampled_from(USCC_ALPHABET + "OISZV-. "), max_size=22))
def test_nearest_offers_only_valid_codes_each_once_and_in_a_fixed_order(text: str) -> None:
    offered = nearest_uscc(text)
    assert all(map(is_uscc, offered))
    assert len(set(offered)) == len(offered) <= 36
    assert nearest_uscc(text, limit=2) == offered[:2]


def test_a_look_alike_is_offered_first() -> None:
    code = "91350900587527783P"
    assert nearest_uscc(code.replace("8", "B", 1))[0] == code
    assert nearest_uscc(code.replace("5", "S", 1)) == [code]


@given(st.text())
def test_normalising_a_code_twice_changes_nothing(text: str) -> None:
    assert normalise_code(normalise_code(text)) == normalise_code(text)


@pytest.mark.parametrize(
    "dressed",
    [
        " 91350900587527783p\n",
        "9135 0900 5875 2778 3P",
        "９１３５０９００５８７５２７７８３Ｐ",
        "\u200b91350900-58752778-3P\ufeff",
        "9135\u30000900\u2010587527783P",
        "'91350900587527783P",
    ],
)
def test_dress_is_taken_off(dressed: str) -> None:
    assert normalise_code(dressed) == "91350900587527783P"
    assert parse_uscc(dressed).code == "91350900587527783P"


def test_the_letter_o_is_never_repaired_in_silence() -> None:
    explained = explain_code("9135 090O 5875 2778 3p")
    assert explained.normalised == "9135090O587527783P"
    assert not explained.valid
    assert explained.repaired == "91350900587527783P"
    assert "第 8 位“O”（可能是 0）" in explained.message.zh


def test_several_look_alikes_are_repaired_together() -> None:
    explained = explain_code("9I35O9OO587527783P")
    assert explained.repaired == "91350900587527783P"
    assert "第 2、5、7、8 位" in explained.message.zh


@pytest.mark.parametrize("text", ["9.13509E+17", "9.144030123456789e+17", "9.1E17", "914403001922038216.0"])
def test_scientific_notation_is_named_and_nothing_is_guessed(text: str) -> None:
    explained = explain_code(text)
    assert (explained.kind, explained.valid, explained.nearest) == ("scientific", False, ())
    assert explained.message.zh == SCIENTIFIC
    with pytest.raises(InvalidInput, match="科学计数法"):
        parse_uscc(text)


def test_eighteen_digits_ending_in_000_point_to_excel_and_nothing_is_guessed() -> None:
    explained = explain_code("914403001234567000")
    assert "Excel 只保留 15 位" in explained.message.zh
    assert explained.nearest == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "为空"),
        ("9135010", "应为 18 位，现为 7 位"),
        ("91350100M000100Y4", "现为 17 位。可能少录一位"),
        ("91350100M000100Y433", "现为 19 位。可能多录一位"),
        ("91350100M000100Y4*", "第 18 位“*”"),
        ("9135A100M000100Y43", "第 5 位应为数字"),
        ("V1350100M000100Y43", "第 1 位“V”（可能是 U）"),
    ],
)
def test_the_fault_is_named_exactly(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_uscc(text)
    assert said in caught.value.text.zh
    assert caught.value.field == "uscc"


def test_a_failed_inner_check_is_a_warning_and_not_an_error() -> None:
    body = "91440300" + "587527784"
    parsed = parse_uscc(body + check_character(body))
    assert ["GB 11714" in warning.zh for warning in parsed.warnings] == [True]


def test_an_unusual_category_is_a_warning() -> None:
    body = "9X440300" + "587527783"
    parsed = parse_uscc(body + check_character(body))
    assert parsed.kind is None
    assert ["前两位 9X" in warning.zh for warning in parsed.warnings] == [True]


@given(st.text())
def test_any_text_can_be_explained_in_both_languages(text: str) -> None:
    explained = explain_code(text)
    assert explained.message.zh
    assert explained.message.en
    assert explained.valid is False or explained.kind in ("uscc", "org_code", "registration_number")


@pytest.mark.parametrize("text", ["M000100Y-4", "m000100y4", "58752778-3", " ５８７５２７７８－３ "])
def test_an_organisation_code_is_read_with_and_without_the_hyphen(text: str) -> None:
    assert parse_org_code(text).printed in ("M000100Y-4", "58752778-3")
    assert explain_code(text).kind == "org_code"


@given(st.text(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=8, max_size=8))
def test_exactly_one_check_character_fits_an_organisation_code(body: str) -> None:
    assert sum(is_org_code(body + check) for check in "0123456789X") == 1


def test_a_wrong_organisation_check_names_the_expected_character() -> None:
    with pytest.raises(InvalidInput, match="末位为 5，按前 8 位应为 4"):
        parse_org_code("M000100Y-5")


@given(st.text(st.sampled_from("0123456789"), min_size=14, max_size=14), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_of_a_registration_number_is_always_warned_of(body: str, place: int, by: int) -> None:
    number = body + registration_check_digit(body)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert parse_registration_number(number).warnings == ()
    assert len(parse_registration_number(wrong).warnings) == 1


def test_the_three_forms_of_registration_numbers_are_told_apart() -> None:
    forms = {n: parse_registration_number(n).form for n in ("110108000000016", "370681NA000276X", "4403011234567")}
    assert list(forms.values()) == ["gs15", "cooperative", "old13"]
    assert not is_registration_number("91350900587527783P")
    with pytest.raises(InvalidInput):
        parse_registration_number("44030112345")
