"""The pipeline of a tick: its stages in order, when each runs, how it ended, and what it costs.

Seconds are of the thread that steps the world, as `Stage` counts them since the run was opened, so that a stage which
waits costs nothing.
"""

from __future__ import annotations

from html import escape
from typing import Any, NamedTuple

from ..model.economy import Economy
from ..model.schedule import When
from .growing_charts import Option, tooltip
from .listing import Column, Row

DONE, NOT_YET = "done", "not yet due"
LANES = tuple(str(when) for when in When)
COLUMNS = (
    Column("number", "no", "count", "place in the tick"), Column("stage", "stage"), Column("when", "runs"),
    Column("ended", "ended", title="how it ended when it ran last"), Column("runs", "runs so far", "count"),
    Column("cost", "ms a run", "number", "processor time of a run, mean"),
    Column("share", "share of the tick", "percent", "of the processor time of all stages since the opening"),
    Column("sentence", "what happens"),
)  # fmt: skip
_SMALLEST, _LARGEST = 7.0, 34.0


class StageTold(NamedTuple):
    """A stage as it stands: ``cost`` is seconds a run, None before the first; ``share`` of all stages' time."""

    number: int
    name: str
    when: str
    ended: str
    runs: int
    cost: float | None
    share: float | None
    sentence: str
    halted: bool


def stages(economy: Economy) -> list[StageTold]:
    """Return the stages of the schedule, in order."""
    total = sum(stage.seconds for stage in economy.schedule)
    told = []
    for number, stage in enumerate(economy.schedule, 1):
        halted = economy.halted is not None and economy.halted.stage == stage.name
        ended = f"halted: {economy.halted.cause}" if halted and economy.halted else DONE if stage.runs else NOT_YET
        cost = stage.seconds / stage.runs if stage.runs else None
        share = stage.seconds / total if stage.runs and total else None
        told.append(
            StageTold(number, stage.name, str(stage.when), ended, stage.runs, cost, share, stage.sentence, halted)
        )
    return told


def table(told: list[StageTold]) -> list[Row]:
    """Return the rows of the table of stages; one that halted is red."""
    return [
        Row(
            one.name,
            (one.number, one.name, one.when, one.ended, one.runs,
             None if one.cost is None else round(1_000.0 * one.cost, 4), one.share, one.sentence),
            "error" if one.halted else "",
        )
        for one in told
    ]  # fmt: skip


def graph(told: list[StageTold]) -> Option:
    """Return the stages as a graph: a lane for each time at which stages run, the size of each what it costs."""
    lanes = [lane for lane in LANES if any(one.when == lane for one in told)]
    nodes = [
        {
            "name": one.name, "value": [one.number, lanes.index(one.when)],
            "symbolSize": round(_SMALLEST + (_LARGEST - _SMALLEST) * (one.share or 0.0) ** 0.5, 1),
            "itemStyle": _look(one), "tooltip": {"formatter": _told(one)},
        }
        for one in told
    ]  # fmt: skip
    return {
        "grid": {"left": 8, "right": 40, "top": 56, "bottom": 14, "containLabel": True},
        "tooltip": tooltip(None, "item"),
        "xAxis": {"type": "value", "show": False, "min": 0.5, "max": len(told) + 0.5},
        "yAxis": {"type": "category", "data": lanes, "inverse": True, "axisTick": {"show": False},
                  "axisLine": {"show": False}, "splitLine": {"show": False},
                  "axisLabel": {"color": "@muted", "fontSize": 11}},
        "series": [{
            "type": "graph", "coordinateSystem": "cartesian2d", "data": nodes, "edgeSymbol": ["none", "arrow"],
            "edgeSymbolSize": 5, "links": [{"source": k, "target": k + 1} for k in range(len(told) - 1)],
            "lineStyle": {"color": "@muted", "opacity": 0.5, "width": 1, "curveness": 0.05},
            "label": {"show": True, "position": "top", "rotate": 38, "align": "left", "distance": 6, "fontSize": 11,
                      "color": "@text", "formatter": "{b}"},
            "labelLayout": {"hideOverlap": True},
        }],
    }  # fmt: skip


def _look(one: StageTold) -> dict[str, Any]:
    if one.halted:
        return {"color": "@error", "borderColor": "@text", "borderWidth": 2}
    return {"color": "@accent"} if one.runs else {"color": "@panel", "borderColor": "@muted", "borderWidth": 1}


def _told(one: StageTold) -> str:
    cost = (
        "has not run" if one.cost is None else f"{1_000.0 * one.cost:.3g} ms a run, {one.share or 0.0:.1%} of the tick"
    )
    lines = f"<b>{escape(one.name)}</b>", escape(one.sentence), f"{one.when}, {one.runs} runs", cost, escape(one.ended)
    return "<br>".join(lines)
