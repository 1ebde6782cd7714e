"""Which of some rows is the header: by known words, by shape, and by how it differs from the rows below it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from import_scripts.columns import is_known_header
from import_scripts.structure.cells import SHORT, TYPED, ends_like_a_header, is_year, kind_of, squeeze
from import_scripts.structure.sentences import is_label
from registry.errors import InvalidInput
from registry.schemas.tables import Merge, Row

HEADER_WITHIN = 30
"""The header is looked for in so many rows of more than one cell."""
_SINGLE_WITHIN = 4
_BELOW = 40
_STRONG = 3.0
_DEEPEST = 3
_TYPE_WORDS = frozenset(
    {
        "string",
        "str",
        "int",
        "integer",
        "long",
        "float",
        "double",
        "number",
        "text",
        "varchar",
        "char",
        "date",
        "datetime",
    }
    | {
        "bool",
        "boolean",
        "decimal",
        "enum",
        "list",
        "json",
        "timestamp",
        "文本",
        "字符",
        "字符串",
        "字符型",
        "数字",
        "数值",
        "数值型",
        "整数",
    }
    | {"小数", "日期", "日期型", "时间", "布尔", "文本型", "必填", "选填", "非必填"}
)


@dataclass(frozen=True, slots=True)
class Header:
    """The rows of a header among the rows given, and the names they come to, column by column (blank: no name)."""

    first: int
    """Place of its first row in the rows given."""
    depth: int
    names: tuple[str, ...]
    score: float

    @property
    def last(self) -> int:
        """Place of its last row."""
        return self.first + self.depth - 1


def filled(cells: Sequence[str]) -> list[int]:
    """Positions of cells that are not blank."""
    return [i for i, cell in enumerate(cells) if cell and not cell.isspace()]


def find_header(rows: Sequence[Row], merges: Sequence[Merge] = ()) -> Header | None:
    """The header among the first rows, None if they begin with records. Rows of one cell are no header of a table."""
    wide = max((len(filled(cells)) for _, cells in rows), default=0)
    if wide < 2:
        return _single_column(rows)
    multi = [i for i, (_, cells) in enumerate(rows) if len(filled(cells)) > 1]
    candidates = [(i, _score(rows, i, multi[n + 1 : n + 1 + _BELOW])) for n, i in enumerate(multi[:HEADER_WITHIN])]
    best = max(score for _, score in candidates)
    if best >= _STRONG:
        place, score = next((i, s) for i, s in candidates if s >= max(_STRONG, best / 2))
    else:
        plain = _plain_header(rows, multi)
        if plain is None:
            return None
        place, score = plain, best
    rest = before_next_header(rows[place + 1 :], [rows[place][1]])
    return _whole_header([*rows[: place + 1], *rest], place, merges, score)


def before_next_header(below: Sequence[Row], printed: Sequence[Sequence[str]]) -> Sequence[Row]:
    """The rows below a header down to where another table's header stands."""
    data = False
    for place, (_, cells) in enumerate(below):
        if data and is_header_row(cells) and not same_header(cells, printed):
            return below[:place]
        data = data or any(_typed(cells[i]) for i in filled(cells))
    return below


def header_at(rows: Sequence[Row], number: int, merges: Sequence[Merge] = ()) -> Header:
    """The header an official says stands in row ``number``, with the rows below that name columns under its spans.

    Raises InvalidInput if there is no such row among the first ones.
    """
    place = next((i for i, (each, _) in enumerate(rows) if each == number), None)
    if place is None:
        raise InvalidInput(
            f"第 {number} 行不能作表头：表的开头没有这一行，或这一行是空的。",
            f"Row {number} cannot be the header: the table does not begin with such a row, or it is blank.",
            field="header_rows",
            value=number,
        )
    last = place
    while last - place + 1 < _DEEPEST and last + 1 < len(rows) and _is_child(rows, last, last + 1, merges):
        last += 1
    return Header(place, last - place + 1, _names(rows[place : last + 1], merges), _STRONG)


def is_header_row(cells: Sequence[str]) -> bool:
    """Whether a row is a header without doubt: known words (one will do if all others end like one), nothing typed."""
    texts = [cells[i] for i in filled(cells)]
    known = sum(map(is_known_header, texts))
    like = known + sum(1 for text in texts if not is_known_header(text) and ends_like_a_header(text))
    sure = (known >= 2 and like >= 0.6 * len(texts)) or (known >= 1 and like == len(texts) > 2)
    return sure and not any(map(_typed, texts))


def is_type_row(cells: Sequence[str]) -> bool:
    """A row below the header with data types (string, 文本), numbers of columns (1 2 3, 甲 乙 1 2) or rules (---)."""
    texts = [squeeze(cells[i]).lower().strip("()<>") for i in filled(cells)]
    if len(texts) < 2:
        return False
    if all(text.partition("(")[0] in _TYPE_WORDS or set(text) <= {"-", ":"} for text in texts):
        return True
    numbers = [text for text in texts if text not in "甲乙丙丁戊己栏次abcdefgh"]
    return len(texts) >= 3 and len(numbers) >= 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def same_header(cells: Sequence[str], printed: Iterable[Sequence[str]]) -> bool:
    """Whether a row repeats one of the header rows (most of its cells, at the same places)."""
    said: dict[int, str] = {}
    for row in printed:
        if not set(cells) & set(row) - {""}:
            continue
        said = said or {i: squeeze(cells[i]) for i in filled(cells)}
        texts = {i: squeeze(row[i]) for i in filled(row)}
        equal = sum(1 for i, text in said.items() if texts.get(i) == text)
        if equal and equal >= 0.6 * max(len(said), len(texts)) and (equal > 1 or len(texts) == 1):
            return True
    return False


def _typed(cell: str) -> bool:
    kind = kind_of(cell)
    return kind in TYPED and not is_year(cell) and not is_known_header(cell)


def _score(rows: Sequence[Row], place: int, below: Sequence[int]) -> float:
    """Known words count most; cells that look like data, labels with values and repeats count against."""
    cells = rows[place][1]
    at = filled(cells)
    texts = [cells[i] for i in at]
    known = sum(map(is_known_header, texts))
    tails = 0.0 + sum(1 for text in texts if ends_like_a_header(text) and not is_known_header(text))
    if below:
        usual = sum(sum(1 for i in filled(rows[b][1]) if ends_like_a_header(rows[b][1][i])) for b in below) / len(below)
        tails = max(0.0, tails - usual)
    over_typed = sum(1 for i in at if kind_of(cells[i]) == "text" and _mostly_typed(rows, below, i))
    typed = sum(map(_typed, texts))
    labels = sum(map(is_label, texts))
    long = sum(1 for text in texts if len(squeeze(text)) > 2 * SHORT)
    narrow = bool(below) and len(at) * 3 < sorted(len(filled(rows[b][1])) for b in below)[len(below) // 2]
    score = 3 * known + tails + 1.5 * over_typed - 3 * typed - 3 * labels - 2 * long
    return min(score, 2.0) if narrow else score


def _mostly_typed(rows: Sequence[Row], below: Sequence[int], column: int) -> bool:
    kinds = [kind_of(rows[b][1][column]) for b in below if column < len(rows[b][1])]
    said = [kind for kind in kinds if kind]
    return bool(said) and 2 * sum(1 for kind in said if kind in TYPED) > len(said)


def _plain_header(rows: Sequence[Row], multi: Sequence[int]) -> int | None:
    """Without known words: the first row as wide as those below it, if it is short text that never comes again."""
    widths = sorted(len(filled(rows[i][1])) for i in multi)
    usual = widths[len(widths) // 2]
    place = next((i for i in multi[:HEADER_WITHIN] if len(filled(rows[i][1])) >= usual), None)
    if place is None:
        return None
    cells = rows[place][1]
    texts = [cells[i] for i in filled(cells)]
    if any(map(_typed, texts)) or any(len(squeeze(text)) > SHORT for text in texts) or len(set(texts)) < len(texts):
        return None
    for i in filled(cells):
        seen = Counter(squeeze(rows[b][1][i]) for b in multi if b > place and i < len(rows[b][1]))
        if squeeze(cells[i]) in seen:
            return None
    return place


def _single_column(rows: Sequence[Row]) -> Header | None:
    """A list of one column: its header is a known word above the names."""
    for place, (_, cells) in enumerate(rows[:_SINGLE_WITHIN]):
        (at,) = filled(cells) or (0,)
        if is_known_header(cells[at]):
            return Header(place, 1, (*[""] * at, "".join(cells[at].split())), _STRONG)
        if kind_of(cells[at]) == "firm":
            return None
    return None


def _whole_header(rows: Sequence[Row], place: int, merges: Sequence[Merge], score: float) -> Header:
    """Take the rows above and below that belong to the header, and join their names."""
    first, last = place, place
    while last - first + 1 < _DEEPEST and last + 1 < len(rows) and _is_child(rows, last, last + 1, merges):
        last += 1
    while last - first + 1 < _DEEPEST and first > 0 and _is_child(rows, first - 1, first, merges):
        first -= 1
    return Header(first, last - first + 1, _names(rows[first : last + 1], merges), score)


def _is_child(rows: Sequence[Row], parent: int, child: int, merges: Sequence[Merge]) -> bool:
    """Whether the row ``child`` names columns under the spans of the header row ``parent``."""
    above, below = rows[parent][1], rows[child][1]
    tops, subs = filled(above), filled(below)
    if len(tops) < 2 or not subs or rows[child][0] - rows[parent][0] > 1:
        return False
    texts = [below[i] for i in subs]
    if (
        any(map(_typed, texts))
        or any(len(squeeze(text)) > SHORT for text in texts)
        or any(map(is_label, map(str, above)))
    ):
        return False
    spans = _spans(rows[parent], merges, max(len(above), len(below)))
    wide = {i for top, end in spans.items() if end > top for i in range(top, end + 1)}
    singles = [i for i in tops if i not in wide]
    if not any(i in wide for i in subs) or (singles and all(i in subs for i in singles)):
        return False
    number = rows[child][0]
    if any(r1 < number <= r2 and r1 == rows[parent][0] for r1, _, r2, _ in merges):
        return True
    return _fills_gaps(rows, child, tops, subs, wide)


def _fills_gaps(rows: Sequence[Row], child: int, tops: list[int], subs: list[int], wide: set[int]) -> bool:
    """Without merges to tell: both rows together name the columns that are filled below, the upper one does not."""
    data = [at for _, cells in rows[child + 1 : child + 1 + _BELOW] if len(at := filled(cells)) > 1]
    usual = {i for i in {i for at in data for i in at} if 2 * sum(1 for at in data if i in at) >= len(data)}
    singles = [i for i in tops if i not in wide and i not in subs]
    if len(subs) < 2 or not usual - set(tops):
        return False
    return usual <= set(singles) | set(subs) and not usual <= set(subs)


def _spans(row: Row, merges: Sequence[Merge], width: int) -> dict[int, int]:
    """Filled cell → last column it stands above: by its merge, or as far as the cells beside it are blank."""
    number, cells = row
    at = filled(cells)
    known = {c1 - 1: c2 - 1 for r1, c1, _, c2 in merges if r1 == number}
    if any(end > start for start, end in known.items()):
        return {i: known.get(i, i) for i in at}
    following = [*at[1:], width]
    return {i: end - 1 for i, end in zip(at, following, strict=True)}


def _names(rows: Sequence[Row], merges: Sequence[Merge]) -> tuple[str, ...]:
    """The texts above one another, joined without a separator; a name that spans columns goes to those named below."""
    width = max((filled(cells)[-1] + 1 for _, cells in rows if filled(cells)), default=0)
    parts: list[list[str]] = [[] for _ in range(width)]
    for place, (number, cells) in enumerate(rows):
        lower = {i for _, more in rows[place + 1 :] for i in filled(more)}
        for start, end in _spans((number, cells), merges, width).items():
            text = "".join(cells[start].split())
            for i in range(start, min(end, width - 1) + 1):
                if (i == start or i in lower) and text not in parts[i][-1:]:
                    parts[i].append(text)
    return tuple("".join(texts) for texts in parts)
