"""An ablation asks each part of an economy what it knows of, with the same seeds, and sets the answers side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catallaxy.batch.ablation import BOTH, MACRO, MARKET, parts_of, run_ablation
from catallaxy.batch.experiment_list import EXPERIMENTS
from catallaxy.batch.stored_runs import RunOutcome, RunRecipe
from catallaxy.model.economy import Economy
from tests.batch.paired_runs import a_question, falls_by_five, is_changed


def test_a_rate_hike_is_asked_of_all_parts_and_each_has_what_it_knows() -> None:
    parts = parts_of(EXPERIMENTS["rate-hike"], quick=True)

    columns = {part: {column.name for column in each.columns} for part, each in parts.items()}
    assert list(parts) == [BOTH, MACRO, MARKET]
    assert columns[MACRO] == columns[BOTH] - {"index"}
    assert columns[MARKET] == {"index", "inflation"}
    assert {due.column for due in parts[MARKET].expected} == {"index", "inflation"}


@pytest.mark.parametrize("name", ["bank-failure", "oil-shock"])
def test_a_market_alone_has_no_bank_to_fail_and_no_oil(name: str) -> None:
    assert list(parts_of(EXPERIMENTS[name], quick=True)) == [BOTH, MACRO]


def test_a_market_has_no_parts() -> None:
    assert list(parts_of(a_question(), quick=True)) == [BOTH]


def test_the_macro_loop_alone_trades_nothing_and_keeps_its_index() -> None:
    base, changed = parts_of(EXPERIMENTS["rate-hike"], quick=True)[MACRO].scenarios()
    economy = Economy(base, rng=1, clock__ticks_per_day=2, traders__number=90, firms__number=6, banks__number=3)
    economy.run(days=22)

    assert len(changed.shocks) == len(base.shocks) + 1
    assert economy.trades_made == 0
    assert set(economy.table("world")["index"]) == {100.0}
    assert economy.table("macro")["output"][0] > 0


def test_each_part_says_its_own_of_every_sign(tmp_path: Path) -> None:
    question = EXPERIMENTS["rate-hike"]

    found = run_ablation(question, seeds=3, out=tmp_path / "mine", runner=by_part)

    table = found.to_pandas().set_index(["part", "column"])["mean"]
    assert table[BOTH, "index"] == pytest.approx(-3.0, abs=0.5)
    assert table[MARKET, "index"] == pytest.approx(-1.0, abs=0.5)
    assert (MACRO, "index") not in table.index
    assert "| the share index | down | months 1 to 12 | −" in found.page()
    assert {path.name for path in (tmp_path / "mine").iterdir()} >= {"ablation.csv", "ablation.md", BOTH, "macro-alone"}


def by_part(recipe: RunRecipe) -> RunOutcome:
    """Let every column fall by 3 % in the whole economy and by 1 % in a market alone."""
    by = 0.01 if recipe.settings["macro"]["form"] == "reduced" else 0.03
    values = np.full((recipe.periods, len(recipe.readings)), 100.0)
    if is_changed(recipe):
        values[recipe.eve :] *= 1.0 - by
    return RunOutcome(values, "", 0.1, "a state")


def test_a_question_of_a_market_is_answered_by_itself() -> None:
    found = run_ablation(replace(a_question(), burn_in=3), seeds=4, runner=falls_by_five)

    assert set(found.to_pandas()["part"]) == {BOTH}
