"""`check_strategy`: does a strategy keep its contract? Tried on synthetic markets, no economy needed.

The contract: a decision is a pure function of the public market, the trader's own columns and draws
asked of `Traders`. Then runs repeat to the byte, traders can decide in any order and on any thread,
and a stranger's plug-in can be trusted with a hundred thousand of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.errors import PlugInError
from ..core.randomness import Draws, component_key
from ..core.units import FloatArray, IntArray
from ..markets.order_sheet import OrderSheet
from ..markets.orders import BOOK, KIND, OWNER, PRICE, QUANTITY, SIDE, SLOT, Kind
from ..markets.tape import Tape
from .market import Market, MarketArrays
from .mood_effects import calm_scales
from .population import Population
from .strategy import Orders, Strategy, StrategySettings, Traders

FIRST_OWNER = 3
_SENTINEL = -77


def synthetic_market(
    *, books: int = 4, owners: int = 60, tick: int = 100, wealth: int = 20_000_000, empty: bool = False, seed: int = 7
) -> Market:
    """Return a market with a history, quotes, fundamental values and funded owners, the same for the same arguments.

    ``wealth`` is the most money and the most value of one stock that an owner can hold, minor units; with
    ``empty`` no book has an order. Owner ids start at `FIRST_OWNER`.
    """
    key = Draws.of(seed, "synthetic market", tick)
    numbers = np.arange(books, dtype=np.int64)
    opening = 1500 + key.integers(numbers, 53_500, number=0)
    tape = Tape(opening, 30, 0.01)
    log_price = np.log(opening.astype(np.float64))
    for past in range(1, tick):
        log_price = log_price + 0.002 * replace(key, tick=past).normal(numbers, number=1)
        tape.note_tick(past, np.exp(log_price))
        if past % 30 == 0:
            tape.note_day(np.exp(log_price))
    last = np.rint(np.exp(log_price)).astype(np.int64)
    quotes = np.stack([last - 2, last + 3, 10 + numbers, 20 + numbers], axis=1)
    mid: FloatArray = last.astype(np.float64) + (0.0 if empty else 0.5)
    fundamental: FloatArray = mid * np.exp(0.03 * key.normal(numbers, number=2))
    holdings = np.zeros((FIRST_OWNER + owners, 1 + books, 2), np.int64)
    every = np.arange(holdings.shape[0], dtype=np.int64)
    holdings[:, 0, 0] = key.integers(every, wealth + 1, number=3)
    for book in range(books):
        holdings[:, 1 + book, 0] = key.integers(every, wealth // int(last[book]) + 1, number=4 + book)
    arrays = MarketArrays(
        quotes=np.zeros_like(quotes) if empty else quotes, mid=mid, last=last, fundamental=fundamental,
        sigma=tape.sigma, tick_size=np.ones(books, np.int64), round_lot=np.ones(books, np.int64),
        unit_value=np.ones(books, np.int64), spread=np.full(books, float(books)), security=1 + numbers,
        money=np.zeros(books, np.int64), log_mid=tape.log_mid, holdings=holdings, **calm_scales(books)._asdict(),
    )  # fmt: skip
    symbols = tuple(f"S{book}" for book in range(books))
    return Market(tick, 0, (tick - 1) // 30 + 1, (tick - 1) % 30 + 1, 30, symbols, arrays, tape, tick + 29)


def check_strategy(strategy: type[Strategy] | Strategy) -> None:
    """Raise `PlugInError` naming every way in which ``strategy`` breaks the contract, each with its remedy.

    Parameters
    ----------
    strategy : Strategy or its class
        A class is tried with its default settings.

    Examples
    --------
    >>> from catallaxy.agents.strategies import Noise
    >>> check_strategy(Noise)
    """
    problems = list(dict.fromkeys(_problems(strategy)))
    if problems:
        name = strategy.__name__ if isinstance(strategy, type) else type(strategy).__name__
        lines = "\n".join(f"- {problem}" for problem in problems)
        raise PlugInError(f"{name} breaks the contract of a strategy:\n{lines}")


_WORLDS: dict[str, dict[str, Any]] = {
    "an ordinary market": {},
    "the first tick, without a past": {"tick": 1},
    "empty books": {"empty": True, "tick": 5},
    "traders without money or shares": {"wealth": 0, "tick": 40},
    "a single stock": {"books": 1, "tick": 700},
}


def _problems(strategy: type[Strategy] | Strategy) -> Iterator[str]:
    built = strategy
    if isinstance(strategy, type):
        if not issubclass(strategy, Strategy):
            yield f"{strategy.__name__} is no Strategy; derive it from catallaxy.agents.strategy.Strategy"
            return
        try:
            built = strategy()
        except Exception as error:
            yield f"it cannot be built without settings ({_told(error)}); give every setting a default"
            return
    assert isinstance(built, Strategy)
    declared = list(_declaration_problems(built))
    yield from declared
    if declared:
        return
    for world, recipe in _WORLDS.items():
        yield from (f"{problem} (seen in: {world})" for problem in _Trial(built, synthetic_market(**recipe)).problems())


def _declaration_problems(strategy: Strategy) -> Iterator[str]:
    if not (isinstance(strategy.Settings, type) and issubclass(strategy.Settings, StrategySettings)):
        yield "Settings is no StrategySettings; derive it, so that activity and documentation work"
    if not isinstance(strategy.slots, int) or strategy.slots < 1:
        yield f"slots is {strategy.slots!r}; declare a whole number, 1 or more"
    for column, dtype in dict(strategy.columns).items():
        try:
            np.zeros(1, dtype)
        except TypeError:
            yield f"column {column!r} has dtype {dtype!r}; declare one that NumPy knows"


class _Trial:
    """One strategy in one world."""

    def __init__(self, strategy: Strategy, market: Market) -> None:
        self.strategy, self.market = strategy, market
        self.key = component_key(11, strategy.name)
        self.size = market.arrays.holdings.shape[0] - FIRST_OWNER
        self.every = np.arange(self.size, dtype=np.int64)
        self.state: dict[str, Any] = {}
        self.alive = False

    def problems(self) -> Iterator[str]:
        yield from self._birth()
        if self.alive:
            yield from self._decisions()

    # -- birth --------------------------------------------------------------------------------

    def _birth(self) -> Iterator[str]:
        half = self.size // 2
        try:
            with _Watch(self.strategy, self.market) as watch:
                first, whole = self._born([self.every]), self._born([self.every])
                halves = self._born([self.every[:half], self.every[half:]])
        except Exception as error:
            yield f"born fails: {_told(error)}; fill state[column][rows] for the rows given, any number of them"
            return
        yield from watch.problems("born")
        if not _same(first, whole):
            yield "born gives other columns the second time; draw only from the `draws` it is handed"
        elif not _same(whole, halves):
            yield "born gives other columns when traders come in two groups; write state[column][rows] and draw by row"
        self.state, self.alive = whole, True

    def _born(self, groups: list[IntArray]) -> dict[str, Any]:
        population = Population(self.strategy.name, self.strategy, seed=11, activity=0.5, rounds=1)
        for rows in groups:
            population.add(range(FIRST_OWNER + population.size, FIRST_OWNER + population.size + len(rows)), self.market)
        return population.state

    # -- decisions ----------------------------------------------------------------------------

    def _decisions(self) -> Iterator[str]:
        half = self.size // 2
        try:
            with _Watch(self.strategy, self.market) as watch:
                whole, after = self._decide([self.every])
                again, after_again = self._decide([self.every])
        except Exception as error:
            yield f"decide fails: {_told(error)}; it must cope with every market that can occur"
            return
        yield from watch.problems("decide")
        yield from self._order_problems(whole)
        if not (np.array_equal(whole, again) and _same(after, after_again)):
            yield "decide gives other orders the second time; draw only from traders.uniform, normal, integers or key"
            return
        for groups, how in (
            ([self.every[:half], self.every[half:]], "in two halves"),
            ([self.every[::2], self.every[1::2]], "in two interleaved groups"),
            ([self.every[half:], self.every[:half]], "second half first"),
        ):
            try:
                parts, after_parts = self._decide(groups)
            except Exception as error:
                yield f"decide fails when traders decide {how}: {_told(error)}"
                return
            if not (np.array_equal(whole, parts) and _same(after, after_parts)):
                yield (
                    f"decide gives other orders or columns when traders decide {how}; let each trader's order "
                    "depend on its own row only, and on others as they were when the round opened"
                )
                return
        yield from self._bystander_problems(self.every[:half])
        yield from self._empty_slice_problems()

    def _decide(self, groups: list[IntArray]) -> tuple[IntArray, dict[str, Any]]:
        """Return the orders grouped by trader, as written, and the columns afterwards."""
        state = {name: column.copy() for name, column in self.state.items()}
        sheet = OrderSheet(4)
        sheet.rows[:2] = _SENTINEL
        sheet.size = 2
        for rows in groups:
            self._ask(rows, state, sheet)
        if not (sheet.rows[:2] == _SENTINEL).all():
            raise PlugInError("it overwrote other traders' orders; write from sheet.size on, or use `orders`")
        written = sheet.messages[2:]
        return written[np.argsort(written[:, OWNER], kind="stable")].copy(), state

    def _ask(self, rows: IntArray, state: dict[str, Any], sheet: OrderSheet) -> None:
        draws = Draws(self.key, self.market.tick, self.market.round_)
        traders = Traders(rows.copy(), rows + FIRST_OWNER, draws, state, self.market)
        self.strategy.decide(self.market, traders, Orders(sheet, self.market, self.strategy.slots))
        if not (np.array_equal(traders.rows, rows) and np.array_equal(traders.owners, rows + FIRST_OWNER)):
            raise PlugInError("it changed traders.rows or traders.owners; take a copy of what you want to change")

    def _order_problems(self, orders: IntArray) -> Iterator[str]:
        real = orders[orders[:, QUANTITY] != 0]
        if not ((orders[:, OWNER] >= FIRST_OWNER) & (orders[:, OWNER] < FIRST_OWNER + self.size)).all():
            yield "decide writes orders of owners that are not its traders; use traders.owners"
        if (real[:, QUANTITY] < 0).any():
            yield "decide writes negative quantities; write them with the other side"
        if not ((real[:, BOOK] >= 0) & (real[:, BOOK] < self.market.count)).all():
            yield "decide names a stock that is not listed; stocks are numbered from 0 to market.count - 1"
        if not np.isin(real[:, SIDE], (0, 1)).all() or not np.isin(real[:, KIND], [int(kind) for kind in Kind]).all():
            yield "decide writes an unknown side or kind; sides are 0 (buy) and 1 (sell), kinds those of Kind"
        if (real[real[:, KIND] != Kind.MARKET, PRICE] <= 0).any():
            yield "decide writes prices of 0 or less; leave such orders out by giving them quantity 0"
        if not ((orders[:, SLOT] >= 0) & (orders[:, SLOT] < self.strategy.slots)).all():
            yield f"decide uses a slot it has not declared; declare slots above {self.strategy.slots}"

    def _bystander_problems(self, rows: IntArray) -> Iterator[str]:
        _orders, after = self._decide([rows])
        others = np.setdiff1d(self.every, rows)
        for name, column in self.state.items():
            if name not in after or after[name].dtype != column.dtype or after[name].shape != column.shape:
                yield f"decide replaces column {name!r} by one of another kind; write state[{name!r}][traders.rows]"
            elif not np.array_equal(after[name][others], column[others]):
                yield f"decide writes column {name!r} of traders who do not decide; write state[{name!r}][traders.rows]"
        for name in after.keys() - self.state.keys():
            yield f"decide makes a column {name!r}; declare it in `columns`"

    def _empty_slice_problems(self) -> Iterator[str]:
        try:
            orders, _after = self._decide([self.every[:0]])
        except Exception as error:
            yield f"decide fails when nobody woke up: {_told(error)}; an empty slice must give no orders"
            return
        if orders.shape[0]:
            yield "decide writes orders when nobody woke up; write one only for traders in the slice"


class _Watch:
    """What must not change while a strategy is at work: the market, its own attributes, global generators."""

    def __init__(self, strategy: Strategy, market: Market) -> None:
        self._watched: dict[str, Callable[[], object]] = {
            "{} changes the market it is shown; take a copy before changing an array": lambda: _fingerprint(
                [*market.arrays, vars(market.tape)]
            ),
            "{} changes attributes of the strategy; keep what a trader must remember in declared columns": lambda: (
                _fingerprint([vars(strategy), {k: v for k, v in vars(type(strategy)).items() if not callable(v)}])
            ),
            "{} draws from NumPy's global generator; draw from `traders` or `draws` instead": lambda: _fingerprint(
                list(np.random.get_state())  # noqa: NPY002
            ),
            "{} draws from Python's global generator; draw from `traders` or `draws` instead": random.getstate,
        }

    def __enter__(self) -> _Watch:
        self._before = {problem: look() for problem, look in self._watched.items()}
        return self

    def __exit__(self, *_error: object) -> None:
        self._after = {problem: look() for problem, look in self._watched.items()}

    def problems(self, method: str) -> Iterator[str]:
        for problem, before in self._before.items():
            if before != self._after[problem]:
                yield problem.format(method)


def _fingerprint(value: object) -> object:
    """Return something that equals another such thing only if the values are the same."""
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, np.random.Generator):
        return _fingerprint(value.bit_generator.state)
    if isinstance(value, dict):
        return tuple((repr(key), _fingerprint(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(_fingerprint(item) for item in value)
    if isinstance(value, set | frozenset):
        return tuple(sorted(repr(item) for item in value))
    return repr(value)


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return _fingerprint(dict(sorted(a.items()))) == _fingerprint(dict(sorted(b.items())))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
