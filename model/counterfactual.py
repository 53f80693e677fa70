"""What prices would have been without some traders: the same scenario and seed, run again with them muted.

Draws are keyed by seed, component, ordinal and tick (`catallaxy.core.randomness`), so nobody else's
change when a population is muted: it still owns what it owns, and wakes, but never trades. Whatever
differs between the two runs, to the last price unit, follows from its trading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import MissingExtra, NoSuchGroup, NotRepeatable
from ..core.units import FloatArray, IntArray, Tick
from ..ledger.parts import numbers
from .commands import Command
from .schedule import Schedule

if TYPE_CHECKING:
    import pandas as pd

    from .economy import Economy

_NO_ORDER = 2**62  # no order ever has this id


@dataclass(frozen=True)
class Counterfactual:
    """Two runs side by side, tick by tick: with a population trading, and without.

    Attributes
    ----------
    without : str
        The population that was muted.
    traders : int
        Its size.
    symbols : tuple of str
        (S,) symbols.
    index_with, index_without : (T,) float64
        The index after each tick, points.
    prices_with, prices_without : (T, S) int64
        Last prices after each tick, price units.
    """

    without: str
    traders: int
    symbols: tuple[str, ...]
    index_with: FloatArray
    index_without: FloatArray
    prices_with: IntArray
    prices_without: IntArray

    @property
    def ticks(self) -> Tick:
        """Number of ticks compared."""
        return int(self.index_with.shape[0])

    @property
    def price_impact(self) -> IntArray:
        """(T, S) price units by which the population's trading moved each price: with less without."""
        return self.prices_with - self.prices_without

    @property
    def price_impact_bp(self) -> FloatArray:
        """(T, S) the same in basis points of the price without it."""
        return 1e4 * self.price_impact / self.prices_without

    @property
    def index_impact_bp(self) -> FloatArray:
        """(T,) basis points by which the index was moved."""
        whole = np.where(self.index_without > 0.0, self.index_without, 1.0)
        return np.asarray(1e4 * (self.index_with - self.index_without) / whole, np.float64)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each tick and symbol: prices with and without, impact in price units and bp."""
        import pandas as pd

        count = len(self.symbols)
        return pd.DataFrame(
            {
                "tick": np.repeat(np.arange(1, self.ticks + 1), count),
                "symbol": pd.Categorical(np.tile(np.array(self.symbols, object), self.ticks), list(self.symbols)),
                "price_with": self.prices_with.ravel(),
                "price_without": self.prices_without.ravel(),
                "impact": self.price_impact.ravel(),
                "impact_bp": self.price_impact_bp.ravel(),
            }
        )

    def plot(self) -> Any:
        """Return a matplotlib figure: the index with and without, and the impact on each price.

        Raises
        ------
        MissingExtra
            Where matplotlib is not installed.
        """
        if find_spec("matplotlib") is None:
            raise MissingExtra("a plot", "matplotlib", "data")
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.0, 5.6), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        tick = np.arange(1, self.ticks + 1)
        above.plot(tick, self.index_with, color="#1f5fa8", label=f"with {self.without}")
        above.plot(tick, self.index_without, color="#b3590a", linestyle="--", label=f"without {self.without}")
        above.set_ylabel("index, points")
        above.set_title(f"What {self.traders:,} traders of {self.without} moved", loc="left")
        above.legend(frameon=False)
        below.plot(tick, self.price_impact_bp, color="#5b6675", linewidth=0.7, alpha=0.6)
        below.plot(tick, self.index_impact_bp, color="#1f5fa8", linewidth=1.8, label="index")
        below.axhline(0.0, color="#1c2430", linewidth=0.8)
        below.set_ylabel("impact, basis points")
        below.set_xlabel("tick")
        below.legend(frameon=False)
        for axes in (above, below):
            axes.spines[["top", "right"]].set_visible(False)
        return figure

    def __str__(self) -> str:
        if not self.price_impact.any():
            return (
                f"Without {self.without} ({self.traders:,} traders), every price in all {self.ticks:,} ticks would "
                "have been the same: their trading moved nothing."
            )
        last = self.price_impact_bp[-1]
        most = int(np.abs(last).argmax())
        first = int(np.flatnonzero(self.price_impact.any(axis=1))[0]) + 1
        return (
            f"Without {self.without} ({self.traders:,} traders), the index would stand at {self.index_without[-1]:.2f} "
            f"after {self.ticks:,} ticks instead of {self.index_with[-1]:.2f}: their trading moved it by "
            f"{self.index_impact_bp[-1]:+.1f} bp. Prices part in tick {first:,}; the last prices differ by "
            f"{np.abs(last).mean():.1f} bp on average, most in {self.symbols[most]} ({last[most]:+.1f} bp, "
            f"{int(self.price_impact[-1, most]):+,} price units)."
        )


def counterfactual(economy: Economy, *, without: str) -> Counterfactual:
    """Return what the population ``without`` did to prices, by running the economy again without its trading.

    The run so far is repeated in memory from scenario, seed, stages and submitted commands; those of the
    muted traders are left out, and a cancellation of an order follows the order to its new number. The
    economy itself is left as it is.

    Parameters
    ----------
    economy : Economy
        A run of at least one tick.
    without : str
        Name of a population: a strategy of the mix, or an extra group.

    Raises
    ------
    NoSuchGroup
        Names the nearest population.
    NotRepeatable
        With object traders, before the first tick, or when running again does not lead to the same chain
        head (something changed the economy from outside the door).

    Examples
    --------
    >>> from catallaxy.model.economy import Economy
    >>> economy = Economy("markets", rng=7, traders__number=100, stocks__number=2, anchor__source="walk")
    >>> economy.run(ticks=20)
    >>> result = counterfactual(economy, without="momentum")
    >>> result.price_impact.shape, result.symbols
    ((20, 2), ('AAPL', 'TSLA'))
    """
    _check(economy, without)
    baseline = _recorded(economy) or _repeated(economy)
    group = next(population for population in economy.populations if population.name == without)
    muted = _Rerun(economy, without, baseline.sequences)
    muted.run()
    other = muted.path()
    return Counterfactual(
        without, group.size, economy.symbols, baseline.index, other.index, baseline.prices, other.prices
    )


def _check(economy: Economy, without: str) -> None:
    names = tuple(population.name for population in economy.populations)
    if without not in names:
        raise NoSuchGroup(without, names)
    if economy.floor.traders:
        raise NotRepeatable(
            f"it has {len(economy.floor.traders)} object traders, which are code and not in its scenario; "
            "run the program twice, once without them, or write a Strategy"
        )
    if economy.tick < 1:
        raise NotRepeatable("it has not begun; run it for a tick or more first")


@dataclass(frozen=True)
class _Path:
    """What a run did to prices; ``sequences`` tells which command made an order."""

    index: FloatArray
    prices: IntArray
    sequences: dict[int, int]


def _recorded(economy: Economy) -> _Path | None:
    """Return the run's own path, where its tables and results still hold all that is needed."""
    ticks, count = economy.tick, len(economy.symbols)
    if economy.store.rows("quotes") != ticks * count or economy.store.rows("world") != ticks:
        return None
    sequences = _sequences(economy)
    if any(payload["order"] not in sequences for payload in _cancels(economy)):
        return None
    prices = numbers(economy.store.read("quotes", ["last"]), "last").reshape(ticks, count)
    return _Path(numbers(economy.store.read("world", ["index"]), "index"), prices, sequences)


def _repeated(economy: Economy) -> _Path:
    """Return the path of the same run made again, after seeing that it is the same."""
    again = _Rerun(economy)
    again.run()
    if again.economy.chain_head != economy.chain_head:
        raise NotRepeatable(
            "it was changed from outside the door: the same scenario, seed and commands lead to another chain head; "
            "use economy.submit and economy.inject"
        )
    return again.path()


def _sequences(economy: Economy) -> dict[int, int]:
    """Return which command made an order: the first that names it (a cancellation comes later)."""
    made: dict[int, int] = {}
    for number in sorted(economy.results):
        order = economy.results[number].order
        if order is not None:
            made.setdefault(order, number)
    return made


def _cancels(economy: Economy) -> list[dict[str, Any]]:
    """Return the payloads of all cancellations that came through the door and were not refused there."""
    commands = [command for some in economy.memory.history.values() for command in some]
    return [c.payload for c in commands if c.payload.get("type") == "CANCEL" and "refused" not in c.payload]


class _Rerun:
    """An economy run again, in memory, perhaps with a population muted; its prices are noted."""

    def __init__(self, original: Economy, without: str = "", sequences: dict[int, int] | None = None) -> None:
        self.original, self.sequences = original, sequences
        settings = original.baseline
        self.silent: frozenset[int] = frozenset()
        if without:
            muted = tuple(sorted({*settings.traders.muted, without}))
            settings = settings.with_overrides({"traders": {"muted": muted}})
            group = next(population for population in original.populations if population.name == without)
            self.silent = frozenset(group.owners.tolist())
        self.economy = type(original)(settings, rng=original.seed)
        stages = [replace(stage, seconds=0.0, runs=0, failed=False) for stage in original.schedule]
        self.economy.schedule = Schedule(stages)
        self.index: FloatArray = np.empty(original.tick, np.float64)
        self.prices: IntArray = np.empty((original.tick, len(original.symbols)), np.int64)
        self.orders: dict[int, int] = {}

    def run(self) -> None:
        """Make as many ticks as the original has made, with its commands."""
        history = self.original.memory.history
        for tick in range(1, self.original.tick + 1):
            if tick in history:
                self.economy.memory.history[tick] = [self._here(c) for c in history[tick] if c.owner not in self.silent]
            self.economy.step()
            self.index[tick - 1], self.prices[tick - 1] = self.economy.index, self.economy.exchange.last
            self._note_orders(tick)

    def path(self) -> _Path:
        """Return index and prices by tick."""
        return _Path(self.index, self.prices, {order: sequence for sequence, order in self.orders.items()})

    def _here(self, command: Command) -> Command:
        """Return a command as it reads here: a cancellation names the order by its number in this run."""
        if self.sequences is None or command.payload.get("type") != "CANCEL" or "refused" in command.payload:
            return command
        order = self.orders.get(self.sequences.get(command.payload["order"], -1), _NO_ORDER)
        return replace(command, payload={**command.payload, "order": order})

    def _note_orders(self, tick: Tick) -> None:
        for command in self.economy.memory.history.get(tick, []):
            result = self.economy.results.get(command.sequence)
            if result is not None and result.order is not None and command.payload.get("type") != "CANCEL":
                self.orders[command.sequence] = result.order
