"""The trading floor: where object traders join, order and cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..agents.households import RETIRED
from ..agents.traders import Trader
from ..core.errors import OutOfBounds
from ..core.randomness import PRIORITY, Draws
from ..core.units import OwnerId, Sector, Side
from ..ledger.chart import BOND
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.posting import FREE
from ..markets.desk import OrderRecord
from ..markets.orders import NO_EXPIRY, NO_SLOT, Kind
from .genesis import fund

if TYPE_CHECKING:
    from .closed_economy import ClosedEconomy
    from .economy import Economy

DEBTS = "debts of an estate"


class Floor:
    """The object traders of an economy, in the order in which they joined, and the tickets they hold."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.traders: list[Trader] = []
        self._tickets: dict[int, int] = {}
        self._waiting: list[tuple[int, dict[str, int], int | None]] = []
        self._next_ticket = 1

    def admit(self, trader: Trader, cash: int, shares: Mapping[str, int]) -> OwnerId:
        """Register and fund an object trader; return its owner id."""
        economy = self.economy
        listings, bank = economy.exchange.listings, economy.institutions.bank
        if economy.closed is not None:  # the first that is open: the one of the opening may have failed
            bank = int(economy.closed.banks.owners[np.argmax(economy.closed.banks.open)])
        lots = {listings.expect(symbol): quantity for symbol, quantity in shares.items()}
        born = economy.tick
        owner = economy.ledger.add_owners(1, sector=Sector.HOUSEHOLDS, kind="object", house_bank=bank, born=born)[0]
        fund(economy.ledger, listings, economy.institutions, owner, cash=cash, lots=lots)
        economy.group_newcomers()
        self.traders.append(trader)
        return owner

    def place(
        self, owner: OwnerId, symbol: str, side: Side, quantity: int, price: int | None, kind: Kind, life: int | None
    ) -> int:
        """Take an order for the sheet of this tick, or between ticks of the next one; return a ticket."""
        economy = self.economy
        book = economy.exchange.listings.expect(symbol)
        if isinstance(quantity, bool) or not isinstance(quantity, (int, np.integer)) or quantity < 1:
            raise OutOfBounds("quantity", quantity, "give a whole number of lots, 1 or more")
        if price is not None and (not isinstance(price, (int, np.integer)) or price < 1):
            due = "give a whole number of price units, 1 or more, or None for a market order"
            raise OutOfBounds("price", price, due)
        if life is not None and (isinstance(life, bool) or not isinstance(life, (int, np.integer)) or life < 1):
            raise OutOfBounds("life", life, "give a whole number of ticks, 1 or more, or None for no limit")
        ticket, self._next_ticket = self._next_ticket, self._next_ticket + 1
        row = {
            "owner": owner, "book": book, "side": int(side), "price": int(price or 0), "quantity": int(quantity),
            "kind": int(kind), "priority": self._priority(owner),
        }  # fmt: skip
        self._waiting.append((ticket, row, None if life is None else int(life)))
        return ticket

    def _priority(self, owner: OwnerId) -> int:
        """Return the priority of an order: a draw of its trader, which moves nobody else's."""
        ordinal = next(i for i, trader in enumerate(self.traders) if trader.owner == owner)
        sent = sum(row["owner"] == owner for _ticket, row, _life in self._waiting)
        draws = Draws.of(self.economy.seed, "floor", self.economy.tick)
        return int(draws.bits([ordinal], PRIORITY, sent)[0] >> np.uint64(1))

    def decide(self) -> None:
        """Let every trader that has not left step once, then write what they ordered on the sheet."""
        economy = self.economy
        for trader in list(self.traders):
            if economy.ledger.owners.is_active(trader.owner):
                trader.step()
        self._forget_tickets()
        waiting, self._waiting = self._waiting, []
        for ticket, row, life in waiting:
            self._tickets[ticket] = economy.exchange.next_order + economy.sheet.size
            expiry = NO_EXPIRY if life is None else min(economy.tick + life - 1, NO_EXPIRY)
            economy.sheet.write(**row, expiry=expiry, slot=NO_SLOT)

    def _forget_tickets(self) -> None:
        """Let the tickets go whose orders the desk has forgotten, now and then."""
        records = self.economy.exchange.desk.records
        if len(self._tickets) > 2 * len(records) + 1_000:
            self._tickets = {ticket: order for ticket, order in self._tickets.items() if order in records}

    def dismiss(self, trader: Trader) -> None:
        """Let a trader leave: its orders are cancelled, what waits is dropped, its estate goes to the treasury."""
        self._waiting = [place for place in self._waiting if place[1]["owner"] != trader.owner]
        post_estate(self.economy, trader.owner)

    def order_of(self, ticket: int) -> OrderRecord | None:
        """Return the record of a ticket's order, None before it reaches the exchange."""
        order = self._tickets.get(ticket)
        return None if order is None else self.economy.exchange.desk.records.get(order)

    def cancel(self, owner: OwnerId, ticket: int) -> bool:
        """Cancel a ticket's order; return whether it was still live and the owner's."""
        record = self.order_of(ticket)
        if record is None or record.owner != owner or not record.is_live:
            return False
        self.economy.exchange.cancel(np.array([record.book], np.int64), np.array([record.handle], np.int64))
        return True

    def cash_of(self, owner: OwnerId) -> int:
        """Return deposits, free and reserved."""
        return self.economy.cash_of_owner(owner)

    def lots_of(self, owner: OwnerId, symbol: str) -> int:
        """Return lots held, free and reserved."""
        return self.economy.lots_of_owner(owner, symbol)


def post_estate(economy: Economy, owner: OwnerId) -> bool:
    """Let an owner leave: cancel its orders, settle its debts, give the treasury what remains; False if it had left.

    In a closed economy a household also quits its job and closes its margin account. Creditors are paid first: from
    money, then with government bonds at face, then by the treasury with new bonds, up to what the shares that it
    inherits are worth at last prices. What is missing after that is written off.
    """
    ledger = economy.ledger
    if not ledger.owners.is_active(owner):
        return False
    economy.exchange.cancel_owner(owner)
    if economy.closed is not None:
        _quit(economy, economy.closed, owner)
        _settle_debts(economy, owner)
    for number in range(len(ledger.instruments.dense)):
        amount = ledger.balance(owner, number)
        if amount:
            ledger.post("estate", number, payer=owner, payee=economy.institutions.treasury, amount=amount)
    ledger.owners.column("died")[owner] = economy.tick if economy.stepping else economy.tick + 1
    return True


def _quit(economy: Economy, c: ClosedEconomy, owner: OwnerId) -> None:
    """Let a household leave its job, the labour force and its margin account."""
    households, row = c.households, owner - c.households.first
    if 0 <= row < households.size:
        employer = int(households.employer[row])
        if employer >= 0:
            c.firms.workers[employer] -= 1
        households.employer[row] = RETIRED
        households.income[row] = households.spent[row] = 0
    if economy.margin is not None:
        economy.margin.leave(owner)


def _settle_debts(economy: Economy, owner: OwnerId) -> None:
    """Pay who lent to an owner out of its estate, and write off what the estate does not reach."""
    ledger, treasury = economy.ledger, economy.institutions.treasury
    rows = ledger.contracts.rows
    numbers = np.flatnonzero((rows[:, DEBTOR] == owner) & (rows[:, AMOUNT] > 0))
    inherited = int(economy.portfolio_value(np.array([owner], np.int64))[0])
    for number in numbers.tolist():
        creditor, owed = int(rows[number, CREDITOR]), int(rows[number, AMOUNT])
        cash = min(owed, int(ledger.holdings[owner, ledger.money, FREE]))
        ledger.pay(DEBTS, payer=owner, payee=creditor, amount=cash)
        bonds = min(owed - cash, int(ledger.holdings[owner, BOND, FREE]))
        ledger.post(DEBTS, BOND, payer=owner, payee=creditor, amount=bonds)
        issued = min(owed - cash - bonds, inherited)
        ledger.post(DEBTS, BOND, payer=treasury, payee=creditor, amount=issued)
        inherited -= issued
        ledger.repay(DEBTS, number, cash + bonds + issued)
        ledger.write_off(number, owed - cash - bonds - issued)
