"""The closed economy as a whole: what it opens with, what every month keeps, and that it repeats to the byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import IntArray, Sector
from catallaxy.ledger.chart import BOND, LOAN
from catallaxy.model.economy import Economy
from catallaxy.model.runs import resume
from tests.model.closed_economy import assert_closed, behind, closed, lived
from tests.model.small_economy import everything

# With six firms no bank could lend them all that the economy is to open with: large exposures.
OPENING: dict[str, Any] = {"firms__number": 12, "traders__number": 300}


class Watch:
    """Notes with what every month begins, and calls a check when all of it has happened."""

    def __init__(self, economy: Economy, check: Callable[[Watch], None]) -> None:
        self.economy, self.c, self.ledger, self.check = economy, behind(economy), economy.ledger, check
        self.months = 0
        self.inventory: IntArray = np.zeros(0, np.int64)
        self.debt = 0
        economy.schedule.before("decide rate", self._begin)
        economy.schedule.after("accounts", self._end)

    def _begin(self, economy: Economy) -> None:
        """Note stocks."""
        self.inventory, self.debt = self.c.firms.inventory.copy(), self.c.public_debt(self.ledger)

    def _end(self, economy: Economy) -> None:
        """Check the month."""
        self.check(self)
        self.months += 1

    def moved(self, instrument: int) -> dict[str, int]:
        """Return how much of an instrument changed hands this month, after the opening, by kind of posting."""
        flows = self.ledger.month_so_far("flows")[:, instrument].sum(axis=(1, 2))
        kinds = enumerate(self.ledger.kinds)
        return {kind: int(flows[number]) for number, kind in kinds if flows[number] and kind != "opening"}


def each_month(check: Callable[[Watch], None], months: int = 3, **changes: Any) -> None:
    """Let a small closed economy live, with every identity checked each tick, and look at each of its months."""
    economy = closed(**changes)
    watch = Watch(economy, check)
    economy.run(days=21 * months)
    assert watch.months == months
    assert_closed(economy)


# -- the opening --------------------------------------------------------------------------------


def test_the_opening_balance_sheet_closes() -> None:
    economy = closed()
    assert_closed(economy)
    assert int(economy.ledger.holdings.min()) >= 0


def test_the_opening_stocks_are_in_the_stated_ratios() -> None:
    economy = closed(**OPENING)
    c, ledger, macro = behind(economy), economy.ledger, economy.settings.macro
    gdp, loans = c.annual_gdp, int(ledger.contracts.debts[LOAN].sum())
    bonds = int(ledger.holdings[c.households.owners, BOND].sum())
    assert c.deposits_of(ledger, Sector.HOUSEHOLDS) / gdp == pytest.approx(macro.household_deposits, rel=0.01)
    assert bonds / gdp == pytest.approx(macro.household_bonds, rel=0.01)
    assert loans / gdp == pytest.approx(macro.loans, rel=0.01)
    assert c.banks.reserves(ledger).sum() / gdp == pytest.approx(macro.reserves, rel=0.01)
    assert c.banks.equity(ledger).sum() / loans == pytest.approx(macro.capital_ratio, rel=0.01)
    assert c.households.unemployed() / c.households.size == pytest.approx(macro.unemployment, abs=0.02)
    assert c.policy_rate == macro.policy_rate


def test_other_ratios_open_as_they_are_asked_for() -> None:
    asked = {
        "macro__loans": 0.5,
        "macro__household_deposits": 1.3,
        "macro__household_bonds": 0.3,
        "macro__reserves": 0.1,
    }
    economy = closed(**OPENING, **asked)
    c, ledger = behind(economy), economy.ledger
    held = (
        ledger.contracts.debts[LOAN].sum(), c.deposits_of(ledger, Sector.HOUSEHOLDS),
        ledger.holdings[c.households.owners, BOND].sum(), c.banks.reserves(ledger).sum(),
    )  # fmt: skip
    assert [amount / c.annual_gdp for amount in held] == pytest.approx(list(asked.values()), rel=0.01)
    assert_closed(economy)


def test_every_bank_opens_with_the_same_capital_ratio_and_no_loan_it_may_not_make() -> None:
    economy = closed(**OPENING)
    c, ledger = behind(economy), economy.ledger
    ratios = c.banks.capital_ratio(ledger, economy.prudential)
    assert ratios == pytest.approx(np.full(3, economy.settings.macro.capital_ratio), rel=0.02)
    limit = c.banks.exposure_limit(ledger, economy.prudential)
    for slot, owner in enumerate(c.banks.owners.tolist()):
        rows = ledger.contracts.rows[ledger.contracts.of(LOAN, creditor=owner)]
        assert rows[:, 3].max() <= limit[slot]


def test_firms_open_with_the_workers_that_their_output_needs() -> None:
    c = behind(closed(**OPENING))
    assert c.firms.workers == pytest.approx(c.firms.expected_sales / c.productivity(), abs=0.5 + 1e-6)
    employer = c.households.employer
    assert c.firms.workers.tolist() == np.bincount(employer[employer >= 0], minlength=c.firms.size).tolist()


# -- every month --------------------------------------------------------------------------------


def test_wages_paid_are_wages_received_and_everybody_works_or_looks_for_work() -> None:
    def check(m: Watch) -> None:
        paid = m.ledger.paid("wages", payer=Sector.FIRMS, payee=Sector.HOUSEHOLDS)
        assert paid == m.ledger.paid("wages") == m.c.firms.wages.sum() > 0
        employed = int((m.c.households.employer >= 0).sum())
        assert employed == m.c.firms.workers.sum()
        assert employed + m.c.households.unemployed() == m.c.households.labour_force() == 160
        tax = m.ledger.paid("income tax", payer=Sector.HOUSEHOLDS, payee=Sector.GOVERNMENT)
        assert tax == m.ledger.paid("income tax")
        assert tax == pytest.approx(m.c.memory.tax * paid, abs=employed)
        benefits = m.ledger.paid("unemployment benefit", payer=Sector.GOVERNMENT, payee=Sector.HOUSEHOLDS)
        assert benefits == m.c.memory.benefit * m.c.households.unemployed()

    each_month(check)


def test_gdp_is_what_households_firms_and_the_state_paid_for_goods() -> None:
    def check(m: Watch) -> None:
        consumed = m.ledger.paid("consumption", payer=Sector.HOUSEHOLDS, payee=Sector.FIRMS)
        invested = m.ledger.paid("investment", payer=Sector.FIRMS, payee=Sector.FIRMS)
        purchased = m.ledger.paid("government purchases", payer=Sector.GOVERNMENT, payee=Sector.FIRMS)
        assert min(consumed, invested, purchased) > 0
        assert m.c.memory.gdp[-1] == consumed + invested + purchased
        assert consumed == m.c.households.spent.sum()
        assert invested == m.c.firms.investment.sum()
        goods = ~m.c.firms.is_resource
        assert m.c.firms.revenue[goods].sum() == m.c.memory.gdp[-1]
        accounts = m.c.accounts.month
        assert accounts.gdp == accounts.production == accounts.income == m.c.memory.gdp[-1] + accounts.inventories

    each_month(check)


def test_what_is_made_is_sold_or_kept() -> None:
    def check(m: Watch) -> None:
        firms = m.c.firms
        assert firms.inventory.tolist() == (m.inventory + firms.produced - firms.sold).tolist()
        assert (firms.inventory >= 0).all()
        assert (firms.produced <= firms.capacity * 1.01 + 1).all()

    each_month(check, months=4)


def test_nobody_ends_a_month_with_less_than_nothing() -> None:
    def check(m: Watch) -> None:
        assert int(m.ledger.holdings.min()) >= 0
        assert (m.c.banks.equity(m.ledger) > 0).all()

    each_month(check)


def test_public_debt_changes_by_issue_and_redemption_alone() -> None:
    def check(m: Watch) -> None:
        moved = m.moved(BOND)
        assert set(moved) <= {"bond issue", "bond redemption", "asset purchase", "asset sale"}
        change = moved.get("bond issue", 0) - moved.get("bond redemption", 0)
        assert m.c.public_debt(m.ledger) - m.debt == change
        money = m.moved(m.ledger.money)
        for kind in set(moved) & {"bond issue", "bond redemption"}:
            assert money[kind] == moved[kind]  # at face

    each_month(check, months=6)


def test_a_state_short_of_cash_sells_bonds_and_one_with_plenty_buys_them_back() -> None:
    economy = lived(21)
    c, ledger = behind(economy), economy.ledger
    opened = c.public_debt(ledger)
    worker = int(c.households.owners[0])
    ledger.pay("grant", payer=c.treasury, payee=worker, amount=c.treasury_cash(ledger))
    economy.run(days=21)
    indebted, flows = c.public_debt(ledger), economy.table("flows")
    spending = flows["kind"].isin(["government purchases", "unemployment benefit", "coupons"])
    due = int(flows.loc[spending & (flows["payer"] == "G") & (flows["tick"] == 42), "amount"].sum())
    ledger.pay("helicopter", payer=c.central_bank, payee=c.treasury, amount=4 * due)
    economy.run(days=21)

    flows = economy.table("flows")
    moved = flows[flows["instrument"] == "bond"].groupby(["tick", "kind"])["amount"].sum()
    assert indebted - opened == moved[42, "bond issue"] > due // 2
    assert indebted - c.public_debt(ledger) == moved[63, "bond redemption"] > due
    assert_closed(economy)


def test_public_debt_grows_by_what_the_state_lacks() -> None:
    """Deficit = issue - redemption + fall of the treasury's balance; nothing else moves either of them."""
    cash = [0]

    def check(m: Watch) -> None:
        state = m.c.treasury_cash(m.ledger)
        out = m.ledger.paid("government purchases", "unemployment benefit", "coupons", payer=Sector.GOVERNMENT)
        in_ = m.ledger.paid("income tax", "profit tax", "permits", "remittance", "transaction tax", "estate",
                            payee=Sector.GOVERNMENT)  # fmt: skip
        if m.months:
            assert m.c.public_debt(m.ledger) - m.debt + cash[0] - state == out - in_
        cash[0] = state

    each_month(check, months=4)


# -- repetition ---------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one, other, third = lived(43), lived(43), lived(43, seed=2)
    assert everything(one) == everything(other)
    assert one.chain_head != third.chain_head
    assert one.state_hash() != third.state_hash()
    assert behind(one).memory.gdp != behind(third).memory.gdp


@pytest.mark.parametrize("day", [0, 20, 21, 30, 42])
def test_a_restored_economy_goes_on_as_if_nothing_had_happened(day: int) -> None:
    economy, other = closed(), closed()
    if day:
        economy.run(days=day)
    other.restore(*economy.state())
    assert everything(other) == everything(economy)
    for one in (economy, other):
        one.run(days=23)
    assert everything(other) == everything(economy)
    assert_closed(other)


def test_a_run_goes_on_from_its_folder(tmp_path: Path) -> None:
    economy = closed(out=tmp_path / "run")
    economy.run(days=24)
    economy.close()
    again = resume(tmp_path / "run")
    again.run(days=64 - again.day)
    assert everything(again) == everything(lived(64))
    again.close()


# -- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"macro__loans": 3.0, "firms__number": 12},
            "macro.loans is 3.0; banks would lend more than their deposits and equity; lower it, or raise "
            "macro.household_deposits",
        ),
        (
            {"macro__household_deposits": 0.2, "firms__number": 12},
            "macro.loans is 0.67; banks would lend more than their deposits and equity; lower it, or raise "
            "macro.household_deposits",
        ),
        (
            {"traders__number": 9, "traders__extra": {}, "firms__number": 2},
            "traders.number is 9; a closed economy needs 10 households or more",
        ),
        (
            {"central_bank__rule": "tailor"},
            "central_bank.rule is 'tailor'; give the name of a policy rule; did you mean 'taylor'?",
        ),
        (
            {"central_bank__phi_pi": 0.8, "expectations__rule": "naive"},
            "central_bank.phi_pi is 0.8; with naive expectations nothing brings inflation back: raise phi_pi above 1, "
            "use anchored expectations, or set central_bank.allow_unstable = true",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_key_and_the_remedy(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        closed(**changes)
    assert str(caught.value) == message


def test_an_unstable_rule_is_allowed_to_who_asks_for_it() -> None:
    economy = closed(central_bank__phi_pi=0.8, expectations__rule="naive", central_bank__allow_unstable=True)
    economy.run(days=21)
    assert behind(economy).memory.month == 1
