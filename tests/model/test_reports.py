"""Velocity, Phillips and Okun of a run: of months made by hand, and of an economy against its own tables."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.randomness import Draws
from catallaxy.core.units import FloatArray
from catallaxy.model.economy import Economy
from catallaxy.model.reports import KEPT, SERIES, MacroHistory, reports
from tests.model.closed_economy import behind, closed, lived
from tests.model.small_economy import small

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation


def by_hand(months: int = 60) -> dict[str, FloatArray]:
    """Return months in which output follows Okun with -0.4 and inflation Phillips with 0.3 and 0.1."""
    draws, rows = Draws.of(5, "months"), np.arange(months)
    real = 1000.0 * np.exp(0.002 * rows + 0.01 * draws.normal(rows, number=0))
    unemployment = np.full(months, 0.06)
    for month in range(12, months):
        growth = real[month] / real[month - 12] - 1.0
        unemployment[month] = unemployment[month - 12] - 0.4 * (growth - 0.024)
    commodity = 50.0 * np.exp(0.05 * draws.normal(rows, number=1))
    expected = np.full(months, 0.02)
    change = np.concatenate([np.zeros(12), commodity[12:] / commodity[:-12] - 1.0])
    inflation = expected + 0.3 * (0.05 - unemployment) + 0.1 * change
    level = 100.0 * np.exp(0.02 / 12 * rows)
    return {
        "price_level": level, "real_gdp": real, "gdp": real * level / 100.0, "deposits": np.full(months, 15_000.0),
        "unemployment": unemployment, "inflation": inflation, "expected_inflation": expected,
        "commodity_price": commodity,
    }  # fmt: skip


def test_the_slopes_that_made_the_months_are_found() -> None:
    found = reports(by_hand(), normal_unemployment=0.05)
    assert found.phillips is not None
    assert found.okun is not None
    assert found.phillips.slope == pytest.approx(0.3, abs=1e-9)
    assert found.phillips.commodity_slope == pytest.approx(0.1, abs=1e-9)
    assert found.phillips.r_squared == pytest.approx(1.0)
    assert found.okun.slope == pytest.approx(-0.4, abs=1e-9)


def test_velocity_is_a_year_of_gdp_over_money_and_the_quantity_identity_leaves_nothing() -> None:
    months = by_hand()
    found = reports(months, normal_unemployment=0.05)
    assert found.velocity == pytest.approx(12 * months["gdp"] / 15_000.0)
    assert found.quantity is not None
    assert np.abs(found.quantity.residual).max() < 1e-12
    assert found.quantity.money_growth.tolist() == [0.0] * 59


def test_what_needs_more_months_than_there_are_is_left_out() -> None:
    months = by_hand()
    for size, known in ((0, 0), (1, 0), (2, 1), (14, 1), (15, 3)):
        found = reports({name: series[:size] for name, series in months.items()}, normal_unemployment=0.05)
        parts = (found.quantity, found.phillips, found.okun)
        assert (found.months, sum(part is not None for part in parts)) == (size, known)
        assert str(found).startswith(f"{size} months")


def test_months_without_output_have_no_velocity() -> None:
    months = {name: series[:3] for name, series in by_hand().items()} | {"gdp": np.zeros(3)}
    found = reports(months, normal_unemployment=0.05)
    assert np.isnan(found.velocity).all()
    assert found.quantity is None


def test_in_print_every_report_has_its_line() -> None:
    lines = str(reports(by_hand(), normal_unemployment=0.05)).split("\n")
    assert lines[0] == "60 months"
    assert lines[1].startswith("growth, % a year: inflation +2.0, money +0.0, velocity ")
    assert lines[2].startswith("Phillips: +0.30 (0.00) a point of slack, +0.10 (0.00) of commodity prices, R2 1.00")
    assert lines[3].startswith("Okun: -0.40 (0.00) a point of growth, R2 1.00")


# -- in the economy -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def economy() -> Economy:
    """Sixteen months."""
    return lived(16 * 21, identities="fast", recording__ring_days=400)


def test_an_economy_reports_on_the_months_it_has_recorded(economy: Economy) -> None:
    macro, found = economy.table("macro"), economy.reports()
    assert found.months == len(macro) == 16
    assert found.velocity == pytest.approx((12 * macro["gdp"] / macro["deposits"]).to_numpy())
    real = macro["gdp"] / macro["deflator"] * 100
    growth = real[12:].to_numpy() / real[:-12].to_numpy()
    change = 100 * (macro["unemployment"][12:].to_numpy() - macro["unemployment"][:-12].to_numpy())
    slope = np.polyfit(100 * (growth - 1), change, 1)[0]
    assert found.okun is not None
    assert found.phillips is not None
    assert found.okun.slope == pytest.approx(slope)
    assert np.isfinite([found.phillips.slope, found.phillips.commodity_slope, found.phillips.r_squared]).all()


def test_growth_is_three_months_against_the_same_a_year_before(economy: Economy) -> None:
    macro = economy.table("macro")
    real = (macro["gdp"] / macro["deflator"] * 100).to_numpy()
    assert behind(economy).history.growth == pytest.approx(real[13:16].sum() / real[1:4].sum() - 1)
    assert economy.table("world")["gdp_growth"].iloc[-1] == behind(economy).history.growth


def test_reports_go_on_after_a_checkpoint(economy: Economy) -> None:
    other = closed(identities="fast", recording__ring_days=400)
    other.restore(*economy.state())
    assert str(other.reports()) == str(economy.reports())


def test_a_market_alone_has_nothing_to_report_on() -> None:
    with pytest.raises(OutOfBounds, match="only a closed economy has reports"):
        small().reports()


def test_history_forgets_what_is_older_than_twenty_years() -> None:
    history = MacroHistory()
    for month in range(KEPT + 5):
        history.note_month(**dict.fromkeys(SERIES, float(month + 1)))
    assert history.months["gdp"].tolist() == [float(month) for month in range(6, KEPT + 6)]
