"""What firms expect, plan, pay and charge: every rule against its equation, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.firms import Firms, FirmSettings

CALM = np.array([0.5, 0.5, 0.5])  # noise that moves no wage: 2 × ½ - 1 = 0


def firms_of(**settings: Any) -> Firms:
    """Return two consumer-good firms and one that digs, of 1,000 units of capital that make 100 a month each."""
    firms = Firms(FirmSettings(capital_output=10.0, wage=1_000, **settings), range(20, 23), np.array([-1, -1, 4]))
    firms.capital[:] = 1_000
    firms.expected_sales[:] = 80.0
    firms.price[:] = [20.0, 20.0, 30.0]
    firms.markup[:] = [0.25, 0.25, 0.60]
    return firms


def test_firms_begin_with_the_wage_and_markup_of_their_settings() -> None:
    firms = Firms(FirmSettings(wage=1_234, markup=0.4), range(7, 9), np.array([-1, 0]))
    assert (firms.size, firms.owners.tolist(), firms.is_resource.tolist()) == (2, [7, 8], [False, True])
    assert (firms.wage.tolist(), firms.markup.tolist(), firms.chief.tolist()) == ([1_234.0] * 2, [0.4] * 2, [-1, -1])
    assert (firms.capital.sum(), firms.workers.sum(), firms.inventory.sum()) == (0, 0, 0)


def test_posted_prices_and_wages_are_whole_and_at_least_one() -> None:
    firms = firms_of()
    firms.price[:], firms.wage[:] = [19.6, 0.2, 30.4], [999.5, 0.0, 1_000.6]
    assert firms.posted_price.tolist() == [20, 1, 30]
    assert firms.posted_wage.tolist() == [1_000, 1, 1_001]


# -- plans --------------------------------------------------------------------------------------


def test_expected_sales_move_half_way_to_sales_and_what_was_lacking() -> None:
    firms = firms_of(sales_memory=0.5)
    firms.sold[:], firms.unmet[:] = [60, 80, 80], [0, 20, 0]
    firms.expect()
    assert firms.expected_sales.tolist() == [70.0, 90.0, 80.0]


def test_a_firm_that_sells_nothing_still_expects_one_unit() -> None:
    firms = firms_of(sales_memory=0.0)
    firms.expect()
    assert firms.expected_sales.tolist() == [1.0, 1.0, 1.0]


def test_wanted_output_is_expected_sales_and_half_of_the_inventory_gap() -> None:
    firms = firms_of(inventory_target=0.25, inventory_speed=0.5, resource_inventory=0.5)
    firms.inventory[:] = [20, 10, 60]  # goals are 20, 20 and 40
    assert firms.inventory_goal().tolist() == [20.0, 20.0, 40.0]
    assert firms.wanted_output().tolist() == [80.0, 85.0, 70.0]


def test_wanted_output_stays_between_nothing_and_capacity() -> None:
    firms = firms_of()
    firms.inventory[:2] = [1_000, 0]
    firms.expected_sales[1] = 500.0
    assert firms.capacity.tolist() == [100.0] * 3
    assert firms.wanted_output()[:2].tolist() == [0.0, 100.0]


def test_a_part_of_the_gap_to_the_workers_that_output_needs_is_closed() -> None:
    firms = firms_of(hiring=0.3, inventory_target=0.0, resource_inventory=0.0)
    firms.workers[:] = [2, 20, 8]
    firms.plan_workforce(np.full(3, 10.0), np.ones(3))  # 8 are needed
    assert firms.wanted.tolist() == [4, 16, 8]  # steps of 30 % of 6 and 12, rounded up


def test_where_resources_are_lacking_fewer_workers_are_wanted() -> None:
    firms = firms_of(hiring=1.0, inventory_target=0.0, resource_inventory=0.0)
    firms.workers[:] = 8
    firms.plan_workforce(np.full(3, 10.0), np.array([1.0, 0.5, 0.0]))
    assert firms.wanted.tolist() == [8, 4, 0]


def test_hours_are_longer_and_shorter_within_bounds() -> None:
    firms = firms_of(hours=0.05, inventory_target=0.0, resource_inventory=0.0)
    firms.workers[:] = [8, 4, 16]
    assert firms.effort(np.full(3, 10.0)) == pytest.approx([1.0, 1.05, 0.95])
    firms.workers[:] = [0, 8, 8]
    firms.expected_sales[1] = 82.0
    assert firms.effort(np.full(3, 10.0))[:2] == pytest.approx([1.05, 1.025])


def test_investment_replaces_what_wears_out_when_all_is_normal() -> None:
    firms = firms_of(depreciation=0.01, utilisation=0.8, hurdle=0.02, investment_memory=0.0)
    firms.plan_investment(0.02)
    assert firms.planned_investment == pytest.approx([10.0] * 3)


def test_investment_follows_use_of_capacity_real_rates_and_taste() -> None:
    firms = firms_of(
        depreciation=0.01, accelerator=0.05, utilisation=0.8, investment_rate=0.3, hurdle=0.02, spirits=0.1,
        investment_memory=0.0,
    )  # fmt: skip
    firms.expected_sales[:] = [90.0, 80.0, 900.0]
    firms.plan_investment(0.06, taste=0.02)
    rest = 0.01 - 0.3 * 0.04 / 12 + 0.1 * 0.02
    assert firms.planned_investment == pytest.approx([1_000 * (rest + 0.05 * gap) for gap in (0.1, 0.0, 0.7)])


def test_investment_is_never_below_nothing() -> None:
    firms = firms_of(investment_memory=0.0)
    firms.plan_investment(10.0)
    assert firms.planned_investment.tolist() == [0.0] * 3


def test_investment_under_way_goes_on() -> None:
    firms = firms_of(depreciation=0.01, utilisation=0.8, hurdle=0.02, investment_memory=0.75)
    firms.planned_investment[:] = [0.0, 10.0, 50.0]
    firms.plan_investment(0.02)
    assert firms.planned_investment == pytest.approx([2.5, 10.0, 40.0])


@given(st.floats(-0.1, 0.3), st.floats(0.001, 0.2), st.floats(0.0, 120.0))
def test_dearer_credit_never_raises_investment(rate: float, dearer: float, sales: float) -> None:
    plans = []
    for real in (rate, rate + dearer):
        firms = firms_of()
        firms.expected_sales[:] = sales
        firms.plan_investment(real)
        plans.append(firms.planned_investment[0])
    assert plans[1] < plans[0] or plans == [0.0, 0.0]


# -- wages --------------------------------------------------------------------------------------


def test_wages_follow_expected_inflation_and_slack() -> None:
    firms = firms_of(wage_slack=0.6, normal_unemployment=0.06)
    firms.set_wages(0.024, 0.04, CALM)
    assert firms.wage == pytest.approx([1_000 * (1 + 0.024 / 12 + 0.6 * 0.02 / 12)] * 3)


def test_wages_stand_still_where_they_would_fall() -> None:
    firms = firms_of(wage_floor=True)
    firms.set_wages(-0.05, 0.20, CALM)
    assert firms.wage == pytest.approx([1_000.0] * 3)


def test_without_a_floor_wages_fall_with_slack() -> None:
    firms = firms_of(wage_floor=False, wage_slack=0.6, normal_unemployment=0.06)
    firms.set_wages(0.0, 0.26, CALM)
    assert firms.wage == pytest.approx([990.0] * 3)


@given(st.floats(0.0, 0.5), st.floats(0.001, 0.3), st.floats(-0.05, 0.2), st.booleans())
def test_more_slack_never_raises_wages_faster(slack: float, more: float, inflation: float, floor: bool) -> None:
    wages = []
    for unemployment in (slack, slack + more):
        firms = firms_of(wage_floor=floor)
        firms.set_wages(inflation, unemployment, CALM)
        wages.append(firms.wage[0])
    assert wages[1] <= wages[0]
    if not floor:
        assert wages[1] < wages[0]


def test_wages_spread_by_noise_and_come_back_to_their_mean() -> None:
    firms = firms_of(wage_noise=0.01, wage_return=0.0)
    firms.set_wages(0.0, 0.06, np.array([0.0, 0.5, 1.0]))
    assert firms.wage == pytest.approx([990.0, 1_000.0, 1_010.0])
    firms = firms_of(wage_return=0.5)
    firms.wage[:] = [1_000.0, 2_000.0, 4_000.0]
    firms.set_wages(0.0, 0.06, CALM)
    assert firms.wage == pytest.approx([1_000 * np.sqrt(2), 2_000.0, 2_000 * np.sqrt(2)])


# -- prices -------------------------------------------------------------------------------------


def test_prices_move_half_way_to_cost_and_markup_and_those_of_resources_do_not() -> None:
    firms = firms_of(price_weight=0.5, inventory_target=0.25, markup=0.25)
    firms.inventory[:] = 20
    firms.set_prices(np.array([16.0, 20.0, 20.0]), 0.012, CALM)
    assert firms.markup == pytest.approx([0.25, 0.25, 0.60])
    assert firms.price == pytest.approx([0.5 * 20.02 + 0.5 * 20.0, 0.5 * 20.02 + 0.5 * 25.0, 30.0])


def test_too_little_in_stock_raises_the_markup_and_too_much_lowers_it() -> None:
    firms = firms_of(markup_step=0.04, markup_return=0.0, inventory_target=0.25)
    firms.inventory[:2] = [10, 40]  # of 20 wanted: gaps of ½ and -1
    assert firms.inventory_gap()[:2].tolist() == [0.5, -1.0]
    firms.set_prices(np.full(3, 16.0), 0.0, np.array([1.0, 0.5, 1.0]))
    assert firms.markup == pytest.approx([0.25 * 1.02, 0.25 * 0.98, 0.60])


def test_a_markup_comes_back_to_normal_and_stays_within_bounds() -> None:
    firms = firms_of(markup=0.30, markup_return=0.5, markup_step=0.0)
    firms.set_prices(np.full(3, 16.0), 0.0, CALM)
    assert firms.markup[:2] == pytest.approx([0.275, 0.275])
    firms = firms_of(markup_return=0.0, markup_step=1.0)
    firms.inventory[:2] = [0, 1_000]
    firms.markup[:2] = [0.9, 0.03]
    firms.set_prices(np.full(3, 16.0), 0.0, np.ones(3))
    assert firms.markup[:2].tolist() == [1.0, 0.02]


@given(st.integers(0, 100), st.integers(1, 100), st.floats(0.0, 1.0))
def test_more_in_stock_never_raises_a_markup(inventory: int, more: int, noise: float) -> None:
    firms = firms_of()
    firms.inventory[:2] = [inventory, inventory + more]
    firms.set_prices(np.full(3, 16.0), 0.0, np.full(3, noise))
    assert firms.markup[1] <= firms.markup[0]
    assert firms.price[1] <= firms.price[0]


def test_resource_prices_follow_their_norm_slowly_and_stay_above_cost() -> None:
    firms = firms_of(resource_markup=0.6, resource_inventory=2.0)
    firms.inventory[2] = 80  # of 160: a gap of ½, and so a norm one quarter higher
    firms.set_resource_prices(np.array([99.0, 99.0, 20.0]))
    assert firms.price == pytest.approx([20.0, 20.0, 0.9 * 30.0 + 0.1 * 20.0 * 1.6 * 1.25])
    firms.set_resource_prices(np.full(3, 100.0))
    assert firms.price[2] == pytest.approx(102.0)


# -- money --------------------------------------------------------------------------------------


def test_cash_is_kept_for_the_costs_of_a_normal_month() -> None:
    firms = firms_of(productivity=100, liquidity=1.5)
    assert firms.liquidity_goal(np.array([2.0, 0.0, 0.0])) == pytest.approx([1.5 * 80 * 12.0, 1_200.0, 1_200.0])


def test_a_firm_borrows_towards_its_target_or_what_the_month_lacks() -> None:
    firms = firms_of(debt_target=0.5, debt_speed=0.1, productivity=100, utilisation=0.8)
    firms.wanted[:] = [0, 3, 3]
    material = np.array([2.0, 2.0, 0.0])  # three workers cost 3 × (1,000 + 100 × 2), or 3,000
    debt, cash = np.array([0, 0, 9_000]), np.array([0, 500, 3_000])
    assert firms.wanted_loans(debt, cash, 12.0, material).tolist() == [600, 3_100, 0]


def test_a_firm_that_sells_more_borrows_more_up_to_half_as_much_again_as_its_capital() -> None:
    firms, nothing = firms_of(debt_target=0.5, debt_speed=0.1, utilisation=0.8), np.zeros(3, np.int64)
    firms.expected_sales[:] = [40.0, 80.0, 900.0]
    assert firms.wanted_loans(nothing, nothing, 12.0, np.zeros(3)).tolist() == [300, 600, 900]


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10**6))
def test_nobody_with_more_debt_or_more_cash_borrows_more(debt: int, cash: int, more: int) -> None:
    firms, nothing = firms_of(), np.zeros(3)
    firms.wanted[:] = 5
    wish = firms.wanted_loans(np.array([debt, debt + more, debt]), np.array([cash, cash, cash + more]), 25.0, nothing)
    assert (wish >= 0).all()
    assert wish[1] <= wish[0] >= wish[2]


# -- memory -------------------------------------------------------------------------------------


def test_a_new_month_forgets_counts_and_keeps_stocks() -> None:
    firms = firms_of()
    for number, name in enumerate(Firms.integers):
        getattr(firms, name)[:] = 100 + number
    firms.start_month()
    kept = {name for name in Firms.integers if getattr(firms, name).all()}
    assert kept == {
        "owners", "resource", "capital", "inventory", "workers", "wanted", "vacancies", "failures", "chief", "founded",
    }  # fmt: skip
    assert firms.price.tolist() == [20.0, 20.0, 30.0]


def test_firms_are_the_same_after_a_checkpoint() -> None:
    firms, other = firms_of(), firms_of()
    for number, name in enumerate((*Firms.integers, *Firms.floats)):
        getattr(firms, name)[:] = np.arange(3) + 7 * number
    arrays, values = firms.state()
    firms.capital += 1  # what was saved is a copy
    other.restore(arrays, values)
    for number, name in enumerate((*Firms.integers, *Firms.floats)):
        column = getattr(other, name)
        assert column.dtype == (np.int64 if name in Firms.integers else np.float64)
        assert column.tolist() == (np.arange(3) + 7 * number).tolist(), name
