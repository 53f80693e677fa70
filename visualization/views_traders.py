"""One owner's accounts as its page shows them, read between two ticks; everybody who has an account has a page."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..agents.margin_accounts import Standing
from ..core.units import OwnerId, Sector
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.instruments import InstrumentKind
from ..markets.orders import R_BOOK, R_OWNER, R_PRICE, R_QUANTITY, R_SIDE
from ..model.closed_economy import ClosedEconomy
from ..model.economy import Economy
from .wealth_reel import net_worth

MOST = 40
_JOBS = {-1: "unemployed", -2: "retired"}


def exists(economy: Economy, owner: OwnerId) -> bool:
    """Return whether there is, or was, an owner with this id."""
    return 0 <= owner < economy.ledger.owners.size


def who(economy: Economy, owner: OwnerId) -> str:
    """Return what an owner is called: its symbol if it is listed, its kind and id if it is one of many."""
    if not exists(economy, owner):
        return "nobody"
    owners = economy.ledger.owners
    kind = owners.kind_of(owner).replace("_", " ")
    if owners.sector_of(owner) is Sector.HOUSEHOLDS:
        return f"{kind} {owner}"
    dense = economy.ledger.instruments.dense
    symbol = next((i.name for i in dense if i.issuer == owner and i.kind is InstrumentKind.SHARE), None)
    if symbol is not None:
        return f"{symbol}, {kind}"
    of_its_kind = int((owners.column("kind") == owners.column("kind")[owner]).sum())
    return kind if of_its_kind == 1 else f"{kind} {owner}"


def kinds(economy: Economy) -> list[dict[str, Any]]:
    """Return who there is: each kind of owner, how many, and the first and last of their ids."""
    owners = economy.ledger.owners
    code, rows = owners.column("kind"), []
    for number, name in enumerate(owners.kinds):
        ids = np.flatnonzero(code == number)
        if ids.size:
            first, last = int(ids[0]), int(ids[-1])
            rows.append({"kind": name.replace("_", " "), "number": int(ids.size), "first": first, "last": last})
    return rows


def profile(economy: Economy, owner: OwnerId) -> dict[str, Any]:
    """Return all that the page of an existing owner shows of the present."""
    died = int(economy.ledger.owners.column("died")[owner])
    return {
        "name": who(economy, owner), "left": died if died >= 0 else None,
        "wealth": int(net_worth(economy, np.array([owner]))[0]),
        "debt": owed(economy, owner),
        "holdings": holdings(economy, owner), "orders": orders(economy, owner),
        "contracts": contracts(economy, owner), "facts": facts(economy, owner),
    }  # fmt: skip


def owed(economy: Economy, owner: OwnerId) -> int:
    """Return what an owner owes: its loans, its customers' deposits, and the money and bonds that it has issued."""
    ledger = economy.ledger
    issued = sum(
        int(ledger.issued[number])
        for number, instrument in enumerate(ledger.instruments.dense)
        if instrument.issuer == owner and instrument.kind is not InstrumentKind.SHARE
    )
    return int(ledger.contracts.debts[:, owner].sum() + ledger.owed[owner]) + issued


def holdings(economy: Economy, owner: OwnerId) -> list[dict[str, Any]]:
    """Return what an owner holds, the most valuable first: shares at last prices, money and bonds at face."""
    ledger, listings = economy.ledger, economy.exchange.listings
    book_of = {int(security): book for book, security in enumerate(listings.security.tolist())}
    rows: list[dict[str, Any]] = []
    for number in np.flatnonzero(ledger.holdings[owner].any(axis=1)).tolist():
        free, reserved = (int(part) for part in ledger.holdings[owner, number])
        book = book_of.get(number)
        price = None if book is None else int(economy.exchange.last[book])
        worth = 1 if book is None else int(economy.exchange.last[book] * listings.unit_value[book])
        rows.append(
            {
                "name": ledger.instruments.dense[number].name, "listed": book is not None,
                "lots": None if book is None else free + reserved, "reserved": reserved if book is not None else None,
                "price": price, "value": (free + reserved) * worth,
            }
        )  # fmt: skip
    total = sum(row["value"] for row in rows)
    for row in rows:
        row["share"] = row["value"] / total if total > 0 else None
    return sorted(rows, key=lambda row: -row["value"])[: 2 * MOST]


def orders(economy: Economy, owner: OwnerId) -> list[dict[str, Any]]:
    """Return an owner's live orders: what rests in the slots of a column trader, and what the desk keeps records of."""
    exchange, found = economy.exchange, []
    records = exchange.desk.live_orders(owner)
    books = [record.book for record in records]
    handles = [record.handle for record in records]
    if owner < exchange.resting.shape[0]:
        slots = exchange.resting[owner]
        slots = slots[slots[:, 1] != 0]
        books, handles = books + slots[:, 0].tolist(), handles + slots[:, 1].tolist()
    for row in exchange.books.look_up(np.array(books, np.int64), np.array(handles, np.int64)):
        if row[R_QUANTITY] > 0 and row[R_OWNER] == owner:
            book, price = int(row[R_BOOK]), int(row[R_PRICE])
            found.append(
                {
                    "symbol": economy.symbols[book], "side": "sell" if row[R_SIDE] else "buy", "price": price,
                    "lots": int(row[R_QUANTITY]), "distance": price / int(exchange.last[book]) - 1.0,
                }
            )  # fmt: skip
    return found[:MOST]


def contracts(economy: Economy, owner: OwnerId) -> dict[str, Any]:
    """Return the largest loans of an owner, given and taken, and how many there are."""
    rows = economy.ledger.contracts.rows
    mine = np.flatnonzero(((rows[:, CREDITOR] == owner) | (rows[:, DEBTOR] == owner)) & (rows[:, AMOUNT] > 0))
    largest = mine[np.argsort(-rows[mine, AMOUNT], kind="stable")][:MOST]
    names = [instrument.name for instrument in economy.ledger.instruments.contractual]
    told = []
    for number in largest.tolist():
        creditor, debtor, instrument, amount, due = rows[number].tolist()
        lends = creditor == owner
        told.append(
            {
                "contract": number, "what": names[instrument], "way": "lent to" if lends else "owed to",
                "other": debtor if lends else creditor, "name": who(economy, debtor if lends else creditor),
                "amount": amount, "due": due if due >= 0 else None,
            }
        )  # fmt: skip
    return {"rows": told, "number": int(mine.size)}


def facts(economy: Economy, owner: OwnerId) -> list[dict[str, Any]]:
    """Return figures of an owner's part in a closed economy: a household's job, a firm's business, a bank's books."""
    closed = economy.closed
    if closed is None:
        return []
    keeper = int(economy.ledger.owners.column("house_bank")[owner])
    bank = [] if keeper < 0 else [_fact("bank", "house bank", who(economy, keeper).split(",")[0], "text")]
    if 0 <= owner - closed.households.first < closed.households.size:
        return _household(economy, closed, owner) + bank
    for owners, tell in ((closed.firms.owners, _firm), (closed.banks.owners, _bank)):
        row = np.flatnonzero(owners == owner)
        if row.size:
            return tell(economy, closed, int(row[0])) + bank
    return []


def _fact(key: str, label: str, value: Any, form: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value, "form": form}


def _household(economy: Economy, closed: ClosedEconomy, owner: OwnerId) -> list[dict[str, Any]]:
    row = owner - closed.households.first
    firm = int(closed.households.employer[row])
    told = [
        _fact("employer", "employer", economy.symbols[firm] if firm >= 0 else _JOBS[firm], "text"),
        _fact("wage", "wage there, a month", float(closed.firms.posted_wage[firm]) if firm >= 0 else None, "money"),
        _fact("income", "net income this month", int(closed.households.income[row]), "money"),
        _fact("spent", "consumed last month", int(closed.households.spent[row]), "money"),
    ]
    account = None if economy.margin is None else np.flatnonzero(economy.margin.owners == owner)
    if economy.margin is not None and account is not None and account.size:
        standing = Standing(int(economy.margin.standing[account[0]])).name.lower()
        return [*told, _fact("margin", "margin account", standing, "text")]
    return told


def _firm(economy: Economy, closed: ClosedEconomy, row: int) -> list[dict[str, Any]]:
    firms = closed.firms
    return [
        _fact("workers", "workers", int(firms.workers[row]), "count"),
        _fact("wage", "wage, a month", float(firms.posted_wage[row]), "money"),
        _fact("price", "price of its good", float(firms.posted_price[row]), "money"),
        _fact("revenue", "revenue of the month", int(firms.revenue[row]), "money"),
        _fact("inventory", "inventory, units", int(firms.inventory[row]), "count"),
        _fact("equity", "book equity", float(closed.firm_equity(economy.ledger)[row]), "money"),
    ]


def _bank(economy: Economy, closed: ClosedEconomy, row: int) -> list[dict[str, Any]]:
    banks, ledger = closed.banks, economy.ledger
    ratio = float(banks.capital_ratio(ledger, economy.prudential)[row])
    return [
        _fact("deposits", "deposits of customers", int(banks.deposits(ledger)[row]), "money"),
        _fact("reserves", "reserves", int(banks.reserves(ledger)[row]), "money"),
        _fact("equity", "book equity", int(banks.equity(ledger)[row]), "money"),
        _fact("ratio", "capital ratio", ratio if np.isfinite(ratio) else None, "percent"),
        _fact("rate", "loan rate", float(banks.loan_rate[row]), "percent"),
        _fact("open", "open", bool(banks.open[row]), "flag"),
    ]
