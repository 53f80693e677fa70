"""`plot`: a matrix, a stored run, an experiment or an economy in memory, drawn with matplotlib.

Examples
--------
>>> from catallaxy import Economy
>>> economy = Economy("markets", rng=7, traders__number=60, stocks__number=2, anchor__source="walk")
>>> economy.run(ticks=30)
>>> plot(economy, "index").axes[0].get_title(loc="left")
'Index and anchor'
>>> plot(economy.balance_sheet()).axes[0].get_title(loc="left")
'Balance sheet'
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import OutOfBounds
from ..ledger.manifest import MANIFEST
from ..ledger.matrices import BalanceSheet, FlowMatrix, Revaluations
from ..model.economy import Economy
from .drawing import draw, need_matplotlib
from .experiment_report import EXPERIMENT
from .figures import Figure
from .live_run import LiveRun
from .matrix_figures import matrix_figure
from .run_data import RunData
from .run_figures import figure_named, figures_of_experiment, figures_of_run


def plot(source: Any, name: str | None = None, *, width: int = 820, height: int = 420, dark: bool = False) -> Any:
    """Return a matplotlib figure of what there is to see of ``source``.

    Parameters
    ----------
    source : Economy, path or matrix
        An economy, a run folder or that of an experiment, or one of ``economy.balance_sheet()``,
        ``economy.flows()``, ``economy.revaluations()``.
    name : str, optional
        Which figure, such as ``"index"``, ``"macro-prices"`` or ``"wealth"`` (`figure_names` tells them); the first
        when left out. A matrix has one figure.
    width, height : int
        In pixels of a page.
    dark : bool
        For dark pages.

    Raises
    ------
    OutOfBounds
        For an unknown figure, naming those there are, or a source that cannot be drawn.
    NotARun, CorruptTable
        When a folder cannot be read.
    MissingExtra
        Without matplotlib.
    """
    need_matplotlib("a plot")
    drawn = figures_of(source)
    if name is None and drawn:
        return draw(drawn[0], width=width, height=height, dark=dark)
    return draw(figure_named(drawn, name or "index"), width=width, height=height, dark=dark)


def figure_names(source: Any) -> tuple[str, ...]:
    """Return the names of the figures that `plot` can draw of ``source``."""
    return tuple(figure.name for figure in figures_of(source))


def figures_of(source: Any) -> list[Figure]:
    """Return the figures of an economy, a folder or a matrix, as data."""
    if isinstance(source, BalanceSheet | FlowMatrix | Revaluations):
        return [matrix_figure(source)]
    if isinstance(source, Economy):
        return figures_of_run(LiveRun(source))
    if isinstance(source, str | Path):
        folder = Path(source)
        if (folder / EXPERIMENT).is_file() and not (folder / MANIFEST).is_file():
            return figures_of_experiment(folder)
        return figures_of_run(RunData(folder))
    raise OutOfBounds("source", type(source).__name__, "give an economy, a run folder or a matrix")
