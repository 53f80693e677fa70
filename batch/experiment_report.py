"""What an experiment writes: responses, runs, figure, verdict, recipe; each file is there whole or not at all.

``responses.csv``         mean, bands and share of seeds by column and period
``runs.csv``              every run: seed, arm, status, CPU seconds, state on the eve of the change
``impulse-responses``     the figure, ``.svg`` and ``.png``
``verdict.md``            the verdict, with its table
``experiment.json``       recipe, seeds, versions, findings
``runs/``                 the finished runs, read again by whoever goes on
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import MissingExtra
from ..core.logs import get_logger
from ..ledger.files import write_whole
from ..ledger.manifest import environment, now
from .batch_files import csv_bytes, json_bytes
from .drawing import draw_all, picture
from .experiment_design import ARMS
from .experiment_words import number, span
from .figures import Area, Figure, Line, Rule
from .impulse import Response
from .stored_runs import code_digest

if TYPE_CHECKING:
    from .experiment_result import ExperimentResult, Finding

EXPERIMENT = "experiment.json"
FIGURE = "impulse-responses"
_LOG = get_logger(__name__)


def write_results(result: ExperimentResult, folder: Path) -> None:
    """Write everything but the runs themselves; without matplotlib there is no figure, and a warning in the log."""
    write_whole(folder / "responses.csv", [csv_bytes(result.to_pandas())])
    write_whole(folder / "runs.csv", [csv_bytes(runs_frame(result))])
    write_whole(folder / "verdict.md", [verdict_page(result).encode()])
    write_whole(folder / EXPERIMENT, [json_bytes(facts_of(result))])
    try:
        draw_responses(result, folder)
    except MissingExtra as missing:
        _LOG.warning("no figure", extra={"cause": str(missing)})


def runs_frame(result: ExperimentResult) -> Any:
    """Return a frame with a row for each run."""
    import pandas as pd

    runs = [(seed, arm) for seed in result.seeds for arm in ARMS]
    return pd.DataFrame(
        [
            {
                "seed": seed,
                "arm": arm,
                "status": "halted" if run.halted else "finished",
                "periods": run.values.shape[0],
                "cpu_seconds": run.cpu_seconds,
                "stored": run.stored,
                "state_before": run.state,
                "cause": run.halted,
            }
            for (seed, arm), run in zip(runs, result.outcomes, strict=True)
        ]
    )


def facts_of(result: ExperimentResult) -> dict[str, Any]:
    """Return recipe, seeds, versions and findings as plain values."""
    experiment = result.experiment
    base, changed = (scenario.effective() for scenario in experiment.scenarios())
    return {
        "name": experiment.name,
        "question": experiment.question,
        "status": "finished",
        "finished": now(),
        "quick": result.quick,
        "seeds": list(result.seeds),
        "change": experiment.change.words,
        "difference": {key: value for key, value in changed.items() if base.get(key) != value},
        "period": experiment.period,
        "burn_in": experiment.burn_in,
        "horizon": experiment.horizon,
        "scenario": base,
        "versions": environment(),
        "code": code_digest(),
        "cpu_seconds": result.cpu_seconds,
        "halted": result.halted,
        "equal_states": result.equal_states,
        "findings": [finding_row(result, finding) for finding in result.findings],
        "effects": {str(number): _effects(result, f) for number, f in enumerate(result.findings)},
        "verdict": result.verdict,
    }


def finding_row(result: ExperimentResult, finding: Finding) -> dict[str, Any]:
    """Return an expectation and what was found, as plain values for tables."""
    due, (low, high) = finding.expectation, finding.band
    return {
        "column": due.column,
        "expected": due.direction,
        "window": span(result.experiment, *due.window),
        "mean": finding.mean,
        "low": low,
        "high": high,
        "unit": result.experiment.column(due.column).units,
        "seeds": f"{finding.as_expected} of {finding.asked}",
        "verdict": "found" if finding.is_found else "missed",
        "source": due.source,
    }


def _effects(result: ExperimentResult, finding: Finding) -> dict[str, float]:
    return dict(zip(map(str, result.responses[0].seeds), finding.effects.tolist(), strict=True))


def verdict_page(result: ExperimentResult) -> str:
    """Return the verdict as Markdown: the paragraph, and a table of expected signs."""
    lines = [f"# {result.experiment.name}", "", result.verdict, ""]
    if result.findings:
        lines += ["| what | expected | over | mean | 90 % t-interval | seeds | verdict | source |"]
        lines += ["|---|---|---|---|---|---|---|---|"]
    for finding in result.findings:
        row = finding_row(result, finding)
        cells = (
            result.experiment.column(row["column"]).words, row["expected"], row["window"],
            number(row["mean"], row["unit"]), f"{number(row['low'])} to {number(row['high'])}", row["seeds"],
            row["verdict"], row["source"],
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines).rstrip() + "\n"


# -- the figure -----------------------------------------------------------------------------------


def draw_responses(result: ExperimentResult, folder: Path) -> None:
    """Draw the responses, as SVG and as PNG."""
    drawing = draw_all(figures_of(result), title=result.experiment.question)
    for form in ("svg", "png"):
        write_whole(folder / f"{FIGURE}.{form}", [picture(drawing, form)])


def figures_of(result: ExperimentResult) -> list[Figure]:
    """Return a figure for each column: the mean response, its 90 % t-interval, and the moment of the change."""
    return [_figure(result, response, legend=not number) for number, response in enumerate(result.responses)]


def _figure(result: ExperimentResult, response: Response, legend: bool) -> Figure:
    experiment, column = result.experiment, result.experiment.column(response.column)
    shown = response.periods > -experiment.lead
    x = response.periods[shown].astype(np.float64)
    low, high = (end[shown] for end in response.band)
    mean = response.mean[shown]
    marks = (
        Area(x, low, high, "90 % t-interval of the mean" if legend else ""),
        Line(x, np.zeros(x.size), tone="muted", width=0.8),
        Line(x, mean, f"mean of {len(response.seeds)} pairs" if legend else ""),
        Rule(0.5),
    )
    alt = f"{column.words} after the change, mean {number(float(np.nanmin(mean)))} to {number(float(np.nanmax(mean)))}"
    x_label = f"{experiment.period}s from the change"
    return Figure(response.column, column.words.capitalize(), x_label, column.units, marks, alt=alt)
