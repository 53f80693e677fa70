"""The shelf: the runs and experiments in one folder, what each is, and what is wrong with those that cannot be read.

Only what lies inside the folder is ever opened, whatever a browser asks for.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow.compute as pc

from ..batch.export import export
from ..batch.run_data import RunData
from ..core.errors import CatallaxyError, CorruptTable, NoSuchTable, NotARun, OutOfBounds
from ..core.schemas import TableSchema
from ..ledger.manifest import MANIFEST, Manifest
from ..ledger.parts import CLOSING, parts_of, plain, read_part
from ..ledger.run_store import read_layout
from ..ledger.store import BLOCKS
from .listing import Column, Row

EXPERIMENT = "experiment.json"
LARGEST_DOWNLOAD = 100 * 2**20
"""Bytes of a table's parts above which it is exported on the command line rather than through a browser."""
PREVIEW = 400
_DEPTH = 2
_MOST = 500
Kind = Literal["run", "experiment", "broken"]


@dataclass(frozen=True)
class Entry:
    """A folder on the shelf; what is not known of it is None."""

    name: str
    kind: Kind
    status: str
    scenario: str = ""
    seed: int | None = None
    ticks: int | None = None
    head: str = ""
    made: str = ""


class Shelf:
    """The runs of one folder.

    Parameters
    ----------
    root : path
        The folder; it need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[Path, tuple[int, Entry]] = {}

    def entries(self) -> list[Entry]:
        """Return what lies on the shelf, the newest first; folders with neither run nor experiment are left out."""
        found = [self._entry(path) for path in self._folders(self.root, _DEPTH)]
        return sorted((entry for entry in found if entry is not None), key=lambda entry: (entry.made, entry.name))[::-1]

    def newest(self) -> str:
        """Return the name of the newest run that ended, else of the newest that goes on; empty where there is none."""
        runs = [entry for entry in self.entries() if entry.kind == "run"]
        ended = [entry for entry in runs if entry.ticks is not None]
        return next((entry.name for entry in (*ended, *runs)), "")

    def _folders(self, folder: Path, depth: int) -> list[Path]:
        try:
            inner = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except OSError:
            return []
        found: list[Path] = []
        for path in inner[:_MOST]:
            if (path / MANIFEST).is_file() or (path / EXPERIMENT).is_file():
                found.append(path)
            elif depth > 1:
                found += self._folders(path, depth - 1)
        return found[:_MOST]

    def _entry(self, path: Path) -> Entry | None:
        """Return what a folder is; one that did not change is not read again."""
        file = path / (MANIFEST if (path / MANIFEST).is_file() else EXPERIMENT)
        try:
            stamp = file.stat().st_mtime_ns
        except OSError:
            return None
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, entry_of(path, path.relative_to(self.root).as_posix()))
        return known[1]

    def find(self, name: str) -> Path:
        """Return the folder called ``name``, relative to the shelf.

        Raises
        ------
        OutOfBounds
            For what lies outside the shelf, wherever links lead.
        NotARun
            Where there is no such folder.
        """
        root, asked = self.root.resolve(), name[:80]
        try:
            path = (root / name).resolve()
            is_folder = path.is_dir()
        except (OSError, ValueError, RuntimeError):
            raise OutOfBounds("run", asked, "give the name of a folder") from None
        if not name or path == root or not path.is_relative_to(root):
            raise OutOfBounds("run", asked, f"only folders inside {self.root} are opened here")
        if not is_folder:
            raise NotARun(str(self.root / asked))
        return path


def entry_of(path: Path, name: str) -> Entry:
    """Return what a folder is, from its manifest alone."""
    try:
        if (path / MANIFEST).is_file():
            m = Manifest.read(path)
            status = (m.reason or "closed") if m.finished else "open"
            ticks = m.last_tick if m.finished else None
            return Entry(name, "run", status, str(m.scenario.get("name", "")), m.seed, ticks, m.head, m.created)
        facts = experiment_facts(path)
        status, made = facts.get("status") or "", facts.get("finished") or ""
        return Entry(name, "experiment", status, facts["name"], made=made)
    except CatallaxyError as error:
        return Entry(name, "broken", str(error))


_FACTS: dict[str, tuple[type, str]] = {
    "name": (str, "text"), "status": (str, "text"), "finished": (str, "text"), "period": (str, "text"),
    "question": (str, "text"), "verdict": (str, "text"), "seeds": (list, "a list"),
    "burn_in": (int, "a whole number"), "horizon": (int, "a whole number"),
}  # fmt: skip
"""What is read of an experiment, and what each must be; all but its name may be missing or null."""


def experiment_facts(folder: Path) -> dict[str, Any]:
    """Return what the file of an experiment says.

    Raises
    ------
    CorruptTable
        Naming the file and what is wrong in it.
    """
    path = folder / EXPERIMENT
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise CorruptTable(str(path), str(error)) from error
    if not isinstance(facts, dict):
        raise CorruptTable(str(path), "it holds no JSON object")
    if facts.get("name") is None:
        raise CorruptTable(str(path), "'name' is missing")
    for fact, (kind, due) in _FACTS.items():
        value = facts.get(fact)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise CorruptTable(str(path), f"{fact!r} is {str(value)[:40]}; due: {due}")
    return facts


SHELF_COLUMNS = (
    Column("name", "folder"), Column("kind", "kind"), Column("status", "status"), Column("scenario", "of"),
    Column("seed", "seed", "count"), Column("ticks", "ticks", "count"), Column("head", "chain head"),
    Column("made", "made"),
)  # fmt: skip


def shelf_rows(shelf: Shelf) -> list[Row]:
    """Return the rows of the list of runs."""
    return [_row(entry) for entry in shelf.entries()]


def _row(entry: Entry) -> Row:
    broken = entry.kind == "broken"
    status, made = "cannot be read" if broken else entry.status, entry.made.replace("T", " ").rstrip("Z")
    cells = (entry.name, entry.kind, status, entry.scenario, entry.seed, entry.ticks, entry.head[:12], made)
    return Row(entry.name, cells, "warn" if broken else "")


# -- tables ---------------------------------------------------------------------------------------

TABLE_COLUMNS = (Column("name", "table"), Column("rows", "rows", "count"), Column("what", "what a row is"))


def table_rows(run: RunData) -> list[Row]:
    """Return the tables of a run that hold anything."""
    schemas, counted = run.store.schemas, run.rows
    return [
        Row(name, (name, counted[name], schemas[name].description)) for name in sorted(counted) if name in schemas
    ]  # fmt: skip


def missing_tables(run: RunData) -> list[str]:
    """Return the tables of which nothing is there although rows were sealed; what rows there are is not compared."""
    gone = [name for name in sorted(run.store.schemas) if not parts_of(run.folder, name)]
    closing = [f"{CLOSING}/{name}" for name in dict(run.manifest.facts.get(CLOSING, {}))]
    lost = [name for name in closing if not (run.folder / f"{name}.parquet").is_file()]
    if BLOCKS in gone:
        return [BLOCKS, *lost] if run.manifest.last_tick > run.manifest.first_tick else lost
    sealed = run.store.read(BLOCKS, ["tables"]).column("tables") if gone else None
    return [name for name in gone if pc.any(pc.match_substring(sealed, f'"{name}":')).as_py()] + lost


def preview(folder: Path, table: str) -> tuple[tuple[Column, ...], list[Row]]:
    """Return the columns of a table and its newest rows, newest first, read from its last parts alone."""
    schemas, _ = read_layout(folder)
    if table not in schemas:
        raise NoSuchTable(table, tuple(schemas))
    columns = tuple(_column(schemas[table], name) for name in schemas[table].names)
    newest: list[dict[str, Any]] = []
    for part in reversed(parts_of(folder, table)):
        rows = plain(*read_part(part.path))
        newest += rows.slice(max(0, rows.num_rows - PREVIEW + len(newest))).to_pylist()[::-1]
        if len(newest) >= PREVIEW:
            break
    return columns, [
        Row(str(place), tuple(_cell(row[column.key]) for column in columns)) for place, row in enumerate(newest)
    ]


def _column(schema: TableSchema, name: str) -> Column:
    field = next(column for column in schema.columns if column.name == name)
    text = field.type in ("string", "json")
    unit = f" ({field.unit})" if field.unit else ""
    return Column(name, name.replace("_", " "), "text" if text else "plain", field.description + unit)


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.7g}") if value == value and abs(value) != float("inf") else None
    return value if value is None or isinstance(value, int) else str(value)[:120]


def too_large(folder: Path, table: str) -> str:
    """Return how to have a table that is too large to go through a browser; empty for one that is not."""
    size = sum(part.path.stat().st_size for part in parts_of(folder, table))
    if size <= LARGEST_DOWNLOAD:
        return ""
    return f"Too large for a browser. On the command line: catallaxy export {folder} --table {table} --out {table}.csv"


def download(folder: Path, table: str, form: str) -> bytes:
    """Return a whole table as ``csv`` or ``parquet``."""
    with tempfile.TemporaryDirectory() as out:
        return export(folder, table, form, Path(out) / f"{table}.{form}").read_bytes()
