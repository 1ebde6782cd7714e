"""Expressions as filters of a Meilisearch server, and values in a spelling it cannot misread.

The server compares values after folding them (case, width, accents, blanks at the ends) and cuts long ones. The
registry has folded them already and two values are either equal or not, so each is written in characters that its
folding leaves alone. None of them means anything in the filter language: a value cannot end the string it stands in.
"""

import hashlib
import re
from collections.abc import Iterator

from registry.search.documents import FIELDS
from registry.search.expression import AllOf, AllTerms, AnyOf, AnyTerm, But, Expression, Term

ENTRY = "order EXISTS"
"""Holds of every entry, and not of the document that tells about the index."""
LONGEST = 400
"""Bytes; the server cuts values beyond 468."""
_PLAIN = r"0-9a-z:*._\-\u3400-\u4dbf\u4e00-\u9fff"
_PLAIN_VALUE = re.compile(f"[{_PLAIN}]+")
_OTHER = re.compile(f"[^{_PLAIN}]")
_ESCAPED = re.compile("~([0-9a-f]*);")
_FIELDS = frozenset(FIELDS)


def spelled(value: str) -> str:
    """A value as the server keeps it: different values differ, also after its folding. Long ones become a digest.

    >>> spelled("华星"), spelled("C39"), spelled('a" OR b')
    ('华星', '~43;39', 'a~22;~20;~4f;~52;~20;b')
    """
    if _PLAIN_VALUE.fullmatch(value) and len(value) <= LONGEST // 3:
        return value
    written = _OTHER.sub(lambda found: f"~{ord(found[0]):x};", value) or "~;"
    if len(written.encode()) <= LONGEST:
        return written
    return "~~" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def read_back(written: str) -> str:
    """The value that was spelled so; a digest stays what it is.

    >>> read_back("~43;39")
    'C39'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", written)


def filter_of(expression: Expression) -> str | None:
    """The filter for an expression; None if nothing can match. Raises ValueError for an unknown field."""
    written = _written(expression)
    if written is True:
        return ENTRY
    if written is False:
        return None
    # Spelled values have neither blanks nor capitals. What is not wanted of entries must not let in anything else.
    return f"{ENTRY} AND {written}" if "NOT " in written else written


def _written(expression: Expression) -> bool | str:
    """One operand: a comparison, something in brackets, or a truth value."""
    match expression:
        case Term(field, value):
            return f'{_known(field)} = "{spelled(value)}"'
        case AnyTerm(field, values):
            listed = ",".join(f'"{spelled(value)}"' for value in values)
            return f"{_known(field)} IN [{listed}]" if values else False
        case AnyOf():
            return _joined(" OR ", _alternatives(expression), decisive=True)
        case AllOf() | AllTerms() | But():
            return _joined(" AND ", _conditions(expression), decisive=False)


def _joined(word: str, operands: Iterator[bool | str], *, decisive: bool) -> bool | str:
    found: dict[str, None] = {}
    for operand in operands:
        if operand is decisive:
            return decisive
        if isinstance(operand, str):
            found[operand] = None
    if not found:
        return not decisive
    return next(iter(found)) if len(found) == 1 else f"({word.join(found)})"


def _conditions(expression: Expression) -> Iterator[bool | str]:
    """What must hold at once, flat: the server allows few levels of brackets and any length."""
    match expression:
        case AllOf(parts):
            for part in parts:
                yield from _conditions(part)
        case AllTerms(field, values):
            yield from (_written(Term(field, value)) for value in values)
        case But(kept, dropped):
            yield from _conditions(kept)
            refused = _written(dropped)
            yield f"NOT {refused}" if isinstance(refused, str) else not refused
        case _:
            yield _written(expression)


def _alternatives(expression: Expression) -> Iterator[bool | str]:
    match expression:
        case AnyOf(parts):
            for part in parts:
                yield from _alternatives(part)
        case _:
            yield _written(expression)


def _known(field: str) -> str:
    if field not in _FIELDS:
        raise ValueError(f"there is no field {field!r}")
    return field
