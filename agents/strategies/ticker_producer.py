"""Producers of a simulated ticker feed: each keeps one stock trading at a steady rate."""

from __future__ import annotations

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from ...core.units import Side
from ...markets.orders import Kind
from ..market import Market
from ..strategy import Orders, Strategy, StrategySettings, Traders

_BURST, _MULTIPLE, _SIDE = 0, 1, 2


class TickerProducerSettings(StrategySettings):
    """How often and how much producers trade."""

    activity: float | None = Field(
        1.0,
        gt=0.0,
        le=1.0,
        description="trades of a producer in a tick; times the producers of a ticker, its frequency",
    )
    active_tickers: int = Field(4, ge=1, le=100_000, description="stocks that have producers: the first ones listed")
    quantity: int = Field(1_000, ge=1, le=1_000_000_000, description="lots of an ordinary trade")
    burst_probability: float = Field(0.05, ge=0.0, le=1.0, description="chance that a trade is a burst")
    burst_low: int = Field(5, ge=1, le=10_000, description="least multiple of the ordinary quantity in a burst")
    burst_high: int = Field(20, ge=1, le=10_000, description="greatest multiple of it, not below burst_low")

    @field_validator("burst_high")
    @classmethod
    def _ordered(cls, value: int, info: ValidationInfo) -> int:
        low = info.data.get("burst_low")
        if low is not None and value < low:
            raise ValueError(f"give a number not below burst_low, which is {low}")
        return value


class TickerProducer(Strategy):
    """A producer belongs to one ticker and sends an immediate-or-cancel order each time it wakes.

    It buys below the fundamental value, sells above it and tosses a coin at it, at its own quote's
    other side, so the walk of the anchor ``ticker`` reaches the traded price through trades alone.
    Quantities are ``quantity`` lots, in a burst a uniform multiple of it; what an account cannot pay
    or deliver is left out. The quotes it meets are those of whoever makes the market.

    Examples
    --------
    With ticks of one second, five producers a ticker that act every tick trade five times a second:

    >>> TickerProducer().settings.active_tickers
    4
    """

    name = "ticker_producer"
    Settings = TickerProducerSettings

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each trader."""
        s = self.settings
        stock = traders.rows % min(s.active_tickers, market.count)
        toss = traders.uniform(_SIDE) < 0.5
        value, mid = market.fundamental[stock], market.mid[stock]
        buys = np.where(value == mid, toss, value > mid)
        quote = np.where(buys, market.best_ask[stock], market.best_bid[stock])
        multiple = np.where(
            traders.uniform(_BURST) < s.burst_probability,
            s.burst_low + traders.integers(s.burst_high - s.burst_low + 1, _MULTIPLE),
            1,
        )
        worth = np.maximum(quote, 1) * market.arrays.unit_value[stock]
        means = np.where(buys, traders.cash() // worth, traders.shares(stock))
        lots = np.where(quote > 0, np.minimum(s.quantity * multiple, means), 0)
        side = np.where(buys, Side.BUY, Side.SELL)
        orders.limit(traders, stock, side, quote, lots, kind=Kind.IOC)
