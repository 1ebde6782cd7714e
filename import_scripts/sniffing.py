"""What a file is, by its content alone: a name ending proves nothing."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from import_scripts import media_types
from registry.errors import FileRefused

HEAD = 8_192

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"%PDF", "application/pdf"),
    (b"\x1f\x8b", media_types.GZIP),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "application/x-archive"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-archive"),
    (b"{\\rtf", "application/rtf"),
)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COMPOUND_SCAN = 4_000_000
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<table", b"<tr", b"<meta", b"<body", b"<div")
_TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def sniff(path: Path) -> str:
    """The media type of the file. Raises FileRefused for an empty file or a broken archive."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise FileRefused("文件是空的，没有内容可读。", "The file is empty; there is nothing to read.")
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"PK"):
        return _inside_zip(path)
    if head.startswith(_COMPOUND):
        return _inside_compound(path)
    return _text_kind(head)


def _inside_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:200] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError) as error:
        raise FileRefused(
            "文件开头像 xlsx 或压缩包，但已损坏或不完整。请重新下载或另存一份。",
            "The file begins like an xlsx or zip but is damaged or cut short. Download or save it again.",
        ) from error
    return _zip_kind(names, mimetype)


def _zip_kind(names: Iterable[str], mimetype: bytes) -> str:
    folded = {name.lower() for name in names}
    if "xl/workbook.bin" in folded:
        return "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
    if any(name.startswith("xl/") for name in folded):
        return media_types.XLSX
    if any(name.startswith("word/") for name in folded):
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if any(name.startswith("ppt/") for name in folded):
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    if "ofd.xml" in folded:
        return "application/ofd"
    if b"opendocument.spreadsheet" in mimetype:
        return "application/vnd.oasis.opendocument.spreadsheet"
    return "application/zip"


def _inside_compound(path: Path) -> str:
    """Old Office files name their streams in UTF-16 in a directory that may lie anywhere in the file."""
    with path.open("rb") as file:
        content = file.read(_COMPOUND_SCAN)
        size = path.stat().st_size
        if size > 2 * _COMPOUND_SCAN:
            file.seek(size - _COMPOUND_SCAN)
        content += file.read(_COMPOUND_SCAN)

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return "application/x-encrypted-office"
    if has("WordDocument"):
        return "application/msword"
    if has("Workbook") or has("Book\x00"):
        return media_types.XLS
    return "application/x-ole-storage"


def _text_kind(head: bytes) -> str:
    start = head.removeprefix(_TEXT_BOMS[0]).lstrip().lower()
    if start.startswith(_HTML_STARTS):
        return "text/html"
    if start.startswith(b"<?xml") or start.startswith(b"<workbook"):
        return "text/html" if b"<html" in start else "text/xml"
    if head.startswith(_TEXT_BOMS) or looks_like_utf_16(head) is not None:
        return media_types.CSV
    if b"\x00" in head[:64] or _control_share(head) > 0.1:
        return media_types.UNKNOWN
    return media_types.CSV


def looks_like_utf_16(head: bytes) -> str | None:
    """UTF-16 without a mark: line ends and commas leave zero bytes on one side only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < len(head) // 50 + 1 or even + odd == 0:
        return None
    if odd > 20 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 20 * odd else None


def _control_share(head: bytes) -> float:
    strange = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a\x00")
    return strange / len(head)
