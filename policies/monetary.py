"""What the central bank wants and how it reacts: the settings of monetary policy, and its corridor.

The rules themselves, and how a decision is made of one, are in `policy_rule`. Rates are annual fractions.
"""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from ..core.errors import nearest
from ..core.parameters import Parameters

# Where scenarios keep these settings, so that errors name the key to change.
SECTION = "central_bank"


class MonetarySettings(Parameters):
    """What the central bank wants and how it reacts. All rates are annual fractions: 0.02 is 2 %."""

    rule: str = Field(
        "taylor",
        description="taylor, taylor_1999, first_difference, strict_target, price_level_target, money_growth, "
        "nominal_gdp_target, fixed, path, or the name of a rule of your own",
    )
    neutral_rate: float = Field(0.01, ge=-0.05, le=0.10, description="r*, real rate at potential output")
    target: float = Field(0.02, ge=-0.02, le=0.20, description="π*, inflation a year that is aimed at")
    phi_pi: float = Field(1.5, ge=0.0, le=10.0, description="φ_π; at 1 or below inflation is left unanchored")
    phi_y: float | None = Field(
        None, ge=0.0, le=10.0, description="φ_y, weight on the output gap; unset: 0.5, and 1 in taylor_1999"
    )
    smoothing: float = Field(0.75, ge=0.0, lt=1.0, description="ρ, share of last month's rate in this month's")
    lower_bound: float = Field(0.0, ge=-0.0075, le=0.05, description="no rate below this one")
    lending_spread: float = Field(0.0025, ge=0.0, le=0.05, description="lending facility above the policy rate")
    deposit_spread: float = Field(0.0, ge=0.0, le=0.05, description="deposit facility below the policy rate")
    trend_growth: float = Field(0.0, ge=-0.05, le=0.10, description="growth of potential output a year")
    money_growth: float | None = Field(
        None, ge=-0.05, le=0.50, description="k, growth of money a year; unset: target and trend growth together"
    )
    money_weight: float = Field(1.0, gt=0.0, le=10.0, description="reaction to money above its path, log points")
    fixed_rate: float | None = Field(
        None, ge=-0.0075, le=1.0, description="rate of the rule fixed; unset: neutral rate and target together"
    )
    path: str | None = Field(None, min_length=1, description="CSV file of the rule path, with columns month and rate")
    natural_unemployment: float = Field(0.06, ge=0.0, le=0.5, description="u*, unemployment at potential output")
    okun: float = Field(2.0, ge=0.0, le=10.0, description="output gap for each point of unemployment below u*")
    allow_unstable: bool = Field(False, description="accept a rule that leaves inflation unanchored")

    @field_validator("rule")
    @classmethod
    def _known(cls, rule: str) -> str:
        from .policy_rule import found, policy_rules

        if found(rule) is None:
            raise ValueError(f"give the name of a policy rule{nearest(rule, policy_rules())}")
        return rule

    @model_validator(mode="after")
    def _complete(self) -> MonetarySettings:
        if self.rule == "path" and self.path is None:
            raise ValueError("the rule path needs a file; give path, a CSV with columns month and rate")
        if self.fixed_rate is not None and self.fixed_rate < self.lower_bound:
            raise ValueError(f"fixed_rate {self.fixed_rate} is below lower_bound {self.lower_bound}; raise one of them")
        return self


def corridor(settings: MonetarySettings, rate: float) -> tuple[float, float]:
    """Return the rates of the deposit and of the lending facility around the policy ``rate``.

    Examples
    --------
    >>> corridor(MonetarySettings(), 0.03)
    (0.03, 0.0325)
    """
    return rate - settings.deposit_spread, rate + settings.lending_spread


def okun_gap(settings: MonetarySettings, unemployment: float) -> float:
    """Return the central bank's estimate of the output gap, y = okun (u* - u), u smoothed over months (Okun 1962).

    Examples
    --------
    >>> round(okun_gap(MonetarySettings(), 0.08), 12)
    -0.04
    """
    return settings.okun * (settings.natural_unemployment - unemployment)
