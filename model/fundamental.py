"""The fundamental value of each stock over time: the plug point `Anchor` and the path that reads it.

An anchor tells what the stocks are worth; it never touches a price. Traders who look at fundamentals
read the value, and prices come from their trades. Values at tick 0 are the opening prices, and

    v_i(t) = v_i(0) exp(x_i(t)),

where the anchor supplies x_i, a day at a time. Only the current day is held, so that memory does not
grow with the length of a run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from ..core.errors import PlugInError, SeriesChanged
from ..core.units import FloatArray, IntArray
from .anchor_kernels import fill_exponentials
from .anchor_sources import Dates


class Anchor(Protocol):
    """What moves fundamental values: the plug point.

    Attributes
    ----------
    name : str
        For people.
    digest : str
        Identifies the data behind it; empty where there are none.
    opening : float
        The level of its index at tick 0.
    dates, closes : array
        (days,) the real days and closes of the window, for reports; empty where nothing is real.
    """

    name: str
    digest: str
    opening: float
    dates: Dates
    closes: FloatArray

    def next_day(self) -> tuple[FloatArray, FloatArray]:
        """Advance a day; return the index after each tick (ticks,) and the log moves x (ticks, stocks)."""
        ...

    def state(self) -> dict[str, Any]:
        """Return what the next day depends on, as arrays and JSON values."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to a state that was given by `state`."""
        ...


class ConstantAnchor:
    """Values that stay at the opening prices: the anchor ``none``."""

    name = "none"
    digest = ""
    opening = 100.0

    def __init__(self, stocks: int, ticks_per_day: int) -> None:
        self._index = np.full(ticks_per_day, self.opening)
        self._moves = np.zeros((ticks_per_day, stocks))
        self.dates, self.closes = nothing_real()

    def next_day(self) -> tuple[FloatArray, FloatArray]:
        """Return a day without moves."""
        return self._index, self._moves

    def state(self) -> dict[str, Any]:
        """Return nothing: no day differs from another."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore nothing."""


class FundamentalPath:
    """The fundamental value of each stock at every tick, computed a day at a time.

    Parameters
    ----------
    anchor : Anchor
        At its opening.
    initial_prices : IntArray
        (stocks,) opening prices, price units.
    ticks_per_day : int
        Ticks of a trading day; tick 1 is the first of day 1, tick ``ticks_per_day`` its close.

    Examples
    --------
    >>> path = FundamentalPath(ConstantAnchor(2, 30), np.array([100, 250]), 30)
    >>> path.values(7).tolist(), path.index(7)
    ([100.0, 250.0], 100.0)
    """

    def __init__(self, anchor: Anchor, initial_prices: IntArray, ticks_per_day: int) -> None:
        self.name, self.digest = anchor.name, anchor.digest
        self.dates, self.closes = anchor.dates, anchor.closes
        self.ticks_per_day = ticks_per_day
        self._anchor = anchor
        self._opening = np.array(initial_prices, np.float64)
        self._opening.setflags(write=False)
        self._values = np.empty((ticks_per_day, len(self._opening)))
        self._index = np.empty(ticks_per_day)
        self._day = 0
        self._first = self._before = anchor.state()

    @property
    def returns(self) -> FloatArray:
        """(days - 1,) log returns of the real closes, for comparison with simulated ones."""
        returns: FloatArray = np.diff(np.log(self.closes))
        return returns

    def values(self, tick: int) -> FloatArray:
        """Return (stocks,) fundamental values at the end of ``tick``, in price units; read only."""
        if tick == 0:
            return self._opening
        place = self._seek(tick)
        row: FloatArray = self._values[place]
        row.setflags(write=False)
        return row

    def index(self, tick: int) -> float:
        """Return the anchor's own level at the end of ``tick``: the real close at the end of a day."""
        if tick == 0:
            return self._anchor.opening
        place = self._seek(tick)
        return float(self._index[place])

    def state(self) -> dict[str, Any]:
        """Return the state before the current day and that day's number, for a checkpoint."""
        return {**self._before, "digest": self.digest, "current_day": self._day}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from a checkpoint; raise `SeriesChanged` if the data behind the anchor are others."""
        if state["digest"] != self.digest:
            raise SeriesChanged(f"anchor {self.name}", str(state["digest"]), self.digest)
        self._anchor.restore(state)
        self._day = max(int(state["current_day"]) - 1, 0)
        self._before = self._anchor.state()
        if int(state["current_day"]):
            self._advance()

    def _seek(self, tick: int) -> int:
        """Make the day of ``tick`` the current one; return the tick's row in it."""
        day, row = divmod(tick - 1, self.ticks_per_day)
        if day + 1 < self._day:
            self._anchor.restore(self._first)
            self._day = 0
        while self._day < day + 1:
            self._advance()
        return row

    def _advance(self) -> None:
        self._before = self._anchor.state()
        index, moves = self._anchor.next_day()
        self._index = index
        self._values = np.empty_like(moves)
        fill_exponentials(self._values, moves, self._opening)
        self._day += 1


def nothing_real() -> tuple[Dates, FloatArray]:
    """Return the empty dates and closes of an anchor without data."""
    return np.empty(0, "datetime64[D]"), np.empty(0)


def mean_levels(moves: FloatArray) -> FloatArray:
    """Return (ticks,) levels of an index of equal parts in stocks with these log moves, 100 at the opening.

    Examples
    --------
    >>> mean_levels(np.log([[1.0, 1.0], [1.5, 2.5]])).tolist()
    [100.0, 200.0]
    """
    return np.array([100.0 * math.fsum(math.exp(x) for x in row) / len(row) for row in moves])


def check_anchor(anchor: Anchor, *, stocks: int, ticks_per_day: int) -> None:
    """Raise `PlugInError` naming what an anchor at its opening does against the plug point's contract.

    Examples
    --------
    >>> check_anchor(ConstantAnchor(2, 30), stocks=2, ticks_per_day=30)
    """
    for day in (1, 2):
        before = anchor.state()
        index, moves = (np.array(part) for part in anchor.next_day())
        for what, array, shape in (("index", index, (ticks_per_day,)), ("moves", moves, (ticks_per_day, stocks))):
            if array.shape != shape:
                raise PlugInError(f"anchor {anchor.name}: {what} of day {day} has shape {array.shape}, due is {shape}")
            if array.dtype != np.float64 or not np.isfinite(array).all():
                raise PlugInError(f"anchor {anchor.name}: {what} of day {day} holds something that is no finite float")
        after = anchor.state()
        anchor.restore(before)
        if any(not np.array_equal(a, b) for a, b in zip((index, moves), anchor.next_day(), strict=True)):
            raise PlugInError(f"anchor {anchor.name}: day {day} differs after restore; state() leaves something out")
        anchor.restore(after)
