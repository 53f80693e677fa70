"""A run at the command line: driven tick by tick, stopped with care, summed up at the end."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO, cast

import numba

from ..core import logs
from ..core.errors import Halted, IdentityBroken, RunError
from ..core.kernel import cache_folder
from ..ledger.manifest import peak_rss_bytes
from ..model.economy import Economy
from ..progress import Progress
from .pace import Pace

_SAID = b"\nstopping after this tick; the same again ends at once\n"


@dataclass
class Stop:
    """Ctrl-C or SIGTERM, noted; ``number`` is the signal's, None as long as nobody asked."""

    number: int | None = None

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self.number is not None

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Note a signal; the second one ends the process as if nobody had caught it."""
        if self.asked:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.number = number
        with contextlib.suppress(OSError):
            os.write(2, _SAID)  # print is not safe inside a signal handler


@contextlib.contextmanager
def stoppable() -> Iterator[Stop]:
    """Note Ctrl-C and SIGTERM instead of dying of them, as long as the block runs."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop.note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class Outcome:
    """How a drive went: ``ticks`` made in ``seconds`` after tick ``first``, on the way to ``due``, and why it ended."""

    first: int
    due: int
    ticks: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0  # of the run itself: drawing its report takes more
    halted: Halted | None = None
    stopped: int | None = None
    began: tuple[float, float] = field(default_factory=lambda: (time.perf_counter(), time.process_time()))

    @property
    def status(self) -> str:
        """finished, interrupted or halted."""
        if self.halted is not None:
            return "halted"
        return "finished" if self.stopped is None else "interrupted"

    @property
    def code(self) -> int:
        """The exit code."""
        if self.halted is not None:
            return 1
        return 0 if self.stopped is None else 128 + self.stopped

    @property
    def violations(self) -> int:
        """Accounting identities found broken; a run stops at the first."""
        return int(self.halted is not None and isinstance(self.halted.__cause__, IdentityBroken))


def drive(economy: Economy, ticks: int, watch: Progress, pace: Pace, stop: Stop, outcome: Outcome) -> None:
    """Step an economy ``ticks`` times or until somebody stops it, then close its run."""
    watch.begin(ticks)
    start = shown = time.perf_counter()
    try:
        for done in range(ticks):
            if stop.asked or not pace.wait(stop):
                break
            economy.step()
            outcome.ticks = done + 1
            now = time.perf_counter()
            if now - shown >= watch.interval:
                watch.show(done + 1, _line(economy, (done + 1) / (now - start)))
                shown = now
    except Halted as halted:
        outcome.halted = halted
    finally:
        outcome.seconds = time.perf_counter() - start
        outcome.stopped = stop.number
        watch.end()
        _close(economy, outcome)
        outcome.peak_bytes = peak_rss_bytes()


def _close(economy: Economy, outcome: Outcome) -> None:
    """Close the run; after a halt, what stopped it is what is told, not that the disk is still full."""
    if outcome.halted is None:
        economy.close()
        return
    with contextlib.suppress(RunError):
        economy.close()


def _line(economy: Economy, rate: float) -> str:
    return f"{rate:,.0f} ticks/s  {economy.trades_made:,} trades  index {economy.index:.1f}"


def cold() -> str:
    """Return what to say before machine code is made, nothing when most of it is there already."""
    if numba.config.DISABLE_JIT:
        return "NUMBA_DISABLE_JIT is set: nothing is compiled, and ticks are slow"
    folders = [cache_folder(source) for source in kernel_sources()]
    if None in folders:
        return "compiling, about 10 s, in every run: no folder can be written to keep it (set CATALLAXY_CACHE to one)"
    kept = sum(any(Path(folder).rglob("*.nbi")) for folder in folders if folder is not None)
    return "compiling, once, about 10 s" if 2 * kept < len(folders) else ""


def kernel_sources() -> list[Path]:
    """Return the files of ours that hold the kernels loaded so far."""
    ours = [module for name, module in sys.modules.items() if name.startswith("catallaxy.")]
    kernels = [value.py_func for module in ours for value in vars(module).values() if hasattr(value, "py_func")]
    return sorted({Path(function.__code__.co_filename) for function in kernels})


class _StandardError:
    """Standard error as it is at the moment of writing: while a bar is drawn, rich stands in its place."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def log_to_stderr(quiet: bool) -> None:
    """Send warnings to standard error, or errors only; LOG_LEVEL and LOG_FORMAT of the environment win."""
    level = None if os.environ.get("LOG_LEVEL") else "error" if quiet else "warn"
    logs.configure(level, stream=cast("TextIO", _StandardError()))


def say_if_cold(watch: Progress) -> None:
    """Say so when machine code has to be made first."""
    if note := cold():
        watch.note(note)


@contextlib.contextmanager
def closed_on_error(economy: Economy) -> Iterator[None]:
    """Close the run of ``economy`` when the block fails."""
    try:
        yield
    except BaseException:
        economy.close()
        raise


def new_folder(name: str, seed: int, number: int = 1) -> Path:
    """Return the first folder ``runs/<name>-<seed>-<number>`` that does not exist."""
    word = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".") or "run"
    while (folder := Path("runs") / f"{word}-{seed}-{number}").exists():
        number += 1
    return folder
