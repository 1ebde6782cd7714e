"""Codes of an authenticator, held against the standard's own table."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import totp

# RFC 6238, appendix B: the key "12345678901234567890", SHA-1; the last six of its eight digits.
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
TABLE = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), TABLE)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_of(KEY, seconds // totp.STEP_SECONDS) == code


@given(st.integers(-5, 5))
def test_a_code_fits_a_clock_that_is_half_a_minute_off_and_no_more(off: int) -> None:
    moment = datetime(2026, 11, 23, 9, 0, 17, tzinfo=UTC)
    present = totp.step_at(moment)
    found = totp.matching_step(KEY, totp.code_of(KEY, present + off), moment=moment, after=None)
    assert (found == present + off) if abs(off) <= totp.DRIFT else found is None


def test_a_code_is_good_only_once_and_none_before_it_either() -> None:
    moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    present = totp.step_at(moment)
    assert totp.matching_step(KEY, totp.code_of(KEY, present), moment=moment, after=present) is None
    assert totp.matching_step(KEY, totp.code_of(KEY, present - 1), moment=moment, after=present) is None
    assert totp.matching_step(KEY, totp.code_of(KEY, present + 1), moment=moment, after=present) == present + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00"])
def test_anything_else_fits_nothing(typed: str) -> None:
    assert totp.matching_step(KEY, typed, moment=datetime(2026, 1, 1, tzinfo=UTC), after=None) is None


def test_a_fresh_key_is_long_and_never_the_same() -> None:
    keys = {totp.new_key() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key) for key in keys} == {32}
    assert "=" not in "".join(keys)


def test_the_address_names_site_and_login_and_the_key() -> None:
    address = totp.address(KEY, login="li@example.org", issuer="示例 库")
    assert address.startswith("otpauth://totp/%E7%A4%BA%E4%BE%8B%20%E5%BA%93%3Ali%40example.org?")
    assert f"secret={KEY}" in address
