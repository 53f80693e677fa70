"""Vertical lines on charts of time, where a shock struck, a rule switched or somebody changed a setting.

A row of such a chart stands for a period and ends with two cells: 1 and what struck in it, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from .desk import Desk
from .growing_charts import Option
from .macro_history import Moment, months_of

MOST_LETTERS = 120


def marks_of(desk: Desk, ends: Sequence[int], since: int) -> list[list[Any]]:
    """Return the two cells of each period, by the ticks with which periods end; the first begins after ``since``."""
    return cells(months_of(desk).moments, ends, since)


def cells(moments: Iterable[Moment], ends: Sequence[int], since: int) -> list[list[Any]]:
    """Return the two cells of each period in which ``moments`` may have struck.

    Examples
    --------
    >>> cells([Moment(3, "flood"), Moment(4, "rate → 0.04"), Moment(9, "drought")], [2, 4, 6], since=0)
    [[None, None], [1, 'flood; rate → 0.04'], [None, None]]
    """
    known = tuple(moments)
    told = []
    for before, end in pairwise([since, *ends]):
        names = dict.fromkeys(moment.name for moment in known if before < moment.tick <= end)
        told.append([1, "; ".join(names)[:MOST_LETTERS]] if names else [None, None])
    return told


def event_line(height: int, words: int, axis: int = 1, **more: Any) -> Option:
    """Return the series of vertical lines: columns of their height and of what struck, and the axis of heights."""
    return {
        "type": "bar", "name": "event", "yAxisIndex": axis, "barWidth": 1, "barGap": "-100%", "z": 1,
        "encode": {"x": 0, "y": height, "tooltip": [words]}, "tooltip": {"valueFormatter": "$text"},
        "itemStyle": {"color": "@warn", "opacity": 0.7}, **more,
    }  # fmt: skip


def with_events(option: Option, columns: int) -> Option:
    """Return the option of a chart with lines where the two cells after its ``columns`` columns tell of something.

    Its first vertical axis stays that of the numbers; the legend names numbers alone.
    """
    axes = option["yAxis"] if isinstance(option["yAxis"], list) else [option["yAxis"]]
    heights = {"type": "value", "show": False, "min": 0, "max": 1, "axisPointer": {"show": False},
               "axisLabel": {"show": False}}  # fmt: skip
    label = {
        "show": True, "position": "insideTop", "distance": 2, "rotate": 90, "align": "right",
        "verticalAlign": "bottom", "formatter": f"{{@[{columns + 1}]}}", "width": 96, "overflow": "truncate",
        "color": "@warn", "fontSize": 10,
    }  # fmt: skip
    beside = {"hideOverlap": True, "dy": -4}
    line = event_line(columns, columns + 1, len(axes), label=label, labelLayout=beside, silent=True)
    legend = option.get("legend")
    named = [series["name"] for series in option["series"]]
    return {
        **option, "yAxis": [*axes, heights], "series": [*option["series"], line],
        **({"legend": {"data": named, **legend}} if legend else {}),
    }  # fmt: skip
