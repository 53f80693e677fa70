"""Export of a stored table to one CSV or Parquet file, a part at a time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from ..core.errors import NoSuchTable, OutOfBounds, OutputExists, nearest
from ..core.schemas import TableSchema
from ..ledger.files import TEMPORARY, sync_folder, writing
from ..ledger.parts import CLOSING, arrow_schema, parts_of, plain, read_part
from ..ledger.run_store import read_layout

FORMATS = ("csv", "parquet")
_ATTEMPTS = 3


def export(run_dir: str | Path, table: str, format: str, out: str | Path) -> Path:  # noqa: A002 # the word users type
    """Write a table of a run to ``out`` and return its path.

    The file is there whole or not at all, and never more than a part of the table is in memory. A
    table that is also written at the end of a run (``positions``, ``snapshots``) comes with those rows.

    Parameters
    ----------
    run_dir : path
        A run folder.
    table : str
        Name of the table.
    format : {"csv", "parquet"}
        CSV has a header and plain numbers; Parquet is compressed with zstd and keeps the types.
    out : path
        File to write; it may not exist yet.

    Raises
    ------
    NoSuchTable, OutOfBounds, OutputExists
        For an unknown table (naming the nearest), another format, or a file that is there.
    NotARun, CorruptTable, RunFolderUnwritable
        When the folder cannot be read, or ``out`` not be written.

    Examples
    --------
    >>> export("runs/markets-7-1", "trades", "csv", "trades.csv")  # doctest: +SKIP
    PosixPath('trades.csv')
    """
    folder, path = Path(run_dir), Path(out)
    schemas, _ = read_layout(folder)
    if table not in schemas:
        raise NoSuchTable(table, tuple(schemas))
    if format not in FORMATS:
        raise OutOfBounds("format", format, f"give {' or '.join(FORMATS)}{nearest(format, FORMATS)}")
    if path.exists():
        raise OutputExists(str(path))
    temporary = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")
    with writing(path):
        try:
            _write(folder, schemas[table], format, temporary)
            _publish(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent.resolve())
    return path


def _write(folder: Path, schema: TableSchema, form: str, path: Path) -> None:
    """Write every row; begin again when the writer of a run in progress replaces a part under our hands."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with path.open("wb") as file:
                with _writer(form, file, arrow_schema(schema)) as writer:
                    for piece in _pieces(folder, schema):
                        writer.write_table(piece)
                file.flush()
                os.fsync(file.fileno())
            return
        except FileNotFoundError:
            if attempt == _ATTEMPTS or not path.parent.is_dir():
                raise


def _writer(form: str, file: Any, schema: Any) -> Any:
    if form == "parquet":
        return pq.ParquetWriter(file, schema, compression="zstd")
    return pa.csv.CSVWriter(file, schema, write_options=pa.csv.WriteOptions(quoting_style="needed"))


def _pieces(folder: Path, schema: TableSchema) -> Iterator[Any]:
    """Yield the rows of each part, then the closing rows of ticks that no part holds."""
    last = -1
    for part in parts_of(folder, schema.name):
        rows = plain(*read_part(part.path))
        if rows.num_rows:
            last = int(rows.column("tick")[-1].as_py())
            yield rows
    closing = folder / CLOSING / f"{schema.name}.parquet"
    if closing.is_file():
        rows = plain(*read_part(closing))
        if rows.num_rows and int(rows.column("tick")[0].as_py()) > last:
            yield rows


def _publish(temporary: Path, path: Path) -> None:
    """Give the file its name, unless somebody else took that in the meantime."""
    try:
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
            return
    except OSError:  # a file system without hard links
        if not path.exists():
            os.replace(temporary, path)
            return
    raise OutputExists(str(path))
