"""The run store: a folder of tables, each a folder of Parquet parts.

Part files end at multiples of ``part_ticks`` whatever happened in between, so the files of a run that
was killed and resumed equal those of a run that never stopped. Rows since the last boundary are in
memory: `FolderStore.sync`, before a checkpoint, writes them as a tail that a later part replaces.
The table ``blocks`` is written last and cut first, so whatever it covers the other tables cover too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from ..core.errors import CorruptTable, NotARun, RunError, RunFolderExists, VersionMismatch
from ..core.schemas import TABLES, TableSchema, describe
from .files import canonical_json, remove, sweep, write_whole, writing
from .lock import RunLock
from .parts import (
    Part,
    Table,
    all_parts,
    buffer_columns,
    count_rows,
    numbers,
    part_path,
    parts_of,
    plain,
    read_part,
    schema_from,
    write_part,
)
from .query import query as query
from .store import BLOCKS, BufferedStore
from .store import MemoryStore as MemoryStore
from .store import Store as Store

LAYOUT = "tables.json"
LAYOUT_VERSION = 1
PART_TICKS = 300
_ATTEMPTS = 3


class FolderStore(BufferedStore):
    """The tables of one run folder; made by `create`, `open` (to read) or `resume`."""

    def __init__(
        self, folder: Path, schemas: Mapping[str, TableSchema], part_ticks: int, lock: RunLock | None = None
    ) -> None:
        super().__init__(schemas)
        self.folder: Path | None = folder
        self.path = folder
        self.part_ticks = part_ticks
        self._writer = lock

    @classmethod
    def create(
        cls, folder: Path | str, *, part_ticks: int = PART_TICKS, schemas: Mapping[str, TableSchema] = TABLES
    ) -> Self:
        """Begin a run in ``folder``, which must be new or empty.

        ``part_ticks`` is the number of ticks in a part, and so the most ticks that are held in memory.
        """
        folder = Path(folder)
        if part_ticks < 1:
            raise ValueError(f"part_ticks is {part_ticks}; give 1 or more")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RunFolderExists(str(folder))
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        lock = RunLock(folder)
        try:
            layout = {
                "schema": LAYOUT_VERSION,
                "part_ticks": part_ticks,
                "tables": {name: describe(schema) for name, schema in schemas.items()},
            }
            write_whole(folder / LAYOUT, [canonical_json(layout)])
        except BaseException:
            lock.release()
            raise
        return cls(folder, schemas, part_ticks, lock)

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open a run to read what is on the disk, also while another process writes it."""
        folder = Path(folder)
        schemas, part_ticks = read_layout(folder)
        store = cls(folder, schemas, part_ticks)
        store.sealed_tick = max((part.last for name in schemas for part in parts_of(folder, name)), default=-1)
        return store

    @classmethod
    def resume(cls, folder: Path | str, tick: int) -> Self:
        """Open a run to go on after ``tick``: its tables are cut back to that tick."""
        folder = Path(folder)
        schemas, part_ticks = read_layout(folder)
        lock = RunLock(folder)
        try:
            store = cls(folder, schemas, part_ticks, lock)
            sweep(folder)
            store.rewind(tick)
        except BaseException:
            lock.release()
            raise
        return store

    # -- writing ------------------------------------------------------------------------------

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """See `Store.append`."""
        self._check_writer()
        super().append(table, columns)

    def seal(self, tick: int) -> dict[str, str]:
        """See `Store.seal`; a boundary that was not flushed is an error."""
        self._check_writer()
        held = self._held_from()
        if held is not None and held != self._first_of(tick):
            raise ValueError(f"flush({self._last_of(held)}) was left out: its part is not written yet")
        return super().seal(tick)

    def flush(self, tick: int) -> None:
        """See `Store.flush`."""
        if tick == self._last_of(tick):
            self.sync(tick)

    def sync(self, tick: int) -> None:
        """See `Store.sync`."""
        self._check_writer()
        with self._lock:
            self._check_sealed(tick)
            for name in self._in_order():
                if self._buffers[name].rows:
                    self._write(name, tick)

    def close(self, tick: int) -> None:
        """Write the tail and let others write the folder; closing twice is once."""
        if self._writer is None:
            return
        self.sync(tick)
        self.abandon()

    def abandon(self) -> None:
        """Let go of the folder and write nothing, as a killed process does."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    def rewind(self, tick: int) -> None:
        """See `Store.rewind`; parts after ``tick`` are removed, one that spans it is cut back to it."""
        self._check_writer()
        with self._lock:
            self._check_covered(tick)
            self.sealed_tick = tick
            for name in reversed(self._in_order()):
                self._buffers[name].clear()
                self._cut(name, tick)

    def _write(self, name: str, tick: int) -> None:
        """Write the buffer as the part that ends with ``tick``, then remove the shorter ones it replaces."""
        buffer = self._buffers[name]
        first = self._first_of(tick)
        path = part_path(self.path, name, first, tick)
        write_part(path, buffer.schema, buffer.slice()[1])
        for part in all_parts(self.path, name):
            if part.first == first and part.last != tick:
                remove(part.path)
        if tick == self._last_of(tick):
            buffer.clear()

    def _cut(self, name: str, tick: int) -> None:
        """Leave the rows up to ``tick``: complete parts on the disk, those of a part in progress also in memory."""
        for part in reversed(all_parts(self.path, name)):
            if part.first > tick:
                remove(part.path)
        kept = parts_of(self.path, name)
        for part in kept:
            if part.last < min(tick, self._last_of(part.first)):
                raise CorruptTable(str(part.path), f"it ends before tick {tick}, and no other part goes on")
        if not kept or kept[-1].first != self._first_of(tick) or tick == self._last_of(tick):
            return
        part = kept[-1]
        if not self._load(name, part, tick):
            remove(part.path)
        elif part.last > tick:
            self._write(name, tick)

    def _load(self, name: str, part: Part, tick: int) -> int:
        schema, table = read_part(part.path)
        if schema != self.schemas[name]:
            raise VersionMismatch(f"table {name}", f"version {schema.version}", f"version {self.schemas[name].version}")
        ticks = numbers(table, "tick")
        table = table.slice(0, int(np.searchsorted(ticks, tick, side="right")))
        buffer = self._buffers[name]
        buffer.append(buffer_columns(schema, table))
        buffer.sealed = buffer.size
        return buffer.size

    def _check_covered(self, tick: int) -> None:
        """Refuse to go on after a tick that the stored rows do not reach."""
        names = [BLOCKS] if BLOCKS in self.schemas and all_parts(self.path, BLOCKS) else list(self.schemas)
        last = max((part.last for name in names for part in parts_of(self.path, name)), default=0)
        if last < tick:
            raise CorruptTable(str(self.path), f"its tables end at tick {last}, before tick {tick}")

    def _check_writer(self) -> None:
        if self._writer is None:
            raise RunError(f"{self.path} is open to read, or closed; FolderStore.resume opens it to write")

    # -- reading ------------------------------------------------------------------------------

    def read(
        self, table: str, columns: Sequence[str] | None = None, first: int | None = None, last: int | None = None
    ) -> Table:
        """See `Store.read`."""
        names = self._columns(table, columns)
        for _ in range(_ATTEMPTS):
            try:
                return self._read(table, names, first, last)
            except FileNotFoundError:  # the writer has just replaced a tail
                continue
        raise CorruptTable(str(self.path / table), "its parts vanish while they are read")

    def _read(self, table: str, names: list[str], first: int | None, last: int | None) -> Table:
        wanted = [*names, *(["tick"] if "tick" not in names else [])]
        with self._lock:
            found = [self._buffered(table, wanted, first, last)]
            stored = self._on_disk(table)
        pieces = []
        for part in stored:
            if (first is None or part.last >= first) and (last is None or part.first <= last):
                schema, rows = read_part(part.path, wanted)
                pieces.append(plain(schema, _between(rows, first, last)).select(wanted))
        return pa.concat_tables([*pieces, *found]).select(names).combine_chunks()

    def rows(self, table: str) -> int:
        """See `Store.rows`."""
        with self._lock:
            return self._buffer(table).rows + sum(count_rows(part.path) for part in self._on_disk(table))

    def _on_disk(self, table: str) -> list[Part]:
        """Return the parts whose rows are not in the buffer as well."""
        held = self._first_of(self._buffer(table).first_tick()) if self._buffer(table).rows else None
        return [part for part in parts_of(self.path, table) if part.first != held]

    # -- parts --------------------------------------------------------------------------------

    def _first_of(self, tick: int) -> int:
        """Return the first tick of the part that holds ``tick``; the opening (0) belongs to the first part."""
        number = max(tick - 1, 0) // self.part_ticks
        return number * self.part_ticks + 1 if number else 0

    def _last_of(self, tick: int) -> int:
        return (max(tick - 1, 0) // self.part_ticks + 1) * self.part_ticks

    def _held_from(self) -> int | None:
        """Return the first tick of the part that sealed rows in memory belong to."""
        held = [buffer.first_tick() for buffer in self._buffers.values() if buffer.rows]
        return self._first_of(min(held)) if held else None

    def _in_order(self) -> list[str]:
        return sorted(self.schemas, key=lambda name: (name == BLOCKS, name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close(self.sealed_tick)
        else:
            self.abandon()


def read_layout(folder: Path) -> tuple[dict[str, TableSchema], int]:
    """Return the schemas of a run's tables and the number of ticks in a part."""
    path = folder / LAYOUT
    try:
        layout = json.loads(path.read_bytes())
        if layout["schema"] > LAYOUT_VERSION:
            raise VersionMismatch(str(path), f"version {layout['schema']}", f"version {LAYOUT_VERSION}")
        schemas = {name: schema_from(values) for name, values in layout["tables"].items()}
        return schemas, int(layout["part_ticks"])
    except (FileNotFoundError, NotADirectoryError):
        raise NotARun(str(folder)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptTable(str(path), str(error)) from error


def _between(rows: Table, first: int | None, last: int | None) -> Table:
    """Return the rows of ticks ``first`` to ``last``; rows are sorted by tick."""
    ticks = numbers(rows, "tick")
    start = 0 if first is None else int(np.searchsorted(ticks, first))
    stop = len(ticks) if last is None else int(np.searchsorted(ticks, last, side="right"))
    return rows.slice(start, max(stop - start, 0))
