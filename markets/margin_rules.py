"""Buying on margin: what may be borrowed against shares, at which price a call is made, and what it asks for.

An account has a *position* P (its shares at the last price), a *loan* L (what it owes the bank, less its cash) and an
equity P - L. Initial margin limits what may be borrowed, maintenance margin what may stay borrowed; below it the bank
calls for money and, after the days of grace, sells.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from ..core.parameters import Parameters
from ..core.units import FloatArray, IntArray


class MarginSettings(Parameters):
    """What banks lend against shares, and how they call it back.

    References
    ----------
    Board of Governors of the Federal Reserve System, Regulation T, 12 CFR 220 (initial margin 50 %); FINRA Rule 4210
    (maintenance margin 25 %).
    """

    on: bool = Field(False, description="whether banks lend on margin to groups that want to (leveraged_value)")
    initial: float = Field(0.5, gt=0.0, le=1.0, description="least equity over position when something is borrowed")
    maintenance: float = Field(0.25, ge=0.0, lt=1.0, description="equity over position below which a call is made")
    grace: int = Field(1, ge=0, le=21, description="days between a call and forced sales")
    stress_fear: float = Field(0.5, ge=0.0, le=1.0, description="market fear from which on there are no days of grace")
    spread: float = Field(0.02, ge=0.0, le=0.5, description="rate on margin loans above the policy rate, a year")
    sale_share: float = Field(
        0.2, gt=0.0, le=1.0, description="most that is sold by force in a tick, of a stock's average volume per tick"
    )
    volume_half_life: float = Field(20.0, gt=0.0, le=252.0, description="days after which volume counts half in it")
    book_limit: float = Field(1.0, ge=0.0, le=10.0, description="most that a bank lends on margin, of its equity")
    exit_at: float = Field(0.10, ge=0.0, lt=1.0, description="equity, of that at the opening, below which it is closed")
    return_days: int = Field(100, ge=1, le=25_200, description="days after which a closed account may be opened again")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.maintenance >= self.initial:
            raise ValueError(f"maintenance is {self.maintenance}; give less than initial, which is {self.initial}")
        return self


def call_price(loan: ArrayLike, quantity: ArrayLike, maintenance: float, *, short: bool = False) -> FloatArray:
    """Return the price at which equity over position equals the maintenance margin m.

    Long, (q p - L) / (q p) = m at p = L / (q (1 - m)). Short, with cash C (proceeds and margin) in the place of the
    loan, (C - q p) / (q p) = m at p = C / (q (1 + m)).

    Parameters
    ----------
    loan, quantity : array_like
        L, or C of a short position, money; lots, above 0.

    Examples
    --------
    A hundred shares bought at 100 with half of the money borrowed, and a hundred sold short with margin of a half:

    >>> round(float(call_price(5_000, 100, 0.25)), 2)
    66.67
    >>> round(float(call_price(15_000, 100, 0.30, short=True)), 2)
    115.38
    """
    factor = 1.0 + maintenance if short else 1.0 - maintenance
    return np.asarray(np.asarray(loan, np.float64) / (np.asarray(quantity, np.float64) * factor), np.float64)


def equity_ratio(position: ArrayLike, loan: ArrayLike) -> FloatArray:
    """Return equity over position, (P - L) / P; of an account without shares 1, or minus infinity when it owes.

    Examples
    --------
    >>> equity_ratio([10_000, 0, 0, 4_000], [5_000, 0, 1, 5_000]).tolist()
    [0.5, 1.0, -inf, -0.25]
    """
    held, owed = np.asarray(position, np.float64), np.asarray(loan, np.float64)
    bare = np.where(owed > 0.0, -np.inf, 1.0)
    return np.asarray(np.divide(held - owed, held, out=bare, where=held > 0.0), np.float64)


def loan_capacity(wealth: ArrayLike, initial: float) -> IntArray:
    """Return the most an account may owe when all it has is in shares: W (1 / initial - 1), minor units.

    Examples
    --------
    >>> loan_capacity([5_000, -20], 0.5).tolist()
    [5000, 0]
    """
    own = np.maximum(np.asarray(wealth, np.float64), 0.0)
    return np.asarray(np.floor(own * (1.0 / initial - 1.0)), np.int64)


def amount_called(position: ArrayLike, loan: ArrayLike, margin: float) -> IntArray:
    """Return the money that lifts equity over position to ``margin``: L - (1 - m) P, 0 where it is there already.

    Examples
    --------
    At 60.00 the hundred shares are worth 6,000: of a loan of 5,000 they carry 4,500.

    >>> amount_called([6_000, 10_000], [5_000, 5_000], 0.25).tolist()
    [500, 0]
    """
    short = np.asarray(loan, np.float64) - (1.0 - margin) * np.asarray(position, np.float64)
    return np.asarray(np.ceil(np.maximum(short, 0.0)), np.int64)


def sale_due(position: ArrayLike, loan: ArrayLike, margin: float) -> IntArray:
    """Return the value of shares to sell so that equity over position is ``margin``: P - (P - L) / m, at most P.

    What is sold at the price at which it is valued repays the loan and leaves equity as it is.

    Examples
    --------
    Of 6,000 with a loan of 5,000, 2,000 may stay: a loan of 1,000 is half of it.

    >>> sale_due([6_000, 6_000, 10_000], [5_000, 7_000, 5_000], 0.5).tolist()
    [4000, 6000, 0]
    """
    held, owed = np.asarray(position, np.float64), np.asarray(loan, np.float64)
    excess = np.ceil(held - (held - owed) / margin)
    return np.asarray(np.where(owed > 0.0, np.clip(excess, 0.0, held), 0.0), np.int64)


def ration(wanted: IntArray, most: int) -> IntArray:
    """Split ``most`` lots among sellers in proportion to what each wants to sell; what rounding leaves, in order.

    Examples
    --------
    >>> ration(np.array([30, 10, 0]), 8).tolist(), ration(np.array([3, 1]), 9).tolist()
    ([6, 2, 0], [3, 1])
    """
    total = int(wanted.sum())
    if total <= most:
        return wanted.copy()
    part = (wanted.astype(np.float64) * (most / total)).astype(np.int64)
    left = most - int(part.sum())
    spare = wanted - part
    return np.asarray(part + np.clip(left - (np.cumsum(spare) - spare), 0, spare), np.int64)
