"""The plug point for traders' behaviour: one class with a pure `decide` over the traders who woke up.

A strategy never sees the tick's other decisions, draws only through its traders, and writes only
orders and its own columns. Built-in strategies call a kernel in `decide`; a user's may be plain NumPy.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ..core.errors import PlugInError, UnknownKey
from ..core.parameters import Parameters
from ..core.randomness import PRIORITY, USER, Draws
from ..core.units import FloatArray, IntArray, UintArray
from ..markets.order_sheet import OrderSheet
from ..markets.orders import NO_EXPIRY, Kind
from ..markets.posting_price import to_tick
from .market import Market


class StrategySettings(Parameters):
    """What every strategy can be told."""

    activity: float | None = Field(
        None, gt=0.0, le=1.0, description="mean wake-ups of a trader in a tick; unset: traders.activity"
    )


class Traders:
    """The traders of one population who decide now.

    Attributes
    ----------
    rows : (n,) int64
        Ordinals within the population, ascending: the index into its state columns.
    owners : (n,) int64
        Owner ids: the rows of ``holdings``.
    state : dict of str to array
        The population's own columns, all of its rows; index them with ``rows``.
    """

    def __init__(self, rows: IntArray, owners: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        self.rows, self.owners, self.draws, self.state, self._market = rows, owners, draws, state, market

    def __len__(self) -> int:
        return int(self.rows.shape[0])

    @property
    def key(self) -> np.uint64:
        """Key of the population's draws, for kernels."""
        return np.uint64(self.draws.key)

    def uniform(self, number: int = 0) -> FloatArray:
        """Return (n,) uniforms in [0, 1); each ``number`` is another independent draw of this moment."""
        return self.draws.uniform(self.rows, USER, number)

    def normal(self, number: int = 0) -> FloatArray:
        """Return (n,) standard normals; they share uniforms 2 number and 2 number + 1."""
        return self.draws.normal(self.rows, USER + 1, number)

    def integers(self, high: int, number: int = 0) -> IntArray:
        """Return (n,) integers in [0, high)."""
        return self.draws.integers(self.rows, high, USER + 2, number)

    def cash(self) -> IntArray:
        """Return (n,) free cash in minor units (of the first book's currency)."""
        arrays = self._market.arrays
        free: IntArray = arrays.holdings[self.owners, arrays.money[0], 0]
        return free

    def shares(self, stock: object) -> IntArray:
        """Return (n,) free lots of ``stock``, a book number or one for each trader."""
        arrays = self._market.arrays
        free: IntArray = arrays.holdings[self.owners, arrays.security[np.asarray(stock)], 0]
        return free

    def priorities(self, number: int) -> IntArray:
        """Return (n,) priority keys: who comes first in a book within the round."""
        bits: UintArray = self.draws.bits(self.rows, PRIORITY, number)
        return (bits >> np.uint64(1)).astype(np.int64)


class Orders:
    """Where a strategy writes what it wants; rows with quantity 0 or less are left out.

    A trader has a few *slots*. Whatever is written into a slot replaces what rests there from an
    earlier round, so a strategy never has to remember its orders.
    """

    def __init__(self, sheet: OrderSheet, market: Market, slots: int) -> None:
        self.sheet, self._market, self._slots, self._calls = sheet, market, slots, 0

    def limit(
        self, traders: Traders, stock: object, side: object, price: object, quantity: object, *,
        slot: int = 0, life: int | None = None, kind: Kind = Kind.LIMIT,
    ) -> None:  # fmt: skip
        """Write limit orders: arrays (n,) or scalars; prices are rounded to the tick away from the market."""
        n = len(traders)
        book, sides = _filled(stock, n), _filled(side, n)
        tick = self._market.arrays.tick_size[book]
        self._write(traders, book, sides, to_tick(np.broadcast_to(np.asarray(price, np.float64), n), sides, tick),
                    quantity, slot, kind, life)  # fmt: skip

    def market(self, traders: Traders, stock: object, side: object, quantity: object, *, slot: int = 0) -> None:
        """Write market orders; the exchange gives them their collar."""
        n = len(traders)
        self._write(traders, _filled(stock, n), _filled(side, n), 0, quantity, slot, Kind.MARKET, None)

    def withdraw(self, traders: Traders, *, slot: int = 0) -> None:
        """Cancel what rests in a slot."""
        self._slot(slot)
        self.sheet.write(owner=traders.owners, book=0, side=0, price=0, quantity=0, priority=0, slot=slot)

    def _write(
        self, traders: Traders, book: IntArray, side: IntArray, price: object, quantity: object,
        slot: int, kind: Kind, life: int | None,
    ) -> None:  # fmt: skip
        self._slot(slot)
        n = len(traders)
        lots = _filled(quantity, n)
        lots = lots - lots % self._market.arrays.round_lot[book]
        good = lots > 0
        expiry = self._market.order_expiry if life is None else self._market.tick + life - 1
        priority = traders.priorities(self._calls)
        self._calls += 1
        self.sheet.write(
            owner=traders.owners[good], book=book[good], side=side[good], price=_filled(price, n)[good],
            quantity=lots[good], priority=priority[good], kind=int(kind), slot=slot,
            expiry=min(expiry, NO_EXPIRY),
        )  # fmt: skip

    def _slot(self, slot: int) -> None:
        if not 0 <= slot < self._slots:
            raise PlugInError(f"slot is {slot}; this strategy declares slots = {self._slots}, numbered from 0")


def _filled(value: object, n: int) -> IntArray:
    return np.broadcast_to(np.asarray(value), n).astype(np.int64)


class Strategy(ABC):
    """How traders of one population decide.

    A subclass is found in scenarios by its ``name`` (by default the class name in lower case with
    underscores). It may declare ``Settings`` (a `StrategySettings`), ``slots`` (resting orders a
    trader can have at once) and ``columns`` (name to dtype of per-trader state).

    Examples
    --------
    >>> class Contrarian(Strategy):
    ...     '''Buys what fell over the last day and sells what rose.'''
    ...     def decide(self, market, traders, orders):
    ...         stock = traders.integers(market.count)
    ...         side = np.where(market.tape.log_return(market.ticks_per_day)[stock] < 0, 0, 1)
    ...         orders.limit(traders, stock, side, market.mid[stock], quantity=1)
    >>> Contrarian.name
    'contrarian'
    """

    name: ClassVar[str]
    Settings: ClassVar[type[StrategySettings]] = StrategySettings
    slots: ClassVar[int] = 1
    columns: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        _REGISTRY[cls.name] = cls

    def __init__(self, settings: StrategySettings | None = None) -> None:
        self.settings: Any = settings if settings is not None else self.Settings()

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Fill the columns of newborn traders ``rows``; ``draws`` are those of their birth."""

    @abstractmethod
    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write the orders of the traders who woke up; change nothing but ``orders`` and own columns."""


_REGISTRY: dict[str, type[Strategy]] = {}


def strategies() -> dict[str, type[Strategy]]:
    """Return every known strategy by name: built in, imported, or offered by an installed package.

    Packages offer theirs under the entry-point group ``catallaxy.strategies``.
    """
    from . import strategies as built_in

    assert built_in is not None
    for point in entry_points(group="catallaxy.strategies"):
        if point.name not in _REGISTRY:
            point.load()
    return dict(_REGISTRY)


def strategy_named(name: str) -> type[Strategy]:
    """Return the strategy called ``name``; raise `UnknownKey` naming the nearest."""
    known = _REGISTRY if name in _REGISTRY else strategies()
    if name not in known:
        raise UnknownKey(f"strategy.{name}", tuple(f"strategy.{other}" for other in known))
    return known[name]
