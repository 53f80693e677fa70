"""Resolution of banks: who bears which loss, and what the bank that takes over must be able to show.

Losses climb a ladder. Shareholders lose everything before a creditor loses anything; then come unsecured
loans of other banks, uninsured deposits, and the insured deposits, in whose place the deposit insurance
fund stands (Financial Stability Board 2014, "Key attributes of effective resolution regimes for financial
institutions", 5; Bank Recovery and Resolution Directive 2014/59/EU, Articles 48 and 108). What is secured
or owed to the central bank comes last. The postings are in `catallaxy.agents.bank_failure`.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import IntArray
from ..ledger.posting import largest_remainder


class ResolutionSettings(Parameters):
    """What a resolved bank's assets are worth, and what its successor must hold; all are fractions."""

    capital_after: float = Field(
        0.105, gt=0.0, le=1.0, description="capital ratio that a bank must have after taking over another"
    )
    bad_loans: float = Field(0.0, ge=0.0, le=1.0, description="share of a failed bank's loans to firms found to be bad")
    bad_margin_loans: float = Field(0.0, ge=0.0, le=1.0, description="the same, margin loans")
    founding_share: float = Field(0.05, gt=0.0, le=1.0, description="most of a founder's deposits put into a new bank")


class Cause(StrEnum):
    """Why a bank was resolved."""

    ILLIQUID = "illiquid"
    INSOLVENT = "insolvent"
    UNDERCAPITALISED = "undercapitalised"
    CONTAGION = "contagion"


@dataclass(frozen=True)
class LossByLayer:
    """What each layer of a bank's funding lost, minor units, first loss first.

    ``insured`` is not borne by depositors but by the deposit insurance fund and, behind it, the treasury,
    which also makes good what ``senior`` (secured debts, the central bank's) would lose.
    """

    equity: int = 0
    interbank: int = 0
    uninsured: int = 0
    insured: int = 0
    senior: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return int(sum(astuple(self)))

    @property
    def public(self) -> int:
        """What the fund and the treasury must bring."""
        return self.insured + self.senior


def loss_waterfall(
    equity: int, interbank: int, uninsured: int, insured: int, loss: int, *, senior: int = 0
) -> LossByLayer:
    """Return what each layer bears of a ``loss``: all of a layer is lost before the next is touched.

    Parameters
    ----------
    equity, interbank, uninsured, insured, senior : int
        The layers before the loss, minor units, 0 or more. A bank whose books show equity below 0 has
        an ``equity`` of 0, and what is missing is part of its ``loss``.
    loss : int
        Minor units, 0 or more.

    Raises
    ------
    OutOfBounds
        An amount is below 0, or the loss is more than all layers, hence more than all assets.

    Examples
    --------
    >>> loss_waterfall(equity=50, interbank=60, uninsured=150, insured=700, loss=120)
    LossByLayer(equity=50, interbank=60, uninsured=10, insured=0, senior=0)
    >>> loss_waterfall(equity=50, interbank=60, uninsured=150, insured=700, loss=300)
    LossByLayer(equity=50, interbank=60, uninsured=150, insured=40, senior=0)
    """
    layers = {"equity": equity, "interbank": interbank, "uninsured": uninsured, "insured": insured, "senior": senior}
    for name, amount in {**layers, "loss": loss}.items():
        if amount < 0:
            raise OutOfBounds(name, amount, "give an amount of 0 or more")
    borne, left = {}, loss
    for name, amount in layers.items():
        borne[name] = min(amount, left)
        left -= borne[name]
    if left:
        raise OutOfBounds("loss", loss, f"the layers add up to {loss - left}, and a bank loses no more than it has")
    return LossByLayer(**borne)


def shared_out(total: int, parts: ArrayLike) -> IntArray:
    """Return ``total`` borne in proportion to ``parts`` (n,), exactly, by largest remainder; no part more than itself.

    Raises
    ------
    OutOfBounds
        ``total`` is below 0 or more than the parts add up to.

    Examples
    --------
    >>> shared_out(10, [100, 0, 50]).tolist()
    [7, 0, 3]
    """
    weights = [int(part) for part in np.asarray(parts, np.int64)]
    if not 0 <= total <= sum(weights):
        raise OutOfBounds("total", total, f"the parts bear 0 to {sum(weights)}")
    if total == 0:
        return np.zeros(len(weights), np.int64)
    return np.array(largest_remainder(total, weights), np.int64)


def capital_missing(target: float, risk_weighted: float, equity: int) -> int:
    """Return the least capital, minor units, that lifts ``equity`` to ``target`` times ``risk_weighted`` assets.

    Examples
    --------
    >>> capital_missing(0.105, 1_000.0, 0), capital_missing(0.105, 1_001.0, 100), capital_missing(0.105, 0.0, 7)
    (105, 6, 0)
    """
    needed = math.ceil(target * risk_weighted)
    while needed > 0 and needed - 1 >= target * risk_weighted:
        needed -= 1
    while risk_weighted > 0.0 and needed / risk_weighted < target:
        needed += 1
    return max(0, needed - equity)
