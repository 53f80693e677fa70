"""Shares of the closed economy: what floats, what traders set aside for each, and prices that keep to values."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.agents.valuation import cash_spread
from catallaxy.model.closed_economy import ClosedEconomy
from catallaxy.model.economy import Economy
from catallaxy.model.payouts import real_long_yield, value_shares
from tests.model.closed_economy import behind, closed, lived
from tests.model.small_economy import small

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation


def mispricing(economy: Economy) -> np.ndarray:
    """Return (books,) how many times too dear or too cheap shares trade."""
    return np.exp(np.abs(np.log(economy.exchange.last / economy.fundamental)))


def floating(economy: Economy, c: ClosedEconomy) -> np.ndarray:
    """Return (books,) shares that others than the group ``holder`` own, one owner at a time."""
    shares = np.zeros(c.values.size, np.int64)
    for owner in range(economy.ledger.owners.size):
        if economy.ledger.owners.kind_of(owner) != "holder":
            shares += economy.ledger.holdings[owner, c.share_columns()].sum(axis=1)
    return shares


def test_no_share_of_a_closed_economy_trades_far_from_its_value() -> None:
    """Not even those of the smallest firms, for which equal parts of everybody's cash would be far too much."""
    economy = closed(clock__ticks_per_day=4, traders__number=300, traders__activity=0.5, identities="fast")
    for _month in range(6):
        economy.run(days=21)
        assert mispricing(economy).max() < 3.0
    assert np.median(mispricing(economy)) < 1.2


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_market_as_a_whole_keeps_to_its_value_for_years(seed: int) -> None:
    economy = Economy("economy-coarse", rng=seed)
    off = []
    for _month in range(36):
        economy.run(days=21)
        off.append(abs(np.log(economy.index / economy.anchor_index)))
    assert max(off) < 0.3
    assert np.mean(off) < 0.08


def test_cash_is_set_aside_in_proportion_to_what_floats() -> None:
    economy = lived(21)
    c = behind(economy)
    worth = floating(economy, c) * c.values

    value_shares(economy)

    assert economy.market().arrays.spread is c.spread
    assert c.spread == pytest.approx(1.0 / np.maximum(worth / worth.sum(), 0.05 / worth.size))


def test_founders_keep_what_does_not_float() -> None:
    economy = closed(macro__free_float=0.3)
    c = behind(economy)
    issued = economy.ledger.issued[c.share_columns()]
    assert (floating(economy, c) * c.values).sum() == pytest.approx(0.3 * (issued * c.values).sum(), rel=0.02)


def test_the_weights_of_stocks_are_part_of_the_state() -> None:
    economy, other = lived(21), closed()
    c, twin = behind(economy), behind(other)
    assert not np.array_equal(c.spread, twin.spread)

    twin.restore(*c.state())

    assert np.array_equal(c.spread, twin.spread)


def test_all_stocks_of_a_market_alone_count_alike() -> None:
    economy = small()
    assert economy.market().arrays.spread.tolist() == [float(len(economy.symbols))] * len(economy.symbols)


def test_no_stock_counts_for_less_than_a_twentieth_of_an_equal_part() -> None:
    assert cash_spread(np.array([1e12, 0.0, 1.0, -5.0])).tolist() == pytest.approx([1.0, 80.0, 80.0, 80.0])


def test_banks_open_at_values_that_their_dividends_confirm() -> None:
    economy = closed()
    c = behind(economy)
    equity, expected = c.banks.equity(economy.ledger).sum(), c.banks.dividend_year.sum()
    assert 0.1 < expected / equity < 0.4

    economy.run(days=252)

    assert 0.5 < c.banks.dividend_year.sum() / expected < 2.0


def test_a_few_months_of_falling_prices_are_not_ten_years_of_them() -> None:
    economy = closed()
    c = behind(economy)
    calm = real_long_yield(economy, c)
    assert calm == pytest.approx(c.memory.long_yield - economy.settings.central_bank.target)

    c.expectations.expected -= 0.03

    assert 0.0 < real_long_yield(economy, c) - calm < 0.03
