"""What a period brought to every sector: the sums behind the matrices of a stock-flow-consistent model.

For each of day, month, year and run the ledger keeps a few small arrays by sector, in minor units: gains of net
worth by kind of posting, what was acquired of each instrument, what its price did, and what was lost. With the
net positions at the period's opening they give the transactions-flow matrix and the revaluation matrix
(Godley and Lavoie 2007, chapter 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ..core.errors import OutOfBounds, nearest
from ..core.units import SECTORS, IntArray

DAY, MONTH, YEAR, RUN = "day", "month", "year", "run"
PERIODS = (DAY, MONTH, YEAR, RUN)
MONTHS_PER_YEAR = 12
_BY_KIND = ("gains", "within")


@dataclass(frozen=True)
class Totals:
    """The sums of one period; rows are kinds of posting, or all instruments: the dense, then the contractual.

    Attributes
    ----------
    gains : (kinds, sectors) int64
        Net worth that postings of a kind brought, minor units: money, claims, and shares at the marks in force.
        Money paid for a claim of the same amount brings nothing.
    within : (kinds, sectors) int64
        Money paid between owners of one sector, which leaves no trace in ``gains``.
    acquired : (instruments, sectors) int64
        Value of what was received less what was given away; all money in the row of deposits.
    revalued : (instruments, sectors) int64
        What changes of marks brought to those who hold, and took from those who issued.
    lost : (instruments, sectors) int64
        Value of what was written off: below zero for those who held, above for those who owed.
    opening : (instruments, sectors) int64
        Net positions when the period began, minor units or lots.
    """

    gains: IntArray
    within: IntArray
    acquired: IntArray
    revalued: IntArray
    lost: IntArray
    opening: IntArray

    @classmethod
    def empty(cls, kinds: int = 0, opening: IntArray | None = None) -> Totals:
        """Return the sums of a period in which nothing has happened yet."""
        start = np.zeros((0, len(SECTORS)), np.int64) if opening is None else opening
        gains, within = (np.zeros((kinds, len(SECTORS)), np.int64) for _ in _BY_KIND)
        return cls(gains, within, np.zeros_like(start), np.zeros_like(start), np.zeros_like(start), start)

    def then(self, later: Totals) -> Totals:
        """Return this period and the next one as one; kinds may have been added since."""
        parts = {name: _padded(getattr(self, name), len(later.gains)) + getattr(later, name) for name in _BY_KIND}
        parts |= {name: getattr(self, name) + getattr(later, name) for name in ("acquired", "revalued", "lost")}
        return Totals(**parts, opening=self.opening)

    def with_instrument(self, place: int) -> Totals:
        """Return the same sums with a row for a new instrument at ``place``."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return Totals(**{
            name: array if name in _BY_KIND else np.insert(array, place, 0, axis=0) for name, array in arrays.items()
        })  # fmt: skip


class Periods:
    """The sums of month, year and run under way, fed once a day, and those of each period that ended last.

    Attributes
    ----------
    months : int
        Months that have ended since the opening.
    """

    def __init__(self) -> None:
        self.months = 0
        self._under_way = {name: Totals.empty() for name in (MONTH, YEAR, RUN)}
        self._ended: dict[str, tuple[Totals, IntArray]] = {}

    def add_instrument(self, place: int) -> None:
        """Give a new instrument its row everywhere."""
        self._under_way = {name: totals.with_instrument(place) for name, totals in self._under_way.items()}
        self._ended = {
            name: (totals.with_instrument(place), np.insert(closing, place, 0, axis=0))
            for name, (totals, closing) in self._ended.items()
        }

    def close_day(self, today: Totals, closing: IntArray) -> None:
        """Add a day that ends with the net positions ``closing``."""
        for name in (MONTH, YEAR, RUN):
            self._under_way[name] = self._under_way[name].then(today)
        self._ended[DAY] = (today, closing)

    def close_month(self, closing: IntArray) -> None:
        """End the month, and with every twelfth the year."""
        self.months += 1
        for name in (MONTH, YEAR) if self.months % MONTHS_PER_YEAR == 0 else (MONTH,):
            self._ended[name] = (self._under_way[name], closing)
            self._under_way[name] = Totals.empty(0, closing)

    def ended(self, period: str) -> tuple[Totals, IntArray]:
        """Return the sums of the period that ended last, and the net positions with which it did."""
        known_period(period)
        if period not in self._ended:
            raise OutOfBounds("period", period, f"no {period} has ended yet")
        return self._ended[period]

    def so_far(self, period: str, today: Totals) -> Totals:
        """Return the sums of the period under way, ``today`` included."""
        return today if known_period(period) == DAY else self._under_way[period].then(today)

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` goes on."""
        arrays: dict[str, Any] = {}
        named = [(f"under way.{name}", totals) for name, totals in self._under_way.items()]
        for name, (totals, closing) in self._ended.items():
            named.append((f"ended.{name}", totals))
            arrays[f"periods.closing.{name}"] = closing.copy()
        for name, totals in named:
            arrays |= {f"periods.{name}.{field.name}": getattr(totals, field.name).copy() for field in fields(totals)}
        return arrays, {"months": self.months, "ended": sorted(self._ended)}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""

        def totals(name: str) -> Totals:
            return Totals(**{f.name: np.array(arrays[f"periods.{name}.{f.name}"]) for f in fields(Totals)})

        self.months = int(values["months"])
        self._under_way = {name: totals(f"under way.{name}") for name in (MONTH, YEAR, RUN)}
        self._ended = {
            name: (totals(f"ended.{name}"), np.array(arrays[f"periods.closing.{name}"])) for name in values["ended"]
        }


def known_period(period: str) -> str:
    """Return ``period`` if it is day, month, year or run; raise `OutOfBounds` with the nearest if not."""
    if period not in PERIODS:
        raise OutOfBounds("period", period, f"give one of {', '.join(PERIODS)}{nearest(str(period), PERIODS)}")
    return period


def _padded(array: IntArray, rows: int) -> IntArray:
    return np.concatenate([array, np.zeros((rows - len(array), array.shape[1]), np.int64)])
