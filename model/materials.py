"""The month of resources: they are found, extracted, rationed, sold to those who use them, and renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.units import FloatArray, IntArray
from ..ledger.posting import largest_remainder
from .closed_economy import ClosedEconomy, closed_of
from .lending import split
from .resource_shocks import befall

if TYPE_CHECKING:
    from .economy import Economy

_ELASTICITY = 0.5  # of the demand for permits, and of their supply
_PERMIT_RANGE = 0.1, 10.0  # of the price of permits in that at the opening, at constant goods prices


def extract(economy: Economy) -> None:
    """Extract resources, sell them and permits to consumer firms, and renew what renews."""
    c = closed_of(economy)
    firms, resources = c.firms, c.resources
    befall(economy, c)
    dug = np.flatnonzero(firms.is_resource)
    effort = firms.effort(c.productivity())
    can = np.minimum(firms.workers * c.productivity() * effort, firms.capacity)[dug]
    most = resources.capacity(c.memory.month)
    made = _share_capacity(firms.resource[dug], np.floor(can).astype(np.int64), most)
    quantities = np.zeros(len(resources.names), np.int64)
    np.add.at(quantities, firms.resource[dug], made)
    firms.produced[dug] = made
    firms.inventory[dug] += made
    goods = np.flatnonzero(~firms.is_resource)
    labour = firms.workers * firms.settings.productivity * effort
    planned = np.floor(np.minimum(labour, firms.capacity)).astype(np.int64)[goods]
    possible = planned * _ration(economy, c, goods, planned)
    for k in np.unique(firms.resource[dug]).tolist():
        _sell_resource(economy, c, k, goods, np.ceil(c.intensity[k] * possible).astype(np.int64))
    for k in np.flatnonzero(c.intensity > 0.0).tolist():
        if k not in firms.resource[dug]:
            quantities[k] = _buy_permits(economy, c, k, goods, possible)
    resources.extract(quantities)
    resources.renew(c.memory.month)
    resources.check()
    firms.used[:] = 0
    firms.used[goods] = np.floor(possible + 1e-9).astype(np.int64)


def _ration(economy: Economy, c: ClosedEconomy, goods: IntArray, planned: IntArray) -> FloatArray:
    """Return (goods,) the part of planned output for which there are resources, and cash to buy them.

    The scarcest resource binds (Leontief technology); what is lacking of it is its seller's unmet demand.
    """
    firms, part = c.firms, 1.0
    dearest = c.resource_prices()
    for k in np.unique(firms.resource[firms.is_resource]).tolist():
        sellers = np.flatnonzero(firms.resource == k)
        dearest[k] = firms.price[sellers].max()
        need = float(np.ceil(c.intensity[k] * planned).sum())
        have = max(int(firms.inventory[sellers].sum()) - goods.size, 0)  # every buyer rounds up, by less than a unit
        if need > have:
            firms.unmet[sellers] += largest_remainder(int(need) - have, (firms.capital[sellers] + 1).tolist())
            part = min(part, have / need)
    prices = np.ceil(dearest + 1.0)
    rounding = int(prices.sum())  # every purchase rounds up to a unit and a minor unit
    c.memory.rationed = part
    cost = np.maximum(planned * float((c.intensity * prices).sum()), 1.0)
    cash = np.maximum(c.cash(economy.ledger)[goods] - rounding, 0)
    return np.asarray(np.minimum(part, cash / cost))


def _share_capacity(resource: IntArray, can: IntArray, most: IntArray) -> IntArray:
    """Return (n,) what each of n firms extracts: what it can, or its part of what is left where several dig the same.

    Examples
    --------
    >>> _share_capacity(np.array([0, 0, 1]), np.array([30, 10, 5]), np.array([20, 9])).tolist()
    [15, 5, 5]
    """
    made = np.zeros_like(can)
    for k in np.unique(resource).tolist():
        rows = resource == k
        made[rows] = split(min(int(most[k]), int(can[rows].sum())), can[rows])
    return made


def _sell_resource(economy: Economy, c: ClosedEconomy, k: int, goods: IntArray, units: IntArray) -> None:
    """Sell (goods,) units of resource ``k`` to consumer firms at posted prices; sellers share by what they have."""
    firms = c.firms
    sellers = np.flatnonzero(firms.resource == k)
    for seller, sold in zip(sellers.tolist(), split(int(units.sum()), firms.inventory[sellers]).tolist(), strict=True):
        part, price = split(sold, units), int(firms.posted_price[seller])
        economy.ledger.pay("materials", payer=firms.owners[goods], payee=firms.owners[seller], amount=part * price)
        firms.material[goods] += part * price
        c.firms.sell(np.array([seller]), np.array([sold]), np.array([price]))
        units = units - part


def _buy_permits(economy: Economy, c: ClosedEconomy, k: int, goods: IntArray, output: FloatArray) -> int:
    """Auction a month's permits at one price; users save on them where they are dear; return how many were used.

    Demand is intensity × output × (P / P0)^-½; the price moves by P' = P (D / S)^(1 / (ε_d + ε_s)), ε_d = ε_s = ½.
    """
    m, ledger, firms = c.memory, economy.ledger, c.firms
    level = m.price / (m.price0 or m.price)
    base = m.permit_base[k] * level
    supply = min(int(c.resources.permits(m.month)[k]), int(c.resources.capacity(m.month)[k]))
    if supply < 1:
        return 0
    demand = float((c.intensity[k] * output).sum()) * (m.permit_price[k] / base) ** -_ELASTICITY
    least, most = _PERMIT_RANGE
    m.permit_price[k] = float(np.clip(m.permit_price[k] * (max(demand, 1.0) / supply), least * base, most * base))
    price = max(round(m.permit_price[k]), 1)
    wish = np.floor(c.intensity[k] * output * (m.permit_price[k] / base) ** -_ELASTICITY).astype(np.int64)
    wish = np.minimum(wish, c.cash(ledger)[goods] // price)
    got = wish if wish.sum() <= supply else split(supply, wish)
    ledger.pay("permits", payer=firms.owners[goods], payee=c.treasury, amount=got * price)
    firms.material[goods] += got * price
    return int(got.sum())
