"""Who comes first: messages ordered by (book, arrival, priority key, owner, row), in linear time.

Priority keys are uniform 64-bit draws, so the upper bits of a key say nearly where it belongs: rows
are dealt into about as many buckets as there are rows, and the one or two rows of a bucket are put in
order by insertion. Where that fails (arrival times are in use, or keys cluster) a bucket is long and
is merge-sorted instead, with the same result.
"""

from __future__ import annotations

import numpy as np

from ..core.kernel import kernel
from ..core.units import BoolArray, IntArray
from .orders import ARRIVAL, BOOK, OWNER, PRIORITY, QUANTITY

_SIGN = -(2**63)
_SHORT = 16


@kernel
def comes_before(
    arrival: int, key: int, owner: int, row: int, other_arrival: int, other_key: int, other_owner: int, other_row: int
) -> bool:
    """Compare two messages of one book; keys are given with their sign bit flipped."""
    if arrival != other_arrival:
        return arrival < other_arrival
    if key != other_key:
        return key < other_key
    if owner != other_owner:
        return owner < other_owner
    return row < other_row


@kernel
def deal(
    messages: IntArray,
    accepted: BoolArray,
    starts: IntArray,
    bits: IntArray,
    firsts: IntArray,
    bucket_of: IntArray,
    ends: IntArray,
    order: IntArray,
    keys: IntArray,
) -> int:
    """Deal the rows to match into buckets, in row order; return the number of buckets, or -1 for a bad book.

    Writes ``starts`` (B + 1,), the rows ``order`` and their flipped ``keys`` bucket by bucket, and where
    each bucket ends. ``bits``, ``firsts`` (B,) and ``bucket_of`` (n,) are scratch, ``ends`` (4n + B + 1,).
    An empty ``accepted`` accepts every row.
    """
    books, n, masked = starts.shape[0] - 1, messages.shape[0], accepted.shape[0] > 0
    starts[:] = 0
    by_arrival = False
    for i in range(n):
        bucket_of[i] = -1
        if messages[i, QUANTITY] <= 0 or (masked and not accepted[i]):
            continue
        b = messages[i, BOOK]
        if b < 0 or b >= books:
            return -1
        bucket_of[i] = b
        starts[b + 1] += 1
        if messages[i, ARRIVAL] != 0:
            by_arrival = True

    buckets = 0
    for b in range(books):
        width = 0
        if not by_arrival:
            while (1 << width) < starts[b + 1]:
                width += 1
        bits[b], firsts[b] = width, buckets
        if starts[b + 1] > 0:
            buckets += 1 << width
        starts[b + 1] += starts[b]
    for bucket in range(buckets):
        ends[bucket] = 0
    for i in range(n):
        b = bucket_of[i]
        if b >= 0:
            width = bits[b]
            bucket = firsts[b] + (((messages[i, PRIORITY] >> (63 - width)) >> 1) & ((1 << width) - 1))
            bucket_of[i] = bucket
            ends[bucket] += 1
    total = 0
    for bucket in range(buckets):  # for now: where each bucket begins
        rows = ends[bucket]
        ends[bucket] = total
        total += rows
    for i in range(n):
        bucket = bucket_of[i]
        if bucket >= 0:
            place = ends[bucket]
            ends[bucket] = place + 1
            order[place] = i
            keys[place] = messages[i, PRIORITY] ^ _SIGN
    return buckets


@kernel
def sort_buckets(
    messages: IntArray, ends: IntArray, buckets: int, order: IntArray, keys: IntArray, spare: IntArray
) -> None:
    """Put the rows of each bucket in order: runs by insertion, then merges. ``spare`` (n, 2) is scratch."""
    first = 0
    for bucket in range(buckets):
        last = ends[bucket]
        for begin in range(first, last, _SHORT):
            for j in range(begin + 1, min(begin + _SHORT, last)):
                row, key = order[j], keys[j]
                arrival, owner = messages[row, ARRIVAL], messages[row, OWNER]
                place = j
                while place > begin and comes_before(
                    arrival,
                    key,
                    owner,
                    row,
                    messages[order[place - 1], ARRIVAL],
                    keys[place - 1],
                    messages[order[place - 1], OWNER],
                    order[place - 1],
                ):
                    order[place], keys[place] = order[place - 1], keys[place - 1]
                    place -= 1
                order[place], keys[place] = row, key
        run = _SHORT
        while run < last - first:
            for begin in range(first, last, 2 * run):
                middle, end = min(begin + run, last), min(begin + 2 * run, last)
                left, right = begin, middle
                for place in range(begin, end):
                    take_left = right >= end
                    if not take_left and left < middle:
                        a, b = order[left], order[right]
                        take_left = comes_before(
                            messages[a, ARRIVAL],
                            keys[left],
                            messages[a, OWNER],
                            a,
                            messages[b, ARRIVAL],
                            keys[right],
                            messages[b, OWNER],
                            b,
                        )
                    if take_left:
                        spare[place, 0], spare[place, 1] = order[left], keys[left]
                        left += 1
                    else:
                        spare[place, 0], spare[place, 1] = order[right], keys[right]
                        right += 1
                for place in range(begin, end):
                    order[place], keys[place] = spare[place, 0], spare[place, 1]
            run *= 2
        first = last


class Router:
    """Orders batches for a number of books and keeps its buffers from one batch to the next."""

    def __init__(self, books: int) -> None:
        if books < 0:
            raise ValueError(f"books is {books}; give 0 or more")
        self.books = books
        self._starts = np.zeros(books + 1, np.int64)
        self._scratch = np.zeros((2, books), np.int64)
        self._resize(0)

    def route(self, messages: IntArray, accepted: BoolArray | None = None) -> tuple[IntArray, IntArray]:
        """Return (order, starts) for `Books.match`, as views that the next call overwrites.

        Parameters
        ----------
        messages : (n, 10) int64
            Rows as `catallaxy.markets.orders` names them; rows with QUANTITY 0 are left out.
        accepted : (n,) bool, optional
            Rows marked False are left out.
        """
        messages = np.ascontiguousarray(messages, np.int64)
        n = messages.shape[0]
        mask = _ALL if accepted is None else np.ascontiguousarray(accepted).astype(np.bool_, copy=False)
        if accepted is not None and mask.shape != (n,):
            raise ValueError(f"accepted has shape {mask.shape} for {n} messages")
        if self._order.shape[0] < n:
            self._resize(max(n, 2 * self._order.shape[0]))
        starts, order = self._starts, self._order
        buckets = deal(
            messages, mask, starts, self._scratch[0], self._scratch[1], self._bucket_of, self._ends, order, self._keys
        )
        if buckets < 0:
            raise IndexError(f"a message names a book outside 0 to {self.books - 1}")
        sort_buckets(messages, self._ends, buckets, order, self._keys, self._spare)
        return order[: starts[-1]], starts

    def _resize(self, n: int) -> None:
        self._order, self._keys, self._bucket_of = (np.zeros(n, np.int64) for _ in range(3))
        self._ends = np.zeros(2 * n + self.books + 1, np.int64)
        self._spare = np.zeros((n, 2), np.int64)


_ALL: BoolArray = np.zeros(0, np.bool_)


def route(messages: IntArray, books: int, accepted: BoolArray | None = None) -> tuple[IntArray, IntArray]:
    """Return the rows to match and where each book's part starts.

    Rows are ordered by (BOOK, ARRIVAL, PRIORITY as an unsigned number, OWNER, row). Rows with QUANTITY 0 and rows
    that are not ``accepted`` are left out.

    Examples
    --------
    >>> messages = np.zeros((3, 10), np.int64)
    >>> messages[:, BOOK], messages[:, QUANTITY], messages[:, PRIORITY] = [1, 0, 1], 5, [9, 4, 2]
    >>> order, starts = route(messages, books=2)
    >>> order.tolist(), starts.tolist()
    ([1, 2, 0], [0, 1, 3])
    """
    return Router(books).route(messages, accepted)
