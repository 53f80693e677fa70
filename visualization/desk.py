"""The desk: the one world of a process, and everything that may be done with it, shared by all tabs.

Tabs hold view state only (which page, which symbol); the world is stepped by its own thread whether or not
anybody watches. A reset ends the run and opens another in a new folder; an *epoch* counts them, so that tabs know
when all they show is of a world that is gone.
"""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from ..core.errors import CatallaxyError, OutOfBounds, RunError
from ..core.logs import get_logger
from ..core.units import Tick
from ..model.economy import Economy
from ..model.levers import worded
from ..model.scenario import Scenario, load_scenario
from ..model.snapshot import Snapshot
from ..model.world import Dateable, World, dated_at
from .reel import Reel
from .wealth_reel import WealthReel

T = TypeVar("T")
State = Literal["loading", "paused", "playing", "finished", "halted"]
PACES: tuple[float, ...] = (1.0, 5.0, 15.0, 30.0, 100.0, 0.0)
"""Ticks a second that a visitor may choose; 0 is as fast as it goes."""
_LOG = get_logger("dashboard")
_NOTES = 50
_FASTEST = 100_000
_LEAST_FREE = 500_000_000


@dataclass(frozen=True)
class Note:
    """Something a visitor should read: what was done at the desk, or why it was not."""

    number: int
    tone: Literal["info", "warn", "error"]
    text: str
    when: str


@dataclass(frozen=True)
class Run:
    """One world from its opening to its end, with the reel of it."""

    epoch: int
    world: World
    reel: Reel
    wealth: WealthReel
    scenario: Scenario
    seed: int
    folder: Path | None
    changes: Mapping[str, Any] = field(default_factory=dict)
    last_tick: int | None = None
    """The tick with which it stops by itself; None lets it go on."""
    given: str = ""
    """What `catallaxy run` takes to open the same scenario; empty if that is not known."""

    @property
    def snapshot(self) -> Snapshot:
        """The public state at the last seal."""
        return self.world.snapshot

    @property
    def planned(self) -> int:
        """The last tick of the days that the scenario names."""
        return self.scenario.clock.days * self.scenario.clock.ticks_per_day


class Desk:
    """Owner of the world that a dashboard shows.

    Parameters
    ----------
    scenario : str, path, mapping or Scenario
        What to open.
    seed : int, optional
        Seed of the first run and of every reset; drawn and kept when None.
    changes : mapping, optional
        Nested settings over the scenario's.
    runs : path, optional
        Folder under which each run gets one of its own; None writes nothing.
    pace : float
        Ticks a second at first; 0 is as fast as it goes.
    days : int, optional
        Trading days after which a run stops by itself; None lets it go on beyond those of the scenario.
    given : str
        What `catallaxy run` takes to open the same; known without it where ``scenario`` is a name or a path.

    Examples
    --------
    >>> tiny = {"traders": {"number": 50}, "stocks": {"number": 2}, "anchor": {"source": "walk"}}
    >>> with Desk("markets", seed=7, changes=tiny) as desk:
    ...     desk.step()
    ...     desk.run.snapshot.tick, desk.state
    (1, 'paused')
    """

    def __init__(
        self,
        scenario: Any = "economy",
        *,
        seed: int | None = None,
        changes: Mapping[str, Any] | None = None,
        runs: Path | None = None,
        pace: float = 30.0,
        days: int | None = None,
        given: str = "",
    ) -> None:
        if days is not None and days < 1:
            raise OutOfBounds("days", days, "give 1 or more, or leave it out for a world that goes on")
        self.runs, self.days, self._pace = runs, days, _checked_pace(pace)
        self.notes: tuple[Note, ...] = ()
        self._numbers, self._epochs = itertools.count(1), itertools.count(1)
        self._switching, self._noting = threading.Lock(), threading.Lock()
        self._loading = True
        self.run: Run = self._open(scenario, seed, dict(changes or {}), given)
        self._loading = False

    # -- what is shown ------------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The world under way."""
        return self.run.world

    @property
    def state(self) -> State:
        """What the world is doing."""
        if self._loading:
            return "loading"
        if self.world.error is not None or self.world.economy.halted is not None:
            return "halted"
        if self.world.is_playing:
            return "playing"
        last = self.run.last_tick
        return "finished" if last is not None and self.run.snapshot.tick >= last else "paused"

    @property
    def stamp(self) -> tuple[int, int, str, float, int]:
        """Something that differs whenever a tab has anything new to show, also of what watchers noted of a tick."""
        newest = self.notes[-1].number if self.notes else 0
        return self.run.epoch, self.run.world.told, self.state, self._pace, newest

    @property
    def pace(self) -> float:
        """Ticks a second that are aimed at; 0 is as fast as it goes."""
        return self._pace

    def look(self, reader: Callable[[Economy], T]) -> T:
        """Return what ``reader`` makes of the economy between two ticks (see `World.look`)."""
        return self.world.look(reader)

    def note(self, text: str, tone: Literal["info", "warn", "error"] = "info") -> None:
        """Tell every visitor something."""
        when = datetime.now(UTC).strftime("%H:%M:%S")
        with self._noting:
            self.notes = (*self.notes, Note(next(self._numbers), tone, text, when))[-_NOTES:]

    # -- what visitors may do -----------------------------------------------------------------

    def play(self) -> None:
        """Let ticks go on."""
        if self.state in ("paused", "playing"):
            self.world.play(until=self.run.last_tick)

    def pause(self) -> None:
        """Stop after the tick in progress."""
        self.world.pause()

    def toggle(self) -> None:
        """Play or pause."""
        self.pause() if self.state == "playing" else self.play()

    def step(self, ticks: int = 1) -> None:
        """Advance by ``ticks`` while paused; while playing, pause first."""
        if self.state == "playing":
            self.world.pause()
        for _ in range(ticks):
            if self.state != "paused":
                break
            try:
                self.world.step()
            except CatallaxyError as error:
                self.note(str(error), "error")
                break

    def set_pace(self, ticks_per_second: float) -> None:
        """Aim at so many ticks a second; 0 is as fast as it goes."""
        self._pace = pace = _checked_pace(ticks_per_second)
        self.world.pace = 1.0 / pace if pace else 0.0

    def reset(self, *, seed: int | None = None) -> None:
        """End the run and open the same scenario again, with the same seed if none is given."""
        old = self.run
        self.load(old.scenario, seed=old.seed if seed is None else seed, changes=old.changes, given=old.given)

    def load(
        self, scenario: Any, *, seed: int | None = None, changes: Mapping[str, Any] | None = None, given: str = ""
    ) -> None:
        """End the run and open another scenario; the run under way stays when that one cannot be opened."""
        with self._switching:
            was_playing = self.state == "playing"
            self.world.pause()
            self._loading = True
            try:
                fresh = self._open(scenario, seed, dict(changes or {}), given)
                old, self.run = self.run, fresh
                self._end(old)
                self.note(f"{fresh.scenario.name} opened, seed {fresh.seed}")
            finally:
                self._loading = False
                if was_playing:
                    self.play()

    def submit(self, agent: Any, action: Mapping[str, Any]) -> int:
        """Submit an action of an agent for the next tick (see `Economy.submit`)."""
        return self.world.submit(agent, action, source="dashboard")

    def inject(self, shock: Dateable) -> int:
        """Submit a shock (see `World.inject`); without ``at`` it strikes at the next tick."""
        injected: dict[str, Any] = {}

        def made(tick: Tick) -> dict[str, Any]:
            injected.update(dated_at(shock, tick))
            return injected

        number = self.world.inject(made, source="dashboard")
        self.note(f"{str(injected.get('kind', 'shock')).replace('_', ' ')} comes at tick {injected['at']}")
        return number

    def change(self, changes: Mapping[str, Any]) -> int:
        """Change settings, by key, from the next tick on (see `Economy.change`)."""
        levers = {lever.key: lever for lever in self.look(lambda economy: economy.levers())}
        number = self.world.change(changes, source="dashboard")
        for key, value in changes.items():
            lever = levers[key]
            was, will = worded(lever.asked, lever.unit), worded(value, lever.unit)
            self.note(f"{key.replace('_', ' ').replace('.', ', ')}: {was} → {will}, from the {lever.effect}")
        return number

    def close(self) -> None:
        """End the world and its run."""
        self._end(self.run)

    def _end(self, run: Run) -> None:
        """Close a run; one that cannot be written to its end is no reason to keep the next from opening."""
        try:
            run.world.close()
        except RunError as error:
            _LOG.error("not closed", extra={"folder": str(run.folder), "cause": str(error)})
            self.note(str(error), "error")

    # -- opening ------------------------------------------------------------------------------

    def _open(self, source: Any, seed: int | None, changes: dict[str, Any], given: str) -> Run:
        scenario = load_scenario(source, changes)
        given = given or (str(source) if isinstance(source, str | Path) else "")
        folder = None if self.runs is None else free_folder(self.runs, scenario.name)
        economy = Economy(scenario, rng=seed, out=folder)
        world = World(economy, pace=1.0 / self._pace if self._pace else 0.0)
        reel = Reel(economy.snapshot, scenario.clock.ticks_per_day)
        world.watch(reel.note)
        wealth = WealthReel(economy)
        world.watch(lambda _snapshot: world.look(wealth.note))
        _LOG.info("opened", extra={"scenario": scenario.name, "seed": economy.seed, "folder": str(folder)})
        last = None if self.days is None else self.days * scenario.clock.ticks_per_day
        run = Run(next(self._epochs), world, reel, wealth, scenario, int(economy.seed), folder, changes, last, given)
        world.watch(lambda snapshot: self._mind(run, snapshot))
        return run

    def _mind(self, run: Run, snapshot: Snapshot) -> None:
        """At day ends, tell that the days of the scenario are over, and stop a run that fills the disk."""
        if snapshot.tick % run.scenario.clock.ticks_per_day or not run.world.is_playing:
            return
        if snapshot.tick == run.planned and run.last_tick is None:
            self.note(f"the {run.scenario.clock.days} days of scenario {run.scenario.name} are over; the world goes on")
        if run.folder is not None and (free := shutil.disk_usage(run.folder).free) < _LEAST_FREE:
            run.world.pause()
            self.note(f"paused: {free / 1e6:,.0f} MB are left for {run.folder}; make room, then press play", "error")

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _checked_pace(ticks_per_second: Any) -> float:
    """Return a pace that was asked for, by whomever."""
    wrong = isinstance(ticks_per_second, bool) or not isinstance(ticks_per_second, int | float)
    if wrong or not 0.0 <= ticks_per_second <= _FASTEST:
        raise OutOfBounds("pace", ticks_per_second, f"give 0 to {_FASTEST} ticks a second, 0 for as fast as it goes")
    return float(ticks_per_second)


def free_folder(parent: Path, name: str) -> Path:
    """Return a folder under ``parent`` that does not exist yet."""
    return next(path for n in itertools.count(1) if not (path := parent / f"dashboard-{name}-{n}").exists())
