"""Experiments: pairs are equal until the change, a known response is found, and nothing is lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catallaxy.batch.experiment import Change, Column, Expectation, Experiment, ExperimentResult, Size, run_experiment
from catallaxy.batch.experiment_list import EXPERIMENTS, experiment_named
from catallaxy.batch.impulse import Response, difference, interval
from catallaxy.batch.stored_runs import Reading, RunOutcome, RunRecipe, lasting, make_run, run_all
from catallaxy.core.errors import (
    NoSuchTable,
    OutOfBounds,
    RunError,
    RunFolderUnwritable,
    ScenarioError,
    UnknownKey,
    UnusableSeries,
)
from tests.batch.paired_runs import (
    DOWN,
    UP,
    a_question,
    dies,
    falls_but_halts_once,
    falls_by_five,
    halts,
    is_changed,
    is_not_paired,
)


@pytest.fixture(autouse=True)
def _undrawn(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave figures out, which take longer than all the rest, but where a test asks for `drawn`."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr("catallaxy.batch.experiment_report.draw_responses", lambda result, folder: None)


@pytest.fixture
def drawn() -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")


def told(result: ExperimentResult) -> str:
    return result.verdict.replace("\u2212", "-")


# -- a known response -----------------------------------------------------------------------------


def test_a_known_response_is_found_with_its_sign_and_size() -> None:
    result = run_experiment(a_question(), runner=falls_by_five)
    finding = result.findings[0]

    assert (finding.as_expected, finding.asked, finding.is_found) == (10, 10, True)
    assert finding.mean == pytest.approx(-5.0, abs=0.5)
    assert finding.band[0] < -5.0 < finding.band[1]
    assert result.is_as_expected
    assert "down, as expected (Nobody 1900), in 10 of 10 seeds." in told(result)
    assert "The expected sign is found." in told(result)


def test_a_missed_sign_is_called_a_miss() -> None:
    result = run_experiment(a_question(expected=(UP, DOWN)), runner=falls_by_five)

    assert [finding.is_found for finding in result.findings] == [False, True]
    assert "expected was up (Nobody 1900), which 0 of 10 seeds show: missed." in told(result)
    assert "Of 2 expected signs, 1 missed: the index." in told(result)
    assert not result.is_as_expected


def test_what_nobody_expected_is_told_as_well() -> None:
    assert "Volume does not respond." in told(run_experiment(a_question(), runner=falls_by_five))


def test_an_expected_range_is_told_and_can_be_required() -> None:
    small = Expectation("index", "within", (1, 5), "Nobody 1900", (-1.0, 1.0))
    right = Expectation("index", "within", (1, 5), "Nobody 1900", (-6.5, -3.5))

    result = run_experiment(a_question(expected=(small, right)), runner=falls_by_five)

    assert [finding.as_expected for finding in result.findings] == [0, 10]
    assert "the source has -1 to +1" in told(result)


def test_eighteen_of_twenty_seeds_are_enough_and_seventeen_are_not() -> None:
    def of(agreeing: int) -> ExperimentResult:
        def runner(recipe: RunRecipe) -> RunOutcome:
            values = np.full((recipe.periods, len(recipe.readings)), 100.0)
            values[recipe.eve :, 0] += is_changed(recipe) * (-1.0 if recipe.seed <= agreeing else 1.0)
            return RunOutcome(values)

        return run_experiment(a_question(), seeds=20, runner=runner)

    assert [of(18).findings[0].is_found, of(17).findings[0].is_found] == [True, False]
    assert "17 of 20 seeds" in told(of(17))


def test_responses_are_tidy_and_nothing_is_said_of_shares_before_the_change() -> None:
    frame = run_experiment(a_question(), runner=falls_by_five).to_pandas()
    index = frame[frame["column"] == "index"].set_index("period")

    assert list(frame.columns) == [
        "experiment", "column", "period", "mean", "low", "high", "p5", "p95", "share", "n", "unit",
    ]  # fmt: skip
    assert list(index.index) == [-1, 0, 1, 2, 3, 4, 5, 6]
    assert (index.loc[:0, ["mean", "low", "high", "p5", "p95"]] == 0.0).all(axis=None)
    assert index.loc[:0, "share"].isna().all()
    assert (index.loc[1:, "share"] == 1.0).all()
    assert (index["low"] <= index["mean"]).all()
    assert (index["p5"] <= index["mean"]).all()
    assert set(index["n"]) == {10}
    assert frame[frame["column"] == "volume"]["share"].isna().all()


# -- pairing --------------------------------------------------------------------------------------


def test_runs_of_a_real_pair_are_equal_to_the_byte_until_the_change() -> None:
    result = run_experiment(a_question(), quick=True)
    base, changed = result.outcomes[0], result.outcomes[1]

    assert (base.values[:3] == changed.values[:3]).all()
    assert (base.values[3:, 0] != changed.values[3:, 0]).any()
    assert base.state == changed.state != ""
    assert result.equal_states == 2
    assert "equal to the last bit in 2 columns over days 1 to 3, and so is their whole state on its eve" in told(result)


def test_the_smallest_difference_before_the_change_is_refused() -> None:
    with pytest.raises(RunError) as caught:
        run_experiment(a_question(), runner=is_not_paired)

    assert str(caught.value).startswith(
        "a-question, index, seed 2: the two runs differ by 1.42109e-14 in period 2 of 3"
    )


def test_a_state_that_differs_where_columns_do_not_is_told() -> None:
    def runner(recipe: RunRecipe) -> RunOutcome:
        return RunOutcome(falls_by_five(recipe).values, state=f"{recipe.seed} {is_changed(recipe) and recipe.seed > 3}")

    result = run_experiment(a_question(), seeds=5, runner=runner)

    assert result.equal_states == 3
    assert "but their whole state on its eve in 3 of 5 pairs only." in told(result)


def test_a_change_that_holds_from_the_opening_says_nothing_of_pairing() -> None:
    change = Change("Traders act more often", settings={"traders.activity": 0.3})

    result = run_experiment(a_question(change=change), quick=True)

    assert result.equal_states is None
    assert (result.outcomes[0].values[0] != result.outcomes[1].values[0]).any()
    assert "nothing before it tells whether the pairs share their draws" in told(result)


def test_shocks_are_dated_from_the_change_whatever_the_length_of_a_day() -> None:
    late = {"kind": "fundamental_jump", "size": -0.1, "after": 2, "lasts": 3}

    for ticks in (5, 30):
        base, changed = a_question(
            change=Change("Late", (late,)), settings={"clock.ticks_per_day": ticks, "stocks.number": 2}
        ).scenarios()
        assert base.shocks == ()
        assert (changed.shocks[0]["at"], changed.shocks[0]["until"]) == (5 * ticks + 1, 8 * ticks)


def test_shocks_of_the_base_stay_in_both_runs() -> None:
    flood = {"kind": "order_flood", "side": "sell", "size": 0.1, "at": 2, "until": 3}

    base, changed = a_question(settings={"shocks": (flood,)}).scenarios()

    assert [len(base.shocks), len(changed.shocks)] == [1, 2]
    assert changed.shocks[0] == base.shocks[0]


# -- halts ----------------------------------------------------------------------------------------


def test_a_seed_that_halts_is_named_and_counts_against_every_sign() -> None:
    result = run_experiment(a_question(), runner=falls_but_halts_once)

    assert result.halted == {"seed 3, changed": "halted in tick 21, stage 'post': a cause; the tick was discarded"}
    assert (result.findings[0].as_expected, result.findings[0].asked) == (9, 10)
    assert result.response("index").seeds == (1, 2, 4, 5, 6, 7, 8, 9, 10)
    assert told(result).endswith(
        "counted against every sign: seed 3, changed: halted in tick 21, stage 'post': a cause."
    )
    assert not result.is_as_expected


def test_an_economy_that_always_halts_is_an_error_that_says_why() -> None:
    with pytest.raises(RunError) as caught:
        run_experiment(a_question(), runner=halts)

    assert str(caught.value) == (
        "a-question: 0 of 10 pairs reached their end, and a band needs two; the first that did not: "
        "halted in tick 1, stage 'post': a cause"
    )


def test_a_run_that_halts_is_told_with_what_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from catallaxy.model import stages

    def fails(economy: Any) -> None:
        if economy.tick == 12:
            raise OSError("no space left")

    monkeypatch.setattr(stages, "anchor", fails)

    outcome = make_run(a_question().recipes([1])[0])

    assert outcome.values.shape == (2, 2)
    assert outcome.halted.startswith("halted in tick 12, stage 'anchor': OSError: no space left")


# -- runs that are kept ---------------------------------------------------------------------------


def counted(recipes: list[RunRecipe], folder: Path) -> int:
    """Return how many of some runs are made rather than read."""
    made: list[RunRecipe] = []

    def runner(recipe: RunRecipe) -> RunOutcome:
        made.append(recipe)
        return falls_by_five(recipe)

    run_all(recipes, folder=folder, runner=runner)
    return len(made)


def test_finished_runs_are_read_again(tmp_path: Path) -> None:
    first = run_experiment(a_question(), seeds=3, out=tmp_path / "out", runner=falls_by_five)
    again = run_experiment(a_question(), seeds=4, out=tmp_path / "out", runner=falls_by_five)

    assert [run.stored for run in first.outcomes] == [False] * 6
    assert [run.stored for run in again.outcomes] == [True] * 6 + [False] * 2
    assert again.cpu_seconds == 8 * 0.25
    for old, new in zip(first.outcomes, again.outcomes, strict=False):
        assert (old.values == new.values).all()
        assert old.state == new.state


def test_a_run_of_another_recipe_is_made_anew(tmp_path: Path) -> None:
    """Experiments that share their base share its runs."""
    recipes = a_question().recipes([1, 2])

    assert [counted(recipes, tmp_path), counted(recipes, tmp_path)] == [4, 0]
    assert counted(a_question(horizon=7).recipes([1, 2]), tmp_path) == 4
    assert counted(a_question(settings={"traders.number": 61}).recipes([1]), tmp_path) == 2
    assert counted(a_question(change=Change("Other", ({"kind": "symbol_halt"},))).recipes([1, 2]), tmp_path) == 2


def test_a_run_of_other_code_or_versions_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = a_question().recipes([1])
    counted(recipes, tmp_path)

    monkeypatch.setattr("catallaxy.batch.stored_runs.code_digest", lambda: "edited")

    assert counted(recipes, tmp_path) == 2


def test_a_file_that_cannot_be_read_back_is_made_anew(tmp_path: Path) -> None:
    recipes = a_question().recipes([1])
    counted(recipes, tmp_path)
    first, second = sorted((tmp_path / "runs").iterdir())
    first.write_bytes(first.read_bytes()[:100])
    second.write_bytes(b"")

    assert counted(recipes, tmp_path) == 2
    assert counted(recipes, tmp_path) == 0


def test_a_run_that_halted_is_tried_again(tmp_path: Path) -> None:
    run_experiment(a_question(), seeds=4, out=tmp_path / "out", runner=falls_but_halts_once)

    again = run_experiment(a_question(), seeds=4, out=tmp_path / "out", runner=falls_by_five)

    assert again.halted == {}
    assert sum(run.stored for run in again.outcomes) == 7


@pytest.mark.slow
@pytest.mark.compiled
def test_processes_make_the_same_runs(tmp_path: Path) -> None:
    recipes = a_question().recipes([1])

    alone, spawned = run_all(recipes), run_all(recipes, folder=tmp_path, jobs=2)

    for one, other in zip(alone, spawned, strict=True):
        assert (one.values == other.values).all()
        assert one.state == other.state
    assert [run.stored for run in run_all(recipes, folder=tmp_path)] == [True, True]


@pytest.mark.slow
def test_a_process_that_dies_is_told_in_a_sentence() -> None:
    with pytest.raises(RunError, match="a process that made runs died"):
        run_all(a_question().recipes([1]), jobs=2, runner=dies)


def test_progress_counts_runs_that_were_there_before(tmp_path: Path) -> None:
    run_experiment(a_question(), seeds=2, out=tmp_path / "out", runner=falls_by_five)
    heard: list[tuple[int, int, str]] = []

    run_experiment(
        a_question(), seeds=3, out=tmp_path / "out", runner=falls_by_five, progress=lambda *said: heard.append(said)
    )

    assert heard == [(4, 6, ""), (5, 6, "seed 3, base"), (6, 6, "seed 3, changed")]


# -- what is read ---------------------------------------------------------------------------------


def test_a_period_is_reduced_as_its_column_says() -> None:
    readings = (
        Reading("tick"), Reading("tick", over="sum"), Reading("tick", over="mean"),
        Reading("cash", "agents", "sum"), Reading("last", "quotes", "sum"),
    )  # fmt: skip
    settings = lasting("markets", a_question().settings, 2, "day", ["world", "quotes"])

    values = make_run(RunRecipe("one", settings.effective(), 7, 2, "day", readings)).values

    assert (settings.recording.quotes, settings.recording.trades) == (True, False)
    assert values[:, :3].tolist() == [[5.0, 15.0, 3.0], [10.0, 40.0, 8.0]]
    assert values[0, 3] == values[1, 3] > 0.0
    assert (values[:, 4] > 0.0).all()


def test_a_month_has_twenty_one_days() -> None:
    experiment = a_question(period="month", burn_in=1, horizon=1, expected=(), columns=(Column("day"),))

    result = run_experiment(experiment, seeds=2)

    assert result.outcomes[0].values.tolist() == [[21.0], [42.0]]
    assert experiment.scenarios()[1].shocks[0]["at"] == 21 * 5 + 1


@pytest.mark.parametrize(
    ("reading", "error", "message"),
    [
        (Reading("index", "wrld"), NoSuchTable, "no table 'wrld'; did you mean 'world'?"),
        (Reading("indx"), UnknownKey, "unknown key 'world.indx'; did you mean 'world.index'?"),
        (Reading("amount", "contracts"), UnusableSeries, "contracts.amount has no row in day 1 of the run 'one'"),
    ],
)
def test_what_cannot_be_read_is_named(reading: Reading, error: type[Exception], message: str) -> None:
    settings = lasting("markets", a_question().settings, 1, "day", ["world"])

    with pytest.raises(error) as caught:
        make_run(RunRecipe("one", settings.effective(), 7, 1, "day", (reading,)))

    assert str(caught.value) == message


def test_a_percentage_of_nothing_names_column_and_seed() -> None:
    def runner(recipe: RunRecipe) -> RunOutcome:
        return RunOutcome(np.zeros((recipe.periods, len(recipe.readings))))

    with pytest.raises(UnusableSeries) as caught:
        run_experiment(a_question(), runner=runner)

    assert str(caught.value) == (
        "volume, seed 1: a response in percent needs values above 0, and one is 0; read levels"
    )


# -- numbers --------------------------------------------------------------------------------------


def test_differences_have_the_units_they_claim() -> None:
    base, changed = np.array([0.02, 0.04]), np.array([0.03, 0.04])

    assert difference(base, changed, "level") == pytest.approx([0.01, 0.0])
    assert difference(base, changed, "basis points") == pytest.approx([100.0, 0.0])
    assert difference(base, changed, "percentage points") == pytest.approx([1.0, 0.0])
    assert difference(np.array([100.0]), np.array([90.0]), "percent") == pytest.approx([100.0 * np.log(0.9)])


def test_nine_of_ten_intervals_hold_the_true_mean() -> None:
    """Of 4,000 samples of 6 draws; four standard errors are 1.9 percentage points."""
    low, high = interval(np.random.default_rng(1).normal(3.0, 2.0, (6, 4_000)))

    assert np.mean((low <= 3.0) & (high >= 3.0)) == pytest.approx(0.9, abs=0.019)


def test_the_interval_is_that_of_student() -> None:
    """Student (1908), table of Cushny and Peebles: ten patients, mean 1.58, standard deviation 1.23 (n - 1)."""
    gain = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])[:, None]

    low, high = interval(gain)

    assert (float(low[0]), float(high[0])) == pytest.approx((1.58 - 1.833 * 1.2300 / 10**0.5, 1.58 + 0.7130), abs=1e-3)


def test_what_some_seeds_lack_is_left_out_and_counted() -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    response = Response("x", (1, 2, 3), np.array([1, 2]), values)

    assert response.count.tolist() == [2, 0]
    assert response.mean[0] == 2.0
    assert np.isnan([response.mean[1], response.band[0][1], response.percentiles[1][1], response.share("up")[1]]).all()
    assert response.share("up")[0] == 1.0


# -- what is written ------------------------------------------------------------------------------


@pytest.mark.usefixtures("drawn")
def test_a_folder_holds_tables_verdict_recipe_and_figure(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = run_experiment(a_question(), seeds=3, out=out, runner=falls_but_halts_once)

    assert sorted(path.name for path in out.iterdir()) == [
        "experiment.json", "impulse-responses.png", "impulse-responses.svg", "responses.csv", "runs", "runs.csv",
        "verdict.md",
    ]  # fmt: skip
    responses, runs = pd.read_csv(out / "responses.csv"), pd.read_csv(out / "runs.csv")
    facts = json.loads((out / "experiment.json").read_text())
    assert set(responses["n"]) == {2}
    assert list(runs["status"]) == ["finished"] * 5 + ["halted"]
    assert facts["status"] == "finished"
    assert (facts["seeds"], facts["cpu_seconds"]) == ([1, 2, 3], 1.35)
    assert facts["difference"]["shocks"][0]["at"] == 16
    assert facts["findings"][0]["seeds"] == "2 of 3"
    assert facts["effects"]["0"].keys() == {"1", "2"}
    assert result.verdict in (out / "verdict.md").read_text()
    svg = (out / "impulse-responses.svg").read_text()
    assert svg.count("90 % t-interval of the mean") == 1
    assert (out / "impulse-responses.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("drawn")
def test_the_same_runs_give_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run_experiment(a_question(), seeds=2, out=tmp_path / name, runner=falls_by_five)

    for file in ("responses.csv", "runs.csv", "verdict.md", "impulse-responses.svg", "impulse-responses.png"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.usefixtures("drawn")
def test_without_matplotlib_everything_else_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catallaxy.batch.drawing.find_spec", lambda name: None)

    run_experiment(a_question(), seeds=2, out=tmp_path / "out", runner=falls_by_five)

    assert (tmp_path / "out" / "verdict.md").exists()
    assert not list((tmp_path / "out").glob("impulse-responses.*"))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    run_experiment(a_question(), seeds=2, out=tmp_path / "out", runner=falls_by_five)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")

    with pytest.raises(ScenarioError) as another:
        run_experiment(a_question(name="other"), seeds=2, out=tmp_path / "out", runner=falls_by_five)
    with pytest.raises(ScenarioError) as stranger:
        run_experiment(a_question(), seeds=2, out=tmp_path / "mine", runner=falls_by_five)

    assert str(another.value) == f"{tmp_path / 'out'} holds the experiment 'a-question'; choose another --out"
    assert str(stranger.value) == f"{tmp_path / 'mine'} holds files, but no experiment; choose another --out"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_made_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(RunFolderUnwritable):
        run_experiment(a_question(), seeds=2, out=tmp_path / "file" / "out", runner=halts)


# -- designs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"expected": (Expectation("indx", "up", (1, 2), "x"),)},
            "a-question.expected is 'indx'; give a column that is read; did you mean 'index'?",
        ),
        (
            {"expected": (Expectation("index", "up", (1, 9), "x"),)},
            "a-question.expected.window is (1, 9); give first and last period, from 1 to the horizon of 6",
        ),
        (
            {"quick": Size(2, horizon=4)},
            "a-question.expected.window is (1, 5); give first and last period, from 1 to the horizon of 4",
        ),
        (
            {"expected": (Expectation("index", "within", (1, 2), "x"),)},
            'a-question.expected.size is None; direction "within" needs a range',
        ),
        ({"full": Size(1)}, "a-question.seeds is 1; give 2 or more: a band needs several pairs"),
        (
            {"columns": (Column("index"), Column("index"))},
            "a-question.columns is ['index', 'index']; give one or more, each once",
        ),
        (
            {"burn_in": 0},
            "a-question.burn_in, horizon is (0, 6); give 1 or more periods before the change and after it",
        ),
    ],
)
def test_a_design_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        a_question(**changes)

    assert str(caught.value) == message


@pytest.mark.parametrize("seeds", [1, [4], [4, 4]])
def test_a_band_needs_two_different_seeds(seeds: Any) -> None:
    with pytest.raises(OutOfBounds, match="give 2 or more, each once: a band needs several pairs"):
        run_experiment(a_question(), seeds=seeds, runner=falls_by_five)


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=lambda experiment: experiment.name)
@pytest.mark.parametrize("quick", [False, True])
def test_every_experiment_that_ships_can_be_run(experiment: Experiment, quick: bool) -> None:
    base, changed = experiment.sized(quick).scenarios()

    assert experiment_named(experiment.name.replace("-", "_")) is experiment
    assert base.effective() != changed.effective()
    assert all(expectation.source for expectation in experiment.expected)
