"""One limit order book, to be held in the hand.

Price-time priority: the better price first, then the older order. A trade happens at the price of
the order that rested. Prices are integers of any sign and without a bound set beforehand.
"""

from __future__ import annotations

import operator
import struct
from typing import Literal, NamedTuple

import numpy as np

from ..core.errors import OrderRefused
from ..core.units import IntArray, Side
from .books import Books
from .orders import (
    MESSAGE_WIDTH,
    NO_EXPIRY,
    NO_SLOT,
    R_ORDER,
    R_OWNER,
    R_PRICE,
    R_QUANTITY,
    R_SIDE,
    Kind,
    Reason,
    Status,
)

SideWord = Literal["buy", "sell"] | Side
KindWord = Literal["limit", "ioc", "fok"] | Kind

MAX_PRICE = 2**60
MAX_QUANTITY = 2**40
MAX_OWNER = 2**62
_ANY_PRICE = 2**62
_MESSAGE = struct.Struct(f"{MESSAGE_WIDTH}q")


class Trade(NamedTuple):
    """One match of two orders; ``side`` is the taker's, ``number`` counts the book's trades from 1."""

    price: int
    quantity: int
    maker: int
    taker: int
    maker_order: int
    taker_order: int
    side: Side
    number: int


class Order(NamedTuple):
    """An order as it stood when asked for: ``quantity`` lots, of which some filled and some remain.

    ``price`` is None for a market order without a collar; ``expiry`` None for good till cancelled.
    """

    id: int
    owner: int
    side: Side
    kind: Kind
    price: int | None
    quantity: int
    filled: int
    remaining: int
    status: Status
    expiry: int | None


class _Entry:
    """What the book itself remembers of an order; ``handle`` is 0 once it no longer rests."""

    __slots__ = ("expiry", "filled", "handle", "kind", "owner", "price", "quantity", "side", "status")

    def __init__(self, owner: int, side: Side, kind: Kind, price: int, quantity: int, expiry: int) -> None:
        self.owner, self.side, self.kind, self.price = owner, side, kind, price
        self.quantity, self.expiry = quantity, expiry
        self.filled, self.handle, self.status = 0, 0, Status.PENDING

    @property
    def remaining(self) -> int:
        return self.quantity - self.filled


class OrderBook:
    """A limit order book with market, limit, IOC and FOK orders.

    Parameters
    ----------
    self_trade_prevention : bool
        Cancel newest: an order that meets one of its own owner gives up its unfilled rest.

    Notes
    -----
    Two books are equal when the same owners' orders rest at the same prices, with the same quantities
    and in the same order. `str` writes a book so that `parse_book` can read it. The book remembers
    finished orders and trades until `forget`.

    Examples
    --------
    >>> book = OrderBook()
    >>> cheap = book.limit("sell", price=101, quantity=5, owner=1)
    >>> dear = book.limit("sell", price=102, quantity=5, owner=2)
    >>> [(trade.quantity, trade.price) for trade in book.market("buy", quantity=7, owner=9)]
    [(5, 101), (2, 102)]
    >>> book.order(dear).remaining
    3
    >>> book.best_bid, book.best_ask
    (None, 102)
    """

    def __init__(self, *, self_trade_prevention: bool = False) -> None:
        self._books = Books(1, self_trade_prevention=self_trade_prevention)
        self._orders: dict[int, _Entry] = {}
        self._trades: list[Trade] = []
        self._traded = 0
        self._last_id = 0
        self._tick: int | None = None
        self._message = np.zeros((1, MESSAGE_WIDTH), np.int64)
        self._first, self._starts = np.zeros(1, np.int64), np.array([0, 1], np.int64)
        self._handle, self._lots = np.zeros(1, np.int64), np.zeros(1, np.int64)

    # Orders

    def limit(
        self,
        side: SideWord,
        price: int,
        quantity: int,
        owner: int = 0,
        *,
        expiry: int | None = None,
        kind: KindWord = "limit",
    ) -> int:
        """Send a limit order and return its id.

        Parameters
        ----------
        kind : "limit", "ioc" or "fok"
            What becomes of the rest that does not fill at once: it rests, it is cancelled
            (immediate or cancel), or nothing is filled unless everything is (fill or kill).
        expiry : int, optional
            Last tick in which the order is alive; see `expire`.
        """
        code = _KINDS.get(kind)
        if code is None:
            raise ValueError(f"kind is {kind!r}; give 'limit', 'ioc' or 'fok'")
        return self._enter(_side(side), code, _price(price), quantity, owner, expiry)

    def market(self, side: SideWord, quantity: int, owner: int = 0, *, collar: int | None = None) -> list[Trade]:
        """Take what is there, no worse than ``collar``, cancel the rest, and return the trades."""
        code = _side(side)
        unbounded = _ANY_PRICE if code is Side.BUY else -_ANY_PRICE
        before = len(self._trades)
        self._enter(code, Kind.MARKET, unbounded if collar is None else _price(collar), quantity, owner, None)
        return self._trades[before:]

    def cancel(self, order: int, owner: int | None = None) -> int:
        """Withdraw a resting order and return its unfilled lots; with ``owner``, only if it is theirs."""
        entry = self._resting(order, owner)
        lots = self._shrink(entry, 0)
        entry.handle, entry.status = 0, Status.CANCELLED
        return lots

    def replace(
        self, order: int, price: int | None = None, quantity: int | None = None, *, owner: int | None = None
    ) -> int:
        """Change the price, or the lots that rest from now on, and return the id, which stays valid.

        An order that only becomes smaller keeps its place in the queue. Any other change enters it
        anew, behind the orders at its price, and it may trade at once.
        """
        entry = self._resting(order, owner)
        price = entry.price if price is None else _price(price)
        remaining = entry.remaining
        wanted = remaining if quantity is None else _quantity(quantity)
        entry.quantity = entry.filled + wanted
        if price == entry.price and wanted <= remaining:
            self._shrink(entry, wanted)
        else:
            self._shrink(entry, 0)
            entry.price = price
            self._send(order, entry)
        return order

    def expire(self, tick: int) -> list[int]:
        """Take out the orders whose last tick is before ``tick``; return their ids."""
        tick = max(-NO_EXPIRY, min(_integer(tick, Reason.INVALID_EXPIRY, "tick"), NO_EXPIRY))
        self._tick = tick if self._tick is None else max(self._tick, tick)
        ids: list[int] = self._books.expire(tick)[:, R_ORDER].tolist()
        for order in ids:
            entry = self._orders[order]
            entry.handle, entry.status = 0, Status.EXPIRED
        return ids

    # Views

    @property
    def best_bid(self) -> int | None:
        """The highest resting buy price."""
        return self._best()[0]

    @property
    def best_ask(self) -> int | None:
        """The lowest resting sell price."""
        return self._best()[1]

    @property
    def mid(self) -> float | None:
        """The mean of best bid and best ask; None unless both are there."""
        bid, ask = self._best()
        return None if bid is None or ask is None else (bid + ask) / 2

    @property
    def spread(self) -> int | None:
        """Best ask minus best bid; None unless both are there."""
        bid, ask = self._best()
        return None if bid is None or ask is None else ask - bid

    def depth(self, levels: int = 5) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the best bids and asks as lists of (price, quantity), best first."""
        return self._books.depth(0, levels)

    @property
    def live(self) -> int:
        """The number of resting orders."""
        return self._books.live

    @property
    def trades(self) -> list[Trade]:
        """All trades so far, oldest first; a copy."""
        return self._trades.copy()

    @property
    def last(self) -> Trade | None:
        """The latest trade."""
        return self._trades[-1] if self._trades else None

    def order(self, order: int) -> Order:
        """Return how an order stands now; the record does not change afterwards."""
        entry = self._entry(order)
        return Order(
            id=int(order),
            owner=entry.owner,
            side=entry.side,
            kind=entry.kind,
            price=None if abs(entry.price) == _ANY_PRICE else entry.price,
            quantity=entry.quantity,
            filled=entry.filled,
            remaining=entry.remaining if entry.handle else 0,
            status=entry.status,
            expiry=None if entry.expiry == NO_EXPIRY else entry.expiry,
        )

    def forget(self) -> None:
        """Drop the memory of trades and finished orders; what rests is untouched."""
        self._trades.clear()
        self._orders = {order: entry for order, entry in self._orders.items() if entry.handle}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OrderBook):
            return NotImplemented
        return np.array_equal(self._queue(), other._queue())

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        words: tuple[list[str], list[str]] = ([], [])
        for owner, side, price, quantity in self._queue().tolist():
            words[side].append(f"{price}x{quantity}" + (f":{owner}" if owner else ""))
        return " ".join(["bids", *words[0], "|", "asks", *words[1]])

    def __repr__(self) -> str:
        return f"<OrderBook bid {self.best_bid} ask {self.best_ask}, {self.live} orders>"

    # Private

    def _enter(self, side: Side, kind: Kind, price: int, quantity: int, owner: int, expiry: int | None) -> int:
        quantity, owner = _quantity(quantity), _owner(owner)
        last_tick = NO_EXPIRY if expiry is None else self._expiry(expiry)
        self._last_id = order = self._last_id + 1
        self._orders[order] = entry = _Entry(owner, side, kind, price, quantity, last_tick)
        self._send(order, entry)
        return order

    def _send(self, order: int, entry: _Entry) -> None:
        """Match what the entry still wants, and write down what came of it."""
        terms = (entry.owner, 0, entry.side, entry.kind, entry.price, entry.remaining, entry.expiry, 0, NO_SLOT, 0)
        _MESSAGE.pack_into(self._message.data, 0, *terms)
        fills, acks = self._books.match(self._message, self._first, self._starts, order)
        status, filled, entry.handle = acks[0].tolist()
        entry.filled += filled
        entry.status = _STATUS[status] if entry.filled == 0 or status else Status.PARTIAL
        if filled:
            self._book_trades(fills)

    def _book_trades(self, fills: IntArray) -> None:
        for price, quantity, maker, taker, maker_order, taker_order, side, _, _ in fills.tolist():
            self._traded += 1
            self._trades.append(
                Trade(price, quantity, maker, taker, maker_order, taker_order, _SIDE_OF[side], self._traded)
            )
            entry = self._orders[maker_order]
            entry.filled += quantity
            if entry.filled == entry.quantity:
                entry.status, entry.handle = Status.FILLED, 0
            else:
                entry.status = Status.PARTIAL

    def _shrink(self, entry: _Entry, lots: int) -> int:
        self._handle[0], self._lots[0] = entry.handle, lots
        return int(self._books.reduce(self._first, self._handle, self._lots)[0, R_QUANTITY])

    def _entry(self, order: int) -> _Entry:
        entry = self._orders.get(order)
        if entry is None:
            number = _integer(order, Reason.UNKNOWN_ORDER, "order")
            if 1 <= number <= self._last_id:
                raise OrderRefused(Reason.ORDER_FINISHED.name, f"order {number} is finished and forgotten")
            raise OrderRefused(Reason.UNKNOWN_ORDER.name, f"no order {number}; the latest is {self._last_id}")
        return entry

    def _resting(self, order: int, owner: int | None) -> _Entry:
        entry = self._entry(order)
        if owner is not None and owner != entry.owner:
            raise OrderRefused(Reason.NOT_YOUR_ORDER.name, f"order {order} is of owner {entry.owner}, not of {owner}")
        if not entry.handle:
            raise OrderRefused(Reason.ORDER_FINISHED.name, f"order {order} is {entry.status.name.lower()} already")
        return entry

    def _expiry(self, expiry: int) -> int:
        tick = _integer(expiry, Reason.INVALID_EXPIRY, "expiry")
        if not -NO_EXPIRY <= tick < NO_EXPIRY:
            raise OrderRefused(Reason.INVALID_EXPIRY.name, f"expiry is {tick}; give None for no expiry")
        if self._tick is not None and tick < self._tick:
            raise OrderRefused(Reason.INVALID_EXPIRY.name, f"expiry is {tick}, but tick {self._tick} has come already")
        return tick

    def _best(self) -> tuple[int | None, int | None]:
        bid, ask, bid_lots, ask_lots = self._books.quotes()[0].tolist()
        return bid if bid_lots else None, ask if ask_lots else None

    def _queue(self) -> IntArray:
        return self._books.resting()[:, [R_OWNER, R_SIDE, R_PRICE, R_QUANTITY]]


def parse_book(text: str) -> OrderBook:
    """Return the book that ``text`` describes; ``99x5:7`` is 5 lots at 99 of owner 7 (0 unless said).

    Examples
    --------
    >>> book = parse_book("bids 99x5 | asks 101x5 102x5:7")
    >>> book.depth(1)
    ([(99, 5)], [(101, 5)])
    >>> print(book)
    bids 99x5 | asks 101x5 102x5:7
    """
    book = OrderBook()
    for part in text.split("|"):
        name, *orders = part.split() or [""]
        if name not in ("bids", "asks"):
            raise ValueError(f"{part.strip()!r} in {text!r}; write 'bids 99x5 98x2 | asks 101x5'")
        side = Side.BUY if name == "bids" else Side.SELL
        for word in orders:
            terms, _, owner = word.partition(":")
            price, _, quantity = terms.partition("x")
            try:
                book.limit(side, price=int(price), quantity=int(quantity), owner=int(owner or 0))
            except ValueError:
                raise ValueError(f"{word!r} in {text!r}; write price x quantity, such as 99x5") from None
    if book.trades:
        raise ValueError(f"{text!r} is crossed: its bids meet its asks")
    return book


_SIDE_OF = (Side.BUY, Side.SELL)
_SIDES: dict[str, Side] = {"buy": Side.BUY, "sell": Side.SELL}
_STATUS = tuple(Status)
_KINDS: dict[str | Kind, Kind] = {
    word: kind for kind in (Kind.LIMIT, Kind.IOC, Kind.FOK) for word in (kind, kind.name.lower())
}


def _side(side: SideWord) -> Side:
    if isinstance(side, Side):
        return side
    if isinstance(side, str):
        return _SIDES[side] if side in _SIDES else Side.of(side)
    raise ValueError(f"side is {side!r}; give 'buy' or 'sell'")


def _integer(value: int, reason: Reason, name: str) -> int:
    if type(value) is int:
        return value
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise OrderRefused(reason.name, f"{name} is {value!r}; give a whole number") from None


def _price(price: int) -> int:
    number = _integer(price, Reason.INVALID_PRICE, "price")
    if not -MAX_PRICE <= number <= MAX_PRICE:
        raise OrderRefused(Reason.TOO_LARGE.name, f"price is {number}; the largest is {MAX_PRICE}")
    return number


def _quantity(quantity: int) -> int:
    number = _integer(quantity, Reason.INVALID_QUANTITY, "quantity")
    if number <= 0:
        raise OrderRefused(Reason.INVALID_QUANTITY.name, f"quantity is {number}; give 1 or more")
    if number > MAX_QUANTITY:
        raise OrderRefused(Reason.TOO_LARGE.name, f"quantity is {number}; the largest is {MAX_QUANTITY}")
    return number


def _owner(owner: int) -> int:
    number = _integer(owner, Reason.UNKNOWN_OWNER, "owner")
    if not 0 <= number < MAX_OWNER:
        raise OrderRefused(Reason.UNKNOWN_OWNER.name, f"owner is {number}; give 0 or more")
    return number
