"""What the market pages show: every symbol side by side, and one symbol from its company down to its order book."""

from __future__ import annotations

import math
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from ..core.units import FloatArray, OwnerId
from ..model.economy import Economy
from ..model.month_tables import company_names
from .listing import Column, Row
from .reel import Reel
from .wording import per_cent

Values = dict[str, Any]
Level = tuple[int, int]
"""Price and lots."""

PHASES = ("open", "halted", "auction")
PAGE_ROWS = 25
MONTHS_PER_QUARTER = 3
NEAR = 0.05
_LONGEST = 60
COLUMNS = (
    Column("symbol", "symbol", "text", "symbol of the share"),
    Column("sector", "sector", "text", "what its company does"),
    Column("last", "last", "price", "price of the last trade"),
    Column("today", "today", "signed", "change since the first price of the day"),
    Column("since", "since opening", "signed", "change since the opening price of the run"),
    Column("bid", "bid", "price", "highest resting buy price"),
    Column("ask", "ask", "price", "lowest resting sell price"),
    Column("spread", "spread", "bp", "ask less bid over the mid-price, basis points"),
    Column("lots", "lots today", "count", "lots traded today"),
    Column("value", "market value", "money", "shares outstanding at the last price"),
    Column("fundamental", "fundamental", "price", "the value of a share that anchors give"),
    Column("ratio", "price / value", "ratio", "last price over fundamental value"),
    Column("volatility", "volatility", "percent", "standard deviation of a day's log return, as traders see it"),
    Column("phase", "phase", "text", "open, halted, or gathering orders for an auction"),
)
"""The columns of the board, in order."""


def board(economy: Economy, reel: Reel) -> Values:
    """Return an array (books,) for each of `COLUMNS`; NaN is what is missing, such as the price of an empty side.

    Prices are in price units, ``value`` in minor units; ``today``, ``since``, ``spread``, ``volatility`` are fractions.
    """
    exchange, listings = economy.exchange, economy.exchange.listings
    last, quotes = exchange.last.astype(np.float64), exchange.quotes
    bid, ask = (np.where(quotes[:, 2 + side] > 0, quotes[:, side], np.nan) for side in (0, 1))
    fundamental = np.array(economy.fundamental, np.float64)
    return {
        "symbol": np.array(economy.symbols), "sector": sectors(economy), "phase": phases(economy),
        "last": last, "today": last / reel.day_open - 1.0, "since": last / economy.opening - 1.0,
        "bid": bid, "ask": ask, "spread": 2.0 * (ask - bid) / (ask + bid), "lots": reel.day_volume.copy(),
        "value": economy.ledger.issued[listings.security] * last * listings.unit_value,
        "fundamental": fundamental, "ratio": last / np.where(fundamental > 0.0, fundamental, np.nan),
        "volatility": economy.tape.sigma * math.sqrt(economy.clock.ticks_per_day),
    }  # fmt: skip


def sectors(economy: Economy) -> Any:
    """Return (books,) what each company does; empty where no economy is behind the market."""
    c = economy.closed
    if c is None:
        return np.full(len(economy.symbols), "")
    extracts = [c.resources.names[k].replace("_", " ") if k >= 0 else "consumer goods" for k in c.firms.resource]
    return np.array([*extracts, *["bank"] * c.banks.size])


def phases(economy: Economy) -> Any:
    """Return (books,) whether each book is open, halted, or gathers orders for an auction."""
    halted, called = economy.exchange.listings.halted, economy.exchange.books.called
    return np.array(PHASES)[np.where(halted, 1, np.where(called, 2, 0))]


def rows_of(columns: Values) -> list[Row]:
    """Return the board as rows of a grid, in the order of the books."""
    cells = zip(*(told(columns[column.key]) for column in COLUMNS), strict=True)
    return [Row(symbol, (symbol, *rest)) for symbol, *rest in cells]


def told(column: Any) -> list[Any]:
    """Return a column as it is sent: twelve digits, None for what is missing."""
    if column.dtype.kind != "f":
        return [value or None for value in column.tolist()]
    return [float(f"{value:.12g}") if math.isfinite(value) else None for value in column.tolist()]


def company(economy: Economy, symbol: str) -> Values:
    """Return what is known of the company behind a symbol; None for what a scenario lacks or does not know yet.

    ``earnings`` are of the quarter reported last and ``dividend`` of the last month, both a share and in price units,
    as table firms has them; ``chief`` is an owner id.
    """
    listings = economy.exchange.listings
    book = listings.expect(symbol)
    shares = int(economy.ledger.issued[listings.security[book]])
    known: Values = {"name": None, "shares": shares, "chief": None, "earnings": None, "dividend": None}
    c = economy.closed
    if c is None:
        return known
    if book >= c.firms.size:
        return {**known, "name": f"Bank {book - c.firms.size + 1}"}
    chief = int(c.firms.chief[book])
    known |= {"name": company_names(c)[book], "chief": chief if chief >= 0 else None}
    per_share = max(shares, 1) * int(listings.unit_value[book])
    if c.memory.month >= 1:
        known["dividend"] = float(c.firms.dividend[book]) / per_share
    if c.memory.month >= MONTHS_PER_QUARTER:
        known["earnings"] = float(c.accounts.earnings[book]) / per_share
    return known


def holders(economy: Economy, symbol: str, most: int = 10) -> list[Values]:
    """Return who has most lots of a symbol, free and reserved, the largest first."""
    ledger, listings = economy.ledger, economy.exchange.listings
    book = listings.expect(symbol)
    security = int(listings.security[book])
    lots = ledger.holdings[: ledger.owners.size, security].sum(axis=1)
    most = min(most, lots.size)
    first = np.argpartition(lots, lots.size - most)[lots.size - most :]
    ranked = first[np.lexsort((first, -lots[first]))]
    price, issued = int(economy.exchange.last[book] * listings.unit_value[book]), int(ledger.issued[security])
    return [
        {"owner": owner, "name": name_of(economy, owner), "lots": held, "share": held / issued, "value": held * price}
        for owner, held in zip(ranked.tolist(), lots[ranked].tolist(), strict=True)
        if held > 0
    ]


def name_of(economy: Economy, owner: OwnerId) -> str:
    """Return the kind of an owner and its id, or the symbol of a listed firm or bank."""
    c, who = economy.closed, economy.institutions
    issuers = who.firms if c is None else (*c.firms.owners.tolist(), *c.banks.owners.tolist())
    kind = economy.ledger.owners.kind_of(owner).replace("_", " ")
    return f"{kind} {economy.symbols[issuers.index(owner)]}" if owner in issuers else f"{kind} {owner}"


def near(bids: list[Level], asks: list[Level]) -> tuple[list[Level], list[Level]]:
    """Return the levels that are no further from the best ones' mid-price than `NEAR` of it; best first.

    Examples
    --------
    >>> near([(99, 5), (9, 1)], [(101, 2), (500, 3)])
    ([(99, 5)], [(101, 2)])
    """
    best = [side[0][0] for side in (bids, asks) if side]
    mid = sum(best) / max(len(best), 1)
    kept = [[level for level in side if abs(level[0] - mid) <= NEAR * mid] for side in (bids, asks)]
    return kept[0], kept[1]


def cumulative(bids: list[Level], asks: list[Level]) -> list[list[int | None]]:
    """Return depth as rows of price, lots bid there or higher, lots asked there or lower; prices rise.

    Examples
    --------
    >>> cumulative([(99, 5), (98, 1)], [(101, 2)])
    [[98, 6, None], [99, 5, None], [101, None, 2]]
    """
    demand, supply = (np.cumsum([lots for _, lots in side]).tolist() for side in (bids, asks))
    rows: list[list[int | None]] = [[price, lots, None] for (price, _), lots in zip(bids, demand, strict=True)]
    return rows[::-1] + [[price, None, lots] for (price, _), lots in zip(asks, supply, strict=True)]


def nearest_symbols(word: str, symbols: tuple[str, ...], most: int = 60) -> list[str]:
    """Return symbols, those most like ``word`` first.

    Examples
    --------
    >>> nearest_symbols("appl", ("MSFT", "ORCL", "AAPL"))
    ['AAPL', 'ORCL', 'MSFT']
    """
    wanted = word.upper()[:_LONGEST]
    alike = {symbol: SequenceMatcher(None, wanted, symbol).ratio() for symbol in symbols}
    return sorted(symbols, key=lambda symbol: (-alike[symbol], symbol))[:most]


def spreads(quotes: FloatArray) -> FloatArray:
    """Return (n,) spreads over mid-price of (n, 2) best bids and asks; NaN where a side is empty (its price is 0)."""
    bid, ask = quotes[:, 0], quotes[:, 1]
    both = (bid > 0.0) & (ask > 0.0)
    return np.where(both, 2.0 * (ask - bid) / np.where(both, ask + bid, 1.0), np.nan)


MARKS = ("shock", "failure", "halt", "auction", "resume", "rule", "rate", "news")
"""The kinds of mark on a chart, the weightiest first."""


_ABOUT = ("rule", "setting", "resource", "reason")


def mark_kind(event: str) -> str | None:
    """Return which kind of mark an event of table events leaves on the chart of a symbol; None for most.

    Examples
    --------
    >>> mark_kind("shock:order_flood"), mark_kind("switch"), mark_kind("policy_rate"), mark_kind("bonds_sold")
    ('shock', 'rule', 'rate', None)
    """
    if event == "policy_rate":
        return "rate"
    if event.startswith("shock:"):
        return "shock"
    if event in ("switch", "tax", "changed"):
        return "rule"
    if event.endswith("_failure"):
        return "failure"
    if event.startswith("resource:"):
        return "news"
    return next((kind for kind in MARKS if event.startswith(kind)), None)


def marks(economy: Economy, symbol: str, *, daily: bool) -> dict[int, tuple[str, str]]:
    """Return by tick, or by day, what fell on a symbol or on the whole market: the weightiest kind, and the words."""
    found: dict[int, tuple[str, str]] = {}
    for happened in economy.recorder.happened:
        kind = mark_kind(happened.event)
        if kind is None or happened.symbol not in ("", symbol) or not _strikes(happened.facts, symbol):
            continue
        x = economy.clock.day_of(happened.tick) if daily else happened.tick
        words = _mark_words(happened.event, happened.facts)
        before = found.get(x)
        if before is not None:
            kind = min(kind, before[0], key=MARKS.index)
            words = before[1] if words in before[1] else f"{before[1]}; {words}"
        found[x] = (kind, words[:120])
    return found


def _mark_words(event: str, facts: Mapping[str, Any]) -> str:
    if event == "policy_rate":
        return f"policy rate {per_cent(facts['before'])} → {per_cent(facts['after'])}"
    words = event.removeprefix("shock:").replace("_", " ").replace(":", " ")
    about = next((str(facts[name]) for name in _ABOUT if facts.get(name)), "")
    return f"{words}: {about.replace('_', ' ')}" if about else words


def closures(economy: Economy, symbol: str) -> list[tuple[int, int | None]]:
    """Return first and last tick of each time in which a book did not trade; None where it has not yet reopened."""
    found: list[tuple[int, int | None]] = []
    began: int | None = None
    for happened in economy.recorder.happened:
        if happened.symbol != symbol:
            continue
        if happened.event == "resume":
            found.append((began or 0, happened.tick - 1))
            began = None
        elif happened.event in ("halt", "auction") and began is None:
            began = happened.tick
    return [*found, *([] if began is None else [(began, None)])]


def _strikes(facts: Mapping[str, Any], symbol: str) -> bool:
    """Return whether a shock that names symbols names this one; one that names none strikes all."""
    named = facts.get("symbols")
    return not named or symbol in named
