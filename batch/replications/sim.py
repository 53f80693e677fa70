"""Godley and Lavoie 2007, model SIM: government money, built on the ledger and the schedule as a user would.

The government buys from firms with money that it issues; firms pay out all they take in as wages;
households pay taxes, consume, and keep the rest as money:

    Y = C + G    T = θ Y    YD = Y - T    C = α1 YD + α2 H_-1    ΔHs = G - T    ΔHh = YD - C

The period is solved for consumption, C = (α1 (1 - θ) G + α2 H_-1) / (1 - α1 (1 - θ)), and then paid,
posting by posting. That Hs = Hh follows from the other equations and is used nowhere: at the end of
each period the ledger is asked whether it holds, to the last unit.

>>> economy = SIM()
>>> print(economy.schedule)
plan         each tick   the period is solved from what households own
purchases    each tick   the government buys from firms, with new money
consumption  each round  households buy from firms, as far as their money reaches
wages        each round  firms pay out what they have taken in
taxes        each tick   households pay taxes, and that money ceases to exist
identities   each tick   what was due was paid, balances match, Hs = Hh
>>> print(economy.run(2).round(2))
       Y     T     YD      C      H
2  38.46  7.69  30.77  18.46  12.31
3  47.93  9.59  38.34  27.93  22.72
>>> print(economy.ledger.balance_sheet()[["H", "F", "G"]])  # doctest: +NORMALIZE_WHITESPACE
                      H  F            G
instrument
money       22721893491  0 -22721893491
"""

from __future__ import annotations

from pydantic import Field

from ...core.parameters import Parameters
from ...ledger.instruments import Instrument, InstrumentKind
from ...model.schedule import Schedule, Stage, When
from .check import Check, Replication, timed
from .stock_flow import UNIT, StockFlowModel, check_identities, compared

SOURCE = "W. Godley and M. Lavoie (2007), Monetary Economics, Palgrave Macmillan, chapter 3, table 3.4"
PUBLISHED = {
    (2, "period 2"): {"Y": 38.46, "T": 7.69, "YD": 30.77, "C": 18.46, "H": 12.31},
    (3, "period 3"): {"Y": 47.93, "T": 9.59, "YD": 38.34, "C": 27.93, "H": 22.72},
}
STATIONARY = {(201, "stationary"): {"Y": 100.0, "H": 80.0}}  # Y* = G / θ


class Behaviour(Parameters):
    """What is given from outside the model."""

    purchases: float = Field(20.0, ge=0.0, le=1e5, description="G, the book's money a period")
    tax_rate: float = Field(0.2, gt=0.0, lt=1.0, description="θ, share of income")
    out_of_income: float = Field(0.6, gt=0.0, lt=1.0, description="α1, consumed of disposable income")
    out_of_wealth: float = Field(0.4, gt=0.0, lt=1.0, description="α2, consumed of what was owned before")


class SIM(StockFlowModel):
    """Who there is, what can be owned, and the stages of a period."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        super().__init__()
        self.behaviour = behaviour or Behaviour()
        self.money = self.ledger.add_instrument(Instrument("money", InstrumentKind.DEPOSIT, "USD", self.government))
        each, rounds = When.TICK, When.ROUND
        self.schedule = Schedule(
            [
                Stage("plan", each, plan, "the period is solved from what households own"),
                Stage("purchases", each, purchase, "the government buys from firms, with new money"),
                Stage("consumption", rounds, consume, "households buy from firms, as far as their money reaches"),
                Stage("wages", rounds, pay_wages, "firms pay out what they have taken in"),
                Stage("taxes", each, pay_taxes, "households pay taxes, and that money ceases to exist"),
                Stage("identities", each, check_identities, "what was due was paid, balances match, Hs = Hh"),
            ]
        )

    def observed(self) -> dict[str, int]:
        """Return Y, T, YD, C and H."""
        income, taxes, consumption = (self.paid(kind) for kind in ("wages", "taxes", "consumption"))
        money = self.held(self.households, self.money)
        return {"Y": income, "T": taxes, "YD": income - taxes, "C": consumption, "H": money}


def solved(given: Behaviour, owned: int, interest: int = 0) -> dict[str, int]:
    """Return what will be paid when households own ``owned`` and get ``interest`` on top of wages."""
    respent = given.out_of_income * (1.0 - given.tax_rate)  # of each unit of income
    purchases = round(given.purchases * UNIT)
    consumption = round((respent * (purchases + interest) + given.out_of_wealth * owned) / (1.0 - respent))
    wages = purchases + consumption
    taxes = round(given.tax_rate * (wages + interest))
    return {"purchases": purchases, "consumption": consumption, "wages": wages, "taxes": taxes}


def plan(economy: SIM) -> None:
    """Decide what will be paid, and so what households will own."""
    economy.plan = due = solved(economy.behaviour, economy.owned())
    economy.wealth = economy.owned() + due["wages"] - due["taxes"] - due["consumption"]


def purchase(economy: StockFlowModel) -> None:
    """Let the government buy all that it has planned to."""
    economy.pay("purchases", economy.government, economy.firms)


def consume(economy: StockFlowModel) -> None:
    """Let households buy what is still planned, as far as their money reaches."""
    economy.pay_as_able("consumption", economy.households, economy.firms)


def pay_wages(economy: StockFlowModel) -> None:
    """Let firms pay out what they have taken in."""
    economy.pay_as_able("wages", economy.firms, economy.households)


def pay_taxes(economy: StockFlowModel) -> None:
    """Let households pay taxes."""
    economy.pay("taxes", economy.households, economy.government)


def replicate(quick: bool = False) -> Replication:
    """Run from nothing into the stationary state: 200 periods, quick or not."""
    return timed("sim", SOURCE, quick, _checks)


def _checks() -> list[Check]:
    table = SIM().run(200)
    return compared(table, PUBLISHED, within=0.005) + compared(table, STATIONARY, within=1e-6)
