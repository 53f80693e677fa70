"""ECharts options of the pages of traders; money is in minor units."""

from __future__ import annotations

from typing import Any

from .event_marks import with_events
from .live import Message

POINTS = 240
_TOOLTIP = {
    "confine": True, "backgroundColor": "@panel", "borderColor": "@line",
    "textStyle": {"color": "@text", "fontSize": 12},
}  # fmt: skip
_LABEL = {"color": "@muted", "fontSize": 11}
_QUIET = {"axisLine": {"lineStyle": {"color": "@line"}}, "axisTick": {"show": False}, "axisLabel": _LABEL}


def numbers(values: Any) -> list[float | None]:
    """Return an array as a chart takes it, with None where nothing is known."""
    return [float(f"{value:.7g}") if value == value else None for value in values.tolist()]


def money(value: float | None) -> float | None:
    """Return an amount without digits that wealth at day ends does not keep."""
    return None if value is None else float(f"{value:.7g}")


def _across(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "nameLocation": "middle", "nameGap": 22, "nameTextStyle": _LABEL,
        "splitLine": {"show": False}, **_QUIET, **more,
    }  # fmt: skip


def _days(first: int = 0) -> dict[str, Any]:
    """Return the axis of the days that are shown, marked in even steps; those begin with the run or within."""
    label = {**_LABEL, "showMinLabel": first == 0, "showMaxLabel": False}
    return _across("trading day", type="value", min="dataMin", max="dataMax", minInterval=1, axisLabel=label)


def _up(form: str, **more: Any) -> dict[str, Any]:
    return {
        "position": "right", "splitLine": {"lineStyle": {"color": "@line"}}, "axisLine": {"show": False},
        "axisTick": {"show": False}, "axisLabel": {**_LABEL, "formatter": form}, **more,
    }  # fmt: skip


def _line(colour: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "line", "showSymbol": False, "lineStyle": {"width": 1.6, "color": colour},
        "itemStyle": {"color": colour}, **more,
    }  # fmt: skip


def group_option(names: list[str], *, rebased: bool) -> dict[str, Any]:
    """Return the option of one line a group over days; rows are day, a number for each group, and events."""
    form = "$points" if rebased else "$wealth"
    drawn = {
        "grid": {"left": 16, "right": 58, "top": 44, "bottom": 34},
        "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 8, "itemGap": 8,
                   "textStyle": {"color": "@text", "fontSize": 11}, "icon": "roundRect"},
        "tooltip": {"trigger": "axis", **_TOOLTIP, "valueFormatter": form},
        "xAxis": _days(),
        "yAxis": _up(form, scale=True, splitNumber=4),
        "series": [
            _line(f"@group{place}", name=name, encode={"x": 0, "y": place}) for place, name in enumerate(names, 1)
        ],
    }  # fmt: skip
    return with_events(drawn, 1 + len(names))


def history_option(first: int = 0) -> dict[str, Any]:
    """Return the option of one owner's wealth over days from ``first`` on; rows are day, wealth and events."""
    drawn = {
        "grid": {"left": 16, "right": 58, "top": 10, "bottom": 34},
        "tooltip": {"trigger": "axis", **_TOOLTIP, "valueFormatter": "$wealth"},
        "xAxis": _days(first),
        "yAxis": _up("$wealth", scale=True, splitNumber=4),
        "series": [_line("@accent", name="wealth", encode={"x": 0, "y": 1}, areaStyle={"opacity": 0.08})],
    }
    return with_events(drawn, 2)


def ranks(owners: list[str], then: list[tuple[int, list[int]]]) -> Message:
    """Return the message of a chart of places over days, the first on top; who had no place leaves a gap."""
    days = [str(day) for day, _places in then]
    series = []
    for line, owner in enumerate(owners):
        tone, ends = f"@group{line + 1}", {"show": True, "formatter": owner, "fontSize": 11}
        data = [places[line] or None for _day, places in then]
        own = _line(tone, name=owner, data=data, symbolSize=5, endLabel={**ends, "color": tone})
        series.append({**own, "showSymbol": True, "labelLayout": {"moveOverlap": "shiftY"}})
    lowest = max((place for _day, places in then for place in places[: len(owners)]), default=1)
    scale = {"type": "log"} if lowest > 40 else {"type": "value", "minInterval": 1}
    return {
        "option": {
            "grid": {"left": 46, "right": 64, "top": 12, "bottom": 34},
            "tooltip": {"trigger": "axis", **_TOOLTIP},
            "xAxis": _across("end of trading day", type="category", data=days, boundaryGap=False),
            "yAxis": _up("$count", **scale, inverse=True, min=1, position="left"),
            "series": series,
        }
    }


def lorenz(curve: list[list[float]], gini: float | None) -> Message:
    """Return the message of a Lorenz curve over the line where all have the same."""
    per_cent = [[round(100.0 * people, 2), round(100.0 * wealth, 3)] for people, wealth in curve]
    equal = {"data": [[0, 0], [100, 100]], "silent": True, "tooltip": {"show": False}}
    told = "" if gini is None else f"Gini {gini:.3f}"
    return {
        "option": {
            "grid": {"left": 16, "right": 52, "top": 10, "bottom": 34},
            "tooltip": {"trigger": "axis", **_TOOLTIP, "valueFormatter": "$points"},
            "graphic": [
                {"type": "text", "left": 20, "top": 16, "style": {"text": told, "fill": "@text", "fontSize": 13}}
            ],
            "xAxis": _across("per cent of traders, the poorest first", type="value", max=100),
            "yAxis": _up("$count", min="dataMin", max=100, interval=25),
            "series": [
                _line("@accent", name="part of wealth", data=per_cent, areaStyle={"opacity": 0.08}),
                {
                    **_line("@muted", name="all the same", **equal),
                    "lineStyle": {"width": 1, "type": "dashed", "color": "@muted"},
                },
            ],
        }
    }


def histogram(bins: list[list[float]], none: int) -> Message:
    """Return the message of a histogram of wealth on a logarithmic axis; bins are middle and traders."""
    if not bins:
        return {"empty": "nobody has any wealth"}
    told = f"{none} have nothing, or owe more than they have" if none else ""
    style = {"text": told, "fill": "@muted", "fontSize": 11}
    label = {**_LABEL, "formatter": "$money", "interval": max(1, len(bins) // 5)}
    bars = {"type": "bar", "name": "traders", "barCategoryGap": "8%", "itemStyle": {"color": "@accent", "opacity": 0.8}}
    return {
        "option": {
            "grid": {"left": 16, "right": 52, "top": 22, "bottom": 34},
            "tooltip": {"trigger": "item", **_TOOLTIP, "valueFormatter": "$count"},
            "graphic": [{"type": "text", "left": 10, "top": 2, "style": style}],
            "xAxis": _across("wealth, logarithmic", type="category", data=[m for m, _count in bins], axisLabel=label),
            "yAxis": _up("$count", splitNumber=4),
            "series": [{**bars, "data": [count for _middle, count in bins]}],
        }
    }
