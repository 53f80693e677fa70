"""What a run store promises, and the one that keeps recent rows in memory.

A tick's rows are appended, then sealed or discarded together; nobody reads a row that is not sealed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from ..core.errors import nearest
from ..core.schemas import TABLES, TableSchema
from .parts import Table, arrow_schema, arrow_table, plain
from .tables import TableBuffer

BLOCKS = "blocks"


class Store(Protocol):
    """Where the rows of a run go."""

    folder: Path | None

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows of the current tick: arrays of one length, scalars for all rows, text also (codes, names)."""

    def seal(self, tick: int) -> dict[str, str]:
        """Seal the tick's rows; return the SHA-256 of each table's canonical rows, where there are any.

        ``blocks`` has no digest of its own: a block's row comes after the seal, and is sealed as it comes.
        """

    def discard(self) -> None:
        """Drop the rows of the tick that is not sealed."""

    def rewind(self, tick: int) -> None:
        """Drop all rows after ``tick``, as recovery from a checkpoint needs."""

    def flush(self, tick: int) -> None:
        """Write what is buffered if a part ends with ``tick``; call it after each block."""

    def sync(self, tick: int) -> None:
        """Have everything up to ``tick`` on the disk; call it before a checkpoint."""

    def close(self, tick: int) -> None:
        """Write what is left; the store takes no more rows."""

    def read(
        self, table: str, columns: Sequence[str] | None = None, first: int | None = None, last: int | None = None
    ) -> Table:
        """Return the sealed rows of ticks ``first`` to ``last`` as a `pyarrow.Table`."""

    def rows(self, table: str) -> int:
        """Return the number of sealed rows."""


class BufferedStore:
    """What stores have in common: a buffer for each table, and the seal."""

    def __init__(self, schemas: Mapping[str, TableSchema]) -> None:
        self.schemas = dict(schemas)
        self.sealed_tick = -1
        self._buffers = {name: TableBuffer(schema) for name, schema in self.schemas.items()}
        self._lock = threading.RLock()

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """See `Store.append`."""
        buffer = self._buffer(table)
        with self._lock:
            buffer.append(columns)
            if table == BLOCKS:
                try:
                    buffer.check(self.sealed_tick)
                except ValueError:
                    buffer.discard()
                    raise
                buffer.sealed = buffer.size

    def seal(self, tick: int) -> dict[str, str]:
        """See `Store.seal`."""
        with self._lock:
            if tick <= self.sealed_tick:
                raise ValueError(f"tick {tick} cannot be sealed after tick {self.sealed_tick}")
            fresh = {name: buffer for name, buffer in self._buffers.items() if buffer.size > buffer.sealed}
            for buffer in fresh.values():
                buffer.check(tick)
            self.sealed_tick = tick
            return {name: buffer.seal() for name, buffer in fresh.items()}

    def discard(self) -> None:
        """See `Store.discard`."""
        with self._lock:
            for buffer in self._buffers.values():
                buffer.discard()

    def _buffer(self, table: str) -> TableBuffer:
        buffer = self._buffers.get(table)
        if buffer is None:
            raise ValueError(f"no table {table!r}{nearest(table, self.schemas)}")
        return buffer

    def _unsealed(self) -> dict[str, int]:
        return {n: b.size - b.sealed for n, b in self._buffers.items() if b.size > b.sealed}

    def _check_sealed(self, tick: int) -> None:
        """Refuse to write when rows are neither sealed nor discarded, or ``tick`` is not the sealed one."""
        if waiting := self._unsealed():
            raise ValueError(f"rows neither sealed nor discarded: {waiting}")
        if tick != self.sealed_tick and any(buffer.size for buffer in self._buffers.values()):
            raise ValueError(f"tick {tick} was named, but the last sealed tick is {self.sealed_tick}")

    def _buffered(self, table: str, columns: Sequence[str] | None, first: int | None, last: int | None) -> Table:
        """Return the sealed rows in memory, copied."""
        buffer = self._buffer(table)
        names = self._columns(table, columns)
        with self._lock:
            rows, held = buffer.slice(first, last)
            if not rows:
                return arrow_schema(buffer.schema).empty_table().select(names)
            copied = {name: value if isinstance(value := held[name], tuple) else value.copy() for name in names}
        return plain(buffer.schema, arrow_table(buffer.schema, copied)).select(names)

    def _columns(self, table: str, columns: Sequence[str] | None) -> list[str]:
        schema = self._buffer(table).schema
        for name in columns or ():
            if name not in schema.names:
                raise ValueError(f"table {table!r} has no column {name!r}{nearest(name, schema.names)}")
        return list(schema.names if columns is None else columns)


class MemoryStore(BufferedStore):
    """A store without a folder: it keeps the rows of the last ``keep_ticks`` ticks and lets older ones go.

    Those of tables of month ends are few, and all kept.

    Examples
    --------
    >>> store = MemoryStore()
    >>> store.append("book", {"tick": 1, "symbol": "A", "side": 0, "level": [1, 2], "price": [99, 98], "quantity": 5})
    >>> sorted(store.seal(1))
    ['book']
    >>> store.read("book", ["level", "price"]).to_pylist()
    [{'level': 1, 'price': 99}, {'level': 2, 'price': 98}]
    """

    folder: Path | None = None

    def __init__(self, keep_ticks: int = 300, schemas: Mapping[str, TableSchema] = TABLES) -> None:
        if keep_ticks < 1:
            raise ValueError(f"keep_ticks is {keep_ticks}; give 1 or more")
        super().__init__(schemas)
        self.keep_ticks = keep_ticks

    def seal(self, tick: int) -> dict[str, str]:
        """See `Store.seal`; rows that are too old are let go."""
        digests = super().seal(tick)
        with self._lock:
            for name, buffer in self._buffers.items():
                if not self.schemas[name].is_monthly:
                    buffer.drop_before(tick - self.keep_ticks + 1)
        return digests

    def rewind(self, tick: int) -> None:
        """See `Store.rewind`; rows that were let go do not come back."""
        with self._lock:
            for buffer in self._buffers.values():
                buffer.rewind(tick)
            self.sealed_tick = min(self.sealed_tick, tick)

    def flush(self, tick: int) -> None:
        """Nothing is written."""

    def sync(self, tick: int) -> None:
        """Nothing is written."""

    def close(self, tick: int) -> None:
        """Nothing is written, and the rows stay readable."""

    def read(
        self, table: str, columns: Sequence[str] | None = None, first: int | None = None, last: int | None = None
    ) -> Table:
        """See `Store.read`; ticks that were let go are not there."""
        return self._buffered(table, columns, first, last)

    def rows(self, table: str) -> int:
        """Return the number of sealed rows that are kept."""
        return self._buffer(table).rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close(self.sealed_tick)
