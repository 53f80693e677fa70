"""A small world of banks for tests: books as they are given, and a ledger that checks itself after every verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catallaxy.agents.bank_failure import Authorities, Resolution
from catallaxy.agents.banks import Banks, BankSettings
from catallaxy.core.units import Sector
from catallaxy.ledger.chart import ADVANCE, BOND, INTERBANK, LOAN, open_chart
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger
from catallaxy.policies.deposit_insurance import DepositInsuranceSettings
from catallaxy.policies.last_resort import LenderOfLastResort
from catallaxy.policies.prudential import PrudentialSettings
from catallaxy.policies.resolution import ResolutionSettings
from tests.ledger.test_bank_money import check

CENTRAL_BANK, TREASURY, FUND, VEHICLE, EXCHANGE = range(5)
SHARES = 1_000


class CheckedLedger(Ledger):
    """A ledger whose laws are asserted after every change."""


def _checked(name: str) -> Any:
    verb = getattr(Ledger, name)

    def change(self: CheckedLedger, *args: Any, **kwargs: Any) -> Any:
        result = verb(self, *args, **kwargs)
        check(self)
        return result

    return change


for _name in ("post", "lend", "repay", "assign", "assume", "write_off", "destroy", "replace_issuer", "move_house_bank"):
    setattr(CheckedLedger, _name, _checked(_name))


@dataclass
class Books:
    """What one bank begins with; ``deposits`` are those of its households, ``corporate`` that of its one firm."""

    reserves: int = 0
    bonds: int = 0
    loans: int = 0
    deposits: Sequence[int] = ()
    corporate: int = 0
    advances: int = 0


@dataclass
class World:
    """Banks in slots 0, 1, ..., each with one firm that borrows from it and some households."""

    ledger: Ledger
    banks: Banks
    firms: list[int]
    households: list[list[int]]
    shares: list[int]

    def owner(self, slot: int) -> int:
        """Return who works in a slot."""
        return int(self.banks.owners[slot])

    def equity(self) -> list[int]:
        """Return book equity by slot."""
        return [int(value) for value in self.banks.equity(self.ledger)]

    def deposits(self, owners: Sequence[int]) -> list[int]:
        """Return what owners have at their banks."""
        return [self.ledger.balance(owner, 0) for owner in owners]

    def resolution(self, **changes: Any) -> Resolution:
        """Return an authority whose insured limit is the median household deposit."""
        rules = {
            "settings": ResolutionSettings(),
            "prudential": PrudentialSettings(),
            "insurance": DepositInsuranceSettings(limit=1.0),
            "last_resort": LenderOfLastResort(),
            "authorities": Authorities(CENTRAL_BANK, TREASURY, FUND, VEHICLE),
            "shares": self.shares,
        }
        return Resolution(**{**rules, **changes})


def world_of(
    *books: Books,
    interbank: Sequence[tuple[int, int, int]] = (),
    fund: int = 10_000,
    listed: bool = True,
    shareholders: Sequence[int] = (),
    checked: bool = True,
) -> World:
    """Return a world; ``interbank`` is (debtor slot, creditor slot, amount), and equity is what remains.

    Each bank's shares are held in equal parts by ``shareholders``, or by the first household of every bank.
    """
    ledger = CheckedLedger() if checked else Ledger()
    ledger.add_owners(1, sector=Sector.CENTRAL_BANK, kind="central bank")
    ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")
    ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="deposit insurance fund")
    ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="asset vehicle")
    ledger.add_owners(1, sector=Sector.INFRASTRUCTURE, kind="exchange")
    owners = ledger.add_owners(len(books), sector=Sector.BANKS, kind="bank")
    open_chart(ledger, "USD", central_bank=CENTRAL_BANK, treasury=TREASURY)
    ledger.pay("opening", payer=CENTRAL_BANK, payee=[TREASURY, FUND], amount=[500, fund])
    firms, households = [], []
    for bank, book in zip(owners, books, strict=True):
        firms.append(ledger.add_owners(1, sector=Sector.FIRMS, kind="firm", house_bank=bank)[0])
        count = len(book.deposits)
        households.append(list(ledger.add_owners(count, sector=Sector.HOUSEHOLDS, kind="household", house_bank=bank)))
        ledger.pay("opening", payer=CENTRAL_BANK, payee=bank, amount=max(book.reserves, 0))
        ledger.pay("opening", payer=bank, payee=CENTRAL_BANK, amount=max(-book.reserves, 0))
        ledger.post("opening", BOND, payer=TREASURY, payee=bank, amount=book.bonds)
        ledger.pay("opening", payer=bank, payee=[*households[-1], firms[-1]], amount=[*book.deposits, book.corporate])
        ledger.lend("opening", LOAN, creditor=bank, debtor=firms[-1], amount=book.loans)
        ledger.lend("opening", ADVANCE, creditor=CENTRAL_BANK, debtor=bank, amount=book.advances)
    for debtor, creditor, amount in interbank:
        ledger.lend("opening", INTERBANK, creditor=owners[creditor], debtor=owners[debtor], amount=amount)
    shares = [-1] * len(books)
    if listed:
        holders = shareholders or [rows[0] for rows in households if rows]
        for slot, bank in enumerate(owners):
            shares[slot] = ledger.add_instrument(Instrument(f"BANK{slot}", InstrumentKind.SHARE, "USD", bank))
            ledger.post("opening", shares[slot], payer=bank, payee=holders, amount=SHARES)
    return World(ledger, Banks(BankSettings(), owners), firms, households, shares)


def healthy(deposits: Sequence[int] = (100,) * 9) -> Books:
    """Return a bank with so much capital that it can take over any other in these tests."""
    return Books(reserves=5_000, bonds=2_000, loans=1_000, deposits=deposits)


def assert_gone(world: World, owner: int) -> None:
    """Assert that a bank that failed has nothing, owes nothing, issues nothing and has no customers."""
    ledger = world.ledger
    assert not ledger.holdings[owner].any()
    assert ledger.owed[owner] == 0
    assert not ledger.contracts.claims[:, owner].any()
    assert not ledger.contracts.debts[:, owner].any()
    assert not (ledger.owners.column("house_bank") == owner).any()
    assert not ledger.issued[ledger.issuer == owner].any()
    assert not ledger.owners.is_active(owner)
