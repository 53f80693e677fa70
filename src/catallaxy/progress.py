"""Progress on standard error: a live bar on a terminal, a plain line now and then elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol


class Progress(Protocol):
    """What a long command reports to while it runs.

    Attributes
    ----------
    interval : float
        Least seconds between two calls of `show`; infinite when nobody looks.
    """

    interval: float

    def note(self, text: str) -> None:
        """Say something once."""

    def begin(self, total: int, unit: str = "ticks", done: int = 0) -> None:
        """Expect ``total`` units of work, ``done`` of which are over."""

    def show(self, done: int, text: str = "") -> None:
        """Tell how much is done, and how it goes."""

    def end(self) -> None:
        """Leave the terminal as it was."""


class Silence:
    """Says nothing."""

    interval = float("inf")

    def note(self, text: str) -> None:
        """Say nothing."""

    def begin(self, total: int, unit: str = "ticks", done: int = 0) -> None:
        """Say nothing."""

    def show(self, done: int, text: str = "") -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


class Lines:
    """A plain line every few seconds, for logs and pipes."""

    def __init__(self, interval: float = 5.0) -> None:
        self.interval = interval
        self._total, self._unit = 0, ""

    def note(self, text: str) -> None:
        """Print a line."""
        print(text, file=sys.stderr, flush=True)

    def begin(self, total: int, unit: str = "ticks", done: int = 0) -> None:
        """Keep the total for later lines."""
        self._total, self._unit = total, unit

    def show(self, done: int, text: str = "") -> None:
        """Print a line."""
        self.note(f"{done:,} of {self._total:,} {self._unit}{'  ' if text else ''}{text}")

    def end(self) -> None:
        """Lines stay where they are."""


class Bar:
    """A live bar, drawn anew at most five times a second and gone when the work is done."""

    interval = 0.2

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is None:
            print(text, file=sys.stderr, flush=True)
        else:
            self._bar.console.print(text, markup=False, highlight=False)
            self._bar.refresh()

    def begin(self, total: int, unit: str = "ticks", done: int = 0) -> None:
        """Draw the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Rich

        self.end()
        self._bar = Rich(
            BarColumn(bar_width=30), MofNCompleteColumn(), TextColumn("{task.fields[unit]}"), TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"), console=Console(stderr=True), auto_refresh=False, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=total, completed=done, unit=unit, text="")
        self._bar.start()

    def show(self, done: int, text: str = "") -> None:
        """Draw the bar anew."""
        self._bar.update(self._task, completed=done, text=text, refresh=True)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def progress(quiet: bool = False) -> Progress:
    """Return the progress that suits standard error."""
    if quiet:
        return Silence()
    return Bar() if sys.stderr.isatty() else Lines()


class Paced:
    """Calls `Progress.show` no more often than its interval; free when the time has not come.

    Examples
    --------
    >>> paced = Paced(Silence())
    >>> paced(1)
    """

    def __init__(self, watch: Progress) -> None:
        self._watch, self._due = watch, time.perf_counter() + min(watch.interval, 1.0)

    def __call__(self, done: int, _total: int = 0) -> None:
        """Show ``done`` if the time has come."""
        now = time.perf_counter()
        if now >= self._due:
            self._watch.show(done)
            self._due = now + self._watch.interval
