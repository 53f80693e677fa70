"""An economy in three equations, for scenarios with markets but without firms and shops.

Each month, with annual fractions (0.02 is 2 %) and ε standard normal,

    π   = π_e + 0.15 y + 0.1 c + 0.002 ε
    y   ← 0.95 y - 0.05 (i - π_e - r*) + 0.01 (q - q̄)
    π_e ← 0.70 π_e + 0.15 π* + 0.15 π + 0.001 S    (or another of `expectations`),

where c is the twelve-month change of commodity prices, q that of share prices, i the policy rate and S
sentiment in [-1, 1]. A month's inflation answers to the gap it found; the rate moves the gap of the next.
Expectations without an anchor take in the rate of the last twelve months, which is what is published: with
each single month carried forward at once, its noise would add up until the lower bound makes it a spiral.
The slope 0.15 is near US data 1960-2009: an accelerationist Phillips slope of -0.31 per point of
unemployment times Okun's -0.4 is about 0.12; the other coefficients are proposals of this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.randomness import USER, Draws
from ..core.units import FloatArray
from .expectations import Expectations, ExpectationSettings
from .monetary import MonetarySettings
from .policy_rule import Readings

COMPONENT = "reduced_form"
RUNAWAY = 10.0
MOODY = ExpectationSettings(sentiment=0.001)


class ReducedFormSettings(Parameters):
    """Coefficients of the three equations, for annual fractions and a monthly step."""

    slope: float = Field(0.15, ge=0.0, le=5.0, description="κ, inflation for each unit of the output gap")
    commodity: float = Field(
        0.1, ge=0.0, le=1.0, description="inflation for each unit of commodity prices' yearly rise"
    )
    noise: float = Field(0.002, ge=0.0, le=0.1, description="standard deviation of a month's inflation")
    gap_persistence: float = Field(0.95, ge=0.0, lt=1.0, description="share of the output gap left after a month")
    rate_effect: float = Field(0.05, ge=0.0, le=1.0, description="monthly fall of the gap for a real rate above r*")
    wealth_effect: float = Field(0.01, ge=0.0, le=1.0, description="monthly rise of the gap for shares' yearly return")
    usual_return: float = Field(0.0, ge=-0.5, le=0.5, description="q̄, yearly return of shares that moves nothing")


@dataclass(frozen=True)
class MonthOfEconomy:
    """What a month brought: annual inflation of the month and of the last twelve, the gap, and expectations.

    ``price_level`` and ``nominal_gdp`` are indices, 1 before the first month.
    """

    month: int
    inflation: float
    inflation_12m: float
    gap: float
    expected_inflation: float
    price_level: float
    nominal_gdp: float

    def readings(self, rate: float) -> Readings:
        """Return what the central bank sees when it decides next, ``rate`` being in force. Money is not known."""
        return Readings(self.month, self.inflation_12m, self.expected_inflation, self.gap, rate,
                        self.price_level, nominal_gdp=self.nominal_gdp)  # fmt: skip


class ReducedForm:
    """The three equations, with their state and keyed draws.

    Parameters
    ----------
    settings : ReducedFormSettings
        Coefficients.
    seed : int
        The run's seed.
    monetary : MonetarySettings
        Where π*, r* and trend growth stand.
    expectations : ExpectationSettings
        How expectations are formed; by default anchored, with sentiment.

    Examples
    --------
    >>> economy = ReducedForm(ReducedFormSettings(noise=0.0), seed=7)
    >>> month = economy.step(1, equity_return_12m=0.0, commodity_change_12m=0.20, rate=0.03, sentiment=0.0)
    >>> round(month.inflation, 6), round(month.expected_inflation, 6)
    (0.04, 0.023)
    """

    def __init__(
        self,
        settings: ReducedFormSettings,
        seed: int,
        monetary: MonetarySettings | None = None,
        expectations: ExpectationSettings = MOODY,
    ) -> None:
        self.settings, self._seed = settings, seed
        self._monetary = monetary or MonetarySettings()
        self.expectations = Expectations(expectations, self._monetary.target)
        self._year: FloatArray = np.full(12, self._monetary.target)
        self._gap, self._price_level = 0.0, 1.0

    def step(
        self, month: int, equity_return_12m: float, commodity_change_12m: float, rate: float, sentiment: float = 0.0
    ) -> MonthOfEconomy:
        """Advance by the month numbered ``month`` (its draws depend on nothing else) and return what it brought.

        Raises
        ------
        OutOfBounds
            Inflation ran away, beyond 1000 % a year.
        """
        s, expected = self.settings, self.expectations.expected
        shock = float(Draws.of(self._seed, COMPONENT, month).normal([0], USER)[0])
        inflation = expected + s.slope * self._gap + s.commodity * commodity_change_12m + s.noise * shock
        if not -1.0 < inflation < RUNAWAY:
            raise OutOfBounds(
                "reduced_form.inflation", inflation, f"it ran away in month {month}: use anchored expectations, or a "
                "rule that anchors them (phi_pi above 1)",
            )  # fmt: skip
        real_rate = rate - expected - self._monetary.neutral_rate
        wealth = s.wealth_effect * (equity_return_12m - s.usual_return)
        self._gap = s.gap_persistence * self._gap - s.rate_effect * real_rate + wealth
        self._year = np.append(self._year[1:], inflation)
        self._price_level *= (1.0 + inflation) ** (1.0 / 12.0)
        anchored = self.expectations.settings.rule == "anchored_adaptive"
        self.expectations.next(inflation if anchored else self._inflation_12m(), sentiment)
        return self._month(month, inflation)

    def set_policy(
        self, settings: ReducedFormSettings, monetary: MonetarySettings, expectations: ExpectationSettings
    ) -> None:
        """Take other coefficients, another policy and another way of forming expectations."""
        self.settings, self._monetary = settings, monetary
        self.expectations.settings, self.expectations.target = expectations, monetary.target

    def _inflation_12m(self) -> float:
        return float(np.prod((1.0 + self._year) ** (1.0 / 12.0))) - 1.0

    def _month(self, month: int, inflation: float) -> MonthOfEconomy:
        potential = (1.0 + self._monetary.trend_growth) ** (month / 12.0)
        return MonthOfEconomy(
            month, inflation, self._inflation_12m(), self._gap,
            self.expectations.expected, self._price_level, self._price_level * potential * float(np.exp(self._gap)),
        )  # fmt: skip

    def state(self) -> tuple[dict[str, FloatArray], dict[str, Any]]:
        """Return the inflation of the last twelve months, the gap and the price level, and expectations' own state."""
        arrays, values = self.expectations.state()
        own = {"gap": self._gap, "price_level": self._price_level, "expectations": values}
        return {"year": self._year.copy(), **{f"expectations.{name}": array for name, array in arrays.items()}}, own

    def restore(self, arrays: dict[str, FloatArray], values: dict[str, Any]) -> None:
        """Go back to a `state`."""
        mark = "expectations."
        self._year = np.array(arrays["year"], np.float64)
        inner = {name.removeprefix(mark): array for name, array in arrays.items() if name.startswith(mark)}
        self.expectations.restore(inner, values["expectations"])
        self._gap, self._price_level = float(values["gap"]), float(values["price_level"])
