"""Depositors who run: who fears for a deposit takes it to a safer bank, and others follow.

Deposits may be called at any time while loans may not, so a bank can fail because its depositors expect it to
(Diamond and Dybvig 1983). Fear has a cause here, a bank that is short of capital; a social part, since people
run when those they know have run (Kelly and Ó Gráda 2000; Iyer and Puri 2012); and a mood. Who is insured has
little reason to run, and hardly does.

    p = 1 - exp(-λ z⁺) a day,  z = 1.5 (10.5 % - CAR) / 10.5 % + 0.5 share of neighbours who ran + 0.5 fear

A depositor's neighbours are six others, met anew each day among the customers of its bank and those who ran
from that bank within the last month. Who runs looks at three other banks and takes the whole account to the
safest, if that is safer than its own.

References
----------
D. W. Diamond and P. H. Dybvig (1983), "Bank runs, deposit insurance, and liquidity", Journal of Political
Economy 91, 401-419.
M. Kelly and C. Ó Gráda (2000), "Market contagion: evidence from the panics of 1854 and 1857", American
Economic Review 90, 1110-1124.
R. Iyer and M. Puri (2012), "Understanding bank runs: the importance of depositor-bank relationships and
networks", American Economic Review 102, 1414-1445.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import FloatArray, IntArray
from ..ledger.ledger import Ledger
from ..ledger.owners import NOBODY
from .banks import Banks
from .depositors_kernels import NEVER, choose_banks
from .insured_deposits import deposits_of
from .lots import keys_by_kind, ordinals_within_kind


class RunSettings(Parameters):
    """How readily depositors run; rates are those of a day."""

    on: bool = Field(True, description="whether depositors run at all")
    speed: float = Field(0.2, ge=0.0, le=10.0, description="λ, hazard of leaving at an alarm of 1, a day")
    insured_factor: float = Field(0.05, ge=0.0, le=1.0, description="hazard of the insured, relative to the uninsured")
    safe_ratio: float = Field(0.105, gt=0.0, le=1.0, description="capital ratio at which a bank raises no alarm")
    capital_weight: float = Field(1.5, ge=0.0, le=100.0, description="alarm at a bank without any capital")
    neighbour_weight: float = Field(0.5, ge=0.0, le=100.0, description="alarm when all neighbours have run")
    fear_weight: float = Field(0.5, ge=0.0, le=100.0, description="alarm at the greatest fear")
    neighbours: int = Field(6, ge=0, le=64, description="others whom a depositor meets in a day")
    memory: int = Field(21, ge=0, le=2520, description="days for which those who ran are heard of")
    sample: int = Field(3, ge=1, le=64, description="other banks that who leaves looks at")


@dataclass(frozen=True)
class Moves:
    """Who moved between banks on a day: owner ids, and the amounts (n,) taken along, minor units."""

    owners: IntArray
    source: IntArray
    target: IntArray
    amounts: IntArray

    @property
    def total(self) -> int:
        """All money that moved."""
        return int(self.amounts.sum())


def run_probability(
    settings: RunSettings, capital_ratio: float, *, neighbours_moved: float, fear: float, insured: bool
) -> float:
    """Return the probability that a depositor leaves its bank today.

    Parameters
    ----------
    capital_ratio : float
        Of its bank; infinite for a bank without risk.
    neighbours_moved, fear : float
        Share of neighbours who ran, and the mood, both 0 to 1.

    Examples
    --------
    >>> s = RunSettings()
    >>> round(run_probability(s, 0.035, neighbours_moved=0.5, fear=0.2, insured=False), 6)
    0.236621
    >>> run_probability(s, 0.14, neighbours_moved=0.5, fear=0.2, insured=False)
    0.0
    """
    s = settings
    alarm = s.capital_weight * (s.safe_ratio - capital_ratio) / s.safe_ratio
    alarm += s.neighbour_weight * neighbours_moved + s.fear_weight * fear
    speed = s.speed * s.insured_factor if insured else s.speed
    return 1.0 - math.exp(-speed * max(alarm, 0.0)) if speed > 0.0 else 0.0


class Depositors:
    """Everybody who keeps money at a bank, and the memory of who ran from which.

    Attributes
    ----------
    left_bank, left_day : (owners,) int64
        The bank that an owner ran from last, by owner id, and when.
    """

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings
        self.left_bank: IntArray = np.zeros(0, np.int64)
        self.left_day: IntArray = np.zeros(0, np.int64)

    def day(
        self,
        ledger: Ledger,
        banks: Banks,
        capital_ratios: FloatArray,
        *,
        fear: float,
        limit: int,
        day: int,
        seed: int,
    ) -> Moves:
        """Let depositors run, and return who did; reserves follow their deposits.

        A bank may end the day with reserves below zero: then it borrows, or is illiquid.

        Parameters
        ----------
        capital_ratios : (banks,) float64
            As last published, by slot.
        fear : float
            0 to 1.
        limit : int
            Deposit up to which a depositor is insured, minor units.

        Raises
        ------
        OutOfBounds
            A ratio is no number, or fear is not between 0 and 1.
        """
        self._grow(ledger.owners.size)
        ratios = _checked(capital_ratios, banks, fear)
        if not self.settings.on or np.count_nonzero(banks.open) < 2:
            return _moves(ledger, np.zeros(0, np.int64), np.zeros(0, np.int64))
        slot_of = np.full(ledger.owners.size + 1, -1, np.int64)  # the last place is that of nobody
        slot_of[banks.owners[banks.open]] = np.flatnonzero(banks.open)
        everybody = np.arange(ledger.owners.size)
        balances = deposits_of(ledger, everybody)
        slots = np.where(balances > 0, slot_of[ledger.owners.column("house_bank")], -1)
        target = choose_banks(
            slots, balances <= limit, self._runners(slot_of, slots, banks.size, day),
            np.bincount(slots[slots >= 0], minlength=banks.size), np.flatnonzero(banks.open), ratios,
            keys_by_kind(ledger.owners, seed, "depositors")[ledger.owners.column("kind")],
            ordinals_within_kind(ledger.owners), day, float(fear), *self._weights(),
        )  # fmt: skip
        movers = np.flatnonzero(target >= 0)
        return self.leave(ledger, banks, movers, target[movers], day=day)

    def leave(self, ledger: Ledger, banks: Banks, movers: IntArray, slots: IntArray, *, day: int) -> Moves:
        """Move the whole accounts of ``movers`` (n,) to the banks in ``slots`` (n,), and remember who ran."""
        self._grow(ledger.owners.size)
        moves = _moves(ledger, movers, banks.owners[slots])
        for slot in np.unique(slots).tolist():
            ledger.move_house_bank(movers[slots == slot], int(banks.owners[slot]))
        self.left_bank[movers], self.left_day[movers] = moves.source, day
        return moves

    def _weights(self) -> tuple[float, float, float, float, float, float, int, int]:
        s = self.settings
        return (
            s.speed, s.insured_factor, s.safe_ratio, s.capital_weight, s.neighbour_weight, s.fear_weight,
            s.neighbours, s.sample,
        )  # fmt: skip

    def _runners(self, slot_of: IntArray, slots: IntArray, banks: int, day: int) -> IntArray:
        """Return (banks,) how many ran from each slot's bank within memory and are elsewhere now."""
        heard = (self.left_day != NEVER) & (day - self.left_day <= self.settings.memory)
        from_slot = np.where(heard, slot_of[self.left_bank], -1)
        away = (from_slot >= 0) & (from_slot != slots)
        return np.bincount(from_slot[away], minlength=banks)

    def _grow(self, owners: int) -> None:
        missing = owners - self.left_bank.shape[0]
        if missing > 0:
            self.left_bank = np.concatenate([self.left_bank, np.full(missing, NOBODY, np.int64)])
            self.left_day = np.concatenate([self.left_day, np.full(missing, NEVER, np.int64)])

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the memory."""
        return {"left_bank": self.left_bank.copy(), "left_day": self.left_day.copy()}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.left_bank = np.array(arrays["left_bank"], np.int64)
        self.left_day = np.array(arrays["left_day"], np.int64)


def _checked(capital_ratios: ArrayLike, banks: Banks, fear: float) -> FloatArray:
    ratios = np.ascontiguousarray(capital_ratios, np.float64)
    if ratios.shape != (banks.size,):
        raise OutOfBounds("the shape of capital_ratios", ratios.shape, f"{(banks.size,)} is due, one a slot")
    if np.isnan(ratios[banks.open]).any():
        slot = int(np.flatnonzero(np.isnan(ratios) & banks.open)[0])
        raise OutOfBounds(f"capital_ratios[{slot}]", "nan", "give a number for every open bank")
    if not 0.0 <= fear <= 1.0:
        raise OutOfBounds("fear", fear, "give a number between 0 and 1")
    return ratios


def _moves(ledger: Ledger, movers: IntArray, targets: IntArray) -> Moves:
    return Moves(movers, ledger.owners.column("house_bank")[movers].copy(), targets, deposits_of(ledger, movers))
