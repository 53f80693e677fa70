"""The panels that move: small widgets whose scripts are in ``web/``, fed by messages."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, ClassVar

import anywidget
import traitlets

WEB = files("catallaxy.visualization") / "web"
ECHARTS = "/_solara/cdn/echarts@5.4.0/dist/echarts.esm.min.js"
"""Where the server serves the chart library that the package ``solara-assets`` brings."""


def text(name: str) -> str:
    """Return a file of ``web/`` as text."""
    return (WEB / name).read_text("utf-8")


def script(name: str) -> str:
    """Return the script of a widget, with what all of them share before it."""
    return text("common.js") + text(f"{name}.js")


def chart_script(name: str) -> str:
    """Return the script of a chart, which can be saved as CSV and PNG."""
    return text("common.js") + text("export.js") + text(f"{name}.js")


class Panel(anywidget.AnyWidget):
    """What all panels have: the style, and a name for tests and screen readers."""

    _css: ClassVar[Any] = text("style.css")
    label = traitlets.Unicode("").tag(sync=True)
    testid = traitlets.Unicode("").tag(sync=True)


class Bar(Panel):
    """The bar on every page: state, pace, symbol search, notes, keys."""

    _esm: ClassVar[Any] = script("bar")
    paces: Any = traitlets.List().tag(sync=True)


class Cards(Panel):
    """Price cards with sparklines."""

    _esm: ClassVar[Any] = script("cards")


class Chart(Panel):
    """An ECharts chart whose rows grow; ``library`` is the library's text where no server serves it."""

    _esm: ClassVar[Any] = chart_script("chart")
    _css: ClassVar[Any] = text("style.css") + text("charts.css")
    height = traitlets.Int(280).tag(sync=True)
    source = traitlets.Unicode(ECHARTS).tag(sync=True)
    library = traitlets.Unicode("").tag(sync=True)


class DepthMap(Panel):
    """Depth of a book over time, as lots by tick and price level."""

    _esm: ClassVar[Any] = chart_script("depthmap")
    _css: ClassVar[Any] = text("style.css") + text("charts.css")
    height = traitlets.Int(240).tag(sync=True)


class Ladder(Panel):
    """Depth of a book and its newest trades."""

    _esm: ClassVar[Any] = script("ladder")


class Tiles(Panel):
    """Key figures."""

    _esm: ClassVar[Any] = script("tiles")


class Events(Panel):
    """The newest events."""

    _esm: ClassVar[Any] = script("events")
    most = traitlets.Int(40).tag(sync=True)


class Grid(Panel):
    """A table that asks the server for its rows, a page at a time."""

    _esm: ClassVar[Any] = script("grid")
    _css: ClassVar[Any] = text("style.css") + text("grid.css")
    prompt = traitlets.Unicode("").tag(sync=True)
    tools = traitlets.Bool(True).tag(sync=True)


class Form(Panel):
    """Fields that Python declares, and actions that name their effect before they have it."""

    _esm: ClassVar[Any] = script("form")
    _css: ClassVar[Any] = text("style.css") + text("form.css")


class Choice(Panel):
    """One of a few words; `value` follows what is chosen."""

    _esm: ClassVar[Any] = script("choice")
    options: Any = traitlets.List().tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True)


class Levers(Panel):
    """Sliders of the settings that may change; the first ``unfolded`` sections are open."""

    _esm: ClassVar[Any] = script("levers")
    _css: ClassVar[Any] = text("style.css") + text("levers.css")
    unfolded = traitlets.Int(99).tag(sync=True)


class Matrix(Panel):
    """A matrix of sectors, with its sums and whether they are what they should be."""

    _esm: ClassVar[Any] = script("matrix")
    _css: ClassVar[Any] = text("style.css") + text("macro.css")


class Accounts(Panel):
    """One amount read in several ways, and whether they agree."""

    _esm: ClassVar[Any] = script("accounts")
    _css: ClassVar[Any] = text("style.css") + text("macro.css")
