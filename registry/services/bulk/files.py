"""Writing the rows of one dataset in every format at once, with count and hash of what was written."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from registry.db import dump_json
from registry.extras import PARQUET
from registry.schemas.bulk import BulkColumn, BulkFile
from registry.services.downloads import guarded
from registry.services.parquet import MEDIA_TYPE, ParquetFile

MEDIA_TYPES = {".gz": "application/gzip", ".json": "application/json", ".parquet": MEDIA_TYPE}
"""By the end of a file's name."""


class _Hashed(io.RawIOBase):
    """Passes on what is written and keeps its hash and length."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.sha256, self.length = hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        self.length += len(data)
        return self._stream.write(data)


def write_files(
    folder: Path, name: str, columns: Sequence[BulkColumn], rows: Iterable[dict[str, Any]]
) -> list[BulkFile]:
    """Write ``<name>.csv.gz``, ``<name>.ndjson.gz`` and, with its extra, ``<name>.parquet``.

    CSV is UTF-8 with BOM, its text guarded against spreadsheets; NDJSON has every value verbatim, one row a line;
    Parquet has typed columns. The same rows give the same bytes.
    """
    names = [column.name for column in columns]
    count = 0
    with ExitStack() as open_files:
        table, of_csv = open_files.enter_context(_compressed(folder / f"{name}.csv.gz"))
        lines, of_ndjson = open_files.enter_context(_compressed(folder / f"{name}.ndjson.gz"))
        typed, of_parquet = None, None
        if PARQUET.installed():
            of_parquet = _Hashed(open_files.enter_context((folder / f"{name}.parquet").open("xb")))
            typed = open_files.enter_context(ParquetFile(cast(BinaryIO, of_parquet), columns))
        table.write("\ufeff")
        writer = csv.writer(table)
        writer.writerow(names)
        for row in rows:
            if typed is not None:
                typed.add([row[column] for column in names])
            values = [_plain(row[column]) for column in names]
            writer.writerow([_cell(value) for value in values])
            lines.write(_json(dict(zip(names, values, strict=True))) + "\n")
            count += 1
    written = [
        BulkFile(name=f"{name}.csv.gz", dataset=name, format="csv", rows=count, **_measured(of_csv)),
        BulkFile(name=f"{name}.ndjson.gz", dataset=name, format="ndjson", rows=count, **_measured(of_ndjson)),
    ]
    if of_parquet is not None:
        measured = _measured(of_parquet)
        written.append(BulkFile(name=f"{name}.parquet", dataset=name, format="parquet", rows=count, **measured))
    return written


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _compressed(path: Path) -> Iterator[tuple[io.TextIOWrapper, _Hashed]]:
    with path.open("xb") as file:
        hashed = _Hashed(file)
        # No name and no time inside: the bytes depend on the rows alone.
        packed = gzip.GzipFile(filename="", mode="wb", fileobj=cast(BinaryIO, hashed), mtime=0, compresslevel=6)
        with packed, io.TextIOWrapper(cast(BinaryIO, packed), encoding="utf-8", newline="") as text:
            yield text, hashed


def _measured(hashed: _Hashed) -> dict[str, Any]:
    return {"bytes": hashed.length, "sha256": hashed.sha256.hexdigest()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: Any) -> str:
    return _json(value) if isinstance(value, list | dict) else guarded(value)


def _json(value: Any) -> str:
    return dump_json(value)
