"""What pages show of an economy: plain values read between two ticks (`World.look`); nothing here changes anything."""

from __future__ import annotations

from typing import Any

from ..markets.orders import F_BOOK, F_PRICE, F_QUANTITY, F_SIDE
from ..model.clock import DAYS_PER_MONTH
from ..model.economy import Economy
from .wording import told

DEPTH, TAPE, CARDS = 10, 21, 20


def date_of(tick: int, ticks_per_day: int) -> str:
    """Return a tick as people say it: year, month and day of the simulated calendar, and the tick of the day.

    Examples
    --------
    >>> date_of(31, 30)
    'year 1, month 1, day 2 · 1/30'
    """
    if tick < 1:
        return "before the opening"
    day = (tick - 1) // ticks_per_day
    month = day // DAYS_PER_MONTH
    tail = f" · {(tick - 1) % ticks_per_day + 1}/{ticks_per_day}" if ticks_per_day > 1 else ""
    return f"year {month // 12 + 1}, month {month % 12 + 1}, day {day % DAYS_PER_MONTH + 1}{tail}"


def largest(economy: Economy, number: int = CARDS) -> list[int]:
    """Return the books of the symbols with the most shares times opening price, largest first."""
    weights = economy.ledger.issued[economy.exchange.listings.security] * economy.opening
    return [int(book) for book in weights.argsort(kind="stable")[::-1][:number]]


def ladder(economy: Economy, symbol: str) -> dict[str, Any]:
    """Return the best levels of a book as (price, lots), best first, and its newest trades, newest first."""
    listings = economy.exchange.listings
    book = listings.expect(symbol)
    bids, asks = economy.exchange.books.depth(book, DEPTH)
    trades: list[tuple[int, int, int, int]] = []
    for tick, fills in reversed(economy.recorder.fills):
        for k in (fills[F_BOOK] == book).nonzero()[0][::-1].tolist():
            side = 1 if fills[F_SIDE, k] == 0 else -1
            trades.append((tick, int(fills[F_PRICE, k]), int(fills[F_QUANTITY, k]), side))
        if len(trades) >= TAPE:
            break
    return {"bids": bids, "asks": asks, "trades": trades[:TAPE], "halted": bool(listings.halted[book])}


def macro_figures(economy: Economy) -> dict[str, float | None]:
    """Return the newest macro figures; None for what a scenario lacks or does not know yet."""
    closed = economy.closed
    names = ("unemployment", "inflation", "policy_rate", "output_gap", "gdp")
    if closed is None:
        return dict.fromkeys(names)
    m = closed.memory
    inflation = float(closed.indices.inflation)
    return {
        "unemployment": m.unemployment if m.month else None,
        "inflation": inflation if inflation == inflation else None,
        "policy_rate": closed.policy_rate,
        "gdp": float(closed.accounts.month.gdp) if m.month else None,
        "deposits": float(economy.ledger.issued[economy.ledger.money]),
    }


def events(economy: Economy, since: int, symbol: str | None = None) -> list[dict[str, Any]]:
    """Return the events after tick ``since``, oldest first, as rows of a strip."""
    per_day = economy.clock.ticks_per_day
    rows = []
    for happened in economy.recorder.happened:
        if happened.tick <= since or (symbol is not None and happened.symbol not in ("", symbol)):
            continue
        name, text, tone = told(happened.event, happened.facts)
        rows.append(
            {
                "tick": happened.tick,
                "when": f"day {(happened.tick - 1) // per_day + 1}",
                "name": name,
                "text": " · ".join(part for part in (happened.symbol, text) if part),
                "tone": tone,
            }
        )
    return rows
