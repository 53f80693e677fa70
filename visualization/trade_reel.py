"""The newest trades with both their sides, and how often everybody has traded."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ..core.units import IntArray, OwnerId, Tick
from ..markets.orders import F_BOOK, F_MAKER, F_PRICE, F_QUANTITY, F_SIDE, F_TAKER
from .wealth_kernels import count_trades

_FIELDS = (F_BOOK, F_PRICE, F_QUANTITY, F_MAKER, F_TAKER, F_SIDE)


class TradeReel:
    """Trades as columns, written over when there are too many.

    Parameters
    ----------
    owners : int
        How many owners there are at first.
    most : int
        How many trades are kept.

    Attributes
    ----------
    count : (owners,) int64
        Trades of each owner since the reel began, those that are no longer kept too.
    """

    def __init__(self, owners: int, most: int = 400_000) -> None:
        self._rows = np.zeros((1 + len(_FIELDS), most), np.int64)
        self._written = 0
        self._lock = threading.Lock()
        self.count: IntArray = np.zeros(owners, np.int64)

    def put(self, tick: Tick, fills: IntArray) -> None:
        """Add the fills (9, m) of a round."""
        if not fills.shape[1]:
            return
        maker, taker, most = fills[F_MAKER], fills[F_TAKER], self._rows.shape[1]
        fills = fills[:, -most:]
        number = fills.shape[1]
        with self._lock:
            highest = int(max(maker.max(), taker.max()))
            if highest >= self.count.shape[0]:
                self.count = np.append(self.count, np.zeros(highest + 1 - self.count.shape[0], np.int64))
            count_trades(self.count, maker, taker)
            first = self._written % most
            head = min(number, most - first)
            for start, part in ((first, fills[:, :head]), (0, fills[:, head:])):
                self._rows[0, start : start + part.shape[1]] = tick
                for column, field in enumerate(_FIELDS, 1):
                    self._rows[column, start : start + part.shape[1]] = part[field]
            self._written += number

    def of(self, owner: OwnerId, most: int) -> list[dict[str, Any]]:
        """Return the newest trades of an owner, newest first; ``other`` is with whom."""
        with self._lock:
            kept = min(self._written, self._rows.shape[1])
            _tick, _book, _price, _lots, maker, taker, _side = self._rows[:, :kept]
            found = np.flatnonzero((maker == owner) | (taker == owner))
            age = (self._written - 1 - found) % self._rows.shape[1]
            found = found[np.argsort(age)][:most]
            rows = self._rows[:, found].T.tolist()
        return [
            {
                "tick": tick, "book": book, "price": price, "lots": lots,
                "bought": (side == 0) == (taker == owner), "other": maker if taker == owner else taker,
            }
            for tick, book, price, lots, maker, taker, side in rows
        ]  # fmt: skip
