"""Bars of ticks and days: the kernel, its plain twin, and what they do when nothing trades."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import UnusableSeries
from catallaxy.core.units import IntArray
from catallaxy.markets.bars import BarColumns, Bars
from catallaxy.markets.orders import F_BOOK, F_PRICE, F_QUANTITY, FILL_WIDTH

Row = tuple[int, int, int]


def fills(*rows: Row) -> IntArray:
    """Return fills from (book, price, quantity)."""
    out = np.zeros((len(rows), FILL_WIDTH), np.int64)
    out[:, [F_BOOK, F_PRICE, F_QUANTITY]] = np.array(rows, np.int64).reshape(-1, 3)
    return out


def rows_of(bars: BarColumns) -> list[tuple[int, ...]]:
    """Return one (open, high, low, close, volume, trades, turnover) a book."""
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.trades, bars.turnover)
    return [tuple(row) for row in np.stack(columns, axis=1).tolist()]


def plain_bar(last: int, trades: list[Row], unit_value: int) -> tuple[int, ...]:
    """Return the bar of one book's trades, after a last price, without cleverness."""
    prices = [price for _, price, _ in trades] or [last]
    money = sum(price * quantity * unit_value for _, price, quantity in trades)
    lots = sum(quantity for _, _, quantity in trades)
    return prices[0], max(prices), min(prices), prices[-1], lots, len(trades), money


def test_a_bar_holds_the_first_highest_lowest_and_last_price() -> None:
    """Two books, one of which does not trade and keeps its opening price."""
    bars = Bars(2, [100, 50])

    bars.add(fills((0, 103, 2), (0, 99, 1), (0, 101, 4)), [10, 1])

    assert rows_of(bars.tick_bars()) == [(103, 103, 99, 101, 7, 3, 10 * (206 + 99 + 404)), (50, 50, 50, 50, 0, 0, 0)]
    assert bars.last.tolist() == [101, 50]


def test_a_tick_without_a_trade_repeats_the_last_close() -> None:
    """The new tick opens at the close, not at the open, and the day goes on."""
    bars = Bars(1, [100])
    bars.add(fills((0, 103, 2), (0, 90, 1)), [1])
    bars.roll_tick()

    assert rows_of(bars.tick_bars()) == [(90, 90, 90, 90, 0, 0, 0)]
    assert rows_of(bars.day_bars()) == [(103, 103, 90, 90, 3, 2, 296)]


def test_a_new_day_begins_a_new_tick_as_well() -> None:
    """After the roll both frames are empty and stand at the last price."""
    bars = Bars(1, [100])
    bars.add(fills((0, 103, 2)), [1])
    bars.roll_day()
    bars.add(np.empty((0, FILL_WIDTH), np.int64), [1])

    assert rows_of(bars.day_bars()) == rows_of(bars.tick_bars()) == [(103, 103, 103, 103, 0, 0, 0)]


rounds = st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9), st.integers(1, 5)), max_size=8), max_size=4)


@given(days=st.lists(st.lists(rounds, max_size=3), max_size=3))
def test_the_kernel_agrees_with_a_plain_twin(days: list[list[list[list[Row]]]]) -> None:
    """Whatever trades in whatever round, tick and day bars equal those made from plain lists."""
    unit_values, last = [1, 10, 7], [5, 6, 7]
    bars = Bars(3, last)
    for day in days:
        opening, whole = list(last), list[Row]()
        for tick in day:
            traded = [row for round_ in tick for row in round_]
            whole += traded
            for round_ in tick:
                bars.add(fills(*round_), unit_values)
            due = [plain_bar(last[b], [row for row in traded if row[0] == b], unit_values[b]) for b in range(3)]
            assert rows_of(bars.tick_bars()) == due
            last = [bar[3] for bar in due]
            bars.roll_tick()
        due = [plain_bar(opening[b], [row for row in whole if row[0] == b], unit_values[b]) for b in range(3)]
        assert rows_of(bars.day_bars()) == due
        assert bars.last.tolist() == last
        bars.roll_day()


def test_bars_go_on_from_a_stored_state() -> None:
    """A restored market cannot be told from one that never stopped, and the state is a copy."""
    bars, other = Bars(1, [100]), Bars(1, [1])
    bars.add(fills((0, 103, 2)), [1])
    state = bars.state()
    bars.add(fills((0, 104, 2)), [1])
    other.restore(state)
    other.add(fills((0, 104, 2)), [1])

    assert rows_of(other.tick_bars()) == rows_of(bars.tick_bars())
    assert rows_of(other.day_bars()) == rows_of(bars.day_bars())


def test_what_is_returned_does_not_change_later() -> None:
    """Bars and last prices are copies: a snapshot may keep them."""
    bars = Bars(1, [100])
    before, last = bars.tick_bars(), bars.last
    bars.add(fills((0, 103, 2)), [1])

    assert rows_of(before) == [(100, 100, 100, 100, 0, 0, 0)]
    assert last.tolist() == [100]


def test_an_opening_price_is_needed_for_every_book() -> None:
    """One too few, or a price that is none."""
    with pytest.raises(UnusableSeries, match="give one price for each of 2 books"):
        Bars(2, [100])
    with pytest.raises(UnusableSeries, match="holds 0; give prices above 0"):
        Bars(2, [100, 0])
    with pytest.raises(UnusableSeries, match="this market has"):
        Bars(2, [1, 1]).restore(Bars(1, [1]).state())
