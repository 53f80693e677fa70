"""What the page of macroeconomics shows of months: figures that grow, scatter plots and key figures.

A view that has nothing to show says in a sentence what is missing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from ..batch.figures import Dots, Figure, Line, Mark, Rule
from ..batch.macro_figures import real_gdp, year_of_gdp
from ..core.errors import CatallaxyError
from ..core.units import FloatArray
from ..model.economy import Economy
from ..model.reports import KEPT, MacroReports
from .macro_history import Moment, Months

NO_ECONOMY = (
    "This scenario is a market alone: no economy lies behind it. Scenarios with macro.form = full, such as economy, "
    "have one; with macro.form = reduced, three equations."
)
NO_MONTH = "No month with this figure has ended yet; figures come at month ends."
ONLY_CLOSED = "Three equations know no {what}; a closed economy does."
_NAMES_OF_RULES = 14
"""Letters of a moment's name that a chart has room for."""
_YEAR = 12
_DASH = (4.0, 2.0)

Shown: TypeAlias = Figure | str
"""A figure, or why there is none."""


# -- figures of months --------------------------------------------------------------------------


def output(months: Months) -> Shown:
    """Return real GDP, 100 in the first month; of three equations the output gap."""
    c, month = months.columns, months.columns["month"]
    if c["gdp"].any():
        return _lines("output", "Output", "real GDP, first month = 100", months, Line(month, real_gdp(c), "real GDP"))
    return _lines("output", "Output gap", "per cent of potential", months,
                  Line(month, 100.0 * c["output_gap"], "output gap"))  # fmt: skip


def inflation(months: Months) -> Shown:
    """Return inflation, what is expected of it, and what it should be."""
    c, month = months.columns, months.columns["month"]
    return _lines(
        "inflation", "Inflation", "per cent a year", months,
        Line(month, 100.0 * c["inflation"], "inflation"),
        Line(month, 100.0 * c["expected_inflation"], "expected", "up", 1.2, _DASH),
        Line(month, 100.0 * c["target"], "target", "muted", 1.2, (1.0, 3.0), steps=True),
    )  # fmt: skip


def labour(months: Months) -> Shown:
    """Return unemployment and vacancies."""
    c, month = months.columns, months.columns["month"]
    if not np.isfinite(c["unemployment"]).any():
        return ONLY_CLOSED.format(what="labour market")
    return _lines(
        "labour", "Labour", "per cent of the labour force", months,
        Line(month, 100.0 * c["unemployment"], "unemployed"),
        Line(month, 100.0 * c["vacancy_rate"], "vacancies", "second", dash=_DASH),
    )  # fmt: skip


def rates(months: Months) -> Shown:
    """Return the policy rate, the mean rate of loans and the long yield."""
    c, month = months.columns, months.columns["month"]
    lines = [Line(month, 100.0 * c["policy_rate"], "policy rate", steps=True),
             Line(month, 100.0 * c["long_yield"], "long yield", "second", dash=_DASH)]  # fmt: skip
    if np.isfinite(c["loan_rate"]).any():
        lines.append(Line(month, 100.0 * c["loan_rate"], "loan rate", "up", 1.2))
    return _lines("rates", "Interest rates", "per cent a year", months, *lines)


def money(months: Months) -> Shown:
    """Return deposits, loans and public debt; three equations know deposits."""
    c, month = months.columns, months.columns["month"]
    lines = [Line(month, c["deposits"], "deposits")]
    if c["gdp"].any():
        lines += [Line(month, c["loans"], "loans", "up", dash=_DASH),
                  Line(month, c["public_debt"], "public debt", "second", dash=(1.0, 3.0))]  # fmt: skip
    return _lines("money", "Money and debt", "currency units", months, *lines)


def velocity(months: Months) -> Shown:
    """Return how often a year a deposit is spent on output."""
    c = months.columns
    if not c["gdp"].any():
        return ONLY_CLOSED.format(what="velocity of money")
    return _lines("velocity", "Velocity of money", "a year's GDP over deposits", months,
                  Line(c["month"], c["velocity"], "velocity"))  # fmt: skip


CHARTS: Mapping[str, Callable[[Months], Shown]] = {
    "output": output, "inflation": inflation, "labour": labour, "rates": rates, "money": money, "velocity": velocity,
}  # fmt: skip
"""Figures that grow by a row each month."""


def _lines(name: str, title: str, unit: str, months: Months, *lines: Line) -> Figure:
    ends = ", ".join(f"{line.label} at {line.y[-1]:.4g}" for line in lines if line.y.size)
    alt = f"Line chart of {title.lower()} by month; it ends with {ends}."
    return Figure(name, title, "month", unit, (*lines, *rules(months)), alt=alt)


def rules(months: Months) -> tuple[Mark, ...]:
    """Return a vertical line for each month in which something struck, named after the first that did."""
    first = float(months.columns["month"][0]) - 1.0 if months.size else 0.0
    marks = []
    for month, group in itertools.groupby(months.moments, lambda moment: _place(moment, months.per_month)):
        found = tuple(dict.fromkeys(moment.name for moment in group))
        more = f" +{len(found) - 1}" if len(found) > 1 else ""
        if month >= first:
            marks.append(Rule(month, found[0][:_NAMES_OF_RULES] + more, "warn"))
    return tuple(marks)


def _place(moment: Moment, per_month: int) -> float:
    """Return a moment on the axis of months, where month m is drawn at its end."""
    return round(moment.tick / per_month, 2)


# -- scatter plots ------------------------------------------------------------------------------


def phillips(months: Months, reports: MacroReports | None) -> Shown:
    """Return inflation against unemployment; of three equations, against the output gap.

    The line has the slope that the reports find, other things equal, and goes through the mean of the points.
    """
    c = months.columns
    rate = 100.0 * c["inflation"][-KEPT:]
    if not np.isfinite(c["unemployment"]).any():
        return _scatter("phillips", "Phillips curve", "output gap, per cent", "inflation, per cent a year",
                        100.0 * c["output_gap"][-KEPT:], rate)  # fmt: skip
    idle = 100.0 * c["unemployment"][-KEPT:]
    fitted = None if reports is None else reports.phillips
    line: tuple[Mark, ...] = ()
    if fitted is not None and np.isfinite(fitted.slope):
        ends = np.array([np.nanmin(idle), np.nanmax(idle)])
        height = float(np.nanmean(rate)) - fitted.slope * (ends - float(np.nanmean(idle)))
        line = (Line(ends, height, f"slope {_signed(fitted.slope)}", "warn", 1.2, _DASH),)
    return _scatter("phillips", "Phillips curve", "unemployed, per cent", "inflation, per cent a year",
                    idle, rate, *line)  # fmt: skip


def beveridge(months: Months) -> Shown:
    """Return vacancies against unemployment."""
    c = months.columns
    if not np.isfinite(c["vacancy_rate"]).any():
        return ONLY_CLOSED.format(what="vacancies")
    return _scatter("beveridge", "Beveridge curve", "unemployed, per cent", "vacancies, per cent",
                    100.0 * c["unemployment"], 100.0 * c["vacancy_rate"])  # fmt: skip


def _scatter(name: str, title: str, x_label: str, y_label: str, x: FloatArray, y: FloatArray, *more: Mark) -> Shown:
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not known.size:
        return NO_MONTH
    x, y = x[known][-KEPT:], y[known][-KEPT:]
    path = Line(x[-_YEAR:], y[-_YEAR:], "last year", "second", 1.0)
    newest = Dots(x[-1:], y[-1:], "newest", "ink", 81.0)
    marks = (Dots(x, y, "", "accent", 16.0, hollow=True), path, *more, newest)
    alt = f"Scatter plot: {x_label} against {y_label}; the newest point is at {x[-1]:.2f}, {y[-1]:.2f}."
    return Figure(name, title, x_label, y_label, marks, alt=alt)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\u2212")


def reports_of(economy: Economy) -> MacroReports | None:
    """Return the reports of a closed economy, None where there are none."""
    if economy.closed is None:
        return None
    try:
        return economy.reports()
    except CatallaxyError:  # a month without output has no logarithm
        return None


# -- key figures --------------------------------------------------------------------------------


def tiles(months: Months, reports: MacroReports | None) -> list[dict[str, Any]]:
    """Return the key figures of the newest month, those that three equations know or those of a closed economy."""
    c = months.columns
    if months.size and not c["gdp"].any():
        names = ("output_gap", "inflation", "expected_inflation", "policy_rate", "long_yield")
        return [_tile(name, name.replace("_", " "), _last(c[name]), "percent", "of the month") for name in names]
    closed = bool(months.size)
    real = real_gdp(c) if closed else np.zeros(0)
    growth = real[-1] / real[-1 - _YEAR] - 1.0 if real.size > _YEAR else np.nan
    debt = c["public_debt"][-1] / year_of_gdp(c["gdp"])[-1] if closed else np.nan
    fitted, okun = (None, None) if reports is None else (reports.phillips, reports.okun)
    figures = (
        ("gdp", "GDP", _last(c["gdp"]) if closed else None, "money", "of the month, at market prices"),
        ("growth", "growth", _known(growth), "signed", "of real GDP against the month a year before"),
        ("inflation", "inflation", _last(c["inflation"]), "percent", "over 12 months"),
        ("unemployment", "unemployment", _last(c["unemployment"]), "percent", "of the labour force"),
        ("policy_rate", "policy rate", _last(c["policy_rate"]), "percent", "a year"),
        ("debt", "public debt", _known(debt), "percent", "of a year's GDP"),
        ("velocity", "velocity", _last(c["velocity"]), "ratio", "a year's GDP over deposits"),
        ("phillips", "Phillips slope", None if fitted is None else _known(fitted.slope), "ratio",
         "points of inflation above what was expected, for a point of slack"),
        ("okun", "Okun slope", None if okun is None else _known(okun.slope), "ratio",
         "points of unemployment over a year, for a point of growth"),
    )  # fmt: skip
    return [_tile(*figure) for figure in figures]


def _tile(key: str, label: str, value: float | None, form: str, title: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value, "form": form, "title": title}


def _last(values: FloatArray) -> float | None:
    return _known(values[-1]) if values.size else None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
