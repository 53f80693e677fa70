"""`World`: the one that steps an economy, in a thread of its own, at a pace, and takes commands meanwhile.

Dashboard, gateway and command line are adapters of a world: they read its published snapshot and
submit commands; none of them ever steps. Pausing is not a command and leaves no trace in the run.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from ..core.errors import OutOfBounds, RunError
from ..core.units import Tick
from .economy import Economy
from .snapshot import Snapshot
from .turns import Turns

T = TypeVar("T")
Dateable = Mapping[str, Any] | Callable[[Tick], Mapping[str, Any]]
_RATE_OVER = 1.0  # seconds over which the tick rate is measured


class World:
    """Owns an economy's stepping.

    Parameters
    ----------
    economy : Economy
        What is stepped; leave its `step` alone from now on.
    pace : float
        Seconds of real time for a tick; 0 is as fast as possible. Ticks are due at multiples of the
        pace from the start, so a slow one is caught up and nothing drifts.

    Examples
    --------
    >>> economy = Economy(rng=7, traders__number=100, stocks__number=2, anchor__source="walk")
    >>> with World(economy) as world:
    ...     world.play(until=5)
    ...     stopped = world.wait(timeout=60)
    >>> world.snapshot.tick
    5
    """

    def __init__(self, economy: Economy, *, pace: float = 0.0) -> None:
        self.economy = economy
        self.error: Exception | None = None
        self._turns = Turns()  # whoever asks during a tick is let in before the next
        self._stepping = threading.Lock()  # a tick and the telling of it, before anybody makes another
        self._seals: deque[tuple[float, Tick]] = deque(maxlen=4_096)
        self._change = threading.Condition()
        self._playing = False
        self._until: Tick | None = None
        self._ended = False
        self._thread: threading.Thread | None = None
        self._watchers: list[Callable[[Snapshot], None]] = []
        self.told: Tick = economy.tick
        """The last tick of which every watcher has heard; a little behind the snapshot while they note it."""
        self.pace = pace

    @property
    def pace(self) -> float:
        """Seconds of real time for a tick."""
        return self._pace

    @pace.setter
    def pace(self, seconds: float) -> None:
        if not 0.0 <= seconds < 1e6:
            raise OutOfBounds("pace", seconds, "give seconds for a tick, 0 or more")
        with self._change:
            self._pace = float(seconds)
            self._start, self._due = time.monotonic(), 0
            self._change.notify_all()

    @property
    def snapshot(self) -> Snapshot:
        """The public state at the last seal; immutable, safe to read from any thread."""
        return self.economy.snapshot

    @property
    def is_playing(self) -> bool:
        """Whether ticks go on."""
        return self._playing

    @property
    def rate(self) -> float:
        """Ticks a second of real time, over the last second; 0 while paused."""
        seals, now = tuple(self._seals), time.monotonic()
        recent = [seal for seal in seals if seal[0] >= now - _RATE_OVER]
        if not self._playing or len(recent) < 2:
            return 0.0
        return (recent[-1][1] - recent[0][1]) / (recent[-1][0] - recent[0][0])

    # -- control ------------------------------------------------------------------------------

    def play(self, *, until: Tick | None = None) -> None:
        """Let ticks go on, up to tick ``until`` if given."""
        with self._change:
            if self._ended:
                raise RuntimeError("this world has ended; make another")
            self._playing, self._until = True, until
            self._start, self._due = time.monotonic(), 0
            if self._thread is None:
                self._thread = threading.Thread(target=self._go, name="world", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def pause(self) -> None:
        """Stop after the tick in progress."""
        with self._change:
            self._playing = False
            self._change.notify_all()
        with self._turns:
            pass

    def step(self) -> Snapshot:
        """Advance by one tick while paused and return the new snapshot."""
        with self._stepping:
            if self._playing:
                raise RunError("the world is playing; pause it before stepping by hand")
            with self._turns:
                self.economy.step()
            self._tell()
            return self.snapshot

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until ticks stop; return whether they did. Raise what stopped the economy, if anything."""
        with self._change:
            stopped = self._change.wait_for(lambda: not self._playing, timeout)
        if self.error is not None:
            raise self.error
        return stopped

    def close(self) -> None:
        """Stop, end the thread and close the run."""
        with self._change:
            self._playing, self._ended = False, True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()
        self.economy.close()

    # -- the door -----------------------------------------------------------------------------

    def submit(self, agent: Any, action: Mapping[str, Any], *, source: str = "world") -> int:
        """Submit an action for the next tick; return its sequence number (see `Economy.submit`)."""
        with self._turns:
            return self.economy.submit(agent, action, source=source)

    def inject(self, shock: Dateable, *, source: str = "world") -> int:
        """Submit a shock (see `Economy.inject`), or what makes one of the tick that is over; see `dated_at`."""
        with self._turns:
            return self.economy.inject(dated_at(shock, self.economy.tick), source=source)

    def change(self, changes: Mapping[str, Any], *, source: str = "world") -> int:
        """Change settings from the next tick on (see `Economy.change`)."""
        with self._turns:
            return self.economy.change(changes, source=source)

    def look(self, reader: Callable[[Economy], T]) -> T:
        """Return what ``reader`` makes of the economy between two ticks; it changes nothing, and keeps no view.

        Examples
        --------
        >>> with World(Economy(rng=7, traders__number=100, stocks__number=2, anchor__source="walk")) as world:
        ...     world.look(lambda economy: int(economy.trader_owners().size))
        100
        """
        with self._turns:
            return reader(self.economy)

    def watch(self, watcher: Callable[[Snapshot], None]) -> None:
        """Call ``watcher`` with each new snapshot, from the stepping thread; it must be quick."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Callable[[Snapshot], None]) -> None:
        """Call ``watcher`` no more."""
        self._watchers = [other for other in self._watchers if other != watcher]

    # -- the thread ---------------------------------------------------------------------------

    def _go(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._playing or self._ended)
                if self._ended:
                    return
                if self._until is not None and self.economy.tick >= self._until:
                    self._stop()
                    continue
                self._due += 1
                delay = self._start + self._due * self._pace - time.monotonic()
                if delay > 0.0 and self._change.wait_for(lambda: not self._playing or self._ended, delay):
                    continue
            try:
                with self._stepping:
                    with self._turns:
                        if not self._playing:  # paused since: who waited for the tick in progress is told the truth
                            continue
                        self.economy.step()
                    self._tell()
            except Exception as error:  # an economy halts with one of its own; a watcher may fail with any
                self.error = error
                with self._change:
                    self._stop()

    def _stop(self) -> None:
        self._playing = False
        self._change.notify_all()

    def _tell(self) -> None:
        self._seals.append((time.monotonic(), self.snapshot.tick))
        for watcher in tuple(self._watchers):
            watcher(self.snapshot)
        self.told = self.snapshot.tick

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def dated_at(shock: Dateable, tick: Tick) -> dict[str, Any]:
    """Return a shock as values once ``tick`` is over: what does not say when strikes in the next.

    A world that plays goes on while somebody thinks, so a date relative to its tick is only known between two ticks.

    Examples
    --------
    >>> dated_at({"kind": "symbol_halt"}, 7), dated_at(lambda tick: {"kind": "symbol_halt", "at": tick + 5}, 7)
    ({'at': 8, 'kind': 'symbol_halt'}, {'at': 12, 'kind': 'symbol_halt'})
    """
    return {"at": tick + 1, **(shock(tick) if callable(shock) else shock)}
