"""When the regulator acts by itself: a capital buffer that follows credit, a breaker that follows volatility.

**Countercyclical buffer.** The gap g is credit over GDP minus its trend, in the eyes of somebody who knows no
later number (one-sided Hodrick-Prescott filter, smoothing 400,000 for quarters). The guide is

    buffer = most · clip((g - low) / (high - low), 0, 1),   low = 2, high = 10 points, most = 2.5 %,

rounded down to quarters of a point. It is reviewed every quarter and holds from the next tick; the year's
notice that banks get in practice is not built.

**Volatility switch.** A rule comes into force when the index has been volatile and goes when it is calm again,
as breakers did after the crash of 1987. That the threshold to leave is below the one to come is ours: it
keeps the rule from flickering.

References
----------
Basel Committee on Banking Supervision (2010), "Guidance for national authorities operating the
countercyclical capital buffer", annex 1.
Presidential Task Force on Market Mechanisms (1988), "Report" (the Brady report).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field, field_validator, model_validator

from ..core.errors import UnusableSeries
from ..core.parameters import Parameters
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray
from .market_rules import rule_named

QUARTERLY_SMOOTHING = 400_000.0


class BufferGuide(Parameters):
    """How the countercyclical buffer follows the credit gap; shares, 0.02 is two points."""

    low: float = Field(0.02, ge=0.0, le=1.0, description="credit gap above which the buffer rises")
    high: float = Field(0.10, gt=0.0, le=1.0, description="credit gap at which it is highest")
    most: float = Field(0.025, gt=0.0, le=0.025, description="highest buffer, over risk-weighted assets")
    step: float = Field(0.0025, gt=0.0, le=0.025, description="the buffer is a multiple of it")
    review_days: int = Field(63, ge=1, le=2_520, description="trading days from one reading of credit to the next")
    least_readings: int = Field(20, ge=3, le=1_000, description="readings before the trend counts for anything")

    @model_validator(mode="after")
    def _rising(self) -> BufferGuide:
        if self.high <= self.low:
            raise ValueError(f"high is {self.high}, not above low = {self.low}; give a larger one")
        return self


def hodrick_prescott_trend(series: Sequence[float], smoothing: float = QUARTERLY_SMOOTHING) -> FloatArray:
    """Return the trend τ that minimises Σ(x - τ)² + λ Σ(Δ²τ)².

    References
    ----------
    R. J. Hodrick and E. C. Prescott (1997), "Postwar U.S. business cycles: an empirical investigation",
    Journal of Money, Credit and Banking 29, 1-16.

    Examples
    --------
    >>> hodrick_prescott_trend([1.0, 2.0, 3.0, 4.0]).round(9).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    x = np.asarray(series, np.float64)
    n = x.shape[0]
    if n < 3:
        return x.copy()
    differences = np.diff(np.eye(n), 2, axis=0)
    return np.asarray(np.linalg.solve(np.eye(n) + smoothing * differences.T @ differences, x))


def credit_gap(ratios: Sequence[float], smoothing: float = QUARTERLY_SMOOTHING) -> float:
    """Return how far the last credit-to-GDP ratio is above the trend of all ratios so far.

    Examples
    --------
    >>> abs(credit_gap([1.0] * 30))
    0.0
    >>> 0.05 < credit_gap([1.0] * 30 + [1.1]) < 0.1
    True
    """
    if not all(math.isfinite(ratio) and ratio >= 0.0 for ratio in ratios):
        raise UnusableSeries("credit_to_gdp", f"holds {ratios[-1]}; give numbers of 0 or more")
    gap = float(ratios[-1] - hodrick_prescott_trend(ratios, smoothing)[-1])
    return round(gap, 8)  # the filter is ill-conditioned: further digits are those of the processor


def buffer_for(gap: float, guide: BufferGuide | None = None) -> float:
    """Return the countercyclical buffer that the guide prescribes for a credit gap.

    Examples
    --------
    >>> [buffer_for(gap) for gap in (0.0, 0.02, 0.06, 0.10, 0.5)]
    [0.0, 0.0, 0.0125, 0.025, 0.025]
    """
    guide = guide or BufferGuide()
    share = min(max((gap - guide.low) / (guide.high - guide.low), 0.0), 1.0)
    steps = math.floor(guide.most * share / guide.step + 1e-9)
    return round(steps * guide.step, 10)


class VolatilitySwitch(Parameters):
    """A rule that is in force while the market is volatile, unless the schedule has it in force anyway."""

    rule: str = Field("circuit_breaker", description="name of the rule")
    preset: str = Field("", description="preset of its settings; empty: none")
    settings: dict[str, Any] = Field({}, description="settings of the rule, over those of the preset")
    on_above: float = Field(0.40, gt=0.0, le=10.0, description="volatility of the index a year that switches it on")
    off_below: float = Field(0.25, gt=0.0, le=10.0, description="volatility of the index a year that switches it off")
    window_days: int = Field(21, ge=2, le=252, description="days over which volatility is measured")

    @field_validator("rule")
    @classmethod
    def _known(cls, rule: str) -> str:
        rule_named(rule, at="regulator.volatility.rule")
        return rule

    @model_validator(mode="after")
    def _apart(self) -> VolatilitySwitch:
        if self.off_below > self.on_above:
            raise ValueError(f"off_below is {self.off_below}, above on_above = {self.on_above}; give a smaller one")
        return self

    def wants(self, volatility: float | None, was_on: bool) -> bool:
        """Return whether the rule is to be in force; without a measurement nothing changes.

        Examples
        --------
        >>> switch = VolatilitySwitch()
        >>> switch.wants(0.5, False), switch.wants(0.3, False), switch.wants(0.3, True), switch.wants(0.2, True)
        (True, False, True, False)
        """
        if volatility is None:
            return was_on
        return volatility >= self.on_above if not was_on else volatility > self.off_below


def yearly_volatility(closes: Sequence[float], days: int) -> float | None:
    """Return the standard deviation of the last ``days`` log returns, times √252; None before there are as many.

    Examples
    --------
    >>> round(yearly_volatility([100.0, 101.0, 100.0, 101.0], 3), 3)
    0.149
    """
    if len(closes) <= days:
        return None
    returns = np.diff(np.log(np.asarray(closes[-days - 1 :], np.float64)))
    return float(returns.std() * math.sqrt(TRADING_DAYS_PER_YEAR))
