"""`Ledger`: owners, instruments, accounts, contracts and flows, and the verbs that change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import OutOfBounds, Overdraft
from ..core.units import SECTORS, BoolArray, IntArray, OwnerId, Sector
from .contracts import AMOUNT, CREDITOR, DEBTOR, INSTRUMENT, Contracts
from .instruments import Instrument, Instruments
from .owners import NOBODY, Owners
from .posting import FREE, RESERVED, as_rows, post_rows, post_trades, release_rows, reserve_rows


class Ledger:
    """Money and memory of one economy.

    Balances are read anywhere and changed only by `post`, `settle_trades`, `reserve` and `release`.

    Attributes
    ----------
    holdings : (capacity, instruments, 2) int64
        Free and reserved amounts in minor units or lots; row = owner id.
    issued : (instruments,) int64
        What issuers owe, by instrument. ``held`` (instruments, sectors) is what sectors hold.
    flows : (kinds, instruments, sectors, sectors) int64
        Transactions-flow matrix of the running period, payer to payee.

    Examples
    --------
    >>> from catallaxy.ledger.instruments import InstrumentKind
    >>> ledger = Ledger()
    >>> bank = ledger.add_owners(1, sector=Sector.BANKS, kind="bank")[0]
    >>> anna, ben = ledger.add_owners(2, sector=Sector.HOUSEHOLDS, kind="household")
    >>> cash = ledger.add_instrument(Instrument("deposit", InstrumentKind.DEPOSIT, "USD", bank))
    >>> ledger.post("opening", cash, payer=bank, payee=anna, amount=100)
    >>> ledger.post("gift", cash, payer=anna, payee=ben, amount=40)
    >>> ledger.balance(anna, cash), ledger.balance(ben, cash), int(ledger.issued[cash])
    (60, 40, 100)
    """

    def __init__(self) -> None:
        self.owners = Owners()
        self.instruments = Instruments()
        self.contracts = Contracts()
        self.kinds: list[str] = []
        self.holdings: IntArray = np.zeros((16, 0, 2), np.int64)
        self.issued: IntArray = np.zeros(0, np.int64)
        self.held: IntArray = np.zeros((0, len(SECTORS)), np.int64)
        self.flows: IntArray = np.zeros((0, 0, len(SECTORS), len(SECTORS)), np.int64)
        self.issuer: IntArray = np.zeros(0, np.int64)

    # -- growing ------------------------------------------------------------------------------

    def add_owners(
        self, count: int, *, sector: Sector, kind: str, house_bank: OwnerId = NOBODY, born: int = 0
    ) -> range:
        """Register owners and give them empty accounts."""
        ids = self.owners.add(count, sector=sector, kind=kind, house_bank=house_bank, born=born)
        if self.owners.size > self.holdings.shape[0]:
            self.make_room(max(self.owners.size, int(1.25 * self.holdings.shape[0])))
        return ids

    def make_room(self, owners: int) -> None:
        """Let accounts reach to ``owners``; whoever knows how many will come spares the growing."""
        if owners > self.holdings.shape[0]:
            grown = np.zeros((owners, *self.holdings.shape[1:]), np.int64)
            grown[: self.holdings.shape[0]] = self.holdings
            self.holdings = grown

    def add_instrument(self, instrument: Instrument) -> int:
        """Register an instrument; a dense one gets a column in every account. Return its number."""
        number = self.instruments.add(instrument)
        if instrument.dense:
            self.holdings = _with_column(self.holdings, axis=1)
            self.issued = _with_column(self.issued, axis=0)
            self.held = _with_column(self.held, axis=0)
            self.flows = _with_column(self.flows, axis=1)
            self.issuer = self.instruments.issuers
        return number

    def kind(self, name: str) -> int:
        """Return the number of a kind of posting, registering it when it is new."""
        if name not in self.kinds:
            self.kinds.append(name)
            self.flows = _with_column(self.flows, axis=0)
        return self.kinds.index(name)

    # -- verbs --------------------------------------------------------------------------------

    def post(self, kind: str, instrument: object, *, payer: object, payee: object, amount: object) -> None:
        """Post payments of one kind: scalars or (n,) arrays; all of them, or none and `Overdraft`.

        Raises
        ------
        Overdraft
            When a payer has less free than it owes, or an amount is negative; nothing has changed.
        OutOfBounds
            When an owner or instrument does not exist, or an amount is no integer.
        """
        named = {"instrument": instrument, "payer": payer, "payee": payee, "amount": amount}
        n = np.broadcast(*(np.asarray(value) for value in named.values())).size
        which, payers, payees, amounts = (as_rows(value, n, name) for name, value in named.items())
        self._check_exists("instrument", which, len(self.instruments.dense), "dense instruments")
        for name, owners in (("payer", payers), ("payee", payees)):
            self._check_exists(name, owners, self.owners.size, "owners")
        known = len(self.kinds)
        number = self.kind(kind)
        failed = post_rows(
            self.holdings, self.issued, self.held, self.flows, self.owners.sectors, self.issuer,
            which, payers, payees, amounts, number,
        )  # fmt: skip
        if failed >= 0:
            self.kinds, self.flows = self.kinds[:known], np.ascontiguousarray(self.flows[:known])
            raise self._overdraft(which, payers, payees, amounts, failed)

    @staticmethod
    def _check_exists(name: str, numbers: IntArray, count: int, what: str) -> None:
        """Refuse a number without a row: a kernel would read memory that belongs to something else."""
        if numbers.size and (numbers.min() < 0 or numbers.max() >= count):
            wrong = int(numbers[(numbers < 0) | (numbers >= count)][0])
            raise OutOfBounds(name, wrong, f"{what} are 0 to {count - 1}")

    def _overdraft(
        self, instrument: IntArray, payer: IntArray, payee: IntArray, amount: IntArray, failed: int
    ) -> Overdraft:
        """Say what the payer of the failed row had free when that row's turn came."""
        which, who = int(instrument[failed]), int(payer[failed])
        before = instrument[:failed] == which
        paid = int(amount[:failed][before & (payer[:failed] == who)].sum())
        received = int(amount[:failed][before & (payee[:failed] == who)].sum())
        free = int(self.holdings[who, which, FREE]) + received - paid
        return Overdraft(who, self.instruments.dense[which].name, int(amount[failed]), free)

    def settle_trades(
        self,
        *,
        security: IntArray,
        money: IntArray,
        unit_value: IntArray,
        quantity: IntArray,
        price: IntArray,
        limit: IntArray,
        buyer: IntArray,
        seller: IntArray,
        buyer_ppm: IntArray,
        seller_ppm: IntArray,
        reserved_ppm: int,
        operator: OwnerId,
    ) -> None:
        """Deliver against payment out of what the orders reserved (see `post_trades`)."""
        trade, fee = self.kind("trade"), self.kind("trading fee")
        failed = post_trades(
            self.holdings, self.held, self.flows, self.owners.sectors,
            security, money, unit_value, quantity, price, limit, buyer, seller, buyer_ppm, seller_ppm,
            reserved_ppm, operator, trade, fee,
        )  # fmt: skip
        if failed >= 0:
            who, which = int(buyer[failed]), int(money[failed])
            due = int(price[failed] * quantity[failed] * unit_value[failed])
            raise Overdraft(who, self.instruments.dense[which].name, due, int(self.holdings[who, which, RESERVED]))

    def reserve(self, owner: IntArray, instrument: IntArray, amount: IntArray, wanted: BoolArray) -> None:
        """Set amounts aside, in order; ``wanted`` is cleared where an owner has too little free."""
        reserve_rows(self.holdings, owner, instrument, amount, wanted)

    def release(self, owner: IntArray, instrument: IntArray, amount: IntArray) -> None:
        """Give reserved amounts back to their owners' free balances."""
        failed = release_rows(self.holdings, owner, instrument, amount)
        if failed >= 0:
            who, which = int(owner[failed]), int(instrument[failed])
            name = f"reserved {self.instruments.dense[which].name}"
            raise Overdraft(who, name, int(amount[failed]), int(self.holdings[who, which, RESERVED]))

    # -- reading ------------------------------------------------------------------------------

    def balance(self, owner: OwnerId, instrument: int) -> int:
        """Return free plus reserved."""
        return int(self.holdings[owner, instrument].sum())

    def balance_sheet(self) -> pd.DataFrame:
        """Return the balance-sheet matrix (instruments x sectors): assets plus, liabilities minus; rows sum to 0."""
        sheet = self.held.astype(np.int64).copy()
        names = [instrument.name for instrument in self.instruments.dense]
        for number, issuer in enumerate(self.issuer):
            sheet[number, int(self.owners.sectors[issuer])] -= self.issued[number]
        extra = np.zeros((len(self.instruments.contractual), len(SECTORS)), np.int64)
        for row in self.contracts.rows.tolist():
            extra[row[INSTRUMENT], int(self.owners.sectors[row[CREDITOR]])] += row[AMOUNT]
            extra[row[INSTRUMENT], int(self.owners.sectors[row[DEBTOR]])] -= row[AMOUNT]
        names += [instrument.name for instrument in self.instruments.contractual]
        columns = [str(sector) for sector in SECTORS]
        return pd.DataFrame(np.concatenate([sheet, extra]), index=pd.Index(names, name="instrument"), columns=columns)

    def flow_rows(self) -> list[tuple[str, str, str, str, int]]:
        """Return the flow matrix of the period as (instrument, kind, payer, payee, amount) rows."""
        found = np.argwhere(self.flows)
        return [
            (self.instruments.dense[k].name, self.kinds[kind], str(SECTORS[a]), str(SECTORS[b]),
             int(self.flows[kind, k, a, b]))
            for kind, k, a, b in found.tolist()
        ]  # fmt: skip

    def close_period(self) -> None:
        """Start a new flow period."""
        self.flows[:] = 0

    # -- memory -------------------------------------------------------------------------------

    def state(self, *, copy: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the ledger; without ``copy``, views of accounts."""
        owners, names = self.owners.state()
        holdings = self.holdings[: self.owners.size]
        arrays = {
            **owners,
            **self.contracts.state(),
            "holdings": holdings.copy() if copy else holdings,
            "issued": self.issued.copy(),
            "held": self.held.copy(),
            "flows": self.flows.copy(),
        }
        return arrays, {**names, **self.instruments.state(), "posting_kinds": list(self.kinds)}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.owners.restore(arrays, values)
        self.instruments.restore(dict(values))
        self.contracts.restore(arrays)
        self.kinds = list(values["posting_kinds"])
        self.holdings, self.issued = np.array(arrays["holdings"]), np.array(arrays["issued"])
        self.held, self.flows = np.array(arrays["held"]), np.array(arrays["flows"])
        self.issuer = self.instruments.issuers


def _with_column(array: IntArray, axis: int) -> IntArray:
    shape = list(array.shape)
    shape[axis] = 1
    return np.ascontiguousarray(np.concatenate([array, np.zeros(shape, np.int64)], axis=axis))
