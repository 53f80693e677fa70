"""The slow twin of `catallaxy.markets.books`: the same books in dicts and lists, one obvious step at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from catallaxy.core.units import BoolArray, IntArray
from catallaxy.markets.orders import EXPIRY, KIND, OWNER, PRICE, QUANTITY, SIDE, Kind, Status

Row = list[int]


@dataclass
class PlainOrder:
    owner: int
    number: int
    side: int
    price: int
    lots: int
    expiry: int
    slot: int


@dataclass
class PlainBook:
    """One book: queues of orders by side and price, and the slots that handles are made of."""

    queues: tuple[dict[int, list[PlainOrder]], dict[int, list[PlainOrder]]] = field(default_factory=lambda: ({}, {}))
    slots: dict[int, PlainOrder] = field(default_factory=dict)
    generations: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    called: bool = False

    def prices(self, side: int) -> list[int]:
        return sorted(self.queues[side], reverse=side == 0)

    def crossing(self, side: int, limit: int) -> list[PlainOrder]:
        """Return what an order of ``side`` could take at ``limit`` or better, in the order of taking."""
        reached = [p for p in self.prices(1 - side) if (p <= limit if side == 0 else p >= limit)]
        return [order for price in reached for order in self.queues[1 - side][price]]

    def take_slot(self) -> int:
        if self.free:
            return self.free.pop()
        self.generations.append(1)
        return len(self.generations) - 1

    def handle(self, slot: int) -> int:
        return slot | self.generations[slot] << 32

    def remove(self, order: PlainOrder) -> None:
        queue = self.queues[order.side][order.price]
        del queue[next(i for i, other in enumerate(queue) if other is order)]
        if not queue:
            del self.queues[order.side][order.price]
        del self.slots[order.slot]
        self.generations[order.slot] += 1
        self.free.append(order.slot)

    def find(self, handle: int) -> PlainOrder | None:
        order = self.slots.get(handle & (2**32 - 1))
        return order if order and self.handle(order.slot) == handle else None


class PlainBooks:
    """What `Books` promises, as lists of rows."""

    def __init__(self, count: int, self_trade_prevention: bool = False) -> None:
        self.books = [PlainBook() for _ in range(count)]
        self.self_trade_prevention = self_trade_prevention

    def match(
        self, messages: IntArray, order: IntArray, starts: IntArray, first_order_id: int
    ) -> tuple[list[Row], list[Row]]:
        fills: list[Row] = []
        acks = [[0, 0, 0] for _ in messages]
        rows = messages.tolist()
        for b, book in enumerate(self.books):
            for i in order[starts[b] : starts[b + 1]].tolist():
                acks[i] = self._enter(b, book, rows[i], first_order_id + i, fills)
        return fills, acks

    def _enter(self, b: int, book: PlainBook, row: Row, number: int, fills: list[Row]) -> Row:
        owner, side, kind, limit, lots = row[OWNER], row[SIDE], row[KIND], row[PRICE], row[QUANTITY]
        makers = [] if book.called else book.crossing(side, limit)
        if book.called and kind == Kind.MARKET:
            kind = Kind.LIMIT
        own = [i for i, maker in enumerate(makers) if self.self_trade_prevention and maker.owner == owner]
        met_itself = False
        if own:
            makers = makers[: own[0]]
            met_itself = sum(maker.lots for maker in makers) < lots
        if kind == Kind.FOK and sum(maker.lots for maker in makers) < lots:
            return [Status.CANCELLED, 0, 0]
        left = lots
        for maker in makers:
            if left == 0:
                break
            traded = min(left, maker.lots)
            fills.append([maker.price, traded, maker.owner, owner, maker.number, number, side, b, limit])
            left -= traded
            maker.lots -= traded
            if maker.lots == 0:
                book.remove(maker)
        if left == 0:
            return [Status.FILLED, lots, 0]
        if met_itself or kind != Kind.LIMIT:
            return [Status.CANCELLED, lots - left, 0]
        slot = book.take_slot()
        book.slots[slot] = PlainOrder(owner, number, side, limit, left, row[EXPIRY], slot)
        book.queues[side].setdefault(limit, []).append(book.slots[slot])
        return [Status.PENDING if left == lots else Status.PARTIAL, lots - left, book.handle(slot)]

    def reduce(self, books: list[int], handles: list[int], quantities: list[int]) -> list[Row]:
        releases = []
        for b, handle, wanted in zip(books, handles, quantities, strict=True):
            order = self.books[b].find(handle)
            if order is None:
                releases.append([b, 0, 0, 0, 0, 0])
                continue
            kept = max(0, min(order.lots, wanted))
            releases.append([b, order.owner, order.side, order.price, order.lots - kept, order.number])
            order.lots = kept
            if kept == 0:
                self.books[b].remove(order)
        return releases

    def cancel(self, books: list[int], handles: list[int]) -> list[Row]:
        return self.reduce(books, handles, [0] * len(handles))

    def queue(self, b: int, side: int) -> list[PlainOrder]:
        """Return one side of a book, the better price and then the older order first."""
        book = self.books[b]
        return [order for price in book.prices(side) for order in book.queues[side][price]]

    def drop_self_crossing(self, b: int) -> list[Row]:
        """Cancel, from the oldest order to the newest, what crosses an older order of the same owner that stands."""
        orders = sorted(self.queue(b, 0) + self.queue(b, 1), key=lambda order: order.number)
        standing: list[PlainOrder] = []
        dropped = []
        for order in orders:
            own = [other for other in standing if other.owner == order.owner and other.side != order.side]
            pairs = [(order, other) if order.side == 0 else (other, order) for other in own]
            (dropped if any(bid.price >= ask.price for bid, ask in pairs) else standing).append(order)
        return self.cancel([b] * len(dropped), [self.books[b].handle(order.slot) for order in dropped])

    def uncross(self, b: int, price: int) -> list[Row]:
        """Fill everybody who can be filled at ``price``, in order of price and time."""
        book, fills = self.books[b], []
        book.called = False
        bids = [order for order in self.queue(b, 0) if order.price >= price]
        asks = [order for order in self.queue(b, 1) if order.price <= price]
        while bids and asks:
            bid, ask = bids[0], asks[0]
            traded = min(bid.lots, ask.lots)
            maker, taker = sorted((bid, ask), key=lambda order: order.number)
            fills.append(
                [price, traded, maker.owner, taker.owner, maker.number, taker.number, taker.side, b, bid.price]
            )
            for order, queue in ((bid, bids), (ask, asks)):
                order.lots -= traded
                if order.lots == 0:
                    queue.pop(0)
                    book.remove(order)
        return fills

    def look_up(self, books: list[int], handles: list[int]) -> list[Row]:
        found = [(b, self.books[b].find(handle)) for b, handle in zip(books, handles, strict=True)]
        return [[b, o.owner, o.side, o.price, o.lots, o.number] if o else [b, 0, 0, 0, 0, 0] for b, o in found]

    def expire(self, tick: int) -> list[Row]:
        return self._cancel_where(lambda b, order: order.expiry < tick)

    def cancel_owner(self, owner: int) -> list[Row]:
        return self._cancel_where(lambda b, order: order.owner == owner)

    def cancel_all(self) -> list[Row]:
        return self._cancel_where(lambda b, order: True)

    def cancel_book(self, book: int) -> list[Row]:
        return self._cancel_where(lambda b, order: b == book)

    def _cancel_where(self, chosen) -> list[Row]:  # type: ignore[no-untyped-def]
        pairs = [
            (b, book.handle(slot))
            for b, book in enumerate(self.books)
            for slot, order in sorted(book.slots.items())
            if chosen(b, order)
        ]
        return self.cancel([b for b, _ in pairs], [handle for _, handle in pairs])

    def find_order(self, number: int) -> tuple[int, int] | None:
        for b, book in enumerate(self.books):
            for slot, order in book.slots.items():
                if order.number == number:
                    return b, book.handle(slot)
        return None

    def resting(self) -> list[Row]:
        return [
            [b, o.owner, o.side, o.price, o.lots, o.number]
            for b, book in enumerate(self.books)
            for side in (0, 1)
            for price in book.prices(side)
            for o in book.queues[side][price]
        ]

    def depth_rows(self, levels: int) -> list[Row]:
        return [
            [b, side, level, price, sum(order.lots for order in book.queues[side][price])]
            for b, book in enumerate(self.books)
            for side in (0, 1)
            for level, price in enumerate(book.prices(side)[:levels], 1)
        ]

    def quotes(self) -> list[Row]:
        best = {(b, side): (price, lots) for b, side, _, price, lots in self.depth_rows(1)}
        both = [(best.get((b, 0), (0, 0)), best.get((b, 1), (0, 0))) for b in range(len(self.books))]
        return [[bid[0], ask[0], bid[1], ask[1]] for bid, ask in both]


def plain_auction_price(
    bids: list[PlainOrder], asks: list[PlainOrder], tick: int, reference: int
) -> tuple[int, int, int]:
    """Try every price there is: most lots, then least imbalance, then nearest to the reference, then the lower."""
    if not bids or not asks or bids[0].price < asks[0].price:
        return 0, 0, 0
    found = []
    for price in range(asks[0].price, bids[0].price + 1):
        if price % tick == 0:
            demand = sum(order.lots for order in bids if order.price >= price)
            supply = sum(order.lots for order in asks if order.price <= price)
            key = (-min(demand, supply), abs(demand - supply), abs(price - reference), price)
            found.append((key, (price, min(demand, supply), demand - supply)))
    return min(found)[1]


def plain_route(messages: IntArray, books: int, accepted: BoolArray | None = None) -> tuple[list[int], list[int]]:
    """Order rows by (book, arrival, unsigned priority, owner, row) with one plain sort."""
    rows = messages.tolist()
    chosen = [i for i, row in enumerate(rows) if row[5] > 0 and (accepted is None or accepted[i])]
    chosen.sort(key=lambda i: (rows[i][1], rows[i][9], rows[i][7] % 2**64, rows[i][0], i))
    counts = np.bincount([rows[i][1] for i in chosen], minlength=books) if chosen else np.zeros(books, int)
    return chosen, [0, *np.cumsum(counts).tolist()]


def parse_trades(text: str) -> list[tuple[int, int]]:
    """Return (quantity, price) pairs from words such as ``5@101 2@102``."""
    return [(int(quantity), int(price)) for quantity, price in (word.split("@") for word in text.split())]
