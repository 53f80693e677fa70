"""What moods are made of: the day's closes and taken orders, turned into five signals and a measure of herding."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UnusableSeries
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray, IntArray
from ..markets.measures import paired, series
from ..markets.orders import F_BOOK, F_QUANTITY, F_SIDE, F_TAKER_ORDER

MONTH = 20
BOUGHT, SOLD, BUYS, SELLS = range(4)


class MoodInputs(NamedTuple):
    """A day as `Psychology.note_day` takes it: (books,) arrays, and two numbers of the whole market."""

    returns_20d: FloatArray
    vol_ratio: FloatArray
    imbalance: FloatArray
    margin_share: float
    breadth: float
    buy_counts: IntArray
    sell_counts: IntArray


def taker_sides(fills: IntArray, books: int) -> IntArray:
    """Return (4, books): lots takers bought and sold, and how many taking orders bought and sold.

    An order that walks through several others counts once. Sums over the ticks of a day are the day's.

    Parameters
    ----------
    fills : (m, 9) int64
        Fills of a tick, as the exchange gives them.
    books : int
        Number of books.

    Examples
    --------
    >>> fills = np.zeros((2, 9), np.int64)
    >>> fills[:, F_QUANTITY], fills[:, F_TAKER_ORDER] = [3, 4], 77
    >>> taker_sides(fills, books=1).tolist()
    [[7], [0], [1], [0]]
    """
    out = np.zeros((4, books), np.int64)
    side, book = fills[:, F_SIDE], fills[:, F_BOOK]
    np.add.at(out, (np.where(side == 0, BOUGHT, SOLD), book), fills[:, F_QUANTITY])
    _, first = np.unique(fills[:, F_TAKER_ORDER], return_index=True)
    np.add.at(out, (np.where(side[first] == 0, BUYS, SELLS), book[first]), 1)
    return out


def market_inputs(closes: ArrayLike, sides: ArrayLike, margin_share: float) -> MoodInputs:
    """Return the inputs of a day from its closes and what takers did.

    * 20-day log return, since the first close while there are fewer;
    * realised volatility of the last 20 days over that of the last 252, 1 where there is none to compare;
    * order imbalance, lots bought less sold by takers over both, 0 where none traded;
    * breadth, the share of books that rose since yesterday less the share that fell.

    Parameters
    ----------
    closes : array_like
        (days, books) closes, the last row today's; up to 253 rows are used.
    sides : array_like
        (4, books) of the day, from `taker_sides`.
    margin_share : float
        Share of leveraged accounts under margin call.

    Examples
    --------
    >>> day = market_inputs([[100, 100], [110, 95], [121, 95]], [[6, 0], [2, 0], [3, 0], [1, 0]], margin_share=0.0)
    >>> day.returns_20d.round(4).tolist(), day.imbalance.tolist(), day.breadth
    ([0.1906, -0.0513], [0.5, 0.0], 0.5)
    """
    prices, day = np.asarray(closes, np.float64)[-TRADING_DAYS_PER_YEAR - 1 :], np.asarray(sides, np.int64)
    if prices.ndim != 2 or not prices.shape[0]:
        raise UnusableSeries("closes", f"has shape {prices.shape}; give a row for each day and a column for each book")
    if not (np.isfinite(prices) & (prices > 0.0)).all():
        raise UnusableSeries("closes", "holds a price that is not above 0")
    if day.shape != (4, prices.shape[1]):
        raise UnusableSeries("sides", f"has shape {day.shape}; give (4, {prices.shape[1]})")
    moves = np.diff(np.log(prices), axis=0)
    if not moves.shape[0]:
        moves = np.zeros((1, prices.shape[1]))
    lots = day[BOUGHT] + day[SOLD]
    return MoodInputs(
        returns_20d=moves[-MONTH:].sum(axis=0),
        vol_ratio=_volatility_ratio(moves),
        imbalance=(day[BOUGHT] - day[SOLD]) / np.maximum(lots, 1),
        margin_share=float(margin_share),
        breadth=float(np.sign(moves[-1]).mean()) if prices.shape[1] else 0.0,
        buy_counts=day[BUYS],
        sell_counts=day[SELLS],
    )


def _volatility_ratio(moves: FloatArray) -> FloatArray:
    recent, year = (np.sqrt((part * part).mean(axis=0)) for part in (moves[-MONTH:], moves))
    return np.asarray(np.where(year > 0.0, recent / np.where(year > 0.0, year, 1.0), 1.0), np.float64)


def binomial_mean_deviation(n: int, p: float) -> float:
    """Return E abs(X - n p) for X binomial (n, p), exactly: 2 ν C(n, ν) p^ν (1 - p)^(n - ν + 1), ν = ⌊n p⌋ + 1.

    References
    ----------
    A. de Moivre (1730), "Miscellanea Analytica"; P. Diaconis and S. Zabell (1991), "Closed form summation for
    classical distributions: variations on a theme of De Moivre", Statistical Science 6, 284-302.

    Examples
    --------
    >>> round(binomial_mean_deviation(2, 0.5), 12)
    0.5
    """
    if n <= 0 or not 0.0 < p < 1.0:
        return 0.0
    v = math.floor(n * p) + 1
    if v > n:  # n p rounded up to n
        return 2.0 * n * p**n * (1.0 - p)
    ways = math.lgamma(n + 1) - math.lgamma(v + 1) - math.lgamma(n - v + 1)
    return 2.0 * v * math.exp(ways + v * math.log(p) + (n - v + 1) * math.log1p(-p))


def excess_herding(buys: ArrayLike, sells: ArrayLike, buy_share: float = 0.5) -> FloatArray:
    """Return how much more one-sided trades are than those of independent traders.

    H = abs(m - m₀) - E abs(m - m₀), m = (B - S) / (B + S) the mean sign, m₀ = 2 p - 1

    E is exact for B binomial (B + S, p), so H has mean 0 without herding whatever the number of trades, and
    1 - E when all are on one side. It is twice the measure of Lakonishok, Shleifer and Vishny, which is in
    shares of buyers: abs(B / (B + S) - p) less its expectation. Where nothing traded H is 0.

    Parameters
    ----------
    buys, sells : array_like
        (books,) orders that took and bought, and sold.
    buy_share : float
        p. One half sees a market that moves as one; the day's share over all books, as in the paper, only
        what herds into one stock rather than another.

    References
    ----------
    J. Lakonishok, A. Shleifer and R. W. Vishny (1992), "The impact of institutional trading on stock
    prices", Journal of Financial Economics 32, 23-43.

    Examples
    --------
    >>> excess_herding([2, 1, 0], [0, 1, 0]).round(9).tolist()
    [0.5, -0.5, 0.0]
    """
    bought, sold = series(buys, "buys", 0), series(sells, "sells", 0)
    paired(bought, sold, ("buys", "sells"))
    if (bought < 0.0).any() or (sold < 0.0).any():
        raise UnusableSeries("buys and sells", "hold a number below 0; give counts")
    if not 0.0 < buy_share < 1.0:
        raise UnusableSeries("buy_share", f"is {buy_share}; give a share above 0 and below 1")
    total = bought + sold
    expected = np.array([binomial_mean_deviation(int(n), buy_share) for n in total])
    apart = np.abs(bought - buy_share * total)
    return np.asarray(2.0 * (apart - expected) / np.maximum(total, 1.0), np.float64)
