"""The plug point **Rule**: what the regulator can switch, and the rules that are plain numbers.

A rule is found in scenarios by its ``name``, has settings with bounds, and presets of them. While it is in
force the exchange and the banks are told what it says:

* a rule that `look`\\ s at the market may halt books (see `circuit_breakers`);
* ``tax_ppm`` is a transaction tax from each side of a trade;
* ``requirements()`` are numbers by which banks are judged, under the names of the bank supervisor's settings.

So a rule of another kind (short sales, price bands, tick sizes, position limits) is a subclass, and a hook
more here where it acts in a place that no hook reaches yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, ClassVar, Protocol, TypeAlias

from pydantic import Field

from ..core.errors import UnknownKey
from ..core.parameters import Parameters
from ..core.units import BoolArray, IntArray, Tick

State: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
MILLION = 1_000_000


class RuleSettings(Parameters):
    """What a rule can be told."""


class Calendar(Protocol):
    """How ticks make days; the economy's clock is one."""

    @property
    def ticks_per_day(self) -> int:
        """Ticks in a trading day."""

    def tick_of_day(self, tick: Tick) -> int:
        """Return the place of a tick in its day, from 1."""

    def ticks_in(self, minutes: float) -> int:
        """Return minutes as ticks, at least one."""


@dataclass(frozen=True)
class MarketView:
    """What rules see of the market at the end of a tick; arrays are (books,).

    Attributes
    ----------
    symbols : tuple of str
        What the books trade, in their order.
    last, close : int64
        Price of the last trade, and that of the day before.
    index, index_close : float
        The index of last prices, and its close of the day before.
    lots, turnover : int64
        Lots traded in the tick, and the sum of price times lots.
    closed : bool
        Books that were halted or in a call auction in this tick.
    """

    tick: Tick
    calendar: Calendar
    symbols: tuple[str, ...]
    last: IntArray
    close: IntArray
    index: float
    index_close: float
    lots: IntArray
    turnover: IntArray
    closed: BoolArray

    @property
    def tick_of_day(self) -> int:
        """The tick's place in its day, from 1."""
        return self.calendar.tick_of_day(self.tick)

    @property
    def ticks_left(self) -> int:
        """Ticks of the day that are still to come."""
        return self.calendar.ticks_per_day - self.tick_of_day


@dataclass(frozen=True)
class Halt:
    """A decision to stop trading: who decided, in which books, up to which tick, and why.

    ``until`` is the last tick without trading and ``auction_until`` the last one in which orders are
    gathered for the auction that reopens the books.
    """

    rule: str
    books: tuple[int, ...]
    until: Tick
    auction_until: Tick
    reason: str


_REGISTRY: dict[str, type[Rule]] = {}


class Rule:
    """What the regulator can switch.

    A subclass is found by its ``name`` (by default the class name in lower case with underscores) and
    declares ``Settings`` and ``presets``. What changes while it is in force goes through `state` and `restore`.
    Packages offer theirs under the entry-point group ``catallaxy.rules``.

    Examples
    --------
    >>> class Holiday(Rule):
    ...     '''Nobody trades on Fridays.'''
    ...     def look(self, market):
    ...         day = (market.tick - 1) // market.calendar.ticks_per_day
    ...         if market.ticks_left or day % 5 != 3:
    ...             return []
    ...         end = market.tick + market.calendar.ticks_per_day
    ...         return [Halt(self.name, tuple(range(len(market.symbols))), end, end + 1, "Friday")]
    >>> Holiday.name
    'holiday'
    """

    name: ClassVar[str]
    Settings: ClassVar[type[RuleSettings]] = RuleSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        if not cls.__name__.startswith("_"):
            _REGISTRY[cls.name] = cls

    def __init__(self, settings: RuleSettings | None = None) -> None:
        self.settings: Any = settings if settings is not None else self.Settings()

    @classmethod
    def settings_of(cls, values: Mapping[str, Any], preset: str = "", at: str = "") -> RuleSettings:
        """Return the settings of a preset with ``values`` laid over them; raise naming what is wrong ``at`` where."""
        prefix = f"{at}." if at else ""
        if preset and preset not in cls.presets:
            raise UnknownKey(f"{prefix}preset.{preset}", tuple(f"{prefix}preset.{name}" for name in cls.presets))
        return cls.Settings.of({**cls.presets.get(preset, {}), **values}, at=f"{prefix}settings")

    @property
    def tax_ppm(self) -> int:
        """Millionths of a trade's value that each side pays to the treasury."""
        return 0

    def requirements(self) -> dict[str, float]:
        """Return numbers that banks must keep, by name."""
        return {}

    def begin(self, market: MarketView) -> None:
        """Come into force; ``market`` is the view at the end of the tick before."""

    def look(self, market: MarketView) -> list[Halt]:
        """Look at the end of a tick and return what is to be halted from the next one on."""
        return []

    def state(self) -> State:
        """Return arrays and JSON values from which `restore` goes on."""
        return {}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take what `state` returned; called instead of `begin`."""


class TransactionTax(Rule):
    """A tax on every trade, from each side, paid to the treasury when the trade settles.

    The presets carry rates, not laws: the British duty and the French tax fall on the buyer, and most have
    exemptions. Sweden took 100 basis points from each side from 1986 to 1991.

    References
    ----------
    S. R. Umlauf (1993), "Transaction taxes and the behavior of the Swedish stock market", Journal of
    Financial Economics 33, 227-240.
    J.-E. Colliard and P. Hoffmann (2017), "Financial transaction taxes, market composition, and
    liquidity", Journal of Finance 72, 2685-2716.

    Examples
    --------
    >>> TransactionTax(TransactionTax.settings_of({}, preset="sweden")).tax_ppm
    10000
    """

    class Settings(RuleSettings):
        """How much is taken."""

        rate: float = Field(0.001, ge=0.0, le=0.05, description="share of a trade's value, from each side")

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "italy": {"rate": 0.0010},
        "france": {"rate": 0.0030},
        "uk": {"rate": 0.0050},
        "sweden": {"rate": 0.0100},
    }

    @property
    def tax_ppm(self) -> int:
        """The rate in millionths, rounded."""
        return round(float(self.settings.rate) * MILLION)


class _Requirement(Rule):
    """A rule whose settings are the numbers that banks must keep."""

    def requirements(self) -> dict[str, float]:
        """Return the settings."""
        return dict(self.settings.model_dump())


class CapitalRequirement(_Requirement):
    """How much capital a bank needs for what it holds.

    References
    ----------
    Basel Committee on Banking Supervision (1988), "International convergence of capital measurement and
    capital standards"; (2011), "Basel III: a global regulatory framework for more resilient banks".

    Examples
    --------
    >>> rule = CapitalRequirement(CapitalRequirement.settings_of({"countercyclical_buffer": 0.01}, "basel_3"))
    >>> rule.requirements()["cet1"], rule.requirements()["countercyclical_buffer"]
    (0.045, 0.01)
    """

    class Settings(RuleSettings):
        """Minima and buffers, as shares."""

        cet1: float = Field(0.045, ge=0.0, le=0.5, description="common equity over risk-weighted assets, minimum")
        tier1: float = Field(0.06, ge=0.0, le=0.5, description="tier 1 capital over risk-weighted assets, minimum")
        total: float = Field(0.08, ge=0.0, le=0.5, description="total capital over risk-weighted assets, minimum")
        conservation_buffer: float = Field(0.025, ge=0.0, le=0.2, description="common equity to keep above the minima")
        countercyclical_buffer: float = Field(
            0.0, ge=0.0, le=0.025, description="the same, raised when credit runs ahead of output"
        )
        leverage: float = Field(0.03, ge=0.0, le=0.5, description="tier 1 capital over all assets, minimum")

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "basel_1": {"cet1": 0.0, "tier1": 0.04, "total": 0.08, "conservation_buffer": 0.0, "leverage": 0.0},
        "basel_3": {},
    }


class LiquidityRequirement(_Requirement):
    """How much a bank must hold against what may be withdrawn.

    References
    ----------
    Basel Committee on Banking Supervision (2013), "Basel III: the liquidity coverage ratio and liquidity
    risk monitoring tools"; (2014), "Basel III: the net stable funding ratio".
    """

    class Settings(RuleSettings):
        """Minimum ratios; 1 is 100 %."""

        liquidity_coverage: float = Field(
            1.0, ge=0.0, le=5.0, description="liquid assets over a month's outflow, minimum"
        )
        stable_funding: float = Field(
            1.0, ge=0.0, le=5.0, description="stable funding available over required, minimum"
        )

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"basel_3": {}}


def rules() -> dict[str, type[Rule]]:
    """Return every known rule by name: built in, imported, or offered by an installed package."""
    from . import circuit_breakers as built_in

    assert built_in is not None
    for point in entry_points(group="catallaxy.rules"):
        if point.name not in _REGISTRY:
            point.load()
    return dict(_REGISTRY)


def rule_named(name: str, at: str = "rule") -> type[Rule]:
    """Return the rule called ``name``; raise `UnknownKey` naming the nearest.

    Examples
    --------
    >>> rule_named("transaction_tux", at="regulator.rule")
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.UnknownKey: unknown key 'regulator.rule.transaction_tux'; did you mean \
'regulator.rule.transaction_tax'?
    """
    known = _REGISTRY if name in _REGISTRY else rules()
    if name not in known:
        raise UnknownKey(f"{at}.{name}", tuple(f"{at}.{other}" for other in known))
    return known[name]
