"""Options of charts that grow: lines, bars and marks over one axis of dates, which read the columns of their rows.

The first column of a row is the date. "@up" is a tone of the style sheet and "$price" a number format.
"""

from __future__ import annotations

from typing import Any

Option = dict[str, Any]


def line(name: str, column: int, tone: str, *, filled: bool = False, dashed: bool = False, **more: Any) -> Option:
    """Return the series of a line."""
    drawn: Option = {
        "type": "line", "name": name, "encode": {"x": 0, "y": column}, "showSymbol": False, "connectNulls": False,
        "lineStyle": {"color": f"@{tone}", "width": 1.5, "type": "dashed" if dashed else "solid"},
        "itemStyle": {"color": f"@{tone}"}, **more,
    }  # fmt: skip
    return {**drawn, "areaStyle": {"color": f"@{tone}", "opacity": 0.15}} if filled else drawn


def bars(name: str, column: int, tone: str, **more: Any) -> Option:
    """Return the series of bars."""
    return {
        "type": "bar", "name": name, "encode": {"x": 0, "y": column}, "barMaxWidth": 10,
        "itemStyle": {"color": f"@{tone}", "opacity": 0.75}, **more,
    }  # fmt: skip


def marks(name: str, column: int, tone: str, *, down: bool = False, **more: Any) -> Option:
    """Return the series of marks where the column has a value: triangles that point up, or down."""
    return {
        "type": "scatter", "name": name, "encode": {"x": 0, "y": column}, "symbol": "triangle", "symbolSize": 9,
        "symbolRotate": 180 if down else 0, "itemStyle": {"color": f"@{tone}"}, "z": 5, **more,
    }  # fmt: skip


def date_axis(**more: Any) -> Option:
    """Return the horizontal axis."""
    return {
        "type": "category", "axisTick": {"show": False}, "axisLine": {"onZero": False, "lineStyle": {"color": "@line"}},
        "axisLabel": {"color": "@muted", "fontSize": 11, "hideOverlap": True}, **more,
    }  # fmt: skip


def value_axis(form: str = "number", **more: Any) -> Option:
    """Return the vertical axis, on the right as prices are read."""
    return {
        "type": "value", "scale": True, "position": "right", "splitNumber": 3,
        "splitLine": {"lineStyle": {"color": "@line"}},
        "axisLabel": {"color": "@muted", "fontSize": 11, "formatter": f"${form}"}, **more,
    }  # fmt: skip


def tooltip(form: str | None = "number", trigger: str = "axis") -> Option:
    """Return how a chart tells the values under the pointer."""
    told = {} if form is None else {"valueFormatter": f"${form}"}
    return {
        "trigger": trigger, "confine": True, "backgroundColor": "@panel", "borderColor": "@line",
        "textStyle": {"color": "@text", "fontSize": 12}, "axisPointer": {"lineStyle": {"color": "@muted"}}, **told,
    }  # fmt: skip


def legend(*names: str) -> Option:
    """Return the legend of the series named."""
    return {
        "data": list(names), "top": 0, "left": 0, "type": "scroll", "icon": "roundRect", "itemWidth": 12,
        "itemHeight": 4, "itemGap": 8,
        "textStyle": {"color": "@muted", "fontSize": 11}, "pageTextStyle": {"color": "@muted"},
        "inactiveColor": "@line", "pageIconSize": 10, "pageIconColor": "@muted", "pageIconInactiveColor": "@line",
    }  # fmt: skip


def chart(*series: Option, form: str = "number", axis: Option | None = None) -> Option:
    """Return the option of a chart of these series; two lines or more have a legend, marks explain themselves."""
    names = [one["name"] for one in series if one["type"] != "scatter"]
    names = names if len(names) > 1 else []
    return {
        "grid": {"left": 28, "right": 8, "top": 26 if names else 10, "bottom": 4, "containLabel": True},
        "tooltip": tooltip(form),
        **({"legend": legend(*names)} if names else {}),
        "xAxis": date_axis(),
        "yAxis": value_axis(form, **(axis or {})),
        "series": list(series),
    }
