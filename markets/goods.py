"""The goods market: buyers visit a few shops each and buy at the best, by price and liking, that has something left."""

from __future__ import annotations

import numpy as np

from ..core.kernel import kernel
from ..core.randomness import philox, unit
from ..core.units import IntArray

_ORDER, _SHOP, _LIKE = 2011, 2012, 2013
MOST_SHOPS = 64


@kernel
def shop(
    budget: IntArray, buyers: IntArray, shops: IntArray, price: IntArray, stock: IntArray, unmet: IntArray, visits: int,
    stay: int, liking: float, key: np.uint64, month: int, row: IntArray, seller: IntArray, units: IntArray,
) -> int:  # fmt: skip
    """Let buyers spend their budgets; return the number of purchases written into ``row, seller, units``.

    Buyer i, ordinal ``buyers[i]``, knows ``visits`` random shops, the same for ``stay`` months (customers search now
    and then: Phelps and Winter 1970), and buys as many whole units as its ``budget`` allows at the best of them, then
    at the next, while stock lasts (sampled search: Delli Gatti and others 2011). The best has the lowest price ×
    (1 + ``liking`` × d), d in [-1, 1] a draw of buyer and shop for good: goods differ, and customers stay (Perloff
    and Salop 1985, REStud 52, 107-120). Without liking it is the cheapest. ``shops`` (s,) are rows of ``price``,
    ``stock`` and ``unmet`` (firms,); stock falls, and what a buyer could get nowhere is unmet demand of its best
    shop. Buyers come in the order of a draw of their own.
    """
    n, count = budget.shape[0], shops.shape[0]
    order = np.empty(n, np.float64)
    for i in range(n):
        a, _b, _c, _d = philox(key, _ORDER, buyers[i], month, 0, 0)
        order[i] = unit(a)
    visits = min(visits, MOST_SHOPS)
    seen = np.empty(MOST_SHOPS, np.int64)
    felt = np.empty(MOST_SHOPS, np.float64)
    written = 0
    for i in np.argsort(order, kind="mergesort"):
        left = budget[i]
        if left <= 0:
            continue
        known = 0
        chosen = (month + buyers[i] % stay) // stay  # not all choose anew in the same month
        for j in range(visits):
            a, b, c, d = philox(key, _SHOP, buyers[i], chosen, j // 4, 0)
            bits = a if j % 4 == 0 else (b if j % 4 == 1 else (c if j % 4 == 2 else d))
            s = shops[int(unit(bits) * count)]
            new = True
            for k in range(known):
                if seen[k] == s:
                    new = False
            if new:
                a, _b, _c, _d = philox(key, _LIKE, buyers[i], s, 0, 0)
                worth = price[s] * (1.0 + liking * (2.0 * unit(a) - 1.0))
                place = known
                while place > 0 and felt[place - 1] > worth:
                    seen[place], felt[place] = seen[place - 1], felt[place - 1]
                    place -= 1
                seen[place], felt[place] = s, worth
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
