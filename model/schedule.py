"""The schedule: named stages in the order in which a tick runs them.

This is the staged schedule that Mesa 3 no longer ships. It is printable, and a user adds a stage
before or after any other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..core.errors import PlugInError, nearest


class When(StrEnum):
    """How often a stage runs."""

    ROUND = "each round"
    TICK = "each tick"
    DAY = "each day end"
    MONTH = "each month end"


@dataclass
class Stage:
    """A named part of a tick; ``run`` takes the economy. Seconds of CPU time add up in ``seconds``."""

    name: str
    when: When
    run: Callable[[Any], None]
    sentence: str
    seconds: float = 0.0
    runs: int = 0
    failed: bool = False

    def __call__(self, economy: Any) -> None:
        """Run the stage and add up its time."""
        start = time.thread_time()
        self.failed = True
        self.run(economy)
        self.failed = False
        self.seconds += time.thread_time() - start
        self.runs += 1


class Schedule:
    """Stages in order.

    Examples
    --------
    >>> schedule = Schedule([Stage("trade", When.TICK, lambda economy: None, "orders meet")])
    >>> schedule.after("trade", Stage("toast", When.TICK, lambda economy: None, "cheers"))
    >>> print(schedule)
    trade  each tick  orders meet
    toast  each tick  cheers
    """

    def __init__(self, stages: list[Stage]) -> None:
        self.stages = stages

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def __getitem__(self, name: str) -> Stage:
        return self.stages[self._index(name)]

    def after(self, name: str, stage: Stage | Callable[[Any], None]) -> None:
        """Add a stage, or a plain function of the economy run as often as its neighbour, after ``name``."""
        self.stages.insert(self._index(name) + 1, self._as_stage(stage, self[name].when))

    def before(self, name: str, stage: Stage | Callable[[Any], None]) -> None:
        """Add a stage before the one called ``name``."""
        self.stages.insert(self._index(name), self._as_stage(stage, self[name].when))

    def _as_stage(self, stage: Stage | Callable[[Any], None], when: When) -> Stage:
        if not isinstance(stage, Stage):
            label = getattr(stage, "__name__", type(stage).__name__)
            stage = Stage(label, when, stage, (stage.__doc__ or "a user's stage").strip().split("\n")[0])
        if stage.name in {known.name for known in self.stages}:
            raise PlugInError(f"a stage called {stage.name!r} exists already; give yours another name")
        return stage

    def _index(self, name: str) -> int:
        names = [stage.name for stage in self.stages]
        if name not in names:
            raise PlugInError(f"no stage {name!r}{nearest(name, names)}")
        return names.index(name)

    def __str__(self) -> str:
        wide = max((len(stage.name) for stage in self.stages), default=0)
        often = max((len(stage.when) for stage in self.stages), default=0)
        return "\n".join(f"{s.name:<{wide}}  {s.when:<{often}}  {s.sentence}" for s in self.stages)
