"""A branch: a second world from the present state, which lives beside the first and differs by one change.

Both have the same scenario and seed, and draws are keyed by seed, component, ordinal and tick, so whatever differs
between the two follows from the change. What is done to the baseline afterwards is done in the branch as well. The
branch has no folder; closing it lets go of everything.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from ..core.errors import CatallaxyError, NotRepeatable, OutOfBounds
from ..core.units import Tick
from ..model.economy import Economy
from ..model.snapshot import Snapshot
from ..model.world import Dateable, World, dated_at

LONGEST = 2_520
"""Trading days that a branch may be followed: ten years."""
_POINTS = 400
_AFTER_ALL_OTHERS = 10**9  # numbers of the branch's own commands lie above those that it shares


@dataclass(frozen=True)
class Measure:
    """Something that is compared; ``share`` tells whether differences are per cent, or points."""

    key: str
    title: str
    unit: str
    share: bool
    difference: str


MEASURES: tuple[Measure, ...] = (
    Measure("index", "Index", "points, opening = 100", True, "per cent"),
    Measure("output", "Output", "real GDP, baseline's first month = 100", True, "per cent"),
    Measure("inflation", "Inflation", "per cent, 12 months", False, "percentage points"),
    Measure("unemployment", "Unemployment", "per cent of the labour force", False, "percentage points"),
)


class Branch:
    """A second economy, put into the state of the first, and followed tick by tick.

    Parameters
    ----------
    baseline : Economy
        The first; between two ticks.
    fresh : Economy
        Of the same scenario and seed, at its opening and without a folder; it becomes the branch.
    days : int
        Trading days to follow.
    shock : mapping or callable, optional
        What happens in the branch only (see `World.inject`); without ``at`` it strikes at the next tick.

    Attributes
    ----------
    rows : dict of str to list of tuple
        For each measure (day, baseline, branch, difference).
    days, horizon : int
        Trading days it is followed for, and those it was made for.
    error : str
        What ended the branch before its time.

    Examples
    --------
    >>> tiny = {"traders__number": 60, "stocks__number": 2, "anchor__source": "walk"}
    >>> baseline, fresh = Economy("markets", rng=7, **tiny), Economy("markets", rng=7, **tiny)
    >>> branch = Branch(baseline, fresh, days=1)
    >>> baseline.step()
    >>> branch.follow(baseline.snapshot)
    >>> fresh.chain_head == baseline.chain_head
    True
    """

    def __init__(self, baseline: Economy, fresh: Economy, *, days: int, shock: Dateable | None = None) -> None:
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST:
            raise OutOfBounds("days", days, f"give a whole number of trading days, 1 to {LONGEST}")
        if baseline.floor.traders:
            raise NotRepeatable("object traders are code and in no state, so a world with some has no second")
        fresh.restore(*baseline.state())
        fresh.done_by_hand = set(baseline.done_by_hand)
        self.baseline: Economy | None = baseline
        self.economy: Economy | None = fresh
        self.began, self.days, self.horizon = baseline.tick, days, days
        self.shock = dated_at(shock, baseline.tick) if shock else {}
        self.per_day = baseline.clock.ticks_per_day
        self.ends: Tick = self.began + days * self.per_day
        self._tick: Tick = self.began
        self.error = ""
        self._lock = threading.Lock()
        self._every = max(1, days * self.per_day // _POINTS)
        self._real = math.nan
        self.rows: dict[str, list[tuple[float, float, float, float]]] = {measure.key: [] for measure in MEASURES}
        if self.shock:
            fresh.count_from(_AFTER_ALL_OTHERS)
            fresh.inject(self.shock, source="branch")
        self._note("index", baseline.index, fresh.index)

    @property
    def tick(self) -> Tick:
        """The last tick of the branch."""
        return self._tick

    @property
    def is_over(self) -> bool:
        """Whether the branch goes no further."""
        return self.economy is None or bool(self.error) or self._tick >= self.ends

    def follow(self, snapshot: Snapshot) -> None:
        """Make the ticks that the baseline has made since, and compare; the thread that stepped it calls this."""
        with self._lock:
            branch, baseline = self.economy, self.baseline
            if branch is None or baseline is None or self.error:
                return
            try:
                while branch.tick < min(snapshot.tick, self.ends):
                    branch.requeue(list(baseline.memory.history.get(branch.tick + 1, ())))
                    branch.step()
                    self._tick = branch.tick
                    if branch.tick == snapshot.tick:
                        self._compare(baseline, branch)
            except CatallaxyError as error:
                self.error = str(error)

    def go_on(self, days: int | None = None) -> None:
        """Follow for so many days more, by default as many as the branch was made for."""
        days = self.horizon if days is None else days
        with self._lock:
            if not 1 <= self.days + days <= LONGEST:
                raise OutOfBounds("days", self.days + days, f"a branch is followed for at most {LONGEST} trading days")
            self.days += days
            self.ends += days * self.per_day

    def close(self) -> None:
        """Let go of both economies; what was compared stays."""
        with self._lock:
            if self.economy is not None:
                self.economy.close()
            self.economy = self.baseline = None

    def frame(self) -> Any:
        """Return what was compared as a pandas frame: a row for each measure and moment."""
        import pandas as pd

        rows = [(key, *row) for key, some in self.rows.items() for row in some]
        return pd.DataFrame(rows, columns=["measure", "day", "baseline", "branch", "difference"])

    def csv(self) -> bytes:
        """Return what was compared as CSV, a row for each measure and moment; empty where nothing was measured."""
        return str(self.frame().to_csv(index=False)).encode()

    # -- comparing ----------------------------------------------------------------------------

    def _compare(self, baseline: Economy, branch: Economy) -> None:
        if (branch.tick - self.began) % self._every == 0 or branch.tick == self.ends:
            self._note("index", baseline.index, branch.index)
        if branch.clock.is_month_end(branch.tick):
            first, second = month_of(baseline), month_of(branch)
            self._real = first["output"] if math.isnan(self._real) else self._real
            scale = 100.0 / self._real if self._real > 0.0 else math.nan
            self._note("output", scale * first["output"], scale * second["output"])
            for key in ("inflation", "unemployment"):
                self._note(key, 100.0 * first[key], 100.0 * second[key])

    def _note(self, key: str, first: float, second: float) -> None:
        if not (math.isfinite(first) and math.isfinite(second)):
            return
        share = next(measure.share for measure in MEASURES if measure.key == key)
        if share and first <= 0.0:
            return
        difference = 100.0 * (second / first - 1.0) if share else second - first
        self.rows[key].append((round(self._tick / self.per_day, 3), first, second, difference))


def month_of(economy: Economy) -> dict[str, float]:
    """Return real GDP, inflation and unemployment of the month that has just ended; NaN for what there is not."""
    names = ("gdp", "deflator", "inflation", "unemployment")
    rows = economy.store.read("macro", names, first=economy.tick).to_pylist()
    if not rows:
        return dict.fromkeys(("output", "inflation", "unemployment"), math.nan)
    last = {name: math.nan if rows[-1][name] is None else float(rows[-1][name]) for name in names}
    real = last["gdp"] / last["deflator"] if last["gdp"] > 0.0 and last["deflator"] > 0.0 else math.nan
    return {"output": real, "inflation": last["inflation"], "unemployment": last["unemployment"]}


# -- branches of a world --------------------------------------------------------------------------

_BRANCHES: WeakKeyDictionary[World, Branch] = WeakKeyDictionary()


def branch_of(world: World) -> Branch | None:
    """Return the branch of a world, if it has one."""
    return _BRANCHES.get(world)


def branch_here(world: World, *, days: int, shock: Dateable | None = None) -> Branch:
    """Make a branch of ``world`` that follows it from now on; it takes the place of the one before.

    Building the second economy takes the longest and holds no tick back; only copying the state does.
    """
    fresh = Economy(world.economy.baseline, rng=world.economy.seed)

    def begin(economy: Economy) -> Branch:
        branch = Branch(economy, fresh, days=days, shock=shock)
        world.watch(branch.follow)
        return branch

    branch = world.look(begin)
    end_branch(world)
    _BRANCHES[world] = branch
    return branch


def end_branch(world: World) -> None:
    """Close the branch of a world and let go of it; a world that is let go of takes its branch along."""
    branch = _BRANCHES.pop(world, None)
    if branch is not None:
        world.unwatch(branch.follow)
        branch.close()
