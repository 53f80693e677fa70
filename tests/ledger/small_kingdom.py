"""A kingdom small enough to see whole: every sector, one share, and a year that tests write themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catallaxy.core.units import SECTORS, IntArray, Sector
from catallaxy.ledger.chart import BOND, FIRST_SHARE, LOAN, RESERVES, open_chart
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger

ACME = FIRST_SHARE
H, F, B, CB, G, X = (SECTORS.index(sector) for sector in list(Sector)[:6])


@dataclass(frozen=True)
class Kingdom:
    """A ledger and who is in it."""

    ledger: Ledger
    central_bank: int
    treasury: int
    fund: int
    bank: int
    other_bank: int
    firm: int
    anna: int
    ben: int


def kingdom() -> Kingdom:
    """Return Anna with 600 and 10 shares at 20, Ben with 400 at the other bank, and a firm that owes its bank 300."""
    ledger = Ledger()
    add = ledger.add_owners
    central_bank = add(1, sector=Sector.CENTRAL_BANK, kind="central bank")[0]
    treasury, fund = add(2, sector=Sector.GOVERNMENT, kind="treasury")
    bank, other = add(2, sector=Sector.BANKS, kind="bank")
    firm = add(1, sector=Sector.FIRMS, kind="firm", house_bank=bank)[0]
    anna = add(1, sector=Sector.HOUSEHOLDS, kind="household", house_bank=bank)[0]
    ben = add(1, sector=Sector.HOUSEHOLDS, kind="household", house_bank=other)[0]
    open_chart(ledger, "USD", central_bank=central_bank, treasury=treasury)
    ledger.add_instrument(Instrument("ACME", InstrumentKind.SHARE, "USD", firm))
    ledger.mark(ACME, 20)
    ledger.pay("opening", payer=[bank, other], payee=[anna, ben], amount=[600, 400])
    lend(ledger, bank, firm, 300, kind="opening")
    ledger.pay("opening", payer=central_bank, payee=[bank, other, treasury, fund], amount=[200, 100, 50, 5])
    ledger.post("opening", BOND, payer=treasury, payee=[central_bank, bank, other], amount=[355, 500, 350])
    ledger.post("opening", ACME, payer=firm, payee=anna, amount=10)
    ledger.close_period()
    ledger.close_month()
    return Kingdom(ledger, central_bank, treasury, fund, bank, other, firm, anna, ben)


def lend(ledger: Ledger, bank: int, debtor: int, amount: int, kind: str = "loan granted") -> int:
    """Let a bank lend; return the number of the contract."""
    ledger.pay(kind, payer=bank, payee=debtor, amount=amount)
    return int(ledger.lend(kind, LOAN, creditor=bank, debtor=debtor, amount=amount)[0])


def a_day(k: Kingdom) -> None:
    """Wages 80, a tax of 15, a loan of 40, interest of 6, bonds of 30, a share sold at 26, 9 written off."""
    ledger = k.ledger
    ledger.pay("wages", payer=k.firm, payee=k.ben, amount=80)
    ledger.pay("income tax", payer=k.ben, payee=k.treasury, amount=15)
    loan = lend(ledger, k.bank, k.firm, 40)
    ledger.pay("loan interest", payer=k.firm, payee=k.bank, amount=6)
    ledger.pay("bond issue", payer=k.other_bank, payee=k.treasury, amount=30)
    ledger.post("bond issue", BOND, payer=k.treasury, payee=k.other_bank, amount=30)
    ledger.pay("trade", payer=k.treasury, payee=k.anna, amount=26)
    ledger.post("trade", ACME, payer=k.anna, payee=k.treasury, amount=1)
    ledger.write_off(loan, 9)
    ledger.mark(ACME, 25)


def column(array: IntArray, *codes: int) -> list[int]:
    """Return some columns of one row."""
    return [int(array[code]) for code in codes]


def reserves_out_of_nothing(k: Kingdom, amount: int) -> None:
    """Give the treasury reserves that every total of the ledger knows of, but no flow."""
    k.ledger.holdings[k.treasury, RESERVES, 0] += amount
    k.ledger.held[RESERVES, G] += amount
    k.ledger.issued[RESERVES] += amount


def deposit_out_of_nothing(k: Kingdom, amount: int) -> None:
    """Give Anna money that every total of the ledger knows of, but no flow."""
    k.ledger.holdings[k.anna, 0, 0] += amount
    k.ledger.held[0, H] += amount
    k.ledger.issued[0] += amount
    k.ledger.owed[k.bank] += amount


def forget_a_claim(k: Kingdom, amount: int) -> None:
    """Lower the firm's loan behind the ledger's back, in rows and totals alike."""
    k.ledger.contracts.change(np.array([0]), np.array([-amount]))
