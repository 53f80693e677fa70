"""The documented Solara app: what its sliders allow and what its pictures show."""

from __future__ import annotations

from typing import Any

import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.model.economy import Economy

SMALL: dict[str, Any] = {
    "scenario": "markets",
    "traders__number": 60,
    "stocks__number": 1,
    "anchor__source": "walk",
    "clock__ticks_per_day": 10,
}


def alone(**settings: Any) -> Economy:
    """Return a small economy at the end of its second day."""
    economy = Economy(**(SMALL | settings))
    economy.run(days=2)
    return economy


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::FutureWarning")
def test_sliders_take_their_words_and_bounds_from_the_scenario() -> None:
    pytest.importorskip("solara")
    pytest.importorskip("altair")
    from catallaxy.visualization import app

    assert app.control("traders.number", 500, 100, 1000, 100) == {
        "type": "SliderInt", "label": "traders in the mix", "value": 500, "min": 100, "max": 1000, "step": 100,
    }  # fmt: skip
    with pytest.raises(OutOfBounds) as caught:
        app.control("traders.activity", 0.5, 0.1, 1.5, 0.1)
    assert str(caught.value) == "traders.activity is 1.5; the scenario allows 0.0 to 1.0"
    assert set(app.SCENARIO) == set(app.controls())


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::FutureWarning")
def test_the_pictures_show_the_economy() -> None:
    pytest.importorskip("solara")
    pytest.importorskip("altair")
    from matplotlib.figure import Figure

    from catallaxy.visualization import app

    economy = alone(rng=4)
    axes = Figure().subplots(1, 3)
    app.draw_index(economy, axes[0])
    app.draw_depth(economy, axes[1])
    app.draw_wealth(economy, axes[2])

    prices = axes[0].lines[0]
    assert (list(prices.get_xdata()), prices.get_ydata()[-1]) == ([0, 1, 2], economy.index)
    bids, asks = economy.exchange.books.depth(0, app.LEVELS)
    assert [bar.get_width() for bar in axes[1].patches] == [lots for _, lots in (*bids[::-1], *asks)]
    cash = sum(bar.get_width() for bar in axes[2].containers[0])
    means = [g.agg("cash", sum) / len(g) / 100 for _, g in economy.traders.groupby("group")]
    assert cash == pytest.approx(sum(means))
