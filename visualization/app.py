"""A market to watch and to play with in the browser, on Mesa's own dashboard.

Run it (``pip install catallaxy[dashboard]``)::

    solara run catallaxy.visualization.app

and open the address it prints. *Step* and *play* advance the market, the sliders change the scenario,
and *Reset* starts a new market with what the sliders say. In a notebook, show any economy of yours::

    from catallaxy import Economy
    from catallaxy.visualization.app import dashboard

    dashboard(Economy("markets", rng=7, traders__number=500))

To build your own page, take what you like from here: `control` makes a slider from a setting of the
scenario, and every ``draw_*`` function is a picture of an economy on a matplotlib figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import solara
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter
from pydantic.fields import FieldInfo

from ..core.errors import OutOfBounds
from ..core.parameters import fields_of
from ..model.economy import Economy
from ..model.scenario import Scenario

ui: Any = solara  # it does not mark what it exports
component: Callable[[Callable[..., None]], Callable[..., Any]] = ui.component

LEVELS = 10
SCENARIO: Mapping[str, Any] = {
    "scenario": "markets",
    "rng": 7,
    "traders__number": 1_000,
    "traders__activity": 0.1,
    "stocks__number": 5,
    "exchange__rounds": 1,
    "anchor__source": "walk",
}
"""What the page opens with: small enough to answer at once."""

Drawing = Callable[[Economy, Axes], None]


# Pictures


def draw_index(economy: Economy, axes: Axes) -> None:
    """Draw the index of last prices and of fundamental values, a point for each day."""
    frame = economy.datacollector.get_model_vars_dataframe()
    axes.plot(frame["day"], frame["index"], label="prices", color="tab:blue")
    axes.plot(frame["day"], frame["anchor"], label="fundamental values", color="tab:orange", linestyle="--")
    axes.set(title=f"Index, day {economy.day}", xlabel="trading day", ylabel="opening = 100")
    axes.legend(loc="best")


def draw_depth(economy: Economy, axes: Axes, symbol: str | None = None) -> None:
    """Draw the ladder of one symbol's book: lots resting at each of the best prices."""
    symbol = economy.symbols[0] if symbol is None else symbol
    book = economy.exchange.listings.expect(symbol)
    bids, asks = economy.exchange.books.depth(book, LEVELS)
    axes.barh(
        [str(price) for price, _ in bids[::-1]], [lots for _, lots in bids[::-1]], color="tab:green", label="bids"
    )
    axes.barh([str(price) for price, _ in asks], [lots for _, lots in asks], color="tab:red", label="asks")
    axes.set(title=f"Book of {symbol}", xlabel="lots", ylabel="price, cents")
    axes.legend(loc="best")


def draw_wealth(economy: Economy, axes: Axes) -> None:
    """Draw the mean wealth of each group of traders, deposits and shares at last prices."""
    names = [population.name.replace("_", " ") for population in economy.populations]
    cash, _lots, shares = economy.group_totals()
    members = [max(1, population.size) for population in economy.populations]
    deposits, holdings = cash / members / 100, shares / members / 100
    axes.barh(names, deposits, color="tab:blue", label="deposits")
    axes.barh(names, holdings, left=deposits, color="tab:orange", label="shares")
    axes.set(title="Mean wealth of a trader", xlabel="in whole units of money")
    axes.legend(loc="best")


def picture(drawing: Drawing) -> Any:
    """Return a component of a Mesa dashboard that draws ``drawing`` anew after each step."""

    @component
    def shown(model: Economy) -> None:
        update_counter.get()
        figure = Figure(figsize=(6, 4), layout="constrained")
        drawing(model, figure.subplots())
        ui.FigureMatplotlib(figure, format="png")

    return shown


# Sliders


def control(key: str, value: float, low: float, high: float, step: float) -> dict[str, Any]:
    """Return a slider of a Mesa dashboard for a setting; its sentence and bounds are the scenario's.

    Examples
    --------
    >>> control("traders.number", 1_000, 100, 20_000, 100)["label"]
    'traders in the mix'
    >>> control("traders.number", 1_000, -5, 20_000, 100)
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.OutOfBounds: traders.number is -5; the scenario allows 0 to 10000000
    """
    field = dict(fields_of(Scenario))[key]
    least, most = _limit(field, "ge", "gt", -math.inf), _limit(field, "le", "lt", math.inf)
    for end in (low, high, value):
        if not least <= end <= most:
            raise OutOfBounds(key, end, f"the scenario allows {least} to {most}")
    kind = "SliderInt" if field.annotation is int else "SliderFloat"
    return {"type": kind, "label": field.description, "value": value, "min": low, "max": high, "step": step}


def _limit(field: FieldInfo, inclusive: str, exclusive: str, none: float) -> float:
    limits = [getattr(rule, name, None) for rule in field.metadata for name in (inclusive, exclusive)]
    return next((limit for limit in limits if limit is not None), none)


def controls(opening: Mapping[str, Any] = SCENARIO) -> dict[str, Any]:
    """Return the ``model_params`` of the page: what Reset makes a new economy of."""
    return {
        **opening,
        "rng": {"type": "SliderInt", "label": "seed", "value": opening["rng"], "min": 0, "max": 100, "step": 1},
        "traders__number": control("traders.number", opening["traders__number"], 100, 20_000, 100),
        "traders__activity": control("traders.activity", opening["traders__activity"], 0.01, 1.0, 0.01),
        "stocks__number": control("stocks.number", opening["stocks__number"], 1, 20, 1),
        "exchange__rounds": control("exchange.rounds", opening["exchange__rounds"], 1, 5, 1),
    }


# Pages


def dashboard(economy: Economy, model_params: Mapping[str, Any] | None = None) -> Any:
    """Return Mesa's dashboard for ``economy``; Reset makes a new one from ``model_params`` alone."""
    components = [(picture(draw_index), 0), (picture(draw_depth), 0), (picture(draw_wealth), 0)]
    return SolaraViz(economy, components=components, model_params=dict(model_params or {}), name="catallaxy")


@component
def Page() -> None:  # the name that `solara run` looks for
    """Show the page of ``solara run catallaxy.visualization.app``; each visitor gets a market of their own."""
    economy = ui.use_memo(lambda: Economy(**SCENARIO), [])
    dashboard(economy, controls())
