"""Taylor's rule beside US data: the recipe's pieces, and what is said where the data are missing."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from catallaxy.batch.replications import taylor
from catallaxy.core.errors import MissingExtra


@pytest.fixture(scope="module")
def data() -> taylor.Quarters:
    return taylor.us_quarters()


def test_the_comparison_covers_taylors_years(data: taylor.Quarters) -> None:
    years = data.when[data.between(*taylor.COMPARED)]

    assert (len(years), years[0], years[-1]) == (23, 1987.0, 1992.5)


def test_the_straight_trend_is_taylors_of_a_little_over_two_per_cent_a_year(data: taylor.Quarters) -> None:
    """He reports 2.2 % for 1984.1 to 1992.3; later vintages of output grow faster. The fit leaves no mean gap."""
    gap, fitted = taylor.linear_gap(data), data.between(*taylor.TREND)
    trend = 100.0 * np.log(data.output) - gap
    growth = 4.0 * np.diff(trend)

    assert growth == pytest.approx(np.full(len(growth), growth[0]))
    assert 2.0 < growth[0] < 3.5
    assert gap[fitted].mean() == pytest.approx(0.0, abs=1e-9)


def test_inflation_is_that_of_four_quarters(data: taylor.Quarters) -> None:
    inflation = data.inflation()

    assert np.isnan(inflation[:4]).all()
    assert inflation[4] == pytest.approx(100.0 * (data.prices[4] / data.prices[0] - 1.0))


def test_without_statsmodels_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def hidden(name: str, package: str | None = None) -> Any:
        return None if name == "statsmodels" else found(name, package)

    monkeypatch.setattr(taylor, "find_spec", hidden)
    with pytest.raises(MissingExtra) as caught:
        taylor.replicate()

    assert str(caught.value) == (
        "the replication 'taylor' needs the package 'statsmodels'; install it with: pip install 'catallaxy[data]'"
    )


def test_every_number_is_met() -> None:
    result = taylor.replicate(quick=True)

    assert [check.name for check in result.checks if check.verdict != "pass"] == []
    assert len(result.checks) == 8
