"""The words of an order, and the columns of the arrays in which orders travel.

A batch of messages is an int64 array (n, `MESSAGE_WIDTH`), one row a message; fills and
acknowledgements are int64 arrays as well. Kernels read the columns by these names.
"""

from __future__ import annotations

from enum import IntEnum

# Messages (n, 10). A row with QUANTITY 0 and a SLOT only withdraws what rests in that slot.
OWNER, BOOK, SIDE, KIND, PRICE, QUANTITY, EXPIRY, PRIORITY, SLOT, ARRIVAL = range(10)
MESSAGE_WIDTH = 10

# Fills (m, 9).
F_PRICE, F_QUANTITY, F_MAKER, F_TAKER, F_MAKER_ORDER, F_TAKER_ORDER, F_SIDE, F_BOOK, F_LIMIT = range(9)
FILL_WIDTH = 9

# Acknowledgements (n, 3), one row a message.
A_STATUS, A_FILLED, A_HANDLE = range(3)
ACK_WIDTH = 3

# Orders released by a cancellation, a reduction or an expiry (k, 6).
R_BOOK, R_OWNER, R_SIDE, R_PRICE, R_QUANTITY, R_ORDER = range(6)
RELEASE_WIDTH = 6

NO_EXPIRY = 2**62
NO_SLOT = -1


class Kind(IntEnum):
    """What becomes of an order's unfilled rest.

    ``LIMIT`` rests, ``MARKET`` and ``IOC`` are cancelled, ``FOK`` fills whole or not at all. A
    market order carries its collar as price: the worst price it may take.
    """

    LIMIT = 0
    MARKET = 1
    IOC = 2
    FOK = 3


class Status(IntEnum):
    """State of an order after its arrival (and of a record later on)."""

    PENDING = 0  # resting, nothing filled yet
    PARTIAL = 1  # resting, partly filled
    FILLED = 2
    CANCELLED = 3  # the unfilled rest was cancelled: market, IOC, FOK or self-trade prevention
    REJECTED = 4
    EXPIRED = 5


class Reason(IntEnum):
    """Why an order or a cancellation was refused."""

    ACCEPTED = 0
    INVALID_QUANTITY = 1
    INVALID_PRICE = 2
    OFF_TICK = 3
    OFF_LOT = 4
    UNKNOWN_SYMBOL = 5
    UNKNOWN_OWNER = 6
    INSUFFICIENT_FUNDS = 7
    INSUFFICIENT_SHARES = 8
    HALTED = 9
    NO_MARKET = 10
    UNKNOWN_ORDER = 11
    NOT_YOUR_ORDER = 12
    ORDER_FINISHED = 13
    NOT_BORROWABLE = 14
    INVALID_EXPIRY = 15
    TOO_LARGE = 16
    OWNER_INACTIVE = 17
    ECONOMY_ENDED = 18
    INVALID_ACTION = 19
    SLOT_TAKEN = 20
