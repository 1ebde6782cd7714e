"""Bring a typed or pasted code into its plain form. Dress only: no character is ever guessed here."""

import re

_TO_HALF = str.maketrans({0xFF01 + i: 0x21 + i for i in range(94)})
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# White space, zero-width and direction marks, the soft hyphen, and every dash people and programs put between groups.
_DRESS = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\-\u2010-\u2015\u2212\ufe58\ufe63]+")


def normalise_code(text: str) -> str:
    """The code without its dress: half-width, upper case, no spaces, dashes or zero-width characters.

    Never repairs O to 0 or I to 1: that is a guess, and guesses are shown (see ``explain_code``). A leading
    apostrophe (Excel's text mark) goes too. Idempotent.

    >>> normalise_code(" ９１３５ 0900-5875 2778 3p ")
    '91350900587527783P'
    """
    return _DRESS.sub("", text.translate(_TO_HALF)).translate(_UPPER).lstrip("'")
