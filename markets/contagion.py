"""Default cascades: one bank fails, its creditors write off, those who cannot bear it fail in turn.

The sequential algorithm of Furfine (2003). Its neighbours: `clearing` (all payments at once),
`debtrank` (losses before default), `fire_sales` (losses through prices).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds
from ..core.units import BoolArray, FloatArray, IntArray
from .bank_arrays import between_banks, fraction, of_banks

SURVIVED = -1


@dataclass(frozen=True)
class Cascade:
    """Who failed when.

    Parameters
    ----------
    failed_in : IntArray
        (n,) the round in which each bank failed, 0 for those that failed first, `SURVIVED` for the rest.
    losses : FloatArray
        (n,) what each wrote off on those that failed.
    """

    failed_in: IntArray
    losses: FloatArray

    @property
    def failed(self) -> BoolArray:
        """Who failed."""
        return np.asarray(self.failed_in != SURVIVED, np.bool_)

    @property
    def rounds(self) -> int:
        """The last round in which somebody failed."""
        return int(self.failed_in.max(initial=0))


def furfine(
    exposures: ArrayLike, equity: ArrayLike, first: int | Sequence[int], loss_given_default: float = 1.0
) -> Cascade:
    """Return the cascade that the failure of ``first`` sets off.

    i fails when LGD Σ_{failed j} X_ij >= E_i, and that sum is above 0

    Parameters
    ----------
    exposures : (n, n)
        X, what creditor i stands to lose to debtor j.
    equity : (n,)
        E, 0 or more.
    first : int or sequence of int
        Who fails in round 0, whatever its equity.
    loss_given_default : float
        Share of an exposure that is lost, 0 to 1.

    References
    ----------
    C. H. Furfine (2003), "Interbank exposures: quantifying the risk of contagion", Journal of Money,
    Credit and Banking 35, 111-128.

    Examples
    --------
    >>> ring = [[0, 0, 2], [4, 0, 0], [0, 3, 0]]
    >>> furfine(ring, [1, 3, 3], 0).failed_in.tolist()
    [0, 1, 2]
    >>> furfine(ring, [1, 3, 3], 0, loss_given_default=0.4).failed_in.tolist()
    [0, -1, -1]
    """
    x = between_banks("exposures", exposures)
    n = len(x)
    e = of_banks("equity", equity, n)
    rate = float(fraction("loss_given_default", loss_given_default))
    failed_in = np.full(n, SURVIVED, np.int64)
    failed_in[_places(first, n)] = 0
    round_ = 0
    while True:
        losses = np.asarray(rate * x[:, failed_in != SURVIVED].sum(axis=1), np.float64)
        falls = (failed_in == SURVIVED) & (losses >= e) & (losses > 0.0)
        if not falls.any():
            return Cascade(failed_in, losses)
        round_ += 1
        failed_in[falls] = round_


def _places(first: int | Sequence[int], banks: int) -> list[int]:
    places = [first] if isinstance(first, int | np.integer) else list(first)
    for place in places:
        if not isinstance(place, int | np.integer) or not 0 <= place < banks:
            raise OutOfBounds("first", place, f"give the number of a bank, 0 to {banks - 1}")
    return [int(place) for place in places]
