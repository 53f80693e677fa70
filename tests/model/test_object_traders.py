"""Object traders: ordinary Mesa agents whose orders meet everybody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catallaxy.agents.traders import Trader
from catallaxy.core.errors import BalanceIsPosted, Halted, OutOfBounds, RunError
from catallaxy.markets.orders import Status
from catallaxy.model.economy import Economy
from catallaxy.model.runs import replay, resume
from tests.model.small_economy import assert_lawful, everything, ran, small


class Buyer(Trader):
    """Buys a lot in every tick."""

    def step(self) -> None:
        self.buy("AAPL", 1)


class Quoter(Trader):
    """Keeps one bid far below the market and renews it in every tick."""

    ticket = 0
    cancelled = 0

    def step(self) -> None:
        if self.ticket:
            self.cancelled += self.cancel(self.ticket)
        self.ticket = self.buy("AAPL", 2, price=10)


def bystanders() -> dict[str, Any]:
    """Return settings under which nobody but object traders orders."""
    groups = ("fundamentalist", "herder", "hybrid", "market_maker", "mean_reversion", "momentum", "noise")
    return {"traders__muted": groups}


def test_an_object_trader_is_funded_by_postings_like_everybody() -> None:
    economy = small()
    issued = economy.ledger.issued.copy()
    trader = Trader(economy, cash=1_000, shares={"TSLA": 7})
    assert (trader.cash, trader.position("TSLA"), trader.position("AAPL")) == (1_000, 7, 0)
    assert (economy.ledger.issued - issued).tolist() == [1_000, 0, 7]
    assert_lawful(economy)
    assert trader in economy.agents
    assert trader.owner in economy.trader_owners()


def test_object_traders_mix_with_columns_and_everything_stays_lawful() -> None:
    economy = small()
    economy.run(ticks=5)
    buyers = [Buyer(economy, cash=10**6) for _ in range(40)]
    for _ in range(10):
        economy.step()
        assert_lawful(economy)
    assert sum(buyer.position("AAPL") for buyer in buyers) > 20
    volume = economy.table("agents")
    assert set(volume["group"]) >= {"noise", "herder"}


def test_two_object_traders_trade_with_each_other() -> None:
    economy = small(**bystanders())

    class Seller(Trader):
        def step(self) -> None:
            self.sell("AAPL", 3, price=50, life=1)

    class Taker(Trader):
        def step(self) -> None:
            self.buy("AAPL", 2, price=60, life=1)

    seller, taker = Seller(economy, cash=0, shares={"AAPL": 10}), Taker(economy, cash=1_000)
    economy.step()
    assert (seller.position("AAPL"), taker.position("AAPL")) == (8, 2)
    assert (seller.cash, taker.cash) in [(100, 900), (120, 880)]  # whoever of the two came first


def test_an_object_trader_follows_and_cancels_its_orders_by_ticket() -> None:
    economy = small(**bystanders())
    quoter = Quoter(economy, cash=100)
    economy.step()
    record = quoter.order(quoter.ticket)
    assert record is not None
    assert (record.status, record.price, record.quantity) == (Status.PENDING, 10, 2)
    economy.run(ticks=9)
    assert quoter.cancelled == 9
    assert economy.exchange.books.live == 1
    assert quoter.cash == 100
    old = record.order
    assert economy.exchange.desk.records[old].status is Status.CANCELLED
    assert quoter.cancel(quoter.ticket) is True
    assert quoter.cancel(quoter.ticket) is False
    assert_lawful(economy)


def test_nobody_cancels_by_a_ticket_that_is_another_traders() -> None:
    economy = small(**bystanders())
    quoter, other = Quoter(economy), Trader(economy)
    economy.step()
    assert other.cancel(quoter.ticket) is False
    assert other.cancel(99) is False
    assert other.order(99) is None
    record = quoter.order(quoter.ticket)
    assert record is not None
    assert record.is_live


@pytest.mark.parametrize("name", ["cash", "positions"])
def test_a_balance_cannot_be_assigned(name: str) -> None:
    trader = Buyer(small())
    with pytest.raises(BalanceIsPosted) as caught:
        setattr(trader, name, 5)
    assert str(caught.value).startswith(f"Buyer.{name} is kept by the ledger and cannot be assigned")


@pytest.mark.parametrize(
    ("opening", "message"),
    [
        ({"cash": -1}, "cash is -1; give a whole number of minor units or lots, 0 or more"),
        ({"cash": 10.5}, "cash is 10.5; give a whole number of minor units or lots, 0 or more"),
        ({"shares": {"AAPL": -1}}, "AAPL is -1; give a whole number of minor units or lots, 0 or more"),
        ({"shares": {"AAPL": 1.5}}, "AAPL is 1.5; give a whole number of minor units or lots, 0 or more"),
        ({"shares": {"NOPE": 1}}, "symbol is 'NOPE'; listed are AAPL, TSLA"),
    ],
)
def test_a_trader_opens_with_whole_amounts_of_what_is_listed(opening: dict[str, Any], message: str) -> None:
    economy = small()
    before = economy.state_hash()
    with pytest.raises(OutOfBounds) as caught:
        Trader(economy, **opening)
    assert str(caught.value) == message
    assert economy.state_hash() == before
    assert economy.floor.traders == []
    assert not any(isinstance(agent, Trader) for agent in economy.agents)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (("NOPE", 1), "symbol is 'NOPE'; listed are AAPL, TSLA"),
        (("AAPL", 0), "quantity is 0; give a whole number of lots, 1 or more"),
        (("AAPL", 1.5), "quantity is 1.5; give a whole number of lots, 1 or more"),
        (("AAPL", 1, 9, -1), "life is -1; give a whole number of ticks, 1 or more, or None for no limit"),
        (("AAPL", 1, 0), "price is 0; give a whole number of price units, 1 or more, or None for a market order"),
    ],
)
def test_a_bad_order_of_an_object_trader_halts_the_tick_and_says_why(order: tuple[Any, ...], message: str) -> None:
    class Clumsy(Trader):
        def step(self) -> None:
            symbol, quantity, price, life = (*order, None, None)[:4]
            self.buy(symbol, quantity, price, life=life)

    economy = small()
    Clumsy(economy)
    with pytest.raises(Halted) as caught:
        economy.step()
    assert (caught.value.stage, caught.value.cause) == ("decide", message)


def test_a_program_with_object_traders_repeats() -> None:
    def program() -> Economy:
        economy = small()
        Buyer(economy)
        Quoter(economy)
        economy.run(ticks=15)
        return economy

    assert everything(program()) == everything(program())


@pytest.mark.parametrize("closed", [True, False])
def test_a_stored_run_with_object_traders_is_not_resumed_and_it_is_said_why(closed: bool, tmp_path: Path) -> None:
    """Not even one that was killed: its checkpoint knows nothing of what the objects would have done."""
    economy = small(out=tmp_path / "run")
    economy.run(ticks=3)
    Buyer(economy)
    economy.run(ticks=20)
    if closed:
        economy.close()
    else:
        economy.memory.abandon()
    for verb in (resume, replay):
        with pytest.raises(RunError) as caught:
            verb(tmp_path / "run")
        assert str(caught.value) == (
            f"{tmp_path / 'run'} had 1 object traders, which are code and not in its checkpoint; "
            "run the program that made it again"
        )


def test_what_is_ordered_between_two_ticks_meets_the_next_one() -> None:
    economy = small(**bystanders())
    trader, other = Trader(economy, cash=1_000), Quoter(economy)
    early = trader.buy("AAPL", 3, price=20, life=1)
    assert trader.order(early) is None
    economy.step()
    record = trader.order(early)
    assert record is not None
    assert (record.owner, record.quantity, record.price, record.status) == (trader.owner, 3, 20, Status.PENDING)
    theirs = other.order(other.ticket)
    assert theirs is not None
    assert (theirs.owner, theirs.price) == (other.owner, 10)
    economy.step()
    gone = trader.order(early)
    assert gone is not None
    assert gone.status is Status.EXPIRED


# Leaving


def test_an_object_trader_that_is_removed_leaves_as_everybody_does() -> None:
    economy = small()
    economy.run(ticks=2)
    buyer, quoter = Buyer(economy, cash=10**6), Quoter(economy, cash=50)
    economy.run(ticks=2)
    before = economy.cash_of_owner(economy.institutions.treasury)
    quoter.buy("AAPL", 1, price=3)
    quoter.remove()
    assert (quoter.cash, economy.cash_of_owner(economy.institutions.treasury)) == (0, before + 50)
    assert quoter not in economy.agents
    assert_lawful(economy)
    ticket, lots = quoter.ticket, buyer.position("AAPL")
    economy.run(ticks=3)
    assert quoter.ticket == ticket  # it steps no more
    assert buyer.position("AAPL") > lots


def test_an_object_trader_can_leave_in_its_own_step() -> None:
    class Leaver(Trader):
        def step(self) -> None:
            self.buy("AAPL", 1)
            self.remove()

    economy = small()
    leaver = Leaver(economy, cash=10**6)
    economy.run(ticks=3)
    assert (leaver.cash, leaver.position("AAPL")) == (0, 0)
    assert_lawful(economy)


def test_who_leaves_leaves_an_estate_to_the_treasury_and_no_order() -> None:
    economy = ran(5)
    rows = economy.exchange.books.resting()
    owner = int(rows[0, 1])
    trader = next(trader for trader in economy.traders if trader.owner == owner)
    treasury = economy.institutions.treasury
    estate = economy.ledger.holdings[owner].sum(axis=1) + economy.ledger.holdings[treasury].sum(axis=1)
    assert estate[0] > 0

    trader.remove()
    trader.remove()

    assert economy.ledger.holdings[owner].sum() == 0
    assert economy.ledger.holdings[treasury, :, 0].tolist() == estate.tolist()
    assert not (economy.exchange.books.resting()[:, 1] == owner).any()
    assert (trader.active, trader.cash, trader.wealth) == (False, 0, 0)
    assert_lawful(economy)
    sent = economy.table("trades")
    economy.run(ticks=25)
    trades = economy.table("trades").iloc[len(sent) :]
    assert not ((trades["maker"] == owner) | (trades["taker"] == owner)).any()
    assert_lawful(economy)


def test_a_flood_passes_by_those_who_have_left() -> None:
    economy = small(shocks=({"kind": "order_flood", "at": 2, "side": "sell", "size": 1.0},), recording__orders=True)
    trader = economy.traders[3]
    owner = trader.owner
    trader.remove()
    economy.run(ticks=4)
    assert not (economy.table("orders")["owner"] == owner).any()
