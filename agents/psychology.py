"""Moods: a signed index of sentiment for each asset and for the market, and what it does to those who trade.

Each day five signals (20-day return, minus the excess of recent over usual volatility, order imbalance, minus
the share of accounts under margin call, breadth) become z-scores against their own past, clipped to ±2 and
halved; the index S in [-1, 1] is the exponential average of their mean. Fear is max(0, -S), greed max(0, S):
two sides of one index, never both. Panics and euphorias are shocks to S that fade.

**Moods never touch a price.** They scale the noise in forecasts, the weights of chartists and fundamentalists,
risk aversion and the leverage wanted; volatility then arises from orders. `Psychology` offers these scales as
arrays, a row for each asset.

Each agent has a sentiment of its own: it forgets at its own pace and leans its own way; the variance across
agents is disagreement.

References: M. Baker and J. Wurgler (2006), "Investor sentiment and the cross-section of stock returns",
Journal of Finance 61, 1645-1680 (an index as the mean of standardised proxies); Lakonishok, Shleifer and Vishny
(1992) for herding. The weights are ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds, UnusableSeries, nearest
from ..core.randomness import BIRTH, Draws
from ..core.units import FloatArray
from ..markets.published_indices import sentiment_01
from .mood_effects import MarketMood, MoodEffects, PsychologySettings
from .mood_inputs import MoodInputs, excess_herding, market_inputs

__all__ = ["MarketMood", "MoodInputs", "Psychology", "PsychologySettings", "market_inputs"]

SIGNALS = ("return", "volatility", "imbalance", "margin", "breadth")
_EVERYWHERE = -1
_FAINT = 1e-6


class Psychology(MoodEffects):
    """The moods of a market; a part with a state.

    Parameters
    ----------
    settings : PsychologySettings
    symbols : sequence of str
        The assets, in the order of their books.
    agents : int
        Number of agents with a sentiment of their own.
    seed : int
        Seed of the run; it gives agents their memories and leanings.

    Attributes
    ----------
    tilt, memory : (agents,) float64
        Own leaning, and what the agent remembers of the market's signals.
    scales : MoodScales
        What moods make of beliefs and orders now, as strategies see it.

    Examples
    --------
    >>> psychology = Psychology(PsychologySettings(), ["AAPL", "MSFT"], agents=100, seed=7)
    >>> psychology.shock(-0.8, half_life_days=5)
    >>> psychology.fear.tolist(), psychology.greed.tolist(), psychology.leverage_scale.round(3).tolist()
    ([0.8, 0.8], [0.0, 0.0], [0.2, 0.2])
    """

    def __init__(self, settings: PsychologySettings, symbols: Sequence[str], *, agents: int, seed: int) -> None:
        self.settings, self.symbols, self._seed = settings, tuple(symbols), seed
        rows = len(self.symbols) + 1  # the last is the market
        self._average: FloatArray = np.zeros(rows)
        self._mean: FloatArray = np.zeros((rows, len(SIGNALS)))
        self._variance: FloatArray = np.tile(settings.usual**2, (rows, 1))
        self._herding: FloatArray = np.zeros(rows)
        self._shocks: FloatArray = np.zeros((0, 4))  # size, half-life, age in days, row
        self.tilt: FloatArray = np.zeros(0)
        self.memory: FloatArray = np.zeros(0)
        self._kept: FloatArray = np.zeros(0)
        self.grow(agents)

    def grow(self, agents: int) -> None:
        """Let there be ``agents``, no fewer than before; newcomers bring the market's mood and their own leaning."""
        born = np.arange(self.memory.size, agents, dtype=np.int64)
        s, draws = self.settings, Draws.of(self._seed, "psychology")
        lean = s.tilt * math.sqrt(12.0) * (draws.uniform(born, BIRTH, 0) - 0.5)
        short, long = _kept(s.half_life_days / s.memory_spread), _kept(s.half_life_days * s.memory_spread)
        self.tilt = np.concatenate([self.tilt, lean])
        self._kept = np.concatenate([self._kept, short + (long - short) * draws.uniform(born, BIRTH, 1)])
        self.memory = np.concatenate([self.memory, np.full(born.size, self._average[-1])])
        self._look()

    def note_day(
        self,
        returns_20d: ArrayLike,
        vol_ratio: ArrayLike,
        imbalance: ArrayLike,
        margin_share: ArrayLike,
        breadth: ArrayLike,
        buy_counts: ArrayLike,
        sell_counts: ArrayLike,
    ) -> None:
        """Take a day's measurements, (assets,) each or one number for all; `market_inputs` makes them.

        Parameters
        ----------
        returns_20d : array_like
            Log returns of 20 days.
        vol_ratio : array_like
            Realised volatility over that of a year; 1 is usual.
        imbalance : array_like
            Lots bought less sold by takers over both.
        margin_share, breadth : array_like
            Share of accounts under margin call; share of assets that rose less that which fell.
        buy_counts, sell_counts : array_like
            (assets,) taking orders that bought and sold.
        """
        columns = (returns_20d, 1.0 - np.asarray(vol_ratio, np.float64), imbalance, margin_share, breadth)
        today = np.column_stack([self._column(column, name) for column, name in zip(columns, SIGNALS, strict=True)])
        today[:, 3] *= -1.0
        today = np.vstack([today, today.mean(axis=0) if self.symbols else np.zeros(len(SIGNALS))])
        scores = np.clip((today - self._mean) / np.sqrt(self._variance), -2.0, 2.0).mean(axis=1) / 2.0
        kept = _kept(self.settings.half_life_days)
        self._average = kept * self._average + (1.0 - kept) * scores
        self._learn(today)
        buys, sells = (
            np.append(counts, counts.sum())
            for counts in (self._column(buy_counts, "buy_counts"), self._column(sell_counts, "sell_counts"))
        )
        self._herding = kept * self._herding + (1.0 - kept) * excess_herding(buys, sells)
        self.memory = self._kept * self.memory + (1.0 - self._kept) * scores[-1]
        self._shocks[:, 2] += 1.0
        self._look()

    def shock(self, size: float, half_life_days: float | None = None, symbol: str | None = None) -> None:
        """Let a panic (``size`` < 0) or a euphoria (> 0) break out; it fades by half each ``half_life_days``.

        It adds to the index, of one ``symbol`` or of every asset and the market, which stays within [-1, 1].
        """
        if not (-1.0 <= size <= 1.0 and size):
            raise OutOfBounds("size", size, "give a number from -1 to 1, not 0")
        half_life = self.settings.half_life_days if half_life_days is None else half_life_days
        if not 0.0 < half_life < math.inf:
            raise OutOfBounds("half_life_days", half_life, "give a number above 0")
        if symbol is not None and symbol not in self.symbols:
            raise OutOfBounds("symbol", symbol, f"give a listed one{nearest(symbol, self.symbols)}")
        row = _EVERYWHERE if symbol is None else self.symbols.index(symbol)
        self._shocks = np.vstack([self._shocks, [size, half_life, 0.0, row]])
        self._look()

    def set_weights(self, settings: PsychologySettings) -> None:
        """Let moods do something else from now on; how they form stays as it was."""
        self.settings = settings
        self._look()

    @property
    def sentiment(self) -> float:
        """Sentiment S of the market as a whole, in [-1, 1]."""
        return float(self._index[-1])

    @property
    def individual(self) -> FloatArray:
        """(agents,) sentiment of each agent in [-1, 1]: its memory, its leaning, and the shocks to the market."""
        return np.asarray(np.clip(self.memory + self.tilt + self._shocked[-1], -1.0, 1.0), np.float64)

    @property
    def market(self) -> MarketMood:
        """The mood of the market as a whole."""
        s, level = self.settings, self.sentiment
        fear, greed, herding = max(0.0, -level), max(0.0, level), float(self._herding[-1])
        appetite = float(sentiment_01(level)[0])
        return MarketMood(
            index=level, sentiment_01=appetite, fear=fear, greed=greed,
            herding=herding, is_herding=herding > s.herding_threshold,
            confidence=(1.0 - math.sqrt(self.disagreement)) * appetite,
            disagreement=self.disagreement, mean_sentiment=self.mean_sentiment,
            risk_aversion_scale=1.0 + s.risk_aversion_weight * fear, leverage_scale=1.0 + s.leverage_weight * level,
        )  # fmt: skip

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and JSON values from which `restore` goes on."""
        names = ("average", "mean", "variance", "herding", "shocks")
        arrays = {name: getattr(self, f"_{name}").copy() for name in names}
        return arrays | {"memory": self.memory.copy()}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Go on from what `state` returned; settings, symbols and seed must be the same."""
        agents = len(arrays["memory"])
        self.grow(agents)
        self.tilt, self._kept = self.tilt[:agents], self._kept[:agents]
        for name in ("average", "mean", "variance", "herding", "shocks"):
            setattr(self, f"_{name}", np.array(arrays[name], np.float64))
        self.memory = np.array(arrays["memory"], np.float64)
        self._look()

    def _column(self, values: ArrayLike, name: str) -> FloatArray:
        array = np.asarray(values, np.float64)
        if array.shape not in ((), (len(self.symbols),)):
            raise UnusableSeries(
                name, f"has shape {array.shape}; give one number for each of {len(self.symbols)} assets"
            )
        if not np.isfinite(array).all():
            raise UnusableSeries(name, "holds what is not a finite number")
        return np.broadcast_to(array, len(self.symbols))

    def _learn(self, today: FloatArray) -> None:
        """Move what is usual of each signal; its spread never falls below a quarter of that at the opening."""
        weight = 1.0 - _kept(self.settings.usual_half_life_days)
        surprise = today - self._mean
        self._mean = self._mean + weight * surprise
        spread = (1.0 - weight) * (self._variance + weight * surprise * surprise)
        self._variance = np.maximum(spread, (0.25 * self.settings.usual) ** 2)

    def _look(self) -> None:
        """Work out what follows from the state: the shocks in force, the index, disagreement."""
        left = self._shocks[:, 0] * np.array([0.5 ** (age / half) for _, half, age, _ in self._shocks.tolist()])
        self._shocks = self._shocks[np.abs(left) > _FAINT]
        left = left[np.abs(left) > _FAINT]
        self._shocked = np.zeros(self._average.size)
        for size, row in zip(left.tolist(), self._shocks[:, 3].astype(np.int64).tolist(), strict=True):
            self._shocked[slice(None) if row == _EVERYWHERE else row] += size
        self._index: FloatArray = np.clip(self._average + self._shocked, -1.0, 1.0)
        self.index, self.herding = self._index[:-1], self._herding[:-1]
        own = self.individual
        self.disagreement = float(own.var()) if own.size else 0.0
        self.mean_sentiment = float(own.mean()) if own.size else 0.0
        self.scales = self.all_scales()


def _kept(half_life_days: float) -> float:
    """Return the share of an average that is left after a day."""
    return float(0.5 ** (1.0 / half_life_days))
