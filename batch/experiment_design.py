"""The design of an experiment: what is asked, changed, read, and expected; plain values that run nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..core.errors import OutOfBounds, nearest
from ..model.scenario import Scenario
from .impulse import Difference, Direction
from .stored_runs import DAYS_IN, Over, Period, Reading, RunRecipe, lasting

ARMS = ("base", "changed")


@dataclass(frozen=True)
class Change:
    """The one difference between the two runs of a pair.

    Parameters
    ----------
    words : str
        The change in a few words, as the beginning of a sentence.
    shocks : tuple of mapping
        Shocks as a scenario has them (`catallaxy.model.shocks`), dated from the change: ``after`` periods later
        (0 if left out) and for ``lasts`` periods (to the end if left out).
    settings : mapping
        Settings by dotted key that differ from the opening on. With them there is no time before the change,
        and nothing can be said of pairing.
    """

    words: str
    shocks: tuple[Mapping[str, Any], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def dated(self, begins: int, ticks: int) -> tuple[dict[str, Any], ...]:
        """Return the shocks with ``at`` and ``until``: the change begins at tick ``begins``, a period has ``ticks``."""
        return tuple(_dated(shock, begins, ticks) for shock in self.shocks)


def _dated(shock: Mapping[str, Any], begins: int, ticks: int) -> dict[str, Any]:
    values = {key: value for key, value in shock.items() if key not in ("after", "lasts")}
    values["at"] = begins + round(shock.get("after", 0) * ticks)
    if "lasts" in shock:
        values["until"] = values["at"] + max(1, round(shock["lasts"] * ticks)) - 1
    return values


@dataclass(frozen=True)
class Column:
    """What is read of both runs, and how they are compared; ``label`` is what people call it."""

    name: str
    difference: Difference = "level"
    label: str = ""
    unit: str = ""
    table: str = ""
    over: Over = "last"

    @property
    def words(self) -> str:
        """What people call it."""
        return self.label or self.name.replace("_", " ")

    @property
    def units(self) -> str:
        """The unit of a response."""
        return {"percent": "%", "basis points": "bp", "percentage points": "pp"}.get(self.difference, self.unit)


@dataclass(frozen=True)
class Expectation:
    """A sign that the literature leads one to expect of the mean response over ``window``, in periods of the change.

    ``size`` is the range that the source gives, in the unit of the response: told beside ours, and with the
    direction "within" what a seed must reach.
    """

    column: str
    direction: Direction
    window: tuple[int, int]
    source: str
    size: tuple[float, float] | None = None


@dataclass(frozen=True)
class Size:
    """How many seeds, and how large an economy; what is left out is as the experiment has it."""

    seeds: int = 20
    settings: Mapping[str, Any] = field(default_factory=dict)
    burn_in: int | None = None
    horizon: int | None = None


@dataclass(frozen=True)
class Experiment:
    """A question put to an economy.

    Parameters
    ----------
    name, question : str
        What it is called, and what it asks, in a sentence.
    scenario, settings : str, mapping
        The economy of both runs, and overrides of it by dotted key.
    change : Change
        The one difference.
    columns : tuple of Column
        What is read, from ``table`` unless they say otherwise.
    expected : tuple of Expectation
        Signs of the literature.
    period : {"day", "month"}
        Unit of ``burn_in`` (periods before the change) and ``horizon`` (periods from the change on).
    full, quick : Size
        The size that answers, and one that does in two minutes.
    """

    name: str
    question: str
    change: Change
    columns: tuple[Column, ...]
    expected: tuple[Expectation, ...] = ()
    scenario: str | Mapping[str, Any] = "economy-coarse"
    settings: Mapping[str, Any] = field(default_factory=dict)
    table: str = "macro"
    period: Period = "month"
    burn_in: int = 24
    horizon: int = 36
    full: Size = Size()
    quick: Size = Size(6)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names) or not names:
            raise OutOfBounds(f"{self.name}.columns", names, "give one or more, each once")
        for size in (self.full, self.quick):
            if size.seeds < 2:
                raise OutOfBounds(f"{self.name}.seeds", size.seeds, "give 2 or more: a band needs several pairs")
            _check_lengths(self, size)

    def sized(self, quick: bool, settings: Mapping[str, Any] | None = None) -> Experiment:
        """Return the experiment at one of its sizes, with more overrides for both runs."""
        size = self.quick if quick else self.full
        return replace(
            self,
            settings={**self.settings, **size.settings, **(settings or {})},
            burn_in=self.burn_in if size.burn_in is None else size.burn_in,
            horizon=self.horizon if size.horizon is None else size.horizon,
            full=Size(size.seeds),
            quick=Size(size.seeds),
        )

    @property
    def lead(self) -> int:
        """Periods before the change that tables and figures show; all are compared."""
        return min(self.burn_in, max(2, self.horizon // 4))

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    def readings(self) -> tuple[Reading, ...]:
        """Return what is read of each run."""
        return tuple(Reading(column.name, column.table or self.table, column.over) for column in self.columns)

    def scenarios(self) -> tuple[Scenario, Scenario]:
        """Return base and changed scenario, both checked."""
        tables = [reading.table for reading in self.readings()]
        days = (self.burn_in + self.horizon) * DAYS_IN[self.period]
        base = lasting(self.scenario, self.settings, days, self.period, tables)
        ticks = DAYS_IN[self.period] * base.clock.ticks_per_day
        shocks = (*base.shocks, *self.change.dated(self.burn_in * ticks + 1, ticks))
        settings = {**self.settings, **self.change.settings, "shocks": shocks}
        return base, lasting(self.scenario, settings, days, self.period, tables)

    def recipes(self, seeds: Sequence[int]) -> list[RunRecipe]:
        """Return what to run: for each seed the base, then the changed economy."""
        plain = [scenario.effective() for scenario in self.scenarios()]
        readings, periods = self.readings(), self.burn_in + self.horizon
        return [
            RunRecipe(f"seed {seed}, {arm}", settings, seed, periods, self.period, readings, self.burn_in)
            for seed in seeds
            for arm, settings in zip(ARMS, plain, strict=True)
        ]


def _check_lengths(experiment: Experiment, size: Size) -> None:
    burn_in = experiment.burn_in if size.burn_in is None else size.burn_in
    horizon = experiment.horizon if size.horizon is None else size.horizon
    if burn_in < 1 or horizon < 1:
        due = "give 1 or more periods before the change and after it"
        raise OutOfBounds(f"{experiment.name}.burn_in, horizon", (burn_in, horizon), due)
    for expectation in experiment.expected:
        known = [column.name for column in experiment.columns]
        if expectation.column not in known:
            due = f"give a column that is read{nearest(expectation.column, known)}"
            raise OutOfBounds(f"{experiment.name}.expected", expectation.column, due)
        if not 1 <= expectation.window[0] <= expectation.window[1] <= horizon:
            due = f"give first and last period, from 1 to the horizon of {horizon}"
            raise OutOfBounds(f"{experiment.name}.expected.window", expectation.window, due)
        if expectation.direction == "within" and expectation.size is None:
            raise OutOfBounds(f"{experiment.name}.expected.size", None, 'direction "within" needs a range')
