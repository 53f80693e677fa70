"""Parts: the Parquet files of a table, each named by the first and last tick that it covers.

``trades/000000301-000000600.parquet`` holds every trade of ticks 301 to 600, and is a function of those
rows alone: one order of columns, one encoding, text named in order of first appearance. A part that ends
early (a tail) gives its real last tick; of two parts that begin together, the longer one counts.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ..core.errors import CorruptTable, VersionMismatch
from ..core.schemas import TABLES, Column, TableSchema, describe
from .files import canonical_json, write_whole
from .tables import TEXT, Array, digest
from .words import Coded

Table: TypeAlias = Any  # pyarrow.Table: pyarrow ships no types

METADATA = b"catallaxy"
ROWS_A_GROUP = 1 << 18
_ARROW = {
    "int8": pa.int8(), "int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(),
    "string": pa.string(), "json": pa.string(),
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Part:
    """A part file and the ticks that its name claims."""

    first: int
    last: int
    path: Path


CLOSING = "closing"  # the folder of tables that restate the last checkpoint for readers


def part_path(folder: Path, table: str, first: int, last: int) -> Path:
    """Return where the part of ``table`` for ticks ``first`` to ``last`` belongs."""
    return folder / table / f"{first:09d}-{last:09d}.parquet"


def parts_of(folder: Path, table: str) -> list[Part]:
    """Return the parts of ``table`` in order of ticks, without those that a longer one has replaced."""
    newest: dict[int, Part] = {}
    for part in all_parts(folder, table):
        newest[part.first] = part  # sorted, so the longest comes last
    return list(newest.values())


def all_parts(folder: Path, table: str) -> list[Part]:
    """Return every part file of ``table``, sorted by first and last tick."""
    found = []
    for path in (folder / table).glob("*.parquet"):
        first, _, last = path.stem.partition("-")
        if not (first.isdecimal() and last.isdecimal()):
            raise CorruptTable(str(path), "its name does not give a first and a last tick")
        found.append(Part(int(first), int(last), path))
    return sorted(found)


def arrow_schema(schema: TableSchema) -> Any:
    """Return ``schema`` as Arrow's."""
    return pa.schema([pa.field(column.name, _ARROW[column.type]) for column in schema.columns])


def arrow_table(schema: TableSchema, columns: Mapping[str, Array | Coded]) -> Table:
    """Return ``columns``, all or some, as an Arrow table; text columns are dictionary arrays."""
    return pa.table({name: _arrow(columns[name]) for name in schema.names if name in columns})


def plain(schema: TableSchema, table: Table) -> Table:
    """Return ``table`` with text columns as plain strings, as they are read from a part."""
    names = [name for name in schema.names if name in table.column_names]
    whole = arrow_schema(schema)
    return table.select(names).cast(pa.schema([whole.field(name) for name in names]))


def write_part(path: Path, schema: TableSchema, columns: Mapping[str, Array | Coded]) -> None:
    """Write a part, whole or not at all."""
    sink = pa.BufferOutputStream()
    table = arrow_table(schema, columns)
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        use_dictionary=[column.name for column in schema.columns if column.type == "string" and column.unit != "hex"],
        column_encoding={column.name: "DELTA_BINARY_PACKED" for column in schema.columns if column.type[:3] == "int"},
        write_page_checksum=True,
        store_schema=False,
    ) as writer:
        writer.write_table(table, row_group_size=ROWS_A_GROUP)
        writer.add_key_value_metadata({METADATA: canonical_json(describe(schema))})
    write_whole(path, [memoryview(sink.getvalue())])


def read_part(path: Path, columns: Sequence[str] | None = None) -> tuple[TableSchema, Table]:
    """Return a part's own schema and its rows; `CorruptTable` when it cannot be read back whole."""
    with _reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        schema = _schema(path, file)
        table = file.read(list(columns) if columns is not None else None)
        if any(column.null_count for column in table.columns):
            raise CorruptTable(str(path), "it holds empty cells")
        return schema, table


def count_rows(path: Path) -> int:
    """Return the number of rows that a part says it holds."""
    with _reading(path), pq.ParquetFile(path) as file:
        return cast("int", file.metadata.num_rows)


def schema_from(values: Mapping[str, Any]) -> TableSchema:
    """Return the schema that `describe` gave ``values`` for."""
    columns = tuple(Column(**column) for column in values["columns"])
    return TableSchema(values["name"], values["description"], columns, values["version"])


def numbers(table: Table, name: str) -> npt.NDArray[Any]:
    """Return a numeric column of ``table`` as one array."""
    return cast("npt.NDArray[Any]", table.column(name).to_numpy())


def buffer_columns(schema: TableSchema, table: Table) -> dict[str, Array | Coded]:
    """Return an Arrow table's columns as a `TableBuffer` takes them."""
    return {
        column.name: _coded(table.column(column.name)) if column.type in TEXT else numbers(table, column.name)
        for column in schema.columns
    }


def tick_digests(schema: TableSchema, table: Table) -> Iterator[tuple[int, int, str]]:
    """Yield (tick, rows, digest) for each run of rows of one tick, in stored order."""
    columns = buffer_columns(schema, table)
    ticks = cast("Array", columns["tick"])
    if not len(ticks):
        return
    starts = np.concatenate([[0], np.flatnonzero(ticks[1:] != ticks[:-1]) + 1, [len(ticks)]]).tolist()
    for start, stop in itertools.pairwise(starts):
        rows = {name: _rows(value, start, stop) for name, value in columns.items()}
        yield int(ticks[start]), stop - start, digest(schema, stop - start, rows)


def _rows(value: Array | Coded, start: int, stop: int) -> Array | Coded:
    if not isinstance(value, tuple):
        return value[start:stop]
    codes, names = value
    codes = codes[start:stop]
    if len(names) <= len(codes):
        return codes, names
    used, inverse = np.unique(codes, return_inverse=True)  # few rows of many names
    return inverse.reshape(-1).astype(np.int32), tuple(names[code] for code in used.tolist())


def _arrow(value: Array | Coded) -> Any:
    if isinstance(value, tuple):
        codes, names = value
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))
    return pa.array(value)


def _coded(column: Any) -> Coded:
    words = column.combine_chunks().dictionary_encode()
    if isinstance(words, pa.ChunkedArray):
        words = words.chunk(0) if words.num_chunks else pa.array([], pa.string()).dictionary_encode()
    return words.indices.to_numpy(), tuple(words.dictionary.to_pylist())


def _schema(path: Path, file: Any) -> TableSchema:
    stored = (file.metadata.metadata or {}).get(METADATA)
    if stored is None:
        raise CorruptTable(str(path), "its metadata hold no schema")
    schema = schema_from(json.loads(stored))
    known = TABLES.get(schema.name)
    if known is not None and schema.version > known.version:
        raise VersionMismatch(f"table {schema.name}", f"version {schema.version}", f"version {known.version}")
    found = [(field.name, field.type) for field in file.schema_arrow]
    if found != [(column.name, _ARROW[column.type]) for column in schema.columns]:
        raise CorruptTable(str(path), f"its columns are not those of version {schema.version} of {schema.name}")
    return schema


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Name the file in every way in which Parquet can fail to be read; a file that is gone stays so."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, MemoryError) as error:
        raise CorruptTable(str(path), str(error).splitlines()[0] if str(error) else type(error).__name__) from error
