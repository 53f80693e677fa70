"""The call auction: orders rest for a while without matching, then all that crosses trades at one price.

It reopens trading after a halt. While a book is *called* it takes limit orders at any price, and market
orders as limit orders at their collar round the last price (the published quotes are empty, so that is what
the collar is measured from); IOC and FOK orders, which cannot wait, are cancelled. At the end the book is
*uncrossed*: the price that trades the most lots; among those the one that leaves the least imbalance, then
the one nearest to the last price, then the lower. Better limits come first, then older orders. What is left
of a market order is cancelled, every other rest stays, and continuous trading resumes.

An auction names no aggressor; for fees and tables the later order of a fill counts as the taker. With
self-trade prevention an owner's newer order is cancelled where it crosses an older one of its own.

References
----------
A. Madhavan (1992), "Trading mechanisms in securities markets", Journal of Finance 47, 607-641.
N. Economides and R. A. Schwartz (1995), "Electronic call market trading", Journal of Portfolio
Management 21 (3), 10-18.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..core.units import IntArray, Lots, Price, Side
from .books import Books
from .orders import A_HANDLE, BOOK, KIND, R_ORDER, R_OWNER, R_PRICE, R_SIDE, Kind


class Indication(NamedTuple):
    """What an auction would give if it ended now: its price (None if nothing crosses), lots, and surplus demand."""

    price: Price | None
    lots: Lots
    surplus: Lots


class CallAuctions:
    """The call auctions of a venue: which books are called, and which market orders wait in them.

    Examples
    --------
    >>> auctions = CallAuctions(books := Books(1))
    >>> auctions.call(0)
    >>> rows = np.array([[1, 0, 0, 0, 105, 5, 2**62, 0, -1, 0], [2, 0, 1, 0, 95, 3, 2**62, 0, -1, 0]])
    >>> fills, acks = books.match(rows, np.array([0, 1]), np.array([0, 2]), first_order_id=1)
    >>> len(fills), auctions.indication(0, tick_size=1, reference=100)
    (0, Indication(price=100, lots=3, surplus=2))
    >>> fills, releases = auctions.uncross(0, tick_size=1, reference=100, self_trades=True)
    >>> fills[:, :2].tolist(), books.quotes().tolist()
    ([[100, 3]], [[105, 0, 2, 0]])
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self._at_market: IntArray = _NONE

    @property
    def running(self) -> bool:
        """Whether any book is called."""
        return bool(self.books.called.any())

    def call(self, book: int) -> None:
        """Let orders of ``book`` rest without matching from now on."""
        self.books.call(book)

    def note(self, messages: IntArray, acks: IntArray) -> None:
        """Remember which of the orders that now rest are market orders; those do not outlive their auction."""
        rows = np.flatnonzero((messages[:, KIND] == int(Kind.MARKET)) & (acks[:, A_HANDLE] != 0))
        if rows.shape[0]:
            new = np.column_stack([messages[rows, BOOK], acks[rows, A_HANDLE]])
            self._at_market = np.concatenate([self._at_market, new])

    def indication(self, book: int, *, tick_size: int, reference: Price) -> Indication:
        """Return what the auction would give now."""
        price, lots, surplus = self.books.auction_price(book, tick_size=tick_size, reference=reference)
        return Indication(price if lots else None, lots, surplus)

    def uncross(
        self, book: int, *, tick_size: int, reference: Price, self_trades: bool
    ) -> tuple[IntArray, tuple[IntArray, IntArray]]:
        """End the call of ``book``; return its fills (m, 9), and what was released before and after them (k, 6).

        Without ``self_trades`` an owner's newer orders that cross its own older ones are cancelled first.
        What is left of market orders is cancelled afterwards.
        """
        handles = _NONE[:, 0] if self_trades else self._newer_of_self_crossing(book)
        before = self.books.cancel(np.full(handles.shape[0], book), handles)
        fills = self.books.uncross(book, tick_size=tick_size, reference=reference)
        ours = self._at_market[:, 0] == book
        after = self.books.cancel(self._at_market[ours, 0], self._at_market[ours, 1])
        self._at_market = self._at_market[~ours]
        return fills, (before, after)

    def _newer_of_self_crossing(self, book: int) -> IntArray:
        """Return the handles of orders that cross an older, surviving order of the same owner."""
        handles, rows = self.books.orders_in(book)
        bids, asks = rows[rows[:, R_SIDE] == Side.BUY], rows[rows[:, R_SIDE] == Side.SELL]
        both = np.intersect1d(bids[:, R_OWNER], asks[:, R_OWNER])
        concerned = np.flatnonzero(np.isin(rows[:, R_OWNER], both))
        limits: dict[int, list[int | None]] = {}  # an owner's best surviving bid and ask
        newer = []
        for i in concerned[np.argsort(rows[concerned, R_ORDER])].tolist():
            price, side = int(rows[i, R_PRICE]), int(rows[i, R_SIDE])
            best = limits.setdefault(int(rows[i, R_OWNER]), [None, None])
            other, mine = best[1 - side], best[side]
            sign = 1 if side == Side.BUY else -1
            if other is not None and sign * price >= sign * other:
                newer.append(i)
            elif mine is None or sign * price > sign * mine:
                best[side] = price
        return handles[np.array(newer, np.int64)]

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs; which books are called is part of the books' own state."""
        return {"at_market": self._at_market.copy()}

    def restore(self, arrays: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self._at_market = np.array(arrays["at_market"], np.int64).reshape(-1, 2)


_NONE: IntArray = np.zeros((0, 2), np.int64)
