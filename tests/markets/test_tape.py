"""The tape against plain lists: past mid-prices, volatility and daily averages."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise

import numpy as np
import pytest

from catallaxy.markets.tape import DAYS, HISTORY, Tape

OPENING = np.array([10_000, 250])


def filled(ticks: int, ticks_per_day: int = 10) -> tuple[Tape, list[list[float]]]:
    """Return a tape after a random walk, and all its mid-prices from the opening on."""
    rng, tape = np.random.default_rng(3), Tape(OPENING, ticks_per_day, 0.02)
    mids = [OPENING.astype(float).tolist()]
    for tick in range(1, ticks + 1):
        mids.append((np.array(mids[-1]) * np.exp(0.01 * rng.standard_normal(2))).tolist())
        tape.note_tick(tick, np.array(mids[-1]))
        if tick % ticks_per_day == 0:
            tape.note_day(np.array(mids[-1]))
    return tape, mids


def test_before_the_opening_the_price_was_the_opening_price() -> None:
    tape = Tape(OPENING, 30, 0.02)
    assert tape.log_return(1).tolist() == tape.log_return(500).tolist() == [0.0, 0.0]
    assert tape.mean_20.tolist() == [10_000.0, 250.0]
    assert tape.sigma.tolist() == [0.02 / math.sqrt(30)] * 2


@pytest.mark.parametrize("ticks", [1, 25, HISTORY + 60])
@pytest.mark.parametrize("lag", [1, 7, 200])
def test_a_return_reaches_back_as_far_as_it_says(ticks: int, lag: int) -> None:
    tape, mids = filled(ticks)
    then = mids[max(0, ticks - lag)]
    assert tape.log_return(lag) == pytest.approx(
        [math.log(now / past) for now, past in zip(mids[-1], then, strict=True)]
    )


def test_a_return_over_more_than_is_kept_is_over_what_is_kept() -> None:
    tape, _mids = filled(HISTORY + 60)
    assert tape.log_return(10**6).tolist() == tape.log_return(HISTORY - 1).tolist()


def test_volatility_is_an_exponential_average_with_a_half_life_of_a_day() -> None:
    tape, mids = filled(40)
    decay = 0.5 ** (1 / 10)
    for book in (0, 1):
        variance = 0.02**2 / 10
        for before, now in pairwise(mids):
            variance = decay * variance + (1 - decay) * math.log(now[book] / before[book]) ** 2
        assert tape.sigma[book] == pytest.approx(math.sqrt(variance))


def test_a_shock_to_volatility_is_halved_after_a_quiet_day() -> None:
    tape = Tape(OPENING, 10, 0.02)
    tape.note_tick(1, OPENING * 1.1)
    before = tape.sigma**2
    for tick in range(2, 12):
        tape.note_tick(tick, OPENING * 1.1)
    assert tape.sigma**2 == pytest.approx(before / 2)


@pytest.mark.parametrize("days", [1, 19, 20, 21, DAYS + 5])
def test_daily_averages_are_those_of_the_closes(days: int) -> None:
    tape, mids = filled(days, ticks_per_day=1)
    closes = [mids[0][0]] * 20 + [row[0] for row in mids[1:]]
    last_20 = closes[-20:]
    assert tape.mean_20[0] == pytest.approx(statistics.fmean(last_20))
    if days >= 20:
        assert tape.deviation_20[0] == pytest.approx(statistics.pstdev(last_20))
    fast = slow = math.log(closes[0])
    for close in closes[20:]:
        fast += 2 / 13 * (math.log(close) - fast)
        slow += 2 / 27 * (math.log(close) - slow)
    assert (tape.fast[0], tape.slow[0]) == pytest.approx((fast, slow))


def test_a_restored_tape_goes_on_as_the_one_it_was() -> None:
    first, _ = filled(35)
    second = Tape(OPENING, 10, 0.5)
    second.restore(*first.state())
    for tape in (first, second):
        tape.note_tick(36, np.array([9_000.0, 260.0]))
        tape.note_day(np.array([9_000.0, 260.0]))
    (arrays, values), (others, other_values) = first.state(), second.state()
    assert values == other_values
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays)
