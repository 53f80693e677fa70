"""Figures of the matrices of a stock-flow-consistent economy: for each sector what is above zero, and what below.

In a balance sheet assets lie to the right of zero and liabilities to the left; in a matrix of transactions receipts
and payments do. A dot marks what is left: net worth, saving, or the gain of a revaluation.

Examples
--------
>>> from catallaxy import Economy
>>> economy = Economy("markets", rng=7, traders__number=60, stocks__number=2, anchor__source="walk")
>>> [axes.get_title(loc="left") for axes in plot(economy.balance_sheet()).axes]
['Balance sheet']
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.units import SECTORS, FloatArray, IntArray
from ..ledger.matrices import BalanceSheet, FlowMatrix, Matrix
from ..ledger.matrix_text import Row
from .drawing import draw
from .figures import GROUPS, Blocks, Dots, Figure, Mark

SECTOR_NAMES = {
    "H": "households", "F": "firms", "B": "banks", "CB": "central bank", "G": "government", "X": "exchange",
}  # fmt: skip
_SIZES = ((1e11, "billions"), (1e8, "millions"), (1e5, "thousands"), (1e2, "currency units"))


def plot(matrix: Matrix, *, width: int = 820, height: int = 420, dark: bool = False) -> Any:
    """Return a matplotlib figure of a balance sheet, a flow matrix or revaluations.

    Raises
    ------
    MissingExtra
        Without matplotlib.
    """
    return draw(matrix_figure(matrix), width=width, height=height, dark=dark)


def matrix_figure(matrix: Matrix) -> Figure:
    """Return the figure of a matrix, as data."""
    lines, _last = matrix.rows()
    title = matrix.title.removesuffix(", minor units")
    if isinstance(matrix, BalanceSheet):
        kept = [row for row in lines if row.label != "net worth"]
        return stacked(
            "balance-sheet", title, kept, matrix.net_worth(), ends="net worth", sides=("liabilities", "assets")
        )
    if isinstance(matrix, FlowMatrix):
        kept = [row for row in lines if not row.label.startswith("change of ")]
        return stacked("flows", title, kept, matrix.saving(), ends="saving in claims", sides=("payments", "receipts"))
    net = np.sum([row.amounts for row in lines], axis=0)
    return stacked("revaluations", title, lines, net, ends="together", sides=("losses", "gains"))


def stacked(
    name: str, title: str, lines: Sequence[Row], net: IntArray, *, ends: str, sides: tuple[str, str], note: str = "",
) -> Figure:  # fmt: skip
    """Return rows of a matrix as pieces of one bar for each sector that has any.

    The seven largest rows have pieces of their own; the others are one.

    Parameters
    ----------
    lines : sequence of Row
        Amounts by sector, minor units.
    net : (sectors,) int64
        Where each sector's dot lies, minor units.
    ends, sides : str, (str, str)
        What the dot is, and what lies left and right of zero.
    """
    lines = _largest([row for row in lines if row.amounts.any()])
    amounts = np.array([row.amounts for row in lines], np.float64).reshape(len(lines), len(SECTORS))
    used = np.flatnonzero(amounts.any(axis=0) | (net != 0))
    size, unit = _size(amounts)
    names = tuple(SECTOR_NAMES.get(str(SECTORS[code]), str(SECTORS[code])) for code in used)
    marks: list[Mark] = []
    right, left = np.zeros(used.size), np.zeros(used.size)
    for row, values, tone in zip(lines, amounts[:, used] / size, GROUPS, strict=False):
        starts = np.where(values >= 0.0, right, left)
        marks.append(Blocks(names, starts, values, row.label, tone))
        right, left = right + np.maximum(values, 0.0), left + np.minimum(values, 0.0)
    marks.append(Dots(net[used] / size, np.arange(used.size, dtype=np.float64), ends, "ink", 40.0))
    return Figure(
        name, title, f"{sides[0]} to the left, {sides[1]} to the right; {unit}", "", tuple(marks), wide=True, note=note,
        alt=f"{title} by sector: " + ", ".join(
            f"{sector} {ends} {value:,.1f}" for sector, value in zip(names, (net[used] / size).tolist(), strict=True)
        ) + f" {unit}.",
    )  # fmt: skip


def _largest(lines: Sequence[Row]) -> list[Row]:
    """Return the rows with most in them, in their order, and one for the rest."""
    most = len(GROUPS) - 1
    if len(lines) <= most + 1:
        return list(lines)
    ranked = sorted(lines, key=lambda row: -int(np.abs(row.amounts).sum()))
    chosen = [row for row in lines if any(row is large for large in ranked[:most])]
    return [*chosen, Row("other", np.sum([row.amounts for row in ranked[most:]], axis=0))]


def _size(amounts: FloatArray) -> tuple[float, str]:
    """Return minor units in a unit of the axis, and its name."""
    largest = float(np.abs(amounts).max(initial=0.0))
    return next(((size, unit) for size, unit in _SIZES if largest >= size), _SIZES[-1])
