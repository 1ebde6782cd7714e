"""Compressed files: one gzip, or a zip of lists, each member read by the reader of its kind under a name we choose."""

import gzip
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from stat import S_ISLNK

from import_scripts.limits import Limits, size_text
from import_scripts.readers.in_child import Reading
from registry.errors import FileRefused, Text, shorten
from registry.schemas.tables import Sheet

_BLOCK = 1 << 20
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_PLAIN_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NO_LISTS = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini"})
"""What systems put into archives by themselves."""

ReadMember = Callable[[Path, Path, Limits], Reading]
"""From a file, a scratch folder and limits to its sheets. Raises FileRefused."""


def read_archive(path: Path, scratch: Path, limits: Limits, read_member: ReadMember) -> Reading:
    """The sheets of all files inside, called ``name in the zip/sheet``.

    A member that cannot be read is named in a note. Raises FileRefused if none can, and for an archive that is hostile
    (bomb, link, path that leads outside), encrypted, damaged or beyond the limits.
    """
    until = time.monotonic() + limits.child_wall_seconds
    sheets: list[Sheet] = []
    notes: list[Text] = []
    last: FileRefused | None = None
    try:
        with zipfile.ZipFile(path) as archive:
            for number, (name, member) in enumerate(_members(archive, limits)):
                left = max(int(until - time.monotonic()), 0)
                own = scratch / f"member-{number}"
                own.mkdir()
                _extract(archive, member, own / "file")
                try:
                    found, remarks = read_member(own / "file", own, replace(limits, child_wall_seconds=left))
                except FileRefused as refusal:
                    last = refusal
                    notes.append(_about(name, refusal.text))
                    continue
                sheets += [replace(each, name=f"{name}/{each.name}" if each.name else name) for each in found]
                notes += [_about(name, remark) for remark in remarks]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise FileRefused(
            "压缩包已损坏或不完整。请重新下载。", "The archive is damaged or cut short. Download it again."
        ) from error
    if not sheets:
        raise _nothing_read(notes, last)
    return sheets, notes


def _members(archive: zipfile.ZipFile, limits: Limits) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The files to read with their names. Raises FileRefused before anything is unpacked."""
    members = archive.infolist()
    named = [(_name(each), each) for each in members]
    files = [
        (name, each) for name, each in named if not name.endswith("/") and not _NO_LISTS & set(name.lower().split("/"))
    ]
    if len(files) > limits.archive_files:
        raise FileRefused(
            f"压缩包里有 {len(files):,} 个文件，超过 {limits.archive_files:,} 个，没有打开。",
            f"The archive holds {len(files):,} files, more than {limits.archive_files:,}; it was not opened.",
        )
    for name, member in files:
        _refuse_hostile(name, member)
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    bomb = unpacked > limits.ratio_from_bytes and unpacked / packed > limits.compression_ratio
    if bomb or unpacked > limits.unpacked_bytes:
        raise FileRefused(
            f"压缩包解压后有 {size_text(unpacked)}，不像名单，没有打开。",
            f"The archive unpacks to {size_text(unpacked)}; this is no list and was not opened.",
        )
    return iter(files)


def _refuse_hostile(name: str, member: zipfile.ZipInfo) -> None:
    shown = shorten(name)
    if member.flag_bits & _ENCRYPTED:
        raise FileRefused(
            f"压缩包有密码（{shown}）。请解压后再导入其中的文件。",
            f"The archive is protected by a password ({shown}). Unpack it and import the files inside.",
        )
    path = PurePosixPath(name.replace("\\", "/"))
    outside = path.is_absolute() or ".." in path.parts or name[1:2] == ":"
    if outside or S_ISLNK(member.external_attr >> 16):
        raise FileRefused(
            f"压缩包里的“{shown}”是链接或指向包外的路径，正常的名单没有，没有打开。",
            f"“{shown}” in the archive is a link or a path that leads outside; no list has such, it was not opened.",
        )
    if member.compress_type not in _PLAIN_WAYS:
        raise FileRefused(
            f"压缩包里的“{shown}”用了不常见的压缩方法。请解压后再导入其中的文件。",
            f"“{shown}” in the archive is packed in an unusual way. Unpack it and import the files inside.",
        )


def _name(member: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: many Chinese systems write GBK or UTF-8 and do not say so."""
    if member.flag_bits & _UTF_8:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    with archive.open(member) as source, target.open("wb") as out:
        while block := source.read(_BLOCK):
            out.write(block)


def _about(name: str, text: Text) -> Text:
    return Text(f"“{shorten(name)}”：{text.zh}", f"“{shorten(name)}”: {text.en}")


def _nothing_read(notes: list[Text], last: FileRefused | None) -> FileRefused:
    if last is None or not notes:
        return FileRefused("压缩包里没有文件。", "The archive holds no file.")
    return FileRefused(
        f"压缩包里没有读得出的表格。{notes[-1].zh}", f"The archive holds no table that can be read. {notes[-1].en}"
    )


def unpack_gzip(path: Path, target: Path, limits: Limits) -> None:
    """Unpack one file. Raises FileRefused for a bomb or a damaged file."""
    written = 0
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            while block := source.read(_BLOCK):
                written += len(block)
                if written > limits.unpacked_bytes or _is_bomb(written, path.stat().st_size, limits):
                    raise FileRefused(
                        f"压缩文件解压后超过 {size_text(written)}，不像名单，没有打开。",
                        f"The compressed file unpacks to more than {size_text(written)}; this is no list.",
                    )
                out.write(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileRefused(
            "gz 压缩包已损坏或不完整。请重新下载。", "The gz file is damaged or cut short. Download it again."
        ) from error


def _is_bomb(unpacked: int, packed: int, limits: Limits) -> bool:
    return unpacked > limits.ratio_from_bytes and unpacked / max(packed, 1) > limits.compression_ratio
