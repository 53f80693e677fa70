"""The checker of strategies finds each way of breaking the contract, and says what to do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pytest

from catallaxy.agents import strategy as registry
from catallaxy.agents.check_strategy import check_strategy, synthetic_market
from catallaxy.agents.strategy import Orders, Strategy, Traders
from catallaxy.core.errors import PlugInError


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Take the strategies of this file out of the register again."""
    before = dict(registry._REGISTRY)
    yield
    registry._REGISTRY.clear()
    registry._REGISTRY.update(before)


def complaint(strategy: Any) -> str:
    """Return what the checker says, which must be something."""
    with pytest.raises(PlugInError) as caught:
        check_strategy(strategy)
    return str(caught.value)


def test_a_plain_numpy_strategy_passes() -> None:
    class Contrarian(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            stock = traders.integers(market.count)
            side = np.where(market.tape.log_return(market.ticks_per_day)[stock] < 0, 0, 1)
            orders.limit(traders, stock, side, market.mid[stock], quantity=1)

    check_strategy(Contrarian)
    check_strategy(Contrarian())


def test_a_strategy_with_columns_and_slots_passes() -> None:
    class Counting(Strategy):
        slots = 2
        columns: ClassVar = {"times": np.int64}

        def born(self, rows: Any, draws: Any, state: Any, market: Any) -> None:
            state["times"][rows] = draws.integers(rows, 5)

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            traders.state["times"][traders.rows] += 1
            times = traders.state["times"][traders.rows]
            orders.limit(traders, 0, 0, market.mid[0] * 0.9, times)
            orders.withdraw(traders, slot=1)

    check_strategy(Counting)


def test_draws_from_numpys_global_generator_are_found() -> None:
    class Stray(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.limit(traders, 0, np.random.randint(0, 2, len(traders)), market.mid[0], 1)  # noqa: NPY002

    text = complaint(Stray)

    assert "decide draws from NumPy's global generator; draw from `traders` or `draws` instead" in text
    assert text.startswith("Stray breaks the contract of a strategy:\n- ")


def test_draws_from_pythons_global_generator_are_found() -> None:
    class Stray(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.limit(traders, 0, 0, market.mid[0] * random.random(), 1)

    assert "draws from Python's global generator" in complaint(Stray)


def test_a_generator_of_its_own_is_found_by_what_it_does() -> None:
    class Fresh(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.limit(traders, 0, 0, market.mid[0], np.random.default_rng().integers(1, 1000, len(traders)))

    class Seeded(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.limit(traders, 0, 0, market.mid[0], np.random.default_rng(1).integers(1, 1000, len(traders)))

    assert "decide gives other orders the second time; draw only from" in complaint(Fresh)
    assert "decide gives other orders or columns when traders decide in two halves" in complaint(Seeded)


def test_a_generator_kept_as_attribute_is_undeclared_state() -> None:
    class Keeper(Strategy):
        def __init__(self, settings: Any = None) -> None:
            super().__init__(settings)
            self.rng = np.random.default_rng(1)

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.limit(traders, 0, 0, market.mid[0], self.rng.integers(1, 1000, len(traders)))

    remedy = "keep what a trader must remember in declared columns"
    assert f"decide changes attributes of the strategy; {remedy}" in complaint(Keeper)


@pytest.mark.parametrize("spoil", ["holdings", "quotes", "mid", "log_mid"])
def test_changing_the_market_is_found(spoil: str) -> None:
    class Vandal(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            getattr(market.arrays, spoil)[0] += 1

    assert "decide changes the market it is shown" in complaint(Vandal)


def test_counting_calls_in_an_attribute_is_found() -> None:
    class Counter(Strategy):
        calls: ClassVar[list[int]] = []

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            self.calls.append(len(traders))

    assert "decide changes attributes of the strategy" in complaint(Counter)


def test_trading_on_what_fellow_deciders_do_is_found() -> None:
    class Ranker(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.limit(traders, 0, 0, market.mid[0], 1 + np.arange(len(traders)))

    assert "when traders decide in two halves" in complaint(Ranker)


def test_writing_other_traders_columns_is_found() -> None:
    class Meddler(Strategy):
        columns: ClassVar = {"mark": np.int64}

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            traders.state["mark"][:] = 1

    remedy = "write state['mark'][traders.rows]"
    assert f"decide writes column 'mark' of traders who do not decide; {remedy}" in complaint(Meddler)


def test_columns_that_are_replaced_or_undeclared_are_found() -> None:
    class Replacing(Strategy):
        columns: ClassVar = {"mark": np.int64}

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            traders.state["mark"] = np.zeros(1)
            traders.state["secret"] = np.zeros(1)

    text = complaint(Replacing)

    assert "decide replaces column 'mark' by one of another kind" in text
    assert "decide makes a column 'secret'; declare it in `columns`" in text


def test_failing_on_nobody_is_found() -> None:
    class Needy(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            traders.rows[0]

    text = complaint(Needy)

    assert "decide fails when nobody woke up: IndexError" in text
    assert text.count("nobody woke up") == 5  # once for each world


def test_orders_of_strangers_are_found() -> None:
    class Forger(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            n = len(traders)
            orders.sheet.write(owner=np.zeros(n, int), book=0, side=0, price=5, quantity=1, priority=0)

    assert "decide writes orders of owners that are not its traders" in complaint(Forger)


def test_impossible_orders_are_found() -> None:
    class Sloppy(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.sheet.write(owner=traders.owners, book=99, side=7, price=0, quantity=-1, priority=0, slot=3)

    text = complaint(Sloppy)

    for part in (
        "negative quantities",
        "not listed",
        "unknown side or kind",
        "prices of 0",
        "slot it has not declared",
    ):
        assert part in text


def test_a_strategy_that_overwrites_the_sheet_is_found() -> None:
    class Eraser(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            orders.sheet.rows[0] = 0

    assert "it overwrote other traders' orders" in complaint(Eraser)


def test_changing_the_slice_is_found() -> None:
    class Sorter(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            traders.rows += 1

    assert "it changed traders.rows or traders.owners" in complaint(Sorter)


def test_births_are_watched_as_well() -> None:
    class Crowding(Strategy):
        columns: ClassVar = {"rank": np.int64}

        def born(self, rows: Any, draws: Any, state: Any, market: Any) -> None:
            state["rank"][:] = len(rows)

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            return

    class Chancy(Crowding):
        def born(self, rows: Any, draws: Any, state: Any, market: Any) -> None:
            state["rank"][rows] = np.random.default_rng().integers(0, 10**9, len(rows))

    assert "born gives other columns when traders come in two groups" in complaint(Crowding)
    assert "born gives other columns the second time" in complaint(Chancy)


def test_an_exception_is_told_with_the_world_it_happened_in() -> None:
    class Fragile(Strategy):
        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            if not market.best_bid.all():
                raise ValueError("no bid")

    assert complaint(Fragile) == (
        "Fragile breaks the contract of a strategy:\n"
        "- decide fails: ValueError: no bid; it must cope with every market that can occur (seen in: empty books)"
    )


def test_wrong_declarations_are_found_before_anything_runs() -> None:
    class Misdeclared(Strategy):
        slots = 0
        columns: ClassVar = {"mark": "nonsense"}

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            raise AssertionError

    text = complaint(Misdeclared)

    assert "slots is 0; declare a whole number, 1 or more" in text
    assert "column 'mark' has dtype 'nonsense'" in text
    assert "decide" not in text


def test_what_is_no_strategy_or_cannot_be_built_is_said() -> None:
    class Demanding(Strategy):
        def __init__(self, must: int) -> None:
            super().__init__()

        def decide(self, market: Any, traders: Traders, orders: Orders) -> None:
            return

    assert "int is no Strategy" in complaint(int)
    assert "it cannot be built without settings (TypeError" in complaint(Demanding)


def test_the_synthetic_market_is_the_same_every_time_and_hangs_together() -> None:
    first, second = synthetic_market(), synthetic_market()

    for one, other in zip(first.arrays, second.arrays, strict=True):
        assert one.tobytes() == other.tobytes()
    assert (first.best_bid < first.mid).all()
    assert (first.mid < first.best_ask).all()
    assert not synthetic_market(empty=True).arrays.quotes.any()
