"""PDF with a text layer in the child process: a sheet for each page, ruled and unruled tables, text around them.

Scripts, forms, attachments and links of a PDF are never looked at. A page without text is a picture.
"""

import io
import itertools
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from import_scripts.readers import recognition
from import_scripts.readers.grids import Budget
from import_scripts.readers.pdf_tables import RuledTable, is_inside, ruled_tables
from import_scripts.readers.radicals import without_radicals
from import_scripts.readers.refused import Refused
from import_scripts.readers.text_layout import TextRow, Word, rows_of

if TYPE_CHECKING:
    from pdfplumber.page import Page
    from pdfplumber.pdf import PDF
    from pypdfium2 import PdfDocument  # type: ignore[import-untyped]

_MOST_CHARACTERS = 100_000
_MOST_EDGES = 20_000
_SLANT = 0.05
_GARBLED = 0.3
_PICTURE = 0.9
_SPACE = 0.35

Char = dict[str, Any]


class _TooSlow(BaseException):
    """Raised into whatever the library is doing; no ``except Exception`` of it may hold this up."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page as read."""

    number: int
    rows: list[list[str]]
    merged: list[tuple[int, int, int, int]]
    table_row: int
    uncertain: bool = False


def read(source: str, kind: str, limits: dict[str, int]) -> Iterator[Any]:
    """The pages that hold text, in order."""
    document = _open(source, limits)
    try:
        pages = list(_pages(source, document, limits))
    except _TooSlow as error:
        raise Refused("time") from error
    sheets = [page for page in pages if isinstance(page, _Sheet)]
    blank = [page for page in pages if isinstance(page, int)]
    if not sheets:
        raise Refused("scanned")
    if blank:
        yield {"note": "pictures", "pages": blank}
    if any(sheet.uncertain for sheet in sheets):
        yield {"note": "ocr"}
    for sheet in sheets:
        yield {
            "sheet": f"第{sheet.number}页",
            "origin": "page",
            "merged": sheet.merged,
            "table_row": sheet.table_row,
            "uncertain": sheet.uncertain,
        }
        yield from ([number, cells] for number, cells in enumerate(sheet.rows, 1) if any(cells))


def _open(source: str, limits: dict[str, int]) -> "PdfDocument":
    """Open it once with the fast library: passwords and the number of pages before anything is read."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("encrypted") from error
        raise
    if len(document) > limits["pages"]:
        raise Refused("pages", found=len(document), limit=limits["pages"])
    return document


def _pages(source: str, document: "PdfDocument", limits: dict[str, int]) -> Iterator[_Sheet | int]:
    """Each page as read, or its number where it holds no text."""
    import pdfplumber

    budget, scans = Budget(limits["document_cells"]), 0
    with open(source, "rb") as file:
        with _at_most(limits["page_cpu_seconds"]):
            pdf = pdfplumber.open(file)
            walk = enumerate(_walk(pdf), 1)
        while found := _next(walk, limits["page_cpu_seconds"]):
            number, page = found
            if number > limits["pages"]:
                raise Refused("pages", found=number, limit=limits["pages"])
            with _at_most(limits["page_cpu_seconds"]):
                turned = _quarter_turn(page)
                if turned:
                    page = _turned(document, number - 1, turned)
                rows, merged, table_row = _read_page(page, budget)
                uncertain = _is_picture(page)
                page.close()
            if rows:
                yield _Sheet(number, rows, merged, table_row, uncertain)
                continue
            scans += 1
            yield _recognised(document, number, may=scans <= limits["recognised_pages"])


def _recognised(document: "PdfDocument", number: int, *, may: bool) -> _Sheet | int:
    """A page that is a picture, read by text recognition where that is installed and not too much is asked of it."""
    if not may or not recognition.is_available():
        return number
    rows = [row.cells for row in rows_of(recognition.words_of(document[number - 1]))]
    return _Sheet(number, rows, [], _first_wide(rows), uncertain=True) if rows else number


def _next(walk: Iterator[tuple[int, "Page"]], seconds: int) -> tuple[int, "Page"] | None:
    with _at_most(seconds):
        return next(walk, None)


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Stop what takes longer than so many seconds of computing: a page may draw itself a billion times."""

    def stop(number: int, frame: object) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _walk(pdf: "PDF") -> Iterator["Page"]:
    """The pages one by one; the library's own list would make them all at once."""
    from pdfminer.pdfpage import PDFPage
    from pdfplumber.page import Page

    for number, page in enumerate(PDFPage.create_pages(pdf.doc), 1):
        yield Page(pdf, page, page_number=number, initial_doctop=0)


def _read_page(page: "Page", budget: Budget) -> tuple[list[list[str]], list[tuple[int, int, int, int]], int]:
    """Rows from top to bottom, merged cells, and the row at which the first ruled table begins."""
    if len(page.chars) > _MOST_CHARACTERS:
        raise Refused("cells", limit=_MOST_CHARACTERS)
    if not any(str(char["text"]).strip() for char in page.chars):
        return [], [], 1
    _refuse_garbled(page.chars)
    straight = page.filter(_is_straight)
    if _has_doubles(straight.chars):
        straight = straight.dedupe_chars(tolerance=1)
    tables = ruled_tables(straight, budget)
    outside = [char for char in straight.chars if not any(is_inside(char, table.box) for table in tables)]
    text = _text_rows(outside, tables, _rules(straight))
    rows: list[list[str]] = []
    merged: list[tuple[int, int, int, int]] = []
    table_row = 0
    pieces: list[tuple[float, RuledTable | TextRow]] = [(table.box[1], table) for table in tables]
    pieces += [(row.top, row) for row in text]
    for _, piece in sorted(pieces, key=lambda each: each[0]):
        shift = len(rows)
        if isinstance(piece, TextRow):
            budget.spend(len(piece.cells))
            rows.append(piece.cells)
            continue
        table_row = table_row or shift + 1
        merged += [(top + shift, left, bottom + shift, right) for top, left, bottom, right in piece.merged]
        rows += piece.rows
    return rows, merged, table_row or _first_wide(rows)


def _first_wide(rows: list[list[str]]) -> int:
    return next((number for number, cells in enumerate(rows, 1) if len(cells) > 1), 1)


def _text_rows(chars: list[Char], tables: list[RuledTable], rules: list[float]) -> Iterator[TextRow]:
    """The text outside the tables, each stretch between two tables by itself."""
    from pdfplumber.utils.text import extract_words

    edges = [table.box[1] for table in tables]
    stretches: dict[int, list[Word]] = {}
    for found in extract_words(chars, x_tolerance_ratio=_SPACE):
        word = Word(without_radicals(found["text"]), found["x0"], found["x1"], found["top"], found["bottom"])
        stretches.setdefault(sum(edge <= word.top for edge in edges), []).append(word)
    return itertools.chain.from_iterable(rows_of(words, rules) for _, words in sorted(stretches.items()))


def _rules(page: "Page") -> list[float]:
    """Heights at which lines reach over most of the text, in one piece or cell by cell."""
    if not page.chars or len(page.edges) > _MOST_EDGES:
        return []
    width = max(char["x1"] for char in page.chars) - min(char["x0"] for char in page.chars)
    lengths: dict[int, float] = {}
    for edge in page.edges:
        if edge["orientation"] == "h":
            height = round(edge["top"] / 2)
            lengths[height] = lengths.get(height, 0) + edge["x1"] - edge["x0"]
    long = sorted(2.0 * height for height, length in lengths.items() if length > 0.6 * width)
    return [top for i, top in enumerate(long) if i == 0 or top - long[i - 1] > 3]


def _refuse_garbled(chars: list[Char]) -> None:
    """A font without a map to characters reads as (cid:12) or as signs of no language."""
    nameless = sum(char["text"].startswith("(cid:") or "\ue000" <= char["text"][:1] <= "\uf8ff" for char in chars)
    if nameless > _GARBLED * len(chars):
        raise Refused("garbled")


def _is_straight(thing: Char) -> bool:
    """Everything but slanted characters: those are watermarks."""
    if thing.get("object_type") != "char":
        return True
    a, b = abs(thing["matrix"][0]), abs(thing["matrix"][1])
    return bool(min(a, b) <= _SLANT * max(a, b))


def _has_doubles(chars: list[Char]) -> bool:
    """Bold print made by printing twice."""
    places = {(char["text"], round(char["x0"]), round(char["top"])) for char in chars}
    return len(places) < 0.98 * len(chars)


def _quarter_turn(page: "Page") -> int:
    """By how many degrees (clockwise) a page must be turned whose text runs up or down; 0 for ordinary pages."""
    up = sum(char["matrix"][1] > 0 and abs(char["matrix"][0]) < _SLANT * char["matrix"][1] for char in page.chars)
    down = sum(char["matrix"][1] < 0 and abs(char["matrix"][0]) < -_SLANT * char["matrix"][1] for char in page.chars)
    half = len(page.chars) / 2
    return 90 if up > half else 270 if down > half else 0


def _turned(document: "PdfDocument", index: int, degrees: int) -> "Page":
    import pdfplumber
    import pypdfium2

    copy = pypdfium2.PdfDocument.new()
    copy.import_pages(document, [index])
    copy[0].set_rotation((copy[0].get_rotation() + degrees) % 360)
    out = io.BytesIO()
    copy.save(out)
    out.seek(0)
    return pdfplumber.open(out).pages[0]


def _is_picture(page: "Page") -> bool:
    """One picture fills the page: the text over it was recognised by a machine."""
    whole = float(page.width * page.height)
    return any((i["x1"] - i["x0"]) * (i["bottom"] - i["top"]) > _PICTURE * whole for i in page.images)
