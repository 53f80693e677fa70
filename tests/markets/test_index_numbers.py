"""Price indices: Fisher's tests, matched models, the chain, the CPI's basket."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import UnusableSeries
from catallaxy.markets.index_numbers import (
    IndexSettings,
    PriceIndices,
    Sales,
    fisher_index,
    fisher_quantity_index,
    implicit_deflator,
    laspeyres_index,
    matched_share,
    paasche_index,
)

ITEMS = st.integers(1, 6)


@st.composite
def two_periods(draw: st.DrawFn) -> tuple[Sales, Sales]:
    """Two periods in which every item is sold, at prices within a factor of a thousand."""
    n = draw(ITEMS)
    counts = st.lists(st.integers(1, 10**6), min_size=n, max_size=n)
    prices = st.lists(st.integers(1, 1_000), min_size=n, max_size=n)
    first, second = (
        Sales.of(q, np.array(q, np.int64) * np.array(draw(prices), np.int64)) for q in (draw(counts), draw(counts))
    )
    return first, second


@given(two_periods())
def test_fisher_passes_time_reversal(periods: tuple[Sales, Sales]) -> None:
    before, after = periods
    assert fisher_index(before, after) * fisher_index(after, before) == pytest.approx(1.0, rel=1e-12)


@given(two_periods())
def test_fisher_passes_factor_reversal(periods: tuple[Sales, Sales]) -> None:
    """Price index times quantity index is the ratio of the money spent."""
    before, after = periods
    spent = int(after.values.sum()) / int(before.values.sum())
    assert fisher_index(before, after) * fisher_quantity_index(before, after) == pytest.approx(spent, rel=1e-12)


@given(two_periods())
def test_fisher_lies_between_laspeyres_and_paasche(periods: tuple[Sales, Sales]) -> None:
    before, after = periods
    low, high = sorted([laspeyres_index(before, after), paasche_index(before, after)])
    assert low * (1 - 1e-12) <= fisher_index(before, after) <= high * (1 + 1e-12)


@given(two_periods())
def test_laspeyres_is_passed_backwards_by_paasche(periods: tuple[Sales, Sales]) -> None:
    """Each is the other's time reversal, so neither passes alone."""
    before, after = periods
    assert laspeyres_index(before, after) * paasche_index(after, before) == pytest.approx(1.0, rel=1e-12)


@given(two_periods(), st.integers(2, 50))
def test_all_prices_times_a_number_is_that_inflation(periods: tuple[Sales, Sales], factor: int) -> None:
    before, _ = periods
    dearer = Sales.of(before.quantities, before.values * factor)
    for index in (laspeyres_index, paasche_index, fisher_index):
        assert index(before, dearer) == pytest.approx(factor, rel=1e-12)


@given(two_periods())
def test_indices_do_not_depend_on_the_order_of_items(periods: tuple[Sales, Sales]) -> None:
    before, after = (Sales.of(one.quantities[::-1], one.values[::-1]) for one in periods)
    assert fisher_index(before, after) == pytest.approx(fisher_index(*periods), rel=1e-12)


def test_a_worked_example() -> None:
    """Ten and ten at 10 each, then 12 at 8 and 5 at 16: the old basket costs 240, the new one cost 170."""
    before, after = Sales.of([10, 10], [100, 100]), Sales.of([12, 5], [96, 80])
    assert laspeyres_index(before, after) == 240 / 200
    assert paasche_index(before, after) == 176 / 170
    assert fisher_index(before, after) == pytest.approx(math.sqrt(1.2 * 176 / 170))


def test_what_was_not_sold_in_both_periods_has_no_say() -> None:
    """The newcomer is dear and the leaver was cheap; neither is compared with an invented price."""
    before, after = Sales.of([10, 99, 0], [100, 99, 0]), Sales.of([10, 0, 1], [110, 0, 10_000])
    assert fisher_index(before, after) == pytest.approx(1.1)
    assert matched_share(before, after) == pytest.approx(110 / 10_110)


def test_where_nothing_matches_there_is_no_index() -> None:
    assert math.isnan(fisher_index(Sales.of([1, 0], [5, 0]), Sales.of([0, 1], [0, 5])))


def test_the_deflator_values_output_at_base_prices() -> None:
    """Items without a base price are left out above and below."""
    assert implicit_deflator(Sales.of([10, 10, 7], [150, 30, 700]), [10.0, 5.0, math.nan]) == 180 / 150
    assert implicit_deflator(Sales.of([10, 10], [100, 50]), [10.0, 5.0]) == 1.0


@pytest.mark.parametrize(
    ("quantities", "values", "message"),
    [
        ([1.5], [3], "quantities holds float64 numbers; sales are counted, give integers"),
        ([1, 2], [3], "values has 1 rows and quantities has 2; give one length"),
        ([-1], [0], "quantities is -1 at row 0; give 0 or more"),
        ([0, 0], [0, 4], "values is 4 at row 1, where nothing was sold; give 0"),
        ([[1]], [1], "quantities has 2 dimensions; give one"),
    ],
)
def test_what_cannot_be_sales_is_refused(quantities: list[object], values: list[object], message: str) -> None:
    with pytest.raises(UnusableSeries) as error:
        PriceIndices().note_month(quantities, values)  # type: ignore[arg-type]
    assert str(error.value) == message


def test_rows_are_only_added() -> None:
    indices = PriceIndices()
    indices.note_month([1], [5])
    indices.note_month([1, 1], [5, 5])
    with pytest.raises(UnusableSeries, match="has 1 rows after 2; rows are only added"):
        indices.note_month([1], [5])


def test_a_steady_rise_is_its_annual_rate() -> None:
    """Half a per cent a month is 6.17 % a year, from the second month on."""
    indices = PriceIndices()
    for month in range(30):
        price = 1e9 * 1.005**month
        indices.note_month([1_000, 2_000], [round(1_000 * price), round(2_000 * price)])
        if month:
            assert indices.inflation == pytest.approx(1.005**12 - 1, rel=1e-6)
    assert indices.level == pytest.approx(100 * 1.005**29, rel=1e-8)
    assert indices.cpi == pytest.approx(100 * 1.005**29, rel=1e-8)


def test_the_twelve_month_rate_forgets_what_is_older() -> None:
    """Prices double in the second month and then stand still: a year later inflation is 0."""
    indices, rates = PriceIndices(), []
    for month in range(15):
        indices.note_month([10], [100 if month == 0 else 200])
        rates.append(indices.inflation)
    assert math.isnan(rates[0])
    assert rates[12] == pytest.approx(1.0)
    assert rates[13] == rates[14] == 0.0


def test_a_month_without_sales_keeps_the_level_and_says_so() -> None:
    indices = PriceIndices()
    indices.note_month([10], [100])
    indices.note_month([0], [0])
    assert (indices.level, indices.cpi, math.isnan(indices.matched_share)) == (100.0, 100.0, True)
    indices.note_month([10], [150])
    assert indices.level == 100.0  # matched with the month before it: nothing was sold then
    assert indices.cpi == 150.0  # compared with the basket's month
    indices.note_month([10], [300])
    assert indices.level == 200.0


def test_before_the_first_sale_there_is_no_level() -> None:
    indices = PriceIndices()
    indices.note_month([0], [0])
    assert math.isnan(indices.level)
    assert math.isnan(indices.cpi)
    indices.note_month([1], [7])
    assert (indices.level, indices.months) == (100.0, 2)


def test_the_fixed_basket_overstates_what_substitution_avoids() -> None:
    """Buyers leave what became dear: the CPI of the old basket rises more than the Fisher chain."""
    indices = PriceIndices(IndexSettings(basket_months=0))
    indices.note_month([100, 100], [1_000, 1_000])
    indices.note_month([20, 180], [400, 1_800])
    assert indices.cpi == pytest.approx(150.0)
    assert indices.level == pytest.approx(100 * math.sqrt(1.5 * 2_200 / 2_000))


def test_a_renewed_basket_does_not_move_the_cpi() -> None:
    """The new basket, the sales of the last three months, takes over in a month in which both agree."""
    indices = PriceIndices(IndexSettings(basket_months=3))
    for quantities, values in (([100, 100], [1_000, 1_000]), ([20, 180], [400, 1_800]), ([20, 180], [400, 1_800])):
        indices.note_month(quantities, values)
    assert indices.cpi == pytest.approx(150.0)
    indices.note_month([20, 180], [400, 1_800])
    assert indices.cpi == pytest.approx(150.0)  # prices stood still
    indices.note_month([20, 180], [800, 1_800])  # the first doubles: 140 at 20 against 460 at 10 of the basket
    assert indices.cpi == pytest.approx(150.0 * (140 * 40 + 460 * 10) / (140 * 20 + 460 * 10))


def test_indices_go_on_from_their_state() -> None:
    """A restored part and one never interrupted agree to the bit, across the renewal of the basket."""
    rng_free = [([7 + m % 3, 5 + m % 5, m % 2], [70 + 3 * m, 50 + 2 * m, 9 * (m % 2)]) for m in range(40)]
    whole, first = PriceIndices(), PriceIndices()
    for quantities, values in rng_free[:17]:
        whole.note_month(quantities, values)
        first.note_month(quantities, values)
    arrays, values_ = first.state()
    second = PriceIndices()
    second.restore(arrays, json.loads(json.dumps(values_)))
    for quantities, values in rng_free[17:]:
        whole.note_month(quantities, values)
        second.note_month(quantities, values)
    assert (second.level, second.cpi, second.inflation) == (whole.level, whole.cpi, whole.inflation)
    assert second.matched_share == whole.matched_share
    assert whole.months == second.months == 40


def test_a_fresh_state_can_be_stored() -> None:
    arrays, values = PriceIndices().state()
    other = PriceIndices()
    other.restore(arrays, json.loads(json.dumps(values)))
    assert math.isnan(other.level)
    assert math.isnan(other.matched_share)
