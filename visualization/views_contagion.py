"""What a bank's loss would do to the others: calculations on the books as they stand, which move nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.units import FloatArray
from ..markets.clearing import clearing_vector
from ..markets.contagion import furfine
from ..markets.debtrank import debtrank_2015
from ..model.closed_economy import ClosedEconomy
from ..model.contagion import BankSystem, Stress
from ..model.economy import Economy
from .views_banks import symbols_of


class Outcome(NamedTuple):
    """What a bank's loss would do, one entry a bank in the order of ``symbols``; shares are of each bank's equity.

    ``exposed`` is what each lent the bank that loses, ``distress`` DebtRank's (2015), ``cleared`` what is lost once
    payments have cleared with nothing wasted (Eisenberg and Noe 2001), ``wasted`` the same when defaults destroy
    value (Rogers and Veraart 2013), ``failed_in`` the round of the cascade in which a bank falls, None for those that
    stand (Furfine 2003).
    """

    symbols: tuple[str, ...]
    bank: int
    loss: float
    exposed: list[int]
    distress: list[float]
    cleared: list[float]
    wasted: list[float]
    failed_in: list[int | None]
    rank: float
    cleared_total: float
    wasted_total: float


def system(economy: Economy, c: ClosedEconomy) -> BankSystem:
    """Return the banks as `Economy.contagion` takes them."""
    return BankSystem.of(economy.ledger, c.banks, symbols_of(economy))


def ranks(banks: BankSystem) -> dict[str, float]:
    """Return DebtRank (2015) of the failure of each bank."""
    each = zip(banks.symbols, np.eye(banks.size), strict=True)
    return {name: debtrank_2015(banks.exposures, banks.equity, hit).rank for name, hit in each}


def what_if(banks: BankSystem, bank: int, share: float, stress: Stress | None = None) -> Outcome:
    """Return what it would do if a bank lost ``share`` of its equity, and a minor unit more, on assets of its own.

    At a share of 1 the figures are those of `Economy.contagion`. It is a calculation and moves nothing.
    """
    given, equity, x = stress or Stress(), banks.equity, banks.exposures
    shock = np.zeros(banks.size)
    shock[bank] = min(share, 1.0)
    found = debtrank_2015(x, equity, shock)
    loss = min(share * equity[bank] + 1.0, banks.external_assets[bank])
    left = {alpha: _cleared(banks, bank, loss, alpha) for alpha in (1.0, given.recovered)}
    falls = furfine(x, equity, bank, given.loss_given_default).failed_in if share >= 1.0 else np.full(banks.size, -1)
    others = np.arange(banks.size) != bank
    before = float(equity[others].sum())

    def lost_by_others(after: FloatArray) -> float:
        return (before - float(after[others].sum())) / before if before > 0.0 else 0.0

    return Outcome(
        banks.symbols, bank, loss, x[:, bank].astype(np.int64).tolist(), found.distress.tolist(),
        (1.0 - left[1.0] / equity).tolist(), (1.0 - left[given.recovered] / equity).tolist(),
        [round_ if round_ >= 0 else None for round_ in falls.tolist()],
        found.rank, lost_by_others(left[1.0]), lost_by_others(left[given.recovered]),
    )  # fmt: skip


def _cleared(banks: BankSystem, bank: int, loss: float, recovered: float) -> FloatArray:
    """Return (n,) equity once payments have cleared, other creditors before banks."""
    outside = banks.external_assets.copy()
    outside[bank] -= loss
    return clearing_vector(
        banks.exposures.T, outside, banks.external_liabilities, seniority="external_senior", alpha=recovered,
        beta=recovered,
    ).equity  # fmt: skip
