"""Every figure of a stored run or experiment, as data: what its report draws, for pages and notebooks to draw.

Examples
--------
>>> [figure.name for figure in figures_of_run(RunData("runs/markets-7-1"))][:2]  # doctest: +SKIP
['index', 'candles-AAPL']
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import CorruptTable, OutOfBounds, nearest
from . import report_figures as figures
from .fact_reference import sp500_sample
from .figures import Area, Figure, Line, Rule
from .macro_figures import macro_figures
from .macro_section import balance_figure, balance_sheet, macro_months, shock_months
from .run_data import RunData

RESPONSES = "responses.csv"
_COLUMNS = ("column", "period", "mean", "low", "high", "n", "unit")


def figures_of_run(run: RunData) -> list[Figure]:
    """Return the figures of a run, in the order of its report; what was not recorded has none."""
    sample = sp500_sample()
    real = None if sample is None else sample.returns
    drawn = (
        figures.index_figure(run), *figures.candle_figures(run), *economy_figures(run),
        figures.tail_figure(run, real), figures.density_figure(run, real), *figures.memory_figures(run, real),
        figures.spread_figure(run), figures.depth_figure(run), figures.wealth_figure(run.groups),
        figures.stage_figure(run),
    )  # fmt: skip
    return [figure for figure in drawn if figure is not None]


def economy_figures(run: RunData) -> list[Figure]:
    """Return the figures of the economy behind the market; none for a run without, or before a month has ended."""
    if run.manifest.scenario.get("macro", {}).get("form", "none") == "none":
        return []
    months = macro_months(run)
    if not months["month"].size:
        return []
    lines = balance_sheet(run)
    return [*macro_figures(months, shock_months(run)), *([balance_figure(lines)] if lines else [])]


def figure_named(drawn: Sequence[Figure], name: str) -> Figure:
    """Return the figure ``name``.

    Raises
    ------
    OutOfBounds
        For another name; it tells those there are, and the nearest.
    """
    known = {figure.name: figure for figure in drawn}
    if name not in known:
        there = ", ".join(known) or "none: nothing to draw was recorded yet"
        raise OutOfBounds("figure", name, f"there are {there}{nearest(name, tuple(known))}")
    return known[name]


def figures_of_experiment(folder: str | Path) -> list[Figure]:
    """Return the mean response of each column of an experiment with its band, from ``responses.csv``.

    Raises
    ------
    CorruptTable
        When the file is not what an experiment writes.
    """
    import pandas as pd

    path = Path(folder) / RESPONSES
    if not path.is_file():
        return []
    try:
        frame = pd.read_csv(path)
        if missing := [name for name in _COLUMNS if name not in frame]:
            raise ValueError(f"column {missing[0]!r} is missing")
        return [_response(str(column), rows) for column, rows in frame.groupby("column", sort=False)]
    except (OSError, ValueError, KeyError) as error:
        raise CorruptTable(str(path), str(error)) from error


def _response(column: str, rows: Any) -> Figure:
    """Return the figure of one column's rows of the table of responses."""
    x, mean, low, high = (np.asarray(rows[name], np.float64) for name in ("period", "mean", "low", "high"))
    pairs, unit = int(rows["n"].max()), str(rows["unit"].iloc[0])
    title = column.replace("_", " ").capitalize()
    marks = (
        Area(x, low, high, "90 % t-interval of the mean"), Line(x, np.zeros(x.size), tone="muted", width=0.8),
        Line(x, mean, f"mean of {pairs} pairs"), Rule(0.5),
    )  # fmt: skip
    alt = f"Mean response of {title.lower()} to the change; it ends at {mean[-1]:.3g} {unit}."
    return Figure(f"response-{column}", title, "periods from the change", unit, marks, alt=alt)
