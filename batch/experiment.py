"""Experiments: one change, made to an economy in pairs of runs that share their seed and all else.

An `Experiment` says what is asked, what is changed and when, what is read, and which signs the literature
leads one to expect. `run_experiment` makes the pairs, checks that both runs of a pair are equal until the
change, and returns responses with 90 % bands, the share of seeds with each expected sign, and a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import OutOfBounds
from .batch_files import begin_folder
from .experiment_design import Change, Column, Expectation, Experiment, Size
from .experiment_report import EXPERIMENT, write_results
from .experiment_result import ExperimentResult, Finding, compared
from .stored_runs import Runner, Tell, make_run, run_all

__all__ = [
    "Change",
    "Column",
    "Expectation",
    "Experiment",
    "ExperimentResult",
    "Finding",
    "Size",
    "run_experiment",
]


def run_experiment(
    experiment: Experiment,
    *,
    quick: bool = False,
    seeds: int | Sequence[int] | None = None,
    settings: Mapping[str, Any] | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Tell | None = None,
    runner: Runner = make_run,
) -> ExperimentResult:
    """Run an experiment: pairs of runs that share their seed, one of them changed.

    Parameters
    ----------
    experiment : Experiment
        What to ask; `catallaxy.batch.experiment_list` has those that ship.
    quick : bool
        Fewer seeds and a smaller economy.
    seeds : int or sequence of int, optional
        The first so many seeds from 1 on, or the seeds themselves; two or more.
    settings : mapping, optional
        More overrides for both runs, by dotted key.
    jobs : int
        Processes.
    out : path, optional
        Folder for results and figures (`catallaxy.batch.experiment_report`). Finished runs are kept there and
        read again by the next call, so that one that was stopped goes on.
    progress : callable, optional
        Called with runs over, runs in all, and the name of the newest.
    runner : callable
        What makes a run.

    Raises
    ------
    ScenarioError
        For settings that cannot be used, too few seeds, or a folder that holds something else.
    RunError
        When two runs of a pair differ before the change, or less than two pairs reach their end.

    Examples
    --------
    >>> from catallaxy.batch.experiment_list import EXPERIMENTS
    >>> result = run_experiment(EXPERIMENTS["fundamental-jump"], quick=True)  # doctest: +SKIP
    >>> result.findings[0].as_expected, result.findings[0].asked  # doctest: +SKIP
    (6, 6)
    """
    sized = experiment.sized(quick, settings)
    chosen = _seeds(sized.full.seeds if seeds is None else seeds)
    recipes = sized.recipes(chosen)
    folder = None if out is None else begin_folder(Path(out), EXPERIMENT, "experiment", sized.name)
    outcomes = run_all(recipes, folder=folder, jobs=jobs, tell=progress, runner=runner)
    result = compared(sized, chosen, outcomes, quick)
    if folder is not None:
        write_results(result, folder)
    return result


def _seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    chosen = tuple(range(1, seeds + 1)) if isinstance(seeds, int) else tuple(seeds)
    if len(set(chosen)) < max(2, len(chosen)):
        raise OutOfBounds("seeds", seeds, "give 2 or more, each once: a band needs several pairs")
    return chosen
