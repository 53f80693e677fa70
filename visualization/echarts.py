"""Figure specifications as ECharts options, so that live pages, stored runs and notebooks draw the same figures.

An option is plain data: "@up" stands for a tone of the style sheet and "$plain" for a number format, which the
panel's script puts in. A figure that grows is sent once without its numbers (`growing`) and then by `rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..batch.drawing import apart
from ..batch.figures import Area, Band, Bars, Blocks, Candles, Dots, Figure, Line, Mark, Rule, Stems, labels
from ..core.units import FloatArray

Option = dict[str, Any]
Series = dict[str, Any]

_LETTER = 6.3
"""Width in pixels of a letter of 11 pixels."""
_DECADES = 30.0
_FEW_STEPS = 3.0
"""Length of an axis from which on its first label, where numbers begin, need not be in step with the others."""
_MOST_BESIDE = 170
_USUAL_HEIGHT, _LINE_GAP = 200.0, 14.0
_KEPT_DIGITS = 12  # money of whole economies to the cent
_ICONS = {
    "line": "roundRect", "dashed": "roundRect", "dots": "emptyCircle", "dots full": "circle", "stems": "rect",
    "band": "rect", "area": "rect", "bars": "rect",
}  # fmt: skip


def option(figure: Figure, *, named: bool = True, form: str = "plain") -> Option:
    """Return the ECharts option that draws a figure.

    Parameters
    ----------
    named : bool
        Write the quantities beside the axes; a panel that shows them in its title does without.
    form : str
        Number format of vertical axis and tooltip: a name of ``FORMS`` in ``web/common.js``.

    Examples
    --------
    >>> line = Line(np.arange(2.0), np.array([1.0, np.nan]), "index", "up")
    >>> drawn = option(Figure("index", "The index", "day", "points", (line,)))
    >>> drawn["series"][0]["data"], drawn["series"][0]["itemStyle"]["color"], drawn["xAxis"][0]["name"]
    ([[0.0, 1.0], [1.0, None]], '@up', 'day')
    """
    across = next((mark.names for mark in figure.marks if isinstance(mark, Bars | Blocks)), None)
    plain = replace(figure, marks=tuple(mark for mark in figure.marks if not isinstance(mark, Candles)))
    told = [mark for mark in figure.marks if not isinstance(mark, Rule)]
    legend = [{"name": _words(label), "icon": _ICONS[kind]} for label, _, kind in labels(plain) if len(told) > 1]
    drawn: Option = {
        "grid": _grid(figure, bool(legend), named),
        "tooltip": _tooltip(figure, form),
        "xAxis": [_axis(figure.x_label, figure.log_x, across is not None, named, "plain", _reach(figure, "x"))],
        "yAxis": [_axis(figure.y_label, figure.log_y, across is None, named, form, _reach(figure, "y"), up=True)],
        "series": [],
        "aria": {"enabled": True, "label": {"description": figure.alt or figure.title}},
    }
    if across is not None:
        drawn["yAxis"] = [_names(across)]
    if legend:
        drawn["legend"] = {"data": legend, "top": 0, "right": 0, "type": "scroll", "itemWidth": 14, "itemHeight": 4,
                           "textStyle": {"color": "@muted", "fontSize": 11}, "inactiveColor": "@line"}  # fmt: skip
    for number, mark in enumerate(figure.marks):
        if not isinstance(mark, Rule):
            drawn["series"] += _MARKS[type(mark)](mark, number)
    _part_ends(figure, drawn)
    _candle_axes(figure, drawn)
    rules = [mark for mark in figure.marks if isinstance(mark, Rule)]
    if rules:
        drawn["series"].append(_rules(rules))
    return drawn


def growing(figure: Figure, *, named: bool = True, form: str = "plain") -> Option:
    """Return the option of a figure whose lines read the columns of `rows`: x first, then a column for each line.

    Lines share the x of the first.
    """
    drawn = option(figure, named=named, form=form)
    column = 0
    for series in drawn["series"]:
        if series["id"].startswith("line"):
            column += 1
            series.pop("data")
            series["encode"] = {"x": 0, "y": column}
    return drawn


def rows(figure: Figure, since: int = 0) -> list[list[float | None]]:
    """Return the lines of a figure as rows of x and a value for each line, from row ``since`` on.

    Examples
    --------
    >>> line = Line(np.arange(3.0), np.array([1.0, np.nan, 2.0]), "index")
    >>> rows(Figure("index", "The index", "day", "points", (line,)), since=1)
    [[1.0, None], [2.0, 2.0]]
    """
    lines = [mark for mark in figure.marks if isinstance(mark, Line)]
    if not lines:
        return []
    return _pairs(lines[0].x[since:], *(mark.y[since:] for mark in lines))


# -- axes -------------------------------------------------------------------------------------


def _axis(
    name: str, logarithmic: bool, split: bool, named: bool, form: str, reach: tuple[float, float], up: bool = False
) -> Option:
    """Return a numeric axis; ``split`` draws the lines of the grid across it."""
    axis: Option = {
        "type": "log" if logarithmic else "value",
        "scale": True,
        "axisLine": {"show": not up, "onZero": False, "lineStyle": {"color": "@line"}},
        "axisTick": {"show": False},
        "axisLabel": {"color": "@muted", "fontSize": 11, "formatter": f"${form}", "hideOverlap": True},
        "splitLine": {"show": split, "lineStyle": {"color": "@line"}},
    }
    if logarithmic:
        axis["logBase"] = 10 if reach[1] >= _DECADES * reach[0] else 2
    if named and name:
        place = {"nameLocation": "end", "nameGap": 8} if up else {"nameLocation": "middle", "nameGap": 24}
        style = {"color": "@muted", "fontSize": 11, **({"align": "left", "padding": [0, 0, 0, -14]} if up else {})}
        axis |= {"name": _words(name), **place, "nameTextStyle": style}
    elif name:
        axis["quantity"] = _words(name)  # a file of its numbers names them
    if not up and not logarithmic and reach[1] > reach[0]:
        axis |= {"min": "dataMin", "max": "dataMax"}
        if float(reach[0]).is_integer() and float(reach[1]).is_integer():
            axis["minInterval"] = 1  # there is no half a month
        axis["axisLabel"]["showMaxLabel"] = False  # it would stand in the one before it
        axis["axisLabel"]["showMinLabel"] = reach[0] == 0.0 or reach[1] - reach[0] <= _FEW_STEPS
    return axis


def _names(names: tuple[str, ...]) -> Option:
    """Return the axis of horizontal bars, the first on top."""
    return {
        "type": "category", "data": [_words(name) for name in names], "inverse": True,
        "axisLine": {"show": False}, "axisTick": {"show": False},
        "axisLabel": {"color": "@text", "fontSize": 11, "interval": 0},
    }  # fmt: skip


def _grid(figure: Figure, legend: bool, named: bool) -> Option:
    ends = [mark.label for mark in figure.marks if isinstance(mark, Line) and mark.ends]
    notes = [note for mark in figure.marks if isinstance(mark, Bars) for note in mark.notes]
    beside = 16 + round(_LETTER * max((len(text) for text in (*ends, *notes)), default=0))
    over = (named and bool(figure.y_label)) + legend  # rows of words above
    return {
        "left": 8, "right": min(beside, _MOST_BESIDE), "top": 12 + 16 * over,
        "bottom": 26 if named and figure.x_label else 6, "containLabel": True,
    }  # fmt: skip


def _reach(figure: Figure, way: str) -> tuple[float, float]:
    """Return the lowest and highest value of an axis whose marks are curves, (0, 0) where some are not."""
    if not all(isinstance(mark, Line | Dots | Area | Rule | Band) for mark in figure.marks):
        return 0.0, 0.0
    found = [np.asarray(getattr(m, way)) for m in figure.marks if isinstance(m, Line | Dots)]
    if way == "x" and any(isinstance(mark, Dots) for mark in figure.marks) and not figure.log_x:
        return 0.0, 0.0
    values = np.concatenate([np.zeros(0), *found])
    values = values[np.isfinite(values) & ((values > 0.0) if getattr(figure, f"log_{way}") else True)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _tooltip(figure: Figure, form: str) -> Option:
    curves = any(isinstance(mark, Line | Stems | Area | Candles) for mark in figure.marks)
    return {
        "trigger": "axis" if curves else "item", "valueFormatter": f"${form}", "confine": True,
        "axisPointer": {"type": "line", "lineStyle": {"color": "@muted"}, "label": {"formatter": "$plain"}},
        "backgroundColor": "@panel", "borderColor": "@line", "textStyle": {"color": "@text", "fontSize": 12},
    }  # fmt: skip


# -- marks ------------------------------------------------------------------------------------


def _line(mark: Line, number: int) -> list[Series]:
    style = {"color": f"@{mark.tone}", "width": mark.width, "type": [*mark.dash] if mark.dash else "solid"}
    series = _series("line", f"line{number}", mark.label, mark.tone, _pairs(mark.x, mark.y))
    series |= {"showSymbol": False, "lineStyle": style, "connectNulls": False}
    if mark.steps:
        series["step"] = "end"
    if mark.ends and mark.label:
        series["endLabel"] = {"show": True, "formatter": "{a}", "color": f"@{mark.tone}", "fontSize": 11}
    return [series]


def _dots(mark: Dots, number: int) -> list[Series]:
    series = _series("scatter", f"dots{number}", mark.label, mark.tone, _pairs(mark.x, mark.y))
    colour = "transparent" if mark.hollow else f"@{mark.tone}"
    series["itemStyle"] = {"color": colour, "borderColor": f"@{mark.tone}", "borderWidth": 1}
    return [{**series, "symbolSize": round(max(mark.size, 1.0) ** 0.5 + 1.0, 1)}]


def _stems(mark: Stems, number: int) -> list[Series]:
    series = _series("bar", f"stems{number}", mark.label, mark.tone, _pairs(mark.x, mark.y))
    return [{**series, "barWidth": 3, "barGap": "-100%"}]


def _band(mark: Band, number: int) -> list[Series]:
    series = _series("line", f"band{number}", mark.label, mark.tone, [])
    where = [[{"yAxis": _kept(mark.low)}, {"yAxis": _kept(mark.high)}]]
    area = {"silent": True, "data": where, "itemStyle": {"color": f"@{mark.tone}", "opacity": 0.16}}
    return [{**series, "silent": True, "markArea": area}]


def _area(mark: Area, number: int) -> list[Series]:
    """Return the lower curve and, stacked on it, the height of the area; the tooltip tells the curves themselves.

    Of two numeric axes the library stacks the one whose column comes first.
    """
    low = _series("line", f"area{number}.low", mark.label, mark.tone, _pairs(mark.low, mark.x, mark.low))
    high = _series("line", f"area{number}.high", mark.label, mark.tone, _pairs(mark.high - mark.low, mark.x, mark.high))
    high["areaStyle"] = {"color": f"@{mark.tone}", "opacity": 0.2}
    shared = {
        "stack": f"area{number}", "stackStrategy": "all", "encode": {"x": 1, "y": 0, "tooltip": [2]},
        "showSymbol": False, "silent": True, "lineStyle": {"width": 0},
    }  # fmt: skip
    return [low | shared, high | shared]


def _bars(mark: Bars, number: int) -> list[Series]:
    notes = [*mark.notes, *[""] * (len(mark.names) - len(mark.notes))]
    series = _series("bar", f"bars{number}", mark.label, mark.tone, [
        {"value": _kept(length), "label": {"show": bool(note), "formatter": _words(note)}}
        for length, note in zip(mark.lengths.tolist(), notes, strict=True)
    ])  # fmt: skip
    label = {"position": "right", "color": "@text", "fontSize": 11}
    return [{**series, "label": label, "barMaxWidth": 18, "barGap": "-100%"}]


def _blocks(mark: Blocks, number: int) -> list[Series]:
    """Return what lies before each piece, unseen, and the piece stacked on it."""
    shared = {"stack": f"blocks{number}", "stackStrategy": "all", "barMaxWidth": 26, "barGap": "-100%"}
    before = _series("bar", f"blocks{number}.before", "", mark.tone, [_kept(x) for x in mark.starts.tolist()])
    before |= {"silent": True, "itemStyle": {"color": "transparent"}, "tooltip": {"show": False}}
    piece = _series("bar", f"blocks{number}", mark.label, mark.tone, [_kept(x) for x in mark.lengths.tolist()])
    piece["itemStyle"] |= {"borderColor": "@panel", "borderWidth": 0.6}
    return [before | shared, piece | shared]


def _candles(mark: Candles, number: int) -> list[Series]:
    prices = _pairs(mark.x, mark.open, mark.close, mark.low, mark.high)
    bodies = _series("candlestick", f"candles{number}", "price", "up", prices)
    bodies["itemStyle"] = {
        "color": "transparent", "color0": "@down", "borderColor": "@up", "borderColor0": "@down",
    }  # fmt: skip
    bodies["encode"] = {"x": 0, "y": [1, 2, 3, 4]}
    volume = _series("bar", f"volume{number}", "volume", "muted", _pairs(mark.x, mark.volume))
    volume["itemStyle"]["opacity"] = 0.45
    return [bodies, {**volume, "yAxisIndex": 1, "barCategoryGap": "28%"}]


def _rules(rules: list[Rule]) -> Series:
    """Return one series without points that carries every vertical line."""
    marks = [
        {
            "xAxis": _kept(rule.at), "name": _words(rule.label), "lineStyle": {"color": f"@{rule.tone}"},
            "label": {"show": bool(rule.label), "formatter": "{b}", "color": f"@{rule.tone}",
                      "position": "insideEndBottom" if number % 2 else "insideEndTop"},
        }
        for number, rule in enumerate(sorted(rules, key=lambda rule: rule.at))
    ]  # fmt: skip
    line = {"symbol": "none", "silent": True, "data": marks, "lineStyle": {"type": [3, 3], "width": 1},
            "label": {"fontSize": 10}}  # fmt: skip
    return {"type": "line", "id": "rules", "data": [], "silent": True, "markLine": line}


_MARKS: Mapping[type, Callable[[Any, int], list[Series]]] = {
    Line: _line, Dots: _dots, Stems: _stems, Band: _band, Area: _area, Bars: _bars, Blocks: _blocks, Candles: _candles,
}  # fmt: skip


def _part_ends(figure: Figure, drawn: Option) -> None:
    """Push labels at line ends apart, as in a plot of a usual height."""
    ends = {
        f"line{number}": float(mark.y[-1])
        for number, mark in enumerate(figure.marks)
        if isinstance(mark, Line) and mark.ends and mark.y.size and np.isfinite(mark.y[-1])
    }
    low, high = _reach(figure, "y")
    if len(ends) < 2 or low == high:
        return
    places = [(value - low) / (high - low) for value in ends.values()]
    moved = dict(zip(ends, np.subtract(places, apart(places, _LINE_GAP / _USUAL_HEIGHT)).tolist(), strict=True))
    for series in drawn["series"]:
        if series["id"] in moved:
            series["endLabel"]["offset"] = [0, round(_USUAL_HEIGHT * moved[series["id"]])]


def _candle_axes(figure: Figure, drawn: Option) -> None:
    """Leave the lowest quarter of a figure with candles to the volume."""
    candles: list[Mark] = [mark for mark in figure.marks if isinstance(mark, Candles)]
    if not candles:
        return
    mark = candles[0]
    assert isinstance(mark, Candles)
    least, most = float(mark.low.min(initial=np.inf)), float(mark.high.max(initial=-np.inf))
    if np.isfinite(least):
        drawn["yAxis"][0]["axisLabel"]["showMinLabel"] = False
        drawn["yAxis"][0]["min"] = _kept(least - 0.32 * ((most - least) or max(1.0, 0.01 * most)))
    if mark.x.size:
        room = 0.6 * (float(np.diff(mark.x).min(initial=np.inf)) if mark.x.size > 1 else 1.0)
        drawn["xAxis"][0] |= {"min": _kept(float(mark.x[0]) - room), "max": _kept(float(mark.x[-1]) + room)}
        drawn["xAxis"][0]["axisLabel"] |= {"showMinLabel": False, "showMaxLabel": False}
        drawn["xAxis"][0]["minInterval"] = 1
    drawn["yAxis"].append({"type": "value", "show": False, "axisLabel": {"show": False}, "splitLine": {"show": False},
                           "max": _kept(4.6 * max(1.0, float(mark.volume.max(initial=0.0))))})  # fmt: skip


def _series(kind: str, name: str, label: str, tone: str, data: list[Any]) -> Series:
    named = {"name": _words(label)} if label else {}
    return {"type": kind, "id": name, **named, "data": data, "itemStyle": {"color": f"@{tone}"}}


# -- values -----------------------------------------------------------------------------------


def _pairs(*columns: FloatArray) -> list[list[float | None]]:
    lists = [np.asarray(column, np.float64).tolist() for column in columns]
    return [[_kept(value) for value in row] for row in zip(*lists, strict=True)]


def _kept(value: float) -> float | None:
    """Return a number as it is sent: what is not finite is missing."""
    return float(f"{value:.{_KEPT_DIGITS}g}") if np.isfinite(value) else None


def _words(text: str) -> str:
    """Return a text that the panel's script does not take for a tone or a format."""
    return "\u200b" + text if text[:1] in "@$" and text else text
