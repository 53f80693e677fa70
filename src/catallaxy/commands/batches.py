"""What commands that make many runs share: progress by runs, settings by dotted key, and how they are stopped."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..core.errors import OutOfBounds
from .text import shown

if TYPE_CHECKING:
    from ..batch.stored_runs import Tell
    from ..progress import Progress

INTERRUPTED = 130


@contextlib.contextmanager
def batch(quiet: bool, folder: Path) -> Iterator[Tell]:
    """Show how many runs are over, as long as the block runs; on Ctrl-C say what is kept, and leave with code 130."""
    from ..progress import progress
    from .session import log_to_stderr, say_if_cold

    watch = progress(quiet)
    log_to_stderr(quiet=True)  # alerts of dozens of runs tell nothing; what halts is told with the results
    say_if_cold(watch)
    teller = _Teller(watch)
    try:
        yield teller
    except KeyboardInterrupt:
        typer.echo(f"stopped with {teller.words}; the same command goes on in {shown(folder)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        watch.end()


class _Teller:
    """Hands what a batch tells to the progress, no more often than that wants."""

    def __init__(self, watch: Progress) -> None:
        self._watch, self._due = watch, time.perf_counter()
        self._begun = False
        self.done = self.total = 0

    @property
    def words(self) -> str:
        """How far it came."""
        return f"{self.done:,} of {self.total:,} runs finished"

    def __call__(self, done: int, total: int, name: str) -> None:
        self.done, self.total = done, total
        if not self._begun:
            self._begun = True
            self._watch.begin(total, "runs", done)
            if done:
                self._watch.note(f"{done:,} of {total:,} runs were finished before")
        elif time.perf_counter() >= self._due:
            self._watch.show(done, name)
            self._due = time.perf_counter() + self._watch.interval


def dotted(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the settings of ``--set`` words by dotted key.

    Examples
    --------
    >>> from catallaxy.model.scenario import parse_set
    >>> dotted(parse_set(["traders.number=500", "name=mine"]))
    {'traders.number': 500, 'name': 'mine'}
    """
    from ..core.parameters import Table

    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat |= dotted(value, f"{prefix}{key}.") if isinstance(value, Table) else {prefix + key: value}
    return flat


def check_jobs(jobs: int | None) -> None:
    """Raise `OutOfBounds` for less than one process."""
    if jobs is not None and jobs < 1:
        raise OutOfBounds("--jobs", jobs, "give a whole number of processes, 1 or more")
