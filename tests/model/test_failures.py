"""Every default of a closed economy, forced on purpose in a running one, alone and together with others.

Whatever fails, every identity holds to the cent in every tick, money has an owner, what failed is named in the table
of events and has a successor where it should, the economy goes on, and a run restored on the way repeats it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from catallaxy.core.units import Sector
from catallaxy.ledger.chart import BOND, FIRST_SHARE, LOAN, RESERVES
from catallaxy.ledger.contracts import CREDITOR
from catallaxy.model.economy import Economy
from tests.model.closed_economy import assert_closed, behind, events
from tests.model.forced_failures import (
    DAY,
    Forced,
    bank,
    call_auction,
    drain,
    fire,
    firms,
    forced,
    loss,
    owe_each_other,
    seize,
)

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

NO_COLLATERAL: dict[str, Any] = {"last_resort__haircut_bonds": 1.0, "last_resort__haircut_loans": 1.0}
RESOURCES = (
    "oil", "lithium", "rare_earths", "fresh_water", "arable_land", "carbon_credits", "intellectual_property",
)  # fmt: skip


@dataclass
class Case:
    """What is forced, and what has to have happened by the end of that day."""

    named: set[str]
    acts: tuple[Forced, ...] = ()
    shocks: tuple[dict[str, Any], ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)


def destroyed(*names: str) -> tuple[dict[str, Any], ...]:
    """Return shocks that destroy resources a day before the month ends."""
    return tuple({"kind": "resource_strike", "at": DAY - 1, "resource": name, "share": 1.0} for name in names)


ILLIQUID_FIRM = (seize("service debt", firms(1)), seize("fail", firms(1)))
NO_RESERVES = (  # and no partner who could lend any
    drain("settle reserves", bank(0), 100_000), drain("settle reserves", bank(1)), drain("settle reserves", bank(2)),
)  # fmt: skip
PAUPERS = seize("consume", lambda c: c.households.owners[:20])
CASES: dict[str, Case] = {
    "a firm without capital": Case({"firm_failure"}, (fire(0),)),
    "a firm without cash": Case({"firm_failure"}, ILLIQUID_FIRM),
    "a resource firm": Case({"firm_failure"}, (fire(6), seize("fail", firms(6)))),
    "a firm that nobody founds anew": Case(
        {"firm_failure"}, (fire(0), seize("fail", lambda c: c.households.owners, payee="operator"))
    ),
    "all firms": Case({"firm_failure"}, tuple(fire(f) for f in range(11))),
    "households without money": Case(set(), (PAUPERS,), (), {"treasury__benefit": 0.0}),
    "an insolvent bank": Case({"bank_failure"}, (), (loss("B01"),)),
    "a bank without reserves and collateral": Case({"bank_failure"}, NO_RESERVES, (), NO_COLLATERAL),
    "two banks that owe each other": Case(
        {"bank_failure"}, (owe_each_other(30_000_000),), (loss("B01"), loss("B02"))
    ),
    "all banks": Case({"bank_failure"}, (), (loss("B01"), loss("B02"), loss("B03"))),
    "banks after an empty insurance fund": Case(
        {"bank_failure"}, (drain("resolve", lambda c: c.insurance),), (loss("B01"), loss("B02"))
    ),
    "a treasury whose bonds nobody can buy": Case(
        {"bonds_placed"},
        (
            drain("fund state", lambda c: c.treasury),
            seize("fund state", lambda c: c.households.owners, payee="operator"),
            *(drain("fund state", bank(slot)) for slot in range(3)),
        ),
    ),
    "a treasury without cash for its coupons": Case({"bonds_placed"}, (drain("service debt", lambda c: c.treasury),)),
    "a central bank with losses": Case(
        set(), (), ({"kind": "rate_change", "at": DAY - 20, "until": DAY + 40, "size": 0.4},)
    ),
    "an economy without oil": Case(set(), (), destroyed("oil")),
    "an economy without resources": Case(set(), (), destroyed(*RESOURCES)),
    "a firm whose shares are halted": Case(
        {"firm_failure", "halt"}, (fire(0),), ({"kind": "symbol_halt", "at": DAY, "symbols": ["C001"]},)
    ),
    "a firm in a call auction": Case({"firm_failure"}, (fire(0), call_auction(0))),
    "a firm and its banks": Case({"firm_failure", "bank_failure"}, (fire(0), *ILLIQUID_FIRM), (loss("B02"),)),
    "everything at once": Case(
        {"firm_failure", "bank_failure", "bonds_placed"},
        (
            *(fire(f) for f in range(11)), PAUPERS, owe_each_other(30_000_000), drain("resolve", lambda c: c.insurance),
            drain("fund state", lambda c: c.treasury), drain("service debt", lambda c: c.treasury), call_auction(2),
        ),
        (loss("B01"), loss("B02"), loss("B03"), {"kind": "mood", "at": DAY, "size": -1.0}),
        {"psychology__enabled": True, "traders__activity": 1.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_default_leaks_nothing_and_the_economy_goes_on(name: str) -> None:
    case = CASES[name]
    economy, other = (forced(*case.acts, shocks=case.shocks, **case.changes) for _ in range(2))
    economy.run(days=DAY)
    assert case.named <= set(economy.table("events")["event"])
    assert_everybody_in_place(economy)
    other.restore(*economy.state())
    for one in (economy, other):
        one.run(days=63)
    assert_everybody_in_place(economy)
    assert behind(economy).memory.month == 5
    assert other.chain_head == economy.chain_head
    assert other.state_hash() == economy.state_hash()


def assert_everybody_in_place(economy: Economy) -> None:
    """Check that all closes, nobody has less than nothing, and nobody who is dead has or owes anything."""
    assert_closed(economy)
    c, ledger = behind(economy), economy.ledger
    assert int(ledger.holdings.min()) >= 0
    size, keeper = ledger.owners.size, ledger.owners.column("house_bank")
    dead = np.flatnonzero(ledger.owners.column("died") >= 0)
    assert not ledger.holdings[dead].any()
    assert not ledger.owed[dead].any()
    assert not ledger.contracts.debts[:, dead].any()
    assert not ledger.contracts.claims[:, dead].any()
    kept = np.flatnonzero(ledger.holdings[:size, ledger.money].sum(axis=1))
    assert np.isin(keeper[kept], c.banks.owners[c.banks.open]).all()
    assert c.banks.open.any()
    living = [*c.firms.owners.tolist(), *c.banks.owners[c.banks.open].tolist()]
    assert (ledger.owners.column("died")[living] < 0).all()
    issuers = [ledger.issuer[FIRST_SHARE + book] for book in range(c.firms.size)]
    assert issuers == c.firms.owners.tolist()


# -- who gets what ------------------------------------------------------------------------------


def watched(economy: Economy, stage: str, see: Callable[[Economy], None], then: Callable[[Economy], None]) -> None:
    """Run to the end of the day of the default; ``see`` just before a stage of that day, and ``then`` after it."""

    def before(economy: Economy) -> None:
        """See."""
        if economy.tick == DAY * economy.clock.ticks_per_day:
            see(economy)

    def after(economy: Economy) -> None:
        """See again."""
        if economy.tick == DAY * economy.clock.ticks_per_day:
            then(economy)

    economy.schedule.before(stage, before)
    economy.schedule.after(stage, after)
    economy.run(ticks=DAY * economy.clock.ticks_per_day - economy.tick)


def test_banks_lose_what_a_firm_leaves_unpaid_each_in_proportion_to_its_loan() -> None:
    economy, seen = forced(fire(0)), dict[str, Any]()

    def see(economy: Economy) -> None:
        c, ledger = behind(economy), economy.ledger
        rows = ledger.contracts.rows[ledger.contracts.of(LOAN, debtor=int(c.firms.owners[0]))]
        seen.update(owner=int(c.firms.owners[0]), rows=rows.copy(), cash=int(c.cash(ledger)[0]))

    def then(economy: Economy) -> None:
        seen["lost"] = -economy.ledger.month_so_far("contract_losses")

    watched(economy, "fail", see, then)
    (failure,) = events(economy, "firm_failure")
    owed = seen["rows"][:, 3]
    assert np.unique(seen["rows"][:, CREDITOR]).size == 3
    assert failure["loans_repaid"] + failure["written_off"] == owed.sum()
    assert failure["loans_repaid"] == seen["cash"] + failure["sold_for"]
    assert failure["sold_for"] == 0  # there was nothing left to buy
    assert abs(int(seen["lost"].sum())) == failure["written_off"] > 0


def test_the_successor_buys_capital_with_money_that_its_founders_had() -> None:
    economy, seen = forced(*ILLIQUID_FIRM), dict[str, Any]()

    def see(economy: Economy) -> None:
        c, ledger = behind(economy), economy.ledger
        seen.update(
            owner=int(c.firms.owners[1]), capital=int(c.firms.capital[1]), money=int(ledger.issued[ledger.money]),
            saved=ledger.holdings[c.households.owners, ledger.money].sum(axis=1), debt=int(c.debt(ledger)[1]),
            worth=economy.settings.firms.fire_sale * c.memory.price,
        )  # fmt: skip

    def then(economy: Economy) -> None:
        c, ledger = behind(economy), economy.ledger
        seen["spent"] = seen["saved"] - ledger.holdings[c.households.owners, ledger.money].sum(axis=1)
        seen["kept"], seen["after"] = int(c.firms.capital[1]), int(ledger.issued[ledger.money])
        seen["shares"] = int(ledger.issued[FIRST_SHARE + 1])

    watched(economy, "fail", see, then)
    (failure,) = [event for event in events(economy, "firm_failure") if event["symbol"] == "C002"]
    c = behind(economy)
    assert int(c.firms.owners[1]) != seen["owner"]
    assert economy.ledger.owners.column("died")[seen["owner"]] == DAY
    assert failure["raised"] == seen["spent"].sum() > 0
    assert (seen["spent"] <= 0.05 * np.maximum(seen["saved"], 0)).all()
    assert failure["sold_for"] == failure["loans_repaid"] <= failure["raised"] // 2
    assert failure["written_off"] == seen["debt"] - failure["loans_repaid"]
    assert seen["kept"] == pytest.approx(failure["sold_for"] / seen["worth"], abs=2)
    assert seen["kept"] < seen["capital"]
    assert seen["shares"] > 0
    assert c.firms.workers[1] == 0


def test_shares_of_a_failed_firm_leave_every_account_and_every_order_book() -> None:
    economy, seen = forced(fire(0), traders__activity=1.0, clock__ticks_per_day=4), dict[str, Any]()

    def see(economy: Economy) -> None:
        held = economy.ledger.holdings[: economy.ledger.owners.size, FIRST_SHARE]
        seen["resting"], seen["held"] = int(held[:, 1].sum()), held.sum(axis=1)

    def then(economy: Economy) -> None:
        held, c = economy.ledger.holdings[: economy.ledger.owners.size, FIRST_SHARE], behind(economy)
        seen["after"], seen["issuer"] = int(held[:, 1].sum()), int(c.firms.owners[0])
        seen["total"] = int(held.sum())

    economy.run(ticks=4 * DAY - 1)
    lots = economy.ledger.holdings[behind(economy).households.owners, FIRST_SHARE, 0]
    seller = economy.traders[int(np.argmax(lots))]
    economy.submit(
        seller, {"type": "SELL", "symbol": "C001", "quantity": 10, "price": int(1.4 * economy.exchange.last[0])}
    )
    watched(economy, "fail", see, then)
    (failure,) = events(economy, "firm_failure")
    assert seen["resting"] > 0  # orders to sell what then vanished
    assert seen["after"] == 0
    assert seen["total"] == economy.ledger.issued[FIRST_SHARE] != seen["held"].sum()
    assert failure["raised"] == pytest.approx(seen["total"] * economy.exchange.last[0], rel=0.01)


def test_the_insurance_fund_pays_first_and_the_treasury_what_is_missing() -> None:
    shocks = (loss("B01"), loss("B02"))
    everybody_insured: dict[str, Any] = {"deposit_insurance__limit": 1000.0, "runs__on": False}
    paid = []
    for acts in ((), (drain("resolve", lambda c: c.insurance),)):
        economy, debts = forced(*acts, shocks=shocks, **everybody_insured), list[int]()

        def note(economy: Economy, debts: list[int] = debts) -> None:
            debts.append(behind(economy).public_debt(economy.ledger))

        watched(economy, "resolve", note, note)
        failures = events(economy, "bank_failure")
        paid.append([sum(event[name] for event in failures) for name in ("fund_paid", "treasury_paid")])
        assert debts[1] - debts[0] == sum(event["treasury_paid"] + event["capital"] for event in failures)
        assert not any(event["uninsured_lost"] for event in failures)
    assert paid[0][0] > 0
    assert paid[1][0] == 0
    assert sum(paid[0]) == sum(paid[1]) == paid[1][1]


def test_depositors_keep_what_is_insured_when_every_bank_fails() -> None:
    economy, seen = forced(shocks=(loss("B01"), loss("B02"), loss("B03"))), dict[str, Any]()

    def see(economy: Economy) -> None:
        households = behind(economy).households.owners
        seen["before"] = economy.ledger.holdings[households, economy.ledger.money].sum(axis=1)

    def then(economy: Economy) -> None:
        households = behind(economy).households.owners
        seen["after"] = economy.ledger.holdings[households, economy.ledger.money].sum(axis=1)

    watched(economy, "resolve", see, then)
    limit = 5 * float(np.median(seen["before"]))
    small = seen["before"] <= limit
    assert (seen["after"] >= seen["before"])[small].all()
    assert (seen["after"] >= limit - 1)[~small].all()
    failures = events(economy, "bank_failure")
    assert len(failures) == 3
    assert any(event["bridge"] for event in failures)
    assert (seen["before"] - seen["after"])[~small].sum() <= sum(event["uninsured_lost"] for event in failures)


def test_a_bank_of_the_state_borrows_without_collateral_and_does_not_fail_every_day() -> None:
    economy = forced(*NO_RESERVES, **NO_COLLATERAL)
    economy.run(days=DAY + 21)
    (failure,) = [event for event in events(economy, "bank_failure") if event["symbol"] == "B01"]
    assert failure["cause"] == "illiquid"


def test_a_bank_that_failed_is_no_partner_in_the_interbank_market() -> None:
    economy = forced(owe_each_other(30_000_000), shocks=(loss("B01"), loss("B02")))
    economy.run(days=DAY + 1)
    c, ledger = behind(economy), economy.ledger
    failed = events(economy, "bank_failure")
    assert {event["symbol"] for event in failed} >= {"B01", "B02"}
    parties = ledger.contracts.rows[ledger.contracts.of(2), :2]
    assert np.isin(parties, c.banks.owners[c.banks.open]).all()
    assert (c.interbank.distrust[:, :2] > 0.9).any()


def test_a_state_without_buyers_pays_benefits_and_coupons_with_bonds_that_banks_must_take() -> None:
    case = CASES["a treasury whose bonds nobody can buy"]
    economy = forced(*case.acts)
    economy.run(days=DAY)
    placed = [event["amount"] for event in events(economy, "bonds_placed")]
    ledger = economy.ledger
    assert ledger.paid("unemployment benefit") >= 0
    assert placed
    assert min(placed) > 0
    assert behind(economy).treasury_cash(ledger) >= 0
    assert int(ledger.holdings[behind(economy).banks.owners, BOND].sum()) > 0


def test_a_central_bank_earns_its_losses_back_before_it_pays_its_profit() -> None:
    shock = {"kind": "rate_change", "at": DAY - 20, "until": DAY + 40, "size": 0.4}
    economy, deferred, paid, worth = forced(shocks=(shock,)), [], [], []

    def note(economy: Economy) -> None:
        """Note."""
        c, ledger = behind(economy), economy.ledger
        deferred.append(c.memory.deferred)
        paid.append(ledger.paid("remittance", payer=Sector.CENTRAL_BANK))
        holds = int(ledger.holdings[c.central_bank, BOND].sum()) + int(ledger.contracts.claims[:, c.central_bank].sum())
        worth.append(holds - int(ledger.issued[RESERVES]))

    economy.schedule.after("pay dividends", note)
    economy.run(days=84)
    assert max(deferred) > 0
    assert min(worth) < 0
    for owed, remitted in zip(deferred, paid, strict=True):
        assert not (owed and remitted)


def test_what_the_central_bank_earns_after_it_has_paid_counts_for_the_next_month() -> None:
    """Its equity, opened at nothing, never drifts: it is what it has earned since it last handed over its profit."""
    economy = forced()
    for _ in range(4):
        economy.run(days=21)
        c, ledger = behind(economy), economy.ledger
        assets = int(ledger.holdings[c.central_bank, BOND].sum()) + int(
            ledger.contracts.claims[:, c.central_bank].sum()
        )
        equity = assets - int(ledger.issued[RESERVES])
        assert equity == c.memory.late_profit - c.memory.deferred
