"""Ablations: an experiment asked of the whole economy and of its parts, so that one sees what joins them.

``both``          the economy as the experiment has it
``macro alone``   the same with its exchange shut: shares keep their opening price, and nobody trades
``market alone``  a market of the same number of stocks in front of three equations (`ReducedEconomy`): no firm, no bank

The market alone can be asked only what it knows of: shocks to its rates, and responses of `KNOWN_ALONE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import MissingExtra
from ..core.logs import get_logger
from ..ledger.files import write_whole
from ..model.shocks import parse_shock
from .batch_files import begin_folder, csv_bytes
from .drawing import draw_all, picture
from .experiment import run_experiment
from .experiment_design import Experiment
from .experiment_report import EXPERIMENT, finding_row
from .experiment_result import ExperimentResult
from .experiment_words import number
from .figures import Figure, Line, Rule
from .stored_runs import DAYS_IN, Runner, Tell, make_run

BOTH, MACRO, MARKET = "both", "macro alone", "market alone"
KNOWN_ALONE = ("index", "inflation", "price_level", "policy_rate", "output_gap", "long_yield")
FIGURE = "ablation"
_TONES = {BOTH: "accent", MACRO: "second", MARKET: "up"}
_DASHES: Mapping[str, tuple[float, ...]] = {BOTH: (), MACRO: (5.0, 2.0), MARKET: (1.5, 1.5)}
_LOG = get_logger(__name__)


def parts_of(experiment: Experiment, quick: bool) -> dict[str, Experiment]:
    """Return the experiment at one of its sizes, and what is left of it in each part of the economy.

    Examples
    --------
    >>> from catallaxy.batch.experiment_list import EXPERIMENTS
    >>> list(parts_of(EXPERIMENTS["rate-hike"], quick=True))
    ['both', 'macro alone', 'market alone']
    >>> list(parts_of(EXPERIMENTS["bank-failure"], quick=True))
    ['both', 'macro alone']
    """
    whole = experiment.sized(quick)
    found = {BOTH: whole, MACRO: _macro_alone(whole), MARKET: _market_alone(whole)}
    return {part: each for part, each in found.items() if each is not None}


def _keeping(experiment: Experiment, columns: Sequence[str]) -> Experiment | None:
    """Return the experiment with these columns alone, or None when no expectation is left."""
    kept = tuple(column for column in experiment.columns if column.name in columns)
    due = tuple(each for each in experiment.expected if each.column in columns)
    return replace(experiment, columns=kept, expected=due) if due else None


def _macro_alone(whole: Experiment) -> Experiment | None:
    base, _ = whole.scenarios()
    if base.macro.form != "full":
        return None
    left = _keeping(whole, [column.name for column in whole.columns if column.name != "index"])
    last = (whole.burn_in + whole.horizon) * DAYS_IN[whole.period] * base.clock.ticks_per_day
    shut = {"kind": "symbol_halt", "at": 1, "until": last}
    return left and replace(left, settings={**whole.settings, "shocks": (*base.shocks, shut)})


def _market_alone(whole: Experiment) -> Experiment | None:
    base, changed = whole.scenarios()
    reduced = all("reduced" in parse_shock(shock, "shock").forms for shock in changed.shocks)
    left = _keeping(whole, KNOWN_ALONE)
    if left is None or not reduced or whole.change.settings or base.macro.form != "full":
        return None
    clock, traders = base.clock, base.traders
    settings = {
        "macro.form": "reduced", "anchor.source": "walk", "clock.ticks_per_day": clock.ticks_per_day,
        "traders.number": traders.number, "traders.activity": traders.activity, "stocks.number": len(base.symbols()),
    }  # fmt: skip
    return replace(left, scenario="markets", settings=settings)


@dataclass(frozen=True)
class Ablation:
    """What an experiment came to in each part of the economy; ``results`` by the part's name."""

    experiment: Experiment
    results: Mapping[str, ExperimentResult]

    def to_pandas(self) -> Any:
        """Return a frame with a row for each expected sign and part that has the column."""
        import pandas as pd

        return pd.DataFrame(list(self._rows()))

    def _rows(self) -> Iterator[dict[str, Any]]:
        for due in self.experiment.expected:
            for part, result in self.results.items():
                for finding in result.findings:
                    if finding.expectation == due:
                        yield {"part": part, **finding_row(result, finding)}

    def page(self) -> str:
        """Return the table as Markdown: a row for each expected sign, a column for each part."""
        head = f"| what | expected | over | {' | '.join(self.results)} |"
        lines = [f"# {self.experiment.name}, part by part", "", head, "|---" * (3 + len(self.results)) + "|"]
        rows = list(self._rows())
        whole = self.results[BOTH]
        for due in self.experiment.expected:
            mine = {row["part"]: row for row in rows if row["source"] == due.source and row["column"] == due.column}
            told = [_told(mine.get(part)) for part in self.results]
            over = mine[BOTH]["window"]
            lines.append(
                f"| {whole.experiment.column(due.column).words} | {due.direction} | {over} | {' | '.join(told)} |"
            )
        notes = "A mean with its 90 % t-interval, and the seeds that go as expected; – where a part has no such figure."
        return "\n".join([*lines, "", notes]) + "\n"

    def figures(self) -> list[Figure]:
        """Return a figure for each column: the mean response of each part."""
        return [self._figure(column.name) for column in self.experiment.columns]

    def _figure(self, name: str) -> Figure:
        whole = self.results[BOTH].experiment
        column, marks = whole.column(name), []
        for part, result in self.results.items():
            if name in [each.name for each in result.experiment.columns]:
                response = result.response(name)
                shown = response.periods > -whole.lead
                x, y = response.periods[shown].astype(np.float64), response.mean[shown]
                marks.append(Line(x, y, part, tone=_TONES[part], dash=_DASHES[part]))
        zero = Line(marks[0].x, np.zeros(marks[0].x.size), tone="muted", width=0.8)
        alt = f"{column.words} after the change in {', '.join(line.label for line in marks)}"
        return Figure(
            name, column.words.capitalize(), f"{whole.period}s from the change", column.units,
            (zero, *marks, Rule(0.5)), alt=alt,
        )  # fmt: skip


def _told(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "–"
    return f"{number(row['mean'], row['unit'])} ({number(row['low'])} to {number(row['high'])}), {row['seeds']}"


def run_ablation(
    experiment: Experiment,
    *,
    quick: bool = False,
    seeds: int | Sequence[int] | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Tell | None = None,
    runner: Runner = make_run,
) -> Ablation:
    """Run an experiment on the whole economy and on its parts; the parameters are those of `run_experiment`.

    With ``out`` each part has a folder of its own there, beside ``ablation.csv``, ``ablation.md`` and the figure.

    Examples
    --------
    >>> from catallaxy.batch.experiment_list import EXPERIMENTS
    >>> run_ablation(EXPERIMENTS["rate-hike"], quick=True).to_pandas()  # doctest: +SKIP
    """
    folder = None if out is None else begin_folder(Path(out), EXPERIMENT, "ablation", experiment.name)
    results = {
        part: run_experiment(
            each, quick=quick, seeds=seeds, jobs=jobs, progress=progress, runner=runner,
            out=None if folder is None else folder / part.replace(" ", "-"),
        )
        for part, each in parts_of(experiment, quick).items()
    }  # fmt: skip
    found = Ablation(experiment.sized(quick), results)
    if folder is not None:
        _write(found, folder)
    return found


def _write(found: Ablation, folder: Path) -> None:
    write_whole(folder / f"{FIGURE}.csv", [csv_bytes(found.to_pandas())])
    write_whole(folder / f"{FIGURE}.md", [found.page().encode()])
    try:
        drawing = draw_all(found.figures(), title=f"{found.experiment.question} Part by part")
        for form in ("svg", "png"):
            write_whole(folder / f"{FIGURE}.{form}", [picture(drawing, form)])
    except MissingExtra as missing:
        _LOG.warning("no figure", extra={"cause": str(missing)})
