"""All order books of a venue, in shared arrays, matched by one kernel call.

A batch of messages may touch any number of books. Books are independent of one another: what
happens in one never depends on another, nor on how much room the arrays have.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..core.units import BoolArray, IntArray
from . import call_auction_kernels as calls
from . import order_book_kernels as k
from .orders import ACK_WIDTH, FILL_WIDTH, NO_EXPIRY, RELEASE_WIDTH

_NO_ROWS = np.zeros((0, RELEASE_WIDTH), np.int64)


class Books:
    """``count`` limit order books with price-time priority.

    Parameters
    ----------
    count : int
        Number of books; `add_books` adds more.
    capacity, levels : int
        Orders a book and price levels a side to start with; both double when they are used up.
    self_trade_prevention : bool
        Cancel newest: an order that meets one of its own owner gives up its unfilled rest.

    Notes
    -----
    An order is known by its *handle*, which is never 0 and never valid again once the order is gone,
    and by its public id, which is wherever its message stood in its batch.

    Examples
    --------
    >>> books = Books(1)
    >>> sell = [7, 0, 1, 0, 101, 5, NO_EXPIRY, 0, -1, 0]
    >>> fills, acks = books.match(np.array([sell]), np.array([0]), np.array([0, 1]), first_order_id=1)
    >>> books.quotes().tolist()
    [[0, 101, 0, 5]]
    >>> books.cancel(np.array([0]), acks[:, 2]).tolist()  # book, owner, side, price, quantity, order
    [[0, 7, 1, 101, 5, 1]]
    """

    def __init__(
        self, count: int, *, capacity: int = 256, levels: int = 32, self_trade_prevention: bool = False
    ) -> None:
        if count < 0 or capacity < 1 or levels < 1:
            raise ValueError(f"count {count}, capacity {capacity}, levels {levels}: give at least 0, 1 and 1")
        self.self_trade_prevention = bool(self_trade_prevention)
        self._pools = np.zeros((count, capacity, k.POOL_WIDTH), np.int64)
        self._expiries = np.zeros((count, capacity), np.int64)
        self._ladders = np.zeros((count, 2, levels, k.LEVEL_WIDTH), np.int64)
        self._metas = _empty_metas(count)
        self._fills = np.zeros((capacity, FILL_WIDTH), np.int64)
        self._acks = np.zeros((0, ACK_WIDTH), np.int64)
        self._cursor = np.zeros(k.CURSOR_WIDTH, np.int64)
        self._near = np.zeros((k.NEAR_ROWS, k.NEAR_WIDTH), np.int64)

    @property
    def count(self) -> int:
        """The number of books."""
        return len(self._metas)

    @property
    def live(self) -> int:
        """The number of resting orders."""
        return int(self._metas[:, k.M_LIVE].sum())

    # Orders in

    def match(
        self, messages: IntArray, order: IntArray, starts: IntArray, first_order_id: int
    ) -> tuple[IntArray, IntArray]:
        """Match the messages listed in ``order``; return fills (m, 9) and acks (n, 3).

        Parameters
        ----------
        messages : (n, 10) int64
            Rows as `catallaxy.markets.orders` names them. Message i has the public id
            ``first_order_id + i``. The price of a market order is its collar.
        order : (k,) int64
            Which messages, grouped by book and in priority order (see `catallaxy.markets.routing`).
        starts : (count + 1,) int64
            Book b's part of ``order`` is ``starts[b]:starts[b + 1]``.

        Returns
        -------
        fills, acks : arrays
            Views of buffers that the next call overwrites. Acks of messages not listed are zero.
        """
        messages, order, starts = _rows(messages), _rows(order), _rows(starts)
        n, cursor = messages.shape[0], self._cursor
        if starts.shape[0] != self._metas.shape[0] + 1 or starts[0] < 0 or starts[-1] > order.shape[0]:
            raise ValueError(f"{starts.shape[0]} offsets for {self.count} books and {order.shape[0]} messages")
        if self._acks.shape[0] < n:
            self._acks = np.zeros((max(n, 2 * self._acks.shape[0]), ACK_WIDTH), np.int64)
        acks = self._acks[:n]
        acks.fill(0)
        cursor[k.C_BOOK], cursor[k.C_POSITION], cursor[k.C_LEFT], cursor[k.C_FILLS] = 0, starts[0], -1, 0
        while full := k.match(
            messages,
            order,
            starts,
            first_order_id,
            self.self_trade_prevention,
            self._pools,
            self._expiries,
            self._ladders,
            self._metas,
            self._fills,
            acks,
            self._near,
            cursor,
        ):
            self._grow(full)
        return self._fills[: cursor[k.C_FILLS]], acks

    # Orders out

    def cancel(self, books: IntArray, handles: IntArray) -> IntArray:
        """Cancel orders; return a release for each row, with quantity 0 where the handle is stale."""
        handles = _rows(handles)
        return self.reduce(books, handles, np.zeros(handles.shape[0], np.int64))

    def reduce(self, books: IntArray, handles: IntArray, quantities: IntArray) -> IntArray:
        """Let at most ``quantities`` lots of each order stand, keeping its time priority; 0 cancels.

        The releases hold the lots given up: none where the order is smaller already or gone.
        """
        books, handles, quantities = _rows(books), _rows(handles), _rows(quantities)
        if not books.shape == handles.shape == quantities.shape:
            raise ValueError(f"{len(books)} books, {len(handles)} handles, {len(quantities)} quantities: give as many")
        releases = np.empty((handles.shape[0], RELEASE_WIDTH), np.int64)
        k.shrink(books, handles, quantities, self._pools, self._ladders, self._metas, releases)
        return releases

    def expire(self, tick: int) -> IntArray:
        """Cancel every order whose last tick is before ``tick``; return the releases by (book, slot)."""
        if not self.count or self._metas[:, k.M_DUE].min() >= tick:
            return _NO_ROWS
        books, handles = self._room_for_live()
        found = k.collect_due(tick, self._pools, self._expiries, self._metas, books, handles)
        return self.cancel(books[:found], handles[:found])

    def cancel_owner(self, owner: int) -> IntArray:
        """Cancel everything of one owner, in all books; return the releases by (book, slot)."""
        return self._cancel_owned(owner, 0, self.count)

    def cancel_all(self) -> IntArray:
        """Cancel everything in all books; return the releases by (book, slot)."""
        return self._cancel_owned(k.EVERYBODY, 0, self.count)

    def cancel_book(self, book: int) -> IntArray:
        """Cancel everything in one book; return the releases by slot."""
        self._check_book(book)
        return self._cancel_owned(k.EVERYBODY, book, book + 1)

    # Call auctions

    @property
    def called(self) -> BoolArray:
        """(count,) whether a book gathers orders for a call auction, and matches none."""
        return np.asarray(self._metas[:, k.M_CALL] != 0)

    def call(self, book: int) -> None:
        """Let orders rest in ``book`` without matching until `uncross`."""
        self._check_book(book)
        self._metas[book, k.M_CALL] = 1

    def auction_price(self, book: int, *, tick_size: int, reference: int) -> tuple[int, int, int]:
        """Return price, lots and surplus demand of the auction as the book stands; (0, 0, 0) if nothing crosses.

        Of all multiples of ``tick_size`` it is the price that trades the most lots; among those the one with
        the least imbalance, then the nearest to ``reference``, then the lower.
        """
        self._check_book(book)
        price, lots, surplus = calls.auction_price(self._ladders[book], self._metas[book], tick_size, reference)
        return int(price), int(lots), int(surplus)

    def uncross(self, book: int, *, tick_size: int, reference: int) -> IntArray:
        """End the call: trade what crosses at the one `auction_price`, and return fills (m, 9).

        The better and then the older orders of each side come first. The later of the two orders of a fill
        is written as its taker, and F_LIMIT is the buyer's limit. What is left does not cross, and rests.
        """
        price, lots, _surplus = self.auction_price(book, tick_size=tick_size, reference=reference)
        fills = np.zeros((int(self._metas[book, k.M_LIVE]), FILL_WIDTH), np.int64)
        rows = calls.uncross(book, price, lots, self._pools[book], self._ladders[book], self._metas[book], fills)
        return fills[:rows]

    def orders_in(self, book: int) -> tuple[IntArray, IntArray]:
        """Return the handles of all orders in one book and their rows as `look_up` gives them, by slot."""
        self._check_book(book)
        books, handles = self._room_for_live()
        found = k.collect_owned(k.EVERYBODY, book, book + 1, self._pools, self._metas, books, handles)
        return handles[:found], self.look_up(books[:found], handles[:found])

    # Views

    def look_up(self, books: IntArray, handles: IntArray) -> IntArray:
        """Return what cancelling would release, and change nothing."""
        books, handles = _rows(books), _rows(handles)
        if books.shape != handles.shape:
            raise ValueError(f"{len(books)} books, {len(handles)} handles: give as many")
        releases = np.empty((handles.shape[0], RELEASE_WIDTH), np.int64)
        k.look_up(books, handles, self._pools, releases)
        return releases

    def find_order(self, order_id: int) -> tuple[int, int] | None:
        """Return (book, handle) of a resting order by its public id; scans all orders."""
        book, handle = k.find_order(order_id, self._pools, self._metas)
        return (int(book), int(handle)) if book >= 0 else None

    def quotes(self, out: IntArray | None = None) -> IntArray:
        """Return (count, 4): best bid, best ask and the lots there; 0 where a side is empty."""
        out = np.empty((self.count, 4), np.int64) if out is None else out
        k.write_quotes(self._ladders, self._metas, out)
        return out

    def depth(self, book: int, levels: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the best ``levels`` bids and asks of one book as (price, quantity), best first."""
        self._check_book(book)
        sides: list[list[tuple[int, int]]] = []
        for side, sign in ((0, 1), (1, -1)):
            rows = int(self._metas[book, side])
            best = self._ladders[book, side, max(0, rows - max(0, levels)) : rows, :2].tolist()
            sides.append([(sign * key, quantity) for key, quantity in reversed(best)])
        return sides[0], sides[1]

    def depth_rows(self, levels: int) -> IntArray:
        """Return (rows, 5) for all books: book, side, level (1 is the best), price, quantity."""
        room = int(np.minimum(self._metas[:, : k.M_FREE], max(0, levels)).sum())
        out = np.empty((room, 5), np.int64)
        k.write_depth(self._ladders, self._metas, levels, out)
        return out

    def resting(self) -> IntArray:
        """Return a release-like row for every order, by (book, side, best level first, oldest first)."""
        rows = np.empty((self.live, RELEASE_WIDTH), np.int64)
        k.list_resting(self._pools, self._ladders, self._metas, rows)
        return rows

    # Size and state

    def add_books(self, count: int) -> None:
        """Add ``count`` empty books after the present ones."""
        if count < 0:
            raise ValueError(f"count is {count}; books are never taken away")
        self._pools = _grown(self._pools, 0, self.count + count)
        self._expiries = _grown(self._expiries, 0, self.count + count)
        self._ladders = _grown(self._ladders, 0, self.count + count)
        self._metas = np.concatenate([self._metas, _empty_metas(count)])

    def state(self) -> dict[str, np.ndarray]:
        """Return everything needed to go on exactly; the same whatever room the arrays have.

        Handles, generations and the order in which free slots are used again all survive.
        """
        metas = self._metas.copy()
        used = np.arange(self._pools.shape[1]) < metas[:, k.M_USED, None]
        standing = np.arange(self._ladders.shape[2]) < metas[:, : k.M_FREE, None]
        return {
            "metas": metas,
            "orders": self._pools[used],
            "expiries": self._expiries[used],
            "levels": self._ladders[standing],
        }

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Become what `state` described."""
        metas = np.array(arrays["metas"], np.int64)
        orders, expiries, levels = (np.asarray(arrays[name], np.int64) for name in ("orders", "expiries", "levels"))
        used, standing = metas[:, k.M_USED], metas[:, : k.M_FREE]
        if orders.shape != (used.sum(), k.POOL_WIDTH) or levels.shape != (standing.sum(), k.LEVEL_WIDTH):
            raise ValueError(f"{len(orders)} orders and {len(levels)} levels where the books count otherwise")
        capacity = max(self._pools.shape[1], int(used.max(initial=1)))
        rungs = max(self._ladders.shape[2], int(standing.max(initial=1)))
        self._metas = metas
        self._pools = np.zeros((len(metas), capacity, k.POOL_WIDTH), np.int64)
        self._expiries = np.zeros((len(metas), capacity), np.int64)
        self._ladders = np.zeros((len(metas), 2, rungs, k.LEVEL_WIDTH), np.int64)
        taken = np.arange(capacity) < used[:, None]
        self._pools[taken], self._expiries[taken] = orders, expiries
        self._ladders[np.arange(rungs) < standing[:, :, None]] = levels

    # Private

    def _grow(self, full: int) -> None:
        if full == k.FULL_FILLS:
            self._fills = _grown(self._fills, 0, 2 * self._fills.shape[0])
        elif full == k.FULL_POOL:
            self._pools, self._expiries = _doubled(self._pools, self._used), _doubled(self._expiries, self._used)
        elif full == k.FULL_LADDER:
            self._ladders = _grown(self._ladders, 2, 2 * self._ladders.shape[2])
        else:
            raise IndexError("order names a message outside the batch")

    @property
    def _used(self) -> list[int]:
        used: list[int] = self._metas[:, k.M_USED].tolist()
        return used

    def _room_for_live(self) -> tuple[IntArray, IntArray]:
        live = self.live
        return np.empty(live, np.int64), np.empty(live, np.int64)

    def _cancel_owned(self, owner: int, first: int, last: int) -> IntArray:
        books, handles = self._room_for_live()
        found = k.collect_owned(owner, first, last, self._pools, self._metas, books, handles)
        return self.cancel(books[:found], handles[:found])

    def _check_book(self, book: int) -> None:
        if not 0 <= book < self.count:
            raise IndexError(f"book {book} of {self.count}")


def _empty_metas(count: int) -> IntArray:
    metas = np.zeros((count, k.META_WIDTH), np.int64)
    metas[:, k.M_FREE], metas[:, k.M_DUE] = -1, NO_EXPIRY
    return metas


def _rows(values: IntArray) -> IntArray:
    """Return the one kind of array that kernels are compiled for."""
    return np.ascontiguousarray(values, np.int64)


def _grown(array: IntArray, axis: int, size: int) -> IntArray:
    """Return a copy with ``size`` rows along ``axis``; the new ones are zero."""
    shape = list(array.shape)
    shape[axis] = size
    larger = np.zeros(shape, np.int64)
    larger[tuple(slice(length) for length in array.shape)] = array
    return larger


def _doubled(array: IntArray, used: list[int]) -> IntArray:
    """Return a copy with twice the rows a book; only used rows are copied, so the others cost no memory yet."""
    larger = np.zeros((array.shape[0], 2 * array.shape[1], *array.shape[2:]), np.int64)
    for book, rows in enumerate(used):
        larger[book, :rows] = array[book, :rows]
    return larger
