"""Circuit breakers: trading stops after a fall and reopens by a call auction.

A breaker looks at the prices with which a tick ended and halts from the next tick on, so a finer clock
makes a quicker breaker. Halts last ``halt_minutes``, at least one tick, and are cut at the day's end; the
auction then opens the next day. On the last tick of a day nothing is halted: the close does that.

References
----------
A. Subrahmanyam (1994), "Circuit breakers and market volatility: a theoretical perspective", Journal of
Finance 49, 237-254: traders who fear a halt trade earlier, which draws prices towards it (magnet effect).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from ..core.units import BoolArray, FloatArray, IntArray, Tick
from .market_rules import Halt, MarketView, Rule, RuleSettings, State

ROUNDING = 1e-12  # 1 - 93 / 100 is not quite 0.07


class BreakerSettings(RuleSettings):
    """How long a halt lasts and how long orders are gathered before trading resumes."""

    halt_minutes: float = Field(5.0, gt=0.0, le=390.0, description="minutes without trading; at least one tick")
    auction_minutes: float = Field(
        5.0, gt=0.0, le=390.0, description="minutes in which orders are gathered before the reopening auction"
    )


def halt_dates(settings: BreakerSettings, market: MarketView, *, to_close: bool = False) -> tuple[Tick, Tick]:
    """Return the last tick of a halt that begins after this one, and the last tick of the call that follows."""
    ticks = market.ticks_left if to_close else min(market.calendar.ticks_in(settings.halt_minutes), market.ticks_left)
    until = market.tick + ticks
    return until, until + market.calendar.ticks_in(settings.auction_minutes)


class CircuitBreaker(Rule):
    """Halts one symbol when its price has fallen by a share of a reference price.

    The reference is the close of the day before, or the mean price of the trades of the last five minutes,
    which is renewed when that mean has moved by 1 %. After a halt the reference begins anew with the mean
    price of the tick in which trading resumed.

    The presets ``luld_tier_1`` and ``luld_tier_2`` take the reference, percentages and halts of the US plan
    (large and other stocks above three dollars, outside the last 25 minutes), but not its bands: a trade
    beyond a band would be refused there, here it is what stops trading. Means are weighted by lots.
    ``pause_2010`` is the pilot before it.

    References
    ----------
    Securities and Exchange Commission (2012), "Plan to address extraordinary market volatility" (limit up,
    limit down), Release 34-67091; (2010), "Trading pauses in individual stocks", Release 34-62252.
    """

    class Settings(BreakerSettings):
        """When a symbol is halted."""

        fall: float = Field(0.10, gt=0.0, lt=1.0, description="fall from the reference that halts, as a share of it")
        either_way: bool = Field(False, description="halt on a rise by the same share as well")
        reference: Literal["close", "mean"] = Field(
            "close", description="close: of the day before; mean: of the trades of the last minutes"
        )
        window_minutes: float = Field(5.0, gt=0.0, le=390.0, description="minutes over which trades are averaged")
        renewed_at: float = Field(0.01, ge=0.0, lt=1.0, description="move of the mean that renews the reference")
        symbols: tuple[str, ...] = Field((), description="symbols watched; empty: all")

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "luld_tier_1": {"fall": 0.05, "either_way": True, "reference": "mean"},
        "luld_tier_2": {"fall": 0.10, "either_way": True, "reference": "mean"},
        "pause_2010": {"fall": 0.10, "either_way": True, "reference": "mean", "renewed_at": 0.0},
    }

    watched: BoolArray
    reference: FloatArray
    window: IntArray

    def begin(self, market: MarketView) -> None:
        """Start from the closes, or from the last prices, with an empty window."""
        named = self.settings.symbols
        self.watched = np.array([not named or symbol in named for symbol in market.symbols], np.bool_)
        self.reference = np.array(market.close if self.settings.reference == "close" else market.last, np.float64)
        ticks = market.calendar.ticks_in(self.settings.window_minutes)
        self.window = np.zeros((ticks, 2, len(market.symbols)), np.int64)

    def look(self, market: MarketView) -> list[Halt]:
        """Compare last prices with the references; then renew those."""
        if self.settings.reference == "close" and market.tick_of_day == 1:
            self.reference[:] = market.close
        reference = self.reference.copy()
        change = market.last / reference - 1.0  # NaN where trading has just resumed
        hit = (np.abs(change) if self.settings.either_way else -change) >= self.settings.fall - ROUNDING
        hit &= self.watched & ~market.closed
        self._renew(market)
        if not hit.any() or market.ticks_left == 0:
            return []
        until, auction_until = halt_dates(self.settings, market)
        halts = []
        for book in np.flatnonzero(hit).tolist():
            reason = f"{change[book]:+.1%} from {reference[book]:.0f}"
            halts.append(Halt(self.name, (book,), until, auction_until, reason))
        self.reference[hit] = np.nan
        self.window[:, :, hit] = 0
        return halts

    def _renew(self, market: MarketView) -> None:
        """Take the tick's trades into the window and move the references that are due."""
        self.window[market.tick % self.window.shape[0]] = market.turnover, market.lots
        resumed = np.isnan(self.reference) & ~market.closed
        traded = market.lots > 0
        here = np.where(traded, market.turnover / np.maximum(market.lots, 1), market.last)
        if self.settings.reference == "mean":
            turnover, lots = self.window.sum(axis=0)
            mean = turnover / np.maximum(lots, 1)
            due = (lots > 0) & (np.abs(mean / self.reference - 1.0) >= self.settings.renewed_at)
            self.reference = np.where(due, mean, self.reference)
        self.reference = np.where(resumed, here, self.reference)

    def state(self) -> State:
        """Return the references and the window."""
        return {"watched": self.watched.copy(), "reference": self.reference.copy(), "window": self.window.copy()}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take what `state` returned."""
        self.watched = np.array(arrays["watched"], np.bool_)
        self.reference = np.array(arrays["reference"], np.float64)
        self.window = np.array(arrays["window"], np.int64)


class MarketWideBreaker(Rule):
    """Halts every symbol when the index has fallen far below its close of the day before.

    Each level halts once a day, unless the day is nearly over; a fall through several levels at once uses
    them up together. The closing level ends the day at any time. The defaults are those of the New York
    Stock Exchange since 2013: 7 and 13 % halt for 15 minutes before 15:25, 20 % to the close.

    References
    ----------
    New York Stock Exchange, Rule 7.12, "Trading halts due to extraordinary market volatility" (before: 80B).
    Presidential Task Force on Market Mechanisms (1988), "Report" (the Brady report), which proposed them.
    """

    class Settings(BreakerSettings):
        """When the whole market is halted."""

        levels: tuple[float, ...] = Field((0.07, 0.13), description="falls of the index that halt, once a day each")
        closing_level: float | None = Field(
            0.20, gt=0.0, lt=1.0, description="fall that halts to the end of the day; unset: none"
        )
        halt_minutes: float = Field(15.0, gt=0.0, le=390.0, description="minutes without trading; at least one tick")
        quiet_minutes: float = Field(
            35.0, ge=0.0, le=390.0, description="last minutes of the day in which no level but the closing one halts"
        )

        @field_validator("levels")
        @classmethod
        def _rising(cls, levels: tuple[float, ...]) -> tuple[float, ...]:
            if any(not 0.0 < level < 1.0 for level in levels) or sorted(set(levels)) != list(levels):
                raise ValueError("give falls between 0 and 1, each larger than the one before")
            return levels

        @model_validator(mode="after")
        def _closing_is_the_deepest(self) -> MarketWideBreaker.Settings:
            if self.closing_level is not None and self.levels and self.closing_level <= self.levels[-1]:
                raise ValueError(f"closing_level is {self.closing_level}; give more than the last of the levels")
            if self.closing_level is None and not self.levels:
                raise ValueError("neither levels nor closing_level are given; give one of them")
            return self

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"nyse": {}}

    def __init__(self, settings: RuleSettings | None = None) -> None:
        super().__init__(settings)
        self.used = 0  # levels used up today

    def look(self, market: MarketView) -> list[Halt]:
        """Compare the index with its last close."""
        if market.tick_of_day == 1:
            self.used = 0
        fall = 1.0 - market.index / market.index_close
        if market.ticks_left == 0 or market.closed.all():
            return []
        closing = self.settings.closing_level
        fall += ROUNDING
        if closing is not None and fall >= closing:
            return [self._halt(market, fall, closing, to_close=True)]
        reached = sum(fall >= level for level in self.settings.levels)
        if reached <= self.used or market.ticks_left < self._quiet(market):
            return []
        self.used = reached
        return [self._halt(market, fall, self.settings.levels[reached - 1], to_close=False)]

    def _quiet(self, market: MarketView) -> int:
        minutes = self.settings.quiet_minutes
        return market.calendar.ticks_in(minutes) if minutes > 0.0 else 0

    def _halt(self, market: MarketView, fall: float, level: float, *, to_close: bool) -> Halt:
        until, auction_until = halt_dates(self.settings, market, to_close=to_close)
        books = tuple(range(len(market.symbols)))
        return Halt(self.name, books, until, auction_until, f"index {-fall:+.1%} since the close, level {level:.0%}")

    def state(self) -> State:
        """Return how many levels are used up."""
        return {}, {"used": self.used}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take what `state` returned."""
        self.used = int(values["used"])
