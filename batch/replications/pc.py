"""Godley and Lavoie 2007, model PC: money and bills, a central bank that sets the rate, portfolio choice.

Households keep more of their wealth in bills the higher the rate; the central bank issues the money,
holds the bills that households do not want, and gives its profits to the government. The government
pays with money that the central bank advances against bills. Hs = Hh is again redundant.

    YD = Y - T + r_-1 Bh_-1    T = θ (Y + r_-1 Bh_-1)    C = α1 YD + α2 V_-1    V = V_-1 + YD - C
    Bh = (λ0 + λ1 r) V - λ2 YD    Hh = V - Bh    ΔBs = G + r_-1 Bs_-1 - T - r_-1 Bcb_-1    ΔHs = ΔBcb

>>> economy = PC()
>>> print(economy.schedule)
plan         each tick   the period is solved from what households own and the interest due to them
issue        each tick   the central bank buys new bills for all that the government will pay
interest     each tick   bills pay last period's rate; the bank hands on what it earns
purchases    each tick   the government buys from firms
consumption  each round  households buy from firms, as far as their money reaches
wages        each round  firms pay out what they have taken in
portfolio    each tick   households swap money for bills, or back, with the central bank
taxes        each tick   households pay taxes
redemption   each tick   the government buys bills back with all the money it has
identities   each tick   what was due was paid, balances match, Hs = Hh = Bcb
>>> before, economy.rate = economy.run(200), 0.035  # the stationary state, and a rise of the rate
>>> print(economy.run(2).round(2))
          Y      T     YD      C      V    Hh     Bh   Bcb
202  106.49  21.62  86.49  86.49  86.49  17.3  69.19  17.3
203  107.22  21.93  87.72  87.22  86.98  17.4  69.58  17.4
>>> print(economy.ledger.balance_sheet()[["H", "F", "CB", "G"]])  # doctest: +NORMALIZE_WHITESPACE
                      H  F           CB            G
instrument
money       17403143451  0 -17403143451            0
bills       69575650727  0  17403143451 -86978794178
"""

from __future__ import annotations

import pandas as pd
from pydantic import Field

from ...core.units import Sector
from ...ledger.instruments import Instrument, InstrumentKind
from ...model.schedule import Schedule, Stage, When
from .check import Check, Replication, timed
from .sim import Behaviour, consume, pay_taxes, pay_wages, purchase, solved
from .stock_flow import StockFlowModel, check_identities, compared

SOURCE = "W. Godley and M. Lavoie (2007), Monetary Economics, Palgrave Macmillan, chapter 4"
PUBLISHED = {
    (201, "stationary at r = 2.5 %"): {"Y": 106.4865, "V": 86.4865, "Bh": 64.8649, "Hh": 21.6216},
    (202, "r raised to 3.5 %"): {"Y": 106.4865, "Bh": 69.1892},
    (203, "1 period later"): {"Y": 107.2249},
    (204, "2 periods later"): {"Y": 107.6161},
    (205, "3 periods later"): {"Y": 107.9540},
    (401, "stationary at r = 3.5 %"): {"Y": 110.0901, "Bh": 72.0721},
}


class Portfolio(Behaviour):
    """What is given from outside the model; rates are those of a period."""

    rate: float = Field(0.025, ge=0.0, le=0.07, description="r, set by the central bank")
    bills: float = Field(0.635, ge=0.0, le=1.0, description="λ0, share of wealth wanted in bills at r = 0")
    bills_by_rate: float = Field(5.0, ge=0.0, le=20.0, description="λ1, what each unit of r adds to that share")
    money_by_income: float = Field(0.01, ge=0.0, le=1.0, description="λ2, of income, wanted in money to pay with")


class PC(StockFlowModel):
    """Who there is, what can be owned, and the stages of a period; ``rate`` may be set between periods."""

    def __init__(self, behaviour: Portfolio | None = None) -> None:
        super().__init__()
        self.behaviour = behaviour or Portfolio()
        self.rate = self.rate_before = self.behaviour.rate
        self.more_bills = 0
        self.bank = self.add(Sector.CENTRAL_BANK, "central bank")
        self.conduits = [self.firms, self.bank]
        self.money = self.ledger.add_instrument(Instrument("money", InstrumentKind.DEPOSIT, "USD", self.bank))
        self.bills = self.ledger.add_instrument(Instrument("bills", InstrumentKind.BOND, "USD", self.government))
        tick, rounds = When.TICK, When.ROUND
        self.schedule = Schedule(
            [
                Stage("plan", tick, plan, "the period is solved from what households own and the interest due to them"),
                Stage("issue", tick, issue, "the central bank buys new bills for all that the government will pay"),
                Stage("interest", tick, pay_interest, "bills pay last period's rate; the bank hands on what it earns"),
                Stage("purchases", tick, purchase, "the government buys from firms"),
                Stage("consumption", rounds, consume, "households buy from firms, as far as their money reaches"),
                Stage("wages", rounds, pay_wages, "firms pay out what they have taken in"),
                Stage("portfolio", tick, choose, "households swap money for bills, or back, with the central bank"),
                Stage("taxes", tick, pay_taxes, "households pay taxes"),
                Stage("redemption", tick, redeem, "the government buys bills back with all the money it has"),
                Stage("identities", tick, check_identities, "what was due was paid, balances match, Hs = Hh = Bcb"),
            ]
        )

    def observed(self) -> dict[str, int]:
        """Return Y, T, YD, C, V, Hh, Bh and Bcb."""
        wages, interest, taxes, spent = (self.paid(kind) for kind in ("wages", "interest", "taxes", "consumption"))
        money, bills = (self.held(self.households, asset) for asset in (self.money, self.bills))
        flows = {"Y": wages, "T": taxes, "YD": wages + interest - taxes, "C": spent}
        return {**flows, "V": money + bills, "Hh": money, "Bh": bills, "Bcb": self.held(self.bank, self.bills)}


def plan(economy: PC) -> None:
    """Decide what will be paid, what households will then own, and how much of it in bills."""
    given, owned = economy.behaviour, economy.owned()
    held, rest = (economy.held(owner, economy.bills) for owner in (economy.households, economy.bank))
    interest, earnings = round(economy.rate_before * held), round(economy.rate_before * rest)
    economy.plan = due = solved(given, owned, interest)
    due |= {"interest": interest, "earnings": earnings, "profits": earnings}
    income = due["wages"] + interest - due["taxes"]
    economy.wealth = owned + income - due["consumption"]
    share = given.bills + given.bills_by_rate * economy.rate
    economy.more_bills = round(share * economy.wealth - given.money_by_income * income) - held
    due |= {"issue": due["purchases"] + interest + earnings, "portfolio": abs(economy.more_bills)}


def issue(economy: PC) -> None:
    """Let the central bank take new bills for new money."""
    economy.swap("issue", economy.bills, economy.bank, economy.government, economy.due("issue"))


def pay_interest(economy: PC) -> None:
    """Pay those who held bills; what the central bank earns is the government's."""
    economy.pay("interest", economy.government, economy.households)
    economy.pay("earnings", economy.government, economy.bank)
    economy.pay("profits", economy.bank, economy.government)
    economy.rate_before = economy.rate  # which the bills sold from now on carry


def choose(economy: PC) -> None:
    """Let households buy bills from the central bank, or sell them back."""
    buyer, seller = (economy.households, economy.bank)[:: 1 if economy.more_bills > 0 else -1]
    economy.swap("portfolio", economy.bills, buyer, seller, economy.due("portfolio"))


def redeem(economy: PC) -> None:
    """Let the government buy bills back with all the money it has."""
    left = economy.held(economy.government, economy.money)
    economy.swap("redemption", economy.bills, economy.government, economy.bank, left)


def replicate(quick: bool = False) -> Replication:
    """Run into the stationary state, raise the rate by a point, run into the next: quick or not."""
    return timed("pc", SOURCE, quick, _checks)


def _checks() -> list[Check]:
    economy = PC()
    before, economy.rate = economy.run(200), 0.035
    return compared(pd.concat([before, economy.run(200)]), PUBLISHED, within=1e-3)
