"""The verdict of an experiment: a paragraph that quotes its numbers and says what was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .experiment_design import Column, Experiment
    from .experiment_result import ExperimentResult, Finding
    from .impulse import Response

_SIGNS = {"up": "up", "down": "down", "within": "within its range"}


def verdict_of(result: ExperimentResult) -> str:
    """Return the question, its change, each expected sign beside what was found, and how far that can be trusted."""
    parts = [_opening(result), *(_finding(result, finding) for finding in result.findings)]
    expected = {finding.expectation.column for finding in result.findings}
    parts += [_unexpected(result, response) for response in result.responses if response.column not in expected]
    return " ".join([*parts, _sum(result), _pairing(result), *_halts(result)])


def number(value: float, unit: str = "") -> str:
    """Return a number with its sign and three digits, as prose has it.

    Examples
    --------
    >>> number(-0.123456, "%"), number(float("nan"))
    ('−0.123 %', 'not known')
    """
    if not np.isfinite(value):
        return "not known"
    text = f"{value:+.3g}" if abs(value) < 1e4 else f"{value:+,.0f}"
    return text.replace("-", "\u2212") + (f" {unit}" if unit else "")


def span(experiment: Experiment, first: int, last: int) -> str:
    """Return a window in words."""
    return f"{experiment.period} {first}" if first == last else f"{experiment.period}s {first} to {last}"


def _in(experiment: Experiment, window: tuple[int, int]) -> str:
    return f"{'In' if window[0] == window[1] else 'Over'} {span(experiment, *window)}"


def _opening(result: ExperimentResult) -> str:
    experiment = result.experiment
    scenario = experiment.scenario if isinstance(experiment.scenario, str) else experiment.scenario.get("name", "")
    return (
        f"{experiment.question} {experiment.change.words}, in {len(result.seeds)} pairs of runs of {scenario!r} that "
        f"share their seed and all else, after {experiment.burn_in} {experiment.period}s without it."
    )


def _finding(result: ExperimentResult, finding: Finding) -> str:
    due, column = finding.expectation, result.experiment.column(finding.expectation.column)
    low, high = finding.band
    text = (
        f"{_in(result.experiment, due.window)} {column.words} responds by {number(finding.mean, column.units)} "
        f"on average (90 % t-interval {number(low)} to {number(high)}"
    )
    if due.size is not None:
        text += f"; the source has {number(due.size[0])} to {number(due.size[1])}"
    sign, seeds = _SIGNS[due.direction], f"{finding.as_expected} of {finding.asked} seeds"
    if finding.is_found:
        return f"{text}): {sign}, as expected ({due.source}), in {seeds}."
    return f"{text}); expected was {sign} ({due.source}), which {seeds} show: missed."


def _unexpected(result: ExperimentResult, response: Response) -> str:
    """Return the greatest mean response of a column of which nothing is expected."""
    column: Column = result.experiment.column(response.column)
    mean = np.where(response.periods > 0, np.abs(response.mean), np.nan)
    if np.isnan(mean).all() or not np.nanmax(mean) > 0.0:
        return f"{column.words.capitalize()} does not respond."
    at = int(np.nanargmax(mean))
    when = span(result.experiment, int(response.periods[at]), int(response.periods[at]))
    return f"{column.words.capitalize()} responds most in {when}, by {number(response.mean[at], column.units)}."


def _sum(result: ExperimentResult) -> str:
    missed = [result.experiment.column(f.expectation.column).words for f in result.findings if not f.is_found]
    count = len(result.findings)
    if not count:
        return "No sign was expected."
    if not missed:
        return "The expected sign is found." if count == 1 else f"All {count} expected signs are found."
    return f"Of {count} expected sign{'s' * (count > 1)}, {len(missed)} missed: {', '.join(missed)}."


def _pairing(result: ExperimentResult) -> str:
    experiment, whole = result.experiment, len(result.responses[0].seeds)
    if result.equal_states is None:
        return "The change holds from the opening, so that nothing before it tells whether the pairs share their draws."
    columns = f"{len(experiment.columns)} column{'s' * (len(experiment.columns) > 1)}"
    text = f"Before the change the runs of each pair are equal to the last bit in {columns} over "
    text += span(experiment, 1, experiment.burn_in)
    if result.equal_states == whole:
        return f"{text}, and so is their whole state on its eve."
    return f"{text}, but their whole state on its eve in {result.equal_states} of {whole} pairs only."


def _halts(result: ExperimentResult) -> list[str]:
    told = "; ".join(f"{name}: {cause.partition('; the tick')[0]}" for name, cause in result.halted.items())
    return [f"Not in these means, and counted against every sign: {told}."] if told else []
