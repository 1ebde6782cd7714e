"""The check-digit formulas and nothing else."""

import re
from operator import mul
from typing import Final

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015; a character's value is its place. No I, O, S, V, Z."""

USCC_VALUES: Final = {character: value for value, character in enumerate(USCC_ALPHABET)}
USCC_WEIGHTS: Final = (*(pow(3, i, 31) for i in range(17)), 1)

_USCC_SHAPE: Final = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")
_VALUES_BY_BYTE: Final = bytes(USCC_VALUES.get(chr(byte), 0) for byte in range(256))
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc_check_character(body17: str) -> str:
    """The check character of GB 32100-2015. Raises ValueError on a wrong length or character."""
    if len(body17) != 17:
        raise ValueError(f"17 characters expected, not {len(body17)}")
    try:
        total = sum(USCC_VALUES[c] * w for c, w in zip(body17, USCC_WEIGHTS, strict=False))
    except KeyError as error:
        raise ValueError(f"not in the alphabet: {error.args[0]!r}") from None
    return USCC_ALPHABET[-total % 31]


def is_uscc(text: str) -> bool:
    """Whether the text, as it stands, is a valid code: 18 characters, upper case, digits in 3-8, right check.

    Strict on purpose: nothing is trimmed or repaired here, use ``normalise_code`` first.

    >>> is_uscc("91350100M000100Y43"), is_uscc("91350100m000100y43")
    (True, False)
    """
    if _USCC_SHAPE.fullmatch(text) is None:
        return False
    # Without a step of Python per character: imports and the search check hundreds of thousands of codes.
    total: int = sum(map(mul, text.encode().translate(_VALUES_BY_BYTE), USCC_WEIGHTS))
    return total % 31 == 0


def org_check_character(body8: str) -> str:
    """The check character of GB 11714 for 8 characters 0-9 A-Z, on the 36-letter scale (not the 31 of the USCC).

    >>> org_check_character("M000100Y")
    '4'
    """
    total = sum(int(c, 36) * w for c, w in zip(body8, _ORG_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def registration_check_digit(body14: str) -> str:
    """The check digit of GS 15-2006 for 14 digits: ISO/IEC 7064, MOD 11,10.

    >>> registration_check_digit("11010800000001")
    '6'
    """
    product = 10
    for digit in body14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
