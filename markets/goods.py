"""The goods market: buyers visit a few shops each and buy from the cheapest that has something left."""

from __future__ import annotations

import numpy as np

from ..core.kernel import kernel
from ..core.randomness import philox, unit
from ..core.units import IntArray

_ORDER, _SHOP = 2011, 2012
MOST_SHOPS = 64


@kernel
def shop(
    budget: IntArray, buyers: IntArray, shops: IntArray, price: IntArray, stock: IntArray, unmet: IntArray, visits: int,
    key: np.uint64, month: int, row: IntArray, seller: IntArray, units: IntArray,
) -> int:  # fmt: skip
    """Let buyers spend their budgets; return the number of purchases written into ``row, seller, units``.

    Buyer i, ordinal ``buyers[i]``, visits ``visits`` random shops and buys as many whole units as its ``budget``
    allows at the cheapest, then at the next, while stock lasts (sampled search, as in Delli Gatti and others 2011). ``shops``
    (s,) are rows of ``price``, ``stock`` and ``unmet`` (firms,); stock falls, and what a buyer could get nowhere is
    unmet demand of its cheapest shop. Buyers come in the order of a draw of their own.
    """
    n, count = budget.shape[0], shops.shape[0]
    order = np.empty(n, np.float64)
    for i in range(n):
        a, _b, _c, _d = philox(key, _ORDER, buyers[i], month, 0, 0)
        order[i] = unit(a)
    visits = min(visits, MOST_SHOPS)
    seen = np.empty(MOST_SHOPS, np.int64)
    written = 0
    for i in np.argsort(order, kind="mergesort"):
        left = budget[i]
        if left <= 0:
            continue
        known = 0
        for j in range(visits):
            a, b, c, d = philox(key, _SHOP, buyers[i], month, j // 4, 0)
            bits = a if j % 4 == 0 else (b if j % 4 == 1 else (c if j % 4 == 2 else d))
            s = shops[int(unit(bits) * count)]
            new = True
            for k in range(known):
                if seen[k] == s:
                    new = False
            if new:
                place = known
                while place > 0 and price[seen[place - 1]] > price[s]:
                    seen[place] = seen[place - 1]
                    place -= 1
                seen[place] = s
                known += 1
        lacking = 0
        for k in range(known):
            s = seen[k]
            wanted = left // price[s]
            lacking = 0
            if wanted == 0:
                break
            bought = min(wanted, stock[s])
            lacking = wanted - bought
            if bought > 0:
                stock[s] -= bought
                left -= bought * price[s]
                row[written], seller[written], units[written] = i, s, bought
                written += 1
            if lacking == 0:
                break
        if lacking > 0:
            unmet[seen[0]] += lacking
    return written
