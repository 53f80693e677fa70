"""The order book as one holds it: what every order does, and what it must leave alone."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OrderRefused
from catallaxy.core.units import Side
from catallaxy.markets import OrderBook, parse_book
from catallaxy.markets.order_book import MAX_PRICE, MAX_QUANTITY, Trade
from catallaxy.markets.orders import Kind, Status
from tests.markets.plain_book import parse_trades


def brief(trades: list[Trade]) -> list[tuple[int, int]]:
    return [(trade.quantity, trade.price) for trade in trades]


# Matching


def test_a_market_buy_takes_the_cheapest_asks_first() -> None:
    """A market buy walks up the asks and leaves the bids and the deeper asks alone."""
    book = parse_book("bids 99x5 | asks 101x5 102x5 103x1")

    trades = book.market("buy", quantity=7, owner=9)

    assert brief(trades) == parse_trades("5@101 2@102")
    assert book == parse_book("bids 99x5 | asks 102x3 103x1")


def test_a_market_sell_takes_the_dearest_bids_first() -> None:
    book = parse_book("bids 99x5 98x5 | asks 101x5")
    assert brief(book.market("sell", quantity=7)) == parse_trades("5@99 2@98")
    assert book == parse_book("bids 98x3 | asks 101x5")


def test_at_one_price_the_older_order_trades_first() -> None:
    book = parse_book("asks 101x2:7 101x2:3 101x2:5")
    assert [trade.maker for trade in book.market("buy", quantity=5)] == [7, 3, 5]
    assert book == parse_book("asks 101x1:5")


def test_a_trade_happens_at_the_price_of_the_order_that_rested() -> None:
    book = parse_book("bids 99x5")
    taker = book.limit("sell", price=90, quantity=2, owner=4)
    assert book.trades == [Trade(99, 2, 0, 4, 1, taker, Side.SELL, 1)]


def test_a_limit_order_stops_at_its_price_and_rests() -> None:
    book = parse_book("asks 101x5 102x5 104x5")
    order = book.limit("buy", price=102, quantity=12, owner=1)
    assert brief(book.trades) == parse_trades("5@101 5@102")
    assert book == parse_book("bids 102x2:1 | asks 104x5")
    assert book.order(order) == (order, 1, Side.BUY, Kind.LIMIT, 102, 12, 10, 2, Status.PARTIAL, None)


def test_a_market_orders_rest_is_cancelled() -> None:
    book = parse_book("asks 101x5")
    trades = book.market("buy", quantity=8)
    assert book == OrderBook()
    record = book.order(trades[0].taker_order)
    assert (record.price, record.filled, record.remaining, record.status) == (None, 5, 0, Status.CANCELLED)


def test_a_market_order_on_an_empty_book_trades_nothing_and_leaves_nothing() -> None:
    book = OrderBook()
    assert book.market("sell", quantity=3) == []
    assert book == OrderBook()


@pytest.mark.parametrize(("side", "collar", "left"), [("buy", 102, "asks 103x1"), ("sell", -98, "bids -99x1")])
def test_a_market_order_goes_no_further_than_its_collar(side: str, collar: int, left: str) -> None:
    book = parse_book("asks 101x1 102x1 103x1" if side == "buy" else "bids -97x1 -98x1 -99x1")
    assert len(book.market(Side.of(side), quantity=9, collar=collar)) == 2
    assert book == parse_book(left)


def test_ioc_takes_what_is_there_and_leaves_no_remainder() -> None:
    """nautilus_trader#628: the remainder of an IOC order stayed open."""
    book = parse_book("asks 101x5 103x5")
    order = book.limit("buy", price=102, quantity=9, owner=1, kind="ioc")
    assert book.order(order)[6:9] == (5, 0, Status.CANCELLED)
    assert book == parse_book("asks 103x5")


@pytest.mark.parametrize("quantity", [10, 11])
def test_fok_fills_whole_or_touches_nothing(quantity: int) -> None:
    book, before = parse_book("asks 101x5 102x5 103x5"), parse_book("asks 101x5 102x5 103x5")
    order = book.limit("buy", price=102, quantity=quantity, owner=1, kind="fok")
    if quantity == 10:
        assert book.order(order).status is Status.FILLED
        assert book == parse_book("asks 103x5")
    else:
        assert book.order(order)[6:9] == (0, 0, Status.CANCELLED)
        assert book == before
        assert book.trades == []


def test_prices_have_no_bound_set_beforehand() -> None:
    """Negative, zero and far-away prices share one book."""
    book = OrderBook()
    for price in (-MAX_PRICE, -1, 0):
        book.limit("buy", price=price, quantity=1)
    book.limit("sell", price=MAX_PRICE, quantity=1)
    assert book.depth() == ([(0, 1), (-1, 1), (-MAX_PRICE, 1)], [(MAX_PRICE, 1)])
    assert brief(book.market("sell", quantity=3)) == [(1, 0), (1, -1), (1, -MAX_PRICE)]
    assert brief(book.market("buy", quantity=1)) == [(1, MAX_PRICE)]


# Traps that others fell into


def test_a_level_larger_than_its_first_order_does_not_overfill_that_order() -> None:
    """WallStreetSim: the fill was bounded by the level's quantity but booked to the head order."""
    book = parse_book("asks 101x2:1 101x8:2")
    assert brief(book.market("buy", quantity=6)) == parse_trades("2@101 4@101")
    assert book.order(1)[6:9] == (2, 0, Status.FILLED)
    assert book.order(2)[6:9] == (4, 4, Status.PARTIAL)


def test_a_fill_equal_to_what_remains_ends_the_order() -> None:
    """hftbacktest#312: a fill of exactly the remaining lots left a zombie order."""
    book = parse_book("asks 101x5")
    book.market("buy", quantity=3)
    book.market("buy", quantity=2)
    assert (book.live, book.best_ask, book.order(1).status) == (0, None, Status.FILLED)
    with pytest.raises(OrderRefused, match="order 1 is filled already"):
        book.cancel(1)


def test_a_partly_filled_order_keeps_its_time_priority() -> None:
    """OrderBook-rs#88: after a partial fill the maker went to the back of the queue."""
    book = parse_book("asks 101x5:1 101x5:2")
    book.market("buy", quantity=2)
    assert [trade.maker for trade in book.market("buy", quantity=4)] == [1, 2]


def test_a_strangers_cancel_changes_nothing() -> None:
    """nautilus_trader#4370: somebody else's cancel cleared a queue position."""
    book = parse_book("bids 99x5:1 99x5:2")
    with pytest.raises(OrderRefused) as refused:
        book.cancel(1, owner=2)
    assert (refused.value.reason, str(refused.value)) == ("NOT_YOUR_ORDER", "order 1 is of owner 1, not of 2")
    with pytest.raises(OrderRefused, match="not of 2"):
        book.replace(1, quantity=1, owner=2)
    assert book == parse_book("bids 99x5:1 99x5:2")
    assert book.cancel(1, owner=1) == 5


def test_a_prevented_self_trade_leaves_nothing_behind() -> None:
    """BlockPo#462: a self-trade left orders in the book. Here the incoming rest is cancelled, nothing else."""
    book = OrderBook(self_trade_prevention=True)
    for owner in (2, 1):
        book.limit("sell", price=101, quantity=5, owner=owner)
    order = book.limit("buy", price=102, quantity=20, owner=1)
    assert [(trade.maker, trade.quantity) for trade in book.trades] == [(2, 5)]
    assert book.order(order)[6:9] == (5, 0, Status.CANCELLED)
    assert book == parse_book("asks 101x5:1")


def test_a_self_trade_is_a_trade_where_it_is_not_prevented() -> None:
    book = parse_book("asks 101x5:1")
    assert [(trade.maker, trade.taker) for trade in book.market("buy", quantity=5, owner=1)] == [(1, 1)]


@pytest.mark.parametrize(("quantity", "status"), [(5, Status.FILLED), (6, Status.CANCELLED)])
def test_fok_counts_only_the_lots_ahead_of_its_owners_own_order(quantity: int, status: Status) -> None:
    book = OrderBook(self_trade_prevention=True)
    for price, lots, owner in ((101, 3, 2), (102, 2, 2), (102, 9, 1), (102, 9, 3)):
        book.limit("sell", price=price, quantity=lots, owner=owner)
    order = book.limit("buy", price=102, quantity=quantity, owner=1, kind="fok")
    assert book.order(order).status is status
    assert len(book.trades) == (2 if status is Status.FILLED else 0)


def test_the_same_orders_give_the_same_trades() -> None:
    """OrderBook-rs#94: the self-trade path was not deterministic."""

    def run() -> tuple[list[Trade], str]:
        rng, book = np.random.default_rng(4), OrderBook(self_trade_prevention=True)
        for _ in range(500):
            side = Side(int(rng.integers(2)))
            book.limit(
                side, price=int(rng.integers(95, 105)), quantity=int(rng.integers(1, 9)), owner=int(rng.integers(4))
            )
        return book.trades, str(book)

    assert run() == run()


def test_what_a_caller_keeps_cannot_change_the_book_nor_be_changed_by_it() -> None:
    """pams#33: an agent that kept its order could change it after submission; mesa#3035: records changed later."""
    book = parse_book("asks 101x5")
    price, quantity = np.array(99), np.array(4)
    order = book.limit("buy", price=price, quantity=quantity, owner=1)  # type: ignore[arg-type]
    price += 5
    quantity += 5
    record, seen = book.order(order), book.trades
    assert (record.price, record.quantity) == (99, 4)
    with pytest.raises(AttributeError):
        record.quantity = 1000  # type: ignore[misc]
    book.market("sell", quantity=1)
    assert (record.remaining, book.order(order).remaining) == (4, 3)
    assert seen == []
    book.trades.clear()
    assert len(book.trades) == 1


def test_a_finished_order_stays_finished_when_its_place_is_used_again() -> None:
    book = OrderBook()
    first = book.limit("buy", price=99, quantity=5)
    book.cancel(first)
    second = book.limit("buy", price=99, quantity=7)
    with pytest.raises(OrderRefused) as refused:
        book.cancel(first)
    assert (refused.value.reason, str(refused.value)) == ("ORDER_FINISHED", "order 1 is cancelled already")
    assert book.order(second).remaining == 7


# Cancel, replace, expire


def test_cancel_returns_the_lots_that_were_left() -> None:
    book = parse_book("asks 101x5")
    book.market("buy", quantity=2)
    assert book.cancel(1) == 3
    assert book.order(1)[6:9] == (2, 0, Status.CANCELLED)
    assert book == OrderBook()


def test_an_order_that_only_becomes_smaller_keeps_its_place() -> None:
    book = parse_book("bids 99x5:1 99x5:2")
    assert book.replace(1, quantity=3) == 1
    assert book == parse_book("bids 99x3:1 99x5:2")
    assert book.depth() == ([(99, 8)], [])


@pytest.mark.parametrize("change", [{}, {"price": 99}, {"quantity": 5}, {"price": 99, "quantity": 5}])
def test_a_replacement_by_itself_keeps_its_place(change: dict[str, int]) -> None:
    book = parse_book("bids 99x5:1 99x5:2")
    book.replace(1, **change)
    assert book == parse_book("bids 99x5:1 99x5:2")


@pytest.mark.parametrize(("change", "after"), [({"quantity": 6}, "99x5:2 99x6:1"), ({"price": 98}, "99x5:2 98x5:1")])
def test_any_other_change_goes_to_the_back_of_the_queue(change: dict[str, int], after: str) -> None:
    book = parse_book("bids 99x5:1 99x5:2")
    assert book.replace(1, **change) == 1
    assert book == parse_book(f"bids {after}")
    assert book.cancel(1) > 0


def test_a_replaced_order_may_trade_at_once_and_keeps_its_id_and_its_fills() -> None:
    book = parse_book("bids 99x5:1 | asks 101x2:2")
    book.market("sell", quantity=1)
    book.replace(1, price=101, quantity=3)
    assert book.last is not None
    assert (book.last.taker_order, book.last.quantity) == (1, 2)
    assert book.order(1) == (1, 1, Side.BUY, Kind.LIMIT, 101, 4, 3, 1, Status.PARTIAL, None)
    book.replace(1, price=98)
    assert book.order(1).status is Status.PARTIAL


def test_a_refused_replace_changes_nothing() -> None:
    book = parse_book("bids 99x5:1")
    for change in ({"quantity": 0}, {"price": 1.5}, {"price": 98, "quantity": -1}):
        with pytest.raises(OrderRefused):
            book.replace(1, **change)
    assert book == parse_book("bids 99x5:1")


def test_an_order_lives_through_its_last_tick() -> None:
    book = OrderBook()
    order = book.limit("buy", price=99, quantity=5, expiry=7)
    assert book.expire(7) == []
    assert book.expire(8) == [order]
    assert (book.order(order).status, book.order(order).expiry, book.live) == (Status.EXPIRED, 7, 0)
    with pytest.raises(OrderRefused, match="expiry is 7, but tick 8 has come already"):
        book.limit("buy", price=99, quantity=5, expiry=7)


def test_an_order_without_expiry_outlives_every_tick() -> None:
    book = parse_book("bids 99x5")
    assert book.expire(10**30) == []
    assert book.live == 1


# Views


def test_an_empty_book_has_no_prices() -> None:
    book = OrderBook()
    assert (book.best_bid, book.best_ask, book.mid, book.spread, book.last) == (None,) * 5
    assert book.depth(5) == ([], [])


def test_the_best_prices_mid_and_spread() -> None:
    book = parse_book("bids 0x1 -2x4 | asks 3x2")
    assert (book.best_bid, book.best_ask, book.mid, book.spread) == (0, 3, 1.5, 3)
    assert book.depth(1) == ([(0, 1)], [(3, 2)])
    assert book.depth(0) == ([], [])
    assert repr(book) == "<OrderBook bid 0 ask 3, 3 orders>"


def test_books_are_equal_when_the_same_orders_rest_in_the_same_order() -> None:
    assert parse_book("bids 99x5 98x1") == parse_book("bids 98x1 99x5")
    assert parse_book("bids 99x5:1 99x5:2") != parse_book("bids 99x5:2 99x5:1")
    assert parse_book("bids 99x5") != parse_book("bids 99x5:1")
    assert parse_book("bids 99x5") != "bids 99x5"


orders = st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(-9, 9), st.integers(1, 9), st.integers(0, 3)))


@given(orders)
def test_a_printed_book_can_be_read_again(sent: list[tuple[str, int, int, int]]) -> None:
    book = OrderBook()
    for side, price, quantity, owner in sent:
        book.limit(Side.of(side), price, quantity, owner)
    assert parse_book(str(book)) == book


@given(orders)
def test_every_lot_sent_rests_or_has_traded(sent: list[tuple[str, int, int, int]]) -> None:
    book = OrderBook()
    ids = [book.limit(Side.of(side), price, quantity, owner) for side, price, quantity, owner in sent]
    bids, asks = book.depth(100)
    resting = sum(quantity for _, quantity in bids + asks)
    assert sum(quantity for _, _, quantity, _ in sent) == resting + 2 * sum(trade.quantity for trade in book.trades)
    assert sum(book.order(order).remaining for order in ids) == resting
    assert not (bids and asks and bids[0][0] >= asks[0][0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bid 99x5", "'bid 99x5' in 'bid 99x5'; write 'bids 99x5 98x2 | asks 101x5'"),
        ("bids 99", "'99' in 'bids 99'; write price x quantity, such as 99x5"),
        ("bids 99x5 | asks 98x5", "'bids 99x5 | asks 98x5' is crossed: its bids meet its asks"),
    ],
)
def test_a_book_that_cannot_be_read_says_why(text: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_book(text)
    assert str(error.value) == message


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda book: pickle.loads(pickle.dumps(book))])
def test_a_copy_goes_its_own_way(twin) -> None:  # type: ignore[no-untyped-def]
    book = parse_book("bids 99x5:1 | asks 101x5")
    other = twin(book)
    assert brief(other.market("buy", quantity=2)) == parse_trades("2@101")
    other.cancel(1)
    assert book == parse_book("bids 99x5:1 | asks 101x5")
    assert other == parse_book("asks 101x3")


def test_forgetting_drops_the_past_and_nothing_that_rests() -> None:
    book = parse_book("bids 99x5 | asks 101x5")
    book.market("buy", quantity=5)
    book.forget()
    assert book.trades == []
    assert book == parse_book("bids 99x5")
    with pytest.raises(OrderRefused, match="order 2 is finished and forgotten"):
        book.order(2)
    book.market("sell", quantity=1)
    assert book.last is not None
    assert book.last.number == 2


# Refusals


@pytest.mark.parametrize(
    ("order", "reason", "message"),
    [
        ({"quantity": 0}, "INVALID_QUANTITY", "quantity is 0; give 1 or more"),
        ({"quantity": -3}, "INVALID_QUANTITY", "quantity is -3; give 1 or more"),
        ({"quantity": 2.0}, "INVALID_QUANTITY", "quantity is 2.0; give a whole number"),
        ({"quantity": True}, "INVALID_QUANTITY", "quantity is True; give a whole number"),
        ({"quantity": MAX_QUANTITY + 1}, "TOO_LARGE", f"quantity is {MAX_QUANTITY + 1}; the largest is {MAX_QUANTITY}"),
        ({"price": 99.5}, "INVALID_PRICE", "price is 99.5; give a whole number"),
        ({"price": float("nan")}, "INVALID_PRICE", "price is nan; give a whole number"),
        ({"price": True}, "INVALID_PRICE", "price is True; give a whole number"),
        ({"price": np.bool_(True)}, "INVALID_PRICE", "price is np.True_; give a whole number"),
        ({"price": None}, "INVALID_PRICE", "price is None; give a whole number"),
        ({"price": "99"}, "INVALID_PRICE", "price is '99'; give a whole number"),
        ({"price": MAX_PRICE + 1}, "TOO_LARGE", f"price is {MAX_PRICE + 1}; the largest is {MAX_PRICE}"),
        ({"owner": -1}, "UNKNOWN_OWNER", "owner is -1; give 0 or more"),
        ({"owner": "me"}, "UNKNOWN_OWNER", "owner is 'me'; give a whole number"),
        ({"expiry": 1.5}, "INVALID_EXPIRY", "expiry is 1.5; give a whole number"),
        ({"expiry": 2**70}, "INVALID_EXPIRY", f"expiry is {2**70}; give None for no expiry"),
    ],
)
def test_a_bad_order_is_refused_with_its_reason(order: dict[str, object], reason: str, message: str) -> None:
    book = parse_book("asks 101x5")
    with pytest.raises(OrderRefused) as refused:
        book.limit("buy", **({"price": 200, "quantity": 1, "owner": 1} | order))  # type: ignore[arg-type]
    assert (refused.value.reason, str(refused.value)) == (reason, message)
    assert book == parse_book("asks 101x5")


def test_an_unknown_order_is_refused() -> None:
    book = parse_book("asks 101x5")
    for number in (0, 2, -1):
        with pytest.raises(OrderRefused) as refused:
            book.cancel(number)
        assert (refused.value.reason, str(refused.value)) == ("UNKNOWN_ORDER", f"no order {number}; the latest is 1")


def test_an_unknown_side_or_kind_says_what_to_give() -> None:
    book = OrderBook()
    with pytest.raises(ValueError, match="side is 'bye'; give 'buy' or 'sell'"):
        book.limit("bye", price=1, quantity=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="side is True; give 'buy' or 'sell'"):
        book.market(True, quantity=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="kind is 'gtc'; give 'limit', 'ioc' or 'fok'"):
        book.limit("buy", price=1, quantity=1, kind="gtc")  # type: ignore[arg-type]


def test_numpy_integers_are_integers() -> None:
    book = OrderBook()
    book.limit("buy", price=np.int32(99), quantity=np.int64(5), owner=np.uint8(3))  # type: ignore[arg-type]
    assert book == parse_book("bids 99x5:3")
