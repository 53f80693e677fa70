"""Running against the clock: one tick every so many seconds, without drift."""

from __future__ import annotations

import re
import time
from typing import Protocol

from ..core.errors import OutOfBounds

_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_NAP = 0.05


class Stoppable(Protocol):
    """Who may ask to stop while we sleep."""

    @property
    def asked(self) -> bool:
        """Whether somebody did."""


class Pace:
    """Keeps ticks at multiples of ``seconds`` after the first; 0 is as fast as possible.

    A tick that takes too long is followed by the next multiple, not by a burst that catches up.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self._start: float | None = None

    def wait(self, stop: Stoppable) -> bool:
        """Sleep until the next tick is due; return False when somebody asked to stop meanwhile."""
        if not self.seconds:
            return True
        now = time.monotonic()
        if self._start is None:
            self._start = now
            return True
        due = self._start + self.seconds * -(-(now - self._start) // self.seconds)
        while (left := due - time.monotonic()) > 0:
            if stop.asked:
                return False
            time.sleep(min(left, _NAP))
        return not stop.asked


def parse_pace(text: str) -> Pace:
    """Return the pace that ``text`` gives: a number with ms, s, min or h, seconds when it stands alone.

    Examples
    --------
    >>> parse_pace("500ms").seconds, parse_pace("1h").seconds
    (0.5, 3600.0)
    """
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|m|min|h|)", text.strip().lower())
    if match is None:
        raise OutOfBounds("--pace", text, "give the time between ticks, such as 500ms, 1s or 1h; 0 is no waiting")
    return Pace(float(match[1]) * _SECONDS[match[2]])
