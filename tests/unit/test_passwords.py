"""How passwords are kept outside of tests: slow to try, by the algorithm and the work that are recommended."""

from argon2 import Type, extract_parameters

from tests.support.accounts import SHIPPED_HASHER

LEAST_KIB = 19 * 1024
"""The memory OWASP asks of argon2id with two passes or more."""


def test_a_password_is_kept_by_argon2id_with_enough_work() -> None:
    kept = SHIPPED_HASHER().hash("Plainly-fictional-1")
    parameters = extract_parameters(kept)
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= LEAST_KIB
    assert parameters.time_cost >= 2
    assert SHIPPED_HASHER().verify("Plainly-fictional-1", kept)
    assert not SHIPPED_HASHER().verify("Plainly-fictional-2", kept)
