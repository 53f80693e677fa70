"""The action door: what agents from outside may do, what they are told, and that it all plays again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.model.commands import Buy, Cancel, parse_action, plain_values
from catallaxy.model.runs import replay, resume
from tests.model.small_economy import assert_lawful, everything, ran, results, small

BUY: dict[str, Any] = {"type": "BUY", "symbol": "AAPL", "quantity": 5}
LOW: dict[str, Any] = {**BUY, "order_type": "LIMIT", "price": 1}
LISTED = "listed are AAPL, TSLA"


def told(action: Any, agent: Any = None) -> tuple[str, str]:
    """Return what an agent is told about one action."""
    economy = small()
    number = economy.submit(economy.traders[0] if agent is None else agent, action)
    economy.step()
    assert_lawful(economy)
    return results(economy, number)[0]


# Orders


def test_a_market_order_fills_and_says_how() -> None:
    economy = ran(5)
    trader = economy.traders[0]
    number = economy.submit(trader, BUY)
    economy.step()
    result = economy.results[number]
    assert (result.success, result.reason, result.message, result.filled) == (True, "ACCEPTED", "filled", 5)
    record = economy.exchange.desk.records[result.order]
    assert (record.filled, record.average_price) == (5, result.average_price)
    assert record.turnover == sum(
        int(p * q) for p, q, t in economy.table("trades")[["price", "quantity", "taker_order"]].to_numpy()
        if t == result.order
    )  # fmt: skip


def test_a_limit_order_rests_until_it_is_cancelled_by_its_number() -> None:
    economy = small()
    trader = economy.traders[0]
    first = economy.submit(trader, LOW)
    economy.run(ticks=3)
    order = economy.results[first].order
    assert results(economy, first) == [("ACCEPTED", "pending")]
    assert [record.order for record in economy.exchange.desk.live_orders(trader.owner)] == [order]
    reserved = trader.reserved_cash
    second = economy.submit(trader, {"type": "CANCEL", "order": order})
    economy.step()
    assert results(economy, second) == [("ACCEPTED", "cancelled")]
    assert economy.exchange.desk.live_orders(trader.owner) == []
    assert trader.reserved_cash <= reserved


def test_an_order_with_a_life_expires_after_its_last_tick() -> None:
    economy = small()
    number = economy.submit(economy.traders[0], {**LOW, "life": 2})
    economy.run(ticks=2)
    record = economy.exchange.desk.records[economy.results[number].order]
    assert record.is_live
    economy.step()
    assert economy.exchange.desk.records[record.order].status.name == "EXPIRED"


def test_cancel_order_is_another_word_for_cancel() -> None:
    assert parse_action({"type": "CANCEL_ORDER", "order_id": 7}) == Cancel(order=7)
    assert parse_action({"type": "CANCEL_ORDER", "order": 7}) == Cancel(order=7)


def test_an_action_can_be_given_as_an_object() -> None:
    assert told(Buy(symbol="AAPL", quantity=1, order_type="LIMIT", price=1)) == ("ACCEPTED", "pending")


def test_sequence_numbers_count_up_and_results_wait_for_the_tick() -> None:
    economy = small()
    assert [economy.submit(economy.traders[0], BUY) for _ in range(3)] == [1, 2, 3]
    assert economy.results == {}
    economy.step()
    assert [economy.results[n].tick for n in (1, 2, 3)] == [1, 1, 1]


# Refusals


@pytest.mark.parametrize(
    ("action", "reason", "message"),
    [
        ({**BUY, "quantity": 0}, "INVALID_QUANTITY",
         "action.quantity is 0; Input should be greater than or equal to 1"),
        ({**BUY, "quantity": -5}, "INVALID_QUANTITY",
         "action.quantity is -5; Input should be greater than or equal to 1"),
        ({**BUY, "quantity": 1_000_001}, "INVALID_QUANTITY",
         "action.quantity is 1000001; Input should be less than or equal to 1000000"),
        ({**BUY, "quantity": 1.5}, "INVALID_QUANTITY",
         "action.quantity is 1.5; Input should be a valid integer"),
        ({**LOW, "price": 0}, "INVALID_PRICE", "action.price is 0; Input should be greater than or equal to 1"),
        ({**LOW, "price": -1}, "INVALID_PRICE", "action.price is -1; Input should be greater than or equal to 1"),
        ({**LOW, "price": 2**70}, "INVALID_PRICE",
         f"action.price is {2**70}; Input should be less than or equal to {10**15}"),
        ({**LOW, "life": 0}, "INVALID_EXPIRY", "action.life is 0; Input should be greater than or equal to 1"),
        ({**LOW, "life": 2**70}, "INVALID_EXPIRY",
         f"action.life is {2**70}; Input should be less than or equal to {10**15}"),
        ({**LOW, "price": None}, "INVALID_ACTION",
         "action: a LIMIT order needs a price"),
        ({**BUY, "order_type": "MARKET", "price": 5}, "INVALID_ACTION",
         "action: a MARKET order takes no price; give order_type LIMIT or leave the price out"),
        ({**BUY, "symbol": "NOPE"}, "UNKNOWN_SYMBOL", f"no symbol 'NOPE'; {LISTED}"),
        ({**BUY, "symbol": "aapl"}, "UNKNOWN_SYMBOL",
         r"action.symbol is 'aapl'; String should match pattern '^[A-Z0-9][A-Z0-9.\-]*$'"),
        ({**BUY, "type": "SHORT"}, "NOT_BORROWABLE",
         "SHORT needs borrowed shares, and this economy has no securities lending"),
        ({**BUY, "type": "COVER"}, "NOT_BORROWABLE", "owner 5 has no short position to cover"),
        ({**BUY, "type": "STEAL"}, "INVALID_ACTION",
         "action.type is 'STEAL'; give one of BUY, SELL, SHORT, COVER, CANCEL"),
        ({}, "INVALID_ACTION", "action.type is None; give one of BUY, SELL, SHORT, COVER, CANCEL"),
        ({**BUY, "colour": 1}, "INVALID_ACTION", "action.colour is 1; Extra inputs are not permitted"),
        ({"type": "CANCEL", "order": 99_999}, "UNKNOWN_ORDER", "no order 99999"),
        ({"type": "CANCEL", "order": 0}, "UNKNOWN_ORDER",
         "action.order is 0; Input should be greater than or equal to 1"),
        ({"type": "CANCEL", "order": 2**70}, "UNKNOWN_ORDER",
         f"action.order is {2**70}; Input should be less than or equal to {10**15}"),
        ({**BUY, "type": "SELL", "quantity": 1_000_000}, "INSUFFICIENT_SHARES",
         "Insufficient shares: fewer free lots than ordered"),
        ({**BUY, "quantity": 1_000_000}, "INSUFFICIENT_FUNDS",
         "Insufficient funds: free cash does not cover the order at its limit and highest fee"),
        ({**LOW, "quantity": 10**6, "price": 10**15}, "TOO_LARGE", "price times quantity is too large"),
    ],
)  # fmt: skip
def test_a_bad_action_is_refused_with_a_reason_and_a_sentence(action: Any, reason: str, message: str) -> None:
    assert told(action) == (reason, message)


@pytest.mark.parametrize("owner", [-1, 85, 2**80])
def test_nobody_acts_for_an_owner_who_does_not_exist(owner: int) -> None:
    assert told(BUY, owner) == ("UNKNOWN_OWNER", f"no owner {owner}; owners are 0 to 84")


@pytest.mark.parametrize("agent", ["anna", None, 1.5, True])
def test_an_agent_is_a_number_or_a_trader(agent: Any) -> None:
    with pytest.raises(OutOfBounds) as caught:
        small().submit(agent, BUY)
    assert str(caught.value) == f"agent is {agent!r}; give an owner id, a trader of economy.traders, or a Trader"


def test_who_has_left_acts_no_more() -> None:
    economy = small()
    trader = economy.traders[0]
    before = economy.submit(trader, BUY)
    trader.remove()
    after = economy.submit(trader, BUY)
    economy.step()
    due = ("OWNER_INACTIVE", f"owner {trader.owner} has left the economy")
    assert results(economy, before, after) == [due, due]


def test_prices_off_the_tick_and_quantities_off_the_lot_are_refused() -> None:
    economy = small(stocks__tick_size=5, stocks__round_lot=10)
    numbers = [
        economy.submit(economy.traders[0], {**LOW, "quantity": 10, "price": 7}),
        economy.submit(economy.traders[0], {**LOW, "quantity": 11, "price": 5}),
    ]
    economy.step()
    assert results(economy, *numbers) == [
        ("OFF_TICK", "the price is no multiple of the tick size"),
        ("OFF_LOT", "the quantity is no multiple of the round lot"),
    ]


def test_a_strangers_order_cannot_be_cancelled() -> None:
    economy = small()
    anna, ben = economy.traders[0], economy.traders[1]
    mine = economy.submit(anna, LOW)
    economy.step()
    order = economy.results[mine].order
    number = economy.submit(ben, {"type": "CANCEL", "order": order})
    economy.step()
    assert results(economy, number) == [("NOT_YOUR_ORDER", f"order {order} is not owner {ben.owner}'s")]
    assert economy.exchange.desk.records[order].is_live


def test_a_finished_order_cannot_be_cancelled() -> None:
    economy = ran(5)
    anna = economy.traders[0]
    bought, low = economy.submit(anna, BUY), economy.submit(anna, LOW)
    economy.step()
    orders = [economy.results[number].order for number in (bought, low)]
    economy.submit(anna, {"type": "CANCEL", "order": orders[1]})
    economy.step()
    numbers = [economy.submit(anna, {"type": "CANCEL", "order": order}) for order in orders]
    economy.step()
    assert results(economy, *numbers) == [
        ("ORDER_FINISHED", f"order {orders[0]} is finished: filled"),
        ("ORDER_FINISHED", f"order {orders[1]} is finished: cancelled"),
    ]


def test_a_column_trader_can_cancel_what_its_strategy_has_resting_and_nobody_else_can() -> None:
    economy = ran(5)
    for population in economy.populations:
        population.muted = True  # so that nothing else happens to the order
    book, owner, _side, _price, lots, order = economy.exchange.books.resting()[0].tolist()
    stranger = next(trader for trader in economy.traders if trader.owner != owner)
    number = economy.submit(stranger, {"type": "CANCEL", "order": order})
    economy.step()
    assert results(economy, number) == [("NOT_YOUR_ORDER", f"order {order} is not owner {stranger.owner}'s")]
    number = economy.submit(owner, {"type": "CANCEL", "order": order})
    economy.step()
    assert results(economy, number) == [("ACCEPTED", "cancelled")]
    assert economy.exchange.books.find_order(order) is None
    assert (book, lots > 0) == (book, True)
    assert_lawful(economy)


# Whatever comes, the run goes on and plays again


@pytest.mark.parametrize(
    "action",
    [
        {**BUY, "quantity": np.int64(5)}, {**BUY, "quantity": float("nan")}, {**BUY, "quantity": {1}}, {1: 2},
        {"type": ["BUY"]}, {"type": {"a": 1}}, {**BUY, "symbol": "\ud800"}, {**BUY, "symbol": b"AAPL"},
        {**BUY, "note": object()}, {**BUY, "quantity": 10**5000}, {**BUY, "price": float("inf")},
        {**BUY, "deep": [[[[[[[1]]]]]]]}, {"type": "CANCEL", "order": np.int32(3)}, {"type": "x" * 10**6},
    ],
)  # fmt: skip
def test_nothing_that_comes_through_the_door_stops_the_run(tmp_path: Path, action: Any) -> None:
    with small(out=tmp_path / "run") as economy:
        number = economy.submit(economy.traders[0], action)
        economy.run(ticks=2)
        assert economy.results[number].tick == 1
    assert replay(tmp_path / "run") is None


def test_plain_values_keep_what_json_can_say() -> None:
    given = {"a": np.float64(1.5), "b": (1, None, True), "c": {"d": "é"}}
    assert plain_values(given) == {"a": 1.5, "b": [1, None, True], "c": {"d": "é"}}


def act_now_and_then(economy: Any, ticks: int) -> None:
    """Submit good and bad actions between the ticks: a function of the tick alone."""
    for _ in range(ticks):
        trader = economy.traders[economy.tick % 7]
        if economy.tick % 3 == 0:
            economy.submit(trader, {**LOW, "price": 100 + economy.tick})
        if economy.tick % 4 == 0:
            economy.submit(trader, {**BUY, "type": "SELL"})
            economy.submit(trader, {**BUY, "quantity": -economy.tick})
        if economy.tick % 5 == 0:
            economy.submit(trader, {"type": "CANCEL", "order": economy.tick + 1})
        economy.step()


def test_a_run_with_visitors_plays_again_and_goes_on_after_a_resume(tmp_path: Path) -> None:
    with small(out=tmp_path / "whole") as whole:
        act_now_and_then(whole, 50)
        due = everything(whole)
    with small(out=tmp_path / "parts") as parts:
        act_now_and_then(parts, 27)
    with resume(tmp_path / "parts") as parts:
        act_now_and_then(parts, 23)
        assert everything(parts) == due
    assert replay(tmp_path / "whole") is None
    assert replay(tmp_path / "parts") is None


def test_every_action_is_a_row_of_table_actions() -> None:
    economy = small()
    act_now_and_then(economy, 9)
    rows = economy.table("actions")
    assert len(rows) == len(economy.results)
    assert rows["success"].tolist() == [economy.results[n].success for n in rows["sequence"].tolist()]
    assert set(rows["action"]) == {"BUY", "SELL", "CANCEL"}


def test_numbers_go_on_after_a_resume_above_those_that_the_journal_holds(tmp_path: Path) -> None:
    """A command that was journalled but not sealed is applied again; a new one may not take its number."""

    def fail(economy: Any) -> None:
        raise RuntimeError("power cut")

    economy = small(out=tmp_path / "run")
    economy.run(ticks=3)
    economy.schedule.after("inject", fail)
    old = economy.submit(economy.traders[0], LOW)
    with pytest.raises(Exception, match="power cut"):
        economy.step()
    economy.close()

    economy = resume(tmp_path / "run")
    new = economy.submit(economy.traders[0], {**LOW, "quantity": -1})
    assert new == old + 1
    economy.run(ticks=2)
    assert [economy.results[n].tick for n in (old, new)] == [4, 5]
    assert [economy.results[n].reason for n in (old, new)] == ["ACCEPTED", "INVALID_QUANTITY"]
    economy.close()


def test_a_price_without_a_type_means_a_limit_order() -> None:
    economy = small()
    number = economy.submit(economy.traders[-1], {**BUY, "price": 5})
    economy.step()

    result = economy.results[number]
    assert (result.success, result.message) == (True, "pending")
    assert result.order is not None
    assert economy.exchange.desk.records[result.order].price == 5


@pytest.mark.parametrize("given", [None, 7, "BUY", ["BUY"]])
def test_what_is_no_action_at_all_is_refused_with_a_reason(given: Any) -> None:
    economy = small()
    number = economy.submit(economy.traders[-1], given)
    economy.step()

    assert economy.results[number].reason == "INVALID_ACTION"
