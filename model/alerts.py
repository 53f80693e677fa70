"""Alerts: rules that look at each tick and speak up when a measurement crosses its threshold.

A rule is a name, a level, a threshold and a measure: a function of a `Reading` that returns one number,
a number a stock, or None where there is nothing to measure yet. It fires once when the value rises above
the threshold and is armed again when the value is back at it or below.

**Two kinds, kept apart.** What a *model* rule measures (volatility, price moves, an empty side of a book)
is a function of scenario and seed, so its alerts are rows of the sealed table ``alerts``. What a *machine*
rule measures (memory, processor, seconds a tick) differs from run to run; its alerts go to the log and to
`Alerts.machine`, a list of the newest ones, and never reach a table, a digest or a checkpoint.

What the economy measures, moods at the end of a day and inflation and scarcity at the end of a month, comes as
observables (`economy_measures`); between these ends their rules wait.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from ..core.kernel import kernel
from ..core.logs import get_logger
from ..core.parameters import Parameters
from ..core.units import FloatArray, IntArray
from . import machine

if TYPE_CHECKING:
    from .economy import Economy

log = get_logger(__name__)
KEPT = 1000
MONTHS_PER_YEAR = 12


class AlertSettings(Parameters):
    """Thresholds above which an alert fires."""

    volatility: float = Field(
        0.1, gt=0.0, le=10.0, description="realised volatility of a stock's day, standard deviation of its log return"
    )
    price_move: float = Field(
        0.2, gt=0.0, le=10.0, description="move of a price since the last close, either way, as a share of it"
    )
    empty_side: int = Field(
        10, ge=1, le=1_000_000, description="ticks in a row without a bid or without an ask in a book"
    )
    inflation: float = Field(0.10, ge=0.0, le=1000.0, description="inflation of the last 12 months")
    scarcity: float = Field(0.9, ge=0.0, le=1.0, description="scarcity of a resource, 1 - reserves / base")
    mood: float = Field(0.9, ge=0.0, le=1.0, description="sentiment of the market, either way")
    memory: float = Field(0.9, gt=0.0, le=1.0, description="share of the machine's memory in use")
    cpu: float = Field(
        0.9, gt=0.0, le=1000.0, description="runnable processes for each processor, mean of a minute; 1 is full"
    )
    tick_seconds: float = Field(10.0, gt=0.0, le=1e6, description="seconds of real time that a tick takes")


@dataclass(frozen=True)
class Reading:
    """What rules may look at, at the end of a tick.

    Attributes
    ----------
    tick : int
        The tick that ends.
    is_day_end : bool
        Whether its day ends with it.
    price : FloatArray
        (stocks,) price units.
    volatility : FloatArray
        (stocks,) square root of the sum of the day's squared log returns, tick by tick.
    move : FloatArray
        (stocks,) price over the last day's close, minus 1.
    empty_ticks : IntArray
        (stocks,) ticks in a row in which the bid or the ask side was empty.
    observables : mapping
        Measurements of the whole economy by name, each a number, or numbers by what they are about.
    """

    tick: int
    is_day_end: bool
    price: FloatArray
    volatility: FloatArray
    move: FloatArray
    empty_ticks: IntArray
    observables: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class MachineReading:
    """What machine rules may look at; None where the system does not tell."""

    memory: float | None
    cpu: float | None
    tick_seconds: float | None


@dataclass(frozen=True)
class AlertRule:
    """A threshold on a measure.

    Parameters
    ----------
    name : str
        In the table's column ``rule``.
    level : str
        ``INFO`` for a busy machine, ``WARNING`` for what is unusual, ``ERROR`` for what is about to fail.
    threshold : float
        Values above it fire.
    measure : callable
        Of a `Reading` (of a `MachineReading` for a machine rule): a number, (stocks,) numbers, numbers by what they are
        about, which stands in place of the symbol, or None.
    sentence : str
        A format of ``symbol``, ``value`` and ``threshold``.

    Examples
    --------
    >>> rule = AlertRule("cheap", "WARNING", -10.0, lambda r: -r.price, "{symbol} trades below {threshold:g}")
    """

    name: str
    level: Literal["INFO", "WARNING", "ERROR"]
    threshold: float
    measure: Callable[[Any], Any]
    sentence: str = "{symbol} {value:g} is above {threshold:g}"


@dataclass(frozen=True)
class Alert:
    """A rule that fired: a row of the table ``alerts``."""

    tick: int
    rule: str
    level: str
    value: float
    threshold: float
    symbol: str
    message: str


def model_rules(settings: AlertSettings) -> tuple[AlertRule, ...]:
    """Return the rules on what the model itself determines."""
    return (
        AlertRule(
            "volatility", "WARNING", settings.volatility, lambda r: r.volatility,
            "{symbol} has a realised volatility of {value:.1%} today, above {threshold:.1%}",
        ),
        AlertRule(
            "price_move", "WARNING", settings.price_move, lambda r: np.abs(r.move),
            "{symbol} moved {value:.1%} since the last close, above {threshold:.1%}",
        ),
        AlertRule(
            "empty_side", "WARNING", float(settings.empty_side), lambda r: r.empty_ticks,
            "{symbol} has had an empty side of its book for {value:.0f} ticks, above {threshold:.0f}",
        ),
        AlertRule(
            "inflation", "WARNING", settings.inflation, lambda r: r.observables.get("inflation"),
            "prices rose by {value:.1%} within a year, above {threshold:.1%}",
        ),
        AlertRule(
            "scarcity", "WARNING", settings.scarcity, lambda r: r.observables.get("scarcity"),
            "the scarcity of {symbol} is {value:.2f}, above {threshold:.2f}",
        ),
        AlertRule(
            "mood", "WARNING", settings.mood, lambda r: r.observables.get("mood"),
            "sentiment is {value:.2f} from neutral, above {threshold:.2f}",
        ),
    )  # fmt: skip


def machine_rules(settings: AlertSettings) -> tuple[AlertRule, ...]:
    """Return the rules on the machine that runs the model."""
    return (
        AlertRule(
            "memory", "ERROR", settings.memory, lambda r: r.memory,
            "{value:.0%} of the memory is in use, above {threshold:.0%}",
        ),
        AlertRule(
            "cpu", "INFO", settings.cpu, lambda r: r.cpu,
            "the processors are at {value:.0%} of their capacity, above {threshold:.0%}",
        ),
        AlertRule(
            "tick_seconds", "INFO", settings.tick_seconds, lambda r: r.tick_seconds,
            "the tick took {value:.2f} s, above {threshold:g} s",
        ),
    )  # fmt: skip


class Alerts:
    """The rules of a run, and what they must remember between ticks.

    Parameters
    ----------
    settings : AlertSettings
        Thresholds of the built-in rules.
    symbols : sequence of str
        The stocks.
    prices : array
        (stocks,) opening prices.
    rules : sequence of AlertRule
        More model rules, after the built-in ones.

    Examples
    --------
    >>> alerts = Alerts(AlertSettings(price_move=0.1, volatility=1.0), ["AAPL"], [100])
    >>> [a.message for a in alerts.look(1, [111], bids=[5], asks=[5], is_day_end=False)]
    ['AAPL moved 11.0% since the last close, above 10.0%']
    >>> alerts.look(2, [112], bids=[5], asks=[5], is_day_end=False)
    []
    """

    def __init__(
        self, settings: AlertSettings, symbols: Sequence[str], prices: Any, rules: Sequence[AlertRule] = ()
    ) -> None:
        self.symbols = tuple(symbols)
        self._more = tuple(rules)
        self.set_thresholds(settings)
        self.machine: deque[Alert] = deque(maxlen=KEPT)
        self._price = np.array(prices, np.float64)
        self._close = self._price.copy()
        self._squares = np.zeros(len(self.symbols))
        self._empty = np.zeros(len(self.symbols), np.int64)
        self._above: set[tuple[str, str]] = set()
        self._machine_above: set[tuple[str, str]] = set()

    def set_thresholds(self, settings: AlertSettings) -> None:
        """Let the built-in rules fire above other thresholds from now on."""
        self.rules = (*model_rules(settings), *self._more)
        self.machine_rules = machine_rules(settings)

    def look(
        self,
        tick: int,
        prices: Any,
        *,
        bids: Any,
        asks: Any,
        is_day_end: bool,
        observables: Mapping[str, float | Mapping[str, float]] | None = None,
    ) -> list[Alert]:
        """Take the end of a tick and return the alerts that fire, in the order of rules and stocks.

        Parameters
        ----------
        tick : int
            The tick that ends.
        prices : array
            (stocks,) prices; mid-prices leave the bounce between bid and ask out of the volatility.
        bids, asks : array
            (stocks,) lots at the best bid and ask; 0 is an empty side.
        is_day_end : bool
            Whether the day ends with this tick; the next one then starts from these prices.
        observables : mapping, optional
            Measurements of the whole economy that further rules read.
        """
        price = np.array(prices, np.float64)
        add_squared_returns(self._squares, self._price, price)
        self._price = price
        empty = (np.asarray(bids) == 0) | (np.asarray(asks) == 0)
        self._empty = np.where(empty, self._empty + 1, 0)
        reading = Reading(
            tick, is_day_end, price, np.sqrt(self._squares), price / self._close - 1.0, self._empty, observables or {}
        )
        fired = self._fired(self.rules, reading, tick, self._above)
        if is_day_end:
            self._close, self._squares = price, np.zeros(len(price))
        return fired

    def look_at_machine(self, tick: int, tick_seconds: float | None = None) -> list[Alert]:
        """Measure the machine; log and keep what fires in `machine`, outside of every sealed table."""
        reading = MachineReading(machine.memory_share(), machine.cpu_share(), tick_seconds)
        fired = self._fired(self.machine_rules, reading, tick, self._machine_above)
        self.machine.extend(fired)
        return fired

    def state(self) -> dict[str, Any]:
        """Return what the next tick's model alerts depend on, as JSON values."""
        return {
            "price": self._price.tolist(),
            "close": self._close.tolist(),
            "squares": self._squares.tolist(),
            "empty": self._empty.tolist(),
            "above": sorted(list(pair) for pair in self._above),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to a state that was given by `state`."""
        self._price, self._close = np.array(state["price"], np.float64), np.array(state["close"], np.float64)
        self._squares = np.array(state["squares"], np.float64)
        self._empty = np.array(state["empty"], np.int64)
        self._above = {(rule, symbol) for rule, symbol in state["above"]}

    def _fired(self, rules: Sequence[AlertRule], reading: Any, tick: int, above: set[tuple[str, str]]) -> list[Alert]:
        fired = []
        for rule in rules:
            measured = rule.measure(reading)
            if measured is None:
                continue
            for symbol, value in self._named(measured):
                if not value > rule.threshold:
                    above.discard((rule.name, symbol))
                elif (rule.name, symbol) not in above:
                    above.add((rule.name, symbol))
                    fired.append(_alert(rule, tick, symbol, float(value)))
        return fired

    def _named(self, measured: Any) -> list[tuple[str, float]]:
        """Return measurements with the stock they are of, what they are about, or nothing for the whole economy."""
        if isinstance(measured, Mapping):
            return list(measured.items())
        names = self.symbols if np.ndim(measured) else ("",)
        return list(zip(names, np.atleast_1d(measured).tolist(), strict=True))


def economy_measures(economy: Economy) -> dict[str, float | Mapping[str, float]]:
    """Return what alert rules may read of an economy at the end of this tick.

    ``mood`` is the absolute sentiment of the market, at day ends. At month ends ``inflation`` is that of the last 12
    months, once there are so many, and ``scarcity`` the index of every resource, 1 - R / R₀.
    """
    found: dict[str, float | Mapping[str, float]] = {}
    if economy.psychology is not None and economy.clock.is_day_end(economy.tick):
        found["mood"] = abs(economy.psychology.sentiment)
    if not economy.clock.is_month_end(economy.tick):
        return found
    closed, reduced = economy.closed, economy.reduced
    if closed is not None:
        if closed.indices.months > MONTHS_PER_YEAR:
            found["inflation"] = closed.indices.inflation
        found["scarcity"] = dict(zip(closed.resources.names, closed.resources.scarcity().tolist(), strict=True))
    elif reduced is not None and reduced.month.month >= MONTHS_PER_YEAR:
        found["inflation"] = reduced.month.inflation_12m
    return found


def _alert(rule: AlertRule, tick: int, symbol: str, value: float) -> Alert:
    message = rule.sentence.format(symbol=symbol, value=value, threshold=rule.threshold).strip()
    level = logging.getLevelNamesMapping()[rule.level]
    log.log(level, message, extra={"tick": tick, "rule": rule.name, **({"symbol": symbol} if symbol else {})})
    return Alert(tick, rule.name, rule.level, value, rule.threshold, symbol, message)


@kernel
def add_squared_returns(sums: FloatArray, before: FloatArray, after: FloatArray) -> None:
    """Add each stock's squared log return to ``sums`` (stocks,); a price of 0 or less adds nothing."""
    for i in range(sums.shape[0]):
        if before[i] > 0.0 and after[i] > 0.0:
            step = math.log(after[i] / before[i])
            sums[i] += step * step
