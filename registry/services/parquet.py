"""Parquet files: typed columns, written some rows at a time. Needs the extra ``parquet``.

Dates are days, numbers integers, lists of text lists; what has a shape of its own is JSON text. Names are those of the
columns, their meaning in both languages stands with each field, and in the metadata where the rows come from.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, BinaryIO, Self

from registry.db import dump_json
from registry.extras import PARQUET
from registry.schemas.bulk import BulkColumn

MEDIA_TYPE = "application/vnd.apache.parquet"
BATCH_ROWS = 500
"""Rows that are kept as objects; those of a row group lie packed."""
GROUP_ROWS = 20_000
"""Rows of a row group: what a reader takes in at once."""
ABOUT = b"registry"
"""Key of the metadata that says where the rows come from, as JSON."""


class ParquetFile:
    """A Parquet file that is being written to a stream, which stays open. Raises NotInstalled without the extra."""

    def __init__(
        self, stream: BinaryIO, columns: Sequence[BulkColumn], *, about: Mapping[str, Any] | None = None
    ) -> None:
        PARQUET.require()
        import pyarrow as pa  # type: ignore[import-untyped]
        from pyarrow import parquet

        self._pa, self._columns = pa, columns
        said = {ABOUT: json.dumps(about, ensure_ascii=False, default=str).encode()} if about else None
        self._schema = pa.schema([_field(pa, column) for column in columns], metadata=said)
        self._writer = parquet.ParquetWriter(_Forward(stream), self._schema, compression="zstd")
        self._waiting: list[Sequence[Any]] = []
        self._group: list[Any] = []
        self.rows = 0

    def add(self, values: Sequence[Any]) -> None:
        """One row, a value a column."""
        self._waiting.append(values)
        self.rows += 1
        if len(self._waiting) >= BATCH_ROWS:
            self._pack()
            if sum(batch.num_rows for batch in self._group) >= GROUP_ROWS:
                self._write_group()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._pack()
            self._write_group()
        self._writer.close()

    def _pack(self) -> None:
        if not self._waiting:
            return
        arrays = [
            self._pa.array([_value(row[place], column) for row in self._waiting], type=self._schema.field(place).type)
            for place, column in enumerate(self._columns)
        ]
        self._group.append(self._pa.record_batch(arrays, schema=self._schema))
        self._waiting.clear()

    def _write_group(self) -> None:
        if self._group:
            # As one table: each batch by itself would become a row group of its own.
            table = self._pa.Table.from_batches(self._group, schema=self._schema)
            self._writer.write_table(table, row_group_size=GROUP_ROWS)
            self._group.clear()


def write_parquet(
    stream: BinaryIO, columns: Sequence[BulkColumn], rows: Iterable[Sequence[Any]], *, about: Mapping[str, Any]
) -> int:
    """Write rows to ``stream`` (left open); returns how many. Memory does not grow with them. Raises NotInstalled."""
    with ParquetFile(stream, columns, about=about) as file:
        for row in rows:
            file.add(row)
    return file.rows


class _Forward(io.RawIOBase):
    """Passes on what is written and counts it: a pipe cannot say how far it is, and nobody is to close it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._length = stream, 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._length

    def write(self, data: Any) -> int:
        self._stream.write(data)
        self._length += len(data)
        return len(data)


def _field(pa: Any, column: BulkColumn) -> Any:
    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us", tz="UTC"),
        "list": pa.list_(pa.string()),
        "object": pa.string(),
    }
    meaning = {b"zh": column.meaning.zh.encode(), b"en": column.meaning.en.encode()}
    return pa.field(column.name, types[column.type], metadata=meaning)


def _value(value: Any, column: BulkColumn) -> Any:
    if value is None:
        return None
    if column.type == "object":
        return dump_json(value)
    return str(value) if column.type == "string" else value
