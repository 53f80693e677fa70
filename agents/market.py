"""What an agent may see: the public state at the opening of a round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..core.units import FloatArray, IntArray, Tick
from ..markets.tape import Tape


class MarketArrays(NamedTuple):
    """The public arrays as kernels take them; every one has a row for each book.

    ``quotes`` (books, 4) best bid, best ask and the lots there, 0 where empty; ``mid``, ``last`` and
    ``fundamental`` in price units; ``sigma`` the standard deviation of one tick's log return;
    ``spread`` is what a trader divides its cash by for one stock: the number of stocks where all count alike, one over
    the stock's part of the market where they differ in size; ``security`` and ``money`` are columns of ``holdings``
    (owners, instruments, 2: free, reserved). The scales are what moods make of noise, order sizes, weights, risk
    aversion and leverage; 1 where nobody's mood is simulated.
    """

    quotes: IntArray
    mid: FloatArray
    last: IntArray
    fundamental: FloatArray
    sigma: FloatArray
    tick_size: IntArray
    round_lot: IntArray
    unit_value: IntArray
    spread: FloatArray
    security: IntArray
    money: IntArray
    log_mid: FloatArray
    holdings: IntArray
    noise_scale: FloatArray
    order_size_scale: FloatArray
    chartist_scale: FloatArray
    fundamentalist_scale: FloatArray
    risk_aversion_scale: FloatArray
    leverage_scale: FloatArray


@dataclass(frozen=True)
class Market:
    """The public state at the opening of a round, plus this tick's public exogenous inputs.

    Examples
    --------
    A strategy reads ``market.mid[stock]``, ``market.best_bid[stock]``, ``market.tape.log_return(30)``.
    """

    tick: Tick
    round_: int
    day: int
    tick_of_day: int
    ticks_per_day: int
    symbols: tuple[str, ...]
    arrays: MarketArrays
    tape: Tape
    order_expiry: Tick

    @property
    def count(self) -> int:
        """Number of books."""
        return len(self.symbols)

    @property
    def best_bid(self) -> IntArray:
        """Highest resting buy price of each book, 0 where none."""
        return self.arrays.quotes[:, 0]

    @property
    def best_ask(self) -> IntArray:
        """Lowest resting sell price of each book, 0 where none."""
        return self.arrays.quotes[:, 1]

    @property
    def mid(self) -> FloatArray:
        """Mid-price of each book, the last price where a side is empty."""
        return self.arrays.mid

    @property
    def last(self) -> IntArray:
        """Price of the last trade of each book."""
        return self.arrays.last

    @property
    def fundamental(self) -> FloatArray:
        """Fundamental value of each stock, in price units."""
        return self.arrays.fundamental

    @property
    def sigma(self) -> FloatArray:
        """Standard deviation of one tick's log return of each book."""
        return self.arrays.sigma
