"""The rows of one table: a buffer that grows, and the canonical bytes that a block seals.

Canonical bytes of rows do not depend on how the rows are held or stored: a header with the table's
name, version, columns and number of rows, then column after column little-endian; strings as their
int32 lengths in UTF-8 followed by their bytes; every NaN as the same NaN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..core.schemas import Column, TableSchema
from .files import canonical_json
from .words import Coded, Words, first_appearance, joined

Array = npt.NDArray[Any]
Columns = Mapping[str, Any]

DTYPES: Mapping[str, np.dtype[Any]] = {
    "int8": np.dtype("<i1"),
    "int32": np.dtype("<i4"),
    "int64": np.dtype("<i8"),
    "float64": np.dtype("<f8"),
    "bool": np.dtype(np.bool_),
    "string": np.dtype("<i4"),
    "json": np.dtype("<i4"),
}
TEXT = ("string", "json")


def canonical(schema: TableSchema, columns: Columns) -> bytes:
    """Return the canonical bytes of ``columns``: all rows of ``schema``, in order.

    Text columns are sequences of strings, or pairs (codes, names).

    Examples
    --------
    >>> from catallaxy.core.schemas import Column, TableSchema
    >>> schema = TableSchema("t", "", (Column("tick", "int32", "", ""), Column("symbol", "string", "", "")))
    >>> canonical(schema, {"tick": 1, "symbol": ["A", "BC"]})[-19:].hex(" ", 4)
    '010000 00010000 00010000 00020000 00414243'
    """
    buffer = TableBuffer(schema)
    buffer.append(columns)
    return b"".join(bytes(piece) for piece in buffer.pieces(0, buffer.size))


def digest(schema: TableSchema, rows: int, columns: Mapping[str, Array | Coded]) -> str:
    """Return the SHA-256 of the canonical bytes of columns that are of the schema's types already."""
    hasher = hashlib.sha256()
    for piece in _pieces(schema, rows, columns):
        hasher.update(piece)
    return hasher.hexdigest()


def digest_arrays(arrays: Mapping[str, Array]) -> str:
    """Return the SHA-256 of named arrays, of any type but object: a tick's messages, a full state.

    Names, types and shapes count; the order of the names does not.

    Examples
    --------
    >>> digest_arrays({"a": np.arange(3), "b": np.ones(2)}) == digest_arrays({"b": np.ones(2), "a": np.arange(3)})
    True
    """
    hasher = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        if array.dtype.hasobject:
            raise TypeError(f"{name} holds Python objects; only plain arrays have canonical bytes")
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        hasher.update(canonical_json([name, little.dtype.str, list(array.shape)]))
        hasher.update(little.reshape(-1).view(np.uint8).data)
    return hasher.hexdigest()


class TableBuffer:
    """Rows of one table in growing arrays: those sealed, then those of the tick in progress."""

    def __init__(self, schema: TableSchema) -> None:
        self.schema = schema
        self.size = 0
        self.sealed = 0
        self._start = 0
        self._arrays = {column.name: np.empty(64, DTYPES[column.type]) for column in schema.columns}
        self._words = {column.name: Words() for column in schema.columns if column.type in TEXT}

    @property
    def rows(self) -> int:
        """Number of sealed rows that are held."""
        return self.sealed - self._start

    def append(self, columns: Columns) -> None:
        """Add rows: arrays or sequences of one length, scalars for all rows, text also as (codes, names)."""
        count = self._count(columns)
        stop = self.size + count
        if stop > next(iter(self._arrays.values())).shape[0]:
            self._grow(stop)
        for column in self.schema.columns:
            array = self._arrays[column.name][self.size : stop]
            value = columns[column.name]
            if type(value) is np.ndarray and value.dtype == array.dtype and column.type not in TEXT:
                array[...] = value
            elif column.type in TEXT:
                array[...] = self._words[column.name].encode(value, f"{self.schema.name}.{column.name}", column.type)
            else:
                array[...] = _number(value, column, self.schema.name)
        self.size = stop

    def check(self, tick: int) -> None:
        """Refuse to seal when the rows since the last seal are not of ``tick``."""
        ticks = self._arrays["tick"]
        wrong = np.flatnonzero(ticks[self.sealed : self.size] != tick)
        if wrong.size:
            found = int(ticks[self.sealed + wrong[0]])
            raise ValueError(f"{self.schema.name} holds a row of tick {found} when tick {tick} is sealed")

    def seal(self) -> str:
        """Mark all rows as sealed; return the digest of those that were not yet."""
        first, self.sealed = self.sealed, self.size
        hasher = hashlib.sha256()
        for piece in self.pieces(first, self.size):
            hasher.update(piece)
        return hasher.hexdigest()

    def discard(self) -> None:
        """Drop the rows that are not sealed."""
        self.size = self.sealed

    def rewind(self, tick: int) -> None:
        """Drop the rows after ``tick``, sealed or not."""
        self.discard()
        self.size = self.sealed = self._position(tick + 1)

    def drop_before(self, tick: int) -> None:
        """Let go of sealed rows before ``tick``; their room is taken back once it is half of the whole."""
        self._start = self._position(tick)
        if self._start > 1024 and 2 * self._start > self.size:
            self._compact()

    def clear(self) -> None:
        """Drop all rows, and the strings that they named; keep the room."""
        self.size = self.sealed = self._start = 0
        self._words = {name: Words() for name in self._words}

    def slice(self, first: int | None = None, last: int | None = None) -> tuple[int, dict[str, Array | Coded]]:
        """Return (rows, columns) of the sealed rows of ticks ``first`` to ``last``; text is coded.

        Numbers are views, good until the buffer changes.
        """
        start = self._start if first is None else self._position(first)
        stop = self.sealed if last is None else self._position(last + 1)
        stop = max(stop, start)
        return stop - start, {name: self._column(name, start, stop, ordered=True) for name in self.schema.names}

    def first_tick(self) -> int:
        """Return the tick of the first row."""
        return int(self._arrays["tick"][self._start])

    def pieces(self, start: int, stop: int) -> Iterator[bytes | memoryview]:
        """Yield the canonical bytes of rows ``start`` to ``stop`` (positions)."""
        columns = {name: self._column(name, start, stop, ordered=False) for name in self.schema.names}
        return _pieces(self.schema, stop - start, columns)

    def _column(self, name: str, start: int, stop: int, *, ordered: bool) -> Array | Coded:
        part = self._arrays[name][start:stop]
        if name in self._words:
            return self._words[name].decode(part, ordered=ordered)
        return part

    def _position(self, tick: int) -> int:
        """Return the position of the first sealed row of ``tick`` or later; sealed rows are sorted by tick."""
        ticks = self._arrays["tick"][self._start : self.sealed]
        least, most = np.iinfo(ticks.dtype).min, np.iinfo(ticks.dtype).max
        sought = ticks.dtype.type(min(max(tick, least), most))  # of another type, all ticks would be converted first
        return self._start + int(np.searchsorted(ticks, sought))

    def _count(self, columns: Columns) -> int:
        names = self.schema.names
        if len(columns) != len(names) or any(name not in columns for name in names):
            missing = [name for name in names if name not in columns]
            unknown = [name for name in columns if name not in names]
            raise ValueError(f"{self.schema.name}: columns missing: {missing}, unknown: {unknown}; due: {list(names)}")
        lengths = {name: length for name in names if (length := _length(columns[name])) is not None}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{self.schema.name}: columns differ in length: {lengths}")
        return next(iter(lengths.values()), 1)

    def _grow(self, size: int) -> None:
        for name, array in self._arrays.items():
            larger = np.empty(max(size, 2 * array.shape[0]), array.dtype)
            larger[: self.size] = array[: self.size]
            self._arrays[name] = larger

    def _compact(self) -> None:
        start, self._start = self._start, 0
        for name, array in self._arrays.items():
            kept = array[start : self.size].copy()
            if name in self._words:
                codes, order = first_appearance(kept, len(self._words[name].names))
                self._words[name] = Words(self._words[name].names[code] for code in order)
                kept = codes
            self._arrays[name] = np.concatenate([kept, np.empty(max(64, kept.shape[0]), array.dtype)])
        self.size -= start
        self.sealed -= start


def _pieces(schema: TableSchema, rows: int, columns: Mapping[str, Array | Coded]) -> Iterator[bytes | memoryview]:
    head = [schema.name, schema.version, rows, [[column.name, column.type] for column in schema.columns]]
    yield canonical_json(head)
    for column in schema.columns:
        value = columns[column.name]
        if isinstance(value, tuple):
            yield from joined(value)
            continue
        little = np.ascontiguousarray(value, dtype=DTYPES[column.type])
        if column.type == "float64" and np.isnan(little).any():
            little = np.where(np.isnan(little), np.nan, little)
        yield little.view(np.uint8).data


def _length(value: Any) -> int | None:
    """Return the number of rows that ``value`` gives, None for a scalar."""
    if isinstance(value, np.ndarray):
        if value.ndim > 1:
            raise ValueError(f"a column has one dimension, not {value.ndim}")
        return len(value) if value.ndim else None
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], np.ndarray):
        return len(value[0])
    return len(value) if isinstance(value, Sequence) and not isinstance(value, str) else None


def _number(value: Any, column: Column, table: str) -> Array | int | float | bool:
    """Return ``value`` as numbers that fit the column exactly."""
    dtype = DTYPES[column.type]
    kind = type(value)
    if kind is int and dtype.kind == "i":
        bounds = np.iinfo(dtype)
        if not int(bounds.min) <= value <= int(bounds.max):
            raise ValueError(f"{table}.{column.name} is {value}, which is no {column.type}")
        return cast("int", value)
    array = np.asarray(value)
    if array.size == 0:
        return np.empty(array.shape, dtype)
    allowed = {"i": "iu", "f": "fiu", "b": "b"}[dtype.kind]
    if array.dtype.kind not in allowed:
        raise ValueError(f"{table}.{column.name} is of type {array.dtype}; due: {column.type}")
    if dtype.kind == "i" and not np.can_cast(array.dtype, dtype):
        bounds = np.iinfo(dtype)
        low, high = int(array.min()), int(array.max())
        if low < bounds.min or high > bounds.max:
            raise ValueError(f"{table}.{column.name} ranges from {low} to {high}, which is no {column.type}")
    return array.astype(dtype)
