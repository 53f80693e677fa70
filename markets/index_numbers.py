"""Price indices of what was really bought: Laspeyres, Paasche, Fisher, and the chain that measures inflation.

A period is two arrays with a row for each item (a good, or a seller's variety of it): the quantities sold
and the money paid, both counted. An item's price is its unit value v / q, so only transactions have prices.

**Matched models.** A comparison of two periods uses the items sold in both and no other. An item that was
not sold in one of them has no price there, and none is invented: it enters the chain again one period after
it returns, and what its price did meanwhile is not seen. Which share of the money the matched items cover is
reported beside the index (`matched_share`). Where nothing matches, an index is NaN and a chain keeps its level.

References: I. Fisher (1922), "The Making of Index Numbers"; ILO and others (2004), "Consumer Price Index
Manual: Theory and Practice", chapters 1, 8 and 15.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from ..core.errors import UnusableSeries
from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray

MONTHS = 12


@dataclass(frozen=True)
class Sales:
    """What was sold in a period: quantities and money paid, (items,) int64 each.

    Examples
    --------
    >>> Sales.of([10, 0], [50, 0]).prices.tolist()
    [5.0, nan]
    """

    quantities: IntArray
    values: IntArray

    @classmethod
    def of(cls, quantities: ArrayLike, values: ArrayLike) -> Sales:
        """Return the sales; raise `UnusableSeries` for money without goods, fractions and less than nothing."""
        q, v = _counted(quantities, "quantities"), _counted(values, "values")
        if q.shape != v.shape:
            raise UnusableSeries("values", f"has {v.size} rows and quantities has {q.size}; give one length")
        for name, part in (("quantities", q), ("values", v)):
            low = np.flatnonzero(part < 0)
            if low.size:
                raise UnusableSeries(name, f"is {part[low[0]]} at row {low[0]}; give 0 or more")
        free = np.flatnonzero((q == 0) & (v != 0))
        if free.size:
            raise UnusableSeries("values", f"is {v[free[0]]} at row {free[0]}, where nothing was sold; give 0")
        return cls(q, v)

    @property
    def prices(self) -> FloatArray:
        """(items,) unit values, NaN where nothing was sold."""
        return np.asarray(self.values / np.where(self.quantities > 0, self.quantities, np.nan), np.float64)

    @property
    def sold(self) -> BoolArray:
        """(items,) whether the item has a price; what was given away has none."""
        return (self.quantities > 0) & (self.values > 0)

    def padded(self, items: int) -> Sales:
        """Return the same sales with rows of nothing up to ``items``."""
        more = np.zeros(items - self.quantities.size, np.int64)
        return Sales(np.concatenate([self.quantities, more]), np.concatenate([self.values, more]))

    def plus(self, other: Sales) -> Sales:
        """Return both periods as one."""
        items = max(self.quantities.size, other.quantities.size)
        a, b = self.padded(items), other.padded(items)
        return Sales(a.quantities + b.quantities, a.values + b.values)


def _counted(values: ArrayLike, name: str) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1:
        raise UnusableSeries(name, f"has {array.ndim} dimensions; give one")
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise UnusableSeries(name, f"holds {array.dtype} numbers; sales are counted, give integers")
    return array.astype(np.int64)


def _matched(before: Sales, after: Sales) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return (p0, q0, p1, q1) of the items sold in both periods."""
    items = max(before.quantities.size, after.quantities.size)
    a, b = before.padded(items), after.padded(items)
    both = a.sold & b.sold
    q0, q1 = a.quantities[both].astype(np.float64), b.quantities[both].astype(np.float64)
    return a.values[both] / q0, q0, b.values[both] / q1, q1


def _ratio(over: FloatArray, under: FloatArray) -> float:
    below = math.fsum(under.tolist())
    return math.fsum(over.tolist()) / below if below > 0.0 else math.nan


def matched_share(before: Sales, after: Sales) -> float:
    """Return the share of the later period's money that went to items sold in both; NaN when none was spent.

    Examples
    --------
    >>> matched_share(Sales.of([1, 0], [5, 0]), Sales.of([1, 1], [6, 2]))
    0.75
    """
    _, _, p1, q1 = _matched(before, after)
    total = int(after.values.sum())
    return math.fsum((p1 * q1).tolist()) / total if total else math.nan


def laspeyres_index(before: Sales, after: Sales) -> float:
    """Return the price index that asks what the old basket costs now, Σ p₁q₀ / Σ p₀q₀ over matched items.

    Examples
    --------
    >>> laspeyres_index(Sales.of([10, 10], [100, 100]), Sales.of([10, 5], [100, 100]))
    1.5
    """
    p0, q0, p1, _ = _matched(before, after)
    return _ratio(p1 * q0, p0 * q0)


def paasche_index(before: Sales, after: Sales) -> float:
    """Return the price index that asks what the new basket cost before, Σ p₁q₁ / Σ p₀q₁ over matched items.

    Examples
    --------
    >>> round(paasche_index(Sales.of([10, 10], [100, 100]), Sales.of([10, 5], [100, 100])), 6)
    1.333333
    """
    p0, _, p1, q1 = _matched(before, after)
    return _ratio(p1 * q1, p0 * q1)


def fisher_index(before: Sales, after: Sales) -> float:
    """Return Fisher's ideal price index, the geometric mean of Laspeyres and Paasche.

    It passes the tests of time reversal, F(1,0) F(0,1) = 1, and of factor reversal, price index times
    quantity index = ratio of the money spent on the matched items.

    References
    ----------
    I. Fisher (1922), "The Making of Index Numbers"; W. E. Diewert (1976), "Exact and superlative index
    numbers", Journal of Econometrics 4, 115-145.

    Examples
    --------
    >>> round(fisher_index(Sales.of([10, 10], [100, 100]), Sales.of([10, 5], [100, 100])), 6)
    1.414214
    """
    return math.sqrt(laspeyres_index(before, after) * paasche_index(before, after))


def fisher_quantity_index(before: Sales, after: Sales) -> float:
    """Return Fisher's quantity index: prices and quantities change places.

    Examples
    --------
    >>> round(fisher_quantity_index(Sales.of([10, 10], [100, 100]), Sales.of([10, 5], [100, 100])), 6)
    0.707107
    """
    p0, q0, p1, q1 = _matched(before, after)
    return math.sqrt(_ratio(q1 * p0, q0 * p0) * _ratio(q1 * p1, q0 * p1))


def implicit_deflator(sales: Sales, base_prices: ArrayLike) -> float:
    """Return output at current prices over the same output at base prices, Σ pq / Σ p₀q: a Paasche index.

    Parameters
    ----------
    sales : Sales
        Final output, by item.
    base_prices : array_like
        (items,) prices of the base year; NaN where an item had none, which leaves it out above and below.

    Examples
    --------
    >>> implicit_deflator(Sales.of([10, 4], [120, 40]), [10.0, float("nan")])
    1.2
    """
    base = np.asarray(base_prices, np.float64)
    if base.shape != sales.quantities.shape:
        raise UnusableSeries("base_prices", f"has {base.size} rows and the sales have {sales.quantities.size}")
    known = sales.sold & (base > 0.0)
    return _ratio(sales.values[known].astype(np.float64), base[known] * sales.quantities[known])


class IndexSettings(Parameters):
    """How the price indices of an economy are kept."""

    basket_months: int = Field(
        12, ge=0, le=1200, description="months after which the basket of the CPI is renewed; 0 keeps the first month's"
    )
    base: float = Field(100.0, gt=0.0, le=1e6, description="level of both indices in the first month with sales")


class PriceIndices:
    """The chained Fisher index and the CPI of an economy, fed once a month; a part with a state.

    *Fisher*: level_t = level_{t-1} F(t-1, t), the measured inflation of the model. *CPI*: the basket of
    a base period, priced anew each month, k Σ p_t q_b / Σ p_b q_b; every ``basket_months`` the base period is
    the months just ended and k is set so that the level does not jump (a Laspeyres index chained each year).

    Items may be added at the end from month to month; a row never changes its meaning.

    Examples
    --------
    >>> indices = PriceIndices(IndexSettings())
    >>> indices.note_month([10, 10], [100, 100])
    >>> indices.note_month([10, 5], [100, 100])
    >>> round(indices.level, 2), round(indices.cpi, 2), indices.matched_share
    (141.42, 150.0, 1.0)
    """

    def __init__(self, settings: IndexSettings | None = None) -> None:
        self.settings = settings or IndexSettings()
        self.months = 0
        self.matched_share = math.nan
        self._last = self._basket = self._year = Sales.of([], [])
        self._year_months = 0
        self._scale = self.settings.base
        self._levels: FloatArray = np.zeros(0)
        self._cpis: FloatArray = np.zeros(0)

    @property
    def level(self) -> float:
        """Chained Fisher index; NaN before the first sale."""
        return float(self._levels[-1]) if self._levels.size else math.nan

    @property
    def cpi(self) -> float:
        """Laspeyres index of consumer prices; NaN before the first sale."""
        return float(self._cpis[-1]) if self._cpis.size else math.nan

    @property
    def inflation(self) -> float:
        """Change of the Fisher index over 12 months; in the first year, since its start, at an annual rate.

        NaN in the first month. 0.02 is 2 %.
        """
        return _annual(self._levels, MONTHS)

    def note_month(self, quantities: ArrayLike, values: ArrayLike) -> None:
        """Take the sales of a month: quantities and minor units by item, as integers."""
        now = Sales.of(quantities, values)
        if now.quantities.size < self._last.quantities.size:
            raise UnusableSeries(
                "quantities", f"has {now.quantities.size} rows after {self._last.quantities.size}; rows are only added"
            )
        if not self._levels.size:
            self._begin(now)
        else:
            link = fisher_index(self._last, now)
            self.matched_share = matched_share(self._last, now)
            self._levels = _appended(self._levels, self.level * link if link > 0.0 else self.level)
            relative = laspeyres_index(self._basket, now)
            self._cpis = _appended(self._cpis, self._scale * relative if relative > 0.0 else self.cpi)
        self.months += 1
        self._last, self._year, self._year_months = now, self._year.plus(now), self._year_months + 1
        self._renew(now)

    def _begin(self, now: Sales) -> None:
        if now.sold.any():
            self._basket = now
            self._levels, self._cpis = np.array([self.settings.base]), np.array([self.settings.base])

    def _renew(self, now: Sales) -> None:
        """Take the months just ended as the base period once they are enough, linked in this month."""
        due = self.settings.basket_months
        if not due or self._year_months < due or not self._levels.size:
            return
        relative = laspeyres_index(self._year, now)
        if relative > 0.0:  # else nothing was sold this month: the old basket stays until something is
            self._basket, self._scale = self._year, self.cpi / relative
            self._year, self._year_months = Sales.of([], []), 0

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and JSON values from which `restore` goes on."""
        arrays: dict[str, Any] = {"levels": self._levels.copy(), "cpis": self._cpis.copy()}
        for name in ("last", "basket", "year"):
            sales: Sales = getattr(self, f"_{name}")
            arrays |= {f"{name}_quantities": sales.quantities.copy(), f"{name}_values": sales.values.copy()}
        share = None if math.isnan(self.matched_share) else self.matched_share
        values = {"months": self.months, "year_months": self._year_months, "scale": self._scale, "matched": share}
        return arrays, values

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._levels, self._cpis = np.array(arrays["levels"], np.float64), np.array(arrays["cpis"], np.float64)
        for name in ("last", "basket", "year"):
            quantities, paid = (np.array(arrays[f"{name}_{part}"], np.int64) for part in ("quantities", "values"))
            setattr(self, f"_{name}", Sales(quantities, paid))
        self.months, self._year_months = int(values["months"]), int(values["year_months"])
        self._scale = float(values["scale"])
        self.matched_share = math.nan if values["matched"] is None else float(values["matched"])


def _appended(levels: FloatArray, level: float) -> FloatArray:
    """Return the last 13 levels: as far back as a rate of a year looks."""
    return np.append(levels, level)[-MONTHS - 1 :]


def _annual(levels: FloatArray, months: int) -> float:
    span = min(months, levels.size - 1)
    return float((levels[-1] / levels[-1 - span]) ** (MONTHS / span) - 1.0) if span > 0 else math.nan
