"""How benchmarks time: CPU seconds, a warm-up first, the median of several repeats beside a calibration loop.

The calibration loop is one fixed kernel, 20,000 Philox blocks (the generator every draw comes from), timed
before and after each case. A ratio to it changes little from machine to machine, and little with the load.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.randomness import fill_bits

BLOCKS = 20_000


@dataclass(frozen=True)
class Spread:
    """The median of some repeats, with the least and the most."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of ``values``.

        Examples
        --------
        >>> Spread.of([3.0, 1.0, 2.0])
        Spread(median=2.0, low=1.0, high=3.0)
        """
        return cls(float(statistics.median(values)), float(min(values)), float(max(values)))

    def scaled(self, factor: float) -> Spread:
        """Return the spread in another unit."""
        return Spread(self.median * factor, self.low * factor, self.high * factor)

    def named(self, name: str, digits: int = 3) -> dict[str, float]:
        """Return ``name`` and its bounds as JSON values."""
        return {
            name: round(self.median, digits),
            f"{name}_min": round(self.low, digits),
            f"{name}_max": round(self.high, digits),
        }


def timed(act: Callable[[], Any], clock: Callable[[], float] = time.thread_time) -> float:
    """Return the CPU seconds of one call."""
    start = clock()
    act()
    return clock() - start


def repeated(act: Callable[[], Any], repeats: int, clock: Callable[[], float] = time.thread_time) -> Spread:
    """Return the CPU seconds of a call, after one that warms up."""
    act()
    return Spread.of([timed(act, clock) for _ in range(repeats)])


class Calibration:
    """Times the calibration loop around cases.

    Examples
    --------
    >>> calibration = Calibration()
    >>> with calibration.around() as ruler:
    ...     _ = sum(range(100))
    >>> ruler.ns > 0
    True
    """

    def __init__(self) -> None:
        self._bits, self._ordinals = np.empty((BLOCKS, 4), np.uint64), np.arange(BLOCKS)
        self._once()

    def _once(self) -> None:
        fill_bits(self._bits, self._ordinals, np.uint64(7), 1, 1, 0, 0)

    def sample(self, repeats: int = 9) -> list[float]:
        """Return the CPU nanoseconds of a block, several times."""
        return [1e9 * timed(self._once) / BLOCKS for _ in range(repeats)]

    @contextmanager
    def around(self) -> Iterator[Ruler]:
        """Time the loop before and after the block; ``ruler.ns`` is the median afterwards."""
        ruler = Ruler(self.sample())
        yield ruler
        ruler.samples += self.sample()


@dataclass
class Ruler:
    """What the calibration loop took beside one case."""

    samples: list[float]

    @property
    def ns(self) -> float:
        """CPU nanoseconds of a Philox block."""
        return float(statistics.median(self.samples))
