"""The desk: what the owner of an order is told about it."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.markets.desk import Desk
from catallaxy.markets.orders import NO_SLOT, Kind, Reason, Status
from tests.markets.small_exchange import Market

A, B, C = 0, 1, 2


def test_a_record_follows_its_order_from_arrival_to_the_last_fill() -> None:
    market = Market()
    desk = market.exchange.desk
    market.write(A, "sell", 10, 100, slot=NO_SLOT)
    market.trade()
    pending = desk.records[1]
    assert (pending.status, pending.filled, pending.average_price, pending.last_fill) == (Status.PENDING, 0, None, -1)

    market.tick = 2
    market.write(B, "buy", 4, 100)
    market.trade()
    market.tick = 3
    market.write(B, "buy", 6, 100)
    market.trade()

    filled = desk.records[1]
    assert (filled.status, filled.filled, filled.average_price, filled.last_fill) == (Status.FILLED, 10, 100.0, 3)
    assert (pending.status, pending.filled) == (Status.PENDING, 0)  # a record does not change afterwards
    assert desk.live_orders(market.owner(A)) == []


def test_a_taker_learns_its_mean_price_over_the_levels_it_took() -> None:
    market = Market()
    market.write(A, "sell", 2, 100, slot=0)
    market.write(A, "sell", 2, 103, slot=1)
    market.trade()
    market.write(B, "buy", 3, slot=NO_SLOT)
    market.trade()
    record = market.exchange.desk.records[3]
    assert (record.status, record.kind, record.turnover, record.average_price) == (
        Status.FILLED,
        Kind.MARKET,
        303,
        101.0,
    )


def test_an_order_can_take_and_rest_and_be_taken_in_one_round() -> None:
    market = Market()
    market.write(A, "sell", 3, 100)
    market.write(B, "buy", 5, 101, slot=NO_SLOT)
    market.write(C, "sell", 2, 101)
    market.trade()
    record = market.exchange.desk.records[2]
    assert (record.status, record.filled, record.turnover) == (Status.FILLED, 5, 3 * 100 + 2 * 101)
    assert market.exchange.desk.live_orders(market.owner(B)) == []


def test_a_partial_fill_that_rests_is_partial() -> None:
    market = Market()
    market.write(A, "sell", 3, 100)
    market.write(B, "buy", 5, 101, slot=NO_SLOT)
    market.trade()
    (live,) = market.exchange.desk.live_orders(market.owner(B))
    assert (live.status, live.filled, live.quantity) == (Status.PARTIAL, 3, 5)


def test_a_refused_order_has_a_record_with_its_reason() -> None:
    market = Market()
    market.write(A, "sell", 300, 100, slot=NO_SLOT)
    market.trade()
    record = market.exchange.desk.records[1]
    assert (record.status, record.reason) == (Status.REJECTED, Reason.INSUFFICIENT_SHARES)


def test_column_traders_have_no_records() -> None:
    market = Market()
    market.write(A, "sell", 3, 100, slot=1)
    market.trade()
    assert market.exchange.desk.records == {}


def test_the_oldest_finished_orders_are_forgotten_and_live_ones_never() -> None:
    market = Market(cash=10**6)
    desk = market.exchange.desk = Desk(memory=3)
    market.write(A, "buy", 1, 50, slot=NO_SLOT)
    market.trade()
    for _ in range(6):
        market.write(B, "buy", 1, 40, slot=NO_SLOT, kind=Kind.IOC)
        market.trade()
    market.write(B, "buy", 1, 45, slot=NO_SLOT)
    market.trade()
    assert list(desk.records) == [1, 5, 6, 7, 8]
    assert [record.order for record in desk.live_orders(market.owner(A))] == [1]


@pytest.mark.parametrize("memory", [0, 1, 2])
def test_more_orders_than_the_desk_remembers_can_finish_in_one_round(memory: int) -> None:
    market = Market()
    desk = market.exchange.desk = Desk(memory=memory)
    market.write(A, "sell", 5, 100)
    for _ in range(5):
        market.write(B, "buy", 1, 100, slot=NO_SLOT)
    market.trade()
    assert [record.status for record in desk.records.values()] == [Status.FILLED] * 5


def test_a_restored_desk_knows_every_record_and_which_are_live() -> None:
    market = Market()
    market.write(A, "sell", 5, 100, slot=NO_SLOT, expiry=8)
    market.write(B, "buy", 2, 100, slot=NO_SLOT)
    market.write(B, "buy", 9_999, 100, slot=NO_SLOT)
    market.trade()
    desk, again = market.exchange.desk, Desk()
    again.restore(desk.state())
    assert again.records == desk.records
    assert again.live_orders(market.owner(A)) == desk.live_orders(market.owner(A))
    again.released(np.array([[0, 0, 0, 0, 3, 1]]), Status.EXPIRED)
    assert again.records[1].status is Status.EXPIRED
    assert again.live_orders(market.owner(A)) == []
