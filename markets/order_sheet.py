"""The sheet on which a round's orders are written before anything happens to them."""

from __future__ import annotations

import numpy as np

from ..core.units import IntArray
from .orders import (
    ARRIVAL,
    BOOK,
    EXPIRY,
    KIND,
    MESSAGE_WIDTH,
    NO_EXPIRY,
    OWNER,
    PRICE,
    PRIORITY,
    QUANTITY,
    SIDE,
    SLOT,
    Kind,
)


class OrderSheet:
    """Message rows (n, `MESSAGE_WIDTH`) of one round; grows as needed, reused round after round.

    Examples
    --------
    >>> sheet = OrderSheet()
    >>> sheet.write(owner=[3, 4], book=0, side=[0, 1], price=[99, 101], quantity=5, priority=[8, 9])
    2
    >>> sheet.size
    2
    """

    def __init__(self, capacity: int = 1024) -> None:
        self.rows: IntArray = np.zeros((capacity, MESSAGE_WIDTH), np.int64)
        self.size = 0

    @property
    def messages(self) -> IntArray:
        """The rows written so far."""
        return self.rows[: self.size]

    def clear(self) -> None:
        """Start a new round."""
        self.size = 0

    def room_for(self, count: int) -> IntArray:
        """Make room for ``count`` more rows and return the whole buffer, for a kernel to write from `size` on."""
        needed = self.size + count
        if needed > self.rows.shape[0]:
            grown = np.zeros((max(needed, 2 * self.rows.shape[0]), MESSAGE_WIDTH), np.int64)
            grown[: self.size] = self.rows[: self.size]
            self.rows = grown
        return self.rows

    def write(
        self,
        *,
        owner: object,
        book: object,
        side: object,
        price: object,
        quantity: object,
        priority: object,
        kind: object = Kind.LIMIT,
        expiry: object = NO_EXPIRY,
        slot: object = 0,
        arrival: object = 0,
    ) -> int:
        """Append rows (arrays or scalars, broadcast to the owners) and return how many."""
        owners = np.atleast_1d(np.asarray(owner, np.int64))
        count = int(owners.shape[0])
        rows = self.room_for(count)[self.size : self.size + count]
        rows[:, OWNER] = owners
        for column, values in (
            (BOOK, book), (SIDE, side), (KIND, kind), (PRICE, price), (QUANTITY, quantity),
            (EXPIRY, expiry), (PRIORITY, priority), (SLOT, slot), (ARRIVAL, arrival),
        ):  # fmt: skip
            rows[:, column] = values  # type: ignore[call-overload]
        self.size += count
        return count

    def take(self, other: OrderSheet) -> None:
        """Append the rows of another sheet and clear it."""
        self.room_for(other.size)[self.size : self.size + other.size] = other.messages
        self.size += other.size
        other.clear()
