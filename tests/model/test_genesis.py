"""The opening: every unit has an owner and an issuer before the first tick."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catallaxy.agents.endowment import TraderSettings, opening_lots, opening_wealth
from catallaxy.core.randomness import Draws
from catallaxy.markets.stocks import StockSettings
from tests.model.small_economy import assert_lawful, small


def test_the_opening_balance_sheet_closes() -> None:
    economy = small()
    sheet = economy.balance_sheet()
    deposits = int(sheet.loc["deposit", "H"])
    assert deposits > 0
    assert sheet.loc["deposit", "B"] == -deposits
    assert sheet.loc["bond"].to_dict() == {"B": deposits, "G": -deposits, "H": 0, "F": 0, "CB": 0, "X": 0, "W": 0}
    for symbol in economy.symbols:
        assert sheet.loc[symbol, "H"] == -sheet.loc[symbol, "F"] > 0
    assert_lawful(economy)


def test_the_bank_owes_what_the_government_owes_the_bank() -> None:
    economy = small()
    firms = economy.institutions
    assert economy.ledger.contracts.claims[0, firms.bank] == int(economy.ledger.issued[0])
    assert economy.ledger.contracts.debts[0, firms.treasury] == int(economy.ledger.issued[0])


def test_populations_are_contiguous_ranges_of_owners_in_order_of_name() -> None:
    economy = small()
    names = [population.name for population in economy.populations]
    assert names == sorted(names)
    owners = np.concatenate([population.owners for population in economy.populations])
    assert (np.diff(owners) == 1).all()
    assert int(owners[0]) == 3 + len(economy.symbols)
    assert [economy.ledger.owners.kind_of(int(p.owners[0])) for p in economy.populations] == names


def test_everybody_opens_between_the_least_and_the_largest_wealth() -> None:
    settings = TraderSettings(number=10)
    wealth = opening_wealth(settings, Draws.of(1, "traders.noise"), np.arange(20_000))
    assert wealth.min() >= settings.least_wealth
    assert wealth.max() <= settings.least_wealth * settings.largest_multiple
    tail = np.sort(wealth)[::-1]
    for multiple in (2.0, 5.0, 20.0):
        share = (tail > multiple * settings.least_wealth).mean()
        assert share == pytest.approx(multiple**-settings.pareto, rel=0.15)


def test_lots_are_rounded_at_random_so_that_their_mean_is_what_was_wished() -> None:
    settings = TraderSettings(number=10, cash_share=0.5)
    rows = np.arange(50_000)
    wealth = np.full(rows.shape[0], 1_000.0)
    lots = opening_lots(settings, Draws.of(1, "x"), rows, wealth, stock=0, stocks=2, value=700)
    assert set(lots.tolist()) == {0, 1}
    assert lots.mean() == pytest.approx(1_000 * 0.5 / (2 * 700), abs=0.01)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_traders_can_open_with_nothing_but_cash_or_nothing_but_shares(share: float) -> None:
    economy = small(traders__cash_share=share)
    economy.run(ticks=12)
    assert (int(economy.ledger.issued[0]) > 0) == (share > 0)
    assert (int(economy.ledger.issued[1:].sum()) > 0) == (share < 1)
    assert_lawful(economy)


@pytest.mark.parametrize("changes", [{"stocks__round_lot": 10}, {"stocks__tick_size": 25}])
def test_openings_keep_the_tick_and_the_lot(changes: dict[str, Any]) -> None:
    economy = small(**changes)
    listings = economy.exchange.listings
    assert not (economy.opening % listings.tick_size).any()
    assert not (economy.ledger.holdings[:, 1:] % int(listings.round_lot[0])).any()
    economy.run(ticks=15)
    assert not (economy.exchange.last % listings.tick_size).any()
    assert not (economy.ledger.holdings[:, 1:] % int(listings.round_lot[0])).any()
    assert economy.trades_made > 0


def test_a_stocks_opening_price_does_not_depend_on_how_many_others_there_are() -> None:
    few, many = StockSettings(number=3).opening_prices(5), StockSettings(number=40).opening_prices(5)
    assert few.tolist() == many[:3].tolist()
    assert 1_500 <= many.min() <= many.max() <= 55_000


def test_stocks_beyond_the_well_known_ones_are_numbered() -> None:
    names = StockSettings(number=22).names()
    assert (names[0], names[19], names[20:]) == ("AAPL", "SPOT", ("S021", "S022"))
