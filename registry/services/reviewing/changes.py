"""How a value that was sent differs from another: the size in words, and for texts what went and what came."""

from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Literal

from registry.errors import Locale, Text
from registry.schemas.reviewing import Change
from registry.services.submitting.catalogue import FieldDef
from registry.tiering.wording import defined, show, show_gap

NUMBERS = frozenset({"money", "count", "quantity", "ratio", "score"})
LONGEST_COMPARED = 2_000
Piece = tuple[Literal["same", "del", "ins"], str]


def is_number(value: Any) -> bool:
    """Whether JSON calls it a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Whether two values say the same; nothing and an empty text do."""
    if left in (None, "", []) and right in (None, "", []):
        return True
    if is_number(left) and is_number(right):
        return Decimal(str(left)) == Decimal(str(right))
    return bool(left == right)


def change_of(field: FieldDef, sent: Any, *, live: Any, last: Any) -> Change | None:
    """How a value differs: numbers from last year's, else from the live one; texts from the live one.

    None where there is nothing to compare with or nothing differs.
    """
    if field.kind in NUMBERS:
        base = last if is_number(last) else live
        if not (is_number(sent) and is_number(base)) or equal(sent, base):
            return None
        return Change(said=size_of(field, base, sent))
    if isinstance(sent, str) and isinstance(live, str) and live and not equal(sent, live):
        return Change(pieces=pieces_of(live, sent))
    return None


def size_of(field: FieldDef, before: Any, after: Any) -> Text:
    """+17.0% for money, +4 人 for counts, +2 个百分点 for shares."""
    if field.kind in ("money", "quantity") and before > 0:
        ratio = (Decimal(str(after)) - Decimal(str(before))) / Decimal(str(before)) * 100
        said = f"{ratio:+,.1f}%".replace("-", "−")
        return Text(said, said)
    gap = Decimal(str(after)) - Decimal(str(before))
    return Text(_signed(field, gap, "zh"), _signed(field, gap, "en"))


def _signed(field: FieldDef, gap: Decimal, locale: Locale) -> str:
    unit, counter = defined(field.figure) if field.figure else ("number", Text("", ""))
    size: int | float = int(abs(gap)) if abs(gap) % 1 == 0 else float(abs(gap))
    words = show_gap(unit, counter, size, locale) if unit == "ratio" else show(unit, counter, size, locale)
    return f"{'+' if gap > 0 else '−'}{words}"


def in_words(field: FieldDef, value: int | float) -> Text:
    """A number with its unit: 8,200 万元."""
    unit, counter = defined(field.figure) if field.figure else ("yuan", Text("", ""))
    return Text(show(unit, counter, value, "zh"), show(unit, counter, value, "en"))


def pieces_of(before: str, after: str) -> tuple[Piece, ...]:
    """What stayed, went and came, in the order of reading; very long texts as a whole."""
    if max(len(before), len(after)) > LONGEST_COMPARED:
        return (("del", before), ("ins", after))
    found: list[Piece] = []
    for kind, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", before[start:end]))
        else:
            found += [("del", before[start:end])] if end > start else []
            found += [("ins", after[begin:stop])] if stop > begin else []
    return tuple(found)
