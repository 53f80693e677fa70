"""Validation of the closed economy: long runs of several seeds against bands of a steady state and macro facts.

A `Plan` lists jobs (a scenario, its length, its seeds) and the bands their averages must keep. Each run is
reduced to the months of table ``macro`` and kept, so that a validation that was stopped goes on. A band or a
fact passes when four of five seeds keep it; a run that halts is told, and passes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray
from .batch_files import begin_folder
from .macro_rules import MACRO_RULES, MacroQuarters, MacroRule
from .stored_runs import Reading, Runner, RunOutcome, RunRecipe, Tell, lasting, make_run, run_all
from .validation_report import VALIDATION, write_validation

Verdict = Literal["pass", "miss", "too short", "not measured"]
Months = Mapping[str, FloatArray]
MACRO = "macro"
COLUMNS = (
    "output", "consumption", "investment", "government", "gdp", "unemployment", "vacancy_rate", "inflation",
    "expected_inflation", "policy_rate", "price_level", "wage", "deposits", "loans", "public_debt", "failures",
    "bank_failures", "capital_ratio", "spread", "index",
)  # fmt: skip
ENOUGH = (4, 5)  # seeds that must keep a band or a fact


@dataclass(frozen=True)
class Job:
    """Runs of one scenario.

    Attributes
    ----------
    years, burn_in : int
        Length, and the years at the beginning that are not measured.
    seeds : int
        Seeds 1 to that number.
    settings : mapping
        Overrides by dotted key.
    """

    scenario: str | Mapping[str, Any]
    years: int
    seeds: int
    burn_in: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.burn_in < self.years:
            raise OutOfBounds("burn_in", self.burn_in, f"give years from 0 to less than the {self.years} of a run")
        if self.seeds < 1:
            raise OutOfBounds("seeds", self.seeds, "give 1 or more")

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario if isinstance(self.scenario, str) else str(self.scenario.get("name", "unnamed"))

    def recipes(self) -> list[RunRecipe]:
        """Return what to run, a recipe for each seed."""
        days = self.years * TRADING_DAYS_PER_YEAR
        settings = lasting(self.scenario, self.settings, days, "month", [MACRO]).effective()
        readings = tuple(Reading(column, MACRO) for column in COLUMNS)
        return [
            RunRecipe(f"{self.name}, seed {seed}", settings, seed, 12 * self.years, "month", readings)
            for seed in range(1, self.seeds + 1)
        ]


@dataclass(frozen=True)
class Band:
    """A number that an economy must keep on average, with the reason why."""

    name: str
    statistic: str
    low: float
    high: float
    source: str
    measure: Callable[[Months], float]


@dataclass(frozen=True)
class Plan:
    """What is validated, and how thoroughly."""

    name: str
    jobs: tuple[Job, ...]
    bands: tuple[Band, ...]
    rules: tuple[MacroRule, ...] = MACRO_RULES


@dataclass(frozen=True)
class Judged:
    """A band or a fact, and what each seed gives; ``us`` is what the United States give, where there is such a number.

    ``asked`` counts all seeds, also those that halted.
    """

    key: str
    name: str
    statistic: str
    low: float
    high: float
    us: float | None
    values: FloatArray
    asked: int
    verdict: Verdict
    source: str
    note: str = ""
    gate: bool = False

    @property
    def kept(self) -> int:
        """Seeds in the range."""
        return int(((self.values >= self.low) & (self.values <= self.high)).sum())

    @property
    def median(self) -> float:
        """Median over the seeds that have a value."""
        there = self.values[~np.isnan(self.values)]
        return float(np.median(there)) if there.size else math.nan


@dataclass(frozen=True)
class JobResult:
    """What the runs of one job came to."""

    job: Job
    outcomes: tuple[RunOutcome, ...]
    bands: tuple[Judged, ...]
    facts: tuple[Judged, ...]

    @property
    def halted(self) -> dict[int, str]:
        """Why runs halted, by seed."""
        return {seed: run.halted for seed, run in enumerate(self.outcomes, 1) if run.halted}


@dataclass(frozen=True)
class ValidationResult:
    """What a plan came to."""

    plan: Plan
    jobs: tuple[JobResult, ...]

    @property
    def passes(self) -> bool:
        """Whether no run halted and every band is kept; facts are told, and may be missed."""
        return not any(job.halted or any(band.verdict != "pass" for band in job.bands) for job in self.jobs)

    @property
    def gate(self) -> tuple[Judged, ...]:
        """The facts that must hold before the closed economy is what runs by default."""
        return tuple(fact for job in self.jobs for fact in job.facts if fact.gate)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all runs, also of those that were stored."""
        return round(sum(run.cpu_seconds for job in self.jobs for run in job.outcomes), 3)


def validate(
    plan: Plan,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Tell | None = None,
    runner: Runner = make_run,
) -> ValidationResult:
    """Run a plan, or go on with it, and judge every band and fact.

    Parameters
    ----------
    plan : Plan
        What to run; `catallaxy.batch.validation_plan` has those that ship.
    jobs : int
        Processes.
    out : path, optional
        Folder for finished runs and results.
    progress : callable, optional
        Called with runs over, runs in all, and the name of the newest.
    runner : callable
        What makes a run.
    """
    recipes = [job.recipes() for job in plan.jobs]
    folder = None if out is None else begin_folder(Path(out), VALIDATION, "validation", plan.name)
    flat = [recipe for some in recipes for recipe in some]
    found = iter(run_all(flat, folder=folder, jobs=jobs, tell=progress, runner=runner))
    results = [judged(plan, job, [next(found) for _ in some]) for job, some in zip(plan.jobs, recipes, strict=True)]
    result = ValidationResult(plan, tuple(results))
    if folder is not None:
        write_validation(result, folder)
    return result


def judged(plan: Plan, job: Job, outcomes: Sequence[RunOutcome]) -> JobResult:
    """Return what the runs of a job say: for each seed an outcome."""
    whole = [_months(run, job.burn_in) for run in outcomes if not run.halted]
    quarters = [MacroQuarters.of(months) for months in whole]
    bands = tuple(_band(band, whole, len(outcomes)) for band in plan.bands)
    facts = tuple(_fact(rule, quarters, len(outcomes)) for rule in plan.rules)
    return JobResult(job, tuple(outcomes), bands, facts)


def _months(run: RunOutcome, burn_in: int) -> dict[str, FloatArray]:
    return {column: run.values[12 * burn_in :, number] for number, column in enumerate(COLUMNS)}


def _band(band: Band, whole: Sequence[Months], asked: int) -> Judged:
    values = np.array([band.measure(months) for months in whole], np.float64)
    empty = Judged("", band.name, band.statistic, band.low, band.high, None, values, asked, "miss", band.source)
    return replace(empty, verdict=_verdict(empty))


def _fact(rule: MacroRule, quarters: Sequence[MacroQuarters], asked: int) -> Judged:
    empty = Judged(
        rule.key, rule.name, rule.statistic, rule.low, rule.high, rule.us, np.zeros(0), asked, "miss", rule.source,
        gate=rule.gate,
    )  # fmt: skip
    if not quarters:
        return replace(empty, note="no run reached its end")
    if missing := rule.missing(quarters[0]):
        return replace(empty, verdict="not measured", note=f"table {MACRO} has no {', '.join(missing)}")
    if quarters[0].size < rule.least:
        return replace(empty, verdict="too short", note=f"{quarters[0].size} quarters; {rule.least} are needed")
    found = replace(empty, values=np.array([rule.measure(each) for each in quarters], np.float64))
    return replace(found, verdict=_verdict(found))


def _verdict(found: Judged) -> Verdict:
    return "pass" if ENOUGH[1] * found.kept >= ENOUGH[0] * found.asked else "miss"
