"""Bars: open, high, low, close, volume and turnover of each book, by tick and by day, from its fills.

An interval without a trade repeats the last close, with volume 0. Bars hold what was traded and
nothing else: no quote, no fundamental value, ever moves one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UnusableSeries
from ..core.kernel import kernel
from ..core.units import IntArray
from .orders import F_BOOK, F_PRICE, F_QUANTITY

OPEN, HIGH, LOW, CLOSE, VOLUME, TRADES, TURNOVER = range(7)
WIDTH = 7
TICK, DAY = 0, 1


@kernel
def add_fills(bars: IntArray, fills: IntArray, unit_values: IntArray) -> None:
    """Add ``fills`` (m, 9), in the order in which they happened, to ``bars`` (2, books, 7), in place.

    ``unit_values`` (books,) is the money of one price unit and lot. No validation: books exist.
    """
    for i in range(fills.shape[0]):
        book, price, quantity = fills[i, F_BOOK], fills[i, F_PRICE], fills[i, F_QUANTITY]
        for frame in range(bars.shape[0]):
            if bars[frame, book, TRADES] == 0:
                bars[frame, book, OPEN] = price
                bars[frame, book, HIGH] = price
                bars[frame, book, LOW] = price
            elif price > bars[frame, book, HIGH]:
                bars[frame, book, HIGH] = price
            elif price < bars[frame, book, LOW]:
                bars[frame, book, LOW] = price
            bars[frame, book, CLOSE] = price
            bars[frame, book, VOLUME] += quantity
            bars[frame, book, TRADES] += 1
            bars[frame, book, TURNOVER] += price * quantity * unit_values[book]


@dataclass(frozen=True)
class BarColumns:
    """One bar for each book, as columns (books,): prices in price units, volume in lots, turnover in minor."""

    open: IntArray
    high: IntArray
    low: IntArray
    close: IntArray
    volume: IntArray
    trades: IntArray
    turnover: IntArray


class Bars:
    """The bars under way: one for the tick and one for the day, for each book.

    A tick adds its fills (in as many calls as it has rounds), reads `tick_bars`, then calls
    `roll_tick`; a day's end reads `day_bars`, then calls `roll_day`.

    Parameters
    ----------
    books : int
        Number of books.
    opening_prices : array_like
        (books,) the last price before the first trade, above 0.

    Examples
    --------
    >>> bars = Bars(1, [100])
    >>> fill = np.zeros((1, 9), np.int64)
    >>> fill[0, F_PRICE], fill[0, F_QUANTITY] = 103, 2
    >>> bars.add(fill, [5])
    >>> bar = bars.tick_bars()
    >>> int(bar.open[0]), int(bar.close[0]), int(bar.turnover[0])
    (103, 103, 1030)
    >>> bars.roll_tick()
    >>> int(bars.tick_bars().open[0]), int(bars.tick_bars().volume[0]), int(bars.day_bars().volume[0])
    (103, 0, 2)
    """

    def __init__(self, books: int, opening_prices: ArrayLike) -> None:
        opening = np.asarray(opening_prices, np.int64)
        if opening.shape != (books,):
            raise UnusableSeries(
                "opening_prices", f"has shape {opening.shape}; give one price for each of {books} books"
            )
        if books and opening.min() <= 0:
            raise UnusableSeries("opening_prices", f"holds {opening.min()}; give prices above 0")
        self._bars = np.zeros((2, books, WIDTH), np.int64)
        self._bars[:, :, OPEN : CLOSE + 1] = opening[:, None]
        self.finished: IntArray = self._bars[TICK].copy()
        """(books, 7) the bars of the last tick that ended, with the columns of `BarColumns`."""

    @property
    def last(self) -> IntArray:
        """(books,) price of the last trade of each book, its opening price before the first; a copy."""
        return self._bars[TICK, :, CLOSE].copy()

    def add(self, fills: IntArray, unit_values: ArrayLike) -> None:
        """Add ``fills`` (m, 9), in time order, to the bars of the tick and of the day."""
        if fills.shape[0]:
            add_fills(self._bars, fills, np.asarray(unit_values, np.int64))

    def tick_bars(self) -> BarColumns:
        """Return the bars of the tick so far."""
        return self._columns(TICK)

    def day_bars(self) -> BarColumns:
        """Return the bars of the day so far."""
        return self._columns(DAY)

    def roll_tick(self) -> None:
        """Begin a tick: every bar opens at the last close, with nothing traded."""
        self._roll(TICK)

    def roll_day(self) -> None:
        """Begin a day, and with it a tick."""
        self._roll(TICK)
        self._roll(DAY)

    def state(self) -> dict[str, IntArray]:
        """Return what `restore` needs to go on from here."""
        return {"bars": self._bars.copy()}

    def restore(self, state: dict[str, IntArray]) -> None:
        """Go on from what `state` returned; the number of books must be the same."""
        bars = np.asarray(state["bars"], np.int64)
        if bars.shape != self._bars.shape:
            raise UnusableSeries("bars", f"has shape {bars.shape}; this market has {self._bars.shape}")
        self._bars = bars.copy()
        self.finished = self._bars[TICK].copy()

    def _columns(self, frame: int) -> BarColumns:
        return BarColumns(*np.ascontiguousarray(self._bars[frame].T.copy()))

    def _roll(self, frame: int) -> None:
        bars = self._bars[frame]
        if frame == TICK:
            self.finished = bars.copy()
        bars[:, OPEN : CLOSE + 1] = bars[:, CLOSE, None].copy()
        bars[:, VOLUME:] = 0
