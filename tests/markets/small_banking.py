"""A banking system that one can see whole: a central bank, a treasury, four banks, 40 households and 6 firms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from catallaxy.agents.banks import Banks, BankSettings
from catallaxy.core.units import IntArray, Sector
from catallaxy.ledger import identities
from catallaxy.ledger.chart import BOND, LOAN, RESERVES, open_chart
from catallaxy.ledger.ledger import Ledger
from catallaxy.markets.facilities import Cover, cover_shortfalls, remunerate_reserves, repay_advances
from catallaxy.markets.interbank import InterbankDay, InterbankMarket, InterbankSettings, Repayment
from catallaxy.policies.last_resort import LenderOfLastResort, advance_rate
from catallaxy.policies.prudential import PrudentialSettings

BANKS, HOUSEHOLDS, FIRMS = 4, 40, 6
CENTRAL_BANK, TREASURY, FIRST_BANK = 0, 1, 2
FIRST_HOUSEHOLD = FIRST_BANK + BANKS
FIRST_FIRM = FIRST_HOUSEHOLD + HOUSEHOLDS
RATE = 0.0252  # a hundredth of a percent a day
RESERVES_EACH, DEPOSIT_EACH, LOAN_EACH = 2_000_000, 5_000_000, 5_000_000
RULES, TERMS = PrudentialSettings(), LenderOfLastResort()


@dataclass(frozen=True)
class DayEnd:
    """What happened at the end of a day."""

    repaid: Repayment
    traded: InterbankDay
    cover: Cover
    remunerated: IntArray


class SmallBanking:
    """Household h and firm f keep their money at banks h and f modulo four; firms owe it to the same bank.

    Banks hold the bonds that give them a capital ratio of ``capital_ratio``.
    """

    def __init__(self, relations: Any = None, *, capital_ratio: float = 0.14, **settings: Any) -> None:
        self.ledger = ledger = Ledger()
        ledger.add_owners(1, sector=Sector.CENTRAL_BANK, kind="central bank")
        ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")
        owners = ledger.add_owners(BANKS, sector=Sector.BANKS, kind="bank")
        for sector, kind, count in ((Sector.HOUSEHOLDS, "household", HOUSEHOLDS), (Sector.FIRMS, "firm", FIRMS)):
            for k in range(count):
                ledger.add_owners(1, sector=sector, kind=kind, house_bank=FIRST_BANK + k % BANKS)
        open_chart(ledger, "USD", central_bank=CENTRAL_BANK, treasury=TREASURY)
        self.banks = banks = Banks(BankSettings(number=BANKS), owners)
        keeper = ledger.owners.column("house_bank")
        customers = np.flatnonzero(keeper >= 0)
        firms = np.arange(FIRST_FIRM, FIRST_FIRM + FIRMS)
        ledger.pay("opening", payer=CENTRAL_BANK, payee=banks.owners, amount=RESERVES_EACH)
        ledger.pay("opening", payer=CENTRAL_BANK, payee=TREASURY, amount=RESERVES_EACH)
        ledger.pay("opening", payer=keeper[customers], payee=customers, amount=DEPOSIT_EACH)
        ledger.lend("opening", LOAN, creditor=keeper[firms], debtor=firms, amount=LOAN_EACH)
        lent = banks.claims(ledger, LOAN)
        bonds = banks.deposits(ledger) + np.rint(capital_ratio * lent).astype(np.int64) - RESERVES_EACH - lent
        ledger.post("opening", BOND, payer=TREASURY, payee=banks.owners, amount=bonds)
        everybody = ~np.eye(BANKS, dtype=np.bool_)
        market = InterbankSettings(**settings)
        self.market = InterbankMarket(market, everybody if relations is None else relations, BANKS)
        ledger.close_period()
        banks.close_day(ledger)
        self.check()

    def check(self) -> None:
        """Check every law of the ledger."""
        identities.instruments_close(self.ledger)
        identities.contracts_close(self.ledger)
        identities.recount_agrees(self.ledger)
        identities.positions_follow(self.ledger)
        identities.net_worth_sums_to_zero(self.ledger)

    def household(self, number: int) -> int:
        """Return the owner id of a household."""
        return FIRST_HOUSEHOLD + number

    def firm(self, number: int) -> int:
        """Return the owner id of a firm."""
        return FIRST_FIRM + number

    def bank(self, slot: int) -> int:
        """Return the owner id of a bank."""
        return int(self.banks.owners[slot])

    def money(self, owner: int) -> int:
        """Return what an owner has on its account."""
        return self.ledger.balance(owner, self.ledger.money)

    def reserves(self) -> list[int]:
        """Return the reserves of the banks."""
        return self.banks.reserves(self.ledger).tolist()

    def equity(self) -> list[int]:
        """Return the book equity of the banks."""
        return self.banks.equity(self.ledger).tolist()

    def set_reserves(self, *wanted: int) -> None:
        """Give banks the reserves wanted: they buy bonds from the central bank, or sell it some, at face.

        The treasury gives the central bank bonds to sell, so that bonds stay what it issued.
        """
        for slot, amount in enumerate(wanted):
            change = amount - int(self.ledger.holdings[self.bank(slot), RESERVES, 0])
            seller, buyer = (self.bank(slot), CENTRAL_BANK) if change > 0 else (CENTRAL_BANK, self.bank(slot))
            if seller == CENTRAL_BANK:
                self.ledger.post("bonds", BOND, payer=TREASURY, payee=CENTRAL_BANK, amount=abs(change))
            self.ledger.post("bonds", BOND, payer=seller, payee=buyer, amount=abs(change))
            self.ledger.pay("bonds", payer=buyer, payee=seller, amount=abs(change))
        self.check()

    def lend(self, *, fear: Any = 0.0, rate: float = RATE, probability: Any = None) -> InterbankDay:
        """Run the interbank market and check every law."""
        pd = self.banks.default_probability(self.ledger, RULES) if probability is None else np.asarray(probability)
        self.limit = self.banks.exposure_limit(self.ledger, RULES)
        day = self.market.lend(
            self.ledger, self.banks, policy_rate=rate, corridor=(rate, advance_rate(TERMS, rate)),
            default_probability=pd, exposure_limit=self.limit, fear=fear,
        )  # fmt: skip
        self.check()
        return day

    def cover(self, haircut: float = 0.0) -> Cover:
        """Let the central bank cover what is short, and check every law."""
        limit = self.banks.advance_limit(self.ledger, TERMS, haircut=haircut)
        cover = cover_shortfalls(self.ledger, self.banks, limit, central_bank=CENTRAL_BANK)
        self.check()
        return cover

    def end_day(self, *, fear: float = 0.0, haircut: float = 0.0, rate: float = RATE) -> DayEnd:
        """Run a day end in its order, checking every law after each step."""
        self.banks.note_outflow(self.ledger)
        repay_advances(self.ledger, self.banks, advance_rate(TERMS, rate), central_bank=CENTRAL_BANK)
        self.check()
        repaid = self.market.repay(self.ledger, self.banks)
        self.check()
        traded = self.lend(fear=fear, rate=rate)
        cover = self.cover(haircut)
        remunerated = remunerate_reserves(self.ledger, self.banks, rate, central_bank=CENTRAL_BANK)
        self.check()
        self.banks.close_day(self.ledger)
        return DayEnd(repaid, traded, cover, remunerated)

    def bytes(self) -> list[bytes]:
        """Return all that a day end may change, to the byte."""
        parts = (self.ledger.state()[0], self.banks.state()[0], self.market.state()[0])
        return [np.ascontiguousarray(array).tobytes() for arrays in parts for _, array in sorted(arrays.items())]
