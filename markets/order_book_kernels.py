"""Price-time priority on bare arrays: every book of a venue in one call.

Layout, with B books, room for C orders and for L price levels a side:

    pools    (B, C, 8)     one row, and one cache line, an order; free rows are chained by P_NEXT
    expiries (B, C)        last tick in which the order is alive
    ladders  (B, 2, L, 4)  price levels, bids then asks, sorted by key, the best level LAST
    metas    (B, 8)        counters of each book

The key of a level is +price for bids and -price for asks, so a better price is a larger key on both
sides and one piece of code serves both. Orders of one level are a doubly linked list, oldest first.
A search starts at the best level and doubles its steps, because most orders live near it.

A handle is ``slot | generation << 32``. The generation of a slot rises whenever it is freed, so a
handle that outlived its order is recognised and does nothing.

The kernels check nothing but what memory safety needs. When a table is full, `match` puts its state
into ``cursor`` and returns which one; the caller grows it and calls again, also in the middle of an
order's fills. Nothing here depends on how much room there was.
"""

from __future__ import annotations

from ..core.kernel import kernel
from ..core.units import IntArray
from .orders import (
    A_FILLED,
    A_HANDLE,
    A_STATUS,
    EXPIRY,
    F_BOOK,
    F_LIMIT,
    F_MAKER,
    F_MAKER_ORDER,
    F_PRICE,
    F_QUANTITY,
    F_SIDE,
    F_TAKER,
    F_TAKER_ORDER,
    KIND,
    NO_EXPIRY,
    OWNER,
    PRICE,
    QUANTITY,
    R_BOOK,
    R_ORDER,
    R_OWNER,
    R_PRICE,
    R_QUANTITY,
    R_SIDE,
    SIDE,
    Kind,
    Status,
)

# An order. P_QUANTITY is what remains; 0 marks a free slot.
P_OWNER, P_ORDER, P_KEY, P_QUANTITY, P_NEXT, P_PREVIOUS, P_GENERATION, P_SIDE = range(8)
POOL_WIDTH = 8

# A price level.
L_KEY, L_QUANTITY, L_HEAD, L_TAIL = range(4)
LEVEL_WIDTH = 4

# Counters of a book: levels of each side, first free slot (-1: none), slots ever used, live orders,
# a lower bound of the expiries of its live orders, and 1 while a call auction gathers orders.
M_BIDS, M_ASKS, M_FREE, M_USED, M_LIVE, M_DUE, M_CALL = range(7)
META_WIDTH = 8

# Where `match` stands: book, position in the order list, lots left of a started order (-1: none), fills.
C_BOOK, C_POSITION, C_LEFT, C_FILLS = range(4)
CURSOR_WIDTH = 4

# Columns OWNER to EXPIRY of the messages at hand.
NEAR_WIDTH = EXPIRY + 1
NEAR_ROWS = 64

DONE, FULL_FILLS, FULL_POOL, FULL_LADDER, BAD_ORDER = range(5)

EVERYBODY = -(2**63)
SLOT_BITS = 32
SLOT_MASK = 2**32 - 1
LAST_GENERATION = 2**31 - 1

_LIMIT, _MARKET, _FOK = int(Kind.LIMIT), int(Kind.MARKET), int(Kind.FOK)
_PENDING, _PARTIAL, _FILLED = int(Status.PENDING), int(Status.PARTIAL), int(Status.FILLED)
_CANCELLED, _REJECTED = int(Status.CANCELLED), int(Status.REJECTED)


@kernel
def match(
    messages: IntArray,
    order: IntArray,
    starts: IntArray,
    first_order_id: int,
    prevent_self_trades: bool,
    pools: IntArray,
    expiries: IntArray,
    ladders: IntArray,
    metas: IntArray,
    fills: IntArray,
    acks: IntArray,
    near: IntArray,
    cursor: IntArray,
) -> int:
    """Match ``messages[order]``, book after book; return DONE, the table that is full, or BAD_ORDER.

    ``order[starts[b]:starts[b + 1]]`` are the messages of book b in priority order. Writes fills,
    acks, the books and ``cursor``. In a book that is called nothing crosses yet: limit orders rest, and market
    orders at their collar; IOC and FOK are cancelled. ``near`` (rows, 7) is scratch: rows of a large batch lie
    far apart, and fetching a block of them at once lets the memory work on all of them at the same time.
    """
    position, left, filled_rows = cursor[C_POSITION], cursor[C_LEFT], cursor[C_FILLS]
    block, fetched, last = position, position, starts[starts.shape[0] - 1]
    for b in range(cursor[C_BOOK], starts.shape[0] - 1):
        end = min(starts[b + 1], last)
        if position >= end:
            continue
        pool, ladder, meta, expiry = pools[b], ladders[b], metas[b], expiries[b]
        called = meta[M_CALL] != 0
        while position < end:
            if position == fetched:
                block, fetched = position, min(position + near.shape[0], last)
                for j in range(block, fetched):
                    i = order[j]
                    if i < 0 or i >= messages.shape[0]:
                        return BAD_ORDER
                    for column in range(NEAR_WIDTH):
                        near[j - block, column] = messages[i, column]
            i, n = order[position], position - block
            owner, price, quantity, kind = near[n, OWNER], near[n, PRICE], near[n, QUANTITY], near[n, KIND]
            side = near[n, SIDE] & 1
            other = 1 - side
            sign = other - side
            key = sign * price
            rows = meta[other]
            if called:
                rows = 0
                if kind == _MARKET:
                    kind = _LIMIT

            if left < 0:  # a fresh order
                if quantity <= 0:
                    acks[i, A_STATUS] = _REJECTED
                    position += 1
                    continue
                if kind == _FOK:
                    available, row = 0, rows - 1
                    while available < quantity and row >= 0 and ladder[other, row, L_KEY] >= -key:
                        if prevent_self_trades:
                            slot = ladder[other, row, L_HEAD]
                            while slot >= 0 and available < quantity and pool[slot, P_OWNER] != owner:
                                available += pool[slot, P_QUANTITY]
                                slot = pool[slot, P_NEXT]
                            if slot >= 0:
                                break
                        else:
                            available += ladder[other, row, L_QUANTITY]
                        row -= 1
                    if available < quantity:
                        acks[i, A_STATUS] = _CANCELLED
                        position += 1
                        continue
                left = quantity

            # Take what crosses: the one place where two orders meet.
            met_itself = False
            while left > 0 and rows > 0:
                row = rows - 1
                if ladder[other, row, L_KEY] < -key:
                    break
                slot = ladder[other, row, L_HEAD]
                if prevent_self_trades and pool[slot, P_OWNER] == owner:
                    met_itself = True
                    break
                if filled_rows == fills.shape[0]:
                    cursor[C_BOOK], cursor[C_POSITION], cursor[C_LEFT], cursor[C_FILLS] = b, position, left, filled_rows
                    return FULL_FILLS
                resting = pool[slot, P_QUANTITY]
                traded = min(resting, left)
                fills[filled_rows, F_PRICE] = -sign * ladder[other, row, L_KEY]
                fills[filled_rows, F_QUANTITY] = traded
                fills[filled_rows, F_MAKER] = pool[slot, P_OWNER]
                fills[filled_rows, F_TAKER] = owner
                fills[filled_rows, F_MAKER_ORDER] = pool[slot, P_ORDER]
                fills[filled_rows, F_TAKER_ORDER] = first_order_id + i
                fills[filled_rows, F_SIDE] = side
                fills[filled_rows, F_BOOK] = b
                fills[filled_rows, F_LIMIT] = price
                filled_rows += 1
                left -= traded
                pool[slot, P_QUANTITY] = resting - traded
                ladder[other, row, L_QUANTITY] -= traded
                if traded == resting:  # the maker is filled: take it off the level and free its slot
                    following = pool[slot, P_NEXT]
                    generation = pool[slot, P_GENERATION]
                    pool[slot, P_GENERATION] = generation + 1 if generation < LAST_GENERATION else 1
                    pool[slot, P_NEXT] = meta[M_FREE]
                    meta[M_FREE] = slot
                    meta[M_LIVE] -= 1
                    if following >= 0:
                        ladder[other, row, L_HEAD] = following
                        pool[following, P_PREVIOUS] = -1
                    else:
                        rows = row
                        meta[other] = row

            if left == 0 or met_itself or kind != _LIMIT:
                acks[i, A_STATUS] = _FILLED if left == 0 else _CANCELLED
                acks[i, A_FILLED] = quantity - left
                left = -1
                position += 1
                continue

            # Let the rest stand: find its level, then a slot, and change nothing before both are there.
            rows = meta[side]
            above, row, step = rows, rows - 1, 1
            while row >= 0 and ladder[side, row, L_KEY] > key:
                above, row, step = row, row - step, 2 * step
            row = max(row, -1)
            while above - row > 1:  # keys up to row are <= key, from above on they are > key
                middle = (above + row) >> 1
                if ladder[side, middle, L_KEY] > key:
                    above = middle
                else:
                    row = middle
            new_level = row < 0 or ladder[side, row, L_KEY] != key
            if new_level and rows == ladder.shape[1]:
                cursor[C_BOOK], cursor[C_POSITION], cursor[C_LEFT], cursor[C_FILLS] = b, position, left, filled_rows
                return FULL_LADDER
            slot = meta[M_FREE]
            if slot >= 0:
                meta[M_FREE] = pool[slot, P_NEXT]
            else:
                slot = meta[M_USED]
                if slot == pool.shape[0]:
                    cursor[C_BOOK], cursor[C_POSITION], cursor[C_LEFT], cursor[C_FILLS] = b, position, left, filled_rows
                    return FULL_POOL
                meta[M_USED] = slot + 1
                pool[slot, P_GENERATION] = 1
            if new_level:
                for j in range(rows, above, -1):
                    ladder[side, j, L_KEY] = ladder[side, j - 1, L_KEY]
                    ladder[side, j, L_QUANTITY] = ladder[side, j - 1, L_QUANTITY]
                    ladder[side, j, L_HEAD] = ladder[side, j - 1, L_HEAD]
                    ladder[side, j, L_TAIL] = ladder[side, j - 1, L_TAIL]
                meta[side] = rows + 1
                ladder[side, above, L_KEY] = key
                ladder[side, above, L_QUANTITY] = left
                ladder[side, above, L_HEAD] = slot
                ladder[side, above, L_TAIL] = slot
                pool[slot, P_PREVIOUS] = -1
            else:
                tail = ladder[side, row, L_TAIL]
                pool[tail, P_NEXT] = slot
                pool[slot, P_PREVIOUS] = tail
                ladder[side, row, L_TAIL] = slot
                ladder[side, row, L_QUANTITY] += left
            pool[slot, P_OWNER] = owner
            pool[slot, P_ORDER] = first_order_id + i
            pool[slot, P_KEY] = key
            pool[slot, P_QUANTITY] = left
            pool[slot, P_NEXT] = -1
            pool[slot, P_SIDE] = side
            last_tick = near[n, EXPIRY]
            expiry[slot] = last_tick
            if last_tick < meta[M_DUE]:
                meta[M_DUE] = last_tick
            meta[M_LIVE] += 1
            acks[i, A_STATUS] = _PENDING if left == quantity else _PARTIAL
            acks[i, A_FILLED] = quantity - left
            acks[i, A_HANDLE] = slot | (pool[slot, P_GENERATION] << SLOT_BITS)
            left = -1
            position += 1
    cursor[C_POSITION], cursor[C_LEFT], cursor[C_FILLS] = position, left, filled_rows
    return DONE


@kernel
def shrink(
    books: IntArray,
    handles: IntArray,
    quantities: IntArray,
    pools: IntArray,
    ladders: IntArray,
    metas: IntArray,
    releases: IntArray,
) -> None:
    """Let at most ``quantities[r]`` lots of each order stand, in its place in the queue; 0 cancels it.

    ``releases[r]`` tells what was given up, quantity 0 where the handle is stale. The only place
    where an order leaves a book without a trade.
    """
    for r in range(handles.shape[0]):
        b, handle = books[r], handles[r]
        slot, generation = handle & SLOT_MASK, handle >> SLOT_BITS
        known = 0 <= b < pools.shape[0] and slot < pools.shape[1]
        if not (known and pools[b, slot, P_GENERATION] == generation and pools[b, slot, P_QUANTITY] > 0):
            slot = -1
        releases[r, R_BOOK] = b
        if slot < 0:
            releases[r, R_OWNER], releases[r, R_SIDE], releases[r, R_PRICE] = 0, 0, 0
            releases[r, R_QUANTITY], releases[r, R_ORDER] = 0, 0
            continue
        key, side, resting = pools[b, slot, P_KEY], pools[b, slot, P_SIDE], pools[b, slot, P_QUANTITY]
        kept = max(0, min(resting, quantities[r]))
        releases[r, R_OWNER] = pools[b, slot, P_OWNER]
        releases[r, R_SIDE] = side
        releases[r, R_PRICE] = key if side == 0 else -key
        releases[r, R_QUANTITY] = resting - kept
        releases[r, R_ORDER] = pools[b, slot, P_ORDER]
        if kept == resting:
            continue

        rows = metas[b, side]
        above, row, step = rows, rows - 1, 1
        while row >= 0 and ladders[b, side, row, L_KEY] > key:
            above, row, step = row, row - step, 2 * step
        row = max(row, -1)
        while above - row > 1:
            middle = (above + row) >> 1
            if ladders[b, side, middle, L_KEY] > key:
                above = middle
            else:
                row = middle
        ladders[b, side, row, L_QUANTITY] -= resting - kept
        pools[b, slot, P_QUANTITY] = kept
        if kept > 0:
            continue

        before, after = pools[b, slot, P_PREVIOUS], pools[b, slot, P_NEXT]
        if before >= 0:
            pools[b, before, P_NEXT] = after
        else:
            ladders[b, side, row, L_HEAD] = after
        if after >= 0:
            pools[b, after, P_PREVIOUS] = before
        else:
            ladders[b, side, row, L_TAIL] = before
        if before < 0 and after < 0:
            metas[b, side] = rows - 1
            for j in range(row, rows - 1):
                ladders[b, side, j, L_KEY] = ladders[b, side, j + 1, L_KEY]
                ladders[b, side, j, L_QUANTITY] = ladders[b, side, j + 1, L_QUANTITY]
                ladders[b, side, j, L_HEAD] = ladders[b, side, j + 1, L_HEAD]
                ladders[b, side, j, L_TAIL] = ladders[b, side, j + 1, L_TAIL]
        pools[b, slot, P_GENERATION] = generation + 1 if generation < LAST_GENERATION else 1
        pools[b, slot, P_NEXT] = metas[b, M_FREE]
        metas[b, M_FREE] = slot
        metas[b, M_LIVE] -= 1


@kernel
def look_up(books: IntArray, handles: IntArray, pools: IntArray, releases: IntArray) -> None:
    """Write what cancelling each handle would release."""
    for r in range(handles.shape[0]):
        b, handle = books[r], handles[r]
        slot, generation = handle & SLOT_MASK, handle >> SLOT_BITS
        releases[r, R_BOOK] = b
        releases[r, R_OWNER], releases[r, R_SIDE], releases[r, R_PRICE] = 0, 0, 0
        releases[r, R_QUANTITY], releases[r, R_ORDER] = 0, 0
        known = 0 <= b < pools.shape[0] and slot < pools.shape[1]
        if known and pools[b, slot, P_GENERATION] == generation and pools[b, slot, P_QUANTITY] > 0:
            key, side = pools[b, slot, P_KEY], pools[b, slot, P_SIDE]
            releases[r, R_OWNER] = pools[b, slot, P_OWNER]
            releases[r, R_SIDE] = side
            releases[r, R_PRICE] = key if side == 0 else -key
            releases[r, R_QUANTITY] = pools[b, slot, P_QUANTITY]
            releases[r, R_ORDER] = pools[b, slot, P_ORDER]


@kernel
def collect_due(
    tick: int, pools: IntArray, expiries: IntArray, metas: IntArray, books: IntArray, handles: IntArray
) -> int:
    """Collect, by (book, slot), the orders whose last tick is before ``tick``; return their number.

    Sharpens each visited book's bound; a book with nothing due is not visited.
    """
    found = 0
    for b in range(pools.shape[0]):
        if metas[b, M_DUE] >= tick:
            continue
        bound = NO_EXPIRY
        for slot in range(metas[b, M_USED]):
            if pools[b, slot, P_QUANTITY] > 0:
                if expiries[b, slot] < tick:
                    books[found] = b
                    handles[found] = slot | (pools[b, slot, P_GENERATION] << SLOT_BITS)
                    found += 1
                else:
                    bound = min(bound, expiries[b, slot])
        metas[b, M_DUE] = bound
    return found


@kernel
def collect_owned(
    owner: int, first: int, last: int, pools: IntArray, metas: IntArray, books: IntArray, handles: IntArray
) -> int:
    """Collect, by (book, slot), the owner's orders (EVERYBODY: all) in books first to last - 1; return their number."""
    found = 0
    for b in range(first, last):
        for slot in range(metas[b, M_USED]):
            if pools[b, slot, P_QUANTITY] > 0 and (owner == EVERYBODY or pools[b, slot, P_OWNER] == owner):
                books[found] = b
                handles[found] = slot | (pools[b, slot, P_GENERATION] << SLOT_BITS)
                found += 1
    return found


@kernel
def find_order(order_id: int, pools: IntArray, metas: IntArray) -> tuple[int, int]:
    """Return (book, handle) of a live order by its public id, or (-1, 0)."""
    for b in range(pools.shape[0]):
        for slot in range(metas[b, M_USED]):
            if pools[b, slot, P_ORDER] == order_id and pools[b, slot, P_QUANTITY] > 0:
                return b, slot | (pools[b, slot, P_GENERATION] << SLOT_BITS)
    return -1, 0


@kernel
def list_resting(pools: IntArray, ladders: IntArray, metas: IntArray, rows: IntArray) -> int:
    """Write every live order as a release, by (book, side, best level first, oldest first)."""
    found = 0
    for b in range(pools.shape[0]):
        for side in range(2):
            for level in range(metas[b, side] - 1, -1, -1):
                slot = ladders[b, side, level, L_HEAD]
                while slot >= 0:
                    rows[found, R_BOOK] = b
                    rows[found, R_OWNER] = pools[b, slot, P_OWNER]
                    rows[found, R_SIDE] = side
                    rows[found, R_PRICE] = (1 - 2 * side) * pools[b, slot, P_KEY]
                    rows[found, R_QUANTITY] = pools[b, slot, P_QUANTITY]
                    rows[found, R_ORDER] = pools[b, slot, P_ORDER]
                    found += 1
                    slot = pools[b, slot, P_NEXT]
    return found


@kernel
def write_quotes(ladders: IntArray, metas: IntArray, quotes: IntArray) -> None:
    """Write best bid, best ask and the lots there, 0 where a side is empty."""
    for b in range(metas.shape[0]):
        for side in range(2):
            rows = metas[b, side]
            quotes[b, side], quotes[b, 2 + side] = 0, 0
            if rows > 0:
                quotes[b, side] = (1 - 2 * side) * ladders[b, side, rows - 1, L_KEY]
                quotes[b, 2 + side] = ladders[b, side, rows - 1, L_QUANTITY]


@kernel
def write_depth(ladders: IntArray, metas: IntArray, levels: int, out: IntArray) -> int:
    """Write (book, side, level from 1, price, quantity) of the best levels; return the number of rows."""
    found = 0
    for b in range(metas.shape[0]):
        for side in range(2):
            rows = metas[b, side]
            for level in range(min(levels, rows)):
                out[found, 0], out[found, 1], out[found, 2] = b, side, level + 1
                out[found, 3] = (1 - 2 * side) * ladders[b, side, rows - 1 - level, L_KEY]
                out[found, 4] = ladders[b, side, rows - 1 - level, L_QUANTITY]
                found += 1
    return found
