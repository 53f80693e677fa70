"""The newest trades with both their sides, and how often everybody has traded."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from ..core.units import IntArray, OwnerId, Tick
from ..markets.orders import F_BOOK, F_MAKER, F_PRICE, F_QUANTITY, F_SIDE, F_TAKER
from .wealth_kernels import count_trades

MOST_TRADES, MOST_ROUNDS = 400_000, 2_000


class TradeReel:
    """The fills of the newest rounds, as they are: none is copied, and old rounds are let go.

    Parameters
    ----------
    owners : int
        How many owners there are at first.
    most : int
        How many trades are kept, about; of `MOST_ROUNDS` at most.

    Attributes
    ----------
    count : (owners,) int32
        Trades of each owner since the reel began, those that are no longer kept too.
    """

    def __init__(self, owners: int, most: int = MOST_TRADES) -> None:
        self._rounds: deque[tuple[Tick, IntArray]] = deque()
        self._most, self._kept = most, 0
        self.count: Any = np.zeros(owners, np.int32)

    def put(self, tick: Tick, fills: IntArray) -> None:
        """Add the fills (9, m) of a round; nobody may change them afterwards."""
        if not fills.shape[1]:
            return
        maker, taker = fills[F_MAKER], fills[F_TAKER]
        highest = int(fills[F_MAKER : F_TAKER + 1].max())
        if highest >= self.count.shape[0]:
            self.count = np.append(self.count, np.zeros(highest + 1 - self.count.shape[0], np.int32))
        count_trades(self.count, maker, taker)
        self._rounds.append((tick, fills if fills.base is None else fills.copy()))
        self._kept += fills.shape[1]
        while len(self._rounds) > 1 and (self._kept > self._most or len(self._rounds) > MOST_ROUNDS):
            self._kept -= self._rounds.popleft()[1].shape[1]

    def of(self, owner: OwnerId, most: int) -> list[dict[str, Any]]:
        """Return the newest trades of an owner, newest first; ``other`` is with whom."""
        told: list[dict[str, Any]] = []
        for tick, fills in reversed(tuple(self._rounds)):
            found = np.flatnonzero((fills[F_MAKER] == owner) | (fills[F_TAKER] == owner))[::-1]
            for i in found[: most - len(told)].tolist():
                maker, taker, side = int(fills[F_MAKER, i]), int(fills[F_TAKER, i]), int(fills[F_SIDE, i])
                told.append(
                    {
                        "tick": tick, "book": int(fills[F_BOOK, i]), "price": int(fills[F_PRICE, i]),
                        "lots": int(fills[F_QUANTITY, i]), "bought": (side == 0) == (taker == owner),
                        "other": maker if taker == owner else taker,
                    }
                )  # fmt: skip
            if len(told) >= most:
                break
        return told
