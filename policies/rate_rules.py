"""The built-in rules for the policy rate; what they share (smoothing, bound, memory) is in `policy_rule`.

Those that answer to inflation are one family: i* = r* + π + (φ_π - 1) gap + φ_y y, where ``gap`` is that of
inflation, of the price level or of nominal GDP. Levels are measured from a path that starts where the
rule starts. Rules that make the past good (levels, first differences) count on expectations that know it;
where the public looks backward they overshoot.
"""

from __future__ import annotations

import math
from typing import ClassVar

from .monetary import MonetarySettings
from .policy_rule import Memory, PolicyRule, Readings
from .rate_path import RatePath

MONTHS_A_QUARTER = 3.0


class Taylor(PolicyRule):
    """i* = r* + π + (φ_π - 1)(π - π*) + φ_y y, with φ_y = 0.5 unless set.

    Taylor's own numbers are r* = π* = 2 %, φ_π = 1.5, φ_y = 0.5.

    References
    ----------
    J. B. Taylor (1993), "Discretion versus policy rules in practice", Carnegie-Rochester Conference
    Series on Public Policy 39, 195-214.
    """

    usual_gap_weight: ClassVar[float] = 0.5

    @property
    def gap_weight(self) -> float:
        """φ_y as set, or the rule's own."""
        return self.usual_gap_weight if self.settings.phi_y is None else self.settings.phi_y

    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return i* from inflation and the output gap."""
        s, inflation = self.settings, readings.inflation_12m
        excess = (s.phi_pi - 1.0) * (inflation - s.target)
        return float(s.neutral_rate + inflation + excess + self.gap_weight * readings.gap)


class Taylor1999(Taylor):
    """The Taylor rule with φ_y = 1 unless set.

    References
    ----------
    J. B. Taylor (1999), "A historical analysis of monetary policy rules", in J. B. Taylor (ed.),
    Monetary Policy Rules, University of Chicago Press.
    """

    name = "taylor_1999"
    usual_gap_weight = 1.0


class StrictTarget(Taylor):
    """The Taylor rule without the output gap, whatever φ_y: inflation is all that counts.

    References
    ----------
    L. E. O. Svensson (1999), "Inflation targeting as a monetary policy rule", Journal of Monetary Economics 43.
    """

    @property
    def gap_weight(self) -> float:
        """Nil."""
        return 0.0


class FirstDifference(Taylor):
    """i* = i₋₁ + [(φ_π - 1)(π - π*) + φ_y (y - y₋₁₂)] / 3: the rate moves by steps and needs no r*.

    The brackets are a quarter's step. The gap's change is that over twelve months, or since the rule began.

    References
    ----------
    A. Orphanides (2003), "Historical monetary policy analysis and the Taylor rule", Journal of
    Monetary Economics 50, 983-1022.
    """

    smoothed = False

    def remember(self, readings: Readings, memory: Memory) -> Memory:
        """Keep the gaps of the last twelve months and of this one."""
        return {"gaps": [*memory.get("gaps", []), readings.gap][-13:]}

    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return the rate a month's step away from ``before``."""
        s, gaps = self.settings, memory["gaps"]
        step = (s.phi_pi - 1.0) * (readings.inflation_12m - s.target) + self.gap_weight * (gaps[-1] - gaps[0])
        return float(before + step / MONTHS_A_QUARTER)


class _FromAPath(Taylor):
    """Keeps a level's first value and says how far the level is above the path that grows from there."""

    level: ClassVar[str]

    def remember(self, readings: Readings, memory: Memory) -> Memory:
        """Keep the month and the level at which the rule began."""
        return memory or {"month": readings.month, "level": readings.level(self.level, self.name)}

    def above_path(self, readings: Readings, memory: Memory, growth: float) -> float:
        """Return the log deviation of the level from a path that grows by ``growth`` a year."""
        years = (readings.month - int(memory["month"])) / 12.0
        return math.log(readings.level(self.level, self.name) / float(memory["level"])) - years * math.log1p(growth)


class PriceLevelTarget(_FromAPath):
    """i* = r* + π + (φ_π - 1)(p - p*) + φ_y y: what inflation missed must be made good.

    p* grows by π* a year from where the rule began; p and p* are logarithms.

    References
    ----------
    L. E. O. Svensson (1999), "Price-level targeting versus inflation targeting: a free lunch?",
    Journal of Money, Credit and Banking 31, 277-295.
    """

    level = "price_level"

    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return i* from the price level and the output gap."""
        s = self.settings
        above = self.above_path(readings, memory, s.target)
        return s.neutral_rate + readings.inflation_12m + (s.phi_pi - 1.0) * above + self.gap_weight * readings.gap


class NominalGdpTarget(_FromAPath):
    """i* = r* + π + (φ_π - 1)(x - x*): prices and output count alike, in one number.

    x is the log of nominal GDP, x* grows by π* and trend growth.

    References
    ----------
    E. F. Koenig (2012), "All in the family: the close connection between nominal-GDP targeting and the
    Taylor rule", Federal Reserve Bank of Dallas Staff Papers 17.
    """

    level = "nominal_gdp"

    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return i* from nominal GDP."""
        s = self.settings
        above = self.above_path(readings, memory, s.target + s.trend_growth)
        return s.neutral_rate + readings.inflation_12m + (s.phi_pi - 1.0) * above


class MoneyGrowth(_FromAPath):
    """i* = r* + π* + φ_m (m - m*): Friedman's k per cent rule, with the rate as its instrument.

    m is the log of money, m* grows by k from where the rule began. It anchors by itself: prices that run
    away take money with them, whatever φ_π.

    References
    ----------
    M. Friedman (1960), A Program for Monetary Stability, Fordham University Press.
    """

    level = "money"

    def weakness(self) -> None:
        """None: a path of money is an anchor."""

    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return i* from the stock of money."""
        s = self.settings
        growth = s.target + s.trend_growth if s.money_growth is None else s.money_growth
        return s.neutral_rate + s.target + s.money_weight * self.above_path(readings, memory, growth)


class _Peg(PolicyRule):
    """A rate that does not answer to inflation."""

    smoothed = False

    def weakness(self) -> tuple[str, object, str]:
        """Return that a peg lets inflation drift (Wicksell 1898; Sargent and Wallace 1975)."""
        return "rule", self.name, "choose a rule that answers to inflation"


class Fixed(_Peg):
    """The same rate for ever: `MonetarySettings.fixed_rate`, or r* + π*.

    Under expectations without an anchor inflation drifts away from it cumulatively.

    References
    ----------
    K. Wicksell (1898), Geldzins und Güterpreise, Gustav Fischer, Jena.
    """

    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return the fixed rate."""
        s = self.settings
        return s.neutral_rate + s.target if s.fixed_rate is None else s.fixed_rate


class Path(_Peg):
    """The rates of a CSV file, month by month; after its last month that month's rate stays in force."""

    def __init__(self, settings: MonetarySettings) -> None:
        super().__init__(settings)
        self.path = RatePath.read(str(settings.path), lowest=settings.lower_bound)
        self.digest = self.path.digest

    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return the rate of the month."""
        return self.path.rate(readings.month)
