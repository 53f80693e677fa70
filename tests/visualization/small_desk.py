"""A desk small enough for every test to open its own, and what it means to wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catallaxy.model.economy import Economy
from catallaxy.visualization.desk import Desk

TINY: dict[str, Any] = {
    "traders": {"number": 60},
    "stocks": {"number": 2},
    "anchor": {"source": "walk"},
    "clock": {"ticks_per_day": 10, "days": 4_000},
}


def tiny_desk(runs: Path | None = None, *, seed: int = 7, pace: float = 0.0, **changes: Any) -> Desk:
    """Return a desk over a market of 60 traders and two stocks, paused at its opening."""
    return Desk("markets", seed=seed, changes=TINY | changes, runs=runs, pace=pace)


def within(happened: Callable[[], bool], patience: float = 60.0) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def fail_at(desk: Desk, tick: int) -> None:
    """Let a stage of the world under way fail in a tick to come."""

    def fail(economy: Economy) -> None:
        """Fail."""
        if economy.tick == tick:
            raise ZeroDivisionError("made to fail")

    desk.world.economy.schedule.after("trade", fail)
