"""Months of a made-up economy whose business cycle is known, and a stand-in for the runs that would give them."""

from __future__ import annotations

import numpy as np

from catallaxy.batch.stored_runs import RunOutcome, RunRecipe
from catallaxy.batch.validation import COLUMNS
from catallaxy.core.units import FloatArray

LEADING = 4  # months by which everything else follows output


def months_of(count: int, seed: int = 1) -> dict[str, FloatArray]:
    """Return months in which Okun, Phillips and Beveridge hold, on a trend of 2 % a year."""
    draws = np.random.default_rng(seed)
    gap = np.zeros(count + LEADING)
    for t in range(1, gap.size):
        gap[t] = 0.97 * gap[t - 1] + draws.normal(0.0, 0.004)
    ahead, gap = gap[LEADING:], gap[:-LEADING]
    trend = np.exp(0.02 / 12.0 * np.arange(count))
    inflation = 0.02 + 0.2 * gap
    prices = np.exp(np.cumsum(inflation / 12.0))
    unemployment = 0.06 - 0.45 * gap
    output = 1e6 * trend * np.exp(ahead)
    gdp = 100.0 * output * prices
    rows = {
        "output": output,
        "consumption": 0.6 * 100.0 * 1e6 * trend * np.exp(0.8 * ahead) * prices,
        "investment": 0.18 * 100.0 * 1e6 * trend * np.exp(3.5 * ahead) * prices,
        "government": 0.2 * gdp,
        "gdp": gdp,
        "unemployment": unemployment,
        "vacancy_rate": 0.03 + 0.4 * gap + draws.normal(0.0, 0.006, count),
        "inflation": inflation,
        "expected_inflation": np.full(count, 0.02),
        "policy_rate": 0.03 + 0.5 * np.roll(gap, LEADING),
        "price_level": prices,
        "wage": prices * trend,
        "deposits": 12.0 * 1.2 * gdp,
        "loans": 12.0 * 0.6 * gdp * np.exp(ahead),
        "public_debt": 12.0 * 0.7 * gdp,
        "failures": np.maximum(0.0, np.round(0.05 - 10.0 * gap + draws.uniform(0.0, 0.6, count))),
        "bank_failures": np.zeros(count),
        "capital_ratio": np.full(count, 0.14),
        "spread": 0.03 - 0.4 * np.roll(ahead, -LEADING),
        "index": 100.0 * trend,
    }
    return {name: np.asarray(rows[name], np.float64) for name in COLUMNS}


def a_sane_run(recipe: RunRecipe) -> RunOutcome:
    """Return the months of a recipe's seed."""
    months = months_of(recipe.periods, recipe.seed)
    return RunOutcome(np.stack([months[reading.column] for reading in recipe.readings], axis=1), cpu_seconds=1.0)


def a_run_that_halts_for_seed_two(recipe: RunRecipe) -> RunOutcome:
    """Halt after a month for seed 2."""
    whole = a_sane_run(recipe)
    halted = "halted in tick 640, stage 'wages': a cause; the tick was discarded"
    return RunOutcome(whole.values[:1], halted) if recipe.seed == 2 else whole
