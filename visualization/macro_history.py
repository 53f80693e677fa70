"""The months of the run that is shown, read once for all tabs, and the moments at which somebody or something struck.

Tables of month ends are kept whole; events without a run folder only for a while, so moments are remembered here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..core.schemas import TABLES
from ..core.units import FloatArray
from ..model.clock import DAYS_PER_MONTH
from ..model.scenario import Scenario
from ..model.world import World
from .desk import Desk

COLUMNS: tuple[str, ...] = TABLES["macro"].names
TARGET = "central_bank.target"
MOST = 600
"""Months that charts show: fifty years."""


@dataclass(frozen=True)
class Moment:
    """A shock, a rule that switched or a setting that changed: the tick, a name, and what table events says."""

    tick: int
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Months:
    """What has happened month by month.

    Attributes
    ----------
    columns : mapping of str to (n,) float64
        The columns of table macro, at most `MOST` rows, and ``target``, the inflation aimed at.
    moments : tuple of Moment
        Oldest first.
    tick, per_month : int
        The tick up to which events were read, and the ticks of a month.
    """

    columns: Mapping[str, FloatArray]
    moments: tuple[Moment, ...]
    tick: int
    per_month: int

    @property
    def size(self) -> int:
        """Number of months."""
        return int(self.columns["month"].size)

    @property
    def newest(self) -> int:
        """The month that ended last; 0 before the first did."""
        return int(self.columns["month"][-1]) if self.size else 0


_known: WeakKeyDictionary[World, Months] = WeakKeyDictionary()
_lock = threading.Lock()


def months_of(desk: Desk) -> Months:
    """Return the months of the run that the desk shows, up to its last sealed tick."""
    run = desk.run
    per_month = DAYS_PER_MONTH * run.scenario.clock.ticks_per_day
    with _lock:
        before = _known.get(run.world)
        tick = run.snapshot.tick
        if before is not None and before.tick == tick:
            return before
        if before is None or before.tick > tick:  # a recovery takes ticks back
            before = Months({name: np.zeros(0) for name in COLUMNS}, (), 0, per_month)
        moments = before.moments + _moments(run.world, run.scenario, before.tick + 1, tick)
        columns = _grown(run.world, before.columns, before.tick + 1, tick)
        columns["target"] = target_path(columns["tick"], moments, run.world.economy.settings.central_bank.target)
        _known[run.world] = found = Months(columns, moments, tick, per_month)
        return found


def _grown(world: World, before: Mapping[str, FloatArray], first: int, last: int) -> dict[str, FloatArray]:
    fresh = world.economy.store.read("macro", first=first, last=last)
    return {
        name: np.concatenate([before[name], np.asarray(fresh.column(name).to_numpy(), np.float64)])[-MOST:]
        for name in COLUMNS
    }


def _moments(world: World, scenario: Scenario, first: int, last: int) -> tuple[Moment, ...]:
    """Return the moments of ticks ``first`` to ``last``: the scenario's own shocks, and what table events has."""
    rows = world.economy.store.read("events", ["tick", "event", "payload"], first, last).to_pylist()
    told = [(row["tick"], row["event"], json.loads(row["payload"])) for row in rows]
    happened = world.look(lambda economy: tuple(economy.recorder.happened)) if first == 1 else ()
    kept = [(one.tick, one.event, one.facts) for one in happened]  # of ticks whose tables may be gone
    planned = [(shock["at"], f"shock:{shock['kind']}", shock) for shock in scenario.shocks]
    found = [moment_of(*one) for one in (*planned, *kept, *told) if first <= one[0] <= last]
    known = {(moment.tick, moment.name): moment for moment in found if moment is not None}
    return tuple(known[key] for key in sorted(known))


def moment_of(tick: int, event: str, facts: Mapping[str, Any]) -> Moment | None:
    """Return the moment that an event is, if charts mark it.

    Examples
    --------
    >>> moment_of(9, "changed", {"setting": "central_bank.target", "before": 0.02, "after": 0.04}).name
    'target → 0.04'
    >>> moment_of(9, "margin_call", {}) is None
    True
    """
    if event.startswith("shock:"):
        return Moment(tick, event.removeprefix("shock:").replace("_", " "), facts)
    if event == "changed":
        setting = str(facts["setting"])
        return Moment(tick, f"{setting.rpartition('.')[2].replace('_', ' ')} → {facts['after']}", facts)
    if event == "switch":
        rule = str(facts["rule"]).replace("_", " ")
        word = "off" if facts["new"] is None else "on" if facts["old"] is None else "changed"
        return Moment(tick, f"{rule} {word}", facts)
    return None


def target_path(ticks: FloatArray, moments: tuple[Moment, ...], now: float) -> FloatArray:
    """Return the inflation target at each of ``ticks``: of each later change what was before it, else that of now.

    Examples
    --------
    >>> raised = Moment(5, "", {"setting": TARGET, "before": 0.02, "after": 0.04})
    >>> target_path(np.array([4.0, 5.0, 6.0]), (raised,), 0.04).tolist()
    [0.02, 0.04, 0.04]
    """
    path = np.full(ticks.size, now)
    for moment in reversed(moments):
        if moment.facts.get("setting") == TARGET:
            path[ticks < moment.tick] = moment.facts["before"]
    return path
