"""What moods do: settings, and the scales that follow from an index of sentiment. None of them is a price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray
from ..markets.published_indices import sentiment_01


class PsychologySettings(Parameters):
    """How moods form and what they do."""

    enabled: bool = Field(False, description="whether moods form at all")
    half_life_days: float = Field(10.0, gt=0.0, le=2520.0, description="days after which a signal counts half in S")
    sentiment_weight: float = Field(0.4, ge=0.0, le=5.0, description="order sizes scale by 1 + this × abs S")
    fear_weight: float = Field(0.3, ge=0.0, le=5.0, description="forecast noise scales by 1 + this × fear ...")
    greed_weight: float = Field(0.3, ge=0.0, le=5.0, description="... + this × greed")
    herding_weight: float = Field(0.5, ge=0.0, le=5.0, description="... + this × excess herding")
    herding_threshold: float = Field(
        0.1, ge=0.0, le=1.0, description="excess herding above which a crowd is said to herd"
    )
    chartist_weight: float = Field(1.0, ge=0.0, le=5.0, description="chartists weigh trends by 1 + this × greed")
    fundamentalist_weight: float = Field(0.5, ge=0.0, le=1.0, description="fundamentalists by 1 - this × abs S")
    risk_aversion_weight: float = Field(1.0, ge=0.0, le=5.0, description="risk aversion scales by 1 + this × fear")
    leverage_weight: float = Field(1.0, ge=0.0, le=1.0, description="leverage wanted by 1 + this × (greed - fear)")
    usual_half_life_days: float = Field(
        252.0, gt=0.0, le=25_200.0, description="days after which a signal counts half in what is usual of it"
    )
    usual_return: float = Field(
        0.05, gt=0.0, le=5.0, description="standard deviation of a 20-day return at the opening"
    )
    usual_volatility: float = Field(0.3, gt=0.0, le=5.0, description="the same of recent over usual volatility")
    usual_imbalance: float = Field(0.2, gt=0.0, le=1.0, description="the same of the order imbalance")
    usual_margin: float = Field(0.02, gt=0.0, le=1.0, description="the same of the share of accounts under margin call")
    usual_breadth: float = Field(0.4, gt=0.0, le=1.0, description="the same of breadth")
    tilt: float = Field(0.2, ge=0.0, le=1.0, description="standard deviation of agents' own leanings")
    memory_spread: float = Field(
        2.0, ge=1.0, le=10.0, description="agents' half-lives lie within this factor of the mean"
    )

    @property
    def usual(self) -> FloatArray:
        """(5,) standard deviations of the signals at the opening."""
        return np.array(
            [self.usual_return, self.usual_volatility, self.usual_imbalance, self.usual_margin, self.usual_breadth]
        )


class MoodScales(NamedTuple):
    """What moods make of beliefs and orders: (books,) factors, 1 in a calm market."""

    noise_scale: FloatArray
    order_size_scale: FloatArray
    chartist_scale: FloatArray
    fundamentalist_scale: FloatArray
    risk_aversion_scale: FloatArray
    leverage_scale: FloatArray


def calm_scales(books: int) -> MoodScales:
    """Return the scales of a market without moods.

    Examples
    --------
    >>> calm_scales(2).leverage_scale.tolist()
    [1.0, 1.0]
    """
    return MoodScales(*(np.ones(books) for _ in MoodScales._fields))


@dataclass(frozen=True)
class MarketMood:
    """The mood of the market as a whole, for tables and readers."""

    index: float
    sentiment_01: float
    fear: float
    greed: float
    herding: float
    is_herding: bool
    confidence: float
    disagreement: float
    mean_sentiment: float
    risk_aversion_scale: float
    leverage_scale: float


class MoodEffects:
    """What follows from an index and a measure of herding: scales on beliefs and orders, a row for each asset.

    Attributes
    ----------
    index : (assets,) float64
        Sentiment S in [-1, 1].
    herding : (assets,) float64
        Excess herding, averaged like the index; about 0 where traders are independent.
    disagreement : float
        Variance of sentiment across agents.
    """

    settings: PsychologySettings
    index: FloatArray
    herding: FloatArray
    disagreement: float

    @property
    def fear(self) -> FloatArray:
        """(assets,) max(0, -S)."""
        return np.maximum(0.0, -self.index)

    @property
    def greed(self) -> FloatArray:
        """(assets,) max(0, S)."""
        return np.maximum(0.0, self.index)

    @property
    def is_herding(self) -> BoolArray:
        """(assets,) whether herding is above its threshold."""
        return self.herding > self.settings.herding_threshold

    @property
    def confidence(self) -> FloatArray:
        """(assets,) in [0, 1]: certainty, 1 - standard deviation across agents, times appetite for risk (1 + S) / 2."""
        return (1.0 - math.sqrt(self.disagreement)) * sentiment_01(self.index)

    @property
    def noise_scale(self) -> FloatArray:
        """(assets,) factor on the noise in forecasts, 1 + 0.3 fear + 0.3 greed + 0.5 max(0, H) by default."""
        s = self.settings
        calm = 1.0 + s.fear_weight * self.fear + s.greed_weight * self.greed
        return np.asarray(calm + s.herding_weight * np.maximum(0.0, self.herding), np.float64)

    @property
    def order_size_scale(self) -> FloatArray:
        """(assets,) factor on order sizes, 1 + 0.4 abs S by default."""
        return np.asarray(1.0 + self.settings.sentiment_weight * np.abs(self.index), np.float64)

    @property
    def chartist_scale(self) -> FloatArray:
        """(assets,) factor on the weight of trends, 1 + greed."""
        return np.asarray(1.0 + self.settings.chartist_weight * self.greed, np.float64)

    @property
    def fundamentalist_scale(self) -> FloatArray:
        """(assets,) factor on the weight of fundamental value, 1 - 0.5 abs S."""
        return np.asarray(1.0 - self.settings.fundamentalist_weight * np.abs(self.index), np.float64)

    @property
    def risk_aversion_scale(self) -> FloatArray:
        """(assets,) factor on risk aversion, 1 + fear."""
        return np.asarray(1.0 + self.settings.risk_aversion_weight * self.fear, np.float64)

    @property
    def leverage_scale(self) -> FloatArray:
        """(assets,) factor on the leverage wanted, 1 + greed - fear."""
        return np.asarray(1.0 + self.settings.leverage_weight * self.index, np.float64)

    def all_scales(self) -> MoodScales:
        """Return all of them, as strategies see them in `MarketArrays`."""
        return MoodScales(*(getattr(self, name) for name in MoodScales._fields))
