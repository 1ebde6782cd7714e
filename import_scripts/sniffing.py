"""What a file is, by its content alone: a name ending proves nothing."""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from import_scripts import compound, media_types
from registry.errors import FileRefused

HEAD = 8_192

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (b"#!/", "application/x-executable"),
    (b"%PDF", media_types.PDF),
    (b"\x1f\x8b", media_types.GZIP),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "application/x-archive"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-archive"),
    (b"\xfd7zXZ\x00", "application/x-archive"),
    (b"MSCF\x00", "application/x-archive"),
    (b"\x28\xb5\x2f\xfd", "application/x-archive"),
    (b"{\\rtf", "application/rtf"),
    (b"\x09\x08\x10\x00", media_types.OLD_XLS),
    (b"\x09\x08\x08\x00", media_types.OLD_XLS),
    (b"\x09\x04\x06\x00", media_types.OLD_XLS),
    (b"\x09\x02\x06\x00", media_types.OLD_XLS),
    (b"\x09\x00\x04\x00", media_types.OLD_XLS),
)
_MAGIC_WITHIN = (
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image"),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1|avif)", re.DOTALL), "image"),
    (re.compile(rb"BM.{4}\x00{4}", re.DOTALL), "image"),
    (re.compile(rb"BZh[1-9]1AY&SY"), "application/x-archive"),
    (re.compile(rb".{257}ustar", re.DOTALL), "application/x-archive"),
)
_COMPOUND_SCAN = 4_000_000
_HTML_SIGNS = re.compile(r"<(?:!doctype\s+html|html|head|body|table|tr|td|meta|div|center|frameset)[\s>/]", re.I)
_SPREADSHEETML = "urn:schemas-microsoft-com:office:spreadsheet"
_ARCHIVED_PAGE = re.compile(rb"^(?:From|Subject|Date|MIME-Version|Content-Type|X-[\w-]+|Snapshot-[\w-]+):", re.I)
_TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What the library raises on damaged archives."""
_LAST_SECTOR = 0xFFFFFFFA
_END_OF_ZIP = b"PK\x05\x06"
_END_OF_ZIP_64 = b"PK\x06\x06"
_MOST_DIRECTORY = 4_000_000
"""Bytes of the directory of a zip; 5,000 members with long names stay far below."""


def sniff(path: Path) -> str:
    """The media type of the file. Raises FileRefused for an empty file or a broken archive."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise FileRefused("文件是空的，没有内容可读。", "The file is empty; there is nothing to read.")
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    for pattern, media_type in _MAGIC_WITHIN:
        if pattern.match(head):
            return media_type
    if head.startswith(b"PK"):
        return _inside_zip(path)
    if head.startswith(compound.MAGIC):
        return _inside_compound(path)
    if head.lstrip(b"\xef\xbb\xbf\r\n\t \x00").startswith(b"%PDF-"):
        return media_types.PDF
    return _text_kind(head)


def _inside_zip(path: Path) -> str:
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = b""
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    mimetype = part.read(200)
    except _BROKEN_ZIP as error:
        raise FileRefused(
            "文件开头像 xlsx、docx 或压缩包，但已损坏或不完整。请重新下载或另存一份。",
            "The file begins like an xlsx, docx or zip but is damaged or cut short. Download or save it again.",
        ) from error
    return _zip_kind(names, mimetype)


def _check_directory(path: Path) -> None:
    """Refuse a directory of millions of members before the library reads it whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - 70_000, 0))
        tail = file.read()
    found = [struct.unpack_from("<I", tail, at + 12)[0] for at in (tail.rfind(_END_OF_ZIP),) if at >= 0]
    found += [struct.unpack_from("<Q", tail, at + 40)[0] for at in (tail.rfind(_END_OF_ZIP_64),) if at >= 0]
    if any(_MOST_DIRECTORY < each != 0xFFFFFFFF for each in found):
        raise FileRefused(
            "压缩包里的文件太多，不像名单，没有打开。", "The archive has too many members; this is no list."
        )


def _zip_kind(names: Iterable[str], mimetype: bytes) -> str:
    folded = {name.lower() for name in names}
    if "xl/workbook.bin" in folded:
        return media_types.XLSB
    if any(name.startswith("xl/") for name in folded):
        return media_types.XLSX
    if any(name.startswith("word/") for name in folded):
        return media_types.DOCX
    if any(name.startswith("ppt/") for name in folded):
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    if "ofd.xml" in folded:
        return "application/ofd"
    if b"opendocument.spreadsheet" in mimetype:
        return media_types.ODS
    if b"opendocument" in mimetype or any(name.endswith(".iwa") for name in folded):
        return "application/vnd.oasis.opendocument"
    return media_types.ZIP


def _inside_compound(path: Path) -> str:
    """Old Office files name their streams in a directory; where that is damaged, the names are looked for anywhere."""
    streams = compound.top_streams(path)
    if streams is None:
        streams = dict.fromkeys(_streams_anywhere(path), -1)
    if "EncryptedPackage" in streams:
        return "application/x-encrypted-office"
    for name in ("Workbook", "Book", "WORKBOOK", "BOOK"):
        if name in streams:
            locked = 0 <= streams[name] < _LAST_SECTOR and compound.is_locked(path, streams[name])
            return "application/x-encrypted-office" if locked else media_types.XLS
    if "WordDocument" in streams:
        return "application/msword"
    if "PowerPoint Document" in streams:
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    return "application/x-ole-storage"


def _streams_anywhere(path: Path) -> set[str]:
    with path.open("rb") as file:
        content = file.read(_COMPOUND_SCAN)
        size = path.stat().st_size
        if size > 2 * _COMPOUND_SCAN:
            file.seek(size - _COMPOUND_SCAN)
        content += file.read(_COMPOUND_SCAN)
    known = ("EncryptedPackage", "WordDocument", "PowerPoint Document", "Workbook", "Book\x00")
    found = {name.strip("\x00") for name in known if name.encode("utf-16-le") in content}
    return found - {"Workbook", "Book"} if "WordDocument" in found else found


def _text_kind(head: bytes) -> str:
    start = _as_text(head).lstrip("\ufeff \t\r\n")
    lowered = head.lower()
    if _ARCHIVED_PAGE.match(head.lstrip()) and (b"multipart/related" in lowered or b"mime-version" in lowered):
        return media_types.MHT
    if start.startswith("<"):
        if _SPREADSHEETML in start:
            return media_types.SPREADSHEETML
        if _HTML_SIGNS.search(start):
            return media_types.HTML
        if start.startswith("<?xml"):
            return "text/xml"
    if head.startswith(_TEXT_BOMS) or looks_like_utf_16(head) is not None:
        return media_types.CSV
    if b"\x00" in head[:64] or _control_share(head) > 0.1:
        return media_types.UNKNOWN
    return media_types.CSV


def _as_text(head: bytes) -> str:
    """The head with its ASCII readable, whatever the encoding."""
    wide = looks_like_utf_16(head)
    if head.startswith(_TEXT_BOMS[1:]):
        wide = "utf-16"
    return head.removeprefix(_TEXT_BOMS[0]).decode(wide or "latin-1", errors="replace")


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
