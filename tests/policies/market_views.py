"""What tests of market rules share: a calendar, and a market whose prices are told tick by tick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catallaxy.policies.market_rules import Halt, MarketView, Rule


@dataclass(frozen=True)
class Calendar:
    """Days of ``ticks_per_day`` ticks in 390 minutes."""

    ticks_per_day: int = 39

    def tick_of_day(self, tick: int) -> int:
        return (tick - 1) % self.ticks_per_day + 1

    def ticks_in(self, minutes: float) -> int:
        return max(1, round(minutes * self.ticks_per_day / 390))


class Told:
    """Shows one rule the prices of two books, tick by tick, and obeys its halts."""

    def __init__(self, rule: Rule, *, tick: int = 0, close: tuple[int, int] = (100, 200), ticks_per_day: int = 39):
        self.rule, self.tick, self.calendar = rule, tick, Calendar(ticks_per_day)
        self.close = self.last = np.array(close, np.int64)
        self.index_close = self.index = 100.0
        self.called_until = np.full(2, -1)
        rule.begin(self.view())

    def view(self, lots: tuple[int, int] = (0, 0)) -> MarketView:
        return MarketView(
            tick=self.tick, calendar=self.calendar, symbols=("AAPL", "TSLA"), last=self.last, close=self.close,
            index=self.index, index_close=self.index_close, lots=np.array(lots),
            turnover=np.array(lots) * self.last, closed=self.tick <= self.called_until,
        )  # fmt: skip

    def look(self, *last: int, index: float | None = None, lots: tuple[int, int] = (1, 1)) -> list[Halt]:
        """Let a tick end with these prices."""
        self.tick += 1
        if self.calendar.tick_of_day(self.tick) == 1 and self.tick > 1:
            self.close, self.index_close = self.last, self.index
        self.last = np.array(last or self.last, np.int64)
        self.index = self.index if index is None else index
        halts = self.rule.look(self.view(lots))
        for halt in halts:
            self.called_until[list(halt.books)] = halt.auction_until
        return halts

    def skip_to(self, tick_of_day: int) -> None:
        """Let quiet ticks pass, so that the next one is this tick of its day."""
        while self.calendar.tick_of_day(self.tick + 1) != tick_of_day:
            self.look(lots=(0, 0))


def dates(halts: list[Halt]) -> list[tuple[tuple[int, ...], int, int]]:
    """Return books and dates of halts."""
    return [(halt.books, halt.until, halt.auction_until) for halt in halts]
