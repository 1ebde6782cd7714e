"""Word documents (docx) in the child process: tables, the paragraphs around them, text boxes. Read part by part.

Tracked changes: what was inserted is read, what was deleted is not. Macros, fields and links are never followed.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from import_scripts.readers.grids import Budget, Grid, GridCell, sheets_of
from import_scripts.readers.packages import check_package
from import_scripts.readers.refused import Refused
from import_scripts.readers.word_numbers import Numbers

if TYPE_CHECKING:
    from lxml.etree import _Element

_BODY = "word/document.xml"
_RELATIONS = "_rels/.rels"
_MOST_RELATIONS = 1_000_000
_BLOCK = 1 << 20
_TAG = 20
_CELL_TAG = re.compile(rb"<\w{1,9}:tc[ >]")
_WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"})
"""Elements that hold what would otherwise stand in their place."""
_GONE = frozenset({"del", "moveFrom", "delText", "instrText", "delInstrText", "pPr", "rPr", "tblPr", "Fallback"})
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read(source: str, kind: str, limits: dict[str, int]) -> Iterator[Any]:
    """The tables of the document, each with the paragraphs before it."""
    with zipfile.ZipFile(source) as package:
        names = check_package(package, limits)
        if any(name.endswith("vbaproject.bin") for name in names):
            yield {"note": "macros"}
        body = _body(package)
        size = package.getinfo(body).file_size
        if size > limits["markup_bytes"]:
            raise Refused("markup", found=size, limit=limits["markup_bytes"])
        _count_cells(package, body, limits["document_cells"])
        document = _Document(limits, Numbers(package))
        with package.open(body) as part:
            items = list(document.items(part))
    for remark in sorted(document.remarks):
        yield {"note": remark}
    yield from sheets_of(items, "word", limits)


def _count_cells(package: zipfile.ZipFile, body: str, limit: int) -> None:
    """Refuse very many cells before the markup is taken apart."""
    budget, rest = Budget(limit), b""
    with package.open(body) as part:
        while block := part.read(_BLOCK):
            content = rest + block
            budget.spend(len(_CELL_TAG.findall(content)))
            rest = content[-_TAG:] if not _CELL_TAG.search(content[-_TAG:]) else b""


def _body(package: zipfile.ZipFile) -> str:
    """The part that holds the text: usually one name, else what the package says."""
    names = set(package.namelist())
    if _BODY in names or _RELATIONS not in names:
        return _BODY
    from lxml import etree

    with package.open(_RELATIONS) as part:
        content = part.read(_MOST_RELATIONS)
    relations = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    for relation in relations:
        if str(relation.get("Type")).endswith("/officeDocument"):
            return posixpath.normpath(str(relation.get("Target")).lstrip("/"))
    return _BODY


class _Document:
    """Walks the body once; ``remarks`` collects what to note."""

    def __init__(self, limits: dict[str, int], numbers: Numbers) -> None:
        self.remarks: set[str] = set()
        self._numbers = numbers
        self._limits = limits
        self._budget = Budget(limits["document_cells"])

    def items(self, part: Any) -> Iterator[str | Grid]:
        """Paragraphs and tables in order; each is forgotten when it has been read."""
        from lxml import etree

        walk = etree.iterparse(
            part, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
        )
        depth = 0
        for event, element in walk:
            depth += 1 if event == "start" else -1
            if event == "start":
                if _local(element) == "tc":
                    self._budget.spend(1)
                continue
            if depth == 2:  # a child of the body
                yield from self._blocks(element, 0)
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]

    def _blocks(self, element: "_Element", tables: int) -> Iterator[str | Grid]:
        """What one block of a body, cell or text box holds, ``tables`` tables deep."""
        name = _local(element)
        if name == "p":
            yield from self._paragraph(element, tables)
        elif name == "tbl":
            yield self._table(element, tables + 1)
        elif name in _WRAPPERS:
            for child in element:
                yield from self._blocks(child, tables)
        elif name == "AlternateContent":
            for child in list(element)[:1]:
                yield from self._within(child, tables)
        elif name == "altChunk":
            self.remarks.add("elsewhere")

    def _within(self, element: "_Element", tables: int) -> Iterator[str | Grid]:
        for child in element:
            yield from self._blocks(child, tables)

    def _paragraph(self, paragraph: "_Element", tables: int) -> Iterator[str | Grid]:
        text: list[str] = []
        boxes: list[_Element] = []
        self._text(paragraph, text, boxes)
        number = self._numbers.of(paragraph)
        line = "".join(text).strip() or number
        if line:
            yield line
        if len(boxes) and tables > self._limits["nesting"]:
            raise Refused("nesting")
        for box in boxes:
            yield from self._within(box, tables + 1)

    def _text(self, element: "_Element", text: list[str], boxes: "list[_Element]") -> None:
        """Collect the text of a paragraph, and the text boxes anchored in it."""
        for child in element:
            name = _local(child)
            if name == "t":
                text.append(child.text or "")
            elif name in _SIGNS:
                text.append(_SIGNS[name])
            elif name == "txbxContent":
                boxes.append(child)
            elif name in _GONE:
                if name in ("del", "moveFrom"):
                    self.remarks.add("revisions")
            else:
                if name == "ins":
                    self.remarks.add("revisions")
                self._text(child, text, boxes)

    def _table(self, table: "_Element", tables: int) -> Grid:
        if tables > self._limits["nesting"]:
            raise Refused("nesting")
        grid = Grid()
        above: dict[int, GridCell] = {}
        for row in _children(table, "tr"):
            properties = _child(row, "trPr")
            if properties is not None and _child(properties, "del") is not None:
                self.remarks.add("revisions")
                continue
            cells, above = self._row(row, properties, above, tables)
            grid.rows.append(cells)
        return grid

    def _row(
        self, row: "_Element", properties: "_Element | None", above: dict[int, GridCell], tables: int
    ) -> tuple[list[GridCell], dict[int, GridCell]]:
        """The cells of a row and, by column, those a merge of the next row may go on from."""
        cells: list[GridCell] = []
        open_below: dict[int, GridCell] = {}
        column = _number(properties, "gridBefore")
        if column:
            cells.append(GridCell(columns=column))
        for element in _children(row, "tc"):
            settings = _child(element, "tcPr")
            width = max(_number(settings, "gridSpan"), 1)
            self._budget.spend(width - 1)
            merge = _child(settings, "vMerge")
            going_on = merge is not None and _value(merge) != "restart"
            if going_on and column in above and above[column].columns == width:
                above[column].rows += 1
                open_below[column] = above[column]
            else:
                cell = GridCell(items=list(self._within(element, tables)), columns=width)
                cells.append(cell)
                if merge is not None:
                    open_below[column] = cell
            column += width
        return cells, open_below


def _children(element: "_Element", name: str) -> "Iterator[_Element]":
    """Children of this name, also those a content control or a tracked insertion wraps."""
    for child in element:
        found = _local(child)
        if found == name:
            yield child
        elif found in _WRAPPERS:
            yield from _children(child, name)


def _child(element: "_Element | None", name: str) -> "_Element | None":
    if element is None:
        return None
    return next((child for child in element if _local(child) == name), None)


def _number(properties: "_Element | None", name: str) -> int:
    """A small count such as a span; what is none is 0."""
    found = _child(properties, name)
    digits = _value(found) if found is not None else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 0


def _value(element: "_Element") -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == "val"), "")


def _local(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]
