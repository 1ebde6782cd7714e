"""The directory of an old Office file (compound file): the streams at its top, not those of embedded objects."""

import struct
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_SECTORS = 109
_ENTRY = 128
_MOST_SECTORS = 20_000
"""Of the directory; real ones have a handful."""
_NONE = 0xFFFFFFFF


def top_streams(path: Path) -> set[str] | None:
    """Names of streams and folders at the top of the file; None if its directory cannot be followed.

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


def _children_of_root(directory: bytes) -> set[str] | None:
    if len(directory) < _ENTRY:
        return None
    names: set[str] = set()
    waiting, seen = [struct.unpack_from("<I", directory, 76)[0]], set()
    while waiting:
        place = waiting.pop()
        if place == _NONE or place in seen or (place + 1) * _ENTRY > len(directory):
            continue
        seen.add(place)
        entry = directory[place * _ENTRY : (place + 1) * _ENTRY]
        length = struct.unpack_from("<H", entry, 64)[0]
        names.add(entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", errors="replace"))
        waiting += struct.unpack_from("<II", entry, 68)
    return names
