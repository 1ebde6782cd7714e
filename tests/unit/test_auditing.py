"""What asking for known vulnerabilities came to: silence is never taken for safety."""

import pytest

from tests.support.auditing import outcome


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (0, "No known vulnerabilities found", 0),
        (1, "Found 2 known vulnerabilities in 1 package", 1),
        (1, "ConnectionError: the index cannot be reached", 3),
        (0, "Dependency not found on PyPI and could not be audited: x (1.0)\nNo known vulnerabilities found", 3),
        (1, "Found 1 known vulnerability\nx could not be audited: y", 1),
        (2, "wrong usage", 2),
    ],
)
def test_only_an_answer_counts_as_none_known(code: int, said: str, expected: int) -> None:
    assert outcome(code, said) == expected
