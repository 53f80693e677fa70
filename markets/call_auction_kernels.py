"""One price for all: the call auction on the bare arrays of one book (see `order_book_kernels` for the layout).

While a book is called its two ladders may overlap. Demand D(p) is the lots of bids at ``p`` or more,
supply S(p) those of asks at ``p`` or less; both are steps that change at limit prices only, so one sweep
over the limit prices, and over the gaps between them, sees every price there is.
"""

from __future__ import annotations

from ..core.kernel import kernel
from ..core.units import IntArray
from .order_book_kernels import (
    L_HEAD,
    L_KEY,
    L_QUANTITY,
    LAST_GENERATION,
    M_CALL,
    M_FREE,
    M_LIVE,
    P_GENERATION,
    P_KEY,
    P_NEXT,
    P_ORDER,
    P_OWNER,
    P_PREVIOUS,
    P_QUANTITY,
)
from .orders import (
    F_BOOK,
    F_LIMIT,
    F_MAKER,
    F_MAKER_ORDER,
    F_PRICE,
    F_QUANTITY,
    F_SIDE,
    F_TAKER,
    F_TAKER_ORDER,
)

_FAR = 2**62


@kernel
def nearest_price(low: int, high: int, tick: int, reference: int) -> int:
    """Return the multiple of ``tick`` in [low, high] nearest to ``reference``, the lower of two; low - 1 if none."""
    first, last = low + (-low) % tick, high - high % tick
    if first > last:
        return low - 1
    if reference <= first:
        return first
    if reference >= last:
        return last
    below = reference - reference % tick
    return below if 2 * (reference - below) <= tick else below + tick


@kernel
def auction_price(ladder: IntArray, meta: IntArray, tick: int, reference: int) -> tuple[int, int, int]:
    """Return the price of the auction, the lots that trade at it, and demand minus supply there.

    The price executes the most lots; among those the least imbalance, then the nearest to ``reference``,
    then the lower. Where nothing crosses: (0, 0, 0). ``ladder`` (2, L, 4) is only read.
    """
    bids, ask = meta[0], meta[1] - 1  # the lowest bid comes first, the lowest ask last
    bid, demand, supply = 0, 0, 0
    for row in range(bids):
        demand += ladder[0, row, L_QUANTITY]
    best, most, surplus, least, nearest = 0, 0, 0, _FAR, _FAR
    while bid < bids or ask >= 0:
        here = _FAR
        if bid < bids:
            here = ladder[0, bid, L_KEY]
        if ask >= 0:
            here = min(here, -ladder[1, ask, L_KEY])
        leaves = 0
        while ask >= 0 and -ladder[1, ask, L_KEY] == here:
            supply += ladder[1, ask, L_QUANTITY]
            ask -= 1
        while bid < bids and ladder[0, bid, L_KEY] == here:
            leaves += ladder[0, bid, L_QUANTITY]
            bid += 1
        following = _FAR
        if bid < bids:
            following = ladder[0, bid, L_KEY]
        if ask >= 0:
            following = min(following, -ladder[1, ask, L_KEY])
        for gap in range(2):  # at this limit price, then between it and the following one
            price = here
            if gap == 1:
                demand -= leaves
                if following == _FAR:
                    break
                price = nearest_price(here + 1, following - 1, tick, reference)
                if price == here:
                    break
            volume, imbalance = min(demand, supply), abs(demand - supply)
            distance = abs(price - reference)
            better = volume > most
            if volume == most and volume > 0:
                better = imbalance < least or (imbalance == least and distance < nearest)
            if better:
                best, most, surplus, least, nearest = price, volume, demand - supply, imbalance, distance
    return best, most, surplus


@kernel
def uncross(b: int, price: int, left: int, pool: IntArray, ladder: IntArray, meta: IntArray, fills: IntArray) -> int:
    """Trade ``left`` lots at ``price``, the better and then the older orders first; return the number of fills.

    The later of the two orders is written as the taker, F_LIMIT is the buyer's. ``fills`` needs as many rows
    as the book has orders. Clears the book's call. No validation: ``left`` lots cross.
    """
    rows = 0
    while left > 0:
        bid, ask = meta[0] - 1, meta[1] - 1
        buy, sell = ladder[0, bid, L_HEAD], ladder[1, ask, L_HEAD]
        traded = min(left, pool[buy, P_QUANTITY], pool[sell, P_QUANTITY])
        side = 0 if pool[buy, P_ORDER] > pool[sell, P_ORDER] else 1
        taker, maker = (buy, sell) if side == 0 else (sell, buy)
        fills[rows, F_PRICE] = price
        fills[rows, F_QUANTITY] = traded
        fills[rows, F_MAKER] = pool[maker, P_OWNER]
        fills[rows, F_TAKER] = pool[taker, P_OWNER]
        fills[rows, F_MAKER_ORDER] = pool[maker, P_ORDER]
        fills[rows, F_TAKER_ORDER] = pool[taker, P_ORDER]
        fills[rows, F_SIDE] = side
        fills[rows, F_BOOK] = b
        fills[rows, F_LIMIT] = pool[buy, P_KEY]
        rows += 1
        left -= traded
        for which in range(2):
            row, slot = (bid, buy) if which == 0 else (ask, sell)
            ladder[which, row, L_QUANTITY] -= traded
            pool[slot, P_QUANTITY] -= traded
            if pool[slot, P_QUANTITY] == 0:
                following = pool[slot, P_NEXT]
                generation = pool[slot, P_GENERATION]
                pool[slot, P_GENERATION] = generation + 1 if generation < LAST_GENERATION else 1
                pool[slot, P_NEXT] = meta[M_FREE]
                meta[M_FREE] = slot
                meta[M_LIVE] -= 1
                if following >= 0:
                    ladder[which, row, L_HEAD] = following
                    pool[following, P_PREVIOUS] = -1
                else:
                    meta[which] = row
    meta[M_CALL] = 0
    return rows
