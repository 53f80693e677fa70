"""What the public expects inflation to be: four ways of forming it, from anchored to switching.

========================  ==================================================================================
``anchored_adaptive``     π_e ← 0.70 π_e + 0.15 π* + 0.15 π: between habit, the target and what is seen
``naive``                 π_e ← π
``trend_following``       π_e ← π + g (π - π₋₁)
``heuristic_switching``   four such rules, each with as many followers as it has earned lately
========================  ==================================================================================

Only the first has an anchor of its own. Under the others a central bank must move its rate by more than
inflation moves, see `catallaxy.policies.policy_rule.check_rule`. Rates are annual fractions.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import FloatArray

Rule: TypeAlias = Literal["anchored_adaptive", "naive", "trend_following", "heuristic_switching"]

HEURISTICS = ("adaptive", "weak trend", "strong trend", "learning anchor")
PER_POINT = 100.0


class ExpectationSettings(Parameters):
    """How expected inflation is formed; the switching model's values are those of Anufriev and Hommes (2012)."""

    rule: Rule = Field("anchored_adaptive", description="which of the four ways")
    inertia: float = Field(0.70, ge=0.0, le=1.0, description="anchored_adaptive: weight on what was expected before")
    anchor: float = Field(0.15, ge=0.0, le=1.0, description="anchored_adaptive: weight on the target; inflation: rest")
    trend: float = Field(0.4, ge=0.0, le=2.0, description="trend_following: share of the last change expected again")
    gain: float = Field(0.65, ge=0.0, le=1.0, description="switching: weight of the adaptive rule on the newest rate")
    weak_trend: float = Field(0.4, ge=0.0, le=2.0, description="switching: extrapolation of the weak trend rule")
    strong_trend: float = Field(1.3, ge=0.0, le=3.0, description="switching: extrapolation of the strong trend rule")
    choice_intensity: float = Field(0.4, ge=0.0, le=100.0, description="switching: β, per squared percentage point")
    memory: float = Field(0.7, ge=0.0, lt=1.0, description="switching: η, weight of the past in a rule's performance")
    persistence: float = Field(0.9, ge=0.0, lt=1.0, description="switching: δ, share of followers who stay each month")
    sentiment: float = Field(
        0.0, ge=0.0, le=0.05, description="expected inflation added by sentiment S = 1; 0.001 is 0.1 points"
    )

    @model_validator(mode="after")
    def _weights(self) -> ExpectationSettings:
        if self.inertia + self.anchor > 1.0 + 1e-12:
            raise ValueError(f"inertia {self.inertia} and anchor {self.anchor} exceed 1 together; lower one of them")
        return self

    @property
    def anchored(self) -> bool:
        """Whether expectations return to the target by themselves."""
        return self.rule == "anchored_adaptive" and self.anchor > 0.0


class Expectations:
    """Expected inflation, month after month.

    In the switching model rule h has the share n of followers, with U its performance:

        U ← -(π - f)² + η U,    n ← δ n + (1 - δ) exp(β U) / Σ exp(β U),

    f being what it forecast for this month, in percentage points. What is expected next is Σ n f of
    the new forecasts: adaptive f ← f + w (π - f); trends f = π + g (π - π₋₁); and learning anchoring and
    adjustment f = (mean of all π so far + π) / 2 + π - π₋₁.

    Parameters
    ----------
    settings : ExpectationSettings
        Which rule, and its values.
    target : float
        π*, where expectations begin and what the anchor is.

    References
    ----------
    M. Anufriev and C. Hommes (2012), "Evolutionary selection of individual expectations and aggregate
    outcomes in asset pricing experiments", American Economic Journal: Microeconomics 4 (4), 35-64.
    T. Assenza, P. Heemeijer, C. Hommes and D. Massaro (2021), "Managing self-organization of expectations
    through monetary policy: a macro experiment", Journal of Monetary Economics 117 (the same, of inflation).

    Examples
    --------
    >>> expectations = Expectations(ExpectationSettings(), target=0.02)
    >>> round(expectations.next(0.06), 6), round(expectations.next(0.02), 6)
    (0.026, 0.0242)
    """

    def __init__(self, settings: ExpectationSettings, target: float) -> None:
        self.settings, self.target = settings, target
        self.expected = target
        self._last = target
        self._total, self._months = target, 1
        self._forecasts: FloatArray = np.full(len(HEURISTICS), target)
        self._performance: FloatArray = np.zeros(len(HEURISTICS))
        self._shares: FloatArray = np.full(len(HEURISTICS), 1.0 / len(HEURISTICS))

    @property
    def shares(self) -> dict[str, float]:
        """Followers of each rule of the switching model, as shares of 1."""
        return dict(zip(HEURISTICS, self._shares.tolist(), strict=True))

    def next(self, inflation: float, sentiment: float = 0.0) -> float:
        """Take in the month's ``inflation`` (and S in [-1, 1]); return what is now expected."""
        rules = {
            "anchored_adaptive": self._anchored,
            "naive": self._naive,
            "trend_following": self._trending,
            "heuristic_switching": self._switching,
        }
        self.expected = rules[self.settings.rule](inflation) + self.settings.sentiment * sentiment
        self._last = inflation
        return self.expected

    def _anchored(self, inflation: float) -> float:
        s = self.settings
        return s.inertia * self.expected + s.anchor * self.target + (1.0 - s.inertia - s.anchor) * inflation

    def _naive(self, inflation: float) -> float:
        return inflation

    def _trending(self, inflation: float) -> float:
        return inflation + self.settings.trend * (inflation - self._last)

    def _switching(self, inflation: float) -> float:
        s, change = self.settings, inflation - self._last
        errors = PER_POINT * (inflation - self._forecasts)
        self._performance = -errors * errors + s.memory * self._performance
        pull = np.exp(s.choice_intensity * (self._performance - self._performance.max()))
        self._shares = s.persistence * self._shares + (1.0 - s.persistence) * pull / pull.sum()
        self._total, self._months = self._total + inflation, self._months + 1
        adaptive = float(self._forecasts[0])
        self._forecasts = np.array([
            adaptive + s.gain * (inflation - adaptive),
            inflation + s.weak_trend * change,
            inflation + s.strong_trend * change,
            0.5 * (self._total / self._months + inflation) + change,
        ])  # fmt: skip
        return float(self._shares @ self._forecasts)

    def state(self) -> tuple[dict[str, FloatArray], dict[str, Any]]:
        """Return everything that changes: arrays of the four rules, and plain values."""
        arrays = {"forecasts": self._forecasts, "performance": self._performance, "shares": self._shares}
        values = {"expected": self.expected, "last": self._last, "total": self._total, "months": self._months}
        return {name: array.copy() for name, array in arrays.items()}, values

    def restore(self, arrays: dict[str, FloatArray], values: dict[str, Any]) -> None:
        """Go back to a `state`; raise `OutOfBounds` for one of another shape."""
        for name in ("forecasts", "performance", "shares"):
            if np.shape(arrays[name]) != (len(HEURISTICS),):
                raise OutOfBounds(f"expectations.{name}", np.shape(arrays[name]), f"due: ({len(HEURISTICS)},)")
        self._forecasts, self._performance, self._shares = (
            np.array(arrays[name], np.float64) for name in ("forecasts", "performance", "shares")
        )
        self.expected, self._last = float(values["expected"]), float(values["last"])
        self._total, self._months = float(values["total"]), int(values["months"])
