"""Anchors: what ties the fundamental values of stocks to real data, or to a walk.

=================  ==================================================================================
``sp500``          daily closes 1999-2018 that the package ``arch`` bundles; also ``nasdaq``, ``wti``
``gdp``            quarterly real GDP of the United States, 1959-2009, from ``statsmodels``
``prices.csv``     a user's CSV or Parquet file with date, close and, if each stock has its own, symbol
``walk``           geometric random walks with random drift and volatility
``ticker``         the walk with momentum and mean reversion of a simulated ticker feed
``none``           values that stay at the opening prices
=================  ==================================================================================

An anchor moves no price: traders read the values, and prices come from trades. A package adds an anchor
with `register_anchor`; what an anchor must do is in `catallaxy.model.fundamental.Anchor`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import Field

from ..core.logs import get_logger
from ..core.units import IntArray
from .anchor_sources import load_series
from .fundamental import Anchor, ConstantAnchor, FundamentalPath
from .series_anchor import SeriesAnchor, SeriesRecipe
from .ticker_feed import TickerAnchor, TickerRecipe
from .walk_anchor import WalkAnchor, WalkRecipe

log = get_logger(__name__)


class AnchorSettings(SeriesRecipe):
    """What fundamental values follow; the fields beside ``walk`` and ``ticker`` are those of real closes."""

    source: str = Field(
        "sp500",
        min_length=1,
        description="sp500, nasdaq, wti, gdp, walk, ticker, none, or the path of a .csv or .parquet file",
    )
    walk: WalkRecipe = Field(WalkRecipe(), description="the anchor walk")
    ticker: TickerRecipe = Field(TickerRecipe(), description="the anchor ticker")


@dataclass(frozen=True)
class AnchorContext:
    """What an anchor may know of the run: its stocks in order, its clock and its seed."""

    symbols: tuple[str, ...]
    ticks_per_day: int
    seed: int


AnchorFactory = Callable[[AnchorSettings, AnchorContext], Anchor]


def _walk(settings: AnchorSettings, run: AnchorContext) -> Anchor:
    return WalkAnchor(settings.walk, stocks=len(run.symbols), ticks_per_day=run.ticks_per_day, seed=run.seed)


def _ticker(settings: AnchorSettings, run: AnchorContext) -> Anchor:
    return TickerAnchor(settings.ticker, stocks=len(run.symbols), ticks_per_day=run.ticks_per_day, seed=run.seed)


def _none(settings: AnchorSettings, run: AnchorContext) -> Anchor:
    return ConstantAnchor(len(run.symbols), run.ticks_per_day)


def _real(settings: AnchorSettings, run: AnchorContext) -> Anchor:
    series = load_series(settings.source, known=tuple(ANCHORS))
    return SeriesAnchor(series, settings, symbols=run.symbols, ticks_per_day=run.ticks_per_day, seed=run.seed)


ANCHORS: dict[str, AnchorFactory] = {"walk": _walk, "ticker": _ticker, "none": _none}


def register_anchor(name: str, factory: AnchorFactory) -> None:
    """Make ``source = name`` build an anchor; the newest registration of a name holds."""
    ANCHORS[name] = factory


def build_anchor(
    settings: AnchorSettings,
    *,
    symbols: Sequence[str],
    days: int,
    ticks_per_day: int,
    seed: int,
    initial_prices: IntArray,
) -> FundamentalPath:
    """Return the fundamental values of a run.

    Parameters
    ----------
    settings : AnchorSettings
        What they follow.
    symbols : sequence of str
        The stocks; a stock's place keys its draws, so new ones are added at the end.
    days : int
        Planned length of the run; it changes no value, the run may go on longer.
    ticks_per_day, seed : int
        Ticks of a trading day, seed of the run.
    initial_prices : IntArray
        (stocks,) opening prices, price units: the values at tick 0.

    Examples
    --------
    >>> import numpy as np
    >>> path = build_anchor(
    ...     AnchorSettings(), symbols=["AAPL"], days=252, ticks_per_day=30, seed=7, initial_prices=np.array([190_00])
    ... )
    >>> path.name, str(path.dates[-1]), path.index(252 * 30)
    ('S&P 500', '2018-12-31', 2506.850098)
    """
    factory = ANCHORS.get(settings.source, _real)
    path = FundamentalPath(
        factory(settings, AnchorContext(tuple(symbols), ticks_per_day, seed)), initial_prices, ticks_per_day
    )
    if 0 < len(path.dates) < days:
        log.info("%s holds %d days; a run of %d repeats its returns", path.name, len(path.dates), days)
    return path
