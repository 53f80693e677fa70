"""What shocks to an economy do, each as postings and plain changes of state, in the tick in which they come.

A bank's loss, a run and a helicopter are postings like all others, so every identity holds through them. A lasting
change of the policy rate is a *wedge* between the rate that the rule decided and the one in force: it reaches banks,
the long yield and fundamental values in the tick in which it comes or goes, and the rule's memory never.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.bank_losses import hand_over
from ..agents.households import RETIRED
from ..agents.joint_failure import BadLoans
from ..agents.lots import bits_of
from ..core.randomness import USER
from ..core.units import FloatArray, IntArray
from ..ledger.chart import LOAN
from ..ledger.contracts import AMOUNT
from ..policies.prudential import PrudentialSettings
from ..policies.resolution import shared_out
from .bond_market import price_bonds
from .closed_economy import closed_of
from .economy_shocks import (
    BankLoss,
    CreditCrunch,
    DemandShift,
    Helicopter,
    InflationScare,
    Mood,
    RateChange,
    Run,
    WagePush,
)
from .payouts import value_shares

if TYPE_CHECKING:
    from .economy import Economy

_LEAVES, _GOES = USER, USER + 1


def strike(economy: Economy) -> None:
    """Let the shocks of this tick happen, and the rate be what those in force make of it."""
    for number, shock in enumerate(economy.shocks):
        if shock.at == economy.tick:
            effect = _EFFECTS.get(type(shock))
            if effect is not None:
                effect(economy, shock, number)
    wedge = rate_wedge(economy)
    if economy.closed is not None:
        _set_wedge(economy, wedge)
    if economy.reduced is not None and wedge != economy.reduced.wedge:
        economy.reduced.force(wedge)


def rate_wedge(economy: Economy) -> float:
    """Return what shocks in force add to the policy rate, a year."""
    forced = (shock for shock in economy.shocks if isinstance(shock, RateChange))
    return sum(shock.size for shock in forced if shock.is_in_force(economy.tick))


def _set_wedge(economy: Economy, wedge: float) -> None:
    """Let banks, bonds and shares follow at once where the wedge has changed."""
    c = closed_of(economy)
    if wedge != c.memory.wedge:
        c.memory.wedge = wedge
        c.banks.set_rates(c.policy_rate)
        price_bonds(economy, c)
        value_shares(economy)


def banks_standard(economy: Economy, rules: PrudentialSettings) -> PrudentialSettings:
    """Return ``rules`` with the capital that banks want on top of them in a credit crunch."""
    forced = (shock for shock in economy.shocks if isinstance(shock, CreditCrunch))
    extra = sum(shock.size for shock in forced if shock.is_in_force(economy.tick))
    return rules.replaced({"conservation_buffer": min(rules.conservation_buffer + extra, 0.2)}) if extra else rules


# -- what happens once ---------------------------------------------------------------------------


def _feel(economy: Economy, shock: Mood, number: int) -> None:
    assert economy.psychology is not None
    for symbol in shock.symbols or (None,):
        economy.psychology.shock(shock.size, shock.half_life_days, symbol)


def _scare(economy: Economy, shock: InflationScare, number: int) -> None:
    if economy.reduced is not None:
        economy.reduced.form.expectations.expected += shock.size
        economy.reduced.value()
    else:
        closed_of(economy).expectations.expected += shock.size
        value_shares(economy)


def _push_wages(economy: Economy, shock: WagePush, number: int) -> None:
    closed_of(economy).firms.wage *= 1.0 + shock.size


def _shift_demand(economy: Economy, shock: DemandShift, number: int) -> None:
    closed_of(economy).memory.taste += shock.size


def _lose(economy: Economy, shock: BankLoss, number: int) -> None:
    """Hand a part of a bank's loans to the asset vehicle, which gives nothing for them; the debtors owe as before."""
    c, ledger = closed_of(economy), economy.ledger
    slot = _slot(economy, shock.bank)
    numbers = ledger.contracts.of(LOAN, creditor=int(c.banks.owners[slot]))
    owed = ledger.contracts.rows[numbers, AMOUNT]
    assets = int(c.banks.books(ledger).exposure[slot])
    lost = min(round(shock.share * max(assets, 0)), int(owed.sum()))
    hand_over(ledger, BadLoans(numbers, shared_out(lost, owed)), c.authorities.vehicle)
    economy.recorder.note_event("bank_loss", owner=int(c.banks.owners[slot]), symbol=shock.bank, lost=lost)


def _run(economy: Economy, shock: Run, number: int) -> None:
    """Let customers of a bank leave with probability ``share``, each to another open bank at random."""
    c, ledger = closed_of(economy), economy.ledger
    slot = _slot(economy, shock.bank)
    bank = int(c.banks.owners[slot])
    others = np.flatnonzero(c.banks.open & (np.arange(c.banks.size) != slot))
    customers = np.flatnonzero(ledger.owners.column("house_bank") == bank)
    customers = customers[ledger.owned(ledger.money, customers) > 0]
    if not others.size:
        customers = customers[:0]
    draws = (
        _uniform(bits_of(ledger.owners, customers, economy.seed, f"shock.{number}", economy.tick, purpose))
        for purpose in (_LEAVES, _GOES)
    )
    leaves, goes = draws
    some = leaves < shock.share
    targets = others[np.minimum((goes[some] * others.size).astype(np.int64), others.size - 1)]
    moves = c.depositors.leave(ledger, c.banks, customers[some], targets, day=economy.day)
    economy.recorder.note_event(
        "run", owner=bank, symbol=shock.bank, depositors=int(moves.owners.size), amount=moves.total
    )


def _give(economy: Economy, shock: Helicopter, number: int) -> None:
    """Pay households new money; it is wealth to them, no income."""
    c, ledger = closed_of(economy), economy.ledger
    owners = c.households.owners[c.households.employer != RETIRED]
    total = round(shock.size * c.annual_gdp)
    weight = np.ones(owners.size, np.int64)
    if shock.shared == "by_deposits":
        weight = ledger.owned(ledger.money, owners)
    amount = shared_out_freely(total, weight)
    ledger.pay("helicopter", payer=c.central_bank, payee=owners, amount=amount)
    economy.recorder.note_event("helicopter", owner=c.central_bank, amount=int(amount.sum()))


def shared_out_freely(total: int, weights: IntArray) -> IntArray:
    """Return (n,) parts of ``total`` in proportion to ``weights``, rounded down; what rounding leaves is not given.

    Examples
    --------
    >>> shared_out_freely(100, np.array([1, 1, 1])).tolist()
    [33, 33, 33]
    """
    whole = max(int(weights.sum()), 1)
    return np.array([total * weight // whole for weight in weights.tolist()], np.int64)


def _slot(economy: Economy, symbol: str) -> int:
    return economy.symbols.index(symbol) - closed_of(economy).firms.size


def _uniform(bits: Any) -> FloatArray:
    return np.asarray((bits >> np.uint64(11)).astype(np.float64) * 2.0**-53, np.float64)


_EFFECTS: dict[type, Callable[[Any, Any, int], None]] = {
    Mood: _feel, InflationScare: _scare, WagePush: _push_wages, DemandShift: _shift_demand, BankLoss: _lose,
    Run: _run, Helicopter: _give,
}  # fmt: skip
