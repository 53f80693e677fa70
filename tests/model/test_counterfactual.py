"""Muting a population changes what its trading changed, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catallaxy.agents import strategy as plug_point
from catallaxy.agents.market import Market
from catallaxy.agents.strategy import Orders, Strategy, Traders
from catallaxy.agents.traders import Trader
from catallaxy.core.errors import MissingExtra, NoSuchGroup, NotRepeatable
from catallaxy.core.units import IntArray
from catallaxy.model.counterfactual import Counterfactual, counterfactual
from catallaxy.model.economy import Economy

SMALL: dict[str, Any] = {
    "traders__number": 60,
    "stocks__number": 2,
    "anchor__source": "walk",
    "clock__ticks_per_day": 5,
}


@pytest.fixture(autouse=True)
def strategies_of_this_file() -> Iterator[None]:
    """Know two strategies more, and forget them afterwards."""
    before = plug_point.strategies()

    class Silent(Strategy):
        """Wakes, draws, and never orders."""

        def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
            traders.uniform()

    class Greedy(Strategy):
        """Buys the first stock whatever it costs."""

        def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
            orders.market(traders, stock=0, side=0, quantity=5)

    assert {Silent.name, Greedy.name} <= set(plug_point._REGISTRY)
    yield
    plug_point._REGISTRY.clear()
    plug_point._REGISTRY.update(before)


def an_economy(ticks: int = 20, **settings: Any) -> Economy:
    economy = Economy("markets", rng=7, **{**SMALL, **settings})
    economy.run(ticks=ticks)
    return economy


def test_traders_that_never_order_moved_no_price() -> None:
    result = an_economy(traders__extra={"silent": 10}).counterfactual(without="silent")

    assert not result.price_impact.any()
    assert result.index_with.tolist() == result.index_without.tolist()
    assert str(result) == (
        "Without silent (10 traders), every price in all 20 ticks would have been the same: "
        "their trading moved nothing."
    )


def test_buying_at_any_price_moved_prices_up() -> None:
    economy = an_economy(traders__extra={"greedy": 20}, strategy__greedy__activity=1.0)

    result = counterfactual(economy, without="greedy")

    assert result.price_impact[-1, 0] > 0
    assert result.price_impact.tolist() == (result.prices_with - result.prices_without).tolist()
    assert result.price_impact_bp[-1, 0] == pytest.approx(1e4 * (result.prices_with / result.prices_without - 1)[-1, 0])
    assert result.prices_with[-1].tolist() == economy.exchange.last.tolist()
    assert str(result).startswith("Without greedy (20 traders), the index would stand at ")


def test_everybody_else_wakes_and_draws_as_before() -> None:
    """Prices differ, so decisions do; who wakes when, and with which draws, does not."""
    woken: dict[bool, list[IntArray]] = {True: [], False: []}
    drawn: dict[bool, list[Any]] = {True: [], False: []}
    for muted in (True, False):
        economy = Economy("markets", rng=7, **SMALL, traders__muted=("momentum",) if muted else ())
        for _ in range(15):
            economy.step()
            for population in economy.populations:
                woken[muted].append(population.wake.copy())
                drawn[muted].append(population.draws(economy.tick, 0).uniform(np.arange(population.size), 1).tolist())

    assert all(map(np.array_equal, woken[True], woken[False]))
    assert drawn[True] == drawn[False]


def test_muted_traders_keep_what_they_own() -> None:
    economy = Economy("markets", rng=7, **SMALL, traders__muted=("noise",))
    noise = next(population for population in economy.populations if population.name == "noise")
    before = economy.ledger.holdings[noise.owners].copy()

    economy.run(ticks=20)

    assert np.array_equal(economy.ledger.holdings[noise.owners], before)
    assert noise.orders_sent == 0


def test_a_run_whose_first_days_are_forgotten_is_repeated_and_found_the_same() -> None:
    long, short = (an_economy(ticks=40, recording__ring_days=days) for days in (100, 1))

    assert short.store.rows("world") == 5
    complete, repeated = (economy.counterfactual(without="herder") for economy in (long, short))
    assert repeated.prices_with.tolist() == complete.prices_with.tolist()
    assert repeated.prices_without.tolist() == complete.prices_without.tolist()


def test_a_run_in_a_folder_is_read_not_repeated(tmp_path: Path) -> None:
    with Economy("markets", rng=7, out=tmp_path / "run", **SMALL, recording__ring_days=1) as economy:
        economy.run(ticks=20)
        result = economy.counterfactual(without="herder")

    assert result.prices_with.tolist() == an_economy().counterfactual(without="herder").prices_with.tolist()


def test_submitted_orders_and_their_cancellations_happen_again() -> None:
    economy = Economy("markets", rng=7, **SMALL, traders__extra={"silent": 2})
    visitor = next(p for p in economy.populations if p.name == "noise").owners[0]
    numbers = [
        economy.submit(
            int(visitor), {"type": "BUY", "symbol": "AAPL", "quantity": 1, "order_type": "LIMIT", "price": 5}
        )
    ]
    economy.step()
    order = economy.results[numbers[0]].order
    economy.submit(int(visitor), {"type": "CANCEL", "order": order})
    economy.inject({"kind": "fundamental_jump", "at": 5, "until": 9, "size": -0.2})
    economy.run(ticks=12)

    for without in ("silent", "momentum"):
        assert economy.counterfactual(without=without).ticks == 13
    assert not economy.counterfactual(without="silent").price_impact.any()


def test_what_muted_traders_submitted_is_left_out() -> None:
    economy = Economy("markets", rng=7, **SMALL, traders__extra={"silent": 2})
    economy.run(ticks=5)
    silent = int(next(p for p in economy.populations if p.name == "silent").owners[0])
    number = economy.submit(silent, {"type": "BUY", "symbol": "AAPL", "quantity": 40})
    economy.run(ticks=2)

    result = economy.counterfactual(without="silent")

    assert economy.results[number].filled > 0
    assert not result.price_impact[:5].any()
    assert result.price_impact[5:].any()


def test_the_economy_is_left_as_it_is() -> None:
    economy = an_economy()
    before = (economy.tick, economy.chain_head, economy.state_hash())

    economy.counterfactual(without="noise")

    assert (economy.tick, economy.chain_head, economy.state_hash()) == before


def test_a_change_from_outside_the_door_is_found_out() -> None:
    economy = Economy("markets", rng=7, **SMALL, recording__ring_days=1)
    economy.run(ticks=3)
    economy.populations[0].retire(0)
    economy.exchange.cancel_owner(int(economy.populations[0].owners[0]))
    economy.ledger.post("gift", 0, payer=30, payee=31, amount=1)
    economy.run(ticks=30)

    with pytest.raises(NotRepeatable, match="another chain head"):
        economy.counterfactual(without="noise")


def test_an_unknown_population_names_the_nearest() -> None:
    with pytest.raises(NoSuchGroup) as caught:
        an_economy(ticks=1).counterfactual(without="nois")

    assert str(caught.value) == "no population 'nois'; did you mean 'noise'?"


def test_object_traders_cannot_be_run_again() -> None:
    economy = Economy("markets", rng=7, **SMALL)
    Trader(economy)
    economy.step()

    with pytest.raises(NotRepeatable) as caught:
        economy.counterfactual(without="noise")

    assert str(caught.value) == (
        "the run cannot be computed again: it has 1 object traders, which are code and not in its scenario; "
        "run the program twice, once without them, or write a Strategy"
    )


def test_a_run_that_has_not_begun_says_so() -> None:
    with pytest.raises(NotRepeatable, match="it has not begun"):
        Economy("markets", rng=7, **SMALL).counterfactual(without="noise")


@pytest.fixture
def result() -> Counterfactual:
    with_, without = np.array([[100, 50], [110, 50]]), np.array([[100, 50], [100, 40]])
    return Counterfactual("mine", 3, ("A", "B"), np.array([100.0, 106.0]), np.array([100.0, 96.0]), with_, without)


def test_a_frame_has_a_row_for_each_tick_and_symbol(result: Counterfactual) -> None:
    frame = result.to_pandas()

    assert frame.columns.tolist() == ["tick", "symbol", "price_with", "price_without", "impact", "impact_bp"]
    assert frame["tick"].tolist() == [1, 1, 2, 2]
    assert frame["symbol"].tolist() == ["A", "B", "A", "B"]
    assert frame["impact"].tolist() == [0, 0, 10, 10]
    assert frame["impact_bp"].tolist() == [0.0, 0.0, 1000.0, 2500.0]


def test_the_summary_tells_the_impact_in_a_paragraph(result: Counterfactual) -> None:
    assert str(result) == (
        "Without mine (3 traders), the index would stand at 96.00 after 2 ticks instead of 106.00: their trading moved "
        "it by +1041.7 bp. Prices part in tick 2; the last prices differ by 1750.0 bp on average, most in B (+2500.0 "
        "bp, +10 price units)."
    )


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is not installed")
def test_the_plot_shows_both_indices_and_the_impact(result: Counterfactual) -> None:
    above, below = result.plot().axes

    assert [line.get_ydata().tolist() for line in above.lines] == [[100.0, 106.0], [100.0, 96.0]]
    assert below.get_ylabel() == "impact, basis points"


def test_without_matplotlib_a_plot_names_the_remedy(result: Counterfactual, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("catallaxy.model.counterfactual.find_spec", lambda name: None)

    with pytest.raises(MissingExtra) as caught:
        result.plot()

    assert str(caught.value) == "a plot needs the package 'matplotlib'; install it with: pip install 'catallaxy[data]'"
