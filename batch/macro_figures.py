"""The figures of a report on the economy behind the market, from table macro. Pure data, drawn elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..core.units import FloatArray
from .figures import Figure, Line, Mark, Rule

Months = Mapping[str, FloatArray]
_DASH = (4.0, 2.0)


def macro_figures(months: Months, shocks: Sequence[tuple[float, str]] = ()) -> list[Figure]:
    """Return output, labour, prices and rates, and credit, each where a run has them.

    Parameters
    ----------
    months : mapping of str to (n,) float64
        The columns of table macro, a row for each month.
    shocks : sequence of (float, str)
        Month and name of what struck.
    """
    if months["month"].size < 2:
        return []
    rules = tuple(Rule(month, name, "down") for month, name in shocks)
    found = (_output(months, rules), _labour(months, rules), _prices(months, rules), _credit(months, rules))
    return [figure for figure in found if figure is not None]


def real_gdp(months: Months) -> FloatArray:
    """Return GDP at prices of the first month, 100 in that month; NaN where nothing was sold."""
    with np.errstate(divide="ignore", invalid="ignore"):
        real = months["gdp"] / months["deflator"]
        return np.asarray(100.0 * real / real[:1], np.float64)


def _output(months: Months, rules: tuple[Mark, ...]) -> Figure | None:
    month, gap = months["month"], 100.0 * months["output_gap"]
    if not months["gdp"].any():
        if not np.isfinite(gap).any():
            return None
        return Figure(
            "macro-output", "Output gap", "month", "per cent of potential", (Line(month, gap, "output gap"), *rules),
            alt=f"Line chart of the output gap; it ends at {gap[-1]:.1f} per cent.",
        )  # fmt: skip
    real = real_gdp(months)
    return Figure(
        "macro-output", "Output", "month", "real GDP, first month = 100", (Line(month, real, "real GDP"), *rules),
        note="Consumption, investment, government purchases and the change of inventories, at prices of the first "
        "month. By production and by income it is the same, to the minor unit.",
        alt=f"Line chart of real gross domestic product; it ends at {real[-1]:.1f}.",
    )  # fmt: skip


def _labour(months: Months, rules: tuple[Mark, ...]) -> Figure | None:
    month, idle, open_ = months["month"], 100.0 * months["unemployment"], 100.0 * months["vacancy_rate"]
    if not np.isfinite(idle).any():
        return None
    lines = [Line(month, idle, "unemployed")]
    if np.isfinite(open_).any():
        lines.append(Line(month, open_, "vacancies", "second", dash=_DASH))
    return Figure(
        "macro-labour", "Labour", "month", "per cent of the labour force", (*lines, *rules),
        alt=f"Line chart of unemployment, which ends at {idle[-1]:.1f} per cent, and of vacancies.",
    )  # fmt: skip


def _prices(months: Months, rules: tuple[Mark, ...]) -> Figure | None:
    month, rate = months["month"], 100.0 * months["policy_rate"]
    inflation, expected = 100.0 * months["inflation"], 100.0 * months["expected_inflation"]
    if not np.isfinite(rate).any():
        return None
    lines = (
        Line(month, inflation, "inflation"), Line(month, expected, "expected", "up", 1.2, _DASH),
        Line(month, rate, "policy rate", "second", steps=True),
    )  # fmt: skip
    return Figure(
        "macro-prices", "Inflation and the policy rate", "month", "per cent a year", (*lines, *rules),
        note="Inflation over 12 months, at first since the opening at an annual rate: a chained Fisher index of what "
        "was sold.",
        alt=f"Line chart: inflation ends at {inflation[-1]:.1f}, the policy rate at {rate[-1]:.1f} per cent a year.",
    )  # fmt: skip


def _credit(months: Months, rules: tuple[Mark, ...]) -> Figure | None:
    if not (months["gdp"].any() and months["deposits"].any()):
        return None
    month, yearly = months["month"], year_of_gdp(months["gdp"])
    names = (("deposits", "deposits", "accent"), ("public_debt", "public debt", "second"), ("loans", "loans", "up"))
    shares = [(label, 100.0 * months[column] / yearly, tone) for column, label, tone in names]
    lines = [Line(month, share, label, tone, dash=() if tone == "accent" else _DASH) for label, share, tone in shares]
    return Figure(
        "macro-credit", "Money, credit and public debt", "month", "per cent of a year's GDP", (*lines, *rules),
        alt="Line chart: " + ", ".join(f"{label} end at {share[-1]:.0f}" for label, share, _ in shares) + " per cent.",
    )  # fmt: skip


def year_of_gdp(gdp: FloatArray) -> FloatArray:
    """Return GDP of the last twelve months, or of a year at the pace of those there are.

    Examples
    --------
    >>> year_of_gdp(np.array([10.0, 20.0])).tolist()
    [120.0, 180.0]
    """
    sums = np.cumsum(gdp)
    before = np.concatenate([np.zeros(12), sums])[: sums.size]
    over = np.minimum(np.arange(1, sums.size + 1), 12)
    return np.asarray(12.0 * np.where(over < 12, sums, sums - before) / over, np.float64)
