"""Taylor 1993: three points of his rule, and the rule beside the short rate he compared it with, 1987Q1-1992Q3.

The points are arithmetic and must be exact. For the comparison the rule is computed from US data that the
package ``statsmodels`` bundles (``macrodata``, the extra ``data``): r* = π* = 2 %, weights of a half,

    π = consumer prices over those four quarters before, less one (Taylor took the deflator of output),
    y = 100 (log of real GDP - trend),

and set beside the three-month Treasury bill, since the data hold no federal funds rate. The trend is
a straight line fitted to 1984Q1-1992Q3, the years of Taylor's own trend; or, as a second reading, that of
Hodrick and Prescott (1997) with λ = 1600 over 1959Q1-2009Q3, of which he could not know the end. The bill
pays less than federal funds do, which is part of the mean gap. The numbers compared with are our own of
these data, computed apart: the paper shows its fit as a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from ...core.errors import MissingExtra
from ...core.units import FloatArray
from ...policies.monetary import MonetarySettings
from ...policies.policy_rule import Readings, decide
from .check import Check, Replication, near, timed

SOURCE = (
    "J. B. Taylor (1993), 'Discretion versus policy rules in practice', "
    "Carnegie-Rochester Conference Series on Public Policy 39, 195-214"
)
TAYLOR_1993 = MonetarySettings(neutral_rate=0.02, target=0.02, phi_pi=1.5, phi_y=0.5, smoothing=0.0)
POINTS = ((2.0, 0.0, 4.0), (4.0, 2.0, 8.0), (-1.0, -6.0, -3.5))
TREND = (1984.0, 1992.5)
COMPARED = (1987.0, 1992.5)
SMOOTHNESS = 1600.0


@dataclass(frozen=True)
class Quarters:
    """US quarters: ``when`` (1987.25 is the second of 1987), real GDP, consumer prices, bill rate in per cent."""

    when: FloatArray
    output: FloatArray
    prices: FloatArray
    bill: FloatArray

    def between(self, first: float, last: float) -> slice:
        """Return the rows from one quarter to another, both included."""
        start, stop = np.searchsorted(self.when, [first, last])
        return slice(int(start), int(stop) + 1)

    def inflation(self) -> FloatArray:
        """Return π over four quarters, per cent; nan in the first four."""
        out = np.full(len(self.prices), np.nan)
        out[4:] = 100.0 * (self.prices[4:] / self.prices[:-4] - 1.0)
        return out


def us_quarters() -> Quarters:
    """Return the quarters 1959Q1-2009Q3; raise `MissingExtra` where statsmodels is not installed.

    Examples
    --------
    >>> data = us_quarters()
    >>> len(data.when), float(data.when[-1])
    (203, 2009.5)
    """
    if find_spec("statsmodels") is None:
        raise MissingExtra("the replication 'taylor'", "statsmodels", "data")
    from statsmodels.datasets import macrodata

    table = macrodata.load_pandas().data
    when = table["year"] + (table["quarter"] - 1.0) / 4.0
    return Quarters(*(np.asarray(column, np.float64) for column in (
        when, table["realgdp"], table["cpi"], table["tbilrate"],
    )))  # fmt: skip


def linear_gap(data: Quarters) -> FloatArray:
    """Return y, per cent of the straight line through the log of output in the years of Taylor's trend."""
    log, fitted = 100.0 * np.log(data.output), data.between(*TREND)
    line = np.polyfit(data.when[fitted], log[fitted], 1)
    return np.asarray(log - np.polyval(line, data.when), np.float64)


def smooth_gap(data: Quarters) -> FloatArray:
    """Return y, per cent of the Hodrick-Prescott trend of the log of output over all quarters."""
    from statsmodels.tsa.filters.hp_filter import hpfilter

    cycle, _ = hpfilter(100.0 * np.log(data.output), SMOOTHNESS)
    return np.asarray(cycle, np.float64)


def rule_rate(inflation: float, gap: float, settings: MonetarySettings = TAYLOR_1993) -> float:
    """Return what the rule asks for, without a lower bound; everything in per cent.

    Examples
    --------
    >>> round(rule_rate(4.0, 2.0), 9)
    8.0
    """
    month = Readings(month=1, inflation_12m=inflation / 100.0, expected_inflation=settings.target,
                     gap=gap / 100.0, previous_rate=settings.neutral_rate + settings.target)  # fmt: skip
    return 100.0 * decide(settings, month).shadow


def replicate(quick: bool = False) -> Replication:
    """Compute the points and the comparison; quick or not, it is the same."""
    return timed("taylor", SOURCE, quick, lambda: [*_points(), *_comparison()])


def _points() -> list[Check]:
    return [
        near(f"rate at inflation {inflation:g} %, gap {gap:g} %", due, rule_rate(inflation, gap), absolute=1e-12)
        for inflation, gap, due in POINTS
    ]


def _comparison() -> list[Check]:
    data = us_quarters()
    line, smooth = _against_bill(data, linear_gap(data)), _against_bill(data, smooth_gap(data))
    own = "no number in the paper; ours, computed apart from the same data"
    return [
        near("linear trend: correlation with the bill rate", 0.888, line[0], absolute=0.01, note=own),
        near("linear trend: mean of rule less bill, points", 1.36, line[1], absolute=0.01, note=own),
        near("linear trend: root mean square difference, points", 1.63, line[2], absolute=0.01, note=own),
        near("Hodrick-Prescott trend: correlation with the bill rate", 0.854, smooth[0], absolute=0.01, note=own),
        near("Hodrick-Prescott trend: root mean square difference, points", 1.56, smooth[2], absolute=0.01, note=own),
    ]


def _against_bill(data: Quarters, gap: FloatArray) -> tuple[float, float, float]:
    """Return correlation, mean difference and root mean square difference of rule and bill."""
    years = data.between(*COMPARED)
    rule = np.array([rule_rate(p, y) for p, y in zip(data.inflation()[years], gap[years], strict=True)])
    apart = rule - data.bill[years]
    return float(np.corrcoef(rule, data.bill[years])[0, 1]), float(apart.mean()), float(np.sqrt(np.mean(apart**2)))
