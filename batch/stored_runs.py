"""Runs of a batch: each reduced to a few columns by period, and kept, so that a batch that was stopped goes on.

A run is known by the digest of all that decides over its numbers: effective scenario, seed, what is read of
it, versions, and the code of the rooms a run is made of. What is found stored under that digest is read,
never computed again; a run that halted is told, and is not kept.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..core import logs
from ..core.errors import Halted, NoSuchTable, OutOfBounds, RunError, UnknownKey, UnusableSeries
from ..core.parameters import unflattened
from ..core.units import FloatArray
from ..ledger.files import canonical_json, write_whole
from ..ledger.manifest import environment
from ..model.clock import DAYS_PER_MONTH
from ..model.economy import Economy
from ..model.scenario import Scenario, load_scenario

Period = Literal["day", "month"]
Over = Literal["last", "mean", "sum"]
DAYS_IN: Mapping[Period, int] = {"day": 1, "month": DAYS_PER_MONTH}
RUNS = "runs"
_FORMAT = 1  # of stored runs; a new one makes the old unknown
_ROOMS = ("core", "ledger", "markets", "policies", "agents", "model")
_SWITCHES: Mapping[str, tuple[str, Any]] = {
    "trades": ("trades", False), "bars": ("bars", False), "quotes": ("quotes", False), "book": ("depth_levels", 0),
}  # fmt: skip
_REDUCE: Mapping[Over, Callable[[FloatArray], float]] = {
    "last": lambda rows: float(rows[-1]),
    "mean": lambda rows: float(rows.mean()),
    "sum": lambda rows: float(rows.sum()),
}

Tell: TypeAlias = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Reading:
    """A column of a recorded table, and how the rows of a period become one number."""

    column: str
    table: str = "world"
    over: Over = "last"


@dataclass(frozen=True)
class RunRecipe:
    """All that decides over the numbers of a run.

    Parameters
    ----------
    name : str
        What people call it within its batch, such as ``"seed 3, changed"``.
    settings : mapping
        The effective scenario.
    seed : int
        Seed of the run.
    periods, period : int, {"day", "month"}
        Length of the run, and the unit of time of its readings; a month has 21 trading days.
    readings : tuple of Reading
        What is kept of it.
    eve : int
        Period at whose end the whole state is digested; 0 for none.
    """

    name: str
    settings: Mapping[str, Any]
    seed: int
    periods: int
    period: Period
    readings: tuple[Reading, ...]
    eve: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of everything but the name, and of versions and code."""
        facts = {**asdict(self), "name": "", "versions": environment(), "code": code_digest(), "format": _FORMAT}
        return hashlib.sha256(canonical_json(facts)).hexdigest()


@dataclass(frozen=True)
class RunOutcome:
    """What a run came to.

    Attributes
    ----------
    values : (periods, readings) float64
        A row for each period made; fewer than asked for when the run halted.
    halted : str
        Why it halted; empty for a run that reached its end.
    cpu_seconds : float
        CPU time it took when it was made.
    state : str
        SHA-256 of the whole state at the end of period ``eve``, or empty.
    stored : bool
        Whether it was read rather than made.
    """

    values: FloatArray
    halted: str = ""
    cpu_seconds: float = 0.0
    state: str = ""
    stored: bool = False


Runner: TypeAlias = Callable[[RunRecipe], RunOutcome]


# -- one run --------------------------------------------------------------------------------------


def lasting(scenario: Any, overrides: Mapping[str, Any], days: int, period: Period, tables: Sequence[str]) -> Scenario:
    """Return a scenario that lasts ``days`` and records no large table but those that are read.

    ``overrides`` are dotted keys, as ``--set`` takes them.

    Examples
    --------
    >>> settings = lasting("markets", {"traders.number": 100}, 40, "day", ["world"])
    >>> settings.clock.days, settings.recording.trades, settings.traders.number
    (40, False, 100)
    """
    recording = {key: value for table, (key, value) in _SWITCHES.items() if table not in tables}
    recording |= {"ring_days": DAYS_IN[period]}
    settings = load_scenario(scenario, unflattened(overrides, "."))
    return settings.with_overrides({"clock": {"days": days}, "recording": recording})


def make_run(recipe: RunRecipe) -> RunOutcome:
    """Run an economy and return its readings by period; it may halt, which is told and not raised."""
    began = time.process_time()
    economy = Economy(dict(recipe.settings), rng=recipe.seed)
    _check_readings(economy, recipe.readings)
    rows: list[list[float]] = []
    halted = state = ""
    try:
        for period in range(1, recipe.periods + 1):
            first = economy.tick + 1
            economy.run(days=DAYS_IN[recipe.period])
            rows.append([_read(economy, reading, first, recipe, period) for reading in recipe.readings])
            if period == recipe.eve:
                state = economy.state_hash()
    except Halted as error:
        halted = str(error)
    values = np.array(rows, np.float64).reshape(len(rows), len(recipe.readings))
    return RunOutcome(values, halted, round(time.process_time() - began, 3), state)


def _check_readings(economy: Economy, readings: Sequence[Reading]) -> None:
    schemas = economy.store.schemas
    for reading in readings:
        if reading.table not in schemas:
            raise NoSuchTable(reading.table, tuple(schemas))
        if reading.column not in schemas[reading.table].names:
            known = tuple(f"{reading.table}.{name}" for name in schemas[reading.table].names)
            raise UnknownKey(f"{reading.table}.{reading.column}", known)


def _read(economy: Economy, reading: Reading, first: int, recipe: RunRecipe, period: int) -> float:
    column = economy.store.read(reading.table, [reading.column], first).column(reading.column)
    if not len(column):
        where = f"has no row in {recipe.period} {period} of the run {recipe.name!r}"
        raise UnusableSeries(f"{reading.table}.{reading.column}", where)
    return _REDUCE[reading.over](np.asarray(column.to_numpy(), np.float64))


# -- many runs ------------------------------------------------------------------------------------


def run_all(
    recipes: Sequence[RunRecipe],
    *,
    folder: Path | None = None,
    jobs: int = 1,
    tell: Tell | None = None,
    runner: Runner = make_run,
) -> list[RunOutcome]:
    """Make runs, or read those stored in ``folder``, and return their outcomes in the order of ``recipes``.

    Parameters
    ----------
    recipes : sequence of RunRecipe
        What to run.
    folder : path, optional
        Where finished runs are kept.
    jobs : int
        Processes; 1 runs everything in this one. They are spawned, so that a script that asks for several
        keeps its own code under ``if __name__ == "__main__":``.
    tell : callable, optional
        Called with runs over, runs in all, and the name of the newest.
    runner : callable
        What makes a run; a function of a module, for processes to find it.

    Raises
    ------
    OutOfBounds
        For less than one process.
    RunError
        When a process dies.
    RunFolderUnwritable
        When a finished run cannot be kept.
    """
    if jobs < 1:
        raise OutOfBounds("jobs", jobs, "give a whole number of processes, 1 or more")
    found = {} if folder is None else {i: kept for i, r in enumerate(recipes) if (kept := stored(folder, r))}
    waiting = [number for number in range(len(recipes)) if number not in found]
    if tell is not None:
        tell(len(found), len(recipes), "")
    for number, outcome in _made({number: recipes[number] for number in waiting}, jobs, runner):
        found[number] = outcome
        if folder is not None and not outcome.halted:
            store(folder, recipes[number], outcome)
        if tell is not None:
            tell(len(found), len(recipes), recipes[number].name)
    return [found[number] for number in range(len(recipes))]


def _made(recipes: Mapping[int, RunRecipe], jobs: int, runner: Runner) -> Iterator[tuple[int, RunOutcome]]:
    """Yield each run as it is over."""
    if jobs == 1 or len(recipes) < 2:
        for number, recipe in recipes.items():
            yield number, runner(recipe)
        return
    spawned = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(jobs, len(recipes)), mp_context=spawned, initializer=_begin_process)
    try:
        futures = {pool.submit(runner, recipe): number for number, recipe in recipes.items()}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool:
        raise RunError(
            "a process that made runs died, perhaps for want of memory; what was finished is kept, "
            "go on with the same command and fewer --jobs"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_process() -> None:
    """Let Ctrl-C end a process at once, and keep its alerts off the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logs.configure(os.environ.get("LOG_LEVEL") or "error")


def cores() -> int:
    """Return the number of processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# -- what is kept ---------------------------------------------------------------------------------


def store(folder: Path, recipe: RunRecipe, outcome: RunOutcome) -> None:
    """Keep a finished run: one Parquet file, there whole or not at all."""
    facts = {"digest": recipe.digest, "cpu_seconds": outcome.cpu_seconds, "state": outcome.state}
    columns = {str(number): pa.array(column) for number, column in enumerate(outcome.values.T)}
    table = pa.table(columns).replace_schema_metadata({"run": json.dumps({"name": recipe.name, **facts})})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    write_whole(_path(folder, recipe), [sink.getvalue()])


def stored(folder: Path, recipe: RunRecipe) -> RunOutcome | None:
    """Return the stored run of a recipe; None when there is none, or its file cannot be read back whole."""
    try:
        table = pq.read_table(_path(folder, recipe))
        facts = json.loads(table.schema.metadata[b"run"])
        values = np.stack([column.to_numpy() for column in table.columns], axis=1)
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None
    if facts.get("digest") != recipe.digest or values.shape != (recipe.periods, len(recipe.readings)):
        return None
    return RunOutcome(values, "", float(facts["cpu_seconds"]), str(facts["state"]), stored=True)


def _path(folder: Path, recipe: RunRecipe) -> Path:
    return folder / RUNS / f"{recipe.digest[:24]}.parquet"


@functools.cache
def code_digest() -> str:
    """Return a digest of the source of every room that a run is made of."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        base = Path(str(import_module(f"..{room}", __package__).__file__)).parent
        for path in sorted(base.rglob("*.py")):
            digest.update(f"{room}/{path.relative_to(base).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()
