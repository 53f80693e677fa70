"""Names of the integers that are counted, and of the arrays that hold them.

Money is in minor units of its currency (``_minor``; a cent of a dollar), prices in price units,
quantities in lots, time in ticks. Rates, forecasts and indices are floats.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Minor: TypeAlias = int
Price: TypeAlias = int
Lots: TypeAlias = int
Tick: TypeAlias = int
OwnerId: TypeAlias = int
OrderId: TypeAlias = int

IntArray: TypeAlias = NDArray[np.int64]
FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
UintArray: TypeAlias = NDArray[np.uint64]


class Side(IntEnum):
    """The side of an order; also the row of a book's two-sided arrays."""

    BUY = 0
    SELL = 1

    @classmethod
    def of(cls, word: str | int) -> Side:
        """Return the side named ``"buy"`` or ``"sell"`` (any case), or given as its number.

        Examples
        --------
        >>> Side.of("Sell")
        <Side.SELL: 1>
        """
        if isinstance(word, str):
            try:
                return cls[word.upper()]
            except KeyError:
                raise ValueError(f"side is {word!r}; give 'buy' or 'sell'") from None
        return cls(word)


class Sector(StrEnum):
    """The columns of the balance-sheet matrix (Godley and Lavoie 2007)."""

    HOUSEHOLDS = "H"
    FIRMS = "F"
    BANKS = "B"
    CENTRAL_BANK = "CB"
    GOVERNMENT = "G"
    INFRASTRUCTURE = "X"
    REST_OF_WORLD = "W"


SECTORS: tuple[Sector, ...] = tuple(Sector)
SECTOR_CODE: dict[Sector, int] = {sector: code for code, sector in enumerate(SECTORS)}

TRADING_DAYS_PER_YEAR = 252
