"""Simulated time: ticks, trading days, and the durations a scenario gives in minutes."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import TRADING_DAYS_PER_YEAR, Tick

MINUTES_PER_DAY = 390
DAYS_PER_MONTH = 21


class ClockSettings(Parameters):
    """How time is cut."""

    ticks_per_day: int = Field(30, ge=1, le=23_400, description="ticks in a trading day of 390 minutes")
    days: int = Field(TRADING_DAYS_PER_YEAR, ge=1, le=100_000, description="trading days that a run lasts by default")


@dataclass(frozen=True)
class Clock:
    """Converts between ticks, days and minutes; tick 1 is the first of day 1.

    Examples
    --------
    >>> clock = Clock(30)
    >>> clock.day_of(30), clock.day_of(31), clock.tick_of_day(31)
    (1, 2, 1)
    >>> clock.ticks_in(5.0)
    1
    """

    ticks_per_day: int

    def day_of(self, tick: Tick) -> int:
        """Return the trading day of a tick, from 1; tick 0 is the opening, day 0."""
        return (tick - 1) // self.ticks_per_day + 1

    def tick_of_day(self, tick: Tick) -> int:
        """Return the place of a tick in its day, from 1."""
        return (tick - 1) % self.ticks_per_day + 1

    def is_day_end(self, tick: Tick) -> bool:
        """Return whether a tick is the last of its day."""
        return tick % self.ticks_per_day == 0

    def is_month_end(self, tick: Tick) -> bool:
        """Return whether a tick is the last of a month of 21 days."""
        return tick % (DAYS_PER_MONTH * self.ticks_per_day) == 0

    def ticks_in(self, minutes: float) -> int:
        """Return minutes as ticks, at least one."""
        return max(1, round(minutes * self.ticks_per_day / MINUTES_PER_DAY))
