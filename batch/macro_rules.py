"""The facts of the business cycle, one rule each: how it is measured, what is accepted, what the United States give.

Quarterly cycles are deviations from a Hodrick-Prescott trend (smoothing 1600), of 100 times the logarithm for
what grows and of percent for rates. The numbers for the United States are of 1959 to 2009, from the series
that ``statsmodels`` and ``arch`` carry (`catallaxy.batch.macro_reference` gives them anew, and a test compares),
or of the paper that is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import FloatArray
from . import macro_statistics as stats

STOCK_WATSON = "J. H. Stock and M. W. Watson (1999), Handbook of Macroeconomics 1A, 3-64"
PHILLIPS = "A. W. Phillips (1958), Economica 25, 283-299; R. J. Gordon (2013), NBER working paper 19390"
OKUN = "A. M. Okun (1962); L. Ball, D. Leigh and P. Loungani (2017), J. Money, Credit and Banking 49, 1413-1441"
SHIMER = "R. Shimer (2005), American Economic Review 95, 25-49"
CREDIT = "O. Jorda, M. Schularick and A. M. Taylor (2013), J. Money, Credit and Banking 45, 3-28"
DEFAULTS = "K. Giesecke et al. (2011), J. Financial Economics 102, 233-250"
SPREADS = "S. Gilchrist and E. Zakrajsek (2012), American Economic Review 102, 1692-1720"
MONTHS = 3  # in a quarter


@dataclass(frozen=True)
class MacroQuarters:
    """Quarterly series of an economy; what an economy lacks is None.

    Attributes
    ----------
    output, consumption, investment, loans : (n,) float64
        Real, in any unit.
    prices : (n,) float64
        A level of consumer prices.
    unemployment, vacancies, policy_rate, spread : (n,) float64
        Percent.
    failures : (n,) float64
        Firms that failed in the quarter.
    """

    output: FloatArray
    consumption: FloatArray
    investment: FloatArray
    prices: FloatArray
    unemployment: FloatArray
    policy_rate: FloatArray
    vacancies: FloatArray | None = None
    loans: FloatArray | None = None
    failures: FloatArray | None = None
    spread: FloatArray | None = None

    @classmethod
    def of(cls, months: Mapping[str, FloatArray]) -> MacroQuarters:
        """Return the quarters of table ``macro``: flows added up, rates and levels averaged, money at constant prices.

        Months that fill no quarter are dropped at the end.
        """
        size = len(months["output"]) // MONTHS * MONTHS
        rows = {name: np.asarray(column[:size], np.float64).reshape(-1, MONTHS) for name, column in months.items()}
        mean = {name: block.mean(axis=1) for name, block in rows.items()}
        real = {name: (rows[name] / rows["price_level"]) for name in ("consumption", "investment", "loans")}
        return cls(
            output=rows["output"].sum(axis=1),
            consumption=real["consumption"].sum(axis=1),
            investment=real["investment"].sum(axis=1),
            prices=mean["price_level"],
            unemployment=100.0 * mean["unemployment"],
            policy_rate=100.0 * mean["policy_rate"],
            vacancies=100.0 * mean["vacancy_rate"],
            loans=real["loans"].mean(axis=1),
            failures=rows["failures"].sum(axis=1),
            spread=100.0 * mean["spread"] if "spread" in mean else None,
        )

    @property
    def size(self) -> int:
        """Number of quarters."""
        return int(self.output.shape[0])

    @cached_property
    def inflation(self) -> FloatArray:
        """(n - 4,) percent over four quarters; the first is that of the fifth quarter."""
        return np.asarray(100.0 * (self.prices[4:] / self.prices[:-4] - 1.0), np.float64)

    @cached_property
    def growth(self) -> FloatArray:
        """(n - 4,) growth of output over four quarters, percent."""
        return np.asarray(100.0 * (self.output[4:] / self.output[:-4] - 1.0), np.float64)

    def cycle(self, name: str) -> FloatArray:
        """Return the cycle of a series: percent of trend for what grows, percentage points for rates."""
        series = getattr(self, name)
        if name in _GROWING:
            if not np.all(series > 0.0):
                return np.full(series.shape, math.nan)
            return stats.hp_cycle(100.0 * np.log(series))
        return stats.hp_cycle(series)

    def correlation(self, name: str, other: str = "output", lag: int = 0) -> float:
        """Return the correlation of a cycle with another, ``lag`` quarters earlier."""
        return stats.correlation(self.cycle(name), self.cycle(other), lag)


_GROWING = ("output", "consumption", "investment", "prices", "loans")


@dataclass(frozen=True)
class MacroRule:
    """How a fact is measured and judged.

    Attributes
    ----------
    key : str
        Number of the fact, with a letter where it has several parts.
    low, high : float
        What is accepted, both ends included.
    us : float or None
        The same of the United States.
    needs : tuple of str
        Series that not every economy has.
    least : int
        Quarters that the statistic needs.
    gate : bool
        Whether the fact must hold before the closed economy is what runs by default.
    """

    key: str
    name: str
    statistic: str
    low: float
    high: float
    us: float | None
    source: str
    measure: Callable[[MacroQuarters], float]
    needs: tuple[str, ...] = ()
    least: int = 40
    gate: bool = False

    def __post_init__(self) -> None:
        known = {each.name for each in fields(MacroQuarters)}
        if unknown := set(self.needs) - known:
            raise OutOfBounds(f"{self.key}.needs", sorted(unknown), f"give some of {', '.join(sorted(known))}")

    def missing(self, quarters: MacroQuarters) -> list[str]:
        """Return the needed series that an economy lacks."""
        return [name for name in self.needs if getattr(quarters, name) is None]


def _phillips(lag: int) -> Callable[[MacroQuarters], float]:
    def measure(q: MacroQuarters) -> float:
        return stats.correlation(stats.hp_cycle(q.inflation), stats.hp_cycle(q.unemployment[4:]), lag)

    return measure


def _correlated(name: str, lag: int = 0) -> Callable[[MacroQuarters], float]:
    return lambda q: q.correlation(name, lag=lag)


def _relative(name: str) -> Callable[[MacroQuarters], float]:
    return lambda q: stats.relative_deviation(q.cycle(name), q.cycle("output"))


def _peak(name: str, sign: int) -> Callable[[MacroQuarters], float]:
    return lambda q: float(stats.lag_of_peak(q.cycle(name), q.cycle("output"), sign=sign))


MACRO_RULES: tuple[MacroRule, ...] = (
    MacroRule(
        "M1", "Okun's law", "slope of the yearly change of unemployment on yearly growth, pp a %", -0.6, -0.2, -0.373,
        OKUN, lambda q: stats.slope(q.growth, stats.over_a_year(q.unemployment)),
    ),
    MacroRule(
        "M2a", "Phillips curve", "correlation of inflation and unemployment, cycles", -1.0, 0.0, -0.505, PHILLIPS,
        _phillips(0), gate=True,
    ),
    MacroRule(
        "M2b", "Phillips curve, half a year on", "correlation of inflation and unemployment 2 quarters before", -1.0,
        0.0, -0.653, PHILLIPS, _phillips(2),
    ),
    MacroRule(
        "M2c", "Phillips curve, levels", "slope of inflation on unemployment, % a pp (United States: from 1984)",
        -1.2, 0.0, -0.221, PHILLIPS, lambda q: stats.slope(q.unemployment[4:], q.inflation),
    ),
    MacroRule(
        "M3", "Beveridge curve", "correlation of vacancies and unemployment, cycles", -0.95, -0.5, -0.89, SHIMER,
        lambda q: q.correlation("vacancies", "unemployment"), needs=("vacancies",),
    ),
    MacroRule(
        "M4a", "consumption is smoother than output", "standard deviation over that of output", 0.5, 1.0, 0.804,
        STOCK_WATSON, _relative("consumption"),
    ),
    MacroRule(
        "M4b", "investment is rougher than output", "standard deviation over that of output", 2.5, 5.0, 4.66,
        STOCK_WATSON, _relative("investment"),
    ),
    MacroRule(
        "M4c", "unemployment moves with output", "standard deviation over that of output, pp a %", 0.3, 0.7, 0.475,
        STOCK_WATSON, _relative("unemployment"),
    ),
    MacroRule(
        "M5a", "consumption is procyclical", "correlation with output", 0.6, 1.0, 0.872, STOCK_WATSON,
        _correlated("consumption"),
    ),
    MacroRule(
        "M5b", "investment is procyclical", "correlation with output", 0.6, 1.0, 0.907, STOCK_WATSON,
        _correlated("investment"),
    ),
    MacroRule(
        "M5c", "unemployment is countercyclical", "correlation with output", -1.0, -0.6, -0.876, STOCK_WATSON,
        _correlated("unemployment"),
    ),
    MacroRule(
        "M5d", "the price level is countercyclical", "correlation with output", -0.6, 0.0, -0.328, STOCK_WATSON,
        _correlated("prices"),
    ),
    MacroRule(
        "M6", "cycles last", "first autocorrelation of the output cycle", 0.7, 0.95, 0.861, STOCK_WATSON,
        lambda q: stats.persistence(q.cycle("output")), gate=True,
    ),
    MacroRule(
        "M7a", "unemployment follows output", "quarters after output at which it is lowest", 0.0, 2.0, 1.0,
        STOCK_WATSON, _peak("unemployment", -1),
    ),
    MacroRule(
        "M7b", "the policy rate follows output", "quarters after output at which it is highest", 1.0, 3.0, 2.0,
        STOCK_WATSON, _peak("policy_rate", 1),
    ),
    MacroRule(
        "M7c", "the policy rate leans against output", "correlation with output a quarter before", 0.0, 1.0, 0.474,
        STOCK_WATSON, _correlated("policy_rate", 1),
    ),
    MacroRule(
        "M8a", "credit is procyclical", "correlation of real loans with output", 0.0, 1.0, None, CREDIT,
        _correlated("loans"), needs=("loans",),
    ),
    MacroRule(
        "M8b", "failures are countercyclical", "correlation of failures with output", -1.0, 0.0, None, DEFAULTS,
        _correlated("failures"), needs=("failures",),
    ),
    MacroRule(
        "M8c", "spreads lead output", "quarters after output at which spreads are lowest", -4.0, -1.0, -1.0, SPREADS,
        _peak("spread", -1), needs=("spread",),
    ),
)  # fmt: skip
