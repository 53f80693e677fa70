"""The order book's benchmark: a million mixed messages in batches, acks and fills included.

Of each batch 60 % are limit orders near the mid-price, 15 % market orders and 25 % cancellations by handle,
drawn at random from the orders that rest. Batches are made and handles drawn outside the clock.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.units import IntArray
from ..markets.books import Books
from ..markets.orders import (
    A_HANDLE,
    A_STATUS,
    BOOK,
    EXPIRY,
    KIND,
    MESSAGE_WIDTH,
    NO_EXPIRY,
    NO_SLOT,
    OWNER,
    PRICE,
    PRIORITY,
    QUANTITY,
    R_QUANTITY,
    SIDE,
    SLOT,
    Kind,
    Status,
)
from ..markets.routing import Router
from .bench_timing import Calibration, Spread, timed

LIMITS, MARKETS, CANCELS = 0.60, 0.15, 0.25
MID, OWNERS = 10_000, 100_000


class Stream:
    """Batches of orders around a mid-price, and handles to cancel."""

    def __init__(self, books: int, batch: int, seed: int = 1) -> None:
        self.books, self.batch = books, batch
        self.rng = np.random.default_rng(seed)
        self.resting: IntArray = np.zeros((0, 2), np.int64)

    def orders(self) -> IntArray:
        """Return the limit and market orders of a batch, mixed; limits lie up to 39 ticks away, some cross."""
        rng = self.rng
        limits, markets = round(LIMITS * self.batch), round(MARKETS * self.batch)
        n = limits + markets
        rows = np.zeros((n, MESSAGE_WIDTH), np.int64)
        rows[:, OWNER] = rng.integers(0, OWNERS, n)
        rows[:, BOOK] = rng.integers(0, self.books, n)
        rows[:, SIDE] = rng.integers(0, 2, n)
        away = np.minimum(rng.geometric(0.12, n), 40) - 1
        rows[:, PRICE] = np.where(rows[:, SIDE] == 0, MID - away, MID + away)
        rows[:, QUANTITY] = rng.integers(1, 11, n)
        is_market = rng.permutation(n) < markets
        rows[is_market, KIND] = int(Kind.MARKET)
        rows[is_market, PRICE] = np.where(rows[is_market, SIDE] == 0, MID + 1_000, MID - 1_000)
        rows[is_market, QUANTITY] *= 2
        rows[:, EXPIRY], rows[:, SLOT] = NO_EXPIRY, NO_SLOT
        rows[:, PRIORITY] = rng.integers(0, 2**62, n)
        return rows

    def accepted(self, orders: IntArray, acks: IntArray) -> None:
        """Remember the orders that rest."""
        rests = (acks[:, A_STATUS] <= int(Status.PARTIAL)) & (acks[:, A_HANDLE] != 0)
        fresh = np.column_stack([orders[rests, BOOK], acks[rests, A_HANDLE]])
        self.resting = np.concatenate([self.resting, fresh])

    def cancellations(self) -> tuple[IntArray, IntArray]:
        """Return books and handles to cancel: a quarter of a batch, drawn from what was accepted and forgotten."""
        count = min(round(CANCELS * self.batch), self.resting.shape[0])
        drawn = np.zeros(self.resting.shape[0], np.bool_)
        drawn[self.rng.choice(self.resting.shape[0], count, replace=False)] = True
        chosen = self.resting[drawn]
        self.resting = self.resting[~drawn]
        return np.ascontiguousarray(chosen[:, 0]), np.ascontiguousarray(chosen[:, 1])

    def forget(self, books: Books) -> None:
        """Forget orders that were filled, so that cancellations mostly find theirs."""
        alive = books.look_up(self.resting[:, 0], self.resting[:, 1])[:, R_QUANTITY] > 0
        self.resting = self.resting[alive]


def book_case(
    calibration: Calibration, *, books: int, messages: int = 1_000_000, batch: int = 20_000, repeats: int = 5
) -> dict[str, Any]:
    """Return what a message costs with ``books`` books: matching with acks and fills, cancelling, routing.

    ``ratio`` is routing, matching and cancelling of a message over a block of the calibration loop.
    """
    batches = max(1, messages // batch)
    with calibration.around() as ruler:
        runs = [_one_run(books, batches, batch, seed) for seed in range(repeats + 1)][1:]  # the first one warms up
    match, cancel, route = (Spread.of([run[key] for run in runs]) for key in ("match", "cancel", "route"))
    both = Spread.of([run["match"] + run["cancel"] for run in runs])
    whole = Spread.of([run["match"] + run["cancel"] + run["route"] for run in runs])
    last = runs[-1]
    sent = last["orders"] + last["cancels"]
    return {
        "books": books,
        "messages": sent,
        "messages_per_second": round(sent / both.median),
        "messages_per_second_min": round(sent / both.high),
        "messages_per_second_max": round(sent / both.low),
        "ns_per_message": round(1e9 * both.median / sent, 1),
        "ns_per_order": round(1e9 * match.median / last["orders"], 1),
        "ns_per_cancel": round(1e9 * cancel.median / max(1, last["cancels"]), 1),
        "routing_ns_per_order": round(1e9 * route.median / last["orders"], 1),
        "ns_per_message_with_routing": round(1e9 * whole.median / sent, 1),
        "cancel_share": round(last["cancels"] / sent, 3),
        "cancels_found": round(last["found"] / max(1, last["cancels"]), 3),
        "fills": last["fills"],
        "resting": last["resting"],
        "calibration_ns": round(ruler.ns, 2),
        "ratio": round(1e9 * whole.median / sent / ruler.ns, 2),
    }


def _one_run(count: int, batches: int, batch: int, seed: int) -> dict[str, Any]:
    """Send ``batches`` batches after two untimed ones that fill the books; return CPU seconds and counts."""
    stream, books, router = Stream(count, batch, seed), Books(count), Router(count)
    took: dict[str, Any] = dict.fromkeys(("match", "cancel", "route", "orders", "cancels", "found", "fills"), 0)
    first = 1
    for number in range(-2, batches):
        held: dict[str, Any] = {}
        if number >= 0:
            stream.forget(books)
            where, handles = stream.cancellations()
            took["cancel"] += timed(lambda: held.update(gone=books.cancel(where, handles)))  # noqa: B023 # called at once
            took["cancels"] += handles.shape[0]
            took["found"] += int((held["gone"][:, R_QUANTITY] > 0).sum())
        orders = stream.orders()
        route = timed(lambda: held.update(routed=router.route(orders)))  # noqa: B023
        order, starts = held["routed"]
        match = timed(lambda: held.update(matched=books.match(orders, order, starts, first)))  # noqa: B023
        fills, acks = held["matched"]
        stream.accepted(orders, acks)
        first += orders.shape[0]
        if number >= 0:
            took["route"] += route
            took["match"] += match
            took["orders"] += orders.shape[0]
            took["fills"] += fills.shape[0]
    return took | {"resting": books.live}
