"""`StockFlowModel`: what textbook models share, a ledger, a schedule of stages, and a plan for the period.

In such models everything within a period depends on everything: income on consumption, consumption on
income. So a period is first *planned*, in closed form and from what is owned at its start, then *paid*:
each amount is rounded once, and every payment is a posting. Nobody pays with money not yet received;
stages that run each round let money circulate until no more of it moves.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import groupby

import pandas as pd

from ...core.errors import IdentityBroken
from ...core.units import OwnerId, Sector
from ...ledger import identities
from ...ledger.ledger import Ledger
from ...model.schedule import Schedule, When
from .check import Check, near

UNIT = 10**9  # the ledger counts billionths of the book's money


class StockFlowModel(ABC):
    """A model whose tick is a period; a subclass adds instruments, further owners and the stages.

    Attributes
    ----------
    plan : dict of str to int
        What is due in the period, by kind of payment; the stages pay it.
    wealth : int
        What households will own when all is paid. It is compared with what they then do own.
    conduits : list of OwnerId
        Who passes on all it gets, and so ends every period with no net worth: firms, a central bank.
    """

    money: int
    schedule: Schedule

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.government = self.add(Sector.GOVERNMENT, "government")
        self.firms = self.add(Sector.FIRMS, "firms")
        self.households = self.add(Sector.HOUSEHOLDS, "households")
        self.conduits = [self.firms]
        self.period = 1  # in the book's period 1 nothing has happened yet
        self.plan: dict[str, int] = {}
        self.wealth = 0

    def add(self, sector: Sector, kind: str) -> OwnerId:
        """Register one owner that stands for a whole sector."""
        return self.ledger.add_owners(1, sector=sector, kind=kind)[0]

    def step(self) -> None:
        """Run one period; the stages of a round are repeated until no money moves."""
        self.period += 1
        self.ledger.close_period()
        for when, group in groupby(self.schedule, key=lambda stage: stage.when):
            stages, moving = list(group), True
            while moving:
                before = int(self.ledger.flows.sum())
                for stage in stages:
                    stage(self)
                moving = when is When.ROUND and int(self.ledger.flows.sum()) > before

    def run(self, periods: int) -> pd.DataFrame:
        """Run ``periods`` and return a row for each, in the book's symbols and money."""
        rows: dict[int, dict[str, float]] = {}
        for _ in range(periods):
            self.step()
            rows[self.period] = {symbol: amount / UNIT for symbol, amount in self.observed().items()}
        return pd.DataFrame.from_dict(rows, orient="index")

    @abstractmethod
    def observed(self) -> dict[str, int]:
        """Return the flows and stocks of the period as the ledger has them, by the book's symbol."""

    # -- what stages ask and do ---------------------------------------------------------------

    def held(self, owner: OwnerId, instrument: int) -> int:
        """Return what an owner has of an instrument."""
        return self.ledger.balance(owner, instrument)

    def owned(self) -> int:
        """Return what households own in all."""
        return int(self.ledger.holdings[self.households].sum())

    def paid(self, kind: str) -> int:
        """Return how much money was paid in this period for one kind of thing."""
        number = self.ledger.kind(kind)
        return int(self.ledger.flows[number, self.money].sum())

    def due(self, kind: str) -> int:
        """Return what was planned and is not paid yet."""
        return self.plan[kind] - self.paid(kind)

    def pay(self, kind: str, payer: OwnerId, payee: OwnerId) -> None:
        """Post all that is due of one kind."""
        self.ledger.post(kind, self.money, payer=payer, payee=payee, amount=self.due(kind))

    def pay_as_able(self, kind: str, payer: OwnerId, payee: OwnerId) -> None:
        """Post what is due of one kind, as far as the payer's money reaches."""
        amount = min(self.due(kind), self.held(payer, self.money))
        self.ledger.post(kind, self.money, payer=payer, payee=payee, amount=amount)

    def swap(self, kind: str, security: int, buyer: OwnerId, seller: OwnerId, amount: int) -> None:
        """Post a security against as much money: both legs, or neither."""
        legs, payers, payees = [self.money, security], [buyer, seller], [seller, buyer]
        self.ledger.post(kind, legs, payer=payers, payee=payees, amount=amount)


def check_identities(model: StockFlowModel) -> None:
    """Raise `IdentityBroken` unless all that was due was paid and every account agrees with its counterpart.

    The last law is the redundant equation: money owed by its issuer equals money held by households.
    It follows from all the others, so no stage uses it.
    """
    ledger = model.ledger
    identities.instruments_close(ledger)
    identities.recount_agrees(ledger)
    identities.net_worth_sums_to_zero(ledger)
    identities.positions_follow(ledger)
    gaps = {("what is due is paid", kind): -model.due(kind) for kind in model.plan}
    gaps["A4 agents", "wealth of households"] = model.owned() - model.wealth
    for owner in model.conduits:
        owes = ledger.issued[ledger.issuer == owner].sum()
        gaps["A4 agents", f"net worth of {ledger.owners.kind_of(owner)}"] = int(ledger.holdings[owner].sum() - owes)
    gaps["A13 hidden equation", "money"] = int(ledger.issued[model.money]) - model.held(model.households, model.money)
    for (law, where), gap in gaps.items():
        if gap:
            raise IdentityBroken(law, where, gap)


def compared(
    table: pd.DataFrame, published: Mapping[tuple[int, str], Mapping[str, float]], *, within: float
) -> list[Check]:
    """Return a check for each published number, given by (period, its description) and symbol."""
    return [
        near(f"{symbol}, {moment}", due, float(table[symbol].loc[period]), absolute=within)
        for (period, moment), row in published.items()
        for symbol, due in row.items()
    ]
