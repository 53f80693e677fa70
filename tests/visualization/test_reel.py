"""The reel: bars of ticks and days, as charts draw them, in memory that does not grow."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.model.economy import Economy
from catallaxy.visualization.reel import CLOSE, HIGH, LOW, OPEN, VOLUME, Reel
from tests.model.small_economy import small

PER_DAY = 10


def watched(ticks: int, **sizes: int) -> tuple[Economy, Reel]:
    """Return an economy after ``ticks``, and the reel of it."""
    economy = small(identities="fast")
    reel = Reel(economy.snapshot, PER_DAY, **sizes)
    for _ in range(ticks):
        economy.step()
        reel.note(economy.snapshot)
    return economy, reel


@pytest.mark.parametrize("book", [0, 1])
def test_bars_of_ticks_are_those_that_the_run_recorded(book: int) -> None:
    economy, reel = watched(37)
    strip = reel.bars(book, daily=False)
    table = economy.table("bars")
    symbol = economy.symbols[book]
    recorded = table[(table["symbol"] == symbol) & (table["interval"] == 1)]

    closes = dict(zip(strip.x.tolist(), strip.rows.tolist(), strict=True))

    assert strip.x.tolist() == list(range(1, 38))
    assert len(recorded) > 5
    for tick, opened, high, low, close, volume in recorded[
        ["tick", "open", "high", "low", "close", "volume"]
    ].itertuples(index=False):
        assert closes[tick] == [opened, high, low, close, volume]


def test_bars_of_days_are_made_of_those_of_their_ticks() -> None:
    _, reel = watched(37)
    ticks, days = reel.bars(1, daily=False), reel.bars(1, daily=True)

    assert days.x.tolist() == [1, 2, 3, 4]
    for day, row in zip(days.x.tolist(), days.rows, strict=True):
        within = ticks.rows[(ticks.x > (day - 1) * PER_DAY) & (ticks.x <= day * PER_DAY)]
        assert row[HIGH] == within[:, HIGH].max()
        assert row[LOW] == within[:, LOW].min()
        assert (row[OPEN], row[CLOSE]) == (within[0, OPEN], within[-1, CLOSE])
        assert row[VOLUME] == within[:, VOLUME].sum()


def test_the_index_is_that_of_the_economy() -> None:
    economy, reel = watched(15)

    strip = reel.index(daily=False)

    assert strip.x.tolist() == list(range(16))
    assert strip.rows[-1, :2].tolist() == [economy.index, economy.anchor_index]
    assert strip.rows[:, 2].sum() == economy.table("trades")["quantity"].sum() > 0


def test_only_what_is_new_is_given_from_a_tick_on() -> None:
    _, reel = watched(15)

    assert reel.bars(0, daily=False, since=13).x.tolist() == [13, 14, 15]
    assert reel.bars(0, daily=False, most=2).x.tolist() == [14, 15]
    assert reel.bars(0, daily=False, since=16).x.size == 0


def test_old_ticks_are_let_go_and_the_newest_stay_in_order() -> None:
    _, short = watched(95, keep_ticks=20, keep_days=3)
    _, long = watched(95)

    kept = short.bars(0, daily=False, most=1_000)

    assert kept.x.tolist() == list(range(76, 96))
    assert np.array_equal(kept.rows, long.bars(0, daily=False, most=20).rows)
    assert short.bars(0, daily=True, most=1_000).x.tolist() == [8, 9, 10]


def test_a_seal_that_was_noted_before_changes_nothing() -> None:
    economy, reel = watched(12)
    before = reel.bars(0, daily=True).rows

    reel.note(economy.snapshot)

    assert np.array_equal(reel.bars(0, daily=True).rows, before)


def test_what_is_given_is_a_copy() -> None:
    _, reel = watched(3)

    reel.bars(0, daily=False).rows[:] = -1.0

    assert (reel.bars(0, daily=False).rows >= 0.0).all()
