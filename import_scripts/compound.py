"""The directory of an old Office file (compound file): the streams at its top, not those of embedded objects."""

import struct
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_SECTORS = 109
_ENTRY = 128
_MOST_SECTORS = 20_000
"""Of the directory; real ones have a handful."""
_NONE = 0xFFFFFFFF
_FILEPASS = 0x2F
_RECORDS_LOOKED_AT = 4


def top_streams(path: Path) -> dict[str, int] | None:
    """Streams and folders at the top of the file, each with its first sector; None if the directory is broken.

    Source: [MS-CFB] 2.2 header, 2.6 directory.
    """
    with path.open("rb") as file:
        header = file.read(512)
        try:
            shift, first = struct.unpack_from("<H", header, 30)[0], struct.unpack_from("<I", header, 48)[0]
            if shift not in (9, 12):
                return None
            size = 1 << shift

            def sector(number: int) -> bytes:
                file.seek((number + 1) << shift)
                return file.read(size)

            table = struct.unpack_from(f"<{_HEADER_SECTORS}I", header, 76)
            directory = b""
            number, seen = first, 0
            while number < 0xFFFFFFFA and seen < _MOST_SECTORS:
                directory += sector(number)
                place, offset = divmod(number, size // 4)
                if place >= _HEADER_SECTORS:  # a file beyond 7 MB may keep its directory there
                    return None
                number = struct.unpack_from("<I", sector(table[place]), offset * 4)[0]
                seen += 1
        except (struct.error, OverflowError):
            return None
    return _children_of_root(directory)


def is_locked(path: Path, first_sector: int) -> bool:
    """Whether the workbook stream that begins there says that it is encrypted or obfuscated (FILEPASS).

    Source: [MS-XLS] 2.1.7.20.1: the record follows BOF, at most a write protection stands between.
    """
    with path.open("rb") as file:
        header = file.read(512)
        shift = struct.unpack_from("<H", header, 30)[0]
        file.seek((first_sector + 1) << shift)
        head = file.read(512)
    place = 0
    for _ in range(_RECORDS_LOOKED_AT):
        if place + 4 > len(head):
            return False
        kind, length = struct.unpack_from("<HH", head, place)
        if kind == _FILEPASS:
            return True
        place += 4 + length
    return False


def _children_of_root(directory: bytes) -> dict[str, int] | None:
    if len(directory) < _ENTRY:
        return None
    names: dict[str, int] = {}
    waiting, seen = [struct.unpack_from("<I", directory, 76)[0]], set()
    while waiting:
        place = waiting.pop()
        if place == _NONE or place in seen or (place + 1) * _ENTRY > len(directory):
            continue
        seen.add(place)
        entry = directory[place * _ENTRY : (place + 1) * _ENTRY]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", errors="replace")
        names[name] = struct.unpack_from("<I", entry, 116)[0]
        waiting += struct.unpack_from("<II", entry, 68)
    return names
