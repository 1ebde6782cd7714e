"""Recognise a pasted list of names or codes, which is better looked up as a list than searched for as one text."""

import re

from registry.identity.names import looks_like_firm_name
from registry.identity.uscc import explain_code

LINES_MAX = 5_000
TEXT_MAX = 200_000
LINE_MAX = 200
NAME_MIN = 5
MANY = 2
"""From so many names on it is a list."""
UNSAID = 20
"""So many separate entries are a list even if they do not look like names."""
_LINES = re.compile(r"[\r\n\u2028\u2029\x0b\x0c]+")
_MARKS = re.compile(r"[\t,，;；、|]+")


def pasted_names(raw: str) -> tuple[str, ...]:
    """The entries of a pasted list, in their order, without repetition; empty if the text is one question.

    Give it what was typed, before line ends are folded: several lines, or entries between commas or tabs.

    >>> pasted_names("示例甲科技有限公司\\n示例乙科技有限公司")
    ('示例甲科技有限公司', '示例乙科技有限公司')
    >>> pasted_names("华为, 深圳")
    ()
    """
    for marks in (_LINES, _MARKS):
        parts = [part.strip() for part in marks.split(raw[:TEXT_MAX])]
        entries = tuple(dict.fromkeys(part[:LINE_MAX] for part in parts if part))[:LINES_MAX]
        named = sum(map(_is_name, entries[:UNSAID]))
        if len(entries) >= MANY and (marks is _LINES or named >= MANY) and (named or len(entries) > UNSAID):
            return entries
    return tuple(dict.fromkeys(names_in(raw[:TEXT_MAX])))


def names_in(text: str) -> tuple[str, ...]:
    """Two or more full names or codes with blanks or marks between them, as often as they stand there; else empty."""
    entries = tuple(part[:LINE_MAX] for part in re.split(r"[\s,，;；、|]+", text) if part)[:LINES_MAX]
    named = sum(map(_is_name, entries[:UNSAID]))
    if named < MANY:
        return ()
    return entries if len(entries) > UNSAID else tuple(filter(_is_name, entries))


def _is_name(text: str) -> bool:
    if len(text) < NAME_MIN:
        return False
    return (looks_like_firm_name(text) and not text.isascii()) or (text.isascii() and explain_code(text).valid)
