"""What the page of banks shows: balance sheets, ratios, who lent whom, and what befell whom.

All of it is read from the ledger and the economy's own measures between two ticks; nothing here changes anything.
Money is in minor units; a figure that is not a finite number is None.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.units import FloatArray
from ..ledger.chart import ADVANCE, INTERBANK, LOAN, MARGIN_LOAN
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..model.bank_liquidity import bank_books
from ..model.closed_economy import ClosedEconomy
from ..model.economy import Economy
from ..model.recorder import Happened
from ..policies.liquidity_rules import liquidity_coverage_ratio
from ..policies.monetary import corridor
from .wording import told

MONTHLY = ("tick", "month", "capital_ratio", "loans", "deposits", "reserves", "spread", "loan_rate", "policy_rate")
"""Columns of table macro that the page charts."""
LOGGED = (
    "bank_failure", "bank_founded", "capital_plan", "rights_issue", "run", "bank_loss", "bonds_sold",
    "shock:credit_crunch",
)  # fmt: skip
"""Events of table events that tell of banks."""
_GRAVE = ("bank_failure", "capital_plan", "run", "bank_loss")


class Network(NamedTuple):
    """Banks with what they lent each other, one bank a slot.

    ``banks`` are (symbol, assets, capital ratio, open), ``loans`` (creditor, debtor, amount) of all pairs of slots
    with a debt, ``relations`` the pairs that may lend to each other; ``minimum`` and ``required`` are the capital
    ratio by the rules without and with the buffers.
    """

    banks: tuple[tuple[str, int, float | None, bool], ...]
    loans: tuple[tuple[int, int, int], ...]
    relations: tuple[tuple[int, int], ...]
    minimum: float
    required: float


def symbols_of(economy: Economy) -> tuple[str, ...]:
    """Return the symbols of the banks, slot by slot; empty where no economy is simulated."""
    return () if economy.closed is None else economy.symbols[economy.closed.firms.size :]


def known(values: FloatArray) -> list[float | None]:
    """Return numbers as plain values, None for what is not finite."""
    return [value if math.isfinite(value) else None for value in np.asarray(values, np.float64).tolist()]


def overview(economy: Economy, c: ClosedEconomy) -> dict[str, list[Any]]:
    """Return the columns of the table of banks, one entry a slot."""
    ledger, banks, rules = economy.ledger, c.banks, economy.prudential
    books = bank_books(economy)
    lent, borrowed = banks.claims(ledger, INTERBANK), banks.debts(ledger, INTERBANK)
    loans = banks.claims(ledger, LOAN)

    def if_open(ratio: FloatArray) -> list[float | None]:
        return known(np.where(banks.open, ratio, np.nan))

    return {
        "bank": list(symbols_of(economy)),
        "state": [_state(*slot) for slot in zip(banks.open.tolist(), banks.failures.tolist(), strict=True)],
        "capital_ratio": if_open(banks.capital_ratio(ledger, rules)),
        "leverage_ratio": if_open(banks.leverage_ratio(ledger)),
        "liquidity_coverage": if_open(liquidity_coverage_ratio(rules, books)),
        "assets": books.exposure.tolist(), "reserves": books.reserves.tolist(),
        "deposits": banks.deposits(ledger).tolist(), "loans": loans.tolist(), "interbank": (lent - borrowed).tolist(),
        "advances": banks.debts(ledger, ADVANCE).tolist(),
        "arrears": known(_in_arrears(economy, c) / np.where(loans > 0, loans, np.nan)),
        "loan_rate": if_open(banks.loan_rate),
    }  # fmt: skip


def _state(is_open: bool, failures: int) -> str:
    word = "open" if is_open else "failed"
    return f"{word}, failed {failures}×" if is_open and failures else word


def _in_arrears(economy: Economy, c: ClosedEconomy) -> FloatArray:
    """Return (banks,) loans to firms that missed interest at the last month end."""
    contracts, size = economy.ledger.contracts, economy.ledger.owners.size
    late = np.zeros(size, np.bool_)
    late[c.firms.owners[np.asarray(c.memory.missed) > 0]] = True
    rows = contracts.rows[contracts.of(LOAN)]
    rows = rows[late[rows[:, DEBTOR]]]
    owed = np.zeros(size, np.int64)
    np.add.at(owed, rows[:, CREDITOR], rows[:, AMOUNT])
    return owed[c.banks.owners].astype(np.float64)


def network(economy: Economy, c: ClosedEconomy) -> Network:
    """Return who lent whom among the banks, and how sound each is."""
    ledger, banks, rules = economy.ledger, c.banks, economy.prudential
    place = np.full(ledger.owners.size, -1, np.int64)
    place[banks.owners] = np.arange(banks.size)
    rows = ledger.contracts.rows[ledger.contracts.of(INTERBANK)]
    sides = np.stack([place[rows[:, CREDITOR]], place[rows[:, DEBTOR]], rows[:, AMOUNT]], axis=1)
    owed: dict[tuple[int, int], int] = {}
    for i, j, sum_ in sides[(sides >= 0).all(axis=1)].tolist():
        owed[i, j] = owed.get((i, j), 0) + sum_
    ratios = known(np.where(banks.open, banks.capital_ratio(ledger, rules), np.nan))
    assets = banks.books(ledger).exposure.tolist()
    pairs = np.argwhere(np.triu(c.interbank.known | c.interbank.known.T))
    return Network(
        tuple(zip(symbols_of(economy), assets, ratios, banks.open.tolist(), strict=True)),
        tuple((*pair, total) for pair, total in owed.items()),
        tuple((i, j) for i, j in pairs.tolist()),
        rules.total,
        rules.total + rules.buffer,
    )


def balance_sheet(economy: Economy, c: ClosedEconomy, slot: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return the assets and the liabilities of the bank in a slot; with equity, both have the same sum."""
    ledger, banks = economy.ledger, c.banks
    assets = {
        "reserves": banks.reserves(ledger), "bonds": banks.bonds(ledger),
        "loans to firms": banks.claims(ledger, LOAN), "margin loans": banks.claims(ledger, MARGIN_LOAN),
        "interbank loans": banks.claims(ledger, INTERBANK),
    }  # fmt: skip
    liabilities = {
        "deposits": banks.deposits(ledger), "interbank debt": banks.debts(ledger, INTERBANK),
        "central bank advances": banks.debts(ledger, ADVANCE), "equity": banks.equity(ledger),
    }  # fmt: skip
    return (
        {name: int(column[slot]) for name, column in assets.items()},
        {name: int(column[slot]) for name, column in liabilities.items()},
    )


def settlement(economy: Economy, c: ClosedEconomy) -> dict[str, float | None]:
    """Return the state of the banking system and what its last day end settled; None for what is not known."""
    ledger, banks, rules, day = economy.ledger, c.banks, economy.prudential, c.interbank_day
    weighted = float(banks.risk_weighted_assets(ledger, rules)[banks.open].sum())
    equity = float(banks.equity(ledger)[banks.open].sum())
    rate = None if day is None or not math.isfinite(day.mean_rate) else day.mean_rate
    floor, ceiling = corridor(economy.settings.central_bank, c.policy_rate)
    return {
        "capital_ratio": equity / weighted if weighted > 0.0 else None, "required": rules.total + rules.buffer,
        "open": int(banks.open.sum()), "failures": int(banks.failures.sum()),
        "loans": int(banks.claims(ledger, LOAN).sum()), "deposits": int(banks.deposits(ledger).sum()),
        "reserves": int(banks.reserves(ledger).sum()), "advances": int(banks.debts(ledger, ADVANCE).sum()),
        "volume": None if day is None else day.volume, "pairs": None if day is None else day.loans, "rate": rate,
        "unmet": None if day is None else int(day.unmet.sum()),
        "policy_rate": c.policy_rate, "floor": floor, "ceiling": ceiling,
    }  # fmt: skip


def months(economy: Economy, since: int, bank: str | None) -> list[list[float | None]]:
    """Return the rows of table macro after tick ``since``: the columns `MONTHLY` from the month on, then the bank's.

    Of the bank they are its capital ratio and what it and all others lent each other; the store has a lock of its own,
    so that no world need be held back for it.
    """
    macro = economy.store.read("macro", MONTHLY, since + 1).to_pylist()
    if not macro:
        return []
    columns = ("tick", "symbol", "capital_ratio", "interbank_assets")
    ratio: dict[int, float] = {}
    lent: dict[int, int] = {}
    for row in economy.store.read("banks", columns, since + 1).to_pylist():
        lent[row["tick"]] = lent.get(row["tick"], 0) + row["interbank_assets"]
        if row["symbol"] == bank:
            ratio[row["tick"]] = row["capital_ratio"]
    return [
        [row["tick"], *known(np.array([row[name] for name in MONTHLY[1:]], np.float64)),
         *known(np.array([ratio.get(row["tick"], math.nan), lent.get(row["tick"], math.nan)]))]
        for row in macro
    ]  # fmt: skip


def log(economy: Economy, newest: Sequence[Happened], since: int, until: int) -> list[dict[str, Any]]:
    """Return what befell banks in ticks after ``since`` up to ``until``, oldest first, as rows of a strip.

    Without a folder table events keeps recent days; what was before is taken from ``newest``, the recorder's events.
    """
    per_day, c = economy.clock.ticks_per_day, economy.closed
    names = {} if c is None else dict(zip(c.banks.owners.tolist(), symbols_of(economy), strict=True))
    columns = ("tick", "event", "owner", "target", "symbol", "payload")
    stored = [
        Happened(**{name: row[name] for name in columns[:-1]}, facts=json.loads(row["payload"]))
        for row in economy.store.read("events", columns, since + 1, until).to_pylist()
    ]
    first = stored[0].tick if stored else until + 1
    found = [*(one for one in newest if since < one.tick < first), *stored]
    return [_strip(one, names, per_day) for one in found if one.event in LOGGED]


def _strip(one: Happened, names: Mapping[int, str], per_day: int) -> dict[str, Any]:
    """Return what befell a bank as a row of a strip; who took over a failed one is named."""
    facts = {**one.facts, "taker": names.get(one.target, "")} if one.event == "bank_failure" else one.facts
    name, text, _tone = told(one.event, facts)
    return {
        "tick": one.tick, "when": f"day {(one.tick - 1) // per_day + 1}", "name": name,
        "text": " · ".join(part for part in (one.symbol or names.get(one.owner), text) if part),
        "tone": "warn" if one.event in _GRAVE else "info",
    }  # fmt: skip


def amount(minor: int) -> str:
    """Return money in currency units, to the cent.

    Examples
    --------
    >>> amount(-123456789).replace("\u2009", " ")
    '−1 234 567.89'
    """
    text = f"{abs(minor) / 100:,.2f}".replace(",", "\u2009")
    return "−" + text if minor < 0 else text
