"""Failure and resolution of banks: losses go up the ladder, customers go to a bank that stands.

A bank is resolved when its common equity is below 3 % of risk-weighted assets or negative, or when it can
borrow no more reserves. For all that fail together (`joint_failure`)

1. shares vanish, and what is bad of the loans goes to the asset vehicle of the state;
2. interbank lenders write off what is not paid, and uninsured depositors what is not covered;

then, bank by bank,

3. the healthiest bank takes over what is left (`bank_takeover`), or else a bridge bank of the state does;
4. the deposit insurance fund brings what is missing, the treasury issues bonds for what the fund lacks;
5. what is left of equity, if anything, goes to those who held the shares.

That a shareholder is paid only what is left when every creditor is whole, and nobody else before, is absolute
priority. The central bank lends the bank that took over the reserves it lacks, so that resolution may come
last in a day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.units import IntArray, OwnerId
from ..ledger.chart import ADVANCE, RESERVES
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE, largest_remainder
from ..markets.credit import grant
from ..policies.deposit_insurance import DepositInsuranceSettings
from ..policies.last_resort import LenderOfLastResort
from ..policies.prudential import PrudentialSettings, Standing, risk_weighted_assets, standing
from ..policies.resolution import Cause, LossByLayer, ResolutionSettings, capital_missing
from .bank_entry import NOT_LISTED, capitalise_by_state, issue_bonds_and_pay, register_bank
from .bank_losses import recognise
from .bank_takeover import take_over, taker_of
from .banks import Banks
from .insured_deposits import deposit_limit
from .joint_failure import FailingBank, Valuation, assess, bad_shares
from .share_issue import Register, cancel_shares


@dataclass(frozen=True)
class Authorities:
    """Who acts for the public, by owner id; the fund and the asset vehicle belong to the government."""

    central_bank: OwnerId
    treasury: OwnerId
    fund: OwnerId
    vehicle: OwnerId


@dataclass(frozen=True)
class BankFailure:
    """One resolved bank, a row of the table of events; amounts in minor units.

    Parameters
    ----------
    round, slot, bank, cause
        In which round of the resolution, from 1, which bank, and why.
    losses : LossByLayer
        Who bore what.
    taker : OwnerId
        Who has its customers now; ``bridge`` says whether that is a new bank of the state.
    fund_paid, treasury_paid : int
        What the fund and the treasury brought in place of insured and senior creditors.
    capital : int
        What the treasury put into the bridge bank.
    left : int
        What was left of equity and paid to those who held the shares.
    lent : int
        Reserves that the central bank lent the taker because they were missing.
    """

    round: int
    slot: int
    bank: OwnerId
    cause: Cause
    losses: LossByLayer
    taker: OwnerId
    bridge: bool
    fund_paid: int
    treasury_paid: int
    capital: int
    left: int
    lent: int


class Resolution:
    """The resolution authority.

    Parameters
    ----------
    settings, prudential, insurance, last_resort
        The rules it applies.
    authorities : Authorities
        Owner ids of the public institutions.
    shares : sequence of int
        Instrument of each slot's shares, -1 where it has none.
    valuation : Valuation, optional
        What is bad of a failed bank's loans; by default the share that ``settings`` name.
    before_shares_vanish : callable, optional
        Called with a slot before its shares vanish: cancel every order in its book and of the bank itself.
    before_deposits_fall : callable, optional
        Called with owners whose free balance is less than what they are about to lose: cancel their orders.
    """

    def __init__(
        self,
        settings: ResolutionSettings,
        prudential: PrudentialSettings,
        insurance: DepositInsuranceSettings,
        last_resort: LenderOfLastResort,
        authorities: Authorities,
        shares: Sequence[int],
        *,
        valuation: Valuation | None = None,
        before_shares_vanish: Callable[[int], None] | None = None,
        before_deposits_fall: Callable[[IntArray], None] | None = None,
    ) -> None:
        self.settings, self.prudential, self.insurance = settings, prudential, insurance
        self.last_resort, self.authorities = last_resort, authorities
        self.shares = tuple(int(share) for share in shares)
        self.valuation = valuation or bad_shares(settings)
        self.before_shares_vanish = before_shares_vanish
        self.before_deposits_fall = before_deposits_fall

    def standing(self, ledger: Ledger, banks: Banks) -> IntArray:
        """Return each slot's `Standing`; `Standing.PLAN` is to be reported, and an empty slot is sound."""
        found = standing(self.prudential, banks.books(ledger))
        return np.where(banks.open, found, int(Standing.SOUND))

    def causes(self, ledger: Ledger, banks: Banks, illiquid: ArrayLike = ()) -> dict[int, Cause]:
        """Return the slots that have to be resolved, and why."""
        equity, found = banks.equity(ledger), self.standing(ledger, banks)
        stuck = np.zeros(banks.size, np.bool_)
        stuck[np.asarray(illiquid, np.int64)] = True
        causes: dict[int, Cause] = {}
        for slot in np.flatnonzero(banks.open & (stuck | (found == Standing.RESOLVE))).tolist():
            if equity[slot] < 0:
                causes[slot] = Cause.INSOLVENT
            else:
                causes[slot] = Cause.ILLIQUID if stuck[slot] else Cause.UNDERCAPITALISED
        return causes

    def resolve_to_fixed_point(
        self, ledger: Ledger, banks: Banks, illiquid: ArrayLike = (), *, tick: int = 0
    ) -> list[BankFailure]:
        """Resolve every bank that has to be, then those that their failures bring down, until no more do.

        At most as many rounds as there are slots are run; a bank that falls below the line in the last is
        resolved at the next call. No bank that took over lacks reserves afterwards.

        Parameters
        ----------
        illiquid : (n,) int64
            Slots that the central bank's facilities could not help, as `markets.facilities.Cover` names them.

        Raises
        ------
        OutOfBounds
            Orders that a callback should have cancelled stand in the way, a valuation is wrong, or there is no
            household whose deposit could set the insured limit.
        """
        failures: list[BankFailure] = []
        causes = self.causes(ledger, banks, illiquid)
        limit = deposit_limit(ledger, self.insurance) if causes else 0  # of this day: it falls with no haircut
        for number in range(1, banks.size + 1):
            if not causes:
                break
            now = _Round(ledger, banks, number, tick, limit)
            failures += self._resolve(now, causes)
            causes = self.causes(ledger, banks)
        return failures

    def _resolve(self, now: _Round, causes: dict[int, Cause]) -> list[BankFailure]:
        """Resolve the banks of one round: what all of them lose is posted before any is taken over."""
        failing = assess(now.ledger, now.banks, causes, valuation=self.valuation, limit=now.limit)
        slots = [case.slot for case in failing]
        dead, able = now.banks.owners[slots], now.banks.open.copy()
        able[slots] = False
        registers = [self._cancel_shares(now.ledger, slot) for slot in slots]
        for case in failing:
            recognise(
                now.ledger, now.banks, case, limit=now.limit, vehicle=self.authorities.vehicle,
                before_deposits_fall=self.before_deposits_fall,
            )  # fmt: skip
        failures = []
        for case, register in zip(failing, registers, strict=True):
            heirs = np.where(np.isin(register.holders, dead), self.authorities.fund, register.holders)
            failures.append(self._place(now, case, np.flatnonzero(able), Register(heirs, register.quantities)))
            able[case.slot] = failures[-1].bridge
        return failures

    def _cancel_shares(self, ledger: Ledger, slot: int) -> Register:
        if self.before_shares_vanish is not None:
            self.before_shares_vanish(slot)
        if self.shares[slot] == NOT_LISTED:
            return Register(np.zeros(0, np.int64), np.zeros(0, np.int64))
        return cancel_shares(ledger, self.shares[slot])

    # -- what goes on -------------------------------------------------------------------------

    def _place(self, now: _Round, case: FailingBank, candidates: IntArray, register: Register) -> BankFailure:
        """Find a bank, or make one, that goes on with what is left of a failed one."""
        ledger, banks, slot, public = now.ledger, now.banks, case.slot, self.authorities
        bank, equity = int(banks.owners[slot]), int(banks.equity(ledger)[slot])
        fund_pays = min(int(ledger.holdings[public.fund, RESERVES, FREE]), case.losses.insured)
        treasury_pays, left = max(0, -equity) - fund_pays, max(0, equity)
        found = taker_of(
            ledger, banks, slot, candidates, fund_pays=fund_pays, treasury_pays=treasury_pays,
            capital_after=self.settings.capital_after, prudential=self.prudential, last_resort=self.last_resort,
        )  # fmt: skip
        bridge = found < 0
        taker = register_bank(ledger, born=now.tick) if bridge else int(banks.owners[found])
        take_over(ledger, bank, taker)
        _close(now, slot)
        ledger.pay("deposit insurance", payer=public.fund, payee=taker, amount=fund_pays)
        issue_bonds_and_pay(ledger, "resolution outlay", treasury=public.treasury, bank=taker, amount=treasury_pays)
        self._pay_out(ledger, taker, left, register)
        capital = self._open_bridge(now, slot, taker, register.issued) if bridge else 0
        lent = self._lend_what_is_missing(ledger, taker)
        return BankFailure(
            round=now.number, slot=slot, bank=bank, cause=case.cause, losses=case.losses, taker=taker, bridge=bridge,
            fund_paid=fund_pays, treasury_paid=treasury_pays, capital=capital, left=left, lent=lent,
        )  # fmt: skip

    def _pay_out(self, ledger: Ledger, taker: OwnerId, left: int, register: Register) -> None:
        """Pay what is left of equity to those who held the shares, or to the fund when nobody did."""
        if left and register.issued:
            amounts = largest_remainder(left, register.quantities.tolist())
            ledger.pay("liquidation", payer=taker, payee=register.holders, amount=amounts)
        else:
            ledger.pay("liquidation", payer=taker, payee=self.authorities.fund, amount=left)

    def _open_bridge(self, now: _Round, slot: int, bank: OwnerId, shares: int) -> int:
        """Seat a bridge bank, give it capital, and return how much."""
        now.banks.succeed(slot, bank)
        books = now.banks.books(now.ledger)
        weighted = float(risk_weighted_assets(self.prudential, books)[slot])
        capital = capital_missing(self.settings.capital_after, weighted, int(books.common_equity[slot]))
        treasury, share = self.authorities.treasury, self.shares[slot]
        capitalise_by_state(now.ledger, bank, capital=capital, share=share, shares=shares, treasury=treasury)
        return capital

    def _lend_what_is_missing(self, ledger: Ledger, bank: OwnerId) -> int:
        """Let the central bank lend a bank the reserves that it lacks, and return how much."""
        missing = max(0, -int(ledger.holdings[bank, RESERVES, FREE]))
        if missing:
            grant(ledger, self.authorities.central_bank, bank, missing, ADVANCE)
        return missing


@dataclass(frozen=True)
class _Round:
    """What one round of a resolution works on."""

    ledger: Ledger
    banks: Banks
    number: int
    tick: int
    limit: int


def _close(now: _Round, slot: int) -> None:
    """Leave a slot empty; the owner of the failed bank has nothing and owes nothing."""
    now.ledger.owners.column("died")[now.banks.owners[slot]] = now.tick
    now.banks.open[slot], now.banks.lending[slot] = False, False
    now.banks.dividend_year[slot] = 0.0
    now.banks.failures[slot] += 1
