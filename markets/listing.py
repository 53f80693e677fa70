"""Listed instruments: symbols, price units, regulatory tick sizes and round lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import BoolArray, IntArray


@dataclass
class Listings:
    """What is listed on one venue; every array is (books,) and row b belongs to book b.

    ``unit_value`` is the minor units that one price unit times one lot is worth; ``tick_size`` and
    ``round_lot`` are the multiples an order must keep. Stored prices are never rescaled by them.
    """

    symbols: tuple[str, ...]
    security: IntArray
    money: IntArray
    unit_value: IntArray
    tick_size: IntArray
    round_lot: IntArray
    halted: BoolArray

    @property
    def size(self) -> int:
        """Number of books."""
        return len(self.symbols)

    def book_of(self, symbol: str) -> int | None:
        """Return the book of ``symbol``, or None."""
        try:
            return self.symbols.index(symbol)
        except ValueError:
            return None

    def expect(self, symbol: str) -> int:
        """Return the book of ``symbol``; raise `OutOfBounds` naming the listed ones otherwise."""
        book = self.book_of(symbol)
        if book is None:
            raise OutOfBounds("symbol", symbol, f"listed are {', '.join(self.symbols)}")
        return book

    def state(self) -> dict[str, Any]:
        """Return the arrays that can change while running."""
        return {"halted": self.halted.copy(), "tick_size": self.tick_size.copy(), "round_lot": self.round_lot.copy()}

    def restore(self, arrays: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.halted = np.array(arrays["halted"], np.bool_)
        self.tick_size = np.array(arrays["tick_size"], np.int64)
        self.round_lot = np.array(arrays["round_lot"], np.int64)
