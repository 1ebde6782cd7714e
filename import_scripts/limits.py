"""How much of a file is looked at before it is refused: one frozen object, tests make smaller ones."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    file_bytes: int = 200 * MEGABYTE
    unpacked_bytes: int = 1_000 * MEGABYTE
    """Everything inside a compressed file together."""
    compression_ratio: int = 400
    """Real workbooks stay far below; bombs are in the thousands. Checked above ``ratio_from_bytes`` only."""
    ratio_from_bytes: int = 50 * MEGABYTE
    archive_members: int = 5_000
    """Parts of one office file."""
    archive_files: int = 200
    """Files of a zip of lists."""
    cells: int = 10_000_000
    """Rows times columns of one sheet, because the reader keeps the rectangle in memory."""
    row_bytes: int = MEGABYTE
    sheets: int = 200
    tables: int = 50_000
    """Tables of a web page or document; some pages use one for each row."""
    document_cells: int = 500_000
    """Cells of a web page, document or PDF together; they are kept as objects."""
    markup_bytes: int = 100 * MEGABYTE
    """A web page, or the body of a document."""
    nesting: int = 30
    """Tables within tables."""
    pages: int = 2_000
    page_cpu_seconds: int = 10
    """Of a PDF; ordinary pages take a tenth of a second."""
    recognised_pages: int = 50
    """Scanned pages of a PDF, where text recognition is installed."""
    recognition_seconds: int = 1_800
    """In place of the times below for a PDF, where text recognition is installed: a page takes seconds."""
    output_bytes: int = 500 * MEGABYTE
    """Text a reader may write out: a text used by a million cells is stored once and written a million times."""
    child_memory: int = 2_000 * MEGABYTE
    child_cpu_seconds: int = 120
    child_wall_seconds: int = 180


def size_text(size: int) -> str:
    """A size for people: ``50 MB``, ``312 KB``, ``9 字节`` would need a language, so bytes stay ``9 B``.

    >>> size_text(50_000_000), size_text(1_048_576), size_text(812), size_text(9)
    ('50 MB', '1 MB', '812 B', '9 B')
    """
    if size >= MEGABYTE:
        return f"{round(size / MEGABYTE)} MB"
    return f"{round(size / 1_000)} KB" if size >= 1_000 else f"{size} B"
