"""Which row of one list is which row of another, and what they differ in. Pure: no database."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from registry.identity.folding import fold_name
from registry.schemas.batches import ComparedRow, FieldChange, RowSide
from registry.vocabulary import RowChange


class ListRow(NamedTuple):
    """A row of a list: ``subject`` is the enterprise or product it is about, ``code`` the code printed with it."""

    listing_id: int
    subject: int
    name: str
    code: str | None
    city_code: str | None
    group: str | None
    rank: int | None
    level: str | None
    valid_from: date
    valid_to: date | None


class RowPair(NamedTuple):
    """A firm in two lists: ``before`` None where it is new, ``after`` None where it is absent."""

    change: RowChange
    before: ListRow | None
    after: ListRow | None
    differences: tuple[FieldChange, ...] = ()

    @property
    def row(self) -> ListRow:
        """The row of the second list, else that of the first."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a pair has at least one row
        return found


Pair = tuple[ListRow | None, ListRow | None]
Key = Callable[[ListRow], object | None]
"""What two rows must have in common to belong together; None where a row says nothing of the kind."""


_TELLING = (("name", RowChange.RENAMED), ("city", RowChange.MOVED))


def pair_rows(before: Sequence[ListRow], after: Sequence[ListRow]) -> list[Pair]:
    """Every row of both lists exactly once: in the order of ``after``, then what is absent in that of ``before``.

    Rows belong together by the subject they are about, else by the printed code, else by the folded name; where a
    subject has several rows, those of the same printed name first, then in order.
    """
    partner: dict[int, ListRow] = {}
    left, right = list(before), list(after)
    for key in (_exact, _subject, _code, _folded):
        if left and right:
            left, right = _match(left, right, key, partner)
    return [(partner.get(row.listing_id), row) for row in after] + [(row, None) for row in left]


def compared(before: ListRow | None, after: ListRow | None, *, days: bool) -> RowPair:
    """A pair as a change: the first of renamed, moved, changed that holds; ``differences`` names them all.

    Spellings that fold to the same name are the same name; a city or level that one list does not state is not
    compared; days only where asked for.
    """
    if before is None or after is None:
        return RowPair(RowChange.ADDED if before is None else RowChange.ABSENT, before, after)
    differences = tuple(_differences(before, after, days=days))
    if not differences:
        return RowPair(RowChange.SAME, before, after)
    fields = {difference.field for difference in differences}
    change = next((kind for field, kind in _TELLING if field in fields), RowChange.CHANGED)
    return RowPair(change, before, after, differences)


def shown_pair(pair: RowPair) -> ComparedRow:
    """The read model of a pair. Made for what is shown only: thousands of rows are merely counted."""
    return ComparedRow(
        change=pair.change,
        subject_id=pair.row.subject,
        before=_side(pair.before),
        after=_side(pair.after),
        differences=list(pair.differences),
    )


def _differences(before: ListRow, after: ListRow, *, days: bool) -> Iterable[FieldChange]:
    if before.name != after.name and fold_name(before.name) != fold_name(after.name):
        yield FieldChange(field="name", before=before.name, after=after.name)
    if before.city_code and after.city_code and before.city_code != after.city_code:
        yield FieldChange(field="city", before=before.city_code, after=after.city_code)
    fields = ("group", "rank", "valid_from", "valid_to") if days else ("group", "rank")
    for field in fields:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield FieldChange(field=field, before=_text(old), after=_text(new))
    if before.level and after.level and before.level != after.level:
        yield FieldChange(field="level", before=before.level, after=after.level)


def _match(
    left: list[ListRow], right: list[ListRow], key: Key, partner: dict[int, ListRow]
) -> tuple[list[ListRow], list[ListRow]]:
    """Pair rows of equal key in order; what is left over on both sides. Rows without a key are left over."""
    waiting: defaultdict[object, list[ListRow]] = defaultdict(list)
    for row in reversed(left):
        value = key(row)
        if value is not None:
            waiting[value].append(row)
    unmatched, taken = [], set()
    for row in right:
        value = key(row)
        same = waiting.get(value) if value is not None else None
        if same:
            found = partner[row.listing_id] = same.pop()
            taken.add(found.listing_id)
        else:
            unmatched.append(row)
    return [row for row in left if row.listing_id not in taken], unmatched


def _exact(row: ListRow) -> object:
    return (row.subject, row.name)


def _subject(row: ListRow) -> object:
    return row.subject


def _code(row: ListRow) -> object | None:
    return row.code


def _folded(row: ListRow) -> object | None:
    return fold_name(row.name) or None


def _side(row: ListRow | None) -> RowSide | None:
    if row is None:
        return None
    return RowSide(
        listing_id=row.listing_id,
        name=row.name,
        city_code=row.city_code,
        group=row.group,
        rank=row.rank,
        level=row.level,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
