"""The call auction: orders rest, then everybody trades at one price. By example, then against all prices there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.markets.books import Books
from catallaxy.markets.call_auction import Indication
from catallaxy.markets.exchange import Exchange
from catallaxy.markets.orders import (
    F_LIMIT,
    F_MAKER,
    F_PRICE,
    F_QUANTITY,
    F_TAKER,
    MESSAGE_WIDTH,
    NO_EXPIRY,
    NO_SLOT,
    Kind,
    Reason,
    Status,
)
from tests.markets.plain_book import PlainBooks, plain_auction_price
from tests.markets.small_exchange import OPERATOR, SLOTS, Market, trades_of

A, B, C, D = 0, 1, 2, 3


def called(**changes: object) -> Market:
    """Return a market whose first book is called."""
    market = Market(**changes)  # type: ignore[arg-type]
    market.exchange.call(0)
    return market


# While the book is called


def test_orders_rest_without_matching_and_the_book_quotes_nothing() -> None:
    market = called()
    market.write(A, "buy", 5, 105)
    market.write(B, "sell", 3, 95)
    outcome = market.trade()
    assert trades_of(outcome) == []
    assert outcome.reasons.tolist() == [Reason.ACCEPTED] * 2
    assert market.depth() == ([(105, 5)], [(95, 3)])
    assert market.exchange.quotes.tolist() == [[0, 0, 0, 0]]
    assert market.exchange.mid.tolist() == [100.0]


def test_only_the_called_book_waits() -> None:
    market = called(books=2)
    for book in (0, 1):
        market.write(A, "buy", 5, 105, book=book, slot=book)
        market.write(B, "sell", 5, 95, book=book, slot=book)
    outcome = market.trade()
    assert outcome.fills[7].tolist() == [1]
    assert market.exchange.books.called.tolist() == [True, False]


def test_what_waits_can_be_withdrawn_and_releases_all_it_had_reserved() -> None:
    market = called()
    market.write(A, "buy", 5, 105)
    market.trade()
    assert market.cash(A) == [9_475, 525]
    market.withdraw(A)
    market.trade()
    assert (market.cash(A), market.depth()) == ([10_000, 0], ([], []))


def test_a_market_order_waits_at_its_collar_round_the_last_price() -> None:
    market = called(settings={"collar": 0.1})
    market.write(B, "buy", 5, 150)  # a bid far away is no quote to measure a collar from
    market.write(A, "sell", 3, slot=NO_SLOT)
    market.trade()
    assert market.depth() == ([(150, 5)], [(90, 3)])
    assert market.exchange.desk.records[2].status is Status.PENDING


@pytest.mark.parametrize("kind", [Kind.IOC, Kind.FOK])
def test_orders_that_cannot_wait_are_cancelled(kind: Kind) -> None:
    market = called()
    market.write(A, "sell", 5, 95)
    market.trade()
    market.write(B, "buy", 5, 105, kind=kind, slot=NO_SLOT)
    assert trades_of(market.trade()) == []
    assert market.exchange.desk.records[2].status is Status.CANCELLED
    assert market.cash(B) == [10_000, 0]


# The price


def test_everybody_trades_at_one_price_and_buyers_get_back_what_they_would_have_paid_more() -> None:
    market = called(settings={"self_trade_prevention": False})
    market.write(A, "buy", 5, 110, slot=0)
    market.write(B, "buy", 5, 104)
    market.write(C, "sell", 7, 98)
    market.write(D, "sell", 9, 107)
    market.trade()

    outcome = market.uncross()

    assert trades_of(outcome) == [(5, 100), (2, 100)]  # from 98 to 104 seven lots trade and three are left over
    assert market.cash(A) == [10_000 - 5 * 100, 0]
    assert market.cash(B) == [10_000 - 2 * 100 - 3 * 104, 3 * 104]
    assert market.cash(C) == [10_000 + 7 * 100, 0]
    assert market.depth() == ([(104, 3)], [(107, 9)])
    assert market.exchange.quotes.tolist() == [[104, 107, 3, 9]]
    assert market.exchange.last.tolist() == [100]
    assert market.exchange.bars.tick_bars().volume.tolist() == [7]
    counters = market.exchange.take_counters()
    assert (counters.trades, counters.volume, counters.turnover, counters.messages) == (2, 7, 7 * 100, 4)


@pytest.mark.parametrize(
    ("orders", "due"),
    [
        ("buy 5 105, sell 5 95", Indication(100, 5, 0)),  # nearest to the last price, 100
        ("buy 5 99, sell 5 95", Indication(99, 5, 0)),
        ("buy 5 120, sell 5 110", Indication(110, 5, 0)),
        ("buy 5 105, sell 5 95, sell 4 102", Indication(100, 5, 0)),  # above 101 four lots would be left over
        ("buy 9 105, sell 5 95, sell 4 103", Indication(103, 9, 0)),  # the most lots
        ("buy 5 110, buy 1 100, sell 5 95", Indication(101, 5, 0)),  # the least imbalance beats the nearest
        ("buy 5 99, sell 5 101", Indication(None, 0, 0)),
        ("buy 5 99", Indication(None, 0, 0)),
        ("buy 5 101, sell 9 99", Indication(100, 5, -4)),
    ],
)
def test_the_price_trades_the_most_then_leaves_the_least_then_is_nearest_to_the_last(
    orders: str, due: Indication
) -> None:
    market = called()
    for trader, order in enumerate(orders.split(", ")):
        side, quantity, price = order.split()
        market.write(trader, side, int(quantity), int(price))
    market.trade()
    assert market.exchange.indication(0) == due


def test_of_two_prices_as_near_to_the_last_the_lower_is_taken() -> None:
    books = Books(1)
    enter(books, [(1, 0, 105, 5), (2, 1, 95, 5)])
    assert books.auction_price(0, tick_size=10, reference=100)[0] == 100
    assert books.auction_price(0, tick_size=6, reference=99)[0] == 96


def test_at_the_margin_the_older_order_comes_first() -> None:
    market = called()
    market.write(A, "buy", 4, 100)
    market.trade()
    market.write(B, "buy", 4, 100, priority=0)
    market.write(C, "buy", 1, 101, priority=1)
    market.write(D, "sell", 6, 100, priority=2)
    market.trade()
    outcome = market.uncross()
    assert outcome.fills[F_MAKER].tolist() == [market.owner(t) for t in (C, A, B)]
    assert outcome.fills[F_TAKER].tolist() == [market.owner(D)] * 3
    assert outcome.fills[F_QUANTITY].tolist() == [1, 4, 1]
    assert market.depth() == ([(100, 3)], [])


def test_an_auction_in_which_nothing_crosses_trades_nothing_and_reopens() -> None:
    market = called()
    market.write(A, "buy", 5, 99)
    market.write(B, "sell", 5, 101)
    market.trade()
    assert trades_of(market.uncross()) == []
    assert market.exchange.quotes.tolist() == [[99, 101, 5, 5]]
    market.write(C, "buy", 5, 101)
    assert trades_of(market.trade()) == [(5, 101)]


def test_what_is_left_of_a_market_order_is_cancelled_and_a_limit_order_stays() -> None:
    market = called()
    market.write(A, "sell", 9, slot=NO_SLOT)
    market.write(B, "sell", 5, 90)
    market.write(C, "buy", 4, 100)
    market.trade()
    outcome = market.uncross()
    assert trades_of(outcome) == [(4, 100)]
    record = market.exchange.desk.records[1]
    assert (record.status, record.filled, record.average_price) == (Status.CANCELLED, 4, 100.0)
    assert market.lots(A) == [96, 0]
    assert market.depth() == ([], [(90, 5)])


def test_an_owner_that_meets_itself_loses_its_newer_order_and_others_trade() -> None:
    market = called()
    market.write(A, "buy", 5, 105, slot=0)
    market.trade()
    market.write(A, "sell", 5, 95, slot=1)
    market.write(B, "sell", 3, 95)
    market.trade()
    outcome = market.uncross()
    assert outcome.fills[F_TAKER].tolist() == [market.owner(B)]
    assert market.lots(A) == [103, 0]
    assert market.depth() == ([(105, 2)], [])


def test_without_prevention_an_owner_may_meet_itself() -> None:
    market = called(settings={"self_trade_prevention": False})
    market.write(A, "buy", 5, 105, slot=0)
    market.write(A, "sell", 5, 95, slot=1)
    market.trade()
    assert trades_of(market.uncross()) == [(5, 100)]
    assert (market.cash(A), market.lots(A)) == ([10_000, 0], [100, 0])


def test_the_later_order_pays_the_fee_of_a_taker() -> None:
    market = called(settings={"maker_fee_ppm": 10_000, "taker_fee_ppm": 30_000})
    market.write(A, "sell", 10, 100, priority=0)
    market.trade()
    market.write(B, "buy", 10, 100)
    market.trade()
    market.uncross()
    assert market.cash(A) == [11_000 - 10, 0]
    assert market.cash(B) == [9_000 - 30, 0]


# The transaction tax


def test_both_sides_pay_the_tax_to_the_treasury() -> None:
    market = Market()
    assert market.exchange.set_tax(20_000) == 0
    market.write(A, "sell", 5, 100)
    market.trade()
    market.write(B, "buy", 5, 103)
    market.trade()
    assert market.cash(A) == [10_490, 0]
    assert market.cash(B) == [9_490, 0]
    assert market.ledger.balance(market.world.treasury, 0) == 20


def test_a_buyer_that_cannot_pay_the_tax_as_well_is_refused() -> None:
    market = Market(cash=500)
    market.exchange.set_tax(1)
    market.write(A, "buy", 5, 100)
    assert market.trade().reasons.tolist() == [Reason.INSUFFICIENT_FUNDS]


def test_a_new_rate_cancels_what_rests_and_releases_exactly_what_it_had_reserved() -> None:
    market = Market()
    market.exchange.set_tax(20_000)
    market.write(A, "buy", 5, 100, slot=NO_SLOT)
    market.write(B, "sell", 5, 101)
    market.trade()
    assert market.cash(A) == [9_485, 515]  # 100 and 2 of tax a lot, rounded up

    assert market.exchange.set_tax(0) == 2

    market.check()
    assert (market.cash(A), market.lots(B), market.depth()) == ([10_000, 0], [100, 0], ([], []))
    assert market.exchange.desk.records[1].status is Status.CANCELLED
    market.write(B, "sell", 5, 101)
    market.trade()
    assert market.depth() == ([], [(101, 5)])


def test_the_tax_is_due_in_an_auction_too() -> None:
    market = Market()
    market.exchange.set_tax(10_000)
    market.exchange.call(0)
    market.write(A, "buy", 10, 120)
    market.write(B, "sell", 10, 80)
    market.trade()
    market.uncross()
    assert (market.cash(A), market.cash(B)) == ([8_990, 0], [10_990, 0])
    assert market.ledger.balance(market.world.treasury, 0) == 20


@pytest.mark.parametrize("ppm", [-1, 100_001])
def test_a_tax_beyond_its_bounds_is_refused_and_nothing_is_cancelled(ppm: int) -> None:
    market = Market()
    market.write(A, "buy", 5, 100)
    market.trade()
    with pytest.raises(OutOfBounds, match=r"tax_ppm is .*; give 0 to 100000 millionths"):
        market.exchange.set_tax(ppm)
    assert market.depth() == ([(100, 5)], [])


def test_an_exchange_without_a_treasury_takes_no_tax() -> None:
    old = Market().exchange
    exchange = Exchange(old.settings, old.ledger, old.listings, old.last, operator=OPERATOR)
    with pytest.raises(OutOfBounds, match="knows no treasury"):
        exchange.set_tax(1_000)


# Laws


Entry = tuple[int, int, int, int]  # owner, side, price, lots


def enter(books: Books, entries: list[Entry]) -> None:
    """Let orders rest in the first book, which is called."""
    books.call(0)
    rows = np.zeros((len(entries), MESSAGE_WIDTH), np.int64)
    for row, (owner, side, price, lots) in zip(rows, entries, strict=True):
        row[:] = owner, 0, side, 0, price, lots, NO_EXPIRY, 0, NO_SLOT, 0
    fills, _ = books.match(rows, np.arange(len(entries)), np.array([0, len(entries)]), 1)
    assert not len(fills)


ENTRIES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(-12, 12), st.integers(1, 9)), min_size=1, max_size=25
)


@given(ENTRIES, st.sampled_from([1, 2, 5]), st.integers(-20, 20))
def test_the_price_is_the_best_of_all_prices_and_the_fills_are_those_of_the_plain_book(
    entries: list[Entry], tick: int, reference: int
) -> None:
    entries = [(owner, side, price * tick, lots) for owner, side, price, lots in entries]
    fast, slow = Books(1, capacity=1, levels=1), PlainBooks(1)
    enter(fast, entries)
    slow.books[0].called = True
    for number, (owner, side, price, lots) in enumerate(entries, 1):
        row = np.array([[owner, 0, side, 0, price, lots, NO_EXPIRY, 0, NO_SLOT, 0]])
        slow.match(row, np.array([0]), np.array([0, 1]), number)
    due = plain_auction_price(slow.queue(0, 0), slow.queue(0, 1), tick, reference)
    assert fast.auction_price(0, tick_size=tick, reference=reference) == due

    before = fast.resting()[:, 4].sum()
    fills = fast.uncross(0, tick_size=tick, reference=reference)

    assert fills.tolist() == (slow.uncross(0, due[0]) if due[1] else [])
    assert fast.resting().tolist() == slow.resting()
    assert int(fills[:, F_QUANTITY].sum()) == due[1]
    assert int(before - fast.resting()[:, 4].sum()) == 2 * due[1]
    assert set(fills[:, F_PRICE].tolist()) <= {due[0]}
    assert (fills[:, F_LIMIT] >= due[0]).all()
    bid, ask, bids, asks = fast.quotes()[0].tolist()
    assert not (bids and asks) or bid < ask
    assert not fast.called.any()


@given(ENTRIES)
def test_an_auction_goes_on_after_a_restore_as_if_nothing_had_happened(entries: list[Entry]) -> None:
    whole, again = Books(1), Books(1)
    enter(whole, entries)
    again.restore(whole.state())
    assert again.called.tolist() == [True]
    more = [(1, 0, 3, 2), (2, 1, -3, 2)]
    for books in (whole, again):
        enter(books, more)
    fills = [books.uncross(0, tick_size=1, reference=0) for books in (whole, again)]
    assert fills[0].tolist() == fills[1].tolist()
    states = [books.state() for books in (whole, again)]
    assert all((states[0][name] == states[1][name]).all() for name in states[0])


def test_an_exchange_restored_in_mid_auction_remembers_its_market_orders() -> None:
    market = called()
    market.write(A, "sell", 9, slot=-2)
    market.write(B, "buy", 4, 100)
    market.trade()
    old = market.exchange
    market.exchange = Exchange(old.settings, old.ledger, old.listings, old.last, operator=OPERATOR, slots=SLOTS)
    market.exchange.restore(*old.state())
    assert trades_of(market.uncross()) == [(4, 100)]
    assert market.depth() == ([], [])
    assert market.lots(A) == [96, 0]


def test_a_state_of_another_tax_brings_its_rate_along() -> None:
    market = Market()
    market.exchange.set_tax(20_000)
    market.write(A, "buy", 5, 100)
    market.trade()
    old = market.exchange
    market.exchange = Exchange(
        old.settings, old.ledger, old.listings, old.last, operator=OPERATOR, treasury=old.treasury, slots=SLOTS
    )
    market.exchange.restore(*old.state())
    market.check()
    assert market.exchange.tax_ppm == 20_000
