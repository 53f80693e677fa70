"""Bond purchases by the central bank when its rate can fall no further, and what they do to long yields.

    idle --- shadow rate below the bound and π_e < 1.5 % --> buying --- π_e >= 1.75 % --> holding
    holding --- shadow rate back at the bound or above --> running off --- nothing left --> idle

Buying takes 0.5 % of annual GDP a month, run-off lets half of that mature. A new slump starts buying again
from any phase; a shadow rate that falls below the bound stops a run-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from pydantic import Field, model_validator

from ..core.parameters import Parameters

MONTHS = 120


class AssetPurchaseSettings(Parameters):
    """When the central bank buys bonds, how many, and what that does to the ten-year yield."""

    enabled: bool = Field(False, description="whether the central bank buys bonds at all")
    start: float = Field(0.015, ge=-0.05, le=0.20, description="buy when expected inflation is below, a year")
    stop: float = Field(0.0175, ge=-0.05, le=0.20, description="stop buying when expected inflation is here, a year")
    pace: float = Field(0.005, gt=0.0, le=0.10, description="purchases a month, as a fraction of annual GDP")
    run_off: float = Field(0.5, ge=0.0, le=1.0, description="pace of the run-off, as a fraction of that of purchases")
    term_premium: float = Field(0.01, ge=-0.05, le=0.10, description="ten-year yield above the mean expected rate")
    yield_effect: float = Field(
        0.05, ge=0.0, le=1.0, description="fall of the ten-year yield for holdings of one annual GDP; 5 bp a point"
    )
    rate_persistence: float = Field(
        0.98, ge=0.0, le=1.0, description="share of the rate's distance from its long-run level that is left next month"
    )

    @model_validator(mode="after")
    def _in_order(self) -> AssetPurchaseSettings:
        if not self.start <= self.stop:
            raise ValueError(f"start {self.start} is above stop {self.stop}; give start at or below stop")
        return self


class Phase(StrEnum):
    """Where the central bank is with its purchases."""

    IDLE = "idle"
    BUYING = "buying"
    HOLDING = "holding"
    RUNNING_OFF = "running off"


@dataclass(frozen=True)
class PurchaseDecision:
    """The month's phase, and bonds to buy (above 0) or to let run off (below 0), as a fraction of annual GDP."""

    phase: Phase
    fraction: float


def purchases(
    settings: AssetPurchaseSettings,
    phase: Phase,
    *,
    shadow: float,
    lower_bound: float,
    expected_inflation: float,
    holdings_over_gdp: float,
) -> PurchaseDecision:
    """Return the month's decision from last month's ``phase``.

    Parameters
    ----------
    shadow, lower_bound, expected_inflation : float
        Annual fractions.
    holdings_over_gdp : float
        Bonds bought so far, as a fraction of annual GDP: no more than that runs off.

    Examples
    --------
    >>> slump = dict(shadow=-0.01, lower_bound=0.0, holdings_over_gdp=0.0)
    >>> purchases(AssetPurchaseSettings(enabled=True), Phase.IDLE, expected_inflation=0.010, **slump)
    PurchaseDecision(phase=<Phase.BUYING: 'buying'>, fraction=0.005)
    >>> purchases(AssetPurchaseSettings(enabled=True), Phase.IDLE, expected_inflation=0.016, **slump)
    PurchaseDecision(phase=<Phase.IDLE: 'idle'>, fraction=0.0)
    """
    if not settings.enabled:
        return PurchaseDecision(Phase.IDLE, 0.0)
    now = _next_phase(settings, phase, shadow < lower_bound, expected_inflation, holdings_over_gdp)
    if now is Phase.BUYING:
        return PurchaseDecision(now, settings.pace)
    if now is Phase.RUNNING_OFF:
        return PurchaseDecision(now, -min(settings.run_off * settings.pace, holdings_over_gdp))
    return PurchaseDecision(now, 0.0)


def _next_phase(
    settings: AssetPurchaseSettings, phase: Phase, at_bound: bool, expected_inflation: float, holdings: float
) -> Phase:
    if at_bound and expected_inflation < settings.start:
        return Phase.BUYING
    if phase is Phase.BUYING and expected_inflation < settings.stop:
        return Phase.BUYING
    if phase is Phase.IDLE or holdings <= 0.0:
        return Phase.IDLE
    return Phase.HOLDING if at_bound or phase is Phase.BUYING else Phase.RUNNING_OFF


def mean_expected_rate(
    settings: AssetPurchaseSettings,
    shadow: float,
    long_run: float,
    *,
    lower_bound: float = -1.0,
    promised_months: int = 0,
    promised_rate: float = 0.0,
) -> float:
    """Return the mean policy rate that is expected over ten years.

    i_k = max(bound, ī + (s - ī) ρ^k), k = 0 ... 119, where s is the shadow rate and ī the long-run rate; for
    the first ``promised_months`` (forward guidance) it is ``promised_rate`` instead.

    Examples
    --------
    >>> settings = AssetPurchaseSettings(rate_persistence=1.0)
    >>> mean_expected_rate(settings, shadow=0.02, long_run=0.03)
    0.02
    >>> round(mean_expected_rate(settings, shadow=0.02, long_run=0.03, promised_months=60), 12)
    0.01
    """
    path = long_run + (shadow - long_run) * settings.rate_persistence ** np.arange(MONTHS)
    path = np.maximum(lower_bound, path)
    path[:promised_months] = promised_rate
    return float(path.mean())


def term_yield(settings: AssetPurchaseSettings, mean_expected_rate: float, holdings_over_gdp: float) -> float:
    """Return the ten-year yield: mean expected rate + 100 bp - 5 bp for each point of GDP that is held.

    The order of magnitude is that of Gagnon (2016), "Quantitative easing: an underappreciated success",
    Peterson Institute Policy Brief 16-4: purchases of 10 % of GDP lower yields by about half a point.

    Examples
    --------
    >>> round(term_yield(AssetPurchaseSettings(), mean_expected_rate=0.02, holdings_over_gdp=0.10), 6)
    0.025
    """
    return mean_expected_rate + settings.term_premium - settings.yield_effect * holdings_over_gdp
