"""Web pages (and the .xls many systems export as one) in the child process: text and tables, nothing run or fetched.

The parser hands over tags one by one; no tree is kept, so depth and recursion of the page do not matter.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from import_scripts.readers.grids import Budget, Grid, GridCell, sheets_of
from import_scripts.readers.refused import Refused

_BLOCK = 1 << 20
_HEAD = 4_096
_WIDEST_SPAN = 1_000
_TALLEST_SPAN = 65_534
_UNSEEN = frozenset({"script", "style", "noscript", "template", "select", "object", "svg", "math", "iframe"})
_LINE_TAGS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 "
    "h6 head header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead "
    "title tr ul".split()
)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,30})|encoding\s*=\s*["']([A-Za-z0-9_.-]{2,30})""")
_AS_BROWSERS_READ = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs"}
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_BROKEN_BETWEEN_WIDE = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n]+[ \t\r\n]*(?={_WIDE})")
_CELL_TAG = re.compile(r"<t[dh][\s>]", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")


def read(source: str, kind: str, limits: dict[str, int]) -> Iterator[Any]:
    """The tables of the page, each with the text before it."""
    content = Path(source).read_bytes()
    if len(content) > limits["markup_bytes"]:
        raise Refused("markup", found=len(content), limit=limits["markup_bytes"])
    text, damaged = decode(content)
    if damaged:
        yield {"note": "undecodable", "count": damaged}
    yield from sheets_of(parse(text, limits).items, "html", limits)


def decode(content: bytes) -> tuple[str, int]:
    """The page as text, and how many places could not be decoded.

    A mark at the start wins; then UTF-8 (what agrees with it in every byte is nothing else), then what the page
    declares and GB18030, if every byte agrees.
    """
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _forgiving(content, encoding)
    likely = ["utf-8", *_declared(content[:_HEAD]), "gb18030"]
    for encoding in likely:
        try:
            return content.decode(encoding), 0
        except UnicodeError:
            continue
    return min((_forgiving(content, encoding) for encoding in likely), key=lambda found: found[1])


def _forgiving(content: bytes, encoding: str) -> tuple[str, int]:
    text = content.decode(encoding, errors="replace")
    return text, text.count("\ufffd")


def _declared(head: bytes) -> Iterator[str]:
    for found in _DECLARED.finditer(head):
        name = (found[1] or found[2]).decode("ascii").lower()
        try:
            known = codecs.lookup(_AS_BROWSERS_READ.get(name, name))
        except LookupError:
            continue
        # Only encodings a page can be declared in as ASCII; others name a transformation such as "zip" or UTF-16.
        if known._is_text_encoding and "<".encode(known.name) == b"<":
            yield known.name


class Page:
    """Takes the tags of a page in turn; ``items`` are then its lines and tables in reading order."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.items: list[str | Grid] = []
        self._limits = limits
        self._budget = Budget(limits["document_cells"])
        self._open: list[_OpenGrid] = []
        self._unseen = 0
        self._text: list[str] = []

    def start(self, tag: str | bytes, attributes: Mapping[Any, Any]) -> None:
        """A tag opens."""
        tag = str(tag)
        if tag in _UNSEEN:
            self._unseen += 1
        if tag in _LINE_TAGS:
            self._end_line()
        if tag == "table":
            self._open_grid(implied=False)
        elif tag == "tr":
            self._open_row()
        elif tag in ("td", "th"):
            self._open_cell(attributes)

    def end(self, tag: str | bytes) -> None:
        """A tag closes, by itself or because the parser closes it."""
        tag = str(tag)
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        if tag in _LINE_TAGS:
            self._end_line()
        if not self._open:
            return
        grid = self._open[-1]
        if tag == "table":
            self._open.pop()
        elif tag == "tr":
            grid.row = grid.cell = None
        elif tag in ("td", "th"):
            grid.cell = None

    def data(self, data: str | bytes) -> None:
        """Text between tags."""
        if not self._unseen:
            self._text.append(str(data))

    def comment(self, text: str | bytes) -> None:
        """Comments are not shown, so not read."""

    def close(self) -> "Page":
        """The end of the page."""
        self._end_line()
        return self

    def _end_line(self) -> None:
        text = _SPACE.sub(" ", _BROKEN_BETWEEN_WIDE.sub("", "".join(self._text))).strip()
        self._text.clear()
        if text:
            self._here().append(text)

    def _here(self) -> list[str | Grid]:
        """Where text goes: the innermost open cell."""
        cells = (grid.cell for grid in reversed(self._open) if grid.cell is not None)
        return next((cell.items for cell in cells), self.items)

    def _open_grid(self, *, implied: bool) -> None:
        if self._open and self._open[-1].implied and self._open[-1].cell is None:
            self._open.pop()
        if len(self._open) >= self._limits["nesting"]:
            raise Refused("nesting")
        grid = Grid()
        self._here().append(grid)
        self._open.append(_OpenGrid(grid, implied))

    def _open_row(self) -> None:
        if not self._open:
            self._open_grid(implied=True)
        grid = self._open[-1]
        grid.row, grid.cell = [], None
        grid.grid.rows.append(grid.row)
        self._budget.spend(1)

    def _open_cell(self, attributes: Mapping[Any, Any]) -> None:
        if not self._open or self._open[-1].row is None:
            self._open_row()
        grid = self._open[-1]
        self._budget.spend(1)
        grid.cell = GridCell(
            columns=_span(attributes.get("colspan"), _WIDEST_SPAN), rows=_span(attributes.get("rowspan"), _TALLEST_SPAN)
        )
        if grid.row is not None:
            grid.row.append(grid.cell)


class _OpenGrid:
    """A table being read; ``implied`` where rows stand in no table."""

    __slots__ = ("cell", "grid", "implied", "row")

    def __init__(self, grid: Grid, implied: bool) -> None:
        self.grid, self.implied = grid, implied
        self.row: list[GridCell] | None = None
        self.cell: GridCell | None = None


def _span(value: Any, most: int) -> int:
    """How far a cell spans; 0 rows means to the end of the table.

    >>> _span("3", 10), _span("0", 10), _span("x", 10), _span(None, 10), _span("99", 10)
    (3, 1, 1, 1, 10)
    """
    digits = str(value or "").strip()
    return min(max(int(digits), 1), most) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 1


def parse(text: str, limits: dict[str, int]) -> Page:
    """Read the markup, however broken."""
    from lxml import etree

    # Before the markup is taken apart; the page counts again what the parser makes of it.
    Budget(limits["document_cells"]).spend(sum(1 for _ in _CELL_TAG.finditer(text)))
    page = Page(limits)
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=False, no_network=True)
    # A NUL byte would end the page for the parser.
    content = text.replace("\x00", "\ufffd").encode("utf-8", errors="replace")
    for start in range(0, len(content), _BLOCK):
        parser.feed(content[start : start + _BLOCK])
    parser.close()
    return page
