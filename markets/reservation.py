"""What orders must set aside, and what comes back: the arithmetic between a sheet and the ledger.

A buy order reserves its limit price and the highest fee for every lot, a sell order its lots. A
market order reserves at its collar, the worst price it may take. Amounts are additive per lot, so
whatever the sequence of partial fills, exactly what was reserved is spent or released.
"""

from __future__ import annotations

from ..core.kernel import kernel
from ..core.units import BoolArray, FloatArray, IntArray
from ..ledger.posting import reserve_per_lot
from .orders import (
    A_FILLED,
    A_HANDLE,
    BOOK,
    KIND,
    OWNER,
    PRICE,
    QUANTITY,
    R_BOOK,
    R_OWNER,
    R_PRICE,
    R_QUANTITY,
    R_SIDE,
    SIDE,
    SLOT,
)

LARGEST = 2.0**61
_MARKET = 1
_INVALID_QUANTITY, _INVALID_PRICE, _OFF_TICK, _OFF_LOT = 1, 2, 3, 4
_HALTED, _NO_MARKET, _TOO_LARGE = 9, 10, 16


@kernel
def first_stray(messages: IntArray, owners: int, slots: int, books: int) -> int:
    """Return the first row that names an owner, slot, book or side that does not exist; -1 when all do."""
    for i in range(messages.shape[0]):
        if not (0 <= messages[i, OWNER] < owners and messages[i, SLOT] < slots and 0 <= messages[i, BOOK] < books):
            return i
        if not 0 <= messages[i, SIDE] <= 1:
            return i
    return -1


@kernel
def collect_withdrawals(
    messages: IntArray, resting: IntArray, first_order: int, books: IntArray, handles: IntArray, repeated: BoolArray
) -> int:
    """Take what rests in the slots the messages name; write (book, handle) pairs, return how many.

    ``resting`` (owners, slots, 2) holds book and handle. A slot that an order of this round will use is
    marked with its public id, -2 - id in the place of the book; ``repeated`` (n,) is True for every
    further order of the round in the same slot.
    """
    k = 0
    for i in range(messages.shape[0]):
        repeated[i] = False
        slot = messages[i, SLOT]
        if slot >= 0:
            owner = messages[i, OWNER]
            handle = resting[owner, slot, 1]
            if handle != 0:
                books[k], handles[k] = resting[owner, slot, 0], handle
                resting[owner, slot, 0], resting[owner, slot, 1] = 0, 0
                k += 1
            if messages[i, QUANTITY] > 0:
                repeated[i] = resting[owner, slot, 0] <= -2 - first_order
                resting[owner, slot, 0] = -2 - first_order - i
    return k


@kernel
def check_orders(
    messages: IntArray,
    quotes: IntArray,
    last: IntArray,
    halted: BoolArray,
    tick_size: IntArray,
    round_lot: IntArray,
    security: IntArray,
    money: IntArray,
    unit_value: IntArray,
    collar: float,
    ppm: int,
    owner: IntArray,
    instrument: IntArray,
    amount: IntArray,
    wanted: BoolArray,
    reason: IntArray,
) -> None:
    """Check each message (n, 10) and write what it must reserve: ``owner, instrument, amount`` (n,).

    ``reason`` is 0 for a good order; ``wanted`` is True where something must be reserved. The price
    of a market order becomes its collar: ``collar`` (a fraction) beyond the opposite best quote, or
    beyond the last price when that side is empty. Rows that only withdraw are passed over.
    """
    for i in range(messages.shape[0]):
        b, q, p, side = messages[i, BOOK], messages[i, QUANTITY], messages[i, PRICE], messages[i, SIDE]
        owner[i] = messages[i, OWNER]
        wanted[i] = False
        reason[i] = 0
        if q == 0 and messages[i, SLOT] >= 0:
            continue
        if messages[i, KIND] == _MARKET:
            if side == 0:
                best = quotes[b, 1] if quotes[b, 3] > 0 else last[b]
                p = int(best * (1.0 + collar))
                p -= p % tick_size[b]
            else:
                best = quotes[b, 0] if quotes[b, 2] > 0 else last[b]
                p = int(best * (1.0 - collar))
                p += -p % tick_size[b]
            p = max(p, tick_size[b])
            messages[i, PRICE] = p
        if q <= 0:
            reason[i] = _INVALID_QUANTITY
        elif p <= 0:
            reason[i] = _INVALID_PRICE
        elif p % tick_size[b] != 0:
            reason[i] = _OFF_TICK
        elif q % round_lot[b] != 0:
            reason[i] = _OFF_LOT
        elif halted[b]:
            reason[i] = _HALTED
        elif float(p) * float(q) * float(unit_value[b]) * 1.01 > LARGEST:
            reason[i] = _TOO_LARGE
        else:
            wanted[i] = True
            if side == 0:
                instrument[i] = money[b]
                amount[i] = reserve_per_lot(p, unit_value[b], ppm) * q
            else:
                instrument[i] = security[b]
                amount[i] = q


@kernel
def released_amounts(
    releases: IntArray,
    security: IntArray,
    money: IntArray,
    unit_value: IntArray,
    ppm: int,
    owner: IntArray,
    instrument: IntArray,
    amount: IntArray,
) -> None:
    """Write what each released order row (k, 6) gives back."""
    for i in range(releases.shape[0]):
        b, q = releases[i, R_BOOK], releases[i, R_QUANTITY]
        owner[i] = releases[i, R_OWNER]
        if q == 0:
            owner[i], instrument[i], amount[i] = 0, 0, 0
        elif releases[i, R_SIDE] == 0:
            instrument[i] = money[b]
            amount[i] = reserve_per_lot(releases[i, R_PRICE], unit_value[b], ppm) * q
        else:
            instrument[i] = security[b]
            amount[i] = q


@kernel
def finish_orders(
    messages: IntArray,
    acks: IntArray,
    accepted: BoolArray,
    resting: IntArray,
    security: IntArray,
    money: IntArray,
    unit_value: IntArray,
    ppm: int,
    owner: IntArray,
    instrument: IntArray,
    amount: IntArray,
) -> int:
    """After matching: remember handles in slots; write what cancelled rests give back, return how many."""
    k = 0
    for i in range(messages.shape[0]):
        if not accepted[i]:
            continue
        handle = acks[i, A_HANDLE]
        if handle != 0:
            slot = messages[i, SLOT]
            if slot >= 0:
                resting[messages[i, OWNER], slot, 0] = messages[i, BOOK]
                resting[messages[i, OWNER], slot, 1] = handle
            continue
        rest = messages[i, QUANTITY] - acks[i, A_FILLED]
        if rest > 0:
            b = messages[i, BOOK]
            owner[k] = messages[i, OWNER]
            if messages[i, SIDE] == 0:
                instrument[k] = money[b]
                amount[k] = reserve_per_lot(messages[i, PRICE], unit_value[b], ppm) * rest
            else:
                instrument[k] = security[b]
                amount[k] = rest
            k += 1
    return k


@kernel
def fold_messages(messages: IntArray, accepted: BoolArray, lanes: IntArray) -> None:
    """Fold rows into four 64-bit ``lanes`` (4,), in place: a digest for equality, not against forgery.

    Each word is mixed by a multiply-rotate step, so that order and every bit count.
    """
    a, b, c, d = lanes[0], lanes[1], lanes[2], lanes[3]
    for i in range(messages.shape[0]):
        flag = 1 if accepted[i] else 0
        a = _mix(a, messages[i, 0] + (messages[i, 1] << 32))
        b = _mix(b, messages[i, 2] + (messages[i, 3] << 8) + (flag << 16) + (messages[i, 8] << 24))
        c = _mix(c, messages[i, 4] ^ (messages[i, 6] << 20))
        d = _mix(d, messages[i, 5] ^ (messages[i, 9] << 40))
    lanes[0], lanes[1], lanes[2], lanes[3] = a, b, c, d


@kernel
def _mix(state: int, word: int) -> int:
    """Return ``state`` with ``word`` folded in; wraps around in 64 bits."""
    mixed = (state ^ word) * 0x2545F4914F6CDD1D
    return mixed ^ (mixed >> 29)


@kernel
def moving_prices(quotes: IntArray, last: IntArray, mid: FloatArray) -> None:
    """Write the mid-price where both sides quote, else the last price, into ``mid`` (books,)."""
    for b in range(last.shape[0]):
        if quotes[b, 2] > 0 and quotes[b, 3] > 0:
            mid[b] = 0.5 * (quotes[b, 0] + quotes[b, 1])
        else:
            mid[b] = float(last[b])
