"""The arithmetic of margin: the worked numbers, and what must hold between the formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.markets.margin_rules import (
    MarginSettings,
    amount_called,
    call_price,
    equity_ratio,
    loan_capacity,
    ration,
    sale_due,
)

money = st.integers(0, 10**12)
margins = st.floats(0.05, 0.95)


def test_a_long_position_on_half_margin_is_called_at_two_thirds_of_its_price() -> None:
    """100 shares at 100.00 with 5,000 borrowed: 5000 / (0.75 · 100) = 66.67."""
    assert round(float(call_price(5_000, 100, 0.25)), 2) == 66.67


def test_a_short_position_is_called_when_the_price_has_risen_by_a_seventh() -> None:
    """100 shares sold at 100.00 with 5,000 of margin: 15000 / (1.30 · 100) = 115.38."""
    assert round(float(call_price(15_000, 100, 0.30, short=True)), 2) == 115.38


def test_equity_over_position_is_maintenance_at_the_price_of_the_call() -> None:
    price = call_price([5_000, 400], [100, 7], 0.25)

    ratio = equity_ratio(price * [100, 7], [5_000, 400])

    assert ratio.round(12).tolist() == [0.25, 0.25]


def test_half_of_what_is_bought_may_be_borrowed() -> None:
    """With 5,000 of one's own and an initial margin of 50 %, 10,000 can be bought."""
    assert loan_capacity([5_000], 0.5).tolist() == [5_000]
    assert equity_ratio([10_000], [5_000]).tolist() == [0.5]


def test_who_has_lost_everything_may_borrow_nothing() -> None:
    assert loan_capacity([0, -1_000], 0.2).tolist() == [0, 0]


def test_without_shares_a_debt_has_no_margin_and_no_debt_is_all_equity() -> None:
    assert equity_ratio([0, 0], [1, 0]).tolist() == [-math.inf, 1.0]


@given(position=money, loan=money, margin=margins)
def test_the_amount_called_restores_the_margin_to_the_unit(position: int, loan: int, margin: float) -> None:
    called = int(amount_called(position, loan, margin))

    assert called >= 0
    assert position - (loan - called) >= margin * position - 1e-3 * max(position * 1e-9, 1.0)
    if called > 1:
        assert position - (loan - called + 2) < margin * position


@given(position=money, loan=money, margin=margins)
def test_a_sale_at_the_last_price_restores_the_margin_or_sells_all(position: int, loan: int, margin: float) -> None:
    sold = int(sale_due(position, loan, margin))

    assert 0 <= sold <= position
    left = position - sold
    if loan and left:
        assert position - loan >= margin * left - 1.0
    if sold > 1:
        assert position - loan < margin * (left + 2)


@given(wanted=st.lists(st.integers(0, 10**6), max_size=9), most=st.integers(0, 10**6))
def test_rationed_lots_add_up_and_nobody_gets_more_than_it_wants(wanted: list[int], most: int) -> None:
    asked = np.array(wanted, np.int64)

    given_ = ration(asked, most)

    assert given_.sum() == min(most, asked.sum())
    assert ((given_ >= 0) & (given_ <= asked)).all()


def test_maintenance_has_to_be_below_initial_margin() -> None:
    with pytest.raises(OutOfBounds) as caught:
        MarginSettings.of({"initial": 0.2, "maintenance": 0.25}, at="margin")

    assert "maintenance is 0.25; give less than initial, which is 0.2" in str(caught.value)
