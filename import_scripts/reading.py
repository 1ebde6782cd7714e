"""Read any file: limits first, then by content to the reader of its kind, then tables with the role of each column."""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from import_scripts import media_types
from import_scripts.limits import Limits, size_text
from import_scripts.readers.archive import read_archive, unpack_gzip
from import_scripts.readers.delimited import read_delimited
from import_scripts.readers.in_child import Reading, read_in_child
from import_scripts.sniffing import sniff
from import_scripts.structure import find_tables
from registry.errors import FileRefused, Text, shorten
from registry.schemas.tables import ReadFile, Sheet, Table

Reader = Callable[[Path, Path, Limits], Reading]
"""From a file and a scratch folder to its sheets, and what to note about it."""


def _read_text(path: Path, scratch: Path, limits: Limits) -> Reading:
    return [Sheet("", read_delimited(path, scratch, limits), origin="text")], []


def _by_child(kind: str) -> Reader:
    return lambda path, scratch, limits: read_in_child(path, kind, scratch, limits)


def _read_gzip(path: Path, scratch: Path, limits: Limits) -> Reading:
    inner = scratch / "unpacked"
    unpack_gzip(path, inner, limits)
    return _read_inner(inner, scratch, limits)


def _read_zip(path: Path, scratch: Path, limits: Limits) -> Reading:
    return read_archive(path, scratch, limits, _read_inner)


def _read_inner(path: Path, scratch: Path, limits: Limits) -> Reading:
    """A file that came out of another. Raises FileRefused for an archive within an archive."""
    kind = sniff(path)
    if kind in (media_types.ZIP, media_types.GZIP):
        raise FileRefused(
            "压缩包里还有压缩包。请先解压一层，再导入其中的文件。",
            "There is an archive within the archive. Unpack it once and import the files inside.",
        )
    return reader_of(kind, path.name)(path, scratch, limits)


READERS: dict[str, Reader] = {
    media_types.CSV: _read_text,
    media_types.XLSX: _by_child("xlsx"),
    media_types.XLS: _by_child("xls"),
    media_types.XLSB: _by_child("xlsb"),
    media_types.ODS: _by_child("ods"),
    media_types.SPREADSHEETML: _by_child("spreadsheetml"),
    media_types.HTML: _by_child("html"),
    media_types.DOCX: _by_child("docx"),
    media_types.PDF: _by_child("pdf"),
    media_types.GZIP: _read_gzip,
    media_types.ZIP: _read_zip,
}
"""One reader for each kind of file. A new kind is a new entry (and leaves ``media_types.REFUSED``)."""


def reader_of(kind: str, name: str) -> Reader:
    """The reader of a kind. Raises FileRefused with what to do where there is none."""
    reader = READERS.get(kind)
    if reader is None:
        advice = media_types.REFUSED[kind]
        raise FileRefused(advice.zh, advice.en, field=name)
    return reader


@contextmanager
def open_file(
    path: Path, limits: Limits | None = None, *, header_rows: Mapping[str, int] | None = None
) -> Iterator[ReadFile]:
    """Understand a file; its rows can be read until the block is left.

    ``header_rows`` says for tables by name in which row the header stands. Raises FileRefused with the reason,
    InvalidInput for a header row there is none of; nothing is stored either way.
    """
    limits = limits or Limits()
    size = _size_of(path, limits)
    kind = sniff(path)
    with tempfile.TemporaryDirectory(prefix="registry-read-") as scratch:
        sheets, notes = reader_of(kind, path.name)(path, Path(scratch), limits)
        tables, remarks = _tables(sheets, header_rows)
        yield ReadFile(
            path=path,
            filename=path.name,
            sha256=hash_of(path),
            size=size,
            media_type=kind,
            tables=tables,
            notes=notes + remarks,
        )


def hash_of(path: Path) -> str:
    """SHA-256 of the file, block by block."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tables(sheets: Iterable[Sheet], header_rows: Mapping[str, int] | None) -> tuple[list[Table], list[Text]]:
    """The tables of the sheets. Raises FileRefused if there is none: all blank, or only text."""
    tables, notes = find_tables(sheets, header_rows)
    if not tables:
        said = [note for note in notes if "是空的" not in note.zh]
        if said:
            raise FileRefused(f"文件里没有表格。{said[0].zh}", f"The file has no table. {said[0].en}")
        raise FileRefused("文件里没有表格，各工作表都是空的。", "The file has no table; every sheet is empty.")
    return tables, notes


def _size_of(path: Path, limits: Limits) -> int:
    try:
        if not path.is_file():
            raise FileRefused(f"没有这个文件：{path.name}", f"No such file: {path.name}", field="FILE", value=path.name)
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as error:
        raise FileRefused(
            f"文件 {shorten(path.name)} 打不开：{error.strerror}。",
            f"The file {shorten(path.name)} cannot be opened: {error.strerror}.",
            field="FILE",
        ) from error
    if size > limits.file_bytes:
        raise FileRefused(
            f"文件有 {size_text(size)}，超过 {size_text(limits.file_bytes)}。请拆成几个文件。",
            f"The file is {size_text(size)}, more than {size_text(limits.file_bytes)}. Split it.",
            field="FILE",
        )
    return size
