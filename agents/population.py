"""A population: traders of one strategy, as columns. Rows keep their order for life.

Traders wake up by themselves: waiting times are geometric (the discrete Poisson process), and the
next one is drawn when a trader acts, so a tick costs the idle nothing but one comparison.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.kernel import kernel
from ..core.randomness import BIRTH, WAKE, Draws, component_key, philox, unit
from ..core.units import IntArray, Tick
from ..markets.order_sheet import OrderSheet
from .market import Market
from .strategy import Orders, Strategy, Traders

NEVER = 2**62


@kernel
def wake_up(
    wake: IntArray, size: int, step: int, key: np.uint64, tick: int, round_: int, log_idle: float, out: IntArray
) -> int:
    """Write the rows whose time has come into ``out`` and draw their next; return how many.

    ``wake`` (capacity,) is the step at which a row acts next. The gap to the one after is
    1 + floor(ln(1 - u) / ln(1 - p)) with ``log_idle`` = ln(1 - p); -inf when p = 1.
    """
    n = 0
    for i in range(size):
        if wake[i] <= step:
            out[n] = i
            n += 1
            gap = 1
            if log_idle > -1e300:
                a, _b, _c, _d = philox(key, WAKE, i, tick, 0, round_)
                gap += int(math.log(1.0 - unit(a)) / log_idle)
            wake[i] = step + gap
    return n


class Population:
    """Traders of one strategy.

    Attributes
    ----------
    owners : (size,) int64
        Owner id of each row.
    state : dict of str to (size,) array
        The strategy's own columns.
    """

    def __init__(
        self, name: str, strategy: Strategy, *, seed: int, activity: float, rounds: int, muted: bool = False
    ) -> None:
        self.name, self.strategy, self.muted, self.rounds = name, strategy, muted, rounds
        self.key = component_key(seed, f"traders.{name}")
        self.activity = activity
        self.owners: IntArray = np.zeros(0, np.int64)
        self.wake: IntArray = np.zeros(0, np.int64)
        self.state: dict[str, Any] = {column: np.zeros(0, dtype) for column, dtype in strategy.columns.items()}
        self.orders_sent = 0
        self._awake: IntArray = np.zeros(0, np.int64)

    @property
    def size(self) -> int:
        """Number of traders ever born."""
        return int(self.owners.shape[0])

    def add(self, owners: range, market: Market) -> IntArray:
        """Append newborn traders and let the strategy fill their columns; return their rows."""
        first, last = self.size, self.size + len(owners)
        rows = np.arange(first, last, dtype=np.int64)
        self.owners = np.concatenate([self.owners, np.array(owners, np.int64)])
        self.wake = np.concatenate([self.wake, np.zeros(len(owners), np.int64)])
        for column, dtype in self.strategy.columns.items():
            self.state[column] = np.concatenate([self.state[column], np.zeros(len(owners), dtype)])
        self._awake = np.empty(last, np.int64)
        draws = self.draws(market.tick, 0)
        step = market.tick * self.rounds + market.round_
        u = draws.uniform(rows, BIRTH, 0)
        self.wake[rows] = step + self._gaps(u)
        self.strategy.born(rows, draws, self.state, market)
        return rows

    def _gaps(self, u: Any) -> IntArray:
        p = self.activity / self.rounds
        if p >= 1.0:
            return np.ones(u.shape[0], np.int64)
        gaps: IntArray = 1 + np.floor(np.log1p(-u) / math.log1p(-p)).astype(np.int64)
        return gaps

    def set_activity(self, activity: float, tick: Tick) -> None:
        """Let traders wake up so often from ``tick`` on; who waits draws anew, as waiting without memory allows."""
        if activity == self.activity:
            return
        self.activity = activity
        waiting = np.flatnonzero(self.wake < NEVER)
        step = tick * self.rounds - 1
        self.wake[waiting] = step + self._gaps(self.draws(tick, 0).uniform(waiting, WAKE, 1))

    def draws(self, tick: Tick, round_: int) -> Draws:
        """Return the population's draws of one moment."""
        return Draws(self.key, tick, round_)

    def waking(self, market: Market) -> IntArray:
        """Return the rows that act now, ascending, and set when they act next."""
        p = self.activity / self.rounds
        log_idle = -math.inf if p >= 1.0 else math.log1p(-p)
        step = market.tick * self.rounds + market.round_
        n = wake_up(self.wake, self.size, step, np.uint64(self.key), market.tick, market.round_, log_idle, self._awake)
        return self._awake[:n]

    def decide(self, market: Market, rows: IntArray, sheet: OrderSheet) -> None:
        """Let ``rows`` write their orders on ``sheet``."""
        if self.muted or not rows.shape[0]:
            return
        before = sheet.size
        traders = Traders(rows, self.owners[rows], self.draws(market.tick, market.round_), self.state, market)
        self.strategy.decide(market, traders, Orders(sheet, market, self.strategy.slots))
        self.orders_sent += sheet.size - before

    def retire(self, row: int) -> None:
        """Let a trader never act again."""
        self.wake[row] = NEVER

    def saved(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the population."""
        arrays = {f"state.{name}": column.copy() for name, column in self.state.items()}
        return arrays | {"owners": self.owners.copy(), "wake": self.wake.copy()}, {"orders_sent": self.orders_sent}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take what `saved` returned."""
        self.owners, self.wake = np.array(arrays["owners"]), np.array(arrays["wake"])
        self.state = {name: np.array(arrays[f"state.{name}"]) for name in self.state}
        self.orders_sent = int(values["orders_sent"])
        self._awake = np.empty(self.size, np.int64)
