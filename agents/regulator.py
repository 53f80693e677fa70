"""The regulator: a Mesa agent that holds the rules in force, switches them, and halts and reopens books.

It is told arrays and answers with decisions; the economy around it carries them out. In every tick:
`begin` switches what the schedule says, `phases` tells which books are halted or called, and at the end of
the tick `watch` lets the rules look, so that a halt holds from the next tick on. Once a day `day` lets the
regulator act by itself (see `supervision`). What it does is a function of scenario and market alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import mesa
import numpy as np

from ..core.units import BoolArray, IntArray, Tick
from ..policies.market_rules import Calendar, CapitalRequirement, Halt, MarketView, Rule, RuleSettings, rule_named
from ..policies.supervision import buffer_for, credit_gap, yearly_volatility
from .regulator_settings import RegulatorSettings, switched_settings


@dataclass(frozen=True)
class Switch:
    """A change of what is in force from ``tick`` on; ``old`` and ``new`` are settings, None where it is off."""

    tick: Tick
    rule: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    reason: str

    def facts(self) -> dict[str, Any]:
        """Return plain values for the table of events."""
        return {name: value for name, value in asdict(self).items() if name != "tick"} | {"from_tick": self.tick}


@dataclass(frozen=True)
class Phases:
    """Which books (books,) take no orders in a tick, and which gather them for an auction; ``reasons`` by book."""

    halted: BoolArray
    called: BoolArray
    reasons: tuple[str, ...]


class Regulator(mesa.Agent):  # type: ignore[misc] # Mesa ships no types
    """Holds the rules in force and switches them.

    Attributes
    ----------
    rules : dict of str to Rule
        What is in force, by name.
    switches : list of Switch
        The newest ones, oldest first; a thousand at most.
    halted_until, called_until : (books,) int64
        Last tick without trading, and last tick in which orders are gathered for the auction that follows.
    """

    def __init__(self, model: Any, settings: RegulatorSettings) -> None:
        super().__init__(model)
        self.set_rules(settings)

    def set_rules(self, settings: RegulatorSettings) -> None:
        """Follow another schedule from the next tick on."""
        self.settings = settings
        self._schedule = [(entry, entry.settings_in()) for entry in settings.entries()]
        self._switched = switched_settings(settings.volatility) if settings.volatility else None

    def open(self, calendar: Calendar, symbols: tuple[str, ...], prices: IntArray, index: float) -> None:
        """Begin anew at the opening of an economy, with nothing in force yet."""
        books = len(symbols)
        self.calendar, self.symbols = calendar, symbols
        self.rules: dict[str, Rule] = {}
        self.switches: list[Switch] = []
        self.halted_until: IntArray = np.full(books, -1, np.int64)
        self.called_until: IntArray = np.full(books, -1, np.int64)
        self.reasons = [""] * books
        self.last: IntArray = np.array(prices, np.int64)
        self.close: IntArray = self.last.copy()
        self.index = float(index)
        self.index_closes = [self.index]
        self.credit: list[float] = []
        self.gap = self.buffer = 0.0
        self.is_volatile = False

    def step(self) -> None:
        """Do nothing: the stages of a tick call the regulator where its decisions are due."""

    # -- what is in force ---------------------------------------------------------------------

    @property
    def tax_ppm(self) -> int:
        """Transaction tax in force, millionths of a trade's value from each side."""
        return sum(rule.tax_ppm for rule in self.rules.values())

    def requirements(self) -> dict[str, float]:
        """Return the numbers banks must keep by the rules in force; what is not named here stays as it is set."""
        found: dict[str, float] = {}
        for rule in self.rules.values():
            found |= rule.requirements()
        return found

    # -- each tick ----------------------------------------------------------------------------

    def begin(self, tick: Tick) -> list[Switch]:
        """Switch to what is to be in force in ``tick``; return what changed."""
        wanted = self._wanted(tick)
        changes = []
        for name in sorted(self.rules.keys() | wanted.keys()):
            settings, reason = wanted.get(name, (None, "its dates are over"))
            before = self.rules[name].settings if name in self.rules else None
            if settings != before:
                changes.append(self._switch(tick, name, before, settings, reason))
        self.switches = [*self.switches, *changes][-1_000:]
        return changes

    def _wanted(self, tick: Tick) -> dict[str, tuple[RuleSettings | None, str]]:
        """Return settings and reason of every rule that is to be in force."""
        wanted: dict[str, tuple[RuleSettings | None, str]] = {}
        began: dict[str, Tick] = {}
        for entry, settings in self._schedule:
            if entry.is_in_force(tick) and entry.at >= began.get(entry.rule, 0):
                began[entry.rule] = entry.at
                wanted[entry.rule] = settings, f"scheduled from tick {entry.at}"
        switch = self.settings.volatility
        if switch and switch.rule not in wanted:
            if self.is_volatile:
                wanted[switch.rule] = self._switched, f"volatility was {switch.on_above:.0%} or more"
            else:
                wanted[switch.rule] = None, f"volatility fell to {switch.off_below:.0%} or less"
        capital, reason = wanted.get(CapitalRequirement.name, (None, ""))
        if isinstance(capital, CapitalRequirement.Settings) and self.gap:
            higher = max(self.buffer, capital.countercyclical_buffer)
            reason = f"credit gap of {self.gap:.1%}" if CapitalRequirement.name in self.rules else reason
            wanted[CapitalRequirement.name] = capital.replaced({"countercyclical_buffer": higher}), reason
        return wanted

    def _switch(
        self, tick: Tick, name: str, before: RuleSettings | None, after: RuleSettings | None, reason: str
    ) -> Switch:
        if after is None:
            del self.rules[name]
        else:
            self.rules[name] = rule_named(name)(after)
            self.rules[name].begin(self._view(tick - 1))
        old, new = (None if settings is None else settings.model_dump(mode="json") for settings in (before, after))
        return Switch(tick, name, old, new, reason)

    def phases(self, tick: Tick) -> Phases:
        """Return which books the regulator has halted or called in ``tick``."""
        halted = tick <= self.halted_until
        return Phases(halted, ~halted & (tick <= self.called_until), tuple(self.reasons))

    def call_all(self, tick: Tick, reason: str) -> None:
        """Let every book that trades gather orders up to ``tick``, and reopen by auction after it."""
        for book in np.flatnonzero(self.called_until < tick).tolist():
            self.called_until[book], self.reasons[book] = tick, reason

    def watch(self, tick: Tick, *, last: IntArray, lots: IntArray, turnover: IntArray, index: float) -> list[Halt]:
        """Let the rules look at the end of ``tick``; return what they halt from the next one on.

        Parameters
        ----------
        last : (books,) int64
            Prices of the last trades.
        lots, turnover : (books,) int64
            Lots traded in the tick, and the sum of price times lots.
        index : float
            The index of last prices.
        """
        self.last, self.index = np.array(last, np.int64), float(index)
        view = self._view(tick, lots, turnover)
        halts = [halt for _name, rule in sorted(self.rules.items()) for halt in rule.look(view)]
        for halt in halts:
            for book in halt.books:
                if halt.until >= self.halted_until[book]:
                    self.reasons[book] = f"{halt.rule}: {halt.reason}"
                self.halted_until[book] = max(int(self.halted_until[book]), halt.until)
                self.called_until[book] = max(int(self.called_until[book]), halt.auction_until)
        if view.ticks_left == 0:
            self.close = self.last
            kept = self.settings.volatility.window_days + 1 if self.settings.volatility else 1
            self.index_closes = [*self.index_closes, self.index][-kept:]
        return halts

    def _view(self, tick: Tick, lots: IntArray | None = None, turnover: IntArray | None = None) -> MarketView:
        nothing = np.zeros(len(self.symbols), np.int64)
        return MarketView(
            tick=tick,
            calendar=self.calendar,
            symbols=self.symbols,
            last=self.last,
            close=self.close,
            index=self.index,
            index_close=self.index_closes[-1],
            lots=nothing if lots is None else lots,
            turnover=nothing if turnover is None else turnover,
            closed=tick <= self.called_until,
        )

    # -- each day -----------------------------------------------------------------------------

    def day(self, tick: Tick, *, credit_to_gdp: float | None = None) -> list[Switch]:
        """Review, after the day that ends with ``tick``, what is the regulator's own; switch for the next tick.

        ``credit_to_gdp`` is private credit over the GDP of a year; without it no buffer is reviewed.
        """
        switch, guide = self.settings.volatility, self.settings.buffer
        if switch:
            volatility = yearly_volatility(self.index_closes, switch.window_days)
            self.is_volatile = switch.wants(volatility, self.is_volatile)
        day = tick // self.calendar.ticks_per_day
        if guide and credit_to_gdp is not None and day % guide.review_days == 0:
            self.credit.append(float(credit_to_gdp))
            if len(self.credit) >= guide.least_readings:
                self.gap = credit_gap(self.credit)
                self.buffer = buffer_for(self.gap, guide)
        return self.begin(tick + 1)

    # -- memory -------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the regulator."""
        names = ("halted_until", "called_until", "last", "close")
        arrays: dict[str, Any] = {name: getattr(self, name).copy() for name in names}
        rules: dict[str, Any] = {}
        for name, rule in self.rules.items():
            own, values = rule.state()
            arrays |= {f"{name}.{key}": array for key, array in own.items()}
            rules[name] = {"settings": rule.settings.model_dump(mode="json"), "values": values}
        return arrays, {
            "rules": rules,
            "reasons": list(self.reasons),
            "switches": [asdict(switch) for switch in self.switches],
            "index": self.index,
            "index_closes": list(self.index_closes),
            "credit": list(self.credit),
            "gap": self.gap,
            "buffer": self.buffer,
            "is_volatile": self.is_volatile,
        }

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take what `state` returned; the regulator has been opened for the same symbols."""
        for name in ("halted_until", "called_until", "last", "close"):
            setattr(self, name, np.array(arrays[name], np.int64))
        self.rules = {}
        for name, saved in values["rules"].items():
            kind = rule_named(name)
            self.rules[name] = kind(kind.settings_of(saved["settings"]))
            own = {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}
            self.rules[name].restore(own, saved["values"])
        self.reasons = [str(reason) for reason in values["reasons"]]
        self.switches = [Switch(**switch) for switch in values["switches"]]
        self.index = float(values["index"])
        self.index_closes = [float(close) for close in values["index_closes"]]
        self.credit = [float(ratio) for ratio in values["credit"]]
        self.gap, self.buffer = float(values["gap"]), float(values["buffer"])
        self.is_volatile = bool(values["is_volatile"])
