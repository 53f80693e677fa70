"""The reel: what charts draw of a world's past, written at each seal and read by every tab."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from ..core.units import FloatArray, IntArray, Tick
from ..model.snapshot import Snapshot

OPEN, HIGH, LOW, CLOSE, VOLUME, _TRADES, TURNOVER = range(7)
INDEX, ANCHOR, TRADED = range(3)


@dataclass(frozen=True)
class Strip:
    """Rows of a reel: ``x`` (n,) are ticks or days, ``rows`` (n, ...) what was noted of each."""

    x: IntArray
    rows: FloatArray


class _Ring:
    """The newest rows of something that has one for each tick or day, in order of time."""

    def __init__(self, most: int, shape: tuple[int, ...]) -> None:
        self._x, self._rows = np.zeros(2 * most, np.int64), np.zeros((2 * most, *shape))
        self._most, self._size = most, 0
        self._lock = threading.Lock()

    def put(self, x: int, row: FloatArray) -> None:
        """Write a row; one of the same ``x`` is written over."""
        with self._lock:
            self._put(x, row)

    def _put(self, x: int, row: FloatArray) -> None:
        if self._size and self._x[self._size - 1] == x:
            self._rows[self._size - 1] = row
            return
        if self._size == self._x.shape[0]:
            self._x[: self._most], self._rows[: self._most] = self._x[self._most :], self._rows[self._most :]
            self._size = self._most
        self._x[self._size], self._rows[self._size] = x, row
        self._size += 1

    def since(self, x: int, most: int) -> Strip:
        """Return a copy of at most ``most`` newest rows, from ``x`` on."""
        with self._lock:
            size = self._size
            first = max(size - min(most, self._most), int(np.searchsorted(self._x[:size], x)), 0)
            return Strip(self._x[first:size].copy(), self._rows[first:size].copy())


class Reel:
    """What is kept of a world for its charts.

    Prices are those of the seals: a tick's bar is made of its trades, a day's of its ticks. Old ticks are let go
    and old days later, so that memory stays the same however long a world is watched.

    Parameters
    ----------
    opening : Snapshot
        The state from which the world begins.
    ticks_per_day : int
        Ticks of a trading day.
    keep_ticks, keep_days : int
        How many of each are kept.
    """

    def __init__(
        self, opening: Snapshot, ticks_per_day: int, *, keep_ticks: int = 1_200, keep_days: int = 2_520
    ) -> None:
        books = len(opening.symbols)
        self.symbols, self.ticks_per_day = opening.symbols, ticks_per_day
        self.ticks, self.days = _Ring(keep_ticks, (books, 5)), _Ring(keep_days, (books, 5))
        self.market, self.market_days = _Ring(keep_ticks, (3,)), _Ring(keep_days, (3,))
        self.quotes = _Ring(keep_ticks, (books, 2))
        self._day = np.zeros((books, 5))
        self._traded = 0.0
        self.opening = opening.last.astype(np.float64)
        self.day_open = self.opening.copy()
        """(books,) the price with which the day under way began, in price units."""
        self.day_volume = np.zeros(books)
        self.day_turnover = 0
        """Money that changed hands in the day under way, minor units."""
        self.newest: Tick = opening.tick
        self._begin_day(opening.bars[:, CLOSE].astype(np.float64))
        self.market.put(opening.tick, np.array([opening.index, opening.anchor, 0.0]))
        self.market_days.put(opening.day, np.array([opening.index, opening.anchor, 0.0]))

    def note(self, snapshot: Snapshot) -> None:
        """Write what a seal published; the stepping thread calls this."""
        if snapshot.tick <= self.newest:
            return
        bars = snapshot.bars[:, :5].astype(np.float64)
        day = (snapshot.tick - 1) // self.ticks_per_day + 1
        if (snapshot.tick - 1) % self.ticks_per_day == 0:
            self._begin_day(bars[:, OPEN])
        self._day[:, HIGH] = np.maximum(self._day[:, HIGH], bars[:, HIGH])
        self._day[:, LOW] = np.minimum(self._day[:, LOW], bars[:, LOW])
        self._day[:, CLOSE] = bars[:, CLOSE]
        self._day[:, VOLUME] += bars[:, VOLUME]
        self._traded += snapshot.volume
        self.day_volume = self._day[:, VOLUME].copy()
        self.day_turnover += int(snapshot.bars[:, TURNOVER].sum())
        self.ticks.put(snapshot.tick, bars)
        self.quotes.put(snapshot.tick, snapshot.quotes[:, :2].astype(np.float64))
        self.days.put(day, self._day)
        self.market.put(snapshot.tick, np.array([snapshot.index, snapshot.anchor, snapshot.volume]))
        self.market_days.put(day, np.array([snapshot.index, snapshot.anchor, self._traded]))
        self.newest = snapshot.tick

    def _begin_day(self, price: FloatArray) -> None:
        self.day_open = price.copy()
        self._day[:, OPEN : CLOSE + 1] = price[:, None]
        self._day[:, VOLUME] = 0.0
        self._traded = 0.0
        self.day_turnover = 0

    def bars(self, book: int, *, daily: bool, since: int = 0, most: int = 260) -> Strip:
        """Return bars of a book, newest last; a row is open, high, low, close (price units) and volume (lots)."""
        strip = (self.days if daily else self.ticks).since(since, most)
        return Strip(strip.x, strip.rows[:, book])

    def quoted(self, book: int, *, since: int = 0, most: int = 260) -> Strip:
        """Return best bid and ask of a book at the ends of ticks, newest last: ``rows`` (n, 2), 0 where none is."""
        strip = self.quotes.since(since, most)
        return Strip(strip.x, strip.rows[:, book])

    def closes(self, *, since: int = 0, most: int = 260) -> Strip:
        """Return the closes of all books, newest tick last: ``rows`` (n, books), price units."""
        strip = self.ticks.since(since, most)
        return Strip(strip.x, strip.rows[:, :, CLOSE])

    def index(self, *, daily: bool, since: int = 0, most: int = 1_200) -> Strip:
        """Return index, anchor (points) and lots traded, newest last: ``rows`` (n, 3)."""
        return (self.market_days if daily else self.market).since(since, most)
