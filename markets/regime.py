"""The regime of a stock market: bull, bear, crash, bubble or normal, from what was measured.

A label for readers and tables; it never drives a price. The rule, first match wins:

* **crash**: the index fell by ``crash_fall`` or more within ``window`` days, at a volatility of at least
  ``crash_volatility`` (a fall of a fifth within three months: Mishkin and White 2003).
* **bubble**: the index lies ``bubble_distance`` or more above its fundamental value, in logs, and is not in a
  downward trend.
* **bear**: a downward trend, or the index ``bear_drawdown`` or more below its high of a year.
* **bull**: an upward trend less than ``bull_drawdown`` below the high of a year.
* **normal**: anything else.

A *trend* is a return over the window of at least ``trend`` either way that is also at least
``trend_score`` standard deviations of a driftless index, r / (σ sqrt(window / 252)): what noise of that
volatility would not bring about.

References: A. R. Pagan and K. A. Sossounov (2003), "A simple framework for analysing bull and bear markets",
Journal of Applied Econometrics 18, 23-46; F. S. Mishkin and E. N. White (2003), "U.S. stock market crashes
and their aftermath", in "Asset Price Bubbles", MIT Press.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
from pydantic import Field

from ..core.errors import UnusableSeries
from ..core.parameters import Parameters
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray

Regime: TypeAlias = Literal["bull", "bear", "crash", "bubble", "normal"]
REGIMES: tuple[Regime, ...] = get_args(Regime)


class RegimeSettings(Parameters):
    """Where one regime ends and another begins. Returns and distances are log differences."""

    window: int = Field(60, ge=5, le=252, description="trading days of a trend, and of the volatility")
    least_days: int = Field(20, ge=5, le=252, description="days of closes before anything but normal is said")
    trend: float = Field(0.05, ge=0.0, le=1.0, description="least return over the window, either way, of a trend")
    trend_score: float = Field(0.5, ge=0.0, le=5.0, description="least size of a trend in standard deviations")
    crash_fall: float = Field(0.2, gt=0.0, le=2.0, description="fall over the window that is a crash")
    crash_volatility: float = Field(0.25, ge=0.0, le=5.0, description="least annual volatility of a crash")
    bubble_distance: float = Field(0.3, gt=0.0, le=5.0, description="least log distance above fundamental of a bubble")
    bear_drawdown: float = Field(0.2, gt=0.0, le=1.0, description="share below the year's high that is a bear market")
    bull_drawdown: float = Field(0.1, gt=0.0, le=1.0, description="share below the year's high that ends a bull market")


def classify_regime(
    index_return: float,
    volatility: float,
    drawdown: float,
    distance: float,
    settings: RegimeSettings | None = None,
) -> Regime:
    """Return the regime that four measurements name, by the rule at the head of this module.

    Parameters
    ----------
    index_return : float
        Log return of the index over the window (60 days).
    volatility : float
        Standard deviation of its daily log returns over the window, times sqrt(252).
    drawdown : float
        Share by which it lies below its high of a year; 0 at the high.
    distance : float
        ln(index / its fundamental value).

    Examples
    --------
    >>> classify_regime(0.12, volatility=0.15, drawdown=0.0, distance=0.05)
    'bull'
    >>> classify_regime(-0.25, volatility=0.6, drawdown=0.3, distance=0.4)
    'crash'
    >>> classify_regime(0.02, volatility=0.15, drawdown=0.03, distance=0.0)
    'normal'
    """
    s = settings or RegimeSettings()
    noise = volatility * math.sqrt(s.window / TRADING_DAYS_PER_YEAR)
    is_trend = abs(index_return) >= s.trend and abs(index_return) >= s.trend_score * noise
    rising, falling = is_trend and index_return > 0.0, is_trend and index_return < 0.0
    if index_return <= -s.crash_fall and volatility >= s.crash_volatility:
        return "crash"
    if distance >= s.bubble_distance and not falling:
        return "bubble"
    if falling or drawdown >= s.bear_drawdown:
        return "bear"
    if rising and drawdown < s.bull_drawdown:
        return "bull"
    return "normal"


class RegimeClassifier:
    """Classifies day by day; keeps a year of closes and the distance from fundamental, and no more.

    Before ``window`` days have passed it judges by the days there are, before ``least_days`` by none.

    Examples
    --------
    >>> classifier = RegimeClassifier()
    >>> for day in range(80):
    ...     regime = classifier.note_day(100 * 1.002**day, 100.0)
    >>> regime
    'bull'
    """

    def __init__(self, settings: RegimeSettings | None = None) -> None:
        self.settings = settings or RegimeSettings()
        self.regime: Regime = "normal"
        self._closes: FloatArray = np.zeros(0)
        self._distance = 0.0

    def note_day(self, close: float, fundamental: float) -> Regime:
        """Take the day's close of the index and its fundamental value, in one unit; return the regime."""
        if not (0.0 < close < math.inf and 0.0 < fundamental < math.inf):
            raise UnusableSeries("close and fundamental", f"are {close} and {fundamental}; give numbers above 0")
        self._closes = np.append(self._closes, close)[-TRADING_DAYS_PER_YEAR:]
        self._distance = math.log(close / fundamental)
        if self._closes.size > self.settings.least_days:
            self.regime = classify_regime(*self.measurements, settings=self.settings)
        return self.regime

    @property
    def measurements(self) -> tuple[float, float, float, float]:
        """Return over the window, annual volatility, drawdown and distance, as `classify_regime` takes them.

        The first is the log return over the days there are while the window is not full.
        """
        recent = self._closes[-self.settings.window - 1 :]
        if recent.size < 3:
            return 0.0, 0.0, 0.0, self._distance
        moves = np.diff(np.log(recent))
        volatility = float(moves.std(ddof=1)) * math.sqrt(TRADING_DAYS_PER_YEAR)
        drawdown = 1.0 - float(self._closes[-1] / self._closes.max())
        return float(moves.sum()), volatility, drawdown, self._distance

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and JSON values from which `restore` goes on."""
        return {"closes": self._closes.copy()}, {"regime": self.regime, "distance": self._distance}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._closes, self._distance = np.array(arrays["closes"], np.float64), float(values["distance"])
        if values["regime"] not in REGIMES:
            raise UnusableSeries("regime", f"is {values['regime']!r}; give one of {', '.join(REGIMES)}")
        self.regime = cast(Regime, values["regime"])
