"""A branch is the same world again: equal to the byte until something is changed in it alone."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from catallaxy.core.errors import NotRepeatable, OutOfBounds
from catallaxy.model.economy import Economy
from catallaxy.model.world import World
from catallaxy.visualization.branch import MEASURES, Branch, branch_here, branch_of, end_branch, month_of
from tests.model.closed_economy import closed

TINY: dict[str, Any] = {"traders__number": 60, "stocks__number": 2, "anchor__source": "walk"}


def market(seed: int = 7) -> Economy:
    """Return a small market without an economy behind it."""
    return Economy("markets", rng=seed, **TINY)


def stepped(branch: Branch, baseline: Economy, ticks: int) -> None:
    """Let both go on together."""
    for _ in range(ticks):
        baseline.step()
        branch.follow(baseline.snapshot)


def test_without_a_change_a_branch_equals_its_baseline_to_the_byte() -> None:
    """Two months of a closed economy, with a command in the baseline after the branch was made."""
    baseline = closed(seed=3)
    baseline.run(days=10)
    branch = Branch(baseline, closed(seed=3), days=50)
    stepped(branch, baseline, 5)
    baseline.inject({"kind": "wage_push", "at": baseline.tick + 1, "size": 0.1})

    stepped(branch, baseline, 40)

    assert branch.economy is not None
    assert branch.tick == baseline.tick == 55
    assert branch.economy.chain_head == baseline.chain_head
    assert branch.economy.state_hash() == baseline.state_hash()
    assert {row[3] for rows in branch.rows.values() for row in rows} == {0.0}


def test_what_waits_in_the_baseline_happens_in_the_branch_too() -> None:
    baseline = market()
    baseline.step()
    baseline.inject({"kind": "fundamental_jump", "at": 3, "size": -0.5})
    branch = Branch(baseline, market(), days=1)

    stepped(branch, baseline, 3)

    assert branch.economy is not None
    assert [shock.kind for shock in branch.economy.shocks] == ["fundamental_jump"]
    assert branch.economy.state_hash() == baseline.state_hash()


def test_a_shock_strikes_the_branch_alone_and_every_difference_is_told() -> None:
    baseline, twin = closed(seed=3), closed(seed=3)
    baseline.run(days=30)
    twin.run(days=30)
    branch = Branch(baseline, closed(seed=3), days=40, shock={"kind": "wage_push", "size": 0.2})

    stepped(branch, baseline, 40)
    twin.run(days=40)

    assert branch.economy is not None
    assert branch.is_over
    assert baseline.state_hash() == twin.state_hash() != branch.economy.state_hash()
    day, first, second, difference = branch.rows["index"][-1]
    assert (day, first, second) == (70.0, baseline.index, branch.economy.index)
    assert difference == pytest.approx(100.0 * (second / first - 1.0))
    macro = [economy.table("macro").iloc[-1] for economy in (baseline, branch.economy)]
    day, first, second, difference = branch.rows["inflation"][-1]
    assert [day, first, second] == [63.0, *(100.0 * row["inflation"] for row in macro)]
    assert difference == pytest.approx(second - first) != 0.0
    real = [row["gdp"] / row["deflator"] for row in macro]
    _, first, second, difference = branch.rows["output"][-1]
    assert second / first == pytest.approx(real[1] / real[0])
    assert branch.rows["output"][0][1] == pytest.approx(100.0)


def test_a_branch_ends_at_its_horizon_and_goes_on_when_asked() -> None:
    baseline = market()
    per_day = baseline.clock.ticks_per_day
    branch = Branch(baseline, market(), days=1)

    stepped(branch, baseline, per_day + 5)
    assert branch.is_over
    assert branch.tick == per_day
    branch.go_on(1)
    stepped(branch, baseline, 1)

    assert not branch.is_over
    assert branch.economy is not None
    assert branch.economy.state_hash() == baseline.state_hash()


def test_a_branch_goes_on_for_its_first_horizon_however_often_it_is_asked() -> None:
    branch = Branch(market(), market(), days=3)

    followed = list[int]()
    for _ in range(3):
        branch.go_on()
        followed.append(branch.days)

    assert followed == [6, 9, 12]
    assert branch.ends == 12 * branch.per_day


def test_a_scenario_without_an_economy_is_compared_by_its_index_alone() -> None:
    baseline = market()
    branch = Branch(baseline, market(), days=22, shock={"kind": "fundamental_jump", "size": -0.3})
    stepped(branch, baseline, 30)

    assert month_of(baseline)["output"] != month_of(baseline)["output"]  # NaN
    assert [key for key, rows in branch.rows.items() if rows] == ["index"]
    assert branch.rows["index"][-1][3] < -1.0
    assert list(branch.frame().columns) == ["measure", "day", "baseline", "branch", "difference"]
    assert {measure.key for measure in MEASURES} == set(branch.rows)


def test_what_was_compared_is_saved_as_csv_a_row_for_each_measure_and_moment() -> None:
    baseline = market()
    branch = Branch(baseline, market(), days=1, shock={"kind": "fundamental_jump", "size": -0.3})
    stepped(branch, baseline, 3)

    head, *rows = branch.csv().decode().splitlines()

    assert head == "measure,day,baseline,branch,difference"
    assert rows == [",".join(map(str, ("index", *row))) for row in branch.rows["index"]]
    assert len(rows) == 4


def test_closing_lets_go_of_the_second_economy_and_the_world_goes_on() -> None:
    with World(market()) as world:
        branch = branch_here(world, days=1)
        world.step()
        assert branch_of(world) is branch
        assert branch.tick == world.snapshot.tick == 1
        held = weakref.ref(branch.economy)

        end_branch(world)
        gc.collect()
        world.step()

        assert held() is None
        assert branch_of(world) is None
        assert branch.tick == 1
        assert branch.is_over


def test_a_branch_goes_with_its_world() -> None:
    world = World(market())
    held = weakref.ref(branch_here(world, days=1).economy)
    world.close()
    del world
    gc.collect()
    assert held() is None


def test_what_ends_a_branch_ends_only_the_branch() -> None:
    baseline = market()
    branch = Branch(baseline, market(), days=1)
    assert branch.economy is not None
    next(iter(branch.economy.schedule)).run = _fail

    stepped(branch, baseline, 2)

    assert baseline.tick == 2
    assert "a cause" in branch.error
    assert branch.tick == 0


def _fail(_economy: Economy) -> None:
    raise RuntimeError("a cause")


def test_a_horizon_or_a_shock_that_cannot_be_is_refused() -> None:
    baseline = market()
    for days in (0, 10_000, True, 1.5):
        with pytest.raises(OutOfBounds, match="days"):
            Branch(baseline, market(), days=days)
    with pytest.raises(OutOfBounds, match="needs an economy behind"):
        Branch(baseline, market(), days=1, shock={"kind": "wage_push", "size": 0.1})


def test_object_traders_are_in_no_state_so_such_a_world_has_no_branch() -> None:
    baseline = market()
    baseline.floor.traders.append(object())  # type: ignore[arg-type]
    with pytest.raises(NotRepeatable):
        Branch(baseline, market(), days=1)
