"""The real series that facts are set beside: the daily S&P 500 that the package ``arch`` carries."""

from __future__ import annotations

import csv
import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..core.errors import MissingPackage
from ..core.units import FloatArray, IntArray
from ..model.anchor_sources import load_series
from .fact_rules import RULES, FactRule, RealValue, Sample
from .fact_statistics import block_bootstrap
from .facts import measured


def sp500_sample() -> Sample | None:
    """Return daily log returns and volumes, 1999 to 2018 (5,030 days), or None when ``arch`` is not installed.

    Only the data file is opened; importing ``arch`` itself takes seconds.
    """
    try:
        closes = load_series("sp500").closes[:, 0]
    except MissingPackage:
        return None
    return Sample(np.diff(np.log(closes)), _volumes()[1:])


def _volumes() -> FloatArray:
    spec = find_spec("arch")
    places = spec.submodule_search_locations if spec is not None else None
    path = Path((places or [""])[0]) / "data" / "sp500" / "sp500.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return np.array([float(row["Volume"]) for row in csv.DictReader(file)], np.float64)


def measured_reference() -> dict[str, RealValue]:
    """Return value and 95 % interval of each fact for the S&P 500, measured now; needs ``arch``."""
    real = sp500_sample()
    return {} if real is None else {rule.name: _real_value(rule, real) for rule in RULES}


def _real_value(rule: FactRule, real: Sample) -> RealValue:
    value = measured(rule, real)[0]
    if value is None or not rule.resampled:
        return value, None, None

    def resampled(rows: IntArray) -> float:
        return rule.measure(Sample(real.returns[rows]))

    return (value, *block_bootstrap(resampled, real.returns.size))
