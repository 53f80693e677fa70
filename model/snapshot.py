"""The snapshot: what everybody who watches may read while the next tick is under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.units import FloatArray, IntArray, Tick

if TYPE_CHECKING:
    from .economy import Economy


@dataclass(frozen=True)
class Snapshot:
    """The public state at a seal. Arrays are copies that cannot be written, a row for each book.

    ``bars`` (books, 7) are those of the tick: open, high, low, close (price units), volume (lots), trades, turnover.
    """

    tick: Tick
    day: int
    symbols: tuple[str, ...]
    last: IntArray
    quotes: IntArray
    bars: IntArray
    fundamental: FloatArray
    index: float
    anchor: float
    messages: int
    trades: int
    volume: int
    chain_head: str

    @classmethod
    def of(cls, economy: Economy) -> Snapshot:
        """Copy the public state of ``economy``."""
        last, quotes, fundamental = economy.exchange.last, economy.exchange.quotes.copy(), economy.fundamental.copy()
        bars = economy.exchange.bars.finished
        for array in (last, quotes, fundamental, bars):
            array.setflags(write=False)
        counters = economy.counters
        return cls(
            economy.tick, economy.day, economy.symbols, last, quotes, bars, fundamental, economy.index,
            economy.anchor_index, counters.messages, counters.trades, counters.volume, economy.chain_head,
        )  # fmt: skip
