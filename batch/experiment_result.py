"""What an experiment came to: responses of every column, and each expected sign beside what was found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import RunError, UnusableSeries
from ..core.units import FloatArray
from .experiment_design import ARMS, Expectation, Experiment
from .experiment_words import verdict_of
from .impulse import Response, as_expected, check_paired, difference, interval
from .stored_runs import RunOutcome

LEAST = (9, 10)  # an expected sign is found when 9 of 10 seeds have it


@dataclass(frozen=True)
class Finding:
    """An expectation beside what was found; ``effects`` holds a seed's mean response over the window."""

    expectation: Expectation
    effects: FloatArray
    asked: int

    @property
    def as_expected(self) -> int:
        """Seeds whose response goes as expected; a pair that halted has none."""
        return int(as_expected(self.effects, self.expectation.direction, self.expectation.size).sum())

    @property
    def is_found(self) -> bool:
        """Whether 9 of 10 of all seeds asked for go as expected."""
        return LEAST[1] * self.as_expected >= LEAST[0] * self.asked

    @property
    def mean(self) -> float:
        """Mean over seeds."""
        there = self.effects[~np.isnan(self.effects)]
        return float(there.mean()) if there.size else math.nan

    @property
    def band(self) -> tuple[float, float]:
        """90 % t-interval of the mean."""
        low, high = interval(self.effects[:, None])
        return float(low[0]), float(high[0])


@dataclass(frozen=True)
class ExperimentResult:
    """What an experiment came to.

    Attributes
    ----------
    experiment : Experiment
        As it was run, sizes applied.
    quick : bool
        Whether it was of the quick size.
    seeds : tuple of int
        All seeds asked for.
    responses : tuple of Response
        One for each column, of the pairs that reached their end.
    findings : tuple of Finding
        One for each expectation.
    outcomes : tuple of RunOutcome
        Every run: for each seed the base, then the changed one.
    equal_states : int or None
        Pairs whose whole state was equal to the byte on the eve of the change; None where the change holds from
        the opening.
    """

    experiment: Experiment
    quick: bool
    seeds: tuple[int, ...]
    responses: tuple[Response, ...]
    findings: tuple[Finding, ...]
    outcomes: tuple[RunOutcome, ...]
    equal_states: int | None

    @property
    def halted(self) -> dict[str, str]:
        """Why runs halted, by their names."""
        names = [f"seed {seed}, {arm}" for seed in self.seeds for arm in ARMS]
        return {name: run.halted for name, run in zip(names, self.outcomes, strict=True) if run.halted}

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all runs, also of those that were stored."""
        return round(sum(run.cpu_seconds for run in self.outcomes), 3)

    @property
    def is_as_expected(self) -> bool:
        """Whether every expected sign was found and no run halted."""
        return not self.halted and all(finding.is_found for finding in self.findings)

    @property
    def verdict(self) -> str:
        """What was found, in a paragraph."""
        return verdict_of(self)

    def response(self, column: str) -> Response:
        """Return the response of a column."""
        return next(response for response in self.responses if response.column == column)

    def to_pandas(self) -> Any:
        """Return a tidy frame of responses: a row for each column and period.

        ``mean`` with ``low`` and ``high``, its 90 % t-interval; ``p5`` and ``p95``, percentiles over seeds; ``share``
        of seeds with the expected sign, empty where none is expected; ``n`` seeds.
        """
        import pandas as pd

        return pd.concat([self._frame(response) for response in self.responses], ignore_index=True)

    def _frame(self, response: Response) -> Any:
        import pandas as pd

        (low, high), (p5, p95) = response.band, response.percentiles
        due = next((e for e in self.experiment.expected if e.column == response.column), None)
        frame = pd.DataFrame({"period": response.periods, "mean": response.mean, "low": low, "high": high})
        frame["p5"], frame["p95"] = p5, p95
        shares = np.nan if due is None else response.share(due.direction, due.size)
        frame["share"] = np.where(response.periods > 0, shares, np.nan)
        frame["n"] = response.count
        frame.insert(0, "column", response.column)
        frame.insert(0, "experiment", self.experiment.name)
        shown = frame[frame["period"] > -self.experiment.lead]
        return shown.assign(unit=self.experiment.column(response.column).units)


def compared(
    experiment: Experiment, seeds: tuple[int, ...], outcomes: Sequence[RunOutcome], quick: bool
) -> ExperimentResult:
    """Return what pairs of runs say: for each seed the base, then the changed one."""
    pairs = dict(zip(seeds, zip(outcomes[::2], outcomes[1::2], strict=True), strict=True))
    whole = {seed: pair for seed, pair in pairs.items() if not (pair[0].halted or pair[1].halted)}
    dated = not experiment.change.settings
    if dated:
        _check_pairs(experiment, pairs)
    if len(whole) < 2:
        lost = next(run.halted for pair in pairs.values() for run in pair if run.halted)
        raise RunError(
            f"{experiment.name}: {len(whole)} of {len(seeds)} pairs reached their end, and a band needs two; "
            f"the first that did not: {lost}"
        )
    responses = tuple(_response(experiment, number, whole) for number in range(len(experiment.columns)))
    by_name = {response.column: response for response in responses}
    findings = tuple(Finding(e, by_name[e.column].effects(e.window), len(seeds)) for e in experiment.expected)
    equal = sum(base.state == changed.state for base, changed in whole.values()) if dated else None
    return ExperimentResult(experiment, quick, seeds, responses, findings, tuple(outcomes), equal)


def _check_pairs(experiment: Experiment, pairs: Mapping[int, tuple[RunOutcome, RunOutcome]]) -> None:
    for seed, (base, changed) in pairs.items():
        before = min(experiment.burn_in, base.values.shape[0], changed.values.shape[0])
        for number, column in enumerate(experiment.columns):
            what = f"{experiment.name}, {column.name}, seed {seed}"
            check_paired(base.values[:, number], changed.values[:, number], before, what)


def _response(experiment: Experiment, number: int, pairs: Mapping[int, tuple[RunOutcome, RunOutcome]]) -> Response:
    column = experiment.columns[number]
    rows = []
    for seed, (base, changed) in pairs.items():
        try:
            rows.append(difference(base.values[:, number], changed.values[:, number], column.difference))
        except UnusableSeries as error:
            raise UnusableSeries(f"{column.name}, seed {seed}:", str(error)) from None
    periods = np.arange(1, experiment.burn_in + experiment.horizon + 1) - experiment.burn_in
    return Response(column.name, tuple(pairs), periods, np.stack(rows))
