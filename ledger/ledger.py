"""`Ledger`: owners, instruments, accounts, contracts and flows, and the verbs that change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import OutOfBounds, Overdraft
from ..core.units import SECTOR_CODE, SECTORS, BoolArray, IntArray, OwnerId, Sector
from .contracts import AMOUNT, CREDITOR, DEBTOR, DUE, INSTRUMENT, NO_DATE, Contracts
from .instruments import Instrument, InstrumentKind, Instruments
from .owners import NOBODY, Owners
from .periods import Periods, Totals
from .posting import FREE, RESERVED, as_rows, post_rows, post_trades, release_rows, reserve_rows

PERIODICAL = ("flows", "contract_flows", "losses", "contract_losses")
_BY_DAY = (*PERIODICAL, "revaluations", "opening", "opening_worth", "marks", "marks_before")


class Ledger:
    """Money and memory of one economy.

    Balances are read anywhere and changed only by its verbs: `post` and `pay`, `settle_trades`, `reserve`
    and `release`, `move_house_bank` for accounts; `lend`, `repay` and `assign` for contracts; `destroy` and
    `write_off` for what is lost.

    Attributes
    ----------
    holdings : (capacity, instruments, 2) int64
        Free and reserved amounts in minor units or lots; row = owner id.
    issued : (instruments,) int64
        What issuers owe, by instrument. ``held`` (instruments, sectors) is what sectors hold.
    owed : (capacity,) int64
        Deposits that each bank owes its customers, where money is kept at more than one bank.
    flows : (kinds, instruments, sectors, sectors) int64
        Transactions-flow matrix of the running period, payer to payee; money of every sort in the row of
        deposits. ``contract_flows`` is the same of claims: who issues pays, who lends receives.
    losses, contract_losses : (instruments, sectors, sectors) int64
        What was written off in the running period: holder or creditor, and whose liability it was.
    marks, marks_before : (instruments,) int64
        What a lot or minor unit is worth, minor units, now and when the period began; 1 for all but shares.
    revaluations : (instruments, sectors) int64
        What changes of marks brought in the running period: see `mark`.
    periods : Periods
        The sums of months, years and the run: see `totals`.

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
        self.owed: IntArray = np.zeros(16, np.int64)
        self.issuer: IntArray = np.zeros(0, np.int64)
        self.settles: IntArray = np.zeros(0, np.int64)
        sectors = len(SECTORS)
        self.flows: IntArray = np.zeros((0, 0, sectors, sectors), np.int64)
        self.contract_flows: IntArray = np.zeros((0, 0, sectors, sectors), np.int64)
        self.losses: IntArray = np.zeros((0, sectors, sectors), np.int64)
        self.contract_losses: IntArray = np.zeros((0, sectors, sectors), np.int64)
        self.marks: IntArray = np.zeros(0, np.int64)
        self.marks_before: IntArray = np.zeros(0, np.int64)
        self.revaluations: IntArray = np.zeros((0, sectors), np.int64)
        self.opening: IntArray = np.zeros((0, sectors), np.int64)
        self.opening_worth: IntArray = np.zeros(sectors, np.int64)
        self.periods = Periods()
        self.month: dict[str, IntArray] = {}

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
            owed = np.zeros(owners, np.int64)
            owed[: self.owed.shape[0]] = self.owed
            self.holdings, self.owed = grown, owed
        self.contracts.make_room(len(self.instruments.contractual), self.holdings.shape[0])

    def add_instrument(self, instrument: Instrument) -> int:
        """Register an instrument; a dense one gets a column in every account. Return its number."""
        number = self.instruments.add(instrument)
        place = number if instrument.dense else len(self.instruments.dense) + number
        self.opening = np.insert(self.opening, place, 0, axis=0)
        self.periods.add_instrument(place)
        if instrument.dense:
            mark = 0 if instrument.kind is InstrumentKind.SHARE else 1
            self.marks, self.marks_before = np.append(self.marks, mark), np.append(self.marks_before, mark)
            self.revaluations = _with_column(self.revaluations, axis=0)
            self.holdings = _with_column(self.holdings, axis=1)
            self.issued = _with_column(self.issued, axis=0)
            self.held = _with_column(self.held, axis=0)
            self.flows = _with_column(self.flows, axis=1)
            self.losses = _with_column(self.losses, axis=0)
            self.issuer, self.settles = self.instruments.issuers, self.instruments.settles
        else:
            self.contract_flows = _with_column(self.contract_flows, axis=1)
            self.contract_losses = _with_column(self.contract_losses, axis=0)
            self.contracts.make_room(number + 1, self.holdings.shape[0])
        return number

    def kind(self, name: str) -> int:
        """Return the number of a kind of posting, registering it when it is new."""
        if name not in self.kinds:
            self.kinds.append(name)
            self.flows = _with_column(self.flows, axis=0)
            self.contract_flows = _with_column(self.contract_flows, axis=0)
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
            self.holdings, self.issued, self.held, self.owed, self.flows, self.owners.sectors, self.issuer,
            self.settles, self.owners.column("house_bank"), which, payers, payees, amounts, number,
        )  # fmt: skip
        if failed >= 0:
            self.kinds = self.kinds[:known]
            self.flows = np.ascontiguousarray(self.flows[:known])
            self.contract_flows = np.ascontiguousarray(self.contract_flows[:known])
            raise self._overdraft(which, payers, payees, amounts, failed)

    def pay(self, kind: str, *, payer: object, payee: object, amount: object) -> None:
        """Pay money of the economy's currency: `post` of its deposits, or of reserves where there is no account."""
        self.post(kind, self.money, payer=payer, payee=payee, amount=amount)

    @property
    def money(self) -> int:
        """The instrument that payments are made in: the first that was registered."""
        return 0

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
        kept_at_bank = self.settles[which] < 0 or self.owners.column("house_bank")[who] >= 0
        account = which if kept_at_bank else int(self.settles[which])
        free = int(self.holdings[who, account, FREE]) + received - paid
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
        tax_ppm: int = 0,
        treasury: OwnerId = NOBODY,
    ) -> None:
        """Deliver against payment out of what the orders reserved (see `post_trades`)."""
        trade, fee, tax = self.kind("trade"), self.kind("trading fee"), self.kind("transaction tax")
        failed = post_trades(
            self.holdings, self.issued, self.held, self.owed, self.flows, self.owners.sectors, self.issuer,
            self.settles, self.owners.column("house_bank"),
            security, money, unit_value, quantity, price, limit, buyer, seller, buyer_ppm, seller_ppm,
            tax_ppm, reserved_ppm, operator, treasury, trade, fee, tax,
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

    def move_house_bank(self, owners: IntArray, bank: OwnerId) -> None:
        """Let customers take their whole accounts, reserved parts too, to another bank: reserves follow deposits."""
        keeper = self.owners.column("house_bank")
        for number in np.flatnonzero(self.settles >= 0).tolist():
            balance, old = self.holdings[owners, number].sum(axis=1), keeper[owners]
            np.subtract.at(self.owed, old, balance)
            np.subtract.at(self.holdings[:, self.settles[number], FREE], old, balance)
            self.owed[bank] += balance.sum()
            self.holdings[bank, self.settles[number], FREE] += balance.sum()
        keeper[owners] = bank

    # -- contracts ----------------------------------------------------------------------------

    def lend(
        self, kind: str, instrument: int, *, creditor: object, debtor: object, amount: object, due: int = NO_DATE
    ) -> IntArray:
        """Raise the running contracts between pairs by ``amount`` each and return their numbers.

        Only the claim is made: the debtor issues it and the creditor receives it. What is lent is paid with `pay`.
        """
        numbers = self.contracts.standing(instrument, creditor, debtor)
        amounts = self._amounts(amount, numbers, np.full(numbers.shape[0], np.iinfo(np.int64).max))
        self.contracts.change(numbers, amounts)
        self.contracts.rows[numbers, DUE] = due
        self._note_claims(kind, numbers, amounts, back=False)
        return numbers

    def repay(self, kind: str, numbers: object, amount: object) -> None:
        """Lower contracts by what was paid on them; the claims go back to the debtors."""
        rows = np.atleast_1d(np.asarray(numbers, np.int64))
        amounts = self._amounts(amount, rows, self.contracts.rows[rows, AMOUNT])
        self.contracts.change(rows, -amounts)
        self._note_claims(kind, rows, amounts, back=True)

    def assign(self, kind: str, number: int, creditor: OwnerId) -> None:
        """Let a contract be owed to another creditor, who receives it from the old one."""
        instrument, old = int(self.contracts.rows[number, INSTRUMENT]), int(self.contracts.rows[number, CREDITOR])
        self._note_novation(kind, instrument, old, creditor, int(self.contracts.rows[number, AMOUNT]))
        self.contracts.assign(number, creditor=creditor)

    def assume(self, kind: str, number: int, debtor: OwnerId) -> None:
        """Let another debtor owe a contract, giving its own promise for that of the old one."""
        instrument, old = int(self.contracts.rows[number, INSTRUMENT]), int(self.contracts.rows[number, DEBTOR])
        self._note_novation(kind, instrument, debtor, old, int(self.contracts.rows[number, AMOUNT]))
        self.contracts.assign(number, debtor=debtor)

    def _note_novation(self, kind: str, instrument: int, giver: OwnerId, taker: OwnerId, amount: int) -> None:
        sector, number = self.owners.sectors, self.kind(kind)  # a new kind lets the flows grow first
        self.contract_flows[number, instrument, sector[giver], sector[taker]] += amount

    def write_off(self, numbers: object, amount: object) -> None:
        """Lower contracts by what will not be paid: a loss of the creditor, no transaction."""
        rows = np.atleast_1d(np.asarray(numbers, np.int64))
        amounts = self._amounts(amount, rows, self.contracts.rows[rows, AMOUNT])
        self.contracts.change(rows, -amounts)
        parts, sector = self.contracts.rows[rows], self.owners.sectors
        where = (parts[:, INSTRUMENT], sector[parts[:, CREDITOR]], sector[parts[:, DEBTOR]])
        np.add.at(self.contract_losses, where, amounts)

    def destroy(self, instrument: int, owner: object, amount: object) -> None:
        """Cancel free holdings that their issuer, or of deposits their bank, will not honour: a loss of the holders."""
        owners = np.atleast_1d(np.asarray(owner, np.int64))
        amounts = as_rows(amount, owners.shape[0])
        if (amounts < 0).any() or (self.holdings[owners, instrument, FREE] < amounts).any():
            raise OutOfBounds("amount", amounts.tolist(), "give what the holders have free, at most")
        np.subtract.at(self.holdings[:, instrument, FREE], owners, amounts)
        sector = self.owners.sectors
        np.subtract.at(self.held[instrument], sector[owners], amounts)
        self.issued[instrument] -= amounts.sum()
        issuers = np.full(owners.shape[0], self.issuer[instrument])
        if self.settles[instrument] >= 0:
            issuers = self.owners.column("house_bank")[owners]
            np.subtract.at(self.owed, issuers, amounts)
        np.add.at(self.losses[instrument], (sector[owners], sector[issuers]), amounts)

    def replace_issuer(self, instrument: int, issuer: OwnerId) -> None:
        """Let a successor issue an instrument of which nothing is outstanding."""
        if self.issued[instrument]:
            raise OutOfBounds("instrument", self.instruments.dense[instrument].name, "first cancel what is outstanding")
        self.instruments.replace_issuer(instrument, issuer)
        self.issuer = self.instruments.issuers

    def mark(self, instruments: object, prices: object) -> None:
        """Value shares anew, minor units a lot: holders gain what issuers lose, a revaluation and no transaction.

        It comes at the end of a period, after everything that moves; what moved is valued at the marks before. A
        share that nobody has or had takes its first mark at any time.

        Raises
        ------
        OutOfBounds
            For a price below 0, or an instrument that is no share; nothing has changed.
        """
        rows = np.atleast_1d(np.asarray(instruments, np.int64))
        values = as_rows(prices, rows.shape[0], "prices")
        self._check_exists("instrument", rows, len(self.instruments.dense), "dense instruments")
        for number, value in zip(rows.tolist(), values.tolist(), strict=True):
            if self.instruments.dense[number].kind is not InstrumentKind.SHARE:
                raise OutOfBounds("instrument", self.instruments.dense[number].name, "only shares are marked")
            if value < 0:
                raise OutOfBounds(f"the price of {self.instruments.dense[number].name}", value, "give 0 or more")
        for i in np.flatnonzero(self.issued[rows] == 0).tolist():
            if not (self.flows[:, rows[i]].any() or self.losses[rows[i]].any()):
                self.marks_before[rows[i]] = values[i]
        net = self.held[rows]
        net[np.arange(rows.shape[0]), self.owners.sectors[self.issuer[rows]]] -= self.issued[rows]
        self.revaluations[rows] += (values - self.marks[rows])[:, None] * net
        self.marks[rows] = values

    @staticmethod
    def _amounts(amount: object, numbers: IntArray, most: IntArray) -> IntArray:
        amounts = as_rows(amount, numbers.shape[0])
        if (amounts < 0).any() or (amounts > most).any():
            wrong = int(np.flatnonzero((amounts < 0) | (amounts > most))[0])
            due = f"contract {int(numbers[wrong])} takes 0 to {int(most[wrong])}"
            raise OutOfBounds("amount", int(amounts[wrong]), due)
        return amounts

    def _note_claims(self, kind: str, numbers: IntArray, amounts: IntArray, *, back: bool) -> None:
        parts, sector = self.contracts.rows[numbers], self.owners.sectors
        giver, taker = (CREDITOR, DEBTOR) if back else (DEBTOR, CREDITOR)
        number = self.kind(kind)  # a new kind lets the flows grow first
        where = (parts[:, INSTRUMENT], sector[parts[:, giver]], sector[parts[:, taker]])
        np.add.at(self.contract_flows[number], where, amounts)

    # -- reading ------------------------------------------------------------------------------

    def balance(self, owner: OwnerId, instrument: int) -> int:
        """Return free plus reserved."""
        return int(self.holdings[owner, instrument].sum())

    def liabilities(self) -> IntArray:
        """Return (dense instruments, sectors) what sectors have issued; deposits at banks by the sum of ``owed``."""
        due = np.zeros_like(self.held)
        sector = self.owners.sectors
        for number, issuer in enumerate(self.issuer.tolist()):
            if self.settles[number] >= 0:
                np.add.at(due[number], sector, self.owed[: self.owners.size])
            else:
                due[number, sector[issuer]] = self.issued[number]
        return due

    def contract_positions(self) -> tuple[IntArray, IntArray]:
        """Return (contractual instruments, sectors) claims and debts, counted from the rows."""
        shape = (len(self.instruments.contractual), len(SECTORS))
        claims, debts = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        rows, sector = self.contracts.rows, self.owners.sectors
        np.add.at(claims, (rows[:, INSTRUMENT], sector[rows[:, CREDITOR]]), rows[:, AMOUNT])
        np.add.at(debts, (rows[:, INSTRUMENT], sector[rows[:, DEBTOR]]), rows[:, AMOUNT])
        return claims, debts

    def owned(self, instrument: int, owners: IntArray | slice | range = slice(None)) -> IntArray:
        """Return (n,) what owners have of an instrument, free and reserved."""
        who = slice(owners.start, owners.stop) if isinstance(owners, range) else owners
        return np.asarray(self.holdings[who, instrument, FREE] + self.holdings[who, instrument, RESERVED])

    def net_positions(self) -> IntArray:
        """Return (all instruments, sectors) assets minus liabilities, the dense first; minor units or lots."""
        claims, debts = self.contract_positions()
        return np.concatenate([self.held - self.liabilities(), claims - debts])

    def positions(self) -> IntArray:
        """Return (all instruments, sectors) assets minus liabilities; reserves are part of money, their own row 0."""
        return self.with_one_money(self.net_positions())

    def with_one_money(self, net: IntArray) -> IntArray:
        """Return net positions (all instruments, sectors) with reserves added to the deposits that settle in them."""
        out = net.copy()
        for number in np.flatnonzero(self.settles >= 0).tolist():
            out[number] += out[self.settles[number]]
            out[self.settles[number]] = 0
        return out

    def worth(self, net: IntArray | None = None) -> IntArray:
        """Return (sectors,) the net worth at the marks in force, minor units; ``net`` are positions counted already."""
        net = self.net_positions() if net is None else net
        dense = len(self.instruments.dense)
        return np.asarray(self.marks @ net[:dense] + net[dense:].sum(axis=0), np.int64)

    def balance_sheet(self) -> pd.DataFrame:
        """Return the balance-sheet matrix (instruments x sectors): assets plus, liabilities minus; rows sum to 0."""
        columns = [str(sector) for sector in SECTORS]
        return pd.DataFrame(self.net_positions(), index=pd.Index(self.names, name="instrument"), columns=columns)

    @property
    def names(self) -> list[str]:
        """Names of all instruments, the dense first."""
        return [i.name for i in (*self.instruments.dense, *self.instruments.contractual)]

    def flow_rows(self) -> list[tuple[str, str, str, str, int]]:
        """Return the flow matrix of the period as (instrument, kind, payer, payee, amount) rows."""
        rows = []
        for flows, instruments in (
            (self.flows, self.instruments.dense), (self.contract_flows, self.instruments.contractual)
        ):  # fmt: skip
            found = np.nonzero(flows)
            rows += [
                (instruments[k].name, self.kinds[kind], str(SECTORS[a]), str(SECTORS[b]), amount)
                for kind, k, a, b, amount in zip(*(part.tolist() for part in (*found, flows[found])), strict=True)
            ]
        return rows

    def transactions(self) -> IntArray:
        """Return (all instruments, sectors) what sectors received minus what they gave in the period."""
        net = [flows.sum(axis=(0, 2)) - flows.sum(axis=(0, 3)) for flows in (self.flows, self.contract_flows)]
        return np.concatenate(net)

    def written_off(self) -> IntArray:
        """Return (all instruments, sectors) by how much losses changed positions in the period."""
        losses = np.concatenate([self.losses, self.contract_losses])
        return np.asarray(losses.sum(axis=1) - losses.sum(axis=2), np.int64)

    def today(self) -> Totals:
        """Return the sums of the running period."""
        dense = len(self.instruments.dense)
        out = Totals.empty(len(self.kinds), self.opening)
        at_face = np.ones(len(self.instruments.contractual), np.int64)
        for flows, first, marks in ((self.flows, 0, self.marks_before), (self.contract_flows, dense, at_face)):
            found = np.nonzero(flows)
            kind, number, payer, payee = found
            value = flows[found] * marks[number]
            for table, rows in ((out.gains, kind), (out.acquired, first + number)):
                np.add.at(table, (rows, payee), value)
                np.subtract.at(table, (rows, payer), value)
            inside = (payer == payee) & (number == self.money) & (first == 0)
            np.add.at(out.within, (kind[inside], payer[inside]), value[inside])
        out.revalued[:dense] = self.revaluations
        out.lost[:] = self.written_off()
        out.lost[:dense] *= self.marks_before[:, None]
        return out

    def totals(self, period: str, *, ended: bool = False) -> tuple[Totals, IntArray]:
        """Return the sums of ``day``, ``month``, ``year`` or ``run`` and the net positions with which they close.

        The period is that under way, or with ``ended`` the one that ended last; ``run`` never ends.
        """
        if ended:
            return self.periods.ended(period)
        return self.periods.so_far(period, self.today()), self.net_positions()

    def close_period(self) -> None:
        """Start a new flow period; what flowed is added to the month, the year and the run under way."""
        closing = self.net_positions()
        self.periods.close_day(self.today(), closing)
        for name in PERIODICAL:
            array = getattr(self, name)
            self.month[name] = array + _as_large(self.month.get(name), array)
            array[:] = 0
        self.revaluations[:] = 0
        self.marks_before = self.marks.copy()
        self.opening, self.opening_worth = closing, self.worth(closing)

    def close_month(self) -> None:
        """Start a new month, after the last of its days was closed."""
        self.month = {}
        self.periods.close_month(self.opening)

    def month_so_far(self, name: str) -> IntArray:
        """Return one of ``flows, contract_flows, losses, contract_losses`` since the month began."""
        array: IntArray = getattr(self, name)
        return array + _as_large(self.month.get(name), array)

    def paid(self, *kinds: str, payer: Sector | None = None, payee: Sector | None = None) -> int:
        """Return how much money was paid this month under some kinds, between two sectors where they are given."""
        flows, total = self.month_so_far("flows")[:, self.money], 0
        rows = slice(None) if payer is None else SECTOR_CODE[payer]
        columns = slice(None) if payee is None else SECTOR_CODE[payee]
        for kind in kinds:
            if kind in self.kinds:
                total += int(flows[self.kinds.index(kind)][rows, columns].sum())
        return total

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
            **{name: getattr(self, name).copy() for name in _BY_DAY},
            "owed": self.owed[: self.owners.size].copy(),
            **{f"month.{name}": array.copy() for name, array in self.month.items()},
        }
        sums, counts = self.periods.state()
        values = {**names, **self.instruments.state(), "posting_kinds": list(self.kinds), "periods": counts}
        return arrays | sums, values

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.owners.restore(arrays, values)
        self.instruments.restore(dict(values))
        self.contracts.restore(arrays)
        self.contracts.make_room(len(self.instruments.contractual), self.owners.size)
        self.kinds = list(values["posting_kinds"])
        self.holdings, self.issued = np.array(arrays["holdings"]), np.array(arrays["issued"])
        for name in ("held", "owed", *_BY_DAY):
            setattr(self, name, np.array(arrays[name]))
        self.periods.restore(arrays, values["periods"])
        self.month = {n: np.array(arrays[f"month.{n}"]) for n in PERIODICAL if f"month.{n}" in arrays}
        self.issuer, self.settles = self.instruments.issuers, self.instruments.settles


def _with_column(array: IntArray, axis: int) -> IntArray:
    shape = list(array.shape)
    shape[axis] = 1
    return np.ascontiguousarray(np.concatenate([array, np.zeros(shape, np.int64)], axis=axis))


def _as_large(old: IntArray | None, like: IntArray) -> IntArray:
    """Return ``old``, nothing where it is None, with zeros for the kinds and instruments that came since."""
    out = np.zeros_like(like)
    if old is not None:
        out[tuple(slice(0, length) for length in old.shape)] = old
    return out
