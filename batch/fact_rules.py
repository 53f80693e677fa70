"""The stylised facts, one rule each: how it is measured, what is accepted, how many bars it takes.

Beside each rule stands what the real S&P 500 gives (daily, 1999 to 2018, the series that the package
``arch`` carries): value and 95 % interval of a circular block bootstrap, blocks of 250 days, 200
samples. There is no interval where one value takes long, or where blocks would cut what is measured:
long memory, a trend, a first passage. `catallaxy.batch.fact_reference.measured_reference` gives these
numbers anew, and a test compares.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..core.units import FloatArray
from . import fact_statistics as stats

NAN = math.nan
INFINITE = math.inf
CONT = "R. Cont (2001), Quantitative Finance 1, 223-236"
RealValue = tuple[float | None, float | None, float | None]


class NeedsArch(Exception):
    """A statistic that the package ``arch`` must fit."""

    def __str__(self) -> str:
        return "needs the package arch: pip install 'catallaxy[data]'"


class Sample:
    """A series of returns, perhaps with volumes, and the models fitted to it once."""

    def __init__(self, returns: FloatArray, volume: FloatArray | None = None) -> None:
        self.returns, self.volume = returns, volume

    @cached_property
    def garch(self) -> dict[str, float]:
        """Parameters of a GARCH(1,1) with normal errors (Bollerslev 1986), on returns in percent."""
        return _fitted(self.returns)

    @cached_property
    def gjr(self) -> dict[str, float]:
        """Parameters of a GJR-GARCH(1,1,1) with Student errors (Glosten, Jagannathan and Runkle 1993)."""
        return _fitted(self.returns, o=1, dist="t")


def _fitted(returns: FloatArray, **model: Any) -> dict[str, float]:
    """Return the parameters, none when the fit does not converge; raise `NeedsArch` without the package."""
    if find_spec("arch") is None:
        raise NeedsArch
    from arch import arch_model

    if not stats.varies(returns):
        return {}
    scale = 1.0 / float(returns.std())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = arch_model(scale * returns, vol="GARCH", p=1, q=1, **model).fit(disp="off", show_warning=False)
    return {str(name): float(value) for name, value in fit.params.items()} if fit.convergence_flag == 0 else {}


@dataclass(frozen=True)
class FactRule:
    """How a fact is measured and judged; ``resampled`` marks statistics cheap enough to bootstrap."""

    name: str
    statistic: str
    low: float
    high: float
    least: int
    source: str
    measure: Callable[[Sample], float]
    resampled: bool = False
    needs_volume: bool = False
    real: RealValue = (None, None, None)


def _gaussianity(sample: Sample) -> float:
    daily, quarterly = (stats.excess_kurtosis(stats.aggregated(sample.returns, days)) for days in (1, 60))
    return quarterly / daily if daily > 0.0 else NAN


def _gain_loss(sample: Sample) -> float:
    return stats.median_passage(sample.returns, 0.05) - stats.median_passage(sample.returns, -0.05)


def _volume_volatility(sample: Sample) -> float:
    return NAN if sample.volume is None else stats.volume_volatility(sample.returns, sample.volume)


RULES: tuple[FactRule, ...] = (
    FactRule(
        "no linear autocorrelation", "ACF of r at lag 1", -0.10, 0.10, 250, CONT,
        lambda s: float(stats.autocorrelations(s.returns, 1)[0]), resampled=True,
        real=(-0.0701, -0.110, -0.0144),
    ),
    FactRule(
        "heavy tails", "Hill exponent of the top 5 % of abs r", 2.0, 5.0, 1_000,
        "P. Gopikrishnan et al. (1999), Physical Review E 60, 5305-5316",
        lambda s: stats.hill_exponent(s.returns), resampled=True,
        real=(2.94, 2.39, 4.15),
    ),
    FactRule(
        "excess kurtosis", "fourth moment less 3", 2.0, 30.0, 500, CONT,
        lambda s: stats.excess_kurtosis(s.returns), resampled=True,
        real=(8.17, 2.08, 12.0),
    ),
    FactRule(
        "gain-loss asymmetry", "median days to +5 % less median days to -5 %", 0.0, INFINITE, 1_250,
        "M. H. Jensen, A. Johansen and I. Simonsen (2003), Physica A 324, 338-343", _gain_loss,
        real=(8.0, None, None),
    ),
    FactRule(
        "aggregational Gaussianity", "excess kurtosis of 60-day returns over that of daily ones", -INFINITE, 0.5, 1_800,
        CONT, _gaussianity,
        real=(0.325, None, None),
    ),
    FactRule(
        "volatility clustering", "ACF of abs r at lag 1", 0.1, 1.0, 250, CONT,
        lambda s: float(stats.autocorrelations(np.abs(s.returns), 1)[0]), resampled=True,
        real=(0.244, 0.126, 0.311),
    ),
    FactRule(
        "conditional heteroscedasticity", "p-value of ARCH-LM with 5 lags", 0.0, 0.001, 250,
        "R. F. Engle (1982), Econometrica 50, 987-1007", lambda s: stats.arch_lm(s.returns)[1],
        real=(1.3e-244, None, None),
    ),
    FactRule(
        "slow decay of volatility", "power-law exponent of the ACF of abs r, lags 1 to 100", 0.15, 0.45, 1_000, CONT,
        lambda s: stats.decay_exponent(np.abs(s.returns)),
        real=(0.302, None, None),
    ),
    FactRule(
        "GARCH persistence", "alpha + beta of GARCH(1,1)", 0.95, 0.999, 1_000,
        "T. Bollerslev (1986), Journal of Econometrics 31, 307-327",
        lambda s: s.garch.get("alpha[1]", NAN) + s.garch.get("beta[1]", NAN),
        real=(0.987, None, None),
    ),
    FactRule(
        "GARCH reaction", "alpha of GARCH(1,1)", 0.03, 0.15, 1_000,
        "T. Bollerslev (1986), Journal of Econometrics 31, 307-327", lambda s: s.garch.get("alpha[1]", NAN),
        real=(0.102, None, None),
    ),
    FactRule(
        "conditional heavy tails", "degrees of freedom of GJR-GARCH with Student errors", 4.0, 10.0, 1_000, CONT,
        lambda s: s.gjr.get("nu", NAN),
        real=(7.50, None, None),
    ),
    FactRule(
        "leverage effect", "correlation of r with abs r of the next day", -0.25, -0.03, 500,
        "F. Black (1976), Proceedings of the American Statistical Association, 177-181",
        lambda s: stats.leverage(s.returns), resampled=True,
        real=(-0.125, -0.148, -0.0915),
    ),
    FactRule(
        "asymmetric volatility", "gamma of GJR-GARCH", 1e-9, INFINITE, 1_000,
        "L. R. Glosten, R. Jagannathan and D. E. Runkle (1993), Journal of Finance 48, 1779-1801",
        lambda s: s.gjr.get("gamma[1]", NAN),
        real=(0.181, None, None),
    ),
    FactRule(
        "volume and volatility", "correlation of abs r with detrended log volume", 0.15, 0.6, 250,
        "J. M. Karpoff (1987), Journal of Financial and Quantitative Analysis 22, 109-126",
        _volume_volatility, needs_volume=True,
        real=(0.317, None, None),
    ),
    FactRule(
        "negative skew", "skewness of index returns", -2.0, 0.0, 500, CONT,
        lambda s: stats.skewness(s.returns), resampled=True,
        real=(-0.205, -0.402, 0.0345),
    ),
)  # fmt: skip
