"""What banks do when a liquidity minimum or the leverage ratio binds: they lend less and dearer, and sell bonds.

Runs of the same economy under different minima are compared; every account is checked in every tick.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from catallaxy.core.units import Sector
from catallaxy.ledger.chart import BOND, LOAN, RESERVES
from catallaxy.model.bank_liquidity import bank_books
from catallaxy.model.economy import Economy
from catallaxy.policies.liquidity_rules import liquidity_coverage_ratio, net_stable_funding_ratio
from tests.model.closed_economy import assert_closed, behind, closed, events, lived
from tests.model.forced_failures import DAY, bank, drain, forced

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

MONTH = 21
RUNNY: dict[str, Any] = {"prudential__run_off_stable": 0.3}  # else banks cover a month's outflow several times over
LOOSE: dict[str, Any] = {"prudential__liquidity_coverage": 0.0, "prudential__stable_funding": 0.0}
RULE: dict[str, Any] = {"rule": "liquidity_requirement", "settings": {"liquidity_coverage": 5.0, "stable_funding": 0.0}}


@cache
def after(months: int, **changes: Any) -> Economy:
    """Return an economy of runny deposits after some months; tests do not run it on."""
    return lived(months * MONTH, **(RUNNY | LOOSE | changes))


def by_month(economy: Economy) -> dict[str, np.ndarray]:
    """Return loans, the highest loan rate and output of each month."""
    banks = economy.table("banks").groupby("tick")
    macro = economy.table("macro")
    return {
        "loans": banks["loans"].sum().to_numpy(), "rate": banks["loan_rate"].max().to_numpy(),
        "output": macro["output"].to_numpy(),
    }  # fmt: skip


@pytest.mark.parametrize("rule", [{"prudential__liquidity_coverage": 5.0}, {"prudential__stable_funding": 3.0}])
def test_below_a_liquidity_minimum_banks_lend_less_and_dearer_and_output_falls(rule: dict[str, Any]) -> None:
    base, bound = by_month(after(5)), by_month(after(5, **rule))

    assert bound["loans"][-1] < 0.97 * base["loans"][-1]
    assert bound["rate"][-1] > base["rate"][-1] + 0.005
    assert bound["output"].sum() < 0.99 * base["output"].sum()
    assert_closed(after(5, **rule))


def test_a_minimum_that_is_met_changes_nothing() -> None:
    met = after(3, prudential__liquidity_coverage=1.0, prudential__stable_funding=1.0)
    books = bank_books(met)

    assert (liquidity_coverage_ratio(met.prudential, books) > 1.0).all()
    assert (net_stable_funding_ratio(books) > 1.0).all()
    for name, column in by_month(after(3)).items():
        assert (by_month(met)[name] == column).all(), name


def test_no_loan_is_granted_where_the_run_off_is_fast_and_as_much_as_is_repaid_where_it_is_nil() -> None:
    """Borrowers repay 2 % a month: at 1 % half of that is lent again."""
    grown = {}
    for speed in (0.0, 0.01, 0.04):
        loans = by_month(after(5, prudential__liquidity_coverage=5.0, bank_behaviour__run_off=speed))["loans"]
        grown[speed] = float(loans[-1] / loans[1]) ** (1.0 / (len(loans) - 2)) - 1.0

    assert grown[0.04] == pytest.approx(-0.02, abs=1e-3)
    assert grown[0.04] + 0.004 < grown[0.01]
    assert grown[0.01] + 0.004 < grown[0.0] <= 1e-6


def test_the_regulators_rule_acts_from_its_date() -> None:
    at = 2 * MONTH + 1
    switched = by_month(_switched(at))
    base = by_month(after(5))

    for name, column in switched.items():
        assert (column[:2] == base[name][:2]).all(), name
    assert switched["loans"][2] < base["loans"][2]
    assert switched["loans"][-1] < 0.97 * base["loans"][-1]
    assert switched["rate"][-1] > base["rate"][-1] + 0.005


def _switched(at: int) -> Economy:
    return lived(5 * MONTH, **(RUNNY | LOOSE | {"regulator__schedule": [{**RULE, "at": at}]}))


def test_below_a_liquidity_minimum_banks_pay_no_dividends() -> None:
    def paid(economy: Economy) -> int:
        flows = economy.table("flows")
        flows = flows[(flows["kind"] == "dividends") & (flows["payer"] == Sector.BANKS)]
        return int(flows[flows["tick"] > MONTH]["amount"].sum())

    assert paid(after(3)) > 0
    assert paid(after(3, prudential__liquidity_coverage=5.0)) == 0


def test_nothing_is_lent_on_margin_below_a_liquidity_minimum() -> None:
    def lines(**changes: Any) -> np.ndarray:
        economy = lived(2, traders__extra={"leveraged_value": 10}, margin__on=True, **(RUNNY | LOOSE | changes))
        assert economy.margin is not None
        return economy.margin.lines

    assert (lines() > 0).all()
    assert not lines(prudential__liquidity_coverage=5.0).any()


def test_a_bank_too_large_for_its_capital_sells_bonds_to_households_for_the_deposits_they_have() -> None:
    economy, sold = closed(prudential__leverage=0.15), {}

    def before(economy: Economy) -> None:
        """Look at banks before they are supervised."""
        sold["before"] = _sheet(economy)

    def behind_it(economy: Economy) -> None:
        """Look again."""
        sold["after"] = _sheet(economy)

    economy.schedule.before("supervise", before)
    economy.schedule.after("supervise", behind_it)
    economy.run(days=MONTH)
    flows = economy.table("flows")
    flows = flows[flows["kind"] == "asset sale"]
    bonds, deposits, ratio = (sold["after"][k] - sold["before"][k] for k in range(3))
    assert int(flows[flows["instrument"] == "bond"]["amount"].sum()) == -bonds.sum() > 0
    assert int(flows[flows["instrument"] == "deposit"]["amount"].sum()) == -bonds.sum()
    assert set(flows[flows["instrument"] == "bond"]["payee"]) == {Sector.HOUSEHOLDS}
    assert (ratio > 0.0).any()
    assert deposits.sum() < 0
    assert_closed(economy)


def _sheet(economy: Economy) -> tuple[np.ndarray, np.ndarray, float]:
    banks, ledger = behind(economy).banks, economy.ledger
    return banks.bonds(ledger).copy(), banks.deposits(ledger).copy(), banks.leverage_ratio(ledger).copy()


def test_a_bank_that_can_borrow_no_more_sells_bonds_for_reserves_and_does_not_fail() -> None:
    """Without collateral and partners 40,000 minor units are lacking: as much in bonds goes to others for reserves."""
    lacking = 40_000
    economy = forced(
        drain("settle reserves", bank(0), lacking), last_resort__haircut_bonds=1.0, last_resort__haircut_loans=1.0,
        interbank__reserve_ratio=1.0,
    )  # fmt: skip
    bonds = []

    def before(economy: Economy) -> None:
        """Look at the bank."""
        bonds.append(int(behind(economy).banks.bonds(economy.ledger)[0]))

    def after_it(economy: Economy) -> None:
        """Look again."""
        before(economy)

    economy.schedule.before("settle reserves", before)
    economy.schedule.after("settle reserves", after_it)
    economy.run(days=DAY)
    (sale,) = events(economy, "bonds_sold")
    assert (sale["wished"], sale["amount"]) == (lacking, lacking)
    assert bonds[-2] - bonds[-1] == lacking
    c, ledger = behind(economy), economy.ledger
    assert int(ledger.holdings[c.banks.owners[0], RESERVES].sum()) >= 0
    assert not events(economy, "bank_failure")
    assert_closed(economy)
    assert ledger.contracts.debts[LOAN].sum() > 0
    assert ledger.holdings[: ledger.owners.size, BOND].min() >= 0
