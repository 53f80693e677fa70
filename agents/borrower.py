"""Strategies that buy on margin: how they tell their bank what they want to borrow."""

from __future__ import annotations

from abc import abstractmethod

from ..core.units import IntArray
from .market import Market
from .strategy import Traders


class Borrower:
    """A strategy, beside `Strategy`, whose traders have margin accounts where a scenario lets banks lend on margin.

    Such a strategy declares the column ``debt`` (int64), which is kept by its bank: what each trader owes, minor
    units. Before a round's orders are written, it is asked what they would cost, and the loan is drawn.
    """

    @abstractmethod
    def money_wanted(self, market: Market, traders: Traders) -> IntArray:
        """Return (n,) minor units that the buy orders of this round would need, were there no limit; 0 for sellers.

        It is asked just before `Strategy.decide` with the same traders and draws, and must change nothing.
        """
