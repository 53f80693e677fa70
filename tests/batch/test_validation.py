"""Validation: statistics agree with the literature and with the United States, and verdicts with both."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catallaxy.batch import macro_statistics as stats
from catallaxy.batch.macro_rules import MACRO_RULES, MacroQuarters, MacroRule
from catallaxy.batch.validation import COLUMNS, Band, Job, Plan, ValidationResult, validate
from catallaxy.batch.validation_plan import PLANS, STEADY_STATE, plan_named
from catallaxy.batch.validation_report import accepted, page_of
from catallaxy.core.errors import OutOfBounds, ScenarioError, UnusableSeries
from catallaxy.core.schemas import TABLES
from tests.batch.macro_months import a_run_that_halts_for_seed_two, a_sane_run, months_of

JOB = Job("markets", 40, 5, burn_in=10)


def a_plan(**changes: Any) -> Plan:
    return replace(Plan("test", (JOB,), STEADY_STATE), **changes)


def verdicts(result: ValidationResult) -> dict[str, str]:
    return {fact.key: fact.verdict for fact in result.jobs[0].facts}


# -- statistics -----------------------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [0.0, 6.25, 1600.0, 129_600.0])
def test_the_trend_is_that_of_statsmodels(smoothing: float) -> None:
    filters = pytest.importorskip("statsmodels.tsa.filters.hp_filter", reason="the twin is in statsmodels")
    series = np.random.default_rng(2).normal(0.0, 1.0, 160).cumsum()

    cycle, trend = filters.hpfilter(series, smoothing)

    assert stats.hp_trend(series, smoothing) == pytest.approx(trend, abs=1e-8)
    assert stats.hp_cycle(series, smoothing) == pytest.approx(cycle, abs=1e-8)


def test_a_straight_line_has_no_cycle() -> None:
    assert stats.hp_cycle(3.0 + 0.5 * np.arange(80.0)) == pytest.approx(np.zeros(80), abs=1e-7)


def test_the_trend_solves_the_first_order_conditions() -> None:
    """(I + λ K'K) t = x, written out densely."""
    series = np.random.default_rng(3).normal(0.0, 1.0, 30)
    second = np.diff(np.eye(30), n=2, axis=0)

    trend = stats.hp_trend(series)

    assert trend + 1600.0 * second.T @ second @ trend == pytest.approx(series, abs=1e-7)


def test_a_series_that_has_no_trend_is_refused() -> None:
    for series, cause in (([1.0, 2.0], "has 2 values"), ([1.0, np.nan, 2.0], "has values that are not finite")):
        with pytest.raises(UnusableSeries, match=cause):
            stats.hp_trend(np.array(series))
    with pytest.raises(OutOfBounds):
        stats.hp_trend(np.arange(5.0), -1.0)


def test_a_positive_lag_says_that_the_first_series_follows() -> None:
    wave = np.random.default_rng(4).normal(0.0, 1.0, 200)
    late = np.roll(wave, 2)

    assert stats.correlation(late, wave, 2) > 0.99
    assert stats.lag_of_peak(late, wave) == 2
    assert stats.lag_of_peak(-wave, late, sign=-1) == -2


def test_what_never_varies_has_no_statistics() -> None:
    flat, wave = np.ones(20), np.sin(np.arange(20.0))

    assert np.isnan([stats.correlation(flat, wave), stats.slope(flat, wave), stats.persistence(flat)]).all()
    assert np.isnan(stats.relative_deviation(wave, flat))
    with pytest.raises(UnusableSeries):
        stats.lag_of_peak(flat, wave)


def test_persistence_is_that_of_an_autoregression() -> None:
    draws = np.random.default_rng(5).normal(0.0, 1.0, 20_000)
    series = np.zeros(draws.size)
    for t in range(1, series.size):
        series[t] = 0.8 * series[t - 1] + draws[t]

    assert stats.persistence(series) == pytest.approx(0.8, abs=0.02)


def test_slopes_pass_over_what_is_missing() -> None:
    x, y = np.array([0.0, 1.0, 2.0, np.nan]), np.array([1.0, 3.0, 5.0, 9.0])

    assert stats.slope(x, y) == pytest.approx(2.0)


# -- the United States ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def us() -> dict[str, float]:
    for package in ("statsmodels", "arch"):
        pytest.importorskip(package, reason="the reference is in the packages of the extra data")
    from catallaxy.batch.macro_reference import measured_reference

    return measured_reference()


@pytest.mark.parametrize("rule", MACRO_RULES, ids=lambda rule: rule.key)
def test_the_numbers_of_the_united_states_are_those_of_its_series(rule: MacroRule, us: dict[str, float]) -> None:
    if rule.key in us:
        assert us[rule.key] == pytest.approx(rule.us, abs=0.0006 if abs(us[rule.key]) < 1 else 0.005)
    else:
        assert rule.key in ("M3", "M8a", "M8b")  # quoted from the paper, or of sign only


@pytest.mark.parametrize("rule", MACRO_RULES, ids=lambda rule: rule.key)
def test_the_united_states_pass_every_fact(rule: MacroRule) -> None:
    assert rule.us is None or rule.low <= rule.us <= rule.high


def test_the_standard_deviation_of_output_is_the_published_one() -> None:
    """1.54 %, within what Stock and Watson (1999, table 2) find for 1953 to 1996 with another filter, 1.66."""
    pytest.importorskip("statsmodels", reason="the series is in statsmodels")
    from catallaxy.batch.macro_reference import us_quarters

    assert us_quarters().cycle("output").std() == pytest.approx(1.54, abs=0.01)


# -- months and quarters --------------------------------------------------------------------------


def test_flows_are_added_up_and_money_is_at_constant_prices() -> None:
    months = {name: np.arange(1.0, 8.0) for name in COLUMNS} | {"price_level": np.full(7, 2.0)}

    quarters = MacroQuarters.of(months)

    assert quarters.size == 2
    assert quarters.output.tolist() == [6.0, 15.0]
    assert quarters.consumption.tolist() == [3.0, 7.5]
    assert quarters.unemployment.tolist() == [200.0, 500.0]
    assert quarters.loans is not None
    assert quarters.loans.tolist() == [1.0, 2.5]
    assert quarters.failures is not None
    assert quarters.failures.tolist() == [6.0, 15.0]
    assert quarters.spread is not None
    assert quarters.spread.tolist() == [200.0, 500.0]


def test_inflation_and_growth_are_over_four_quarters() -> None:
    months = months_of(24)

    quarters = MacroQuarters.of(months)

    assert quarters.inflation.size == quarters.growth.size == 4
    assert quarters.growth[0] == pytest.approx(100 * (months["output"][12:15].sum() / months["output"][:3].sum() - 1))


def test_an_economy_that_stops_producing_has_no_cycle() -> None:
    months = months_of(480)
    months["output"][300:306] = 0.0

    assert np.isnan(MacroQuarters.of(months).cycle("output")).all()


# -- verdicts -------------------------------------------------------------------------------------


def test_an_economy_with_the_right_cycle_passes_what_it_was_given() -> None:
    result = validate(a_plan(), runner=a_sane_run)
    found = verdicts(result)

    assert [
        key
        for key in ("M1", "M2a", "M2b", "M2c", "M3", "M5a", "M5b", "M5c", "M6", "M8a", "M8c")
        if found[key] != "pass"
    ] == []
    assert result.passes
    assert [fact.key for fact in result.gate] == ["M2a", "M6"]
    assert "Gate: passed." in page_of(result)


def test_a_fact_is_measured_on_what_comes_after_the_burn_in() -> None:
    rule = MacroRule("X", "x", "quarters", 0.0, 1.0, None, "nobody", lambda quarters: float(quarters.size))

    result = validate(a_plan(rules=(rule,)), runner=a_sane_run)

    assert result.jobs[0].facts[0].values.tolist() == [120.0] * 5


def test_four_of_five_seeds_are_enough_and_three_are_not() -> None:
    def band(keeping: int) -> Band:
        order = [0.0] * keeping + [9.0] * (5 - keeping)
        values = iter(order)
        return Band("x", "x", 0.0, 1.0, "nobody", lambda months: next(values))

    result = validate(a_plan(bands=(band(4), band(3))), runner=a_sane_run)

    assert [(judged.kept, judged.verdict) for judged in result.jobs[0].bands] == [(4, "pass"), (3, "miss")]
    assert not result.passes


def test_a_statistic_that_does_not_exist_is_a_miss() -> None:
    never = Band("x", "x", 0.0, 1.0, "nobody", lambda months: float("nan"))

    judged = validate(a_plan(bands=(never,)), runner=a_sane_run).jobs[0].bands[0]

    assert (judged.kept, judged.verdict) == (0, "miss")
    assert np.isnan(judged.median)


def test_a_run_that_halts_is_named_and_passes_nothing() -> None:
    result = validate(a_plan(jobs=(replace(JOB, seeds=2),)), runner=a_run_that_halts_for_seed_two)
    page = page_of(result)

    assert list(result.jobs[0].halted) == [2]
    assert {band.verdict for band in result.jobs[0].bands} == {"miss"}
    assert (result.jobs[0].bands[0].kept, result.jobs[0].bands[0].asked) == (1, 2)
    assert not result.passes
    assert "1 halted.\nSeed 2 halted in tick 640, stage 'wages': a cause." in page
    assert "Gate: not passed: M2a Phillips curve, M6 cycles last." in page


def test_runs_too_short_for_a_cycle_say_so() -> None:
    result = validate(a_plan(jobs=(Job("markets", 5, 2, burn_in=2),)), runner=a_sane_run)

    assert set(verdicts(result).values()) == {"too short"}
    assert result.jobs[0].facts[0].note == "12 quarters; 40 are needed"
    assert "Gate: not measured, for the runs are too short." in page_of(result)


@pytest.mark.parametrize(("years", "seeds", "burn_in"), [(5, 0, 1), (5, 1, 5), (5, 1, -1)])
def test_a_job_that_measures_nothing_is_refused(years: int, seeds: int, burn_in: int) -> None:
    with pytest.raises(OutOfBounds):
        Job("markets", years, seeds, burn_in)


def test_a_range_is_told_in_words() -> None:
    assert [accepted(*ends) for ends in ((0.5, 1.0), (-np.inf, 0.0), (1.0, np.inf))] == [
        "0.5 to 1", "at most 0", "at least 1",
    ]  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_the_plans_that_ship_have_a_source_for_everything(name: str) -> None:
    plan = plan_named(name)

    assert all(band.source and band.low < band.high for band in plan.bands)
    assert all(rule.source for rule in plan.rules)
    assert len({rule.key for rule in plan.rules}) == len(plan.rules)


@pytest.mark.parametrize("name", PLANS)
def test_what_a_plan_that_ships_reads_is_recorded(name: str) -> None:
    for job in plan_named(name).jobs:
        recipes = job.recipes()

        assert [recipe.seed for recipe in recipes] == list(range(1, job.seeds + 1))
        assert {reading.column for reading in recipes[0].readings} <= set(TABLES["macro"].names)
        assert recipes[0].settings["clock"]["days"] == 252 * job.years


# -- what is written ------------------------------------------------------------------------------


def test_a_validation_that_was_stopped_goes_on(tmp_path: Path) -> None:
    heard: list[tuple[int, int, str]] = []
    first = validate(a_plan(jobs=(replace(JOB, seeds=2),)), out=tmp_path / "out", runner=a_sane_run)

    again = validate(a_plan(), out=tmp_path / "out", runner=a_sane_run, progress=lambda *said: heard.append(said))

    assert heard[0] == (2, 5, "")
    assert [run.stored for run in again.jobs[0].outcomes] == [True, True, False, False, False]
    assert again.cpu_seconds == 5.0
    assert first.jobs[0].bands[0].values.tolist() == again.jobs[0].bands[0].values[:2].tolist()


def test_a_folder_holds_tables_page_and_facts(tmp_path: Path) -> None:
    result = validate(a_plan(), out=tmp_path / "out", runner=a_sane_run)
    out = tmp_path / "out"

    assert sorted(path.name for path in out.iterdir()) == [
        "bands.csv", "facts.csv", "runs", "runs.csv", "validation.json", "validation.md",
    ]  # fmt: skip
    facts, told = pd.read_csv(out / "facts.csv"), json.loads((out / "validation.json").read_text())
    assert list(facts["key"]) == [rule.key for rule in MACRO_RULES]
    assert len(pd.read_csv(out / "bands.csv")) == len(STEADY_STATE)
    assert list(pd.read_csv(out / "runs.csv")["seed"]) == [1, 2, 3, 4, 5]
    assert (told["status"], told["passes"], told["gate"]) == ("finished", result.passes, "passed")
    assert "| markets | M6 | cycles last |" in (out / "validation.md").read_text()


def test_a_folder_of_another_plan_is_refused(tmp_path: Path) -> None:
    validate(a_plan(), out=tmp_path / "out", runner=a_sane_run)

    with pytest.raises(ScenarioError) as caught:
        validate(a_plan(name="other"), out=tmp_path / "out", runner=a_sane_run)

    assert str(caught.value) == f"{tmp_path / 'out'} holds the validation 'test'; choose another --out"


@pytest.mark.slow
@pytest.mark.compiled
def test_two_thousand_households_are_sane_for_five_years() -> None:
    """Two seeds, identities in every tick; what a band of three measured years can say of a small economy."""
    result = validate(PLANS["quick"])

    assert [job.halted for job in result.jobs] == [{}]
    kept = {(band.name, band.statistic) for band in result.jobs[0].bands if band.verdict == "pass"}
    assert kept >= {
        ("unemployment", "mean, %"), ("policy rate", "mean, %"), ("investment", "share of GDP, %"),
        ("public debt", "of a year's GDP"), ("deposits", "of a year's GDP"), ("loans", "of a year's GDP"),
        ("capital ratio", "mean, %"), ("failures of banks", "a year"),
    }  # fmt: skip
