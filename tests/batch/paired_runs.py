"""A stand-in for runs: a world whose response to a change is known, so that what experiments say can be checked.

Functions of a module, so that processes find them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from catallaxy.batch.experiment import Change, Column, Expectation, Experiment, Size
from catallaxy.batch.stored_runs import RunOutcome, RunRecipe

FALL = Change("The index falls", ({"kind": "fundamental_jump", "size": -0.1},))
DOWN = Expectation("index", "down", (1, 5), "Nobody 1900")
UP = Expectation("index", "up", (1, 5), "Nobody 1900")


def a_question(**changes: Any) -> Experiment:
    """Return an experiment on a tiny market, of which parts may be changed."""
    facts: dict[str, Any] = {
        "name": "a-question",
        "question": "Does it fall?",
        "change": FALL,
        "columns": (Column("index", "level", "the index", "points"), Column("volume", "percent", over="sum")),
        "expected": (DOWN,),
        "scenario": "markets",
        "settings": {
            "traders.number": 60, "stocks.number": 2, "clock.ticks_per_day": 5, "anchor.source": "walk",
        },
        "table": "world",
        "period": "day",
        "burn_in": 3,
        "horizon": 6,
        "full": Size(10),
        "quick": Size(2),
    }  # fmt: skip
    return Experiment(**(facts | changes))


def is_changed(recipe: RunRecipe) -> bool:
    """Return whether a recipe is that of a changed run."""
    return recipe.name.endswith("changed")


def falls_by_five(recipe: RunRecipe) -> RunOutcome:
    """Fall by 5 points and a little noise from the change on; the rest is the seed's."""
    paths = np.random.default_rng(recipe.seed)
    values = 100.0 + paths.normal(0.0, 10.0, (recipe.periods, len(recipe.readings))).cumsum(axis=0) * 0.1
    if is_changed(recipe):
        values[recipe.eve :, 0] += -5.0 + paths.normal(0.0, 1.0, recipe.periods - recipe.eve)
    return RunOutcome(values, "", 0.25, f"state of {recipe.seed}")


def falls_but_halts_once(recipe: RunRecipe) -> RunOutcome:
    """Halt in the changed run of seed 3, four periods in."""
    whole = falls_by_five(recipe)
    if recipe.seed == 3 and is_changed(recipe):
        return RunOutcome(whole.values[:4], "halted in tick 21, stage 'post': a cause; the tick was discarded", 0.1)
    return whole


def halts(recipe: RunRecipe) -> RunOutcome:
    """Never get anywhere."""
    return RunOutcome(np.empty((0, len(recipe.readings))), "halted in tick 1, stage 'post': a cause")


def is_not_paired(recipe: RunRecipe) -> RunOutcome:
    """Differ in the last bit before the change."""
    whole = falls_by_five(recipe)
    if is_changed(recipe) and recipe.seed == 2:
        whole.values[1, 0] = np.nextafter(whole.values[1, 0], np.inf)
    return whole


def dies(recipe: RunRecipe) -> RunOutcome:
    """Take the process down."""
    import os

    os._exit(3)
