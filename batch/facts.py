"""Stylised facts: what real returns have in common, looked for in a run, beside the real S&P 500.

A fact has a statistic, an accepted range, a least number of bars below which the statistic says
nothing, and a verdict. Passing does not show that the mechanism is right: very different models pass
most of them (Cont 2001 lists the facts; no model is identified by them).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from numpy.typing import ArrayLike

from ..markets.measures import paired, series
from .fact_rules import RULES, FactRule, NeedsArch, Sample
from .fact_statistics import varies

Verdict = Literal["pass", "miss", "too few bars", "not measured"]


@dataclass(frozen=True)
class Fact:
    """A stylised fact as found in one series.

    Parameters
    ----------
    name, statistic : str
        The fact, and how it is measured.
    low, high : float
        Accepted range of the statistic, both ends included.
    value : float or None
        The statistic; None when there are too few bars or it cannot be measured.
    reference, reference_low, reference_high : float or None
        The same of the real S&P 500 (daily, 1999 to 2018) with its 95 % block-bootstrap interval, where known.
    verdict : {"pass", "miss", "too few bars", "not measured"}
        ``note`` says why when nothing was measured.
    bars, least : int
        Bars there were, and bars the statistic needs.
    """

    name: str
    statistic: str
    low: float
    high: float
    value: float | None
    verdict: Verdict
    bars: int
    least: int
    reference: float | None = None
    reference_low: float | None = None
    reference_high: float | None = None
    note: str = ""
    source: str = ""

    def as_row(self) -> dict[str, Any]:
        """Return plain values for JSON: an open end of the range is None."""
        row = asdict(self)
        return row | {end: row[end] if math.isfinite(row[end]) else None for end in ("low", "high")}


def facts_of(returns: ArrayLike, volume: ArrayLike | None = None) -> list[Fact]:
    """Return every fact of a series of daily log returns.

    Parameters
    ----------
    returns : array_like
        Log returns by day; not finite raises `UnusableSeries`, too few give the verdict "too few bars".
    volume : array_like, optional
        Lots traded on the same days.

    Examples
    --------
    >>> [fact.verdict for fact in facts_of([0.01, -0.01])][:2]
    ['too few bars', 'too few bars']
    """
    sample = _sample(returns, volume)
    return [_judged(rule, sample) for rule in RULES]


def _sample(returns: ArrayLike, volume: ArrayLike | None) -> Sample:
    moves = series(returns, "returns", 0)
    if volume is None:
        return Sample(moves)
    lots = series(volume, "volume", 0)
    paired(moves, lots, ("returns", "volume"))
    return Sample(moves, lots)


def _judged(rule: FactRule, sample: Sample) -> Fact:
    value, verdict, note = measured(rule, sample)
    return Fact(
        rule.name, rule.statistic, rule.low, rule.high, value, verdict, sample.returns.size, rule.least,
        *rule.real, note=note, source=rule.source,
    )  # fmt: skip


def measured(rule: FactRule, sample: Sample) -> tuple[float | None, Verdict, str]:
    """Return the statistic of ``rule``, the verdict, and why there is none when nothing was measured."""
    if rule.needs_volume and sample.volume is None:
        return None, "not measured", "no volume was given"
    if sample.returns.size < rule.least:
        return None, "too few bars", f"{sample.returns.size} bars; {rule.least} are needed"
    if not varies(sample.returns):
        return None, "not measured", "the series never varies"
    try:
        value = rule.measure(sample)
    except NeedsArch as missing:
        return None, "not measured", str(missing)
    if not math.isfinite(value):
        return None, "miss", "the statistic does not exist for this series: no tail, no memory, or a fit that fails"
    return value, judge(value, rule.low, rule.high), ""


def judge(value: float, low: float, high: float) -> Verdict:
    """Return "pass" when the value lies in [low, high], else "miss"."""
    return "pass" if low <= value <= high else "miss"


def summary(facts: Iterable[Fact]) -> dict[Verdict, int]:
    """Return how many facts have each verdict."""
    counts: dict[Verdict, int] = {"pass": 0, "miss": 0, "too few bars": 0, "not measured": 0}
    for fact in facts:
        counts[fact.verdict] += 1
    return counts
