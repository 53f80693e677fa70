"""What a market looks like: mid, spread, depth, volatility, imbalance, impact and liquidity, from arrays.

Pure functions: arrays in, floats or arrays out, nothing kept. Quotes are in price units, sizes in
lots. A side of a book that is empty has price 0 and makes whatever depends on it NaN. An array that
is too short, of another length than its partner, or not finite raises `UnusableSeries`, naming it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UnusableSeries
from ..core.units import FloatArray

NAN = math.nan


def series(values: ArrayLike, name: str, least: int = 1) -> FloatArray:
    """Return ``values`` as (n,) floats, or raise `UnusableSeries` when short of ``least`` or not finite.

    Examples
    --------
    >>> series([1.0, float("nan")], "prices")
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.UnusableSeries: prices is nan at row 1; give finite numbers
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise UnusableSeries(name, f"has {array.ndim} dimensions; give one")
    if array.size < least:
        raise UnusableSeries(name, f"has {array.size} rows; at least {least} are needed")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise UnusableSeries(name, f"is {array[bad[0]]} at row {bad[0]}; give finite numbers")
    return array


def paired(first: FloatArray, second: FloatArray, names: tuple[str, str]) -> None:
    """Raise `UnusableSeries` unless both arrays have one length."""
    if first.shape != second.shape:
        raise UnusableSeries(names[1], f"has {second.size} rows and {names[0]} has {first.size}; give one length")


def _positive(values: ArrayLike, name: str, least: int) -> FloatArray:
    array = series(values, name, least)
    low = np.flatnonzero(array <= 0.0)
    if low.size:
        raise UnusableSeries(name, f"is {array[low[0]]} at row {low[0]}; give numbers above 0")
    return array


def _quotes(bid: ArrayLike, ask: ArrayLike) -> tuple[FloatArray, FloatArray]:
    bids, asks = np.atleast_1d(np.asarray(bid, np.float64)), np.atleast_1d(np.asarray(ask, np.float64))
    paired(bids, asks, ("bid", "ask"))
    both = (bids > 0.0) & (asks > 0.0)
    return np.where(both, bids, NAN), np.where(both, asks, NAN)


def mid_price(bid: ArrayLike, ask: ArrayLike) -> FloatArray:
    """Return the mid-price m = (a + b) / 2, NaN where a side is empty.

    Examples
    --------
    >>> mid_price([99, 0], [101, 102]).tolist()
    [100.0, nan]
    """
    bids, asks = _quotes(bid, ask)
    return np.asarray(0.5 * (bids + asks), np.float64)


def microprice(bid: ArrayLike, ask: ArrayLike, bid_quantity: ArrayLike, ask_quantity: ArrayLike) -> FloatArray:
    """Return the imbalance-weighted mid, the usual one-line microprice.

    w = I a + (1 - I) b with I = q_b / (q_b + q_a), the share of the lots at the best that bid

    The price leans towards the thin side, which is the likelier to be eaten next. It is the weighted
    mid from which Stoikov starts; his own micro-price, the limit of expected future mids given (I,
    spread), corrects it by a term fitted to a history of quotes, which one quote cannot give.

    References
    ----------
    S. Stoikov (2018), "The micro-price: a high-frequency estimator of future prices", Quantitative
    Finance 18, 1959-1966; J. Gatheral and R. Oomen (2010), Finance and Stochastics 14, 249-283.

    Examples
    --------
    >>> microprice(99, 101, bid_quantity=30, ask_quantity=10).tolist()
    [100.5]
    """
    bids, asks = _quotes(bid, ask)
    weight = 0.5 * (1.0 + order_imbalance(bid_quantity, ask_quantity))
    return np.asarray(weight * asks + (1.0 - weight) * bids, np.float64)


def quoted_spread(bid: ArrayLike, ask: ArrayLike) -> FloatArray:
    """Return the quoted spread s = a - b in price units, NaN where a side is empty.

    Examples
    --------
    >>> quoted_spread([99], [101]).tolist()
    [2.0]
    """
    bids, asks = _quotes(bid, ask)
    return np.asarray(asks - bids, np.float64)


def relative_spread(bid: ArrayLike, ask: ArrayLike) -> FloatArray:
    """Return the spread as a fraction of the mid-price, (a - b) / m; 0.0001 is a basis point.

    Examples
    --------
    >>> relative_spread([99], [101]).tolist()
    [0.02]
    """
    return np.asarray(quoted_spread(bid, ask) / mid_price(bid, ask), np.float64)


def effective_spread(price: ArrayLike, mid: ArrayLike, sign: ArrayLike) -> FloatArray:
    """Return the spread that each trade really paid, 2 d (p - m), in price units.

    Parameters
    ----------
    price, mid : array_like
        Trade prices, and the mids just before the trades.
    sign : array_like
        d: +1 where the buyer was the taker, -1 where the seller was.

    References
    ----------
    R. D. Huang and H. R. Stoll (1996), Journal of Financial Economics 41, 313-357.

    Examples
    --------
    >>> effective_spread([101, 99.5], [100, 100], [1, -1]).tolist()
    [2.0, 1.0]
    """
    prices, mids, signs = (np.asarray(values, np.float64) for values in (price, mid, sign))
    paired(prices, mids, ("price", "mid"))
    paired(prices, signs, ("price", "sign"))
    return np.asarray(2.0 * signs * (prices - mids), np.float64)


def depth(quantities: ArrayLike, levels: int) -> float:
    """Return the lots resting at the best ``levels`` levels of one side, given best first.

    Examples
    --------
    >>> depth([5, 7, 100], levels=2)
    12.0
    """
    if levels < 1:
        raise UnusableSeries("levels", f"is {levels}; give 1 or more")
    return float(series(quantities, "quantities", 0)[:levels].sum())


def order_imbalance(bid_quantity: ArrayLike, ask_quantity: ArrayLike) -> FloatArray:
    """Return (q_b - q_a) / (q_b + q_a): 1 when all lots bid, -1 when all offer, NaN when there are none.

    The same function serves volumes bought and sold by takers.

    References
    ----------
    T. Chordia, R. Roll and A. Subrahmanyam (2002), Journal of Financial Economics 65, 111-130.

    Examples
    --------
    >>> order_imbalance([30, 0], [10, 0]).tolist()
    [0.5, nan]
    """
    bids = np.atleast_1d(np.asarray(bid_quantity, np.float64))
    asks = np.atleast_1d(np.asarray(ask_quantity, np.float64))
    paired(bids, asks, ("bid_quantity", "ask_quantity"))
    total = bids + asks
    return np.asarray((bids - asks) / np.where(total > 0.0, total, NAN), np.float64)


def realised_volatility(prices: ArrayLike, periods: float = 1.0) -> float:
    """Return the realised volatility of a path of prices.

    RV = sqrt(periods × Σ r_i²), r_i = ln(p_i / p_{i-1})

    Parameters
    ----------
    prices : array_like
        Prices at regular times, above 0, at least two.
    periods : float
        How many such paths fill the period of the answer: 252 turns one day's path into a yearly figure.

    References
    ----------
    T. G. Andersen, T. Bollerslev, F. X. Diebold and P. Labys (2003), "Modeling and forecasting
    realized volatility", Econometrica 71, 579-625.

    Examples
    --------
    >>> round(realised_volatility([100, 101, 100]), 6)
    0.014072
    """
    returns = np.diff(np.log(_positive(prices, "prices", 2)))
    return math.sqrt(periods * float(returns @ returns))


def kyle_lambda(price_changes: ArrayLike, signed_flow: ArrayLike) -> float:
    """Return Kyle's λ: by how many price units one lot of net buying moves the price.

    Δp_t = c + λ x_t + e_t by least squares, x the lots bought less those sold by takers

    Returns NaN when the flow never varies, for then no impact can be seen.

    References
    ----------
    A. S. Kyle (1985), "Continuous auctions and insider trading", Econometrica 53, 1315-1335.

    Examples
    --------
    >>> round(kyle_lambda([0.2, -0.1, 0.3], [2, -1, 3]), 12)
    0.1
    """
    changes, flow = series(price_changes, "price_changes", 3), series(signed_flow, "signed_flow", 3)
    paired(changes, flow, ("price_changes", "signed_flow"))
    centred = flow - flow.mean()
    variation = float(centred @ centred)
    return float(centred @ changes) / variation if variation > 0.0 else NAN


def roll_spread(prices: ArrayLike) -> float:
    """Return Roll's implicit spread, from nothing but trade prices.

    s = 2 sqrt(-cov(Δp_t, Δp_{t-1})); trades that bounce between bid and ask make the covariance -s²/4

    Returns NaN when the covariance is positive: the prices then trend, and the model does not hold.

    References
    ----------
    R. Roll (1984), "A simple implicit measure of the effective bid-ask spread in an efficient
    market", Journal of Finance 39, 1127-1139.

    Examples
    --------
    >>> round(roll_spread([100, 101, 100, 101, 100]), 3)
    1.886
    """
    changes = np.diff(series(prices, "prices", 4))
    later, earlier = changes[1:] - changes[1:].mean(), changes[:-1] - changes[:-1].mean()
    covariance = float(later @ earlier) / (changes.size - 1)
    return 2.0 * math.sqrt(-covariance) if covariance <= 0.0 else NAN


def amihud_illiquidity(returns: ArrayLike, turnover: ArrayLike) -> float:
    """Return Amihud's illiquidity: the mean of abs r_d / V_d over the periods that traded.

    Parameters
    ----------
    returns : array_like
        Returns by period (usually a day), as fractions.
    turnover : array_like
        Money traded in the period, in the unit the answer is per; periods with 0 are left out, as in
        the paper. NaN when none traded.

    References
    ----------
    Y. Amihud (2002), "Illiquidity and stock returns: cross-section and time-series effects", Journal
    of Financial Markets 5, 31-56. His figures are per million dollars.

    Examples
    --------
    >>> amihud_illiquidity([0.02, -0.01, 0.05], [100, 50, 0])
    0.0002
    """
    moves, money = series(returns, "returns"), series(turnover, "turnover")
    paired(moves, money, ("returns", "turnover"))
    traded = money > 0.0
    return float(np.mean(np.abs(moves[traded]) / money[traded])) if traded.any() else NAN
