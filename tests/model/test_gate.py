"""The macro loop alone, over years: the business cycle it makes, and what keeps its inflation.

What is asserted of two seeds and fourteen years is less than what was found over five seeds and 25 years.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from catallaxy.batch import macro_statistics as stats
from catallaxy.core.units import FloatArray
from catallaxy.model.economy import Economy
from tests.model.closed_economy import behind

DAYS_A_MONTH, MONTHS_A_YEAR, BURN = 21, 12, 4
SEEDS, YEARS = (1, 2), 14

pytestmark = pytest.mark.slow


@cache
def months(seed: int, years: int, **changes: Any) -> dict[str, FloatArray]:
    """Return output, unemployment, prices and policy rates of every month after the first four years."""
    economy = Economy("economy-coarse", rng=seed, clock__ticks_per_day=1, traders__activity=0.001, **changes)
    c = behind(economy)
    rows = []
    for _ in range(MONTHS_A_YEAR * years):
        economy.run(days=DAYS_A_MONTH)
        rows.append((c.memory.output, c.memory.unemployment, c.indices.level, c.memory.rate))
    table = np.array(rows[MONTHS_A_YEAR * BURN :], np.float64)
    return dict(zip(("output", "unemployment", "prices", "rate"), table.T, strict=True))


def inflation(prices: FloatArray) -> FloatArray:
    """Return percent over twelve months."""
    return np.asarray(100.0 * (prices[MONTHS_A_YEAR:] / prices[:-MONTHS_A_YEAR] - 1.0))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_steady_state_is_that_of_an_economy(seed: int) -> None:
    run = months(seed, YEARS)
    assert 0.03 < run["unemployment"].mean() < 0.10
    assert run["unemployment"].max() < 0.20
    assert -0.5 < inflation(run["prices"]).mean() < 5.0
    assert (run["rate"] > 0.0).mean() > 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_inflation_is_low_where_unemployment_is_high_and_cycles_last(seed: int) -> None:
    run = months(seed, YEARS)
    quarters = {name: column.reshape(-1, 3).mean(axis=1) for name, column in run.items()}
    rates = 100.0 * (quarters["prices"][4:] / quarters["prices"][:-4] - 1.0)
    unemployment = 100.0 * quarters["unemployment"]
    assert stats.correlation(stats.hp_cycle(rates), stats.hp_cycle(unemployment[4:]), 0) < 0.0
    assert stats.persistence(stats.hp_cycle(100.0 * np.log(quarters["output"]))) > 0.55


def test_inflation_strays_where_the_central_bank_reacts_too_little() -> None:
    """The Taylor principle where expectations follow what worked (De Grauwe 2011; Anufriev and Hommes 2012)."""
    changes = {"expectations__rule": "heuristic_switching", "central_bank__allow_unstable": True}
    weak, strong = (
        np.mean([inflation(months(seed, 9, central_bank__phi_pi=phi, **changes)["prices"]).std() for seed in SEEDS])
        for phi in (0.5, 1.5)
    )
    assert weak > strong
