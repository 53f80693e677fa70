"""Households: the traders of the economy in their other life, who work, earn, consume and save."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import FloatArray, IntArray, OwnerId

UNEMPLOYED, RETIRED = -1, -2


class HouseholdSettings(Parameters):
    """How households consume and look for work."""

    from_income: float = Field(
        0.80, ge=0.0, le=1.0, description="part of the month's net wages and benefits that is consumed"
    )
    from_deposits: float = Field(0.0205, ge=0.0, le=1.0, description="part of deposits and bonds consumed in a month")
    from_shares: float = Field(0.001, ge=0.0, le=1.0, description="part of share wealth consumed in a month")
    rate_response: float = Field(
        2.5, ge=0.0, le=50.0, description="fall of consumption out of deposits for a real loan rate one higher"
    )
    normal_real_rate: float = Field(0.03, ge=-0.2, le=0.2, description="real loan rate at which it is normal, a year")
    shops: int = Field(5, ge=1, le=50, description="shops that a household visits")
    shop_months: int = Field(12, ge=1, le=1_200, description="months after which it chooses other ones")
    liking: float = Field(
        0.25, ge=0.0, lt=1.0, description="most by which a shop's goods are liked more or less, as a share of the price"
    )
    taste_deviation: float = Field(
        0.0045, ge=0.0, le=0.5, description="standard deviation of a month's change of the taste for spending, logs"
    )
    taste_memory: float = Field(0.96, ge=0.0, lt=1.0, description="part of that taste that lasts a month")
    habit: float = Field(
        0.5, ge=0.0, lt=1.0, description="weight of last month's consumption in this month's (habit formation)"
    )


class Households:
    """Workers and consumers as columns; row h is the owner ``first + h``.

    Attributes
    ----------
    employer : (n,) int64
        Row of the firm, `UNEMPLOYED`, or `RETIRED` for those who left.
    income : (n,) int64
        Net wages and benefits since the last shopping, minor units; interest and dividends add to wealth.
    spent : (n,) int64
        What was consumed in the last month, minor units.
    """

    def __init__(self, settings: HouseholdSettings, first: OwnerId, size: int) -> None:
        self.settings, self.first, self.size = settings, first, size
        self.employer: IntArray = np.full(size, UNEMPLOYED, np.int64)
        self.income: IntArray = np.zeros(size, np.int64)
        self.spent: IntArray = np.zeros(size, np.int64)

    @property
    def owners(self) -> IntArray:
        """Owner ids."""
        return np.arange(self.first, self.first + self.size, dtype=np.int64)

    def slice(self) -> slice:
        """Return the rows of the ledger's accounts that are households'."""
        return slice(self.first, self.first + self.size)

    def labour_force(self) -> int:
        """Return how many work or look for work."""
        return int((self.employer != RETIRED).sum())

    def unemployed(self) -> int:
        """Return how many look for work."""
        return int((self.employer == UNEMPLOYED).sum())

    def wanted_consumption(
        self, liquid: IntArray, shares: FloatArray, real_loan_rate: float, taste: float = 0.0
    ) -> IntArray:
        """Return (n,) minor units that each would spend, at most its free deposits.

        C = from_income × net wages and benefits + from_deposits × liquid × clip(1 - b (r_L - π^e - normal), ½, 3/2)
        + from_shares × share wealth (Ando and Modigliani 1963, AER 53, 55-84: out of labour income and of wealth, so
        that interest is spent as wealth is, and higher rates do not feed demand), times e^taste, with a habit
        (Duesenberry 1949).
        """
        s = self.settings
        respond = min(max(1.0 - s.rate_response * (real_loan_rate - s.normal_real_rate), 0.5), 1.5)
        wish = s.from_income * self.income + s.from_deposits * respond * liquid + s.from_shares * shares
        wish *= math.exp(taste)
        wish = (1.0 - s.habit) * wish + s.habit * self.spent
        return np.maximum(np.floor(wish), 0.0).astype(np.int64)

    def begin_habit(self, liquid: IntArray, shares: FloatArray, real_loan_rate: float, taste: float = 0.0) -> None:
        """Take on the habit of households whose months have all been like this one; nothing was spent before."""
        wish = self.wanted_consumption(liquid, shares, real_loan_rate, taste)
        self.spent[:] = np.rint(wish / (1.0 - self.settings.habit)).astype(np.int64)

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the households."""
        return {name: getattr(self, name).copy() for name in ("employer", "income", "spent")}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        for name in ("employer", "income", "spent"):
            setattr(self, name, np.array(arrays[name], np.int64))
