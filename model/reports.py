"""What the macroeconomy looks like from outside: velocity, the Phillips decomposition and Okun's law of a run.

`MacroHistory` keeps the last months of a few series; `Economy.reports` reads it. The same reports can be had of a
stored run from its tables ``macro`` and ``resources``. They drive nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.units import FloatArray
from ..markets.macro_reports import (
    PhillipsDecomposition,
    QuantityTheory,
    Regression,
    okun_regression,
    phillips_decomposition,
    quantity_theory,
    velocity,
)

SERIES = (
    "price_level", "real_gdp", "gdp", "deposits", "unemployment", "inflation", "expected_inflation", "commodity_price",
)  # fmt: skip
KEPT = 240  # months: twenty years
YEAR = 12


@dataclass(frozen=True)
class MacroReports:
    """Reports on the months given; what needs more months than there are is None.

    Attributes
    ----------
    months : int
    velocity : (months,) float64
        V := PY / M, a year.
    quantity : QuantityTheory or None
        π ≡ g_M + g_V - g_Y month by month; needs 2 months.
    phillips : PhillipsDecomposition or None
        π = π^e + κ (u* - u) + ψ Δp_c + residual; needs a year and 3 months.
    okun : Regression or None
        Change of unemployment over a year on growth, in points; needs a year and 3 months.
    """

    months: int
    velocity: FloatArray
    quantity: QuantityTheory | None
    phillips: PhillipsDecomposition | None
    okun: Regression | None

    def __str__(self) -> str:
        lines = [f"{self.months} months"]
        if self.quantity is not None:
            q = self.quantity
            parts = (("inflation", q.inflation), ("money", q.money_growth), ("velocity", q.velocity_growth))
            means = [
                f"{name} {100 * YEAR * rates.mean():+.1f}" for name, rates in (*parts, ("output", q.output_growth))
            ]
            lines.append(f"growth, % a year: {', '.join(means)}; velocity now {self.velocity[-1]:.2f} a year")
        if self.phillips is not None:
            p = self.phillips
            lines.append(
                f"Phillips: {p.slope:+.2f} ({p.standard_error:.2f}) a point of slack, "
                f"{p.commodity_slope:+.2f} ({p.commodity_standard_error:.2f}) of commodity prices, R2 {p.r_squared:.2f}"
            )
        if self.okun is not None:
            lines.append(f"Okun: {self.okun.slope:+.2f} ({self.okun.standard_error:.2f}) a point of growth, "
                         f"R2 {self.okun.r_squared:.2f}")  # fmt: skip
        return "\n".join(lines)


def reports(months: Mapping[str, FloatArray], *, normal_unemployment: float) -> MacroReports:
    """Return what a run's months say.

    Parameters
    ----------
    months : mapping of str to (n,) float64
        The series of `SERIES`, money a month and rates as fractions.
    normal_unemployment : float
        u*, from which slack is measured.

    Examples
    --------
    >>> flat = {name: np.full(3, 1.0) for name in SERIES} | {"gdp": np.full(3, 10.0), "deposits": np.full(3, 60.0)}
    >>> reports(flat, normal_unemployment=0.05).velocity.tolist()
    [2.0, 2.0, 2.0]
    """
    size = len(months["gdp"])
    usable = bool(size) and all((months[name] > 0.0).all() for name in ("price_level", "real_gdp", "gdp", "deposits"))
    speed = velocity(YEAR * months["gdp"], months["deposits"]) if usable else np.full(size, math.nan)
    quantity = None
    if usable and size > 1:
        quantity = quantity_theory(months["price_level"], months["real_gdp"], months["deposits"])
    long_enough = usable and size >= YEAR + 3
    return MacroReports(
        months=size, velocity=speed, quantity=quantity,
        phillips=_phillips(months, normal_unemployment) if long_enough else None,
        okun=okun_regression(100.0 * months["unemployment"], months["real_gdp"], YEAR) if long_enough else None,
    )  # fmt: skip


def _phillips(months: Mapping[str, FloatArray], normal: float) -> PhillipsDecomposition:
    commodity = months["commodity_price"][YEAR:] / months["commodity_price"][:-YEAR] - 1.0
    slack = normal - months["unemployment"][YEAR:]
    return phillips_decomposition(months["inflation"][YEAR:], months["expected_inflation"][YEAR:], slack, commodity)


class MacroHistory:
    """The last twenty years of the series of `SERIES`, a row a month; a part with a state."""

    def __init__(self) -> None:
        self._rows: FloatArray = np.zeros((0, len(SERIES)))

    def note_month(self, **values: float) -> None:
        """Add a month."""
        self._rows = np.vstack([self._rows, [float(values[name]) for name in SERIES]])[-KEPT:]

    @property
    def months(self) -> dict[str, FloatArray]:
        """The series, oldest month first."""
        return {name: self._rows[:, number] for number, name in enumerate(SERIES)}

    @property
    def growth(self) -> float:
        """Real GDP of up to three months against the same months a year before; NaN until there are any."""
        real = self._rows[:, SERIES.index("real_gdp")]
        span = min(3, real.size - YEAR)
        if span < 1:
            return math.nan
        before = float(real[-YEAR - span : -YEAR].sum())
        return float(real[-span:].sum()) / before - 1.0 if before > 0.0 else math.nan

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` goes on."""
        return {"rows": self._rows.copy()}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self._rows = np.array(arrays["rows"], np.float64)
