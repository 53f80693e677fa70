"""`show`: an economy in a notebook, with the panels of the dashboard.

The chart library is read from where it is installed and sent along, so that a notebook needs neither a server nor a
network::

    from catallaxy import Economy, show

    economy = Economy("economy-coarse", rng=7)
    economy.run(days=63)
    shown = show(economy)
    shown

and after more ticks ``shown.update()`` brings what is on the page up to date. An economy without a folder keeps the
tables of recent days only; ``recording__ring_days=252`` keeps those of a year.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, ClassVar

import ipywidgets  # type: ignore[import-untyped]

from ..batch.figures import Figure
from ..batch.live_run import LiveRun
from ..batch.report_figures import candle_figures, index_figure
from ..batch.run_figures import economy_figures
from ..core.errors import MissingExtra, OutOfBounds
from ..model.economy import Economy
from . import views
from .assets import assets_folder
from .echarts import option
from .live import Message
from .widgets import Chart, Tiles, text

LIBRARY = "echarts@5.4.0/dist/echarts.esm.min.js"
_CHART, _WIDE = 240, 260


class _NotebookTiles(Tiles):
    """Key figures on a page that is not ours: they bring the ground they stand on."""

    _css: ClassVar[Any] = text("style.css") + text("notebook.css")


def library() -> str:
    """Return the text of the chart library.

    Raises
    ------
    MissingExtra
        Where it is not installed.
    """
    path = assets_folder() / LIBRARY
    if not path.is_file():
        raise MissingExtra("show", "solara-assets", "dashboard")
    return path.read_text("utf-8")


def show(economy: Economy, *, symbols: int = 2) -> Shown:
    """Return a widget with an economy's key figures, index, candles of its largest symbols and macro series.

    Parameters
    ----------
    economy : Economy
        Whichever; what its scenario lacks is left out, or a dash.
    symbols : int
        How many symbols have candles, 0 to 8.

    Raises
    ------
    OutOfBounds
        For something else than an economy, or a number of symbols that cannot be.
    MissingExtra
        Without the extra ``dashboard``.
    """
    if not isinstance(economy, Economy):
        raise OutOfBounds("economy", type(economy).__name__, "give an Economy; for a run folder use catallaxy.plot")
    if isinstance(symbols, bool) or not isinstance(symbols, int) or not 0 <= symbols <= 8:
        raise OutOfBounds("symbols", symbols, "give a whole number, 0 to 8")
    if find_spec("anywidget") is None:
        raise MissingExtra("show", "anywidget", "dashboard")
    return Shown(economy, symbols)


class Shown(ipywidgets.VBox):  # type: ignore[misc]
    """What `show` returns; `update` brings it up to date."""

    def __init__(self, economy: Economy, symbols: int) -> None:
        self.economy, self._symbols = economy, symbols
        self._charts: dict[str, Chart] = {}
        self._tiles = _told(_NotebookTiles(), lambda: {"fresh": True, "tiles": tiles(economy)})
        super().__init__()
        self.add_class("cx-notebook")
        self.update()

    def update(self) -> None:
        """Show the economy as it is now."""
        drawn = figures_shown(self.economy, self._symbols)
        for figure in drawn:
            if figure.name not in self._charts:
                height = _WIDE if figure.wide else _CHART
                self._charts[figure.name] = Chart(label=figure.alt or figure.title, height=height, library=library())
                self._charts[figure.name].add_class("cx-wide" if figure.wide else "cx-half")
        for figure in drawn:
            _told(self._charts[figure.name], functools.partial(_drawn, figure))
        charts = ipywidgets.Box([self._charts[figure.name] for figure in drawn])
        charts.add_class("cx-notebook-charts")
        self.children = [self._tiles, charts]
        self._tiles.send({"fresh": True, "tiles": tiles(self.economy)})


def _told(widget: Any, message: Callable[[], Message]) -> Any:
    """Tell a widget something now, and whenever a page begins to show it."""

    def heard(_widget: Any, said: Any, _buffers: Any) -> None:
        if isinstance(said, dict) and said.get("ready"):
            widget.send(message())

    before = getattr(widget, "_heard", None)
    if before is not None:
        widget.on_msg(before, remove=True)
    widget._heard = heard
    widget.on_msg(heard)
    widget.send(message())
    return widget


def _drawn(figure: Figure) -> Message:
    return {"option": titled(figure)}


def figures_shown(economy: Economy, symbols: int) -> list[Figure]:
    """Return the figures of `show`: the index, candles of the largest symbols, and macro series where there are any."""
    if not economy.tick:
        return []
    run = LiveRun(economy)
    recent = [figure for figure in (index_figure(run), *candle_figures(run, symbols)) if figure is not None]
    days = economy.settings.recording.ring_days
    if economy.memory.folder is None and economy.day > days:
        recent = [replace(figure, title=f"{figure.title}, the last {days} days") for figure in recent]
    return [*recent, *economy_figures(run)]


def titled(figure: Figure) -> dict[str, Any]:
    """Return a figure's option with its title on it, for there is no panel around it."""
    drawn = option(figure)
    style = {"color": "@text", "fontSize": 13, "fontWeight": 600}
    for grid in drawn["grid"] if isinstance(drawn["grid"], list) else [drawn["grid"]]:
        if isinstance(grid.get("top"), int):
            grid["top"] += 22
    if "legend" in drawn:
        drawn["legend"]["top"] = 22
    return {**drawn, "title": {"text": figure.title, "left": 0, "top": 0, "textStyle": style}}


def tiles(economy: Economy) -> list[dict[str, Any]]:
    """Return the key figures of an economy; None for what its scenario lacks."""
    macro = views.macro_figures(economy)
    day = views.date_of(economy.tick, economy.clock.ticks_per_day)
    figures = (
        ("date", "date", day, "text"), ("index", "index", economy.index, "points"),
        ("value", "fundamental value", economy.anchor_index, "points"),
        ("gdp", "GDP of the month", macro["gdp"], "money"),
        ("inflation", "inflation, 12 months", macro["inflation"], "percent"),
        ("unemployment", "unemployment", macro["unemployment"], "percent"),
        ("policy_rate", "policy rate", macro["policy_rate"], "percent"),
    )  # fmt: skip
    return [
        {"key": key, "label": label, "value": value, "form": form, "wide": key == "date"}
        for key, label, value, form in figures
    ]
