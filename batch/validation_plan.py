"""The validations that ship: how long, how many seeds, and the bands of a sane economy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import FloatArray
from .macro_statistics import hp_cycle
from .validation import Band, Job, Months, Plan

US = "United States 1959-2009: {}"
TARGET = "a target of 2 % is kept on average (J. B. Taylor 1993)"
BASEL = "Basel III: at least 8 % and the conservation buffer of 2.5 %"
RARE = "a crisis in a generation (M. Schularick and A. M. Taylor 2012, American Economic Review 102, 1029-1061)"
STEADY = "a steady state: stocks stay in proportion to income (W. Godley and M. Lavoie 2007, Monetary Economics)"


def _mean(column: str, scale: float = 1.0) -> Callable[[Months], float]:
    return lambda months: scale * float(np.mean(months[column]))


def _deviation(column: str, scale: float = 1.0) -> Callable[[Months], float]:
    return lambda months: scale * float(np.std(months[column]))


def _to_income(column: str) -> Callable[[Months], float]:
    """Return the mean ratio of a stock to the income of a year."""
    return lambda months: float(np.mean(months[column] / (12.0 * months["gdp"].mean())))


def _share(column: str) -> Callable[[Months], float]:
    return lambda months: 100.0 * float(months[column].sum() / months["gdp"].sum())


def _a_year(column: str) -> Callable[[Months], float]:
    return lambda months: 12.0 * float(np.mean(months[column]))


def _output_cycle(months: Months) -> float:
    size = len(months["output"]) // 3 * 3
    quarters: FloatArray = np.asarray(months["output"][:size], np.float64).reshape(-1, 3).sum(axis=1)
    return float(np.std(hp_cycle(100.0 * np.log(quarters)))) if np.all(quarters > 0.0) else float("nan")


STEADY_STATE: tuple[Band, ...] = (
    Band("unemployment", "mean, %", 3.0, 9.0, US.format("5.9 on average"), _mean("unemployment", 100.0)),
    Band("its swings", "sd, pp", 0.2, 3.0, US.format("1.5"), _deviation("unemployment", 100.0)),
    Band("inflation", "mean of 12 months, %", 1.0, 3.0, TARGET, _mean("inflation", 100.0)),
    Band("its swings", "sd, pp", 0.0, 2.9, US.format("2.9, the seventies included"), _deviation("inflation", 100.0)),
    Band("policy rate", "mean, %", 1.0, 5.5, US.format("5.3, with more inflation"), _mean("policy_rate", 100.0)),
    Band("output cycle", "sd of HP cycle, %", 0.5, 2.5, US.format("1.54"), _output_cycle),
    Band("investment", "share of GDP, %", 10.0, 25.0, US.format("9 to 18"), _share("investment")),
    Band("public debt", "of a year's GDP", 0.4, 1.1, STEADY, _to_income("public_debt")),
    Band("deposits", "of a year's GDP", 0.8, 1.7, STEADY, _to_income("deposits")),
    Band("loans", "of a year's GDP", 0.3, 0.9, STEADY, _to_income("loans")),
    Band("capital ratio", "mean, %", 10.5, 20.0, BASEL, _mean("capital_ratio", 100.0)),
    Band("failures of firms", "a year", 0.1, 5.0, "no source: a few fail in a decade", _a_year("failures")),
    Band("failures of banks", "a year", 0.0, 0.5, RARE, _a_year("bank_failures")),
)  # fmt: skip

PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan("quick", (Job("economy-coarse", 5, 2, burn_in=2, settings={"traders.number": 2_000}),), STEADY_STATE),
        Plan("usual", (Job("economy-coarse", 30, 2, burn_in=10),), STEADY_STATE),
        Plan(
            "full", (Job("economy-coarse", 40, 5, burn_in=15), Job("economy", 40, 1, burn_in=15)), STEADY_STATE,
        ),
    )
}  # fmt: skip


def plan_named(name: str) -> Plan:
    """Return a plan of `PLANS`.

    Examples
    --------
    >>> [job.years for job in plan_named("full").jobs]
    [40, 40]
    """
    if name not in PLANS:
        raise OutOfBounds("plan", name, f"give one of {', '.join(PLANS)}")
    return PLANS[name]
