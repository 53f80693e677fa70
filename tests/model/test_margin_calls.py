"""Margin loans in a closed economy: borrowed before the order, called at day end, sold in the order book."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catallaxy.agents.margin_accounts import MarginAccounts, Standing
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import IntArray
from catallaxy.ledger.chart import BOND, MARGIN_LOAN
from catallaxy.markets.margin_rules import call_price
from catallaxy.model import margin
from catallaxy.model.economy import Economy
from catallaxy.model.scenario import load_scenario
from tests.model.closed_economy import assert_closed, behind, events

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

SMALL: dict[str, Any] = {
    "traders__number": 290,
    "clock__days": 120,
    "strategy__leveraged_value__least_aggression": 300.0,
    "margin__maintenance": 0.23,
    "identities": "full",
    "recording__ring_days": 120,
    "recording__orders": True,
    "recording__checkpoint_days": 5,
    "recording__part_days": 5,
}
FLOODS = tuple(
    {"kind": "order_flood", "at": 4 * day + 1, "until": 4 * day + 12, "side": "sell", "size": 0.10, "who": "noise"}
    for day in (20, 30)
)


def leveraged(*shocks: dict[str, Any], seed: int = 1, **changes: Any) -> Economy:
    """Return a small economy with leveraged funds whose accounts are recounted in every tick."""
    return Economy("leverage-cycle", rng=seed, shocks=shocks or FLOODS, **(SMALL | changes))


@cache
def crisis() -> Economy:
    """Return an economy that has been through calls and forced sales; look, and do not touch."""
    economy = leveraged()
    economy.run(days=55)
    return economy


def accounts_of(economy: Economy) -> MarginAccounts:
    assert economy.margin is not None
    return economy.margin


def lent(economy: Economy) -> int:
    return int(accounts_of(economy).debts(economy.ledger).sum())


def orders_of(economy: Economy, owners: IntArray) -> pd.DataFrame:
    orders = economy.table("orders")
    return orders[orders["owner"].isin(owners.tolist())]


def after_a_call(**changes: Any) -> Economy:
    """Return an economy at the end of the first day on which some account stands under a call or is sold off."""
    economy = leveraged(**changes)
    for _ in range(60):
        economy.run(days=1)
        if accounts_of(economy).sold_off.any():
            return economy
    raise AssertionError("nobody was sold off in sixty days")


# -- lending ---------------------------------------------------------------------------------------


def test_funds_borrow_what_their_orders_need_and_the_balance_sheet_closes() -> None:
    economy = leveraged()
    economy.run(days=15)

    sheet = economy.balance_sheet()

    assert lent(economy) > 0
    assert sheet.loc["margin loan"].sum() == 0
    assert sheet.loc["margin loan", "B"] == lent(economy) == -sheet.loc["margin loan", "H"]
    assert_closed(economy)


def test_nobody_borrows_beyond_the_initial_margin() -> None:
    """Marked at the prices at which it was drawn, no loan exceeds W (1 / m - 1)."""
    economy = leveraged()
    for _ in range(40):
        before = accounts_of(economy).debts(economy.ledger)
        economy.step()
        accounts, shares = accounts_of(economy), margin.shares_of(economy)
        more = accounts.debts(economy.ledger) > before
        worth = accounts.wealth(economy.ledger, shares)
        # prices move a little between the loan and the end of the tick
        assert (accounts.debts(economy.ledger)[more] <= 3.0 * worth[more] * 1.2).all()


def test_idle_money_repays_at_day_end() -> None:
    economy = leveraged()
    economy.run(days=15)
    accounts = accounts_of(economy)

    free = economy.ledger.holdings[accounts.owners, economy.ledger.money, 0]

    assert not (free[accounts.debts(economy.ledger) > 0] > 0).any()


def test_interest_on_margin_goes_from_households_to_banks() -> None:
    economy = leveraged()
    economy.run(days=20)

    assert economy.ledger.paid("margin loan interest") > 0


def test_without_margin_no_account_is_kept_and_no_stage_added() -> None:
    plain = leveraged(margin__on=False)

    assert plain.margin is None
    assert not {"borrow", "call margins"} & {stage.name for stage in plain.schedule}
    assert "margin" not in plain.settings.effective()


def test_only_a_closed_economy_lends_on_margin() -> None:
    with pytest.raises(OutOfBounds) as caught:
        Economy("markets", rng=1, margin__on=True)

    assert str(caught.value).startswith("margin.on is True; only")


# -- calls and sales -------------------------------------------------------------------------------


def test_a_call_is_made_below_the_price_of_the_formula() -> None:
    """Of every call in the journal: the position is worth less than a loan may be, L / (1 - m), and not a unit more."""
    calls = events(crisis(), "margin_call")
    maintenance = crisis().settings.margin.maintenance

    assert calls
    for call in calls:
        assert call["position"] < float(call_price(call["loan"], 1, maintenance))
        assert call["called"] == int(np.ceil(call["loan"] - (1.0 - maintenance) * call["position"]))


def test_whoever_was_not_called_had_enough() -> None:
    economy = after_a_call()
    accounts = accounts_of(economy)
    position = accounts.position(economy.ledger, margin.shares_of(economy))
    threshold = call_price(accounts.net_loan(economy.ledger), 1, economy.settings.margin.maintenance)

    fine = accounts.standing == Standing.OPEN

    assert fine.any()
    assert (position[fine] >= threshold[fine]).all()


def test_forced_sales_are_market_orders_in_the_journal_within_a_fifth_of_volume() -> None:
    economy = after_a_call()
    accounts = accounts_of(economy)
    usual, seen = accounts.volume.copy(), 0
    share = economy.settings.margin.sale_share
    for _ in range(economy.clock.ticks_per_day):
        sellers = accounts.owners[accounts.sold_off]
        economy.step()
        orders = orders_of(economy, sellers)
        orders = orders[orders["tick"] == economy.tick]
        assert set(orders["side"]) <= {"sell", 1}
        for book, symbol in enumerate(economy.symbols):
            lots = int(orders.loc[orders["symbol"] == symbol, "quantity"].sum())
            assert lots <= share * usual[book] + 1.0
            seen += lots

    assert seen > 0


def test_who_is_sold_off_writes_no_orders_of_its_own() -> None:
    economy = after_a_call()
    accounts = accounts_of(economy)
    sellers = accounts.owners[accounts.sold_off]

    economy.step()

    orders = orders_of(economy, sellers)
    assert "buy" not in set(orders.loc[orders["tick"] == economy.tick, "side"].astype(str))
    assert not economy.ledger.holdings[sellers, :, 1].any()


def test_nobody_sells_more_than_it_owes() -> None:
    """Sales end at the initial margin: an account that comes out of them still has shares, and is not sold twice."""
    ended = events(crisis(), "forced_sale_ended")

    assert ended
    for notice in ended:
        equity = notice["position"] - notice["loan"]
        assert equity >= crisis().settings.margin.initial * notice["position"] - 1


def test_psychology_hears_which_part_is_under_a_call() -> None:
    economy = after_a_call()
    accounts = accounts_of(economy)

    assert economy.margin_share == accounts.share > 0.0


def test_fear_takes_the_days_of_grace_away() -> None:
    """Sales begin a day after the call; in a market that fears, however many days were given, at once."""
    patient = after_a_call(margin__stress_fear=1.0)
    stressed = after_a_call(margin__grace=5, margin__stress_fear=0.0)

    days = [
        (events(economy, "forced_sale")[0]["tick"] - events(economy, "margin_call")[0]["tick"]) / 4
        for economy in (patient, stressed)
    ]

    assert days == [1.0, 0.0]


def test_a_shortfall_is_the_banks_loss_to_the_cent() -> None:
    """Take every share from a debtor that is sold off: what its money and bonds do not pay is lost by its bank."""
    economy = after_a_call()
    accounts, ledger = accounts_of(economy), economy.ledger
    row = int(np.argmax(accounts.sold_off))
    owner = int(accounts.owners[row])
    debt, cash = int(accounts.debts(ledger)[row]), int(accounts.cash(ledger)[row])
    bonds = int(ledger.holdings[owner, BOND].sum())
    for column in behind(economy).share_columns().tolist():
        ledger.post(
            "gift", column, payer=owner, payee=economy.institutions.treasury, amount=ledger.balance(owner, column)
        )
    before = int(ledger.contract_losses[MARGIN_LOAN].sum())

    economy.step()

    lost = debt - min(cash + bonds, debt)
    assert lost > 0
    assert int(ledger.contract_losses[MARGIN_LOAN].sum()) - before == lost
    assert events(economy, "margin_default")[-1]["written_off"] == lost
    assert accounts.standing[row] == Standing.CLOSED
    assert_closed(economy)


def test_a_restored_economy_goes_on_to_the_byte_in_the_midst_of_a_call() -> None:
    economy = after_a_call()
    twin = leveraged()
    twin.restore(*economy.state())
    assert twin.state_hash() == economy.state_hash()

    for either in (economy, twin):
        either.run(ticks=9)

    assert twin.state_hash() == economy.state_hash()
    assert twin.margin_share == economy.margin_share


def test_the_same_seed_repeats_calls_and_sales() -> None:
    again = leveraged()
    again.run(days=55)

    assert again.state_hash() == crisis().state_hash()
    assert events(again, "margin_call") == events(crisis(), "margin_call")


# -- banks that fail, owners that leave ------------------------------------------------------------


def test_margin_loans_follow_the_assets_of_a_failed_bank() -> None:
    economy = leveraged({"kind": "bank_loss", "at": 60, "bank": "B01", "share": 0.9})
    economy.run(days=14)
    old = int(behind(economy).banks.owners[0])
    owed = int(economy.ledger.contracts.claims[MARGIN_LOAN, old])
    assert owed > 0

    economy.run(days=10)

    assert events(economy, "bank_failure")
    assert int(economy.ledger.contracts.claims[MARGIN_LOAN, old]) == 0
    assert lent(economy) > 0
    assert_closed(economy)


def test_a_debtor_that_leaves_pays_its_bank_from_its_estate_and_quits_its_job() -> None:
    economy = leveraged()
    economy.run(days=15)
    accounts, c = accounts_of(economy), behind(economy)
    funds = next(p for p in economy.populations if p.name == "leveraged_value")
    employed = c.households.employer[funds.owners - c.households.first] >= 0
    row = int(np.argmax(np.where(employed, accounts.debts(economy.ledger), -1)))
    force, workers = c.households.labour_force(), int(c.firms.workers.sum())
    equity = c.banks.equity(economy.ledger).sum()
    assert accounts.debts(economy.ledger)[row] > 0

    economy.retire(funds, row)

    owner = int(funds.owners[row])
    assert accounts.debts(economy.ledger)[row] == 0
    assert c.banks.equity(economy.ledger).sum() == equity
    assert not economy.ledger.holdings[owner].any()
    assert (c.households.labour_force(), int(c.firms.workers.sum())) == (force - 1, workers - 1)
    economy.run(days=28)  # through a month end, every law checked
    assert accounts.standing[row] == Standing.CLOSED
    assert_closed(economy)


def test_what_an_estate_does_not_reach_is_written_off() -> None:
    economy = leveraged()
    economy.run(days=15)
    accounts, ledger = accounts_of(economy), economy.ledger
    funds = next(p for p in economy.populations if p.name == "leveraged_value")
    row = int(np.argmax(accounts.debts(ledger)))
    owner, debt = int(funds.owners[row]), int(accounts.debts(ledger)[row])
    economy.exchange.cancel_owner(owner)
    for column in behind(economy).share_columns().tolist():
        ledger.post(
            "gift", column, payer=owner, payee=economy.institutions.treasury, amount=ledger.balance(owner, column)
        )
    left = int(ledger.balance(owner, ledger.money)) + int(ledger.balance(owner, BOND))

    economy.retire(funds, row)

    assert int(ledger.contract_losses[MARGIN_LOAN].sum()) == debt - left > 0
    assert_closed(economy)


# -- the leverage cycle ----------------------------------------------------------------------------


def test_forced_sales_push_prices_down() -> None:
    """The same market and draws, in which the same accounts sleep and nobody sells their shares, stands higher."""
    economy = after_a_call()
    spared = leveraged()
    spared.restore(*economy.state())
    accounts = accounts_of(spared)
    accounts.standing[accounts.sold_off] = Standing.CLOSED
    accounts.back[:] = 10**6

    for either in (economy, spared):
        either.run(days=3)

    assert economy.index < spared.index


def test_the_funds_of_the_scenario_that_ships_borrow_up_to_the_initial_margin() -> None:
    settings = load_scenario("leverage-cycle")

    assert settings.margin.on
    assert settings.strategy["leveraged_value"].most_leverage == 1.0 / settings.margin.initial


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_scenario_that_ships_has_calls_and_forced_sales(seed: int) -> None:
    economy = Economy("leverage-cycle", rng=seed, recording__ring_days=130)
    economy.run(days=125)  # past both sell-offs

    calls, sales = events(economy, "margin_call"), events(economy, "forced_sale")
    assert calls
    assert sales
    first_sell_off = min(shock.at for shock in economy.shocks)
    assert all(event["tick"] >= first_sell_off for event in calls + sales)
    assert calls[0]["tick"] <= sales[0]["tick"]
