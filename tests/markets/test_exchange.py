"""The exchange: decide, check, trade, settle. First by example, then against a slow plain twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import PlugInError
from catallaxy.core.units import Side
from catallaxy.markets.exchange import Exchange
from catallaxy.markets.orders import (
    BOOK,
    EXPIRY,
    KIND,
    MESSAGE_WIDTH,
    NO_EXPIRY,
    NO_SLOT,
    OWNER,
    PRICE,
    PRIORITY,
    QUANTITY,
    SIDE,
    SLOT,
    Kind,
    Reason,
    Status,
)
from tests.ledger.plain_ledger import assert_same
from tests.markets.small_exchange import MONEY, OPERATOR, SLOTS, Market, PlainExchange, World, trades_of

A, B, C = 0, 1, 2

# Decide, check, trade, settle


def test_a_trade_moves_lots_one_way_and_money_the_other() -> None:
    market = Market()
    market.write(A, "sell", 5, 101)
    market.trade()
    assert (market.lots(A), market.cash(A)) == ([95, 5], [10_000, 0])

    market.write(B, "buy", 3, 105)
    assert trades_of(market.trade()) == [(3, 101)]

    assert (market.lots(A), market.cash(A)) == ([95, 2], [10_303, 0])
    assert (market.lots(B), market.cash(B)) == ([103, 0], [9_697, 0])
    assert market.depth() == ([], [(101, 2)])


def test_what_a_cancellation_releases_is_there_for_the_owners_new_order_in_the_same_round() -> None:
    market = Market(cash=500)
    market.write(A, "buy", 5, 100)
    market.trade()
    assert market.cash(A) == [0, 500]

    market.write(A, "buy", 10, 50)  # the same slot: replaces
    outcome = market.trade()

    assert outcome.reasons.tolist() == [Reason.ACCEPTED]
    assert market.depth() == ([(50, 10)], [])
    assert market.cash(A) == [0, 500]


def test_a_cancellation_counts_before_any_order_of_the_round_can_hit_it() -> None:
    market = Market()
    market.write(A, "sell", 5, 100)
    market.trade()

    market.write(B, "buy", 5, 100, priority=0)  # first in the queue, and yet too late
    market.withdraw(A)

    assert trades_of(market.trade()) == []
    assert market.depth() == ([(100, 5)], [])
    assert market.lots(A) == [100, 0]


def test_proceeds_are_usable_in_the_next_round_and_not_before() -> None:
    market = Market(cash=500)
    market.write(B, "buy", 5, 100)
    market.trade()

    market.write(A, "sell", 5, 100, priority=0)
    market.write(A, "buy", 6, 100, slot=1, priority=1)  # 600 of money, 500 of it from the sale just before
    outcome = market.trade()
    assert outcome.reasons.tolist() == [Reason.ACCEPTED, Reason.INSUFFICIENT_FUNDS]
    assert trades_of(outcome) == [(5, 100)]

    market.write(A, "buy", 6, 100, slot=1)
    assert market.trade().reasons.tolist() == [Reason.ACCEPTED]
    assert market.cash(A) == [400, 600]


def test_an_owner_reserves_in_the_order_in_which_it_wrote_whatever_the_priorities() -> None:
    market = Market(cash=500)
    market.write(A, "buy", 4, 100, slot=0, priority=9)
    market.write(A, "buy", 2, 100, slot=1, priority=1)
    assert market.trade().reasons.tolist() == [Reason.ACCEPTED, Reason.INSUFFICIENT_FUNDS]
    assert market.depth() == ([(100, 4)], [])


def test_a_replacement_loses_its_place_in_the_queue() -> None:
    market = Market()
    market.write(A, "sell", 5, 100, priority=0)
    market.write(B, "sell", 5, 100, priority=1)
    market.trade()
    market.write(A, "sell", 5, 100)
    market.trade()
    market.write(C, "buy", 5, 100)
    assert market.trade().fills[2].tolist() == [market.owner(B)]


def test_slots_hold_orders_side_by_side() -> None:
    market = Market()
    market.write(A, "buy", 5, 99, slot=0)
    market.write(A, "sell", 5, 101, slot=1)
    market.trade()
    market.withdraw(A, slot=1)
    market.trade()
    assert market.depth() == ([(99, 5)], [])


def test_a_refused_replacement_leaves_nothing_in_the_slot() -> None:
    market = Market()
    market.write(A, "sell", 5, 101)
    market.trade()
    market.write(A, "sell", 101, 101)
    assert market.trade().reasons.tolist() == [Reason.INSUFFICIENT_SHARES]
    assert (market.depth(), market.lots(A)) == (([], []), [100, 0])


def test_a_withdrawal_from_an_empty_slot_does_nothing() -> None:
    market = Market()
    market.withdraw(A)
    outcome = market.trade()
    assert (outcome.accepted.tolist(), outcome.reasons.tolist()) == ([False], [Reason.ACCEPTED])


def test_an_empty_sheet_is_no_round() -> None:
    market = Market()
    assert market.trade().fills.shape == (9, 0)
    assert market.exchange.next_order == 1


# Market orders


def test_a_market_order_reserves_at_its_collar_and_gets_back_what_it_did_not_need() -> None:
    market = Market(cash=550)
    market.write(B, "sell", 5, 100)
    market.trade()
    market.write(A, "buy", 5)  # 110 a lot while it is on its way
    assert trades_of(market.trade()) == [(5, 100)]
    assert market.cash(A) == [50, 0]

    market.write(C, "buy", 6)
    market.write(B, "sell", 6, 100)
    assert market.trade().reasons.tolist() == [Reason.INSUFFICIENT_FUNDS, Reason.ACCEPTED]


def test_a_market_order_takes_nothing_beyond_its_collar_and_its_rest_is_cancelled() -> None:
    market = Market()
    for slot, price in enumerate((100, 111)):
        market.write(B, "sell", 5, price, slot=slot)
    market.trade()
    market.write(A, "buy", 10, slot=NO_SLOT)
    outcome = market.trade()
    assert trades_of(outcome) == [(5, 100)]
    assert outcome.acks[0, :2].tolist() == [Status.CANCELLED, 5]
    assert market.cash(A) == [9_500, 0]
    assert market.depth() == ([], [(111, 5)])


def test_without_a_quote_the_collar_is_laid_round_the_last_price() -> None:
    market = Market(opening=200)
    market.write(A, "buy", 1)
    market.write(B, "sell", 1)
    assert market.trade().messages[:, PRICE].tolist() == [220, 180]


@pytest.mark.parametrize(("tick_size", "prices"), [(1, [110, 90]), (7, [105, 91]), (1000, [1000, 1000])])
def test_a_collar_lies_on_the_tick_and_never_below_one(tick_size: int, prices: list[int]) -> None:
    market = Market(tick_size=tick_size)
    market.write(A, "buy", 1)
    market.write(B, "sell", 1)
    assert market.trade().messages[:, PRICE].tolist() == prices


# Refusals


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"quantity": -1, "price": 100}, Reason.INVALID_QUANTITY),
        ({"quantity": 0, "price": 100, "slot": NO_SLOT}, Reason.INVALID_QUANTITY),
        ({"quantity": 10, "price": 0}, Reason.INVALID_PRICE),
        ({"quantity": 10, "price": -5}, Reason.INVALID_PRICE),
        ({"quantity": 10, "price": 102}, Reason.OFF_TICK),
        ({"quantity": 11, "price": 100}, Reason.OFF_LOT),
        ({"quantity": 110, "price": 100}, Reason.INSUFFICIENT_FUNDS),
        ({"quantity": 110, "price": 100, "side": "sell"}, Reason.INSUFFICIENT_SHARES),
        ({"quantity": 2**30 * 10, "price": 2**30 * 5}, Reason.TOO_LARGE),
        ({"quantity": 10, "price": 100, "book": 1}, Reason.HALTED),
    ],
)
def test_a_bad_order_is_refused_with_its_reason_and_moves_nothing(order: dict[str, Any], reason: Reason) -> None:
    market = Market(books=2, tick_size=5, round_lot=10)
    market.listings.halted[1] = True
    market.write(A, order.pop("side", "buy"), order.pop("quantity"), **order)
    outcome = market.trade()
    assert (outcome.accepted.tolist(), outcome.reasons.tolist()) == ([False], [reason])
    assert (market.cash(A), market.lots(A), market.exchange.books.live) == ([10_000, 0], [100, 0], 0)
    assert market.exchange.take_counters().refused == {reason: 1}


def test_a_halted_book_takes_no_order_but_lets_go_of_those_it_has() -> None:
    market = Market()
    market.write(A, "sell", 5, 100)
    market.trade()
    market.listings.halted[0] = True

    market.write(B, "buy", 5, 100)
    market.write(A, "sell", 5, 99)
    assert market.trade().reasons.tolist() == [Reason.HALTED, Reason.HALTED]
    assert (market.depth(), market.lots(A)) == (([], []), [100, 0])

    market.listings.halted[0] = False
    market.write(B, "buy", 5, 100)
    assert market.trade().reasons.tolist() == [Reason.ACCEPTED]


# Self-trades, expiry, leaving


@pytest.mark.parametrize("prevented", [True, False])
def test_an_owner_that_meets_itself_loses_its_newer_order_where_that_is_prevented(prevented: bool) -> None:
    market = Market(settings={"self_trade_prevention": prevented})
    market.write(A, "sell", 5, 100, slot=0)
    market.trade()
    market.write(A, "buy", 5, 100, slot=1)
    outcome = market.trade()
    assert trades_of(outcome) == ([] if prevented else [(5, 100)])
    assert market.depth() == (([], [(100, 5)]) if prevented else ([], []))
    assert (market.cash(A), sum(market.lots(A))) == ([10_000, 0], 100)


def test_an_order_lives_through_its_last_tick_and_then_gives_back_what_it_reserved() -> None:
    market = Market()
    market.write(A, "buy", 5, 100, expiry=3, slot=NO_SLOT)
    market.trade()
    assert [market.exchange.expire(tick) for tick in (2, 3, 4, 5)] == [0, 0, 1, 0]
    assert market.cash(A) == [10_000, 0]
    assert market.exchange.desk.records[1].status is Status.EXPIRED


def test_who_leaves_has_everything_cancelled_in_every_book() -> None:
    market = Market(books=2)
    market.write(A, "buy", 5, 100, book=0, slot=0)
    market.write(A, "sell", 5, 100, book=1, slot=1)
    market.write(A, "buy", 2, 90, book=1, slot=NO_SLOT)
    market.write(B, "buy", 1, 80)
    market.trade()
    assert market.exchange.cancel_owner(market.owner(A)) == 3
    assert (market.cash(A), market.lots(A, 1)) == ([10_000, 0], [100, 0])
    assert market.exchange.books.live == 1
    assert market.exchange.desk.records[3].status is Status.CANCELLED
    market.check()


def test_fill_or_kill_gives_everything_back_when_it_is_killed() -> None:
    market = Market()
    market.write(B, "sell", 3, 100)
    market.trade()
    market.write(A, "buy", 5, 100, kind=Kind.FOK)
    market.write(C, "buy", 5, 100, kind=Kind.IOC)
    assert trades_of(market.trade()) == [(3, 100)]
    assert (market.cash(A), market.cash(C)) == ([10_000, 0], [9_700, 0])


# Fees, books, measures


def test_each_side_pays_its_fee_rounded_down_to_the_operator() -> None:
    market = Market(settings={"maker_fee_ppm": 1_000, "taker_fee_ppm": 3_000})
    market.write(A, "sell", 5, 101)
    market.trade()
    market.write(B, "buy", 5, 101)
    market.trade()
    assert market.cash(A) == [10_000 + 505 - 0, 0]  # 0.505 is rounded down
    assert market.cash(B) == [10_000 - 505 - 1, 0]  # 1.515 is rounded down
    assert market.ledger.holdings[OPERATOR, MONEY].tolist() == [1, 0]
    fees = [row for row in market.ledger.flow_rows() if row[1] == "trading fee"]
    assert fees == [("deposit", "trading fee", "H", "X", 1)]


def test_books_are_independent_within_a_round_but_share_the_owners_money() -> None:
    market = Market(books=2, cash=500)
    market.write(B, "sell", 5, 100, book=0)
    market.write(C, "sell", 5, 100, book=1)
    market.trade()
    market.write(A, "buy", 3, 100, book=0, slot=0)
    market.write(A, "buy", 3, 100, book=1, slot=1)
    outcome = market.trade()
    assert outcome.reasons.tolist() == [Reason.ACCEPTED, Reason.INSUFFICIENT_FUNDS]
    assert outcome.fills[7].tolist() == [0]


def test_quotes_mid_and_last_follow_the_book() -> None:
    market = Market()
    exchange = market.exchange
    assert (exchange.quotes.tolist(), exchange.mid.tolist()) == ([[0, 0, 0, 0]], [100.0])
    market.write(A, "sell", 5, 103)
    market.trade()
    assert (exchange.quotes.tolist(), exchange.mid.tolist()) == ([[0, 103, 0, 5]], [100.0])
    market.write(B, "buy", 2, 98)
    market.trade()
    assert (exchange.quotes.tolist(), exchange.mid.tolist()) == ([[98, 103, 2, 5]], [100.5])
    market.write(C, "buy", 5, 103)
    market.trade()
    assert (exchange.quotes.tolist(), exchange.mid.tolist(), exchange.last.tolist()) == (
        [[98, 0, 2, 0]],
        [103.0],
        [103],
    )


def test_counters_count_what_passed_and_start_anew_when_they_are_read() -> None:
    market = Market(unit_value=10, cash=100_000)
    market.write(A, "sell", 5, 100)
    market.write(B, "buy", 3, 100)
    market.write(C, "buy", -1, 100)
    market.trade()
    counters = market.exchange.take_counters()
    assert (counters.messages, counters.trades, counters.volume, counters.turnover) == (3, 1, 3, 3_000)
    assert counters.refused == {Reason.INVALID_QUANTITY: 1}
    assert vars(market.exchange.take_counters()) == {
        "messages": 0,
        "trades": 0,
        "volume": 0,
        "turnover": 0,
        "refused": {},
    }


def test_the_digest_of_messages_tells_every_change_and_every_order_apart() -> None:
    def digest(**changes: Any) -> str:
        market = Market(books=2)
        order: dict[str, Any] = {
            "trader": A,
            "side": "buy",
            "quantity": 5,
            "price": 90,
            "book": 0,
            "expiry": 9,
        } | changes
        swapped = order.pop("swapped", False)
        rows = [order, {**order, "trader": B}]
        for row in reversed(rows) if swapped else rows:
            market.write(**row, priority=0)
        market.trade()
        taken = market.exchange.take_digest()
        assert market.exchange.take_digest() == "0" * 64
        return taken

    changes: list[dict[str, Any]] = [
        {}, {"side": "sell"}, {"quantity": 6}, {"price": 91}, {"book": 1}, {"expiry": 10}, {"slot": 1},
        {"kind": Kind.IOC}, {"trader": C}, {"swapped": True}, {"price": 5_000},
    ]  # fmt: skip
    assert len({digest(**change) for change in changes}) == len(changes)
    assert digest() == digest()


def test_orders_of_a_flood_leave_no_records() -> None:
    """Slot -2 says that nobody will ask: a flood of a hundred thousand orders must not fill the desk."""
    market = Market()
    market.write(A, "buy", 5, slot=-2)
    market.write(B, "sell", 5, 100, slot=NO_SLOT)
    market.trade()
    assert list(market.exchange.desk.records) == [2]


# The plain twin


class Twins:
    """An exchange and its twin, given the same sheets; every answer and balance is compared."""

    def __init__(self, world: World) -> None:
        self.world, self.fast, self.slow = world, Market(world), PlainExchange(world)

    def halt(self, halted: list[bool]) -> None:
        self.fast.listings.halted[:] = halted
        self.slow.halted = halted

    def call(self, book: int) -> None:
        self.fast.exchange.call(book)
        self.slow.books.books[book].called = True

    def uncross(self, books: list[int], tick: int) -> int:
        fills = self.fast.exchange.uncross(np.array(books, np.int64), tick).fills
        due = [fill for book in books for fill in self.slow.uncross(book)]
        assert fills.T.tolist() == due
        return len(due)

    def set_tax(self, ppm: int) -> None:
        self.fast.exchange.set_tax(ppm)
        self.slow.set_tax(ppm)

    def trade(self, messages: np.ndarray, tick: int) -> int:
        sheet = self.fast.sheet
        sheet.room_for(len(messages))[: len(messages)] = messages
        sheet.size = len(messages)
        outcome = self.fast.exchange.trade(sheet, tick)
        fills, acks, accepted, reasons = self.slow.trade(messages)
        assert outcome.fills.T.tolist() == fills
        assert outcome.reasons.tolist() == reasons
        assert outcome.accepted.tolist() == accepted
        assert outcome.acks.tolist() == acks
        sheet.clear()
        return len(fills)

    def compare(self) -> None:
        exchange = self.fast.exchange
        self.fast.check()
        assert_same(self.fast.ledger, self.slow.ledger)
        assert exchange.books.resting().tolist() == self.slow.books.resting()
        assert exchange.quotes.tolist() == self.slow.quotes()
        assert exchange.last.tolist() == self.slow.last
        for number, record in exchange.desk.records.items():
            got = (record.status, record.filled, record.turnover, record.reason)
            assert got == self.slow.record(number), number
        assert exchange.desk.records.keys() == self.slow.records.keys()
        live = [n for n in self.slow.records if self.slow.record(n)[0] in (Status.PENDING, Status.PARTIAL)]
        assert [n for n, record in exchange.desk.records.items() if record.is_live] == live

    def reload(self) -> None:
        """Let the fast one go on in a new exchange that was restored from its state."""
        old = self.fast.exchange
        who = {"operator": OPERATOR, "treasury": old.treasury}
        new = Exchange(old.settings, old.ledger, old.listings, old.last, **who, slots=SLOTS)
        new.restore(*old.state())
        self.fast.exchange = new


def random_sheet(rng: np.random.Generator, world: World, n: int, tick: int) -> np.ndarray:
    """Return messages of all kinds, most of them sound, from few traders who are often short of money."""
    rows = np.zeros((n, MESSAGE_WIDTH), np.int64)
    rows[:, OWNER] = world.first + rng.integers(0, world.traders, n)
    rows[:, 1] = rng.integers(0, world.books, n)
    rows[:, 2] = rng.integers(0, 2, n)
    rows[:, KIND] = rng.choice(4, n, p=[0.6, 0.2, 0.1, 0.1])
    near = 100 + np.where(rows[:, 2] == Side.BUY, 1, -1) * (2 - rng.exponential(6, n)).astype(np.int64)
    rows[:, PRICE] = near * world.tick_size
    rows[:, QUANTITY] = rng.integers(1, 25, n) * world.round_lot
    rows[:, EXPIRY] = np.where(rng.random(n) < 0.3, tick + rng.integers(0, 3, n), NO_EXPIRY)
    rows[:, PRIORITY] = rng.integers(0, 2**63 - 1, n)
    rows[:, SLOT] = rng.choice([-2, -1, 0, 1], n)
    rows[rng.random(n) < 0.05, QUANTITY] = 0
    odd = rng.random(n) < 0.06
    rows[odd, PRICE] = rng.choice([0, -3, 1, 101, 10**6, 2**59], odd.sum())
    odd = rng.random(n) < 0.04
    rows[odd, QUANTITY] = rng.choice([-1, 1, 3, 10**9], odd.sum())
    return rows


def run_twins(world: World, seed: int, rounds: int, most: int) -> int:
    """Drive both through random rounds and everything that happens between them; return the number of trades."""
    rng, twins, trades = np.random.default_rng(seed), Twins(world), 0
    for tick in range(1, rounds + 1):
        twins.halt((rng.random(world.books) < 0.1).tolist())
        if rng.random() < 0.1:
            twins.set_tax(int(rng.choice([0, 1_000, 10_000])))
        called = twins.fast.exchange.books.called
        trades += twins.uncross(np.flatnonzero(called & (rng.random(world.books) < 0.4)).tolist(), tick)
        for book in np.flatnonzero(rng.random(world.books) < 0.15).tolist():
            twins.call(book)
        trades += twins.trade(random_sheet(rng, world, int(rng.integers(0, most + 1)), tick), tick)
        twins.fast.exchange.expire(tick + 1)
        twins.slow.expire(tick + 1)
        if rng.random() < 0.1:
            owner = world.first + int(rng.integers(0, world.traders))
            twins.fast.exchange.cancel_owner(owner)
            twins.slow.cancel_owner(owner)
        if rng.random() < 0.1:
            twins.reload()
        twins.fast.exchange.refresh()
        twins.compare()
    return trades


WORLDS = st.builds(
    World,
    books=st.integers(1, 3),
    traders=st.integers(1, 6),
    cash=st.sampled_from([0, 3_000, 20_000]),
    lots=st.sampled_from([0, 40, 300]),
    unit_value=st.sampled_from([1, 3]),
    tick_size=st.sampled_from([1, 5]),
    round_lot=st.sampled_from([1, 2]),
    opening=st.just(100),
    settings=st.fixed_dictionaries(
        {
            "maker_fee_ppm": st.sampled_from([0, 200, 90_000]),
            "taker_fee_ppm": st.sampled_from([0, 333, 100_000]),
            "self_trade_prevention": st.booleans(),
            "collar": st.sampled_from([0.01, 0.1, 0.9]),
        }
    ),
)


@given(WORLDS, st.integers(0, 2**32), st.integers(1, 8), st.integers(0, 30))
def test_exchange_and_plain_twin_agree_on_every_fill_balance_and_reservation(
    world: World, seed: int, rounds: int, most: int
) -> None:
    run_twins(world, seed, rounds, most)


@pytest.mark.parametrize("seed", [1, 2])
def test_exchange_and_plain_twin_agree_over_a_long_stream_with_fees(seed: int, scaled: Callable[[int], int]) -> None:
    fees = {"maker_fee_ppm": 150, "taker_fee_ppm": 2_500}
    world = World(books=3, traders=20, cash=400_000, lots=3_000, unit_value=7, settings=fees)
    assert run_twins(world, seed, scaled(100), 120) > scaled(100) // 2


@pytest.mark.parametrize("factor", [2, 100])
def test_doubling_the_value_of_a_unit_scales_money_and_moves_no_lot(factor: int) -> None:
    def run(unit_value: int) -> Market:
        market = Market(World(books=2, traders=8, cash=50_000 * unit_value, lots=500, unit_value=unit_value))
        rng = np.random.default_rng(5)
        for tick in range(1, 25):
            rows = random_sheet(rng, World(books=2, traders=8), 30, tick)
            market.sheet.room_for(30)[:30] = rows
            market.sheet.size = 30
            market.trade()
        return market

    one, many = run(1), run(factor)
    assert one.exchange.bars.last.tolist() == many.exchange.bars.last.tolist()
    assert (one.ledger.holdings[:, 1:] == many.ledger.holdings[:, 1:]).all()
    assert (factor * one.ledger.holdings[:, MONEY] == many.ledger.holdings[:, MONEY]).all()


def test_a_second_order_in_the_same_slot_and_round_is_refused() -> None:
    market = Market()
    market.write(A, "buy", 5, 90)
    market.write(A, "buy", 5, 91)
    outcome = market.trade()

    assert outcome.reasons.tolist() == [0, int(Reason.SLOT_TAKEN)]
    assert market.exchange.books.live == 1


@pytest.mark.parametrize(
    ("column", "value"), [(OWNER, -1), (OWNER, 10**6), (BOOK, 99), (BOOK, -1), (SIDE, 2), (SLOT, 7)]
)
def test_a_sheet_that_names_what_does_not_exist_is_refused_before_anything_moves(column: int, value: int) -> None:
    market = Market()
    market.write(A, "buy", 5, 90)
    market.sheet.rows[0, column] = value

    with pytest.raises(PlugInError, match="row 0 of the sheet names"):
        market.trade()
    assert market.exchange.books.live == 0
